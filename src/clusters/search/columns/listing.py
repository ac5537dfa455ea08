"""Columns: every cluster that a plan below a target can be made of.

The multipliers of the bound say how much dearer than the bound a plan is at the least with a given
cluster in it. Those for which that exceeds the target need not be looked at; all others are listed,
once each, with the rules of a single cluster kept exactly - contiguity, every load, `apart`, the
best centre - and their true cost. Prices from the set-partitioning problem (`columns/master.py`)
sharpen the list. Source: Baldacci, Christofides & Mingozzi 2008, "An exact algorithm for the
vehicle routing problem based on the set partitioning formulation with additional cuts".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.search.arrays import Tables
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.bound.region_cuts import RegionCuts
from clusters.search.columns.cuts import reduced_costs
from clusters.search.columns.enumeration import Dive, Reading, Room, completions, dive

__all__ = ["Columns", "Cut", "Prices", "TooLong", "by_atom", "given_away", "list_columns"]

MOST_COLUMNS = 700_000
MOST_ATOMS = 12_000_000
"""Room for columns and, added up, their atoms."""
STEPS_PER_SECOND = 2.5e6
ENTRIES_PER_STEP, OVERHEAD = 100, 1000
"""What a centre's tables take: entries that count as a step, and steps for each."""
ENOUGH, TOO_LONG = 0.25, 2.0
"""A list is given up when this share of the budget has gone for one centre; or has gone at all and,
going on like that, the whole list would take so many times the budget."""
FAR = 1 << 30
ROUNDING = 1e-9
"""Share of the target by which limits are widened, to be safe from rounding."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A subset-row cut.

    Over the clusters of a plan, the sum of floor(atoms held / divisor) is at most
    floor(len(atoms) / divisor).
    """

    atoms: tuple[int, ...]
    divisor: int

    @property
    def most(self) -> int:
        """The right-hand side."""
        return len(self.atoms) // self.divisor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """Dual prices of the set-partitioning problem.

    Parameters
    ----------
    atoms, clusters
        Price of covering each atom (n,), and of opening a cluster.
    cuts, charges
        Cuts that bind, and what each charges a cluster (0 or more).
    regions, pays
        Region cuts, and what each pays for a unit of its left side (0 or more).
    value
        What they add up to: any plan costs this and the reduced costs of its clusters at the least.
    """

    atoms: FloatArray
    clusters: float
    cuts: tuple[Cut, ...]
    charges: FloatArray
    regions: RegionCuts
    pays: FloatArray
    value: float

    def halfway(self, others: Prices) -> Prices:
        """Return the prices between these and others with the same cuts: as valid as both."""
        return Prices(
            regions=self.regions,
            pays=(self.pays + others.pays) / 2,
            atoms=(self.atoms + others.atoms) / 2,
            clusters=(self.clusters + others.clusters) / 2,
            cuts=self.cuts,
            charges=(self.charges + others.charges) / 2,
            value=(self.value + others.value) / 2,
        )

    def reduced(self, columns: Columns, home: IntArray) -> FloatArray:
        """Cost of each column less what it is worth at these prices, array (count,).

        home: the atom that holds each candidate centre.
        """
        start, cut = by_atom(len(self.atoms), self.cuts)
        divisor = np.array([c.divisor for c in self.cuts], dtype=np.int64)
        values: FloatArray = reduced_costs(
            columns.atoms,
            columns.start,
            columns.cost - columns.sums(self.regions.weighted(self.pays, home)),
            self.atoms,
            self.clusters,
            start,
            cut,
            divisor,
            self.charges,
        )
        return values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Clusters as flat arrays: atoms (sum of sizes,), start (count + 1,), cost, centre (count,)."""

    atoms: IntArray
    start: IntArray
    cost: FloatArray
    centre: IntArray

    def __len__(self) -> int:
        """Count the columns."""
        return len(self.cost)

    def only(self, columns: IntArray) -> Columns:
        """Keep some columns."""
        size = np.diff(self.start)[columns]
        start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        shift = np.repeat(self.start[columns] - start[:-1], size)
        atoms = self.atoms[np.arange(start[-1]) + shift]
        return Columns(
            atoms=atoms, start=start, cost=self.cost[columns], centre=self.centre[columns]
        )

    def sums(self, pairs: FloatArray) -> FloatArray:
        """Sum of something of pairs, array (n, m), over each column's atoms and centre."""
        if not len(self) or not pairs.any():
            return np.zeros(len(self))
        values = pairs[self.atoms, np.repeat(self.centre, np.diff(self.start))]
        total: FloatArray = np.add.reduceat(values, self.start[:-1])
        return total

    def taken(self, columns: IntArray, n: int) -> np.ndarray:
        """Which of n atoms some columns hold, array (columns, n) of booleans."""
        some = self.only(columns)
        held = np.zeros((len(some), n), dtype=np.bool_)
        held[np.repeat(np.arange(len(some)), np.diff(some.start)), some.atoms] = True
        return held

    def and_(self, others: Columns) -> Columns:
        """Add other columns."""
        return Columns(
            atoms=np.concatenate([self.atoms, others.atoms]),
            start=np.concatenate([self.start, others.start[1:] + self.start[-1]]),
            cost=np.concatenate([self.cost, others.cost]),
            centre=np.concatenate([self.centre, others.centre]),
        )

    def of(self, column: int) -> list[int]:
        """Atoms of one column, sorted."""
        return sorted(self.atoms[self.start[column] : self.start[column + 1]].tolist())


