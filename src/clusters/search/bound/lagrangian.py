r"""The Lagrangian bound: no plan under the rules can cost less.

Relax "each school in exactly one cluster" with a multiplier :math:`\lambda_a` per atom. What is
left falls apart by centre: :math:`z_c(\lambda) = \min \sum_a (c_{ac} - \lambda_a) x_a`, an exact
knapsack over one load, with the centre's own atom in. Then

.. math:: LB(\lambda) = \sum_a \lambda_a + \text{the sum of the } k \text{ smallest } z_c.

Any multipliers give a valid bound. Contiguity, "apart" and the groups' prices are left out or kept
as far as the knapsack can carry them: leaving out only lowers the bound. Other loads and unmet need
take part through multipliers of their own, per centre (see `sidelines`). Sources: Held & Karp 1971
(subgradient ascent); Ceselli & Righini 2005, "A branch-and-price algorithm for the capacitated
p-median problem" (the knapsack form); Camerini, Fratta & Maffioli 1975 (deflected directions).
"""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import Instance
from clusters.search.bound.carried_load import carried_load
from clusters.search.bound.knapsack import INFINITY, best_clusters, forced_values, least_values
from clusters.search.bound.pairs import listed_pairs
from clusters.search.bound.region_cuts import RegionCuts
from clusters.search.bound.side_constraints import sidelines_of

__all__ = ["MANY_PAIRS", "Relaxation"]

STATES = 6000
"""Longest table of the dynamic programme; finer loads are rounded down to this many steps."""
MANY_PAIRS = 150_000
"""Above this many pairs only those that can lower a value are listed, with HEADROOM to grow."""
HEADROOM = 1.3
STEP_WORK, EXACT_STEP_WORK, LEAST_STATES = 1e-9, 6e-9, 64
"""Work of a pair that lowers a value and a state of its table: without lower limits, and with."""
SAFETY = 1e-10
"""Share of the sum of absolute terms by which a bound is lowered, to be safe from rounding."""


