"""The master problem: choose k columns that hold every atom once, as a linear programme with cuts.

Over *all* columns that a plan below a target can use, its value is a bound on every such plan. Its
prices drop columns that no such plan can use, subset-row cuts raise it, and so on in turn. HiGHS
solves it over the few columns that matter at a time; the bound is worked out here from the prices
alone, over all columns, so that it does not rest on the solver's word.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import highspy
import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import Instance
from clusters.model.linear import Silent
from clusters.search.bound.region_cuts import pairs_used, violated
from clusters.search.columns.cuts import cut_rows, extended, triples
from clusters.search.columns.listing import Columns, Cut, Prices, by_atom

__all__ = ["Master"]

FIRST, MORE = 3000, 1500
"""Columns in the linear programme at first, and the most that are added at a time."""
DUST = 1e-9
MOST_REGIONS, ALL_REGIONS = 40, 200
"""Most region cuts that are added at a time, and in all."""
MOST_CUTS = 80
"""Most cuts that are added at a time."""
PER_ATOM = 7
"""Most new cuts with the same atom."""
VIOLATED = 1.02
"""Left side of a triple's cut (at most 1 in a plan) from which it is worth adding."""
LEAST_S = 0.05
"""Seconds that HiGHS has at the least."""
STEPS_PER_SECOND = 20_000
"""Simplex iterations that count as a second of work."""


