"""Deflected subgradient ascent of the Lagrangian bound (sources: see `lagrangian`)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clusters.domain import FloatArray
from clusters.search.bound.lagrangian import Relaxation

__all__ = ["Ascent", "ascend"]

DEFLECTION = 0.6
"""What is kept of the last direction."""
PATIENCE, SHORTER, SHORTEST = 8, 0.7, 1e-3
"""After so many steps without a better bound they get shorter by this; the ascent ends below that.
"""


def ascend(relaxation: Relaxation, steps: int, target: float) -> float:
    """Take a number of steps from the best multipliers so far; return the best bound."""
    Ascent(relaxation).ascend(steps, target)
    return relaxation.bound


class Ascent:
    """An ascent from the best multipliers so far, with steps of a given length to begin with."""

    def __init__(self, relaxation: Relaxation, theta: float = 1.0) -> None:
        self.relaxation, self.theta, self.stall = relaxation, theta, 0
        self.direction = np.zeros(relaxation.instance.n)
        self.side = [np.zeros(relaxation.instance.m) for _ in relaxation.sidelines]
        relaxation.restore()

    def ascend(
        self, steps: int, target: float, *, stop: Callable[[], bool] = lambda: False
    ) -> bool:
        """Take deflected subgradient steps; return whether more of them may still gain.

        Parameters
        ----------
        target
            The cost of a plan, or infinity: sets the step length.
        """
        relaxation = self.relaxation
        for _ in range(steps):
            if stop() or self.theta < SHORTEST:
                return False
            value = relaxation.evaluate()
            if value == np.inf:
                relaxation.bound = np.inf
                return False
            if value > relaxation.bound + 1e-7 * max(1.0, abs(value)):
                relaxation.keep(value)
                self.stall = 0
                if value >= target:
                    return False
            else:
                self.stall += 1
                if self.stall >= PATIENCE:
                    self.theta, self.stall = SHORTER * self.theta, 0
                    relaxation.restore()
                    self.direction[:] = 0.0
                    continue
            if not self._step(value, target):
                return False
        return True

    def _step(self, value: float, target: float) -> bool:
        """Move the multipliers along the deflected subgradient; false where it vanishes."""
        relaxation = self.relaxation
        self.direction = DEFLECTION * self.direction + 1.0 - relaxation.taken.sum(axis=0)
        slopes = self._side_slopes()
        self.side = [DEFLECTION * old + new for old, new in zip(self.side, slopes, strict=True)]
        size = float((self.direction**2).sum())
        size += sum(float((slope**2).sum()) for slope in self.side)
        if size == 0.0:
            return False
        goal = target if np.isfinite(target) else value + 0.05 * abs(value) + 1.0
        length = self.theta * max(goal - value, 1e-4 * abs(value)) / size
        relaxation.multipliers = relaxation.multipliers + length * self.direction
        for s, slope in zip(relaxation.sidelines, self.side, strict=True):
            moved = s.multiplier + length * slope / s.step
            s.multiplier = np.clip(moved, s.least, s.most)
        return True

    def _side_slopes(self) -> list[FloatArray]:
        """By side constraint, how far each chosen cluster exceeds its limit (0 for the others)."""
        relaxation, slopes = self.relaxation, []
        for s in relaxation.sidelines:
            slope = np.zeros(relaxation.instance.m)
            held = np.where(relaxation.taken, s.coefficient, 0.0).sum(axis=1)
            slope[relaxation.chosen] = (held - s.limit) / s.step
            slopes.append(slope)
        return slopes
