"""A simple projection where nobody has made a forecast: year groups move up, intakes stay.

It knows no births, no housing and no parents' choice. Everything made with it says "projection".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from clusters.arguments import checked
from clusters.domain import Problem, SchoolId
from clusters.domain.forecast import Forecast, year_in
from clusters.errors import DataError, RulesError
from clusters.money import round_half_up
from clusters.readers.year_groups import YearGroups
from clusters.text import counted, first_few

__all__ = ["project_cohorts", "with_rate", "with_sum"]

_STAYING_ON = 12
"""From this year group on pupils may leave: as many stay on as do today."""
_TOP_OF_PHASE = {"primary": 6, "junior": 6, "infant": 2, "secondary": 11}
"""Last year group of a school that is still filling from the bottom, by its phase."""
_MOST_YEARS = 10
_SMOOTHED = 3

_Groups = dict[SchoolId, dict[int, Fraction]]


@checked
def project_cohorts(
    problem: Problem,
    groups: YearGroups | Mapping[SchoolId, Mapping[int, float]],
    *,
    today: str,
    n_years: int = 5,
    at_todays_rate: Sequence[str] = (),
) -> Forecast:
    """Project rolls from today's year groups; a projection, not a forecast.

    1. Each year group moves up a year; the last one of a school leaves.
    2. A school whose first year group has no school below it in the authority (Reception) takes in
       as many as today.
    3. Those who leave a school in year group g enter the schools that begin with g + 1, in the
       proportions of today's intakes there; as large a share of them as today (the three year
       groups on either side are compared).
    4. Into years 12 and 13 the share goes on that does so today, at each school.

    Rolls change by the ratio of all year groups to today's, so that pupils whose year group is not
    known change with the others.

    Parameters
    ----------
    groups
        As `read_year_groups` returns them, or pupils by school id and year group (0 is Reception).
    today
        Year of the numbers, such as "2025-26" or "2026"; the projection begins with the next.
    n_years
        How many years, 1 to 10.
    at_todays_rate
        Further measures, such as "need", that are taken to change at each school as its roll does.

    Raises
    ------
    DataError
        If year groups of a school are missing, or `today` is no year.
    RulesError
        If the problem lacks a measure, or `n_years` is out of range.

    Examples
    --------
    >>> problem = Problem.from_arrays(["p", "s"], [[0, 0], [1, 0]], {"pupils": [60, 90]})
    >>> groups = {"p": {5: 40, 6: 20}, "s": {7: 30, 8: 30, 9: 30}}
    >>> made = project_cohorts(problem, groups, today="2026", n_years=2)
    >>> made.words, made.numbers["pupils"]["2027"], made.numbers["pupils"]["2028"]
    ('projection', {'p': 80.0, 's': 80.0}, {'p': 80.0, 's': 90.0})
    """
    base = year_in(today)
    if base is None:
        raise DataError.of(
            f"today is {today!r}, which is not a year", 'write "2026" or "2025-26"', where="today"
        )
    if not 1 <= n_years <= _MOST_YEARS:
        raise RulesError.of(f"n_years is not from 1 to {_MOST_YEARS}", "give 3 to 5", n_years)
    known = groups.pupils if isinstance(groups, YearGroups) else groups
    now = _complete(problem, known)
    rolls = _today(problem, "pupils")
    first, todays_total = now, {key: sum(row.values()) for key, row in now.items()}
    spans = {key: _span(problem, key, row) for key, row in now.items()}
    by_year: dict[str, dict[SchoolId, float]] = {}
    for number in range(1, n_years + 1):
        now = _next(first, now, spans)
        by_year[_later(base, number)] = {
            key: float(round_half_up(rolls[key] * sum(now[key].values()) / todays_total[key]))
            for key in problem.ids
        }
    odd = groups.notes if isinstance(groups, YearGroups) else ()
    made = Forecast(
        numbers={"pupils": by_year},
        projected=("pupils",),
        notes=(
            f"Rolls after {base} are a projection, not a forecast: today's year groups move up, "
            "intakes into Reception stay as they are, and those who leave one phase enter the next "
            "in today's proportions. It knows no births, housing or parents' choice.",
            *odd,
        ),
    )
    for name in at_todays_rate:
        made = with_rate(problem, made, name)
    return made


@checked
def with_rate(
    problem: Problem, forecast: Forecast, measure: str, *, per: str = "pupils"
) -> Forecast:
    """Add a projection of a measure: at each school it changes as another one does.

    Parameters
    ----------
    measure
        Such as "need" or "ehcps".
    per
        The measure that it follows. A school that has none of it today keeps today's number.

    Raises
    ------
    RulesError
        If the problem lacks a measure, the forecast does not hold `per`, or holds `measure`.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a"], [[0, 0]], {"pupils": [100], "need": [12]})
    >>> forecast = Forecast(numbers={"pupils": {"2027": {"a": 150}}})
    >>> made = with_rate(problem, forecast, "need")
    >>> made.numbers["need"]["2027"], made.words
    ({'a': 18.0}, 'forecast and projection')
    """
    _refuse(forecast, measure, [per])
    own, base = _today(problem, measure), _today(problem, per)

    def at_rate(key: SchoolId, value: float) -> float:
        number = own[key] * _exact(value) / base[key] if base[key] else own[key]
        return round(float(number), 2)

    by_year = {
        year: {(key := problem.school(k).urn): at_rate(key, value) for k, value in row.items()}
        for year, row in forecast.numbers[per].items()
    }
    note = (
        f"{measure} by year is a projection: at each school it changes as {per} does, that is, at "
        "today's rate."
    )
    return _added(forecast, measure, by_year, note, projected=True)


@checked
def with_sum(forecast: Forecast, measure: str, weights: Mapping[str, float]) -> Forecast:
    """Add a measure that is a weighted sum of others, as "need" is of plans and SEN support.

    It covers the years that all of its parts have; it is a projection where one of them is.

    Raises
    ------
    RulesError
        If the forecast lacks a part or holds the measure already, or the parts share no year.

    Examples
    --------
    >>> numbers = {"ehcps": {"2027": {"a": 5}}, "sen_support": {"2027": {"a": 9}}}
    >>> made = with_sum(Forecast(numbers=numbers), "need", {"ehcps": 3, "sen_support": 1})
    >>> made.numbers["need"]["2027"]
    {'a': 24.0}
    """
    if not weights:
        raise RulesError.of("weights is empty", f"it holds {', '.join(forecast.numbers)}")
    _refuse(forecast, measure, weights)
    parts = [forecast.numbers[name] for name in weights]
    exact = [_exact(weight) for weight in weights.values()]
    years = [year for year in parts[0] if all(year in part for part in parts)]
    if not years:
        raise RulesError.of(
            f"{' and '.join(weights)} have no year in common", "forecast the same years"
        )
    by_year = {
        year: {
            key: float(
                sum(w * _exact(part[year][key]) for w, part in zip(exact, parts, strict=True))
            )
            for key in parts[0][year]
            if all(key in part[year] for part in parts)
        }
        for year in years
    }
    terms = " + ".join(f"{weight:g} x {name}" for name, weight in weights.items())
    guessed = any(name in forecast.projected for name in weights)
    note = f"{measure} by year is {terms}."
    return _added(forecast, measure, by_year, note, projected=guessed)


def _refuse(forecast: Forecast, measure: str, needed: Iterable[str]) -> None:
    """Refuse to add what is there already, or is made of what is not there."""
    lacking = [name for name in needed if name not in forecast.numbers]
    if lacking or measure in forecast.numbers:
        there = f"the forecast holds {measure} already"
        what = f"the forecast does not hold {' and '.join(lacking)}" if lacking else there
        raise RulesError.of(what, f"it holds {', '.join(forecast.numbers)}")


def _added(
    forecast: Forecast,
    measure: str,
    by_year: Mapping[str, Mapping[SchoolId, float]],
    note: str,
    *,
    projected: bool,
) -> Forecast:
    return replace(
        forecast,
        numbers={**forecast.numbers, measure: by_year},
        projected=(*forecast.projected, *([measure] if projected else [])),
        notes=(*forecast.notes, note),
    )


def _today(problem: Problem, measure: str) -> dict[SchoolId, Fraction]:
    """Today's numbers, exact."""
    return dict(zip(problem.ids, map(_exact, problem.measure(measure).tolist()), strict=True))


