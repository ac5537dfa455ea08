"""Whether rules and priorities fit a problem: names, ids, units and facts that they rely on.

This is about the inputs alone, so the model and the verifier may both call it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from clusters.arguments import checked
from clusters.domain.forms import rule_fault
from clusters.domain.plan import Plan
from clusters.domain.policy import Priorities, Rules
from clusters.domain.problem import Problem
from clusters.domain.school import NeedCount
from clusters.domain.values import SchoolId
from clusters.errors import Fault, Faults, RulesError
from clusters.rulebook import UNIT_WORDS, named_in, phases_of
from clusters.text import first_few

__all__ = ["check_rules", "unknown_need"]


@checked
def check_rules(problem: Problem, rules: Rules, priorities: Priorities | None = None) -> None:
    """Refuse rules and priorities that refer to what the problem does not have.

    Parameters
    ----------
    problem
        The facts.
    rules
        Rules whose measures, ids, types of need and unit of travel are looked up in the facts.
    priorities
        Priorities, likewise; None to check the rules alone.

    Raises
    ------
    RulesError
        Listing every fault at once.

    Examples
    --------
    >>> from clusters import Problem, Rules
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3, 4]], {"need": [5, 7]})
    >>> check_rules(problem, Rules(n_clusters=1, balance={"ned": 0.1}, contiguous=False))
    Traceback (most recent call last):
    ...
    clusters.errors.RulesError: balance: there is no measure 'ned' - use one of need, schools
    """
    faults = Faults(fault for check in _FITS for fault in check(problem, rules))
    if priorities is not None:
        faults += _priority_faults(problem, priorities)
    faults.refuse(RulesError)


def _missing_measure(problem: Problem, where: str, name: str) -> Iterator[Fault]:
    """Yield the fault of a measure that the problem lacks, with the place that names it."""
    try:
        problem.measure(name)
    except RulesError as error:
        for fault in error.faults:
            yield Fault(f"{where}: {fault.what}", fault.remedy)


def _measure_faults(problem: Problem, rules: Rules) -> Iterator[Fault]:
    for where, name in named_in(rules, "measure"):
        yield from _missing_measure(problem, where, name)


def _id_faults(problem: Problem, rules: Rules) -> Iterator[Fault]:
    named = [*named_in(rules, "school"), *(("exceptions", key) for key in rules.exceptions)]
    for where, key in dict.fromkeys(named):
        if problem.find(key) is None:
            what = f"{where} names a school that the problem does not have"
            yield Fault(what, "check the id (an academy has a new URN)", urn=str(key))


def _phase_faults(problem: Problem, rules: Rules) -> Iterator[Fault]:
    known = frozenset[str]().union(*(phases_of(school) for school in problem.schools))
    for where, phase in named_in(rules, "phase"):
        if phase not in known:
            listed = ", ".join(sorted(known)) or "none"
            close = get_close_matches(str(phase).strip().lower(), sorted(known), n=1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            yield Fault(
                f"{where}: no school counts as {phase!r}", f"{hint}phases on record: {listed}"
            )


def _neighbour_faults(problem: Problem, rules: Rules) -> Iterator[Fault]:
    if rules.contiguous and problem.edges is None:
        what = "contiguous is True but the problem has no neighbours"
        yield rule_fault(what, "give neighbours when building the problem, or contiguous=False")


def _travel_faults(problem: Problem, rules: Rules) -> Iterator[Fault]:
    for unit, limit in (("m", rules.max_travel_m), ("min", rules.max_travel_min)):
        if limit is not None and unit != problem.travel_unit:
            yield rule_fault(
                f"max_travel_{unit} is in {UNIT_WORDS[unit]} but the problem's journeys are in "
                f"{UNIT_WORDS[problem.travel_unit]}",
                f"use max_travel_{problem.travel_unit}",
                limit,
            )


def _type_fault(where: str, kind: str, known: Iterable[str], what: str) -> Fault:
    known = sorted(str(name) for name in known)
    close = get_close_matches(str(kind).lower(), known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    listed = f"types on record: {', '.join(known)}" if known else "no type is on record"
    return Fault(f"{where}: {what} {kind!r}", f"{hint}{listed}")


def _expertise_faults(problem: Problem, rules: Rules) -> Iterator[Fault]:
    units = _units(problem)
    for where, kind in named_in(rules, "type"):
        if kind not in units:
            yield _type_fault(where, kind, units, "no school has recorded capacity of type")
        elif len(units[kind]) > 1 and where == "expertise":
            yield _mixed_units(kind, units[kind])


def _units(problem: Problem) -> dict[str, dict[str, None]]:
    """Units in which each type of expertise is recorded."""
    units: dict[str, dict[str, None]] = {}
    for school in problem.schools:
        for kind, capacity in school.expertise.items():
            units.setdefault(kind, {}).setdefault(capacity.unit)
    return units


def _mixed_units(kind: str, units: Iterable[str]) -> Fault:
    return Fault(
        f"capacity of type {kind!r} is recorded in different units, which cannot be added: "
        f"{', '.join(units)}",
        "convert the capacities to one unit",
    )


_FITS = (
    _measure_faults,
    _id_faults,
    _travel_faults,
    _expertise_faults,
    _phase_faults,
    _neighbour_faults,
)


def _priority_faults(problem: Problem, priorities: Priorities) -> list[Fault]:
    faults = Faults()
    if priorities.travel or priorities.pyramids or priorities.change:
        faults += _missing_measure(problem, "travel_by", priorities.travel_by)
    if priorities.balance and (
        priorities.balance_by is not None or not faults  # one sentence for one wrong name
    ):
        faults += _missing_measure(problem, "balance_by", priorities.balance_measure)
    if priorities.pyramids and not problem.pyramids:
        what = "pyramids has a weight but no school has a pyramid"
        faults.add(what, "give the schools' pyramids, or weight 0")
    if priorities.change and priorities.groups_before is not None:
        faults += _change_faults(problem, priorities.groups_before)
    if priorities.expertise:
        faults += _coverage_faults(problem, priorities.pupils_per_capacity)
    return faults


def _change_faults(problem: Problem, before: Plan | Mapping[SchoolId, Any]) -> Iterator[Fault]:
    """Yield the schools that reference holds in no group, or in more than one."""
    groups: dict[int, set[Any]] = {}
    if isinstance(before, Plan):
        placed = [(key, k) for k, cluster in enumerate(before.clusters) for key in cluster.members]
    else:
        placed = list(before.items())
    for key, group in placed:
        found = problem.find(key)
        if found is not None:
            groups.setdefault(found, set()).add(group)
    for k, school in enumerate(problem.schools):
        count = len(groups.get(k, ()))
        if count != 1:
            yield Fault(
                "reference has no group for this school"
                if count == 0
                else f"reference has this school in {count} groups",
                "give each school one group of today",
                urn=str(school.urn),
            )


def _coverage_faults(problem: Problem, per_capacity: Mapping[str, float]) -> Iterator[Fault]:
    units = _units(problem)
    known = {*units, *(kind for school in problem.schools for kind in school.need)}
    for kind in per_capacity:
        if kind not in known:
            yield _type_fault(
                "pupils_per_capacity", kind, known, "no school has need or capacity of type"
            )
            continue
        if len(units.get(kind, ())) > 1:
            yield _mixed_units(kind, units[kind])
        yield from unknown_need(problem, kind, strict=False)


def unknown_need(problem: Problem, kind: str, *, strict: bool = True) -> Iterator[Fault]:
    """Name the schools whose pupils with one type of need are not known: unknown is not none.

    A level (EHC plans, SEN support) that is recorded at no school at all is no part of the need.

    Parameters
    ----------
    strict
        Whether a school whose record does not name the type at all counts as unknown; else only
        one that names it without a count, as files with a column for it do.
    """
    counts = [
        (school, school.need.get(kind, NeedCount()))
        for school in problem.schools
        if strict or kind in school.need
    ]
    for level in ("ehcps", "sen_support"):
        missing = [school for school, count in counts if getattr(count, level) is None]
        if missing and len(missing) < len(counts):
            names = first_few(f"{school.name} ({school.urn})" for school in missing)
            yield rule_fault(
                f"{level} of type {kind!r} are not known for {len(missing)} of {len(counts)} "
                f"schools: {names}",
                "give the counts; or say when reading what they count as, for instance "
                'unknown={"need": 0} (on the command line --unknown need=0); or leave '
                f"pupils_per_capacity[{kind!r}] out",
            )
    if counts and all(count == NeedCount() for _, count in counts):
        what = f"pupils of type {kind!r} are not known for any school"
        yield rule_fault(what, f"give the counts, or leave pupils_per_capacity[{kind!r}] out")
