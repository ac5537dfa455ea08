"""Plans, rules and priorities after a school they name has gone or has another id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from clusters.domain import Cluster, Plan, Priorities, Problem, Rules, SchoolId
from clusters.errors import DataError, RulesError

__all__ = ["plan_with", "priorities_joined", "priorities_with", "rules_with"]

_Names = Mapping[SchoolId, SchoolId | None]
"""The ids that schools have now, by those that they had; None for a school that no longer is."""


def plan_with(plan: Plan, problem: Problem, ids: _Names) -> Plan:
    """Return the plan with ids replaced, or taken out where None is given."""

    def now(key: SchoolId) -> SchoolId | None:
        position = problem.find(key)
        own = key if position is None else problem.ids[position]
        return ids.get(own, key)

    return Plan(
        tuple(
            Cluster(
                cluster.label,
                None if cluster.centre is None else now(cluster.centre),
                tuple(new for key in cluster.members if (new := now(key)) is not None),
            )
            for cluster in plan.clusters
        )
    )


def rules_with(rules: Rules, problem: Problem, names: _Names) -> Rules:
    """Return the rules with schools under the ids that they have now, without those that are gone.

    Raises
    ------
    RulesError
        If schools that may not share a cluster become one, or no school that may be a centre is
        left.
    """

    def now(keys: Iterable[SchoolId]) -> tuple[SchoolId, ...]:
        ids = (problem.school(key).urn for key in keys)
        renamed = (names.get(key, key) for key in ids)
        return tuple(dict.fromkeys(key for key in renamed if key is not None))

    def groups(given: Iterable[Iterable[SchoolId]]) -> tuple[tuple[SchoolId, ...], ...]:
        return tuple(group for keys in given if len(group := now(keys)) > 1)

    gone = {key for key, new in names.items() if new is None}
    for keys in rules.apart:
        left = {problem.school(key).urn for key in keys} - gone
        if len(now(keys)) < len(left):
            what = "schools that are to become one must be apart by the rules"
            raise RulesError.of(what, f"drop apart={tuple(keys)!r}")
    centres = None if rules.centres is None else now(rules.centres)
    if rules.centres and not centres:
        what = "no school that may be a centre is left"
        raise RulesError.of(what, "name others in centres=")
    exceptions: dict[SchoolId, Any] = {}
    for key, excuse in rules.exceptions.items():
        for new in now([key]):
            exceptions[new] = {**excuse, **exceptions.get(new, {})}
    return replace(
        rules,
        together=groups(rules.together),
        apart=groups(rules.apart),
        centres=centres,
        exceptions=exceptions,
    )


def priorities_with(priorities: Priorities, problem: Problem, names: _Names) -> Priorities:
    """Return the priorities with the ids of now in the plan of reference."""
    groups = priorities.groups_before
    if groups is None:
        return priorities
    if isinstance(groups, Plan):
        return replace(priorities, reference=plan_with(groups, problem, names))
    now = {problem.position(old): new for old, new in names.items()}
    renamed: dict[SchoolId, Any] = {}
    for key, group in groups.items():
        position = problem.find(key)
        new = key if position is None else now.get(position, key)
        if new is not None:
            renamed[new] = group
    return replace(priorities, reference=renamed)


def priorities_joined(
    priorities: Priorities, problem: Problem, urn: SchoolId, nearest: SchoolId
) -> Priorities:
    """Put a new school into the group of the school nearest to it: it did not exist before."""
    groups = priorities.groups_before
    if groups is None:
        return priorities
    at = problem.position(nearest)
    if isinstance(groups, Plan):
        clusters = tuple(
            replace(cluster, members=(*cluster.members, urn))
            if any(problem.find(key) == at for key in cluster.members)
            else cluster
            for cluster in groups.clusters
        )
        return replace(priorities, reference=Plan(clusters))
    own = [group for key, group in groups.items() if problem.find(key) == at]
    if not own:
        what = "the reference has no group for the school nearest to the new one"
        raise DataError.of(what, "give every school its group of today", urn=nearest)
    return replace(priorities, reference={**groups, urn: own[0]})
