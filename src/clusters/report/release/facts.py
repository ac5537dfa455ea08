"""What a page says of each plan: the library's measures, with the numbers and lists of a page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from clusters.domain import Plan, Priorities, Problem, School, SchoolId
from clusters.maps.zones import numbers_of
from clusters.measures import ClusterMeasures, Measures, measure
from clusters.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFacts:
    """One school in its cluster; the journey in the problem's unit, None where not known."""

    school: School
    journey: float | None
    is_centre: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """One cluster: its number, its measures, and its schools by distance from the centre."""

    number: int
    label: str
    measures: ClusterMeasures
    schools: tuple[SchoolFacts, ...]

    @property
    def ids(self) -> tuple[SchoolId, ...]:
        """Ids of its schools."""
        return tuple(member.school.urn for member in self.schools)

    @property
    def name(self) -> str:
        """The number, and the label where it says more."""
        plain = self.label == str(self.number)
        return f"Cluster {self.number}" if plain else f"Cluster {self.number}: {self.label}"

    @property
    def anchor(self) -> str:
        """Target of links to the cluster's card."""
        return f"cluster-{self.number}"

    @property
    def mean_journey(self) -> float | None:
        """Weighted mean journey to the centre."""
        return known(self.measures.journeys.mean)

    @property
    def longest_journey(self) -> float | None:
        """Longest journey to the centre."""
        return known(self.measures.journeys.worst)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A plan as a whole, and its clusters in the order of their numbers."""

    measures: Measures
    clusters: tuple[ClusterFacts, ...]
    left_out: tuple[School, ...]
    unknown_schools: tuple[str, ...]

    @property
    def mean_journey(self) -> float | None:
        """Weighted mean journey to the centre."""
        return known(self.measures.whole.journeys.mean)

    @property
    def longest_journey(self) -> float | None:
        """Longest journey to a centre."""
        return known(self.measures.whole.journeys.worst)

    @property
    def placed(self) -> tuple[SchoolId, ...]:
        """Ids of all schools in a cluster."""
        return tuple(key for cluster in self.clusters for key in cluster.ids)

    @property
    def sizes(self) -> tuple[int, int]:
        """Fewest and most schools in a cluster."""
        return self.measures.whole.smallest, self.measures.whole.largest

    def spread(self, name: str) -> tuple[float, float, float] | None:
        """Least, mean and most of a measure over the clusters; None where it is not known."""
        found = [c.measures for c in self.clusters]
        if not found or any(name not in m.totals or m.not_known.get(name) for m in found):
            return None
        values = [m.totals[name] for m in found]
        return min(values), math.fsum(values) / len(values), max(values)


def known(value: float | None) -> float | None:
    """Turn NaN, which stands for "not known" in frames, into None."""
    return None if value is None or math.isnan(value) else value


def plan_facts(
    problem: Problem,
    plan: Plan,
    *,
    priorities: Priorities | None = None,
    numbers: Mapping[str, int] | None = None,
) -> PlanFacts:
    """Work out the facts on a plan.

    Parameters
    ----------
    priorities
        Give the measure that weights journeys; see :func:`clusters.measure`.
    numbers
        Number of each cluster by label.
    """
    measures = measure(problem, plan, priorities)
    held = [
        (cluster, number)
        for cluster, number in zip(plan.clusters, numbers_of(plan, numbers), strict=True)
        if any(problem.find(key) is not None for key in cluster.members)
    ]
    clusters = [
        ClusterFacts(
            number=number,
            label=clean(cluster.label),
            measures=found,
            schools=_schools(problem, cluster.members, found),
        )
        for (cluster, number), found in zip(held, measures.clusters, strict=True)
    ]
    placed = {member.school.urn for cluster in clusters for member in cluster.schools}
    unknown_schools = [
        clean(key)
        for cluster in plan.clusters
        for key in cluster.members
        if problem.find(key) is None
    ]
    return PlanFacts(
        measures=measures,
        clusters=tuple(sorted(clusters, key=lambda cluster: cluster.number)),
        left_out=tuple(school for school in problem.schools if school.urn not in placed),
        unknown_schools=tuple(unknown_schools),
    )


def _schools(
    problem: Problem, members: tuple[object, ...], found: ClusterMeasures
) -> tuple[SchoolFacts, ...]:
    positions = dict.fromkeys(p for key in members if (p := problem.find(key)) is not None)
    centre = None if found.centre is None else problem.find(found.centre)
    schools = [
        SchoolFacts(
            school=problem.schools[k],
            journey=None if centre is None else float(problem.travel[k, centre]),
            is_centre=k == centre,
        )
        for k in positions
    ]
    return tuple(sorted(schools, key=lambda s: (s.journey or 0.0, not s.is_centre)))
