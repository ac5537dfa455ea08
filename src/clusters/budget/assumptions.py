"""What the outlook assumes: stated parameters, with defaults from the size of the data itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from clusters.arguments import checked
from clusters.budget.faults import Faults
from clusters.budget.values import Split
from clusters.domain import FloatArray, IntArray
from clusters.errors import Fault, MoneyError
from clusters.money import Amount, Number, pence, percentage, pounds, stated_share

__all__ = ["MINUTES", "Assumptions", "Given", "Scenario", "given_by"]

GROWTH_SPREAD = "5.6%"
"""£1m on £18m: the rise in demand that the Forum was warned of, taken as the size of a surprise."""
PRICE_SPREAD = "2%"
STAYING = "80%"
"""One of seven year groups leaves a primary school each year (1 - 1/7 = 86 %); some plans end."""
COST_VARIATION = 0.5
_MOST_VARIATION = 3.0
_NAMED = 3


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the outlook assumes. None takes a value from the data; every value is reported.

    Parameters
    ----------
    growth, growth_spread
        Mean growth of demand, and its standard deviation, shared by all schools: "5%" or 0.05. The
        default spread is £1m on £18m, the surprise that the Forum's minutes name.
    price, price_spread
        Mean growth of the cost of a plan and its standard deviation, shared by all.
    staying
        Share of today's plans at a school that are still there next year, at today's mean cost; the
        rest of the demand is new plans. 0 draws all plans anew, which is the most cautious.
    cost_per_plan
        POUNDS a year; None for today's spend per plan. Where today's spend is not known it has to
        be given: taken from the split, it would be the split that is compared with itself.
    cost_variation
        Standard deviation of the cost of one new plan over its mean; None to estimate it from
        today's spend per plan by school, weighted by plans.
    dispersion
        How much the rates of schools differ beyond chance: variance of the rate over its mean
        squared. None to estimate it from the counts (method of moments, per pupil).

    Raises
    ------
    MoneyError
        Listing every value out of range.
    """

    growth: Number = 0
    growth_spread: Number = GROWTH_SPREAD
    price: Number = 0
    price_spread: Number = PRICE_SPREAD
    staying: Number = STAYING
    cost_per_plan: Amount | None = None
    cost_variation: float | None = None
    dispersion: float | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        for name in ("growth", "price"):
            if not -1 < self._growth(faults, name) < 10:
                faults.add(
                    f"{name} is not between -100% and 1000%",
                    'give for instance "5%"',
                    value=getattr(self, name),
                )
        for name in ("growth_spread", "price_spread"):
            if not 0 <= self._growth(faults, name) < 10:
                faults.add(
                    f"{name} is not between 0% and 1000%",
                    'give for instance "5%"',
                    value=getattr(self, name),
                )
        if not 0 <= faults.take(Fraction(0), percentage, self.staying, "staying") <= 1:
            faults.add("staying is not between 0% and 100%", "correct it", value=self.staying)
        if self.cost_per_plan is not None:
            faults.take(0, pence, self.cost_per_plan, "cost_per_plan")
        for name in ("cost_variation", "dispersion"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (number and 0 <= value <= 100):
                faults.add(
                    f"{name} is not a number from 0 to 100", "give one, or None", value=value
                )
        faults.check()

    def _growth(self, faults: Faults, name: str) -> Fraction:
        """Read a growth: 0.05 is 5 %; 1 or 5 without the sign may mean either of two things."""
        value = getattr(self, name)
        growth = faults.take(Fraction(0), percentage, value, name)
        if -1 < growth < 10:
            faults.take(growth, lambda: stated_share(value, name, bare=Fraction(99, 100)))
        return growth


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Bad news of a stated size, by name; money in whole POUNDS.

    Parameters
    ----------
    demand_pounds
        Rise of the expected cost, spread over schools as their demand is.
    out_of_area_pounds
        A cost outside the clusters, met by the authority.
    backlog_share, backlog_months
        Further plans, as a share of all, each paid back over so many months to its compliance date.
    """

    name: str
    demand_pounds: int = 0
    out_of_area_pounds: int = 0
    backlog_share: float = 0.0
    backlog_months: float = 0.0

    def __post_init__(self) -> None:
        faults = Faults()
        for field in ("demand_pounds", "out_of_area_pounds", "backlog_share", "backlog_months"):
            value = getattr(self, field)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and value >= 0):
                faults.add(f"{field} is not a number of 0 or more", "correct it", value=value)
            elif field == "backlog_share" and value > 1:
                faults.add(
                    "backlog_share is above 1, which is more plans than there are",
                    "write 5 % as 0.05",
                    value=value,
                )
        if not isinstance(self.name, str) or not self.name.strip():
            faults.add("a scenario has no name", "give a name in words", value=self.name)
        faults.check()


MINUTES: tuple[Scenario, ...] = (
    Scenario(name="as assumed"),
    Scenario(name="early years demand: +£1m", demand_pounds=1_000_000),
    Scenario(
        name="backlog backdated: 5% more plans, 6 months each",
        backlog_share=0.05,
        backlog_months=6,
    ),
    Scenario(name="out of area: +£0.4m", out_of_area_pounds=400_000),
    Scenario(
        name="all three",
        demand_pounds=1_000_000,
        out_of_area_pounds=400_000,
        backlog_share=0.05,
        backlog_months=6,
    ),
)
"""The Schools Forum's minutes of December 2023 name the three; the size of the backlog is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Everything the simulation needs, as numbers."""

    plans: IntArray
    rate_mean: FloatArray
    rate_shape: FloatArray
    growth: float
    growth_spread: float
    price: float
    price_spread: float
    staying: float
    cost_pounds: float
    cost_variation: float
    stated: Mapping[str, str]

    @property
    def expected_pounds(self) -> float:
        """Expected cost of all schools."""
        return float(self.rate_mean.sum()) * self.growth * self.price * self.cost_pounds


def given_by(split: Split, assumptions: Assumptions) -> Given:
    """Put numbers to the assumptions from the data of a split.

    Raises
    ------
    MoneyError
        If plans are not known for every school, or there are none.
    """
    problem = split.problem
    faults = Faults()
    plans = np.round(faults.take(np.zeros(0), problem.measure, "ehcps")).astype(np.int64)
    faults.check()
    if plans.sum() == 0:
        faults.add(
            "there are no EHC plans, so there is no demand to simulate", "give plans by school"
        )
        faults.check()
    if "pupils" in problem.unknown:
        problem.measure("pupils")  # raises: rates per school would stand in for rates per pupil
    size = problem.measures.get("pupils")
    exposure = size if size is not None and size.sum() > 0 else np.ones(len(plans))
    # A school without pupils is given the smallest exposure above 0, so that its rate is defined.
    exposure = np.maximum(exposure, exposure[exposure > 0].min())
    typical = exposure * plans.sum() / exposure.sum()
    dispersion = (
        _dispersion(plans, typical) if assumptions.dispersion is None else assumptions.dispersion
    )
    shape, mean = _rates(plans, typical, float(dispersion))
    cost, cost_source = _cost_per_plan(split, plans, assumptions)
    variation, variation_source = _cost_variation(split, plans, assumptions)
    growth, price = float(percentage(assumptions.growth)), float(percentage(assumptions.price))
    growth_spread = float(percentage(assumptions.growth_spread))
    price_spread = float(percentage(assumptions.price_spread))
    return Given(
        plans=plans,
        rate_mean=mean,
        rate_shape=shape,
        growth=1 + growth,
        growth_spread=growth_spread,
        price=1 + price,
        price_spread=price_spread,
        staying=float(percentage(assumptions.staying)),
        cost_pounds=cost,
        cost_variation=variation,
        stated={
            "EHC plans today": f"{int(plans.sum()):,} at {len(plans)} schools",
            "rates per": "pupil" if exposure is not None and size is not None else "school",
            "dispersion of rates between schools": f"{dispersion:.3f}"
            + (" (from the counts)" if assumptions.dispersion is None else ""),
            "growth of demand": f"{growth:.1%}, give or take {growth_spread:.1%}, shared by all",
            "plans that stay": f"{float(percentage(assumptions.staying)):.0%} from year to year",
            "growth of cost": f"{price:.1%}, give or take {price_spread:.1%}, shared by all",
            "cost per plan": f"{pounds(round(100 * cost))} a year ({cost_source})",
            "variation of cost between plans": f"{variation:.2f} of the mean ({variation_source})",
        },
    )


def _dispersion(plans: IntArray, typical: FloatArray) -> float:
    """Estimate by moments: variance beyond Poisson over the squared typical counts."""
    beyond = float(((plans - typical) ** 2 - typical).sum())
    return max(0.0, beyond / float((typical**2).sum()))


def _rates(
    plans: IntArray, typical: FloatArray, dispersion: float
) -> tuple[FloatArray, FloatArray]:
    """Shape and mean of each school's rate, given its count (a gamma prior with Poisson counts).

    With prior shape a and mean m, the rate given a count n is gamma with shape a + n and mean
    m (a + n) / (a + m); the means are then scaled to add up to the plans there are. Without
    dispersion everyone has the typical rate.
    """
    if dispersion <= 1e-9:
        return np.full(len(plans), 1e9), typical
    prior = 1 / dispersion
    mean: FloatArray = typical * (prior + plans) / (prior + typical)
    shape: FloatArray = prior + plans.astype(np.float64)
    return shape, mean * (plans.sum() / mean.sum())


def _cost_per_plan(split: Split, plans: IntArray, assumptions: Assumptions) -> tuple[float, str]:
    if assumptions.cost_per_plan is not None:
        return pence(assumptions.cost_per_plan) / 100, "given"
    today = [school.topup_pence for school in split.problem.schools]
    if None not in today and sum(sum_ or 0 for sum_ in today) > 0:
        return sum(sum_ or 0 for sum_ in today) / 100 / int(plans.sum()), "today's spend per plan"
    missing = [school.name for school in split.problem.schools if school.topup_pence is None]
    known = "is 0 at every school" if not missing else f"is not known for {_some(missing)}"
    raise MoneyError(
        Fault(
            what=f"what a plan costs is not known: today's spend {known}, and the split itself "
            "cannot say it, since it would be compared with itself",
            remedy='give Assumptions(cost_per_plan="...") in pounds a year, or topup_pence for '
            "every school",
        )
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _cost_variation(split: Split, plans: IntArray, assumptions: Assumptions) -> tuple[float, str]:
    """Estimate the variation between plans from today's spend per plan by school.

    The mean of n plans varies by 1 / n of what one plan does, so squared deviations of schools'
    means are weighted by their plans.
    """
    if assumptions.cost_variation is not None:
        return float(assumptions.cost_variation), "given"
    today = [school.topup_pence for school in split.problem.schools]
    held = plans > 0
    sums = np.array([sum_ or 0 for sum_ in today], dtype=np.float64)
    if None in today or held.sum() < 2 or sums[held].sum() == 0:
        return COST_VARIATION, "assumed: today's spend by school does not say"
    mean = sums[held].sum() / plans[held].sum()
    relative = sums[held] / plans[held] / mean - 1
    variance = float((plans[held] * relative**2).sum()) / (int(held.sum()) - 1)
    return min(_MOST_VARIATION, math.sqrt(variance)), "from today's spend"
