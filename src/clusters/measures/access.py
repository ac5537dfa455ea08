"""Need and expertise by type: what each cluster holds and lacks, and how far the nearest holder is.

What no data says is not known: it counts as none in a sum, and is counted beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clusters.domain import FloatArray, IntArray, SchoolId
from clusters.measures.facts import Facts, Placed
from clusters.shown import Shown

__all__ = ["Access", "TypeMeasures", "access_of", "gini", "known_sum", "type_measures"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Access(Shown):
    """Need and expertise of one type in one cluster.

    Parameters
    ----------
    need
        Pupils known with this primary need; NaN where it is known for no member.
    need_not_known
        Members whose need of this type is not known.
    capacity, holders
        Recorded capacity of the members, and how many hold any.
    capacity_not_known
        Members whose capacity is not known.
    unmet
        Pupils beyond what the capacity covers; NaN where no policy says what one unit covers.
    mean_journey
        Mean journey of the pupils in need to the nearest holder in the cluster; NaN where none.
    nearest_outside, nearest_outside_journey
        The holder outside that is nearest to the centre, and the journey to it from there.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3, 4]], {"ehcps_asd": [2, 1]}, expertise={"asd": [1, 0]})
    >>> found = cl.measure(problem, {"a": "North", "b": "South"}).expertise[0]
    >>> found.cluster, found.kind, found.capacity
    ('North', 'asd', 1.0)
    """

    cluster: str
    kind: str
    need: float
    need_not_known: int
    capacity: float
    holders: int
    capacity_not_known: int
    unmet: float
    mean_journey: float
    nearest_outside: SchoolId | None
    nearest_outside_journey: float

    @property
    def gap(self) -> bool:
        """Whether no capacity is recorded, and the need is not known to be none."""
        return self.capacity == 0 and self.need != 0

    @property
    def capacity_per_pupil(self) -> float:
        """Capacity for each pupil in need; NaN where no need is known."""
        return self.capacity / self.need if self.need > 0 else math.nan


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TypeMeasures(Shown):
    """One type over the whole plan.

    Parameters
    ----------
    gaps
        Clusters without recorded capacity (where the need is not known to be none).
    unmet
        Pupils beyond what their cluster's capacity covers; NaN where no policy says.
    covered_share
        Share of the pupils in need whose cluster holds any recorded capacity.
    unevenness
        Gini coefficient of capacity per pupil in need between clusters, each pupil counted once
        (population form): 0 where all clusters have the same, near 1 where one has it all.
    mean_journey
        Mean journey of the pupils in need to the nearest holder anywhere.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3, 4]], {"ehcps_asd": [2, 1]}, expertise={"asd": [1, 0]})
    >>> found = cl.measure(problem, {"a": "North", "b": "South"}).types[0]
    >>> found.kind, found.capacity, found.gaps
    ('asd', 1.0, 1)
    """

    kind: str
    need: float
    capacity: float
    gaps: int
    unmet: float
    covered_share: float
    unevenness: float
    mean_journey: float


def access_of(
    facts: Facts, clusters: Sequence[Placed], per_capacity: Mapping[str, float]
) -> tuple[Access, ...]:
    """Work out every cluster's access to every type."""
    return tuple(
        _access(facts, cluster, column, per_capacity.get(kind, math.nan))
        for cluster in clusters
        for column, kind in enumerate(facts.types)
    )


def _access(facts: Facts, cluster: Placed, column: int, covers: float) -> Access:
    inside = cluster.members
    need, capacity = facts.need[inside, column], facts.capacity[inside, column]
    total_need = float(np.nansum(need)) if not np.isnan(need).all() else math.nan
    total_capacity = float(np.nansum(capacity))
    holders = np.flatnonzero(facts.capacity[:, column] > 0)
    is_inside = np.isin(holders, inside)
    outside, journey = _nearest(facts, cluster, holders[~is_inside])
    return Access(
        cluster=cluster.label,
        kind=facts.types[column],
        need=total_need,
        need_not_known=int(np.isnan(need).sum()),
        capacity=total_capacity,
        holders=int(is_inside.sum()),
        capacity_not_known=int(np.isnan(capacity).sum()),
        unmet=max(0.0, total_need - covers * total_capacity)
        if not math.isnan(total_need + covers)
        else math.nan,
        mean_journey=_mean_journey(facts, inside, holders[is_inside], need),
        nearest_outside=None if outside is None else facts.problem.schools[outside].urn,
        nearest_outside_journey=journey,
    )


def _nearest(facts: Facts, cluster: Placed, holders: IntArray) -> tuple[int | None, float]:
    """Find the holder nearest to the centre (without one, to any member)."""
    start = cluster.members if cluster.centre is None else np.array([cluster.centre])
    if not len(holders):
        return None, math.nan
    journeys = facts.problem.travel[np.ix_(start, holders)].min(axis=0)
    best = int(journeys.argmin())
    return int(holders[best]), float(journeys[best])


def _mean_journey(facts: Facts, schools: IntArray, holders: IntArray, need: FloatArray) -> float:
    """Mean journey of the pupils in need at some schools to the nearest of some holders."""
    weight = np.nan_to_num(need)
    if not len(holders) or not weight.sum():
        return math.nan
    journeys = facts.problem.travel[np.ix_(schools, holders)].min(axis=1)
    return float(np.average(journeys[weight > 0], weights=weight[weight > 0]))


def type_measures(facts: Facts, rows: Sequence[Access]) -> tuple[TypeMeasures, ...]:
    """Sum access up over clusters, type by type."""
    everyone = np.arange(len(facts.problem))
    kinds = []
    for column, kind in enumerate(facts.types):
        own = [row for row in rows if row.kind == kind]
        need = np.array([row.need for row in own])
        capacity = np.array([row.capacity for row in own])
        unmet = np.array([row.unmet for row in own])
        known = need > 0
        kinds.append(
            TypeMeasures(
                kind=kind,
                need=_sum(need),
                capacity=float(capacity.sum()),
                gaps=sum(row.gap for row in own),
                unmet=_sum(unmet),
                covered_share=float(need[known & (capacity > 0)].sum() / need[known].sum())
                if known.any()
                else math.nan,
                unevenness=gini(capacity[known] / need[known], need[known]),
                mean_journey=_mean_journey(
                    facts,
                    everyone,
                    np.flatnonzero(facts.capacity[:, column] > 0),
                    facts.need[:, column],
                ),
            )
        )
    return tuple(kinds)


def _sum(values: FloatArray) -> float:
    """Sum what is known; NaN where nothing is."""
    return math.nan if np.isnan(values).all() else float(np.nansum(values))


def known_sum(values: Iterable[float]) -> float:
    """Add up the numbers that are known; NaN where none is."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) if known else math.nan


def gini(values: FloatArray, weights: FloatArray) -> float:
    """Gini coefficient of values, each with a weight (population form).

    Half the mean absolute difference between two draws, over the mean. NaN where there are no
    values or all are 0.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0]), np.array([3.0, 1.0]))
    0.0
    >>> gini(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    0.5
    """
    total = float(values @ weights)
    if not len(values) or total == 0:
        return math.nan
    differences = np.abs(values[:, None] - values[None, :])
    return float(weights @ differences @ weights / (2 * weights.sum() * total))
