"""Improvement: many descents from different starts, clusters drawn anew, the best parts recombined.

A *descent* takes a rough plan through neighbourhoods of growing size until none gains. Descents
start
from fresh plans, from the best plan with some clusters redrawn at random, and from the centres that
the bound likes; after each of them the clusters met are recombined.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.found import Found
from clusters.search.local import wander
from clusters.search.neighbourhood import adjacent_clusters, redraw
from clusters.search.recombine import recombine
from clusters.search.start import grow, start
from clusters.search.state import Shared

__all__ = ["improve"]

SIZES = (2, 3, 4, 6)
"""Numbers of clusters freed together, in the order in which a descent tries them."""
FIRST_STARTS = 8
"""Plans made from nothing before the first descent."""
MOST_ATOMS = 70
"""Most atoms in a neighbourhood."""


def improve(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Improve the shared best plan until told to stop; yield the work done after each slice."""
    instance = shared.instance
    if instance.m < instance.k:
        return
    proved: set[frozenset[tuple[int, ...]]] = set()
    tries = 0
    while not shared.stop() and (tries < FIRST_STARTS or shared.best is None):
        shared.submit(_started(shared, rng, even=tries % 2 == 0), "new start")
        tries += 1
        yield 0.05
    yield from _recombined(shared, rng)
    if shared.best is not None:
        yield from descend(shared, shared.best, rng, proved)
    turn = 0
    while not shared.stop() and instance.k > 1:
        turn += 1
        fresh = _fresh(shared, rng, turn)
        yield 0.05
        if fresh is None:
            continue
        shared.submit(fresh, "new start")
        best = shared.best
        yield from descend(shared, fresh, rng, proved, hopeless=1.03)
        yield from _recombined(shared, rng)
        if shared.best is not best and shared.best is not None:
            yield from descend(shared, shared.best, rng, proved)


def _recombined(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    if shared.best is not None and not shared.stop():
        found, work = recombine(
            shared.pool,
            shared.best,
            seed=int(rng.integers(1 << 30)),
            work=1.0,
            prices=shared.prices,
            register=shared.register,
        )
        yield work
        shared.submit(found, "recombination")


def _started(shared: Shared, rng: np.random.Generator, even: bool) -> Found | None:
    return start(
        shared.instance,
        shared.tables,
        rng,
        even=even,
        stop=shared.stop,
        register=shared.register,
    )


def descend(
    shared: Shared,
    found: Found,
    rng: np.random.Generator,
    proved: set[frozenset[tuple[int, ...]]],
    hopeless: float = np.inf,
) -> Iterator[float]:
    """Redraw neighbourhoods of a plan until none gains (or it stays far behind the best plan).

    Parameters
    ----------
    proved
        Sets of clusters known to be drawn as well as can be; added to.
    hopeless
        Give up between sizes where the cost exceeds the best plan's by this factor.
    """
    instance = shared.instance
    mean = instance.n / instance.k
    for size in SIZES:
        if size > instance.k or (size > 2 and size * mean > MOST_ATOMS):
            break
        gained = True
        while gained and not shared.stop():
            before = found
            found = yield from _one_pass(shared, found, size, rng, proved)
            gained = found is not before
        if shared.stop() or found.cost > hopeless * shared.target:
            return


def _one_pass(
    shared: Shared,
    found: Found,
    size: int,
    rng: np.random.Generator,
    proved: set[frozenset[tuple[int, ...]]],
) -> Generator[float, None, Found]:
    """Redraw every neighbourhood of one size once, but for those that a gain has changed."""
    instance = shared.instance
    waiting = [
        tuple(found.clusters[c] for c in chosen)
        for chosen in _neighbourhoods(instance, found, size, rng)
    ]
    held = set(found.clusters)
    while waiting and not shared.stop():
        clusters = waiting.pop()
        key = frozenset(clusters)
        if key in proved or not held.issuperset(clusters):
            continue
        seed = int(rng.integers(1 << 30))
        redrawn = redraw(instance, clusters, seed=seed, work=0.5 * size, register=shared.register)
        yield redrawn.work
        if redrawn.clusters is None:
            if redrawn.proved:
                proved.add(key)
            continue
        better = found.replaced(instance, clusters, redrawn.clusters)
        if better is None or better.cost >= found.cost:
            continue
        if redrawn.proved:
            proved.add(frozenset(tuple(sorted(c)) for c in redrawn.clusters))
        found, held = better, set(better.clusters)
        shared.submit(found, f"{size} clusters redrawn")
    return found


def _neighbourhoods(
    instance: Instance, found: Found, size: int, rng: np.random.Generator
) -> list[IntArray]:
    """Draw sets of adjoining clusters, one around each cluster at the least, in random order."""
    near = adjacent_clusters(instance, found)
    sets: dict[tuple[int, ...], None] = {}
    for first in rng.permutation(instance.k).tolist():
        for _ in range(2 if size > 2 else 3):
            chosen = [first]
            while len(chosen) < size:
                weight = near[chosen].sum(axis=0)
                weight[chosen] = 0.0
                if weight.sum() <= 0:
                    break
                chosen.append(int(rng.choice(instance.k, p=weight / weight.sum())))
            if len(chosen) > 1:
                sets[tuple(sorted(chosen))] = None
    return [np.array(chosen) for chosen in sets]


def _fresh(shared: Shared, rng: np.random.Generator, turn: int) -> Found | None:
    """Return another plan to descend from: a new one, or the best one shaken."""
    instance = shared.instance
    if turn % 3 == 0 or shared.best is None:
        return _started(shared, rng, even=bool(rng.integers(2)))
    centres = np.array(shared.best.centres)
    near = adjacent_clusters(instance, shared.best)
    shaken = max(2, instance.k // 3)
    chosen = [int(rng.integers(instance.k))]
    while len(chosen) < shaken:
        weight = near[chosen].sum(axis=0)
        weight[chosen] = 0.0
        if weight.sum() <= 0:
            break
        chosen.append(int(rng.choice(instance.k, p=weight / weight.sum())))
    labels = shared.best.labels(instance.n)
    for c in chosen:
        inside = np.flatnonzero(labels[instance.home] == c)
        centres[c] = int(rng.choice(inside))
    freed = np.isin(labels, chosen)
    if turn % 3 == 1:
        # centres drawn anew anywhere among the freed atoms, not one for each old cluster
        pool = np.flatnonzero(freed[instance.home])
        homes = rng.permutation(np.unique(instance.home[pool]))[: len(chosen)]
        if len(homes) == len(chosen):
            centres[chosen] = [int(np.flatnonzero(instance.home == a)[0]) for a in homes]
    return wander(
        instance,
        shared.tables,
        grow(instance, centres),
        rng,
        steps=400 + 20 * instance.n,
        patience=200 + 2 * instance.n,
        stop=shared.stop,
    ).found
