"""Up the ladder by cores, which HiGHS searches; the steps follow what the last one took."""

from __future__ import annotations

import time
from collections.abc import Generator

import numpy as np

from clusters.domain import FloatArray
from clusters.model.assignment import (
    HARD_RULES,
    WITHOUT_CONTIGUITY,
    Core,
    build_core,
    separate,
)
from clusters.model.feasible import can_cover
from clusters.model.instance import Instance
from clusters.model.linear import Answer, Row, search_core
from clusters.model.solving import Stopped
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.heuristics.local import walked
from clusters.search.incumbent import Shared
from clusters.search.solution import Found

__all__ = ["ByCores", "joined"]

MOST_PAIRS = 40_000
"""Largest core that is worth building."""
FIRST_PAIRS, CORE_WORK = 5600.0, 8.0
"""Pairs of the first core, and the budget of a core before the next one is smaller."""
LONGER, POWER = 8.0, 6.0
"""A core is worth so many times what the last one took that was decided; work goes, very roughly,
with this power of the number of pairs."""
SMALL_CORE = 5000
"""Pairs up to which contiguity is in a core from the start; separators alone are quicker beyond."""
LEAST_GROWTH, ENOUGH = 1.2, 0.7
"""A core has so many times the pairs of one that the bound rules out; where a target closes this
share of the gap, the best plan is the target."""
LEAST_PACE = 0.1
"""Least share of a core that a thread is taken to have."""


