"""Windows: some clusters of a plan, next to each other, taken by themselves.

A plan of thousands of schools is improved part by part: a window is an instance of its own, with
all rules, small enough for everything to be quick.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import Instance
from clusters.search.arrays import tables_of
from clusters.search.heuristics.annealing import anneal
from clusters.search.heuristics.construction import grow, priced_centres
from clusters.search.heuristics.redraw import adjacent_clusters
from clusters.search.solution import Found

__all__ = ["annealed_window", "chances", "draw_window"]


CHOOSING = 5e-7
"""Work of choosing centres by prices, for each cluster and candidate."""


def chances(found: Found, prices: FloatArray | None) -> FloatArray:
    """Say how likely each cluster of a plan is to be drawn again, array (k,), adding up to one.

    With the prices of the bound: half of the chances by what the cluster costs above the prices of
    its atoms, which is where the plan may be dearer than it need be; half alike.
    """
    k = len(found.clusters)
    if prices is None:
        return np.full(k, 1.0 / k)
    above: FloatArray = np.array(
        [cost - prices[list(c)].sum() for c, cost in zip(found.clusters, found.costs, strict=True)]
    )
    above -= above.min() - 1e-12 * np.abs(above).max() - 1e-12
    drawn: FloatArray = 0.5 / k + 0.5 * above / above.sum()
    return drawn


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
    prices: FloatArray | None = None,
    noise: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[float, None, Found | None]:
    """Anneal a window of a plan; yield the work, return the plan with the window drawn again.

    Parameters
    ----------
    prices
        Multiplier of each atom, array (n,), or None.
    noise
        The window is drawn around centres that the prices choose, each changed at random by up to
        this share, before it is annealed. None: it begins as it is.
    """
    near = adjacent_clusters(instance, found)
    first = int(rng.choice(instance.k, p=chances(found, prices)))
    chosen = draw_window(near, first, size, rng)
    gone = tuple(found.clusters[c] for c in chosen)
    atoms = np.concatenate([np.array(cluster) for cluster in gone])
    small, kept, _ = instance.restricted(atoms, len(gone))
    if prices is None or noise is None:
        labels = np.unique(found.labels(instance.n)[kept], return_inverse=True)[1]
    else:
        labels = grow(small, priced_centres(small, prices[kept], rng, noise=noise))
        yield CHOOSING * small.k * small.m
    walk = yield from anneal(
        small, tables_of(small), labels, rng, steps=per_atom * len(kept), hot=hot, stop=stop
    )
    if walk.found is None:
        return None
    new = [kept[list(cluster)].tolist() for cluster in walk.found.clusters]
    return found.replaced(instance, gone, new)
