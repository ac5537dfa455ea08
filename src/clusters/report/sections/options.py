"""The options side by side, what changes between them, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from clusters.maps import map_svg
from clusters.maps.difference import difference_svg
from clusters.options import together_in_every
from clusters.report.document.blocks import Block, Grid, Heading, Judgement, Picture, Words, section
from clusters.report.document.table import Column, Table, make_table
from clusters.report.material import Material
from clusters.report.release.option import Option, numbers_in
from clusters.report.tables.comparison import alike, for_and_against, option_table
from clusters.report.wording.words import journeys_by, number, school_name
from clusters.text import all_listed, clean, counted

if TYPE_CHECKING:
    import pandas as pd


@section("The options", "options")
def options(material: Material) -> Iterator[Block]:
    """Compare the options."""
    made, chosen = material.options, material.chosen
    if len(made) < 2:
        yield Words("There is one option.")
        yield Judgement("say which other options were looked at and why they were dropped.")
        return
    yield Words(
        f"There are {number(len(made))} options. The recommended one is {chosen.name}; the rest of "
        "this paper describes it."
    )
    yield Grid(option_table(material))
    same = alike(material)
    yield Words(
        f"{f'Alike in all options: {same}. ' if same else ''}"
        f"{journeys_by(chosen.facts.measures.travel_by)} A gap is a cluster without "
        "expertise on record in a type of need that some school has."
    )
    yield Grid(for_and_against(material))
    yield Picture(
        caption="The options side by side",
        alt=f"Small maps of {len(made)} options. The table above has the same facts in words.",
        png="options",
    )
    for k, option in enumerate(made, start=1):
        yield Picture(
            caption=option.name,
            alt=f"Map of the option {option.name}",
            svg=partial(
                map_svg,
                material.reader.shown,
                option.plan,
                title=f"Map of the option {option.name}",
                numbers=option.numbers or None,
                colours=material.colours,
                id_prefix=f"small-map-{k}",
                enlarge=False,
                names=False,
                marks=False,
                links=False,
                legend=False,
                width=440,
            ),
            small=True,
        )
    for k, option in enumerate(made, start=1):
        if option is not chosen:
            moves = material.frames.get(f"moves_{k}")
            count = 0 if moves is None else len(moves.data)
            yield Words(
                f"From {option.name} to {chosen.name}, {counted(count, 'school')} would change "
                f"cluster. An appendix names each, with the reason."
                if count
                else f"From {option.name} to {chosen.name}, no school would change cluster."
            )
    yield Judgement("say why this option is recommended and what speaks for the others.")


@section("What changes", "changes", is_appendix=True)
def changes(material: Material) -> Iterator[Block]:
    """Show, for each other option, what changes if the recommended one takes its place."""
    chosen = material.chosen
    for k, option in enumerate(material.options, start=1):
        if option is chosen:
            continue
        title = change_title(chosen, option)
        yield Heading(title)
        yield Picture(
            caption=title,
            alt=f"Map of the ground that changes cluster from {option.name} to {chosen.name}.",
            svg=partial(
                difference_svg,
                material.reader.shown,
                option.plan,
                chosen.plan,
                title=title,
                id_prefix=f"change-{k}",
                links=False,
                numbers=numbers_in(chosen),
            ),
            png=f"change_{k}",
        )
        moves = material.frames.get(f"moves_{k}")
        if moves is not None:
            yield Grid(moves_table(moves.data, chosen, option))


@section("Together in every option", "together", is_appendix=True)
def together(material: Material) -> Iterator[Block]:
    """Say which schools share a cluster in every option."""
    if len(material.options) < 2:
        return
    frame = material.frames.get("together")
    said = [clean(sentence) for sentence in material.together]
    if frame is None:
        yield from map(Words, said or ["No two schools share a cluster in every option."])
        return
    sets = frame.data.groupby("group", sort=True)
    yield from map(Words, said or _together_words(material, frame.data["urn"].nunique(), len(sets)))
    rows = [
        [f"Set {letters(k)}", number(len(rows)), all_listed([clean(n) for n in rows["school"]])]
        for k, (_, rows) in enumerate(sets, start=1)
    ]
    columns = [Column("Set of schools", False), Column("Schools"), Column("Who they are", False)]
    yield Grid(make_table("Together in every option", columns, rows))


def _together_words(material: Material, count: int, sets: int) -> Iterator[str]:
    """Count the schools with steady partners, and name those whose place is open: all look."""
    shown = material.reader.shown
    yield (
        f"{counted(count, 'school')} of {number(len(shown))} have partners from whom no option "
        f"parts them. They form {counted(sets, 'set')}. A whole set may still go to another "
        "cluster: a place is open where the options differ on it."
    )
    plans = {option.name: option.plan for option in material.options}
    names = sorted(school_name(shown, urn) for urn in together_in_every(shown, plans).open)
    if names:
        yield f"The place of {counted(len(names), 'school')} is open: {all_listed(names)}."
    else:
        yield "No school's place is open: the options are the same."


def letters(number: int) -> str:
    """Name a set by letters, so that no one takes it for the number of a cluster.

    Examples
    --------
    >>> letters(1), letters(26), letters(27)
    ('A', 'Z', 'AA')
    """
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def change_title(chosen: Option, option: Option) -> str:
    """Title of what changes where the recommended option comes in another's place."""
    return f"What changes from {option.name} to {chosen.name}"


def moves_table(frame: pd.DataFrame, chosen: Option, option: Option) -> Table:
    """Make the table of the schools that move: from where, to where, and why."""
    old, new = option.cluster_names, chosen.cluster_names
    rows = [
        [
            row["school"],
            old.get(clean(row["from"]), clean(row["from"])),
            new.get(clean(row["to"]), clean(row["to"])),
            row["why"],
        ]
        for row in frame.sort_values("school", kind="stable").to_dict("records")
    ]
    return make_table(
        f"Schools in another cluster under {chosen.name} than under {option.name}",
        [
            Column("School", False),
            Column(f"From, under {option.name}", False),
            Column(f"To, under {chosen.name}", False),
            Column("Why", False),
        ],
        rows,
    )
