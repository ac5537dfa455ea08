"""The CP-SAT model of shared posts: which posts, at which clusters, serving whom.

Maximise the value of the pupils covered; then, keeping that value, minimise the cost; then,
keeping both, the travel. All numbers are whole: pupils in thousandths, money in pence, metres.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ortools.sat.python import cp_model

from clusters.errors import OutOfTimeError
from clusters.model.cp_sat import new_solver

__all__ = ["PostsAnswer", "PostsCase", "solve_posts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsCase:
    """Numbers of the problem: posts p, clusters c and d, types k.

    Parameters
    ----------
    unmet
        Thousandths of pupils by type and cluster.
    kind, cost, covers, value
        Of each post: its type, pence, thousandths of pupils that one covers, and the worth of one.
    reach
        By post and cluster, the clusters that a post there may serve.
    travel
        Metres by type, from cluster to cluster, for choosing between equals.
    budget
        Pence.
    most
        Most posts of one sort at one cluster.
    """

    unmet: Sequence[Sequence[int]]
    kind: Sequence[int]
    cost: Sequence[int]
    covers: Sequence[int]
    value: Sequence[int]
    reach: Sequence[Sequence[Sequence[int]]]
    travel: Sequence[Sequence[Sequence[int]]]
    budget: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsAnswer:
    """Posts by (post, cluster), thousandths served by (post, from, to), and what is proved."""

    posts: dict[tuple[int, int], int]
    served: dict[tuple[int, int, int], int]
    value: int
    bound: int
    proved: bool


class _Model:
    def __init__(self, case: PostsCase) -> None:
        self.case = case
        self.model = cp_model.CpModel()
        kinds = range(len(case.kind))
        places = range(len(case.unmet[0]))
        self.posts = {
            (p, c): self.model.new_int_var(0, self._most(p, c), f"posts_{p}_{c}")
            for p in kinds
            for c in places
        }
        self.served = {
            (p, c, d): self.model.new_int_var(0, case.unmet[case.kind[p]][d], f"serve_{p}_{c}_{d}")
            for p in kinds
            for c in places
            for d in case.reach[p][c]
        }
        served_weights = [case.value[p] for p, _, _ in self.served]
        self.value = cp_model.LinearExpr.weighted_sum(list(self.served.values()), served_weights)
        self.cost = cp_model.LinearExpr.weighted_sum(
            list(self.posts.values()), [case.cost[p] for p, _ in self.posts]
        )
        self.travel = cp_model.LinearExpr.weighted_sum(
            list(self.served.values()),
            [case.travel[case.kind[p]][c][d] for p, c, d in self.served],
        )

    def _most(self, p: int, c: int) -> int:
        """More posts than the unmet need within reach, or than the budget pays for, are no use."""
        case = self.case
        within = sum(case.unmet[case.kind[p]][d] for d in case.reach[p][c])
        useful = -(-within // case.covers[p])
        return min(case.most, useful, case.budget // case.cost[p])

    def no_post_serves_more_than_it_covers(self) -> None:
        for (p, c), count in self.posts.items():
            serves = [self.served[p, c, d] for d in self.case.reach[p][c]]
            self.model.add(cp_model.LinearExpr.sum(serves) <= self.case.covers[p] * count)

    def no_cluster_is_served_more_than_it_lacks(self) -> None:
        for k, row in enumerate(self.case.unmet):
            for d, unmet in enumerate(row):
                serves = [
                    variable
                    for (p, _, to), variable in self.served.items()
                    if to == d and self.case.kind[p] == k
                ]
                self.model.add(cp_model.LinearExpr.sum(serves) <= unmet)

    def the_budget_holds(self) -> None:
        self.model.add(self.cost <= self.case.budget)

    def start_from(self, case: PostsCase, time_limit_s: float, seed: int) -> None:
        """Hint at the best choice where every post serves its own cluster only."""
        simple = _Model(case)
        simple.no_post_serves_more_than_it_covers()
        simple.no_cluster_is_served_more_than_it_lacks()
        simple.the_budget_holds()
        simple.model.add(simple.value <= knapsack_bound(case))
        simple.model.maximize(simple.value)
        solver = new_solver(seconds=time_limit_s, seed=seed)
        if solver.solve(simple.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            for key, count in self.posts.items():
                self.model.add_hint(count, solver.value(simple.posts[key]))
            for arc, serve in self.served.items():
                known = simple.served.get(arc)
                self.model.add_hint(serve, 0 if known is None else solver.value(known))


_STEPS = 20_000


def knapsack_bound(case: PostsCase) -> int:
    """Bound the value by what the budget buys if every post is fully used.

    A knapsack by dynamic programming over the budget, in steps; costs are rounded down and the
    budget up to whole steps, so the bound is never too low.
    """
    step = max(1, case.budget // _STEPS)
    costs = [max(1, cost // step) for cost in case.cost]
    worth = [covers * value for covers, value in zip(case.covers, case.value, strict=True)]
    if any(cost < step for cost in case.cost):
        # A cost rounded up to one step would make the bound too low.
        return sum(
            max(v for v, kind in zip(case.value, case.kind, strict=True) if kind == k) * sum(row)
            for k, row in enumerate(case.unmet)
            if k in case.kind
        )
    best = [0] * (case.budget // step + 2)
    for money in range(1, len(best)):
        best[money] = best[money - 1]
        for cost, gain in zip(costs, worth, strict=True):
            if cost <= money:
                best[money] = max(best[money], best[money - cost] + gain)
    return best[-1] if step > 1 else best[case.budget]


def _own_clusters_only(case: PostsCase) -> PostsCase:
    return replace(case, reach=[[[c] for c in range(len(row))] for row in case.reach])


def solve_posts(case: PostsCase, time_limit_s: float, seed: int) -> PostsAnswer:
    """Choose the posts.

    Raises
    ------
    OutOfTimeError
        If the time ran out before any answer was found.
    """
    deadline = time.monotonic() + time_limit_s
    small, parts = _shrunk(case)
    made = _Model(small)
    made.no_post_serves_more_than_it_covers()
    made.no_cluster_is_served_more_than_it_lacks()
    made.the_budget_holds()
    made.model.add(made.value <= knapsack_bound(small))
    if any(len(reach) > 1 for row in small.reach for reach in row):
        made.start_from(_own_clusters_only(small), time_limit_s / 4, seed)
    made.model.maximize(made.value)
    # two aims follow, and have what is left
    solver = new_solver(seconds=0.6 * (deadline - time.monotonic()), seed=seed)
    status = solver.solve(made.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        msg = "no choice of posts was found in the time given"
        raise OutOfTimeError(msg)
    proved = status == cp_model.OPTIMAL
    value, bound = round(solver.objective_value), round(solver.best_objective_bound)
    for aim, kept in ((made.cost, made.value >= value), (made.travel, None)):
        left = deadline - time.monotonic()
        solver = _next(made, aim, kept, solver, left / 2 if aim is made.cost else left, seed)
    return PostsAnswer(
        posts={key: n for key, v in made.posts.items() if (n := solver.value(v))},
        served={key: n * parts for key, v in made.served.items() if (n := solver.value(v))},
        value=value * parts,
        bound=bound * parts,
        proved=proved,
    )


def _shrunk(case: PostsCase) -> tuple[PostsCase, int]:
    """Measure pupils and money in their largest common units: small numbers prove sooner."""
    parts = math.gcd(*case.covers, *(unmet for row in case.unmet for unmet in row))
    money = math.gcd(*case.cost)
    small = replace(
        case,
        unmet=[[unmet // parts for unmet in row] for row in case.unmet],
        covers=[covers // parts for covers in case.covers],
        cost=[cost // money for cost in case.cost],
        budget=case.budget // money,
    )
    return small, parts


def _next(
    made: _Model,
    aim: Any,
    kept: Any,
    before: cp_model.CpSolver,
    time_limit_s: float,
    seed: int,
) -> cp_model.CpSolver:
    """Improve the next aim, keeping what the ones before reached."""
    made.model.add(kept if kept is not None else made.cost <= before.value(made.cost))
    made.model.clear_hints()
    for variable in (*made.posts.values(), *made.served.values()):
        made.model.add_hint(variable, before.value(variable))
    made.model.minimize(aim)
    solver = new_solver(seconds=time_limit_s, seed=seed)
    status = solver.solve(made.model)
    return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else before
