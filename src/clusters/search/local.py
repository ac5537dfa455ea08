"""Fast local moves: shift one atom to a neighbouring cluster, with a memory and a moving penalty.

Tabu search with strategic oscillation (Glover 1989): bounds may be broken at a price that rises
while the draft breaks them and falls while it keeps them, so that the walk crosses between good
plans. Every cluster that is connected stays connected. Compiled with numba.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numba as nb
import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.found import Found

__all__ = ["Tables", "Walk", "tables_of", "wander"]

NEAREST = 10
"""Where contiguity plays no part, an atom is offered the clusters of this many nearby atoms."""
BARRED = 4.0
"""A barred pair costs this many times the dearest allowed one (plus the mean cluster's cost)."""
SLICE = 2000
"""Moves between two looks at the clock."""
LOOK = 8
"""Moves between two looks at all atoms under the latest penalty."""

_jit = nb.njit(nogil=True, cache=True)
_inner = nb.njit(nogil=True, cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


class Walk(NamedTuple):
    """Where a walk led: the best plan met that keeps every rule (or None), and the last draft."""

    found: Found | None
    labels: IntArray


class Tables(NamedTuple):
    """An instance as flat arrays for compiled code; lists of lists as (start, values)."""

    k: int
    cost: Any
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
    finite = instance.cost[np.isfinite(instance.cost)]
    dearest = float(finite.max(initial=0.0))
    barred = BARRED * dearest + float(finite.sum()) / max(1, instance.m * instance.k) + 1.0
    n = instance.n
    own = [np.flatnonzero(instance.home == a).tolist() for a in range(n)]
    graph: Iterable[Iterable[int]]
    if instance.school_neighbours is None:
        nodes: list[Iterable[int]] = [[a] for a in range(n)]
        graph = instance.neighbours if instance.neighbours is not None else [[]] * n
    else:
        nodes, graph = list(instance.members), instance.school_neighbours
    node_start, node = _flat(nodes)
    owner = np.empty(len(list(graph)), dtype=np.int64)
    owner[node] = np.repeat(np.arange(n), np.diff(node_start))
    graph_start, graph_values = _flat(graph if instance.neighbours is not None else [])
    apart: list[list[int]] = [[] for _ in range(n)]
    for a, b in instance.apart:
        apart[a].append(b)
        apart[b].append(a)
    groups: list[list[int]] = [[] for _ in range(n)]
    for g, atoms in enumerate(instance.groups):
        for a in atoms.tolist():
            groups[a].append(g)
    near = instance.neighbours if instance.neighbours is not None else _nearest(instance)
    even = instance.balance_load
    return Tables(
        instance.k,
        np.where(np.isfinite(instance.cost), instance.cost, barred),
        barred,
        instance.home,
        *_flat(own),
        *_flat(near),
        node_start,
        node,
        owner,
        graph_start,
        graph_values,
        instance.loads,
        instance.low,
        instance.high,
        np.maximum(1.0, instance.loads.sum(axis=1) / instance.k),
        instance.excused,
        instance.excused_low,
        instance.excused_high,
        *_flat(apart),
        np.zeros(0) if even is None else even,
        instance.balance_mean,
        instance.balance_price,
        *_flat(groups),
        len(instance.groups),
        instance.group_price,
        np.array([u.shortfall for u in instance.unmet]).reshape(-1, n),
        np.array([u.price for u in instance.unmet], dtype=np.float64),
    )


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


def wander(
    instance: Instance,
    tables: Tables,
    labels: IntArray,
    rng: np.random.Generator,
    *,
    steps: int,
    patience: int,
    stop: Callable[[], bool] = lambda: False,
) -> Walk:
    """Walk from a draft by the best allowed shifts.

    Parameters
    ----------
    labels
        Cluster number of each atom, array (n,); may break rules, no cluster empty.
    steps
        Most moves.
    patience
        Moves without a better plan after which to stop, once there is one.
    """
    state = _empty_state(tables, np.array(labels, dtype=np.int64))
    best, tabu = state.labels.copy(), np.zeros((instance.n, instance.k), dtype=np.int64)
    # lowest cost so far, penalty, state of the dice: carried from slice to slice
    carried = np.array([np.inf, _begin(tables, state), float(rng.integers(1 << 30))])
    done, stale = 0, 0
    while done < steps and stale < patience and not stop():
        count = min(SLICE, steps - done)
        stale = _walk(tables, state, best, tabu, carried, done, count, stale, patience)
        done += count
    if not np.isfinite(carried[0]):
        return Walk(None, state.labels)
    clusters = [np.flatnonzero(best == c).tolist() for c in range(instance.k)]
    return Walk(Found.of(instance, clusters), best)


# ---- compiled -----------------------------------------------------------------------------------


class _State(NamedTuple):
    """Running sums of a walk, by cluster; by atom where it may go (`target`) at what `price`."""

    labels: Any
    may_leave: Any
    centre: Any
    cost: Any
    excess: Any
    load: Any
    low: Any
    high: Any
    even: Any
    pieces: Any
    short: Any
    seen: Any
    queue: Any
    price: Any
    target: Any


def _empty_state(t: Tables, labels: IntArray) -> _State:
    k, n, r, nodes = t.k, len(labels), len(t.low), len(t.owner)
    return _State(
        labels=labels,
        may_leave=np.zeros(n, dtype=np.bool_),
        centre=np.full(k, -1, dtype=np.int64),
        cost=np.zeros(k),
        excess=np.zeros(k),
        load=np.zeros((r, k), dtype=np.int64),
        low=np.zeros((r, k), dtype=np.int64),
        high=np.zeros((r, k), dtype=np.int64),
        even=np.zeros(k),
        pieces=np.zeros((t.n_groups, k), dtype=np.int64),
        short=np.zeros((len(t.short_price), k)),
        seen=np.zeros(nodes, dtype=np.int64),
        queue=np.zeros(nodes + 1, dtype=np.int64),
        price=np.zeros(n),
        target=np.zeros(n, dtype=np.int64),
    )


@_inner
def _add_to_sums(t, s, a, c, sign):  # type: ignore[no-untyped-def]
    """Add an atom to (or take it from) the sums of a cluster."""
    for d in range(len(t.low)):
        s.load[d, c] += sign * t.loads[d, a]
    if len(t.even):
        s.even[c] += sign * t.even[a]
    for q in range(t.group_start[a], t.group_start[a + 1]):
        s.pieces[t.group[q], c] += sign
    for u in range(len(t.short_price)):
        s.short[u, c] += sign * t.short[u, a]


@_inner
def _refresh(t, s, c):  # type: ignore[no-untyped-def]
    """Look at a cluster anew: centre, cost, bounds, excess, and who may leave it."""
    atoms = _atoms_of(s.labels, c)
    s.centre[c], own = _recentre(atoms, t.cost, t.centre_start, t.centre, t.barred)
    s.cost[c] = own + _shared(t, s, c)
    _set_bounds(t, s, c)
    excess = _conflicts(t, s, c, atoms)
    for d in range(len(t.low)):
        over = max(s.load[d, c] - s.high[d, c], 0) + max(s.low[d, c] - s.load[d, c], 0)
        excess += over / t.scale[d]
    parts = 1
    if len(t.graph_start) > 1:
        parts = _parts(t, s, atoms, c, -1)
        for a in atoms:
            s.may_leave[a] = len(atoms) > 1 and _parts(t, s, atoms, c, a) <= parts
    else:
        for a in atoms:
            s.may_leave[a] = len(atoms) > 1
    s.excess[c] = excess + (parts - 1)


@_inner
def _atoms_of(labels, c):  # type: ignore[no-untyped-def]
    """Atoms of a cluster."""
    count = 0
    for a in range(len(labels)):
        count += labels[a] == c
    atoms = np.empty(count, dtype=np.int64)
    count = 0
    for a in range(len(labels)):
        if labels[a] == c:
            atoms[count] = a
            count += 1
    return atoms


@_inner
def _total(values):  # type: ignore[no-untyped-def]
    total = 0.0
    for value in values:
        total += value
    return total


@_inner
def _recentre(atoms, cost, centre_start, centre, barred):  # type: ignore[no-untyped-def]
    """Cheapest candidate centre among some atoms (-1: none) and the sum of the pair costs."""
    best, lowest = -1, barred * max(1, len(atoms))
    for a in atoms:
        for q in range(centre_start[a], centre_start[a + 1]):
            j = centre[q]
            total = 0.0
            for b in atoms:
                total += cost[b, j]
                if total >= lowest:
                    break
            if total < lowest:
                best, lowest = j, total
    return best, lowest


@_inner
def _shared(t, s, c):  # type: ignore[no-untyped-def]
    """Cost of a cluster beyond its pair costs."""
    total = 0.0
    if len(t.even):
        total += t.even_price * abs(s.even[c] - t.even_mean)
    for g in range(t.n_groups):
        total += t.group_price * (s.pieces[g, c] > 0)
    for u in range(len(t.short_price)):
        total += t.short_price[u] * max(s.short[u, c], 0.0)
    return total


@_inner
def _set_bounds(t, s, c):  # type: ignore[no-untyped-def]
    """Bounds of a cluster: the loosest of the excused atoms it holds."""
    for d in range(len(t.low)):
        s.low[d, c] = t.low[d]
        s.high[d, c] = t.high[d]
    for e in range(len(t.excused)):
        if s.labels[t.excused[e]] == c:
            for d in range(len(t.low)):
                s.low[d, c] = min(s.low[d, c], t.excused_low[e, d])
                s.high[d, c] = max(s.high[d, c], t.excused_high[e, d])


@_inner
def _conflicts(t, s, c, atoms):  # type: ignore[no-untyped-def]
    """Count barred pairs and pairs that must be apart in a cluster (1 without a centre)."""
    if s.centre[c] < 0:
        return 1.0
    conflicts = 0.0
    for a in atoms:
        conflicts += t.cost[a, s.centre[c]] >= t.barred
        for q in range(t.apart_start[a], t.apart_start[a + 1]):
            conflicts += 0.5 * (s.labels[t.apart[q]] == c)
    return conflicts


@_inner
def _parts(t, s, atoms, c, gone):  # type: ignore[no-untyped-def]
    """Count the connected parts of a cluster without the atom `gone` (-1: with all its atoms)."""
    node, graph_start, graph = t.node, t.graph_start, t.graph
    owner, labels, seen, queue = t.owner, s.labels, s.seen, s.queue
    for a in atoms:
        for q in range(t.node_start[a], t.node_start[a + 1]):
            seen[node[q]] = 0
    parts = 0
    for a in atoms:
        if a == gone:
            continue
        for q in range(t.node_start[a], t.node_start[a + 1]):
            if seen[node[q]]:
                continue
            parts += 1
            seen[node[q]] = 1
            queue[0] = node[q]
            head, tail = 0, 1
            while head < tail:
                x = queue[head]
                head += 1
                for p in range(graph_start[x], graph_start[x + 1]):
                    y = graph[p]
                    if not seen[y] and labels[owner[y]] == c and owner[y] != gone:
                        seen[y] = 1
                        queue[tail] = y
                        tail += 1
    return parts


@_inner
def _price(t, s, a, target, penalty):  # type: ignore[no-untyped-def]
    """Price of moving an atom beyond its pair cost: shared costs + penalty x change of excess."""
    source = s.labels[a]
    excess = 0.0
    for d in range(len(t.low)):
        w = t.loads[d, a]
        x, low, high = s.load[d, target], s.low[d, target], s.high[d, target]
        y, floor, roof = s.load[d, source], s.low[d, source], s.high[d, source]
        change = max(x + w - high, 0) + max(low - x - w, 0) - max(x - high, 0) - max(low - x, 0)
        change += (
            max(y - w - roof, 0) + max(floor - y + w, 0) - max(y - roof, 0) - max(floor - y, 0)
        )
        excess += change / t.scale[d]
    for q in range(t.apart_start[a], t.apart_start[a + 1]):
        other = s.labels[t.apart[q]]
        excess += (other == target) * 1.0 - (other == source) * 1.0
    price = penalty * excess
    if len(t.even):
        w = t.even[a]
        x, y = s.even[target] - t.even_mean, s.even[source] - t.even_mean
        price += t.even_price * (abs(x + w) - abs(x) + abs(y - w) - abs(y))
    for q in range(t.group_start[a], t.group_start[a + 1]):
        g = t.group[q]
        price += t.group_price * (
            (s.pieces[g, target] == 0) * 1.0 - (s.pieces[g, source] == 1) * 1.0
        )
    for u in range(len(t.short_price)):
        w, x, y = t.short[u, a], s.short[u, target], s.short[u, source]
        price += t.short_price[u] * (max(x + w, 0.0) - max(x, 0.0) + max(y - w, 0.0) - max(y, 0.0))
    return price


@_inner
def _look(t, s, tabu, step, penalty, first, second):  # type: ignore[no-untyped-def]
    """Find the best move of every atom in or near two clusters (-1: of every atom)."""
    labels, near_start, near = s.labels, t.near_start, t.near
    for a in range(len(labels)):
        concerned = first < 0 or labels[a] == first or labels[a] == second
        for q in range(near_start[a], near_start[a + 1]):
            if concerned:
                break
            concerned = labels[near[q]] == first or labels[near[q]] == second
        if concerned:
            _look_at(t, s, tabu, step, penalty, a)


@_inner
def _look_at(t, s, tabu, step, penalty, a):  # type: ignore[no-untyped-def]
    """Find the best move of one atom: s.target[a] at s.price[a] (infinity where there is none)."""
    labels, near = s.labels, t.near
    s.price[a] = np.inf
    if not s.may_leave[a]:
        return
    source, first = labels[a], t.near_start[a]
    old = t.cost[a, s.centre[source]] if s.centre[source] >= 0 else t.barred
    for q in range(first, t.near_start[a + 1]):
        target = labels[near[q]]
        repeated = target == source or tabu[a, target] > step
        for p in range(first, q):
            if repeated:
                break
            repeated = labels[near[p]] == target
        if repeated:
            continue
        new = t.cost[a, s.centre[target]] if s.centre[target] >= 0 else t.barred
        price = new - old + _price(t, s, a, target, penalty)
        if price < s.price[a]:
            s.price[a], s.target[a] = price, target


@_jit
def _walk(t, s, best, tabu, carried, begin, count, stale, patience):  # type: ignore[no-untyped-def]
    """Make up to `count` moves; returns the number of moves since the best plan."""
    labels = s.labels
    lowest, penalty, dice = carried[0], carried[1], np.int64(carried[2])
    source, target, at_hand = -1, -1, penalty
    roof = 1e4 * (1.0 + abs(_total(s.cost)))
    # a larger draft needs more moves to answer to a price
    rise, fall = np.exp(5.0 / len(labels)), np.exp(-12.0 / len(labels))
    for step in range(begin, begin + count):
        if _total(s.excess) < 1e-9:
            penalty *= fall
            total = _total(s.cost)
            if total < lowest - 1e-9 * abs(total):
                lowest, stale = total, 0
                for b in range(len(labels)):
                    best[b] = labels[b]
        else:
            penalty = min(rise * penalty, roof)
        if stale >= patience:
            break
        stale += lowest < np.inf
        if step % LOOK == 0 or source < 0:
            at_hand, source = penalty, -1
        _look(t, s, tabu, step, at_hand, source, target)
        a = np.argmin(s.price)
        if s.price[a] == np.inf:
            source = -1
            continue  # everything is forbidden for now: let the memory run on
        source, target = labels[a], s.target[a]
        _add_to_sums(t, s, a, source, -1)
        _add_to_sums(t, s, a, target, 1)
        labels[a] = target
        _refresh(t, s, source)
        _refresh(t, s, target)
        dice = (dice * 1103515245 + 12345) % 2147483648
        tabu[a, source] = step + 4 + (dice >> 8) % (4 + len(labels) // 16)
    carried[0], carried[1], carried[2] = lowest, penalty, float(dice)
    return stale


@_jit
def _begin(t, s):  # type: ignore[no-untyped-def]
    """Sum up a draft; returns a first price per mean cluster of excess."""
    for a in range(len(s.labels)):
        _add_to_sums(t, s, a, s.labels[a], 1)
    for c in range(t.k):
        _refresh(t, s, c)
    return _total(s.cost) / t.k + 1.0
