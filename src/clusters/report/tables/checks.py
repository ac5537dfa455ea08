"""How good the plan is, which rules hold, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clusters.domain import Problem, Rules
from clusters.report.document.table import Column, Table, make_table
from clusters.report.release.option import Option
from clusters.report.wording.words import capital, measure_name, number, percent, rule_sentences
from clusters.text import clean, counted
from clusters.verifier import Certificate


def rule_table(problem: Problem, option: Option, rules: Rules, certificate: Certificate) -> Table:
    """Make the table of the rules, with whether each of them holds."""
    broken = {finding.rule for finding in certificate.findings}
    rows = [
        ["Every school is in exactly one cluster.", _outcome("assignment", broken)],
        *(
            [sentence, "not shown" if name in option.unchecked else _outcome(name, broken)]
            for name, sentence in rule_sentences(problem, rules)
        ),
    ]
    return make_table("The rules", [Column("Rule", False), Column("Outcome", False)], rows)


def _outcome(rule: str, broken: set[str]) -> str:
    if rule == "exceptions":
        return "allowed for"
    return "broken" if rule in broken else "holds"


def findings(certificate: Certificate, *, public: bool) -> list[str]:
    """Say what the check found; in public without numbers that may not be shown."""
    if public:
        return [f"The rule {name!r} does not hold." for name in certificate.broken]
    return [finding.message for finding in certificate.findings]


def search_table(result: Any, *, public: bool) -> Table:
    """Make the table of how the search went."""
    costs = [
        ["Cost of the plan", number(result.objective, 1)],
        ["No plan costs less than", number(result.bound, 1)],
    ]
    rows = [
        ["Outcome", "proved best" if result.status == "optimal" else "best plan found"],
        *([] if public else costs),  # a cost is a sum over schools of what is not shown
        ["Gap between the two", percent(result.gap, 2)],
        ["Time taken", f"{result.seconds:,.0f} seconds"],
        ["Why it stopped", clean(result.stopped)],
    ]
    return make_table("The search", [Column("Fact", False), Column("Value", False)], rows)


def gaps_in_the_data(problem: Problem) -> Iterator[str]:
    """Say what is not known."""
    for name, ids in problem.unknown.items():
        yield (
            f"{capital(measure_name(name))}: not known for {counted(len(ids), 'school')} "
            f"(first: {clean(problem.school(ids[0]).name)}). It takes no part."
        )
    if not any(school.expertise for school in problem.schools):
        yield "No school's expertise is recorded. That does not mean that there is none."
    if problem.travel_unit == "m":
        yield "How long journeys take by road. Hills, rivers and motorways can make it longer."