# ---- one year on --------------------------------------------------------------------------------


def _complete(problem: Problem, known: Mapping[SchoolId, Mapping[int, float]]) -> _Groups:
    """Year groups of every school of the problem, exact."""
    at = {problem.find(key): row for key, row in known.items()}
    lacking = [key for k, key in enumerate(problem.ids) if not any(at.get(k, {}).values())]
    if lacking:
        named = first_few((f"{problem.school(key).name} ({key})" for key in lacking), 5)
        what = f"there are no year groups of {counted(len(lacking), 'school')}: {named}"
        remedy = "give their year groups, or leave these schools out of the problem"
        raise DataError.of(what, remedy)
    return {
        key: {int(group): _exact(n) for group, n in at[k].items() if n}
        for k, key in enumerate(problem.ids)
    }


def _span(problem: Problem, key: SchoolId, row: Mapping[int, Fraction]) -> tuple[int, int]:
    """First and last year group of a school."""
    top = _TOP_OF_PHASE.get(problem.school(key).phase, max(row))
    return min(row), max(max(row), top) if min(row) <= top else max(row)


def _next(first: _Groups, now: _Groups, spans: Mapping[SchoolId, tuple[int, int]]) -> _Groups:
    """Year groups a year later."""
    leavers: dict[int, Fraction] = {}
    for key, (_, high) in spans.items():
        leavers[high + 1] = leavers.get(high + 1, Fraction(0)) + now[key].get(high, Fraction(0))
    after: _Groups = {}
    for key, (low, high) in spans.items():
        row = {
            group: now[key].get(group - 1, Fraction(0)) * _rate(first[key], group)
            for group in range(low + 1, high + 1)
        }
        row[low] = first[key][low]
        if low in leavers:
            intake = sum(first[other][low] for other, span in spans.items() if span[0] == low)
            row[low] *= leavers[low] * _going_on(first, spans, low) / intake
        after[key] = row
    return after


