"""What a reader meets first: the proposal, the money in a line, the decisions, the own school."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.money import pounds
from clusters.report.document import (
    Block,
    Figures,
    Fold,
    Grid,
    Judgement,
    Links,
    Points,
    Section,
    Words,
)
from clusters.report.material import Material
from clusters.report.money import shared_pence
from clusters.report.sections.parts import decisions_asked
from clusters.report.summary import warnings
from clusters.report.tables import Cell, Column, Pair, make_table
from clusters.report.words import journey, measure_name, number
from clusters.text import all_listed, clean, counted


def proposal(material: Material) -> Section:
    """Say in two sentences what is proposed, and where the money goes in one line."""
    return Section(
        title="What is proposed",
        anchor="summary",
        blocks=tuple(_proposal(material)),
    )


def _proposal(material: Material) -> Iterator[Block]:
    chosen, shown = material.chosen, material.reader.shown
    facts = chosen.facts
    low, high = facts.sizes
    each = f"{low} schools each" if low == high else f"{low} to {high} schools each"
    yield Words(
        f"{counted(facts.measures.whole.n_schools, 'school')} would work together in "
        f"{counted(len(facts.clusters), 'cluster')} of {each}, to share expertise in special "
        f"educational needs. {_money_sentence(material)}",
        "lead",
    )
    yield from _cautions(material)
    for sentence in warnings(chosen):
        yield Words(sentence, "warning")
    if chosen.split is not None:
        yield Figures(tuple(_flow(material)))
    links = [("find", "Find your school"), ("map", "See the map")]
    yield Links(tuple(links))
    sizes = [_spread(material, name) for name in ("pupils", "ehcps")]
    yield Points(
        tuple(
            sentence
            for sentence in (
                *sizes,
                f"A school is {journey(facts.mean_journey, shown.travel_unit)} from the centre of "
                f"its cluster on average, and {journey(facts.longest_journey, shown.travel_unit)} "
                "at most.",
                _rules_sentence(material),
            )
            if sentence
        )
    )
    yield Judgement("say why this comes to the Forum now, and what it has decided before.")


def _cautions(material: Material) -> Iterator[Block]:
    """Say what must be known before any number is read."""
    if material.is_synthetic:
        yield Words(
            "Made-up data. The schools, pupils and money are invented. They describe no real place "
            "and no real school.",
            "note",
        )
    for note in material.stand_ins:
        yield Words(note, "warning")


def cautions(material: Material) -> Section | None:
    """Say the same at the head of a page that starts with something else."""
    blocks = tuple(_cautions(material))
    return Section(title="Before you read", anchor="before", blocks=blocks) if blocks else None


def _money_sentence(material: Material) -> str:
    split = material.chosen.split
    if split is None:
        return "How money could be shared is not part of this paper."
    names = [measure_name(name) for name in (*split.formula.weights, *split.formula.shares)]
    return (
        f"The clusters would share {_short(shared_pence(split))} a year for this, by a formula "
        f"that counts {all_listed(list(dict.fromkeys(names)))}."
    )


def _flow(material: Material) -> Iterator[Pair]:
    """Follow the pot to what is shared; sums of nothing too, for they are asked about."""
    split = material.chosen.split
    if split is None:
        return
    steps = split.pot.steps
    yield Pair("the pot, a year", _short(split.pot.total_pence))
    yield Pair("committed to EHC plans", _short(steps["committed EHC plan top-ups"]))
    if steps["backdated payments"]:
        yield Pair("backdated payments", _short(steps["backdated payments"]))
    yield Pair("held back", _short(split.held_pence))
    yield Pair("shared by the formula", _short(split.pot.flexible_pence))


def _short(pence: int) -> str:
    return pounds(pence).removesuffix(".00")


def _spread(material: Material, name: str) -> str:
    spread = material.chosen.facts.spread(name)
    if spread is None:
        return ""
    return (
        f"Clusters have from {number(spread[0])} to {number(spread[2])} {measure_name(name)}; the "
        f"average is {number(spread[1])}."
    )


def _rules_sentence(material: Material) -> str:
    chosen = material.chosen
    if chosen.certificate is None or not chosen.certificate.ok:
        return ""
    return (
        "A separate check found that every rule holds whose numbers are shown."
        if chosen.unchecked
        else "A separate check found that every rule holds."
    )


def decisions(material: Material) -> Section:
    """Ask for decisions."""
    return Section(
        title="Decisions asked",
        anchor="decisions",
        blocks=(
            Words("The Forum is asked to:"),
            Points(tuple(decisions_asked(material.decisions)), numbered=True),
            Judgement("check that these are the decisions that you want."),
        ),
    )


def find_your_school(material: Material) -> Section:
    """List every school from A to Z, each on a row of its own that leads to its cluster.

    No school's name stands before this table, and none in the row of another school, so that a
    search of the page for a school finds its own row first. Lead and centre of a cluster are told
    on its card, where the row leads.
    """
    reader, chosen = material.reader, material.chosen
    unit = reader.shown.travel_unit
    counts = [name for name in ("pupils",) if name in reader.counts.names]
    rows: list[list[object]] = []
    for cluster in chosen.facts.clusters:
        for member in cluster.schools:
            rows.append(
                [
                    clean(member.school.name),
                    Cell(cluster.name, f"#{cluster.anchor}"),
                    clean(member.school.phase),
                    *[reader.counts.school(name, member.school.urn) for name in counts],
                    "is the centre" if member.is_centre else journey(member.journey, unit),
                ]
            )
    rows.sort(key=lambda row: str(row[0]).casefold())
    rows += [
        [clean(s.name), "no cluster", clean(s.phase), *[""] * (1 + len(counts))]
        for s in chosen.facts.left_out
    ]
    columns = [
        Column("School", False),
        Column("Cluster: choose it for its lead and centre", False),
        Column("Phase", False),
        *[Column("Pupils") for _ in counts],
        Column("To the centre"),
    ]
    table = make_table("All schools, A to Z", columns, rows)
    return Section(
        title="Find your school",
        anchor="find",
        blocks=(Fold(title="All schools, A to Z", blocks=(Grid(table),), is_open=True),),
        only="page",
    )
