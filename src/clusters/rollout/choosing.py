"""Choosing which clusters start when, so that need waits as little as possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from clusters.arguments import checked
from clusters.domain import Cluster, Plan, PlanLike, Problem, Rules, check_rules, plan_of
from clusters.errors import ClustersError, Fault, InfeasibleError, OutOfTimeError, RulesError
from clusters.measures.values import check_kind
from clusters.money import largest_remainder, pounds
from clusters.rollout.checking import check_starts, findings_of
from clusters.rollout.terms import StartRules, financial_year, in_words, months_in
from clusters.shown import Shown
from clusters.solver import Settings, effort
from clusters.text import counted, listed, shown, words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Start", "StartOrder", "YearOfMoney", "choose_starts"]

_USUAL_S = 30.0
_MICRO = 10**6
_YEAR = 12
"""Months after the last start for which need that is not served then is taken to wait."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Start(Shown):
    """When one cluster starts.

    Parameters
    ----------
    cluster
        Label.
    day
        None where it does not start on any of the days.
    ready
        The first of the days on which it could start by itself; None where on none.
    waits_for
        Why it does not start earlier, as sentences; none where it starts on the first day.
    amount
        What it holds of the measure that waits.
    cost_pence
        A year's cost.
    """

    cluster: str
    day: date | None
    ready: date | None
    waits_for: tuple[str, ...]
    amount: float
    cost_pence: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class YearOfMoney(Shown):
    """What clusters that have started cost in a financial year, and what there is (or None)."""

    year: str
    spent_pence: int
    money_pence: int | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StartOrder(Shown):
    """Which clusters start when.

    Parameters
    ----------
    rows
        In the order of the plan.
    days
        On which clusters may start.
    years
        Money by financial year.
    waited
        What waits times months, in all, counted from the first day; a cluster that does not start
        waits until a year after the last day.
    proved
        Whether it is proved that under what was asked it cannot be less.
    measure
        The measure that waits; "clusters" where each cluster counts once.
    """

    rows: tuple[Start, ...]
    days: tuple[date, ...]
    years: tuple[YearOfMoney, ...]
    waited: float
    proved: bool
    measure: str

    @property
    def starts(self) -> dict[str, date | None]:
        """Day by label."""
        return {row.cluster: row.day for row in self.rows}

    def started(self, day: date) -> tuple[str, ...]:
        """Labels of the clusters that have started by a day: a partial map that keeps the rules."""
        return tuple(row.cluster for row in self.rows if row.day is not None and row.day <= day)

    def sentences(self) -> tuple[str, ...]:
        """Say who starts when, what the others wait for, and how sure the order is."""
        text = []
        for day in self.days:
            names = [row.cluster for row in self.rows if row.day == day]
            if names:
                verb = "starts" if len(names) == 1 else "start"
                text.append(f"In {in_words(day)} {_every(names)} {verb}.")
        late = [row.cluster for row in self.rows if row.day is None]
        if late:
            text.append(f"Not on any of these days: {_every(late)}.")
        text += [f"{row.cluster}: {' '.join(row.waits_for)}" for row in self.rows if row.waits_for]
        for year in self.years:
            limit = "" if year.money_pence is None else f" of {pounds(year.money_pence)}"
            text.append(f"In {year.year} this costs {pounds(year.spent_pence)}{limit}.")
        what = "clusters" if self.measure == "clusters" else words(self.measure)
        waits = f"In all {shown(round(self.waited, 2))} {what} x months wait"
        sure = "proved: no order makes them wait less" if self.proved else "the best order found"
        return (*text, f"{waits} ({sure}).")

    @property
    def sentence(self) -> str:
        """Say it all in one paragraph."""
        return " ".join(self.sentences())

    @checked
    def to_frame(self, kind: Literal["clusters", "days", "money"] = "clusters") -> pd.DataFrame:
        """Make a frame with a row for each cluster, each day, or each financial year."""
        import pandas as pd

        check_kind(kind, ("clusters", "days", "money"))
        if kind == "money":
            return pd.DataFrame(
                [(y.year, y.spent_pence, y.money_pence) for y in self.years],
                columns=["year", "spent_pence", "money_pence"],
            ).astype({"money_pence": "Int64"})
        if kind == "days":
            rows = [
                (day, sum(row.day == day for row in self.rows), len(self.started(day)))
                for day in self.days
            ]
            return pd.DataFrame(rows, columns=["day", "starting", "started"])
        return pd.DataFrame(
            [
                (r.cluster, r.day, r.ready, " ".join(r.waits_for), r.amount, r.cost_pence)
                for r in self.rows
            ],
            columns=["cluster", "day", "ready", "waits_for", self.measure, "cost_pence"],
        )


