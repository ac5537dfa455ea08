"""Sharing agreements: a cluster with capacity to spare helps one that lacks it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    Cluster,
    FloatArray,
    IntArray,
    PlanLike,
    Priorities,
    Problem,
    SchoolId,
    plan_of,
)
from clusters.expertise.providers import (
    Provider,
    checked_providers,
    held_clusters,
    journeys_from,
    limit_of,
    metres_to_cluster,
    units_of,
    within_reach,
)
from clusters.expertise.transport import transport
from clusters.measures import Access, measure
from clusters.measures.access import known_sum
from clusters.measures.facts import capacity_table, members_of, types_of
from clusters.measures.values import frame_of
from clusters.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Agreement", "Agreements", "propose_sharing"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Agreement(Shown):
    """One cluster or provider helps one cluster with one type of need.

    Parameters
    ----------
    kind
        Type of need.
    giver, receiver
        Labels of clusters; the giver is the provider's name where it belongs to no cluster.
    holder, holder_name
        The giver's school from which it comes, never more than that school has; or the provider.
        Where amounts are for the two to agree: the giver's school nearest to the receiver's centre.
    journey
        From the receiver's centre to the holder, in the problem's unit; metres as the crow flies to
        a provider.
    amount, unit
        Capacity to be given a year; NaN where no policy says what a unit covers, so that it is for
        the two to agree.
    pupils
        Pupils whom the amount covers; NaN likewise.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"ehcps_asd": [4, 2, 6, 3]}, expertise={"asd": [8, 0, 0, 0]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> agreement = cl.propose_sharing(problem, plan).rows[0]
    >>> agreement.giver, agreement.receiver, agreement.kind
    ('West', 'East', 'asd')
    """

    kind: str
    giver: str
    receiver: str
    holder: SchoolId
    holder_name: str
    journey: float
    amount: float
    unit: str
    pupils: float

    def __str__(self) -> str:
        """Put the agreement into a sentence."""
        source = "" if self.holder_name == self.giver else f" from {self.holder_name}"
        if math.isnan(self.amount):
            return f"{self.giver} helps {self.receiver} with {self.kind}{source}."
        return (
            f"{self.giver} gives {self.receiver} {self.amount:,.1f} {self.unit} of {self.kind}"
            f"{source}, enough for {self.pupils:,.0f} pupils."
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Agreements(Shown):
    """Proposed agreements, and what they do.

    Parameters
    ----------
    rows
        By type, then receiver in the order of the plan, the largest amount first.
    gaps_before, gaps_after
        Clusters without recorded capacity, added up over types; those that no agreement helps.
    unmet_before, unmet_after
        Pupils beyond what capacity covers, over the types with a policy; NaN where there is none.
    travel_unit
        Unit of the journeys.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"ehcps_asd": [4, 2, 6, 3]}, expertise={"asd": [8, 0, 0, 0]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> agreements = cl.propose_sharing(problem, plan)
    >>> agreements.gaps_before, agreements.gaps_after
    (1, 0)
    """

    rows: tuple[Agreement, ...]
    gaps_before: int
    gaps_after: int
    unmet_before: float
    unmet_after: float
    travel_unit: str

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with a row for each agreement."""
        frame = frame_of(self.rows, Agreement)
        return frame.rename(columns={"kind": "type", "journey": f"journey_{self.travel_unit}"})


@checked
def propose_sharing(
    problem: Problem,
    plan: PlanLike,
    priorities: Priorities | None = None,
    *,
    providers: Iterable[Provider] = (),
    within_m: float | None = None,
    within_min: float | None = None,
    at_least: float = 0.0,
) -> Agreements:
    """Propose agreements by which clusters (and providers) help those that lack expertise.

    Where a policy says how many pupils a unit covers, a cluster gives at most what its own pupils
    do not need, and each of its schools at most what it has; spare capacity is carried to unmet
    need so that the fewest pupils stay unmet, and then over the shortest journeys (a transport
    problem, solved exactly for each type). Where there is no policy, each gap is paired with the
    nearest holder.

    Parameters
    ----------
    problem, plan
        The facts and any plan whose clusters have labels of their own.
    priorities
        For `pupils_per_capacity`.
    providers
        Outside the clusters; they help within their own reach.
    within_m, within_min
        The longest journey from the receiver's centre to the holder, in the problem's unit.
    at_least
        Less than this amount of capacity from one giver to one receiver is not worth a meeting: the
        fewest pupils stay unmet among all ways without that.

    Raises
    ------
    DataError
        If providers do not fit the problem, or two clusters have one label.
    RulesError
        If the limit is in the wrong unit.

    Examples
    --------
    >>> from clusters import Plan, Problem, propose_sharing
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [300, 0], [900, 0]],
    ...     expertise={"asd": [0, 1, 2]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b", "c": "c"})
    >>> print(*propose_sharing(problem, plan).rows)
    2 helps 1 with asd from b.
    """
    plan = plan_of(problem, plan)
    providers = checked_providers(problem, providers)
    limit = limit_of(problem, within_m, within_min)
    clusters = held_clusters(problem, plan)
    access = measure(problem, plan, priorities).expertise
    covers = {} if priorities is None else priorities.pupils_per_capacity
    rows: list[Agreement] = []
    for kind in types_of(problem):
        by_label = {row.cluster: row for row in access if row.kind == kind}
        scene = _scene(problem, clusters, kind, providers, limit)
        own = [by_label[cluster.label] for cluster in clusters]
        if kind in covers:
            rows += _measured(scene, own, covers[kind], at_least)
        else:
            rows += _paired(scene, own)
    return _agreements(rows, access, problem.travel_unit)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    """One type: givers (clusters, then providers) and how far each is from each receiver.

    Sources are the schools that hold any, then the providers. `journey` is an array (sources,
    clusters), infinite where nothing may be given; `giver` is the number of each source's cluster
    or provider, `has` what it holds; `gives` is what each giver holds in all.
    """

    kind: str
    unit: str
    names: tuple[str, ...]
    receivers: tuple[str, ...]
    sources: tuple[tuple[SchoolId, str], ...]
    giver: IntArray
    journey: FloatArray
    has: FloatArray
    gives: FloatArray

    def agreement(self, source: int, receiver: int, amount: float, pupils: float) -> Agreement:
        urn, name = self.sources[source]
        return Agreement(
            kind=self.kind,
            giver=self.names[int(self.giver[source])],
            receiver=self.receivers[receiver],
            holder=urn,
            holder_name=name,
            journey=float(self.journey[source, receiver]),
            amount=amount,
            unit=self.unit,
            pupils=pupils,
        )


def _scene(
    problem: Problem,
    clusters: Sequence[Cluster],
    kind: str,
    providers: Sequence[Provider],
    limit: float | None,
) -> _Scene:
    held = np.nan_to_num(capacity_table(problem, [kind])[:, 0])
    members = [members_of(problem, cluster) for cluster in clusters]
    holders = [(k, int(p)) for k, inside in enumerate(members) for p in inside if held[p] > 0]
    positions = [p for _, p in holders]
    journey = np.full((len(holders) + len(providers), len(clusters)), math.inf)
    for k, cluster in enumerate(clusters):
        from_centre = journeys_from(problem, cluster)[positions]
        others = np.array([own != k for own, _ in holders], dtype=np.bool_)
        near = others & (from_centre <= (math.inf if limit is None else limit))
        journey[: len(holders), k] = np.where(near, from_centre, math.inf)
        for p, provider in enumerate(providers):
            metres = metres_to_cluster(problem, provider, cluster)
            if provider.gives(kind) > 0 and within_reach(provider, np.array(metres)):
                journey[len(holders) + p, k] = metres
    units = [provider.capacity[kind].unit for provider in providers if kind in provider.capacity]
    own = [float(held[inside].sum()) for inside in members]
    outside = [provider.gives(kind) for provider in providers]
    first = len(clusters)
    return _Scene(
        kind=kind,
        unit=units_of(problem).get(kind, units[0] if units else ""),
        names=(*(c.label for c in clusters), *(p.name for p in providers)),
        receivers=tuple(cluster.label for cluster in clusters),
        sources=(
            *((problem.schools[p].urn, problem.schools[p].name) for p in positions),
            *((provider.urn, provider.name) for provider in providers),
        ),
        giver=np.array(
            [*(k for k, _ in holders), *range(first, first + len(providers))], dtype=np.int64
        ),
        journey=journey,
        has=np.array([*held[positions], *outside], dtype=np.float64),
        gives=np.array([*own, *outside], dtype=np.float64),
    )


def _measured(
    scene: _Scene, own: Sequence[Access], covers: float, at_least: float
) -> Iterator[Agreement]:
    """Carry spare capacity to unmet need."""
    needed = np.array([np.nan_to_num(row.need) / covers for row in own])
    k = len(own)
    spare = np.maximum(0.0, scene.gives - np.concatenate([needed, np.zeros(len(scene.gives) - k)]))
    lacking = np.maximum(0.0, needed - scene.gives[:k])
    carried = transport(
        scene.has, lacking, scene.journey, owner=scene.giver, most=spare, at_least=at_least
    )
    for receiver in range(k):
        for source in np.argsort(-carried[:, receiver], kind="stable").tolist():
            amount = float(carried[source, receiver])
            if amount > 0:
                yield scene.agreement(source, receiver, amount, round(covers * amount, 6))


def _paired(scene: _Scene, own: Sequence[Access]) -> Iterator[Agreement]:
    """Pair each gap with the nearest giver."""
    for receiver, row in enumerate(own):
        if not row.gap or not len(scene.sources):
            continue
        source = int(np.argmin(scene.journey[:, receiver]))
        if math.isfinite(scene.journey[source, receiver]):
            yield scene.agreement(source, receiver, math.nan, math.nan)


def _agreements(rows: Sequence[Agreement], access: Sequence[Access], unit: str) -> Agreements:
    gaps = {(row.cluster, row.kind) for row in access if row.gap}
    helped = {(row.receiver, row.kind) for row in rows}
    before = known_sum(row.unmet for row in access)
    carried = math.fsum(row.pupils for row in rows if not math.isnan(row.pupils))
    return Agreements(
        rows=tuple(rows),
        gaps_before=len(gaps),
        gaps_after=len(gaps - helped),
        unmet_before=before,
        unmet_after=round(before - carried, 6),
        travel_unit=unit,
    )
