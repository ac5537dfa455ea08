"""A plan while it is being worked on: clusters as arrays, with the sums that moves need at hand.

A draft may break the rules; `excess` says by how much. Every sum is kept for all clusters at once, so
that one step of the local search can price all its moves with a few array operations.
"""

from __future__ import annotations

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import Instance

__all__ = ["Draft", "Found"]

BARRED = 4.0
"""A barred pair costs this many times the dearest allowed one (plus the mean cluster's cost)."""


class Found:
    """A plan that keeps every rule of an instance: clusters as sorted tuples of atoms, and its cost.

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
        if len(clusters) != instance.k or sum(len(c) for c in clusters) != instance.n:
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


class Draft:
    """A working plan: `labels` (n,) and `centres` (k,), with running sums."""

    def __init__(self, instance: Instance, labels: IntArray) -> None:
        self.instance = instance
        self.labels = np.array(labels, dtype=np.int64)
        finite = instance.cost[np.isfinite(instance.cost)]
        dearest = float(finite.max(initial=0.0))
        self.barred = BARRED * dearest + float(finite.sum()) / max(1, instance.m * instance.k) + 1.0
        self.cost = np.where(np.isfinite(instance.cost), instance.cost, self.barred)
        self.centres_in = _candidates_by_atom(instance)
        k, n = instance.k, instance.n
        self.centres = np.full(k, -1, dtype=np.int64)
        self.pair = np.full((n, k), self.barred)
        self.touch = _touch(instance, self.labels)
        self.conflict = _conflict(instance, self.labels)
        self.scale = np.maximum(1, instance.loads.sum(axis=1) / k)
        one_hot = np.zeros((n, k))
        one_hot[np.arange(n), self.labels] = 1.0
        self.load = (instance.loads @ one_hot).astype(np.int64)
        self.even = None if instance.balance_load is None else instance.balance_load @ one_hot
        self.pieces = np.array([one_hot[g].sum(axis=0) for g in instance.groups]).reshape(-1, k)
        self.short = np.array([u.shortfall @ one_hot for u in instance.unmet]).reshape(-1, k)
        self.low = np.repeat(instance.low[:, None], k, axis=1)
        self.high = np.repeat(instance.high[:, None], k, axis=1)
        for c in range(k):
            self._refresh(c)

    def atoms(self, c: int) -> IntArray:
        """Atoms of one cluster."""
        return np.flatnonzero(self.labels == c)

    def clusters(self) -> list[list[int]]:
        """All clusters as lists of atoms."""
        return [self.atoms(c).tolist() for c in range(self.instance.k)]

    def found(self) -> Found | None:
        """Return the plan as it stands, or None where it breaks a rule."""
        return Found.of(self.instance, self.clusters())

    def excess(self) -> float:
        """Total by which loads break their bounds (in mean clusters), plus barred pairs."""
        over = np.maximum(self.load - self.high, 0) + np.maximum(self.low - self.load, 0)
        own = self.pair[np.arange(len(self.labels)), self.labels]
        clash = self.conflict[np.arange(len(self.labels)), self.labels].sum() / 2
        return float((over / self.scale[:, None]).sum() + (own >= self.barred).sum() + clash)

    def total(self) -> float:
        """Cost as it stands, barred pairs at their stand-in price."""
        own = self.pair[np.arange(len(self.labels)), self.labels].sum()
        shared = (
            sum(self.instance.shared_cost(self.atoms(c)) for c in range(self.instance.k))
            if not self.instance.additive
            else 0.0
        )
        return float(own + shared + self.instance.offset)

    def move(self, atom: int, target: int) -> int:
        """Move an atom and re-centre both clusters; return where it came from."""
        instance, source = self.instance, int(self.labels[atom])
        self.labels[atom] = target
        self.load[:, source] -= instance.loads[:, atom]
        self.load[:, target] += instance.loads[:, atom]
        if self.even is not None and instance.balance_load is not None:
            self.even[source] -= instance.balance_load[atom]
            self.even[target] += instance.balance_load[atom]
        for g, group in enumerate(instance.groups):
            if atom in group:
                self.pieces[g, source] -= 1
                self.pieces[g, target] += 1
        for t, unmet in enumerate(instance.unmet):
            self.short[t, source] -= unmet.shortfall[atom]
            self.short[t, target] += unmet.shortfall[atom]
        if instance.neighbours is not None:
            near = list(instance.neighbours[atom])
            self.touch[near, source] -= 1
            self.touch[near, target] += 1
        for a, b in instance.apart:
            if atom in (a, b):
                other = b if atom == a else a
                self.conflict[other, source] -= 1
                self.conflict[other, target] += 1
        self._refresh(source)
        self._refresh(target)
        return source

    def _refresh(self, c: int) -> None:
        """Re-centre a cluster and bring its column of pair costs and its bounds up to date."""
        atoms = self.atoms(c)
        if len(self.instance.excused):
            self.low[:, c], self.high[:, c] = self.instance.bounds_of(atoms)
        candidates = np.concatenate([self.centres_in[a] for a in atoms]) if len(atoms) else atoms
        if not len(candidates):
            self.centres[c] = -1
            self.pair[:, c] = self.barred
            return
        sums = self.cost[np.ix_(atoms, candidates)].sum(axis=0)
        best = int(candidates[np.argmin(sums)])
        if best != self.centres[c]:
            self.centres[c] = best
            self.pair[:, c] = self.cost[:, best]

    def price_moves(self, atoms: IntArray, targets: IntArray, penalty: float) -> FloatArray:
        """Price of moving each atom to its target cluster: change of cost + penalty x excess."""
        instance, sources = self.instance, self.labels[atoms]
        delta = self.pair[atoms, targets] - self.pair[atoms, sources]
        if len(instance.loads):
            delta += penalty * self._excess_change(atoms, sources, targets)
        if instance.apart:
            clash = self.conflict[atoms, targets] - self.conflict[atoms, sources]
            delta += penalty * clash
        if self.even is not None and instance.balance_load is not None:
            step = instance.balance_load[atoms]
            delta += instance.balance_price * (
                np.abs(self.even[targets] + step - instance.balance_mean)
                - np.abs(self.even[targets] - instance.balance_mean)
                + np.abs(self.even[sources] - step - instance.balance_mean)
                - np.abs(self.even[sources] - instance.balance_mean)
            )
        for g, group in enumerate(instance.groups):
            inside = np.isin(atoms, group)
            opened = self.pieces[g, targets] == 0
            closed = self.pieces[g, sources] == 1
            delta += instance.group_price * inside * (opened.astype(float) - closed)
        for t, unmet in enumerate(instance.unmet):
            step, short = unmet.shortfall[atoms], self.short[t]
            delta += unmet.price * (
                np.maximum(short[targets] + step, 0)
                - np.maximum(short[targets], 0)
                + np.maximum(short[sources] - step, 0)
                - np.maximum(short[sources], 0)
            )
        return delta

    def _excess_change(self, atoms: IntArray, sources: IntArray, targets: IntArray) -> FloatArray:
        step = self.instance.loads[:, atoms]

        def over(load: IntArray, clusters: IntArray) -> IntArray:
            return np.maximum(load - self.high[:, clusters], 0) + np.maximum(
                self.low[:, clusters] - load, 0
            )

        at_target, at_source = self.load[:, targets], self.load[:, sources]
        change = (
            over(at_target + step, targets)
            - over(at_target, targets)
            + over(at_source - step, sources)
            - over(at_source, sources)
        )
        return (change / self.scale[:, None]).sum(axis=0)

    def can_leave(self, atom: int) -> bool:
        """Whether the cluster of an atom holds together without it (and is not left empty)."""
        instance, source = self.instance, self.labels[atom]
        if instance.neighbours is None:
            return bool((self.labels == source).sum() > 1)
        near = [b for b in instance.neighbours[atom] if self.labels[b] == source]
        if instance.school_neighbours is None and len(near) == 1:
            return True
        rest = [a for a in self.atoms(source).tolist() if a != atom]
        return bool(rest) and (instance.connected(rest) if near else not near and len(rest) > 0)


def _candidates_by_atom(instance: Instance) -> list[IntArray]:
    return [np.flatnonzero(instance.home == a) for a in range(instance.n)]


def _touch(instance: Instance, labels: IntArray) -> IntArray:
    """Array (n, k): how many neighbours of each atom are in each cluster (1 where it plays no part)."""
    touch = np.zeros((instance.n, instance.k), dtype=np.int32)
    if instance.neighbours is None:
        return touch + 1
    for a, near in enumerate(instance.neighbours):
        np.add.at(touch[a], labels[list(near)], 1)
    return touch


def _conflict(instance: Instance, labels: IntArray) -> IntArray:
    """Array (n, k): how many atoms that an atom must be apart from are in each cluster."""
    conflict = np.zeros((instance.n, instance.k), dtype=np.int64)
    for a, b in instance.apart:
        conflict[a, labels[b]] += 1
        conflict[b, labels[a]] += 1
    return conflict
