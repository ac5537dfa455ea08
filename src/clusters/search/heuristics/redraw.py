"""Large-neighbourhood search: free a few neighbouring clusters and let CP-SAT draw them again.

Two neighbouring clusters freed together are the exact form of GerryChain's merge-and-split (ReCom)
move: where that draws a random tree, this finds the best of all contiguous balanced splits.
Source: Shaw 1998, "Using constraint programming and local search methods to solve vehicle routing
problems"; neighbourhoods are remembered until one of their clusters changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from clusters.model.assignment import Core, build_core, solve_core
from clusters.model.instance import Instance
from clusters.search.bound.ascent import ascend
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.solution import Found

__all__ = ["Redrawn", "adjacent_clusters", "redraw"]

STATES = 700
"""Steps of the load in the bound of a neighbourhood: coarse, to be quick."""
NEAREST = 3
"""Without contiguity, the clusters of so many nearest centres are an atom's neighbours."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What came of a neighbourhood: its new clusters (None: no better), whether that is proved."""

    clusters: list[list[int]] | None
    proved: bool
    work: float


def redraw(
    instance: Instance,
    clusters: Sequence[tuple[int, ...]],
    *,
    seed: int,
    work: float,
    register: Callable[[Any], None] = lambda _: None,
) -> Redrawn:
    """Draw some clusters of a plan again, at least as well as they are.

    Parameters
    ----------
    clusters
        Atoms of each cluster to free.
    work
        Deterministic budget of CP-SAT, about seconds.
    register
        Told of the running solver, so that someone else can stop it.
    """
    atoms = np.concatenate([np.array(cluster) for cluster in clusters])
    small, kept, _ = instance.restricted(atoms, len(clusters))
    position = np.full(instance.n, -1)
    position[kept] = np.arange(len(kept))
    now = [[int(position[a]) for a in cluster] for cluster in clusters]
    current = sum(small.best_centre(cluster)[1] for cluster in now)
    relaxation = Relaxation(small, states=STATES)
    allowed = narrowed(relaxation, current)
    if allowed is None:
        return Redrawn(None, True, relaxation.work)
    for cluster in now:
        allowed[cluster, small.best_centre(cluster)[0]] = True
    core = build_core(small, allowed)
    core.at_most(current)
    _hint(core, small, now)
    spent = relaxation.work
    last = None
    for last in solve_core(
        core,
        seeds=repeat(seed),
        work=work - spent,
        register=register,
    ):
        spent += last.work
    if last is None or last.solution is None or last.verdict == "cut":
        return Redrawn(None, last is not None and last.verdict == "none", spent)
    redrawn = list(last.solution.values())
    cost = sum(small.best_centre(cluster)[1] for cluster in redrawn)
    if cost >= current - 1e-9 * current:
        return Redrawn(None, last.best, spent)
    better = [[int(kept[a]) for a in cluster] for cluster in redrawn]
    return Redrawn(better, last.best, spent)


def narrowed(relaxation: Relaxation, target: float, steps: int = 40) -> np.ndarray | None:
    """Return the pairs that a plan below `target` can use; None where there is no such plan."""
    for exact in (False, True):
        relaxation.exact = exact
        ascend(relaxation, steps, target)
        if relaxation.bound >= target * (1 - 1e-9):
            return None
        relaxation.fix(target)
    return relaxation.possible.copy()


def _hint(core: Core, small: Instance, now: list[list[int]]) -> None:
    chosen = {(a, small.best_centre(cluster)[0]) for cluster in now for a in cluster}
    for pair, variable in core.x.items():
        core.model.add_hint(variable, pair in chosen)


def adjacent_clusters(instance: Instance, found: Found) -> np.ndarray:
    """Say how strongly clusters are neighbours, array (k, k): shared borders, or closeness."""
    k = instance.k
    labels = found.labels(instance.n)
    near = np.zeros((k, k))
    if instance.neighbours is not None:
        for a, others in enumerate(instance.neighbours):
            for b in others:
                near[labels[a], labels[b]] += 1.0
    else:
        pair = instance.cost[:, list(found.centres)]
        nearest = min(NEAREST, k)
        second = np.argpartition(pair, nearest - 1, axis=1)[:, :nearest]
        np.add.at(near, (labels[:, None], second), 1.0)
        near = near + near.T
    np.fill_diagonal(near, 0.0)
    return near
