"""A plan that keeps every rule, as the search sees it."""

from __future__ import annotations

import math

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
    costs, cost
        Cost of each cluster, and the objective, including the instance's offset.
    """

    __slots__ = ("centres", "clusters", "cost", "costs")

    def __init__(self, parts: list[tuple[tuple[int, ...], int, float]], offset: float) -> None:
        """Put (atoms, centre, cost) of the clusters into canonical order and add them up."""
        parts = sorted(parts)
        self.clusters = tuple(atoms for atoms, _, _ in parts)
        self.centres = tuple(centre for _, centre, _ in parts)
        self.costs = tuple(cost for _, _, cost in parts)
        self.cost = math.fsum(self.costs) + offset

    @classmethod
    def of(cls, instance: Instance, clusters: list[list[int]]) -> Found | None:
        """Centre and price clusters; None where they break a rule."""
        if len(clusters) != instance.k or sum(len(c) for c in clusters) != instance.n:
            return None
        parts = _priced(instance, clusters)
        return None if parts is None else cls(parts, instance.offset)

    def replaced(
        self, instance: Instance, gone: tuple[tuple[int, ...], ...], new: list[list[int]]
    ) -> Found | None:
        """Swap some clusters for others that hold the same atoms; None where these break a rule."""
        parts = _priced(instance, new)
        if parts is None or len(gone) != len(new):
            return None
        old = set(gone)
        kept = zip(self.clusters, self.centres, self.costs, strict=True)
        return Found([*(part for part in kept if part[0] not in old), *parts], instance.offset)

    def labels(self, n: int) -> IntArray:
        """Cluster number of each atom, array (n,)."""
        labels = np.empty(n, dtype=np.int64)
        for number, atoms in enumerate(self.clusters):
            labels[list(atoms)] = number
        return labels


def _priced(
    instance: Instance, clusters: list[list[int]]
) -> list[tuple[tuple[int, ...], int, float]] | None:
    """Centre and price of each cluster; None where one breaks a rule."""
    parts = []
    for atoms in (sorted(int(a) for a in cluster) for cluster in clusters):
        if not atoms:
            return None
        centre, cost = instance.best_centre(atoms)
        if not np.isfinite(cost) or not instance.within_bounds(atoms):
            return None
        if not instance.connected(atoms):
            return None
        parts.append((tuple(atoms), centre, cost))
    return parts
