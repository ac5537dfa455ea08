"""The money: how the pot is shared, who gains and loses, part years, fairness."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from clusters.money import pounds
from clusters.report.document.blocks import Block, Grid, Heading, Judgement, Points, Words, section
from clusters.report.material import Material
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.tables.money import (
    effect_words,
    fairness_table,
    line_table,
    main_table,
    named,
    pot_table,
    school_table,
    sentences,
    year_table,
)
from clusters.report.wording.words import number
from clusters.report.wording.working import formula_sentences

if TYPE_CHECKING:
    import pandas as pd


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
        yield Heading("How fair is the split?")
        yield Points(tuple(_fairness(frames["fairness"].data, reader, chosen)))
    yield Judgement(
        "have the finance officer confirm the pot, and say what happens if a cluster overspends."
    )


def _fairness(frame: pd.DataFrame, reader: Reader, option: Option) -> Iterator[str]:
    """Say what three figures mean; all of them stand in an appendix."""
    values = dict(zip(frame["figure"], frame["value"].tolist(), strict=True))
    level = "clusters" if reader.is_public else "schools"
    gini, slope = values.get("Gini"), values.get("vertical equity")
    if gini is not None and isfinite(gini):
        yield (
            f"Between {level}, money for each pupil has a Gini index of {number(gini, 2)}: 0 would "
            "be the same for every pupil, near 1 all for a few."
        )
    yield from _least(reader, option)
    if slope is not None and isfinite(slope):
        yield (
            f"Money follows need: where a pupil brings one unit of need more, {level} have "
            f"{pounds(round(100 * float(slope)))} more."
        )


def _least(reader: Reader, option: Option) -> Iterator[str]:
    """Name the cluster with least money for each pupil."""
    if option.split is None or "pupils" not in reader.counts.names:
        return
    sums = {share.key: share.total_pence for share in option.split.clusters}
    found = []
    for cluster in option.facts.clusters:
        pupils = reader.counts.clusters["pupils"].get(cluster.label)
        if cluster.label in sums and isinstance(pupils, int) and pupils:
            found.append((sums[cluster.label] / pupils, cluster.name))
    if len(found) > 1:
        (least, low), (most, high) = min(found), max(found)
        yield (
            f"{low} has least for each pupil, {pounds(round(least))}; {high} has most, "
            f"{pounds(round(most))}."
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
