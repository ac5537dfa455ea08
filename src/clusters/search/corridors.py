"""Corridors: ways over the map that join what must stay together but lies apart.

A draft hardly ever joins two far-apart schools by chance. Here the parts of each such group are
first joined by schools between them, along ways that use little of what a cluster may hold (a
Steiner tree, part by part: Takahashi & Matsuyama 1980). Group and corridor then count as one, so
that everything else works on a map without such groups. What comes of it is a plan of the map as it
is, and corridors move like all other borders from there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import NO_LIMIT, Instance
from clusters.search.found import Found

__all__ = ["Joined", "joined"]

TRIES = 20
"""Drawings of all corridors before giving up."""
NOISE = 1.5
"""Ways are drawn with each step's price raised by up to this share, so that they differ."""
ENTERED = 10.0
"""How many times dearer it is to lead a corridor through another group in parts."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """An instance in which some atoms count as one.

    Parameters
    ----------
    atoms
        For each of its atoms, those of the full instance.
    """

    instance: Instance
    atoms: tuple[tuple[int, ...], ...]

    def taken_apart(self, full: Instance, found: Found | None) -> Found | None:
        """Turn a plan into one of the full instance."""
        if found is None:
            return None
        clusters = [[a for b in cluster for a in self.atoms[b]] for cluster in found.clusters]
        return Found.of(full, clusters)


def joined(
    instance: Instance, rng: np.random.Generator, *, stop: Callable[[], bool] = lambda: False
) -> Joined | None:
    """Join every group in parts by corridors, drawn at random; None where no try succeeded."""
    for _ in range(TRIES):
        if stop():
            return None
        blocks = _Blocks(instance, rng).drawn()
        if blocks is not None and len(blocks) >= instance.k:
            return Joined(_merged(instance, blocks), tuple(blocks))
    return None


class _Blocks:
    """Atoms that count as one, under construction."""

    def __init__(self, instance: Instance, rng: np.random.Generator) -> None:
        assert instance.school_neighbours is not None
        self.instance, self.rng, self.graph = instance, rng, instance.school_neighbours
        self.owner = {s: a for a, schools in enumerate(instance.members) for s in schools}
        self.block: list[set[int]] = [{a} for a in range(instance.n)]
        room = np.minimum(np.maximum(instance.high, 1), NO_LIMIT).astype(np.float64)
        share = (instance.loads / room[:, None]).sum(axis=0) + 0.3 * instance.k / instance.n
        self.price: FloatArray = share * (1.0 + NOISE * rng.random(instance.n))
        self.broken = {a for a in range(instance.n) if len(instance.connected_parts([a])) > 1}

    def drawn(self) -> list[tuple[int, ...]] | None:
        """Draw all corridors; None where one cannot be drawn, or is too heavy for a cluster."""
        parted = [a for a in sorted(self.broken) if len(self._parts({a})) > 1]
        for a in self.rng.permutation(parted).tolist():
            if not self._join(int(a)):
                return None
        blocks = {min(block): tuple(sorted(block)) for block in self.block}
        return [blocks[first] for first in sorted(blocks)]

    def _parts(self, atoms: Iterable[int]) -> list[set[int]]:
        """Schools of some atoms, by connected part."""
        left = {s for a in atoms for s in self.instance.members[a]}
        parts = []
        while left:
            part = [left.pop()]
            for s in part:
                fresh = [t for t in self.graph[s] if t in left]
                left.difference_update(fresh)
                part += fresh
            parts.append(set(part))
        return parts

    def _join(self, a: int) -> bool:
        """Join the parts of an atom's block around a centre that all of it may travel to."""
        open_ = self._reach(a)
        while True:
            block = self.block[a]
            parts = sorted(self._parts(block), key=min)
            if len(parts) == 1:
                return True
            way = self._way(block, parts[int(self.rng.integers(len(parts)))], open_)
            if way is None:
                return False
            whole = block.union(*(self.block[b] for b in way))
            if not self._holds(whole):
                return False
            for b in whole:
                self.block[b] = whole

    def _reach(self, a: int) -> np.ndarray:
        """Atoms that may share a centre with a block; the centre is drawn, a near one rather."""
        cost = self.instance.cost
        own = cost[sorted(self.block[a])].sum(axis=0)
        centres = np.flatnonzero(np.isfinite(own))
        if not len(centres):
            return np.zeros(self.instance.n, dtype=np.bool_)
        near = centres[np.argsort(own[centres], kind="stable")]
        draw = near[int(len(near) * self.rng.random() ** 2)]
        reach: np.ndarray = np.isfinite(cost[:, draw])
        return reach

    def _holds(self, atoms: set[int]) -> bool:
        """Whether atoms may be in one cluster, as far as loads and `apart` go."""
        held = sorted(atoms)
        load = self.instance.loads[:, held].sum(axis=1)
        if (load > self.instance.bounds_of([*held, *self.instance.excused.tolist()])[1]).any():
            return False
        return not any(a in atoms and b in atoms for a, b in self.instance.apart)

    def _way(self, block: set[int], part: set[int], open_: np.ndarray) -> list[int] | None:
        """Cheapest atoms that lead from a part of a block to another part of it (Dijkstra)."""
        rivals = {b for a, b in self._apart() if a in block}
        heap = [(0.0, s) for s in sorted(part)]
        so_far = dict.fromkeys(part, 0.0)
        before: dict[int, int] = {}
        while heap:
            length, s = heapq.heappop(heap)
            if length > so_far[s]:
                continue
            if self.owner[s] in block and s not in part:
                way = []
                while s not in part:
                    way.append(self.owner[s])
                    s = before[s]
                return way
            for t in self.graph[s]:
                step = self._step(self.owner[t], block, rivals, open_)
                if length + step < so_far.get(t, np.inf):
                    so_far[t], before[t] = length + step, s
                    heapq.heappush(heap, (length + step, t))
        return None

    def _apart(self) -> list[tuple[int, int]]:
        return [pair for a, b in self.instance.apart for pair in ((a, b), (b, a))]

    def _step(self, b: int, block: set[int], rivals: set[int], open_: np.ndarray) -> float:
        """Price of leading a corridor through an atom, with all that counts as one with it."""
        if b in block:
            return 0.0
        with_it = self.block[b]
        if not open_[list(with_it)].all() or not rivals.isdisjoint(with_it):
            return np.inf
        dear = ENTERED if len(with_it) > 1 or b in self.broken else 1.0
        return dear * float(self.price[list(with_it)].sum())


