"""Repair: where a few clusters of a draft break a rule, draw them again with their neighbours."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import repeat
from typing import Any

import numpy as np

from clusters.domain import IntArray
from clusters.model.assignment import build_core, solve_core
from clusters.model.instance import Instance
from clusters.model.solving import Stopped, never
from clusters.search.solution import Found

__all__ = ["assigned", "repaired"]

SIZES = (3, 5, 7)
"""Numbers of clusters drawn again together, one after the other, until the rules hold."""
MOST_BROKEN = 0.25
"""Share of broken clusters above which repairing is not tried."""
WORK = 2.0
NEAR = 4
"""Centres, for each cluster's worth of them, that an atom may join in a plan around given ones."""


def repaired(
    instance: Instance,
    labels: IntArray,
    *,
    stop: Callable[[], bool] = never,
    register: Callable[[Any], None] = lambda _: None,
) -> Found | None:
    """Return a plan near a draft that keeps every rule, or None where this way finds none.

    Parameters
    ----------
    labels
        Cluster number of each atom, array (n,); no cluster empty.
    """
    labels = labels.copy()
    broken = [c for c in range(instance.k) if not _sound(instance, labels, c)]
    if len(broken) > max(2, MOST_BROKEN * instance.k):
        return None
    for c in broken:
        if _sound(instance, labels, c):
            continue
        if not any(_redrawn(instance, labels, c, size, stop, register) for size in SIZES):
            return None
    return Found.of(instance, [np.flatnonzero(labels == c).tolist() for c in range(instance.k)])


def _sound(instance: Instance, labels: IntArray, c: int) -> bool:
    """Whether a cluster keeps every rule."""
    atoms = np.flatnonzero(labels == c)
    if not len(atoms) or not np.isfinite(instance.best_centre(atoms)[1]):
        return False
    return instance.within_bounds(atoms) and instance.connected(atoms)


def _redrawn(
    instance: Instance,
    labels: IntArray,
    c: int,
    size: int,
    stop: Callable[[], bool],
    register: Callable[[Any], None],
) -> bool:
    """Draw a cluster and its nearest neighbours again, changing `labels`; whether that worked."""
    chosen = _around(instance, labels, c, size)
    small, kept, _ = instance.restricted(np.flatnonzero(np.isin(labels, chosen)), len(chosen))
    clusters, _ = _drawn(small, None, c, WORK, stop, register)
    if clusters is None:
        return False
    for number, atoms in zip(chosen.tolist(), clusters, strict=True):
        labels[kept[atoms]] = number
    return True


def _drawn(
    instance: Instance,
    allowed: np.ndarray | None,
    seed: int,
    work: float,
    stop: Callable[[], bool],
    register: Callable[[Any], None],
    *,
    any_will_do: bool = False,
) -> tuple[list[list[int]] | None, float]:
    """Draw clusters by CP-SAT over the pairs allowed (None: not in that work); and the work."""
    try:
        core = build_core(instance, allowed, stop=stop)
    except Stopped:
        return None, 0.0
    rounds = [
        *solve_core(
            core,
            seeds=repeat(seed),
            work=work,
            stop=stop,
            register=register,
            parameters={"stop_after_first_solution": any_will_do},
        )
    ]
    spent = math.fsum(round_.work for round_ in rounds)
    if not rounds or rounds[-1].verdict != "found" or rounds[-1].solution is None:
        return None, spent
    return list(rounds[-1].solution.values()), spent


def assigned(
    instance: Instance,
    centres: IntArray,
    *,
    seed: int,
    work: float,
    stop: Callable[[], bool] = lambda: False,
    register: Callable[[Any], None] = lambda _: None,
) -> tuple[Found | None, float]:
    """Return a plan around some of the centres given (None: none in that work), and the work.

    Each atom may join one of the nearest. Where bounds are so tight that a walk from draft to draft
    keeps breaking one, this finds a first plan sooner.

    Parameters
    ----------
    centres
        Candidate centres, k of them or more.
    """
    cost, home = instance.cost[:, centres], instance.home[centres]
    if len(np.unique(home)) < instance.k:
        return None, 0.0
    near = np.argsort(cost, axis=1, kind="stable")[:, : NEAR * len(centres) // instance.k]
    allowed = np.zeros(instance.cost.shape, dtype=np.bool_)
    allowed[np.arange(instance.n)[:, None], centres[near]] = True
    if len(centres) == instance.k:
        allowed[home] = False
    allowed[home, centres] = True
    clusters, spent = _drawn(instance, allowed, seed, work, stop, register, any_will_do=True)
    return None if clusters is None else Found.of(instance, clusters), spent


def _around(instance: Instance, labels: IntArray, c: int, size: int) -> IntArray:
    """Return a cluster and the clusters that most of its atoms border on (or are near)."""
    chosen = [c]
    while len(chosen) < min(size, instance.k):
        inside = np.flatnonzero(np.isin(labels, chosen))
        if instance.neighbours is not None:
            near = [labels[b] for a in inside.tolist() for b in instance.neighbours[a]]
        else:
            order = np.argsort(instance.cost[inside], axis=1)[:, :20]
            near = labels[instance.home[order]].ravel().tolist()
        tally = np.bincount(near, minlength=instance.k)
        tally[chosen] = 0
        if not tally.any():
            break
        chosen.append(int(tally.argmax()))
    return np.array(chosen)
