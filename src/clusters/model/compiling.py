"""From a problem, its rules and priorities to an instance for one number of clusters."""

from __future__ import annotations

import math
from dataclasses import replace
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
from clusters.model.instance import NO_LIMIT, Instance, Unmet, parts

__all__ = ["compile_instance", "price_unit"]


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
    broken = any(len(parts(list(group), schools)) > 1 for group in members)
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
        for number, atoms in enumerate(parts(list(range(instance.n)), instance.neighbours)):
            part[atoms] = number
        cost[part[:, None] != part[instance.home][None, :]] = math.inf
    return cost
