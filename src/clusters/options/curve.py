"""The trade between two priorities: a curve on which every point is a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    PRIORITY_NAMES,
    Plan,
    Priorities,
    Problem,
    Rules,
    check_rules,
    is_whole,
    weighing,
)
from clusters.domain.forms import rule_fault
from clusters.errors import Faults, RulesError
from clusters.explain.instances import searched_from, unit_price
from clusters.model.compiling import compile_instance
from clusters.naming import name_clusters
from clusters.options.aims import aim_floor
from clusters.options.themes import Theme
from clusters.options.workshop import share_of
from clusters.search.short import found_of, plan_from
from clusters.shown import Shown
from clusters.solver import Settings, solve
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TradeOff", "TradeOffPoint", "trade_off"]

NEARLY_NOTHING = 1e-4
"""Weight of the other priority at an end of the curve, so that ties are broken in its favour."""
FIRST = 0.35
"""Share of the time for the end of the curve that is found for the first priority alone."""
STARTS = 3
"""Plans made so far from which a search goes on."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TradeOffPoint(Shown):
    """One plan of the curve.

    Parameters
    ----------
    plan, certificate
        Verified.
    a, b
        What it costs in each priority, in that priority's own unit: "travel" in `travel_by` units
        x metres (or minutes), "balance" in units of its measure, "expertise" in pupils,
        "pyramids" in pieces, "change" in schools.
    sentence
        Against the end of the curve that was found for `a` alone.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> curve = cl.options.trade_off(
    ...     problem, rules, settings=cl.Settings(time_limit_s=4))
    >>> curve.points[0].plan is not None
    True
    """

    plan: Plan
    certificate: Certificate
    a: float
    b: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TradeOff(Shown):
    """Plans of which none is better than another in both priorities, from least a to least b.

    Parameters
    ----------
    names
        The two priorities.
    points
        Fewer than asked for where several weights gave the same plan. Each is, of all plans made
        for the curve, the cheapest at some weight: none of them is better in both priorities.
    least
        What no plan of so many clusters can be below in each of the two, by counting: proved. None
        where counting says nothing.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> curve = cl.options.trade_off(
    ...     problem, rules, settings=cl.Settings(time_limit_s=4))
    >>> len(curve.points) > 0
    True
    """

    names: tuple[str, str]
    points: tuple[TradeOffPoint, ...]
    least: tuple[float | None, float | None] = (None, None)

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with one row for each point."""
        import pandas as pd

        a, b = self.names
        rows = [{a: p.a, b: p.b, "sentence": p.sentence} for p in self.points]
        return pd.DataFrame(rows, columns=[a, b, "sentence"])


@checked
def trade_off(
    problem: Problem,
    rules: Rules,
    priorities: Priorities | None = None,
    a: str = "travel",
    b: str = "balance",
    n_points: int = 7,
    *,
    settings: Settings | None = None,
) -> TradeOff:
    """Show what one priority costs in terms of another.

    The weights of the two are changed step by step against each other, up and down again (the
    weighted-sum method: every plan lies on the convex part of the true curve or near it; plans in
    its dents are not found). All other priorities are left out.

    Parameters
    ----------
    priorities
        Says how journeys are weighted, what is made even, where change is counted from ...
    a, b
        Two of "travel", "balance", "expertise", "pyramids" and "change".
    n_points
        Most points, 2 or more.
    settings
        Time for the whole curve.

    Raises
    ------
    RulesError
        If the priorities do not fit.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [2000, 0], [9000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> curve = trade_off(problem, cl.Rules(n_clusters=2), n_points=3,
    ...                   settings=cl.Settings(time_limit_s=6))
    >>> [(point.a, point.b) for point in curve.points]
    [(2000.0, 2.0), (8000.0, 0.0)]
    """
    priorities = Priorities() if priorities is None else priorities
    settings = Settings(time_limit_s=60.0) if settings is None else settings
    _check(a, b, n_points)
    for name in (a, b):
        check_rules(problem, rules, weighing(priorities, **{name: 1.0}))
    maker = _Maker(problem, rules, priorities, (a, b), settings)
    first = maker.end(FIRST)
    k = len(first.clusters)
    maker.rules = replace(rules, n_clusters=k)
    unit_a, unit_b = maker.costs(first)
    ratio = unit_a / unit_b if unit_b > 0 else 1.0
    between = (np.geomspace(0.02, 50.0, max(1, n_points - 1)) * ratio).tolist()
    weights = [NEARLY_NOTHING, *between[:-1], between[-1] / NEARLY_NOTHING]
    # up and down again: a plan found under one weight may be the way to a better one of another
    sweep = [*range(1, len(weights)), *range(len(weights) - 2, 0, -1)]
    for number, i in enumerate(sweep):
        maker.improve(weights[i], (1 - FIRST) / len(sweep), number)
    chosen = dict.fromkeys(maker.best_at(weight) for weight in weights)
    theme = [Theme(name=n, sentence=n, cares_for=n, priorities=priorities) for n in (a, b)]
    least = [aim_floor(problem, maker.rules, one, k) for one in theme]
    return TradeOff(
        names=(a, b), points=tuple(maker.points(list(chosen), first)), least=(least[0], least[1])
    )


def _check(a: str, b: str, n_points: int) -> None:
    faults = Faults(
        rule_fault(f"there is no priority {name!r}", f"use two of {', '.join(PRIORITY_NAMES)}")
        for name in (a, b)
        if name not in PRIORITY_NAMES
    )
    if a == b:
        faults.add("a and b are the same priority", "name two")
    if not is_whole(n_points, 2):
        faults.add("n_points is not a whole number of 2 or more", "correct it")
    faults.refuse(RulesError)


class _Maker:
    """Makes the plans of one curve."""

    def __init__(
        self,
        problem: Problem,
        rules: Rules,
        priorities: Priorities,
        names: tuple[str, str],
        settings: Settings,
    ) -> None:
        self.problem, self.rules, self.priorities = problem, rules, priorities
        self.names, self.settings = names, settings
        self.made: list[Plan] = []
        self._costs: dict[Plan, tuple[float, float]] = {}

    def end(self, share: float) -> Plan:
        """Return the plan that is best in the first priority."""
        a, b = self.names
        weights = weighing(self.priorities, **{a: 1.0, b: NEARLY_NOTHING})
        part = share_of(self.settings, share)
        self.made = [solve(self.problem, self.rules, weights, part).plan]
        return self.made[0]

    def costs(self, plan: Plan) -> tuple[float, float]:
        """Return the cost of a plan in each of the two, at weight 1."""
        if plan not in self._costs:
            both = weighing(self.priorities, **dict.fromkeys(self.names, 1.0))
            costs = verify(self.problem, self.rules, plan, both).costs
            self._costs[plan] = (costs.get(self.names[0], 0.0), costs.get(self.names[1], 0.0))
        return self._costs[plan]

    def improve(self, weight: float, share: float, number: int) -> None:
        """Search on from the plans made where the second priority has some weight."""
        a, b = self.names
        own, k = weighing(self.priorities, **{a: 1.0, b: weight}), len(self.made[0].clusters)
        instance = compile_instance(self.problem, self.rules, own, k)
        begin = sorted(self.made, key=lambda plan: self._sum(plan, weight))[:STARTS]
        s = self.settings
        found = searched_from(
            instance,
            [found_of(self.problem, instance, plan) for plan in begin],
            seconds=np.inf if s.work_limit else share * (s.time_limit_s or 60.0),
            work=share * s.work_limit if s.work_limit else np.inf,
            seed=s.seed + number,
        )
        if found is not None:
            self.made.append(plan_from(self.problem, instance, found, keep=self.made[0]))

    def _sum(self, plan: Plan, weight: float) -> float:
        a, b = self.costs(plan)
        return a + weight * b

    def best_at(self, weight: float) -> Plan:
        """Return the plan, of all made, that costs least at some weight of the second priority."""
        return min(self.made, key=lambda plan: self._sum(plan, weight))

    def points(self, plans: list[Plan], first: Plan) -> list[TradeOffPoint]:
        """Keep the plans that no other beats in both, in order."""
        priced = sorted(((self.costs(plan), i) for i, plan in enumerate(plans)), key=lambda x: x[0])
        base = self.costs(first)
        kept: list[TradeOffPoint] = []
        lowest = np.inf
        for (a, b), i in priced:
            if b < lowest - 1e-9 * max(1.0, abs(lowest) if np.isfinite(lowest) else 1.0):
                lowest = b
                certificate = verify(self.problem, self.rules, plans[i])
                if not certificate.ok:
                    continue
                kept.append(
                    TradeOffPoint(
                        plan=name_clusters(self.problem, plans[i], keep=first),
                        certificate=certificate,
                        a=self._own(self.names[0], a),
                        b=self._own(self.names[1], b),
                        sentence=self._sentence(a, b, base),
                    )
                )
        return kept

    def _own(self, name: str, cost: float) -> float:
        """Bring a cost at weight 1 into the priority's own unit."""
        if name == "travel":
            return cost
        return cost / unit_price(self.problem, self.priorities, name)

    def _sentence(self, a: float, b: float, base: tuple[float, float]) -> str:
        words = []
        for name, value, before in zip(self.names, (a, b), base, strict=True):
            if before:
                share = 100 * (value / before - 1)
                side = "more" if share > 0 else "less"
                words.append(f"{_WORDS[name]} {abs(share):.1f}% {side}")
        if (a, b) == base:
            first = _WORDS[self.names[0]]
            return f"the plan from which the others are measured: found for {first} alone"
        return ", ".join(words)


_WORDS = {
    "travel": "journeys",
    "balance": "unevenness",
    "expertise": "pupils not covered",
    "pyramids": "pieces of pyramids",
    "change": "schools moved",
}
