"""Exact knapsacks by dynamic programming over the load, compiled with numba.

For each centre: the least sum of reduced costs over a set of items whose load is at most U, or
lies between L and U. Items may come in groups with a price that is paid once per group used (a
pyramid of which the cluster holds a piece). Prefix and suffix tables give, for every item at once,
the value with that item forced in. Source: Martello & Toth 1990, "Knapsack Problems", chapter 2;
for groups with a price, Chajakis & Guignard 1994, "Exact algorithms for the setup knapsack
problem".

Items of centre c are those from start[c] to start[c + 1], the items of a group side by side. q and
r are their loads and reduced costs; group is a number per item (-1: none), price what a group
costs.
"""

from __future__ import annotations

import numpy as np

from clusters.search.compiled import entry, inner

__all__ = ["INFINITY", "best_clusters", "forced_values", "least_values"]

INFINITY = 1e300


@inner
def _clear(f, exact):  # type: ignore[no-untyped-def]  # numba infers them
    """Begin a table: nothing taken yet. Exact tables hold loads of exactly v, others at most v."""
    f[:] = INFINITY if exact else 0.0
    f[0] = 0.0


@inner
def _add_item(f, w, r):  # type: ignore[no-untyped-def]  # numba infers them
    """Offer one more item of load w to a table."""
    for v in range(len(f) - 1, w - 1, -1):
        with_item = f[v - w] + r
        if with_item < f[v]:
            f[v] = with_item


@inner
def _fill(f, h, mine, q, r, group, price, exact):  # type: ignore[no-untyped-def]  # numba infers them
    """Offer all items to a table; h is scratch space for the group that is being opened."""
    _clear(f, exact)
    x = 0
    while x < len(mine):
        g = group[mine[x]]
        if g < 0 or price == 0.0:
            _add_item(f, q[mine[x]], r[mine[x]])
            x += 1
            continue
        for v in range(len(f)):
            h[v] = f[v] + price
        while x < len(mine) and group[mine[x]] == g:
            _add_item(h, q[mine[x]], r[mine[x]])
            x += 1
        for v in range(len(f)):
            if h[v] < f[v]:
                f[v] = h[v]


@inner
def _least(f, low):  # type: ignore[no-untyped-def]  # numba infers them
    """Least value of a table from a load on."""
    value = f[low]
    for v in range(low + 1, len(f)):
        value = min(value, f[v])
    return value


@inner
def _wanted(first, last, r, exact):  # type: ignore[no-untyped-def]  # numba infers them
    """Items worth offering: all where a load must be reached, else those that lower the value."""
    mine, count = np.empty(last - first, dtype=np.int64), 0
    for i in range(first, last):
        if exact or r[i] < 0.0:
            mine[count] = i
            count += 1
    return mine[:count]


@inner
def _useful(first, last, q, r, low, f):  # type: ignore[no-untyped-def]  # numba infers them
    """Items that a least-value set of load low to len(f) - 1 may hold, and that value.

    Those that lower the value come first. Where they do not reach the load, one that raises it by
    r can only help if r is less than what reaching the load costs without it: these come next, the
    cheapest first.
    """
    mine, count = np.empty(last - first, dtype=np.int64), 0
    _clear(f, True)
    for i in range(first, last):
        if r[i] < 0.0:
            _add_item(f, q[i], r[i])
            mine[count] = i
            count += 1
    free, value = _least(f, 0), _least(f, low)
    before, at = -1.0, first - 1
    while value > free:
        # the next in the order of (r, i): a loop is as fast as sorting, where few are needed
        following = -1
        for i in range(first, last):
            later = r[i] > before or (r[i] == before and i > at)
            if r[i] >= 0.0 and later and (following < 0 or r[i] < r[following]):
                following = i
        if following < 0 or r[following] >= value - free:
            break
        before, at = r[following], following
        _add_item(f, q[at], before)
        mine[count] = at
        count += 1
        value = _least(f, low)
    return mine[:count], value


