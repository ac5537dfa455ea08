"""Forecasts from files: rolls and need by year, long or wide."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clusters.arguments import checked
from clusters.domain import Problem, SchoolId
from clusters.domain.forecast import Forecast, year_in, year_order
from clusters.errors import DataError, Fault, Faults
from clusters.readers.cells import tidy
from clusters.readers.column_names import simple
from clusters.readers.faults import column_list
from clusters.readers.forecast_columns import (
    FILLERS,
    OTHER_KEYS,
    SCHOOL_KEYS,
    Column,
    columns_of,
    header_score_of,
    named_measures,
    no_school_column,
    number_columns,
    refuse_unknown,
)
from clusters.readers.forecast_rows import Found, other_notes, rows_of, school_names, value_of
from clusters.readers.opening import open_table
from clusters.readers.table import Cell, Table
from clusters.text import counted, first_few

__all__ = ["read_forecast"]

Missing = Literal["refuse", "as today"]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Positions of the columns that say which school, year and measure; and columns of numbers."""

    keys: Mapping[str, int]
    words: Mapping[str, int]
    numbers: Sequence[Column]
    named: Mapping[str, str]


@checked
def read_forecast(
    source: Any,
    problem: Problem,
    *,
    measure: str = "pupils",
    measures: Mapping[str, str] | None = None,
    years: Collection[str | int] | None = None,
    missing: Literal["refuse", "as today"] = "refuse",
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    links: Any = None,
) -> Forecast:
    """Read what each school is expected to have in later years.

    Wide: a row for each school, with columns such as "2027/28", "Forecast NOR 2027" or "EHCP
    2027-28". Long: a row for each school and year, with columns such as "pupils" and "ehcps"; or a
    row for each school, year and measure. Columns of year groups ("Y7 2027/28") are added up.

    Parameters
    ----------
    source
        A file or frame of any kind that `read_schools` takes.
    problem
        The schools. Rows of others are left out, and counted in the notes.
    measure
        What numbers are of that do not say it.
    measures
        Further measures: ours to the words of the file, for instance ``{"need": "SEND index"}``.
    years
        Those to keep, as "2027-28" or 2027; None for all.
    missing
        What is done where a school has no number of a year: "refuse" lists them; "as today" puts
        today's number in its place, and the notes say so.
    columns
        Our names (urn, laestab, name, year, measure, value) to those of the file.
    sheet
        Of an Excel workbook.
    links
        GIAS links file, for forecasts that name schools by older URNs.

    Raises
    ------
    DataError
        Listing every fault, with its row and column.

    Examples
    --------
    >>> import pandas as pd
    >>> problem = Problem.from_arrays(["101", "102"], [[0, 0], [1, 1]], {"pupils": [90, 200]})
    >>> wide = pd.DataFrame({"URN": ["101", "102"], "2027/28": [95, 190], "2028/29": [99, 185]})
    >>> forecast = read_forecast(wide, problem)
    >>> forecast.years, forecast.numbers["pupils"]["2028-29"]["102"]
    (('2027-28', '2028-29'), 185.0)
    """
    named = named_measures(problem, measures or {})
    given = dict(columns or {})
    refuse_unknown(given)
    table = open_table(source, sheet=sheet, name="forecast", score=header_score_of(given, named))
    keys, words = columns_of(table, given, SCHOOL_KEYS), columns_of(table, given, OTHER_KEYS)
    if not keys:
        raise DataError(no_school_column(table))
    taken = {*keys.values(), *words.values()}
    found = Found()
    numbers = number_columns(table, taken, named, measure, words, found)
    if not numbers:
        raise DataError(_no_numbers(table))
    _read_rows(table, problem, links, _Layout(keys, words, numbers, named), found)
    kept = None if years is None else {year_in(str(year)) or str(year) for year in years}
    return _forecast(problem, found, table, kept, missing)


def _read_rows(table: Table, problem: Problem, links: Any, layout: _Layout, found: Found) -> None:
    for number, cells, school in rows_of(table, problem, links, layout.keys, found):
        in_row = _in_row(table, number, cells, layout, found)
        for column in layout.numbers:
            cell = table.cell(number, cells, column.at)
            what = column.measure or in_row.get("measure")
            year = column.year or in_row.get("year")
            if what is None or year is None:
                continue
            _keep(cell, (what, year, school), found, part=column.part)


