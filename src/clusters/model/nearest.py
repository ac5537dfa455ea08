"""The plan nearest to a given one: the fewest schools change cluster, and every rule holds.

``y[a, l]`` is true where atom a is in the cluster that carries on the label l of the given plan.
Centres take part only where the rules speak of them. Contiguity comes in by separators: two atoms
of one cluster, one of them in a part that the rest does not touch, need a way out of that part.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import IntArray
from clusters.model.cp_sat import new_solver
from clusters.model.instance import NO_LIMIT, Instance

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
    stop: Callable[[], bool] = lambda: False,
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
    """
    m = _Model(instance, moves, deadline=time.monotonic() + seconds)
    labels = moves.shape[1]
    m.y = [[m.model.new_bool_var("") for _ in range(labels)] for _ in range(instance.n)]
    m.used = [m.model.new_bool_var("") for _ in range(labels)]
    for rule in (_once, _count, _loads, _apart, _neighbours, _rings):
        rule(m)
    if centred:
        _centres(m)
    flat = [v for row in m.y for v in row]
    total = LinearExpr.weighted_sum(flat, moves.ravel().tolist())
    m.model.add(total <= at_most)
    m.model.minimize(total)
    for a in range(instance.n):
        home = int(moves[a].argmin())
        for label in range(labels):
            m.model.add_hint(m.y[a][label], label == home)
    return _solved(m, seed, stop)


def _solved(m: _Model, seed: int, stop: Callable[[], bool]) -> Nearest:
    """Solve, cut what is not connected, and solve again."""
    deadline, fewest = m.deadline, 0
    solver = new_solver(seed=seed)
    while (left := deadline - time.monotonic()) > 0 and not stop():
        solver.parameters.max_time_in_seconds = left
        status = solver.solve(m.model)
        if status == cp_model.INFEASIBLE:
            return Nearest(clusters=None, fewest=fewest, proved=True)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            fewest = max(fewest, int(np.ceil(solver.best_objective_bound - 1e-6)))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        clusters: dict[int, list[int]] = {}
        for a, row in enumerate(m.y):
            for label, variable in enumerate(row):
                if solver.boolean_value(variable):
                    clusters.setdefault(label, []).append(a)
        if not _cut(m, clusters):
            if all(m.instance.within_bounds(atoms) for atoms in clusters.values()):
                return Nearest(clusters=clusters, fewest=fewest, proved=status == cp_model.OPTIMAL)
            _forbid(m, clusters)
    return Nearest(clusters=None, fewest=fewest, proved=False)


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
