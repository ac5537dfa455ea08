"""Demand for EHC plans and what it costs: numbers for the assumptions, and simulated years.

The model, for each simulated year:

1. A school's present plans cost what they cost today: its committed sum, else today's spend, else
   a stated sum per plan. Each plan stays with a probability by the ages that the school teaches.
2. New plans at a school are Poisson. Their mean follows the school's rate of plans per pupil
   (gamma, learnt from the counts: a school's own count counts the more, the larger it is), so that
   all schools together have on average today's plans x (1 + growth).
3. That mean is multiplied by a shock common to the authority and by one that neighbouring schools
   share (both log-normal with mean 1; stated as points of growth).
4. A new plan costs what the school's plans cost on average (where it has none: what all do),
   varying about it (gamma). All costs move with a shared price (log-normal).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from clusters.budget.assumptions import AREA_SPREAD, AREA_SPREAD_SOURCE, Assumptions, Growth
from clusters.budget.commitments import Commitments
from clusters.budget.sparsity import BY_PHASE
from clusters.budget.values import Split
from clusters.domain import FloatArray, IntArray, Problem
from clusters.errors import Faults, MoneyError
from clusters.money import pence, percentage, pounds
from clusters.text import counted, first_few

__all__ = ["Demand", "demand_of", "late_costs", "simulated_years"]

_PRIMARY_YEARS = 7
_ENOUGH_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Everything the simulation needs, as numbers; arrays have one value for each school.

    `arrivals` are mean new plans in the first year, `shape` those of their gamma rates, `mixing`
    the matrix (schools, independent shocks) by which neighbours share shocks; shocks are relative
    to the arrivals.
    """

    plans: IntArray
    cost_pounds: FloatArray
    staying: FloatArray
    arrivals: FloatArray
    shape: FloatArray
    growth: float
    shock: float
    area_shock: float
    mixing: FloatArray
    price: float
    price_spread: float
    cost_variation: float
    stated: Mapping[str, str]


def demand_of(split: Split, assumptions: Assumptions) -> Demand:
    """Put numbers to the assumptions from the data of a split.

    Raises
    ------
    MoneyError
        If plans are not known for every school, or there are none; if nothing says what they cost
        or how they grow; if growth is below what leavers alone make it.
    """
    problem = split.problem
    plans = _plans(problem)
    growth = assumptions.fitted()
    staying, staying_source = _staying(problem, plans, assumptions)
    cost, cost_source = _costs(split, plans, assumptions)
    variation, variation_source = _variation(split, assumptions)
    rates, shape, dispersion = _rates(problem, plans, assumptions)
    arrivals = _arrivals(plans, rates, staying, growth)
    mixing, area_words = _mixing(split, assumptions)
    new = float(arrivals.sum() / plans.sum())
    spread = AREA_SPREAD if assumptions.area_spread is None else assumptions.area_spread
    area_spread = float(percentage(spread))
    area_source = AREA_SPREAD_SOURCE if assumptions.area_spread is None else "given"
    price, price_spread = (
        float(percentage(x)) for x in (assumptions.price, assumptions.price_spread)
    )
    return Demand(
        plans=plans,
        cost_pounds=cost,
        staying=staying,
        arrivals=arrivals,
        shape=shape,
        growth=1 + growth.mean,
        shock=growth.spread / new if new > 0 else 0.0,
        area_shock=area_spread / new if new > 0 else 0.0,
        mixing=mixing,
        price=1 + price,
        price_spread=price_spread,
        cost_variation=variation,
        stated={
            "EHC plans today": f"{int(plans.sum()):,} at {len(plans)} schools",
            "cost of present plans": cost_source,
            "plans that stay": staying_source,
            "growth of demand": f"{growth.mean:.1%} a year, give or take {growth.spread:.1%}, "
            f"shared by all ({growth.source})",
            "shocks of an area": f"give or take {area_spread:.1%}, shared by {area_words} "
            f"({area_source})",
            "new plans by school": "by its rate of plans per "
            + ("pupil" if "pupils" in problem.measures else "school")
            + f", drawn towards that of all; dispersion of rates {dispersion:.3f} "
            + ("(given)" if assumptions.dispersion is not None else "(from the counts)"),
            "cost of a new plan": "that of the school's plans, where it has none that of all, give "
            f"or take {variation:.0%} ({variation_source})",
            "growth of cost": f"{price:.1%} a year, give or take {price_spread:.1%}, shared by all "
            + ("(given)" if assumptions.price or assumptions.price_spread else "(none was given)"),
        },
    )


