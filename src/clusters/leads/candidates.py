"""Who could lead, what a lead must bring, and what makes one better than another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clusters.arguments import checked
from clusters.domain import Bounds, FrozenDict, Problem, Rules, SchoolId, is_number
from clusters.errors import DataError, Faults, RulesError
from clusters.shown import Shown

__all__ = ["Candidate", "LeadPriorities", "LeadRules", "leads_as_centres"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Candidate(Shown):
    """A school whose SENCO could lead. None is "not known".

    Parameters
    ----------
    urn
        The school, by id.
    able, willing
        Whether the SENCO can, and wants to.
    experience_years
        Years as a SENCO.
    release_days
        Days a week for which the school can release the SENCO.
    senco
        Name, where it may be shown.

    Raises
    ------
    DataError
        If a number is negative or no number.

    Examples
    --------
    >>> Candidate(urn="900001", experience_years=6, release_days=1)
    Candidate(urn='900001', experience_years=6, release_days=1)
    """

    urn: SchoolId
    able: bool = True
    willing: bool = True
    experience_years: float | None = None
    release_days: float | None = None
    senco: str = ""

    def __post_init__(self) -> None:
        faults = Faults()
        at: dict[str, Any] = {"where": "candidates", "urn": self.urn}
        for name in ("experience_years", "release_days"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and value >= 0):
                remedy = "correct it, or give None where it is not known"
                faults.add(
                    f"{name} is not a number of 0 or more", remedy, column=name, value=value, **at
                )
        faults.refuse(DataError)


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeadRules(Shown):
    """What every lead, and the leads together, must satisfy.

    Parameters
    ----------
    at_centre
        Whether the lead's school must be the centre of the cluster.
    outside
        Whether a school of another cluster may lead where that is better; else only members may.
    min_experience_years, min_release_days
        A candidate of whom it is not known does not satisfy it.
    max_travel_m, max_travel_min
        No member's journey to the lead's school may be longer; in the problem's unit.
    phases
        (fewest, most) leads from schools of a phase, ``{"secondary": (3, None)}``.
    alternates
        Schools to name as alternates for each cluster, as far as there are any.

    Raises
    ------
    RulesError
        Listing every value out of range.

    Examples
    --------
    >>> LeadRules(min_experience_years=2)
    LeadRules(min_experience_years=2)
    """

    at_centre: bool = False
    outside: bool = False
    min_experience_years: float = 0.0
    min_release_days: float = 0.0
    max_travel_m: float | None = None
    max_travel_min: float | None = None
    phases: Mapping[str, Bounds] = field(default_factory=FrozenDict)
    alternates: int = 1

    def __post_init__(self) -> None:
        faults = Faults()
        numbers = ("min_experience_years", "min_release_days", "alternates")
        for name in (*numbers, "max_travel_m", "max_travel_min"):
            value = getattr(self, name)
            if value is not None and not (is_number(value) and value >= 0):
                faults.add(f"{name} is not a number of 0 or more", "correct it", value=value)
        for phase, (low, high) in self.phases.items():
            ends = [end for end in (low, high) if end is not None]
            if not all(is_number(end) and end >= 0 and end == int(end) for end in ends) or (
                len(ends) == 2 and ends[0] > ends[1]
            ):
                faults.add(
                    f"phases[{phase!r}] is not a pair (fewest, most) of whole numbers",
                    "give for instance (3, None)",
                    value=(low, high),
                )
        if self.at_centre and self.outside:
            faults.add("at_centre and outside cannot both hold", "choose one of them")
        faults.refuse(RulesError)
        object.__setattr__(self, "phases", FrozenDict(self.phases))

    def longest(self, problem: Problem) -> float | None:
        """Return the limit on journeys in the problem's unit.

        Raises
        ------
        RulesError
            If the limit is given in the other unit.
        """
        wrong = "min" if problem.travel_unit == "m" else "m"
        if getattr(self, f"max_travel_{wrong}") is not None:
            raise RulesError.of(
                f"max_travel_{wrong} does not fit: the problem's journeys are in "
                f"{'metres' if wrong == 'min' else 'minutes'}",
                f"use max_travel_{problem.travel_unit}",
            )
        limit: float | None = getattr(self, f"max_travel_{problem.travel_unit}")
        return limit


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LeadPriorities(Shown):
    """What makes one lead better than another, in kilometres (or minutes) of mean journey.

    Parameters
    ----------
    closeness
        Weight of the mean journey from the members to the lead's school.
    travel_by
        Measure that weights the members; "schools" counts each once.
    experience
        One year more is worth as much as a mean journey shorter by this; not known counts as 0.
    max_years
        Years beyond these count no more.
    release
        One day a week more is worth as much as a mean journey shorter by this.
    outside
        A lead from outside the cluster costs as much as a mean journey longer by this.

    Examples
    --------
    >>> LeadPriorities(closeness=1.0, experience=0.2)
    LeadPriorities(experience=0.2)
    """

    closeness: float = 1.0
    travel_by: str = "schools"
    experience: float = 0.0
    max_years: float = 10.0
    release: float = 0.0
    outside: float = 2.0

    def __post_init__(self) -> None:
        faults = Faults()
        for name in ("closeness", "experience", "max_years", "release", "outside"):
            weight = getattr(self, name)
            if not is_number(weight) or weight < 0:
                faults.add(f"{name} is not a number of 0 or more", "give a weight", value=weight)
        faults.refuse(RulesError)


def checked_candidates(
    problem: Problem, candidates: Iterable[Candidate | SchoolId] | None
) -> tuple[Candidate, ...]:
    """Bring candidates into one form; without any, the schools whose `can_lead` is true.

    Raises
    ------
    DataError
        Listing candidates at no school of the problem, and schools named twice.
    """
    if candidates is None:
        return tuple(Candidate(urn=school.urn) for school in problem.schools if school.can_lead)
    found = [c if isinstance(c, Candidate) else Candidate(urn=c) for c in candidates]
    faults, seen, kept = Faults(), set(), []
    for candidate in found:
        position = problem.find(candidate.urn)
        at: dict[str, Any] = {"where": "candidates", "urn": candidate.urn}
        if position is None:
            named = f"{candidate.senco} is" if candidate.senco else "the candidate is"
            remedy = "check the URN (an academy has a new one)"
            faults.add(f"{named} at no school of the problem", remedy, **at)
            continue
        if position in seen:
            faults.add("the school is named twice", "name it once", **at)
        seen.add(position)
        kept.append(replace(candidate, urn=problem.ids[position]))
    faults.refuse(DataError)
    return tuple(kept)


def shortcomings(candidate: Candidate, rules: LeadRules) -> tuple[str, ...]:
    """Say in words why a candidate cannot lead anywhere; empty if there is no reason."""
    reasons = []
    if not candidate.able:
        reasons.append("not able")
    if not candidate.willing:
        reasons.append("not willing")
    for words, value, least in (
        ("years of experience", candidate.experience_years, rules.min_experience_years),
        ("release days a week", candidate.release_days, rules.min_release_days),
    ):
        if least and value is None:
            reasons.append(f"{words} not known")
        elif least and value is not None and value < least:
            reasons.append(f"{value:g} {words}, below {least:g}")
    return tuple(reasons)


@checked
def leads_as_centres(
    problem: Problem,
    rules: Rules,
    candidates: Iterable[Candidate | SchoolId] | None = None,
    lead_rules: LeadRules | None = None,
) -> Rules:
    """Copy of rules in which only schools that can lead may be centres: plan and leads jointly.

    Parameters
    ----------
    rules
        Where they name centres already, only those stay that can lead.
    candidates
        Who could lead; None for the schools whose `can_lead` is true.
    lead_rules
        What a lead must bring.

    Raises
    ------
    DataError
        If a candidate is at no school of the problem.
    RulesError
        If nobody is left.

    Examples
    --------
    >>> from clusters import Problem, Rules
    >>> from clusters.leads import leads_as_centres
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [9, 0]])
    >>> leads_as_centres(problem, Rules(n_clusters=1, contiguous=False), ["b"]).centres
    ('b',)
    """
    wanted = LeadRules() if lead_rules is None else lead_rules
    able = [
        candidate.urn
        for candidate in checked_candidates(problem, candidates)
        if not shortcomings(candidate, wanted)
    ]
    if rules.centres is not None:
        allowed = {problem.position(key) for key in rules.centres}
        able = [key for key in able if problem.position(key) in allowed]
    if not able:
        raise RulesError.of(
            "no school may be a centre: none is able and willing to lead",
            "name candidates, or set can_lead for the schools",
        )
    return replace(rules, centres=tuple(able))
