"""The compiled problem: facts and policy as plain arrays, which every stage of the search shares.

Schools that must stay together become one *atom*. Atoms and candidate centres stand in the order of
their ids, so that the answer does not depend on the order of the rows in a file. Costs add up over
clusters: ``cost[a, c]`` for each atom, plus a part that depends on the cluster as a whole (soft
balance, pyramids, unmet need).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clusters.domain import FloatArray, IntArray

__all__ = ["NO_LIMIT", "Instance", "Unmet", "parts"]

NO_LIMIT = 1 << 60
"""Stands for "no upper limit" among whole-number loads."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Unmet need of one type: price x max(0, sum of `shortfall` over the cluster)."""

    kind: str
    shortfall: FloatArray
    price: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instance:
    """A problem with its rules and priorities for one number of clusters, as arrays.

    n atoms, m candidate centres, r load dimensions, e excused atoms.

    Parameters
    ----------
    k
        Number of clusters.
    cost
        Array (n, m): cost of an atom in the cluster of a centre; infinity where it may not be.
    home
        Array (m,): the atom that holds each candidate centre.
    loads, low, high
        Arrays (r, n), (r,), (r,): whole-number loads of the atoms and their bounds per cluster.
    rules
        For each load dimension, the rule and measure it comes from, for messages.
    excused, excused_low, excused_high
        Atoms (e,) with an exception, and the bounds (e, r) that hold where a cluster has them.
    apart
        Pairs of atoms that may not share a cluster.
    neighbours
        Neighbouring atoms of each atom; None where contiguity is not a rule.
    school_neighbours
        As `neighbours`, by school; only where a group that must stay together is not itself
        connected, so that contiguity has to be looked at school by school.
    balance_load, balance_mean, balance_k, balance_price
        Soft balance: price x |sum of balance_load - mean|, the mean being total / balance_k; None
        where there is none.
    groups, group_price
        Pyramids as arrays of atoms, and the price of each piece of a pyramid.
    unmet
        Unmet need by type.
    members, centre_school
        Positions of the schools of each atom, and of each candidate centre.
    """

    k: int
    cost: FloatArray
    home: IntArray
    loads: IntArray
    low: IntArray
    high: IntArray
    rules: tuple[tuple[str, str], ...]
    excused: IntArray
    excused_low: IntArray
    excused_high: IntArray
    apart: tuple[tuple[int, int], ...]
    neighbours: tuple[tuple[int, ...], ...] | None
    school_neighbours: tuple[tuple[int, ...], ...] | None
    balance_load: FloatArray | None
    balance_mean: float
    balance_k: int
    balance_price: float
    groups: tuple[IntArray, ...]
    group_price: float
    unmet: tuple[Unmet, ...]
    members: tuple[tuple[int, ...], ...]
    centre_school: IntArray

    @property
    def n(self) -> int:
        """Number of atoms."""
        return int(self.cost.shape[0])

    @property
    def m(self) -> int:
        """Number of candidate centres."""
        return int(self.cost.shape[1])

    @property
    def offset(self) -> float:
        """What is added to the sum over clusters: a pyramid in one piece costs nothing."""
        return -self.group_price * len(self.groups)

    @property
    def additive(self) -> bool:
        """Whether the cost of a cluster is the sum of its pair costs alone."""
        return self.balance_load is None and not self.groups and not self.unmet

    def bounds_of(self, atoms: Sequence[int] | IntArray) -> tuple[IntArray, IntArray]:
        """Bounds (r,), (r,) that hold for a cluster: the loosest of the excused atoms it holds."""
        if not len(self.excused):
            return self.low, self.high
        held = np.isin(self.excused, atoms)
        return (
            np.minimum(self.low, self.excused_low[held].min(axis=0, initial=NO_LIMIT)),
            np.maximum(self.high, self.excused_high[held].max(axis=0, initial=0)),
        )

    def within_bounds(self, atoms: Sequence[int] | IntArray) -> bool:
        """Whether a cluster keeps every load bound and holds no two atoms that must be apart."""
        low, high = self.bounds_of(atoms)
        load = self.loads[:, atoms].sum(axis=1)
        if (load < low).any() or (load > high).any():
            return False
        held = {int(a) for a in atoms}
        return not any(a in held and b in held for a, b in self.apart)

    def connected_parts(self, atoms: Iterable[int]) -> list[list[int]]:
        """Split atoms into connected parts (one part where contiguity is not a rule)."""
        atoms = [int(a) for a in atoms]
        if self.neighbours is None:
            return [atoms] if atoms else []
        if self.school_neighbours is not None:
            return self._parts_by_school(atoms)
        return parts(atoms, self.neighbours)

    def connected(self, atoms: Sequence[int] | IntArray) -> bool:
        """Whether a cluster is contiguous."""
        return len(self.connected_parts(atoms)) <= 1

    def cut_off(self, centre: int, atoms: Iterable[int]) -> list[tuple[set[int], set[int]]]:
        """Parts of a cluster that are not connected to its centre, each with its ways out.

        Returns
        -------
        list
            (atoms with a school in the part, atoms outside the part that border on it). An atom
            that needs no way out of its own - it has a school on the border too - is left out of
            the first.
        """
        if self.neighbours is None:
            return []
        if self.school_neighbours is None:
            graph, owner = self.neighbours, None
            nodes, root = [int(a) for a in atoms], int(self.home[centre])
        else:
            graph = self.school_neighbours
            owner = {s: a for a, schools in enumerate(self.members) for s in schools}
            nodes = [s for a in atoms for s in self.members[int(a)]]
            root = int(self.centre_school[centre])
        loose = []
        for part in parts(nodes, graph):
            if root not in part:
                border = {b for node in part for b in graph[node]} - set(part)
                inside, exits = set(part), border
                if owner is not None:
                    exits = {owner[b] for b in border if b in owner}
                    inside = {owner[node] for node in part} - exits
                loose.append((inside, exits))
        return loose

    def _parts_by_school(self, atoms: list[int]) -> list[list[int]]:
        assert self.school_neighbours is not None
        owner = {school: a for a in atoms for school in self.members[a]}
        pieces = parts(list(owner), self.school_neighbours)
        return [sorted({owner[school] for school in part}) for part in pieces]

    def shared_cost(self, atoms: Sequence[int] | IntArray) -> float:
        """Cost of a cluster beyond its pair costs."""
        total = 0.0
        if self.balance_load is not None:
            total += self.balance_price * abs(self.balance_load[atoms].sum() - self.balance_mean)
        if self.groups:
            held = {int(a) for a in atoms}
            total += self.group_price * sum(
                not held.isdisjoint(group.tolist()) for group in self.groups
            )
        for unmet in self.unmet:
            total += unmet.price * max(0.0, float(unmet.shortfall[atoms].sum()))
        return total

    def best_centre(self, atoms: Sequence[int] | IntArray) -> tuple[int, float]:
        """Cheapest candidate centre of a cluster and the cost of the cluster (-1, inf if none)."""
        atoms = np.asarray(atoms)
        inside = np.zeros(self.n, dtype=bool)
        inside[atoms] = True
        candidates = np.flatnonzero(inside[self.home])
        if not len(candidates):
            return -1, math.inf
        sums = self.cost[np.ix_(atoms, candidates)].sum(axis=0)
        best = int(np.argmin(sums))
        return int(candidates[best]), float(sums[best]) + self.shared_cost(atoms)

    def restricted(self, atoms: IntArray, k: int) -> tuple[Instance, IntArray, IntArray]:
        """Keep some atoms and the centres among them, for k clusters.

        Everything is numbered again, schools too: nothing points at what was left out.

        Returns
        -------
        tuple
            The smaller instance, and the atoms and candidate centres that its positions stand for.
        """
        atoms = np.sort(np.asarray(atoms))
        position = np.full(self.n, -1)
        position[atoms] = np.arange(len(atoms))
        centres = np.flatnonzero(position[self.home] >= 0)
        kept = np.flatnonzero(position[self.excused] >= 0) if len(self.excused) else self.excused
        inside = [p for a in atoms.tolist() for p in self.members[a]]
        school = {p: q for q, p in enumerate(sorted(inside))}
        groups = tuple(
            position[own] for group in self.groups if len(own := group[position[group] >= 0])
        )
        small = replace(
            self,
            k=k,
            cost=self.cost[np.ix_(atoms, centres)],
            home=position[self.home[centres]],
            loads=self.loads[:, atoms],
            excused=position[self.excused[kept]],
            excused_low=self.excused_low[kept],
            excused_high=self.excused_high[kept],
            apart=tuple(
                (int(position[a]), int(position[b]))
                for a, b in self.apart
                if position[a] >= 0 and position[b] >= 0
            ),
            neighbours=None
            if self.neighbours is None
            else tuple(
                tuple(int(position[b]) for b in self.neighbours[a] if position[b] >= 0)
                for a in atoms
            ),
            balance_load=None if self.balance_load is None else self.balance_load[atoms],
            groups=groups,
            unmet=tuple(replace(unmet, shortfall=unmet.shortfall[atoms]) for unmet in self.unmet),
            school_neighbours=None
            if self.school_neighbours is None
            else tuple(
                tuple(school[q] for q in self.school_neighbours[p] if q in school) for p in school
            ),
            members=tuple(tuple(school[p] for p in self.members[a]) for a in atoms),
            centre_school=np.array(
                [school[p] for p in self.centre_school[centres].tolist()], dtype=np.int64
            ),
        )
        return small, atoms, centres


def parts(nodes: list[int], neighbours: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    """Split nodes into connected parts of a graph, in the order of their first nodes."""
    left, found = set(nodes), []
    for first in nodes:
        if first not in left:
            continue
        left.discard(first)
        part = [first]
        for node in part:
            for other in neighbours[node]:
                if other in left:
                    left.discard(other)
                    part.append(other)
        found.append(part)
    return found
