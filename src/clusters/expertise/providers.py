"""Providers outside the clusters: special schools and services that reach out to several."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    Capacity,
    Cluster,
    FloatArray,
    FrozenDict,
    Plan,
    Problem,
    School,
    SchoolId,
    is_number,
)
from clusters.errors import DataError, Fault, Faults, RulesError
from clusters.measures.facts import clusters_held, starts_of, types_of
from clusters.need_types import NEED_TYPES, refuse_unknown_types
from clusters.shown import Shown

__all__ = ["Provider"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Provider(Shown):
    """A school or service that belongs to no cluster and serves several at a distance.

    It has no place in a plan. It enters what is measured of a plan: gaps, unmet need, agreements.

    Parameters
    ----------
    urn, name
        As for a school.
    easting, northing
        Position in metres.
    capacity
        What it can give to the schools of all clusters together, by type of need.
    reach_m
        How far it goes, in metres as the crow flies; None for anywhere.

    Raises
    ------
    DataError
        If the position or reach is not a number, or a capacity has no unit.

    Examples
    --------
    >>> from clusters import Capacity
    >>> from clusters.expertise import Provider
    >>> Provider(urn="9", name="Moor Special School", easting=0, northing=0,
    ...     capacity={"asd": Capacity(amount=40, unit="staff days")}, reach_m=8_000).reach_m
    8000
    """

    urn: SchoolId
    name: str
    easting: float
    northing: float
    capacity: Mapping[str, Capacity] = field(default_factory=FrozenDict)
    reach_m: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "capacity", FrozenDict(self.capacity))
        faults = Faults()
        at: dict[str, Any] = {"where": "providers", "urn": self.urn}
        for column in ("easting", "northing"):
            if not is_number(getattr(self, column)):
                at_column = at | {"column": column, "value": str(getattr(self, column))}
                faults.add(f"{column} is not a number", "give metres", **at_column)
        if self.reach_m is not None and not (is_number(self.reach_m) and self.reach_m >= 0):
            at_column = at | {"column": "reach_m", "value": self.reach_m}
            faults.add("reach_m is not a number of 0 or more", "give metres, or None", **at_column)
        for kind, capacity in self.capacity.items():
            if not isinstance(capacity, Capacity):
                what = f"capacity of type {kind!r} has no unit"
                faults.add(
                    what, 'give Capacity(amount=..., unit="staff days")', value=str(capacity), **at
                )
        faults.refuse(DataError)

    @classmethod
    def from_school(cls, school: School, *, reach_m: float | None = None) -> Provider:
        """Make a provider of a school with its recorded expertise (a special school, say)."""
        return cls(
            urn=school.urn,
            name=school.name,
            easting=school.easting,
            northing=school.northing,
            capacity=school.expertise,
            reach_m=reach_m,
        )

    def gives(self, kind: str) -> float:
        """Amount that it can give of a type; 0 where none is recorded."""
        return self.capacity[kind].amount if kind in self.capacity else 0.0


def checked_providers(problem: Problem, providers: Iterable[Provider]) -> tuple[Provider, ...]:
    """Refuse providers that do not fit a problem: twice, schools of it, types, units."""
    providers = tuple(providers)
    units = units_of(problem)
    faults = Faults()
    seen: set[SchoolId] = set()
    for provider in providers:
        at: dict[str, Any] = {"where": "providers", "urn": provider.urn}
        if provider.urn in seen:
            faults.add("the provider appears more than once", "keep one", **at)
        seen.add(provider.urn)
        if problem.find(provider.urn) is not None:
            faults.add(
                "the provider is a school of the problem, where its capacity counts already",
                "leave it out of one of the two",
                **at,
            )
        for kind, capacity in provider.capacity.items():
            if kind in units and units[kind] != capacity.unit:
                faults.add(
                    f"capacity of type {kind!r} is in {capacity.unit}, that of the schools in "
                    f"{units[kind]}",
                    "convert it to one unit",
                    **at,
                )
    faults.refuse(DataError)
    known = [*dict.fromkeys([*types_of(problem), *NEED_TYPES])]
    refuse_unknown_types(
        dict.fromkeys(kind for provider in providers for kind in provider.capacity),
        known,
        "providers",
    )
    return providers


def units_of(problem: Problem) -> dict[str, str]:
    """Look up the unit of each type's capacity, as the first school records it."""
    units: dict[str, str] = {}
    for school in problem.schools:
        for kind, capacity in school.expertise.items():
            units.setdefault(kind, capacity.unit)
    return units


def held_clusters(problem: Problem, plan: Plan) -> tuple[Cluster, ...]:
    """Clusters that hold a school of the problem.

    Raises
    ------
    DataError
        If two clusters have one label: agreements and areas would be ambiguous.
    """
    clusters = clusters_held(problem, plan)
    labels = [cluster.label for cluster in clusters]
    twice = dict.fromkeys(label for label in labels if labels.count(label) > 1)
    if twice:
        raise DataError(
            Fault(
                f"two clusters have the label {label!r}",
                "give each cluster its own, for instance with name_clusters",
                where="plan",
            )
            for label in twice
        )
    return clusters


def journeys_from(problem: Problem, cluster: Cluster) -> FloatArray:
    """Journeys from a cluster's centre to every school, array (n,); from any member without one."""
    return np.asarray(problem.travel[starts_of(problem, cluster)].min(axis=0))


def metres_from(problem: Problem, provider: Provider) -> FloatArray:
    """Metres as the crow flies from a provider to every school, array (n,)."""
    dx, dy = (problem.xy_m - np.array([provider.easting, provider.northing])).T
    return np.asarray(np.hypot(dx, dy))


def within_reach(provider: Provider, metres: FloatArray) -> FloatArray:
    """Whether each distance is one that the provider goes, as an array of booleans."""
    return np.asarray(metres <= (math.inf if provider.reach_m is None else provider.reach_m))


def metres_to_cluster(problem: Problem, provider: Provider, cluster: Cluster) -> float:
    """Metres from a provider to a cluster's centre (without one, to the nearest member)."""
    return float(metres_from(problem, provider)[starts_of(problem, cluster)].min())


def limit_of(problem: Problem, within_m: float | None, within_min: float | None) -> float | None:
    """Read the limit on journeys in the problem's own unit, refusing the other one."""
    faults = Faults()
    for unit, limit in (("m", within_m), ("min", within_min)):
        if limit is None:
            continue
        if not is_number(limit) or limit < 0:
            faults.add(f"within_{unit} is not a number of 0 or more", "correct it")
        elif unit != problem.travel_unit:
            faults.add(
                f"within_{unit} is given but the problem's journeys are in "
                f"{'metres' if problem.travel_unit == 'm' else 'minutes'}",
                f"use within_{problem.travel_unit}",
                value=limit,
            )
    faults.refuse(RulesError)
    return within_m if problem.travel_unit == "m" else within_min


def refuse_types(kinds: Collection[str], problem: Problem, where: str) -> None:
    """Refuse types that no school's need or expertise names."""
    refuse_unknown_types(kinds, types_of(problem), where)
