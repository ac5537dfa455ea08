"""Running sums of a draft, and what it costs to shift one atom: exact, the best centre included.

Compiled with numba. For each candidate centre the sum of the costs of its cluster's members is kept
up to date, so that a shift, with the best centres of both clusters after it, is priced in one pass
over their members.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clusters.domain import IntArray
from clusters.search.arrays import Tables
from clusters.search.compiled import inlined, inner

__all__ = [
    "NONE",
    "State",
    "change",
    "empty_state",
    "estimate",
    "excess_change",
    "move",
    "settle",
    "still_whole",
]

NONE, ONE, ZERO = np.int64(-1), np.int64(1), np.int64(0)
"""As typed values: a plain number would be a type of its own, and each function compiled for it."""


class State(NamedTuple):
    """A draft with its sums, by cluster; `sums` by candidate centre within its own cluster."""

    labels: Any
    member: Any
    size: Any
    slot: Any
    sums: Any
    centre: Any
    own: Any
    load: Any
    low: Any
    high: Any
    even: Any
    pieces: Any
    short: Any
    shared: Any
    excess: Any
    parts: Any
    broken: Any
    seen: Any
    queue: Any
    totals: Any


def empty_state(t: Tables, labels: IntArray) -> State:
    """Return a state for these labels; `settle` fills it."""
    k, n, r, nodes = t.k, len(labels), len(t.low), len(t.owner)
    return State(
        labels=labels,
        member=np.zeros((k, n), dtype=np.int64),
        size=np.zeros(k, dtype=np.int64),
        slot=np.zeros(n, dtype=np.int64),
        sums=np.zeros(len(t.home)),
        centre=np.full(k, -1, dtype=np.int64),
        own=np.zeros(k),
        load=np.zeros((k, r), dtype=np.int64),
        low=np.zeros((k, r), dtype=np.int64),
        high=np.zeros((k, r), dtype=np.int64),
        even=np.zeros(k),
        pieces=np.zeros((k, t.n_groups), dtype=np.int64),
        short=np.zeros((k, len(t.short_price))),
        shared=np.zeros(k),
        excess=np.zeros(k),
        parts=np.ones(k, dtype=np.int64),
        broken=np.zeros(k, dtype=np.bool_),
        seen=np.zeros(nodes, dtype=np.int64),
        queue=np.zeros(nodes + 1, dtype=np.int64),
        totals=np.zeros(4),
    )


@inner
def settle(t, s):  # type: ignore[no-untyped-def]  # numba infers them
    """Sum up the labels from nothing."""
    s.size[:] = 0
    s.load[:] = 0
    s.even[:] = 0.0
    s.pieces[:] = 0
    s.short[:] = 0.0
    for a in range(len(s.labels)):
        c = s.labels[a]
        s.slot[a] = s.size[c]
        s.member[c, s.size[c]] = a
        s.size[c] += 1
        _count(t, s, a, c, ONE)
    for c in range(t.k):
        for p in range(s.size[c]):
            _add_up(t, s, s.member[c, p], c)
        s.parts[c] = 1
        if len(t.graph_start) > 1:
            s.parts[c] = _parts(t, s, c, NONE, NONE)
        s.own[c] = 0.0
        s.shared[c] = 0.0
        s.excess[c] = 0.0
        s.broken[c] = False
        _refresh(t, s, c)
    s.totals[0] = s.own.sum() + s.shared.sum()
    s.totals[1] = s.excess.sum()
    s.totals[2] = s.broken.sum()


@inlined
def _count(t, s, a, c, sign):  # type: ignore[no-untyped-def]  # numba infers them
    """Add an atom to (or take it from) the sums of a cluster that do not depend on centres."""
    for d in range(len(t.low)):
        s.load[c, d] += sign * t.loads[a, d]
    if len(t.even):
        s.even[c] += sign * t.even[a]
    for q in range(t.group_start[a], t.group_start[a + 1]):
        s.pieces[c, t.group[q]] += sign
    for u in range(len(t.short_price)):
        s.short[c, u] += sign * t.short[u, a]


@inlined
def _add_up(t, s, a, c):  # type: ignore[no-untyped-def]  # numba infers them
    """Add up the costs of a cluster's members at the candidate centres that an atom holds."""
    for q in range(t.centre_start[a], t.centre_start[a + 1]):
        j = t.centre[q]
        total = 0.0
        for p in range(s.size[c]):
            total += t.cost_at[j, s.member[c, p]]
        s.sums[j] = total


