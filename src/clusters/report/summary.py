"""The first section: the plan in short, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from clusters.domain import Problem
from clusters.money import pounds
from clusters.report.money import shared_pence
from clusters.report.option import Option
from clusters.report.tables import Pair
from clusters.report.words import (
    journey,
    listed,
    measure_name,
    number,
    plural,
    proof_sentence,
    school_name,
)
from clusters.text import clean


def summary(problem: Problem, option: Option) -> dict[str, Any]:
    """Say the plan in short: an opening, figures, sentences and warnings."""
    facts, unit = option.facts, problem.travel_unit
    low, high = facts.sizes
    placed = facts.measures.whole.n_schools
    figures = [Pair("clusters", number(len(facts.clusters))), Pair("schools", number(placed))]
    pupils = facts.spread("pupils")
    if pupils:
        figures.append(Pair("pupils in the average cluster", number(pupils[1])))
    if facts.mean_journey is not None:
        figures.append(Pair("mean journey to the centre", journey(facts.mean_journey, unit)))
    if option.split is not None:
        total = None if option.split is None else shared_pence(option.split)
        if total is not None:
            figures.append(Pair("shared out", pounds(total)))
    opening = (
        f"This plan puts {plural(placed, 'school')} into {plural(len(facts.clusters), 'cluster')}. "
        + (f"Each has {low} schools." if low == high else f"They have {low} to {high} schools.")
    )
    return {
        "opening": opening,
        "figures": figures,
        "sentences": list(_summary_sentences(problem, option)),
        "warnings": list(_summary_warnings(option)),
    }


def _summary_sentences(problem: Problem, option: Option) -> Iterable[str]:
    facts, unit = option.facts, problem.travel_unit
    for measure in ("pupils", "ehcps"):
        spread = facts.spread(measure)
        if spread:
            yield (
                f"Clusters have from {number(spread[0])} to {number(spread[2])} "
                f"{measure_name(measure)}; the average is {number(spread[1])}."
            )
    worst = facts.measures.whole.journeys.worst_school
    if worst is not None:
        yield (
            f"The longest journey to a centre is {journey(facts.longest_journey, unit)}, "
            f"from {school_name(problem, worst)}."
        )
    if problem.pyramids:
        yield _pyramid_sentence(len(problem.pyramids), facts.measures.whole.pyramids_split)
    if option.certificate is not None and option.certificate.ok:
        yield (
            "A separate check found that every rule holds whose numbers are shown."
            if option.unchecked
            else "A separate check found that every rule holds."
        )
    yield proof_sentence(option.result, option.priorities)


def _pyramid_sentence(total: int, split: Sequence[str]) -> str:
    if not split:
        return "No pyramid is split between clusters."
    names = listed([clean(name) for name in split])
    verb = "is" if len(split) == 1 else "are"
    return f"{len(split)} of {plural(total, 'pyramid')} {verb} split between clusters: {names}."


def _summary_warnings(option: Option) -> Iterable[str]:
    facts = option.facts
    if facts.left_out:
        names = listed([clean(school.name) for school in facts.left_out])
        yield f"{plural(len(facts.left_out), 'school')} in no cluster: {names}."
    if facts.strangers:
        names = listed(facts.strangers)
        yield f"The plan names schools that the data do not have: {names}."
    if option.certificate is not None and not option.certificate.ok:
        found = len(option.certificate.findings)
        yield f"This plan breaks rules: the check has {plural(found, 'finding')}. See below."
