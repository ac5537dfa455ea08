"""A letter to every school: one page each, all in one Word document.

A letter holds its own school's facts and money, never those of another. Letters are for the schools
they are addressed to; public packs have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clusters.report.document import MARK, Judgement, Points, Words
from clusters.report.facts import ClusterFacts, SchoolFacts
from clusters.report.material import Material
from clusters.report.render.word import add_points, new_document, save
from clusters.report.words import journey, listed, plural
from clusters.text import clean

QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "Is this settled?",
        "No. It is a proposal. You can say what you think before anything is decided.",
    ),
    (
        "Does support in EHC plans change?",
        "No. What a plan sets out must be provided, whatever cluster a school is in.",
    ),
    (
        "Does our money go to other schools?",
        "The cluster shares the money. Its schools decide together how it helps pupils.",
    ),
    (
        "What if our facts are wrong?",
        "Tell us. The plan and the sums can be worked out again in a day.",
    ),
)
"""What heads ask first, and the answers."""


def write_letters(path: Path, material: Material) -> Path:
    """Write the letters to all schools in a cluster, in the order of the clusters.

    Raises
    ------
    ImportError
        Without python-docx (install ``clusters[report]``).
    """
    from docx.shared import Pt

    document = new_document(f"Letters to schools: {material.title}", numbered=False)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(5)
    lines = _lines(material)
    first = True
    for cluster in material.chosen.facts.clusters:
        for member in cluster.schools:
            heading = document.add_heading(clean(member.school.name), level=1)
            heading.paragraph_format.page_break_before = not first
            heading.paragraph_format.space_before = Pt(0)
            first = False
            for block in letter(material, cluster, member, lines):
                _add(document, block)
    return save(path, document)


def _add(document: Any, block: Words | Points | Judgement) -> None:
    if isinstance(block, Points):
        add_points(document, block)
    elif isinstance(block, Judgement):
        line = document.add_paragraph(style="For the author")
        line.add_run(f"[{MARK} {block.text}]")
    else:
        question, mark, answer = block.text.partition("? ")
        line = document.add_paragraph()
        line.add_run(question + mark).bold = bool(mark)
        line.add_run(answer)


def letter(
    material: Material,
    cluster: ClusterFacts,
    member: SchoolFacts,
    lines: Mapping[Any, str],
) -> Iterator[Words | Points | Judgement]:
    """Write one letter.

    Parameters
    ----------
    lines
        For each school, how its indicative sum comes about.
    """
    unit = material.reader.shown.travel_unit
    partners = [clean(s.school.name) for s in cluster.schools if s is not member]
    if material.is_synthetic:
        yield Words("Made-up data: this school does not exist.")
    for note in material.stand_ins:
        yield Words(note)
    yield Words("Dear colleague,")
    yield Words(
        f"We propose that your school works in {clean(cluster.name)}, with "
        f"{plural(len(partners), 'other school')}: {listed(partners)}."
    )
    lead = {clean(label): clean(who) for label, who in material.leads.items()}.get(cluster.label)
    if lead:
        yield Words(f"The proposed lead is {lead}.")
    else:
        yield Words("Who leads the cluster is not settled yet.")
    yield from _reasons(material, member, unit, clean(cluster.measures.centre_name))
    yield from _money(member, lines)
    for question, answer in QUESTIONS:
        yield Words(f"{question} {answer}")
    yield Judgement("say by when, and to whom, schools should answer.")


def _reasons(
    material: Material, member: SchoolFacts, unit: str, centre: str
) -> Iterator[Words | Points]:
    given: Sequence[str] = material.why_here.get(member.school.urn, ())
    if given:
        yield Words("Why this cluster? These are the reasons:")
        yield Points(tuple(clean(reason) for reason in given))
    elif member.is_centre:
        yield Words(
            "Why this cluster? Your school is its centre: the school to which journeys are "
            "measured. This does not mean that it has to lead."
        )
    elif centre:
        yield Words(
            f"Why this cluster? Its centre is {centre}, {journey(member.journey, unit)} from you. "
            "The plan keeps journeys short over all schools, and keeps every rule."
        )


def _money(member: SchoolFacts, lines: Mapping[Any, str]) -> Iterator[Words | Points]:
    line = lines.get(member.school.urn)
    if line is None:
        return
    total, _, terms = line.partition(": ")
    yield Words(
        f"What about money? Your school counts with {total} in the cluster's money. The cluster, "
        f"not the school, receives it. The sum is made up like this: {clean(terms)}."
    )


def _lines(material: Material) -> Mapping[Any, str]:
    if material.chosen.split is None:
        return {}
    from clusters.budget import explain

    return explain(material.chosen.split, "school")
