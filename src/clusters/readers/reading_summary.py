"""The report on a reading, put together at its end."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from clusters.domain import FrozenDict
from clusters.readers.column_names import simple
from clusters.readers.columns import Layout, described
from clusters.readers.locations import Locator
from clusters.readers.not_known import Policy
from clusters.readers.reading_report import ReadingReport
from clusters.readers.row_filter import Sieve
from clusters.readers.table import Table
from clusters.text import first_few

__all__ = ["made_report"]

_MAIN = ("name", "phase", "pupils", "ehcps", "sen_support")
_ALIKE = 0.8


def made_report(
    main: Table,
    sieve: Sieve,
    layouts: Sequence[Layout],
    policy: Policy,
    locator: Locator,
    others: Sequence[ReadingReport],
) -> ReadingReport:
    """Report what was read from the main file and from the others."""
    layout = layouts[0]
    used = set(layout.at.values())
    have = {key for one in layouts for key in one.at}
    notes = [*main.all_notes(), *layout.notes, *locator.notes, *policy.notes()]
    if "name" not in have:
        notes.append("No column holds the schools' names; their URNs are used.")
    missed = [f"{name!r} (like {key!r})" for name, key in _missed(main, layout)]
    if missed:
        notes.append(
            f"Columns not used although their names are like ours: {first_few(missed)}. Name one "
            "that is meant with columns=."
        )
    return ReadingReport(
        **described(main),
        rows_read=sieve.read,
        rows_kept=sieve.kept,
        set_aside=tuple(sieve.set_aside),
        unknown=FrozenDict(policy.unknowns()),
        columns=FrozenDict({key: main.header[k] for key, k in layout.at.items()}),
        not_used=tuple(name for k, name in enumerate(main.header) if k not in used and name),
        not_given=tuple(key for key in _MAIN if key not in have),
        notes=tuple(notes),
        others=tuple(others),
    )


def _missed(main: Table, layout: Layout) -> list[tuple[str, str]]:
    """Columns of the file that nearly have one of our names, which the file otherwise lacks."""
    lacking = [key for key in _MAIN if key not in layout.at]
    used = {*layout.at.values(), *layout.rivals.values()}
    like = [
        (name, next((key for key in lacking if _is_like(simple(name), key)), None))
        for k, name in enumerate(main.header)
        if k not in used and name
    ]
    return [(name, key) for name, key in like if key is not None]


def _is_like(name: str, key: str) -> bool:
    """Whether a name is nearly one of ours, or holds it with a word or two besides."""
    words, ours = name.split("_"), key.split("_")
    more = set(ours) <= set(words) and len(words) <= len(ours) + 2
    shares = {"pct", "percent", "percentage", "rate"} & set(words)
    return not shares and (more or SequenceMatcher(None, name, key).ratio() > _ALIKE)
