"""Schools that the caller wants left out: by URN, or for lack of a position or a count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from clusters.errors import Fault, Faults
from clusters.readers.cells import Unreadable, is_unknown, urn_of
from clusters.readers.column_names import near
from clusters.readers.faults import column_list
from clusters.readers.reading_report import SetAside, asked
from clusters.readers.row_filter import Record, Sieve

__all__ = ["NOT_IN_MAIN", "NO_POSITION", "Wanted", "without_counts"]

NO_POSITION = "no position"
NOT_IN_MAIN = "not in the main file"
Given: TypeAlias = Mapping[str | int, Any] | Iterable[str | int] | str | int | None


@dataclass(slots=True)
class Wanted:
    """What is to be set aside: schools with their reasons, and what others may lack."""

    urns: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    @classmethod
    def of(cls, given: Given, columns: Collection[str]) -> Wanted:
        """Read the option: names, or a mapping from names to reasons."""
        if isinstance(given, str | int):
            given = [given]
        reasons = given if isinstance(given, Mapping) else {str(one): "" for one in given or ()}
        wanted = cls()
        for name, reason in reasons.items():
            wanted._add(" ".join(str(name).split()), reason, columns)
        return wanted

    def _add(self, name: str, reason: Any, columns: Collection[str]) -> None:
        words = reason.strip() if isinstance(reason, str) else ""
        lower = name.casefold()
        column = lower.removeprefix("no ").replace(" ", "_")
        if lower in (NO_POSITION, NOT_IN_MAIN):
            self.lacking[lower] = words or lower
        elif lower.startswith("no ") and column in columns:
            self.lacking[column] = words or f"no {column}"
        elif lower.startswith(("no ", "not ")):
            known = [NO_POSITION, NOT_IN_MAIN, *(f"no {one}" for one in columns)]
            what = f"set_aside names {name!r}, which is nothing that a school may lack here"
            remedy = near(name, known) or f"use a URN, or one of {column_list(known)}"
            self.faults.add(what, remedy, where="set_aside")
        else:
            try:
                self.urns[urn_of(name)] = words or "named by its URN"
            except Unreadable as error:
                self.faults.add(error.what, error.remedy, where="set_aside", value=name)

    @property
    def urn_reasons(self) -> dict[str, str]:
        """Reason by URN, as it stands in the reading report."""
        return {urn: asked(reason) for urn, reason in self.urns.items()}

    def unmet(self, sieve: Sieve) -> list[Fault]:
        """Faults of URNs that are in none of the rows."""
        met = {row.urn for row in sieve.set_aside} | {
            row.urn.removesuffix(".0") for row in sieve.set_aside
        }
        return [
            Fault(
                "set_aside names a school that the file does not have",
                "correct the URN, or leave it out",
                where="set_aside",
                urn=urn,
            )
            for urn in self.urns
            if urn not in met
        ]

    def put(self, sieve: Sieve, record: Record, lack: str) -> None:
        """Set a record aside for what it lacks."""
        cell = record["urn"]
        name = record["name"].text if "name" in record else ""
        sieve.set_aside.append(SetAside(cell.row, cell.text, asked(self.lacking[lack]), name))
        sieve.kept -= 1


def without_counts(records: Sequence[Record], wanted: Wanted, sieve: Sieve) -> list[Record]:
    """Keep the records that have all the counts that must not lack; set the others aside."""
    keys = [key for key in wanted.lacking if key not in (NO_POSITION, NOT_IN_MAIN)]
    kept = []
    for record in records:
        lack = next((k for k in keys if k not in record or is_unknown(record[k].text)), None)
        if lack is None:
            kept.append(record)
        else:
            wanted.put(sieve, record, lack)
    return kept
