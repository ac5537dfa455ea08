"""Equality and impact."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.report.document.blocks import Block, Grid, Judgement, Points, Section, Words
from clusters.report.frames.equality import deprivation_sentence
from clusters.report.material import Material
from clusters.report.sections.shared import equality_said, equality_tables
from clusters.text import all_listed


def equality(material: Material) -> Section:
    """Say what evidence there is for an equality analysis."""
    return Section(
        title="Equality and impact", anchor="equality", blocks=tuple(_equality(material))
    )


def _equality(material: Material) -> Iterator[Block]:
    yield Words(
        "This is evidence for an equality analysis. It is not one. It looks at groups of schools, "
        "since nothing is known here of single pupils."
    )
    if said := equality_said(material.reader, material.frames, short=True):
        yield Words("The largest differences (an appendix has the others):")
        yield Points(tuple(said))
    yield Judgement(
        "say how people with protected characteristics would be affected, who was asked, and what "
        "would be done about harm. The duty is in section 149 of the Equality Act 2010.",
        _evidence(material),
    )


def _evidence(material: Material) -> str:
    """Say what the evidence covers, and what it does not."""
    if "equality" not in material.frames:
        return ""
    ways = list(dict.fromkeys(material.frames["equality"].data["way"].astype(str)))
    return (
        f"The evidence looks at schools by {all_listed(ways)}. The data hold no counts of pupils "
        "by sex, race, religion or disability other than special needs."
    )


def equality_in_full(material: Material) -> Section | None:
    """Set the tables behind the section on equality."""
    tables = list(equality_tables(material.reader, material.chosen, material.frames))
    if not tables:
        return None
    said = equality_said(material.reader, material.frames, short=False)
    basis = deprivation_sentence(material.reader.shown)
    return Section(
        title="Groups of schools",
        anchor="groups",
        blocks=(
            Points(tuple(said)),
            *([Words(basis)] if basis else []),
            *(Grid(table) for table in tables),
        ),
        is_appendix=True,
    )
