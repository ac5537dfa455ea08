"""Depth-first search for the clusters of one centre whose value is at most a limit, compiled.

Items are taken or left one after the other. A branch ends where even its best completion is too
dear under one of several *readings* (multipliers with their exact knapsack tables, see
`completions`), where a load is too great, where two items must be apart, or where what has been
taken can no longer be joined to the centre. Every cluster that keeps the rules and is within all
limits is listed, so that "not listed" is a proof. Sources: Baldacci, Christofides & Mingozzi 2008
(listing all columns within the gap); Jepsen, Petersen, Spoorendonk & Pisinger 2008 (charging
subset-row cuts along the way).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from clusters.search.bound.knapsack import INFINITY
from clusters.search.compiled import entry, inner

__all__ = ["Dive", "Reading", "Room", "completions", "dive"]


LEFT, OPEN, TAKEN = 0, 1, 2
TIE = 1e-9
"""Two centres whose costs differ by less than this share are equally good: the first one counts."""


class Reading(NamedTuple):
    """The items of one centre, in the order of the search, under V sets of multipliers.

    item: atoms (m,). load: in steps of the table (m,). group: pyramid with a price, or -1 (m,);
    price: what opening one costs. value: reduced costs (V, m). after[v, o, x, w]: least value of
    what may still be taken from item x on, at load w, the group of item x being open (o = 1) or
    not. limit (V,): most that all taken together may be worth. multiplier (V, n) and most (V,): the
    same limit for the true cost of a whole cluster, less the multipliers of its atoms.
    """

    item: Any
    load: Any
    group: Any
    price: float
    value: Any
    after: Any
    limit: Any
    multiplier: Any
    most: Any


class Dive(NamedTuple):
    """What the search for one centre needs beside the reading; counters are reused.

    centre: the candidate; root: the node that connection is counted from; forced: atoms in every
    cluster, the centre's own first; low, high: loosest bounds of the loads (r,). Cuts by atom
    (cut_start, cut), with the charge of each cut whenever a further `divisor` of its atoms are
    together; charged in the last reading. halted (1,): becomes true when there is no time left.
    """

    centre: int
    root: int
    forced: Any
    high: Any
    cut_start: Any
    cut: Any
    divisor: Any
    charge: Any
    count: Any
    status: Any
    mark: Any
    queue: Any
    held: Any
    halted: Any


class Room(NamedTuple):
    """Where clusters are written: atoms end to end, where each begins, its cost; size: [count]."""

    atoms: Any
    start: Any
    cost: Any
    size: Any


# ---- tables -------------------------------------------------------------------------------------


@entry
def completions(load, value, group, price, low, high):  # type: ignore[no-untyped-def]  # numba infers them
    """Least values from each item on, INFINITY where none fits: array (1 or 2, m + 1, high + 1).

    The first axis: whether the item's group is open; one place only where groups cost nothing.
    """
    m = len(load)
    states = 2 if price > 0.0 else 1
    after = np.full((states, m + 1, high + 1), INFINITY)
    after[:, m, max(0, low) :] = 0.0
    for x in range(m - 1, -1, -1):
        grouped = group[x] >= 0 and price > 0.0
        same = grouped and x + 1 < m and group[x + 1] == group[x]
        for o in range(states):
            skip = after[o if same else 0, x + 1]
            take = after[1 if same else 0, x + 1]
            r = value[x] + (price if grouped and o == 0 else 0.0)
            for w in range(high + 1):
                best = skip[w]
                if w + load[x] <= high:
                    best = min(best, r + take[w + load[x]])
                after[o, x, w] = best
    return after


# ---- the rules of one cluster -------------------------------------------------------------------


@inner
def _joined(graph_start, graph, owner, status, mark, queue, root, goal, stamp):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether all nodes taken (goal of them) are reached from the root by taken or open ones."""
    mark[root] = stamp
    queue[0] = root
    head, tail, got = 0, 1, 1
    while head < tail and got < goal:
        x = queue[head]
        head += 1
        for p in range(graph_start[x], graph_start[x + 1]):
            y = graph[p]
            if mark[y] != stamp and status[owner[y]] != LEFT:
                mark[y] = stamp
                queue[tail] = y
                tail += 1
                got += status[owner[y]] == TAKEN
    return got == goal


