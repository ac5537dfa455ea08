"""What closes, opens, merges or splits: the facts, the rules and the plan after such changes.

A rule says what plans may be like. These changes say that the world is another one: each makes new
facts, takes what no longer is out of the rules, and draws the plan with nothing else changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.domain import Cluster, FrozenDict, Plan, Priorities, Problem, Rules, SchoolId
from clusters.errors import NoPlanError, RulesError
from clusters.explain.carried_over import plan_with, priorities_joined, priorities_with, rules_with
from clusters.geography.changing import merged_school, renamed_school, with_school, without_school
from clusters.solver import Settings, solve

if TYPE_CHECKING:
    from clusters.explain.changes import Change

__all__ = ["RESHAPES", "Scene"]

_SPLIT_S = 5.0
"""Seconds for drawing the two parts of a cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Facts, policy and plan, as they are after some changes.

    Parameters
    ----------
    problem, rules, priorities, plan
        After the changes; the plan is drawn with nothing else changed.
    new
        Schools that are new and have no place of their own in the plan as it was.
    heirs
        In order, each id that no longer is with the weights of those that follow it: what belongs
        to it (committed money, say) goes to them.
    added
        The groups kept together or apart that merges and splits have added to the rules: a later
        split or merge of the same cluster takes them back.
    """

    problem: Problem
    rules: Rules
    priorities: Priorities
    plan: Plan
    new: tuple[SchoolId, ...] = ()
    heirs: tuple[tuple[SchoolId, Mapping[SchoolId, int]], ...] = ()
    added: Rules = field(default_factory=lambda: Rules(n_clusters=1))

    @property
    def given(self) -> Plan:
        """The plan without the places of new schools: moves are counted from it."""
        return _without(self.plan, set(self.new))


def _without(plan: Plan, ids: set[SchoolId]) -> Plan:
    return Plan(
        tuple(
            replace(cluster, members=tuple(key for key in cluster.members if key not in ids))
            for cluster in plan.clusters
        )
    )


# ---- schools ------------------------------------------------------------------------------------


def _close(change: Change, scene: Scene) -> Scene:
    problem, urn = scene.problem, scene.problem.school(change.schools[0]).urn
    heirs = {problem.school(key).urn: weight for key, weight in (change.value or {}).items()}
    facts = without_school(problem, urn, heirs)
    new = tuple(key for key in scene.new if key != urn)
    return _settled(replace(_with_names(scene, facts, {urn: None}, {urn: heirs}), new=new))


def _with_names(
    scene: Scene,
    facts: Problem,
    names: Mapping[SchoolId, SchoolId | None],
    heirs: Mapping[SchoolId, Mapping[SchoolId, int]],
    *,
    merged: Mapping[SchoolId, SchoolId] | None = None,
) -> Scene:
    """Change the facts, and what names schools with them; rules follow schools merged into one."""
    problem, now = scene.problem, names if merged is None else merged
    return replace(
        scene,
        problem=facts,
        rules=rules_with(scene.rules, problem, now),
        added=rules_with(scene.added, problem, now),
        priorities=priorities_with(scene.priorities, problem, names),
        plan=plan_with(scene.plan, problem, names),
        heirs=(*scene.heirs, *((key, FrozenDict(own)) for key, own in heirs.items())),
    )


def _open(change: Change, scene: Scene) -> Scene:
    school, neighbours, journeys, label = change.value
    facts = with_school(scene.problem, school, neighbours=neighbours, journeys=journeys)
    plan = scene.plan
    at = _number(plan, label) if label is not None else _nearest(facts, plan, len(facts) - 1)
    clusters = list(plan.clusters)
    clusters[at] = replace(clusters[at], members=(*clusters[at].members, school.urn))
    new = scene.new if label is not None else (*scene.new, school.urn)
    nearest = facts.ids[int(np.argsort(facts.travel[-1], kind="stable")[1])]
    return replace(
        scene,
        problem=facts,
        priorities=priorities_joined(scene.priorities, scene.problem, school.urn, nearest),
        plan=Plan(tuple(clusters)),
        new=new,
    )


def _convert(change: Change, scene: Scene) -> Scene:
    problem = scene.problem
    old = problem.school(change.schools[0]).urn
    urn, name, trust = change.value
    facts = renamed_school(problem, old, urn, name=name, trust=trust)
    new = tuple(urn if key == old else key for key in scene.new)
    return replace(_with_names(scene, facts, {old: urn}, {old: {urn: 1}}), new=new)


def _merge_schools(change: Change, scene: Scene) -> Scene:
    problem = scene.problem
    name, phase = change.value
    ids = [problem.school(key).urn for key in change.schools]
    facts = merged_school(problem, ids, name=name, phase=phase)
    first, others = ids[0], dict.fromkeys(ids[1:])
    heirs = {key: {first: 1} for key in others}
    merged = dict.fromkeys(others, first)
    return _settled(_with_names(scene, facts, others, heirs, merged=merged))


# ---- clusters -----------------------------------------------------------------------------------


def _merge(change: Change, scene: Scene) -> Scene:
    labels, name = change.value
    numbers = list(dict.fromkeys(_number(scene.plan, label) for label in labels))
    if len(numbers) < 2:
        raise RulesError.of("there are not two clusters to merge", "name two or more")
    clusters = scene.plan.clusters
    members = tuple(key for number in numbers for key in clusters[number].members)
    centres = tuple(_centre_of(scene, clusters[number]) for number in numbers)
    one = Cluster(name or clusters[numbers[0]].label, _best_centre(scene, members), members)
    drawn = [
        one if number == numbers[0] else cluster
        for number, cluster in enumerate(clusters)
        if number not in numbers[1:]
    ]
    _refuse_twice(drawn)
    inside = {scene.problem.position(key) for key in members}
    taken_back = _groups_of(scene, "apart", lambda held: len(held & inside) > 1)
    return _with_group(scene, drawn, "together", centres, taken_back)


def _split(change: Change, scene: Scene) -> Scene:
    label, chosen, name = change.value
    number = _number(scene.plan, label)
    cluster = scene.plan.clusters[number]
    if len(cluster.members) < 2:
        raise RulesError.of(f"the cluster {label} has too few schools to split", "name another")
    away = _chosen(scene, cluster, chosen) if chosen is not None else _halved(scene, cluster)
    parts = [
        tuple(key for key in cluster.members if (key in away) == leaves) for leaves in (False, True)
    ]
    taken = {other.label for other in scene.plan.clusters}
    fresh = name or next(f"{label} {n}" for n in range(2, 1000) if f"{label} {n}" not in taken)
    centres = [
        cluster.centre if cluster.centre in parts[0] else _best_centre(scene, parts[0]),
        _best_centre(scene, parts[1]),
    ]
    drawn = list(scene.plan.clusters)
    drawn[number : number + 1] = [
        Cluster(cluster.label, centres[0], parts[0]),
        Cluster(fresh, centres[1], parts[1]),
    ]
    _refuse_twice(drawn)
    leaving = {scene.problem.position(key) for key in parts[1]}
    taken_back = _groups_of(scene, "together", lambda held: 0 < len(held & leaving) < len(held))
    ends = tuple(key for key in centres if key is not None)
    return _with_group(scene, drawn, "apart", ends, taken_back)


def _groups_of(
    scene: Scene, rule: str, undone: Callable[[set[int]], bool]
) -> tuple[tuple[SchoolId, ...], ...]:
    """List the groups that an earlier merge or split has added and that this one undoes."""
    return tuple(
        tuple(group)
        for group in getattr(scene.added, rule)
        if undone({scene.problem.position(key) for key in group})
    )


def _with_group(
    scene: Scene,
    drawn: Sequence[Cluster],
    rule: str,
    group: tuple[SchoolId, ...],
    taken_back: Sequence[tuple[SchoolId, ...]],
) -> Scene:
    """Add a group to the rules, and take those back that it undoes."""
    other = "apart" if rule == "together" else "together"

    def changed(rules: Rules, **more: Any) -> Rules:
        left = tuple(kept for kept in getattr(rules, other) if tuple(kept) not in taken_back)
        groups: dict[str, Any] = {rule: (*getattr(rules, rule), group), other: left}
        return replace(rules, **groups, **more)

    return replace(
        scene,
        rules=changed(scene.rules, n_clusters=_held(drawn)),
        added=changed(scene.added),
        plan=Plan(tuple(drawn)),
    )


RESHAPES: Mapping[str, Callable[[Change, Scene], Scene]] = {
    "close": _close,
    "open": _open,
    "convert": _convert,
    "merge_schools": _merge_schools,
    "merge": _merge,
    "split": _split,
}
"""By the kind of a change, what it makes of facts, rules and plan."""


def _number(plan: Plan, label: str) -> int:
    for number, cluster in enumerate(plan.clusters):
        if cluster.label == label and cluster.members:
            return number
    labels = ", ".join(str(cluster.label) for cluster in plan.clusters)
    raise RulesError.of(f"there is no cluster {label!r}", f"use one of {labels}")


def _held(clusters: Iterable[Cluster]) -> int:
    return sum(1 for cluster in clusters if cluster.members)


def _refuse_twice(clusters: Sequence[Cluster]) -> None:
    labels = [cluster.label for cluster in clusters]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise RulesError.of(f"two clusters would be called {twice!r}", "give another name")


def _chosen(scene: Scene, cluster: Cluster, chosen: Sequence[SchoolId]) -> set[SchoolId]:
    ids = {scene.problem.school(key).urn for key in chosen}
    held = {scene.problem.school(key).urn for key in cluster.members}
    if not ids <= held or not ids or ids == held:
        what = (
            f"some of the schools are not in the cluster {cluster.label}"
            if not ids <= held
            else "either part of the cluster would be empty"
        )
        raise RulesError.of(what, "name some of its schools, not all")
    return {key for key in cluster.members if scene.problem.school(key).urn in ids}


def _halved(scene: Scene, cluster: Cluster) -> set[SchoolId]:
    """Schools of the part that leaves: the cheaper way of two parts that keeps what it can."""
    problem, rules = scene.problem, scene.rules
    positions = [problem.position(key) for key in cluster.members]
    alone = _only(problem, positions)
    count = _held(scene.plan.clusters) + 1
    limits: dict[str, Any] = dict(rules.limits)
    for name, share in rules.balance.items():
        mean = float(problem.measure(name).sum()) / count
        low, high = limits.get(name) or (None, None)
        own = (max(0.0, (1 - share) * mean), (1 + share) * mean)
        limits[name] = (
            max(own[0], own[0] if low is None else low),
            min(own[1], own[1] if high is None else high),
        )
    priorities = Priorities(travel_by=scene.priorities.travel_by)
    tries = (
        Rules(
            n_clusters=2,
            contiguous=rules.contiguous and problem.edges is not None,
            schools_per_cluster=rules.schools_per_cluster,
            limits=limits,
        ),
        Rules(n_clusters=2, contiguous=rules.contiguous and problem.edges is not None),
        Rules(n_clusters=2, contiguous=False),
    )
    for asked in tries:
        try:
            found = solve(alone, asked, priorities, Settings(time_limit_s=_SPLIT_S, workers=1))
        except NoPlanError:
            continue
        stays = next(
            (c for c in found.plan.clusters if cluster.centre in c.members), found.plan.clusters[0]
        )
        return {key for key in cluster.members if problem.school(key).urn not in stays.members}
    msg = "two parts of a cluster can always be drawn where nothing is asked of them"
    raise AssertionError(msg)


def _only(problem: Problem, positions: Sequence[int]) -> Problem:
    """Return the facts of some schools alone."""
    new = {p: number for number, p in enumerate(positions)}
    edges = None
    if problem.edges is not None:
        inside = [(new[i], new[j]) for i, j in problem.edges.tolist() if i in new and j in new]
        edges = np.array(inside, dtype=np.int64).reshape(-1, 2)
    return replace(
        problem,
        schools=tuple(problem.schools[p] for p in positions),
        travel=problem.travel[np.ix_(positions, positions)],
        edges=edges,
        measures={name: values[list(positions)] for name, values in problem.measures.items()},
        unknown={},
        territories=None,
    )


# ---- centres and places -------------------------------------------------------------------------


def _best_centre(scene: Scene, members: Sequence[SchoolId]) -> SchoolId:
    """Member to which the others' journeys are shortest, of those that may be a centre."""
    problem = scene.problem
    held = [problem.position(key) for key in members]
    able = {problem.position(key) for key in scene.rules.centres or members}
    weight = problem.measure(scene.priorities.travel_by)[held]
    costs = weight @ np.where(np.isfinite(problem.travel), problem.travel, 1e12)[np.ix_(held, held)]
    costs = np.where([p in able for p in held], costs, np.inf)
    return problem.ids[held[int(np.argmin(costs))]]


