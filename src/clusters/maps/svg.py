"""A map as inline SVG: no scripts, no style attributes, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import shapely

from clusters.arguments import checked
from clusters.domain import PlanLike, Problem, plan_of
from clusters.maps.colours import INK, PAPER, TINTS
from clusters.maps.layout import WIDTH, Layout, Panel, Zone, kind_of, lay_out
from clusters.maps.legend import draw_legend
from clusters.maps.marks import path_data, px, rect, symbols, use
from clusters.maps.plates import CHIP, NAME_SIZE, chip_width
from clusters.text import clean, escaped

FONT = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, 'Liberation Sans', sans-serif"

Moves: TypeAlias = Mapping[str, Sequence[int]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Ground that is picked out: the positions of its schools, what is said of it, its pattern.

    `pattern` is the name of one of those that :func:`clusters.maps.marks.symbols` defines.
    """

    words: str
    positions: Sequence[int]
    pattern: str


Grounds: TypeAlias = Sequence[Ground] | None
"""Ground picked out on white zones; None where the zones are tinted."""


@checked
def map_svg(
    problem: Problem,
    plan: PlanLike,
    *,
    title: str,
    description: str = "",
    measures: Sequence[str] = ("pupils",),
    numbers: Mapping[str, int] | None = None,
    colours: Mapping[int, int] | None = None,
    link: str = "#cluster-{number}",
    id_prefix: str = "map",
    enlarge: bool = True,
    names: bool = True,
    marks: bool = True,
    width: float = WIDTH,
    legend: bool = True,
    links: bool = True,
    source: str = "",
) -> str:
    """Draw a plan as an SVG element that stands by itself or inside a page.

    Every cluster is one focusable link; enlargements and marks link too, but are left out of the
    keyboard's way and hidden from screen readers, which find the same in the tables.

    Parameters
    ----------
    title
        Name of the map, for people who cannot see it and for the tooltip.
    description
        What a reader should see in it, in a sentence or two.
    measures
        Totals to name in each cluster's tooltip; those that the problem lacks are left out.
    numbers
        Number of each cluster by its label; else the label itself where it is a number, else the
        place in the plan.
    colours
        As for :func:`clusters.maps.lay_out`.
    link
        Where a cluster's link leads; ``{number}`` is replaced.
    id_prefix
        Start of every id in the drawing; two maps on one page need different ones.
    enlarge
        Whether dense places are drawn again, enlarged, below the map.
    names
        Whether clusters are named where there is room.
    marks
        Whether schools are marked.
    width
        Width in the units of the drawing (CSS pixels); marks and letters keep their size.
    legend
        Whether scale bar, north arrow and key stand below the map.
    links
        Whether clusters link to `link`; a map without links is one picture.
    source
        Where the facts come from: a line below the map, if there is a legend.

    Returns
    -------
    str
        The ``<svg>`` element; the same input gives the same text. Colours come from five
        Okabe-Ito tints; text and borders are at least 6.5 : 1 against them.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3000, 4000]], {"pupils": [5, 7]})
    >>> drawing = map_svg(problem, Plan.from_assignment({"a": "a", "b": "b"}), title="Two schools")
    >>> drawing[:4], drawing.count('href="#cluster-')
    ('<svg', 4)
    """
    plan = plan_of(problem, plan)
    layout = lay_out(
        problem,
        plan,
        numbers=numbers,
        colours=colours,
        enlarge=enlarge,
        names=names,
        marks=marks,
        width=width,
        source=source,
    )
    return draw_svg(
        layout,
        title=title,
        description=description,
        measures=measures,
        link=link,
        id_prefix=id_prefix,
        legend=legend,
        links=links,
    )


