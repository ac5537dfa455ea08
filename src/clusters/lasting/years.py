"""Measures by year, and rules that hold in every year.

A forecast of pupils for 2027 becomes the measure "pupils@2027". A rule on pupils then also bounds
that measure, so that what solves, and what explains why there is no plan, need nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import Problem, Rules
from clusters.domain.forecast import Forecast
from clusters.errors import DataError, Fault, Faults, RulesError
from clusters.text import first_few

__all__ = [
    "BY_MEASURE",
    "Excused",
    "excused_years",
    "in_year",
    "measure_of",
    "rules_for_years",
    "with_bounds",
    "with_forecast",
]

Excused = Collection[str] | Mapping[str, Collection[str]]
"""Years in which nothing is asked beyond today's rules; or, by year, the measures not asked for."""

BY_MEASURE = ("balance", "limits")
"""Rules that bound measures, which may have years."""


@checked
def measure_of(name: str, year: str) -> str:
    """Name the measure that holds a forecast: "pupils@2027".

    Examples
    --------
    >>> measure_of("pupils", "2027")
    'pupils@2027'
    """
    return f"{name}@{year}"


@checked
def with_forecast(problem: Problem, forecast: Forecast) -> Problem:
    """Add the forecast to the facts: a measure for each year, such as "pupils@2027".

    The notes of the problem then say where the numbers come from, and which are a projection.

    Raises
    ------
    DataError
        If the forecast lacks a school of the problem.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 7]})
    >>> forecast = Forecast(numbers={"pupils": {"2027": {"a": 6, "b": 6}}})
    >>> with_forecast(problem, forecast).measures["pupils@2027"].tolist()
    [6.0, 6.0]
    """
    added = {
        measure_of(name, year): _array(problem, name, year, by_school)
        for name, by_year in forecast.numbers.items()
        for year, by_school in by_year.items()
    }
    made = problem.with_measures(**added)
    return replace(made, notes=(*made.notes, *_notes(forecast)))


@checked
def in_year(problem: Problem, forecast: Forecast, year: str) -> Problem:
    """Return the facts as they are expected to be in a year: each measure under its own name.

    What the forecast does not hold stays as today: schools, journeys, expertise, other measures.

    Raises
    ------
    DataError
        If the forecast does not have the year, or lacks a school.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 7]})
    >>> forecast = Forecast(numbers={"pupils": {"2027": {"a": 6, "b": 6}}})
    >>> in_year(problem, forecast, "2027").measures["pupils"].tolist()
    [6.0, 6.0]
    """
    _known_years(forecast, [year])
    held = {
        name: _array(problem, name, year, by_year[year])
        for name, by_year in forecast.numbers.items()
        if year in by_year
    }
    return problem.with_measures(**held)


@checked
def rules_for_years(rules: Rules, forecast: Forecast, *, excused: Excused = ()) -> Rules:
    """Return rules under which a plan keeps every balance and limit in every year of a forecast.

    Each bound on a measure holds for each of its years besides; exceptions of single clusters hold
    in every year.

    Parameters
    ----------
    excused
        Years in which nothing more is asked; or, by year, the measures that are not asked for, such
        as ``{"2030": ["need"]}``.

    Raises
    ------
    RulesError
        If no rule bounds a measure of the forecast, or an excused year or measure is not in it.

    Examples
    --------
    >>> rules = Rules(n_clusters=2, balance={"pupils": 0.25})
    >>> forecast = Forecast(numbers={"pupils": {"2027": {"a": 6}, "2028": {"a": 7}}})
    >>> dict(rules_for_years(rules, forecast, excused=["2028"]).balance)
    {'pupils': 0.25, 'pupils@2027': 0.25}
    """
    left_out = excused_years(forecast, excused)
    bounded = {name for rule in BY_MEASURE for name in getattr(rules, rule)}
    if not bounded & set(forecast.numbers):
        what = f"no rule bounds what the forecast holds ({', '.join(forecast.numbers)})"
        remedy = 'give for instance balance={"pupils": 0.25} or limits={"pupils": (0, 5000)}'
        raise RulesError.of(what, remedy)
    return with_bounds(rules, lambda bounds: _spread(bounds, forecast, left_out))


def with_bounds(rules: Rules, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Rules:
    """Copy rules with changed bounds on measures, those of exceptions among them."""
    changed: dict[str, Any] = {rule: change(getattr(rules, rule)) for rule in BY_MEASURE}
    changed["exceptions"] = {
        school: {
            rule: change(instead) if instead is not None and rule in BY_MEASURE else instead
            for rule, instead in excuse.items()
        }
        for school, excuse in rules.exceptions.items()
    }
    return replace(rules, **changed)


def excused_years(forecast: Forecast, excused: Excused) -> dict[str, frozenset[str]]:
    """Return by year the measures that are not asked for.

    Raises
    ------
    RulesError
        If the forecast does not have such a year or measure.
    """
    given: Mapping[str, Iterable[str]]
    if isinstance(excused, Mapping):
        given = {
            year: (names,) if isinstance(names, str) else tuple(names or ())
            for year, names in excused.items()
        }
    else:
        years = (excused,) if isinstance(excused, str) else excused
        given = {year: tuple(forecast.numbers) for year in years}
    faults = Faults()
    for year, names in given.items():
        if year not in forecast.years:
            what = f"excused names the year {year!r}, which the forecast does not have"
            faults.add(what, f"use any of {', '.join(forecast.years)}")
        for name in [name for name in names if name not in forecast.numbers]:
            what = f"excused names the measure {name!r}, which the forecast does not have"
            faults.add(what, f"use any of {', '.join(forecast.numbers)}")
    faults.refuse(RulesError)
    return {year: frozenset(names) for year, names in given.items()}


def _spread(
    bounds: Mapping[str, Any], forecast: Forecast, excused: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    """Give each bound of a measure to each of its years."""
    spread = dict(bounds)
    for name, bound in bounds.items():
        for year in forecast.numbers.get(name, ()):
            if name not in excused.get(year, ()):
                spread[measure_of(name, year)] = bound
    return spread


def _array(problem: Problem, name: str, year: str, by_school: Mapping[Any, float]) -> Any:
    at = {problem.find(key): value for key, value in by_school.items()}
    missing = [str(key) for k, key in enumerate(problem.ids) if k not in at]
    if missing:
        raise DataError.of(
            f"the forecast of {name} in {year} lacks {len(missing)} of {len(problem)} "
            f"schools: {first_few(missing, 5)}",
            "give a number for each school of the problem",
            column=name,
        )
    return np.array([at[k] for k in range(len(problem))], dtype=np.float64)


def _known_years(forecast: Forecast, years: Iterable[str]) -> None:
    faults = Faults(
        Fault(
            f"the forecast does not have the year {year!r}",
            f"use any of {', '.join(forecast.years)}",
        )
        for year in years
        if year not in forecast.years
    )
    faults.refuse(DataError)


def _notes(forecast: Forecast) -> tuple[str, ...]:
    notes = forecast.notes
    if forecast.projected:
        names = " and ".join(forecast.projected)
        notes = (*notes, f"By year, {names} are a projection from today's numbers, not a forecast.")
    return notes
