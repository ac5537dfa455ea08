"""Set partitioning: choose k of the clusters given that hold every atom once, at the least cost.

Source: Balinski & Quandt 1964, "On an integer program for a delivery problem".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import FloatArray
from clusters.model.assignment import RESOLUTION, single_worker

__all__ = ["Choice", "choose"]

LinearExpr = cp_model.LinearExpr


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What came of it.

    Parameters
    ----------
    chosen
        Numbers of the clusters chosen, the cheapest found; None where none was found.
    settled
        Whether it is proved that none is cheaper (or that there is none at all).
    bound
        No choice costs less; the lowest of whole units, rounded down.
    work
        Deterministic time of CP-SAT.
    """

    chosen: list[int] | None
    settled: bool
    bound: float
    work: float


def choose(
    clusters: Sequence[Sequence[int]],
    cost: FloatArray,
    n: int,
    k: int,
    *,
    below: float,
    seed: int,
    work: float,
    at_most: Iterable[tuple[Sequence[int], int, int]] = (),
    hint: Iterable[int] = (),
    register: Callable[[cp_model.CpSolver | None], None] = lambda _: None,
) -> Choice:
    """Choose clusters.

    Parameters
    ----------
    clusters, cost
        Atoms and cost of each.
    below
        Only choices that cost at most this (rounded up to a whole unit) are looked for.
    at_most
        Cuts that every choice keeps: (atoms, divisor, most): the sum of floor(atoms held / divisor)
        over the clusters chosen is at most `most`. They change nothing but the speed.
    hint
        Clusters of a known choice.
    """
    dearest = float(np.sort(cost)[-k:].sum()) if len(cost) else 0.0
    unit = max(dearest, 1e-9) / RESOLUTION
    model = cp_model.CpModel()
    use = [model.new_bool_var("") for _ in clusters]
    covers: list[list[int]] = [[] for _ in range(n)]
    for number, atoms in enumerate(clusters):
        for a in atoms:
            covers[a].append(number)
    for cover in covers:
        model.add_exactly_one(use[number] for number in cover)
    model.add(LinearExpr.sum(use) == k)
    for atoms, divisor, most in at_most:
        _cut(model, use, covers, atoms, divisor, most)
    total = LinearExpr.weighted_sum(use, np.floor(cost / unit).astype(np.int64).tolist())
    if np.isfinite(below) and below / unit < 4 * RESOLUTION:
        model.add(total <= int(np.ceil(below / unit)))
    model.minimize(total)
    held = set(hint)
    if held:
        for number, variable in enumerate(use):
            model.add_hint(variable, number in held)
    solver = single_worker(seed, work)
    register(solver)
    status = solver.solve(model)
    register(None)
    spent = float(solver.response_proto.deterministic_time) + 1e-3
    if status == cp_model.INFEASIBLE:
        return Choice(chosen=None, settled=True, bound=np.inf, work=spent)
    bound = solver.best_objective_bound * unit
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Choice(chosen=None, settled=False, bound=bound, work=spent)
    chosen = [number for number, v in enumerate(use) if solver.boolean_value(v)]
    return Choice(chosen=chosen, settled=status == cp_model.OPTIMAL, bound=bound, work=spent)


def _cut(
    model: cp_model.CpModel,
    use: list[cp_model.IntVar],
    covers: list[list[int]],
    atoms: Sequence[int],
    divisor: int,
    most: int,
) -> None:
    count: dict[int, int] = {}
    for a in atoms:
        for number in covers[a]:
            count[number] = count.get(number, 0) + 1
    held = {number: times // divisor for number, times in count.items() if times >= divisor}
    if most == 1 and all(times == 1 for times in held.values()):
        model.add_at_most_one(use[number] for number in held)
    elif held:
        terms = [use[number] for number in held]
        model.add(LinearExpr.weighted_sum(terms, list(held.values())) <= most)
