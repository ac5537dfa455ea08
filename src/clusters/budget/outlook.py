"""The outlook: simulated costs of EHC plans against what clusters have for them.

How demand and cost are simulated stands in `demand`; here the simulated years meet the budgets.
Numbers are simulated, not forecast: they say how bad luck of a stated size would fall, not what
will happen. They are rounded to whole pounds; the money itself stays in exact pence elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from clusters.arguments import checked
from clusters.budget.assumptions import MINUTES, Assumptions, Scenario
from clusters.budget.demand import Demand, demand_of, late_costs, simulated_years
from clusters.budget.plan_money import plan_money
from clusters.budget.values import Split
from clusters.domain import FloatArray, FrozenDict, SchoolId
from clusters.domain.values import picked
from clusters.errors import Faults, MoneyError
from clusters.money import Number, percentage
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Outlook", "Pooling", "Risk", "ScenarioOutcome", "look_ahead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """What the simulation says about one cluster or school; money in whole POUNDS.

    Parameters
    ----------
    key
        Label of the cluster, or id of the school.
    schools, plans
        Its schools, and EHC plans today.
    budget, expected
        What it has a year for EHC plans, and the mean simulated cost of them.
    chance_of_overspend
        Share of the simulated years in which the cost is above the budget.
    contingency
        What would have to be added to the budget so that the cost is above it in no more than the
        chosen share of years; 0 where it is enough as it is.
    buffer
        The same against the expected cost: what uncertainty alone asks for, however the money was
        shared.
    """

    key: SchoolId
    schools: int
    plans: int
    budget: int
    expected: int
    chance_of_overspend: float
    contingency: int
    buffer: int

    @property
    def buffer_percent(self) -> float:
        """Buffer as a percentage of the expected cost: large where a cluster is small."""
        return round(100 * self.buffer / self.expected, 1) if self.expected else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """Buffers added up where each holds its own: school, cluster, or one for the authority."""

    schools: int
    clusters: int
    authority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioOutcome:
    """What one scenario does; money in whole POUNDS.

    Parameters
    ----------
    expected
        Mean simulated cost, with what falls to the authority: other blocks, income that is missing.
    shortfall
        Mean of what is missing over the years in which money is missing, times their share.
    chance_of_overspend
        Of the authority as a whole: cost above the clusters' money and the contingency together.
    clusters_at_risk
        Labels of the clusters that overspend in more than half of the years.
    """

    scenario: Scenario
    expected: int
    shortfall: int
    chance_of_overspend: float
    clusters_at_risk: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outlook(Shown):
    """The outlook of one split, with every parameter that it rests on.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> split = cl.split_budget(problem, plan, "18000000")
    >>> assumptions = cl.budget.Assumptions(growth="5%")
    >>> outlook = cl.budget.look_ahead(split, assumptions, n_simulations=200)
    >>> 0 <= outlook.authority.chance_of_overspend <= 1
    True
    """

    assumptions: Mapping[str, str]
    risk: float
    n_simulations: int
    seed: int
    clusters: tuple[Risk, ...]
    schools: tuple[Risk, ...]
    authority: Risk
    pooling: Pooling
    scenarios: tuple[ScenarioOutcome, ...] = field(default=())

    def sentences(self) -> tuple[str, ...]:
        """Say in a paragraph what the simulation found, for papers."""
        whole, scenarios = self.authority, self.scenarios
        likely = sum(one.chance_of_overspend > 0.5 for one in self.clusters)
        words = [
            f"The EHC plans of all clusters are expected to cost £{whole.expected:,} in the year, "
            f"against £{whole.budget:,} that the clusters have for them.",
            f"In {whole.chance_of_overspend:.0%} of the simulated years they cost more; "
            f"{likely} of {len(self.clusters)} clusters overspend in most years.",
            f"To keep the risk at {self.risk:.0%}, one reserve of £{self.pooling.authority:,} for "
            f"all does what reserves of £{self.pooling.clusters:,} in the clusters would do.",
        ]
        if scenarios:
            worst = max(scenarios, key=lambda one: one.shortfall)
            words.append(
                f"Of the scenarios, \u201c{worst.scenario.name}\u201d is the hardest: £"
                f"{worst.shortfall:,} is missing on average."
            )
        return (*words, "These figures are simulated; they are not a forecast.")

    @checked
    def to_frame(
        self, level: Literal["cluster", "school", "scenario", "assumption"] = "cluster"
    ) -> pd.DataFrame:
        """Return simulated figures in whole pounds by cluster, school or scenario.

        Level "assumption": what each figure rests on, and where that comes from.
        """
        if level == "scenario":
            return framed(_scenario_row(outcome) for outcome in self.scenarios)
        if level == "assumption":
            return framed(self.assumptions.items(), columns=["assumption", "value"])
        if level not in ("cluster", "school"):
            raise MoneyError.of(
                "there is no such level",
                'use "cluster", "school", "scenario" or "assumption"',
                value=level,
            )
        risks = self.clusters if level == "cluster" else self.schools
        return framed(
            {
                "cluster" if level == "cluster" else "urn": risk.key,
                **picked(risk, "schools", "plans", "budget"),
                **_simulated(risk, "expected", "chance_of_overspend", "contingency"),
                **_simulated(risk, "buffer", "buffer_percent"),
            }
            for risk in risks
        )


@checked(leave=("n_simulations", "seed"))
def look_ahead(
    split: Split,
    assumptions: Assumptions | None = None,
    *,
    risk: Number = "10%",
    scenarios: Sequence[Scenario] = MINUTES,
    n_simulations: int = 10_000,
    seed: int = 1,
) -> Outlook:
    """Simulate demand and cost against what a split has for EHC plans.

    What a cluster has for them is its committed top-ups and, of its flexible money, what the
    formula gives for EHC plans (or the share stated in the assumptions); not its other money.

    Parameters
    ----------
    assumptions
        What is assumed: at least how demand grows, which has no default.
    risk
        Share of years in which an overspend is accepted: "10%" or 0.1.
    scenarios
        Bad news to be tested; by default what the Schools Forum's minutes of December 2023 name.
    n_simulations
        Simulated years, 100 to 1,000,000.
    seed
        Of the random numbers: the same seed gives the same figures.

    Raises
    ------
    MoneyError
        If plans are not known for every school, if nothing says how they grow or (but for the
        split) what they cost, if no money is meant for them, or if a parameter is out of range.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> split = cl.split_budget(problem, plan, "18000000")
    >>> outlook = look_ahead(split, cl.budget.Assumptions(growth="5%"), n_simulations=200)
    >>> len(outlook.clusters), outlook.n_simulations
    (18, 200)
    """
    assumptions = Assumptions() if assumptions is None else assumptions
    share = _checked(risk, n_simulations, seed)
    demand = demand_of(split, assumptions)
    budgets, source = plan_money(split, assumptions.flexible_for_plans)
    groups = _Groups(split, demand, budgets)
    (costs,) = simulated_years(demand, n_simulations, seed)
    clusters, schools, whole = groups.risks(costs, share)
    return Outlook(
        assumptions=FrozenDict({**demand.stated, "money for plans": source}),
        risk=share,
        n_simulations=n_simulations,
        seed=seed,
        clusters=clusters,
        schools=schools,
        authority=whole,
        pooling=Pooling(
            schools=sum(one.buffer for one in schools),
            clusters=sum(one.buffer for one in clusters),
            authority=whole.buffer,
        ),
        scenarios=tuple(groups.outcome(costs, demand, one, seed) for one in scenarios),
    )


class _Groups:
    """Budgets and membership of the clusters, as arrays."""

    def __init__(self, split: Split, demand: Demand, budgets: Mapping[SchoolId, int]) -> None:
        self.split = split
        position = {urn: k for k, urn in enumerate(split.problem.ids)}
        self.members = [[position[urn] for urn in share.members] for share in split.clusters]
        self.plans = demand.plans
        self.school_budget = np.array([budgets[urn] / 100 for urn in split.problem.ids])
        self.cluster_budget = np.array(
            [sum(budgets[urn] for urn in share.members) / 100 for share in split.clusters]
        )
        self.reserve = split.pot.contingency_pence / 100

    def by_cluster(self, costs: FloatArray) -> FloatArray:
        """Add up costs over the schools of each cluster."""
        return np.stack([costs[:, members].sum(axis=1) for members in self.members], axis=1)

    def risks(
        self, costs: FloatArray, risk: float
    ) -> tuple[tuple[Risk, ...], tuple[Risk, ...], Risk]:
        """Work out the risks of clusters, schools and the whole."""
        sums = self.by_cluster(costs)
        clusters = tuple(
            _risk(share.key, len(members), int(self.plans[members].sum()), budget, cost, risk)
            for share, members, budget, cost in zip(
                self.split.clusters, self.members, self.cluster_budget, sums.T, strict=True
            )
        )
        schools = tuple(
            _risk(share.key, 1, int(self.plans[k]), self.school_budget[k], costs[:, k], risk)
            for k, share in enumerate(self.split.schools)
        )
        whole = _risk(
            "all clusters",
            len(self.plans),
            int(self.plans.sum()),
            float(self.cluster_budget.sum()),
            sums.sum(axis=1),
            risk,
        )
        return clusters, schools, whole

    def outcome(
        self, costs: FloatArray, demand: Demand, scenario: Scenario, seed: int
    ) -> ScenarioOutcome:
        """Work out what one scenario adds to the simulated years."""
        if scenario.backlog_share:
            costs = costs + late_costs(
                demand, len(costs), seed, scenario.backlog_share, scenario.backlog_months
            )
        sums = self.by_cluster(costs)
        whole = sums.sum(axis=1) + scenario.other_pounds + scenario.income_pounds
        missing = np.maximum(0, whole - self.cluster_budget.sum() - self.reserve)
        over = (sums > self.cluster_budget[None, :]).mean(axis=0)
        return ScenarioOutcome(
            scenario=scenario,
            expected=round(float(whole.mean())),
            shortfall=round(float(missing.mean())),
            chance_of_overspend=round(float((missing > 0).mean()), 4),
            clusters_at_risk=tuple(
                str(share.key)
                for share, chance in zip(self.split.clusters, over, strict=True)
                if chance > 0.5
            ),
        )


def _risk(
    key: SchoolId, schools: int, plans: int, budget: float, cost: FloatArray, risk: float
) -> Risk:
    expected = float(cost.mean())
    # "higher": in the simulated years the cost is above the level in no more than `risk` of them.
    level = float(np.quantile(cost, 1 - risk, method="higher"))
    return Risk(
        key=key,
        schools=schools,
        plans=plans,
        budget=round(budget),
        expected=round(expected),
        chance_of_overspend=round(float((cost > budget).mean()), 4),
        contingency=max(0, math.ceil(level - budget)),
        buffer=max(0, math.ceil(level - expected)),
    )


def _checked(risk: Number, n_simulations: int, seed: int) -> float:
    faults = Faults()
    share = float(faults.take(percentage("10%"), percentage, risk, "the risk"))
    if not 0 < share < 1:
        faults.add("the risk is not between 0 and 1", 'give for instance "10%"', value=risk)
    if type(n_simulations) is not int or not 100 <= n_simulations <= 1_000_000:
        faults.add(
            "n_simulations is not a whole number from 100 to 1,000,000",
            "give 10_000",
            value=n_simulations,
        )
    if type(seed) is not int or seed < 0:
        faults.add("the seed is not a whole number of 0 or more", "give for instance 1", value=seed)
    faults.refuse(MoneyError)
    return share


def _scenario_row(outcome: ScenarioOutcome) -> dict[str, object]:
    return {
        "scenario": outcome.scenario.name,
        **_simulated(outcome, "expected", "shortfall", "chance_of_overspend"),
        "clusters_at_risk": len(outcome.clusters_at_risk),
    }


def _simulated(outcome: Risk | ScenarioOutcome, *names: str) -> dict[str, object]:
    """Columns of what is simulated say so."""
    return {f"simulated_{name}": value for name, value in picked(outcome, *names).items()}
