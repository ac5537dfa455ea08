"""The pool: clusters met so far, with their costs."""

from __future__ import annotations

from clusters.model.instance import Instance
from clusters.search.solution import Found

__all__ = ["Pool"]


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
