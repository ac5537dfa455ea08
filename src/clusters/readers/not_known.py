"""Values that are not known: what is done with them, and a tally for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusters.domain import is_number
from clusters.errors import Fault, Faults
from clusters.readers.cells import Unreadable, tidy, unescape
from clusters.readers.column_names import LEVELS, near
from clusters.readers.labels import Labels, unified
from clusters.readers.reading_report import Unknown
from clusters.readers.row_filter import Record
from clusters.text import counted, first_few

__all__ = ["COUNTS", "Policy"]

COUNTS = ("pupils", "ehcps", "sen_support")
LABELS = ("pyramid", "trust", "cluster", "expertise_unit")


@dataclass(slots=True)
class Policy:
    """What to do with values that are not known, and a tally of them.

    `unknown` is "leave", "refuse" or a number; or a mapping from column to one of these, in which
    "need" stands for all columns by type of need and "*" for all columns not named.
    """

    unknown: Any = "leave"
    expertise_unit: str | None = None
    types: Collection[str] = ()
    tally: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    loose: Counter[str] = field(default_factory=Counter)
    labels: dict[str, Labels] = field(default_factory=dict)
    odd: dict[str, list[str]] = field(default_factory=dict)
    signs: dict[str, Counter[bool]] = field(default_factory=dict)

    def faults(self, columns: Collection[str]) -> list[Fault]:
        """Faults of the option itself, given the columns that it may name."""
        given = self.unknown if isinstance(self.unknown, Mapping) else {"*": self.unknown}
        named = [*columns, "need", "*"]
        faults = Faults()
        for name, action in given.items():
            if name not in named:
                what = f"unknown names {name!r}, which is no column of numbers here"
                remedy = near(str(name), named) or f"use one of {', '.join(named)}"
                faults.add(what, remedy, where="unknown")
            if action not in ("leave", "refuse") and not (is_number(action) and action >= 0):
                faults.add(
                    f"unknown[{name!r}] is neither 'leave', 'refuse' nor a number of 0 or more",
                    "give one of them",
                    where="unknown",
                    value=action,
                )
        return faults

    def action(self, key: str) -> Any:
        """Look up what to do where `key` is not known."""
        if not isinstance(self.unknown, Mapping):
            return self.unknown
        by_type = key.startswith(tuple(f"{level}_" for level in LEVELS)) and key not in COUNTS
        names = (key, "need", "*") if by_type else (key, "*")
        return next((self.unknown[name] for name in names if name in self.unknown), "leave")

    def gather_labels(self, records: Sequence[Record]) -> None:
        """Find one spelling for each label, over all records."""
        keys = {key for record in records for key in record}
        for key in sorted(keys):
            if key in LABELS or (key.startswith("expertise_") and key.endswith("_unit")):
                self.labels[key] = unified(
                    unescape(record[key].text) for record in records if key in record
                )

    def left(self, key: str, record: Record) -> None:
        """Keep a record of a value that is not known and stays so."""
        text = tidy(record[key].text) if key in record else ""
        self._add(key, record, text, "left unknown")

    def _add(self, key: str, record: Record, text: str, action: str) -> None:
        name = record["name"].text if "name" in record else ""
        self.tally.setdefault(key, []).append((record["urn"].text, text, action, name))

    def missing(self, key: str, record: Record, *, whole: bool) -> Any:
        """Value to be used instead of one that is not known; None for none.

        Raises
        ------
        Unreadable
            If it is to be refused.
        """
        action = self.action(key)
        if action == "refuse":
            raise Unreadable(
                "it is not known",
                'supply it, allow it with unknown="leave", or set such schools aside with '
                f'set_aside=["no {key}"]',
            )
        if action == "leave" or not is_number(action):  # what is neither is refused beforehand
            self.left(key, record)
            return None
        if whole and int(action) != action:
            raise Unreadable(
                f"unknown gives {action} for it, which is no whole number", "give a whole number"
            )
        self._add(key, record, tidy(record[key].text), f"counted as {action:g}")
        return int(action) if whole else float(action)

    def unknowns(self) -> dict[str, Unknown]:
        """Tally of what was not known, by key."""
        return {
            key: Unknown(
                count=len(entries),
                codes=Counter(code for _, code, _, _ in entries),
                urns=tuple(urn for urn, _, _, _ in entries),
                action=entries[0][2],
                names=tuple(name or urn for urn, _, _, name in entries),
            )
            for key, entries in self.tally.items()
        }

    def notes(self) -> Iterator[str]:
        """Sentences on what was odd but harmless."""
        for key, labels in self.labels.items():
            note = labels.note(key)
            if note:
                yield note
        for what, urns in self.odd.items():
            yield f"{what.format(schools=counted(len(urns), 'school'))} (URN {first_few(urns)})."
        for key, signs in self.signs.items():
            if len(signs) > 1:
                yield (
                    f"{signs[True]:,} cells of {key} have a per cent sign and {signs[False]:,} "
                    "have none; the sign was taken off."
                )

    def note_odd(self, what: str, urn: str) -> None:
        """Count something odd about a school; `what` has {schools} where the number goes."""
        self.odd.setdefault(what, []).append(urn)
