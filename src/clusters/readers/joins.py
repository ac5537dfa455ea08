"""Further tables about the same schools: joined row by row, or long tables by type of need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clusters.errors import Fault, Faults
from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT
from clusters.readers.cells import urn_of
from clusters.readers.column_names import PASSED_ON, PUBLISHED, key_of, near
from clusters.readers.columns import Layout, described, find_columns, lacking
from clusters.readers.reading_report import ReadingReport, SetAside
from clusters.readers.row_filter import Record, Sieve, records_of
from clusters.readers.table import Cell, Point, Table
from clusters.text import counted, first_few

__all__ = ["Family", "join_table", "merge_long", "twice_faults"]

_LONG = {
    "need": {"ehcps": ("ehc_plans", "ehcp"), "sen_support": ("sen_k",)},
    "expertise": {"amount": ("capacity", "places", "days", "level"), "unit": ("units",)},
}
_HINTED = 5
"""Unknown URNs for which like URNs are looked up; that is slow, and no list would be read."""
_ALIKE = 0.83
"""One digit of six changed, or two that stand in each other's place."""
_TYPE = ("type", "need_type", "type_of_need", "primary_need", "expertise")


@dataclass(slots=True)
class Family:
    """The schools of the main table, the ids under which others may know them, and what they add.

    `points` are positions that only a further table's geometry has, by row of the main table.
    """

    where: str
    records: Mapping[str, Record]
    aside: Collection[str]
    links: Mapping[str, str]
    others_aside: bool = False
    points: dict[int, Point] = field(default_factory=dict)

    def other(self, cell: Cell, aside: list[SetAside], faults: Faults, *, leave: bool) -> None:
        """Set aside the row of a school that is none of these, or refuse it."""
        if leave or cell.text in self.aside:
            aside.append(SetAside(cell.row, cell.text, f"not in {self.where}"))
            return
        like = near(cell.text, self.records, _ALIKE) if len(faults) < _HINTED else ""
        remedy = (
            f"{like} Correct it; or give links= where schools have become academies; or leave such "
            'rows out with set_aside=["not in the main file"]'.strip()
        )
        faults.append(cell.fault(_NOT_THERE.format(self.where), remedy, urn=cell.text))


def join_table(
    table: Table, layout: Layout, family: Family, number: int = 1
) -> tuple[ReadingReport, list[Fault], list[Record]]:
    """Add a joined table's cells to the records of the main table.

    Parameters
    ----------
    number
        Of the table, the main one being 0.

    Returns
    -------
    tuple
        The report on the table, its faults, and the rows that met a school.
    """
    sieve = Sieve(table, layout, None, number=number)
    finder = _Finder(family)
    rows = records_of(sieve, lambda urn: finder.find(urn) is not None)
    faults = Faults([*table.faults, *sieve.faults])
    notes = [*table.all_notes(), *layout.notes]
    by_school: dict[str, list[Record]] = {}
    others_found: list[Record] = []
    for record in rows if "urn" in layout.at else ():
        found = finder.find(record["urn"].text)
        if found is not None:
            by_school.setdefault(found, []).append(record)
        else:
            others_found.append(record)
    ours = [record for found_rows in by_school.values() for record in found_rows]
    faults += _not_ours(others_found, ours, sieve, family)
    for urn, found_rows in by_school.items():
        taken = _take(urn, found_rows, family, faults, notes)
        if taken is not None and table.points and taken["urn"].row in table.points:
            family.points[family.records[urn]["urn"].row] = table.points[taken["urn"].row]
    absent = [urn for urn in family.records if urn not in by_school]
    if absent and by_school:
        schools = counted(len(absent), "school has", "schools have")
        notes.append(f"{schools} no row in {table.where}: {first_few(absent)}.")
    for urn in absent:
        _blank(family.records[urn], table, layout, family)
    if rows and not by_school:
        not_there = _NOT_THERE.format(family.where)
        faults = Faults(fault for fault in faults if fault.what != not_there)
        what = f"none of its {len(rows):,} schools is in {family.where}"
        remedy = "check that both are of the same area and year, or give links= for changed URNs"
        faults.add(what, remedy, where=table.where)
    return report_of(table, sieve.read, len(ours), sieve.set_aside, notes), faults, ours


_NOT_THERE = "{} has no school with this URN"


def _not_ours(
    others_found: Sequence[Record], ours: Sequence[Record], sieve: Sieve, family: Family
) -> list[Fault]:
    """Set aside the schools of other areas, which a published or wider file holds; refuse others.

    A file is wider where it holds more other schools than ours; a row is of another area where it
    says that it belongs to an authority to which none of ours does.
    """
    areas = {record["authority"].text for record in ours if "authority" in record} - {""}
    wider = sieve.published or family.others_aside or len(others_found) > len(family.records) > 0
    faults = Faults()
    for record in others_found:
        cell = record["urn"]
        area = record["authority"].text if "authority" in record else ""
        elsewhere = bool(areas and area and area not in areas)
        leave = bool(wider and ours) or elsewhere
        family.other(cell, sieve.set_aside, faults, leave=leave)
    return faults


def _take(
    urn: str, rows: Sequence[Record], family: Family, faults: Faults, notes: list[str]
) -> Record | None:
    """Add the cells of a school's row, and return it: its own, else its only predecessor's."""
    own = [record for record in rows if record["urn"].text == urn]
    if len(own) > 1:
        faults.append(_twice(own[1]["urn"], own[0]["urn"].row))
    elif not own and len(rows) > 1:
        notes.append(
            f"URN {urn} has {len(rows)} predecessors "
            f"({first_few(record['urn'].text for record in rows)}); none was taken."
        )
        for key, cell in rows[0].items():
            family.records[urn].setdefault(key, cell._replace(text=""))
        return None
    taken = (own or rows)[0]
    own_keys = ("urn", *PASSED_ON)
    family.records[urn].update({key: cell for key, cell in taken.items() if key not in own_keys})
    for key in {"authority", "estab"} & set(taken):
        family.records[urn].setdefault(key, taken[key])
    return taken