def _going_on(first: _Groups, spans: Mapping[SchoolId, tuple[int, int]], group: int) -> Fraction:
    """Of those who leave for a year group, the share that enters it here, by today's numbers.

    One year group may be large by chance: the last three before are compared with the first three
    after.
    """
    before = [
        [row.get(high - back, Fraction(0)) for back in range(min(_SMOOTHED, high - low + 1))]
        for key, (low, high) in spans.items()
        if high + 1 == group and (row := first[key])
    ]
    after = [
        [row.get(low + on, Fraction(0)) for on in range(min(_SMOOTHED, high - low + 1))]
        for key, (low, high) in spans.items()
        if low == group and (row := first[key])
    ]
    left, came = (
        sum((sum(groups, Fraction(0)) / len(groups) for groups in rows), Fraction(0))
        for rows in (before, after)
    )
    return came / left if left else Fraction(1)


def _rate(first: Mapping[int, Fraction], group: int) -> Fraction | int:
    """Share of a year group that moves up into the next."""
    below = first.get(group - 1)
    if group < _STAYING_ON or not below:
        return 1
    return min(Fraction(1), first.get(group, Fraction(0)) / below)


def _later(year: str, number: int) -> str:
    """Return the year so many years later, written in the same way."""
    first = int(year[:4]) + number
    return str(first) if len(year) == 4 else f"{first}-{(first + 1) % 100:02d}"


def _exact(value: float) -> Fraction:
    return Fraction(str(value))
