"""What the outlook assumes: stated by the user, read from data, or left out, and always printed."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from clusters.arguments import checked
from clusters.budget.given import gathered, is_keyed
from clusters.domain import FrozenDict, SchoolId, is_number
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, Number, exact_number, pence, percentage, stated_share
from clusters.shown import Shown

__all__ = ["MINUTES", "Assumptions", "Growth", "Scenario"]

GROWTH_SPREAD = "3.2%"
GROWTH_SPREAD_SOURCE = (
    "default: plans in mainstream schools of one authority, Kirklees, 2018/19 to 2024/25, rose by "
    "4.2% to 13.6% a year, standard deviation 3.2 points (DfE, Education, health and care plans)"
)
AREA_SPREAD = "7%"
AREA_SPREAD_SOURCE = (
    "default: groups of neighbouring schools in Kirklees, censuses of January 2016 and 2019, "
    "7 points a year beyond chance; 6 and 7 in its halves (benchmarks/backtest.py)"
)
_FEWEST_YEARS = 3
_MOST_SCALE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Growth of demand, as fractions of one: mean, standard deviation, and where they come from."""

    mean: float
    spread: float
    source: str


@checked(leave=("growth",))
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Assumptions(Shown):
    """What the outlook assumes. What is not given is read from the data; all of it is reported.

    Parameters
    ----------
    growth
        Mean growth of the number of plans a year, shared by all schools: "5%" or 0.05. Or a series
        of counts by year, {"2019": 1263, "2020": 1366, "2021": 1488} (as `read_caseload` returns
        it): its mean growth and its spread are taken. It has no default.
    growth_spread
        Standard deviation of that growth from year to year. None for that of the series; beside a
        stated growth, for 3.2 points, whose source is printed.
    area_spread
        Standard deviation of a shock to demand that neighbouring schools share. None for 7 points,
        whose source is printed.
    areas
        Area of each school by id, for shocks that a whole area shares. None: each school shares
        them with those next to it on the map (where the problem knows no neighbours: its cluster).
    staying
        Share of the plans of a school that are still there after a year. None: one of the year
        groups that a school of the phase teaches leaves.
    price, price_spread
        Mean growth of the cost of a plan a year and its standard deviation, shared by all.
    cost_per_plan
        POUNDS a year, for plans whose cost neither a committed sum nor today's spend shows.
    cost_variation
        Standard deviation of the cost of one new plan over its mean. None to take it from the
        committed plans; 0 where these are not given plan by plan.
    dispersion
        How much the rates of schools differ beyond chance: variance of the rate over its mean
        squared. None to estimate it from the counts (method of moments, per pupil).
    flexible_for_plans
        Share of the flexible money that is meant for EHC plans. None: what the formula gives for
        them.

    Raises
    ------
    MoneyError
        Listing every value out of range.

    Examples
    --------
    >>> Assumptions(growth={"2022": 100, "2023": 110, "2024": 115}).fitted().source
    'fitted to 3 years, 2022 to 2024: from 4.5% to 10.0% a year'
    """

    growth: Number | Mapping[Any, Number] | None = None
    growth_spread: Number | None = None
    area_spread: Number | None = None
    areas: Mapping[SchoolId, str] | None = None
    staying: Number | None = None
    price: Number = 0
    price_spread: Number = 0
    cost_per_plan: Amount | None = None
    cost_variation: float | None = None
    dispersion: float | None = None
    flexible_for_plans: Number | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        if is_keyed(self.growth):
            object.__setattr__(self, "growth", _series(faults, self.growth))
        for name in ("growth", "price"):
            if not -1 < self._rate(faults, name) < 10:
                _out_of_range(faults, name, "-100% and 1000%", getattr(self, name))
        for name in ("growth_spread", "area_spread", "price_spread"):
            if not 0 <= self._rate(faults, name) < 10:
                _out_of_range(faults, name, "0% and 1000%", getattr(self, name))
        for name in ("staying", "flexible_for_plans"):
            value = getattr(self, name)
            if (
                value is not None
                and not 0 <= faults.take(Fraction(0), percentage, value, name) <= 1
            ):
                _out_of_range(faults, name, "0% and 100%", value)
        if self.cost_per_plan is not None:
            faults.take(0, pence, self.cost_per_plan, "cost_per_plan")
        self._check_scales(faults)
        faults.refuse(MoneyError)

    def _check_scales(self, faults: Faults) -> None:
        for name in ("cost_variation", "dispersion"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and 0 <= value <= _MOST_SCALE):
                faults.add(
                    f"{name} is not a number from 0 to {_MOST_SCALE}",
                    "give one, or None",
                    value=value,
                )

    def _rate(self, faults: Faults, name: str) -> Fraction:
        """Read a growth: 0.05 is 5%; 1 or 5 without the sign may mean either of two things."""
        value = getattr(self, name)
        if value is None or isinstance(value, Mapping):
            return Fraction(0)
        before = len(faults)
        rate = faults.take(Fraction(0), percentage, value, name)
        if len(faults) == before and -1 < rate < 10:
            faults.take(rate, lambda: stated_share(value, name, bare=Fraction(99, 100)))
        return rate

    def fitted(self) -> Growth:
        """Return growth and its spread, stated or fitted to the series.

        Raises
        ------
        MoneyError
            If nothing says how demand grows.
        """
        if self.growth is None:
            raise MoneyError.of(
                "nothing says how the number of EHC plans grows, and there is no safe default",
                'give Assumptions(growth="5%") or a series of counts by year '
                "(on the command line, in the file of --risk)",
            )
        if not isinstance(self.growth, Mapping):
            mean, source = float(percentage(self.growth)), "given"
            spread, basis = percentage(GROWTH_SPREAD), GROWTH_SPREAD_SOURCE
        else:
            counts = [float(exact_number(value)) for value in self.growth.values()]
            rates = [after / before - 1 for before, after in pairwise(counts)]
            mean, spread = statistics.mean(rates), Fraction(statistics.stdev(rates))
            years = list(self.growth)
            source = (
                f"fitted to {len(counts)} years, {years[0]} to {years[-1]}: "
                f"from {100 * min(rates):.1f}% to {100 * max(rates):.1f}% a year"
            )
            basis = "of the same series"
        if self.growth_spread is not None:
            spread, basis = percentage(self.growth_spread), "given"
        where = source if basis in ("given", "of the same series") else f"{source}; spread {basis}"
        return Growth(mean=mean, spread=float(spread), source=where)