def draw_svg(
    layout: Layout,
    *,
    title: str,
    description: str = "",
    measures: Sequence[str] = ("pupils",),
    link: str = "#cluster-{number}",
    id_prefix: str = "map",
    legend: bool = True,
    links: bool = True,
    moves: Moves = None,
    grounds: Grounds = None,
    patterns: Mapping[str, str] | None = None,
) -> str:
    """Draw a layout; see :func:`map_svg`.

    Parameters
    ----------
    moves
        Positions of schools by what is said of their move; only their ground is coloured then.
    grounds
        The same for ground of several kinds.
    patterns
        What each pattern means, for the key; where moves are given, that these change cluster.
    """
    prefix = escaped(id_prefix).replace(" ", "-")
    if moves is not None:
        patterns = {"moved": "changes cluster"}
        grounds = [
            Ground(words=words, positions=held, pattern="moved") for words, held in moves.items()
        ]
    key, key_height = draw_legend(layout, prefix, patterns or {}) if legend else ([], 0.0)
    width, height = layout.width, layout.height + key_height
    role = "group" if links else "img"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cluster-map" role="{role}" '
        f'viewBox="0 0 {px(width)} {px(height)}" width="{px(width)}" height="{px(height)}" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" font-family="{escaped(FONT)}" '
        f'fill="{INK}">',
        f'<title id="{prefix}-title">{escaped(title)}</title>',
        f'<desc id="{prefix}-desc">{escaped(description or _default_description(layout))}</desc>',
        f'<rect width="{px(width)}" height="{px(height)}" fill="{PAPER}"/>',
        *symbols(prefix),
        *_whole(layout, measures, link if links else "", prefix, grounds),
        *_enlarged(layout, link if links else "", prefix, grounds),
        *key,
        "</svg>",
    ]
    return "\n".join(lines)


def _default_description(layout: Layout) -> str:
    placed = sum(owner >= 0 for owner in layout.owner)
    return (
        f"Map of {len(layout.zones)} numbered clusters with {placed} schools. "
        "The tables on this page hold the same facts in words."
    )


# ---- the map and its enlargements -----------------------------------------------------------


def _whole(
    layout: Layout, measures: Sequence[str], link: str, prefix: str, grounds: Grounds
) -> Iterator[str]:
    panel = layout.main
    yield '<g stroke-linejoin="round">'
    yield from _spare(panel, prefix)
    for zone, shape in zip(layout.zones, panel.shapes, strict=True):
        href = f'<a href="{escaped(link.format(number=zone.number))}" class="zone">'
        yield (
            f"{href if link else '<g>'}<title>{escaped(describe(layout, zone, measures))}</title>"
            f"{_zone_path(shape, _fill(zone, grounds), 1.8)}{'</a>' if link else '</g>'}"
        )
    yield "</g>"
    yield from _picked_out(layout, panel, prefix, grounds)
    yield from _window_frames(layout)
    yield from _marks(layout, panel, link, prefix)
    yield from _plates(layout, panel)


def _enlarged(layout: Layout, link: str, prefix: str, grounds: Grounds) -> Iterator[str]:
    for panel in layout.enlargements:
        view = panel.view
        clip = f"{prefix}-clip-{panel.letter}"
        yield (
            f'<g aria-hidden="true"><clipPath id="{clip}"><rect x="{px(view.left)}" '
            f'y="{px(view.top)}" width="{px(view.width)}" height="{px(view.height)}"/></clipPath>'
            f'<g clip-path="url(#{clip})" stroke-linejoin="round">'
        )
        yield from _spare(panel, prefix)
        for zone, shape in zip(layout.zones, panel.shapes, strict=True):
            if not shape.is_empty:
                yield _zone_path(shape, _fill(zone, grounds), 2.2)
        yield from _picked_out(layout, panel, prefix, grounds)
        yield from _marks(layout, panel, link, prefix)
        yield from _plates(layout, panel)
        yield "</g>"
        yield rect(view.left, view.top, view.width, view.height, 'fill="none" stroke-width="1.6"')
        yield _letter(panel.letter, view.left, view.top)
        yield "</g>"


def _window_frames(layout: Layout) -> Iterator[str]:
    """Mark on the map what the enlargements show."""
    whole = layout.main.view
    for panel in layout.enlargements:
        west, south, east, north = whole.shape(panel.view.ground).bounds
        style = 'fill="none" stroke-width="1.6" stroke-dasharray="5 3"'
        yield '<g aria-hidden="true">' + rect(west, south, east - west, north - south, style)
        yield _letter(panel.letter, *panel.letter_at) + "</g>"


def _letter(letter: str, left: float, top: float) -> str:
    return (
        f'<rect x="{px(left)}" y="{px(top)}" width="20" height="20" fill="{INK}"/>'
        f'<text x="{px(left + 10)}" y="{px(top + 15.5)}" font-size="15" font-weight="700" '
        f'text-anchor="middle" fill="{PAPER}">{letter}</text>'
    )


def _fill(zone: Zone, grounds: Grounds) -> str:
    return TINTS[zone.colour] if grounds is None else PAPER


