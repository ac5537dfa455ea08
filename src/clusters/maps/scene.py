"""A map as a list of simple things to draw: one drawing, which SVG and PNG both show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeAlias

import shapely

from clusters.maps.colours import INK, PAPER, TINTS
from clusters.maps.labels import Anchor, Label
from clusters.maps.layout import LETTER, Layout, Panel, Zone, kind_of
from clusters.maps.marks import DEGREES
from clusters.text import clean, counted

HATCH, MOVED_HATCH = "hatch", "moved"
"""Fills that are no plain colour: ground in no cluster, and ground that changes cluster."""

FILLS = frozenset({HATCH, MOVED_HATCH, *DEGREES})

ROAD, TOWN = "#6e6259", "#3d3d3d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Ground that is picked out: the positions of its schools, what is said of it, its pattern.

    `pattern` is the name of one of those that :func:`clusters.maps.marks.symbols` defines.
    """

    words: str
    positions: Sequence[int]
    pattern: str


Grounds: TypeAlias = Sequence[Picked] | None
"""Ground picked out on white zones; None where the zones are tinted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """An area with its border."""

    shape: Any
    fill: str
    width: float = 1.8
    edge: str = INK


@dataclass(frozen=True, slots=True)
class Strokes:
    """Lines."""

    shape: Any
    width: float
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text on its baseline; a halo keeps it readable on lines."""

    x: float
    y: float
    text: str
    size: float
    _: KW_ONLY
    anchor: Anchor = "start"
    bold: bool = False
    italic: bool = False
    halo: bool = False
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Mark:
    """A school, a ring, or another sign of the key."""

    kind: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    _: KW_ONLY
    fill: str = "none"
    line: float = 1.6
    round: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Things that belong together.

    Parameters
    ----------
    title
        What is said of them when they are pointed at.
    link
        Where they lead.
    of_zone
        Whether they are the ground of a cluster: the one link that the keyboard takes.
    is_silent
        Whether screen readers leave them out, for the tables say the same.
    clip
        Name and rectangle that they are cut to.
    """

    items: tuple[Item, ...]
    title: str = ""
    link: str = ""
    of_zone: bool = False
    is_silent: bool = False
    clip: tuple[str, Box] | None = None


Item: TypeAlias = Ground | Strokes | Words | Mark | Box | Group


def scene(
    layout: Layout, *, measures: Sequence[str] = (), link: str = "", grounds: Grounds = None
) -> Iterator[Item]:
    """List what a map draws, from the bottom to the top.

    Parameters
    ----------
    measures
        Totals to name when a cluster is pointed at.
    link
        Where a cluster leads; ``{number}`` is replaced.
    grounds
        Ground that is picked out; only it is coloured then.
    """
    panel = layout.main
    yield from _ground(layout, panel, grounds, measures, link)
    for window in layout.enlargements:
        west, north, east, south = panel.view.shape(window.view.ground).bounds
        frame = Box(west, north, east - west, south - north, dashed=True)
        yield Group(items=(frame, *_letter(window.letter, *window.letter_at)), is_silent=True)
    yield from _over(layout, panel, link)
    for window in layout.enlargements:
        view = window.view
        frame = Box(view.left, view.top, view.width, view.height)
        items = (*_ground(layout, window, grounds), *_over(layout, window, link))
        yield Group(
            items=(
                Group(items=items, clip=(window.letter, frame)),
                frame,
                *_letter(window.letter, view.left, view.top),
            ),
            is_silent=True,
        )


def _ground(
    layout: Layout, panel: Panel, grounds: Grounds, measures: Sequence[str] = (), link: str = ""
) -> Iterator[Item]:
    if not panel.spare.is_empty:
        yield Group(items=(Ground(panel.spare, HATCH, 1.0),), title="Schools in no cluster")
    for zone, shape in zip(layout.zones, panel.shapes, strict=True):
        area = Ground(shape, TINTS[zone.colour] if grounds is None else PAPER)
        if not panel.letter:
            yield Group(
                items=(area,),
                title=describe(layout, zone, measures),
                link=link.format(number=zone.number),
                of_zone=True,
            )
        elif not shape.is_empty:
            yield area
    for picked in grounds or ():
        cells = shapely.union_all([layout.cells_m[k] for k in picked.positions])
        shape = panel.view.shape(cells.intersection(panel.view.ground))
        if not shape.is_empty:
            yield Group(items=(Ground(shape, picked.pattern, 0.8),), title=picked.words)
    if grounds:
        for shape in panel.shapes:
            yield Strokes(shape.boundary, 2.6)
    if not panel.roads.is_empty:
        yield Strokes(panel.roads, 3.4, PAPER)
        yield Strokes(panel.roads, 1.6, ROAD)


def _over(layout: Layout, panel: Panel, link: str) -> Iterator[Item]:
    leaders = [*panel.names, *panel.numbered]
    yield from (Strokes(shapely.LineString(label.leader), 0.9) for label in leaders if label.leader)
    yield from _marks(layout, panel, link)
    boxes: list[Item] = []
    words: list[Item] = [_words(label, TOWN, italic=True) for label in panel.towns]
    words += [_words(label, INK) for label in panel.numbered]
    for plate in panel.plates:
        half, high = plate.half_width, plate.half_height
        size = 1.42 * high
        boxes.append(_plate(plate.x - half, plate.y - high, 2 * half, 2 * high, 1.6))
        number = str(layout.zones[plate.zone].number)
        y = plate.y + 0.36 * size
        words.append(Words(plate.x, y, number, size, anchor="middle", bold=True))
    for label in panel.names:
        if label.leader:
            west, north, east, south = label.box
            boxes.append(_plate(west, north, east - west, south - north, 0.9))
        words.append(_words(label, INK, bold=True))
    yield Group(items=(*boxes, *words), is_silent=True)


def _plate(x: float, y: float, width: float, height: float, line: float) -> Box:
    return Box(x, y, width, height, fill=PAPER, line=line, round=5)


def _words(label: Label, colour: str, *, bold: bool = False, italic: bool = False) -> Words:
    return Words(
        label.x,
        label.y,
        label.words,
        label.size,
        anchor=label.anchor,
        bold=bold,
        italic=italic,
        halo=True,
        colour=colour,
    )


def _letter(letter: str, left: float, top: float) -> tuple[Item, ...]:
    middle = left + LETTER / 2
    return (
        Box(left, top, LETTER, LETTER, fill=INK),
        Words(middle, top + 15.5, letter, 15, anchor="middle", bold=True, colour=PAPER),
    )


def _marks(layout: Layout, panel: Panel, link: str) -> Iterator[Item]:
    """Draw the schools: the small ones last, so that no large mark hides them."""
    centres = {zone.centre for zone in layout.zones}
    by_zone: dict[int, list[int]] = {}
    for position in panel.visible:
        by_zone.setdefault(layout.owner[position], []).append(position)
    groups = []
    for owner, positions in sorted(by_zone.items()):
        positions.sort(key=lambda k: (kind_of(layout.problem.schools[k].phase) == "circle", k))
        marks = tuple(_school(layout, panel, k, is_centre=k in centres) for k in positions)
        leads = link.format(number=layout.zones[owner].number) if owner >= 0 else ""
        groups.append(Group(items=marks, link=leads))
    yield Group(items=tuple(groups), is_silent=True)


def _school(layout: Layout, panel: Panel, position: int, *, is_centre: bool) -> Group:
    school = layout.problem.schools[position]
    x, y = panel.points[position].tolist()
    size = panel.radius
    ring = (Mark("centre", x, y, 1.9 * size),) if is_centre else ()
    number = f"{layout.school_numbers[position]} " if layout.school_numbers else ""
    return Group(
        items=(*ring, Mark(kind_of(school.phase), x, y, size)),
        title=f"{number}{clean(school.name)} ({clean(school.phase)})",
    )


def describe(layout: Layout, zone: Zone, measures: Sequence[str]) -> str:
    """Say what a zone is: "Cluster 7, Holme: 11 schools, 2,310 pupils"."""
    name = f"Cluster {zone.number}"
    if zone.label != str(zone.number):
        name += f", {zone.label}"
    facts = [counted(len(zone.members), "school")]
    for measure in measures:
        values = layout.problem.measures.get(measure)
        if values is not None and measure != "schools":
            facts.append(f"{values[list(zone.members)].sum():,.0f} {measure.replace('_', ' ')}")
    return f"{name}: {', '.join(facts)}"
