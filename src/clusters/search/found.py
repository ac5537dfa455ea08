"""A plan that keeps every rule, as the search sees it."""

from __future__ import annotations

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance

__all__ = ["Found"]


class Found:
    """A plan that keeps every rule of an instance: clusters of atoms, centres and cost.

    Parameters
    ----------
    clusters
        Sorted tuples of atoms, in a canonical order.
    centres
        Candidate centre of each cluster.
    cost
        Objective, including the instance's offset.
    """

    __slots__ = ("centres", "clusters", "cost")

    def __init__(
        self, clusters: tuple[tuple[int, ...], ...], centres: tuple[int, ...], cost: float
    ) -> None:
        self.clusters, self.centres, self.cost = clusters, centres, cost

    @classmethod
    def of(cls, instance: Instance, clusters: list[list[int]]) -> Found | None:
        """Centre and price clusters; None where they break a rule."""
        if (
            not all(clusters)
            or len(clusters) != instance.k
            or sum(len(c) for c in clusters) != instance.n
        ):
            return None
        clusters = sorted(sorted(int(a) for a in atoms) for atoms in clusters)
        centres, total = [], instance.offset
        for atoms in clusters:
            centre, cost = instance.best_centre(atoms)
            if not np.isfinite(cost) or not instance.within_bounds(atoms):
                return None
            if not instance.connected(atoms):
                return None
            centres.append(centre)
            total += cost
        return cls(tuple(tuple(atoms) for atoms in clusters), tuple(centres), total)

    def labels(self, n: int) -> IntArray:
        """Cluster number of each atom, array (n,)."""
        labels = np.empty(n, dtype=np.int64)
        for number, atoms in enumerate(self.clusters):
            labels[list(atoms)] = number
        return labels