@dataclass(frozen=True, slots=True)
class TooLong:
    """A list that was given up, and the work that the whole of it would have taken, about."""

    work: float


def given_away(columns: Columns, reduced: FloatArray, n: int, k: int) -> float:
    """Most that the clusters of a plan but one can have of negative reduced costs, as a sum >= 0.

    There are k - 1 of them, and each school is in one.
    """
    below = columns.only(np.flatnonzero(reduced < 0.0))
    if not len(below):
        return 0.0
    size = np.diff(below.start)
    share = np.zeros(n)
    np.maximum.at(share, below.atoms, np.repeat(-reduced[reduced < 0.0] / size, size))
    return min(-(k - 1) * float(reduced.min()), float(share.sum()))


def by_atom(n: int, cuts: Sequence[Cut]) -> tuple[IntArray, IntArray]:
    """Cuts that hold each of n atoms, end to end: where each atom's begin, and their numbers."""
    lists: list[list[int]] = [[] for _ in range(n)]
    for number, cut in enumerate(cuts):
        for a in cut.atoms:
            lists[a].append(number)
    start = np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64)
    return start, np.array([number for row in lists for number in row], dtype=np.int64)


class _Lister:
    """What is the same for every centre, and the room that the clusters are written to."""

    def __init__(
        self,
        relaxation: Relaxation,
        tables: Tables,
        target: float,
        prices: Prices | None,
        spare: float,
        halted: np.ndarray,
    ) -> None:
        self.relaxation, self.tables, self.prices = relaxation, tables, prices
        self.halted = halted
        self.allowed = relaxation.reduced_to(target)
        self.reduced, self.own = relaxation.reduced()
        slack = target - relaxation.level + ROUNDING * abs(target)
        values = relaxation.values
        last = float(values[relaxation.chosen[-1]])
        self.limit = slack + np.where(values >= last, last, values)
        n, cuts = relaxation.instance.n, () if prices is None else prices.cuts
        self.cut_start, self.cut = by_atom(n, cuts)
        self.divisor = np.array([cut.divisor for cut in cuts], dtype=np.int64)
        self.charge = np.zeros(0) if prices is None else prices.charges
        if prices is not None:
            self.pays = prices.regions.weighted(prices.pays, relaxation.instance.home)
            self.second, self.second_own = relaxation.reduced(prices.atoms, self.pays)
            offset = relaxation.instance.offset
            # columns of negative reduced cost are always listed: the caller must know of them
            self.second_limit = max(target - offset - prices.value + spare, 0.0)
            self.second_limit += prices.clusters + ROUNDING * abs(target)
        nodes = len(tables.owner)
        self.status = np.zeros(n, dtype=np.int8)
        self.count = np.zeros(len(cuts), dtype=np.int64)
        self.mark, self.queue = np.zeros(nodes + 1, np.int64), np.zeros(nodes + 1, np.int64)
        self.held = np.zeros(len(tables.low), dtype=np.int64)
        self.centre = np.zeros(MOST_COLUMNS + 1, dtype=np.int64)
        self.room = Room(
            np.empty(MOST_ATOMS, dtype=np.int32),
            np.zeros(MOST_COLUMNS + 2, dtype=np.int64),
            np.empty(MOST_COLUMNS),
            np.zeros(1, dtype=np.int64),
        )

    def cases(self, c: int) -> Iterator[tuple[list[int], list[int], bool]]:
        """Atoms in every cluster, atoms in none, and whether bounds are loosened, case by case.

        As in the bound: no excused atom, or the first of those that the cluster holds.
        """
        instance = self.relaxation.instance
        home, excused = int(instance.home[c]), instance.excused.tolist()
        if home in excused:
            yield [home], [], True
            return
        yield [home], excused, False
        for number, e in enumerate(excused):
            if self.allowed[e, c]:
                yield [home, e], excused[:number], True

    def search(self, c: int, forced: list[int], barred: list[int], loose: bool, steps: int) -> int:
        """List the clusters of one case of a centre; returns the steps used, or -1."""
        relaxation, t = self.relaxation, self.tables
        instance = relaxation.instance
        extra = int(relaxation.carried.load[forced[1:]].sum())
        low, high = (int(bound[c]) for bound in relaxation.room(extra, loose=loose))
        if high < 0:
            return 0
        pairs = np.arange(relaxation.pairs.start[c], relaxation.pairs.start[c + 1])
        atoms = relaxation.pairs.atom[pairs]
        wanted = self.allowed[atoms, c] & ~np.isin(atoms, [*barred, *forced])
        price, pair_group = relaxation.group_price, relaxation.pairs.group
        in_forced = {int(relaxation.group[a]) for a in forced}
        group = np.where(np.isin(pair_group[pairs], list(in_forced)), -1, pair_group[pairs])
        order = self._order(forced, pairs, wanted, group)
        pairs = pairs[order]
        reading = self._reading(c, forced, pairs, group[order], price, low, high)
        root = int(forced[0] if instance.school_neighbours is None else instance.centre_school[c])
        bounds = np.maximum(t.high, t.excused_high.max(axis=0, initial=0)) if loose else t.high
        state = Dive(
            c,
            root,
            np.array(forced, dtype=np.int64),
            bounds,
            self.cut_start,
            self.cut,
            self.divisor,
            self.charge,
            self.count,
            self.status,
            self.mark,
            self.queue,
            self.held,
            self.halted,
        )
        used = int(dive(t, reading, state, self.room, steps))
        return used if used < 0 else used + OVERHEAD + reading.after.size // ENTRIES_PER_STEP

    def _order(
        self, forced: list[int], pairs: IntArray, wanted: np.ndarray, group: IntArray
    ) -> IntArray:
        """Nearest first, by steps over the map from the centre, pyramids side by side.

        What is near is decided first, so that what can no longer be joined shows early.
        """
        relaxation = self.relaxation
        atoms = relaxation.pairs.atom[pairs]
        steps = self._steps_from(forced[0], {*atoms[wanted].tolist(), *forced})
        far = np.array([steps.get(int(a), FAR) for a in atoms], dtype=np.int64)
        kept = np.flatnonzero(wanted & (far < FAR))
        reduced = self.reduced[pairs]
        first: dict[int, tuple[int, float]] = {}
        if relaxation.group_price:
            for q in kept.tolist():
                g = int(group[q])
                key = (int(far[q]), float(reduced[q]))
                if g >= 0:
                    first[g] = min(first.get(g, key), key)
        rank = sorted(
            kept.tolist(),
            key=lambda q: (
                *first.get(int(group[q]), (int(far[q]), float(reduced[q]))),
                int(group[q]),
                int(far[q]),
                float(reduced[q]),
            ),
        )
        return np.array(rank, dtype=np.int64)

    def _steps_from(self, home: int, atoms: set[int]) -> dict[int, int]:
        """Count steps over the map to each atom that can be reached within some atoms."""
        neighbours = self.relaxation.instance.neighbours
        if neighbours is None:
            return dict.fromkeys(atoms, 0)
        steps, reached = {home: 0}, [home]
        for a in reached:
            for b in neighbours[a]:
                if b in atoms and b not in steps:
                    steps[b] = steps[a] + 1
                    reached.append(b)
        return steps

    def _reading(
        self,
        c: int,
        forced: list[int],
        pairs: IntArray,
        group: IntArray,
        price: float,
        low: int,
        high: int,
    ) -> Reading:
        relaxation = self.relaxation
        atoms, load = relaxation.pairs.atom[pairs], relaxation.pairs.load[pairs]
        views = [(self.reduced, self.own, float(self.limit[c]))]
        multipliers = [relaxation.multipliers + relaxation.pays[:, c]]
        if self.prices is not None:
            views.append((self.second, self.second_own, self.second_limit))
            multipliers.append(self.prices.atoms + self.pays[:, c])
        value, after, limit = [], [], []
        for reduced, own, most in views:
            value.append(reduced[pairs])
            after.append(completions(load, value[-1], group, price, low, high))
            begun = own[c] + sum(reduced[relaxation.pairs.number(a, c)] for a in forced[1:])
            fees = {int(relaxation.group[a]) for a in forced[1:]}
            fees -= {-1, int(relaxation.group[forced[0]])}
            limit.append(most - begun - price * len(fees))
        return Reading(
            atoms.astype(np.int64),
            load,
            group,
            price,
            np.array(value),
            np.array(after),
            np.array(limit),
            np.array(multipliers),
            np.array([most for _, _, most in views]),
        )

    def columns(self) -> Columns:
        """Return what has been listed."""
        count = int(self.room.size[0])
        start = self.room.start[: count + 1].copy()
        return Columns(
            atoms=self.room.atoms[: start[-1]].copy(),
            start=start,
            cost=self.room.cost[:count].copy(),
            centre=self.centre[:count].copy(),
        )


