"""One way to take a plan: a Plan, whatever holds one, or a mapping {id: cluster}."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from clusters.arguments import described
from clusters.domain.plan import Cluster, Plan, PlanLike
from clusters.domain.problem import Problem
from clusters.domain.values import SchoolId, plain
from clusters.errors import ArgumentError, DataError, Faults

__all__ = ["plan_of", "plans_of", "positions_of"]


def plan_of(problem: Problem, given: PlanLike, name: str = "plan") -> Plan:
    """Turn what stands for a plan into the plan.

    Parameters
    ----------
    problem
        The facts that the plan is about.
    given
        A plan, which is returned as it is, however broken; a Result, an Option or whatever else has
        a ``.plan``; or a mapping from the id of a school to the label of its cluster. Where each
        label of a mapping is the id of a school of its own cluster, as in ``plan.assignment``, that
        school is the centre; else it is the member to which the others' journeys are shortest.
    name
        Of the argument, for messages.

    Returns
    -------
    Plan
        Clusters of a mapping stand in the order in which their labels appear.

    Raises
    ------
    ArgumentError
        If it is nothing of the kind.
    DataError
        If a mapping names schools that the problem does not have, a school twice, or a school
        without a label.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [1, 0], [3, 0]])
    >>> plan_of(problem, {"a": "North", "b": "North", "c": "South"}).clusters
    (Cluster(label='North', centre='a', members=('a', 'b')), Cluster(label='South', centre='c', \
members=('c',)))
    """
    if isinstance(given, Plan):
        return given
    if isinstance(given, Mapping):
        return _plan_of_mapping(problem, given, name)
    held = getattr(given, "plan", None)
    if isinstance(held, Plan):
        return held
    what = "holds no plan" if hasattr(given, "plan") else f"is {described(given)}, not a plan"
    raise ArgumentError.of(
        f"{name} {what}",
        "give a Plan, a Result or a mapping {id: cluster}; a file or a frame is read "
        "with read_plan(source, problem)",
    )


def plans_of(
    problem: Problem, given: Mapping[str, PlanLike], name: str = "plans"
) -> dict[str, Plan]:
    """Turn each value of a mapping {name: plan} into a plan, as `plan_of` does."""
    return {key: plan_of(problem, plan, f"{name}[{key!r}]") for key, plan in given.items()}


def positions_of(problem: Problem, plan: Plan) -> list[list[int]]:
    """List the schools of each cluster by position; one that the problem does not have is none."""
    return [
        [p for key in cluster.members if (p := problem.find(key)) is not None]
        for cluster in plan.clusters
    ]


def _plan_of_mapping(problem: Problem, given: Mapping[SchoolId, Hashable], name: str) -> Plan:
    groups: dict[Hashable, list[int]] = {}
    seen: set[int] = set()
    faults = Faults()
    for key, label in given.items():
        position, label = problem.find(key), plain(label)
        what = None
        if position is None:
            what, remedy = "names a school that the problem does not have", "check the id"
        elif position in seen:
            what, remedy = "names this school twice", "keep one entry for each school"
        elif label is None or label != label or label == "":
            what, remedy = "has no cluster for this school", "give its cluster, or leave it out"
        elif not isinstance(label, Hashable):
            what, remedy = f"has {described(label)} as a cluster", "give the label of a cluster"
        if what:
            faults.add(f"{name} {what}", remedy, urn=key)
        elif position is not None:
            seen.add(position)
            groups.setdefault(label, []).append(position)
    faults.refuse(DataError)
    named = {label: problem.find(label) for label in groups}
    by_centre = all(named[label] in held for label, held in groups.items())
    ids = problem.ids
    return Plan(
        tuple(
            Cluster(
                label=str(number) if by_centre else str(label),
                centre=ids[named[label] if by_centre else _middle(problem, held)],  # type: ignore[index]  # by_centre says that each is known
                members=tuple(ids[k] for k in held),
            )
            for number, (label, held) in enumerate(groups.items(), start=1)
        ),
        problem=problem,
    )


def _middle(problem: Problem, held: list[int]) -> int:
    """Position of the member to which the others' journeys are shortest in all."""
    return held[int(np.argmin(problem.travel[np.ix_(held, held)].sum(axis=0)))]
