"""The options side by side, what changes between them, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from clusters.maps import map_svg
from clusters.maps.difference import difference_svg
from clusters.report.document.blocks import (
    Block,
    Grid,
    Heading,
    Judgement,
    Picture,
    Section,
    Words,
)
from clusters.report.material import Material
from clusters.report.release.option import Option, numbers_in
from clusters.report.sections.shared import change_title, moves_table, together_blocks
from clusters.report.tables.comparison import alike, for_and_against, option_table
from clusters.report.wording.words import journeys_by, number
from clusters.text import counted


def options(material: Material) -> Section:
    """Compare the options."""
    return Section(title="The options", anchor="options", blocks=tuple(_options(material)))


def _options(material: Material) -> Iterator[Block]:
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
            svg=_small_map(material, option, k),
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


def _small_map(material: Material, option: Option, k: int) -> Callable[[], str]:
    return lambda: map_svg(
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
    )


def changes(material: Material) -> Section | None:
    """Show, for each other option, what changes if the recommended one takes its place."""
    if len(material.options) < 2:
        return None
    return Section(
        title="What changes",
        anchor="changes",
        blocks=tuple(_changes(material)),
        is_appendix=True,
    )


def _changes(material: Material) -> Iterator[Block]:
    chosen = material.chosen
    for k, option in enumerate(material.options, start=1):
        if option is chosen:
            continue
        title = change_title(chosen, option)
        yield Heading(title, 2)
        yield Picture(
            caption=title,
            alt=f"Map of the ground that changes cluster from {option.name} to {chosen.name}.",
            svg=_change_map(material, option, k),
            png=f"change_{k}",
        )
        moves = material.frames.get(f"moves_{k}")
        if moves is not None:
            yield Grid(moves_table(moves.data, chosen, option))


def _change_map(material: Material, option: Option, k: int) -> Callable[[], str]:
    return lambda: difference_svg(
        material.reader.shown,
        option.plan,
        material.chosen.plan,
        title=change_title(material.chosen, option),
        id_prefix=f"change-{k}",
        links=False,
        numbers=numbers_in(material.chosen),
    )


def together(material: Material) -> Section | None:
    """Say which schools share a cluster in every option."""
    if len(material.options) < 2:
        return None
    return Section(
        title="Together in every option",
        anchor="together",
        blocks=tuple(
            together_blocks(material.reader, material.options, material.frames, material.together)
        ),
        is_appendix=True,
    )
