"""Commitments from files: what must be paid for EHC plans, one row for each plan."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clusters.arguments import checked
from clusters.domain import Problem, SchoolId
from clusters.errors import DataError, Fault
from clusters.readers.cell_tables import read_cells
from clusters.readers.cells import Unreadable, is_unknown, pence_of, tidy, urn_of
from clusters.readers.column_names import PUBLISHED, near
from clusters.readers.table import Cell

__all__ = ["Commitment", "read_commitments"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "urn": PUBLISHED["urn"],
    "a_year": ("annual", "annual_amount", "pounds_a_year", "amount", "topup", "top_up", "value"),
    "band": ("topup_band", "funding_band", "rate_band"),
    "start": ("start_date", "from", "paid_from"),
    "end": ("end_date", "to", "until", "paid_to"),
    "reference": ("ref", "plan", "plan_reference", "case", "id", "upn"),
}
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
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
        Tells rows of one plan from those of another: the row in which its reference first stands.
        The reference itself is never kept, printed or written. None without a reference.
    """

    urn: SchoolId
    a_year_pence: int | None = None
    band: str | None = None
    start: date | None = None
    end: date | None = None
    row: int = 0
    mark: int | None = None


@checked
def read_commitments(
    source: Any,
    problem: Problem,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
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
    for key in columns or {}:
        if key not in _NAMES:
            raise DataError(
                Fault(
                    what=f"columns names {key!r}, which commitments do not have",
                    remedy=f"{near(key, _NAMES)} Use any of {', '.join(_NAMES)}".strip(),
                    where="columns",
                )
            )
    table = read_cells(
        source,
        {**_NAMES, **{key: (name,) for key, name in (columns or {}).items()}},
        needed=("urn", *(columns or {})),
        name="commitments",
        sheet=sheet,
    )
    found: list[Commitment] = []
    faults: list[Fault] = []
    marks: dict[str, int] = {}
    if table.rows and not {"a_year", "band"} & set(table.rows[0]):
        faults.append(
            Fault(
                what="there is no column 'a_year' and no column 'band'",
                remedy="give pounds a year, or a band, for each plan",
                where=table.where,
            )
        )
    for row in table.rows if not faults else ():
        one = _commitment(row, row["urn"].row or 0, problem, marks, faults)
        found += [] if one is None else [one]
    if not found and not faults:
        faults.append(
            Fault(
                what="the file has no commitments",
                remedy="give one row for each plan",
                where=table.where,
            )
        )
    if faults:
        raise DataError(faults)
    return tuple(found)


def _commitment(
    row: Mapping[str, Cell],
    number: int,
    problem: Problem,
    marks: dict[str, int],
    faults: list[Fault],
) -> Commitment | None:
    before = len(faults)
    urn = _school(row["urn"], problem, faults)
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


def _school(cell: Cell, problem: Problem, faults: list[Fault]) -> SchoolId | None:
    place = problem.find(tidy(cell.text))
    if place is None:
        try:
            place = problem.find(urn_of(cell.text))
        except Unreadable as error:
            faults.append(cell.fault(error.what, error.remedy))
            return None
    if place is None:
        what = "no school of the problem has this URN"
        faults.append(
            cell.fault(what, "correct it, or leave the row out (academies have new URNs)")
        )
        return None
    return problem.ids[place]


def _text(cell: Cell | None) -> str | None:
    return None if cell is None or is_unknown(cell.text) else tidy(cell.text)


def _read(cell: Cell | None, reader: Any, faults: list[Fault]) -> Any:
    """Read a cell; None where it is blank or cannot be read, which is a fault."""
    if cell is None or is_unknown(cell.text):
        return None
    try:
        return reader(cell.text)
    except Unreadable as error:
        faults.append(cell.fault(error.what, error.remedy))
        return None


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