def simulated_years(
    demand: Demand, n_simulations: int, seed: int, n_years: int = 1
) -> Iterator[FloatArray]:
    """Simulate one year after another: costs in pounds, array (n_simulations, schools) a year.

    Rates and the shocks of areas are drawn once: an area whose demand grows faster keeps doing so.
    The authority's shock, leavers, new plans and prices are drawn again in each year.
    """
    rng = np.random.default_rng(seed)
    size = (n_simulations, len(demand.plans))
    counts = np.broadcast_to(demand.plans, size)
    amounts: FloatArray = counts * demand.cost_pounds
    rates = rng.gamma(demand.shape, demand.arrivals / demand.shape, size)
    price = np.ones(n_simulations)
    areas = rng.standard_normal((n_simulations, demand.mixing.shape[1])) @ demand.mixing.T
    rates = rates * _shock(areas, demand.area_shock)
    for year in range(n_years):
        common = _shock(rng.standard_normal(n_simulations), demand.shock)
        staying = rng.binomial(counts, demand.staying)
        new = rng.poisson(rates * (demand.growth**year * common)[:, None])
        kept = np.divide(staying, counts, out=np.zeros(size), where=counts > 0)
        amounts = amounts * kept + _new_costs(rng, new, demand)
        counts = staying + new
        price = (
            price * demand.price * _shock(rng.standard_normal(n_simulations), demand.price_spread)
        )
        yield amounts * price[:, None]


def late_costs(
    demand: Demand, n_simulations: int, seed: int, share: float, months: float
) -> FloatArray:
    """Costs of a backlog in pounds: further plans with their arrears and the year that follows."""
    rng = np.random.default_rng([seed, 1])
    mean = (demand.plans * demand.staying + demand.arrivals) * share
    late = rng.poisson(mean, (n_simulations, len(demand.plans)))
    return np.asarray(late * demand.cost_pounds * demand.price * (1 + months / 12))


def _shock(normal: FloatArray, spread: float) -> FloatArray:
    """Log-normal numbers with mean 1 and this standard deviation."""
    sigma = math.sqrt(math.log1p(spread**2))
    return np.asarray(np.exp(sigma * normal - sigma**2 / 2))


def _new_costs(rng: np.random.Generator, new: IntArray, demand: Demand) -> FloatArray:
    """Costs of so many new plans: the sum of n has mean n and variance n x variation squared."""
    spread = demand.cost_variation**2
    amounts = rng.standard_gamma(new / spread) * spread if spread > 0 else new
    return np.asarray(amounts * demand.cost_pounds)


def _plans(problem: Problem) -> IntArray:
    faults = Faults()
    plans = np.round(faults.take(np.zeros(0), problem.measure, "ehcps")).astype(np.int64)
    faults.refuse(MoneyError)
    if plans.sum() == 0:
        raise MoneyError.of(
            "there are no EHC plans, so there is no demand to simulate", "give plans by school"
        )
    return plans


def _staying(problem: Problem, plans: IntArray, assumptions: Assumptions) -> tuple[FloatArray, str]:
    if assumptions.staying is not None:
        share = float(percentage(assumptions.staying))
        return np.full(len(plans), share), f"{share:.1%} from year to year (given)"
    known = [BY_PHASE.get(school.phase) for school in problem.schools]
    years = [_PRIMARY_YEARS if one is None else len(one.years) for one in known]
    staying = 1 - 1 / np.array(years, dtype=np.float64)
    missing = known.count(None)
    where = f"; {counted(missing, 'school')} of another phase counted as primary" if missing else ""
    mean = float((staying * plans).sum() / plans.sum())
    return staying, f"{mean:.1%} from year to year (one year group of each phase leaves{where})"


def _costs(split: Split, plans: IntArray, assumptions: Assumptions) -> tuple[FloatArray, str]:
    """Cost of one plan at each school: committed, today's, or as stated; never from the split."""
    stated = assumptions.cost_per_plan
    sums: list[float] = []
    used = {"committed sums": 0, "today's spend": 0, "a stated cost per plan": 0}
    missing = []
    for school, n in zip(split.problem.schools, plans, strict=True):
        committed, today = split.pot.committed_pence.get(school.urn, 0), school.topup_pence
        if committed:
            source, sum_ = "committed sums", committed
        elif stated is None:
            source, sum_ = "today's spend", today or 0
        else:
            source, sum_ = "a stated cost per plan", pence(stated) * int(n)
        if n and not sum_ and (stated is None or not pence(stated)):
            missing.append(school.name)
        used[source] += bool(n)
        sums.append(sum_ / 100 if n else 0.0)
    if missing:
        raise MoneyError.of(
            f"what the EHC plans cost is not known for {first_few(missing)}, and "
            "the split itself cannot say it, since it would be compared with itself",
            'give committed sums, topup_pence or Assumptions(cost_per_plan="...") in pounds',
        )
    held = plans > 0
    mean = sum(sums) / int(plans.sum())
    cost = np.divide(np.array(sums), plans, out=np.full(len(plans), mean), where=held)
    used_words = " and ".join(f"{name} at {counted(n, 'school')}" for name, n in used.items() if n)
    return cost, f"{pounds(round(100 * mean))} a year on average ({used_words})"


