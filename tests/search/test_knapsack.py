"""The compiled knapsacks against every subset of a few items."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from clusters.search.bound.knapsack import INFINITY, best_clusters, forced_values, least_values

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Items:
    """Items of three centres, groups side by side, with bounds on the load."""

    start: np.ndarray
    q: np.ndarray
    r: np.ndarray
    group: np.ndarray
    price: float
    low: np.ndarray
    high: np.ndarray

    def everything(self) -> tuple[object, ...]:
        return (self.start, self.q, self.r, self.group, self.price, self.low, self.high)

    def subsets(self, c: int) -> list[tuple[float, frozenset[int]]]:
        """Value and items of every subset of one centre's items within the bounds."""
        mine = range(self.start[c], self.start[c + 1])
        found = []
        for size in range(len(mine) + 1):
            for chosen in itertools.combinations(mine, size):
                load = sum(int(self.q[i]) for i in chosen)
                if max(0, int(self.low[c])) <= load <= self.high[c]:
                    groups = {int(self.group[i]) for i in chosen} - {-1}
                    value = sum(float(self.r[i]) for i in chosen) + self.price * len(groups)
                    found.append((value, frozenset(chosen)))
        return found


def draw(seed: int, *, floors: bool, grouped: bool) -> Items:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 8, 3)
    total = int(counts.sum())
    group = np.full(total, -1, dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    if grouped:
        for c in range(3):
            group[start[c] : start[c + 1]] = np.sort(rng.integers(-1, 3, counts[c]))
    high = rng.integers(-1, 20, 3)
    return Items(
        start=start,
        q=rng.integers(0, 7, total),
        r=rng.normal(-1.0, 3.0, total),
        group=group,
        price=float(rng.uniform(0.5, 3)) if grouped else 0.0,
        low=rng.integers(0, 12, 3) if floors else np.zeros(3, dtype=np.int64),
        high=high,
    )


KINDS = [
    pytest.param(
        floors, grouped, id=f"{'both sides' if floors else 'upper bound'}{', groups' * grouped}"
    )
    for floors in (False, True)
    for grouped in (False, True)
]


@pytest.mark.parametrize(("floors", "grouped"), KINDS)
def test_least_values_are_the_least_of_all_subsets(floors: bool, grouped: bool) -> None:
    for seed in range(60):
        items = draw(seed, floors=floors, grouped=grouped)
        z = np.empty(3)
        least_values(*items.everything(), z)
        for c in range(3):
            best = min((value for value, _ in items.subsets(c)), default=None)
            if best is None:
                assert z[c] >= INFINITY / 2
            else:
                assert z[c] == pytest.approx(best, abs=TOLERANCE)


@pytest.mark.parametrize(("floors", "grouped"), KINDS)
def test_the_clusters_marked_have_the_least_value(floors: bool, grouped: bool) -> None:
    for seed in range(60):
        items = draw(seed, floors=floors, grouped=grouped)
        taken = np.zeros((3, len(items.q)), dtype=np.bool_)
        able = [c for c in range(3) if items.subsets(c)]
        rows = np.array(able, dtype=np.int64)
        names = np.arange(len(items.q))
        start, q, r, group, price, low, high = items.everything()
        best_clusters(start, names, q, r, group, price, low, high, rows, taken[: len(rows)])
        for row, c in enumerate(able):
            subsets = {chosen: value for value, chosen in items.subsets(c)}
            marked = frozenset(np.flatnonzero(taken[row]).tolist())
            assert marked in subsets
            assert subsets[marked] == pytest.approx(min(subsets.values()), abs=TOLERANCE)


@pytest.mark.parametrize(("floors", "grouped"), KINDS)
def test_forced_values_bound_every_subset_with_the_item(floors: bool, grouped: bool) -> None:
    for seed in range(60):
        items = draw(seed, floors=floors, grouped=grouped)
        forced = np.empty(len(items.q))
        forced_values(*items.everything(), forced)
        for c in range(3):
            subsets = items.subsets(c)
            for i in range(items.start[c], items.start[c + 1]):
                least = min((value for value, chosen in subsets if i in chosen), default=INFINITY)
                assert forced[i] <= least + TOLERANCE
                if not grouped:  # documented as exact without prices
                    exact = forced[i] >= INFINITY / 2 if least == INFINITY else forced[i]
                    assert exact == (True if least == INFINITY else pytest.approx(least))