def _out_of_range(faults: Faults, name: str, limits: str, value: object) -> None:
    faults.add(f"{name} is not between {limits}", 'give for instance "5%"', value=value)


def _series(faults: Faults, given: Any) -> Mapping[str, Fraction]:
    """Read counts by year, in the order of the years."""
    rows = {
        str(year): faults.take(Fraction(1), exact_number, values[0], f"the count of {year}")
        for year, values in gathered(faults, given, "the count", add=False).items()
    }
    if len(rows) < _FEWEST_YEARS:
        faults.add(
            f"the series of growth has {len(rows)} years",
            f"give {_FEWEST_YEARS} or more, so that its spread can be seen, or state the growth",
        )
    for year, count in rows.items():
        if count <= 0:
            faults.add(f"the count of {year} is not above 0", "correct it", value=count)
    return FrozenDict(sorted(rows.items()))


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scenario(Shown):
    """Bad news of a stated size, by name; money in whole POUNDS.

    Parameters
    ----------
    backlog_share, backlog_months
        Further plans, as a share of all; each is paid back over so many months to its compliance
        date, and for the whole year besides.
    other_pounds
        Costs of other blocks that fall to the authority: early years, places out of area.
    income_pounds
        Income of the authority that was counted on and does not come.

    Examples
    --------
    >>> Scenario(name="income does not come", income_pounds=4_000_000)
    Scenario(name='income does not come', income_pounds=4000000)
    """

    name: str
    backlog_share: float = 0.0
    backlog_months: float = 0.0
    other_pounds: int = 0
    income_pounds: int = 0

    def __post_init__(self) -> None:
        faults = Faults()
        for name in ("backlog_share", "backlog_months", "other_pounds", "income_pounds"):
            value = getattr(self, name)
            if not (is_number(value) and value >= 0):
                faults.add(f"{name} is not a number of 0 or more", "correct it", value=value)
            elif name == "backlog_share" and value > 1:
                faults.add(
                    "backlog_share is above 1, which is more plans than there are",
                    "write 5% as 0.05",
                    value=value,
                )
        if not isinstance(self.name, str) or not self.name.strip():
            faults.add("a scenario has no name", "give a name in words", value=self.name)
        faults.refuse(MoneyError)


_BACKLOG: dict[str, Any] = {"backlog_share": 0.05, "backlog_months": 6}

MINUTES: tuple[Scenario, ...] = (
    Scenario(name="as assumed"),
    Scenario(name="early years: +£1m", other_pounds=1_000_000),
    Scenario(name="out of area: +£0.4m", other_pounds=400_000),
    Scenario(name="backlog: 5% more plans, 6 months of arrears each", **_BACKLOG),
    Scenario(name="£4m of Safety Valve income does not come", income_pounds=4_000_000),
    Scenario(name="all of these", other_pounds=1_400_000, income_pounds=4_000_000, **_BACKLOG),
)
"""The Schools Forum's minutes of December 2023 name them; the size of the backlog is ours."""
