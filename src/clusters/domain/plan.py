"""Plans: clusters with their centres."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from clusters.arguments import checked
from clusters.domain.problem import Problem
from clusters.domain.values import SchoolId
from clusters.errors import DataError
from clusters.shown import Drawn, Shown, clip, listed_briefly
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Cluster(Shown):
    """A group of schools: label, centre (None where not known) and members.

    Nothing is checked here: what a file holds may be broken, and `verify` says how.

    Examples
    --------
    >>> Cluster("North", "a", ("a", "b")).members
    ('a', 'b')
    """

    label: str
    centre: SchoolId | None
    members: tuple[SchoolId, ...]


@checked
@dataclass(frozen=True, slots=True, repr=False)
class Plan(Drawn):
    """Clusters with their centres.

    A plan may be broken (schools missing, twice, unknown): `verify` says so. `notes` say how it was
    read from a file; they play no part in whether two plans are equal. `problem` is what the plan
    was made for, where that is known, so that it can be drawn; it is left out when a plan is
    pickled, and all that works with plans takes the problem beside the plan.

    Examples
    --------
    >>> plan = Plan((Cluster("North", "a", ("a", "b")), Cluster("South", "c", ("c",))))
    >>> plan
    Plan(2 clusters of 3 schools: North, South)
    >>> plan.assignment
    {'a': 'a', 'b': 'a', 'c': 'c'}
    """

    clusters: tuple[Cluster, ...]
    notes: tuple[str, ...] = field(default=(), compare=False, repr=False)
    problem: Problem | None = field(default=None, compare=False, repr=False, kw_only=True)

    def __repr__(self) -> str:
        size = f"{counted(len(self.clusters), 'cluster')} of {counted(len(self.labels), 'school')}"
        labels = [cluster.label for cluster in self.clusters]
        return clip(f"Plan({size}{': ' if labels else ''}{listed_briefly(labels)})")

    def __reduce__(self) -> tuple[type[Plan], tuple[object, ...]]:
        """Pickle without the problem, which is large and travels by itself."""
        return type(self), (self.clusters, self.notes)

    @classmethod
    @checked
    def from_assignment(
        cls, assignment: Mapping[SchoolId, SchoolId], labels: Mapping[SchoolId, str] | None = None
    ) -> Plan:
        """Make a plan from {id: centre id}.

        Clusters stand in the order in which their centres appear, labelled 1, 2, 3 ...

        Parameters
        ----------
        labels
            Label by centre id.
        """
        groups: dict[SchoolId, list[SchoolId]] = {}
        for school, centre in assignment.items():
            groups.setdefault(centre, []).append(school)
        return cls(
            tuple(
                Cluster(
                    label=(labels or {}).get(centre, str(number)),
                    centre=centre,
                    members=tuple(members),
                )
                for number, (centre, members) in enumerate(groups.items(), start=1)
            )
        )

    @property
    def assignment(self) -> dict[SchoolId, SchoolId]:
        """Centre id by school id (clusters without a centre are left out)."""
        return {
            school: cluster.centre
            for cluster in self.clusters
            if cluster.centre is not None
            for school in cluster.members
        }

    @property
    def labels(self) -> dict[SchoolId, str]:
        """Cluster label by school id."""
        return {school: cluster.label for cluster in self.clusters for school in cluster.members}

    def cluster_of(self, school_id: SchoolId) -> Cluster:
        """Look up the cluster that holds a school.

        Raises
        ------
        DataError
            If no cluster holds it.
        """
        for cluster in self.clusters:
            if isinstance(school_id, Hashable) and school_id in cluster.members:
                return cluster
        raise DataError.of(
            "no cluster of the plan holds this school", "check the id", urn=school_id
        )

    @checked
    def to_frame(self) -> pd.DataFrame:
        """Make a table: urn, cluster and centre, one row for each school (see `plan_frame`).

        Examples
        --------
        >>> Plan.from_assignment({"a": "a", "b": "a"}).to_frame().values.tolist()
        [['a', '1', 'a'], ['b', '1', 'a']]
        """
        import pandas as pd

        rows = [
            (school, cluster.label, cluster.centre)
            for cluster in self.clusters
            for school in cluster.members
        ]
        return pd.DataFrame(rows, columns=["urn", "cluster", "centre"])

    @checked
    def relabelled(self, labels: Mapping[str, str]) -> Plan:
        """Copy with labels changed by {old: new}."""
        return Plan(
            tuple(
                replace(cluster, label=labels.get(cluster.label, cluster.label))
                for cluster in self.clusters
            ),
            problem=self.problem,
        )


@runtime_checkable
class HasPlan(Protocol):
    """What holds a plan: a Result, an Option, a Repair."""

    @property
    def plan(self) -> Plan:
        """The plan."""


PlanLike: TypeAlias = Plan | HasPlan | Mapping[SchoolId, Hashable]
"""What every function takes where it wants a plan."""


def groups_of(given: PlanLike) -> Plan | Mapping[SchoolId, Hashable]:
    """Take the plan out of what holds one; a plan or a mapping {id: group} is returned as it is."""
    return given if isinstance(given, Plan | Mapping) else given.plan
