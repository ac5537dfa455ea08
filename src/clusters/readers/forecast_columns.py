"""Which columns of a forecast hold what: schools, years, measures, year groups; and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from clusters.domain import Problem
from clusters.domain.forecast import year_in
from clusters.errors import Fault
from clusters.readers.column_names import PUBLISHED, near, simple
from clusters.readers.columns import check_keys, find_columns
from clusters.readers.faults import column_list
from clusters.readers.forecast_rows import Found
from clusters.readers.table import Table

__all__ = [
    "FILLERS",
    "OTHER_KEYS",
    "SCHOOL_KEYS",
    "Column",
    "age_group",
    "columns_of",
    "group_of",
    "header_score_of",
    "named_measures",
    "no_school_column",
    "number_columns",
    "refuse_unknown",
]

SCHOOL_KEYS: Mapping[str, tuple[str, ...]] = {
    "urn": PUBLISHED["urn"],
    "laestab": PUBLISHED["laestab"],
    "name": PUBLISHED["name"],
}
OTHER_KEYS: Mapping[str, tuple[str, ...]] = {
    "year": ("academic_year", "forecast_year", "time_period", "period", "school_year"),
    "measure": ("indicator", "measure_name", "forecast_of"),
    "value": ("number", "forecast", "projection", "count", "amount", "pupil_forecast"),
}
FILLERS = frozenset(
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


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of numbers holds; a measure or a year of None stands in another column."""

    at: int
    measure: str | None
    year: str | None
    part: bool = False


def named_measures(problem: Problem, further: Mapping[str, str]) -> dict[str, str]:
    """Return our measure by the simplified words under which a file may hold it."""
    names = {"need": "need", "pupils": "pupils", "ehcps": "ehcps", "sen_support": "sen_support"}
    for key in ("pupils", "ehcps", "sen_support"):
        names |= dict.fromkeys(PUBLISHED[key], key)
    names |= dict.fromkeys(("pupil", "rolls", "numbers_on_roll", "on_roll"), "pupils")
    names |= {"sen": "sen_support", "ehc": "ehcps"}
    names |= {simple(name): name for name in problem.measures if name != "schools"}
    return names | {simple(theirs): ours for ours, theirs in further.items()}


def refuse_unknown(given: Mapping[str, str]) -> None:
    """Refuse names of columns that forecasts do not have."""
    check_keys(given, (*SCHOOL_KEYS, *OTHER_KEYS), "forecasts")


def header_score_of(
    given: Mapping[str, str], named: Mapping[str, str]
) -> Callable[[Sequence[str]], int]:
    """Make the function that says how well a row does as the header of a forecast."""
    keys = {simple(name) for key, names in SCHOOL_KEYS.items() for name in (key, *names)}
    keys |= {simple(name) for name in given.values()}
    words = {name for key, names in OTHER_KEYS.items() for name in (key, *names)} | set(named)

    def score(cells: Sequence[str]) -> int:
        have = [simple(cell) for cell in cells if cell]
        if not keys & set(have):
            return 0
        dated = sum(1 for cell in cells if year_in(cell) or _is_group(simple(cell)))
        return len(keys & set(have)) + len(words & set(have)) + dated

    return score


def columns_of(
    table: Table, given: Mapping[str, str], names: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Find the columns that hold our keys, under the names given or any of the usual ones."""
    at = find_columns(table.header, names, given)
    for key in names:
        if key in given and key not in at:
            raise table.refused(
                f"there is no column {given[key]!r}, which was to be {key!r}",
                near(given[key], table.header) or f"the columns are {column_list(table.header)}",
            )
    return at


def number_columns(
    table: Table,
    taken: Collection[int],
    named: Mapping[str, str],
    measure: str,
    words: Mapping[str, int],
    found: Found,
) -> list[Column]:
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
) -> Column | None:
    """Say what a column holds; None where it holds no number of ours."""
    year = year_in(name)
    if year is None and "year" not in words:
        return None
    said = None if "measure" in words else measure
    if k == words.get("value"):
        return Column(k, said, year)
    every = [word for word in _without_year(simple(name)).split("_") if word]
    if _PAST & set(every):
        return None
    left = [word for word in every if word not in FILLERS]
    if year is not None and not left:
        return Column(k, said, year)
    for text in ("_".join(every), "_".join(left)):
        if text in named:
            return Column(k, named[text], year)
        if group_of(text) is not None:
            return Column(k, "pupils", year, part=True)
    return None


def _without_year(name: str) -> str:
    return re.sub(r"(?<!\d)20\d\d(?:_(?:20)?\d\d(?!\d)|\d\d(?!\d))?", "", name)


def group_of(name: str) -> int | None:
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
    return group_of(name) is not None or age_group(name) is not None


def age_group(name: str) -> int | None:
    """Year group of pupils of an age on 31 August; None where the column is of no age."""
    found = _AGED.fullmatch(name)
    return None if found is None else int(found[1]) - _AGE_IN_RECEPTION


def no_school_column(table: Table) -> Fault:
    """Say that no column names the schools."""
    return table.fault(
        "no column holds the URN, LAESTAB number or name of the schools",
        f'say which it is with columns={{"urn": ...}}; the columns are {column_list(table.header)}',
    )
