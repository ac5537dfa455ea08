"""Improve a plan at a price per school moved: the best that few moves can do."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    IntArray,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    check_rules,
    plan_of,
)
from clusters.explain.plan_distance import Moved, Nearby
from clusters.explain.repair import Repair, cost_of, improved_at, repair
from clusters.search.short import found_of
from clusters.shown import Shown
from clusters.solver import Settings, effort
from clusters.text import counted, listed
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Curve", "CurvePoint", "improve_curve"]

PRICES = (0.3, 0.12, 0.06, 0.03, 0.015, 0.007, 0.003)
"""Prices of a school moved, as shares of a mean cluster's cost, that the curve is swept with."""

EXACT, LITTLE = 0.7, 0.2
"""Shares of the time for the exact model: of small problems, and of others."""
SMALL = 2500
"""Pairs of atom and centre up to which a problem is small."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CurvePoint(Shown):
    """The best plan found that moves at most so many schools.

    Parameters
    ----------
    moves
        Most schools allowed to move.
    plan, moved
        The plan (verified), and who moves in it.
    objective
        Cost under the priorities.
    saving
        By what share the cost is below that of no move (0.12 = 12% lower).
    journeys_saving
        The same of the weighted journeys alone; None where travel is no priority.
    sentence
        "with 5 moves, 12% shorter journeys".
    proved
        Whether it is proved that no plan with so few moves costs less.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> curve = cl.explain.improve_curve(
    ...     problem, rules, plan, settings=cl.Settings(time_limit_s=3))
    >>> curve.points[0].moves
    0
    """

    moves: int
    plan: Plan
    moved: tuple[Moved, ...]
    objective: float
    saving: float
    journeys_saving: float | None
    sentence: str
    proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Curve(Shown):
    """What a plan gains by a few moves: one point for each number from 0.

    Parameters
    ----------
    points
        From 0 moves upwards; the cost never rises.
    repaired
        How the given plan was repaired first, where it broke a rule; moves count from there.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> curve = cl.explain.improve_curve(
    ...     problem, rules, plan, settings=cl.Settings(time_limit_s=3))
    >>> len(curve.points) > 0
    True
    """

    points: tuple[CurvePoint, ...]
    repaired: Repair | None

    def at(self, moves: int) -> CurvePoint:
        """Return the point for a number of moves (the last one beyond the end)."""
        return self.points[min(moves, len(self.points) - 1)]

    def summary(self) -> str:
        """List the points at which something is gained."""
        lines, last = [], None
        for point in self.points[1:]:
            if last is None or point.objective < last:
                lines.append(point.sentence)
            last = point.objective
        return "\n".join(lines)

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with one row for each number of moves."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "moves": point.moves,
                    "schools_moved": len(point.moved),
                    "cost": point.objective,
                    "saving": point.saving,
                    "journeys_saving": point.journeys_saving,
                    "proved": point.proved,
                    "sentence": point.sentence,
                }
                for point in self.points
            ]
        )


@checked
def improve_curve(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    priorities: Priorities | None = None,
    max_moves: int = 20,
    *,
    settings: Settings | None = None,
) -> Curve:
    """Show what a plan gains by moving few schools: the best plan found for 0 to 20 moves.

    A price per school moved is swept from high to low (Lagrangian relaxation of the number of
    moves; Everett 1963); between the plans found, single moves are taken in the most useful order,
    forwards and backwards. At the end an exact model is asked for each number of moves, the lowest
    first, as far as the time goes: a point is `proved` where it shows that no plan with so few
    moves costs less. Every point is verified.

    Parameters
    ----------
    plan
        A plan that keeps the rules, or one to be repaired first (with the fewest moves).
    max_moves
        Number of moves up to which points are wanted, 0 or more.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [9, 0], [10, 0]],
    ...     {"need": [1, 2, 1, 3]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> drawn = cl.Plan.from_assignment({"a": "a", "b": "b", "c": "b", "d": "b"})
    >>> curve = improve_curve(problem, cl.Rules(n_clusters=2), drawn,
    ...     settings=cl.Settings(time_limit_s=2))
    >>> curve.at(1).sentence
    'with 1 move, 89% shorter journeys'
    """
    plan = plan_of(problem, plan)
    priorities = Priorities() if priorities is None else priorities
    check_rules(problem, rules, priorities)
    time_limit_s, seed = effort(settings, 60.0)
    deadline = time.monotonic() + time_limit_s
    repaired = None
    if not verify(problem, rules, plan, priorities).ok:
        part = Settings(time_limit_s=0.3 * time_limit_s, seed=seed)
        repaired = repair(problem, rules, plan, priorities, settings=part)
        plan = repaired.plan
    near = Nearby(problem, rules, priorities, plan)
    held = found_of(problem, near.instance, plan)
    assert held is not None  # the plan keeps the rules
    begin = near.labelled(held.clusters)
    usable = deadline - time.monotonic()
    size = near.instance.n * near.instance.m
    exact = EXACT * usable if size <= SMALL else LITTLE * usable
    best = _swept(near, begin, max_moves, deadline - exact, seed)
    proved = _asked(near, best, max_moves, deadline, seed)
    return Curve(points=tuple(_points(near, best, max_moves, proved)), repaired=repaired)


def _swept(
    near: Nearby, begin: IntArray, most: int, deadline: float, seed: int
) -> dict[int, tuple[float, IntArray]]:
    """Best (cost, labels) by number of moves."""
    best: dict[int, tuple[float, IntArray]] = {0: (cost_of(near, begin), begin)}

    def note(labels: IntArray, cost: float) -> None:
        moves = near.count(labels)
        if moves <= most and cost < best.get(moves, (np.inf, begin))[0] - 1e-12 * abs(cost):
            best[moves] = (cost, labels)

    unit = abs(best[0][0]) / near.k
    last = begin
    deadline -= 0.1 * (deadline - time.monotonic())
    for number, price in enumerate(PRICES):
        left = (deadline - time.monotonic()) / (len(PRICES) - number)
        found = improved_at(near, [last, begin], price * unit, left, seed + number)
        if found is None:
            continue
        note(found, cost_of(near, found))
        for labels, cost in (*near.steps(begin, found), *near.steps(found, begin)):
            note(labels, cost)
        last = found
        if near.count(found) > 2 * most:
            break
    _extend(near, best, most, note)
    return best


def _extend(
    near: Nearby,
    best: dict[int, tuple[float, IntArray]],
    most: int,
    note: Callable[[IntArray, float], None],
) -> None:
    """Try one more move beyond each plan, wherever it gains most."""
    for moves in range(most):
        if moves in best:
            for labels, cost in near.single_moves(best[moves][1]):
                note(labels, cost)


def _asked(
    near: Nearby, best: dict[int, tuple[float, IntArray]], most: int, deadline: float, seed: int
) -> set[int]:
    """Ask the exact model for cheaper plans, from few moves to many; return what is proved."""
    from clusters.model.within_moves import cheapest_within

    proved = set()
    for moves in range(most + 1):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        known, _ = min((best[m] for m in best if m <= moves), key=lambda plan: plan[0])
        answer = cheapest_within(
            near.instance,
            near.atom_moves,
            at_most=moves,
            below=known,
            seconds=left / min(4, most + 1 - moves),
            seed=seed,
        )
        if answer.clusters is not None:
            labels = near.labelled(answer.clusters)
            cost = cost_of(near, labels)
            count = near.count(labels)
            if count <= moves and cost < best.get(count, (np.inf, labels))[0]:
                best[count] = (cost, labels)
        if answer.proved:
            proved.add(moves)
    return proved


def _points(
    near: Nearby, best: dict[int, tuple[float, IntArray]], most: int, proved: set[int]
) -> list[CurvePoint]:
    points: list[CurvePoint] = []
    base = verify(near.problem, near.rules, near.plan(best[0][1]), near.priorities)
    lowest = np.inf
    for moves in range(most + 1):
        if moves in best and best[moves][0] < lowest:
            lowest, labels = best[moves]
            plan = near.plan(labels)
            certificate = verify(near.problem, near.rules, plan, near.priorities)
            assert certificate.ok, certificate.summary()
            moved = near.moved(plan, labels)[0]
        point = _point(moves, plan, moved, certificate, base)
        points.append(replace(point, proved=moves in proved))
    return points


def _point(
    moves: int, plan: Plan, moved: tuple[Moved, ...], certificate: Certificate, base: Certificate
) -> CurvePoint:
    cost, before = certificate.objective or 0.0, base.objective or 0.0
    saving = 1 - cost / before if before else 0.0
    journeys = None
    if base.costs.get("travel"):
        journeys = 1 - certificate.costs["travel"] / base.costs["travel"]
    return CurvePoint(
        moves=moves,
        plan=plan,
        moved=moved,
        objective=cost,
        saving=saving,
        journeys_saving=journeys,
        sentence=_gain(moves, len(moved), saving, journeys, only_travel=len(base.costs) == 1),
    )


def _gain(
    moves: int, used: int, saving: float, journeys: float | None, *, only_travel: bool
) -> str:
    lead = f"with {counted(moves, 'move')}"
    if not used or saving <= 0:
        return f"{lead}, nothing is gained"
    parts = []
    if journeys is not None and abs(journeys) >= 0.0005:
        side = "shorter" if journeys > 0 else "longer"
        parts.append(f"{_per_cent(abs(journeys))} {side} journeys")
    if not only_travel or not parts:
        parts.append(f"{_per_cent(saving)} lower cost")
    return f"{lead}, {listed(parts)}"


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= 0.1 else f"{100 * share:.1f}%"
