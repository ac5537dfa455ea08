"""The plan as the verifier sees it, and exact sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from clusters.domain import Plan, Problem, Rules, SchoolId
from clusters.text import clipped, listed
from clusters.verifier.certificate import Finding

MICRO = 10**6
"""Measures have six decimals: in millionths they are whole numbers, and their sums are exact."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """One cluster of the plan: its words, the positions it holds, and its centre's position."""

    label: str
    text: str
    members: tuple[int, ...]
    repeated: tuple[int, ...]
    unknown: tuple[object, ...]
    centre: int | None
    centre_given: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that a check may look at."""

    problem: Problem
    rules: Rules
    groups: tuple[Group, ...]

    @property
    def held(self) -> tuple[Group, ...]:
        """The clusters that hold at least one school of the problem."""
        return tuple(group for group in self.groups if group.members)

    def name(self, position: int) -> str:
        """Name a school, with its URN."""
        school = self.problem.schools[position]
        named = school.name.strip() and school.name != str(school.urn)
        return f"{school.name} (URN {school.urn})" if named else f"school {school.urn}"

    def names(self, positions: Iterable[int]) -> str:
        """Name several schools; the first few where there are many."""
        return listed([self.name(position) for position in positions])

    def ids(self, positions: Iterable[int]) -> tuple[SchoolId, ...]:
        """Ids of schools by position."""
        return tuple(self.problem.schools[position].urn for position in positions)

    def micro(self, measure: str) -> list[int]:
        """Return a measure in whole millionths, by position."""
        return [round(Fraction(value) * MICRO) for value in self.problem.measure(measure).tolist()]

    def excuses(
        self, members: Collection[int], rule: str, name: str | None = None
    ) -> Iterator[Any]:
        """Yield what holds instead of a rule for each excused school among some.

        Of a measure, type or phase, what the exception says of it; the rule itself where nothing.
        """
        for key, excuse in self.rules.exceptions.items():
            if rule in excuse and self.problem.find(key) in members:
                own = excuse[rule]
                if own is not None and name is not None:
                    own = own.get(name, getattr(self.rules, rule)[name])
                yield own

    def finding(
        self,
        rule: str,
        message: str,
        *,
        group: Group | None = None,
        members: Iterable[int] = (),
        amount: float | Fraction | None = None,
    ) -> Finding:
        """Make a finding about schools given by position."""
        return Finding(
            rule=rule,
            message=message,
            cluster=None if group is None else group.label,
            schools=self.ids(members),
            amount=None if amount is None else float(amount),
        )


def make_case(problem: Problem, rules: Rules, plan: Plan) -> Case:
    """Look every id of a plan up, however broken the plan is."""
    groups = []
    for number, cluster in enumerate(plan.clusters, start=1):
        label = str(cluster.label)
        found = [(key, find(problem, key)) for key in _keys(cluster.members)]
        members = Counter(position for _, position in found if position is not None)
        groups.append(
            Group(
                label=label,
                text=cluster_text(number, label),
                members=tuple(sorted(members)),
                repeated=tuple(sorted(k for k, times in members.items() if times > 1)),
                unknown=tuple(key for key, position in found if position is None),
                centre=None if cluster.centre is None else find(problem, cluster.centre),
                centre_given=cluster.centre,
            )
        )
    return Case(problem=problem, rules=rules, groups=tuple(groups))


def _keys(members: object) -> tuple[object, ...]:
    """List what stands where the members should be, whatever it is."""
    if isinstance(members, Iterable) and not isinstance(members, str | bytes):
        return tuple(members)
    return () if members is None else (members,)


def find(problem: Problem, key: object) -> int | None:
    """Look up an id that may be anything at all."""
    try:
        return problem.find(key)
    except (TypeError, ValueError):  # a tuple that holds a list; a text of thousands of digits
        return None


def cluster_text(number: int, label: str) -> str:
    """Name a cluster: "Cluster 7", or "Cluster 7 (Holm Valley)" where its label is no number."""
    label = clipped(label)
    return f"Cluster {label}" if label.isdecimal() else f"Cluster {number} ({label})"
