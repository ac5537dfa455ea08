"""The plan nearest to a given one: the fewest schools change cluster, and every rule holds.

``y[a, l]`` is true where atom a is in the cluster that carries on the label l of the given plan.
Centres take part only where the rules speak of them. Contiguity comes in by separators: two atoms
of one cluster, one of them in a part that the rest does not touch, need a way out of that part; or,
where a group that must stay together is not itself connected, by a rooted tree for each cluster.
The bound grows by cores: sets of schools of which not all can stay (Fu & Malik 2006; in CP-SAT).
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from clusters.domain import FloatArray, IntArray
from clusters.model.instance import NO_LIMIT, Instance
from clusters.model.solving import never, solve_and_cut

__all__ = ["Nearest", "nearest_clusters"]

LinearExpr = cp_model.LinearExpr
RINGS = 0.25
"""Most of the time that is spent on writing down what makes the model quicker."""
ANCHORS = 3
"""Members of the main part that a cut-off part is tied to, for each cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """What came of the search.

    Parameters
    ----------
    clusters
        Atoms by label; None where no plan was found.
    fewest
        No plan moves fewer schools than this: proved.
    proved
        Whether the clusters move exactly that many; without clusters, that there is no plan with
        so few moves as were asked for.
    """

    clusters: dict[int, list[int]] | None
    fewest: int
    proved: bool


@dataclass(slots=True)
class _Model:
    instance: Instance
    moves: IntArray
    deadline: float
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    y: list[list[Any]] = field(default_factory=list)
    used: list[Any] = field(default_factory=list)


def nearest_clusters(
    instance: Instance,
    moves: IntArray,
    *,
    centred: bool,
    at_most: int,
    seconds: float,
    seed: int = 1,
    hint: IntArray | None = None,
    at_least: int = 0,
    stop: Callable[[], bool] = never,
) -> Nearest:
    """Find clusters that keep every rule and move the fewest schools.

    Parameters
    ----------
    moves
        Array (n, labels): schools that move where an atom goes to a label.
    centred
        Whether barred pairs of atom and centre matter (longest journeys, given centres).
    at_most
        Only plans that move no more schools than this are of interest.
    hint
        Array (n,): labels to begin with; None for those at which most stay.
    at_least
        No plan moves fewer schools: known before.
    """
    m = _Model(instance, moves, deadline=time.monotonic() + seconds)
    labels = moves.shape[1]
    within = _within(instance, moves, at_most)
    false = m.model.new_constant(0)
    m.y = [
        [m.model.new_bool_var("") if within[a, label] else false for label in range(labels)]
        for a in range(instance.n)
    ]
    m.used = [m.model.new_bool_var("") for _ in range(labels)]
    for rule in (_once, _count, _loads, _apart, _neighbours, _rings, _trees):
        rule(m)
    if centred:
        _centres(m)
    flat = [v for row in m.y for v in row]
    total = LinearExpr.weighted_sum(flat, moves.ravel().tolist())
    m.model.add(total <= at_most)
    m.model.add(total >= at_least)
    m.model.minimize(total)
    home = moves.argmin(axis=1) if hint is None else hint
    for a in range(instance.n):
        for label in range(labels):
            if within[a, label]:
                m.model.add_hint(m.y[a][label], label == int(home[a]))
    return _solved(m, seed, stop, at_least)


def _within(instance: Instance, moves: IntArray, at_most: int) -> npt.NDArray[np.bool_]:
    """Where each atom can be if at most so many schools move, array (n, labels).

    A cluster that keeps one of its schools reaches no further than its moves allow: every school
    on the way from there to a new one has moved too. Only a cluster with few schools can have
    left its place altogether.
    """
    within = moves <= at_most
    if instance.neighbours is None or instance.school_neighbours is not None:
        return within
    everyone = np.array([len(held) for held in instance.members])
    unplaced = (moves == 0).all(axis=1)
    for label in range(moves.shape[1]):
        own = np.flatnonzero((moves[:, label] < everyone) & ~unplaced)
        elsewhere = np.delete(moves[own], label, axis=1).min(axis=1, initial=NO_LIMIT)
        if elsewhere.sum(dtype=np.float64) <= at_most:  # one in two clusters may leave for nothing
            continue
        away = _moves_on_the_way(instance.neighbours, moves[:, label], own)
        within[:, label] &= away <= at_most
    return within