def _blank(record: Record, table: Table, layout: Layout, family: Family) -> None:
    """Give a school without a row in a joined table blank cells, so that it counts as not known."""
    row = record["urn"].row
    for key, k in layout.at.items():
        if key not in ("urn", "name", "postcode", *PASSED_ON):
            record.setdefault(
                key, Cell("", family.where, row, f"{table.header[k]} ({table.where})")
            )


class _Finder:
    """Finds the school of the main table that another table may know by an older or newer URN."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.older = {family.links[urn]: urn for urn in family.records if urn in family.links}

    def find(self, urn: str) -> str | None:
        if urn in self.family.records:
            return urn
        new = self.family.links.get(urn, urn)
        return new if new in self.family.records else self.older.get(new)


def report_of(
    table: Table, read: int, kept: int, aside: Iterable[SetAside], notes: Iterable[str]
) -> ReadingReport:
    """Report on a further table."""
    return ReadingReport(
        **described(table),
        rows_read=read,
        rows_kept=kept,
        set_aside=tuple(aside),
        notes=tuple(notes),
    )


def merge_long(
    table: Table, what: str, family: Family, types: Collection[str]
) -> tuple[ReadingReport, list[Fault]]:
    """Add a long table of need or expertise (one row per school and type) to the records."""
    at, faults = _long_columns(table, what)
    aside: list[SetAside] = []
    others_found: list[Cell] = []
    seen: dict[tuple[str, str], int] = {}
    finder = _Finder(family)
    read = 0
    for number, cells in table.body():
        read += 1
        if faults and not {"urn", "type"} <= set(at):
            continue
        row = {key: table.cell(number, cells, k) for key, k in at.items()}
        place = _place(row, finder, types, faults, others_found)
        if place is None:
            continue
        if place in seen:
            what = f"this school and type have a row already (row {seen[place]})"
            remedy = "keep one row for each school and type"
            faults.append(row["type"].fault(what, remedy, urn=place[0]))
            continue
        seen[place] = number
        family.records[place[0]].update(_cells_of(row, what, place[1]))
    if what == "need":
        _fill(table, at, {kind for _, kind in seen}, family)
    wider = bool(seen) and len({cell.text for cell in others_found}) > len(family.records)
    for cell in others_found:
        family.other(cell, aside, faults, leave=wider or family.others_aside)
    faults += table.faults
    return report_of(table, read, len(seen), aside, table.all_notes()), faults


def _fill(table: Table, at: Mapping[str, int], kinds: Iterable[str], family: Family) -> None:
    """Give schools without a row for a type blank cells: a missing row is not known, not zero."""
    levels = [key for key in ("ehcps", "sen_support") if key in at]
    for record in family.records.values():
        row = record["urn"].row
        for key in (f"{level}_{kind}" for kind in sorted(kinds) for level in levels):
            record.setdefault(key, Cell("", family.where, row, f"{key} ({table.where})"))


def _long_columns(table: Table, what: str) -> tuple[dict[str, int], Faults]:
    names = {"urn": PUBLISHED["urn"], "type": _TYPE, **_LONG[what]}
    at = find_columns(table.header, names)
    needed = ["urn", "type"] + (["amount"] if what == "expertise" else [])
    if what == "need" and not {"ehcps", "sen_support"} & set(at):
        needed.append("ehcps")
    return at, Faults(lacking(table, needed, at))


def _place(
    row: Mapping[str, Cell],
    finder: _Finder,
    types: Collection[str],
    faults: Faults,
    others_found: list[Cell],
) -> tuple[str, str] | None:
    """School and type of a row; None where either is not known."""
    urn = row["urn"].read(urn_of, faults)
    if urn is None:
        return None
    kind = key_of(row["type"].text, types)
    if kind is None:
        known = [*NEED_TYPES, NO_SPECIALIST_ASSESSMENT, *types]
        rest = f"The types are {', '.join(known)}; allow your own with types=[...]"
        remedy = f"{near(row['type'].text, known)} {rest}".strip()
        faults.append(row["type"].fault("this is not a type of need", remedy, urn=urn))
    school = finder.find(urn)
    if school is None:
        others_found.append(row["urn"]._replace(text=urn))
    return None if kind is None or school is None else (school, kind)


def _cells_of(row: Mapping[str, Cell], what: str, kind: str) -> Record:
    if what == "need":
        return {f"{key}_{kind}": row[key] for key in ("ehcps", "sen_support") if key in row}
    cells = {f"expertise_{kind}": row["amount"]} if "amount" in row else {}
    return cells | ({f"expertise_{kind}_unit": row["unit"]} if "unit" in row else {})


def _twice(cell: Cell, first: int) -> Fault:
    what = f"the URN has a row already (row {first})"
    return cell.fault(what, "keep one row for each school", urn=cell.text)


def twice_faults(records: Sequence[Record]) -> list[Fault]:
    """Faults of URNs that stand in more than one row."""
    first: dict[str, int] = {}
    cells = [record["urn"] for record in records]
    pairs = [(cell, first.setdefault(cell.text, cell.row)) for cell in cells]
    return [_twice(cell, row) for cell, row in pairs if row != cell.row]