class Relaxation:
    """The relaxed problem: pairs that are still possible, multipliers, and the best bound so far.

    Parameters
    ----------
    instance
        The full problem; nothing is taken away from it but by `fix`.

    Attributes
    ----------
    bound
        Best valid lower bound on the cost of every plan.
    level
        The bound at the best multipliers as things stand, set by `reduced_to`.
    """

    def __init__(self, instance: Instance, states: int = STATES) -> None:
        self.instance = instance
        self.possible = np.isfinite(instance.cost)
        self.possible &= self.possible[instance.home, np.arange(instance.m)][None, :]
        self.carried = carried_load(instance, states)
        self.group = np.full(instance.n, -1, dtype=np.int64)
        self.group_price = instance.group_price
        for number, group in enumerate(instance.groups):
            self.group[group] = number
        self.sidelines = sidelines_of(instance, self.carried.dimension)
        self.cuts = RegionCuts.none(instance)
        self.charges: FloatArray = np.zeros(0)
        self.pays, self.paid = np.zeros((instance.n, instance.m)), 0.0
        self.exact = False
        self.work = 0.0
        self.bound = self.level = -np.inf
        self.multipliers = self._first_multipliers()
        self._assume_short()
        self._best: tuple[FloatArray, list[FloatArray], FloatArray] = self._snapshot()
        self.chosen: IntArray = np.arange(0)
        self.taken = np.zeros((0, instance.n), dtype=np.bool_)
        self._index_pairs()

    # -- set-up ---------------------------------------------------------------------------------

    def _first_multipliers(self) -> FloatArray:
        """Twice the cost at the second nearest centre (the nearest is often the atom itself)."""
        cost = np.where(self.possible, self.instance.cost, np.inf)
        if cost.shape[1] < 2:
            return np.where(np.isfinite(cost[:, 0]), cost[:, 0], 0.0)
        second = np.partition(cost, 1, axis=1)[:, 1]
        nearest = cost.min(axis=1)
        second = np.where(np.isfinite(second), second, nearest)
        return 2.0 * np.where(np.isfinite(second), second, 0.0)

    def copy(self) -> Relaxation:
        """Copy everything but the instance, for another thread to go on from."""
        return deepcopy(self, {id(self.instance): self.instance})

    def begin_from(self, multipliers: FloatArray) -> None:
        """Begin from given multipliers of the atoms, array (n,): those of a problem much alike."""
        self.multipliers = multipliers.copy()
        self._best = self._snapshot()
        self._index_pairs()

    def _assume_short(self) -> None:
        """Begin with unmet need charged in full where there is too little capacity over all."""
        for s in self.sidelines:
            if np.isfinite(s.most) and s.least == 0.0 and s.coefficient.sum() > 0:
                s.multiplier[:] = s.most
                self.multipliers = self.multipliers + s.most * s.coefficient

    def _snapshot(self) -> tuple[FloatArray, list[FloatArray], FloatArray]:
        lines = [s.multiplier.copy() for s in self.sidelines]
        return self.multipliers.copy(), lines, self.charges.copy()

    def _index_pairs(self) -> None:
        """List the possible pairs by centre, own atoms apart."""
        instance = self.instance
        self._floors: FloatArray | None = None
        mask = self.possible.copy()
        mask[instance.home, np.arange(instance.m)] = False
        self._reference = None
        if mask.sum() > MANY_PAIRS and not self.sidelines and not self.exact:
            # a pair dearer than its atom's multiplier lowers no value: it need not be listed
            self._reference = HEADROOM * np.maximum(self.multipliers, 0.0)
            mask &= instance.cost < self._reference[:, None]
        self.pairs = listed_pairs(
            instance, mask, self.carried.load, self.group, grouped=bool(self.group_price)
        )
        everyone = np.arange(instance.m)
        own = instance.cost[instance.home, everyone]
        self.own_cost = np.where(self.possible[instance.home, everyone], own, INFINITY)

    def _charge(self, charges: FloatArray) -> None:
        """Set the multipliers of the cuts."""
        if len(charges) != len(self.charges) or (charges != self.charges).any():
            self.charges = charges.copy()
            self.pays = self.cuts.weighted(charges, self.instance.home)
            self.paid = float(charges @ self.cuts.least)
            self._floors = None

    def add_cuts(self, cuts: RegionCuts) -> None:
        """Add inequalities that every plan keeps, at no charge yet."""
        self.cuts = self.cuts.and_(cuts)
        none = np.zeros(len(cuts))
        self.charges = np.concatenate([self.charges, none])
        self._best = (*self._best[:2], np.concatenate([self._best[2], none]))

    # -- evaluation -----------------------------------------------------------------------------

    def reduced(
        self, multipliers: FloatArray | None = None, pays: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Reduced costs of the pairs, and of each centre with its own atom alone.

        At the present multipliers, or at others (n,) that are given; `pays` (n, m): what the cuts
        pay for each pair.
        """
        m = self.multipliers if multipliers is None else multipliers
        pays = self.pays if pays is None else pays
        home = self.instance.home
        r = self.pairs.cost - m[self.pairs.atom] - pays[self.pairs.atom, self.pairs.centre]
        own = self.own_cost - m[home] - pays[home, np.arange(len(home))]
        if self.group_price:
            own = own + self.group_price * (self.group[self.instance.home] >= 0)
        for s in self.sidelines:
            r = r + s.multiplier[self.pairs.centre] * s.coefficient[self.pairs.atom]
            own = own + s.multiplier * (s.coefficient[self.instance.home] - s.limit)
        return r, own

    def room(self, extra: IntArray | int = 0, loose: bool = False) -> tuple[IntArray, IntArray]:
        """Bounds per centre on the load beside its own atom (and `extra`)."""
        own = self.carried.load[self.instance.home] + extra
        low, high = self.carried.loose_bounds if loose else self.carried.bounds
        least, most = np.maximum(0, (low if self.exact else 0) - own), np.asarray(high - own)
        return least, np.where(least <= most, most, -1)

    def _values(self, r: FloatArray, own: FloatArray) -> tuple[FloatArray, IntArray]:
        """Value of each centre, and the excused atom that its best cluster holds (-1 for none)."""
        instance = self.instance
        values = np.full(instance.m, INFINITY)
        excused = np.full(instance.m, -1, dtype=np.int64)
        plain = ~np.isin(instance.home, instance.excused)
        low, high = self.room()
        high = np.where(plain, high, -1)
        self._least(r if not len(instance.excused) else self._hidden(r), low, high, values)
        for e in instance.excused.tolist():
            with_e = self._with_atom(e, r)
            better = with_e < values
            values[better], excused[better] = with_e[better], e
        return values + own, excused

    def _hidden(self, r: FloatArray) -> FloatArray:
        """Reduced costs under which no excused atom is ever taken."""
        return np.where(self.pairs.plain, r, INFINITY / 1e6)

    def _with_atom(self, e: int, r: FloatArray) -> FloatArray:
        """Value of each centre with the excused atom e in its cluster, under the loosest bounds."""
        instance = self.instance
        rows = np.flatnonzero(self.pairs.atom == e)
        own = instance.home == e
        price = np.where(own, 0.0, INFINITY)
        price[self.pairs.centre[rows]] = r[rows]
        low, high = self.room(np.where(own, 0, self.carried.load[e]), loose=True)
        high = np.where(price < INFINITY, high, -1)
        values = np.full(instance.m, INFINITY)
        without = r.copy()
        without[rows] = INFINITY / 1e6
        self._least(without, low, high, values)
        return np.where(values < INFINITY, values + price, INFINITY)

    def _least(self, r: FloatArray, low: IntArray, high: IntArray, values: FloatArray) -> None:
        least_values(
            self.pairs.start,
            self.pairs.load,
            r,
            self.pairs.group,
            self.group_price,
            low,
            high,
            values,
        )

    def evaluate(self) -> float:
        """Return the bound at the present multipliers and keep the chosen clusters.

        Raises
        ------
        StopIteration
            Never; an infeasible relaxation gives a bound of infinity.
        """
        self._floors = None
        if self._reference is not None and (self.multipliers > self._reference).any():
            self._index_pairs()
        r, own = self.reduced()
        steps = int(np.count_nonzero(r < 0.0)) * max(LEAST_STATES, self.carried.bounds[1])
        self.work += (EXACT_STEP_WORK if self.exact else STEP_WORK) * steps
        values, excused = self._values(r, own)
        k = self.instance.k
        order = np.argsort(values, kind="stable")[:k]
        self.values, self.chosen = values, order
        if values[order[-1]] >= INFINITY / 2:
            return np.inf
        total = float(self.multipliers.sum() + values[order].sum()) + self.paid
        magnitude = float(np.abs(self.multipliers).sum() + np.abs(values[order]).sum())
        magnitude += float(self.charges @ np.abs(self.cuts.least))
        self._seen = r, excused
        self.taken = self._clusters_at(order)
        return total + self.instance.offset - SAFETY * magnitude

    def refine(self, states: int) -> None:
        """Express the load in up to so many steps from now on; the multipliers are kept."""
        self.carried = carried_load(self.instance, states)
        self._index_pairs()

    def best_columns(self, count: int) -> tuple[IntArray, np.ndarray, FloatArray]:
        """Return the best clusters of the last evaluation, the cheapest first.

        Returns
        -------
        tuple
            Centres, atoms (clusters, n) as booleans, and what each costs before the multipliers
            of its atoms and of the cuts are taken off (those of the side constraints are counted).
        """
        order = np.argsort(self.values, kind="stable")[:count]
        order = order[self.values[order] < INFINITY / 2]
        taken = self._clusters_at(order)
        cost = self.values[order] + np.where(taken, self.multipliers, 0.0).sum(axis=1)
        if len(self.cuts):
            cost = cost + (self.cuts.of_clusters(order, taken) * self.charges).sum(axis=1)
        return order, taken, cost

    def by_count(self, highest: int) -> FloatArray:
        """Bound at the present multipliers on plans of 1, 2, ... clusters, array (highest,)."""
        self.evaluate()
        values = np.sort(self.values)[:highest]
        terms = np.abs(self.multipliers).sum() + np.abs(values).cumsum()
        bounds = np.full(highest, np.inf)
        terms += self.charges @ np.abs(self.cuts.least)
        sums = self.multipliers.sum() + self.paid + values.cumsum()
        sums += self.instance.offset - SAFETY * terms
        bounds[: len(values)] = np.where(values < INFINITY / 2, sums, np.inf)
        return bounds

    def _clusters_at(self, chosen: IntArray) -> np.ndarray:
        """Atoms of the best cluster of each of some centres, array (centres, n) of booleans."""
        instance = self.instance
        r, excused = self._seen
        taken = np.zeros((len(chosen), instance.n), dtype=np.bool_)
        special = excused[chosen]
        low, high = self.room()
        reduced = r if not len(instance.excused) else self._hidden(r)
        plain = np.flatnonzero(special < 0)
        self._mark(reduced, low, high, chosen, plain, taken)
        for e in np.unique(special[special >= 0]).tolist():
            own = instance.home == e
            low_e, high_e = self.room(np.where(own, 0, self.carried.load[e]), loose=True)
            without = np.where(self.pairs.atom == e, INFINITY / 1e6, r)
            rows = np.flatnonzero(special == e)
            self._mark(without, low_e, high_e, chosen, rows, taken)
            taken[rows, e] = True
        taken[np.arange(len(chosen)), instance.home[chosen]] = True
        return taken

    def _mark(
        self,
        r: FloatArray,
        low: IntArray,
        high: IntArray,
        chosen: IntArray,
        rows: IntArray,
        taken: np.ndarray,
    ) -> None:
        if len(rows):
            part = np.zeros((len(rows), self.instance.n), dtype=np.bool_)
            p = self.pairs
            best_clusters(
                p.start,
                p.atom,
                p.load,
                r,
                p.group,
                self.group_price,
                low,
                high,
                chosen[rows],
                part,
            )
            taken[rows] = part

    # -- the best multipliers so far ------------------------------------------------------------

    def keep(self, bound: float) -> None:
        """Note the present multipliers as those of the best bound so far."""
        self.bound, self._best = bound, self._snapshot()

    def restore(self) -> None:
        """Go back to the multipliers of the best bound."""
        self.multipliers = self._best[0].copy()
        for sideline, multiplier in zip(self.sidelines, self._best[1], strict=True):
            sideline.multiplier = multiplier.copy()
        self._charge(self._best[2])

    def try_multipliers(self, multipliers: FloatArray, charges: FloatArray) -> bool:
        """Evaluate the bound at other multipliers of the atoms and of the cuts (0 or more).

        Returns whether it is better than the best so far.
        """
        self.multipliers = multipliers.copy()
        self._charge(charges)
        value = self.evaluate()
        if value <= self.bound + 1e-9 * max(1.0, abs(value)):
            return False
        self.keep(value)
        return True

    @property
    def best_multipliers(self) -> FloatArray:
        """The multipliers of the atoms that gave the best bound, array (n,)."""
        return self._best[0]

    @property
    def best_charges(self) -> FloatArray:
        """The multipliers of the cuts that gave the best bound."""
        return self._best[2]

    # -- fixing ---------------------------------------------------------------------------------

    def reduced_to(self, target: float) -> np.ndarray:
        """Return the pairs that a plan of cost at most `target` can use, array (n, m) booleans."""
        return self.floors() <= target + SAFETY * abs(target)

    def floors(self) -> FloatArray:
        """Return what a plan with a pair costs at the least, array (n, m), infinity where barred.

        With a centre that is not among the k chosen, the bound rises by what its value is above
        theirs; with a pair forced in (its value comes from prefix and suffix tables), by what that
        adds to the value of its centre. Kept until something changes: not to be written to.
        """
        if self._floors is not None:
            return self._floors
        instance = self.instance
        self.restore()
        bound = self.level = self.evaluate()
        floors = np.full(self.possible.shape, np.inf)
        if not np.isfinite(bound):
            return floors
        values = self.values
        last = float(values[self.chosen[-1]])
        entering = np.maximum(values - last, 0.0)
        forced = self._forced() + self.reduced()[1][self.pairs.centre]
        base = np.where(values >= last, last, values)
        if self._reference is not None:
            # pairs that are not listed cost at least their own reduced cost on top
            floors = bound + entering[None, :] + instance.cost - self.multipliers[:, None]
        added = np.maximum(forced - base[self.pairs.centre], entering[self.pairs.centre])
        floors[self.pairs.atom, self.pairs.centre] = bound + added
        floors[instance.home, np.arange(instance.m)] = bound + entering
        floors[~self.possible] = np.inf
        self._floors = floors
        return floors

    def _forced(self) -> FloatArray:
        """Least value beside the own atom of each pair's centre with the pair forced in."""
        instance = self.instance
        r = self.reduced()[0]
        forced = np.full(len(r), INFINITY)
        low, high = self.room()
        plain_home = ~np.isin(instance.home, instance.excused)
        reduced = r if not len(instance.excused) else self._hidden(r)
        high = np.where(plain_home, high, -1)
        p = self.pairs
        forced_values(p.start, p.load, reduced, p.group, self.group_price, low, high, forced)
        for e in instance.excused.tolist():
            forced = np.minimum(forced, self._forced_with(e, r))
        return forced

    def _forced_with(self, e: int, r: FloatArray) -> FloatArray:
        """Return a weak but valid value: with e in the cluster, and the pair where it adds cost.

        Where a load must be reached, the best cluster may hold a pair of positive reduced cost
        already, so that nothing may be added for it.
        """
        with_e = self._with_atom(e, r)[self.pairs.centre]
        if self.exact:
            return with_e
        return with_e + np.where(self.pairs.atom == e, 0.0, np.maximum(r, 0.0))

    @property
    def complete(self) -> bool:
        """Whether every possible pair is listed (not only those that can lower a value)."""
        return self._reference is None

    def fix(self, target: float) -> int:
        """Drop for good the pairs that no plan below `target` can use; return how many are left."""
        self.restore()
        bound = self.evaluate()
        if np.isfinite(bound):
            # the centres that are too dear first: that is quick, and few are left to look at
            entering = self.values - float(self.values[self.chosen[-1]])
            closed = bound + entering > target + SAFETY * abs(target)
            if self.possible[:, closed].any():
                self.possible[:, closed] = False
                self._index_pairs()
        self.possible = self.reduced_to(target)
        self._index_pairs()
        return int(self.possible.sum())
