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
from clusters.search.bound.region_cuts import RegionCuts, pairs_used, violated

__all__ = ["tighten"]

BOX = 0.05
"""Half width of the box, in means of the multipliers."""
PART = 0.3
"""Share of the way from the best multipliers to the programme's prices; half after a gain."""
ALSO = 2.0
"""Clusters that become columns at a time, beside the k chosen, in multiples of k."""
NEAR, SHORT, LONG = 0.1, 5, 20
"""Cuts are looked for where the programme promises less than this share of what is missing, after
so many evaluations at the least, and after so many at the most."""
SLOW, DONE = 0.03, 0.02
"""The ascent ends where the evaluations between two looks gain less than this share of what is
missing, or where there are no cuts and the programme promises less than the second share."""
STEPS_PER_SECOND = 4e4
DUST = 1e-9
"""Coefficients that are but the rounding of a sum."""
WORTH = 0.7
"""Pairs are dropped where no more than this share is missing of what was when that was last done.
"""
MOST_CUTS = 40
"""Most region cuts that are added at a time."""
DEAREST = 3.0
"""What breaking a cut by one cluster costs, in mean multipliers of a mean cluster's atoms."""


def tighten(
    relaxation: Relaxation,
    target: Callable[[], float],
    rounds: int,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[float]:
    """Raise the bound of a relaxation by up to so many evaluations; yields work after each.

    Parameters
    ----------
    target
        Returns the cost of the best plan, or infinity: where the bound reaches it there is nothing
        left to do.
    """
    programme = _Programme(relaxation)
    search = _CutSearch(relaxation, programme, target)
    multipliers, charges = relaxation.best_multipliers, relaxation.best_charges
    for _ in range(rounds):
        if stop() or relaxation.bound >= target():
            return
        before = relaxation.work
        gained = relaxation.try_multipliers(multipliers, charges)
        if not np.isfinite(relaxation.bound):
            return
        if gained:
            programme.centre_on(relaxation.best_multipliers)
        programme.add(relaxation, int(ALSO * relaxation.instance.k))
        steps = programme.run()
        yield relaxation.work - before + steps / STEPS_PER_SECOND
        if search.due():
            if search.ended():
                return
            programme.run()
        part = 0.5 if gained else PART
        best, paid = relaxation.best_multipliers, relaxation.best_charges
        multipliers = best + part * (programme.prices - best)
        charges = paid + part * (programme.paid - paid)


class _CutSearch:
    """When region cuts are looked for, and when no more is to be expected of them."""

    def __init__(
        self, relaxation: Relaxation, programme: _Programme, target: Callable[[], float]
    ) -> None:
        self.relaxation, self.programme, self.target = relaxation, programme, target
        self.turns, self.level, self.fixed = 0, -np.inf, np.inf

    def _missing(self) -> tuple[float, float]:
        """Return what is missing to the target, and what of it the programme promises."""
        promised = self.programme.value - self.relaxation.bound
        target = self.target()
        return target - self.relaxation.bound if np.isfinite(target) else promised, promised

    def due(self) -> bool:
        """Count an evaluation; return whether it is time to look for cuts."""
        self.turns += 1
        missing, promised = self._missing()
        return self.turns >= LONG or (self.turns >= SHORT and promised <= NEAR * missing)

    def ended(self) -> bool:
        """Look for cuts; return whether the ascent has come to its end."""
        relaxation, programme = self.relaxation, self.programme
        missing, promised = self._missing()
        if relaxation.bound - self.level <= SLOW * missing:
            return True
        self.turns, self.level = 0, relaxation.bound
        new = violated(relaxation.instance, programme.pairs(), MOST_CUTS)
        if not len(new):
            return promised <= DONE * missing
        relaxation.add_cuts(new)
        programme.cut(new)
        target = self.target()
        if np.isfinite(target) and missing < WORTH * self.fixed:
            self.fixed = missing
            relaxation.fix(target)
            programme.bar(relaxation.possible)
        return False


class _Programme:
    """Set partitioning over the clusters met, with prices in a box."""

    def __init__(self, relaxation: Relaxation) -> None:
        instance = relaxation.instance
        n, m = instance.n, instance.m
        self.n, self.m, self.k, self.offset = n, m, instance.k, instance.offset
        self.unit = max(float(np.abs(relaxation.best_multipliers).mean()), 1e-9)
        self.solver = Silent()
        infinite = highspy.kHighsInf
        # each atom once, k clusters, at most one of each centre
        high = np.array([1.0] * n + [float(self.k)] + [1.0] * m)
        low = np.concatenate([high[: n + 1], np.full(m, -infinite)])
        none = np.zeros(0, dtype=np.int32)
        self.rows = len(high)
        self.solver.addRows(
            len(high), low, high, 0, np.zeros(len(high), np.int32), none, np.zeros(0)
        )
        # too dear to be used where there is another way to have k clusters
        spare = 1e4 * max(1.0, instance.n / self.k)
        self._columns(np.full(2, spare), infinite, np.full(2, n), np.array([1.0, -1.0]))
        for sign in (1.0, -1.0):
            self._columns(np.zeros(n), infinite, np.arange(n), np.full(n, sign))
        self.clusters = np.zeros((0, n), dtype=np.bool_)
        self.centres = np.zeros(0, dtype=np.int64)
        self.position: list[int] = []
        self.value, self.prices, self.paid = -np.inf, np.zeros(n), np.zeros(0)
        self.centre_on(relaxation.best_multipliers)
        self.cut(relaxation.cuts)

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

    def cut(self, cuts: RegionCuts) -> None:
        """Add cuts, which may be broken at a price."""
        coefficients = cuts.of_clusters(self.centres, self.clusters)
        for row, least in zip(coefficients.T, cuts.least.tolist(), strict=True):
            (used,) = np.nonzero(np.abs(row) > DUST)
            self.solver.addRow(
                least,
                highspy.kHighsInf,
                len(used),
                np.array(self.position, dtype=np.int32)[used],
                row[used],
            )
        first, count = self.rows, len(cuts)
        self.rows += count
        price = np.full(count, DEAREST * self.n / self.k)
        self._columns(price, highspy.kHighsInf, np.arange(first, self.rows), np.ones(count))

    def bar(self, possible: np.ndarray) -> None:
        """Use no cluster any more that needs a pair which no plan can use."""
        barred = (self.clusters & ~possible.T[self.centres]).any(axis=1)
        columns = np.array(self.position, dtype=np.int32)[barred]
        count = len(columns)
        self.solver.changeColsBounds(count, columns, np.zeros(count), np.zeros(count))

    def pairs(self) -> FloatArray:
        """Return how far each pair is used in the solution, array (n, m)."""
        weight = np.array(self.solver.getSolution().col_value)[self.position]
        return pairs_used(self.centres, self.clusters, weight, self.m)

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
        values = [np.ones(len(row)) for row in rows]
        if len(relaxation.cuts):
            first = self.rows - len(relaxation.cuts)
            for number, row in enumerate(relaxation.cuts.of_clusters(centres, taken)):
                (used,) = np.nonzero(np.abs(row) > DUST)
                rows[number] = np.append(rows[number], first + used)
                values[number] = np.append(values[number], row[used])
        sizes = [len(row) for row in rows]
        index = np.concatenate(rows).astype(np.int32)
        self.position += range(self.solver.getNumCol(), self.solver.getNumCol() + len(rows))
        self.clusters = np.concatenate([self.clusters, taken])
        self.centres = np.concatenate([self.centres, centres])
        self.solver.addCols(
            len(rows),
            cost / self.unit,
            np.zeros(len(rows)),
            np.full(len(rows), highspy.kHighsInf),
            len(index),
            np.concatenate([[0], np.cumsum(sizes[:-1])]).astype(np.int32),
            index,
            np.concatenate(values),
        )

    def run(self) -> float:
        """Solve; set what it promises and the prices of atoms and cuts, return the steps taken."""
        self.solver.run()
        information, solution = self.solver.getInfo(), self.solver.getSolution()
        self.value = information.objective_function_value * self.unit + self.offset
        dual = np.nan_to_num(np.array(solution.row_dual)) * self.unit
        self.prices = dual[: self.n]
        self.paid = np.maximum(dual[self.n + 1 + self.m :], 0.0)
        return float(max(1, information.simplex_iteration_count))
