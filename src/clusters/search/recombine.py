"""Recombination: the best plan made of clusters met so far (set partitioning).

Source: Balinski & Quandt 1964 for the model; Rochat & Taillard 1995 for its use in a search.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import FloatArray, IntArray
from clusters.model.core import RESOLUTION
from clusters.model.instance import Instance
from clusters.search.found import Found
from clusters.search.neighbourhood import single_worker

__all__ = ["Pool", "recombine"]


class Pool:
    """Clusters met, with their costs; the newest and cheapest are kept."""

    def __init__(self, instance: Instance, capacity: int = 12_000) -> None:
        self.instance, self.capacity = instance, capacity
        self.cost: dict[tuple[int, ...], float] = {}

    def add(self, found: Found) -> None:
        """Remember the clusters of a plan."""
        for cluster, centre in zip(found.clusters, found.centres, strict=True):
            if cluster not in self.cost:
                atoms = list(cluster)
                own = float(self.instance.cost[atoms, centre].sum())
                self.cost[cluster] = own + self.instance.shared_cost(atoms)
        if len(self.cost) > self.capacity:
            kept = list(self.cost.items())[-self.capacity // 2 :]
            self.cost = dict(kept)


def recombine(
    pool: Pool,
    best: Found,
    *,
    seed: int,
    work: float,
    within: IntArray | None = None,
    prices: FloatArray | None = None,
    most: int = 3000,
    register: Callable[[cp_model.CpSolver | None], None] = lambda _: None,
) -> tuple[Found | None, float]:
    """Return a better plan made of clusters in the pool (None: none found), and the work.

    Parameters
    ----------
    within
        Clusters of the best plan, by number, whose part of the map is made anew; all by default.
    prices
        Multiplier of each atom, array (n,): clusters with the least reduced cost are tried.
    most
        Most clusters in the model.
    """
    instance = pool.instance
    own = best.clusters if within is None else tuple(best.clusters[c] for c in within)
    # the other side of the search may add clusters meanwhile
    costs = pool.cost | dict(zip(best.clusters, best.costs, strict=True))
    columns = list(dict.fromkeys([*own, *_columns(costs, own, prices, most)]))
    if len(columns) == len(own):
        return None, 0.0
    # sums of a few numbers in any order differ in the last digits
    target = sum(costs[c] for c in own) * (1 + 1e-12)
    dearest = sum(sorted(costs[c] for c in columns)[-len(own) :])
    unit = max(dearest, 1e-9) / RESOLUTION
    model = cp_model.CpModel()
    use = [model.new_bool_var("") for _ in columns]
    covers: dict[int, list[cp_model.IntVar]] = {a: [] for cluster in own for a in cluster}
    for variable, cluster in zip(use, columns, strict=True):
        for a in cluster:
            covers[a].append(variable)
    for cover in covers.values():
        model.add_exactly_one(cover)
    model.add(cp_model.LinearExpr.sum(use) == len(own))
    cost = cp_model.LinearExpr.weighted_sum(use, [int(costs[c] / unit) for c in columns])
    model.add(cost <= int(target / unit))
    model.minimize(cost)
    held = set(own)
    for variable, cluster in zip(use, columns, strict=True):
        model.add_hint(variable, cluster in held)
    solver = single_worker(seed, work)
    register(solver)
    status = solver.solve(model)
    register(None)
    spent = float(solver.response_proto.deterministic_time)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, spent
    new = [list(c) for v, c in zip(use, columns, strict=True) if solver.boolean_value(v)]
    found = best.replaced(instance, own, new)
    return (found if found is not None and found.cost < best.cost else None), spent


def _columns(
    costs: dict[tuple[int, ...], float],
    own: tuple[tuple[int, ...], ...],
    prices: FloatArray | None,
    most: int,
) -> list[tuple[int, ...]]:
    """Clusters of the pool that lie within those of a plan: of least reduced cost, else newest."""
    inside = {a for cluster in own for a in cluster}
    columns = [c for c in costs if inside.issuperset(c)]
    if prices is not None and len(columns) > most:
        reduced = [costs[c] - prices[list(c)].sum() for c in columns]
        return [columns[q] for q in np.argsort(reduced, kind="stable")[:most]]
    return columns[-most:]
