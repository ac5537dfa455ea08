"""Need and expertise, equality and impact, risks and next steps."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.report.document import Block, Grid, Heading, Judgement, Points, Section, Words
from clusters.report.equality import deprivation_sentence
from clusters.report.lacks import lack_sentences
from clusters.report.material import Material
from clusters.report.sections.parts import equality_parts, expertise_parts
from clusters.report.tables import Column, make_table


def expertise(material: Material) -> Section | None:
    """Say which cluster lacks what, and who is nearest."""
    known = expertise_parts(material.reader, material.chosen, material.figures)
    if known is None:
        return None
    blocks: list[Block] = [
        Words(
            f"{known['sentence']} Expertise counts only where it is on record. What is not on "
            "record may still be there."
        ),
        Grid(known["types"]),
    ]
    return Section(title="Need and expertise", anchor="expertise", blocks=tuple(blocks))


def expertise_in_full(material: Material) -> Section | None:
    """Say what each cluster lacks, who is nearest and how far; and the pupils by type of need."""
    known = expertise_parts(material.reader, material.chosen, material.figures)
    if known is None:
        return None
    blocks: list[Block] = []
    lacks = tuple(lack_sentences(material.chosen, material.reader.shown))
    if lacks:
        blocks.append(Words("These clusters have no recorded expertise in these types of need."))
        blocks.append(Points(lacks))
    if known["need"]:
        blocks.append(
            Words(
                "Each pupil counts once, by the main type of need. No table shows types of need "
                "school by school."
            )
        )
        blocks.append(Grid(known["need"]))
    if not blocks:
        return None
    return Section(
        title="What each cluster lacks",
        anchor="lacks",
        blocks=tuple(blocks),
        is_appendix=True,
    )


def equality(material: Material) -> Section:
    """Say what evidence there is for an equality analysis."""
    return Section(
        title="Equality and impact", anchor="equality", blocks=tuple(_equality(material))
    )


def _equality(material: Material) -> Iterator[Block]:
    said = equality_parts(material.reader, material.chosen, material.figures)
    yield Words(
        "This is evidence for an equality analysis. It is not one. It looks at groups of schools, "
        "since nothing is known here of single pupils."
    )
    if said["sentences"]:
        yield Points(tuple(said["sentences"]))
    basis = deprivation_sentence(material.reader.shown)
    if basis:
        yield Words(basis)
    yield Judgement(
        "say how people with protected characteristics would be affected, who was asked, and what "
        "would be done about harm. The duty is in section 149 of the Equality Act 2010."
    )


def equality_in_full(material: Material) -> Section | None:
    """Set the tables behind the section on equality."""
    tables = equality_parts(material.reader, material.chosen, material.figures)["tables"]
    if not tables:
        return None
    return Section(
        title="Groups of schools",
        anchor="groups",
        blocks=tuple(Grid(table) for table in tables),
        is_appendix=True,
    )


_RISKS = (
    ("Need grows faster than the money", "Hold a contingency and look at it each term."),
    ("A cluster spends its money before the year ends", "Report spending each month."),
    ("The facts are out of date", "Check counts and capacities with the schools first."),
    ("Journeys by road are longer than on the map", "Have people who know the roads look at it."),
    ("Schools lose trust in how money is shared", "Publish the formula and each sum."),
)


def next_steps(_: Material) -> Section:
    """Say what could go wrong and what comes next."""
    return Section(
        title="Risks and next steps",
        anchor="next",
        blocks=(
            Grid(
                make_table(
                    "Risks to talk about",
                    [Column("Risk", False), Column("What could be done", False)],
                    [list(risk) for risk in _RISKS],
                )
            ),
            Judgement("say how likely each of these is, how bad, and who looks after it."),
            Heading("Next steps", 2),
            Points(
                (
                    "Ask every school to check its own facts.",
                    "Consult schools, parents and carers.",
                    "Bring what was said, and a final plan, back to the Forum.",
                ),
                numbered=True,
            ),
            Judgement("put dates to these steps."),
            Judgement(
                "say how a cluster is governed: who sits on its panel, how it votes, what it may "
                "carry forward, and what happens when it overspends."
            ),
            Judgement("say what support stands round the clusters, and who gives it."),
            Judgement("list the questions of the consultation, and whom to ask."),
        ),
    )
