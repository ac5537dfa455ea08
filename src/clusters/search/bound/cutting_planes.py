"""The last part of the ascent: multipliers from a linear programme over the clusters met so far.

Subgradient steps come near the best multipliers quickly and then stall. Here every cluster that an
evaluation finds becomes a column of a set-partitioning programme, whose prices are the next
multipliers (Kelley 1960; Dantzig & Wolfe 1960), kept in a box around the best ones so far (du
Merle, Villeneuve, Desrosiers & Hansen 1999) and moved only part of the way (Wentges 1997). What is
reached is the bound of the whole programme, not just of the columns met: each evaluation is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import highspy
import numpy as np

from clusters.domain import FloatArray
from clusters.model.linear import Silent
from clusters.search.bound.lagrangian import Relaxation

__all__ = ["tighten"]

BOX = 0.05
"""Half width of the box, in means of the multipliers."""
PART = 0.3
"""Share of the way from the best multipliers to the programme's prices; half after a gain."""
ALSO = 2.0
"""Clusters that become columns at a time, beside the k chosen, in multiples of k."""
NEAR, SLOW, WHILE = 0.02, 0.02, 20
"""The ascent ends where the programme promises less than this share of what is missing, or so many
evaluations gain less."""
STEPS_PER_SECOND = 4e4


def tighten(
    relaxation: Relaxation,
    target: float,
    rounds: int,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[float]:
    """Raise the bound of a relaxation by up to so many evaluations; yields work after each.

    Parameters
    ----------
    target
        The cost of a plan, or infinity: where the bound reaches it there is nothing left to do.
    """
    programme = _Programme(relaxation)
    best = relaxation.best_multipliers.copy()
    multipliers = best
    level = relaxation.bound
    for turn in range(1, rounds + 1):
        if stop() or relaxation.bound >= target:
            return
        before = relaxation.work
        gained = relaxation.try_multipliers(multipliers)
        if not np.isfinite(relaxation.bound):
            return
        if gained:
            best = multipliers
            programme.centre_on(best)
        programme.add(relaxation, int(ALSO * relaxation.instance.k))
        value, prices, steps = programme.run()
        yield relaxation.work - before + steps / STEPS_PER_SECOND
        missing = (target if np.isfinite(target) else value) - relaxation.bound
        if programme.inside and value - relaxation.bound <= NEAR * missing:
            return
        if turn % WHILE == 0:
            if relaxation.bound - level <= SLOW * missing:
                return
            level = relaxation.bound
        part = 0.5 if gained else PART
        multipliers = best + part * (prices - best)


class _Programme:
    """Set partitioning over the clusters met, with prices in a box."""

    def __init__(self, relaxation: Relaxation) -> None:
        instance = relaxation.instance
        n, m = instance.n, instance.m
        self.n, self.k, self.offset = n, instance.k, instance.offset
        self.unit = max(float(np.abs(relaxation.best_multipliers).mean()), 1e-9)
        self.solver = Silent()
        infinite = highspy.kHighsInf
        # each atom once, k clusters, at most one of each centre
        high = np.array([1.0] * n + [float(self.k)] + [1.0] * m)
        low = np.concatenate([high[: n + 1], np.full(m, -infinite)])
        none = np.zeros(0, dtype=np.int32)
        self.solver.addRows(
            len(high), low, high, 0, np.zeros(len(high), np.int32), none, np.zeros(0)
        )
        # too dear to be used where there is another way to have k clusters
        spare = 1e4 * max(1.0, instance.n / self.k)
        self._columns(np.full(2, spare), infinite, np.full(2, n), np.array([1.0, -1.0]))
        for sign in (1.0, -1.0):
            self._columns(np.zeros(n), infinite, np.arange(n), np.full(n, sign))
        self.centre_on(relaxation.best_multipliers)

    def _columns(self, cost: FloatArray, high: float, rows: np.ndarray, values: np.ndarray) -> None:
        """Add columns with one entry each."""
        count = len(cost)
        self.solver.addCols(
            count,
            cost,
            np.zeros(count),
            np.full(count, high),
            count,
            np.arange(count, dtype=np.int32),
            rows.astype(np.int32),
            values,
        )

    def centre_on(self, multipliers: FloatArray) -> None:
        """Move the box: an atom may go uncovered, or be covered twice, at prices around these."""
        around, width = multipliers / self.unit, BOX
        cost = np.concatenate([around + width, -around + width])
        columns = np.arange(2, 2 + len(cost), dtype=np.int32)
        self.solver.changeColsCost(len(columns), columns, cost)

    def add(self, relaxation: Relaxation, also: int) -> None:
        """Add the best clusters of the last evaluation."""
        centres, taken, cost = relaxation.best_columns(self.k + also)
        rows = [
            np.append(np.flatnonzero(atoms), [self.n, self.n + 1 + c])
            for atoms, c in zip(taken, centres.tolist(), strict=True)
        ]
        sizes = [len(row) for row in rows]
        index = np.concatenate(rows).astype(np.int32)
        self.solver.addCols(
            len(rows),
            cost / self.unit,
            np.zeros(len(rows)),
            np.full(len(rows), highspy.kHighsInf),
            len(index),
            np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int32),
            index,
            np.ones(len(index)),
        )

    def run(self) -> tuple[float, FloatArray, float]:
        """Solve; return what the programme promises, its prices, and the steps taken."""
        self.solver.run()
        information, solution = self.solver.getInfo(), self.solver.getSolution()
        slack = np.array(solution.col_value[2 : 2 + 2 * self.n])
        self.inside = bool(slack.sum() < 1e-6)
        value = information.objective_function_value * self.unit + self.offset
        prices = np.nan_to_num(np.array(solution.row_dual[: self.n])) * self.unit
        return value, prices, float(max(1, information.simplex_iteration_count))
