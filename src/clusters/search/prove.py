"""The proof: a Lagrangian bound, then a ladder of targets climbed to the best plan.

A rung is climbed by columns (see `climb`) where they can be listed. Else, for a target just above
the bound, reduced costs leave a small *core* of pairs that any plan at or below the target must
come from; CP-SAT searches it exactly. Nothing there: the target is a new bound. A plan there: the
best of the core is the best of all. Contiguity comes in by separator inequalities where a solution
needs them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from clusters.model.assignment import Core, build_core, solve_core
from clusters.model.instance import Instance
from clusters.model.solving import Stopped
from clusters.search.bound.lagrangian import MANY_PAIRS, Relaxation
from clusters.search.columns.rung import Climb
from clusters.search.heuristics.construction import grow
from clusters.search.heuristics.improve import improve
from clusters.search.heuristics.local import counted, wander
from clusters.search.incumbent import TOLERANCE, Shared
from clusters.search.solution import Found

__all__ = ["prove"]

COARSE = 1000
"""Steps of the load in the bound: finer ones cost time and gain little (decision 5)."""
SLICE = 20
"""Steps of the ascent between two looks at the clock and the best plan."""
LEAST_GAIN = 0.06
"""The ascent ends where five slices gain less than this share of what is missing."""
FIRST_RUNG = 0.002
"""First target, as a share above the bound."""
LAST_RUNG = 0.2
"""Where no plan is known, a target further above the bound than this gives way to none at all."""
SMALLEST_RUNG = 2e-5
NEARLY = 1.6
"""A best plan that is less than this many steps away is the next target."""
QUICK = 2.0
"""Work of a rung up to which the next step is longer."""
MOST_PAIRS = 25_000
"""Largest core that is worth building."""
RUNG_WORK = 8.0
"""Deterministic budget of a rung before the next one is set lower."""


def prove(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Raise the shared bound until it meets the best plan; yield the work done after each slice."""
    if not _can_cover(shared.instance, np.isfinite(shared.instance.cost)):
        _no_plan(shared)
        return
    relaxation = Relaxation(shared.instance, states=COARSE)
    if shared.prices is not None:
        relaxation.begin_from(shared.prices)
        yield from _first_look(shared, relaxation)
    yield from _root(shared, relaxation, rng)
    yield from _ladder(shared, relaxation, rng)
    # too large to climb: search for better plans instead
    yield from improve(shared, rng)


# ---- the bound at the root ----------------------------------------------------------------------


