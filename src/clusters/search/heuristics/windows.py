"""Windows: some clusters of a plan, next to each other, taken by themselves.

A plan of thousands of schools is improved part by part: a window is an instance of its own, with
all rules, small enough for everything to be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.arrays import tables_of
from clusters.search.heuristics.annealing import anneal
from clusters.search.heuristics.redraw import adjacent_clusters
from clusters.search.solution import Found

__all__ = ["annealed_window", "draw_window"]


def draw_window(
    near: np.ndarray, first: int, size: int, rng: np.random.Generator | None = None
) -> IntArray:
    """Choose clusters around a first one, array (up to size,), sorted.

    Parameters
    ----------
    near
        How strongly clusters are neighbours, array (k, k).
    rng
        Draws neighbours by strength; without it the strongest comes first.
    """
    chosen = [first]
    weight = near[first].copy()
    while len(chosen) < min(size, len(near)):
        weight[chosen] = 0.0
        total = weight.sum()
        if total <= 0:
            break
        if rng is None:
            following = int(weight.argmax())
        else:
            following = int(rng.choice(len(near), p=weight / total))
        chosen.append(following)
        weight += near[following]
    return np.sort(np.array(chosen))


def annealed_window(
    instance: Instance,
    found: Found,
    size: int,
    rng: np.random.Generator,
    *,
    hot: float,
    per_atom: int,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[float, None, Found | None]:
    """Anneal a window of a plan; yield the work, return the plan with the window drawn again."""
    near = adjacent_clusters(instance, found)
    chosen = draw_window(near, int(rng.integers(instance.k)), size, rng)
    gone = tuple(found.clusters[c] for c in chosen)
    atoms = np.concatenate([np.array(cluster) for cluster in gone])
    small, kept, _ = instance.restricted(atoms, len(gone))
    position = np.full(instance.n, -1)
    position[kept] = np.arange(len(kept))
    labels = np.empty(len(kept), dtype=np.int64)
    for c, cluster in enumerate(gone):
        labels[position[list(cluster)]] = c
    walk = yield from anneal(
        small, tables_of(small), labels, rng, steps=per_atom * len(kept), hot=hot, stop=stop
    )
    if walk.found is None:
        return None
    new = [kept[list(cluster)].tolist() for cluster in walk.found.clusters]
    return found.replaced(instance, gone, new)