def _moves_on_the_way(
    neighbours: tuple[tuple[int, ...], ...], price: IntArray, own: IntArray
) -> FloatArray:
    """Fewest schools moved on a way from a cluster's own atoms to each atom (Dijkstra)."""
    away = np.full(len(price), np.inf)
    away[own] = price[own]
    heap = [(float(price[a]), int(a)) for a in own]
    heapq.heapify(heap)
    while heap:
        so_far, a = heapq.heappop(heap)
        if so_far > away[a]:
            continue
        for b in neighbours[a]:
            if (new := so_far + float(price[b])) < away[b]:
                away[b] = new
                heapq.heappush(heap, (new, b))
    return away


def _solved(m: _Model, seed: int, stop: Callable[[], bool], fewest: int) -> Nearest:
    """Solve, cut what is not connected, and solve again."""
    last = None
    for last in solve_and_cut(
        m.model,
        partial(_clusters, m),
        partial(_cut, m),
        seeds=repeat(seed),
        seconds=m.deadline - time.monotonic(),
        stop=stop,
        linearised=False,
        parameters={"optimize_with_core": True},
    ):
        if last.verdict != "none" and last.bound > -np.inf:
            fewest = max(fewest, int(np.ceil(last.bound - 1e-6)))
    if last is None or last.verdict in ("cut", "undecided"):
        return Nearest(clusters=None, fewest=fewest, proved=False)
    return Nearest(clusters=last.solution, fewest=fewest, proved=last.best)


def _clusters(m: _Model, value: Callable[[Any], bool]) -> dict[int, list[int]]:
    """Read a solution: atoms by label."""
    clusters: dict[int, list[int]] = {}
    for a, row in enumerate(m.y):
        for label, variable in enumerate(row):
            if value(variable):
                clusters.setdefault(label, []).append(a)
    return clusters


# ---- rules --------------------------------------------------------------------------------------


def _once(m: _Model) -> None:
    for row in m.y:
        m.model.add_exactly_one(row)


def _count(m: _Model) -> None:
    m.model.add(LinearExpr.sum(m.used) == m.instance.k)
    for label, used in enumerate(m.used):
        column = [row[label] for row in m.y]
        m.model.add_bool_or([*column, ~used])
        for variable in column:
            m.model.add_implication(variable, used)


def _loads(m: _Model) -> None:
    instance = m.instance
    for d in range(len(instance.low)):
        load = instance.loads[d].tolist()
        total = sum(load)
        low, high = int(instance.low[d]), min(int(instance.high[d]), total)
        for label, used in enumerate(m.used):
            column = [row[label] for row in m.y]
            held = LinearExpr.weighted_sum(column, load)
            room, ease = [], []
            for e, a in enumerate(instance.excused.tolist()):
                more = min(int(instance.excused_high[e, d]), total) - high
                less = low - int(instance.excused_low[e, d])
                if more > 0:
                    room.append(more * column[a])
                if less > 0:
                    ease.append(less * column[a])
            if high < min(total, NO_LIMIT):
                m.model.add(held <= high * used + LinearExpr.sum(room))
            if low > 0:
                m.model.add(held >= low * used - LinearExpr.sum(ease))


def _apart(m: _Model) -> None:
    for a, b in m.instance.apart:
        for label in range(len(m.used)):
            m.model.add_bool_or([~m.y[a][label], ~m.y[b][label]])


def _neighbours(m: _Model) -> None:
    """Whoever cannot be a cluster alone has a neighbour in it."""
    instance = m.instance
    if instance.neighbours is None or instance.school_neighbours is not None:
        return
    for a, near in enumerate(instance.neighbours):
        if instance.within_bounds([a]):
            continue
        for label in range(len(m.used)):
            m.model.add_bool_or([~m.y[a][label], *(m.y[b][label] for b in near)])


def _rings(m: _Model) -> None:
    """Whoever joins a cluster from afar brings the schools between along.

    For an atom, a cluster and a member of it further off: in every ring around the atom that the
    way to the nearest member of the cluster must cross, somebody is in the cluster too. It makes
    solving quicker, no more: where there are very many, time may end before they are all there.
    """
    instance = m.instance
    end = time.monotonic() + RINGS * (m.deadline - time.monotonic())
    if instance.neighbours is None or instance.school_neighbours is not None:
        return
    members = [np.flatnonzero(m.moves[:, label] == 0) for label in range(len(m.used))]
    unplaced = (m.moves == 0).all(axis=1)
    members = [held[~unplaced[held]] for held in members]
    for a in range(instance.n):
        if time.monotonic() > end:
            return
        rings = _rings_around(instance.neighbours, a)
        steps = np.full(instance.n, instance.n)
        for distance, ring in enumerate(rings):
            steps[ring] = distance
        for label, held in enumerate(members):
            if not len(held) or (nearest := int(steps[held].min())) < 2:
                continue
            for b in held[np.argsort(steps[held], kind="stable")[-ANCHORS:]].tolist():
                for ring in rings[1:nearest]:
                    ways = [m.y[e][label] for e in ring]
                    m.model.add_bool_or([~m.y[a][label], ~m.y[b][label], *ways])


