"""The compiled problem: facts and policy as plain arrays, which every stage of the search shares.

Schools that must stay together become one *atom*. Atoms and candidate centres stand in the order of
their ids, so that the answer does not depend on the order of the rows in a file. Costs add up over
clusters: ``cost[a, c]`` for each atom, plus a part that depends on the cluster as a whole (soft
balance, pyramids, unmet need).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from clusters.domain import (
    FloatArray,
    IntArray,
    Plan,
    Priorities,
    Problem,
    Rules,
    bounded_quantities,
    kept_together,
    longest_journeys,
)

__all__ = ["NO_LIMIT", "Instance", "Unmet", "compile_instance"]

NO_LIMIT = 1 << 60
"""Stands for "no upper limit" among whole-number loads."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Unmet need of one type: price x max(0, sum of `shortfall` over the cluster)."""

    kind: str
    shortfall: FloatArray
    price: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instance:
    """A problem with its rules and priorities for one number of clusters, as arrays.

    n atoms, m candidate centres, r load dimensions, e excused atoms.

    Parameters
    ----------
    k
        Number of clusters.
    cost
        Array (n, m): cost of an atom in the cluster of a centre; infinity where it may not be.
    home
        Array (m,): the atom that holds each candidate centre.
    loads, low, high
        Arrays (r, n), (r,), (r,): whole-number loads of the atoms and their bounds per cluster.
    rules
        For each load dimension, the rule and measure it comes from, for messages.
    excused, excused_low, excused_high
        Atoms (e,) with an exception, and the bounds (e, r) that hold where a cluster has them.
    apart
        Pairs of atoms that may not share a cluster.
    neighbours
        Neighbouring atoms of each atom; None where contiguity is not a rule.
    school_neighbours
        As `neighbours`, by school; only where a group that must stay together is not itself
        connected, so that contiguity has to be looked at school by school.
    balance_load, balance_mean, balance_k, balance_price
        Soft balance: price x |sum of balance_load - mean|, the mean being total / balance_k; None
        where there is none.
    groups, group_price
        Pyramids as arrays of atoms, and the price of each piece of a pyramid.
    unmet
        Unmet need by type.
    members, centre_school
        Positions of the schools of each atom, and of each candidate centre.
    """

    k: int
    cost: FloatArray
    home: IntArray
    loads: IntArray
    low: IntArray
    high: IntArray
    rules: tuple[tuple[str, str], ...]
    excused: IntArray
    excused_low: IntArray
    excused_high: IntArray
    apart: tuple[tuple[int, int], ...]
    neighbours: tuple[tuple[int, ...], ...] | None
    school_neighbours: tuple[tuple[int, ...], ...] | None
    balance_load: FloatArray | None
    balance_mean: float
    balance_k: int
    balance_price: float
    groups: tuple[IntArray, ...]
    group_price: float
    unmet: tuple[Unmet, ...]
    members: tuple[tuple[int, ...], ...]
    centre_school: IntArray

    @property
    def n(self) -> int:
        """Number of atoms."""
        return int(self.cost.shape[0])

    @property
    def m(self) -> int:
        """Number of candidate centres."""
        return int(self.cost.shape[1])

    @property
    def offset(self) -> float:
        """What is added to the sum over clusters: a pyramid in one piece costs nothing."""
        return -self.group_price * len(self.groups)

    @property
    def additive(self) -> bool:
        """Whether the cost of a cluster is the sum of its pair costs alone."""
        return self.balance_load is None and not self.groups and not self.unmet

    def bounds_of(self, atoms: Sequence[int] | IntArray) -> tuple[IntArray, IntArray]:
        """Bounds (r,), (r,) that hold for a cluster: the loosest of the excused atoms it holds."""
        if not len(self.excused):
            return self.low, self.high
        held = np.isin(self.excused, atoms)
        return (
            np.minimum(self.low, self.excused_low[held].min(axis=0, initial=NO_LIMIT)),
            np.maximum(self.high, self.excused_high[held].max(axis=0, initial=0)),
        )

    def within_bounds(self, atoms: Sequence[int] | IntArray) -> bool:
        """Whether a cluster keeps every load bound and holds no two atoms that must be apart."""
        low, high = self.bounds_of(atoms)
        load = self.loads[:, atoms].sum(axis=1)
        if (load < low).any() or (load > high).any():
            return False
        held = {int(a) for a in atoms}
        return not any(a in held and b in held for a, b in self.apart)

    def connected_parts(self, atoms: Iterable[int]) -> list[list[int]]:
        """Split atoms into connected parts (one part where contiguity is not a rule)."""
        atoms = [int(a) for a in atoms]
        if self.neighbours is None:
            return [atoms] if atoms else []
        if self.school_neighbours is not None:
            return self._parts_by_school(atoms)
        return _parts(atoms, self.neighbours)

    def connected(self, atoms: Sequence[int] | IntArray) -> bool:
        """Whether a cluster is contiguous."""
        return len(self.connected_parts(atoms)) <= 1

    def cut_off(self, centre: int, atoms: Iterable[int]) -> list[tuple[set[int], set[int]]]:
        """Parts of a cluster that are not connected to its centre, each with its ways out.

        Returns
        -------
        list
            (atoms with a school in the part, atoms outside the part that border on it). An atom
            that needs no way out of its own - it has a school on the border too - is left out of
            the first.
        """
        if self.neighbours is None:
            return []
        if self.school_neighbours is None:
            graph, owner = self.neighbours, None
            nodes, root = [int(a) for a in atoms], int(self.home[centre])
        else:
            graph = self.school_neighbours
            owner = {s: a for a, schools in enumerate(self.members) for s in schools}
            nodes = [s for a in atoms for s in self.members[int(a)]]
            root = int(self.centre_school[centre])
        loose = []
        for part in _parts(nodes, graph):
            if root not in part:
                border = {b for node in part for b in graph[node]} - set(part)
                inside, exits = set(part), border
                if owner is not None:
                    exits = {owner[b] for b in border if b in owner}
                    inside = {owner[node] for node in part} - exits
                loose.append((inside, exits))
        return loose

    def _parts_by_school(self, atoms: list[int]) -> list[list[int]]:
        assert self.school_neighbours is not None
        owner = {school: a for a in atoms for school in self.members[a]}
        parts = _parts(list(owner), self.school_neighbours)
        return [sorted({owner[school] for school in part}) for part in parts]

    def shared_cost(self, atoms: Sequence[int] | IntArray) -> float:
        """Cost of a cluster beyond its pair costs."""
        total = 0.0
        if self.balance_load is not None:
            total += self.balance_price * abs(self.balance_load[atoms].sum() - self.balance_mean)
        if self.groups:
            held = {int(a) for a in atoms}
            total += self.group_price * sum(
                not held.isdisjoint(group.tolist()) for group in self.groups
            )
        for unmet in self.unmet:
            total += unmet.price * max(0.0, float(unmet.shortfall[atoms].sum()))
        return total

    def best_centre(self, atoms: Sequence[int] | IntArray) -> tuple[int, float]:
        """Cheapest candidate centre of a cluster and the cost of the cluster (-1, inf if none)."""
        atoms = np.asarray(atoms)
        inside = np.zeros(self.n, dtype=bool)
        inside[atoms] = True
        candidates = np.flatnonzero(inside[self.home])
        if not len(candidates):
            return -1, math.inf
        sums = self.cost[np.ix_(atoms, candidates)].sum(axis=0)
        best = int(np.argmin(sums))
        return int(candidates[best]), float(sums[best]) + self.shared_cost(atoms)

    def restricted(self, atoms: IntArray, k: int) -> tuple[Instance, IntArray, IntArray]:
        """Keep some atoms and the centres among them, for k clusters.

        Everything is numbered again, schools too: nothing points at what was left out.

        Returns
        -------
        tuple
            The smaller instance, and the atoms and candidate centres that its positions stand for.
        """
        atoms = np.sort(np.asarray(atoms))
        position = np.full(self.n, -1)
        position[atoms] = np.arange(len(atoms))
        centres = np.flatnonzero(position[self.home] >= 0)
        kept = np.flatnonzero(position[self.excused] >= 0) if len(self.excused) else self.excused
        inside = [p for a in atoms.tolist() for p in self.members[a]]
        school = {p: q for q, p in enumerate(sorted(inside))}
        groups = tuple(
            position[own] for group in self.groups if len(own := group[position[group] >= 0])
        )
        small = replace(
            self,
            k=k,
            cost=self.cost[np.ix_(atoms, centres)],
            home=position[self.home[centres]],
            loads=self.loads[:, atoms],
            excused=position[self.excused[kept]],
            excused_low=self.excused_low[kept],
            excused_high=self.excused_high[kept],
            apart=tuple(
                (int(position[a]), int(position[b]))
                for a, b in self.apart
                if position[a] >= 0 and position[b] >= 0
            ),
            neighbours=None
            if self.neighbours is None
            else tuple(
                tuple(int(position[b]) for b in self.neighbours[a] if position[b] >= 0)
                for a in atoms
            ),
            balance_load=None if self.balance_load is None else self.balance_load[atoms],
            groups=groups,
            unmet=tuple(replace(unmet, shortfall=unmet.shortfall[atoms]) for unmet in self.unmet),
            school_neighbours=None
            if self.school_neighbours is None
            else tuple(
                tuple(school[q] for q in self.school_neighbours[p] if q in school) for p in school
            ),
            members=tuple(tuple(school[p] for p in self.members[a]) for a in atoms),
            centre_school=np.array(
                [school[p] for p in self.centre_school[centres].tolist()], dtype=np.int64
            ),
        )
        return small, atoms, centres