class ByCores:
    """Targets by cores, searched by HiGHS; the steps follow what the last one took."""

    def __init__(self, shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> None:
        self.shared, self.relaxation, self.rng = shared, relaxation, rng
        self.pairs, self.stake, self.over = float(FIRST_PAIRS), CORE_WORK, False
        self.pace, self.idle, self.failed = np.inf, 0.0, False
        self.cuts: list[tuple[set[int], set[int], int]] = []
        self.begin = time.thread_time(), time.monotonic()

    def rung(self) -> Generator[float, None, bool]:
        """Try one target."""
        shared = self.shared
        floors = self.relaxation.floors()
        yield 0.05
        if not np.isfinite(floors).any():
            shared.nothing_below(phase="ladder")
            return True
        target = self._target(np.sort(floors[np.isfinite(floors)]))
        allowed = floors <= target * (1.0 + 1e-9)
        if allowed.sum() > MOST_PAIRS or target <= shared.bound:
            self.over = True
            return False
        budget = self.stake
        done, work = yield from self._decide(allowed, target, budget)
        if not done:
            self.pairs /= 2.0 ** (2.0 / POWER)
        else:
            self.stake = max(budget, LONGER * work)
            self.pairs *= min(2.0, (0.5 * self.stake / max(work, 1e-3)) ** (1.0 / POWER))
        return done

    def _target(self, floors: FloatArray) -> float:
        """Return the target whose core has as many pairs as are worth trying.

        The best plan's cost at the most; infinity where none is known and the core holds them all.
        """
        shared, relaxation = self.shared, self.relaxation
        best = shared.goal
        bound = max(shared.bound, relaxation.level)
        # not less than the bound has reached, and a little above it
        reached = int(np.searchsorted(floors, bound, side="right"))
        pairs = int(max(self.pairs, LEAST_GROWTH * reached))
        if pairs >= len(floors) or (pairs >= MOST_PAIRS and not np.isfinite(best)):
            return best  # all pairs are in: nothing is gained by a lower target
        target = float(floors[min(pairs, MOST_PAIRS, len(floors)) - 1])
        return best if target >= bound + ENOUGH * (best - bound) else target

    def _decide(
        self, allowed: np.ndarray, target: float, budget: float
    ) -> Generator[float, None, tuple[bool, float]]:
        """Search the core below a target; return whether it was decided, and the work it took."""
        shared, instance = self.shared, self.shared.instance
        if not can_cover(instance, allowed):
            shared.nothing_below(target, "ladder")
            return True, 0.0
        allowed = joined(instance, allowed)
        rules = HARD_RULES if allowed.sum() <= SMALL_CORE else WITHOUT_CONTIGUITY
        try:
            core = build_core(instance, allowed, rules=rules, stop=shared.stop)
        except Stopped:
            return False, 0.0
        for inside, exits, c in self.cuts:
            separate(core, inside, exits, c)
        if np.isfinite(target):
            core.at_most(target - instance.offset)
        rows = self._rows(core)
        spent = 0.0
        while spent < budget and not shared.stop():
            answer = search_core(
                core,
                cuts=rows,
                seed=int(self.rng.integers(1 << 30)),
                work=budget - spent,
                seconds=self._seconds(budget - spent),
                stop=shared.stop,
                on_bound=lambda b: shared.raise_bound(min(target, b + instance.offset), "ladder"),
            )
            spent += answer.work
            yield answer.work
            if answer.settled and answer.clusters is None:
                shared.nothing_below(target, "ladder")
                return True, spent
            shared.raise_bound(min(target, answer.bound + instance.offset), "ladder")
            if answer.clusters is None:
                return False, spent
            cuts = [
                (inside, exits, c)
                for c, atoms in answer.clusters.items()
                for inside, exits in instance.cut_off(c, atoms)
            ]
            if not cuts:
                return self._offer(answer), spent
            self.cuts += cuts
            for inside, exits, c in cuts:
                separate(core, inside, exits, c)
            self._repair(answer.clusters)
        return False, spent

    def _rows(self, core: Core) -> list[Row]:
        """Write the region cuts that the bound pays for as rows of a core."""
        cuts = self.relaxation.cuts.only(self.relaxation.best_charges > 0.0)
        atoms, centres = (np.array(side) for side in zip(*core.x, strict=True))
        columns = np.array([variable.index for variable in core.x.values()])
        coefficients = cuts.of_pairs(atoms, centres, self.shared.instance.home[centres] == atoms)
        return [
            (columns[row != 0.0].tolist(), row[row != 0.0].tolist(), least)
            for row, least in zip(coefficients, cuts.least.tolist(), strict=True)
        ]

    def _seconds(self, work: float) -> float:
        """Wall-clock time in which this thread does so much work, as busy as the machine is.

        HiGHS keeps to no other limit; infinity where every run must be alike.
        """
        left = self.shared.deadline - time.monotonic()
        if not np.isfinite(left):
            return np.inf
        own, wall = time.thread_time() - self.begin[0], time.monotonic() - self.begin[1]
        pace = min(1.0, max(LEAST_PACE, own / wall)) if wall > 0.0 else 1.0
        return min(left, work / pace)

    def _offer(self, answer: Answer) -> bool:
        """Offer a plan; return whether it is proved to be the best."""
        found = Found.of(self.shared.instance, list((answer.clusters or {}).values()))
        self.shared.submit(found, "ladder")
        return found is not None and answer.settled

    def _repair(self, clusters: dict[int, list[int]]) -> None:
        """Walk from clusters that are not all connected to a plan, and offer it."""
        shared, instance = self.shared, self.shared.instance
        labels = np.zeros(instance.n, dtype=np.int64)
        for number, atoms in enumerate(clusters.values()):
            labels[atoms] = number
        shared.submit(walked(shared, labels, self.rng), "ladder")


def joined(instance: Instance, allowed: np.ndarray) -> np.ndarray:
    """Pairs whose atom is joined to its centre by others of that centre: no others can be used."""
    if instance.neighbours is None:
        return allowed
    joined = np.zeros_like(allowed)
    for c in np.flatnonzero(allowed[instance.home, np.arange(instance.m)]).tolist():
        atoms = set(np.flatnonzero(allowed[:, c]).tolist())
        reached = [int(instance.home[c])]
        atoms.discard(reached[0])
        for a in reached:
            near = atoms.intersection(instance.neighbours[a])
            reached += near
            atoms -= near
        joined[reached, c] = True
    return joined
