"""Cases from tables: one row for each, or the same as nested mappings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from clusters.arguments import checked, described
from clusters.domain import Priorities, Problem, Rules, is_number
from clusters.domain.values import plain
from clusters.errors import ArgumentError, ClustersError, DataError, Fault, RulesError
from clusters.solver import Settings
from clusters.study.case import Case, Refused
from clusters.study.draws import perturbed

__all__ = ["SECTIONS", "case_of", "cases", "merged", "unknown_key"]

_Table = Mapping[str, Any]

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "rules": tuple(field.name for field in fields(Rules)),
    "priorities": tuple(field.name for field in fields(Priorities)),
    "settings": tuple(field.name for field in fields(Settings)),
    "perturb": ("spread", "seed"),
}
"""Parts of a case that a table sets, and what each of them holds."""
_PLAIN = ("name", "authority", "start")
_LABEL = "label"
_WHOLE = {"n_clusters", "seed", "workers"}
_NO_BOUND = "none"


@checked(leave=("rows",))
def cases(
    rows: Any,
    problems: Problem | Mapping[str, Problem],
    *,
    rules: Rules | None = None,
    priorities: Priorities | None = None,
    settings: Settings | None = None,
) -> list[Case | Refused]:
    """Make cases from a table: one for each row.

    Parameters
    ----------
    rows
        A DataFrame, or a list of mappings. A column is named after what it sets, part by part:
        ``rules.n_clusters``, ``rules.balance.pupils``, ``priorities.travel_by``, ``settings.seed``,
        ``perturb.spread.need`` and ``perturb.seed`` (see `perturbed`), ``label.year`` for a column
        of the results that decides nothing; ``authority`` names the problem, ``name`` the case,
        ``start`` holds a plan to begin from. An empty cell sets nothing. ``rules.n_clusters.
        schools_each`` gives the number of clusters by the schools in each on average.
    problems
        The facts; by the name of the authority where there are several.
    rules, priorities, settings
        What holds where a row sets nothing. A row that sets anything of ``rules.balance`` sets the
        whole of it.

    Returns
    -------
    list
        A Case for each row, or a Refused with what is wrong with it: `run` takes both.

    Raises
    ------
    DataError
        If a column sets nothing that there is.

    Examples
    --------
    >>> import pandas as pd
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]}, [("a", "b")])
    >>> rows = pd.DataFrame({"rules.n_clusters": [1, 2], "settings.seed": [1, 5]})
    >>> made = cases(rows, problem)
    >>> [(case.name, case.rules.n_clusters, case.settings.seed) for case in made]
    [('case 1', 1, 1), ('case 2', 2, 5)]
    """
    known = {"": problems} if isinstance(problems, Problem) else dict(problems)
    base: dict[str, Any] = {
        name: _fields_of(value)
        for name, value in (("rules", rules), ("priorities", priorities), ("settings", settings))
        if value is not None
    }
    made = []
    for number, row in enumerate(_rows_of(rows), start=1):
        table = {"name": f"case {number}", **_nested(row)}
        made.append(case_of(merged(base, table), known))
    return made


def case_of(table: _Table, problems: Mapping[str, Any]) -> Case | Refused:
    """Make a case from nested mappings whose keys are known; Refused where a value does not fit.

    Parameters
    ----------
    problems
        Problems by name; an error in the place of one that could not be made.
    """
    name = str(table["name"])
    labels = dict(table.get(_LABEL, {}))
    authority = table.get("authority")
    if authority is not None:
        labels = {"authority": str(authority), **labels}
    try:
        problem = _problem_of(authority, problems)
        perturb = table.get("perturb", {})
        if perturb:
            problem = perturbed(problem, perturb.get("spread", {}), perturb.get("seed", 1))
        return Case(
            name=name,
            problem=problem,
            rules=_rules_of(table.get("rules", {}), problem),
            priorities=Priorities(**table.get("priorities", {})),
            settings=Settings(**table.get("settings", {})),
            start=table.get("start"),
            labels=labels,
        )
    except ClustersError as error:
        return Refused(name=name, labels=labels, error=error)


def merged(*tables: _Table) -> dict[str, Any]:
    """Lay tables over each other: of a section, a later key takes the place of an earlier one."""
    made: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            inner = key in SECTIONS or key == _LABEL
            if key == "settings" and "time_limit_s" in value and "work_limit" not in value:
                value = {**value, "work_limit": None}  # the later kind of limit is the one meant
            made[key] = {**made.get(key, {}), **value} if inner else value
    return made


def unknown_key(key: str, known: Iterable[str], where: str) -> Fault:
    """Say that there is no such key, and which one may be meant."""
    known = list(known)
    near = get_close_matches(key, known, 1)
    remedy = f"did you mean {near[0]!r}?" if near else f"use any of {', '.join(known)}"
    return Fault(f"{key!r} is no key of a study", remedy, where=where)


# ---- rows ---------------------------------------------------------------------------------------


def _rows_of(rows: Any) -> list[dict[str, Any]]:
    """Read a frame or a list of mappings, the names of whose columns are known."""
    found: list[Any] = [None]
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        columns = list(rows.columns)
        found = [dict(zip(columns, row, strict=True)) for row in rows.itertuples(index=False)]
        if rows.index.name == "name" and "name" not in columns:
            found = [{"name": n, **row} for n, row in zip(rows.index, found, strict=True)]
    elif isinstance(rows, Iterable) and not isinstance(rows, str | bytes | Mapping):
        found = list(rows)
    if not all(isinstance(row, Mapping) for row in found):
        raise ArgumentError.of(
            f"rows is {described(rows)}",
            "give a DataFrame, or a list of mappings, one for each case",
        )
    names = dict.fromkeys(name for row in found for name in row)
    faults = [fault for name in names for fault in _column_faults(name)]
    if faults:
        raise DataError(faults)
    return found


def _column_faults(name: object) -> list[Fault]:
    if not isinstance(name, str):
        return [Fault(f"a column is called {name!r}", "name it after what it sets")]
    section, _, rest = name.partition(".")
    if (section in _PLAIN and not rest) or (section == _LABEL and rest):
        return []
    every = [*_PLAIN, f"{_LABEL}.year", *(f"{s}.{f}" for s, own in SECTIONS.items() for f in own)]
    if section not in SECTIONS or rest.partition(".")[0] not in SECTIONS[section]:
        return [unknown_key(name, every, "the columns")]
    return []


def _nested(row: _Table) -> dict[str, Any]:
    """Turn ``{"rules.balance.pupils": 0.2}`` into ``{"rules": {"balance": {"pupils": 0.2}}}``."""
    table: dict[str, Any] = {}
    for name, cell in row.items():
        if _is_empty(cell):
            continue
        section, _, rest = name.partition(".")
        key, _, inner = rest.partition(".")
        if section in _PLAIN:
            table[section] = cell
        elif section == _LABEL:
            table.setdefault(section, {})[rest] = plain(cell)
        elif inner:
            held = table.setdefault(section, {}).setdefault(key, {})
            if isinstance(held, dict):
                held[inner] = _value(cell, key)
        else:
            table.setdefault(section, {})[key] = _value(cell, key)
    return table


def _is_empty(cell: Any) -> bool:
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    cell = plain(cell)
    return isinstance(cell, float) and math.isnan(cell)


def _value(cell: Any, key: str) -> Any:
    """Bring a cell into the form that the library takes: a column with gaps holds 18 as 18.0."""
    cell = plain(cell)
    whole = key in _WHOLE and isinstance(cell, float) and cell.is_integer()
    return int(cell) if whole else cell


# ---- parts of a case ----------------------------------------------------------------------------


def _problem_of(authority: object, problems: Mapping[str, Any]) -> Problem:
    found = problems.get("" if authority is None else str(authority))
    if found is None and authority is None and len(problems) == 1:
        found = next(iter(problems.values()))
    if isinstance(found, ClustersError):
        raise found
    if found is None:
        named = [name for name in problems if name]
        what = f"there is no authority {authority!r}" if authority else "no authority is named"
        near = get_close_matches(str(authority), named, 3, 0.4) or named[:3]
        remedy = f"use a name such as {', '.join(near)}" if named else "leave the column out"
        raise DataError.of(what, remedy, column="authority")
    problem: Problem = found
    return problem


def _rules_of(given: _Table, problem: Problem) -> Rules:
    values = {key: _open_ends(value) for key, value in given.items()}
    count = values.get("n_clusters")
    if isinstance(count, Mapping):
        each: Any = count.get("schools_each")
        if set(count) != {"schools_each"} or not is_number(each) or each < 1:
            raise RulesError.of(
                "n_clusters is neither a number, nor a range, nor schools_each",
                "give for instance 18, [16, 20] or {schools_each = 9.5}",
                value=dict(count),
            )
        values["n_clusters"] = max(1, round(len(problem) / each))
    return Rules(**values)


def _open_ends(value: Any) -> Any:
    """Read "none" as no bound: TOML and cells have no other word for it."""
    if isinstance(value, str):
        return None if value == _NO_BOUND else value
    if isinstance(value, Mapping):
        return {key: _open_ends(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_open_ends(item) for item in value]
    return value


def _fields_of(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value) if field.init}