def _parts(nodes: list[int], neighbours: tuple[tuple[int, ...], ...]) -> list[list[int]]:
    left, parts = set(nodes), []
    for first in nodes:
        if first not in left:
            continue
        left.discard(first)
        part = [first]
        for node in part:
            for other in neighbours[node]:
                if other in left:
                    left.discard(other)
                    part.append(other)
        parts.append(part)
    return parts


# ---- compilation --------------------------------------------------------------------------------


def compile_instance(problem: Problem, rules: Rules, priorities: Priorities, k: int) -> Instance:
    """Turn a checked problem and its policy into an instance for k clusters."""
    order = sorted(range(len(problem)), key=lambda p: _sort_key(problem.schools[p].urn))
    members = kept_together(problem, rules, order)
    atom_of = np.empty(len(problem), dtype=np.int64)
    for a, schools in enumerate(members):
        atom_of[list(schools)] = a
    centre_school = np.array(_candidates(problem, rules, order), dtype=np.int64)
    school_cost = _pair_costs(problem, rules, priorities, centre_school)
    cost = np.vstack([school_cost[list(schools)].sum(axis=0) for schools in members])
    excused = np.array(
        sorted({int(atom_of[problem.position(key)]) for key in rules.exceptions}), dtype=np.int64
    )
    loads, low, high, loose_low, loose_high, names = _load_dimensions(
        problem, rules, k, members, excused
    )
    apart = _apart_pairs(problem, rules, atom_of)
    neighbours, school_neighbours = _neighbours(problem, rules, members, atom_of)
    instance = Instance(
        k=k,
        cost=cost,
        home=atom_of[centre_school],
        loads=loads,
        low=low,
        high=high,
        rules=names,
        excused=excused,
        excused_low=loose_low,
        excused_high=loose_high,
        apart=apart,
        neighbours=neighbours,
        school_neighbours=school_neighbours,
        **_shared_terms(problem, priorities, k, members, atom_of),
        members=members,
        centre_school=centre_school,
    )
    return replace(instance, cost=_without_hopeless_pairs(instance))


