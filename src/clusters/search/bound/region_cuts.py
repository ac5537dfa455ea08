r"""Region cuts: how many clusters a part of the map holds, and what crosses its edge.

Let R be a set of schools with load q(R), y the number of clusters whose centres are in R. What the
clusters of R hold is q(R), less what leaves to centres outside, plus what enters from outside. It
is at most U y and at least L y, so

.. math:: U y + \text{leaving} - \text{entering} \ge q(R), \qquad
          L y + \text{leaving} - \text{entering} \le q(R).

As y is a whole number and schools cross whole, mixed-integer rounding makes both far stronger: a
part of the map with 1.3 times the load of the largest cluster needs two centres, or one and enough
schools sent elsewhere. Every plan keeps them, whatever its other rules; the knapsack of one centre
knows nothing of them. Sources: Nemhauser & Wolsey 1990 (mixed-integer rounding); Aardal, Pochet &
Wolsey 1995, "Capacitated facility location: valid inequalities and facets"; rounded capacity cuts
of vehicle routing (Laporte & Nobert 1983).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import NO_LIMIT, Instance

__all__ = ["RegionCuts", "pairs_used", "violated"]

VIOLATED = 0.01
"""Least violation, in clusters, of a cut that is worth adding."""
LARGEST = 2.5
"""Largest region that is looked at, in largest clusters."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionCuts:
    """Some cuts: over the pairs (atom a, centre c) of a plan, the coefficients sum to `least`.

    Parameters
    ----------
    within
        Booleans (cuts, m): candidate centres in the region.
    inner, outer
        Coefficients (cuts, n) of a pair whose centre is in the region, and of one whose is not.
    centre
        Added to the coefficient of a centre's own atom where it is in the region, (cuts,).
    least
        Least sum over a plan (cuts,).
    """

    within: np.ndarray
    inner: FloatArray
    outer: FloatArray
    centre: FloatArray
    least: FloatArray

    @classmethod
    def none(cls, instance: Instance) -> RegionCuts:
        """No cuts."""
        n, m = instance.n, instance.m
        return cls(
            np.zeros((0, m), np.bool_), np.zeros((0, n)), np.zeros((0, n)), np.zeros(0), np.zeros(0)
        )

    def __len__(self) -> int:
        """Count the cuts."""
        return len(self.least)

    def and_(self, others: RegionCuts) -> RegionCuts:
        """Add others."""
        return RegionCuts(
            np.concatenate([self.within, others.within]),
            np.concatenate([self.inner, others.inner]),
            np.concatenate([self.outer, others.outer]),
            np.concatenate([self.centre, others.centre]),
            np.concatenate([self.least, others.least]),
        )

    def only(self, which: np.ndarray) -> RegionCuts:
        """Keep some cuts."""
        return RegionCuts(
            self.within[which],
            self.inner[which],
            self.outer[which],
            self.centre[which],
            self.least[which],
        )

    def weighted(self, weights: FloatArray, home: IntArray) -> FloatArray:
        """Return the weighted sum of the coefficients of each pair, array (n, m)."""
        total = np.zeros((self.inner.shape[1], len(home)))
        for r in np.flatnonzero(weights).tolist():
            within = self.within[r]
            total[:, within] += weights[r] * self.inner[r][:, None]
            (leaving,) = np.nonzero(self.outer[r])
            total[np.ix_(leaving, ~within)] += weights[r] * self.outer[r][leaving, None]
            total[home[within], np.flatnonzero(within)] += weights[r] * self.centre[r]
        return total

    def of_pairs(self, atoms: IntArray, centres: IntArray, own: np.ndarray) -> FloatArray:
        """Coefficients of single pairs, array (cuts, pairs); own: whether it is the centre's."""
        within = self.within[:, centres]
        sums: FloatArray = np.where(within, self.inner[:, atoms], self.outer[:, atoms])
        sums += np.where(within & own, self.centre[:, None], 0.0)
        return sums

    def of_clusters(self, centres: IntArray, taken: np.ndarray) -> FloatArray:
        """Coefficients of whole clusters, array (clusters, cuts); `taken`: atoms (clusters, n)."""
        cluster, atom = np.nonzero(taken)
        if not len(cluster):
            return np.zeros((len(taken), len(self)))
        # no product of matrices: numpy's would start threads that stand in the way of the search
        within = self.within[:, centres]
        terms = np.where(within[:, cluster], self.inner[:, atom], self.outer[:, atom])
        first = np.flatnonzero(np.diff(cluster, prepend=-1))
        sums = np.zeros((len(taken), len(self)))
        sums[cluster[first]] = np.add.reduceat(terms, first, axis=1).T
        sums += np.where(within, self.centre[:, None], 0.0).T
        return sums


def pairs_used(centres: IntArray, taken: np.ndarray, weights: FloatArray, m: int) -> FloatArray:
    """How far each pair is used by clusters with weights, array (n, m); taken (clusters, n)."""
    used = np.zeros((m, taken.shape[1]))
    np.add.at(used, centres, taken * weights[:, None])
    return used.T


