"""How good the plan is, which rules hold, how it was made, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clusters.domain import Problem
from clusters.report.document.table import Column, Table, make_table
from clusters.report.release.option import Option
from clusters.report.wording.words import (
    capital,
    journeys_by,
    measure_name,
    number,
    percent,
    priority_sentences,
    proof_sentence,
    rule_sentences,
)
from clusters.text import clean, counted


def checks(problem: Problem, option: Option, *, public: bool = False) -> dict[str, Any]:
    """Say what is proved of the plan and which rules hold."""
    certificate, result = option.certificate, option.result
    context: dict[str, Any] = {
        "proof": proof_sentence(result, option.priorities),
        "search_facts": None
        if result is None or getattr(result, "is_withheld", False)
        else _search_table(result, public=public),
        "rule_table": None,
        "findings": [],
        "priority_words": [],
    }
    if option.priorities is not None:
        context["priority_words"] = priority_sentences(option.priorities, problem.travel_unit)
    if option.rules is not None and certificate is not None:
        broken = {finding.rule for finding in certificate.findings}
        rows = [
            [sentence, "not shown" if name in option.unchecked else _outcome(name, broken)]
            for name, sentence in rule_sentences(problem, option.rules)
        ]
        everywhere = "Every school is in exactly one cluster."
        rows.insert(0, [everywhere, _outcome("assignment", broken)])
        context["rule_table"] = make_table(
            "The rules", [Column("Rule", False), Column("Outcome", False)], rows
        )
        context["findings"] = (
            [f"The rule {name!r} does not hold." for name in certificate.broken]
            if public  # what a finding says may hold numbers that are not shown
            else [finding.message for finding in certificate.findings]
        )
    return context


def _outcome(rule: str, broken: set[str]) -> str:
    if rule == "exceptions":
        return "allowed for"
    return "broken" if rule in broken else "holds"


def _search_table(result: Any, *, public: bool) -> Table:
    costs = [
        ["Cost of the plan", number(result.objective, 1)],
        ["No plan costs less than", number(result.bound, 1)],
    ]
    rows = [
        ["Outcome", "proved best" if result.status == "optimal" else "best plan found"],
        *([] if public else costs),  # a cost is a sum over schools of what is not shown
        ["Gap between the two", "not known" if result.gap is None else percent(result.gap, 2)],
        ["Time taken", f"{result.seconds:,.0f} seconds"],
        ["Why it stopped", clean(result.stopped)],
    ]
    return make_table("The search", [Column("Fact", False), Column("Value", False)], rows)


def method(problem: Problem, option: Option, sources: Iterable[object]) -> dict[str, Any]:
    """Say how the plan was made, what was assumed and what is not known."""
    how = (
        "The plan was read from a file. The library measured and checked it."
        if option.result is None
        else "A solver searched for the plan that keeps every rule and has the lowest cost. It "
        "started from a quick first plan. It then improved a few clusters at a time. At the same "
        "time it worked out a limit that no plan can beat."
    )
    gaps = [
        f"{capital(measure_name(name))}: not known for {counted(len(ids), 'school')} "
        f"(first: {clean(problem.school(ids[0]).name)}). It takes no part."
        for name, ids in problem.unknown.items()
    ]
    if not any(school.expertise for school in problem.schools):
        gaps.append("No school's expertise is recorded. That does not mean that there is none.")
    if problem.travel_unit == "m":
        gaps.append(
            "How long journeys take by road. Hills, rivers and motorways can make it longer."
        )
    return {
        "how": how,
        "notes": [
            *(clean(note) for note in problem.notes),
            journeys_by(option.facts.measures.travel_by),
        ],
        "gaps": gaps,
        "sources": [clean(source) for source in sources] or ["No source was named."],
    }
