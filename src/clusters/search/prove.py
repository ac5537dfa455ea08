"""The proof: a Lagrangian bound, then a ladder of targets climbed to the best plan."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from clusters.model.feasible import can_cover
from clusters.model.instance import Instance
from clusters.search.bound.ascent import Ascent
from clusters.search.bound.cutting_planes import tighten
from clusters.search.bound.lagrangian import MANY_PAIRS, STATES, Relaxation
from clusters.search.heuristics.construction import grow
from clusters.search.heuristics.improve import improve
from clusters.search.heuristics.local import walked
from clusters.search.incumbent import Shared
from clusters.search.ladder.by_columns import ByColumns
from clusters.search.ladder.by_cores import ByCores
from clusters.search.ladder.turns import Way, climb
from clusters.search.solution import Found
from clusters.search.warm_up import compiling

__all__ = ["prove", "prove_by_cores"]

COARSE = 1000
"""Steps of the load in the first part of the ascent; it ends on finer ones (decision 6)."""
SLICE = 20
"""Steps of the ascent between two looks at the clock and the best plan."""
PAUSE_S = 0.05
"""Seconds between two looks whether the ascent of another thread has ended."""
ROUNDS = 300
"""Most steps of the last part of the ascent."""


def prove(shared: Shared, rng: np.random.Generator, *, alone: bool = True) -> Iterator[float]:
    """Raise the shared bound until it meets the best plan; yield the work done after each slice.

    Parameters
    ----------
    alone
        Whether both ways up are taken in turns; else `prove_by_cores` has to be run beside.
    """
    for _ in compiling():
        if shared.stop():
            return
        yield 0.0
    if not can_cover(shared.instance, np.isfinite(shared.instance.cost)):
        shared.nothing_below()
        return
    relaxation = Relaxation(shared.instance, states=COARSE)
    if shared.prices is not None:
        relaxation.begin_from(shared.prices)
        yield from _first_look(shared, relaxation)
    yield from _root(shared, relaxation, rng)
    if not alone:
        shared.root = relaxation.copy()
    ways: list[Way] = []
    if relaxation.complete and np.isfinite(relaxation.bound):
        ways.append(ByColumns(shared, relaxation, rng))
    if alone:
        ways.append(ByCores(shared, relaxation, rng))
    yield from climb(shared, ways)
    # too large to climb: search for better plans instead
    yield from improve(shared, rng)


def prove_by_cores(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Climb by cores beside a proof by columns, once that has come to the end of its ascent."""
    while shared.root is None:
        if shared.stop():
            return
        time.sleep(PAUSE_S)
        yield 0.0
    yield from climb(shared, [ByCores(shared, shared.root, rng)])
    yield from improve(shared, rng)


# ---- the bound at the root ----------------------------------------------------------------------


def _root(shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> Iterator[float]:
    """Ascend over upper limits alone, then over both."""
    if relaxation.possible.sum() > MANY_PAIRS:
        yield from _ascend(shared, relaxation, rng, 300, theta=1.0)
        yield from _ascend(shared, relaxation, rng, 600, theta=0.3)
        return
    yield from _ascend(shared, relaxation, rng, 160, theta=1.0)
    relaxation.exact = relaxation.carried.bounds[0] > 0
    if relaxation.exact:
        yield from _ascend(shared, relaxation, rng, 100, theta=1.0)
    relaxation.refine(STATES)
    for work in tighten(relaxation, lambda: shared.target, ROUNDS, stop=shared.stop):
        shared.raise_bound(relaxation.bound, "bound")
        yield work
    if relaxation.bound == np.inf:
        shared.nothing_below()
        return
    shared.prices = relaxation.best_multipliers
    shared.submit(_plan_around(shared.instance, relaxation, rng, shared), "bound's centres")
    if np.isfinite(shared.target):
        relaxation.fix(shared.target)
    yield 0.05


def _first_look(shared: Shared, relaxation: Relaxation) -> Iterator[float]:
    """Take the bound at given multipliers, before any ascent."""
    bound = relaxation.evaluate()
    if bound == np.inf:
        shared.nothing_below()
    else:
        shared.raise_bound(bound, "bound")
    yield relaxation.work


def _ascend(
    shared: Shared,
    relaxation: Relaxation,
    rng: np.random.Generator,
    steps: int,
    theta: float,
) -> Iterator[float]:
    """Ascend in slices, dropping what the best plan rules out.

    From time to time the centres that the bound chose become the centres of a plan.
    """
    ascent = Ascent(relaxation, theta)
    for slice_ in range(steps // SLICE):
        if shared.stop():
            return
        work = relaxation.work
        going = ascent.ascend(SLICE, shared.target, stop=shared.stop)
        if relaxation.bound == np.inf:
            shared.nothing_below()
            return
        shared.raise_bound(relaxation.bound, "bound")
        shared.prices = relaxation.best_multipliers
        yield relaxation.work - work
        if slice_ % 5 == 4 or not going:
            shared.submit(_plan_around(shared.instance, relaxation, rng, shared), "bound's centres")
            if np.isfinite(shared.target):
                relaxation.fix(shared.target)
            yield 0.05
        if not going:
            return


def _plan_around(
    instance: Instance, relaxation: Relaxation, rng: np.random.Generator, shared: Shared
) -> Found | None:
    """Grow a plan around the centres that the relaxation chose."""
    chosen = relaxation.chosen
    homes = instance.home[chosen]
    if len(np.unique(homes)) < instance.k:
        return None
    return walked(shared, grow(instance, chosen), rng)
