"""Choosing a lead school for each cluster, with alternates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    Cluster,
    FloatArray,
    IntArray,
    Plan,
    PlanLike,
    Problem,
    SchoolId,
    plan_of,
)
from clusters.errors import ClustersError, InfeasibleError
from clusters.leads.candidates import (
    Candidate,
    LeadPriorities,
    LeadRules,
    checked_candidates,
    shortcomings,
)
from clusters.leads.checking import check_leads
from clusters.measures.facts import clusters_held, members_of
from clusters.measures.values import frame_of
from clusters.shown import Shown
from clusters.verifier import Certificate

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Lead", "Leads", "choose_leads"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Lead(Shown):
    """The school that leads one cluster.

    Parameters
    ----------
    cluster
        Label.
    urn, name, phase, senco
        The lead's school; the SENCO's name where it was given.
    outside
        Whether the school belongs to another cluster.
    mean_journey, worst_journey
        From the members to it, weighted as the priorities say; the longest, unweighted.
    experience_years, release_days
        As known of the candidate.
    cost
        What the choice cost, in kilometres (minutes) of mean journey.
    alternates
        Ids of the alternates, the best first.
    candidates
        How many schools could have led this cluster.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> lead = cl.choose_leads(problem, plan).rows[0]
    >>> lead.cluster, lead.urn in problem.ids
    ('Calderwick North', True)
    """

    cluster: str
    urn: SchoolId
    name: str
    phase: str
    senco: str
    outside: bool
    mean_journey: float
    worst_journey: float
    experience_years: float | None
    release_days: float | None
    cost: float
    alternates: tuple[SchoolId, ...]
    candidates: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Leads(Shown):
    """A lead for each cluster: the cheapest choice under the rules, proved and checked again.

    Parameters
    ----------
    rows
        In the order of the plan.
    objective
        Sum of the costs of the leads; no other choice under the rules costs less (to a thousandth
        for each cluster).
    certificate
        Of `check_leads`.
    travel_unit
        Unit of the journeys.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> leads = cl.choose_leads(problem, plan)
    >>> len(leads.rows), leads.certificate.ok
    (18, True)
    """

    rows: tuple[Lead, ...]
    objective: float
    certificate: Certificate
    travel_unit: str

    @property
    def by_cluster(self) -> dict[str, SchoolId]:
        """Id of the lead's school by cluster label."""
        return {row.cluster: row.urn for row in self.rows}

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with a row for each cluster."""
        frame = frame_of(self.rows, Lead)
        frame["alternates"] = [", ".join(map(str, row.alternates)) for row in self.rows]
        names = {name: f"{name}_{self.travel_unit}" for name in ("mean_journey", "worst_journey")}
        return frame.rename(columns={"urn": "lead", "name": "lead_name", **names})


@checked
def choose_leads(
    problem: Problem,
    plan: PlanLike,
    candidates: Iterable[Candidate | SchoolId] | None = None,
    rules: LeadRules | None = None,
    priorities: LeadPriorities | None = None,
) -> Leads:
    """Choose for each cluster the school whose SENCO leads it, no school twice.

    Parameters
    ----------
    problem, plan
        The facts and a plan whose clusters have labels of their own.
    candidates
        Who could lead (:class:`Candidate`, or ids of schools); None for the schools whose
        `can_lead` is true.
    rules, priorities
        What leads must satisfy, and what makes one better.

    Returns
    -------
    Leads
        The alternates are those that cost least when the leads have been taken.

    Raises
    ------
    DataError
        If a candidate is at no school of the problem.
    InfeasibleError
        Naming every cluster that nobody can lead, and why; or the phase mix that cannot be.

    Examples
    --------
    >>> from clusters import Plan, Problem, choose_leads
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [300, 0], [900, 0]])
    >>> plan = Plan.from_assignment({"a": "b", "b": "b", "c": "c"})
    >>> choose_leads(problem, plan, ["a", "c"]).by_cluster
    {'1': 'a', '2': 'c'}
    """
    plan = plan_of(problem, plan)
    from clusters.model.lead_choice import Bound, assign

    rules = LeadRules() if rules is None else rules
    scene = _scene(problem, plan, candidates, rules, priorities or LeadPriorities())
    _refuse_leaderless(scene)
    bounds = [
        Bound(
            inside=[s for s, k in enumerate(scene.places) if problem.schools[k].phase == phase],
            least=int(low or 0),
            most=None if high is None else int(high),
        )
        for phase, (low, high) in rules.phases.items()
    ]
    chosen = assign(scene.cost, bounds)
    if chosen is None:
        raise _why_not(scene, rules)
    lead = dict(chosen)  # {(cluster, candidate): cost}
    left = scene.cost.copy()
    left[:, [s for _, s in lead]] = math.inf
    spare = assign(left, each=int(rules.alternates), exactly=False) or {}
    rows = tuple(_lead(scene, k, s, spare) for k, s in sorted(lead))
    certificate = check_leads(
        problem, plan, {row.cluster: row.urn for row in rows}, scene.candidates, rules
    )
    if not certificate.ok:
        msg = f"the leads chosen do not pass the check: {certificate.summary()}"
        raise ClustersError(msg)
    return Leads(
        rows=rows,
        objective=math.fsum(lead.values()),
        certificate=certificate,
        travel_unit=problem.travel_unit,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    """Clusters and candidates as arrays: what each choice costs, infinity where it may not be."""

    problem: Problem
    clusters: tuple[Cluster, ...]
    members: tuple[IntArray, ...]
    candidates: tuple[Candidate, ...]
    places: tuple[int, ...]
    weight: FloatArray
    longest: float | None
    rules: LeadRules
    cost: FloatArray


def _scene(
    problem: Problem,
    plan: Plan,
    candidates: Iterable[Candidate | SchoolId] | None,
    rules: LeadRules,
    priorities: LeadPriorities,
) -> _Scene:
    from clusters.leads.scale import problem_of_clusters

    problem_of_clusters(problem, plan)  # refuses plans that do not fit
    known = checked_candidates(problem, candidates)
    clusters = clusters_held(problem, plan)
    members = tuple(members_of(problem, cluster) for cluster in clusters)
    places = tuple(problem.position(candidate.urn) for candidate in known)
    weight = problem.measure(priorities.travel_by)
    longest = rules.longest(problem)
    cost = np.full((len(clusters), len(known)), math.inf)
    unit = 1000.0 if problem.travel_unit == "m" else 1.0
    for k, inside in enumerate(members):
        for s, candidate in enumerate(known):
            if _refusal(problem, clusters[k], inside, candidate, rules, longest):
                continue
            mean = _mean(problem.travel[inside, places[s]], weight[inside])
            years = min(candidate.experience_years or 0.0, priorities.max_years)
            cost[k, s] = (
                priorities.closeness * mean / unit
                - priorities.experience * years
                - priorities.release * (candidate.release_days or 0.0)
                + priorities.outside * (places[s] not in inside)
            )
    return _Scene(
        problem=problem,
        clusters=clusters,
        members=members,
        candidates=known,
        places=places,
        weight=weight,
        longest=longest,
        rules=rules,
        cost=cost,
    )


def _refusal(
    problem: Problem,
    cluster: Cluster,
    members: IntArray,
    candidate: Candidate,
    rules: LeadRules,
    longest: float | None,
) -> str | None:
    """Say why a candidate cannot lead a cluster; None if nothing stands in the way."""
    place = problem.position(candidate.urn)
    if reasons := shortcomings(candidate, rules):
        return ", ".join(reasons)
    if place not in members and not rules.outside:
        return "belongs to another cluster"
    if rules.at_centre and (cluster.centre is None or problem.find(cluster.centre) != place):
        return "is not the centre"
    farthest = float(problem.travel[members, place].max())
    if not math.isfinite(farthest) or (longest is not None and farthest > longest):
        return f"is {farthest:,.0f} {problem.travel_unit} from a member"
    return None


def _mean(journeys: FloatArray, weight: FloatArray) -> float:
    if not weight.any():
        weight = np.ones_like(weight)
    return float(np.average(journeys, weights=weight))


def _lead(scene: _Scene, k: int, s: int, spare: dict[tuple[int, int], float]) -> Lead:
    candidate, place, inside = scene.candidates[s], scene.places[s], scene.members[k]
    school, journeys = scene.problem.schools[place], scene.problem.travel[inside, place]
    others = sorted((cost, other) for (row, other), cost in spare.items() if row == k)
    return Lead(
        cluster=scene.clusters[k].label,
        urn=school.urn,
        name=school.name,
        phase=school.phase,
        senco=candidate.senco,
        outside=place not in inside,
        mean_journey=_mean(journeys, scene.weight[inside]),
        worst_journey=float(journeys.max()),
        experience_years=candidate.experience_years,
        release_days=candidate.release_days,
        cost=float(scene.cost[k, s]),
        alternates=tuple(scene.candidates[other].urn for _, other in others),
        candidates=int(np.isfinite(scene.cost[k]).sum()),
    )


def _refuse_leaderless(scene: _Scene) -> None:
    """Name every cluster that nobody can lead, with the reason for each of its candidates."""
    sentences = []
    for k, cluster in enumerate(scene.clusters):
        if np.isfinite(scene.cost[k]).any():
            continue
        inside = scene.members[k]
        reasons = [
            f"{scene.problem.schools[place].name} "
            + str(_refusal(scene.problem, cluster, inside, c, scene.rules, scene.longest))
            for c, place in zip(scene.candidates, scene.places, strict=True)
            if place in inside
        ]
        why = "; ".join(reasons) if reasons else "none of its schools is a candidate"
        sentences.append(
            f"Cluster {cluster.label!r} ({len(inside)} schools) has nobody to lead it: {why}."
        )
    if sentences:
        raise InfeasibleError(" ".join(sentences), sentences)


def _why_not(scene: _Scene, rules: LeadRules) -> InfeasibleError:
    """Explain why no choice satisfies all rules, though every cluster has candidates."""
    from clusters.model.lead_choice import assign, extremes

    if assign(scene.cost) is None:
        names = ", ".join(repr(cluster.label) for cluster in _short(scene))
        msg = f"No school may lead twice, and there are too few candidates for clusters {names}."
        return InfeasibleError(msg, [msg])
    sentences: list[str] = []
    for phase, (low, high) in rules.phases.items():
        inside = [s for s, k in enumerate(scene.places) if scene.problem.schools[k].phase == phase]
        found = extremes(scene.cost, inside)
        assert found is not None  # a choice exists without the phase mix
        if (low is not None and found[1] < low) or (high is not None and found[0] > high):
            sentences.append(
                f"Leads from {phase} schools: {found[0]} to {found[1]} are possible, "
                f"{low or 0} to {'any' if high is None else high} are asked for."
            )
    if not sentences:
        sentences = [
            f"The phase mix cannot hold for all of {', '.join(rules.phases)} at once, "
            "though it can for each alone."
        ]
    return InfeasibleError(" ".join(sentences), sentences)


def _short(scene: _Scene) -> Sequence[Cluster]:
    """Clusters that share too few candidates between them (Hall's condition), one such set."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    able = np.isfinite(scene.cost)
    match = maximum_bipartite_matching(csr_array(able.astype(np.int8)), perm_type="column")
    taken = {int(s): k for k, s in enumerate(match) if s >= 0}
    rows = [k for k, s in enumerate(match) if s < 0][:1]
    for k in rows:  # alternating paths from a cluster without a lead
        for s in np.flatnonzero(able[k]).tolist():
            if taken[s] not in rows:
                rows.append(taken[s])
    return [scene.clusters[k] for k in sorted(rows)]
