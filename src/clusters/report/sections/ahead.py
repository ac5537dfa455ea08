"""How clusters would run and what comes next: facts filled in, the rest marked for the author."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.budget.years import MONTHS, year_parts
from clusters.report.document.blocks import (
    Block,
    Fold,
    Grid,
    Heading,
    Judgement,
    Points,
    Words,
    section,
)
from clusters.report.document.table import Column, make_table
from clusters.report.material import Material
from clusters.report.sections.expertise import gaps_of
from clusters.report.tables.money import pence_by_cluster, shared_pence
from clusters.report.wording.words import one_of, whole_pounds
from clusters.rulebook import phases_of
from clusters.text import all_listed, clean, counted

_RISKS = (
    ("Need grows faster than the money", "Hold a contingency and look at it each term."),
    ("A cluster spends its money before the year ends", "Report spending each month."),
    ("The facts are out of date", "Check counts and capacities with the schools first."),
    ("Journeys by road are longer than on the map", "Have people who know the roads look at it."),
    ("Schools lose trust in how money is shared", "Publish the formula and each sum."),
)


@section("How clusters would run", "running")
def running(material: Material) -> Iterator[Block]:
    """Say what the figures say on governance and support, and mark what is to be settled."""
    yield Judgement(
        "say who sits on the panel, who chairs it, how often it meets, and how it votes.",
        _panel(material),
    )
    yield Judgement(
        "say what a panel may decide alone, what it may carry forward, what happens when it "
        "overspends, and what happens to money when a pupil moves in the year.",
        _panel_money(material),
    )
    yield Judgement(
        "say which teams stand round the clusters, with how many days, and what leads get for "
        "their time.",
        _support(material),
    )


def _panel(material: Material) -> str:
    """Count the votes that phases would have if every school had one."""
    clusters = material.chosen.facts.clusters
    low, high = material.chosen.facts.sizes
    of = str(low) if low == high else f"{low} to {high}"
    said = f"Panels and votes: {counted(len(clusters), 'panel')} of {of} schools."
    held = [[phases_of(member.school) for member in cluster.schools] for cluster in clusters]
    upper = [sum("secondary" in phases for phases in each) for each in held]
    if any(upper):
        alone = sum(count <= 1 for count in upper)
        said += (
            f" With one vote a school, {counted(sum(upper), 'vote')} of "
            f"{sum(map(len, held)):,} would be with secondary phases; in "
            f"{counted(alone, 'cluster')} these have one vote or none."
        )
    return said


def _panel_money(material: Material) -> str:
    split = material.chosen.split
    sums = pence_by_cluster(split)
    if split is None or not sums:
        return "Money: how much clusters decide on is not part of this paper."
    low, high = min(sums.values()), max(sums.values())
    said = (
        f"Money: a panel would decide on {whole_pounds(low)} to {whole_pounds(high)} a year. "
        f"{whole_pounds(split.held_pence)} is held back for all."
    )
    if material.outlook is not None:
        said += (
            f" One reserve of {whole_pounds(100 * material.outlook.pooling.authority)} would keep "
            f"the simulated risk of all clusters together at {material.outlook.risk:.0%}."
        )
    return said


def _support(material: Material) -> str:
    gaps = gaps_of(material)
    said = "Support and leads:"
    if gaps:
        said += (
            f" {counted(len(gaps), 'type')} of need {'has' if len(gaps) == 1 else 'have'} no "
            "expertise on record in some clusters."
        )
    leads = len(material.leads)
    of = counted(len(material.chosen.facts.clusters), "cluster")
    return f"{said} Leads are proposed for {leads or 'none'} of {of}."


@section("Risks and next steps", "next")
def next_steps(material: Material) -> Iterator[Block]:
    """Say what could go wrong and what comes next."""
    columns = [Column("Risk", False), Column("What could be done", False)]
    risks = make_table("Risks to talk about", columns, [list(risk) for risk in _RISKS])
    yield Fold(title=risks.caption, blocks=(Grid(risks),))
    yield Judgement("say how likely each of these is, how bad, and who looks after it.")
    steps = [
        ["The Forum discusses this paper", material.date or "to be settled"],
        ["Every school checks its own facts", "to be settled"],
        ["Consultation with schools, parents and carers", "to be settled"],
        ["The Forum sees the answers and a final plan", "to be settled"],
        ["The council decides", "to be settled"],
        ["Clusters start", _start(material)],
    ]
    columns = [Column("Step", False), Column("When", False)]
    yield Grid(make_table("Timetable", columns, steps))
    yield Judgement("put dates to these steps, and say who decides at each.")


def _start(material: Material) -> str:
    """Name the month, and what of the year's money falls into the first financial year."""
    month = MONTHS[material.start_month - 1]
    if material.chosen.split is None:
        return month
    name, part = next(iter(year_parts(material.start_month).items()))
    sum_ = whole_pounds(shared_pence(material.chosen.split) * part)
    return f"{month}: {12 * part} of 12 months, {sum_}, fall into the {name}"


@section("Questions for the consultation", "consultation", is_appendix=True)
def consultation(material: Material) -> Iterator[Block]:
    """Draft the questions of a consultation, with the figures that they are about."""
    chosen, split = material.chosen, material.chosen.split
    moved = (
        "" if chosen.moved is None else f" {counted(chosen.moved, 'school')} would change cluster."
    )
    questions = [
        f"Is your school in the right one of the {len(chosen.facts.clusters)} clusters? If not, in "
        "which one should it be, and why?",
        "Are the rules for a good plan the right ones? What is missing?",
        "Who should lead your cluster, and what time does that take?",
        "Which support must stand round the clusters from the first day?",
        "What does the proposal mean for pupils with a protected characteristic?",
    ]
    if split is not None:
        weights = [
            f"{weight} for each {one_of(name)}" for name, weight in split.formula.weights.items()
        ]
        if weights:
            questions.insert(2, f"Is the formula right: {all_listed(weights)}?")
        questions.insert(3, f"Is it right to hold back {whole_pounds(split.held_pence)}? For what?")
    yield Heading("Draft questions")
    yield Words(
        f"To be asked: {counted(len(material.reader.shown), 'school')}, parents and carers, and "
        f"their forum.{moved}"
    )
    yield Points(tuple(map(clean, questions)), numbered=True)
    yield Judgement("say by when answers are asked for, how, and whom people can ask.")
