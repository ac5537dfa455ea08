"""Plans, rules and priorities after a school they name has gone or has another id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from clusters.domain import (
    Cluster,
    Plan,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    groups_of,
)
from clusters.domain.forms import rule_fault
from clusters.errors import DataError, Fault, RulesError

__all__ = [
    "plan_with",
    "priorities_renamed",
    "priorities_with",
    "priorities_without",
    "rules_renamed",
    "rules_without",
]


def plan_with(plan: Plan, problem: Problem, ids: Mapping[SchoolId, SchoolId | None]) -> Plan:
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


def rules_without(rules: Rules, problem: Problem, ids: set[SchoolId]) -> Rules:
    """Return the rules without what they say of schools that no longer are."""

    def left(keys: Iterable[SchoolId]) -> tuple[SchoolId, ...]:
        return tuple(key for key in keys if problem.school(key).urn not in ids)

    return replace(
        rules,
        together=tuple(group for keys in rules.together if len(group := left(keys)) > 1),
        apart=tuple(group for keys in rules.apart if len(group := left(keys)) > 1),
        centres=_some_centres(None if rules.centres is None else left(rules.centres)),
        exceptions={key: rules.exceptions[key] for key in left(rules.exceptions)},
    )


def _some_centres(centres: tuple[SchoolId, ...] | None) -> tuple[SchoolId, ...] | None:
    if centres == ():
        raise RulesError(
            rule_fault("no school that may be a centre is left", "name others in centres=")
        )
    return centres


def rules_renamed(rules: Rules, problem: Problem, names: Mapping[SchoolId, SchoolId]) -> Rules:
    """Return the rules with schools under the ids that they have now."""

    def now(keys: Iterable[SchoolId]) -> tuple[SchoolId, ...]:
        ids = (problem.school(key).urn for key in keys)
        return tuple(dict.fromkeys(names.get(key, key) for key in ids))

    apart = tuple(now(keys) for keys in rules.apart)
    both = next(
        (keys for keys, new in zip(rules.apart, apart, strict=True) if len(new) < len(keys)), None
    )
    if both is not None:
        raise RulesError(
            rule_fault(
                "schools that are to become one must be apart by the rules",
                f"drop apart={tuple(both)!r}",
            )
        )
    exceptions: dict[SchoolId, Any] = {}
    for key, excuse in rules.exceptions.items():
        (new,) = now([key])
        exceptions[new] = {**excuse, **exceptions.get(new, {})}
    return replace(
        rules,
        together=tuple(group for keys in rules.together if len(group := now(keys)) > 1),
        apart=apart,
        centres=None if rules.centres is None else now(rules.centres),
        exceptions=exceptions,
    )


def _groups(priorities: Priorities) -> Plan | Mapping[SchoolId, Any] | None:
    return None if priorities.reference is None else groups_of(priorities.reference)


def priorities_without(priorities: Priorities, problem: Problem, ids: set[SchoolId]) -> Priorities:
    """Return the priorities with schools out of the plan of reference."""
    groups = _groups(priorities)
    if groups is None:
        return priorities
    if isinstance(groups, Plan):
        return replace(priorities, reference=plan_with(groups, problem, dict.fromkeys(ids)))
    gone = {problem.position(key) for key in ids}
    kept = {key: group for key, group in groups.items() if problem.find(key) not in gone}
    return replace(priorities, reference=kept)


def priorities_renamed(
    priorities: Priorities, problem: Problem, names: Mapping[SchoolId, SchoolId]
) -> Priorities:
    """Return the priorities with new ids in the plan of reference."""
    groups = _groups(priorities)
    if groups is None:
        return priorities
    if isinstance(groups, Plan):
        return replace(priorities, reference=plan_with(groups, problem, names))
    at = {problem.position(old): new for old, new in names.items()}
    renamed = {}
    for key, group in groups.items():
        position = problem.find(key)
        renamed[key if position is None else at.get(position, key)] = group
    return replace(priorities, reference=renamed)


def priorities_with(
    priorities: Priorities, problem: Problem, urn: SchoolId, nearest: SchoolId
) -> Priorities:
    """Put a new school into the group of the school nearest to it: it did not exist before."""
    groups = _groups(priorities)
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
        raise DataError(
            Fault(
                "the reference has no group for the school nearest to the new one",
                "give every school its group of today",
                urn=str(nearest),
            )
        )
    return replace(priorities, reference={**groups, urn: own[0]})
