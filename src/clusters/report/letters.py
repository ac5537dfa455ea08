"""A letter to every school: one page each, all in one Word document.

A letter holds its own school's facts and money, never those of another. Letters are for the schools
they are addressed to; public packs have none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from clusters.money import pounds
from clusters.report.document.blocks import MARK, Judgement, Points, Words
from clusters.report.material import Material
from clusters.report.release.facts import ClusterFacts, SchoolFacts
from clusters.report.render.word import add_points, new_document, save
from clusters.report.wording.words import journey, one_of
from clusters.report.wording.working import sum_words, units_words
from clusters.text import all_listed, clean, counted

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
    material: Material, cluster: ClusterFacts, member: SchoolFacts, lines: Mapping[Any, str]
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
        f"{counted(len(partners), 'other school')}: {all_listed(partners)}."
    )
    lead = material.leads.get(cluster.label)
    if lead:
        yield Words(f"The proposed lead is {lead}.")
    else:
        yield Words("Who leads the cluster is not settled yet.")
    yield from _reasons(material, member, unit, clean(cluster.measures.centre_name))
    yield from _nearest(material, cluster, member)
    yield from _money(material, member, lines)
    for question, answer in QUESTIONS:
        yield Words(f"{question} {answer}")
    yield Judgement("say what happens next: the consultation, its dates, and who decides when.")
    yield Judgement("say by when, and to whom, schools should answer, and whom they can ask.")


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


def _nearest(material: Material, cluster: ClusterFacts, member: SchoolFacts) -> Iterator[Words]:
    """Answer the question of a school that stands nearer to another centre."""
    shown = material.reader.shown
    at = shown.find(member.school.urn)
    others = [
        (float(shown.travel[at, centre]), other)
        for other in material.chosen.facts.clusters
        if other is not cluster
        and other.measures.centre is not None
        and (centre := shown.find(other.measures.centre)) is not None
    ]
    known = [(far, other) for far, other in others if math.isfinite(far)]
    if at is None or not known or member.journey is None:
        return
    far, other = min(known, key=lambda pair: pair[0])
    away = journey(far, shown.travel_unit)
    if far < member.journey:
        yield Words(
            f"Why not the nearer one? The centre of {clean(other.name)} is nearer to you, {away} "
            "away. The plan looks at all schools together and keeps every rule. So a school is "
            "not always with the centre that is nearest to it."
        )
    else:
        yield Words(
            f"Which other cluster is near? The nearest other centre is that of "
            f"{clean(other.name)}, {away} away."
        )


def _money(
    material: Material, member: SchoolFacts, lines: Mapping[Any, str]
) -> Iterator[Words | Points]:
    line = lines.get(member.school.urn)
    if line is None:
        return
    split = material.chosen.split
    share = next(s for s in split.schools if s.key == member.school.urn) if split else None
    total, _, _ = line.partition(": ")
    worked = units_words(split, share) if split is not None and share is not None else ""
    counts = ""
    if split is not None and worked:
        names = all_listed([one_of(name) for name in split.formula.weights])
        counts = f" The need units are weight x number for each {names}: {worked}."
    today = (
        f" Today {pounds(share.today_pence)} a year is spent on top-ups at your school."
        if share is not None and share.today_pence is not None
        else ""
    )
    yield Words(
        f"What about money? Your school counts with {total} in the cluster's money. The cluster, "
        f"not the school, receives it.{today}{counts} The sum is {clean(sum_words(line))}."
    )


def _lines(material: Material) -> Mapping[Any, str]:
    if material.chosen.split is None:
        return {}
    from clusters.budget import explain

    return explain(material.chosen.split, "school")
