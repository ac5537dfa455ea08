"""How good the plan is, how it was made, and what the words mean."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.report.convergence import convergence_svg
from clusters.report.document.blocks import (
    Block,
    Grid,
    Heading,
    Judgement,
    Picture,
    Points,
    Section,
    Words,
)
from clusters.report.document.table import Column, make_table
from clusters.report.material import Material
from clusters.report.sections.warnings import pyramid_sentence
from clusters.report.tables.checks import checks
from clusters.report.tables.checks import method as method_parts
from clusters.report.wording.glossary import GLOSSARY
from clusters.text import clean


def proof(material: Material) -> Section:
    """Say what is proved of the plan, and which rules hold."""
    return Section(
        title="How good is this plan?",
        anchor="checks",
        blocks=tuple(_proof(material)),
        is_appendix=True,
    )


def _proof(material: Material) -> Iterator[Block]:
    said = checks(material.reader.shown, material.chosen, public=material.reader.is_public)
    yield Words(said["proof"])
    shown, facts = material.reader.shown, material.chosen.facts
    if shown.pyramids:
        yield Words(pyramid_sentence(len(shown.pyramids), facts.measures.whole.pyramids_split))
    if said["search_facts"]:
        yield Grid(said["search_facts"])
    if "search" in material.frames:
        frame, public = material.frames["search"].data, material.reader.is_public
        yield Picture(
            caption="How the search went: where the two lines meet, the plan is proved best.",
            alt="Two lines over time: the cost of the best plan falls, the limit rises.",
            svg=lambda: convergence_svg(frame, in_percent=public),
            png="search",
        )
    if said["rule_table"]:
        yield Words(
            "The rules were checked by a separate program that shares nothing with the one that "
            "made the plan."
        )
        yield Grid(said["rule_table"])
    if said["findings"]:
        yield Words("This plan breaks rules. What was found:", "warning")
        yield Points(tuple(said["findings"]))
    if said["priority_words"]:
        yield Words("What makes one plan better than another:")
        yield Points(tuple(said["priority_words"]))


def method(material: Material) -> Section:
    """Say how the plan was made, what was assumed and what is not known."""
    return Section(
        title="Method, assumptions and data",
        anchor="method",
        blocks=tuple(_method(material)),
        is_appendix=True,
    )


def _method(material: Material) -> Iterator[Block]:
    said = method_parts(material.reader.shown, material.chosen, material.sources)
    yield Heading("How the plan was made", 2)
    yield Words(said["how"])
    for title, name in (
        ("What was assumed", "notes"),
        ("What is not known", "gaps"),
        ("Where the data come from", "sources"),
    ):
        if said[name]:
            yield Heading(title, 2)
            yield Points(tuple(said[name]))
    yield Judgement(_LICENCE, _boundary(material))
    if material.reader.sentences:
        yield Heading("Numbers that are not shown", 2)
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


def glossary(_: Material) -> Section:
    """Say what the words mean."""
    columns = [Column("Word", False), Column("Meaning", False)]
    rows = [[entry.word, entry.meaning] for entry in GLOSSARY]
    return Section(
        title="What the words mean",
        anchor="glossary",
        blocks=(Grid(make_table("Words and their meaning", columns, rows)),),
        is_appendix=True,
    )
