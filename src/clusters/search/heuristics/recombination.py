"""Recombination: the best plan made of clusters met so far (set partitioning).

Source: Balinski & Quandt 1964 for the model; Rochat & Taillard 1995 for its use in a search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from clusters.domain import FloatArray, IntArray
from clusters.model.set_partitioning import choose
from clusters.search.pool import Pool
from clusters.search.solution import Found

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["recombine"]


def recombine(
    pool: Pool,
    best: Found,
    *,
    seed: int,
    work: float,
    within: IntArray | None = None,
    prices: FloatArray | None = None,
    most: int = 3000,
    register: Callable[[cp_model.CpSolver | None], None] = lambda _: None,
) -> tuple[Found | None, float]:
    """Return a better plan made of clusters in the pool (None: none found), and the work.

    Parameters
    ----------
    within
        Clusters of the best plan, by number, whose part of the map is made again; all by default.
    prices
        Multiplier of each atom, array (n,): clusters with the least reduced cost are tried.
    most
        Most clusters in the model.
    """
    instance = pool.instance
    own = best.clusters if within is None else tuple(best.clusters[c] for c in within)
    # the other side of the search may add clusters meanwhile
    costs = pool.cost | dict(zip(best.clusters, best.costs, strict=True))
    columns = list(dict.fromkeys([*own, *_columns(costs, own, prices, most)]))
    if len(columns) == len(own):
        return None, 0.0
    position = {a: q for q, a in enumerate(a for cluster in own for a in cluster)}
    choice = choose(
        [[position[a] for a in cluster] for cluster in columns],
        np.array([costs[cluster] for cluster in columns]),
        len(position),
        len(own),
        # sums of a few numbers in any order differ in the last digits
        below=sum(costs[c] for c in own) * (1 + 1e-12),
        hint=range(len(own)),
        seed=seed,
        work=work,
        register=register,
    )
    if choice.chosen is None:
        return None, choice.work
    new = [list(columns[number]) for number in choice.chosen]
    found = best.replaced(instance, own, new)
    return (found if found is not None and found.cost < best.cost else None), choice.work


def _columns(
    costs: dict[tuple[int, ...], float],
    own: tuple[tuple[int, ...], ...],
    prices: FloatArray | None,
    most: int,
) -> list[tuple[int, ...]]:
    """Clusters of the pool that lie within those of a plan: of least reduced cost, else newest."""
    inside = {a for cluster in own for a in cluster}
    columns = [c for c in costs if inside.issuperset(c)]
    if prices is not None and len(columns) > most:
        reduced = [costs[c] - prices[list(c)].sum() for c in columns]
        return [columns[q] for q in np.argsort(reduced, kind="stable")[:most]]
    return columns[-most:]
