"""Commitments from files: what must be paid for EHC plans, one row for each plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from clusters.arguments import checked
from clusters.domain import Problem, SchoolId
from clusters.errors import DataError, Faults
from clusters.readers.cell_tables import read_cells
from clusters.readers.cells import Unreadable, is_unknown, pence_of, tidy, urn_of
from clusters.readers.column_names import PUBLISHED
from clusters.readers.columns import check_keys
from clusters.readers.table import Cell
from clusters.shown import Shown

__all__ = ["Arrears", "Commitment", "read_backdated", "read_commitments"]

_T = TypeVar("_T")

_NAMES: Mapping[str, tuple[str, ...]] = {
    "urn": PUBLISHED["urn"],
    "a_year": ("annual", "annual_amount", "pounds_a_year", "amount", "topup", "top_up", "value"),
    "band": ("topup_band", "funding_band", "rate_band"),
    "start": ("start_date", "from", "paid_from"),
    "end": ("end_date", "to", "until", "paid_to"),
    "reference": ("ref", "plan", "plan_reference", "case", "id", "upn"),
}
_BACKDATED: Mapping[str, tuple[str, ...]] = {
    "urn": PUBLISHED["urn"],
    "a_year": _NAMES["a_year"],
    "compliance_date": ("compliance", "due", "due_date", "owed_from", "backdated_to", "start"),
    "paid_from": ("paid_since", "ordinary_from", "start_of_payment", "end"),
}
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Commitment(Shown):
    """What must be paid for one EHC plan.

    Parameters
    ----------
    urn
        The school that is paid.
    a_year_pence
        Pence a year; None where a band says what is paid.
    band
        The band, where there is one.
    start, end
        First and last day that is paid for; None for no end on that side.
    row
        Row of the file, for messages.
    mark
        Distinguishes rows of one plan from those of another: the row in which its reference first
        stands. The reference itself is never kept, printed or written. None without a reference.

    Examples
    --------
    >>> Commitment(urn="900001", a_year_pence=600000)
    Commitment(urn='900001', a_year_pence=600000)
    """

    urn: SchoolId
    a_year_pence: int | None = None
    band: str | None = None
    start: date | None = None
    end: date | None = None
    row: int = 0
    mark: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Arrears(Shown):
    """What is owed for one EHC plan from a compliance date in the past.

    Parameters
    ----------
    urn
        The school that is paid.
    a_year_pence
        Pence a year.
    compliance_date, paid_from
        First day that is owed for, and the first from which the ordinary top-up runs.

    Examples
    --------
    >>> from datetime import date
    >>> Arrears(urn="900001", a_year_pence=600000, compliance_date=date(2026, 1, 5),
    ...         paid_from=date(2026, 4, 1)).a_year_pence
    600000
    """

    urn: SchoolId
    a_year_pence: int
    compliance_date: date
    paid_from: date


@checked
def read_commitments(
    source: Any,
    problem: Problem,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    links: Mapping[str, str] | None = None,
) -> tuple[Commitment, ...]:
    """Read commitments: one row for each EHC plan, with its URN and pounds a year or a band.

    Parameters
    ----------
    source
        Path of a CSV, Excel or Parquet file, or a DataFrame. Columns: `urn`; `a_year` (pounds) or
        `band`, or both where some rows have the one and some the other; where given `start` and
        `end` (first and last day paid for) and `reference`.
    problem
        The schools.
    columns
        Our names to those of the file.
    sheet
        Of an Excel workbook.
    links
        Newest URN by each older one, as `read_links` returns them: rows of a school that has become
        an academy since are put down to the academy.

    Raises
    ------
    DataError
        Listing every fault: URNs that the problem does not have, sums or dates that cannot be read,
        rows with neither or both of a sum and a band, an end before its start.

    Examples
    --------
    >>> import pandas as pd
    >>> problem = Problem.from_arrays(["101", "102"], [[0, 0], [1, 1]])
    >>> table = pd.DataFrame({"urn": ["101", "101"], "a_year": ["4000", "9000.50"]})
    >>> [row.a_year_pence for row in read_commitments(table, problem)]
    [400000, 900050]
    """
    marks: dict[str, int] = {}

    def one(row: Mapping[str, Cell], number: int, faults: Faults) -> Commitment | None:
        return _commitment(row, number, problem, links or {}, marks, faults)

    return _rows(source, sheet, "commitments", _NAMES, columns or {}, one)


@checked
def read_backdated(
    source: Any,
    problem: Problem,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    links: Mapping[str, str] | None = None,
) -> tuple[Arrears, ...]:
    """Read backdated payments: one row for each EHC plan that is owed for.

    Parameters
    ----------
    source
        Path of a CSV, Excel or Parquet file, or a DataFrame. Columns: `urn`, `a_year` (pounds),
        `compliance_date` (first day owed for) and `paid_from` (first day of the ordinary top-up).
    problem, columns, sheet, links
        As in `read_commitments`.

    Raises
    ------
    DataError
        Listing every fault, with its row.

    Examples
    --------
    >>> import pandas as pd
    >>> problem = Problem.from_arrays(["101"], [[0, 0]])
    >>> dates = {"compliance_date": ["2026-01-05"], "paid_from": ["2026-03-01"]}
    >>> table = pd.DataFrame({"urn": ["101"], "a_year": ["7300"], **dates})
    >>> read_backdated(table, problem)[0].paid_from
    datetime.date(2026, 3, 1)
    """

    def one(row: Mapping[str, Cell], _: int, faults: Faults) -> Arrears | None:
        return _arrears(row, problem, links or {}, faults)

    return _rows(source, sheet, "backdated payments", _BACKDATED, columns or {}, one)


def _rows(
    source: Any,
    sheet: str | int | None,
    name: str,
    names: Mapping[str, tuple[str, ...]],
    columns: Mapping[str, str],
    one: Callable[[Mapping[str, Cell], int, Faults], _T | None],
) -> tuple[_T, ...]:
    """Open a table and read its rows one by one; the only place where such files are opened."""
    check_keys(columns, names, name)
    needed = ("urn",) if names is _NAMES else tuple(names)
    table = read_cells(
        source,
        {**names, **{key: (given,) for key, given in columns.items()}},
        needed=(*needed, *(key for key in columns if key not in needed)),
        name=name,
        sheet=sheet,
    )
    found: list[_T] = []
    faults = Faults()
    if table.rows and not {"a_year", "band"} & set(table.rows[0]):
        remedy = "give pounds a year, or a band, for each plan"
        faults.add("there is no column 'a_year' and no column 'band'", remedy, where=table.where)
    for row in table.rows if not faults else ():
        made = one(row, row["urn"].row or 0, faults)
        found += [] if made is None else [made]
    if not found and not faults:
        faults.add(f"the file has no {name}", "give one row for each plan", where=table.where)
    faults.refuse(DataError)
    return tuple(found)


def _arrears(
    row: Mapping[str, Cell], problem: Problem, links: Mapping[str, str], faults: Faults
) -> Arrears | None:
    before = len(faults)
    urn = _school(row["urn"], problem, links, faults)
    readers = {"a_year": pence_of, "compliance_date": _date, "paid_from": _date}
    read = {key: _read(row.get(key), reader, faults) for key, reader in readers.items()}
    if len(faults) == before:
        lacking = [key for key, value in read.items() if value is None]
        faults += [row["urn"].fault(f"this row has no {key}", "give it") for key in lacking]
    owed, since = read["compliance_date"], read["paid_from"]
    if owed is not None and since is not None and since < owed:
        faults.append(
            row["paid_from"].fault(f"it is before the compliance date ({owed})", "swap the dates")
        )
    if len(faults) > before or urn is None:
        return None
    return Arrears(urn=urn, a_year_pence=read["a_year"], compliance_date=owed, paid_from=since)


def _commitment(
    row: Mapping[str, Cell],
    number: int,
    problem: Problem,
    links: Mapping[str, str],
    marks: dict[str, int],
    faults: Faults,
) -> Commitment | None:
    before = len(faults)
    urn = _school(row["urn"], problem, links, faults)
    sum_ = _read(row.get("a_year"), pence_of, faults)
    band = _text(row.get("band"))
    if len(faults) == before and (sum_ is None) == (band is None):
        both = "both a sum and a band" if sum_ is not None else "neither a sum nor a band"
        faults.append(row["urn"].fault(f"this row has {both}", "give one of them"))
    start, end = (_read(row.get(name), _date, faults) for name in ("start", "end"))
    if start is not None and end is not None and end < start:
        faults.append(row["end"].fault(f"it ends before it starts ({start})", "swap the dates"))
    if len(faults) > before or urn is None:
        return None
    reference = _text(row.get("reference"))
    if reference is not None:
        marks.setdefault(reference, number)
    return Commitment(
        urn=urn,
        a_year_pence=sum_,
        band=band,
        start=start,
        end=end,
        row=number,
        mark=None if reference is None else marks[reference],
    )


def _school(
    cell: Cell, problem: Problem, links: Mapping[str, str], faults: Faults
) -> SchoolId | None:
    place = problem.find(tidy(cell.text))
    if place is None:
        urn = cell.read(urn_of, faults)
        if urn is None:
            return None
        places = (problem.find(key) for key in (urn, links.get(urn)))
        place = next((found for found in places if found is not None), None)
    if place is not None:
        return problem.ids[place]
    remedy = "correct it, leave the row out, or give --links: academies have new URNs"
    faults.append(cell.fault("no school of the problem has this URN", remedy))
    return None


def _text(cell: Cell | None) -> str | None:
    return None if cell is None or is_unknown(cell.text) else tidy(cell.text)


def _read(cell: Cell | None, reader: Any, faults: Faults) -> Any:
    """Read a cell; None where it is blank or cannot be read, which is a fault."""
    return None if cell is None or is_unknown(cell.text) else cell.read(reader, faults)


_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_BRITISH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def _date(text: str) -> date:
    """Read a day as 2026-09-01 or 01/09/2026 (day first)."""
    words = tidy(text)
    parts: Sequence[str]
    if iso := _ISO.fullmatch(words):
        parts = iso.groups()
    elif british := _BRITISH.fullmatch(words):
        parts = british.groups()[::-1]
    else:
        raise Unreadable("it is not a date", "write 2026-09-01 or 01/09/2026 (day first)")
    year, month, day = map(int, parts)
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable("there is no such day", "write 2026-09-01 or 01/09/2026") from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Unreadable(f"the year is {year}", f"give a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return found