def violated(instance: Instance, weight: FloatArray, most: int) -> RegionCuts:
    """Look for cuts that a solution breaks, the most violated first.

    Parameters
    ----------
    weight
        Array (n, m): how far each pair is used; each atom's add up to 1.
    most
        Most cuts returned.

    Notes
    -----
    From every atom a region grows by whoever has most load going to and from it, and is looked at
    after each step.
    """
    n = instance.n
    by_home = np.zeros((n, n))
    np.add.at(by_home.T, instance.home, weight.T)
    opened = np.zeros(n)
    np.add.at(opened, instance.home, weight[instance.home, np.arange(instance.m)])
    best: list[tuple[float, np.ndarray, int, int]] = []
    for d in range(len(instance.high)):
        for sign in (1, -1):
            limit = int(instance.high[d] if sign > 0 else instance.low[d])
            if 0 < limit < NO_LIMIT:
                best += _grown(instance, d, sign, limit, by_home, opened)
    best.sort(key=lambda cut: -cut[0])
    seen: set[tuple[bytes, int, int]] = set()
    cuts: list[RegionCuts] = []
    for _, region, d, sign in best:
        key = (region.tobytes(), d, sign)
        if key not in seen and len(cuts) < most:
            seen.add(key)
            cuts.append(_cut(instance, region, d, sign))
    found = RegionCuts.none(instance)
    for cut in cuts:
        found = found.and_(cut)
    return found


def _grown(
    instance: Instance, d: int, sign: int, limit: int, by_home: FloatArray, opened: FloatArray
) -> list[tuple[float, np.ndarray, int, int]]:
    """Return the most violated region from each atom: violation, atoms, load, and kind of limit."""
    n, load = instance.n, instance.loads[d]
    moved = load[:, None] * by_home
    joined = moved + moved.T
    stay, leave, enter = _terms(instance, d, sign)
    region = np.eye(n, dtype=np.bool_)
    near, inner, centres = joined.copy(), by_home.T.copy(), opened.copy()
    held = load.astype(np.int64).copy()
    starts = np.arange(n)
    worst, where = np.full(n, VIOLATED), region.copy()
    for _ in range(n - 1):
        r = np.mod(sign * held, limit)
        safe = np.maximum(r, 1)[:, None]

        def rounded(p: IntArray, safe: IntArray = safe) -> FloatArray:
            return np.floor_divide(p, limit) + np.minimum(1.0, np.mod(p, limit) / safe)

        total = sign * centres
        total = total + np.where(
            region,
            rounded(stay) * inner + rounded(leave) * (1.0 - inner),
            rounded(enter) * inner,
        ).sum(axis=1)
        least = -np.floor_divide(-sign * held, limit)
        excess = np.where(r > 0, least - total, 0.0)
        better = excess > worst
        worst[better], where[better] = excess[better], region[better]
        reach = np.where(region, -1.0, near)
        following = reach.argmax(axis=1)
        going = (reach[starts, following] > 1e-9) & (held <= LARGEST * limit)
        if not going.any():
            break
        rows, atoms = starts[going], following[going]
        region[rows, atoms] = True
        near[rows] += joined[atoms]
        inner[rows] += by_home.T[atoms]
        centres[rows] += opened[atoms]
        held[rows] += load[atoms]
    return [(float(worst[s]), where[s], d, sign) for s in np.flatnonzero(worst > VIOLATED)]


def _terms(instance: Instance, d: int, sign: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return what each atom adds to the inequality where it stays, leaves, enters: whole numbers.

    A cluster with an excused atom has other limits: that atom pays the difference.
    """
    load = instance.loads[d].astype(np.int64)
    spare = np.zeros(instance.n, dtype=np.int64)
    for e, atom in enumerate(instance.excused.tolist()):
        if sign > 0:
            highest = min(int(instance.excused_high[e, d]), int(load.sum()))
            spare[atom] = max(0, highest - int(instance.high[d]))
        else:
            spare[atom] = max(0, int(instance.low[d]) - int(instance.excused_low[e, d]))
    return spare, sign * load, spare - sign * load


def _cut(instance: Instance, region: np.ndarray, d: int, sign: int) -> RegionCuts:
    """Write one cut down: sum of p x >= B, rounded by the limit M as F(p) >= ceil(B / M)."""
    limit = int(instance.high[d] if sign > 0 else instance.low[d])
    held = sign * int(instance.loads[d][region].sum())
    left = held % limit
    stay, leave, enter = (
        p // limit + np.minimum(1.0, (p % limit) / left) for p in _terms(instance, d, sign)
    )
    return RegionCuts(
        region[instance.home][None, :],
        np.where(region, stay, enter)[None, :],
        np.where(region, leave, 0.0)[None, :],
        np.array([float(sign)]),
        np.array([float(-(-held // limit))]),
    )
