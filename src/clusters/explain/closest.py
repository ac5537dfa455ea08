"""The plan closest to a given one: a first repair, windows drawn again exactly, and a proof.

First the schools that are cut off from their cluster join one that they touch. Then a few
neighbouring clusters at a time are drawn again with the fewest moves, exactly: those that break a
rule until none does, then those whose schools have moved. At the end the whole map is asked whether
fewer moves would do. The best repair so far is kept throughout, whenever time runs out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from clusters.domain import IntArray
from clusters.explain.instances import allowed_cost
from clusters.explain.plan_distance import Nearby

__all__ = ["Closest", "closest"]

WINDOWS = (2, 3, 4, 5, 6, 7, 8)
"""Numbers of clusters drawn again together, one after the other."""
FIRST = 0.6
"""Share of the time, at most, for repairs before the whole map is asked."""
WALKS = (3.0, 10.0, 30.0, 100.0)
"""Prices of a school moved, in mean costs of a pair, under which a repair is looked for."""


@dataclass(frozen=True, slots=True)
class Closest:
    """What came of the search.

    Parameters
    ----------
    labels
        Label of each atom in the repair with the fewest moves that was found; None for none.
    fewest
        No plan moves fewer schools: proved.
    impossible
        Whether it is proved that there is no plan.
    """

    labels: IntArray | None
    fewest: int
    impossible: bool = False


def closest(near: Nearby, seconds: float, seed: int) -> Closest:
    """Look for the plan that moves the fewest schools from a given one."""
    return _Search(near, seconds, seed).run()


class _Search:
    """One search: the best repair so far and the clock."""

    def __init__(self, near: Nearby, seconds: float, seed: int) -> None:
        self.near, self.instance = near, near.instance
        self.begin, self.seconds, self.seed = time.monotonic(), seconds, seed
        self.rng = np.random.default_rng(seed)
        self.best: IntArray | None = None
        self.count = len(near.problem)
        self.fewest = near.counted()
        rules = near.rules
        self.centred = rules.centres is not None or not np.isfinite(near.problem.travel).all()
        self.centred |= rules.max_travel_m is not None or rules.max_travel_min is not None

    def left(self, share: float = 1.0) -> float:
        """Seconds left of a share of the time."""
        return self.begin + share * self.seconds - time.monotonic()

    def run(self) -> Closest:
        """Ask whether placing is enough, repair, improve the repair, and ask the whole map."""
        if not self.fewest and self._whole(at_most=0, seconds=self.left(0.2)):
            if self.best is not None:
                return Closest(self.best, 0)
            self.fewest = 1
        self._note(self._repaired(self.near.undone()))
        if self.best is None:
            self._note(_walked(self.near, self.left(0.3), self.seed))
        self._improve(FIRST)
        if self.best is not None and self.count <= self.fewest:
            return Closest(self.best, self.fewest)
        most = self.count - (self.best is not None)
        closed = self._whole(at_most=most, seconds=self.left())
        if closed and self.best is None:
            return Closest(None, self.fewest, impossible=True)
        if not closed:
            self._improve(1.0)
        return Closest(self.best, self.count if closed else self.fewest)

    def _note(self, labels: IntArray | None) -> bool:
        """Keep labels that keep every rule with fewer moves."""
        if labels is None or self.near.found(labels) is None:
            return False
        count = self.near.count(labels)
        if self.best is not None and count >= self.count:
            return False
        self.best, self.count = labels, count
        return True

    # -- windows -----------------------------------------------------------------------------

    def _repaired(self, labels: IntArray) -> IntArray | None:
        """Draw clusters that break a rule again, with more and more of those around them."""
        labels = labels.copy()
        for size in WINDOWS:
            for label in self._broken(labels):
                if self.left(0.5) <= 0:
                    return None
                if self._sound(labels, label):
                    continue
                window = self._around(labels, label, size)
                fresh = self._redrawn(labels, window, len(self.near.problem), self.left(0.5))
                if fresh is not None:
                    labels = fresh
            if not self._broken(labels):
                return labels
        return None

    def _broken(self, labels: IntArray) -> list[int]:
        return [int(x) for x in np.unique(labels) if not self._sound(labels, int(x))]

    def _sound(self, labels: IntArray, label: int) -> bool:
        return bool(np.isfinite(allowed_cost(self.instance, np.flatnonzero(labels == label))))

    def _around(self, labels: IntArray, label: int, size: int) -> list[int]:
        """Return a label and those that border most on it, or are nearest."""
        chosen = [label]
        instance = self.instance
        while len(chosen) < min(size, len(np.unique(labels))):
            inside = np.flatnonzero(np.isin(labels, chosen))
            if instance.neighbours is not None:
                beside = [labels[b] for a in inside.tolist() for b in instance.neighbours[a]]
            else:
                order = np.argsort(instance.cost[inside], axis=1)[:, :20]
                beside = labels[instance.home[order]].ravel().tolist()
            tally = np.bincount(beside, minlength=self.near.n_labels).astype(np.float64)
            tally[chosen] = 0
            if not tally.any():
                rest = [x for x in np.unique(labels).tolist() if x not in chosen]
                tally[rest] = 1.0
            # by chance where the numbers are near each other, so that windows differ
            chosen.append(int((tally * (0.5 + self.rng.random(len(tally)))).argmax()))
        return chosen

    def _redrawn(
        self, labels: IntArray, window: list[int], at_most: int, seconds: float
    ) -> IntArray | None:
        """Draw the clusters of some labels again with the fewest moves; None where that fails."""
        from clusters.model.fewest_moves import nearest_clusters

        atoms = np.flatnonzero(np.isin(labels, window))
        small, kept, _ = self.instance.restricted(atoms, len(window))
        place = {label: number for number, label in enumerate(window)}
        answer = nearest_clusters(
            small,
            self.near.atom_moves[kept][:, window],
            centred=self.centred,
            at_most=at_most,
            seconds=min(seconds, 0.3 * self.seconds),
            seed=self.seed,
            hint=np.array([place[int(x)] for x in labels[kept]]),
        )
        if answer.clusters is None:
            return None
        fresh = labels.copy()
        for number, inside in answer.clusters.items():
            fresh[kept[inside]] = window[number]
        return fresh

    def _improve(self, share: float) -> None:
        """Draw windows around schools that have moved again, until none does with fewer moves."""
        failed = 0
        size = 3
        while self.best is not None and self.count > self.fewest and self.left(share) > 0:
            if not self._improved_once(size, share):
                failed += 1
                if failed >= 2 * len(self._disturbed()):
                    failed, size = 0, size + 1
                if size > min(WINDOWS[-1], self.near.k):
                    return
            else:
                failed = 0

    def _disturbed(self) -> list[int]:
        """Labels from or to which schools have moved."""
        assert self.best is not None
        price = self.near.atom_moves[np.arange(self.instance.n), self.best]
        moved = np.flatnonzero(price > 0)
        homes = self.near.atom_moves[moved].argmin(axis=1)
        labels = set(self.best[moved].tolist()) | set(homes.tolist())
        return sorted(labels & set(np.unique(self.best).tolist()))

    def _improved_once(self, size: int, share: float) -> bool:
        assert self.best is not None
        labels = self._disturbed()
        if not labels:
            return False
        window = self._around(self.best, int(self.rng.choice(labels)), size)
        inside = np.flatnonzero(np.isin(self.best, window))
        now = int(self.near.atom_moves[inside, self.best[inside]].sum())
        if now == 0:
            return False
        return self._note(self._redrawn(self.best, window, now - 1, self.left(share)))

    # -- the whole map -----------------------------------------------------------------------

    def _whole(self, *, at_most: int, seconds: float) -> bool:
        """Ask the whole map for so few moves; whether the answer is proved."""
        from clusters.model.fewest_moves import nearest_clusters

        answer = nearest_clusters(
            self.instance,
            self.near.atom_moves,
            centred=self.centred,
            at_most=at_most,
            seconds=seconds,
            seed=self.seed,
            hint=self.best,
            at_least=self.fewest,
        )
        if not answer.proved:
            self.fewest = max(self.fewest, min(answer.fewest, at_most))
        if answer.clusters is not None:
            labels = np.full(self.instance.n, -1, dtype=np.int64)
            for label, atoms in answer.clusters.items():
                labels[atoms] = label
            if not self._note(labels):
                return False
        return answer.proved


def _walked(near: Nearby, seconds: float, seed: int) -> IntArray | None:
    """Walk from the given plan under prices per school moved; keep who moves the fewest."""
    from clusters.search.arrays import tables_of
    from clusters.search.heuristics.construction import from_plan

    finite = near.instance.cost[np.isfinite(near.instance.cost)]
    unit = float(finite.mean()) + 1e-9 if len(finite) else 1.0
    deadline = time.monotonic() + seconds
    rng = np.random.default_rng(seed)
    best: IntArray | None = None
    for turn in range(4 * len(WALKS)):
        if time.monotonic() > deadline:
            break
        instance = near.priced(unit * WALKS[turn % len(WALKS)])
        found = from_plan(instance, tables_of(instance), near.problem, near.given, rng)
        if found is not None:
            labels = near.labelled(found.clusters)
            if best is None or near.count(labels) < near.count(best):
                best = labels
    return best
