"""What a reader meets first: the proposal, the money in a line, the decisions, the own school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from clusters.disclosure import HIDDEN
from clusters.maps import school_numbers
from clusters.money import pounds
from clusters.report.document.blocks import (
    Block,
    Figures,
    Fold,
    Grid,
    Judgement,
    Links,
    Points,
    Words,
    section,
)
from clusters.report.document.table import Cell, Column, Pair, make_table
from clusters.report.material import Material
from clusters.report.release.facts import ClusterFacts, SchoolFacts
from clusters.report.release.option import Option
from clusters.report.tables.money import shared_pence
from clusters.report.wording.words import journey, measure_name, number
from clusters.text import all_listed, clean, counted

DECISIONS = (
    "Say whether the recommended option should go out to consultation.",
    "Say whether the rules for a good plan are the right ones, and what should change.",
    "Give a view on the formula that shares the money, and on what is held back.",
    "Say who should lead the clusters, and by when that should be settled.",
)
"""What is asked of the Forum where the caller does not say."""


@section("What is proposed", "summary")
def proposal(material: Material) -> Iterator[Block]:
    """Say in two sentences what is proposed, and where the money goes in one line."""
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
    for sentence in _warnings(chosen):
        yield Words(sentence, "warning")
    if chosen.split is not None:
        yield Figures(tuple(_flow(material)))
    yield Links((("find", "Find your school"), ("map", "See the map")))
    said = (
        _spread(material, "pupils"),
        f"A school is {journey(facts.mean_journey, shown.travel_unit)} from the centre of its "
        f"cluster on average, and {journey(facts.longest_journey, shown.travel_unit)} at most.",
        _rules_sentence(material),
    )
    yield Points(tuple(filter(None, said)))
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


cautions = section("Before you read", "before")(_cautions)
"""The same at the head of a page that starts with something else."""


def _warnings(option: Option) -> Iterator[str]:
    """Say what is wrong with a plan."""
    facts = option.facts
    if facts.left_out:
        names = all_listed([clean(school.name) for school in facts.left_out])
        yield f"{counted(len(facts.left_out), 'school')} in no cluster: {names}."
    if facts.unknown_schools:
        names = all_listed(facts.unknown_schools)
        yield f"The plan names schools that the data do not have: {names}."
    if option.certificate is not None and not option.certificate.ok:
        found = len(option.certificate.findings)
        yield f"This plan breaks rules: the check has {counted(found, 'finding')}. See below."


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


@section("Decisions asked", "decisions")
def decisions(material: Material) -> Iterator[Block]:
    """Ask for decisions."""
    yield Words("The Forum is asked to:")
    yield Points(tuple(map(clean, material.decisions)) or DECISIONS, numbered=True)
    yield Judgement("check that these are the decisions that you want.")


@section("Find your school", "find", only="page")
def find_your_school(material: Material) -> Iterator[Block]:
    """List every school from A to Z: its cluster, lead, centre and money.

    No school's name stands before this table, and a search of the page passes over the names of
    lead and centre in the rows of others: so a search for a school finds its own row first.
    """
    chosen, heading = material.chosen, _money_heading(material)
    columns = 4 + bool(material.leads) + bool(heading)
    shown = material.reader.shown
    on_map = dict(zip(shown.ids, map(str, school_numbers(shown)), strict=True))
    rows = [
        [*_school_row(material, cluster, member), on_map[member.school.urn]]
        for cluster in chosen.facts.clusters
        for member in cluster.schools
    ]
    rows += [
        [Cell(clean(school.name)), "no cluster", *[""] * (columns - 2), on_map[school.urn]]
        for school in chosen.facts.left_out
    ]
    rows.sort(key=lambda row: row[0].text.casefold())
    firsts: dict[str, str] = {}
    for k, row in enumerate(rows):
        letter = row[0].text[:1].upper()
        if letter.isalpha() and letter not in firsts:
            firsts[letter] = f"a-z-{letter}"
            rows[k][0] = replace(row[0], anchor=firsts[letter])
    heads = [
        Column("School", False),
        Column("Cluster", False),
        *([Column("Lead", False)] if material.leads else []),
        Column("Centre", False),
        Column("To the centre"),
        *([Column(heading)] if heading else []),
        Column("On the map"),
    ]
    table = make_table("All schools, A to Z", heads, rows)
    yield Words("Choose a letter, or search this page. Each cluster leads to its card.")
    yield Links(tuple((anchor, letter) for letter, anchor in firsts.items()))
    stacked = Grid(replace(table, is_stacked=True))
    yield Fold(title=table.caption, blocks=(stacked,), is_open=True)


def _money_heading(material: Material) -> str:
    """Head the column of money; "" where there is none to be shown."""
    split = material.chosen.split
    if split is None or not split.clusters:
        return ""
    return "Its cluster shares" if material.reader.is_public else "Indicative sum, a year"


def _school_row(material: Material, cluster: ClusterFacts, member: SchoolFacts) -> list[Any]:
    """Make the row of a school."""
    own = clean(member.school.name)
    lead = material.leads.get(cluster.label, "")
    centre = clean(cluster.measures.centre_name)
    row: list[Any] = [
        Cell(own),
        Cell(cluster.name, f"#{cluster.anchor}"),
        *([_named(lead, own) if lead else "not settled"] if material.leads else []),
        "this school" if member.is_centre else Cell(centre, is_aside=True),
        journey(member.journey, material.reader.shown.travel_unit),
    ]
    if _money_heading(material):
        row.append(_money_of(material, cluster, member))
    return row


def _named(lead: str, own: str) -> Cell:
    """Name a lead; a school that leads reads that it does."""
    if lead == own:
        return Cell("this school")
    who = lead.removesuffix(f", {own}")
    return Cell(lead, is_aside=True) if who == lead else Cell(f"{who}, this school")


def _money_of(material: Material, cluster: ClusterFacts, member: SchoolFacts) -> str:
    """Say what a school counts with; in public, what its cluster shares."""
    split = material.chosen.split
    if split is None:
        return ""
    if material.reader.is_public:
        shares = {clean(share.key): share.total_pence for share in split.clusters}
        return pounds(shares[cluster.label]) if cluster.label in shares else HIDDEN
    sums = {share.key: share.total_pence for share in split.schools}
    return pounds(sums[member.school.urn])
