"""Which rows are schools that were asked for, and why the others are set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from clusters.errors import Fault, Faults
from clusters.readers.cells import is_unknown, urn_of
from clusters.readers.column_names import near, recognise
from clusters.readers.columns import Layout, find_column
from clusters.readers.reading_report import SetAside
from clusters.readers.table import Cell, Table, is_total, is_words

__all__ = ["Keep", "Record", "Sieve", "records_of", "rival"]

Keep: TypeAlias = Mapping[str, Any] | Callable[[Mapping[str, str]], bool] | None
Record: TypeAlias = dict[str, Cell]
"""Cells of one school by our keys; "urn" always."""

_NATIONAL = ("nat", "national", "england")
_NO_SCHOOL = {"3": "local authority", "4": "national", "5": "national", "6": "national"}
_SCHOOLS = ("1", "2", "")
_ALIKE = 0.8
_OPEN = "open"
_WIDE = 3


def rival(table: int, key: str) -> str:
    """Key in a record of what another table than the one preferred holds."""
    return f"rival {table}: {key}"


class Sieve:
    """Decides row by row; keeps what was set aside.

    Parameters
    ----------
    urns
        Schools to be set aside, each with the reason.
    number
        Of the table: 0 for the main one.
    """

    def __init__(
        self,
        table: Table,
        layout: Layout,
        keep: Keep,
        urns: Mapping[str, str] | None = None,
        number: int = 0,
    ) -> None:
        self.table = table
        self.layout = layout
        self.header = list(table.header)
        self.set_aside: list[SetAside] = []
        self.faults = Faults()
        self.kept = self.read = 0
        self.urns = urns or {}
        self.number = number
        self.published = (recognise(table.header) or "template") != "template"
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
                what = f"keep names the column {name!r}, which the file does not have"
                remedy = near(name, self.table.header) or "check the name"
                self.faults.add(what, remedy, where=self.table.where, column=name)
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
        urn = cells[at["urn"]] if "urn" in at else ""
        record = cells[at["record"]] if "record" in at else ""
        if record in _NO_SCHOOL or (record not in _SCHOOLS and is_unknown(urn)):
            return f"{_NO_SCHOOL.get(record, f'record type {record}')} row, not a school"
        if urn.lower() in _NATIONAL:
            return f"national row (URN {urn})"
        return self._no_school(cells, urn) or self._not_open(cells) or self._not_kept(cells, urn)

    def _no_school(self, cells: list[str], urn: str) -> str | None:
        """Rows of totals and notes, and in published files rows without a URN."""
        filled = [cell for cell in cells if cell]
        unknown = is_unknown(urn)
        words = next((cell for cell in filled if not is_unknown(cell)), "")
        if (unknown or urn == words) and is_total(words):
            return "row of totals"
        if len(filled) == 1 and len(cells) >= _WIDE and is_words(filled[0]):
            return "note or heading, not a school"
        if cells[:_WIDE] == self.header[:_WIDE] and cells == self.header:
            return "the header again"
        if self.published and unknown and "urn" in self.layout.at:
            return "row without a URN"
        return None

    def _not_open(self, cells: list[str]) -> str | None:
        at = self.layout.at.get("status")
        if at is None or any(column == at for _, column, _ in self.filters):
            return None
        status = cells[at]
        if status and not status.lower().startswith(_OPEN):
            return f"not open ({self.table.header[at]} is {status!r})"
        return None

    def _not_kept(self, cells: list[str], urn: str) -> str | None:
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
        if self.urns:
            return self.urns.get(urn) or self.urns.get(urn.removesuffix(".0"))
        return None

    def misspelt(self) -> list[Fault]:
        """Values of `keep` that no row has although one much like them occurs; or none kept."""
        faults = Faults()
        for name, _, wanted in self.filters:
            for value in wanted:
                found = self.seen[name]
                close = get_close_matches(value.lower(), [one.lower() for one in found], 1, _ALIKE)
                if value not in found and close:
                    exact = next(one for one in found if one.lower() == close[0])
                    faults.add(
                        f"keep asks for {value!r}, which no row has",
                        f"did you mean {exact!r}?",
                        where=self.table.where,
                        column=name,
                    )
        if self.read and not self.kept and not faults:
            values = "; ".join(
                f"{name} holds {', '.join(repr(one) for one in list(found)[:6])}"
                for name, found in self.seen.items()
            )
            reasons = ", ".join(dict.fromkeys(row.reason for row in self.set_aside[:1000]))
            what = f"none of the {self.read:,} rows is left as a school ({reasons[:200]})"
            remedy = f"check keep= and the file{': ' + values if values else ''}"
            faults.add(what, remedy, where=self.table.where)
        return faults


def records_of(sieve: Sieve, known: Callable[[str], bool] | None = None) -> list[Record]:
    """Make records of the rows that are kept; rows without a URN become faults.

    Parameters
    ----------
    known
        Whether a URN is of a school that is wanted; of others, of which a national file has tens of
        thousands, only the URN and the authority are kept.
    """
    table, at = sieve.table, sieve.layout.at
    places = [*at.items(), *((rival(sieve.number, k), v) for k, v in sieve.layout.rivals.items())]
    few = [(key, k) for key, k in places if key in ("urn", "authority")]
    records: list[Record] = []
    for number, cells in table.rows:
        sieve.read += 1
        reason = sieve.reason(cells)
        if reason is not None:
            urn = cells[at["urn"]] if "urn" in at else ""
            sieve.set_aside.append(SetAside(number, urn, reason))
            continue
        chosen = places
        if "urn" in at:
            cell = table.cell(number, cells, at["urn"])
            own = _urn(cell, sieve.faults)
            if not own:
                continue
            cell = cell._replace(text=own)
            chosen = few if known is not None and not known(own) else places
        record = {key: table.cell(number, cells, k) for key, k in chosen}
        if "urn" in at:
            record["urn"] = cell
        sieve.kept += 1
        records.append(record)
    sieve.faults += sieve.misspelt()
    return records


def _urn(cell: Cell, faults: Faults) -> str | None:
    """URN of a row; nothing where it has none, which is a fault."""
    if cell.state == "merged":
        remedy = "unmerge it and give each row its own URN"
        faults.append(cell.fault("the URN stands in a merged cell", remedy))
        return None
    urn = cell.read(urn_of, faults, plain=True)
    if urn == "":
        remedy = "give the school's URN, or empty the row altogether"
        faults.append(cell.fault("the URN is blank", remedy))
    return urn