class Master:
    """Columns still in play, the linear programme over them, and what it proves.

    Parameters
    ----------
    columns
        Every column that a plan at or below the target can use.
    instance
        What is to be divided.
    prices
        To begin from.
    deadline
        By `time.monotonic`: when HiGHS has to end.

    Attributes
    ----------
    alive
        Columns (count,) of booleans that a plan at or below the target can still use.
    bound
        No plan made of living columns costs less.
    weights
        Weight of each column in the last solution.
    """

    def __init__(
        self, columns: Columns, instance: Instance, prices: Prices, deadline: float = np.inf
    ) -> None:
        self.columns, self.instance, self.deadline = columns, instance, deadline
        self.n, self.k, self.offset = instance.n, instance.k, instance.offset
        self.alive = np.ones(len(columns), dtype=np.bool_)
        self.prices, self.cuts, self.regions = prices, list(prices.cuts), prices.regions
        self.reduced = prices.reduced(columns, instance.home)
        self.bound = -np.inf
        self.weights = np.zeros(len(columns))

    def solve(
        self, target: float, around: FloatArray | None = None, within: float = np.inf
    ) -> Iterator[float]:
        """Solve the linear programme, adding columns until none is missing; yields work.

        Stops early once the bound exceeds the target: then no plan is at or below it.

        Parameters
        ----------
        around, within
            Keep the prices of atoms within so much of these, array (n,) (du Merle, Villeneuve,
            Desrosiers & Hansen 1999, "Stabilized column generation").
        """
        programme = _Programme(self)
        if around is not None:
            programme.keep_near(around, within)
        living = np.flatnonzero(self.alive)
        order = living[np.argsort(self.reduced[living], kind="stable")[:FIRST]]
        programme.add(np.sort(order))
        while True:
            yield programme.run(self.deadline) / STEPS_PER_SECOND + 1e-8 * len(self.columns)
            prices = programme.prices()
            reduced = prices.reduced(self.columns, self.instance.home)
            least = float(reduced[self.alive].min(initial=np.inf))
            if not np.isfinite(least):
                self.bound = np.inf
                return
            value = prices.value + self.k * min(0.0, least) + self.offset
            missing = self.alive & ~programme.inside & (reduced < -DUST * abs(prices.value))
            done = not missing.any()
            if value > self.bound or done:
                self.bound = max(value, self.bound)
                self.prices, self.reduced = prices, reduced
            if done or self.bound > target or time.monotonic() > self.deadline:
                self.weights = programme.weights()
                return
            worst = np.flatnonzero(missing)
            programme.add(np.sort(worst[np.argsort(reduced[worst], kind="stable")[:MORE]]))

    def revive(self) -> None:
        """Take back every column that was dropped."""
        self.alive[:] = True
        self.bound = -np.inf

    def drop(self, target: float) -> int:
        """Drop columns that no plan at or below the target can use; return how many are left."""
        least = float(self.reduced[self.alive].min(initial=0.0))
        value = self.prices.value + self.offset + (self.k - 1) * min(0.0, least)
        self.alive &= self.reduced <= target - value + DUST * abs(target)
        return int(self.alive.sum())

    def sharpen(self) -> int:
        """Add region and subset-row cuts that the last solution breaks; return how many."""
        return self._sharpen_regions() + self._sharpen_subsets()

    def _sharpen_regions(self) -> int:
        used = np.flatnonzero(self.weights > 1e-6)
        weight = pairs_used(
            self.columns.centre[used],
            self.columns.taken(used, self.n),
            self.weights[used],
            self.instance.m,
        )
        room = min(MOST_REGIONS, ALL_REGIONS - len(self.regions))
        new = violated(self.instance, weight, room)
        self.regions = self.regions.and_(new)
        return len(new)

    def _sharpen_subsets(self) -> int:
        used = np.flatnonzero((self.weights > 1e-6) & (self.weights < 1 - 1e-6))
        if not len(used):
            return 0
        held = np.zeros((len(used), self.n), dtype=np.bool_)
        for row, column in enumerate(used.tolist()):
            held[row, self.columns.of(column)] = True
        rows = np.flatnonzero(held.any(axis=0))
        held, weight = held[:, rows], self.weights[used]
        binding = {
            c
            for c, charge in zip(self.prices.cuts, self.prices.charges, strict=True)
            if charge > DUST
        }
        self.cuts = [cut for cut in self.cuts if cut in binding]
        three, worth = triples(held, weight, 0.8)
        new = self._chosen(rows, three, worth - 1.0, VIOLATED - 1.0)
        if len(new) < MOST_CUTS // 4 and len(three):
            best = np.unique(np.sort(three[np.argsort(-worth, kind="stable")[:1200]]), axis=0)[:400]
            five, worth = extended(held, weight, best)
            new += self._chosen(rows, five, worth - 2.0, VIOLATED - 1.0)
        self.cuts += new
        return len(new)

    def _chosen(
        self, rows: IntArray, sets: IntArray, excess: FloatArray, least: float
    ) -> list[Cut]:
        """Choose the most violated cuts, not too many around one atom."""
        known, count = set(self.cuts), np.zeros(self.n, dtype=np.int64)
        new: list[Cut] = []
        for number in np.argsort(-excess, kind="stable").tolist():
            if excess[number] < least or len(new) >= MOST_CUTS:
                break
            cut = Cut(tuple(sorted(rows[sets[number]].tolist())), 2)
            if cut in known or count[list(cut.atoms)].max() >= PER_ATOM:
                continue
            known.add(cut)
            count[list(cut.atoms)] += 1
            new.append(cut)
        return new


