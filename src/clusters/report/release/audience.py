"""Who reads a pack, and what they may see: papers are made from this and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN, SmallNumbers
from clusters.domain import FrozenDict, Plan, Problem, SchoolId
from clusters.measures import measure
from clusters.report.wording.words import number
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd

AUDIENCES: Mapping[str, str] = {
    "working group": "For the working group. Not for publication: small numbers are shown in full.",
    "public": "For publication. Small numbers are hidden.",
}
"""Who may read a pack, and what its first line says."""

COUNTS = ("pupils", "ehcps", "sen_support")
"""Counts of pupils that the tables show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts of pupils as an audience may see them.

    Whole numbers, None where not known, :data:`clusters.disclosure.HIDDEN` where not shown.

    Parameters
    ----------
    names
        The counts that are known.
    schools
        For each count, its value by id of the school.
    clusters
        For each count, its sum by label of the recommended plan's cluster.
    totals
        For each count, its sum over all schools in a cluster.
    """

    names: tuple[str, ...]
    schools: Mapping[str, Mapping[SchoolId, Any]]
    clusters: Mapping[str, Mapping[str, Any]]
    totals: Mapping[str, Any]

    def school(self, name: str, urn: SchoolId) -> str:
        """Count of a school in words."""
        return _words(self.schools[name][urn])

    def cluster(self, name: str, label: str) -> str:
        """Count of a cluster in words."""
        return _words(self.clusters[name][label])

    def total(self, name: str) -> str:
        """Count of all clusters in words."""
        return _words(self.totals[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An audience, its policy on small numbers, and the facts that papers for it are made from.

    There are no other facts: what a reader may not see is not reachable from here.

    Parameters
    ----------
    name
        Key of :data:`AUDIENCES`.
    policy
        On small numbers; it has a say in public papers only.
    shown
        The facts that the papers are made from: without sensitive numbers where they are public.
    counts
        The counts that may be shown.
    need
        Pupils by cluster and type of need; None where this is not known or not shown.
    masked_money
        Labels of the clusters whose money is not shown.
    money_step
        Pence to which sums of money are rounded.
    notes
        Sentences on what is left out.
    """

    name: str
    policy: SmallNumbers
    shown: Problem
    counts: Counts
    need: pd.DataFrame | None = None
    masked_money: frozenset[str] = frozenset()
    money_step: int = 1
    notes: tuple[str, ...] = field(default=())

    @property
    def is_public(self) -> bool:
        """Whether the papers are for publication."""
        return self.name == "public"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the papers say of numbers that are not shown."""
        return (*self.policy.sentences(), *self.notes) if self.is_public else ()


def reader_of(audience: str, problem: Problem, plan: Plan, policy: SmallNumbers) -> Reader:
    """Make the reader who may see everything; the public's is made in `release.options`."""
    return Reader(
        name=audience,
        policy=policy,
        shown=problem,
        counts=counts_of(problem, plan),
        need=_need(problem, plan),
    )


def counts_of(problem: Problem, plan: Plan) -> Counts:
    """Collect every count that is known."""
    names = tuple(
        name for name in COUNTS if any(getattr(s, name) is not None for s in problem.schools)
    )
    groups = {clean(cluster.label): cluster.members for cluster in plan.clusters}
    everyone = [key for cluster in plan.clusters for key in cluster.members]
    return Counts(
        names=names,
        schools=FrozenDict({n: {s.urn: getattr(s, n) for s in problem.schools} for n in names}),
        clusters=FrozenDict(
            {n: {label: _total(problem, n, ids) for label, ids in groups.items()} for n in names}
        ),
        totals=FrozenDict({n: _total(problem, n, everyone) for n in names}),
    )


def _need(problem: Problem, plan: Plan) -> pd.DataFrame | None:
    """Pupils by cluster and type of need with their sum; None where nothing is known."""
    matrix = need_known(problem, plan)
    if matrix is None:
        return None
    whole = matrix.astype("Int64")
    whole.loc["all"] = whole.sum()
    return whole.reset_index()


def need_known(problem: Problem, plan: Plan) -> pd.DataFrame | None:
    """Pupils by cluster and type of need, without rows and columns of which nothing is known."""
    if not any(school.need for school in problem.schools):
        return None
    matrix = measure(problem, plan).coverage("need")
    matrix = matrix.dropna(axis=1, how="all").dropna(axis=0, how="all")
    return None if matrix.empty else matrix


def _total(problem: Problem, name: str, members: Any) -> int | None:
    """Sum of what is known; None where nothing is."""
    values = [
        value
        for at in dict.fromkeys(problem.find(key) for key in members)
        if at is not None and (value := getattr(problem.schools[at], name)) is not None
    ]
    return sum(values) if values else None


def _words(value: Any) -> str:
    return HIDDEN if value == HIDDEN else number(value)