def _merged(instance: Instance, blocks: list[tuple[int, ...]]) -> Instance:
    """Return the instance with each block as one atom."""
    block_of = np.zeros(instance.n, dtype=np.int64)
    for number, atoms in enumerate(blocks):
        block_of[list(atoms)] = number

    def summed(values: np.ndarray) -> np.ndarray:
        """Add up over the first axis, block by block."""
        return np.stack([values[list(atoms)].sum(axis=0) for atoms in blocks])

    assert instance.neighbours is not None
    near: list[set[int]] = [set() for _ in blocks]
    for a, others in enumerate(instance.neighbours):
        near[block_of[a]].update(block_of[list(others)].tolist())
    excused: IntArray = np.unique(block_of[instance.excused])
    held = [np.flatnonzero(block_of[instance.excused] == b) for b in excused.tolist()]
    low = [instance.excused_low[rows].min(axis=0) for rows in held]
    high = [instance.excused_high[rows].max(axis=0) for rows in held]
    apart = {tuple(sorted(block_of[list(pair)].tolist())) for pair in instance.apart}
    load = instance.balance_load
    return replace(
        instance,
        cost=summed(instance.cost),
        home=block_of[instance.home],
        loads=np.ascontiguousarray(summed(instance.loads.T).T),
        excused=excused,
        excused_low=np.array(low, dtype=np.int64).reshape(len(held), len(instance.low)),
        excused_high=np.array(high, dtype=np.int64).reshape(len(held), len(instance.low)),
        apart=tuple(sorted((int(a), int(b)) for a, b in apart)),
        neighbours=tuple(tuple(sorted(n - {b})) for b, n in enumerate(near)),
        school_neighbours=None,
        balance_load=None if load is None else summed(load),
        groups=tuple(np.unique(block_of[group]) for group in instance.groups),
        unmet=tuple(replace(u, shortfall=summed(u.shortfall)) for u in instance.unmet),
        members=tuple(tuple(p for a in atoms for p in instance.members[a]) for atoms in blocks),
    )
