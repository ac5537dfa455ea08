"""Simulated annealing over drafts: shifts, and chains of two shifts, at a falling temperature.

A chain shifts an atom and then another out of the cluster that the first one joined: a swap where
it goes back, a cyclic exchange where it goes on. Bounds may be broken at a price that rises while
too many clusters break them and falls otherwise, so that a hot draft flows between good plans and a
cold one keeps every rule. No cluster ever falls apart. Sources: Kirkpatrick, Gelatt & Vecchi 1983;
Glover 1989 (strategic oscillation); D'Amico, Wang, Batta & Rump 2002, "A simulated annealing
approach to police district design". Compiled with numba.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.arrays import Tables
from clusters.search.compiled import entry, inlined
from clusters.search.heuristics.moves import (
    NONE,
    ZERO,
    change,
    empty_state,
    estimate,
    excess_change,
    move,
    settle,
    still_whole,
)
from clusters.search.solution import Found

__all__ = ["COLD", "HOT", "WORK", "Walk", "anneal"]

HOT, COLD = 3.0, 0.1
"""First temperature, in units of the mean cost of an atom, and last one, in the same units divided
by the atoms of a cluster: the more there are, the less a border between two clusters matters."""
SLACK = 0.5
"""Share of the clusters that may break a bound at first."""
HOPELESS = 8.0
"""A shift dearer by this many temperatures than what would be accepted is not looked at closer,
unless one of its clusters breaks a bound."""
FLOOR = 10.0
"""Least price of an excess of one mean cluster, in units of the mean cost of an atom; cools too."""
HARD = 0.6
"""Share of the proposals after which no cluster may break a bound any more."""
SLICE = 60_000
"""Proposals between two looks at the clock: about a fifth of a second."""
WORK = 3e-6
"""Work of a proposal, in seconds of one core."""


class Walk(NamedTuple):
    """Where a walk led: the best plan met that keeps every rule (or None), and its labels.

    Without a plan, the labels are those of the last draft.
    """

    found: Found | None
    labels: IntArray


def anneal(
    instance: Instance,
    tables: Tables,
    labels: IntArray,
    rng: np.random.Generator,
    *,
    steps: int,
    hot: float = HOT,
    patience: float = np.inf,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[float, None, Walk]:
    """Anneal a draft; yield the work done after each slice.

    Parameters
    ----------
    labels
        Cluster number of each atom, array (n,); may break rules, no cluster empty.
    steps
        Shifts to propose.
    hot
        First temperature, in units of the mean cost of an atom: 0.1 keeps most of the draft,
        3 forgets it.
    patience
        Proposals without a better plan after which to stop, once there is one.
    """
    state = empty_state(tables, np.array(labels, dtype=np.int64))
    best = state.labels.copy()
    dice = np.array([rng.integers(1, 1 << 62)], dtype=np.uint64)
    # lowest cost so far, penalty, mean cost of an atom: carried from slice to slice
    carried = np.array([np.inf, -1.0, 0.0])
    cold = min(hot, COLD * instance.k / instance.n)
    done, stale = 0, 0
    while done < steps and not stop() and stale < patience:
        count, lowest = min(SLICE, steps - done), carried[0]
        _anneal(tables, state, best, dice, carried, hot, cold, done, count, steps)
        done += count
        stale = 0 if carried[0] < lowest or not np.isfinite(lowest) else stale + count
        yield count * WORK
    if not np.isfinite(carried[0]):
        return Walk(None, state.labels)
    clusters = [np.flatnonzero(best == c).tolist() for c in range(instance.k)]
    return Walk(Found.of(instance, clusters), best)


# ---- compiled -----------------------------------------------------------------------------------


@inlined
def _draw(dice):  # type: ignore[no-untyped-def]  # numba infers them
    """Draw the next pseudo-random number in [0, 1) (xorshift64*, Vigna 2016)."""
    x = dice[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    dice[0] = x
    return np.float64((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@inlined
def _pick(t, s, a, dice):  # type: ignore[no-untyped-def]  # numba infers them
    """Draw a neighbouring cluster that an atom may join (-1: none this time)."""
    first, source = t.near_start[a], s.labels[a]
    count = t.near_start[a + 1] - first
    if count == 0 or s.size[source] < 2:
        return NONE
    target = s.labels[t.near[first + int(_draw(dice) * count)]]
    return target if target != source else NONE


@entry
def _anneal(t, s, best, dice, carried, hot, cold, begin, count, steps):  # type: ignore[no-untyped-def]  # numba infers them
    """Propose `count` of `steps` shifts; keeps the cheapest labels that break no rule in `best`."""
    n = len(s.labels)
    settle(t, s)
    if carried[1] < 0.0:
        carried[1] = 0.1 * s.totals[0] / t.k + 1e-9
        carried[2] = s.totals[0] / n
    penalty, upper = carried[1], 1e3 * (1e-9 + s.totals[0])
    # a larger draft needs more proposals to answer to a price
    rise, fall = np.exp(0.5 / n), np.exp(-0.5 / n)
    heat = spare = 0.0
    for step in range(begin, begin + count):
        if (step - begin) % 64 == 0:
            heat = carried[2] * hot * (cold / hot) ** (step / steps)
            spare = SLACK * t.k * (1.0 - step / (HARD * steps))
        if s.totals[2] == 0.0 or s.totals[2] <= spare:
            penalty = max(penalty * fall, FLOOR * heat / hot)
        else:
            penalty = min(penalty * rise, upper)
        a, target = ZERO, NONE
        for _ in range(8):
            if target < 0:
                a = np.int64(_draw(dice) * n)
                target = _pick(t, s, a, dice)
        if target >= 0:
            room = -heat * np.log(1.0 - _draw(dice))
            broken = s.broken[s.labels[a]] or s.broken[target]
            if broken or estimate(t, s, a, target) <= room + HOPELESS * heat:
                _propose(t, s, a, target, penalty, room, dice)
        if s.totals[2] == 0.0 and s.totals[0] < carried[0] * (1.0 - 1e-9):
            carried[0] = s.totals[0]
            _copy(s.labels, best)
    carried[1] = penalty


@inlined
def _copy(labels, to):  # type: ignore[no-untyped-def]  # numba infers them
    """Copy labels one by one: numba takes a second to compile a copy of a whole array."""
    for a in range(len(labels)):
        to[a] = labels[a]


@inlined
def _propose(t, s, a, target, penalty, room, dice):  # type: ignore[no-untyped-def]  # numba infers them
    """Shift an atom if that costs no more than `room`, else with another one if both together do.

    A shift that does not pay is taken back after two tries of going on from it.
    """
    source, parts, parts_there = s.labels[a], s.parts[s.labels[a]], s.parts[target]
    mover, goal, price = a, target, 0.0
    for tries in range(4):
        left, there, last = NONE, NONE, tries == 3
        if last:
            mover, goal, left, there = a, source, parts_there, parts
        elif goal >= 0:
            total = price + change(t, s, mover, goal) + penalty * excess_change(t, s, mover, goal)
            last = total <= room
            if last or tries == 0:
                left, there = still_whole(t, s, mover, goal)
            if tries == 0:
                price = total
        if left >= 0:
            move(t, s, mover, goal, left, there)
            if last:
                return
        elif tries == 0:
            return
        mover = s.member[target, int(_draw(dice) * (s.size[target] - 1))]
        goal = _pick(t, s, mover, dice)
