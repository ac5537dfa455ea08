"""An instance as flat arrays for compiled code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance

__all__ = ["Tables", "tables_of"]

NEAREST = 10
"""Where contiguity plays no part, an atom is offered the clusters of this many nearby atoms."""
BARRED = 4.0
"""A barred pair costs this many times the dearest allowed one (plus the mean cluster's cost)."""


class Tables(NamedTuple):
    """An instance as flat arrays; lists of lists as (start, values).

    `cost` is there twice, by atom and by centre, so that both directions lie together in memory.
    """

    k: int
    cost: Any
    cost_at: Any
    barred: float
    home: Any
    centre_start: Any
    centre: Any
    near_start: Any
    near: Any
    node_start: Any
    node: Any
    owner: Any
    graph_start: Any
    graph: Any
    loads: Any
    low: Any
    high: Any
    scale: Any
    excused: Any
    excused_low: Any
    excused_high: Any
    is_excused: Any
    apart_start: Any
    apart: Any
    even: Any
    even_mean: float
    even_price: float
    group_start: Any
    group: Any
    n_groups: int
    group_price: float
    short: Any
    short_price: Any


def tables_of(instance: Instance) -> Tables:
    """Flatten an instance."""
    allowed = np.isfinite(instance.cost)
    finite = instance.cost[allowed]
    dearest = float(finite.max(initial=0.0))
    barred = BARRED * dearest + float(finite.sum()) / max(1, instance.m * instance.k) + 1.0
    cost = np.where(allowed, instance.cost, barred)
    n = instance.n
    nodes, graph = _graph(instance)
    node_start, node = _flat(nodes)
    owner = np.full(len(graph), -1, dtype=np.int64)  # every node has an atom: none stays -1
    owner[node] = np.repeat(np.arange(n), np.diff(node_start))
    graph_start, graph_values = _flat(graph if instance.neighbours is not None else [])
    near = instance.neighbours if instance.neighbours is not None else _nearest(instance)
    even = instance.balance_load
    tables = Tables(
        instance.k,
        cost,
        cost.T,
        barred,
        instance.home,
        *_flat([np.flatnonzero(instance.home == a).tolist() for a in range(n)]),
        *_flat(near),
        node_start,
        node,
        owner,
        graph_start,
        graph_values,
        instance.loads.T,
        instance.low,
        instance.high,
        np.maximum(1.0, instance.loads.sum(axis=1) / instance.k),
        instance.excused,
        instance.excused_low,
        instance.excused_high,
        np.isin(np.arange(n), instance.excused),
        *_flat(_apart(instance)),
        np.zeros(0) if even is None else even,
        float(instance.balance_mean),
        float(instance.balance_price),
        *_flat(_groups(instance)),
        len(instance.groups),
        float(instance.group_price),
        np.array([u.shortfall for u in instance.unmet], dtype=np.float64).reshape(-1, n),
        np.array([u.price for u in instance.unmet], dtype=np.float64),
    )
    # another memory layout would be another type, and compiled again
    arrays: dict[str, Any] = {
        name: np.ascontiguousarray(value)
        for name, value in tables._asdict().items()
        if isinstance(value, np.ndarray)
    }
    return tables._replace(**arrays)


def _graph(instance: Instance) -> tuple[list[Any], list[Any]]:
    """Nodes of each atom, and neighbours of each node: schools where atoms may be in pieces."""
    if instance.school_neighbours is not None:
        return list(instance.members), list(instance.school_neighbours)
    nodes = [[a] for a in range(instance.n)]
    if instance.neighbours is None:
        return nodes, [[] for _ in nodes]
    return nodes, list(instance.neighbours)


def _apart(instance: Instance) -> list[list[int]]:
    """Atoms that each atom must be apart from."""
    apart: list[list[int]] = [[] for _ in range(instance.n)]
    for a, b in instance.apart:
        apart[a].append(b)
        apart[b].append(a)
    return apart


def _groups(instance: Instance) -> list[list[int]]:
    """Pyramids of each atom."""
    groups: list[list[int]] = [[] for _ in range(instance.n)]
    for g, atoms in enumerate(instance.groups):
        for a in atoms.tolist():
            groups[a].append(g)
    return groups


def _flat(lists: Iterable[Iterable[int]]) -> tuple[IntArray, IntArray]:
    """Put lists end to end: where each begins, and the values."""
    rows = [list(row) for row in lists]
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return start, np.array([value for row in rows for value in row], dtype=np.int64)


def _nearest(instance: Instance) -> list[list[int]]:
    """Atoms near each atom, by what it would cost to have them as centre."""
    count = min(NEAREST + 1, instance.m)
    nearest = np.argpartition(instance.cost, count - 1, axis=1)[:, :count]
    lists = []
    for a in range(instance.n):
        row = sorted(
            {int(instance.home[c]) for c in nearest[a] if np.isfinite(instance.cost[a, c])}
        )
        lists.append([b for b in row if b != a])
    return lists
