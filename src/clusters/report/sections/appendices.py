"""How good the plan is, how it was made, and what the words mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from clusters.domain import Problem, Rules
from clusters.report.convergence import convergence_svg
from clusters.report.document.blocks import (
    Block,
    Grid,
    Heading,
    Judgement,
    Picture,
    Points,
    Words,
    section,
)
from clusters.report.document.table import Column, Table, make_table
from clusters.report.material import Material
from clusters.report.release.option import Option
from clusters.report.wording.glossary import GLOSSARY
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
from clusters.text import all_listed, clean, counted
from clusters.verifier import Certificate


@section("How good is this plan?", "checks", is_appendix=True)
def proof(material: Material) -> Iterator[Block]:
    """Say what is proved of the plan, and which rules hold."""
    shown, option, public = material.reader.shown, material.chosen, material.reader.is_public
    yield Words(proof_sentence(option.result, option.priorities))
    if shown.pyramids:
        split = option.facts.measures.whole.pyramids_split
        yield Words(_pyramid_sentence(len(shown.pyramids), split))
    if option.result is not None and not getattr(option.result, "is_withheld", False):
        yield Grid(_search_table(option.result, public=public))
    if "search" in material.frames:
        frame = material.frames["search"].data
        yield Picture(
            caption="How the search went: where the two lines meet, the plan is proved best.",
            alt="Two lines over time: the cost of the best plan falls, the limit rises.",
            svg=lambda: convergence_svg(frame, in_percent=public),
            png="search",
        )
    if option.rules is not None and option.certificate is not None:
        yield Words(
            "The rules were checked by a separate program that shares nothing with the one that "
            "made the plan."
        )
        yield Grid(_rule_table(shown, option, option.rules, option.certificate))
        if found := _findings(option.certificate, public=public):
            yield Words("This plan breaks rules. What was found:", "warning")
            yield Points(tuple(found))
    if option.priorities is not None and (
        said := priority_sentences(option.priorities, shown.travel_unit)
    ):
        yield Words("What makes one plan better than another:")
        yield Points(tuple(said))


def _pyramid_sentence(total: int, split: Sequence[str]) -> str:
    """Say which pyramids are split between clusters."""
    if not split:
        return "No pyramid is split between clusters."
    names = all_listed([clean(name) for name in split])
    verb = "is" if len(split) == 1 else "are"
    return f"{len(split)} of {counted(total, 'pyramid')} {verb} split between clusters: {names}."


def _rule_table(problem: Problem, option: Option, rules: Rules, certificate: Certificate) -> Table:
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


def _findings(certificate: Certificate, *, public: bool) -> list[str]:
    """Say what the check found; in public without numbers that may not be shown."""
    if public:
        return [f"The rule {name!r} does not hold." for name in certificate.broken]
    return [finding.message for finding in certificate.findings]


def _search_table(result: Any, *, public: bool) -> Table:
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


def _gaps_in_the_data(problem: Problem) -> Iterator[str]:
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


@section("Method, assumptions and data", "method", is_appendix=True)
def method(material: Material) -> Iterator[Block]:
    """Say how the plan was made, what was assumed and what is not known."""
    shown, chosen = material.reader.shown, material.chosen
    yield Heading("How the plan was made")
    yield Words(
        "The plan was read from a file. The library measured and checked it."
        if chosen.result is None
        else "A solver searched for the plan that keeps every rule and has the lowest cost. It "
        "started from a quick first plan. It then improved a few clusters at a time. At the same "
        "time it worked out a limit that no plan can beat."
    )
    notes = [*map(clean, shown.notes), journeys_by(chosen.facts.measures.travel_by)]
    for title, said in (
        ("What was assumed", notes),
        ("What is not known", _gaps_in_the_data(shown)),
        ("Where the data come from", map(clean, material.sources or ["No source was named."])),
    ):
        if points := tuple(said):
            yield Heading(title)
            yield Points(points)
    yield Judgement(_LICENCE, _boundary(material))
    if material.reader.sentences:
        yield Heading("Numbers that are not shown")
        yield Points(tuple(material.reader.sentences))
    if material.run_file:
        yield Words(f"The record of the run is in the file {clean(material.run_file)}.")


_LICENCE = (
    "name the source and licence of every file with a boundary or a map. For boundaries of the "
    "Office for National Statistics the line is: Source: Office for National Statistics licensed "
    "under the Open Government Licence v.3.0. Contains OS data © Crown copyright and database "
    "right, with the year."
)


def _boundary(material: Material) -> str:
    """Say what the maps are drawn from."""
    if material.reader.shown.boundary is None:
        return "The maps show no boundary of the authority: none was given."
    return "The maps show a boundary of the authority from a file that was given."


@section("What the words mean", "glossary", is_appendix=True)
def glossary(_: Material) -> Iterator[Block]:
    """Say what the words mean."""
    columns = [Column("Word", False), Column("Meaning", False)]
    yield Grid(make_table("Words and their meaning", columns, list(GLOSSARY.items())))
