"""The proof: a Lagrangian bound, then a ladder of targets climbed to the best plan.

There are two ways up. By columns (see `climb`): every cluster that a plan at or below a target can
hold is listed. By cores: reduced costs leave a small *core* of pairs that such a plan must come
from, and HiGHS searches it exactly, with separator inequalities where a solution needs them to be
contiguous. Nothing there: the target is a new bound. A plan there: the best of the core is the best
of all. Columns are stronger where they can be listed, cores where clusters are large or bounds are
loose; which it is shows when both are tried.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Protocol

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.assignment import (
    HARD_RULES,
    WITHOUT_CONTIGUITY,
    Core,
    build_core,
    separate,
)
from clusters.model.instance import Instance
from clusters.model.linear import Answer, Row, search_core
from clusters.model.solving import Stopped
from clusters.search.bound.cutting_planes import tighten
from clusters.search.bound.lagrangian import MANY_PAIRS, STATES, Relaxation
from clusters.search.columns.rung import Climb
from clusters.search.heuristics.construction import grow
from clusters.search.heuristics.improve import improve
from clusters.search.heuristics.local import counted, wander
from clusters.search.incumbent import TOLERANCE, Shared
from clusters.search.solution import Found
from clusters.search.warm_up import compiling

__all__ = ["prove", "prove_by_cores"]

COARSE = 1000
"""Steps of the load in the first part of the ascent; it ends on finer ones (decision 6)."""
SLICE = 20
"""Steps of the ascent between two looks at the clock and the best plan."""
FIRST_RUNG = 0.002
"""First target by columns, as a share above the bound."""
LAST_RUNG = 0.2
"""Where no plan is known, a target further above the bound than this gives way to none at all."""
SMALLEST_RUNG = 2e-5
SHORT_LIST, SHARES = 0.1, (0.2, 0.8)
"""Work of a list that holds next to nothing, and how far the target may come down after one that
was given up, as shares of what it was above the bound."""
NEARLY = 1.6
"""A best plan that is less than this many steps away is the next target."""
QUICK = 4.0
"""Work of a rung up to which the next step is longer."""
MOST_PAIRS = 40_000
"""Largest core that is worth building."""
FIRST_PAIRS, CORE_WORK = 5600.0, 8.0
"""Pairs of the first core, and the budget of a core before the next one is smaller."""
LONGER, POWER = 8.0, 6.0
"""A core is worth so many times what the last one took that was decided; work goes, very roughly,
with this power of the number of pairs."""
SMALL_CORE = 5000
"""Pairs up to which contiguity is in a core from the start; separators alone are quicker beyond."""
LEAST_GROWTH, ENOUGH = 1.2, 0.7
"""A core has so many times the pairs of one that the bound rules out; where a target closes this
share of the gap, the best plan is the target."""
LEAST_PACE = 0.1
"""Least share of a core that a thread is taken to have."""
WAIT = 2.0
"""A way that fell behind is tried when the other has worked so many times what that puts at stake.
"""
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
    if not _can_cover(shared.instance, np.isfinite(shared.instance.cost)):
        _no_plan(shared)
        return
    relaxation = Relaxation(shared.instance, states=COARSE)
    if shared.prices is not None:
        relaxation.begin_from(shared.prices)
        yield from _first_look(shared, relaxation)
    yield from _root(shared, relaxation, rng)
    if not alone:
        shared.root = relaxation.copy()
    yield from _ladder(shared, relaxation, rng, cores=alone)
    # too large to climb: search for better plans instead
    yield from improve(shared, rng)


def prove_by_cores(shared: Shared, rng: np.random.Generator) -> Iterator[float]:
    """Climb by cores beside a proof by columns, once that has come to the end of its ascent."""
    while shared.root is None:
        if shared.stop():
            return
        time.sleep(PAUSE_S)
        yield 0.0
    yield from _ladder(shared, shared.root, rng, columns=False)
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
    relaxation.refine(STATES)
    for work in tighten(relaxation, lambda: shared.target, ROUNDS, stop=shared.stop):
        shared.raise_bound(relaxation.bound, "bound")
        yield work
    if relaxation.bound == np.inf:
        _no_plan(shared)
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
) -> Iterator[float]:
    """Ascend in slices, dropping what the best plan rules out.

    From time to time the centres that the bound chose become the centres of a plan.
    """
    relaxation.begin(theta)
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
    return _walked(shared, grow(instance, chosen), rng)


def _walked(shared: Shared, labels: IntArray, rng: np.random.Generator) -> Found | None:
    """Walk from a draft to a plan that keeps every rule; None where there is none near."""
    n = shared.instance.n
    return wander(
        shared.instance,
        shared.tables,
        labels,
        rng,
        steps=400 + 20 * n,
        patience=200 + 2 * n,
        stop=shared.stop,
    ).found


# ---- the ladder ---------------------------------------------------------------------------------


class _Way(Protocol):
    """One way of climbing.

    over: it can go no further. stake: what the next try takes if it fails, about. pace: work for
    one unit of the last gain, infinity where the last two tries settled nothing. failed: whether
    the last one did. idle: what the other way has worked since.
    """

    over: bool
    failed: bool
    stake: float
    pace: float
    idle: float

    def rung(self) -> Generator[float, None, bool]:
        """Try one target; return whether that was decided."""
        ...


def _ladder(
    shared: Shared,
    relaxation: Relaxation,
    rng: np.random.Generator,
    *,
    columns: bool = True,
    cores: bool = True,
) -> Iterator[float]:
    """Climb the way that promises to be at the top first, columns where neither has shown its pace.

    The other is tried when it has waited for some times what it puts at stake, unless less than
    that is left to do. Where both fail again and again, what they put at stake doubles in turn:
    whichever way is the right one, its work is a good part of all.
    """
    ways: list[_Way] = []
    if columns and relaxation.complete and np.isfinite(relaxation.bound):
        ways.append(_ByColumns(shared, relaxation, rng))
    if cores:
        ways.append(_ByCores(shared, relaxation, rng))
    while not shared.stop():
        live = [way for way in ways if not way.over]
        if not live:
            return
        before = shared.bound
        missing = min(shared.target - before, abs(shared.target))
        turn = min(live, key=lambda way: (way.pace, way.stake))
        for way in live:
            if way.idle >= WAIT * way.stake and turn.pace * missing > way.stake:
                turn = way
        begin = time.thread_time()
        decided, spent = yield from counted(turn.rung())
        if np.isfinite(shared.deadline):
            spent = time.thread_time() - begin
        gained = shared.bound - before
        if not decided:
            turn.stake = max(turn.stake, spent) * (1.0 if np.isfinite(turn.pace) else 2.0)
        if decided and gained > 0.0:
            turn.pace = spent / gained
        elif turn.failed:
            turn.pace = np.inf
        turn.failed = not decided
        for way in ways:
            way.idle = 0.0 if way is turn else way.idle + spent


def _goal(shared: Shared) -> float:
    """Return the cost that a plan better than the best has at the most."""
    best = shared.target
    return best - 0.5 * TOLERANCE * abs(best) if np.isfinite(best) else np.inf


def _next_target(shared: Shared, bound: float, step: float) -> float:
    """Return the next target: a step above the bound, or the best plan where that is near."""
    best = shared.target
    scale = max(abs(bound), 0.01 * abs(best) if np.isfinite(best) else 0.0, 1e-6)
    goal = _goal(shared)
    target = bound + step * scale
    return goal if goal - bound < NEARLY * step * scale else min(target, goal)


class _ByColumns:
    """Targets by columns; the steps follow what the last one took."""

    def __init__(self, shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> None:
        self.shared, self.relaxation = shared, relaxation
        self.climb = Climb(shared, relaxation, rng)
        self.step, self.reach, self.fixed, self.over = FIRST_RUNG, np.inf, np.inf, False
        self.stake, self.pace, self.idle = self.climb.work, np.inf, 0.0
        self.failed = False

    def rung(self) -> Generator[float, None, bool]:
        """Try one target."""
        shared, climb = self.shared, self.climb
        if shared.best is None and self.step > LAST_RUNG:
            self.over = True
            return False
        if shared.target < self.fixed:
            self.relaxation.fix(shared.target)
            self.fixed = shared.target
        begin = shared.bound
        # up to where the last prices reach, nothing is expected; but a list may not reach as far
        base = max(begin, climb.value)
        target = min(_next_target(shared, base, self.step), begin + self.reach)
        decided, spent = yield from counted(climb.rung(target))
        if decided:
            self.reach = np.inf
            self.step *= 2.0 if spent < QUICK / 4 else 1.4 if spent < QUICK else 1.0
            climb.work = self.stake = max(climb.work, 2.0 * spent)
            return True
        if climb.misled:
            return False  # the same step again, without prices
        if climb.overflowed:
            # work grows by as much with every step of the target, very roughly
            share = np.log(0.5 * climb.work / SHORT_LIST) / np.log(climb.expected / SHORT_LIST)
            self.reach = (target - begin) * float(np.clip(share, *SHARES))
            self.over = self.reach <= SMALLEST_RUNG * max(abs(begin), 1e-6)
            climb.work *= 1.5
        elif shared.bound <= begin:
            tried = (target - base) / max(abs(base), 1e-6)
            self.step = min(self.step, tried if tried > 0.0 else self.step) / 2.0
        return False


class _ByCores:
    """Targets by cores, searched by HiGHS; the steps follow what the last one took."""

    def __init__(self, shared: Shared, relaxation: Relaxation, rng: np.random.Generator) -> None:
        self.shared, self.relaxation, self.rng = shared, relaxation, rng
        self.pairs, self.stake, self.over = float(FIRST_PAIRS), CORE_WORK, False
        self.pace, self.idle, self.failed = np.inf, 0.0, False
        self.cuts: list[tuple[set[int], set[int], int]] = []
        self.begin = time.thread_time(), time.monotonic()

    def rung(self) -> Generator[float, None, bool]:
        """Try one target."""
        shared = self.shared
        floors = self.relaxation.floors()
        yield 0.05
        if not np.isfinite(floors).any():
            _no_plan(shared)
            return True
        target = self._target(np.sort(floors[np.isfinite(floors)]))
        allowed = floors <= target * (1.0 + 1e-9)
        if allowed.sum() > MOST_PAIRS or target <= shared.bound:
            self.over = True
            return False
        budget = self.stake
        done, work = yield from self._decide(allowed, target, budget)
        if not done:
            self.pairs /= 2.0 ** (2.0 / POWER)
        else:
            self.stake = max(budget, LONGER * work)
            self.pairs *= min(2.0, (0.5 * self.stake / max(work, 1e-3)) ** (1.0 / POWER))
        return done

    def _target(self, floors: FloatArray) -> float:
        """Return the target whose core has as many pairs as are worth trying.

        The best plan's cost at the most; infinity where none is known and the core holds them all.
        """
        shared, relaxation = self.shared, self.relaxation
        best = _goal(shared)
        bound = max(shared.bound, relaxation.level)
        # not less than the bound has reached, and a little above it
        reached = int(np.searchsorted(floors, bound, side="right"))
        pairs = int(max(self.pairs, LEAST_GROWTH * reached))
        if pairs >= len(floors) or (pairs >= MOST_PAIRS and not np.isfinite(best)):
            return best  # all pairs are in: nothing is gained by a lower target
        target = float(floors[min(pairs, MOST_PAIRS, len(floors)) - 1])
        return best if target >= bound + ENOUGH * (best - bound) else target

    def _decide(
        self, allowed: np.ndarray, target: float, budget: float
    ) -> Generator[float, None, tuple[bool, float]]:
        """Search the core below a target; return whether it was decided, and the work it took."""
        shared, instance = self.shared, self.shared.instance
        if not _can_cover(instance, allowed):
            _nothing_below(shared, target)
            return True, 0.0
        allowed = _joined(instance, allowed)
        rules = HARD_RULES if allowed.sum() <= SMALL_CORE else WITHOUT_CONTIGUITY
        try:
            core = build_core(instance, allowed, rules=rules, stop=shared.stop)
        except Stopped:
            return False, 0.0
        for inside, exits, c in self.cuts:
            separate(core, inside, exits, c)
        if np.isfinite(target):
            core.at_most(target - instance.offset)
        rows = self._rows(core)
        spent = 0.0
        while spent < budget and not shared.stop():
            answer = search_core(
                core,
                cuts=rows,
                seed=int(self.rng.integers(1 << 30)),
                work=budget - spent,
                seconds=self._seconds(budget - spent),
                stop=shared.stop,
                on_bound=lambda b: shared.raise_bound(min(target, b + instance.offset), "ladder"),
            )
            spent += answer.work
            yield answer.work
            if answer.settled and answer.clusters is None:
                _nothing_below(shared, target)
                return True, spent
            shared.raise_bound(min(target, answer.bound + instance.offset), "ladder")
            if answer.clusters is None:
                return False, spent
            cuts = [
                (inside, exits, c)
                for c, atoms in answer.clusters.items()
                for inside, exits in instance.cut_off(c, atoms)
            ]
            if not cuts:
                return self._offer(answer), spent
            self.cuts += cuts
            for inside, exits, c in cuts:
                separate(core, inside, exits, c)
            self._repair(answer.clusters)
        return False, spent

    def _rows(self, core: Core) -> list[Row]:
        """Write the region cuts that the bound pays for as rows of a core."""
        cuts = self.relaxation.cuts.only(self.relaxation.best_charges > 0.0)
        atoms, centres = (np.array(side) for side in zip(*core.x, strict=True))
        columns = np.array([variable.index for variable in core.x.values()])
        coefficients = cuts.of_pairs(atoms, centres, self.shared.instance.home[centres] == atoms)
        return [
            (columns[row != 0.0].tolist(), row[row != 0.0].tolist(), least)
            for row, least in zip(coefficients, cuts.least.tolist(), strict=True)
        ]

    def _seconds(self, work: float) -> float:
        """Wall-clock time in which this thread does so much work, as busy as the machine is.

        HiGHS keeps to no other limit; infinity where every run must be alike.
        """
        left = self.shared.deadline - time.monotonic()
        if not np.isfinite(left):
            return np.inf
        own, wall = time.thread_time() - self.begin[0], time.monotonic() - self.begin[1]
        pace = min(1.0, max(LEAST_PACE, own / wall)) if wall > 0.0 else 1.0
        return min(left, work / pace)

    def _offer(self, answer: Answer) -> bool:
        """Offer a plan; return whether it is proved to be the best."""
        found = Found.of(self.shared.instance, list((answer.clusters or {}).values()))
        self.shared.submit(found, "ladder")
        return found is not None and answer.settled

    def _repair(self, clusters: dict[int, list[int]]) -> None:
        """Walk from clusters that are not all connected to a plan, and offer it."""
        shared, instance = self.shared, self.shared.instance
        labels = np.zeros(instance.n, dtype=np.int64)
        for number, atoms in enumerate(clusters.values()):
            labels[atoms] = number
        shared.submit(_walked(shared, labels, self.rng), "ladder")


def _nothing_below(shared: Shared, target: float) -> None:
    """No plan costs less than the target; none at all where there was no target."""
    if np.isfinite(target):
        shared.raise_bound(target, "ladder")
    else:
        _no_plan(shared)


def _joined(instance: Instance, allowed: np.ndarray) -> np.ndarray:
    """Pairs whose atom is joined to its centre by others of that centre: no others can be used."""
    if instance.neighbours is None:
        return allowed
    joined = np.zeros_like(allowed)
    for c in np.flatnonzero(allowed[instance.home, np.arange(instance.m)]).tolist():
        atoms = set(np.flatnonzero(allowed[:, c]).tolist())
        reached = [int(instance.home[c])]
        atoms.discard(reached[0])
        for a in reached:
            near = atoms.intersection(instance.neighbours[a])
            reached += near
            atoms -= near
        joined[reached, c] = True
    return joined


def _can_cover(instance: Instance, allowed: np.ndarray) -> bool:
    """Whether every atom still has a centre and enough centres are open."""
    open_ = allowed[instance.home, np.arange(instance.m)]
    return bool((allowed & open_[None, :]).any(axis=1).all() and open_.sum() >= instance.k)
