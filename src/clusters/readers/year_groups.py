"""Pupils of each school by year group today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clusters.arguments import checked
from clusters.domain import Problem, SchoolId
from clusters.errors import DataError
from clusters.readers.column_names import simple
from clusters.readers.faults import column_list
from clusters.readers.forecast_columns import (
    SCHOOL_KEYS,
    age_group,
    columns_of,
    group_of,
    header_score_of,
    no_school_column,
    refuse_unknown,
)
from clusters.readers.forecast_rows import Found, other_notes, rows_of, school_names, value_of
from clusters.readers.opening import open_table
from clusters.shown import Shown
from clusters.text import counted

__all__ = ["YearGroups", "read_year_groups"]


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
    refuse_unknown(given)
    table = open_table(source, sheet=sheet, name="year groups", score=header_score_of(given, {}))
    keys = columns_of(table, given, SCHOOL_KEYS)
    if not keys:
        raise DataError(no_school_column(table))
    named = {k: simple(name) for k, name in enumerate(table.header) if k not in keys.values()}
    groups = {k: group for k, name in named.items() if (group := group_of(name)) is not None}
    if not groups:  # ages stand beside year groups in the published census: never count both
        groups = {k: group for k, name in named.items() if (group := age_group(name)) is not None}
    if not groups:
        raise table.refused(
            "no column is of a year group",
            'name them "R", "Y1", "Year 7" or "aged 5"; the columns are '
            f"{column_list(table.header)}",
        )
    found = Found()
    pupils: dict[SchoolId, dict[int, float]] = {}
    for number, cells, school in rows_of(table, problem, links, keys, found):
        if school in pupils:
            what, remedy = "this school has several rows", "keep one row for each school"
            found.faults.append(table.fault(what, remedy, row=number, urn=str(school)))
            continue
        row = pupils.setdefault(school, {})
        for k, group in groups.items():
            value = value_of(table.cell(number, cells, k), str(school), found.faults)
            if value:
                row[group] = row.get(group, 0.0) + value
    lacking = [key for key in problem.ids if not any(pupils.get(key, {}).values())]
    if lacking and not found.faults:
        found.faults.add(
            f"there are no year groups of {counted(len(lacking), 'school')}: "
            f"{school_names(problem, lacking)}",
            "add their rows, or leave these schools out of the problem",
            where=table.where,
        )
    if found.faults or table.faults:
        raise DataError([*table.faults, *found.faults])
    return YearGroups(pupils=pupils, notes=(*table.all_notes(), *other_notes(found)))