def _picked_out(layout: Layout, panel: Panel, prefix: str, grounds: Grounds) -> Iterator[str]:
    """Pick out ground, for instance of schools that change cluster: one shape for each."""
    for ground in grounds or ():
        cells = shapely.union_all([layout.cells_m[k] for k in ground.positions])
        shape = panel.view.shape(cells.intersection(panel.view.ground))
        if not shape.is_empty:
            yield (
                f'<path d="{path_data(shape)}" fill="url(#{prefix}-{ground.pattern})" '
                f'stroke="{INK}" stroke-width="0.8"><title>{escaped(ground.words)}</title></path>'
            )
    if grounds:
        borders = "".join(path_data(shape) for shape in panel.shapes)
        yield (
            f'<path d="{borders}" fill="none" stroke="{INK}" stroke-width="2.6" '
            'pointer-events="none"/>'
        )


def _zone_path(shape: Any, fill: str, width: float) -> str:
    return f'<path d="{path_data(shape)}" fill="{fill}" stroke="{INK}" stroke-width="{px(width)}"/>'


def _spare(panel: Panel, prefix: str) -> Iterator[str]:
    """Ground of schools that are in no cluster: hatched."""
    if not panel.spare.is_empty:
        yield (
            f'<path d="{path_data(panel.spare)}" fill="url(#{prefix}-hatch)" stroke="{INK}" '
            'stroke-width="1"><title>Schools in no cluster</title></path>'
        )


def describe(layout: Layout, zone: Zone, measures: Sequence[str]) -> str:
    """Say what a zone is: "Cluster 7, Holme: 11 schools, 2,310 pupils"."""
    name = f"Cluster {zone.number}"
    if zone.label != str(zone.number):
        name += f", {zone.label}"
    count = len(zone.members)
    facts = [f"{count:,} school{'' if count == 1 else 's'}"]
    for measure in measures:
        values = layout.problem.measures.get(measure)
        if values is not None and measure != "schools":
            facts.append(f"{values[list(zone.members)].sum():,.0f} {measure.replace('_', ' ')}")
    return f"{name}: {', '.join(facts)}"


def _marks(layout: Layout, panel: Panel, link: str, prefix: str) -> Iterator[str]:
    """Draw the schools: the small ones last, so that no large mark hides them."""
    size = panel.radius
    centres = {zone.centre for zone in layout.zones}
    by_zone: dict[int, list[int]] = {}
    for position in panel.visible:
        by_zone.setdefault(layout.owner[position], []).append(position)
    yield '<g aria-hidden="true">'
    for owner, positions in sorted(by_zone.items()):
        number = layout.zones[owner].number if owner >= 0 and link else None
        if number is not None:
            yield f'<a href="{escaped(link.format(number=number))}" tabindex="-1">'
        positions.sort(key=lambda k: (kind_of(layout.problem.schools[k].phase) == "circle", k))
        for position in positions:
            yield _mark(layout, position, panel, size, position in centres, prefix)
        if number is not None:
            yield "</a>"
    yield "</g>"


def _mark(
    layout: Layout, position: int, panel: Panel, size: float, is_centre: bool, prefix: str
) -> str:
    school = layout.problem.schools[position]
    x, y = panel.points[position]
    tip = f"{clean(school.name)} ({clean(school.phase)})"
    parts = [f"<g><title>{escaped(tip)}</title>"]
    if is_centre:
        parts.append(use(f"{prefix}-centre", x, y, size * 1.9))
    parts.append(use(f"{prefix}-{kind_of(school.phase)}", x, y, size))
    return "".join(parts) + "</g>"


def _plates(layout: Layout, panel: Panel) -> Iterator[str]:
    """Draw the number of every part, and the name of the zone where there is room."""
    yield '<g aria-hidden="true" pointer-events="none" font-weight="700" text-anchor="middle">'
    for plate in panel.plates:
        number = layout.zones[plate.zone].number
        half = chip_width(number)
        yield rect(
            plate.x - half,
            plate.y - CHIP,
            2 * half,
            2 * CHIP,
            f'rx="5" fill="{PAPER}" stroke-width="1.6"',
        )
        yield f'<text x="{px(plate.x)}" y="{px(plate.y + 6)}" font-size="17">{number}</text>'
        if plate.name:
            yield (
                f'<text x="{px(plate.name_x)}" y="{px(plate.name_y)}" font-size="{px(NAME_SIZE)}" '
                f'text-anchor="{plate.anchor}" paint-order="stroke" stroke="{PAPER}" '
                f'stroke-width="3.5" stroke-linejoin="round">{escaped(plate.name)}</text>'
            )
    yield "</g>"