@inlined
def move(t, s, a, target, parts_left, parts_there):  # type: ignore[no-untyped-def]  # numba infers them
    """Shift an atom to another cluster; the parts of both afterwards are the caller's finding."""
    source = s.labels[a]
    last = s.member[source, s.size[source] - 1]
    s.member[source, s.slot[a]] = last
    s.slot[last] = s.slot[a]
    s.size[source] -= 1
    for p in range(s.size[source]):
        b = s.member[source, p]
        for q in range(t.centre_start[b], t.centre_start[b + 1]):
            s.sums[t.centre[q]] -= t.cost[a, t.centre[q]]
    for p in range(s.size[target]):
        b = s.member[target, p]
        for q in range(t.centre_start[b], t.centre_start[b + 1]):
            s.sums[t.centre[q]] += t.cost[a, t.centre[q]]
    s.slot[a] = s.size[target]
    s.member[target, s.size[target]] = a
    s.size[target] += 1
    s.labels[a] = target
    _add_up(t, s, a, target)
    s.parts[source] = parts_left
    s.parts[target] = parts_there
    for sign in range(-1, 2, 2):
        c = target if sign > 0 else source
        _count(t, s, a, c, sign)
        _refresh(t, s, c)


@inlined
def _refresh(t, s, c):  # type: ignore[no-untyped-def]  # numba infers them
    """Look at a cluster again: centre, cost, bounds, excess; keeps the totals."""
    best, lowest = -1, t.barred * max(1, s.size[c])
    for p in range(s.size[c]):
        b = s.member[c, p]
        for q in range(t.centre_start[b], t.centre_start[b + 1]):
            if s.sums[t.centre[q]] < lowest:
                best, lowest = t.centre[q], s.sums[t.centre[q]]
    shared = _shared(t, s, c, NONE, ZERO)
    excess = s.parts[c] - 1.0
    for d in range(len(t.low)):
        s.low[c, d], s.high[c, d] = _bounds(t, s, c, d, NONE, NONE)
        excess += _over(s.load[c, d], s.low[c, d], s.high[c, d]) / t.scale[d]
    conflicts = 0
    for p in range(s.size[c]):
        a = s.member[c, p]
        for q in range(t.apart_start[a], t.apart_start[a + 1]):
            conflicts += s.labels[t.apart[q]] == c
    excess += 0.5 * conflicts
    broken = excess > 0.0 or best < 0
    if lowest >= t.barred and not broken:
        for p in range(s.size[c]):
            broken = broken or t.cost[s.member[c, p], best] >= t.barred
    s.totals[0] += lowest + shared - s.own[c] - s.shared[c]
    s.totals[1] += excess - s.excess[c]
    s.totals[2] += (1.0 if broken else 0.0) - (1.0 if s.broken[c] else 0.0)
    s.centre[c], s.own[c], s.shared[c] = best, lowest, shared
    s.excess[c], s.broken[c] = excess, broken


@inlined
def _over(load, low, high):  # type: ignore[no-untyped-def]  # numba infers them
    return max(load - high, 0) + max(low - load, 0)


@inlined
def _bounds(t, s, c, d, gone, come):  # type: ignore[no-untyped-def]  # numba infers them
    """Bounds of a load of a cluster without one atom and with another: the loosest it holds."""
    low, high = t.low[d], t.high[d]
    for e in range(len(t.excused)):
        x = t.excused[e]
        if x != gone and (x == come or s.labels[x] == c):
            low = min(low, t.excused_low[e, d])
            high = max(high, t.excused_high[e, d])
    return low, high


@inlined
def _shared(t, s, c, a, sign):  # type: ignore[no-untyped-def]  # numba infers them
    """Cost of a cluster beyond its pair costs, with an atom more (sign 1) or less (-1)."""
    total = 0.0
    if len(t.even):
        change = sign * t.even[a] if sign else 0.0
        total += t.even_price * abs(s.even[c] + change - t.even_mean)
    for g in range(t.n_groups):
        total += t.group_price * (s.pieces[c, g] > 0)
    if sign:
        for q in range(t.group_start[a], t.group_start[a + 1]):
            now = s.pieces[c, t.group[q]]
            total += t.group_price * ((now + sign > 0) * 1.0 - (now > 0) * 1.0)
    for u in range(len(t.short_price)):
        change = sign * t.short[u, a] if sign else 0.0
        total += t.short_price[u] * max(s.short[c, u] + change, 0.0)
    return total


