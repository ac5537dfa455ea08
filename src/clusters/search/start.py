"""A first plan: spread centres, grow clusters around them, then shift schools until the rules hold."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

from clusters.domain import FloatArray, IntArray, Plan, Problem
from clusters.model.instance import Instance
from clusters.search.draft import Draft, Found
from clusters.search.local import wander

__all__ = ["from_plan", "grow", "spread_centres", "start"]


def start(
    instance: Instance,
    rng: np.random.Generator,
    *,
    tries: int = 8,
    stop: Callable[[], bool] = lambda: False,
) -> Found | None:
    """Return a plan that keeps every rule, or None where none was found in a number of tries."""
    best: Found | None = None
    for _ in range(tries):
        if stop():
            break
        centres = spread_centres(instance, rng)
        labels = grow(instance, centres)
        patience = 60 + 2 * instance.n
        found = wander(Draft(instance, labels), rng, 40 * instance.n + 400, patience, stop)
        if found is not None and (best is None or found.cost < best.cost):
            best = found
        if best is not None:
            break
    return best


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
    """Grow one cluster around each centre, the cheapest step first, dearer as a cluster fills up.

    Where contiguity is a rule every cluster stays connected; atoms that no cluster can reach (another
    part of the map without a centre) join the cheapest cluster.
    """
    n, k = instance.n, len(centres)
    cost = np.where(np.isfinite(instance.cost), instance.cost, np.nan)
    cost = np.where(np.isnan(cost), 4.0 * np.nanmax(cost, initial=1.0) + 1.0, cost)[:, centres]
    roof = np.where(instance.high < 1 << 59, instance.high, 2 * instance.loads.sum(axis=1) // k + 1)
    labels = np.full(n, -1, dtype=np.int64)
    load = np.zeros((len(instance.loads), k))
    heap: list[tuple[float, int, int, int]] = []
    version = np.zeros(k, dtype=np.int64)

    def price(a: int, c: int) -> float:
        fill = ((load[:, c] + instance.loads[:, a]) / np.maximum(roof, 1)).max(initial=0.0)
        return float(cost[a, c] * (1.0 + fill)) if fill <= 1 else float(1e9 + cost[a, c] * fill)

    def offer(a: int, c: int) -> None:
        heapq.heappush(heap, (price(a, c), a, c, int(version[c])))

    def take(a: int, c: int) -> None:
        labels[a] = c
        load[:, c] += instance.loads[:, a]
        version[c] += 1
        if instance.neighbours is not None:
            for b in instance.neighbours[a]:
                if labels[b] < 0:
                    offer(b, c)

    for c, j in enumerate(centres.tolist()):
        if labels[instance.home[j]] < 0:
            take(int(instance.home[j]), c)
    if instance.neighbours is None:
        for a in np.flatnonzero(labels < 0).tolist():
            for c in range(k):
                offer(a, c)
    while heap:
        known, a, c, seen = heapq.heappop(heap)
        if labels[a] >= 0:
            continue
        if seen != version[c] and price(a, c) > known:
            offer(a, c)
            continue
        take(a, c)
    for a in np.flatnonzero(labels < 0).tolist():
        labels[a] = int(np.argmin(cost[a]))
    return labels


def from_plan(instance: Instance, problem: Problem, plan: Plan) -> Found | None:
    """Bring a given plan, even a broken one, into a plan that keeps every rule; None if it fails.

    Clusters too many for the instance are given up, the smallest first; where there are too few,
    the schools furthest from their centres found new ones. Schools without a cluster join a
    neighbouring one.
    """
    labels = given_labels(instance, problem, plan)
    found = Draft(instance, labels).found()
    if found is not None:
        return found
    draft = Draft(instance, labels)
    return wander(draft, np.random.default_rng(0), 40 * instance.n + 400, 60 + 2 * instance.n)


def given_labels(instance: Instance, problem: Problem, plan: Plan) -> IntArray:
    """Cluster number of each atom under a given plan, with exactly k clusters, none of them empty."""
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
    number = {c: q for q, c in enumerate(kept)}
    labels = np.array([number.get(chosen.get(a, -1), -1) for a in range(instance.n)])
    for q in range(len(kept), instance.k):
        labels[_new_centre(instance, labels)] = q
    return _joined(instance, labels)


def _new_centre(instance: Instance, labels: IntArray) -> int:
    """An atom for a further cluster: one without a cluster, else one of the largest cluster."""
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
