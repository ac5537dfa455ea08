"""The money: how the pot is shared, who gains and loses, part years, fairness."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.report.document.blocks import Block, Grid, Heading, Judgement, Points, Words, section
from clusters.report.material import Material
from clusters.report.sections.fairness import fairness_sentences
from clusters.report.tables.further_money import (
    effect_words,
    fairness_table,
    line_table,
    named,
    year_table,
)
from clusters.report.tables.money import main_table, pot_table, school_table, sentences
from clusters.report.wording.working import formula_sentences


@section("The money", "money")
def money(material: Material) -> Iterator[Block]:
    """Say how the money is shared."""
    reader, chosen, frames = material.reader, material.chosen, material.frames
    if chosen.split is None:
        yield Words("How money could be shared is not part of this paper.")
        yield Judgement("say what the clusters would cost, and from which budget.")
        return
    yield Points(tuple(formula_sentences(chosen.split, material.start_month)))
    yield from map(Words, sentences(chosen.split, reader))
    table = main_table(chosen, frames)
    if table is not None:
        yield Grid(table)
    if "effects" in frames:
        yield from map(Words, effect_words(reader, chosen.split))
    if "fairness" in frames:
        yield Heading("How fair is the split?", 2)
        yield Points(tuple(fairness_sentences(frames["fairness"].data, reader, chosen)))
    yield Judgement(
        "have the finance officer confirm the pot, and say what happens if a cluster overspends."
    )


@section("The money in full", "money-in-full", is_appendix=True)
def money_in_full(material: Material) -> Iterator[Block]:
    """Set the tables that a finance officer works through."""
    if material.chosen.split is None:
        return
    yield Grid(pot_table(material.chosen.split))
    for name, words, make in (
        (
            "lines",
            "You can work each line out again on a calculator. Each product is rounded to the "
            "nearest penny.",
            line_table,
        ),
        (
            "years",
            "A financial year runs from April to March. Money for a school year falls into two of "
            "them.",
            year_table,
        ),
        (
            "fairness",
            "No single figure can say what is fair. Each looks at one side of it.",
            fairness_table,
        ),
    ):
        if name in material.frames:
            yield Words(words)
            yield Grid(make(named(material.frames[name].data, material.chosen.cluster_names)))


@section("Indicative sums by school", "schools-money", is_appendix=True, only="page")
def sums_by_school(material: Material) -> Iterator[Block]:
    """List what each school counts for; never in public."""
    chosen = material.chosen
    if chosen.split is None or material.reader.is_public:
        return
    yield Words(
        "These sums show how each school counts in its cluster. The cluster, not the school, "
        "receives the money."
    )
    yield Grid(school_table(chosen.split.to_frame("school"), chosen.cluster_names))
