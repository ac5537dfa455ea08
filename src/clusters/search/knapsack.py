"""Exact knapsacks by dynamic programming over the load, compiled with numba.

Given reduced costs r, whole loads q and a capacity U: the least sum of r over a set of items whose
load is at most U (or lies between L and U). Prefix and suffix tables give, for every item at once,
the value with that item forced in. Source: Martello & Toth 1990, "Knapsack Problems", ch. 2.
"""

from __future__ import annotations

import numba as nb
import numpy as np

__all__ = ["best_clusters", "forced_values", "least_values"]

_OPTIONS = {"nogil": True, "cache": True, "boundscheck": False}
INFINITY = 1e300


@nb.njit(**_OPTIONS)
def _extend(f, g, q, r, reach, capacity):  # type: ignore[no-untyped-def]
    """g = f with one more item; returns the furthest load reached."""
    top = min(capacity, reach + q)
    for v in range(q):
        g[v] = f[v]
    for v in range(q, min(reach, capacity) + 1):
        with_item = f[v - q] + r
        g[v] = f[v] if f[v] <= with_item else with_item
    for v in range(max(q, reach + 1), top + 1):
        g[v] = f[v - q] + r
    return top


@nb.njit(**_OPTIONS)
def _fill(f, items, q, r, capacity):  # type: ignore[no-untyped-def]
    """f[v] = least sum of r over the items with load at most v (f[v] is never rising)."""
    for v in range(capacity + 1):
        f[v] = 0.0
    for i in items:
        w = q[i]
        for v in range(capacity, w - 1, -1):
            with_item = f[v - w] + r[i]
            if with_item < f[v]:
                f[v] = with_item


@nb.njit(**_OPTIONS)
def _fill_exact(f, items, q, r, capacity):  # type: ignore[no-untyped-def]
    """f[v] = least sum of r over the items with load exactly v."""
    for v in range(capacity + 1):
        f[v] = INFINITY
    f[0] = 0.0
    reach = 0
    for i in items:
        w = q[i]
        reach = min(capacity, reach + w)
        for v in range(reach, w - 1, -1):
            with_item = f[v - w] + r[i]
            if with_item < f[v]:
                f[v] = with_item


@nb.njit(**_OPTIONS)
def least_values(start, items, q, r, home_load, low, high, z):  # type: ignore[no-untyped-def]
    """Least value z[c] of a cluster of each centre, its own atom apart.

    start, items: items of centre c are items[start[c]:start[c + 1]], positions into q and r.
    low, high: bounds per centre on the load beside the centre's own atom.
    """
    m = len(start) - 1
    f = np.empty(max(1, high.max() + 1))
    for c in range(m):
        capacity = high[c]
        if capacity < 0:
            z[c] = INFINITY
            continue
        mine = np.arange(start[c], start[c + 1])
        if low[c] > 0:
            _fill_exact(f, mine, q, r, capacity)
            best = INFINITY
            for v in range(low[c], capacity + 1):
                best = min(best, f[v])
            z[c] = best
        else:
            good = mine[r[mine] < 0]
            total = 0
            for i in good:
                total += q[i]
            if total <= capacity:
                value = 0.0
                for i in good:
                    value += r[i]
                z[c] = value
            else:
                _fill(f, good, q, r, capacity)
                z[c] = f[capacity]


