"""Choosing leads: an assignment with bounds on groups of the chosen, by CP-SAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import FloatArray
from clusters.model.cp_sat import new_solver

__all__ = ["Bound", "assign", "extremes"]

LinearExpr = cp_model.LinearExpr

RESOLUTION = 1000
"""Costs are counted in thousandths (of a kilometre or a minute)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Of the chosen, at least and at most so many (None: any) are among some candidates."""

    inside: Sequence[int]
    least: int = 0
    most: int | None = None


def assign(
    cost: FloatArray, bounds: Sequence[Bound] = (), *, each: int = 1, exactly: bool = True
) -> dict[tuple[int, int], float] | None:
    """Choose candidates for each place, none twice, at the least total cost.

    Parameters
    ----------
    cost
        Array (places, candidates); infinity where a candidate may not be chosen for a place.
    bounds
        On how many of the chosen are of a group.
    each, exactly
        Candidates for each place: exactly so many, or up to so many, as many as possible.

    Returns
    -------
    dict or None
        Cost by (place, candidate) of those chosen, proved to be the cheapest; None if there is no
        such choice: proved.
    """
    model, y = _model(cost, bounds, each=each, exactly=exactly)
    price = {pair: round(float(cost[pair]) * RESOLUTION) for pair in y}
    if not exactly:  # one more chosen is worth more than all that choosing can cost
        reward = 1 + 2 * sum(abs(p) for p in price.values())
        price = {pair: p - reward for pair, p in price.items()}
    model.minimize(LinearExpr.weighted_sum(list(y.values()), [price[pair] for pair in y]))
    solver = new_solver(linearised=False)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL, solver.status_name(status)  # no limit is set
    return {pair: float(cost[pair]) for pair, chosen in y.items() if solver.boolean_value(chosen)}


def extremes(cost: FloatArray, inside: Sequence[int]) -> tuple[int, int] | None:
    """Fewest and most of a group that can be chosen, one for each place; None if none can be."""
    found = []
    for sign in (1, -1):
        model, y = _model(cost, (), each=1, exactly=True)
        model.minimize(LinearExpr.sum([sign * y[pair] for pair in y if pair[1] in set(inside)]))
        solver = new_solver(linearised=False)
        if solver.solve(model) != cp_model.OPTIMAL:
            return None
        found.append(sign * round(solver.objective_value))
    return found[0], found[1]


def _model(
    cost: FloatArray, bounds: Sequence[Bound], *, each: int, exactly: bool
) -> tuple[cp_model.CpModel, Mapping[tuple[int, int], cp_model.IntVar]]:
    model = cp_model.CpModel()
    pairs = [(int(k), int(s)) for k, s in np.argwhere(np.isfinite(cost))]
    y = {(k, s): model.new_bool_var(f"y_{k}_{s}") for k, s in pairs}
    for k in range(cost.shape[0]):
        chosen = LinearExpr.sum([y[pair] for pair in pairs if pair[0] == k])
        if exactly:
            model.add(chosen == each)
        else:
            model.add(chosen <= each)
    for s in range(cost.shape[1]):
        model.add_at_most_one([y[pair] for pair in pairs if pair[1] == s])
    for bound in bounds:
        members = set(bound.inside)
        held = LinearExpr.sum([y[pair] for pair in pairs if pair[1] in members])
        model.add(held >= bound.least)
        if bound.most is not None:
            model.add(held <= bound.most)
    return model, y