@inlined
def _shared_change(t, s, a, target):  # type: ignore[no-untyped-def]  # numba infers them
    """Change of what two clusters cost beyond their pair costs when an atom is shifted."""
    price = 0.0
    if len(t.even) or t.n_groups or len(t.short_price):
        for sign in range(-1, 2, 2):
            c = target if sign > 0 else s.labels[a]
            price += _shared(t, s, c, a, sign) - s.shared[c]
    return price


@inlined
def estimate(t, s, a, target):  # type: ignore[no-untyped-def]  # numba infers them
    """Change of cost when an atom is shifted and both centres stay: never below `change`.

    Minus infinity where nothing can be said without looking for a centre.
    """
    here, there = s.centre[s.labels[a]], s.centre[target]
    if here < 0 or there < 0 or t.home[here] == a:
        return -np.inf
    price = t.cost[a, there] - t.cost[a, here]
    return price + _shared_change(t, s, a, target)


@inlined
def change(t, s, a, target):  # type: ignore[no-untyped-def]  # numba infers them
    """Change of cost when an atom is shifted, both clusters at their best centres."""
    source = s.labels[a]
    left = t.barred * (s.size[source] - 1)
    for p in range(s.size[source]):
        b = s.member[source, p]
        if b == a:
            continue
        for q in range(t.centre_start[b], t.centre_start[b + 1]):
            left = min(left, s.sums[t.centre[q]] - t.cost[a, t.centre[q]])
    there = t.barred * (s.size[target] + 1)
    for p in range(s.size[target]):
        b = s.member[target, p]
        for q in range(t.centre_start[b], t.centre_start[b + 1]):
            there = min(there, s.sums[t.centre[q]] + t.cost[a, t.centre[q]])
    for q in range(t.centre_start[a], t.centre_start[a + 1]):
        j = t.centre[q]
        total = t.cost[a, j]
        for p in range(s.size[target]):
            total += t.cost_at[j, s.member[target, p]]
            if total >= there:
                break
        there = min(there, total)
    return left + there - s.own[source] - s.own[target] + _shared_change(t, s, a, target)


@inlined
def excess_change(t, s, a, target):  # type: ignore[no-untyped-def]  # numba infers them
    """Change of the excess over bounds and of the conflicts when an atom is shifted."""
    source, total = s.labels[a], 0.0
    for d in range(len(t.low)):
        for sign in range(-1, 2, 2):
            c = target if sign > 0 else source
            load, low, high = s.load[c, d], s.low[c, d], s.high[c, d]
            before = _over(load, low, high)
            if t.is_excused[a]:
                low, high = _bounds(t, s, c, d, NONE if sign > 0 else a, a if sign > 0 else NONE)
            after = _over(load + sign * t.loads[a, d], low, high)
            total += (after - before) / t.scale[d]
    for q in range(t.apart_start[a], t.apart_start[a + 1]):
        other = s.labels[t.apart[q]]
        total += (other == target) * 1.0 - (other == source) * 1.0
    return total


@inlined
def still_whole(t, s, a, target):  # type: ignore[no-untyped-def]  # numba infers them
    """Parts of both clusters after a shift (source, target); source -1 where it would fall apart.

    The atom must border on the target.
    """
    source = s.labels[a]
    if len(t.graph_start) <= 1:
        return 1, 1
    left = _parts(t, s, source, a, NONE)
    if left > s.parts[source]:
        return -1, -1
    there = s.parts[target]
    if there > 1 or t.node_start[a + 1] - t.node_start[a] > 1:
        there = _parts(t, s, target, NONE, a)
        if there > s.parts[target]:
            return -1, -1
    return left, there


@inlined
def _parts(t, s, c, gone, come):  # type: ignore[no-untyped-def]  # numba infers them
    """Count the connected parts of a cluster without one atom and with another (-1: none)."""
    s.totals[3] += 1.0
    stamp = np.int64(s.totals[3])
    parts = 0
    for p in range(s.size[c] + (come >= 0)):
        a = s.member[c, p] if p < s.size[c] else come
        if a == gone:
            continue
        for q in range(t.node_start[a], t.node_start[a + 1]):
            if s.seen[t.node[q]] == stamp:
                continue
            parts += 1
            s.seen[t.node[q]] = stamp
            s.queue[0] = t.node[q]
            head, tail = 0, 1
            while head < tail:
                x = s.queue[head]
                head += 1
                for r in range(t.graph_start[x], t.graph_start[x + 1]):
                    y = t.graph[r]
                    o = t.owner[y]
                    if s.seen[y] != stamp and o != gone and (s.labels[o] == c or o == come):
                        s.seen[y] = stamp
                        s.queue[tail] = y
                        tail += 1
    return parts
