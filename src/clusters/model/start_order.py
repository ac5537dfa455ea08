"""Which clusters start when: a small assignment with money by year, by CP-SAT, proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from clusters.model.cp_sat import new_solver

__all__ = ["Starts", "best_starts"]

LinearExpr = cp_model.LinearExpr


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """What is to be chosen: for each of c clusters one of t days, or none (day number t).

    Parameters
    ----------
    waits
        By cluster, by day and for none: what its waiting costs, whole numbers.
    allowed
        By cluster, the days on which it may start.
    must
        Whether every cluster has to start.
    most
        The most that start on one day; None for any.
    costs
        By cluster, a year's cost.
    months, money
        By year: how many months of it are paid for by day of start; and twelve times the money.
    together
        Groups of clusters that start on one day.
    after
        Pairs (later, earlier): the first does not start before the second.
    """

    waits: Sequence[Sequence[int]]
    allowed: Sequence[Sequence[int]]
    must: bool
    most: int | None
    costs: Sequence[int]
    months: Sequence[Sequence[int]]
    money: Sequence[int]
    together: Sequence[Sequence[int]]
    after: Sequence[tuple[int, int]]


def best_starts(asked: Starts, *, seconds: float, seed: int = 1) -> tuple[list[int] | None, bool]:
    """Choose a day for each cluster so that waiting costs least; of equals, the first ones early.

    Returns
    -------
    tuple
        The number of the day by cluster, or None where none was found; and whether it is proved
        that no choice is better (or that there is none).
    """
    model = cp_model.CpModel()
    last = len(asked.waits[0]) - 1
    x = [
        [model.new_bool_var(f"x_{c}_{t}") for t in range(last + 1)] for c in range(len(asked.waits))
    ]
    _constrain(model, x, asked)
    cost = LinearExpr.sum(
        [wait * x[c][t] for c, row in enumerate(asked.waits) for t, wait in enumerate(row)]
    )
    model.minimize(cost)
    solver = new_solver(seed=seed, seconds=seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, status == cp_model.INFEASIBLE
    found = _read(solver, x)
    if status == cp_model.FEASIBLE:
        return found, False
    # of all best choices the one in which the first clusters of the plan start early
    best = sum(asked.waits[c][t] for c, t in enumerate(found))
    model.add(cost <= best)
    model.minimize(
        LinearExpr.sum(
            [(len(x) - c) * t * x[c][t] for c in range(len(x)) for t in range(1, last + 1)]
        )
    )
    again = new_solver(seed=seed, seconds=seconds)
    if again.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = _read(again, x)
    return found, True


def _constrain(model: cp_model.CpModel, x: list[list[cp_model.IntVar]], asked: Starts) -> None:
    last = len(x[0]) - 1
    for c, row in enumerate(x):
        model.add_exactly_one(row)
        able = {*asked.allowed[c]} | (set() if asked.must else {last})
        for t, var in enumerate(row):
            if t not in able:
                model.add(var == 0)
    if asked.most is not None:
        for t in range(last):
            model.add(LinearExpr.sum([row[t] for row in x]) <= asked.most)
    for months, money in zip(asked.months, asked.money, strict=True):
        spent = [asked.costs[c] * months[t] * x[c][t] for c in range(len(x)) for t in range(last)]
        model.add(LinearExpr.sum(spent) <= money)
    _order(model, x, asked)


def _order(model: cp_model.CpModel, x: list[list[cp_model.IntVar]], asked: Starts) -> None:
    for group in asked.together:
        for c in group[1:]:
            for one, other in zip(x[c], x[group[0]], strict=True):
                model.add(one == other)
    for later, earlier in asked.after:
        for t in range(len(x[0]) - 1):
            model.add(LinearExpr.sum(x[later][: t + 1]) <= LinearExpr.sum(x[earlier][: t + 1]))


def _read(solver: cp_model.CpSolver, x: list[list[cp_model.IntVar]]) -> list[int]:
    return [next(t for t, var in enumerate(row) if solver.boolean_value(var)) for row in x]
