"""A check of a start in steps by code that shares nothing with the choosing of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Problem, Rules, plan_of
from clusters.errors import RulesError
from clusters.money import pounds
from clusters.rollout.terms import Day, StartRules, in_words
from clusters.shown import Shown
from clusters.text import counted
from clusters.verifier import Finding, verify

__all__ = ["StartFinding", "check_starts", "findings_of"]

_ANYWHERE = ("together", "apart", "assignment", "centre")
"""Rules whose findings may name schools of several clusters."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StartFinding(Shown):
    """One way in which a start in steps breaks what was asked.

    Parameters
    ----------
    rule
        "map", "day", "lead", "expertise", "money", "most_at_once", "together", "after", "all_by".
    message
        A sentence.
    cluster
        Label, where it concerns one.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> found = cl.rollout.check_starts(
    ...     problem, cl.Rules(n_clusters=2, contiguous=False), {"a": "West", "b": "East"},
    ...     {"West": "2026-09-01", "East": "2026-09-01"},
    ...     cl.rollout.StartRules(starts=["2026-09-01"], most_at_once=1))
    >>> found[0].rule, found[0].message
    ('most_at_once', '2 clusters start in September 2026; at most 1 may.')
    """

    rule: str
    message: str
    cluster: str | None = None


@checked
def check_starts(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    starts: Mapping[str, Day | None],
    asked: StartRules,
) -> tuple[StartFinding, ...]:
    """Check which clusters start when against everything that was asked.

    On each day the clusters that have started make a partial map: each of them has to keep the
    rules of the plan by itself, and no school is in two of them.

    Parameters
    ----------
    starts
        By label the day on which a cluster starts; None, or no entry, for not at all.

    Returns
    -------
    tuple of StartFinding
        None where everything holds.

    Raises
    ------
    RulesError
        If a label is not one of the plan's, or a day cannot be read.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> asked = StartRules(starts=["2026-09-01"], leads_ready={"West": "2027-01-01"})
    >>> rules = Rules(n_clusters=2, contiguous=False)
    >>> found = check_starts(
    ...     problem, rules, {"a": "West", "b": "East"}, {"West": "2026-09-01"}, asked)
    >>> [finding.rule for finding in found]
    ['lead']
    """
    plan = plan_of(problem, plan)
    labels = [cluster.label for cluster in plan.clusters if cluster.members]
    days: dict[str, date | None] = dict.fromkeys(labels)
    for label, day in starts.items():
        if label not in days:
            what = f"starts names {label!r}, which is no cluster of the plan"
            raise RulesError.of(what, f"use any of {', '.join(labels)}")
        days[label] = date.fromisoformat(day) if isinstance(day, str) else day
    begun = {label: day for label, day in days.items() if day is not None}
    return (
        *_maps(problem, rules, plan, begun),
        *_days(begun, asked),
        *_expertise(problem, rules, plan, begun, asked),
        *_at_once(begun, asked),
        *_money(begun, asked),
        *_order(days, asked),
    )


def findings_of(problem: Problem, rules: Rules, plan: Plan) -> dict[str, list[Finding]]:
    """Give by label what the verifier finds about each cluster of a plan."""
    home = {key: cluster.label for cluster in plan.clusters for key in cluster.members}
    found: dict[str, list[Finding]] = {}
    for finding in verify(problem, rules, plan).findings:
        touched = {finding.cluster} if finding.cluster is not None else set()
        if finding.rule in _ANYWHERE:
            touched |= {home[key] for key in finding.schools if key in home}
        for label in touched:
            found.setdefault(label, []).append(finding)
    return found


def _maps(
    problem: Problem, rules: Rules, plan: Plan, begun: Mapping[str, date]
) -> Iterator[StartFinding]:
    wrong = findings_of(problem, rules, plan)
    for label, day in begun.items():
        for finding in wrong.get(label, ()):
            if finding.rule == "expertise":
                continue  # it may come later: `_expertise` looks at it
            text = f"{label} starts in {in_words(day)} and breaks {finding.rule}: {finding.message}"
            yield StartFinding(rule="map", cluster=label, message=text)


def _days(begun: Mapping[str, date], asked: StartRules) -> Iterator[StartFinding]:
    for label, day in begun.items():
        if day not in asked.days:
            text = f"{label} starts on {day}, which is no start."
            yield StartFinding(rule="day", cluster=label, message=text)
        if asked.lead_days is None:
            continue
        lead = asked.lead_days.get(label)
        if lead is None or lead > day:
            when = "not known to be ready" if lead is None else f"ready on {lead}"
            text = f"{label} starts in {in_words(day)}; its lead is {when}."
            yield StartFinding(rule="lead", cluster=label, message=text)


def _expertise(
    problem: Problem, rules: Rules, plan: Plan, begun: Mapping[str, date], asked: StartRules
) -> Iterator[StartFinding]:
    """Ask the verifier about each type of need by itself."""
    for kind, least in {**rules.expertise, **(asked.expertise or {})}.items():
        own = rules.expertise.get(kind) == least
        only = Rules(
            n_clusters=rules.n_clusters,
            contiguous=False,
            expertise={kind: least},
            exceptions=rules.exceptions if own else {},
        )
        for label, findings in findings_of(problem, only, plan).items():
            short = next((finding for finding in findings if finding.rule == "expertise"), None)
            day = begun.get(label)
            there = asked.expertise_days.get(label, {}).get(kind)
            if short is None or day is None or (there is not None and there <= day):
                continue
            when = "" if there is None else f" It will be there on {there}."
            text = f"{label} starts in {in_words(day)}. {short.message}{when}"
            yield StartFinding(rule="expertise", cluster=label, message=text)


def _at_once(begun: Mapping[str, date], asked: StartRules) -> Iterator[StartFinding]:
    for day in asked.days:
        count = sum(1 for other in begun.values() if other == day)
        if asked.most_at_once is not None and count > asked.most_at_once:
            yield StartFinding(
                rule="most_at_once",
                message=f"{counted(count, 'cluster')} start in {in_words(day)}; at most "
                f"{asked.most_at_once} may.",
            )


def _money(begun: Mapping[str, date], asked: StartRules) -> Iterator[StartFinding]:
    """Add up twelfths: each month of the year in which a cluster runs costs one."""
    for year, money in asked.money_pence.items():
        first = date(int(year[:4]), 4, 1)
        twelfths = 0
        for month in range(12):
            day = date(first.year + (first.month + month - 1) // 12, (3 + month) % 12 + 1, 1)
            twelfths += sum(
                asked.costs_pence.get(label, 0) for label, start in begun.items() if start <= day
            )
        if twelfths > 12 * money:
            over = -((12 * money - twelfths) // 12)
            yield StartFinding(
                rule="money",
                message=f"The clusters that have started cost {pounds(over)} more in {year} than "
                f"the {pounds(money)} there is.",
            )


def _order(days: Mapping[str, date | None], asked: StartRules) -> Iterator[StartFinding]:
    for group in asked.together:
        if len({days.get(label) for label in group}) > 1:
            text = f"{' and '.join(group)} do not start on one day."
            yield StartFinding(rule="together", message=text)
    for label, earlier in asked.after.items():
        own = days.get(label)
        for other in earlier:
            first = days.get(other)
            if own is not None and (first is None or first > own):
                text = f"{label} starts before {other}."
                yield StartFinding(rule="after", cluster=label, message=text)
    for label, day in days.items():
        if asked.last_day is not None and (day is None or day > asked.last_day):
            text = f"{label} has not started by {asked.last_day}."
            yield StartFinding(rule="all_by", cluster=label, message=text)
