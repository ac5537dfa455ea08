"""What keeps a cluster from starting by itself: a broken rule, a lead, missing expertise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from clusters.domain import Cluster, Plan, Problem, Rules
from clusters.rollout.checking import findings_of
from clusters.rollout.terms import StartRules, on_day

__all__ = ["Scene", "amounts", "hindrances"]

_YEAR = 12
"""Months after the last start for which need that is not served then is taken to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The clusters, what each holds, and by cluster (first day without it, reason) of hindrances.

    A hindrance that lasts has None for its day.
    """

    asked: StartRules
    clusters: tuple[Cluster, ...]
    amounts: tuple[Fraction, ...]
    hindered: tuple[tuple[tuple[date | None, str], ...], ...]

    def day(self, number: int) -> date | None:
        """Day of a start by its number; None for one after the last day."""
        return self.asked.days[number] if number < len(self.asked.days) else None

    def months(self, number: int) -> int:
        """Months from the first day to a start; a year after the last day for none."""
        first, last = self.asked.days[0], self.asked.days[-1]
        day = self.day(number) or last.replace(year=last.year + _YEAR // 12)
        return (day.year - first.year) * 12 + day.month - first.month

    def cost(self, c: int) -> int:
        """Give what a cluster costs a year."""
        return self.asked.costs_pence.get(self.clusters[c].label, 0)

    def allowed(self, c: int) -> list[int]:
        """Numbers of the days on which nothing hinders a cluster by itself."""
        return [
            t
            for t, day in enumerate(self.asked.days)
            if all(until is not None and until <= day for until, _ in self.hindered[c])
        ]


def amounts(problem: Problem, clusters: Sequence[Cluster], measure: str) -> tuple[Fraction, ...]:
    """Work out what each cluster holds of the measure that waits."""
    if measure == "clusters":
        return (Fraction(1),) * len(clusters)
    values = problem.measure(measure).tolist()
    return tuple(
        sum((Fraction(str(values[problem.position(key)])) for key in c.members), Fraction(0))
        for c in clusters
    )


def hindrances(
    problem: Problem, rules: Rules, plan: Plan, clusters: Sequence[Cluster], asked: StartRules
) -> Iterator[tuple[tuple[date | None, str], ...]]:
    """By cluster, what keeps it from starting by itself, and until when."""
    wrong = findings_of(problem, rules, plan)
    for cluster in clusters:
        found: list[tuple[date | None, str]] = [
            (None, f"It breaks a rule of the plan: {finding.message}")
            for finding in wrong.get(cluster.label, ())
            # what is missing may come later, as expertise_from says
            if finding.rule != "expertise"
        ]
        if asked.lead_days is not None:
            lead = asked.lead_days.get(cluster.label)
            when = "is not yet known" if lead is None else f"is ready on {on_day(lead)}"
            found.append((lead, f"Its lead {when}."))
        found += _missing(problem, cluster, _wanted(rules, cluster, asked), asked)
        yield tuple(found)


def _wanted(rules: Rules, cluster: Cluster, asked: StartRules) -> dict[str, float]:
    """Least capacity by type that a cluster must hold when it starts."""
    wanted: dict[str, float | None] = dict(rules.expertise)
    for key, excuse in rules.exceptions.items():
        if "expertise" in excuse and any(str(key) == str(own) for own in cluster.members):
            instead = excuse["expertise"]
            for kind, least in rules.expertise.items():
                own = None if instead is None else instead.get(kind, least)
                known = wanted[kind]
                wanted[kind] = None if own is None or known is None else min(known, own)
    wanted |= asked.expertise or {}
    return {kind: least for kind, least in wanted.items() if least is not None}


def _missing(
    problem: Problem, cluster: Cluster, wanted: Mapping[str, float], asked: StartRules
) -> Iterator[tuple[date | None, str]]:
    for kind, least in wanted.items():
        held = [
            Fraction(str(school.expertise[kind].amount))
            for key in cluster.members
            if kind in (school := problem.school(key)).expertise
        ]
        if sum(held, Fraction(0)) < Fraction(str(least)):
            there = asked.expertise_days.get(cluster.label, {}).get(kind)
            when = "is missing" if there is None else f"will be there on {on_day(there)}"
            yield there, f"Expertise in {kind} {when}."
