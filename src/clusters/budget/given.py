"""Sums by school (or by claimant) as they are given: the one place where their rows are gathered.

A mapping has one entry for each key. A pandas Series may have several rows for one: a commitment
for each plan, for instance. No row is ever lost: rows of one thing are added up, and it is said;
where a second row can only be a mistake (a second cap), it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clusters.domain import FrozenDict
from clusters.errors import Faults
from clusters.text import first_few

__all__ = ["added_up", "as_given", "gathered", "is_keyed", "pence_by_key", "words_on_rows"]


def is_keyed(given: object) -> bool:
    """Whether sums come with keys: a mapping, or a pandas Series."""
    return isinstance(given, Mapping) or _is_series(given)


def as_given(given: Any) -> Any:
    """Copy a mapping or Series, rows and all, so that a checker can read it for itself."""
    return given.copy() if _is_series(given) else FrozenDict(given)


def gathered(faults: Faults, given: Any, what: str, *, add: bool) -> dict[Any, list[Any]]:
    """Gather the values of each key, in the order in which the keys first appear.

    Parameters
    ----------
    given
        A mapping or a pandas Series.
    what
        What the values are called in an error, with its article: "the committed top-up".
    add
        Whether several rows of one key are rows of one thing; else they are a fault.
    """
    rows: dict[Any, list[Any]] = {}
    spelt: dict[Any, Any] = {}
    for key, value in _rows(given):
        known = spelt.setdefault(_same(key), key)
        if known in rows and not (add and _is_series(given)):
            faults.add(
                f"{what} of {known!r} is given twice"
                + ("" if type(known) is type(key) else f", as {known!r} and as {key!r}"),
                "keep one entry for each"
                if not _is_series(given)
                else "add its rows up first, for instance .groupby(level=0).sum(), or keep one",
            )
            continue
        rows.setdefault(known, []).append(value)
    return rows


def added_up(
    faults: Faults, rows: Mapping[Any, list[Any]], reader: Callable[..., int], what: str
) -> dict[Any, int]:
    """Read the values of each key and add them up."""
    return {
        key: sum(faults.take(0, reader, value, f"{what} of {key}") for value in values)
        for key, values in rows.items()
    }


def pence_by_key(faults: Faults, given: Any) -> dict[Any, int]:
    """Read whole pence by key; 0 where a sum is none, which is then a fault."""
    rows = gathered(faults, given, "the amount", add=False)
    sums = {key: values[0] for key, values in rows.items()}
    for key, sum_ in sums.items():
        if type(sum_) is not int or sum_ < 0:
            faults.add(
                f"the amount of {key!r} is not a whole number of pence",
                "give pence as a whole number, 0 or more",
                value=sum_,
            )
            sums[key] = 0
    return sums


def words_on_rows(rows: Mapping[Any, list[Any]], what: str) -> tuple[str, ...]:
    """Say where rows were added up: nothing where each key has one."""
    several = {key: len(values) for key, values in rows.items() if len(values) > 1}
    if not several:
        return ()
    count = sum(len(values) for values in rows.values())
    named = first_few(f"{key}: {number}" for key, number in several.items())
    return (
        f"{what}: {count:,} rows for {len(rows):,} schools; the rows of a school are added up "
        f"(rows of {named}).",
    )


def _rows(given: Any) -> list[tuple[Any, Any]]:
    if _is_series(given):
        return list(zip(given.index.tolist(), given.tolist(), strict=True))
    return list(given.items())


def _is_series(given: object) -> bool:
    """Whether it is a pandas Series (pandas itself is not needed here)."""
    return all(hasattr(given, name) for name in ("index", "tolist", "groupby", "items"))


def _same(key: Any) -> Any:
    """Bring keys that are one into one form: 101, "101" and " 101 " are the same school."""
    key = key.item() if hasattr(key, "item") else key
    return str(key).strip() if isinstance(key, str | int) and not isinstance(key, bool) else key
