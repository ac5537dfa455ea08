"""The paper for the Forum as a list of blocks, in the usual order; Word and PDF are made from it.

Numbers are filled in. Judgement is left to the author, in places marked :data:`MARK`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from clusters.report.checks import checks, method
from clusters.report.comparison import option_table
from clusters.report.glossary import GLOSSARY
from clusters.report.material import Material
from clusters.report.money import money
from clusters.report.sections import decisions, equality, expertise, together
from clusters.report.summary import summary
from clusters.report.tables import Column, Table, make_table
from clusters.report.words import journey, plural
from clusters.text import clean

MARK = "For the author:"
"""How a place starts that the author has to fill."""

WIDTH_CM = 17.0
"""Width of the text on A4."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a numbered part of the paper."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A place that the author has to fill, and what belongs there."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    table: Table


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, with words for those who cannot see it."""

    path: Path
    caption: str
    alt: str


Block: TypeAlias = Heading | Words | Points | Judgement | Grid | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pictures that were drawn for the paper; None where one was not."""

    chosen: Path | None = None
    options: Path | None = None
    changes: Mapping[str, Path] | None = None
    search: Path | None = None


def paper(material: Material, pictures: Pictures) -> list[Block]:
    """Write the paper."""
    blocks: list[Block] = []
    for part in (
        _purpose,
        _recommendations,
        _background,
        _options,
        _chosen,
        _money,
        _equality,
        _risks,
        _next_steps,
        _appendices,
    ):
        blocks += part(material, pictures)
    return blocks


def column_widths(table: Table, width_cm: float) -> list[float]:
    """Share a width out between columns: no word is broken where that can be helped.

    Narrow tables stay narrower than the width.
    """
    letter_cm = 1.15 * (0.17 if len(table.columns) < 8 else 0.14)
    needed, wanted = [], []
    rows = [[column.name for column in table.columns]]
    rows += [[cell.text for cell in row] for row in (*table.rows, table.total) if row]
    for texts in zip(*rows, strict=True):
        longest = max([len(word) for text in texts for word in text.split()] or [1])
        needed.append(0.45 + letter_cm * min(18, longest))
        wanted.append(0.45 + letter_cm * min(60, max(map(len, texts))))
    spare = width_cm - sum(needed)
    more = [max(0.0, want - need) for want, need in zip(wanted, needed, strict=True)]
    if spare <= 0 or not sum(more):
        scale = min(1.0, width_cm / sum(needed))
        return [width * scale for width in needed]
    part = min(1.0, spare / sum(more))
    return [need + part * extra for need, extra in zip(needed, more, strict=True)]


def front(material: Material) -> list[tuple[str, str]]:
    """Facts at the head of the paper: names and values; "" is left to the author."""
    return [
        ("Meeting", "Schools Forum"),
        ("Date", material.date),
        ("Report by", ""),
        ("For", "Decision and comment"),
        ("Audience", material.audience_note),
    ]


def _purpose(material: Material, _: Pictures) -> Iterator[Block]:
    yield Heading("Purpose")
    shown = material.reader.shown
    yield Words(
        f"This paper proposes how {plural(len(shown), 'mainstream school')} could work together in "
        f"{plural(len(material.chosen.facts.clusters), 'cluster')} to support children and young "
        "people with special educational needs."
        + (" It also shows how money could be shared." if material.chosen.split else "")
    )
    if material.is_synthetic:
        yield Words("The data are made up. They describe no real place and no real school.")
    for note in material.stand_ins:
        yield Words(note)
    yield Judgement("say why this comes to the Forum now, and what it has decided before.")


def _recommendations(material: Material, _: Pictures) -> Iterator[Block]:
    yield Heading("Recommendations")
    yield Words("The Forum is asked to:")
    yield Points(tuple(decisions(material.decisions)), numbered=True)
    yield Judgement("check that these are the decisions that you want.")


def _background(material: Material, _: Pictures) -> Iterator[Block]:
    yield Heading("Background")
    yield Judgement(
        "describe today's arrangements, the high needs budget and who has been consulted so far."
    )
    rules = checks(material.reader.shown, material.chosen, public=material.reader.is_public)[
        "rule_table"
    ]
    if rules:
        yield Words("Every plan had to keep these rules:")
        yield Grid(rules)


