"""What measuring needs to know of a problem and of a plan, looked up once, as arrays."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clusters.arguments import checked
from clusters.domain import (
    Cluster,
    FloatArray,
    IntArray,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    School,
    groups_of,
)

BoolArray = npt.NDArray[np.bool_]
Groups = PlanLike
"""A plan, or groups by school id."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """The facts of a problem as arrays; NaN is "not known" throughout.

    Parameters
    ----------
    numbers
        Arrays (n,) by name: every measure, also those that some schools lack.
    travel_by, weight
        The measure that weights journeys, and its array (n,).
    phases
        Phase of each school.
    rural
        Array (n,): whether the school is rural; None where no school says.
    types
        Types of need that any school's need or expertise names.
    need, capacity
        Arrays (n, types): pupils with that primary need; recorded capacity.
    pyramids
        Positions of the schools of each pyramid.
    """

    problem: Problem
    numbers: Mapping[str, FloatArray]
    travel_by: str
    weight: FloatArray
    phases: tuple[str, ...]
    rural: BoolArray | None
    types: tuple[str, ...]
    need: FloatArray
    capacity: FloatArray
    pyramids: Mapping[str, frozenset[int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """One cluster with its members and centre as positions; what is unknown is left out."""

    label: str
    centre: int | None
    members: IntArray


def facts_of(problem: Problem, priorities: Priorities | None) -> Facts:
    """Look the facts up that measures of any plan need."""
    schools = problem.schools
    types = types_of(problem)
    numbers = dict(problem.measures)
    for name in problem.unknown:
        numbers[name] = np.array([_number(school, name) for school in schools])
    # What the data happen to hold never decides it: figures of two files must mean the same.
    travel_by = "schools" if priorities is None else priorities.travel_by
    # The rural classes of the Office for National Statistics have the word in their names.
    rurality = [school.traits.get("rurality") or "" for school in schools]
    return Facts(
        problem=problem,
        numbers=numbers,
        travel_by=travel_by,
        weight=problem.measure(travel_by),
        phases=tuple(school.phase for school in schools),
        rural=np.array(["rural" in text.lower() for text in rurality]) if any(rurality) else None,
        types=types,
        need=need_table(problem, types),
        capacity=capacity_table(problem, types),
        pyramids={
            name: frozenset(problem.position(key) for key in ids)
            for name, ids in sorted(problem.pyramids.items())
        },
    )


def types_of(problem: Problem) -> tuple[str, ...]:
    """Types that any school's need or expertise names, sorted."""
    return tuple(sorted({str(kind) for s in problem.schools for kind in (*s.need, *s.expertise)}))


def need_table(problem: Problem, kinds: Sequence[str]) -> FloatArray:
    """Pupils known with each type of need, array (n, types); NaN where not known."""
    rows = [[_pupils_in_need(school, kind) for kind in kinds] for school in problem.schools]
    return np.array(rows, dtype=np.float64).reshape(len(problem), len(kinds))


def capacity_table(problem: Problem, kinds: Sequence[str]) -> FloatArray:
    """Return recorded capacity, array (n, types); NaN where not known."""
    held = [school.expertise for school in problem.schools]
    rows = [[own[kind].amount if kind in own else np.nan for kind in kinds] for own in held]
    return np.array(rows, dtype=np.float64).reshape(len(problem), len(kinds))


def _pupils_in_need(school: School, kind: str) -> float:
    """Pupils known with one type of need; NaN where nothing is known."""
    counted = school.need.get(kind)
    known = () if counted is None else (counted.ehcps, counted.sen_support)
    present = [count for count in known if count is not None]
    return float(sum(present)) if present else float("nan")


def _number(school: School, name: str) -> float:
    """Look up one number of a school that not every school has."""
    value = school.measures.get(name)
    if value is None and name in ("pupils", "ehcps", "sen_support", "topup_pence"):
        value = getattr(school, name)
    if value is None:
        for part in ("ehcps", "sen_support"):
            kind = name.removeprefix(f"{part}_")
            if kind != name and kind in school.need:
                value = getattr(school.need[kind], part)
    return float("nan") if value is None else float(value)


def find(problem: Problem, key: object) -> int | None:
    """Look up an id that may be anything at all."""
    try:
        return problem.find(key)
    except (TypeError, ValueError):  # a tuple that holds a list; a text of thousands of digits
        return None


def members_of(problem: Problem, cluster: Cluster) -> IntArray:
    """Positions of the schools of a cluster, sorted; those that the problem lacks left out."""
    known = isinstance(cluster.members, Iterable) and not isinstance(cluster.members, str | bytes)
    found = {find(problem, key) for key in (cluster.members if known else ())}
    return np.array(sorted(p for p in found if p is not None), dtype=np.int64)


def starts_of(problem: Problem, cluster: Cluster) -> IntArray:
    """Positions from which a cluster's journeys start: its centre, or without one its members."""
    centre = None if cluster.centre is None else find(problem, cluster.centre)
    return members_of(problem, cluster) if centre is None else np.array([centre])


def clusters_held(problem: Problem, plan: Plan) -> tuple[Cluster, ...]:
    """Return the clusters of a plan that hold a school of the problem."""
    return tuple(cluster for cluster in plan.clusters if len(members_of(problem, cluster)))


def placed_of(problem: Problem, plan: Plan) -> tuple[Placed, ...]:
    """Look up every cluster of a plan that holds a school of the problem."""
    return tuple(
        Placed(
            label=str(cluster.label),
            centre=None if cluster.centre is None else find(problem, cluster.centre),
            members=members_of(problem, cluster),
        )
        for cluster in clusters_held(problem, plan)
    )


@checked
def places_of(problem: Problem, groups: Groups) -> IntArray:
    """Place each school: array (n,) with the number of its group, -1 where it has none.

    A school that stands in several clusters counts for the first. Clusters count from 0, those
    that hold no school of the problem left out.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> places_of(problem, plan).tolist()
    [0, 0, 1, 1]
    """
    places = np.full(len(problem), -1, dtype=np.int64)
    groups = groups_of(groups)
    if isinstance(groups, Plan):
        for number, cluster in reversed(list(enumerate(placed_of(problem, groups)))):
            places[cluster.members] = number
        return places
    numbers: dict[Hashable, int] = {}
    for key, group in groups.items():
        position = find(problem, key)
        if position is not None and group is not None:
            places[position] = numbers.setdefault(group, len(numbers))
    return places
