"""Up the ladder by columns: the steps follow what the last one took."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from clusters.search.bound.lagrangian import Relaxation
from clusters.search.columns.rung import Climb
from clusters.search.heuristics.local import counted
from clusters.search.incumbent import Shared

__all__ = ["ByColumns"]

FIRST_RUNG = 0.002
"""First target by columns, as a share above the bound."""
LAST_RUNG = 0.2
"""Where no plan is known, a target further above the bound than this gives way to none at all."""
SMALLEST_RUNG = 2e-5
SHORT_LIST, SHARES = 0.1, (0.2, 0.8)
"""Work of a list that holds next to nothing, and how far the target may come down after one that
was given up, as shares of what it was above the bound."""
NEARLY = 1.6
"""A best plan that is less than this many steps away is the next target."""
QUICK = 4.0
"""Work of a rung up to which the next step is longer."""


class ByColumns:
    """Targets by columns; the steps follow what the last one took."""

    def __init__(self, shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> None:
        self.shared, self.relaxation = shared, relaxation
        self.climb = Climb(shared, relaxation, rng)
        self.step, self.reach, self.fixed, self.over = FIRST_RUNG, np.inf, np.inf, False
        self.stake, self.pace, self.idle = self.climb.work, np.inf, 0.0
        self.failed = False

    def rung(self) -> Generator[float, None, bool]:
        """Try one target."""
        shared, climb = self.shared, self.climb
        if shared.best is None and self.step > LAST_RUNG:
            self.over = True
            return False
        if shared.target < self.fixed:
            self.relaxation.fix(shared.target)
            self.fixed = shared.target
        begin = shared.bound
        # up to where the last prices reach, nothing is expected; but a list may not reach as far
        base = max(begin, climb.value)
        target = min(_next_target(shared, base, self.step), begin + self.reach)
        decided, spent = yield from counted(climb.rung(target))
        if decided:
            self.reach = np.inf
            self.step *= 2.0 if spent < QUICK / 4 else 1.4 if spent < QUICK else 1.0
            climb.work = self.stake = max(climb.work, 2.0 * spent)
            return True
        if climb.misled:
            return False  # the same step again, without prices
        if climb.overflowed:
            # work grows by as much with every step of the target, very roughly
            share = np.log(0.5 * climb.work / SHORT_LIST) / np.log(climb.expected / SHORT_LIST)
            self.reach = (target - begin) * float(np.clip(share, *SHARES))
            self.over = self.reach <= SMALLEST_RUNG * max(abs(begin), 1e-6)
            climb.work *= 1.5
        elif shared.bound <= begin:
            tried = (target - base) / max(abs(base), 1e-6)
            self.step = min(self.step, tried if tried > 0.0 else self.step) / 2.0
        return False


def _next_target(shared: Shared, bound: float, step: float) -> float:
    """Return the next target: a step above the bound, or the best plan where that is near."""
    best = shared.target
    scale = max(abs(bound), 0.01 * abs(best) if np.isfinite(best) else 0.0, 1e-6)
    target = bound + step * scale
    return shared.goal if shared.goal - bound < NEARLY * step * scale else min(target, shared.goal)