def _sort_key(key: object) -> tuple[bool, object]:
    return isinstance(key, str), key


def _candidates(problem: Problem, rules: Rules, order: list[int]) -> list[int]:
    if rules.centres is None:
        return order
    allowed = {problem.position(key) for key in rules.centres}
    return [p for p in order if p in allowed]


def price_unit(problem: Problem) -> float:
    """Return what one "kilometre" of a price is in the unit of the problem's journeys."""
    return 1000.0 if problem.travel_unit == "m" else 1.0


def _pair_costs(
    problem: Problem, rules: Rules, priorities: Priorities, centres: IntArray
) -> FloatArray:
    """Price each school at each centre, array (schools, centres); infinity where barred."""
    weight = problem.measure(priorities.travel_by)
    journey = problem.travel[:, centres]
    with np.errstate(invalid="ignore"):
        cost = priorities.travel * weight[:, None] * journey
    cost[~np.isfinite(journey)] = math.inf
    cost[journey > np.array(longest_journeys(problem, rules))[:, None]] = math.inf
    if priorities.change:
        price = priorities.change * price_unit(problem) * float(weight.mean())
        today = _group_today(problem, priorities)
        moved = np.array([[today[p] != today[c] for c in centres] for p in range(len(problem))])
        cost = cost + price * moved.reshape(len(problem), len(centres))
    return cost


