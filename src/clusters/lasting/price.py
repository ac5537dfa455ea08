"""The price of lasting: the best plan that keeps the rules in every year against today's best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from clusters.arguments import checked
from clusters.domain import PlanLike, Priorities, Problem, Rules, plan_of
from clusters.domain.forecast import Forecast
from clusters.errors import ClustersError, InfeasibleError, OutOfTimeError
from clusters.lasting.checking import Lasting, verify_years
from clusters.lasting.years import Excused, excused_years, rules_for_years, with_forecast
from clusters.measures import measure
from clusters.rulebook import UNIT_WORDS
from clusters.shown import Shown
from clusters.solver import Result, Settings, solve
from clusters.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Horizon", "Horizons", "PriceOfLasting", "price_by_horizon", "price_of_lasting"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PriceOfLasting(Shown):
    """The best plan found for today alone, the best one that lasts, and the difference.

    Parameters
    ----------
    today
        Result under today's rules alone.
    lasting
        Result under the rules of every year; None where there is none, or none was found in time.
    conflict
        Where no plan can last: one sentence for each rule in conflict.
    today_lasts, lasting_lasts
        How long each plan keeps the rules, as the verifier found with the numbers of each year.
    mean_journey
        Of each plan (today's, the lasting one's), weighted as the priorities say, in `unit`.
    unit
        "metres" or "minutes".
    rules
        The rules of every year, on the measures that `with_forecast` adds.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 5]}, [("a", "b")])
    >>> forecast = cl.lasting.Forecast(
    ...     numbers={"pupils": {"2027": {"a": 6, "b": 5}, "2028": {"a": 9, "b": 5}}})
    >>> rules = cl.Rules(n_clusters=2, limits={"pupils": (None, 8)})
    >>> price = cl.lasting.price_of_lasting(
    ...     problem, rules, forecast, cl.Priorities(travel_by="pupils"))
    >>> price.status, price.today_lasts.lasts_to
    ('none exists', '2027')
    """

    today: Result
    lasting: Result | None
    conflict: tuple[str, ...]
    today_lasts: Lasting
    lasting_lasts: Lasting | None
    mean_journey: tuple[float, float | None]
    unit: str
    rules: Rules

    @property
    def status(self) -> Literal["proved", "best found", "none exists", "not found"]:
        """How sure the price is.

        "proved": both plans are proved to be the best. "none exists": it is proved that no plan
        lasts.
        """
        if self.lasting is None:
            return "none exists" if self.conflict else "not found"
        both = self.today.status == self.lasting.status == "optimal"
        return "proved" if both else "best found"

    @property
    def price(self) -> float | None:
        """Extra cost of the plan that lasts; None where there is none."""
        return None if self.lasting is None else self.lasting.objective - self.today.objective

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Least and most that lasting can cost, from the bounds of both searches."""
        if self.lasting is None or self.today.bound is None or self.lasting.bound is None:
            return None
        # what lasts is a plan for today as well, so today's bound holds for it, too
        least = max(self.lasting.bound, self.today.bound) - self.today.objective
        return (max(0.0, least), max(0.0, self.lasting.objective - self.today.bound))

    @property
    def per_cent(self) -> float | None:
        """Extra cost in per cent of today's best found; None where that costs nothing."""
        if self.price is None or not self.today.objective:
            return None
        return 100 * self.price / self.today.objective

    @property
    def journey(self) -> float | None:
        """How much longer the mean journey of the lasting plan is, in `unit`."""
        before, after = self.mean_journey
        return None if after is None else after - before

    @property
    def sentence(self) -> str:
        """Say what lasting costs, and how sure that is."""
        words = self.today_lasts.words
        if self.status == "none exists":
            text = f"Proved: no plan keeps the rules in every year, by the {words}. "
            return text + "These cannot all hold: " + "; ".join(self.conflict)
        if self.status == "not found":
            return (
                f"No plan that keeps the rules in every year, by the {words}, was found in time; "
                "whether one exists is not known."
            )
        text = _cost(self.price or 0.0, self.per_cent, self.journey, self.unit)
        text = f"A plan that keeps the rules in every year, by the {words}, {text}"
        if self.status == "proved":
            return f"{text} (proved: both plans are the best there are)."
        if self.bounds is None or not self.today.objective:
            return f"{text} (the best plans found; what it must cost is not known)."
        low, high = (100 * end / self.today.objective for end in self.bounds)
        return f"{text} (the best plans found; proved: it costs {low:.2f}% to {high:.2f}%)."


