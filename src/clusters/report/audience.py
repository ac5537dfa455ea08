"""Who reads a pack, and which numbers they may see."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clusters.disclosure import HIDDEN, SmallNumbers, intervals, redacted, suppress
from clusters.domain import FrozenDict, Plan, Problem, SchoolId
from clusters.maps import clean
from clusters.report.words import number

AUDIENCES: Mapping[str, str] = {
    "working group": "For the working group. Not for publication: small numbers are shown in full.",
    "public": "For publication. Small numbers are hidden.",
}
"""Who may read a pack, and what its first line says."""

COUNTS = ("pupils", "ehcps", "sen_support")
"""Counts of pupils that the tables show."""

_OPEN = frozenset({"schools", "pupils"})
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts of pupils as an audience may see them.

    Parameters
    ----------
    problem
        The facts in full.
    names
        The counts that are known.
    hidden
        By measure, what is not shown: ids of schools, ("cluster", label), or "all".
    """

    problem: Problem
    names: tuple[str, ...]
    hidden: Mapping[str, frozenset[Any]] = field(default_factory=FrozenDict)

    def school_value(self, name: str, urn: SchoolId) -> Any:
        """Count of a school: a whole number, None where not known, or the sign for hidden."""
        if urn in self.hidden.get(name, ()):
            return HIDDEN
        return getattr(self.problem.school(urn), name)

    def cluster_value(self, name: str, cluster: Any) -> Any:
        """Count of a cluster, given its members."""
        if ("cluster", cluster.label) in self.hidden.get(name, ()):
            return HIDDEN
        return _total(self.problem, name, cluster.members)

    def school(self, name: str, urn: SchoolId) -> str:
        """Count of a school in words."""
        return _words(self.school_value(name, urn))

    def cluster(self, name: str, label: str, members: tuple[SchoolId, ...]) -> str:
        """Count of a cluster in words."""
        if ("cluster", label) in self.hidden.get(name, ()):
            return HIDDEN
        return _words(_total(self.problem, name, members))

    def total(self, name: str, members: tuple[SchoolId, ...]) -> str:
        """Count of all clusters in words."""
        return _words(_total(self.problem, name, members))

    @property
    def masked_clusters(self) -> frozenset[str]:
        """Labels of the clusters of which some count is hidden; their money is hidden too."""
        return frozenset(
            str(key[1])
            for keys in self.hidden.values()
            for key in keys
            if isinstance(key, tuple) and key[0] == "cluster"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An audience, its policy on small numbers, and the facts that papers for it are made from.

    Parameters
    ----------
    name
        Key of :data:`AUDIENCES`.
    policy
        On small numbers; it has a say in public papers only.
    problem
        The facts in full, for rules and money.
    shown
        The facts that the papers are made from: without sensitive numbers where they are public.
    counts
        The counts that may be shown.
    """

    name: str
    policy: SmallNumbers
    problem: Problem
    shown: Problem
    counts: Counts

    @property
    def is_public(self) -> bool:
        """Whether the papers are for publication."""
        return self.name == "public"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the papers say of numbers that are not shown."""
        return self.policy.sentences() if self.is_public else ()


def reader_of(audience: str, problem: Problem, plan: Plan, policy: SmallNumbers) -> Reader:
    """Work out what an audience may see of a problem and of the recommended plan."""
    names = tuple(
        name for name in COUNTS if any(getattr(s, name) is not None for s in problem.schools)
    )
    if audience != "public":
        counts = Counts(problem=problem, names=names)
        return Reader(name=audience, policy=policy, problem=problem, shown=problem, counts=counts)
    hidden = {name: _hidden(problem, plan, name, policy) for name in names if name not in _OPEN}
    return Reader(
        name=audience,
        policy=policy,
        problem=problem,
        shown=redacted(problem),
        counts=Counts(problem=problem, names=names, hidden=FrozenDict(hidden)),
    )


def published_sums(problem: Problem, plan: Plan) -> dict[Any, tuple[SchoolId, ...]]:
    """List the sums over schools that a public paper prints: each cluster, and all of them."""
    sums: dict[Any, tuple[SchoolId, ...]] = {}
    for cluster in plan.clusters:
        members = (problem.find(key) for key in cluster.members)
        sums["cluster", clean(cluster.label)] = tuple(
            dict.fromkeys(problem.ids[k] for k in members if k is not None)
        )
    everyone = dict.fromkeys(key for members in sums.values() for key in members)
    return sums | {ALL: tuple(everyone)}


def _hidden(problem: Problem, plan: Plan, name: str, policy: SmallNumbers) -> frozenset[Any]:
    """Choose what to hide of one measure; sums leave out what is not known."""
    known, rolls = _known(problem, name), _known(problem, "pupils")
    sums = {
        key: tuple(member for member in members if member in known)
        for key, members in published_sums(problem, plan).items()
    }
    return suppress(known, sums, policy, most=rolls, keep=(ALL,))


def exposed(reader: Reader, plan: Plan) -> dict[str, dict[Any, tuple[float, float]]]:
    """Say what somebody can learn from the counts of a public pack: intervals by measure."""
    problem, found = reader.problem, {}
    for name, hidden in reader.counts.hidden.items():
        known, rolls = _known(problem, name), _known(problem, "pupils")
        sums = {
            key: tuple(member for member in members if member in known)
            for key, members in published_sums(problem, plan).items()
        }
        found[name] = intervals(known, sums, hidden, reader.policy, most=rolls)
    return found


def _known(problem: Problem, name: str) -> dict[Hashable, int]:
    """Count of each school where it is known."""
    return {s.urn: int(v) for s in problem.schools if (v := getattr(s, name)) is not None}


def _total(problem: Problem, name: str, members: Any) -> int | None:
    """Sum of what is known; None where nothing is."""
    values = [
        value
        for key in dict.fromkeys(members)
        if problem.find(key) is not None
        and (value := getattr(problem.school(key), name)) is not None
    ]
    return sum(values) if values else None


def _words(value: Any) -> str:
    return value if value == HIDDEN else number(value)
