"""Improvement: plans annealed again, windows annealed, clusters drawn again, best parts recombined.

Each activity finds what the others miss. Annealing from nothing, and drawing around centres that
the prices of the bound choose, find where the clusters belong; annealing a window moves borders in
a part of the map, however large the map is; CP-SAT settles a few clusters exactly; set partitioning
joins the best parts of the plans met. They take turns so that each gets the same share of the work,
a larger one while it finds better plans.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import cycle

import numpy as np

from clusters.search.arrays import tables_of
from clusters.search.heuristics.annealing import WORK, anneal
from clusters.search.heuristics.construction import drafted, even_centres
from clusters.search.heuristics.corridors import joined
from clusters.search.heuristics.local import counted
from clusters.search.heuristics.recombination import recombine
from clusters.search.heuristics.redraw import adjacent_clusters, redraw
from clusters.search.heuristics.repair import assigned, repaired
from clusters.search.heuristics.windows import annealed_window, chances, draw_window
from clusters.search.incumbent import Shared
from clusters.search.solution import Found

__all__ = ["descend", "improve"]

SIZES = (2, 3, 4, 6, 9, 14, 20)
"""Numbers of clusters freed together, in the order in which a descent tries them."""
MOST_ATOMS = 80
"""Most atoms in a neighbourhood."""
SHORT, LONG = 100, 16_000
"""Proposals for each atom when a plan is annealed from nothing, at the shortest and longest."""
LEAST = 3000
"""Proposals however few atoms there are."""
FIRST_HEATS, HEATS = (0.3, 3.0), (1.0, 3.0)
"""First temperatures of the first plan, and of later ones in turn."""
PATIENT = 1600
"""Proposals for each atom from which on a first plan that breaks rules is repaired by CP-SAT."""
FEW, FIRST_WORK, CHOICES = 400, 0.1, (1, 4, 2)
"""Atoms up to which a first plan is also drawn around centres, the budget for the first try, and
how many centres there are to choose from for each cluster: a few fixed ones are quick to try."""
WINDOW_ATOMS, WINDOW_HEATS = (100, 160, 250), (0.1, 0.3, 0.6)
"""Atoms in a window, about, and its first temperatures."""
PER_ATOM = 1000
"""Proposals for each atom of a window."""
PRICED_ATOMS, PRICED_HEATS, PRICED_PER_ATOM = (250, 600, 10_000), (0.1, 0.3), (100, 400)
NOISES = (0.02, 0.05, 0.1)
"""Atoms drawn by prices, about, temperatures and proposals for each atom afterwards, and how much
the prices are changed at random."""
JOINED_ATOMS = 400
"""Atoms of the part of the map that is recombined at a time, about."""
TURN = 1.0
"""Work of an activity in a turn, about."""
SUCCESS = 0.1
"""A turn that found a better plan counts as this much of its work: the activity goes on sooner."""

Settled = set[frozenset[tuple[int, ...]]]


def improve(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Improve the shared best plan until told to stop; yield the work done after each slice."""
    if shared.instance.m < shared.instance.k:
        return
    yield from _first(shared, rng)
    settled: Settled = set()
    lengths = _lengths()
    activities: list[Callable[[], Iterator[float]]] = [
        lambda: _annealed(shared, rng, *next(lengths)),
        lambda: _windows(shared, rng),
        lambda: _priced(shared, rng),
        lambda: _redrawn(shared, rng, settled),
        lambda: _recombined(shared, rng),
    ]
    counted = [0.0] * len(activities)
    while not shared.stop() and shared.instance.k > 1:
        turn = int(np.argmin(counted))
        before, spent = shared.best, 0.05
        for work in activities[turn]():
            spent += work
            yield work
        counted[turn] += spent * (SUCCESS if shared.best is not before else 1.0)
        yield 0.01