@checked
def price_of_lasting(
    problem: Problem,
    rules: Rules,
    forecast: Forecast,
    priorities: Priorities | None = None,
    *,
    settings: Settings | None = None,
    excused: Excused = (),
    start: PlanLike | None = None,
) -> PriceOfLasting:
    """Find the best plan for today and the best one that lasts, and say what lasting costs.

    Parameters
    ----------
    problem, rules
        Today's facts and rules. Each bound on a measure of the forecast is asked for in every year.
    forecast
        Numbers of later years (`read_forecast`, `project_cohorts`).
    priorities
        What makes one plan better, with today's numbers.
    settings
        Effort of each of the two searches.
    excused
        Years in which nothing more is asked; or, by year, the measures that are not asked for.
    start
        A plan to begin from.

    Raises
    ------
    RulesError
        If no rule bounds what the forecast holds, or rules do not fit the problem.
    InfeasibleError, OutOfTimeError
        If there is no plan even for today, or none was found in time.

    Examples
    --------
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [2, 0], [9, 0]],
    ...     {"pupils": [5, 5, 5, 5]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> grown = {"a": 9, "b": 9, "c": 3, "d": 3}
    >>> forecast = Forecast(numbers={"pupils": {"2027": grown}})
    >>> rules = Rules(n_clusters=2, limits={"pupils": (None, 18)})
    >>> price = price_of_lasting(problem, rules, forecast, Priorities(travel_by="pupils"))
    >>> price.status, price.price
    ('proved', 30.0)
    """
    priorities = Priorities() if priorities is None else priorities
    facts = with_forecast(problem, forecast)
    asked = rules_for_years(rules, forecast, excused=excused)
    begin = None if start is None else plan_of(problem, start, "start")
    today = solve(problem, rules, priorities, settings, start=begin)

    def check(result: Result) -> Lasting:
        return verify_years(problem, rules, result.plan, forecast, excused=excused)

    return _price(problem, facts, asked, priorities, settings, today, check)


def _price(
    problem: Problem,
    facts: Problem,
    asked: Rules,
    priorities: Priorities,
    settings: Settings | None,
    today: Result,
    check: Callable[[Result], Lasting],
) -> PriceOfLasting:
    """Price the rules of every year, asked for of the facts of every year."""
    today_lasts = check(today)
    lasting: Result | None = today if today_lasts.ok else None
    conflict: tuple[str, ...] = ()
    if lasting is None:
        try:
            lasting = solve(facts, asked, priorities, settings, start=today.plan)
        except InfeasibleError as error:
            conflict = error.conflict or (str(error),)
        except OutOfTimeError:
            pass
    checks = None
    if lasting is not None:
        checks = check(lasting)
        if not checks.ok:  # the two ways of looking at the years have to agree
            msg = f"the plan found does not pass the check of each year: {checks.sentence}"
            raise ClustersError(msg)
        # what lasts is a plan for today as well: the cheaper of both stands for today's
        if lasting.objective < today.objective:
            today = replace(today, plan=lasting.plan, objective=lasting.objective)
            today_lasts = checks
    before = _mean_journey(problem, today, priorities)
    after = None if lasting is None else _mean_journey(problem, lasting, priorities)
    return PriceOfLasting(
        today=today,
        lasting=lasting,
        conflict=conflict,
        today_lasts=today_lasts,
        lasting_lasts=checks,
        mean_journey=(before, after),
        unit=UNIT_WORDS[problem.travel_unit],
        rules=asked,
    )


def _mean_journey(problem: Problem, result: Result, priorities: Priorities) -> float:
    return float(measure(problem, result.plan, priorities).whole.journeys.mean)


def _cost(price: float, per_cent: float | None, journey: float | None, unit: str) -> str:
    if not price:
        return "costs nothing more"
    share = "" if per_cent is None else f" ({per_cent:.2f}%)"
    mean = "" if journey is None else f"; the mean journey is {shown(round(journey, 2))} {unit} "
    mean += "" if journey is None else "longer" if journey >= 0 else "(that is, shorter)"
    return f"costs {price:,.0f} more{share}{mean}"


