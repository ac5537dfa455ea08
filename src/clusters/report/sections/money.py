"""The money: how the pot is shared, who gains and loses, part years, fairness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clusters.report.document.blocks import Block, Grid, Heading, Judgement, Points, Section, Words
from clusters.report.material import Material
from clusters.report.sections.fairness import fairness_sentences
from clusters.report.tables.money import main_table
from clusters.report.tables.money import money as money_parts


def _parts(material: Material) -> Mapping[str, Any]:
    return money_parts(material.reader, material.chosen, material.frames, material.start_month)


def money(material: Material) -> Section:
    """Say how the money is shared."""
    return Section(title="The money", anchor="money", blocks=tuple(_money(material)))


def _money(material: Material) -> Iterator[Block]:
    if material.chosen.split is None:
        yield Words("How money could be shared is not part of this paper.")
        yield Judgement("say what the clusters would cost, and from which budget.")
        return
    said = _parts(material)
    yield Points(tuple(said["formula"]))
    for sentence in said["sentences"]:
        yield Words(sentence)
    table = main_table(material.chosen, material.frames)
    if table is not None:
        yield Grid(table)
    for sentence in said["effect_words"]:
        yield Words(sentence)
    if "fairness" in material.frames:
        yield Heading("How fair is the split?", 2)
        frame = material.frames["fairness"].data
        yield Points(tuple(fairness_sentences(frame, material.reader, material.chosen)))
    yield Judgement(
        "have the finance officer confirm the pot, and say what happens if a cluster overspends."
    )


def money_in_full(material: Material) -> Section | None:
    """Set the tables that a finance officer works through."""
    if material.chosen.split is None:
        return None
    said = _parts(material)
    blocks: list[Block] = [Grid(said["pot"])]
    if said["lines"]:
        blocks.append(
            Words(
                "You can work each line out again on a calculator. Each product is rounded to the "
                "nearest penny."
            )
        )
        blocks.append(Grid(said["lines"]))
    if said["years"]:
        blocks.append(
            Words(
                "A financial year runs from April to March. Money for a school year falls into two "
                "of them."
            )
        )
        blocks.append(Grid(said["years"]))
    if said["fairness"]:
        blocks.append(Words("No single figure can say what is fair. Each looks at one side of it."))
        blocks.append(Grid(said["fairness"]))
    return Section(
        title="The money in full",
        anchor="money-in-full",
        blocks=tuple(blocks),
        is_appendix=True,
    )


def sums_by_school(material: Material) -> Section | None:
    """List what each school counts for; never in public."""
    if material.chosen.split is None or material.reader.is_public:
        return None
    return Section(
        title="Indicative sums by school",
        anchor="schools-money",
        blocks=(
            Words(
                "These sums show how each school counts in its cluster. The cluster, not the "
                "school, receives the money."
            ),
            Grid(_parts(material)["schools"]),
        ),
        is_appendix=True,
        only="page",
    )