class _Programme:
    """The linear programme over some of the columns, in HiGHS."""

    def __init__(self, master: Master) -> None:
        self.master, self.inside = master, np.zeros(len(master.columns), dtype=np.bool_)
        self.order: list[int] = []
        self.cuts = tuple(master.cuts)
        self.cut_start, self.cut = by_atom(master.n, self.cuts)
        self.divisor = np.array([cut.divisor for cut in self.cuts], dtype=np.int64)
        solver = self.solver = Silent()
        self.regions = master.regions
        self.first_region = master.n + 1 + len(self.cuts)
        infinite, regions = np.full(len(self.regions), highspy.kHighsInf), self.regions.least
        sides = np.array([1.0] * master.n + [float(master.k)] + [float(c.most) for c in self.cuts])
        low = sides.copy()
        low[master.n + 1 :] = -highspy.kHighsInf
        sides, low = np.concatenate([sides, infinite]), np.concatenate([low, regions])
        none = np.zeros(0)
        solver.addRows(
            len(sides),
            low,
            sides,
            0,
            np.zeros(len(sides), dtype=np.int32),
            none.astype(np.int32),
            none,
        )
        # slack for every equation, too dear to be used where there is another way
        self.fine = 10.0 * float(master.columns.cost.max(initial=1.0)) + 1.0
        rows = np.concatenate(
            [np.arange(master.n + 1), self.first_region + np.arange(len(self.regions))]
        ).astype(np.int32)
        count = self.slacks = len(rows)
        solver.addCols(
            count,
            np.full(count, self.fine),
            np.zeros(count),
            np.full(count, highspy.kHighsInf),
            count,
            np.arange(count, dtype=np.int32),
            rows,
            np.ones(count),
        )

    def keep_near(self, around: FloatArray, within: float) -> None:
        """Offer to cover an atom, or to have it covered twice, at prices around those given."""
        n = self.master.n
        for sign in (1.0, -1.0):
            self.solver.addCols(
                n,
                sign * around + within,
                np.zeros(n),
                np.full(n, highspy.kHighsInf),
                n,
                np.arange(n, dtype=np.int32),
                np.arange(n, dtype=np.int32),
                np.full(n, sign),
            )
        self.slacks += 2 * n

    def add(self, columns: IntArray) -> None:
        """Add columns."""
        c = self.master.columns
        row, value, offset = cut_rows(
            columns, c.atoms, c.start, self.master.n, self.cut_start, self.cut, self.divisor
        )
        count = len(columns)
        if len(self.regions):
            row, value, offset = self._with_regions(columns, row, value, offset)
        self.solver.addCols(
            count,
            c.cost[columns],
            np.zeros(count),
            np.full(count, highspy.kHighsInf),
            len(row),
            offset[:-1],
            row,
            value,
        )
        self.inside[columns] = True
        self.order += columns.tolist()

    def _with_regions(
        self, columns: IntArray, row: np.ndarray, value: FloatArray, offset: np.ndarray
    ) -> tuple[np.ndarray, FloatArray, np.ndarray]:
        """Add the rows of the region cuts to the others of some columns."""
        c, n = self.master.columns, self.master.n
        below = self.regions.of_clusters(c.centre[columns], c.taken(columns, n))
        below[np.abs(below) < DUST] = 0.0
        column, cut = np.nonzero(below)
        # stable: the rows of a column stay together, those of the region cuts last
        order = np.argsort(
            np.concatenate([np.repeat(np.arange(len(columns)), np.diff(offset)), column]),
            kind="stable",
        )
        rows = np.concatenate([row, self.first_region + cut]).astype(np.int32)[order]
        values = np.concatenate([value, below[column, cut]])[order]
        more = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=len(columns)))])
        return rows, values, (offset + more).astype(np.int32)

    def run(self, deadline: float) -> float:
        """Solve, until `deadline` at the latest (time.monotonic); return the iterations."""
        if np.isfinite(deadline):
            # any prices give a bound, those of a solution that is not finished too
            left = max(LEAST_S, deadline - time.monotonic())
            self.solver.setOptionValue("time_limit", self.solver.getRunTime() + left)
        self.solver.run()
        return float(max(1, self.solver.getInfo().simplex_iteration_count))

    def prices(self) -> Prices:
        """Dual prices: any of the right signs would do for a bound."""
        n = self.master.n
        dual = self._solution("row_dual", self.first_region + len(self.regions))
        charges = np.maximum(-dual[n + 1 : self.first_region], 0.0)
        pays = np.maximum(dual[self.first_region :], 0.0)
        most = np.array([float(cut.most) for cut in self.cuts])
        value = float(dual[:n].sum() + self.master.k * dual[n] - charges @ most)
        return Prices(
            atoms=dual[:n],
            clusters=float(dual[n]),
            cuts=self.cuts,
            charges=charges,
            regions=self.regions,
            pays=pays,
            value=value + float(pays @ self.regions.least),
        )

    def weights(self) -> FloatArray:
        """Weight of every column in the solution."""
        weights = np.zeros(len(self.master.columns))
        weights[self.order] = self._solution("col_value", self.slacks + len(self.order))[
            self.slacks :
        ]
        return weights

    def _solution(self, name: str, count: int) -> FloatArray:
        """Return a part of the solution; zeros where HiGHS was stopped before it had one."""
        values = np.array(getattr(self.solver.getSolution(), name), dtype=np.float64)
        return np.nan_to_num(values) if len(values) == count else np.zeros(count)