def _root(shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> Iterator[float]:
    """Ascend over upper limits alone, then over both."""
    if relaxation.possible.sum() > MANY_PAIRS:
        yield from _ascend(shared, relaxation, rng, 300, theta=1.0)
        yield from _ascend(shared, relaxation, rng, 600, theta=0.3)
        return
    yield from _ascend(shared, relaxation, rng, 160, theta=1.0)
    relaxation.exact = relaxation.low > 0
    if relaxation.exact:
        yield from _ascend(shared, relaxation, rng, 100, theta=1.0)
    yield from _ascend(shared, relaxation, rng, 400, theta=0.7, least=LEAST_GAIN)


def _first_look(shared: Shared, relaxation: Relaxation) -> Iterator[float]:
    """Take the bound at given multipliers, before any ascent."""
    bound = relaxation.evaluate()
    if bound == np.inf:
        _no_plan(shared)
    else:
        shared.raise_bound(bound, "bound")
    yield relaxation.work


def _ascend(
    shared: Shared,
    relaxation: Relaxation,
    rng: np.random.Generator,
    steps: int,
    theta: float,
    least: float = 0.0,
) -> Iterator[float]:
    """Ascend in slices, dropping what the best plan rules out.

    From time to time the centres that the bound chose become the centres of a plan. Ends early
    where five slices gain less than a share `least` of what is missing to the best plan.
    """
    relaxation.begin(theta)
    before = relaxation.bound
    for slice_ in range(steps // SLICE):
        if shared.stop():
            return
        work = relaxation.work
        going = relaxation.ascend_on(SLICE, shared.target, stop=shared.stop)
        if relaxation.bound == np.inf:
            _no_plan(shared)
            return
        shared.raise_bound(relaxation.bound, "bound")
        shared.prices = relaxation.best_multipliers
        yield relaxation.work - work
        if slice_ % 5 == 4 or not going:
            shared.submit(_plan_around(shared.instance, relaxation, rng, shared), "bound's centres")
            if np.isfinite(shared.target):
                relaxation.fix(shared.target)
            yield 0.05
            if relaxation.bound - before < least * (shared.target - relaxation.bound):
                return
            before = relaxation.bound
        if not going:
            return


def _no_plan(shared: Shared) -> None:
    """No plan costs less than the target; none at all where there was no target."""
    if np.isfinite(shared.target):
        shared.raise_bound(shared.target, "bound")
    else:
        shared.infeasible = True


def _plan_around(
    instance: Instance, relaxation: Relaxation, rng: np.random.Generator, shared: Shared
) -> Found | None:
    """Grow a plan around the centres that the relaxation chose."""
    chosen = relaxation.chosen
    homes = instance.home[chosen]
    if len(np.unique(homes)) < instance.k:
        return None
    return wander(
        instance,
        shared.tables,
        grow(instance, chosen),
        rng,
        steps=400 + 20 * instance.n,
        patience=200 + 2 * instance.n,
        stop=shared.stop,
    ).found


# ---- the ladder ---------------------------------------------------------------------------------


def _ladder(shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> Iterator[float]:
    """Climb by columns as far as they can be listed, then by cores."""
    if relaxation.complete and np.isfinite(relaxation.bound):
        yield from _by_columns(shared, relaxation, rng)
    yield from _by_cores(shared, relaxation, rng)


def _next_target(shared: Shared, bound: float, step: float) -> float:
    """Return the next target: a step above the bound, or the best plan where that is near."""
    best = shared.target
    scale = max(abs(bound), 0.01 * abs(best) if np.isfinite(best) else 0.0, 1e-6)
    goal = best - 0.5 * TOLERANCE * abs(best)
    target = bound + step * scale
    return goal if goal - bound < NEARLY * step * scale else min(target, goal)


def _by_columns(
    shared: Shared, relaxation: Relaxation, rng: np.random.Generator
) -> Iterator[float]:
    """Try one target after the other by columns; the steps follow what the last one took."""
    step, fixed = FIRST_RUNG, np.inf
    climb = Climb(shared, relaxation, rng)
    while not shared.stop() and not (shared.best is None and step > LAST_RUNG):
        if shared.target < fixed:
            relaxation.fix(shared.target)
            fixed = shared.target
        begin = shared.bound
        # up to where the last prices reach, nothing is expected
        base = max(begin, climb.value)
        target = _next_target(shared, base, step)
        decided, spent = yield from counted(climb.rung(target))
        if decided:
            step *= 2.0 if spent < QUICK / 4 else 1.4 if spent < QUICK else 1.0
            climb.work = max(climb.work, 2.0 * spent)
            continue
        if climb.overflowed and step <= SMALLEST_RUNG:
            return
        if climb.misled:
            continue  # the same step again, without prices
        if climb.overflowed:
            climb.work *= 1.5
        if climb.overflowed or shared.bound <= begin:
            tried = (target - base) / max(abs(base), 1e-6)
            step = min(step, tried if tried > 0.0 else step) / 2.0


def _by_cores(shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> Iterator[float]:
    """Try one target after the other by cores; the steps follow what the last one took."""
    step, budget, fixed = FIRST_RUNG, RUNG_WORK, np.inf
    while not shared.stop():
        if shared.target < fixed:
            relaxation.fix(shared.target)
            fixed = shared.target
        target = _next_target(shared, max(shared.bound, relaxation.bound), step)
        if shared.best is None and step > LAST_RUNG:
            target = np.inf
        allowed = (
            relaxation.reduced_to(target) if np.isfinite(target) else relaxation.possible.copy()
        )
        yield 0.05
        if allowed.sum() > MOST_PAIRS:
            if step <= SMALLEST_RUNG:
                return
            step = max(step / 2.0, SMALLEST_RUNG)
            continue
        done, work = yield from _rung(shared, allowed, target, budget, rng)
        if not done:
            step, budget = max(step / 2.0, SMALLEST_RUNG), 1.5 * budget
        elif work < budget / 8:
            step *= 2.0
        elif work > budget / 2:
            step /= 1.5


def _rung(
    shared: Shared, allowed: np.ndarray, target: float, budget: float, rng: np.random.Generator
) -> Generator[float, None, tuple[bool, float]]:
    """Search the core below a target; return whether it was decided, and the work it took."""
    instance = shared.instance
    if not _can_cover(instance, allowed):
        _nothing_below(shared, target)
        return True, 0.0
    core, spent = _core(shared, allowed, target), 0.0
    if core is None:
        return False, spent
    for round_ in solve_core(
        core,
        seeds=iter(lambda: int(rng.integers(1 << 30)), -1),
        work=budget,
        stop=shared.stop,
        register=shared.register,
    ):
        spent += round_.work
        yield round_.work
        if round_.verdict == "none":
            _nothing_below(shared, target)
            return True, spent
        reached = round_.bound * core.unit + instance.offset
        shared.raise_bound(min(target, reached - 1e-12 * abs(reached)), "ladder")
        if round_.verdict != "found" or round_.solution is None:
            continue
        found = Found.of(instance, list(round_.solution.values()))
        shared.submit(found, "ladder")
        if found is None or not round_.best:
            return False, spent
        if shared.cost <= target:
            shared.raise_bound(min(shared.cost, reached + core.unit), "ladder")
        return True, spent
    return False, spent


def _core(shared: Shared, allowed: np.ndarray, target: float) -> Core | None:
    """Build the core below a target; None where there is no time for it."""
    try:
        core = build_core(shared.instance, allowed, stop=shared.stop)
    except Stopped:
        return None
    if np.isfinite(target):
        core.at_most(target - shared.instance.offset)
    return core


def _nothing_below(shared: Shared, target: float) -> None:
    """No plan costs less than the target; none at all where there was no target."""
    if np.isfinite(target):
        shared.raise_bound(target, "ladder")
    else:
        _no_plan(shared)


def _can_cover(instance: Instance, allowed: np.ndarray) -> bool:
    """Whether every atom still has a centre and enough centres are open."""
    open_ = allowed[instance.home, np.arange(instance.m)]
    return bool((allowed & open_[None, :]).any(axis=1).all() and open_.sum() >= instance.k)