@inner
def _touches(node_start, node, graph_start, graph, owner, status, a, but):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether an atom borders on one that is taken (the node `but` apart)."""
    for q in range(node_start[a], node_start[a + 1]):
        x = node[q]
        for p in range(graph_start[x], graph_start[x + 1]):
            y = graph[p]
            if y != but and status[owner[y]] == TAKEN and owner[y] != a:
                return True
    return False


@inner
def _fits(loads, held, high, apart_start, apart, status, a):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether an atom may join what is taken: loads not too great, nobody it must be apart from."""
    for q in range(len(high)):
        if held[q] + loads[a, q] > high[q]:
            return False
    rivals = 0
    for q in range(apart_start[a], apart_start[a + 1]):
        rivals += status[apart[q]] == TAKEN
    return rivals == 0


@inner
def _within_bounds(t, d):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether the loads of a whole cluster are within its own bounds."""
    for q in range(len(t.low)):
        low, high = t.low[q], t.high[q]
        for e in range(len(t.excused)):
            if d.status[t.excused[e]] == TAKEN:
                low = min(low, t.excused_low[e, q])
                high = max(high, t.excused_high[e, q])
        if d.held[q] < low or d.held[q] > high:
            return False
    return True


@inner
def _pair_cost(t, members, c):  # type: ignore[no-untyped-def]  # numba infers them
    total = 0.0
    for a in members:
        total += t.cost[a, c]
    return total


@inner
def _best_here(t, members, c, cost):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether no other candidate among the members is a better centre (the first of equals)."""
    slack = TIE * (abs(cost) + 1e-12)
    for a in members:
        for q in range(t.centre_start[a], t.centre_start[a + 1]):
            other = t.centre[q]
            if other == c:
                continue
            total = _pair_cost(t, members, other)
            if total < cost - slack or (other < c and total <= cost + 0.5 * slack):
                return False
    return True


@inner
def _shared(t, members):  # type: ignore[no-untyped-def]  # numba infers them
    """Cost of a cluster beyond its pair costs."""
    total = 0.0
    if len(t.even):
        load = 0.0
        for a in members:
            load += t.even[a]
        total += t.even_price * abs(load - t.even_mean)
    for u in range(len(t.short_price)):
        short = 0.0
        for a in members:
            short += t.short[u, a]
        total += t.short_price[u] * max(short, 0.0)
    if t.n_groups:
        seen = np.zeros(t.n_groups, dtype=np.bool_)
        for a in members:
            for q in range(t.group_start[a], t.group_start[a + 1]):
                total += t.group_price * (not seen[t.group[q]])
                seen[t.group[q]] = True
    return total


@inner
def _cheap_enough(s, d, members, cost):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether a cluster is within every limit at its true cost."""
    last = len(s.most) - 1
    for v in range(last + 1):
        value = cost
        for a in members:
            value -= s.multiplier[v, a]
        if v == last:
            for k in range(len(d.count)):
                value += d.charge[k] * (d.count[k] // d.divisor[k])
        if value > s.most[v]:
            return False
    return True


# ---- taking and leaving -------------------------------------------------------------------------


@inner
def _charges(cut_start, cut, divisor, charge, count, a):  # type: ignore[no-untyped-def]  # numba infers them
    """Add up what the cuts charge for one more atom."""
    total = 0.0
    for q in range(cut_start[a], cut_start[a + 1]):
        k = cut[q]
        if (count[k] + 1) % divisor[k] == 0:
            total += charge[k]
    return total


@inner
def _put(loads, held, cut_start, cut, count, a, sign):  # type: ignore[no-untyped-def]  # numba infers them
    """Count an atom in (or out again)."""
    for q in range(len(held)):
        held[q] += sign * loads[a, q]
    for q in range(cut_start[a], cut_start[a + 1]):
        count[cut[q]] += sign


@inner
def _hopeful(limit, after, so_far, x, w, opened):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether a branch may still lead to a cluster within every limit."""
    good = True
    for v in range(len(limit)):
        good = good and so_far[v, x] + after[v, opened, x, w] <= limit[v]
    return good


@inner
def _stays_open(group, price, x, opened):  # type: ignore[no-untyped-def]  # numba infers them
    """Whether the group of item x + 1 is open, where that of item x is (or is not)."""
    if price == 0.0 or x + 1 >= len(group) or group[x] < 0:
        return 0
    return opened * (group[x + 1] == group[x])


@inner
def _note(t, s, d, taken, nodes, stamp, found):  # type: ignore[no-untyped-def]  # numba infers them
    """Write a complete cluster down if it keeps the rules; false where there is no room left."""
    m, first = len(s.item), found.start[found.size[0]]
    end = first + len(d.forced)
    if found.size[0] + 2 >= len(found.start) or end + m >= len(found.atoms):
        return False
    for x in range(len(d.forced)):
        found.atoms[first + x] = d.forced[x]
    for x in range(m):
        if taken[x]:
            found.atoms[end] = s.item[x]
            end += 1
    members = found.atoms[first:end]
    if not _within_bounds(t, d):
        return True
    cost = _pair_cost(t, members, d.centre)
    if not _best_here(t, members, d.centre, cost):
        return True
    if len(t.graph_start) > 1 and not _joined(
        t.graph_start, t.graph, t.owner, d.status, d.mark, d.queue, d.root, nodes, stamp
    ):
        return True
    cost += _shared(t, members)
    if not _cheap_enough(s, d, members, cost):
        return True
    found.cost[found.size[0]] = cost
    found.size[0] += 1
    found.start[found.size[0]] = end
    return True


