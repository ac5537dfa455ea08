"""Which rows are schools that were asked for, and why the others are set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from clusters.errors import Fault
from clusters.readers.cells import Unreadable, tidy, urn_of
from clusters.readers.column_names import near
from clusters.readers.columns import Layout, find_column
from clusters.readers.reading_report import SetAside
from clusters.readers.table import Cell, Table

__all__ = ["Keep", "Record", "Sieve", "records_of"]

Keep: TypeAlias = Mapping[str, Any] | Callable[[Mapping[str, str]], bool] | None
Record: TypeAlias = dict[str, Cell]
"""Cells of one school by our keys; "urn" always."""

_NATIONAL = ("nat", "national", "england")
_NO_SCHOOL = {"3": "local authority", "4": "national", "5": "national"}
_ALIKE = 0.8
_OPEN = "open"


class Sieve:
    """Decides row by row; keeps what was set aside."""

    def __init__(self, table: Table, layout: Layout, keep: Keep) -> None:
        self.table = table
        self.layout = layout
        self.set_aside: list[SetAside] = []
        self.faults: list[Fault] = []
        self.kept = self.read = 0
        self.keep = keep if callable(keep) else None
        self.filters: list[tuple[str, int, tuple[str, ...]]] = []
        self.seen: dict[str, dict[str, int]] = {}
        if isinstance(keep, Mapping):
            self._set_filters(keep)

    def _set_filters(self, keep: Mapping[str, Any]) -> None:
        for name, values in keep.items():
            at = find_column(self.table.header, name)
            if at is None:
                at = self.layout.at.get(name)
            if at is None:
                self.faults.append(
                    Fault(
                        what=f"keep names the column {name!r}, which the file does not have",
                        remedy=near(name, self.table.header) or "check the name",
                        where=self.table.where,
                        column=name,
                    )
                )
                continue
            single = isinstance(values, str) or not isinstance(values, Iterable)
            wanted = tuple(str(value) for value in ([values] if single else values))
            self.filters.append((self.table.header[at], at, wanted))
            self.seen[self.table.header[at]] = {}

    def reason(self, cells: list[str]) -> str | None:
        """Why a row is set aside; None where it is kept."""
        if not any(cells):
            return "blank line"
        at = self.layout.at
        level = cells[at["level"]].lower() if "level" in at else ""
        if level and level != "school":
            return f"{level} row, not a school"
        record = cells[at["record"]] if "record" in at else ""
        if record in _NO_SCHOOL:
            return f"{_NO_SCHOOL[record]} row, not a school"
        urn = cells[at["urn"]].lower() if "urn" in at else ""
        if urn in _NATIONAL:
            return f"national row (URN {cells[at['urn']]})"
        return self._not_open(cells) or self._not_kept(cells)

    def _not_open(self, cells: list[str]) -> str | None:
        at = self.layout.at.get("status")
        if at is None or any(column == at for _, column, _ in self.filters):
            return None
        status = cells[at]
        if status and not status.lower().startswith(_OPEN):
            return f"not open ({self.table.header[at]} is {status!r})"
        return None

    def _not_kept(self, cells: list[str]) -> str | None:
        for name, at, _ in self.filters:
            seen = self.seen[name]
            seen[cells[at]] = seen.get(cells[at], 0) + 1
        for name, at, wanted in self.filters:
            if cells[at] not in wanted:
                return f"not kept: {name} is {cells[at]!r}"
        if self.keep is not None and not self.keep(
            dict(zip(self.table.header, cells, strict=True))
        ):
            return "not kept by the filter given as keep="
        return None

    def misspelt(self) -> list[Fault]:
        """Values of `keep` that no row has although one much like them occurs; or none kept."""
        faults = []
        for name, _, wanted in self.filters:
            for value in wanted:
                found = self.seen[name]
                close = get_close_matches(value.lower(), [one.lower() for one in found], 1, _ALIKE)
                if value not in found and close:
                    exact = next(one for one in found if one.lower() == close[0])
                    faults.append(
                        Fault(
                            what=f"keep asks for {value!r}, which no row has",
                            remedy=f"did you mean {exact!r}?",
                            where=self.table.where,
                            column=name,
                        )
                    )
        if self.read and not self.kept and not faults:
            values = "; ".join(
                f"{name} holds {', '.join(repr(one) for one in list(found)[:6])}"
                for name, found in self.seen.items()
            )
            reasons = ", ".join(dict.fromkeys(row.reason for row in self.set_aside[:1000]))
            faults.append(
                Fault(
                    what=f"none of the {self.read:,} rows is left as a school ({reasons[:200]})",
                    remedy=f"check keep= and the file{': ' + values if values else ''}",
                    where=self.table.where,
                )
            )
        return faults


def records_of(sieve: Sieve) -> list[Record]:
    """Make records of the rows that are kept; rows without a URN become faults."""
    table, at = sieve.table, sieve.layout.at
    cells_of = [(key, k, table.header[k]) for key, k in at.items()]
    records: list[Record] = []
    for number, cells in table.rows:
        sieve.read += 1
        reason = sieve.reason(cells)
        if reason is not None:
            urn = cells[at["urn"]] if "urn" in at else ""
            sieve.set_aside.append(SetAside(number, urn, reason))
            continue
        record = {key: Cell(cells[k], table.where, number, name) for key, k, name in cells_of}
        if "urn" in at:
            cell = record["urn"]
            try:
                urn = urn_of(cell.text)
            except Unreadable as error:
                sieve.faults.append(cell.fault(error.what, error.remedy))
                continue
            if not tidy(urn):
                sieve.faults.append(
                    cell.fault(
                        "the URN is blank", "give the school's URN, or empty the row altogether"
                    )
                )
                continue
            record["urn"] = cell._replace(text=urn)
        sieve.kept += 1
        records.append(record)
    sieve.faults += sieve.misspelt()
    return records
