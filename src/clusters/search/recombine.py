"""Recombination: the best plan made of clusters met so far (set partitioning).

Source: Balinski & Quandt 1964 for the model; Rochat & Taillard 1995 for its use in a search.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import FloatArray
from clusters.model.core import RESOLUTION
from clusters.model.instance import Instance
from clusters.search.found import Found

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
    prices: FloatArray | None = None,
    most: int = 3000,
    register: Callable[[cp_model.CpSolver | None], None] = lambda _: None,
) -> tuple[Found | None, float]:
    """Return a better plan made of clusters in the pool (None: none found), and the work.

    Parameters
    ----------
    prices
        Multiplier of each atom, array (n,): clusters with the least reduced cost are tried.
    most
        Most clusters in the model.
    """
    instance = pool.instance
    columns = list(pool.cost)
    if prices is not None and len(columns) > most:
        reduced = [pool.cost[c] - prices[list(c)].sum() for c in columns]
        columns = [columns[q] for q in np.argsort(reduced, kind="stable")[:most]]
    else:
        columns = columns[-most:]
    columns = list(dict.fromkeys([*best.clusters, *columns]))
    target = best.cost - instance.offset
    dearest = sum(sorted(pool.cost[c] for c in columns)[-instance.k :])
    unit = max(dearest, 1e-9) / RESOLUTION
    model = cp_model.CpModel()
    use = [model.new_bool_var("") for _ in columns]
    covers: list[list[cp_model.IntVar]] = [[] for _ in range(instance.n)]
    for variable, cluster in zip(use, columns, strict=True):
        for a in cluster:
            covers[a].append(variable)
    for cover in covers:
        model.add_exactly_one(cover)
    model.add(cp_model.LinearExpr.sum(use) == instance.k)
    cost = cp_model.LinearExpr.weighted_sum(use, [int(pool.cost[c] / unit) for c in columns])
    model.add(cost <= int(target / unit))
    model.minimize(cost)
    held = set(best.clusters)
    for variable, cluster in zip(use, columns, strict=True):
        model.add_hint(variable, cluster in held)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = work
    register(solver)
    status = solver.solve(model)
    register(None)
    spent = float(solver.response_proto.deterministic_time)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, spent
    found = Found.of(
        instance, [list(c) for v, c in zip(use, columns, strict=True) if solver.boolean_value(v)]
    )
    return (found if found is not None and found.cost < best.cost else None), spent