def _rings_around(neighbours: tuple[tuple[int, ...], ...], a: int) -> list[list[int]]:
    """Atoms at 0, 1, 2 ... steps from an atom."""
    rings, seen = [[a]], {a}
    while rings[-1]:
        ring = sorted({b for x in rings[-1] for b in neighbours[x]} - seen)
        seen.update(ring)
        rings.append(ring)
    return rings[:-1]


def _trees(m: _Model) -> None:
    """Join the schools of each cluster by a tree, where a group is not itself connected.

    Then a cluster of connected atoms need not be connected, so the tree is one of schools: each is
    the root of its cluster's or has a parent beside it in the cluster, one step nearer to the root.
    """
    instance = m.instance
    graph = instance.school_neighbours
    if graph is None:
        return
    owner = {s: a for a, schools in enumerate(instance.members) for s in schools}
    model = m.model
    root = {s: model.new_bool_var("") for s in owner}
    depth = {s: model.new_int_var(0, len(owner) - 1, "") for s in owner}
    for s, a in owner.items():
        parents = []
        for t in (t for t in graph[s] if t in owner):
            parent = model.new_bool_var("")
            parents.append(parent)
            model.add(depth[s] >= depth[t] + 1).only_enforce_if(parent)
            if owner[t] != a:
                for mine, theirs in zip(m.y[a], m.y[owner[t]], strict=True):
                    model.add_bool_or([~parent, ~mine, theirs])
        model.add_exactly_one([root[s], *parents])
    for label in range(len(m.used)):
        here = []
        for s, a in owner.items():
            begins = model.new_bool_var("")
            model.add_bool_or([~root[s], ~m.y[a][label], begins])
            here.append(begins)
        model.add_at_most_one(here)


def _centres(m: _Model) -> None:
    """Each cluster has a centre to which every member may travel."""
    instance = m.instance
    barred = ~np.isfinite(instance.cost)
    for label, used in enumerate(m.used):
        z = [m.model.new_bool_var("") for _ in range(instance.m)]
        m.model.add(LinearExpr.sum(z) == used)
        for c in range(instance.m):
            m.model.add_implication(z[c], m.y[int(instance.home[c])][label])
        for a in range(instance.n):
            shut = [z[c] for c in np.flatnonzero(barred[a]).tolist()]
            if shut:
                m.model.add_at_most_one([m.y[a][label], *shut])


# ---- cuts ---------------------------------------------------------------------------------------


def _cut(m: _Model, clusters: dict[int, list[int]]) -> int:
    """Forbid what breaks a rule that the model does not hold in full; return how much that was."""
    count = _untied(m, clusters)
    if not count and not all(m.instance.within_bounds(atoms) for atoms in clusters.values()):
        _forbid(m, clusters)
        return 1
    return count


def _untied(m: _Model, clusters: dict[int, list[int]]) -> int:
    """Tie parts of clusters that are not connected to the rest; return how many there were."""
    instance, count = m.instance, 0
    if instance.neighbours is None:
        return 0
    for label, atoms in clusters.items():
        parts = instance.connected_parts(atoms)
        if len(parts) == 1:
            continue
        count += len(parts) - 1
        if instance.school_neighbours is not None:
            _forbid(m, {label: atoms})
            continue
        stays = [sum(1 for a in part if m.moves[a, label] == 0) for part in parts]
        main = parts[int(np.argmax(stays))]
        for part in parts:
            if part is not main:
                _tie(m, part, main, label)
    return count


def _tie(m: _Model, part: list[int], main: list[int], label: int) -> None:
    """Tie each atom of a cut-off part to some of the main part, by a way out, in any cluster."""
    assert m.instance.neighbours is not None
    exits = sorted({b for a in part for b in m.instance.neighbours[a]} - set(part))
    anchors = sorted(main, key=lambda a: int(m.moves[a, label]))[:ANCHORS]
    for a in part:
        for b in anchors:
            for other in range(len(m.used)):
                ways = [m.y[e][other] for e in exits]
                m.model.add_bool_or([~m.y[a][other], ~m.y[b][other], *ways])


def _forbid(m: _Model, clusters: dict[int, list[int]]) -> None:
    """Forbid exactly these clusters together (a last resort; weak but valid)."""
    chosen = [m.y[a][label] for label, atoms in clusters.items() for a in atoms]
    rest = [
        m.y[a][label]
        for label, atoms in clusters.items()
        for a in range(m.instance.n)
        if a not in set(atoms)
    ]
    m.model.add_bool_or([*(~v for v in chosen), *rest])