def _first(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Look for a first plan: by annealing, and around centres where there are few atoms.

    Both get about the same work, more from try to try.
    """
    length, budget, choices, heats = SHORT, FIRST_WORK, cycle(CHOICES), cycle(FIRST_HEATS)
    while shared.best is None and not shared.stop():
        spent = 0.0
        while spent < budget and shared.best is None and not shared.stop():
            repairing = length >= PATIENT
            for work in _annealed(shared, rng, length, next(heats), repairing=repairing):
                spent += work
                yield work
        if shared.instance.n <= FEW:
            yield from _assigned(shared, rng, next(choices), budget)
        length, budget = min(2 * length, LONG), 1.4 * budget


def _lengths() -> Iterator[tuple[int, float]]:
    """Proposals for each atom, and first temperature, of one plan after the other.

    Short walks mostly, longer ones the more seldom, so that each length gets about the same work
    (reluctant doubling; Luby, Sinclair & Zuckerman 1993).
    """
    turn, length = 1, 1
    for hot in cycle(HEATS):
        yield min(SHORT * length, LONG), hot
        if turn & -turn == length:
            turn, length = turn + 1, 1
        else:
            length *= 2


def _annealed(
    shared: Shared, rng: np.random.Generator, length: int, hot: float, *, repairing: bool = False
) -> Iterator[float]:
    """Anneal a plan from nothing."""
    instance, tables = shared.instance, shared.tables
    joint = None if instance.school_neighbours is None else joined(instance, rng, stop=shared.stop)
    if joint is not None:
        instance, tables = joint.instance, tables_of(joint.instance)
    labels = drafted(instance, rng, even=shared.best is None or bool(rng.integers(2)))
    yield 0.01
    steps = LEAST + length * instance.n
    walk = yield from anneal(instance, tables, labels, rng, steps=steps, hot=hot, stop=shared.stop)
    found = walk.found
    if found is None and repairing:
        found = repaired(instance, walk.labels, stop=shared.stop, register=shared.register)
    if joint is not None:
        found = joint.taken_apart(shared.instance, found)
    shared.submit(found, "annealed again")


def _assigned(
    shared: Shared, rng: np.random.Generator, choice: int, budget: float
) -> Iterator[float]:
    """Draw a plan by CP-SAT around centres with even loads around them, `choice` for a cluster."""
    instance = shared.instance
    if shared.best is not None or shared.stop():
        return
    count = min(choice * instance.k, instance.m)
    centres = even_centres(instance, rng)
    rest = np.setdiff1d(np.arange(instance.m), centres)
    centres = np.concatenate([centres, rng.permutation(rest)[: count - len(centres)]])
    found, spent = assigned(
        instance,
        centres,
        seed=int(rng.integers(1 << 30)),
        work=budget,
        stop=shared.stop,
        register=shared.register,
    )
    yield spent + 0.01
    shared.submit(found, "drawn around centres")


def _windows(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Anneal windows of the best plan."""
    instance, spent = shared.instance, 0.0
    while spent < TURN and not shared.stop() and shared.best is not None:
        atoms = WINDOW_ATOMS[int(rng.integers(len(WINDOW_ATOMS)))]
        found, work = yield from counted(
            annealed_window(
                instance,
                shared.best,
                max(3, round(atoms * instance.k / instance.n)),
                rng,
                hot=WINDOW_HEATS[int(rng.integers(len(WINDOW_HEATS)))],
                per_atom=PER_ATOM,
                prices=shared.prices,
                stop=shared.stop,
            )
        )
        spent += work + 0.02
        shared.submit(found, "window annealed")


def _priced(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Draw windows, and the whole map, again around centres that the prices of the bound choose."""
    instance, spent = shared.instance, 0.0
    while spent < TURN and not shared.stop():
        if shared.best is None or shared.prices is None:
            return
        per_atom = PRICED_PER_ATOM[int(rng.integers(len(PRICED_PER_ATOM)))]
        # the whole of a large map would take many turns
        atoms = PRICED_ATOMS[int(rng.integers(len(PRICED_ATOMS)))]
        atoms = min(instance.n, atoms, int(TURN / (WORK * per_atom)))
        found, work = yield from counted(
            annealed_window(
                instance,
                shared.best,
                max(3, round(atoms * instance.k / instance.n)),
                rng,
                hot=PRICED_HEATS[int(rng.integers(len(PRICED_HEATS)))],
                per_atom=per_atom,
                prices=shared.prices,
                noise=NOISES[int(rng.integers(len(NOISES)))],
                stop=shared.stop,
            )
        )
        spent += work + 0.02
        shared.submit(found, "drawn by prices")


def _redrawn(shared: Shared, rng: np.random.Generator, settled: Settled) -> Iterator[float]:
    """Redraw neighbourhoods of the best plan exactly, as many as a turn has room for."""
    spent = 0.0
    if shared.best is not None:
        for work in descend(shared, shared.best, rng, settled):
            spent += work
            yield work
            if spent >= TURN:
                return


def _recombined(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Recombine the plans met, in a part of the map where it is large."""
    instance, best = shared.instance, shared.best
    if best is None or shared.stop():
        return
    near = adjacent_clusters(instance, best)
    size = max(3, round(JOINED_ATOMS * instance.k / instance.n))
    first = int(rng.choice(instance.k, p=chances(best, shared.prices)))
    chosen = draw_window(near, first, size)
    found, work = recombine(
        shared.pool,
        best,
        seed=int(rng.integers(1 << 30)),
        work=TURN,
        within=chosen,
        prices=shared.prices,
        register=shared.register,
    )
    yield work
    shared.submit(found, "recombination")


def descend(
    shared: Shared,
    found: Found,
    rng: np.random.Generator,
    settled: Settled,
) -> Iterator[float]:
    """Redraw neighbourhoods of a plan until none gains.

    Parameters
    ----------
    settled
        Sets of clusters that were drawn again to no avail; added to.
    """
    instance = shared.instance
    mean = instance.n / instance.k
    for size in SIZES:
        if size > instance.k or (size > 2 and size * mean > MOST_ATOMS):
            break
        gained = True
        while gained and not shared.stop():
            before = found
            found = yield from _one_pass(shared, found, size, rng, settled)
            gained = found is not before
        if shared.stop():
            return


def _one_pass(
    shared: Shared,
    found: Found,
    size: int,
    rng: np.random.Generator,
    settled: Settled,
) -> Generator[float, None, Found]:
    """Redraw every neighbourhood of one size once, but for those that a gain has changed."""
    instance = shared.instance
    waiting = _neighbourhoods(shared, found, size, rng)
    held = set(found.clusters)
    while waiting and not shared.stop():
        clusters = waiting.pop()
        key = frozenset(clusters)
        if key in settled or not held.issuperset(clusters):
            continue
        seed = int(rng.integers(1 << 30))
        redrawn = redraw(instance, clusters, seed=seed, work=0.5 * size, register=shared.register)
        yield redrawn.work
        if redrawn.clusters is None:
            settled.add(key)
            continue
        better = found.replaced(instance, clusters, redrawn.clusters)
        if better is None or better.cost >= found.cost:
            continue
        if redrawn.proved:
            settled.add(frozenset(tuple(sorted(c)) for c in redrawn.clusters))
        found, held = better, set(better.clusters)
        shared.submit(found, f"{size} clusters redrawn")
    return found


def _neighbourhoods(
    shared: Shared, found: Found, size: int, rng: np.random.Generator
) -> list[tuple[tuple[int, ...], ...]]:
    """Draw sets of adjoining clusters, one around each cluster at the least, in random order."""
    near = adjacent_clusters(shared.instance, found)
    sets: dict[tuple[int, ...], None] = {}
    # drawn without replacement by their chances, the likeliest last: the last one is taken first
    waits = rng.exponential(size=shared.instance.k) / chances(found, shared.prices)
    for first in np.argsort(-waits, kind="stable").tolist():
        for _ in range(2 if size > 2 else 3):
            chosen = draw_window(near, first, size, rng)
            if len(chosen) > 1:
                sets[tuple(chosen.tolist())] = None
    return [tuple(found.clusters[c] for c in chosen) for chosen in sets]
