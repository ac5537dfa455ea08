"""Forecasts from files: rolls and need by year, long or wide; and pupils by year group today."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from clusters.arguments import checked
from clusters.domain import Problem, SchoolId
from clusters.domain.forecast import Forecast, year_in, year_order
from clusters.errors import DataError, Fault
from clusters.readers.cells import Unreadable, is_unknown, number_of, tidy
from clusters.readers.column_names import PUBLISHED, near, simple
from clusters.readers.columns import find_column
from clusters.readers.faults import column_list, shown
from clusters.readers.links import links_of
from clusters.readers.opening import open_table
from clusters.readers.school_finder import SchoolFinder
from clusters.readers.table import WRONG_STATE, Cell, Table
from clusters.shown import Shown
from clusters.text import counted

__all__ = ["YearGroups", "read_forecast", "read_year_groups"]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "urn": PUBLISHED["urn"],
    "laestab": PUBLISHED["laestab"],
    "name": PUBLISHED["name"],
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "year": ("academic_year", "forecast_year", "time_period", "period", "school_year"),
    "measure": ("indicator", "measure_name", "forecast_of"),
    "value": ("number", "forecast", "projection", "count", "amount", "pupil_forecast"),
}
_FILLERS = frozenset(
    {
        *("forecast", "forecasts", "forecasted", "projected", "projection", "predicted"),
        "expected",
        *("estimate", "estimated", "total", "number", "no", "of", "in", "for", "at", "on", "the"),
        *("jan", "january", "may", "oct", "october", "sep", "sept", "september", "autumn"),
        *("spring", "summer", "term", "census", "academic", "financial", "year", "ay", "fy"),
        *("all", "count", "school", "full", "time", "fte", "start", "end", "as"),
    }
)
"""Words in the name of a column that do not say what is counted."""

_PAST = frozenset({"actual", "actuals", "actually", "outturn"})
_GROUP = re.compile(r"(?:nc_?)?(?:year_?group|year|yr|y|ncy)_?(\d{1,2}|r)")
_AGED = re.compile(r"(?:.*_)?aged?_(\d{1,2})(?:_.*)?")
_OF_WHOM = re.compile(r"(?:part|full)_time_(?:girls|boys)_")
_OLDEST_GROUP = 14
_AGE_IN_RECEPTION = 4
_RECEPTION = frozenset({"r", "reception", "year_r", "yr_r", "rec", "yr", "y_r", "yearr"})
_NAMED = 4

Missing = Literal["refuse", "as today"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class YearGroups(Shown):
    """Pupils of each school by year group today: 0 is Reception, 7 is Year 7, -1 and below nursery.

    Parameters
    ----------
    pupils
        By id of the school, by year group.
    notes
        What was odd but harmless.

    Examples
    --------
    >>> YearGroups(pupils={"101": {0: 28, 1: 30}}).pupils["101"]
    {0: 28, 1: 30}
    """

    pupils: Mapping[SchoolId, Mapping[int, float]]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """Numbers by (measure, year, school), with the cell each was read from; and parts of them."""

    whole: dict[tuple[str, str, SchoolId], float] = field(default_factory=dict)
    parts: dict[tuple[str, str, SchoolId], float] = field(default_factory=dict)
    unknown: set[tuple[str, str, SchoolId]] = field(default_factory=set)
    others: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Positions of the columns that say which school, year and measure; and columns of numbers."""

    keys: Mapping[str, int]
    words: Mapping[str, int]
    numbers: Sequence[_Column]
    named: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column of numbers holds; a measure or a year of None stands in another column."""

    at: int
    measure: str | None
    year: str | None
    part: bool = False


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
    named = _named_measures(problem, measures or {})
    given = dict(columns or {})
    _refuse_unknown(given)
    table = open_table(source, sheet=sheet, name="forecast", score=_score(given, named))
    keys, words = _key_columns(table, given), _word_columns(table, given)
    if not keys:
        raise DataError(_no_school_column(table))
    taken = {*keys.values(), *words.values()}
    found = _Found()
    numbers = _number_columns(table, taken, named, measure, words, found)
    if not numbers:
        raise DataError(_no_numbers(table))
    _read_rows(table, problem, links, _Layout(keys, words, numbers, named), found)
    kept = None if years is None else {year_in(str(year)) or str(year) for year in years}
    return _forecast(problem, found, table, kept, missing)


@checked
def read_year_groups(
    source: Any,
    problem: Problem,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    links: Any = None,
) -> YearGroups:
    """Read how many pupils each school has today in each year group.

    Columns are named "R", "Y1", "Year 7" or "NCY 7", or as in the published school census ("Full
    time girls Year group 7"); those of one year group are added up. Where there are none, columns
    by age on 31 August ("girls aged 5") are read: aged 4 is Reception, aged 5 Year 1.

    Parameters
    ----------
    source, problem, sheet, links
        As for `read_forecast`.
    columns
        Our names (urn, laestab, name) to those of the file.

    Raises
    ------
    DataError
        Listing every fault, and the schools of the problem that the file does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> problem = Problem.from_arrays(["101"], [[0, 0]], {"pupils": [90]})
    >>> table = pd.DataFrame({"URN": ["101"], "R": [28], "Y1": [30], "Y2": [32]})
    >>> dict(read_year_groups(table, problem).pupils["101"])
    {0: 28.0, 1: 30.0, 2: 32.0}
    """
    given = dict(columns or {})
    _refuse_unknown(given)
    table = open_table(source, sheet=sheet, name="year groups", score=_score(given, {}))
    keys = _key_columns(table, given)
    if not keys:
        raise DataError(_no_school_column(table))
    named = {k: simple(name) for k, name in enumerate(table.header) if k not in keys.values()}
    groups = {k: group for k, name in named.items() if (group := _group_of(name)) is not None}
    if not groups:  # ages stand beside year groups in the published census: never count both
        groups = {k: group for k, name in named.items() if (group := _age_group(name)) is not None}
    if not groups:
        raise DataError(
            Fault(
                what="no column is of a year group",
                remedy='name them "R", "Y1", "Year 7" or "aged 5"; the columns are '
                f"{column_list(table.header)}",
                where=table.where,
            )
        )
    found = _Found()
    pupils: dict[SchoolId, dict[int, float]] = {}
    for number, cells, school in _rows(table, problem, links, keys, found):
        if school in pupils:
            found.faults.append(_twice(table, number, school))
            continue
        row = pupils.setdefault(school, {})
        for k, group in groups.items():
            value = _value(table.cell(number, cells, k), str(school), found.faults)
            if value:
                row[group] = row.get(group, 0.0) + value
    lacking = [key for key in problem.ids if not any(pupils.get(key, {}).values())]
    if lacking and not found.faults:
        found.faults.append(
            Fault(
                what=f"there are no year groups of {counted(len(lacking), 'school')}: "
                f"{_names(problem, lacking)}",
                remedy="add their rows, or leave these schools out of the problem",
                where=table.where,
            )
        )
    if found.faults or table.faults:
        raise DataError([*table.faults, *found.faults])
    return YearGroups(pupils=pupils, notes=(*table.all_notes(), *_other_notes(found)))


# ---- columns ------------------------------------------------------------------------------------


def _named_measures(problem: Problem, further: Mapping[str, str]) -> dict[str, str]:
    """Return our measure by the simplified words under which a file may hold it."""
    names = {"need": "need", "pupils": "pupils", "ehcps": "ehcps", "sen_support": "sen_support"}
    for key in ("pupils", "ehcps", "sen_support"):
        names |= dict.fromkeys(PUBLISHED[key], key)
    names |= dict.fromkeys(("pupil", "rolls", "numbers_on_roll", "on_roll"), "pupils")
    names |= {"sen": "sen_support", "ehc": "ehcps"}
    names |= {simple(name): name for name in problem.measures if name != "schools"}
    return names | {simple(theirs): ours for ours, theirs in further.items()}


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = (*_KEYS, *_WORDS)
    faults = [
        Fault(
            what=f"columns names {key!r}, which forecasts do not have",
            remedy=f"{near(key, known)} Use any of {', '.join(known)}".strip(),
            where="columns",
        )
        for key in given
        if key not in known
    ]
    if faults:
        raise DataError(faults)


def _score(given: Mapping[str, str], named: Mapping[str, str]) -> Callable[[Sequence[str]], int]:
    keys = {simple(name) for key, names in _KEYS.items() for name in (key, *names)}
    keys |= {simple(name) for name in given.values()}
    words = {name for key, names in _WORDS.items() for name in (key, *names)} | set(named)

    def score(cells: Sequence[str]) -> int:
        have = [simple(cell) for cell in cells if cell]
        if not keys & set(have):
            return 0
        dated = sum(1 for cell in cells if year_in(cell) or _is_group(simple(cell)))
        return len(keys & set(have)) + len(words & set(have)) + dated

    return score


def _key_columns(table: Table, given: Mapping[str, str]) -> dict[str, int]:
    return _columns(table, given, _KEYS)


def _word_columns(table: Table, given: Mapping[str, str]) -> dict[str, int]:
    return _columns(table, given, _WORDS)


def _columns(
    table: Table, given: Mapping[str, str], names: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    at: dict[str, int] = {}
    for key, others in names.items():
        wanted = (given[key],) if key in given else (key, *others)
        places = (find_column(table.header, name) for name in wanted)
        found = next((k for k in places if k is not None and k not in at.values()), None)
        if found is not None:
            at[key] = found
        elif key in given:
            raise DataError(
                Fault(
                    what=f"there is no column {given[key]!r}, which was to be {key!r}",
                    remedy=near(given[key], table.header)
                    or f"the columns are {column_list(table.header)}",
                    where=table.where,
                )
            )
    return at


def _number_columns(
    table: Table,
    taken: Collection[int],
    named: Mapping[str, str],
    measure: str,
    words: Mapping[str, int],
    found: _Found,
) -> list[_Column]:
    """Which columns hold numbers, and of what."""
    columns = []
    for k, name in enumerate(table.header):
        if k in taken and k != words.get("value"):
            continue
        read = _column(k, name, named, measure, words)
        if read is not None:
            columns.append(read)
        elif year_in(name):
            reason = "of the past" if _PAST & set(simple(name).split("_")) else "none of ours"
            found.notes.append(f"The column {name!r} of {table.where} is {reason}; not used.")
    wholes = {(column.measure, column.year) for column in columns if not column.part}
    return [c for c in columns if not (c.part and (c.measure, c.year) in wholes)]


def _column(
    k: int, name: str, named: Mapping[str, str], measure: str, words: Mapping[str, int]
) -> _Column | None:
    """Say what a column holds; None where it holds no number of ours."""
    year = year_in(name)
    if year is None and "year" not in words:
        return None
    said = None if "measure" in words else measure
    if k == words.get("value"):
        return _Column(k, said, year)
    every = [word for word in _without_year(simple(name)).split("_") if word]
    if _PAST & set(every):
        return None
    left = [word for word in every if word not in _FILLERS]
    if year is not None and not left:
        return _Column(k, said, year)
    for text in ("_".join(every), "_".join(left)):
        if text in named:
            return _Column(k, named[text], year)
        if _group_of(text) is not None:
            return _Column(k, "pupils", year, part=True)
    return None


def _without_year(name: str) -> str:
    return re.sub(r"(?<!\d)20\d\d(?:_(?:20)?\d\d(?!\d)|\d\d(?!\d))?", "", name)


def _group_of(name: str) -> int | None:
    """Year group that the simplified name of a column stands for; None where it is none."""
    plain = _OF_WHOM.sub("", name, count=1)
    if plain in _RECEPTION:
        return 0
    found = _GROUP.fullmatch(plain)
    if found is None:
        return None
    group = 0 if found[1] == "r" else int(found[1])
    return group if group <= _OLDEST_GROUP else None


def _is_group(name: str) -> bool:
    return _group_of(name) is not None or _age_group(name) is not None


def _age_group(name: str) -> int | None:
    """Year group of pupils of an age on 31 August; None where the column is of no age."""
    found = _AGED.fullmatch(name)
    return None if found is None else int(found[1]) - _AGE_IN_RECEPTION


# ---- rows ---------------------------------------------------------------------------------------


def _rows(
    table: Table, problem: Problem, links: Any, keys: Mapping[str, int], found: _Found
) -> Iterator[tuple[int, list[str], SchoolId]]:
    """Rows of the problem's schools; the others are remembered."""
    finder = SchoolFinder(problem, links_of(links))
    for number, cells in table.body():
        texts = [tidy(cells[k]) for k in keys.values() if tidy(cells[k])]
        school = next((s for text in texts if (s := finder.find(text)) is not None), None)
        if school is not None:
            yield number, cells, school
        elif texts:
            found.others.setdefault(texts[0], " ".join(texts[:2]))


def _read_rows(table: Table, problem: Problem, links: Any, layout: _Layout, found: _Found) -> None:
    for number, cells, school in _rows(table, problem, links, layout.keys, found):
        in_row = _in_row(table, number, cells, layout, found)
        for column in layout.numbers:
            cell = table.cell(number, cells, column.at)
            what = column.measure or in_row.get("measure")
            year = column.year or in_row.get("year")
            if what is None or year is None:
                continue
            _keep(cell, (what, year, school), found, part=column.part)


def _in_row(
    table: Table, number: int, cells: list[str], layout: _Layout, found: _Found
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
        left = "_".join(word for word in name.split("_") if word not in _FILLERS)
        what = layout.named.get(name, layout.named.get(left))
        if what is not None:
            said["measure"] = what
        elif name:
            found.faults.append(
                cell.fault(
                    "it is not one of our measures",
                    f"say which it is with measures={{'ours': {tidy(cell.text)!r}}}, or leave the "
                    "row out",
                )
            )
    return said


def _keep(cell: Cell, key: tuple[str, str, SchoolId], found: _Found, *, part: bool) -> None:
    value = _value(cell, str(key[2]), found.faults)
    if value is None:
        found.unknown.add(key)
    elif part:
        found.parts[key] = found.parts.get(key, 0.0) + value
    elif key in found.whole:
        found.faults.append(
            cell.fault(
                f"{key[0]} in {key[1]} stands twice for this school",
                "keep one number of each year",
                str(key[2]),
            )
        )
    else:
        found.whole[key] = value


def _value(cell: Cell, urn: str, faults: list[Fault]) -> float | None:
    """Read a cell; None where it is not known, or a fault."""
    if cell.state in ("formula", "date", "merged"):
        faults.append(cell.fault(*WRONG_STATE[cell.state], urn))
        return None
    if is_unknown(cell.text):
        return None
    try:
        return number_of(cell.text)
    except Unreadable as error:
        faults.append(cell.fault(error.what, error.remedy, urn))
        return None


# ---- the whole ----------------------------------------------------------------------------------


def _forecast(
    problem: Problem, found: _Found, table: Table, years: set[str] | None, missing: Missing
) -> Forecast:
    dark = found.parts.keys() & found.unknown  # a part is not known: their sum is not either
    numbers: dict[str, dict[str, dict[SchoolId, float]]] = {}
    for key, value in (found.parts | found.whole).items():
        what, year, school = key
        if (years is None or year in years) and (key in found.whole or key not in dark):
            numbers.setdefault(what, {}).setdefault(year, {})[school] = value
    faults = [*table.faults, *found.faults]
    if not numbers and not faults:
        faults.append(_nothing_read(found, table, years))
    notes: list[str] = []
    if not faults:
        for what, by_year in numbers.items():
            notes += _filled(problem, what, by_year, missing, table.where, faults)
    if faults:
        raise DataError(faults)
    span = sorted({year for by_year in numbers.values() for year in by_year}, key=year_order)
    source = f"The forecast of {' and '.join(numbers)} for {', '.join(span)} is from {table.where}."
    return Forecast(
        numbers=numbers,
        notes=(source, *table.all_notes(), *found.notes, *_other_notes(found), *notes),
    )


def _filled(
    problem: Problem,
    what: str,
    by_year: dict[str, dict[SchoolId, float]],
    missing: Missing,
    where: str,
    faults: list[Fault],
) -> Iterator[str]:
    """Deal with schools that lack a year: refuse them, or put today's number in its place."""
    for year, known in by_year.items():
        lacking = [key for key in problem.ids if key not in known]
        if not lacking:
            continue
        names = _names(problem, lacking)
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
        faults.append(
            Fault(
                what=f"there is no forecast of {what} in {year} for "
                f"{counted(len(lacking), 'school')}: {names}",
                remedy=remedy,
                where=where,
            )
        )


def _names(problem: Problem, keys: Sequence[SchoolId]) -> str:
    return shown([f"{problem.school(key).name} ({key})" for key in keys], _NAMED)


def _other_notes(found: _Found) -> list[str]:
    if not found.others:
        return []
    rows = counted(len(found.others), "school is", "schools are")
    named = shown(found.others.values())
    return [f"{rows} not among those of the problem and left out: {named}."]


def _twice(table: Table, number: int, school: SchoolId) -> Fault:
    return Fault(
        what="this school has several rows",
        remedy="keep one row for each school",
        where=table.where,
        row=number,
        urn=str(school),
    )


def _no_school_column(table: Table) -> Fault:
    return Fault(
        what="no column holds the URN, LAESTAB number or name of the schools",
        remedy=f'say which it is with columns={{"urn": ...}}; the columns are '
        f"{column_list(table.header)}",
        where=table.where,
    )


def _no_numbers(table: Table) -> Fault:
    return Fault(
        what="no column holds a forecast: none has a year in its name, and no column holds years",
        remedy='name columns such as "2027/28" or "EHCP 2027", or give a column "year"; the '
        f"columns are {column_list(table.header)}",
        where=table.where,
    )


def _nothing_read(found: _Found, table: Table, years: set[str] | None) -> Fault:
    if years is not None and (found.whole or found.parts):
        have = sorted({year for _, year, _ in (*found.whole, *found.parts)}, key=year_order)
        return Fault(
            what=f"the file has no forecast for {', '.join(sorted(years))}",
            remedy=f"it has {', '.join(have)}",
            where=table.where,
        )
    return Fault(
        what="no row holds a forecast of a school of the problem",
        remedy="check the URNs and the columns of numbers"
        + (f"; the file has {shown(found.others.values())}" if found.others else ""),
        where=table.where,
    )
