"""Clusters as the schools of a smaller problem, so that the same engine can group them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from clusters.arguments import checked
from clusters.domain import Cluster, IntArray, PlanLike, Problem, School, SchoolId, plan_of
from clusters.errors import DataError, Faults
from clusters.measures.facts import clusters_held, members_of

__all__ = ["problem_of_clusters"]


@checked
def problem_of_clusters(
    problem: Problem, plan: PlanLike, posts: Mapping[str, SchoolId] | None = None
) -> Problem:
    """Make a problem whose schools are the clusters of a plan.

    A cluster stands where its centre is; its measures are the sums over its members ("schools" is
    how many it has). Two clusters are neighbours if any of their members are.

    Parameters
    ----------
    problem, plan
        The facts, and a plan whose clusters have labels of their own.
    posts
        For some clusters, the school where its area lead would sit; journeys to such a cluster end
        there instead of at its centre.

    Raises
    ------
    DataError
        If two clusters have one label, or a school is in two clusters.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.leads import problem_of_clusters
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [3, 0], [9, 0]],
    ...     {"need": [1, 2, 4]}, [("a", "b"), ("b", "c")])
    >>> small = problem_of_clusters(problem, Plan.from_assignment({"a": "a", "b": "a", "c": "c"}))
    >>> small.ids, small.measure("need").tolist(), list(small.neighbour_pairs())
    (('1', '2'), [3.0, 4.0], [('1', '2')])
    """
    plan = plan_of(problem, plan)
    clusters = clusters_held(problem, plan)
    _refuse_muddle(problem, clusters)
    members = [members_of(problem, cluster) for cluster in clusters]
    middle = [_middle(problem, c, held) for c, held in zip(clusters, members, strict=True)]
    stops = list(middle)
    for k, cluster in enumerate(clusters):
        if posts and cluster.label in posts:
            stops[k] = problem.position(posts[cluster.label])
    travel = problem.travel[np.ix_(middle, stops)].copy()
    np.fill_diagonal(travel, 0.0)
    schools = [
        School(
            urn=cluster.label,
            name=cluster.label,
            easting=problem.schools[h].easting,
            northing=problem.schools[h].northing,
            measures={
                name: math.fsum(values[held])
                for name, values in problem.measures.items()
                if name != "schools"
            },
        )
        for cluster, h, held in zip(clusters, middle, members, strict=True)
    ]
    small = Problem.from_schools(
        schools,
        travel=travel,
        travel_unit=problem.travel_unit,
        edges=_edges(problem, members),
        boundary=problem.boundary,
        notes=("Its schools are the clusters of a plan.",),
    )
    held_schools = np.array([len(held) for held in members], dtype=np.float64)
    small = replace(small, measures={**small.measures, "schools": held_schools})
    if problem.territories is not None:
        import shapely

        shapes = [shapely.union_all([problem.territories[k] for k in held]) for held in members]
        small = replace(small, territories=tuple(shapes))
    return small


def _middle(problem: Problem, cluster: Cluster, members: IntArray) -> int:
    """Position of the centre; without one, of the member with the least journeys to it."""
    centre = None if cluster.centre is None else problem.find(cluster.centre)
    if centre is not None:
        return centre
    return int(members[problem.travel[np.ix_(members, members)].sum(axis=0).argmin()])


def _edges(problem: Problem, members: Sequence[IntArray]) -> np.ndarray | None:
    """Pairs of clusters of which any members are neighbours."""
    if problem.edges is None:
        return None
    of = np.full(len(problem), -1)
    for k, held in enumerate(members):
        of[held] = k
    pairs = of[problem.edges]
    crossing = (pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(axis=1)
    return np.unique(np.sort(pairs[crossing], axis=1), axis=0).reshape(-1, 2)


def _refuse_muddle(problem: Problem, clusters: tuple[Cluster, ...]) -> None:
    labels = [cluster.label for cluster in clusters]
    held = [key for cluster in clusters for key in cluster.members]
    faults = Faults()
    for label in dict.fromkeys(labels):
        if labels.count(label) > 1:
            faults.add(f"two clusters have the label {label!r}", "rename one", where="plan")
    for key in dict.fromkeys(held):
        if held.count(key) > 1 and problem.find(key) is not None:
            faults.add("the school is in two clusters", "keep it in one", urn=key)
    faults.refuse(DataError)