def _options(material: Material, pictures: Pictures) -> Iterator[Block]:
    options, chosen = material.options, material.chosen
    yield Heading("Options")
    if len(options) < 2:
        yield Words("There is one option.")
        yield Judgement("say which other options were looked at and why they were dropped.")
        return
    yield Words(f"There are {len(options)} options. The recommended one is {chosen.name}.")
    yield Grid(option_table(material.reader.shown, options, chosen))
    if pictures.options:
        yield Picture(
            pictures.options,
            "The options side by side",
            f"Small maps of {len(options)} options. The table above has the same facts in words.",
        )
    same = together(material.reader, options, material.figures, material.together)
    yield Heading("What the options have in common", 2)
    for sentence in same["sentences"]:
        yield Words(sentence)
    for name, path in (pictures.changes or {}).items():
        moved = f"Map of the ground that changes cluster from {name} to {chosen.name}."
        yield Picture(path, f"What changes from {name} to {chosen.name}", moved)
    yield Judgement("say why this option is recommended and what speaks for the others.")


def _chosen(material: Material, pictures: Pictures) -> Iterator[Block]:
    chosen = material.chosen
    said = summary(material.reader.shown, chosen)
    yield Heading(f"The plan: {chosen.name}")
    yield Words(said["opening"])
    yield Points(tuple(said["sentences"]))
    for warning in said["warnings"]:
        yield Words(warning)
    if pictures.chosen:
        names = ", ".join(f"{c.number} {c.label}" for c in chosen.facts.clusters)
        yield Picture(
            pictures.chosen,
            "The clusters. Colours only tell neighbours apart.",
            f"Map of {len(chosen.facts.clusters)} numbered clusters: {names}.",
        )
    yield Grid(_cluster_rows(material))
    yield Judgement("say who should lead each cluster, or how leads will be found.")
    known = expertise(material.reader, chosen, material.figures)
    if known:
        yield Heading("Need and expertise", 2)
        yield Words(known["sentence"])
        yield Grid(known["types"])


def _cluster_rows(material: Material) -> Table:
    """Make the table of the clusters, with who leads where that is known."""
    from clusters.report.cards import cluster_table

    table = cluster_table(material.reader, material.chosen)
    leads = {clean(label): clean(lead) for label, lead in material.leads.items()}
    if not leads:
        return table
    columns = [*table.columns, Column("Lead", False)]
    facts = material.chosen.facts.clusters
    rows = [
        [*row, leads.get(cluster.label, "not known")]
        for row, cluster in zip(table.rows, facts, strict=True)
    ]
    return make_table(table.caption, columns, rows, [*table.total, ""])


def _money(material: Material, _: Pictures) -> Iterator[Block]:
    yield Heading("Financial implications")
    if material.chosen.split is None:
        yield Judgement("say what the clusters would cost, and from which budget.")
        return
    said: dict[str, Any] = money(
        material.reader, material.chosen, material.figures, material.start_month
    )
    for sentence in said["sentences"]:
        yield Words(sentence)
    yield Grid(said["pot"])
    yield Heading("The formula", 2)
    yield Points(tuple(said["formula"]))
    yield from _grids(said, "lines")
    if said["effects"]:
        yield Heading("Who gains and who loses", 2)
        for sentence in said["effect_words"]:
            yield Words(sentence)
        yield Grid(said["effects"])
    if said["years"]:
        yield Heading("Part years", 2)
        yield Grid(said["years"])
    if said["risk"] or said["scenarios"]:
        yield Heading("What is held back, and the risk", 2)
        yield Words(
            "These numbers come from many made-up years. They show how bad luck would fall. They "
            "do not say what will happen."
        )
        yield from _grids(said, "risk", "scenarios")
    if said["fairness"]:
        yield Heading("How fair is the split?", 2)
        yield Grid(said["fairness"])
    yield Judgement(
        "have the finance officer confirm the pot, and say what happens if a cluster overspends."
    )


def _grids(said: Mapping[str, Any], *names: str) -> Iterator[Block]:
    """Set the tables that there are."""
    for name in names:
        if said[name]:
            yield Grid(said[name])