@checked
def choose_starts(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    asked: StartRules,
    *,
    measure: str = "need",
    settings: Settings | None = None,
) -> StartOrder:
    r"""Choose a start for each cluster so that need, times the months that it waits, is least.

    On every day the clusters that have started are a valid part of the map: a cluster that breaks
    a rule of the plan does not start. The choice is checked again by `check_starts`.

    Parameters
    ----------
    problem, rules, plan
        The facts, and a plan whose clusters have labels of their own.
    asked
        What has to be there before a cluster may start (:class:`StartRules`).
    measure
        What waits, such as "need" or "pupils"; "clusters" where each cluster counts once. Of
        equally good orders the one is taken in which the first clusters of the plan start early.
    settings
        The time for it. Eighteen clusters take well under a second.

    Raises
    ------
    RulesError
        If something is asked of a cluster that the plan does not have.
    InfeasibleError
        If `all_by` cannot be kept: with the reasons that arithmetic finds.
    OutOfTimeError
        If no order was found in time.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> plan = {"a": "West", "b": "East"}
    >>> days = ["2026-09-01", "2027-01-01"]
    >>> order = choose_starts(
    ...     problem, Rules(n_clusters=2, contiguous=False), plan,
    ...     StartRules(starts=days, most_at_once=1))
    >>> print(*order.sentences(), sep="\n")
    In September 2026 East starts.
    In January 2027 West starts.
    West: As many as may start at once (1) start in September 2026.
    In all 4 units of need x months wait (proved: no order makes them wait less).
    """
    plan = plan_of(problem, plan)
    check_rules(problem, rules)
    clusters = [cluster for cluster in plan.clusters if cluster.members]
    if not clusters:
        raise RulesError(Fault(what="the plan has no cluster with a school", remedy="give another"))
    _refuse_unknown([cluster.label for cluster in clusters], asked)
    seconds, seed = effort(settings, _USUAL_S)
    scene = _Scene(
        problem=problem,
        rules=rules,
        plan=plan,
        asked=asked,
        clusters=tuple(clusters),
        amounts=_amounts(problem, clusters, measure),
        hindered=tuple(_hindrances(problem, rules, plan, clusters, asked)),
    )
    numbers, proved = _chosen(scene, seconds, seed)
    days = [scene.day(t) for t in numbers]
    found = check_starts(
        problem,
        rules,
        plan,
        {c.label: day for c, day in zip(clusters, days, strict=True)},
        asked,
    )
    if found:
        msg = f"the order chosen does not pass the check: {found[0].message}"
        raise ClustersError(msg)
    waited = sum(
        (a * scene.months(t) for a, t in zip(scene.amounts, numbers, strict=True)), Fraction(0)
    )
    return StartOrder(
        rows=tuple(_start(scene, c, numbers) for c in range(len(clusters))),
        days=asked.days,
        years=tuple(_years(scene, numbers)),
        waited=float(waited),
        proved=proved,
        measure=measure,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """The clusters, what each holds, and by cluster (first day without it, reason) of hindrances.

    A hindrance that lasts has None for its day.
    """

    problem: Problem
    rules: Rules
    plan: Plan
    asked: StartRules
    clusters: tuple[Cluster, ...]
    amounts: tuple[Fraction, ...]
    hindered: tuple[tuple[tuple[date | None, str], ...], ...]

    def day(self, number: int) -> date | None:
        return self.asked.days[number] if number < len(self.asked.days) else None

    def months(self, number: int) -> int:
        first, last = self.asked.days[0], self.asked.days[-1]
        day = self.day(number) or last.replace(year=last.year + _YEAR // 12)
        return (day.year - first.year) * 12 + day.month - first.month

    def cost(self, c: int) -> int:
        return self.asked.costs_pence.get(self.clusters[c].label, 0)

    def allowed(self, c: int) -> list[int]:
        return [
            t
            for t, day in enumerate(self.asked.days)
            if all(until is not None and until <= day for until, _ in self.hindered[c])
        ]


def _refuse_unknown(labels: Sequence[str], asked: StartRules) -> None:
    named = {
        "leads_ready": list(asked.lead_days or ()),
        "expertise_from": list(asked.expertise_days),
        "costs": list(asked.costs_pence),
        "together": [label for group in asked.together for label in group],
        "after": [*asked.after, *(label for group in asked.after.values() for label in group)],
    }
    faults = [
        Fault(
            what=f"{where} names {label!r}, which is no cluster of the plan",
            remedy=f"use any of {', '.join(labels)}",
        )
        for where, given in named.items()
        for label in dict.fromkeys(given)
        if label not in labels
    ]
    faults += [
        Fault(what=f"two clusters have the label {label!r}", remedy="give each its own")
        for label in dict.fromkeys(labels)
        if labels.count(label) > 1
    ]
    if asked.costs is not None:
        faults += [
            Fault(what=f"costs has no sum for {label!r}", remedy="give one for each cluster")
            for label in labels
            if label not in asked.costs_pence
        ]
    if faults:
        raise RulesError(faults)


def _amounts(problem: Problem, clusters: Sequence[Cluster], measure: str) -> tuple[Fraction, ...]:
    if measure == "clusters":
        return (Fraction(1),) * len(clusters)
    values = problem.measure(measure).tolist()
    return tuple(
        sum((Fraction(str(values[problem.position(key)])) for key in c.members), Fraction(0))
        for c in clusters
    )


def _hindrances(
    problem: Problem,
    rules: Rules,
    plan: Plan,
    clusters: Sequence[Cluster],
    asked: StartRules,
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
            when = "is not yet known" if lead is None else f"is ready on {_on(lead)}"
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
            when = "is missing" if there is None else f"will be there on {_on(there)}"
            yield there, f"Expertise in {kind} {when}."


def _on(day: date) -> str:
    return f"{day.day} {in_words(day)}"


def _every(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# ---- the choice ---------------------------------------------------------------------------------


def _chosen(scene: _Scene, seconds: float, seed: int) -> tuple[list[int], bool]:
    from clusters.model.start_order import Starts, best_starts

    asked, labels = scene.asked, [cluster.label for cluster in scene.clusters]
    at = {label: c for c, label in enumerate(labels)}
    unit = _whole(scene.amounts)
    last = asked.last_day
    days = [t for t, day in enumerate(asked.days) if last is None or day <= last]
    question = Starts(
        waits=[
            [int(amount * unit) * scene.months(t) for t in range(len(asked.days) + 1)]
            for amount in scene.amounts
        ],
        allowed=[[t for t in scene.allowed(c) if t in days] for c in range(len(labels))],
        must=last is not None,
        most=asked.most_at_once,
        costs=[scene.cost(c) for c in range(len(labels))],
        months=[[months_in(day, year) for day in asked.days] for year in asked.money_pence],
        money=[12 * sum_ for sum_ in asked.money_pence.values()],
        together=[[at[label] for label in group] for group in asked.together],
        after=[(at[label], at[other]) for label, rest in asked.after.items() for other in rest],
    )
    numbers, proved = best_starts(question, seconds=seconds, seed=seed)
    if numbers is not None:
        return numbers, proved
    if proved:
        raise _why_not(scene)
    raise OutOfTimeError("No order of starts was found in time: give more.")


def _whole(amounts: Sequence[Fraction]) -> int:
    """Smallest factor that makes every amount whole (measures have six decimals at most)."""
    unit = 1
    for amount in amounts:
        unit = max(unit, (amount * unit).denominator * unit)
    return min(unit, _MICRO)


def _why_not(scene: _Scene) -> InfeasibleError:
    """Explain why not every cluster can have started in time."""
    asked, last = scene.asked, scene.asked.last_day
    assert last is not None  # without it every cluster may stay out
    days = [day for day in asked.days if day <= last]
    if not days:
        text = f"No day to start on is on or before {_on(last)}."
        return InfeasibleError(text, [text])
    reasons = []
    for c, cluster in enumerate(scene.clusters):
        if not any(asked.days[t] <= last for t in scene.allowed(c)):
            late = [text for until, text in scene.hindered[c] if until is None or until > days[-1]]
            reasons.append(f"{cluster.label} cannot start by {_on(last)}. {' '.join(late)}".strip())
    room = None if asked.most_at_once is None else asked.most_at_once * len(days)
    if room is not None and room < len(scene.clusters):
        reasons.append(
            f"{counted(len(scene.clusters), 'cluster')} are to start by {_on(last)} on "
            f"{counted(len(days), 'day')}, {asked.most_at_once} at once at the most: {room} can."
        )
    for year, money in asked.money_pence.items():
        least = sum(
            scene.cost(c) * min((months_in(day, year) for day in days), default=12)
            for c in range(len(scene.clusters))
        )
        if least > 12 * money:
            reasons.append(
                f"Even if every cluster starts as late as it may, the money of {year} does not do: "
                f"{pounds(-(-least // 12))} of {pounds(money)}."
            )
    if not reasons:
        reasons = [
            f"Leads, expertise, money, order and the number at once cannot all be kept by "
            f"{_on(last)}."
        ]
    return InfeasibleError(
        f"Not every cluster can have started by {_on(last)}: proved. {' '.join(reasons)}", reasons
    )


# ---- why not earlier ----------------------------------------------------------------------------


def _start(scene: _Scene, c: int, numbers: Sequence[int]) -> Start:
    allowed, own = scene.allowed(c), numbers[c]
    return Start(
        cluster=scene.clusters[c].label,
        day=scene.day(own),
        ready=None if not allowed else scene.asked.days[allowed[0]],
        waits_for=tuple(dict.fromkeys(_reasons(scene, c, numbers))),
        amount=float(scene.amounts[c]),
        cost_pence=scene.cost(c),
    )


def _reasons(scene: _Scene, c: int, numbers: Sequence[int]) -> Iterator[str]:
    """Say for each earlier day what kept the cluster from starting then."""
    asked = scene.asked
    for t in range(min(numbers[c], len(asked.days))):
        day = asked.days[t]
        own = [text for until, text in scene.hindered[c] if until is None or until > day]
        if own:
            yield from own
            continue
        yield from _others(scene, c, t, numbers)


def _others(scene: _Scene, c: int, t: int, numbers: Sequence[int]) -> Iterator[str]:
    """Say what in the order of all clusters keeps one from starting on a day."""
    asked, day = scene.asked, scene.asked.days[t]
    label = scene.clusters[c].label
    number = {cluster.label: numbers[k] for k, cluster in enumerate(scene.clusters)}
    found = False
    mates = [m for group in asked.together if label in group for m in group if m != label]
    waits = [m for m in asked.after.get(label, ()) if number[m] > t]
    if mates:
        found = True
        yield f"It starts together with {listed(mates)}."
    if waits:
        found = True
        yield f"It starts no earlier than {listed(waits)}."
    if asked.most_at_once is not None and list(numbers).count(t) >= asked.most_at_once:
        found = True
        yield f"As many as may start at once ({asked.most_at_once}) start in {in_words(day)}."
    earlier = list(numbers)
    earlier[c] = t
    for year in _years(scene, earlier):
        if year.money_pence is not None and year.spent_pence > year.money_pence:
            found = True
            over = year.spent_pence - year.money_pence
            yield (
                f"From {in_words(day)} on it would take {pounds(over)} more than there is in "
                f"{year.year}."
            )
    if not found:
        yield f"Another start in {in_words(day)} would make others wait longer."


def _years(scene: _Scene, numbers: Sequence[int]) -> Iterator[YearOfMoney]:
    """Money by financial year: from the first start to the last, and whatever has a limit."""
    asked = scene.asked
    if asked.costs is None:
        return
    years = dict.fromkeys([*(financial_year(day) for day in asked.days), *asked.money_pence])
    for year in sorted(years):
        parts = [
            Fraction(scene.cost(c) * months_in(day, year), 12)
            for c, t in enumerate(numbers)
            if (day := scene.day(t)) is not None
        ]
        whole = sum(parts, Fraction(0))
        spent = sum(largest_remainder(parts, -(-whole.numerator // whole.denominator)))
        yield YearOfMoney(year=year, spent_pence=spent, money_pence=asked.money_pence.get(year))