@inner
def _load_of(mine, q):  # type: ignore[no-untyped-def]  # numba infers them
    total = 0
    for i in mine:
        total += q[i]
    return total


@inner
def _unbounded(mine, r, group, price):  # type: ignore[no-untyped-def]  # numba infers them
    """Least value where every wanted item fits."""
    total, x = 0.0, 0
    while x < len(mine):
        g = group[mine[x]]
        if g < 0 or price == 0.0:
            total += r[mine[x]]
            x += 1
            continue
        part = price
        while x < len(mine) and group[mine[x]] == g:
            part += r[mine[x]]
            x += 1
        total += min(0.0, part)
    return total


@entry
def least_values(start, q, r, group, price, low, high, z):  # type: ignore[no-untyped-def]  # numba infers them
    """z[c] = least value of a cluster of centre c, its own atom apart."""
    upper = max(0, high.max()) + 1
    f_space, h_space = np.empty(upper), np.empty(upper)
    for c in range(len(start) - 1):
        if high[c] < max(0, low[c]):
            z[c] = INFINITY
            continue
        exact = low[c] > 0
        mine = _wanted(start[c], start[c + 1], r, exact)
        if not exact and _load_of(mine, q) <= high[c]:
            z[c] = _unbounded(mine, r, group, price)
            continue
        f = f_space[: high[c] + 1]
        if exact and price == 0.0:
            z[c] = _useful(start[c], start[c + 1], q, r, low[c], f)[1]
            continue
        _fill(f, h_space[: high[c] + 1], mine, q, r, group, price, exact)
        z[c] = _least(f, low[c]) if exact else f[high[c]]


@inner
def _fill_traced(mine, q, r, group, price, exact, capacity):  # type: ignore[no-untyped-def]  # numba infers them
    """Fill a table and note every decision: items used, and groups opened at their last item."""
    size = len(mine)
    used = np.zeros((size, capacity + 1), dtype=np.bool_)
    opened = np.zeros((size, capacity + 1), dtype=np.bool_)
    f, h = np.empty(capacity + 1), np.empty(capacity + 1)
    _clear(f, exact)
    for x in range(size):
        i = mine[x]
        grouped = group[i] >= 0 and price > 0.0
        if grouped and (x == 0 or group[mine[x - 1]] != group[i]):
            for v in range(capacity + 1):
                h[v] = f[v] + price
        table = h if grouped else f
        for v in range(capacity, q[i] - 1, -1):
            with_item = table[v - q[i]] + r[i]
            if with_item < table[v]:
                table[v] = with_item
                used[x, v] = True
        if grouped and (x == size - 1 or group[mine[x + 1]] != group[i]):
            for v in range(capacity + 1):
                if h[v] < f[v]:
                    f[v] = h[v]
                    opened[x, v] = True
    return f, used, opened


@entry
def best_clusters(start, items, q, r, group, price, low, high, chosen, taken):  # type: ignore[no-untyped-def]  # numba infers them
    """Mark in taken[row, items] a least-value cluster of each chosen centre."""
    for row in range(len(chosen)):
        c = chosen[row]
        if high[c] < max(0, low[c]):
            continue
        exact = low[c] > 0
        if exact and price == 0.0:
            mine = _useful(start[c], start[c + 1], q, r, low[c], np.empty(high[c] + 1))[0]
        else:
            mine = _wanted(start[c], start[c + 1], r, exact)
        f, used, opened = _fill_traced(mine, q, r, group, price, exact, high[c])
        v = low[c] + np.argmin(f[low[c] :]) if exact else high[c]
        inside = False
        for x in range(len(mine) - 1, -1, -1):
            i = mine[x]
            grouped = group[i] >= 0 and price > 0.0
            if grouped and (x == len(mine) - 1 or group[mine[x + 1]] != group[i]):
                inside = opened[x, v]
            if used[x, v] and (inside or not grouped):
                taken[row, items[i]] = True
                v -= q[i]