def list_columns(
    relaxation: Relaxation,
    tables: Tables,
    target: float,
    *,
    prices: Prices | None = None,
    spare: float = 0.0,
    work: float,
    halted: np.ndarray | None = None,
) -> Iterator[float | Columns | TooLong]:
    """List every cluster that a plan of cost at most `target` can hold; yields work, then the list.

    Parameters
    ----------
    prices
        Of the set-partitioning problem: only clusters whose reduced cost is at most target - value
        are listed.
    spare
        Added to that limit, which is never below 0. The list is a proof where the reduced costs of
        the other clusters of a plan cannot add up to less than minus this; minus infinity lists
        those of negative reduced cost alone.
    work
        Budget, about seconds; beyond it (or where the room does not suffice) the list is given up.
    halted
        Array (1,) of booleans: as well once another thread has made it true.
    """
    halted = np.zeros(1, dtype=np.bool_) if halted is None else halted
    lister = _Lister(relaxation, tables, target, prices, spare, halted)
    instance = relaxation.instance
    yield instance.m * 1e-4
    left = whole = work * STEPS_PER_SECOND
    centres = np.flatnonzero(lister.allowed[instance.home, np.arange(instance.m)])
    # in an order that has to do with nothing, so that the first ones are like all of them
    for done, c in enumerate(np.random.default_rng(0).permutation(centres)):
        spent, before = whole - left, lister.room.size[0]
        expected = spent * len(centres) / max(done, 1)
        if spent > ENOUGH * whole and expected > TOO_LONG * whole:
            yield TooLong(expected / STEPS_PER_SECOND)
            return
        for forced, barred, loose in lister.cases(int(c)):
            most = min(left, ENOUGH * whole)
            used = lister.search(int(c), forced, barred, loose, int(most))
            if used < 0:
                yield most / STEPS_PER_SECOND
                yield TooLong(max(expected, whole / ENOUGH) / STEPS_PER_SECOND)
                return
            left -= used
        lister.centre[before : lister.room.size[0]] = c
        yield (whole - left - spent) / STEPS_PER_SECOND
    yield lister.columns()
