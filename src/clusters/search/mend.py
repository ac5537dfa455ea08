"""Mending: where a few clusters of a draft break a rule, draw them anew with their neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import IntArray
from clusters.model.core import Stopped, build_core, cut_off_parts, single_worker
from clusters.model.instance import Instance
from clusters.search.found import Found

__all__ = ["mend"]

SIZES = (3, 5, 7)
"""Numbers of clusters drawn anew together, one after the other, until the rules hold."""
MOST_BROKEN = 0.25
"""Share of broken clusters above which mending is not tried."""
WORK = 2.0


def mend(
    instance: Instance,
    labels: IntArray,
    *,
    stop: Callable[[], bool] = lambda: False,
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
    """Draw a cluster and its nearest neighbours anew, changing `labels`; whether that worked."""
    chosen = _around(instance, labels, c, size)
    small, kept, _ = instance.restricted(np.flatnonzero(np.isin(labels, chosen)), len(chosen))
    try:
        core = build_core(small, stop=stop)
    except Stopped:
        return False
    spent = 0.0
    while spent < WORK and not stop():
        solver = single_worker(c, WORK - spent)
        register(solver)
        status = solver.solve(core.model)
        register(None)
        spent += float(solver.response_proto.deterministic_time) + 1e-3
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return False
        clusters = core.clusters(solver.boolean_value)
        if cut_off_parts(core, clusters):
            continue
        for number, atoms in zip(chosen.tolist(), clusters.values(), strict=True):
            labels[kept[atoms]] = number
        return True
    return False


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