@entry
def dive(t, s, d, found, steps):  # type: ignore[no-untyped-def]  # numba infers them  # noqa: C901 - one loop, see below
    """List the clusters of a centre; returns steps used, or -1 where steps, room or time ran out.

    One loop over local arrays: the same in small functions that share records is ten times slower.
    """
    item, load, group, price, value = s.item, s.load, s.group, s.price, s.value
    after, limit = s.after, s.limit
    graph_start, graph, owner = t.graph_start, t.graph, t.owner
    node_start, node, loads = t.node_start, t.node, t.loads
    apart_start, apart = t.apart_start, t.apart
    cut_start, cut, divisor, charge, count = d.cut_start, d.cut, d.divisor, d.charge, d.count
    status, mark, queue, held, high, root = d.status, d.mark, d.queue, d.held, d.high, d.root
    mapped = len(graph_start) > 1
    m, views, upper = len(item), len(limit), after.shape[3]
    used = x = w = nodes = np.int64(0)
    stamp = mark[len(owner)]
    taken = np.zeros(m, dtype=np.bool_)
    so_far = np.zeros((views, m + 1))
    opened = np.zeros(m + 1, dtype=np.int64)
    held[:] = 0
    count[:] = 0
    for a in item:
        status[a] = OPEN
    for a in d.forced:
        so_far[views - 1, 0] += _charges(cut_start, cut, divisor, charge, count, a)
        status[a] = TAKEN
        _put(loads, held, cut_start, cut, count, a, 1)
        nodes += node_start[a + 1] - node_start[a]
    down = _hopeful(limit, after, so_far, x, w, opened[0])
    halted = d.halted
    while used < steps:
        used = steps if halted[0] else used + 1
        if down and x == m:
            stamp += 1
            if not _note(t, s, d, taken, nodes, stamp, found):
                used = steps
                break
            down = False
        if down:
            a = item[x]
            enters = w + load[x] < upper and _fits(loads, held, high, apart_start, apart, status, a)
            if enters:
                fee = price if group[x] >= 0 and opened[x] == 0 else 0.0
                for v in range(views):
                    so_far[v, x + 1] = so_far[v, x] + value[v, x] + fee
                so_far[views - 1, x + 1] += _charges(cut_start, cut, divisor, charge, count, a)
                opened[x + 1] = _stays_open(group, price, x, np.int64(1))
                enters = _hopeful(limit, after, so_far, x + 1, w + load[x], opened[x + 1])
            size = node_start[a + 1] - node_start[a]
            if enters and mapped:
                status[a] = TAKEN
                if size > 1 or not _touches(
                    node_start, node, graph_start, graph, owner, status, a, -1
                ):
                    stamp += 1
                    enters = _joined(
                        graph_start, graph, owner, status, mark, queue, root, nodes + size, stamp
                    )
            if enters:
                status[a] = TAKEN
                taken[x] = True
                _put(loads, held, cut_start, cut, count, a, 1)
                w += load[x]
                nodes += size
                x += 1
                continue
        else:
            x -= 1
            while x >= 0 and not taken[x]:
                status[item[x]] = OPEN
                x -= 1
            if x < 0:
                break
            a = item[x]
            w -= load[x]
            nodes -= node_start[a + 1] - node_start[a]
            _put(loads, held, cut_start, cut, count, a, -1)
        # leave item x out
        taken[x] = False
        a = item[x]
        status[a] = LEFT
        for v in range(views):
            so_far[v, x + 1] = so_far[v, x]
        opened[x + 1] = _stays_open(group, price, x, opened[x])
        down = _hopeful(limit, after, so_far, x + 1, w, opened[x + 1])
        if (
            down
            and mapped
            and _touches(node_start, node, graph_start, graph, owner, status, a, root)
        ):
            stamp += 1
            down = _joined(graph_start, graph, owner, status, mark, queue, root, nodes, stamp)
        x += 1
    for a in item:
        status[a] = LEFT
    for a in d.forced:
        status[a] = LEFT
    mark[len(owner)] = stamp
    return used if used < steps else -1