# ---- how far ahead ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Horizon(Shown):
    """What it costs to keep the rules up to and including one year.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 5]}, [("a", "b")])
    >>> forecast = cl.lasting.Forecast(
    ...     numbers={"pupils": {"2027": {"a": 6, "b": 5}, "2028": {"a": 9, "b": 5}}})
    >>> rules = cl.Rules(n_clusters=2, limits={"pupils": (None, 8)})
    >>> found = cl.lasting.price_by_horizon(
    ...     problem, rules, forecast, cl.Priorities(travel_by="pupils"))
    >>> [(row.to, row.price.status) for row in found.rows]
    [('2027', 'proved'), ('2028', 'none exists')]
    """

    to: str
    price: PriceOfLasting


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Horizons(Shown):
    """The price of lasting to each year in turn.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 5]}, [("a", "b")])
    >>> forecast = cl.lasting.Forecast(
    ...     numbers={"pupils": {"2027": {"a": 6, "b": 5}, "2028": {"a": 9, "b": 5}}})
    >>> rules = cl.Rules(n_clusters=2, limits={"pupils": (None, 8)})
    >>> found = cl.lasting.price_by_horizon(
    ...     problem, rules, forecast, cl.Priorities(travel_by="pupils"))
    >>> found.lasts_to, len(found.to_frame())
    ('2027', 2)
    """

    rows: tuple[Horizon, ...]

    @property
    def lasts_to(self) -> str | None:
        """Last year up to which a plan was found that keeps the rules; None where none was."""
        found = [row.to for row in self.rows if row.price.lasting is not None]
        return found[-1] if found else None

    @property
    def sentence(self) -> str:
        """Say how long any plan can last."""
        words = self.rows[0].price.today_lasts.words
        stopped = next((row for row in self.rows if row.price.lasting is None), None)
        if stopped is None:
            return f"A plan can keep the rules to {self.rows[-1].to}, by the {words}."
        reach = "in no year" if self.lasts_to is None else f"to {self.lasts_to}"
        sure = (
            f"proved: none can to {stopped.to}"
            if stopped.price.status == "none exists"
            else f"none that does to {stopped.to} was found in time"
        )
        return f"A plan can keep the rules {reach}, by the {words} ({sure})."

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with a row for each year up to which the rules are to hold."""
        import pandas as pd

        rows = [
            (
                row.to,
                row.price.status,
                None if row.price.lasting is None else row.price.lasting.objective,
                row.price.price,
                row.price.per_cent,
                row.price.journey,
            )
            for row in self.rows
        ]
        unit = self.rows[0].price.unit
        names = ["to", "status", "cost", "price", "per_cent", f"mean_journey_longer_{unit}"]
        return pd.DataFrame(rows, columns=names)


@checked
def price_by_horizon(
    problem: Problem,
    rules: Rules,
    forecast: Forecast,
    priorities: Priorities | None = None,
    *,
    settings: Settings | None = None,
    excused: Excused = (),
) -> Horizons:
    """Find what it costs to keep the rules to the first year, to the second, and so on.

    It ends with the first year to which no plan lasts. A plan that lasts longer than it was asked
    to is not searched for again.

    Parameters
    ----------
    problem, rules, forecast, priorities, excused
        As for `price_of_lasting`.
    settings
        Effort of each search; there are at most as many as years, and one for today.

    Examples
    --------
    >>> problem = Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"pupils": [5, 5]}, [("a", "b")])
    >>> years = {"2027": {"a": 6, "b": 5}, "2028": {"a": 9, "b": 5}}
    >>> rules = Rules(n_clusters=2, limits={"pupils": (None, 8)})
    >>> found = price_by_horizon(
    ...     problem, rules, Forecast(numbers={"pupils": years}), Priorities(travel_by="pupils"))
    >>> found.sentence
    'A plan can keep the rules to 2027, by the forecast (proved: none can to 2028).'
    """
    priorities = Priorities() if priorities is None else priorities
    left_out = excused_years(forecast, excused)
    best = today = solve(problem, rules, priorities, settings)
    rows: list[Horizon] = []
    for number, year in enumerate(forecast.years, start=1):
        ahead = _up_to(forecast, forecast.years[:number])
        mine = {name: held for name, held in left_out.items() if name in ahead.years}
        facts, asked = with_forecast(problem, ahead), rules_for_years(rules, ahead, excused=mine)

        def check(result: Result, ahead: Forecast = ahead, mine: Excused = mine) -> Lasting:
            return verify_years(problem, rules, result.plan, ahead, excused=mine)

        known = check(best).ok
        begin = best if known else today
        price = _price(problem, facts, asked, priorities, settings, begin, check)
        if known:  # the last plan lasts this long, too: only its price is worked out again
            price = replace(
                price,
                today=today,
                today_lasts=check(today),
                mean_journey=(_mean_journey(problem, today, priorities), price.mean_journey[1]),
            )
        rows.append(Horizon(to=year, price=price))
        if price.lasting is None:
            break
        best = price.lasting
    return Horizons(rows=tuple(rows))


def _up_to(forecast: Forecast, years: tuple[str, ...]) -> Forecast:
    return replace(
        forecast,
        numbers={
            name: kept
            for name, by_year in forecast.numbers.items()
            if (kept := {year: row for year, row in by_year.items() if year in years})
        },
    )