def _group_today(problem: Problem, priorities: Priorities) -> list[object]:
    source = priorities.groups_before
    assert source is not None
    groups = source.labels if isinstance(source, Plan) else source
    today: list[object] = [None] * len(problem)
    for key, group in groups.items():
        if (p := problem.find(key)) is not None:
            today[p] = group
    return today


def _load_dimensions(
    problem: Problem,
    rules: Rules,
    k: int,
    members: tuple[tuple[int, ...], ...],
    excused: IntArray,
) -> tuple[IntArray, IntArray, IntArray, IntArray, IntArray, tuple[tuple[str, str], ...]]:
    """Every bounded quantity as whole-number loads with bounds, and the bounds of excused atoms."""
    quantities = bounded_quantities(problem, rules, k)
    r, e = len(quantities), len(excused)
    loads = np.zeros((r, len(members)), dtype=np.int64)
    low, high = np.zeros(r, dtype=np.int64), np.zeros(r, dtype=np.int64)
    loose_low, loose_high = np.zeros((e, r), dtype=np.int64), np.zeros((e, r), dtype=np.int64)
    for d, q in enumerate(quantities):
        unit = math.gcd(*q.amounts) or 1
        loads[d] = [q.total(schools) // unit for schools in members]
        low[d], high[d] = _whole(q.bounds(), unit)
        for x, atom in enumerate(excused):
            loose_low[x, d], loose_high[x, d] = _whole(q.bounds(members[atom]), unit)
    names = tuple((q.clause.rule, str(q.clause.which or "schools")) for q in quantities)
    return loads, low, high, loose_low, loose_high, names


def _whole(bounds: tuple[Fraction | None, Fraction | None], unit: int) -> tuple[int, int]:
    """Bounds of loads that are counted in units of so many millionths."""
    least, most = bounds
    return (
        0 if least is None else math.ceil(least / unit),
        NO_LIMIT if most is None else math.floor(most / unit),
    )


def _apart_pairs(problem: Problem, rules: Rules, atom_of: IntArray) -> tuple[tuple[int, int], ...]:
    pairs = set()
    for group in rules.apart:
        atoms = sorted({int(atom_of[problem.position(key)]) for key in group})
        pairs |= {(a, b) for x, a in enumerate(atoms) for b in atoms[x + 1 :]}
    return tuple(sorted(pairs))


def _neighbours(
    problem: Problem, rules: Rules, members: tuple[tuple[int, ...], ...], atom_of: IntArray
) -> tuple[tuple[tuple[int, ...], ...] | None, tuple[tuple[int, ...], ...] | None]:
    if not rules.contiguous or problem.edges is None:
        return None, None
    by_atom: list[set[int]] = [set() for _ in members]
    by_school: list[set[int]] = [set() for _ in problem.schools]
    for i, j in problem.edges.tolist():
        by_school[i].add(j)
        by_school[j].add(i)
        a, b = int(atom_of[i]), int(atom_of[j])
        if a != b:
            by_atom[a].add(b)
            by_atom[b].add(a)
    schools = tuple(tuple(sorted(others)) for others in by_school)
    broken = any(len(_parts(list(group), schools)) > 1 for group in members)
    atoms = tuple(tuple(sorted(others)) for others in by_atom)
    return atoms, schools if broken else None


def _shared_terms(
    problem: Problem,
    priorities: Priorities,
    k: int,
    members: tuple[tuple[int, ...], ...],
    atom_of: IntArray,
) -> dict[str, Any]:
    """Collect the parts of the cost that depend on a cluster as a whole."""

    def by_atom(values: npt.ArrayLike) -> FloatArray:
        array = np.asarray(values, dtype=np.float64)
        return np.array([math.fsum(array[list(schools)]) for schools in members])

    unit = price_unit(problem)
    weight = problem.measure(priorities.travel_by)
    balance = problem.measure(priorities.balance_measure) if priorities.balance else None
    groups: tuple[IntArray, ...] = ()
    if priorities.pyramids:
        groups = tuple(
            np.unique(atom_of[[problem.position(key) for key in ids]])
            for _, ids in sorted(problem.pyramids.items())
        )
    unmet = []
    for kind, covered in sorted(priorities.pupils_per_capacity.items()):
        if priorities.expertise:
            shortfall = [
                _need(s.need.get(kind)) - covered * getattr(s.expertise.get(kind), "amount", 0.0)
                for s in problem.schools
            ]
            unmet.append(Unmet(kind, by_atom(shortfall), priorities.expertise * unit))
    return {
        "balance_load": None if balance is None else by_atom(balance),
        "balance_k": k,
        "balance_mean": 0.0 if balance is None else math.fsum(balance) / k,
        "balance_price": priorities.balance * unit,
        "groups": groups,
        "group_price": priorities.pyramids * unit * float(weight.mean()) if groups else 0.0,
        "unmet": tuple(unmet),
    }


def _need(count: object) -> float:
    """Pupils known to have this type of need."""
    return float((getattr(count, "ehcps", 0) or 0) + (getattr(count, "sen_support", 0) or 0))


def _without_hopeless_pairs(instance: Instance) -> FloatArray:
    """Bar pairs that no plan can use: too heavy together, to be apart, or not connected."""
    cost = instance.cost.copy()
    for a, b in instance.apart:
        cost[a, instance.home == b] = math.inf
        cost[b, instance.home == a] = math.inf
    own = np.arange(instance.n)[:, None] == instance.home[None, :]
    for d in range(len(instance.low)):
        most = np.full(instance.n, instance.high[d])
        highest = int(max(instance.high[d], instance.excused_high[:, d].max(initial=0)))
        if len(instance.excused):
            most[:] = highest
        load = instance.loads[d]
        together = load[:, None] + load[instance.home][None, :]
        cost[(together > most[:, None]) & ~own] = math.inf
    if instance.neighbours is not None and instance.school_neighbours is None:
        part = np.zeros(instance.n, dtype=np.int64)
        for number, atoms in enumerate(_parts(list(range(instance.n)), instance.neighbours)):
            part[atoms] = number
        cost[part[:, None] != part[instance.home][None, :]] = math.inf
    return cost
