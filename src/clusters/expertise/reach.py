"""What a plan leaves open, and what is within reach: providers outside, and holders elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    Cluster,
    FloatArray,
    NeedCount,
    PlanLike,
    Priorities,
    Problem,
    SchoolId,
    plan_of,
)
from clusters.domain.values import picked
from clusters.expertise.providers import (
    Provider,
    checked_providers,
    held_clusters,
    limit_of,
    metres_from,
    metres_to_cluster,
    within_reach,
)
from clusters.expertise.transport import transport
from clusters.measures import Access, measure
from clusters.measures.access import known_sum
from clusters.measures.facts import capacity_table, members_of, need_table, types_of
from clusters.measures.values import frame_of
from clusters.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reach", "Reaches", "need_beyond_reach", "reach"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reach(Shown):
    """One type in one cluster: what its schools hold, what reaches it, and what stays open.

    Parameters
    ----------
    need, capacity
        Pupils known with this need (NaN where not known); recorded capacity of the members.
    need_not_known, capacity_not_known
        Members of whom nothing is known. Not known is not none.
    gap, gap_after
        Whether no member's capacity is recorded, and whether no provider reaches the cluster either
        (never where the need is known to be none).
    unmet, unmet_after
        Pupils beyond what the capacity covers, without and with the providers; NaN where no policy
        (`pupils_per_capacity`) says what a unit covers.
    providers
        Ids of the providers of this type that reach the cluster's centre.
    given
        Capacity that they give in the division that leaves the fewest pupils unmet; NaN where no
        policy says what a unit covers.
    in_reach
        Pupils in need at schools from which a holder in any cluster lies within the stated journey,
        or that lie within a provider's reach; NaN where the need is not known.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"ehcps_asd": [4, 2, 6, 3]}, expertise={"asd": [8, 0, 0, 0]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> row = cl.expertise.reach(problem, plan).rows[1]
    >>> row.cluster, row.kind, row.gap
    ('East', 'asd', True)
    """

    cluster: str
    kind: str
    need: float
    need_not_known: int
    capacity: float
    capacity_not_known: int
    gap: bool
    gap_after: bool
    unmet: float
    unmet_after: float
    providers: tuple[SchoolId, ...]
    given: float
    in_reach: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reaches(Shown):
    """What each cluster has and reaches, by type.

    Parameters
    ----------
    rows
        A row for each cluster and type.
    limit, travel_unit
        The stated journey (None: no limit) and its unit.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"ehcps_asd": [4, 2, 6, 3]}, expertise={"asd": [8, 0, 0, 0]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> reaches = cl.expertise.reach(problem, plan)
    >>> len(reaches.rows), reaches.travel_unit
    (2, 'm')
    """

    rows: tuple[Reach, ...]
    limit: float | None
    travel_unit: str

    @property
    def gaps(self) -> int:
        """Clusters without recorded capacity, added up over types."""
        return sum(row.gap for row in self.rows)

    @property
    def gaps_after(self) -> int:
        """The gaps that no provider reaches."""
        return sum(row.gap_after for row in self.rows)

    @property
    def unmet(self) -> float:
        """Pupils beyond what their cluster's capacity covers, over the types with a policy."""
        return known_sum(row.unmet for row in self.rows)

    @property
    def unmet_after(self) -> float:
        """The same after what the providers give."""
        return known_sum(row.unmet_after for row in self.rows)

    @property
    def share_in_reach(self) -> float:
        """Share of the pupils in need who are within reach; NaN where no need is known."""
        known = [row for row in self.rows if not math.isnan(row.need)]
        total = math.fsum(row.need for row in known)
        return math.fsum(row.in_reach for row in known) / total if total else math.nan

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with a row for each cluster and type."""
        frame = frame_of(self.rows, Reach)
        frame["providers"] = [", ".join(map(str, row.providers)) for row in self.rows]
        return frame.rename(columns={"kind": "type"})


@checked
def reach(
    problem: Problem,
    plan: PlanLike,
    priorities: Priorities | None = None,
    *,
    providers: Iterable[Provider] = (),
    within_m: float | None = None,
    within_min: float | None = None,
) -> Reaches:
    """Say what each cluster holds, what reaches it from outside, and what stays open.

    A provider reaches a cluster when the cluster's centre lies within its reach as the crow flies.
    Its capacity is divided among those it reaches so that the fewest pupils stay unmet, then over
    the shortest distances.

    Parameters
    ----------
    problem, plan
        The facts and any plan.
    priorities
        Their `pupils_per_capacity` says how many pupils a unit of each type covers.
    providers
        Outside the clusters.
    within_m, within_min
        A pupil is within reach of a holder if the journey from the pupil's school to the holder's
        is no longer than this; None for any journey that exists. In the problem's unit.

    Raises
    ------
    DataError
        If providers do not fit the problem.
    RulesError
        If the limit is in the wrong unit.

    Examples
    --------
    >>> from clusters import Capacity, Plan, Problem
    >>> from clusters.expertise import Provider, reach
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [900, 0]], expertise={"asd": [0, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> outreach = Provider(urn="z", name="Moor School", easting=0, northing=500,
    ...     capacity={"asd": Capacity(amount=9, unit="level")}, reach_m=600)
    >>> found = reach(problem, plan, providers=[outreach])
    >>> found.gaps, found.gaps_after
    (1, 0)
    """
    plan = plan_of(problem, plan)
    providers = checked_providers(problem, providers)
    limit = limit_of(problem, within_m, within_min)
    clusters = held_clusters(problem, plan)
    kinds = types_of(problem)
    need = need_table(problem, kinds)
    near = np.where(_served(problem, kinds, providers, limit), need, need * 0)
    access = {(row.cluster, row.kind): row for row in measure(problem, plan, priorities).expertise}
    covers = {} if priorities is None else priorities.pupils_per_capacity
    rows: list[Reach] = []
    for column, kind in enumerate(kinds):
        able = [provider for provider in providers if provider.gives(kind) > 0]
        metres = _metres(problem, able, clusters)
        found = [access[cluster.label, kind] for cluster in clusters]
        given = _given(able, metres, found, kind, covers.get(kind))
        for k, (cluster, row) in enumerate(zip(clusters, found, strict=True)):
            reaching = tuple(p.urn for p, m in zip(able, metres, strict=True) if m[k] < math.inf)
            inside = near[members_of(problem, cluster), column]
            rows.append(_row(row, reaching, float(given[k]), covers.get(kind), inside))
    order = {cluster.label: k for k, cluster in enumerate(clusters)}
    rows.sort(key=lambda row: order[row.cluster])
    return Reaches(rows=tuple(rows), limit=limit, travel_unit=problem.travel_unit)


@checked
def need_beyond_reach(
    problem: Problem,
    *,
    within_m: float | None = None,
    within_min: float | None = None,
    providers: Iterable[Provider] = (),
) -> Problem:
    """Copy of a problem in which only pupils beyond the reach of every holder count as in need.

    With this, the priority `expertise` of `solve` presses for capacity in a cluster only where none
    can be reached within the stated journey from the pupil's own school, whichever cluster holds
    it. The change is one of need by type; measures and capacities stay as they are.

    Parameters
    ----------
    within_m, within_min
        As in `reach`; give the one in the problem's unit.
    providers
        Schools within their reach count as served.

    Examples
    --------
    >>> from clusters import Capacity, NeedCount, Problem, School
    >>> from clusters.expertise import need_beyond_reach
    >>> schools = [School(urn=u, name=u, easting=x, northing=0, need={"asd": NeedCount(ehcps=3)},
    ...     expertise={"asd": Capacity(amount=1, unit="level")} if u == "a" else {})
    ...     for u, x in [("a", 0), ("b", 400), ("c", 900)]]
    >>> far = need_beyond_reach(Problem.from_schools(schools), within_m=500)
    >>> [school.need["asd"].ehcps for school in far.schools]
    [0, 0, 3]
    """
    providers = checked_providers(problem, providers)
    limit = limit_of(problem, within_m, within_min)
    kinds = types_of(problem)
    served = _served(problem, kinds, providers, limit)
    schools = []
    for school, row in zip(problem.schools, served, strict=True):
        near = {kind for kind, is_near in zip(kinds, row, strict=True) if is_near}
        need = {
            kind: NeedCount(ehcps=0, sen_support=0) if kind in near else count
            for kind, count in school.need.items()
        }
        schools.append(replace(school, need=need))
    words = "any journey" if limit is None else f"{limit:g} {problem.travel_unit}"
    note = f"Need by type counts only pupils with no holder within {words} of their school."
    return replace(problem, schools=tuple(schools), notes=(*problem.notes, note))


def _served(
    problem: Problem, kinds: Sequence[str], providers: Sequence[Provider], limit: float | None
) -> FloatArray:
    """Whether each school reaches each type, array (n, types) of booleans."""
    held = capacity_table(problem, kinds) > 0
    farthest = np.inf if limit is None else limit
    near = np.isfinite(problem.travel) & (problem.travel <= farthest)
    served = (near.astype(np.int64) @ held.astype(np.int64)) > 0
    for provider in providers:
        reached = within_reach(provider, metres_from(problem, provider))
        gives = np.array([provider.gives(kind) > 0 for kind in kinds])
        served |= reached[:, None] & gives[None, :]
    return np.asarray(served)


def _metres(
    problem: Problem, providers: Sequence[Provider], clusters: Sequence[Cluster]
) -> FloatArray:
    """Metres from providers to clusters, array (p, k); infinity where beyond reach."""
    metres = np.array(
        [[metres_to_cluster(problem, p, cluster) for cluster in clusters] for p in providers],
        dtype=np.float64,
    ).reshape(len(providers), len(clusters))
    for row, provider in zip(metres, providers, strict=True):
        row[~within_reach(provider, row).astype(bool)] = math.inf
    return metres


def _given(
    providers: Sequence[Provider],
    metres: FloatArray,
    access: Sequence[Access],
    kind: str,
    covers: float | None,
) -> FloatArray:
    """Divide what the providers can give over the clusters, array (k,); NaN without a policy."""
    if covers is None:
        return np.full(len(access), math.nan if providers else 0.0)
    lacking = np.array([np.nan_to_num(row.unmet) / covers for row in access])
    supply = np.array([provider.gives(kind) for provider in providers])
    return np.asarray(transport(supply, lacking, metres).sum(axis=0))


def _row(
    row: Access,
    providers: tuple[SchoolId, ...],
    given: float,
    covers: float | None,
    inside: FloatArray,
) -> Reach:
    after = math.nan if covers is None else max(0.0, row.unmet - covers * given)
    return Reach(
        **picked(row, "cluster", "kind", "need", "need_not_known", "capacity"),
        **picked(row, "capacity_not_known", "gap", "unmet"),
        gap_after=row.gap and not providers,
        unmet_after=round(after, 6) if not math.isnan(row.unmet) else math.nan,
        providers=providers,
        given=given,
        in_reach=math.nan if math.isnan(row.need) else float(np.nansum(inside)),
    )