def _in_row(
    table: Table, number: int, cells: list[str], layout: _Layout, found: Found
) -> dict[str, str]:
    """Year and measure that a row of a long table names."""
    said: dict[str, str] = {}
    if "year" in layout.words:
        cell = table.cell(number, cells, layout.words["year"])
        year = year_in(cell.text)
        if year is not None:
            said["year"] = year
        elif tidy(cell.text):
            found.faults.append(cell.fault("it is not a year", 'write "2027" or "2027/28"'))
    if "measure" in layout.words:
        cell = table.cell(number, cells, layout.words["measure"])
        name = simple(cell.text)
        left = "_".join(word for word in name.split("_") if word not in FILLERS)
        what = layout.named.get(name, layout.named.get(left))
        if what is not None:
            said["measure"] = what
        elif name:
            remedy = f"say which it is with measures={{'ours': {tidy(cell.text)!r}}}"
            remedy += ", or leave the row out"
            found.faults.append(cell.fault("it is not one of our measures", remedy))
    return said


def _keep(cell: Cell, key: tuple[str, str, SchoolId], found: Found, *, part: bool) -> None:
    value = value_of(cell, str(key[2]), found.faults)
    if value is None:
        found.unknown.add(key)
    elif part:
        found.parts[key] = found.parts.get(key, 0.0) + value
    elif key in found.whole:
        what = f"{key[0]} in {key[1]} stands twice for this school"
        found.faults.append(cell.fault(what, "keep one number of each year", str(key[2])))
    else:
        found.whole[key] = value


# ---- the whole ----------------------------------------------------------------------------------


def _forecast(
    problem: Problem, found: Found, table: Table, years: set[str] | None, missing: Missing
) -> Forecast:
    dark = found.parts.keys() & found.unknown  # a part is not known: their sum is not either
    numbers: dict[str, dict[str, dict[SchoolId, float]]] = {}
    for key, value in (found.parts | found.whole).items():
        what, year, school = key
        if (years is None or year in years) and (key in found.whole or key not in dark):
            numbers.setdefault(what, {}).setdefault(year, {})[school] = value
    faults = Faults([*table.faults, *found.faults])
    if not numbers and not faults:
        faults.append(_nothing_read(found, table, years))
    notes: list[str] = []
    if not faults:
        for what, by_year in numbers.items():
            notes += _filled(problem, what, by_year, missing, table.where, faults)
    faults.refuse(DataError)
    span = sorted({year for by_year in numbers.values() for year in by_year}, key=year_order)
    source = f"The forecast of {' and '.join(numbers)} for {', '.join(span)} is from {table.where}."
    return Forecast(
        numbers=numbers,
        notes=(source, *table.all_notes(), *found.notes, *other_notes(found), *notes),
    )


def _filled(
    problem: Problem,
    what: str,
    by_year: dict[str, dict[SchoolId, float]],
    missing: Missing,
    where: str,
    faults: Faults,
) -> Iterator[str]:
    """Deal with schools that lack a year: refuse them, or put today's number in its place."""
    for year, known in by_year.items():
        lacking = [key for key in problem.ids if key not in known]
        if not lacking:
            continue
        names = school_names(problem, lacking)
        if missing == "as today" and what in problem.measures:
            today = dict(zip(problem.ids, problem.measures[what].tolist(), strict=True))
            known |= {key: today[key] for key in lacking}
            yield (
                f"{what} in {year} is put at today's number for "
                f"{counted(len(lacking), 'school')} without a forecast: {names}."
            )
            continue
        remedy = "add their numbers, or read with missing='as today' to keep today's"
        if missing == "as today":
            remedy = f"add their numbers: today's {what} is not known either"
        faults.add(
            f"there is no forecast of {what} in {year} for "
            f"{counted(len(lacking), 'school')}: {names}",
            remedy,
            where=where,
        )


def _no_numbers(table: Table) -> Fault:
    return table.fault(
        "no column holds a forecast: none has a year in its name, and no column holds years",
        'name columns such as "2027/28" or "EHCP 2027", or give a column "year"; the '
        f"columns are {column_list(table.header)}",
    )


def _nothing_read(found: Found, table: Table, years: set[str] | None) -> Fault:
    if years is not None and (found.whole or found.parts):
        have = sorted({year for _, year, _ in (*found.whole, *found.parts)}, key=year_order)
        return table.fault(
            f"the file has no forecast for {', '.join(sorted(years))}", f"it has {', '.join(have)}"
        )
    return table.fault(
        "no row holds a forecast of a school of the problem",
        "check the URNs and the columns of numbers"
        + (f"; the file has {first_few(found.others.values())}" if found.others else ""),
    )
