"""Where a cluster lacks a type: who is nearest outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import Cluster, Plan, PlanLike, Problem, plan_of
from clusters.expertise.providers import (
    Provider,
    checked_providers,
    held_clusters,
    journeys_from,
    metres_to_cluster,
    units_of,
    within_reach,
)
from clusters.measures import measure
from clusters.measures.facts import capacity_table, members_of, types_of
from clusters.shown import framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["nearest_holders"]


@checked
def nearest_holders(
    problem: Problem,
    plan: PlanLike,
    *,
    n: int = 3,
    gaps_only: bool = True,
    providers: Iterable[Provider] = (),
) -> pd.DataFrame:
    """List for each cluster and type the nearest schools outside that hold it.

    Journeys start from the cluster's centre. Ties go to the school that stands first in the
    problem.

    Parameters
    ----------
    problem, plan
        The facts and any plan.
    n
        Most schools for each cluster and type.
    gaps_only
        Whether to list only the types that the cluster lacks.
    providers
        Providers outside the clusters that reach the cluster's centre are listed after the schools,
        with straight-line metres.

    Returns
    -------
    pandas.DataFrame
        cluster, type, rank, holder, holder_name, holder_cluster (None for a provider), capacity,
        unit, and journey_m or journey_min; provider_m for providers. A gap that nobody fills has
        one row without a holder.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.expertise import nearest_holders
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [300, 0], [900, 0]],
    ...     expertise={"asd": [float("nan"), 1, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b", "c": "c"})
    >>> frame = nearest_holders(problem, plan)
    >>> frame[["cluster", "type", "holder", "journey_m"]].values.tolist()
    [['1', 'asd', 'b', 300.0], ['1', 'asd', 'c', 900.0]]
    """
    plan = plan_of(problem, plan)

    providers = checked_providers(problem, providers)
    gaps = {(row.cluster, row.kind) for row in measure(problem, plan).expertise if row.gap}
    rows = [
        row
        for cluster in held_clusters(problem, plan)
        for kind in types_of(problem)
        if not gaps_only or (cluster.label, kind) in gaps
        for row in _rows(problem, plan, cluster, kind, n, providers)
    ]
    columns = ["cluster", "type", "rank", "holder", "holder_name", "holder_cluster", "capacity"]
    columns += ["unit", f"journey_{problem.travel_unit}", "provider_m"]
    return framed(rows, columns=columns)


def _rows(
    problem: Problem,
    plan: Plan,
    cluster: Cluster,
    kind: str,
    n: int,
    providers: Iterable[Provider],
) -> list[dict[str, Any]]:
    held = capacity_table(problem, [kind])[:, 0]
    outside = np.setdiff1d(np.flatnonzero(held > 0), members_of(problem, cluster))
    journeys = journeys_from(problem, cluster)
    labels, unit = plan.labels, units_of(problem).get(kind)
    found: list[dict[str, Any]] = []
    for position in outside[np.argsort(journeys[outside], kind="stable")][:n].tolist():
        school = problem.schools[position]
        found.append(
            {
                "holder": school.urn,
                "holder_name": school.name,
                "holder_cluster": labels.get(school.urn),
                "capacity": float(held[position]),
                "unit": unit,
                f"journey_{problem.travel_unit}": float(journeys[position]),
            }
        )
    near = [(metres_to_cluster(problem, p, cluster), p) for p in providers if p.gives(kind) > 0]
    for metres, provider in sorted(near, key=lambda pair: pair[0]):
        if within_reach(provider, np.array(metres)):
            found.append(
                {
                    "holder": provider.urn,
                    "holder_name": provider.name,
                    "capacity": float(provider.gives(kind)),
                    "unit": provider.capacity[kind].unit,
                    "provider_m": metres,
                }
            )
    start = {"cluster": cluster.label, "type": kind}
    return [start | {"rank": k} | row for k, row in enumerate(found, start=1)] or [start]
