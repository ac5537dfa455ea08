"""One cluster by itself: whether any cluster can hold a given atom under the rules.

If not, no plan exists, however the rest of the map is divided. The model is tiny, so a conflict
found here is found, and cut down to the fewest rules, in milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
from ortools.sat.python import cp_model

from clusters.model.cp_sat import new_solver
from clusters.model.instance import NO_LIMIT, Instance

__all__ = ["cluster_with", "hopeless_atom"]

LinearExpr = cp_model.LinearExpr


def hopeless_atom(
    instance: Instance, *, seconds: float, first: Iterable[int] = ()
) -> tuple[int | None, bool]:
    """Find an atom that no cluster can hold.

    Parameters
    ----------
    first
        Atoms to be tried before the others.

    Returns
    -------
    tuple
        The atom (None: none found), and whether every atom was looked at in time.
    """
    deadline = time.monotonic() + seconds
    viable: set[int] = set()
    for atom in dict.fromkeys([*first, *range(instance.n)]):
        if atom in viable:
            continue
        left = deadline - time.monotonic()
        if left <= 0:
            return None, False
        cluster = cluster_with(instance, atom, seconds=min(left, 1.0))
        if cluster is None:
            continue
        if not cluster:
            return atom, True
        viable.update(cluster)
    return None, True


def cluster_with(instance: Instance, atom: int, *, seconds: float) -> list[int] | None:
    """Return a cluster that holds an atom and keeps every rule of one cluster.

    Returns
    -------
    list or None
        Its atoms; empty where it is proved that there is none; None where time ran out.
    """
    model = cp_model.CpModel()
    y = [model.new_bool_var("") for _ in range(instance.n)]
    model.add(y[atom] == 1)
    _centre(model, instance, y)
    _bounds(model, instance, y)
    for a, b in instance.apart:
        model.add_bool_or([~y[a], ~y[b]])
    _border(model, instance, y, atom)
    _compact(model, instance, y, atom)
    solver = new_solver(linearised=False)
    solver.parameters.relative_gap_limit = 0.2
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        solver.parameters.max_time_in_seconds = left
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return []
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        cluster = [a for a in range(instance.n) if solver.boolean_value(y[a])]
        cuts = _cut(model, instance, y, atom, cluster)
        if not cuts:
            return cluster
    return None


def _compact(
    model: cp_model.CpModel, instance: Instance, y: list[cp_model.IntVar], atom: int
) -> None:
    """Ask for atoms few steps away: what is compact is seldom in pieces."""
    if instance.neighbours is None:
        return
    steps = {atom: 0}
    reached = [atom]
    rivals = {b for pair in instance.apart if atom in pair for b in pair} - {atom}
    for a in reached:
        for b in instance.neighbours[a]:
            if b not in steps and (instance.school_neighbours is not None or b not in rivals):
                steps[b] = steps[a] + 1
                reached.append(b)
    for a in range(instance.n):
        if a not in steps:
            model.add(y[a] == 0)
    model.minimize(LinearExpr.weighted_sum([y[a] for a in steps], list(steps.values())))


def _centre(model: cp_model.CpModel, instance: Instance, y: list[cp_model.IntVar]) -> None:
    z = [model.new_bool_var("") for _ in range(instance.m)]
    model.add_exactly_one(z)
    barred = ~np.isfinite(instance.cost)
    for c in range(instance.m):
        model.add_implication(z[c], y[int(instance.home[c])])
    for a in range(instance.n):
        shut = np.flatnonzero(barred[a]).tolist()
        if shut:
            model.add_at_most_one([y[a], *(z[c] for c in shut)])


def _bounds(model: cp_model.CpModel, instance: Instance, y: list[cp_model.IntVar]) -> None:
    """Keep the bounds of each load; an excused atom loosens them to its own."""
    for d in range(len(instance.low)):
        total = int(instance.loads[d].sum())
        load = LinearExpr.weighted_sum(y, instance.loads[d].tolist())
        high, low = int(instance.high[d]), int(instance.low[d])
        loosen_high, loosen_low = [], []
        for e, a in enumerate(instance.excused.tolist()):
            if instance.excused_high[e, d] > high:
                room = min(int(instance.excused_high[e, d]), total) - min(high, total)
                loosen_high.append(room * y[a])
            if instance.excused_low[e, d] < low:
                loosen_low.append((low - int(instance.excused_low[e, d])) * y[a])
        if high < min(total, NO_LIMIT):
            model.add(load <= high + LinearExpr.sum(loosen_high))
        if low > 0:
            model.add(load >= low - LinearExpr.sum(loosen_low))


def _border(
    model: cp_model.CpModel, instance: Instance, y: list[cp_model.IntVar], atom: int
) -> None:
    """Everybody brings a neighbour along (the rest of contiguity comes as cuts)."""
    if instance.neighbours is None or instance.school_neighbours is not None:
        return
    for a in range(instance.n):
        if a != atom:
            model.add_bool_or([~y[a], *(y[b] for b in instance.neighbours[a])])


def _cut(
    model: cp_model.CpModel,
    instance: Instance,
    y: list[cp_model.IntVar],
    atom: int,
    cluster: list[int],
) -> int:
    """Forbid parts of the cluster that are not joined to the atom; return how many."""
    if instance.neighbours is None:
        return 0
    if instance.school_neighbours is not None:
        parts = instance.connected_parts(cluster)
        if len(parts) > 1:  # only this very cluster: the group in question is itself in pieces
            model.add_bool_or([~y[a] if a in set(cluster) else y[a] for a in range(instance.n)])
        return len(parts) - 1
    loose = [part for part in instance.connected_parts(cluster) if atom not in part]
    for part in loose:
        exits = {b for a in part for b in instance.neighbours[a]} - set(part)
        for a in part:
            model.add_bool_or([~y[a], *(y[b] for b in sorted(exits))])
    return len(loose)
