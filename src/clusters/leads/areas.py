"""Areas: clusters grouped by the engine that groups schools, each with an area lead."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import Cluster, Plan, PlanLike, Priorities, Problem, Rules, SchoolId, plan_of
from clusters.errors import ArgumentError, DataError, Fault, InfeasibleError
from clusters.leads.candidates import Candidate, LeadRules, checked_candidates, shortcomings
from clusters.leads.compass import name_areas
from clusters.leads.scale import problem_of_clusters
from clusters.shown import Shown, framed
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

    from clusters.solver import Result, Settings

__all__ = ["AreaLead", "Areas", "check_areas", "make_areas"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AreaLead(Shown):
    """The school whose SENCO leads an area.

    Parameters
    ----------
    area, cluster
        Labels of the area, and of the cluster that the school belongs to.
    urn, name
        The school.
    mean_journey, worst_journey
        From the centres of the area's clusters to the school, each cluster once.
    alternates
        Other schools of the area that could lead it, the nearest to the centres first.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> lead = cl.leads.make_areas(problem, plan, n_areas=3).leads[0]
    >>> lead.urn in problem.ids
    True
    """

    area: str
    cluster: str
    urn: SchoolId
    name: str
    mean_journey: float
    worst_journey: float
    alternates: tuple[SchoolId, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Areas(Shown):
    """Clusters grouped into areas.

    Parameters
    ----------
    problem
        The smaller problem, whose schools are the clusters.
    plan
        Areas as clusters of clusters, keyed by cluster label.
    of
        The plan of schools that was grouped.
    rules, certificate
        What the areas must satisfy, and whether they do.
    leads
        One for each area; none where nobody was named or recorded as able to lead.
    result
        Of `solve`: status, objective, bound and figures for each number of areas; None for areas
        that were given.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> areas = cl.leads.make_areas(problem, plan, n_areas=3)
    >>> len(areas.plan.clusters), areas.certificate.ok
    (3, True)
    """

    problem: Problem
    plan: Plan
    of: Plan
    rules: Rules
    certificate: Certificate
    leads: tuple[AreaLead, ...]
    result: Result | None = None

    @property
    def labels(self) -> dict[str, str]:
        """Area label by cluster label."""
        return {str(cluster): area for cluster, area in self.plan.labels.items()}

    def schools_plan(self) -> Plan:
        """Areas as clusters of schools: a plan that can be drawn, measured and compared."""
        at = {lead.area: lead.urn for lead in self.leads}
        members = {cluster.label: cluster for cluster in self.of.clusters}
        return Plan(
            tuple(
                Cluster(
                    label=area.label,
                    centre=at.get(area.label, members[str(area.centre)].centre),
                    members=tuple(m for label in area.members for m in members[str(label)].members),
                )
                for area in self.plan.clusters
            )
        )

    @checked
    def to_frame(self, kind: str = "cluster") -> pd.DataFrame:
        """Make a nested table.

        Parameters
        ----------
        kind
            "area": a row for each area. "cluster": for each cluster, area by area. "school": for
            each school, area by area and cluster by cluster.

        Raises
        ------
        ArgumentError
            If kind is none of these.
        """
        if kind not in ("area", "cluster", "school"):
            raise ArgumentError.of(
                f"there is no frame {kind!r}",
                'call to_frame("area"), to_frame("cluster") or to_frame("school")',
            )
        return framed(row for area in self.plan.clusters for row in self._rows(area, kind))

    def _rows(self, area: Cluster, kind: str) -> Iterable[dict[str, Any]]:
        members = {cluster.label: cluster for cluster in self.of.clusters}
        lead = next((lead for lead in self.leads if lead.area == area.label), None)
        unit = self.problem.travel_unit
        start: dict[str, Any] = {"area": area.label}
        if kind == "area":
            inside = [self.problem.position(label) for label in area.members]
            totals = {name: v[inside].sum() for name, v in self.problem.measures.items()}
            yield start | {
                "clusters": len(area.members),
                **totals,
                "lead": None if lead is None else lead.urn,
                "lead_name": None if lead is None else lead.name,
                f"mean_journey_{unit}": math.nan if lead is None else lead.mean_journey,
                f"worst_journey_{unit}": math.nan if lead is None else lead.worst_journey,
                "alternates": "" if lead is None else ", ".join(map(str, lead.alternates)),
            }
            return
        for label in area.members:
            cluster = members[str(label)]
            position = self.problem.position(label)
            row = start | {"cluster": cluster.label, "centre": cluster.centre}
            if kind == "cluster":
                yield row | {name: v[position] for name, v in self.problem.measures.items()}
            else:
                yield from (row | {"school": key} for key in cluster.members)


@checked
def make_areas(
    problem: Problem,
    plan: PlanLike,
    n_areas: int | tuple[int, int] = (3, 6),
    *,
    balance: Mapping[str, float] | None = None,
    clusters_per_area: tuple[int | None, int | None] = (2, None),
    candidates: Iterable[Candidate | SchoolId] | None = None,
    not_these: Collection[SchoolId] = (),
    lead_rules: LeadRules | None = None,
    travel_by: str | None = None,
    settings: Settings | None = None,
) -> Areas:
    """Group clusters into a few contiguous, balanced areas with a lead each, by `solve`.

    Clusters become the schools of a smaller problem. An area's centre is a cluster with a school
    that is able to lead the area, and journeys run from the clusters' centres to that school: areas
    and their leads are chosen together. Of a range the cheapest number is taken, which is mostly
    the highest; the figures for each are in ``.result.by_count``.

    Parameters
    ----------
    problem, plan
        The facts and a plan whose clusters have labels of their own.
    n_areas
        Number of areas, or a range (fewest, most).
    balance
        By measure, the largest deviation from the mean area; None for need within 25%.
    clusters_per_area
        (fewest, most).
    candidates
        Who could lead an area; None for the schools whose `can_lead` is true. Where that is
        recorded of no school, areas are made without leads.
    not_these
        Schools that may not lead an area, for instance those that lead a cluster.
    lead_rules
        What area leads must bring; `max_travel_m` or `max_travel_min` is from the centre of each
        cluster to the lead's school.
    travel_by
        Measure that weights journeys; None for need.
    settings
        For `solve`; None for 20 seconds.

    Raises
    ------
    DataError
        If a lead is at no school, or two clusters have one label.
    RulesError
        If need, or a measure that is named, is not known for every school; no other measure is
        put in its place.
    InfeasibleError
        If no such areas exist.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.leads import make_areas
    >>> problem = Problem.from_arrays("abcd", [[0, 0], [1, 0], [8, 0], [9, 0]],
    ...     {"need": [1, 1, 1, 1]}, ["ab", "bc", "cd"])
    >>> plan = Plan.from_assignment({key: key for key in "abcd"})
    >>> make_areas(problem, plan, 2).labels
    {'1': 'West', '2': 'West', '3': 'East', '4': 'East'}
    """
    plan = plan_of(problem, plan)
    from clusters.solver import Settings, solve

    case = _case(problem, plan, candidates, not_these, lead_rules)
    balance = {"need": 0.25} if balance is None else balance
    by = _weights(problem, travel_by, balance)
    rules = _rules(case, n_areas, clusters_per_area, balance)
    result = solve(
        case.small,
        rules,
        Priorities(travel_by=by),
        Settings(time_limit_s=20) if settings is None else settings,
    )
    named = name_areas(case.small, result.plan)
    return _areas(case, replace(result, plan=named), named, rules, by)


@checked
def check_areas(
    problem: Problem,
    plan: PlanLike,
    areas: Mapping[str, str],
    *,
    n_areas: int | tuple[int, int] | None = None,
    balance: Mapping[str, float] | None = None,
    clusters_per_area: tuple[int | None, int | None] | None = None,
    candidates: Iterable[Candidate | SchoolId] | None = None,
    not_these: Collection[SchoolId] = (),
    lead_rules: LeadRules | None = None,
    travel_by: str | None = None,
) -> Areas:
    """Take areas that somebody drew, check them and choose their leads.

    Parameters
    ----------
    areas
        {cluster label: area label}.
    n_areas, balance, clusters_per_area, candidates, not_these, lead_rules
        As for `make_areas`; what is None is not asked for.
    travel_by
        Measure that weights journeys to the leads; None for need.

    Returns
    -------
    Areas
        Its certificate says what is wrong, such as a cluster without an area or an area in pieces.
        An area that nobody can lead has none among `leads`.

    Raises
    ------
    DataError
        If an area is given to a cluster that the plan does not have.
    RulesError
        If need, or a measure that is named, is not known for every school.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.leads import check_areas
    >>> problem = Problem.from_arrays("abc", [[0, 0], [1, 0], [8, 0]],
    ...     {"need": [1, 1, 1]}, ["ab", "bc"])
    >>> plan = Plan.from_assignment({key: key for key in "abc"})
    >>> areas = check_areas(problem, plan, {"1": "Hill", "2": "Vale", "3": "Hill"})
    >>> areas.certificate.broken
    ('contiguous',)
    """
    plan = plan_of(problem, plan)
    case = _case(problem, plan, candidates, not_these, lead_rules)
    unknown = [label for label in areas if case.small.find(label) is None]
    if unknown:
        raise DataError(
            Fault(
                f"the plan has no cluster {label!r}",
                f"use one of {', '.join(map(str, case.small.ids))}",
                where="areas",
            )
            for label in unknown
        )
    by = _weights(problem, travel_by)
    names = list(dict.fromkeys(areas.values()))
    inside = {
        name: [key for key in case.small.ids if areas.get(str(key)) == name] for name in names
    }
    given = Plan(
        tuple(
            Cluster(label=name, centre=_middle(case, inside[name], by), members=tuple(inside[name]))
            for name in names
        )
    )
    count = (1, len(case.small)) if n_areas is None else n_areas
    rules = _rules(case, count, clusters_per_area, balance or {})
    return _areas(case, None, given, rules, by)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Case:
    """The clusters as a problem, and by cluster the school from which its area could be led."""

    problem: Problem
    of: Plan
    small: Problem
    seats: Mapping[str, SchoolId]
    candidates: tuple[Candidate, ...]
    able: tuple[SchoolId, ...]
    longest: float | None


def _case(
    problem: Problem,
    plan: Plan,
    candidates: Iterable[Candidate | SchoolId] | None,
    not_these: Collection[SchoolId],
    lead_rules: LeadRules | None,
) -> _Case:
    rules = LeadRules() if lead_rules is None else lead_rules
    known = checked_candidates(problem, candidates)
    barred = {problem.position(key) for key in not_these}
    fit = tuple(
        c.urn for c in known if not shortcomings(c, rules) and problem.position(c.urn) not in barred
    )
    longest = rules.longest(problem)
    seats: dict[str, SchoolId] = {}
    for cluster in plan.clusters:
        held = {problem.find(key) for key in cluster.members}
        inside = [key for key in fit if problem.position(key) in held]
        start = None if cluster.centre is None else problem.find(cluster.centre)
        if inside and start is not None:
            near = min(inside, key=lambda key: float(problem.travel[start, problem.position(key)]))
            if longest is None or problem.travel[start, problem.position(near)] <= longest:
                seats[cluster.label] = near
    if known and not seats:
        msg = "No cluster has a school that is able and willing to lead an area."
        raise InfeasibleError(msg, [msg])
    return _Case(
        problem=problem,
        of=plan,
        small=problem_of_clusters(problem, plan, seats),
        seats=seats,
        candidates=known,
        able=fit,
        longest=longest,
    )


def _rules(
    case: _Case,
    count: int | tuple[int, int],
    clusters_per_area: tuple[int | None, int | None] | None,
    balance: Mapping[str, float],
) -> Rules:
    """Make the rules of areas: those of clusters, with clusters in place of schools."""
    unit = case.problem.travel_unit
    return Rules(
        n_clusters=count,
        schools_per_cluster=clusters_per_area,
        balance=balance,
        contiguous=case.problem.edges is not None,
        centres=tuple(case.seats) if case.candidates else None,
        max_travel_m=case.longest if unit == "m" else None,
        max_travel_min=case.longest if unit == "min" else None,
    )


def _weights(problem: Problem, travel_by: str | None, also: Iterable[str] = ()) -> str:
    """Name the measure that weights journeys; refuse those that are not known for every school.

    Looked up before the schools are added up to clusters, so that the message names schools.
    """
    by = "need" if travel_by is None else travel_by
    for name in (by, *also):
        problem.measure(name)
    return by


def _middle(case: _Case, inside: Sequence[SchoolId], by: str) -> SchoolId | None:
    """Cluster from which an area is led with the least weighted travel; any if nobody can lead."""
    seats = [key for key in inside if str(key) in case.seats] or list(inside)
    if not seats:
        return None
    rows = [case.small.position(key) for key in inside]
    weight = case.small.measure(by)[rows]
    costs = [weight @ case.small.travel[rows, case.small.position(key)] for key in seats]
    return seats[int(np.argmin(costs))]


def _areas(case: _Case, result: Result | None, plan: Plan, rules: Rules, by: str) -> Areas:
    certificate = verify(case.small, rules, plan, Priorities(travel_by=by))
    leads = [
        _lead(case, area)
        for area in plan.clusters
        if area.centre is not None and str(area.centre) in case.seats
    ]
    return Areas(
        problem=case.small,
        plan=plan,
        of=case.of,
        rules=rules,
        certificate=certificate,
        leads=tuple(leads),
        result=result,
    )


def _lead(case: _Case, area: Cluster) -> AreaLead:
    """Say who leads an area: the school of its centre that can; alternates by mean journey."""
    problem = case.problem
    clusters = {cluster.label: cluster for cluster in case.of.clusters}
    inside = [clusters[str(label)] for label in area.members]
    centres = [problem.position(c.centre) for c in inside if c.centre is not None]
    urn = case.seats[str(area.centre)]
    held = {problem.find(key) for cluster in inside for key in cluster.members}
    others = [key for key in case.able if key != urn and problem.position(key) in held]
    journeys = {key: problem.travel[centres, problem.position(key)] for key in (urn, *others)}
    if case.longest is not None:
        others = [key for key in others if journeys[key].max() <= case.longest]
    others.sort(key=lambda key: float(journeys[key].mean()))
    return AreaLead(
        area=area.label,
        cluster=str(area.centre),
        urn=urn,
        name=problem.school(urn).name,
        mean_journey=float(journeys[urn].mean()),
        worst_journey=float(journeys[urn].max()),
        alternates=tuple(others[:2]),
    )
