"""Connected parts of a problem's neighbours, and the bridges that would join them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from clusters.arguments import checked
from clusters.domain import FloatArray, IntArray, Problem, SchoolId, straight_line_m
from clusters.errors import DataError, Fault
from clusters.shown import Shown
from clusters.text import counted, first_few


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Bridge(Shown):
    """Two schools in different parts whose pairing would join these, and their distance."""

    a: SchoolId
    b: SchoolId
    distance_m: float


@checked
def parts(problem: Problem) -> list[tuple[SchoolId, ...]]:
    """Find the connected parts of the schools, as ids: the largest first.

    Raises
    ------
    DataError
        If the problem has no neighbours.

    Examples
    --------
    >>> from clusters import Problem
    >>> parts(Problem.from_arrays("abc", [[0, 0], [1, 0], [9, 0]], neighbours=["ab"]))
    [('a', 'b'), ('c',)]
    """
    ids = problem.ids
    return [tuple(ids[k] for k in group) for group in _groups(_part_of(problem))]


@checked
def suggest_bridges(problem: Problem) -> tuple[Bridge, ...]:
    """Suggest the pairs of schools, as close as can be, that would join all parts into one.

    One fewer than there are parts: the shortest straight lines of a spanning tree of the parts.

    Examples
    --------
    >>> from clusters import Problem
    >>> suggest_bridges(Problem.from_arrays("abc", [[0, 0], [1, 0], [9, 0]], neighbours=["ab"]))
    (Bridge(a='b', b='c', distance_m=8.0),)
    """
    part = _part_of(problem)
    if part.max(initial=0) == 0:
        return ()
    gaps = straight_line_m(problem.schools)
    gaps[part[:, None] == part[None, :]] = -1.0  # so that a part is finished before it is left
    ids = problem.ids
    return tuple(
        Bridge(a=ids[min(i, j)], b=ids[max(i, j)], distance_m=float(gaps[i, j]))
        for i, j in _spanning_tree(gaps)
        if part[i] != part[j]
    )


@checked
def check_connected(problem: Problem) -> None:
    """Raise unless every school can be reached from every other through neighbours.

    Raises
    ------
    DataError
        Naming the schools of each small part, with the bridge that would join it.
    """
    part = _part_of(problem)
    groups = _groups(part)
    if len(groups) == 1:
        return
    bridges = suggest_bridges(problem)
    raise DataError(
        Fault(
            f"{_named(problem, group)} cannot be reached from the other schools",
            _remedy(problem, bridges, {problem.ids[k] for k in group}),
            where="neighbours",
            urn=str(problem.ids[group[0]]),
        )
        for group in groups[1:]
    )


def describe_parts(problem: Problem) -> str | None:
    """One sentence on the parts of a problem, or None where it is in one piece."""
    groups = _groups(_part_of(problem))
    if len(groups) == 1:
        return None
    small = "; ".join(_named(problem, group) for group in groups[1:])
    return (
        f"The neighbours fall into {len(groups)} parts that no cluster can span: apart from the "
        f"largest ({counted(len(groups[0]), 'school')}) there is {small}."
    )


def _named(problem: Problem, group: IntArray) -> str:
    return first_few((f"{problem.schools[k].name} ({problem.ids[k]})" for k in group), 5)


def _remedy(problem: Problem, bridges: tuple[Bridge, ...], inside: set[SchoolId]) -> str:
    bridge = next(bridge for bridge in bridges if (bridge.a in inside) != (bridge.b in inside))
    name_a, name_b = problem.school(bridge.a).name, problem.school(bridge.b).name
    return (
        f"if {name_a} and {name_b} ({bridge.distance_m / 1000:.1f} km apart) can work together, "
        f"add bridges=[({bridge.a!r}, {bridge.b!r})]"
    )


def _part_of(problem: Problem) -> IntArray:
    """Part of each school, numbered by first school, array (n,)."""
    if problem.edges is None:
        remedy = 'build it with neighbours="territories"'
        raise DataError.of("the problem has no neighbours", remedy, where="neighbours")
    n = len(problem)
    graph = coo_array(
        (np.ones(len(problem.edges), dtype=np.int8), tuple(problem.edges.T)), shape=(n, n)
    )
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _groups(part: IntArray) -> list[IntArray]:
    """Positions of each part, the largest first, then by the first position."""
    order = np.argsort(part, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(part))[:-1])
    return sorted(groups, key=lambda group: (-len(group), int(group[0])))


def _spanning_tree(gaps: FloatArray) -> list[tuple[int, int]]:
    """Pairs of a minimum spanning tree by Prim's method, on a dense array (n, n)."""
    n = len(gaps)
    nearest, best = np.zeros(n, dtype=np.int64), gaps[0].copy()
    best[0] = np.inf
    done = np.zeros(n, dtype=bool)
    done[0] = True
    pairs = []
    for _ in range(n - 1):
        k = int(np.argmin(best))
        pairs.append((int(nearest[k]), k))
        done[k] = True
        closer = (gaps[k] < best) & ~done
        nearest[closer], best[closer] = k, gaps[k][closer]
        best[k] = np.inf
    return pairs