def _centre_of(scene: Scene, cluster: Cluster) -> SchoolId:
    return cluster.centre if cluster.centre is not None else _best_centre(scene, cluster.members)


def _settled(scene: Scene) -> Scene:
    """Choose a centre again where it is gone; leave empty clusters out."""
    clusters = []
    for cluster in scene.plan.clusters:
        if not cluster.members:
            continue
        known = cluster.centre is not None and scene.problem.find(cluster.centre) is not None
        centre = cluster.centre if known else _best_centre(scene, cluster.members)
        clusters.append(replace(cluster, centre=centre))
    return replace(scene, plan=Plan(tuple(clusters)))


def _nearest(problem: Problem, plan: Plan, new: int) -> int:
    """Cluster that a new school joins: of those it borders on (or of all), the nearest centre."""
    around: set[int] = set()
    if problem.edges is not None:
        around = {p for pair in problem.edges.tolist() if new in pair for p in pair} - {new}
    best, at = np.inf, 0
    for number, cluster in enumerate(plan.clusters):
        held = [problem.position(key) for key in cluster.members]
        if not held or (around and not around & set(held)):
            continue
        ends = held if cluster.centre is None else [problem.position(cluster.centre)]
        far = float(problem.travel[new, ends].min())
        if far < best:
            best, at = far, number
    return at
