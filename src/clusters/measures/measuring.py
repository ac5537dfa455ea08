"""Measuring one plan: what each cluster is like, and the plan as a whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    FloatArray,
    FrozenDict,
    IntArray,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    plan_of,
)
from clusters.measures.access import Access, access_of, type_measures
from clusters.measures.facts import Facts, Groups, Placed, facts_of, placed_of, places_of
from clusters.measures.matching import difference
from clusters.measures.values import ClusterMeasures, Journeys, Measures, PlanMeasures

__all__ = ["measure", "measured"]


@checked
def measure(
    problem: Problem,
    plan: PlanLike,
    priorities: Priorities | None = None,
    *,
    reference: Groups | None = None,
) -> Measures:
    """Measure what a plan is like, per cluster and as a whole.

    A broken plan is measured as far as it goes: unknown schools are left out, a school in two
    clusters counts in both (as a whole, in the first), a cluster without a centre has no journeys.

    Parameters
    ----------
    problem
        The facts.
    plan
        Any plan.
    priorities
        Give the measure that weights journeys, what a unit of capacity covers, and today's plan.
        Without them every school's journey counts once.
    reference
        The plan (or groups by school id) against which moves are counted; None for the
        priorities' `reference`.

    Raises
    ------
    RulesError
        If the problem does not have the measure that the priorities weight journeys by.

    Examples
    --------
    >>> from clusters import Plan, Problem, measure
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [300, 400], [900, 0]], {"need": [5, 7, 6]}
    ... )
    >>> measures = measure(problem, Plan.from_assignment({"a": "a", "b": "a", "c": "c"}))
    >>> measures.whole.journeys.worst, measures.clusters[0].totals["need"]
    (500.0, 12.0)
    """
    plan = plan_of(problem, plan)
    return measured(facts_of(problem, priorities), plan, priorities, reference)


def measured(
    facts: Facts, plan: Plan, priorities: Priorities | None, reference: Groups | None
) -> Measures:
    """Measure a plan, the facts having been looked up."""
    problem = facts.problem
    clusters = placed_of(problem, plan)
    if reference is None and priorities is not None:
        reference = priorities.groups_before
    per_capacity = {} if priorities is None else priorities.pupils_per_capacity
    expertise = access_of(facts, clusters, per_capacity)
    rows = tuple(_cluster(facts, cluster) for cluster in clusters)
    return Measures(
        travel_by=facts.travel_by,
        travel_unit=problem.travel_unit,
        clusters=rows,
        whole=_whole(facts, clusters, rows, plan, reference, expertise),
        expertise=expertise,
        types=type_measures(facts, expertise),
        names=FrozenDict({school.urn: school.name for school in problem.schools}),
    )


def _cluster(facts: Facts, cluster: Placed) -> ClusterMeasures:
    schools = facts.problem.schools
    members = cluster.members
    centre = None if cluster.centre is None else schools[cluster.centre]
    totals, dark = {}, {}
    for name, numbers in facts.numbers.items():
        totals[name] = round(math.fsum(numbers[members][~np.isnan(numbers[members])]), 6)
        if name in facts.problem.unknown:
            dark[name] = int(np.isnan(numbers[members]).sum())
    whole, part = _pyramids(facts, set(members.tolist()))
    return ClusterMeasures(
        label=cluster.label,
        centre=None if centre is None else centre.urn,
        centre_name=None if centre is None else centre.name,
        size=len(members),
        totals=FrozenDict(totals),
        not_known=FrozenDict(dark),
        phases=FrozenDict(
            {
                phase: sum(schools[k].phase == phase for k in members)
                for phase in sorted(set(facts.phases))
            }
        ),
        journeys=_journeys(facts, members, _journeys_to(facts, cluster)),
        compactness=_compactness(facts, members),
        pyramids_whole=whole,
        pyramids_part=part,
    )


def _journeys_to(facts: Facts, cluster: Placed) -> FloatArray:
    """Journeys of a cluster's members to its centre; NaN where it has none."""
    if cluster.centre is None:
        return np.full(len(cluster.members), np.nan)
    return np.asarray(facts.problem.travel[cluster.members, cluster.centre])


