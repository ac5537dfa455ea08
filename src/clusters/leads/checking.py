"""The independent check of leads: worked out again from the facts, in plain Python.

It shares nothing with the choosing, on purpose: a mistake would have to be made twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clusters.arguments import checked
from clusters.domain import Cluster, PlanLike, Problem, SchoolId, plan_of
from clusters.leads.candidates import Candidate, LeadRules, checked_candidates
from clusters.measures.facts import clusters_held
from clusters.verifier import Certificate, Finding

__all__ = ["check_leads"]

CHECKED = ("lead", "able", "experience", "release", "member", "max_travel", "twice", "phases")


@checked
def check_leads(
    problem: Problem,
    plan: PlanLike,
    leads: Mapping[str, SchoolId],
    candidates: Iterable[Candidate | SchoolId] | None = None,
    rules: LeadRules | None = None,
) -> Certificate:
    """Check leads, chosen or given: each cluster has one who may lead it, no school leads twice.

    Parameters
    ----------
    leads
        Id of the lead's school by cluster label.
    candidates, rules
        As for `choose_leads`.

    Returns
    -------
    Certificate
        Findings of "lead" (missing, at no school, of an unknown cluster), "able", "experience",
        "release", "member" (or not the centre), "max_travel", "twice" and "phases". It has no cost.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.leads import check_leads
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [900, 0]])
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> print(check_leads(problem, plan, {"1": "a", "2": "a"}, ["a"]).findings[0].message)
    Cluster '2' is led by a (URN a), a school of another cluster.
    """
    plan = plan_of(problem, plan)
    rules = LeadRules() if rules is None else rules
    case = _Case(
        problem=problem,
        leads=dict(leads),
        known={c.urn: c for c in checked_candidates(problem, candidates)},
        rules=rules,
    )
    clusters = clusters_held(problem, plan)
    findings = [
        Finding(rule="lead", message=f"The plan has no cluster {label!r} to be led.", cluster=label)
        for label in case.leads
        if label not in {cluster.label for cluster in clusters}
    ]
    for cluster in clusters:
        findings += _of_cluster(case, cluster)
    findings += [*_twice(case), *_phases(case)]
    return Certificate(
        findings=tuple(findings),
        checked=CHECKED,
        objective=None,
        n_clusters=len(clusters),
        n_schools=sum(len(cluster.members) for cluster in clusters),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    problem: Problem
    leads: Mapping[str, SchoolId]
    known: Mapping[SchoolId, Candidate]
    rules: LeadRules

    def name(self, key: object) -> str:
        school = self.problem.school(key)
        return f"{school.name} (URN {school.urn})"


def _of_cluster(case: _Case, cluster: Cluster) -> Iterator[Finding]:
    label = cluster.label
    if label not in case.leads:
        yield Finding(rule="lead", message=f"Cluster {label!r} has no lead.", cluster=label)
        return
    key = case.leads[label]
    found = case.problem.find(key)
    if found is None:
        yield Finding(
            rule="lead",
            message=f"The lead of cluster {label!r} is at no school of the problem: {key}.",
            cluster=label,
            schools=(key,),
        )
        return
    urn = case.problem.ids[found]
    for rule, words, amount in _wrongs(case, cluster, urn):
        yield Finding(
            rule=rule,
            message=f"Cluster {label!r} is led by {case.name(urn)}, {words}.",
            cluster=label,
            schools=(urn,),
            amount=amount,
        )


def _wrongs(
    case: _Case, cluster: Cluster, urn: SchoolId
) -> Iterator[tuple[str, str, float | None]]:
    """Yield (rule, words, amount) for everything that is wrong with a lead."""
    candidate, rules, problem = case.known.get(urn), case.rules, case.problem
    if candidate is None or not (candidate.able and candidate.willing):
        yield "able", "which is not known to be able and willing", None
    for rule, words, least, value in (
        (
            *("experience", "years of experience", rules.min_experience_years),
            None if candidate is None else candidate.experience_years,
        ),
        (
            *("release", "release days a week", rules.min_release_days),
            None if candidate is None else candidate.release_days,
        ),
    ):
        if least > 0 and value is None:
            yield rule, f"whose {words} are not known", None
        elif value is not None and value < least:
            yield rule, f"with {value:g} {words}, below {least:g}", least - value
    positions = [p for p in map(problem.find, cluster.members) if p is not None]
    place = problem.position(urn)
    if not rules.outside and place not in positions:
        yield "member", "a school of another cluster", None
    if rules.at_centre and (cluster.centre is None or problem.find(cluster.centre) != place):
        yield "member", "which is not its centre", None
    longest = rules.longest(problem)
    far = max(positions, key=lambda position: float(problem.travel[position, place]))
    journey = float(problem.travel[far, place])
    if longest is not None and journey > longest:
        unit = "metres" if problem.travel_unit == "m" else "minutes"
        school = case.name(problem.ids[far])
        words = f"{journey:,.0f} {unit} from {school}; {longest:,.0f} are allowed"
        yield "max_travel", words, journey - longest


def _twice(case: _Case) -> Iterator[Finding]:
    held: dict[int, list[str]] = {}
    for label, key in case.leads.items():
        position = case.problem.find(key)
        if position is not None:
            held.setdefault(position, []).append(label)
    for position, labels in held.items():
        if len(labels) > 1:
            urn = case.problem.ids[position]
            named = ", ".join(repr(label) for label in labels)
            yield Finding(
                rule="twice",
                message=f"{case.name(urn)} leads {len(labels)} clusters: {named}.",
                schools=(urn,),
                amount=float(len(labels) - 1),
            )


def _phases(case: _Case) -> Iterator[Finding]:
    phases = [
        case.problem.school(key).phase
        for key in case.leads.values()
        if case.problem.find(key) is not None
    ]
    for phase, (low, high) in case.rules.phases.items():
        count = phases.count(phase)
        if low is not None and count < low:
            words, amount = f"at least {low:g} are asked for", low - count
        elif high is not None and count > high:
            words, amount = f"at most {high:g} are allowed", count - high
        else:
            continue
        yield Finding(
            rule="phases",
            message=f"{count} leads are from {phase} schools; {words}.",
            amount=float(amount),
        )
