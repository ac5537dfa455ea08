"""The cost of a plan under the priorities, recomputed from the facts: one function per priority."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction

from clusters.domain import Plan, Priorities, School
from clusters.verifier.case import MICRO, Case, find

UNITS_PER_STEP = {"m": 1000, "min": 1}
"""Prices are per kilometre, or per minute; journeys are in metres or minutes."""


def recompute(case: Case, priorities: Priorities) -> dict[str, float]:
    """Cost of each priority with a weight; needs each school once and a centre in each cluster."""
    return {
        name: getattr(priorities, name) * cost(case, priorities)
        for name, cost in COSTS.items()
        if getattr(priorities, name)
    }


def cost_of_travel(case: Case, priorities: Priorities) -> float:
    """Sum of weight x journey; a school of weight 0 costs nothing however far it is."""
    weight = case.problem.measure(priorities.travel_by).tolist()
    travel = case.problem.travel
    return math.fsum(
        weight[k] * float(travel[k, group.centre])
        for group in case.held
        for k in group.members
        if weight[k]
    )


def cost_of_balance(case: Case, priorities: Priorities) -> float:
    """Sum over clusters of the distance from the mean cluster, in the measure's units."""
    units = case.micro(priorities.balance_measure)
    mean = Fraction(sum(units), len(case.held))
    off = sum(abs(sum(units[k] for k in group.members) - mean) for group in case.held)
    return float(_step(case) * off / MICRO)


def cost_of_expertise(case: Case, priorities: Priorities) -> float:
    """Count, over clusters and types, the pupils in need whom no recorded capacity covers."""
    unmet = Fraction(0)
    for kind, covers in priorities.pupils_per_capacity.items():
        for group in case.held:
            schools = [case.problem.schools[k] for k in group.members]
            need = sum(pupils_in_need(school, kind) for school in schools)
            capacity = sum(
                Fraction(str(school.expertise[kind].amount))
                for school in schools
                if kind in school.expertise
            )
            unmet += max(Fraction(0), need - Fraction(str(covers)) * capacity)
    return float(_step(case) * unmet)


def cost_of_pyramids(case: Case, priorities: Priorities) -> float:
    """Count the pieces beyond one of each pyramid, at an average school's journey each."""
    extra = 0
    for members in case.problem.pyramids.values():
        positions = {case.problem.find(key) for key in members}
        extra += sum(1 for group in case.held if positions & set(group.members)) - 1
    return float(_average_school(case, priorities) * extra)


def cost_of_change(case: Case, priorities: Priorities) -> float:
    """Count the schools whose group of today is not their centre's, at an average journey each."""
    before = _groups_before(case, priorities)
    moved = sum(
        before.get(k) != before.get(group.centre) for group in case.held for k in group.members
    )
    return float(_average_school(case, priorities) * moved)


COSTS: Mapping[str, Callable[[Case, Priorities], float]] = {
    "travel": cost_of_travel,
    "balance": cost_of_balance,
    "expertise": cost_of_expertise,
    "pyramids": cost_of_pyramids,
    "change": cost_of_change,
}


def pupils_in_need(school: School, kind: str) -> int:
    """Pupils known with one type of need; what is not known counts as none."""
    counted = school.need.get(kind)
    return 0 if counted is None else (counted.ehcps or 0) + (counted.sen_support or 0)


def _step(case: Case) -> int:
    return UNITS_PER_STEP[case.problem.travel_unit]


def _average_school(case: Case, priorities: Priorities) -> Fraction:
    """Price an average school travelling 1 km (or 1 minute)."""
    return Fraction(_step(case) * sum(case.micro(priorities.travel_by)), MICRO * len(case.problem))


def _groups_before(case: Case, priorities: Priorities) -> dict[int | None, Hashable]:
    """Today's group of each school, by position."""
    before = priorities.groups_before
    if isinstance(before, Plan):
        return {
            find(case.problem, key): number
            for number, cluster in enumerate(before.clusters)
            for key in cluster.members
        }
    return {find(case.problem, key): group for key, group in (before or {}).items()}