def _equality(material: Material, _: Pictures) -> Iterator[Block]:
    yield Heading("Equality and impact")
    said = equality(material.reader, material.chosen, material.figures)
    yield Words(
        "This is evidence for an equality analysis. It is not one. It looks at groups of schools, "
        "since nothing is known here of single pupils."
    )
    if said["sentences"]:
        yield Points(tuple(said["sentences"]))
    for table in said["tables"]:
        yield Grid(table)
    yield Judgement(
        "say how people with protected characteristics would be affected, who was asked, and what "
        "would be done about harm. The duty is in section 149 of the Equality Act 2010."
    )


_RISKS = (
    ("Need grows faster than the money", "Hold a contingency and look at it each term."),
    ("A cluster spends its money before the year ends", "Report spending each month."),
    ("The facts are out of date", "Check counts and capacities with the schools first."),
    ("Journeys by road are longer than on the map", "Have people who know the roads look at it."),
    ("Schools lose trust in how money is shared", "Publish the formula and each sum."),
)


def _risks(_: Material, __: Pictures) -> Iterator[Block]:
    yield Heading("Risks")
    yield Grid(
        make_table(
            "Risks to talk about",
            [Column("Risk", False), Column("What could be done", False)],
            [list(risk) for risk in _RISKS],
        )
    )
    yield Judgement("say how likely each of these is, how bad, and who looks after it.")


def _next_steps(_: Material, __: Pictures) -> Iterator[Block]:
    yield Heading("Next steps")
    yield Points(
        (
            "Ask every school to check its own facts.",
            "Consult schools, parents and carers.",
            "Bring what was said, and a final plan, back to the Forum.",
        ),
        numbered=True,
    )
    yield Judgement("put dates to these steps.")


def _appendices(material: Material, pictures: Pictures) -> Iterator[Block]:
    reader, chosen = material.reader, material.chosen
    unit = reader.shown.travel_unit
    yield Heading("Appendix A: the schools of each cluster")
    for cluster in chosen.facts.clusters:
        yield Heading(cluster.name, 2)
        rows = [
            [
                clean(member.school.name) + (" (centre)" if member.is_centre else ""),
                clean(member.school.phase),
                *[reader.counts.school(name, member.school.urn) for name in reader.counts.names],
                journey(member.journey, unit),
            ]
            for member in cluster.schools
        ]
        columns = [
            Column("School", False),
            Column("Phase", False),
            *[Column(_SHORT[name]) for name in reader.counts.names],
            Column("To centre"),
        ]
        yield Grid(make_table(f"Schools of {cluster.name}", columns, rows))
    yield Heading("Appendix B: how good the plan is")
    proof = checks(reader.shown, chosen, public=reader.is_public)
    yield Words(proof["proof"])
    if proof["search_facts"]:
        yield Grid(proof["search_facts"])
    if pictures.search:
        words = "Two lines over time: the cost of the best plan falls, the limit rises."
        yield Picture(pictures.search, "How the search went", words)
    if proof["findings"]:
        yield Words("The plan breaks rules:")
        yield Points(tuple(proof["findings"]))
    if proof["priority_words"]:
        yield Words("What makes one plan better than another:")
        yield Points(tuple(proof["priority_words"]))
    yield from _method(material)
    yield Heading("Appendix D: what the words mean")
    meanings = [[entry.word, entry.meaning] for entry in GLOSSARY]
    columns = [Column("Word", False), Column("Meaning", False)]
    yield Grid(make_table("Words and their meaning", columns, meanings))


_SHORT = {"pupils": "Pupils", "ehcps": "EHC plans", "sen_support": "SEN support"}


def _method(material: Material) -> Iterator[Block]:
    said = method(material.reader.shown, material.chosen, material.sources)
    yield Heading("Appendix C: method, assumptions and data")
    yield Words(said["how"])
    for title, name in (
        ("What was assumed", "notes"),
        ("What is not known", "gaps"),
        ("Where the data come from", "sources"),
    ):
        if said[name]:
            yield Heading(title, 2)
            yield Points(tuple(said[name]))
    if material.reader.sentences:
        yield Heading("Numbers that are not shown", 2)
        yield Points(material.reader.sentences)
    if material.run_file:
        yield Words(f"The record of the run is in the file {clean(material.run_file)}.")