@nb.njit(**_OPTIONS)
def best_clusters(start, items, q, r, low, high, chosen, taken):  # type: ignore[no-untyped-def]
    """Mark in taken[row, :] the items of a least-value cluster of each chosen centre."""
    for row in range(len(chosen)):
        c = chosen[row]
        capacity = high[c]
        if capacity < 0:
            continue
        mine = np.arange(start[c], start[c + 1])
        if low[c] <= 0:
            mine = mine[r[mine] < 0]
        use = np.zeros((len(mine), capacity + 1), dtype=np.bool_)
        f = np.full(capacity + 1, INFINITY if low[c] > 0 else 0.0)
        f[0] = 0.0
        for x in range(len(mine)):
            i = mine[x]
            w = q[i]
            for v in range(capacity, w - 1, -1):
                with_item = f[v - w] + r[i]
                if with_item < f[v]:
                    f[v] = with_item
                    use[x, v] = True
        v = capacity
        if low[c] > 0:
            for u in range(low[c], capacity + 1):
                if f[u] < f[v] or v == capacity and f[v] >= INFINITY:
                    v = u
        for x in range(len(mine) - 1, -1, -1):
            if use[x, v]:
                taken[row, items[mine[x]]] = True
                v -= q[mine[x]]


@nb.njit(**_OPTIONS)
def forced_values(start, q, r, low, high, z, forced):  # type: ignore[no-untyped-def]
    """forced[i] = least value of the cluster of i's centre with item i in it."""
    m = len(start) - 1
    for c in range(m):
        capacity = high[c]
        size = start[c + 1] - start[c]
        if capacity < 0:
            for i in range(start[c], start[c + 1]):
                forced[i] = INFINITY
            continue
        mine = np.arange(start[c], start[c + 1])
        exact = low[c] > 0
        table = mine if exact else mine[r[mine] < 0]
        t = len(table)
        before = np.empty((t + 1, capacity + 1))
        after = np.empty((t + 1, capacity + 1))
        base = INFINITY if exact else 0.0
        before[0, :] = base
        after[t, :] = base
        before[0, 0] = 0.0
        after[t, 0] = 0.0
        for x in range(t):
            i, w = table[x], q[table[x]]
            for v in range(capacity + 1):
                value = before[x, v]
                if v >= w and before[x, v - w] + r[i] < value:
                    value = before[x, v - w] + r[i]
                before[x + 1, v] = value
        for x in range(t - 1, -1, -1):
            i, w = table[x], q[table[x]]
            for v in range(capacity + 1):
                value = after[x + 1, v]
                if v >= w and after[x + 1, v - w] + r[i] < value:
                    value = after[x + 1, v - w] + r[i]
                after[x, v] = value
        if not exact:
            for i in range(start[c], start[c + 1]):
                if r[i] >= 0:
                    left = capacity - q[i]
                    forced[i] = INFINITY if left < 0 else r[i] + before[t, left]
            for x in range(t):
                i = table[x]
                left = capacity - q[i]
                best = INFINITY
                for v in range(left + 1):
                    best = min(best, before[x, v] + after[x + 1, left - v])
                forced[i] = r[i] + best if left >= 0 else INFINITY
        else:
            window = np.empty(capacity + 1)
            for x in range(t):
                i = table[x]
                left = capacity - q[i]
                need = low[c] - q[i]
                if left < 0:
                    forced[i] = INFINITY
                    continue
                # window[v] = min of after[x+1, w] for w between need - v and left - v
                _window_min(after[x + 1], max(0, need), left, need, window)
                best = INFINITY
                for v in range(left + 1):
                    best = min(best, before[x, v] + window[v])
                forced[i] = r[i] + best
        if size == 0:
            continue


@nb.njit(**_OPTIONS)
def _window_min(values, _first, left, need, window):  # type: ignore[no-untyped-def]
    """window[v] = min(values[w] for max(0, need - v) <= w <= left - v), by a monotone queue."""
    queue = np.empty(left + 2, dtype=np.int64)
    head, tail = 0, 0
    pushed = -1
    # v from left down to 0: the upper end left - v rises, the lower end need - v rises too
    for v in range(left, -1, -1):
        top = left - v
        while pushed < top:
            pushed += 1
            while tail > head and values[queue[tail - 1]] >= values[pushed]:
                tail -= 1
            queue[tail] = pushed
            tail += 1
        bottom = need - v
        while head < tail and queue[head] < bottom:
            head += 1
        window[v] = values[queue[head]] if head < tail else INFINITY