def _variation(split: Split, assumptions: Assumptions) -> tuple[float, str]:
    """Find by how much the cost of one plan varies; sums by school do not show it."""
    if assumptions.cost_variation is not None:
        return float(assumptions.cost_variation), "given"
    rows = split.pot.committed_as_given
    if isinstance(rows, Commitments) and len(rows.rows) >= _ENOUGH_ROWS:
        sums = np.array([rows.a_year_pence(row) for row in rows.rows], dtype=np.float64)
        return float(sums.std(ddof=1) / sums.mean()), f"of the {len(sums):,} committed plans"
    return 0.0, "what plans cost one by one is not known: commitments plan by plan would show it"


def _rates(
    problem: Problem, plans: IntArray, assumptions: Assumptions
) -> tuple[FloatArray, FloatArray, float]:
    """Mean and shape of each school's rate given its count, and the dispersion of rates.

    With a gamma prior of shape a and mean m, and Poisson counts, the rate given a count n is gamma
    with shape a + n and mean m (a + n) / (a + m). Without dispersion all have the typical rate.
    """
    if "pupils" in problem.unknown:
        problem.measure("pupils")  # raises: rates per school would stand in for rates per pupil
    size = problem.measures.get("pupils")
    exposure = size if size is not None and size.sum() > 0 else np.ones(len(plans))
    # A school without pupils is given the smallest exposure above 0, so that its rate is defined.
    exposure = np.maximum(exposure, exposure[exposure > 0].min())
    typical: FloatArray = exposure * plans.sum() / exposure.sum()
    beyond = float(((plans - typical) ** 2 - typical).sum())
    dispersion = assumptions.dispersion
    if dispersion is None:
        dispersion = max(0.0, beyond / float((typical**2).sum()))
    if dispersion <= 1e-9:
        return typical, np.full(len(plans), 1e9), float(dispersion)
    prior = 1 / dispersion
    mean: FloatArray = typical * (prior + plans) / (prior + typical)
    return mean, prior + plans.astype(np.float64), float(dispersion)


def _arrivals(
    plans: IntArray, rates: FloatArray, staying: FloatArray, growth: Growth
) -> FloatArray:
    """Mean new plans by school; together they make up for leavers and grow as stated."""
    needed = float((plans * (1 + growth.mean - staying)).sum())
    if needed < -1e-9:
        leavers = float((plans * (staying - 1)).sum() / plans.sum())
        raise MoneyError.of(
            f"demand cannot grow by {growth.mean:.1%}: without any new plan it falls by "
            f"{-leavers:.1%}",
            "give a smaller fall, or a smaller share of plans that stay",
        )
    weight = rates * np.maximum(0.0, 1 + growth.mean - staying)
    whole = float(weight.sum())
    return np.asarray(weight * (max(0.0, needed) / whole if whole else 0.0))


def _mixing(split: Split, assumptions: Assumptions) -> tuple[FloatArray, str]:
    """Matrix by which schools share independent shocks; the squares of each row add up to 1."""
    problem = split.problem
    n = len(problem.ids)
    if assumptions.areas is not None or problem.edges is None:
        area = assumptions.areas or {u: s.cluster for s in split.clusters for u in s.members}
        faults = Faults()
        for urn in problem.ids:
            if urn not in area:
                faults.add("areas does not name this school", "give its area", urn=urn)
        faults.refuse(MoneyError)
        names = sorted(set(area.values()), key=str)
        mixing = np.zeros((n, len(names)))
        mixing[np.arange(n), [names.index(area[urn]) for urn in problem.ids]] = 1
        words = (
            "the schools of an area as given" if assumptions.areas else "the schools of a cluster"
        )
        return mixing, words
    mixing = np.eye(n)
    for i, j in problem.edges:
        mixing[i, j] = mixing[j, i] = 1
    unit: FloatArray = mixing / np.sqrt((mixing**2).sum(axis=1, keepdims=True))
    return unit, "schools and those next to them"
