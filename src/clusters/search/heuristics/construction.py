"""A first plan: choose centres, grow clusters around them, shift schools until the rules hold."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np

from clusters.domain import FloatArray, IntArray, Plan, Problem
from clusters.model.instance import NO_LIMIT, Instance
from clusters.search.arrays import Tables, tables_of
from clusters.search.heuristics.annealing import HOT
from clusters.search.heuristics.corridors import joined
from clusters.search.heuristics.local import wander
from clusters.search.heuristics.repair import repaired
from clusters.search.solution import Found

STEPS = 40
"""Steps for each atom of a first plan."""

__all__ = [
    "draft_cost",
    "drafted",
    "even_centres",
    "from_plan",
    "grow",
    "priced_centres",
    "spread_centres",
    "start",
]


def start(
    instance: Instance,
    tables: Tables,
    rng: np.random.Generator,
    *,
    even: bool = True,
    stop: Callable[[], bool] = lambda: False,
    register: Callable[[Any], None] = lambda _: None,
) -> Found | None:
    """Return a plan that keeps every rule, or None where one try did not find any."""
    if instance.school_neighbours is not None:
        joint = joined(instance, rng, stop=stop)
        if joint is not None:
            small = joint.instance
            found = start(small, tables_of(small), rng, even=even, stop=stop, register=register)
            return joint.taken_apart(instance, found)
    labels = drafted(instance, rng, even=even)
    steps = 500 + STEPS * instance.n
    walk = wander(instance, tables, labels, rng, steps=steps, patience=steps, hot=HOT, stop=stop)
    if walk.found is None:
        return repaired(instance, walk.labels, stop=stop, register=register)
    return walk.found


def drafted(instance: Instance, rng: np.random.Generator, *, even: bool) -> IntArray:
    """Draw a rough plan: cluster number of each atom, array (n,).

    `even`: around centres with even loads around them, else around centres far apart.
    """
    return grow(instance, even_centres(instance, rng) if even else spread_centres(instance, rng))


def draft_cost(instance: Instance, rng: np.random.Generator) -> float:
    """Price a rough plan: a guess at what a good one costs, bounds apart."""
    labels = drafted(instance, rng, even=False)
    clusters = [np.flatnonzero(labels == c) for c in range(instance.k)]
    return float(sum(instance.best_centre(atoms)[1] for atoms in clusters)) + instance.offset


def even_centres(instance: Instance, rng: np.random.Generator) -> IntArray:
    """Draw k centres so that each has about the same load around it.

    The map is cut in two by load, across its longest extent, and each half again (recursive
    bisection; Berger & Bokhari 1987), down to one cluster; its cheapest atom is the centre.
    """
    cost = np.where(
        np.isfinite(instance.cost),
        instance.cost,
        1e3 * np.nanmax(np.where(np.isfinite(instance.cost), instance.cost, 0.0), initial=1.0),
    )
    total = np.maximum(1, instance.loads.sum(axis=1, keepdims=True))
    weight = (instance.loads / total).sum(axis=0) + 1.0 / instance.n
    able = np.zeros(instance.n, dtype=np.bool_)
    able[instance.home] = True
    centre_of = np.zeros(instance.n, dtype=np.int64)
    centre_of[instance.home[::-1]] = np.arange(instance.m)[::-1]
    waiting, chosen = [(np.arange(instance.n), instance.k)], []
    while waiting:
        atoms, k = waiting.pop()
        mine = atoms[able[atoms]]
        if k == 1 or len(mine) <= k:
            order = np.argsort(cost[np.ix_(atoms, centre_of[mine])].sum(axis=0), kind="stable")
            chosen += centre_of[mine[order[:k]]].tolist()
            continue
        first = mine[np.argmax(cost[rng.choice(atoms), centre_of[mine]])]
        last = mine[np.argmax(cost[first, centre_of[mine]])]
        near, far = cost[atoms, centre_of[first]], cost[atoms, centre_of[last]]
        order = atoms[np.argsort((near - far) / (near + far + 1e-12), kind="stable")]
        left = k // 2 if k % 2 == 0 or rng.random() < 0.5 else k - k // 2
        filled = np.cumsum(weight[order])
        cut = int(np.searchsorted(filled, filled[-1] * left / k))
        cut = min(max(cut, left), len(order) - (k - left))
        waiting += [(order[:cut], left), (order[cut:], k - left)]
    return _completed(instance, chosen, rng)


def _completed(instance: Instance, chosen: list[int], rng: np.random.Generator) -> IntArray:
    """Add further centres at random where a part had too few schools that may be one."""
    kept = list(dict.fromkeys(chosen))
    rest = rng.permutation(np.setdiff1d(np.arange(instance.m), kept)).tolist()
    return np.array((kept + rest)[: instance.k], dtype=np.int64)


def spread_centres(instance: Instance, rng: np.random.Generator) -> IntArray:
    """Draw k centres far apart (k-means++, Arthur & Vassilvitskii 2007), then settle them."""
    cost = np.where(np.isfinite(instance.cost), instance.cost, np.nan)
    ceiling = np.nanmax(cost) if np.isfinite(instance.cost).any() else 1.0
    cost = np.where(np.isnan(cost), 2.0 * ceiling + 1.0, cost)
    chosen = [int(rng.integers(instance.m))]
    nearest = cost[:, chosen[0]].copy()
    while len(chosen) < instance.k:
        nearest_home = nearest[instance.home].copy()
        nearest_home[np.isin(instance.home, instance.home[chosen])] = 0.0
        weight = nearest_home + 1e-12 * (~np.isin(instance.home, instance.home[chosen]))
        if weight.sum() <= 0:
            weight = np.ones(instance.m)
        chosen.append(int(rng.choice(instance.m, p=weight / weight.sum())))
        nearest = np.minimum(nearest, cost[:, chosen[-1]])
    centres = np.array(chosen, dtype=np.int64)
    for _ in range(12):
        labels = np.argmin(cost[:, centres], axis=1)
        labels[instance.home[centres]] = np.arange(instance.k)
        settled = _recentred(cost, instance.home, labels, centres)
        if (settled == centres).all():
            break
        centres = settled
    return centres


def priced_centres(
    instance: Instance, prices: FloatArray, rng: np.random.Generator, *, noise: float
) -> IntArray:
    """Choose k centres by what their clusters save against the prices of the bound.

    One after the other: that whose cluster of atoms still free, filled up with those that save
    most for their size, saves most; then its atoms are taken (greedy set packing).

    Parameters
    ----------
    prices
        Multiplier of each atom, array (n,): what a good plan pays for it, about.
    noise
        Share by which each price is changed at random.
    """
    prices = prices * rng.uniform(1 - noise, 1 + noise, instance.n)
    size, room = _sizes(instance)
    saving = np.where(np.isfinite(instance.cost), prices[:, None] - instance.cost, 0.0)
    centre, atom = np.nonzero(saving.T > 0)
    order = np.lexsort((-saving[atom, centre] / size[atom], centre))
    centre, atom = centre[order], atom[order]
    rank = np.arange(len(centre)) - np.searchsorted(centre, centre)
    # one row for each centre; the atom after the last one stands for none
    row = np.full((instance.m, int(rank.max(initial=0)) + 1), instance.n)
    worth = np.zeros(row.shape)
    row[centre, rank], worth[centre, rank] = atom, saving[atom, centre]
    size, free = np.append(size, 1.0), np.ones(instance.n + 1, dtype=np.bool_)
    home = instance.home
    chosen: list[int] = []
    for _ in range(instance.k):
        part = np.clip(1.0 + (room - (size[row] * free[row]).cumsum(axis=1)) / size[row], 0.0, 1.0)
        value = np.where(free[home], (worth * free[row] * part).sum(axis=1), -1.0)
        value[np.isin(home, home[chosen])] = -2.0
        best = int(value.argmax())
        chosen.append(best)
        free[row[best, part[best] > 0.5]] = False
        free[home[best]] = False
    return np.array(chosen, dtype=np.int64)


def _sizes(instance: Instance) -> tuple[FloatArray, float]:
    """Size of each atom in mean clusters, array (n,), by its largest load; and the limit."""
    mean = np.maximum(1, instance.loads.sum(axis=1)) / instance.k
    limited = instance.high < NO_LIMIT
    if not limited.any():
        return np.full(instance.n, instance.k / instance.n), 2.0
    size = (instance.loads[limited] / mean[limited, None]).max(axis=0)
    return np.maximum(size, 1e-9), float((instance.high[limited] / mean[limited]).min())


def _recentred(cost: FloatArray, home: IntArray, labels: IntArray, centres: IntArray) -> IntArray:
    """Return the cheapest centre of each cluster."""
    settled = centres.copy()
    for c in range(len(centres)):
        candidates = np.flatnonzero(labels[home] == c)
        if len(candidates):
            sums = cost[np.ix_(labels == c, candidates)].sum(axis=0)
            settled[c] = candidates[np.argmin(sums)]
    return settled


def grow(instance: Instance, centres: IntArray) -> IntArray:
    """Draw a rough plan around centres: cluster number of each atom, array (n,).

    Where contiguity is a rule every cluster grows from its centre, the cheapest step first, dearer
    as it fills up; atoms that no cluster can reach join the cheapest. Elsewhere those that lose
    most by going to their second nearest centre choose first. No cluster is left empty.
    """
    cost = np.where(np.isfinite(instance.cost[:, centres]), instance.cost[:, centres], np.nan)
    cost = np.where(np.isnan(cost), 4.0 * np.nanmax(cost, initial=1.0) + 1.0, cost)
    total = instance.loads.sum(axis=1)
    upper = np.where(instance.high < NO_LIMIT, instance.high, 2 * total // instance.k + 1)
    labels = np.full(instance.n, -1, dtype=np.int64)
    labels[instance.home[centres]] = np.arange(len(centres))
    if instance.neighbours is None:
        return _choose(instance, cost, np.maximum(upper, 1), labels)
    labels = _spread(instance, cost, np.maximum(upper, 1), labels)
    for a in np.flatnonzero(labels < 0).tolist():
        labels[a] = int(np.argmin(cost[a]))
    return labels


def _choose(instance: Instance, cost: FloatArray, upper: IntArray, labels: IntArray) -> IntArray:
    """Let each atom choose the cheapest cluster with room, those with most to lose first."""
    load = np.zeros((len(instance.loads), cost.shape[1]))
    for a in np.flatnonzero(labels >= 0).tolist():
        load[:, labels[a]] += instance.loads[:, a]
    two = np.partition(cost, min(1, cost.shape[1] - 1), axis=1)
    regret = two[:, min(1, cost.shape[1] - 1)] - two[:, 0]
    waiting = np.flatnonzero(labels < 0)
    for a in waiting[np.argsort(-regret[waiting], kind="stable")].tolist():
        fill = ((load + instance.loads[:, a : a + 1]) / upper[:, None]).max(axis=0, initial=0.0)
        over = np.maximum(fill - 1.0, 0.0)
        c = int(np.argmin(cost[a] + over * 1e3 * (1.0 + cost[a].max())))
        labels[a] = c
        load[:, c] += instance.loads[:, a]
    return labels


def _spread(instance: Instance, cost: FloatArray, upper: IntArray, labels: IntArray) -> IntArray:
    """Grow clusters over the map, the cheapest step first."""
    assert instance.neighbours is not None
    load = np.zeros((len(instance.loads), cost.shape[1]))
    heap: list[tuple[float, int, int]] = []

    def price(a: int, c: int) -> float:
        fill = float(((load[:, c] + instance.loads[:, a]) / upper).max(initial=0.0))
        return float(cost[a, c]) * (1.0 + fill) + (1e9 * fill if fill > 1 else 0.0)

    def take(a: int, c: int) -> None:
        labels[a] = c
        load[:, c] += instance.loads[:, a]
        for b in instance.neighbours[a] if instance.neighbours is not None else ():
            if labels[b] < 0:
                heapq.heappush(heap, (price(b, c), b, c))

    for a in np.flatnonzero(labels >= 0).tolist():
        take(a, int(labels[a]))
    while heap:
        known, a, c = heapq.heappop(heap)
        if labels[a] >= 0:
            continue
        now = price(a, c)
        if now > known:
            heapq.heappush(heap, (now, a, c))
            continue
        take(a, c)
    return labels


def from_plan(
    instance: Instance,
    tables: Tables,
    problem: Problem,
    plan: Plan,
    rng: np.random.Generator,
    *,
    stop: Callable[[], bool] = lambda: False,
    register: Callable[[Any], None] = lambda _: None,
) -> Found | None:
    """Bring a given plan, even a broken one, into a plan that keeps every rule; None if it fails.

    Clusters too many for the instance are given up, the smallest first; where there are too few,
    further schools found new ones. Schools without a cluster join a neighbouring one.
    """
    labels = given_labels(instance, problem, plan)
    found = Found.of(instance, [np.flatnonzero(labels == c).tolist() for c in range(instance.k)])
    if found is not None:
        return found
    steps = 500 + STEPS * instance.n
    walk = wander(instance, tables, labels, rng, steps=steps, patience=steps, stop=stop)
    if walk.found is None:
        return repaired(instance, walk.labels, stop=stop, register=register)
    return walk.found


def given_labels(instance: Instance, problem: Problem, plan: Plan) -> IntArray:
    """Give each atom its cluster under a given plan: exactly k clusters, none empty."""
    atom_of = {p: a for a, schools in enumerate(instance.members) for p in schools}
    votes: dict[int, dict[int, int]] = {}
    for number, cluster in enumerate(plan.clusters):
        for key in cluster.members:
            p = problem.find(key)
            if p is not None:
                tally = votes.setdefault(atom_of[p], {})
                tally[number] = tally.get(number, 0) + 1
    chosen = {a: max(sorted(tally), key=lambda c: tally[c]) for a, tally in votes.items()}
    sizes: dict[int, int] = {}
    for c in chosen.values():
        sizes[c] = sizes.get(c, 0) + 1
    kept = sorted(sizes, key=lambda c: (-sizes[c], c))[: instance.k]
    place = {c: q for q, c in enumerate(kept)}
    labels = np.array([place.get(chosen.get(a, -1), -1) for a in range(instance.n)])
    for q in range(len(kept), instance.k):
        labels[_new_centre(instance, labels)] = q
    return _joined(instance, labels)


def _new_centre(instance: Instance, labels: IntArray) -> int:
    """Choose an atom for a further cluster: a loose one, else one of the largest cluster."""
    loose = np.flatnonzero(labels < 0)
    if not len(loose):
        counts = np.bincount(labels[labels >= 0])
        loose = np.flatnonzero(labels == counts.argmax())
    able = loose[np.isin(loose, instance.home)]
    return int(able[-1]) if len(able) else int(loose[-1])


def _joined(instance: Instance, labels: IntArray) -> IntArray:
    """Let the atoms without a cluster join the one that most of their neighbours are in."""
    labels = labels.copy()
    while (labels < 0).any():
        changed = False
        for a in np.flatnonzero(labels < 0).tolist():
            near = instance.neighbours[a] if instance.neighbours is not None else ()
            tally = np.bincount([labels[b] for b in near if labels[b] >= 0], minlength=instance.k)
            if tally.sum():
                labels[a], changed = int(tally.argmax()), True
        if not changed:
            loose = np.flatnonzero(labels < 0)
            labels[loose] = 0
    return labels