@inner
def _tables(mine, q, r, exact, capacity, backwards):  # type: ignore[no-untyped-def]  # numba infers them
    """Row x: the table of the items before x (or, backwards, from x on)."""
    size = len(mine)
    rows = np.empty((size + 1, capacity + 1))
    _clear(rows[size if backwards else 0], exact)
    for y in range(size):
        x = size - 1 - y if backwards else y
        source, target = (x + 1, x) if backwards else (x, x + 1)
        rows[target] = rows[source]
        _add_item(rows[target], q[mine[x]], r[mine[x]])
    return rows


@inner
def _window_min(values, left, need, window):  # type: ignore[no-untyped-def]  # numba infers them
    """window[v] = least of values[w] for need - v <= w <= left - v, by a monotone queue."""
    queue = np.empty(left + 2, dtype=np.int64)
    head, tail, pushed = 0, 0, -1
    for v in range(left, -1, -1):
        while pushed < left - v:
            pushed += 1
            while tail > head and values[queue[tail - 1]] >= values[pushed]:
                tail -= 1
            queue[tail] = pushed
            tail += 1
        while head < tail and queue[head] < need - v:
            head += 1
        window[v] = values[queue[head]] if head < tail else INFINITY


@inner
def _forced_at(x, mine, q, before, after, low, high, window):  # type: ignore[no-untyped-def]  # numba infers them
    """Least value of the other items where the x-th of them is in."""
    left, need = high - q[mine[x]], low - q[mine[x]]
    if left < 0:
        return INFINITY
    best = INFINITY
    if low > 0:
        _window_min(after[x + 1], left, need, window)
        for v in range(left + 1):
            best = min(best, before[x, v] + window[v])
    else:
        for v in range(left + 1):
            best = min(best, before[x, v] + after[x + 1, left - v])
    return best


@entry
def forced_values(start, q, r, group, price, low, high, forced):  # type: ignore[no-untyped-def]  # numba infers them
    """forced[i] = a lower bound on the value of the cluster of i's centre with item i in it.

    Exact where groups have no price; with a price the groups of the other items are still charged,
    but i's own may be charged or not, whichever is less.
    """
    for c in range(len(start) - 1):
        first, last = start[c], start[c + 1]
        if high[c] < max(0, low[c]):
            forced[first:last] = INFINITY
            continue
        if price > 0.0:
            _forced_with_groups(first, last, q, r, group, price, low[c], high[c], forced)
        else:
            _forced_exactly(first, last, q, r, low[c], high[c], forced)


@inner
def _forced_exactly(first, last, q, r, low, high, forced):  # type: ignore[no-untyped-def]  # numba infers them
    exact = low > 0
    mine = _wanted(first, last, r, exact)
    before = _tables(mine, q, r, exact, high, False)
    after = _tables(mine, q, r, exact, high, True)
    window = np.empty(high + 1)
    whole = before[len(mine)]
    for i in range(first, last):
        forced[i] = INFINITY if q[i] > high else r[i] + whole[high - q[i]]
    for x in range(len(mine)):
        others = _forced_at(x, mine, q, before, after, low, high, window)
        forced[mine[x]] = r[mine[x]] + others


@inner
def _forced_with_groups(first, last, q, r, group, price, low, high, forced):  # type: ignore[no-untyped-def]  # numba infers them
    """Value of the best cluster, plus what forcing i in costs at the least: r[i] where positive."""
    exact = low > 0
    mine = _wanted(first, last, r, exact)
    f, h = np.empty(high + 1), np.empty(high + 1)
    _fill(f, h, mine, q, r, group, price, exact)
    for i in range(first, last):
        if q[i] > high:
            forced[i] = INFINITY
            continue
        # the others alone: at least f over the loads that leave room for i
        bottom = max(0, low - q[i])
        rest = f[bottom : high - q[i] + 1].min() if exact else f[high - q[i]]
        forced[i] = r[i] + rest