def _journeys(facts: Facts, schools: IntArray, travel: FloatArray) -> Journeys:
    """Sum up the journeys of some schools."""
    known = ~np.isnan(travel)
    weight = facts.weight[schools]
    phases = np.array([facts.phases[k] for k in schools])
    worst = int(np.nanargmax(travel)) if known.any() else None
    return Journeys(
        mean=_mean(travel, weight, known),
        worst=math.nan if worst is None else float(travel[worst]),
        worst_school=None if worst is None else facts.problem.schools[schools[worst]].urn,
        by_phase=FrozenDict(
            {
                phase: _mean(travel, weight, known & (phases == phase))
                for phase in sorted(set(facts.phases))
            }
        ),
        rural=math.nan
        if facts.rural is None
        else _mean(travel, weight, known & facts.rural[schools]),
    )


def _mean(travel: FloatArray, weight: FloatArray, chosen: Any) -> float:
    """Weighted mean; each school once where no weight is above 0; NaN where none is chosen."""
    weight = np.where(chosen, weight, 0.0)
    if not weight.any():
        weight = chosen.astype(np.float64)
    counted = weight > 0  # infinity x 0 is no number
    if not counted.any():
        return math.nan
    return float(np.average(travel[counted], weights=weight[counted]))


def _compactness(facts: Facts, members: IntArray) -> float | None:
    territories = facts.problem.territories
    if territories is None:
        return None
    import shapely

    area = shapely.union_all([territories[k] for k in members])
    return float(4 * math.pi * area.area / area.length**2) if area.length else None


def _pyramids(facts: Facts, members: set[int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pyramids of which all schools, and some, are among the members."""
    whole, part = [], []
    for name, positions in facts.pyramids.items():
        if positions <= members:
            whole.append(name)
        elif positions & members:
            part.append(name)
    return tuple(whole), tuple(part)


def _whole(
    facts: Facts,
    clusters: Sequence[Placed],
    rows: Sequence[ClusterMeasures],
    plan: Plan,
    reference: Groups | None,
    expertise: Sequence[Access],
) -> PlanMeasures:
    problem = facts.problem
    n = len(problem)
    places = places_of(problem, plan)
    travel = np.full(n, np.nan)
    for cluster in reversed(clusters):
        travel[cluster.members] = _journeys_to(facts, cluster)
    sizes = [row.size for row in rows]
    shapes = [row.compactness for row in rows if row.compactness is not None]
    pieces = Counter(name for row in rows for name in (*row.pyramids_whole, *row.pyramids_part))
    unmet = [row.unmet for row in expertise if not math.isnan(row.unmet)]
    return PlanMeasures(
        n_clusters=len(clusters),
        n_schools=int((places >= 0).sum()),
        not_placed=int((places < 0).sum()),
        smallest=min(sizes, default=0),
        largest=max(sizes, default=0),
        journeys=_journeys(facts, np.arange(n), travel),
        balance=FrozenDict(_balance(facts, clusters)),
        compactness=math.fsum(shapes) / len(shapes) if shapes else None,
        pyramids_split=tuple(name for name in facts.pyramids if pieces[name] > 1),
        extra_pieces=sum(count - 1 for count in pieces.values()),
        schools_moved=None
        if reference is None
        else difference(places_of(problem, reference), places).schools_moved,
        expertise_gaps=sum(row.gap for row in expertise),
        unmet_need=math.fsum(unmet) if unmet else None,
    )


def _balance(facts: Facts, clusters: Sequence[Placed]) -> dict[str, tuple[float, float]]:
    """How far the lowest and the highest cluster are from the mean one, as fractions of it."""
    spread = {}
    for name, numbers in facts.problem.measures.items():
        total = float(numbers.sum())
        if not clusters or not total or name.startswith(("ehcps_", "sen_support_")):
            continue
        off = [float(numbers[c.members].sum()) * len(clusters) / total - 1 for c in clusters]
        spread[name] = (round(min(off), 9), round(max(off), 9))
    return spread
