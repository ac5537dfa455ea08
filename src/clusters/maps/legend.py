"""What stands round a map: its title, scale and north, the key to its signs, and its sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

import numpy as np
import shapely

from clusters.maps.colours import INK
from clusters.maps.labels import text_width
from clusters.maps.layout import KIND_ORDER, Layout, kind_of
from clusters.maps.scene import FILLS, HATCH, ROAD, Ground, Group, Item, Mark, Strokes, Words
from clusters.text import clean, listed

_ROW = 24.0
_TEXT = 15.0
_LEFT = 22.0
_KEY_SIZE = 11.0


def heading(layout: Layout, title: str) -> tuple[list[Item], float]:
    """Set the title above the map; return it and its height."""
    size = 24.0 if layout.width >= 600 else 17.0
    lines = _lines(title, layout.width - 2 * _LEFT, size, bold=True)
    height = 12.0 + 1.25 * size * len(lines) if lines else 0.0
    said: list[Item] = [
        Words(_LEFT, -height + 1.25 * size * (k + 1), line, size, bold=True)
        for k, line in enumerate(lines)
    ]
    return said, height


def key(
    layout: Layout, patterns: Mapping[str, str], *, with_schools: bool
) -> tuple[list[Item], float]:
    """Set scale, north arrow, signs and sources below the map; return them and their height.

    Parameters
    ----------
    patterns
        What each pattern of ground that is picked out means.
    with_schools
        Whether the names of the schools stand there by number.
    """
    top = layout.height + 16
    items = list(_scale_bar(layout, top + 12))
    first = 300.0 if layout.width >= 600 else _LEFT
    left, baseline = first, top + 18 if first > _LEFT else top + 66
    for sign, words in legend_entries(layout, patterns):
        width = 48 + text_width(words, _TEXT)
        if left + width > layout.width and left > first:
            left, baseline = first, baseline + _ROW
        items += _sign(sign, left, baseline)
        items.append(Words(left + 28, baseline, words, _TEXT))
        left += width
    bottom = max(baseline + 14, top + 62)
    for part in (_names, _schools, _notes) if with_schools else (_names, _notes):
        said, bottom = part(layout, bottom)
        items += said
    return [Group(items=tuple(items), is_silent=True)], bottom + 8 - layout.height


def _names(layout: Layout, top: float) -> tuple[list[Item], float]:
    """List clusters whose name does not stand on the map."""
    rows = [(zone.number, zone.label) for zone in layout.unnamed]
    return _columns(rows, layout, top, _TEXT, 11.5)


def _schools(layout: Layout, top: float) -> tuple[list[Item], float]:
    """List the schools by number."""
    if not layout.school_numbers:
        return [], top
    names = [clean(school.name) for school in layout.problem.schools]
    rows = sorted(zip(layout.school_numbers, names, strict=True))
    title = Words(_LEFT, top + 20, "The schools", _TEXT, bold=True)
    items, bottom = _columns(rows, layout, top + 24, _KEY_SIZE, 17.0)
    return [title, *items], bottom


def _columns(
    rows: list[tuple[int, str]], layout: Layout, top: float, size: float, wide: float
) -> tuple[list[Item], float]:
    """Set numbers and texts in columns, read downwards; a long text takes several lines.

    Parameters
    ----------
    wide
        Least width of a column, in sizes of the type.
    """
    if not rows:
        return [], top
    count = max(1, int((layout.width - 2 * _LEFT) // (wide * size)))
    width = (layout.width - 2 * _LEFT) / count
    indent = 2.4 * size
    lines: list[tuple[str, str]] = []
    for number, text in rows:
        broken = _lines(text, width - indent - size, size)
        lines += [(str(number) if k == 0 else "", line) for k, line in enumerate(broken)]
    deep = -(-len(lines) // count)
    step = 1.32 * size
    items: list[Item] = []
    for k, (said, line) in enumerate(lines):
        x, y = _LEFT + (k // deep) * width, top + step * (k % deep + 1)
        if said:
            right = x + indent - 0.5 * size
            items.append(Words(right, y, said, size, anchor="end", bold=True))
        items.append(Words(x + indent, y, line, size))
    return items, top + step * deep + 6


def _notes(layout: Layout, top: float) -> tuple[list[Item], float]:
    """Say what lies in several parts, and where facts and names come from."""
    said = []
    if layout.scattered:
        parts = [f"{zone.number} ({count} parts)" for zone, count in layout.scattered]
        word = "Cluster" if len(parts) == 1 else "Clusters"
        said.append(f"{word} in more than one part, each with its number: {listed(parts)}.")
    said += [layout.towns_from] if layout.towns_from else []
    said += [f"Source: {layout.source}"] if layout.source else []
    size = 13.0
    lines = [line for text in said for line in _lines(text, layout.width - 2 * _LEFT, size)]
    items: list[Item] = [
        Words(_LEFT, top + 18 * (k + 1), line, size) for k, line in enumerate(lines)
    ]
    return items, top + 18 * len(lines)


def _lines(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit; nothing of it is cut."""
    words = clean(text)
    each = text_width(words, size, bold=bold) / max(1, len(words))
    return textwrap.wrap(words, max(8, int(width / max(each, 0.55 * size))))


def legend_entries(layout: Layout, patterns: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say what each kind of sign on this map means."""
    phases: dict[str, list[str]] = {}
    for position in layout.main.visible:
        phase = clean(layout.problem.schools[position].phase).lower()
        known = phases.setdefault(kind_of(phase), [])
        if phase not in known:
            known.append(phase)
    entries = [(kind, ", ".join(sorted(phases[kind]))) for kind in KIND_ORDER if kind in phases]
    if phases and any(zone.centre is not None for zone in layout.zones):
        entries.append(("centre", "ring: centre of its cluster"))
    if not layout.spare_m.is_empty:
        entries.append((HATCH, "in no cluster"))
    entries += patterns.items()
    if not layout.main.roads.is_empty:
        entries.append(("road", "main road"))
    if layout.main.towns:
        entries.append(("town", "town or village"))
    return entries


def _sign(sign: str, left: float, baseline: float) -> Iterator[Item]:
    if sign in FILLS:
        yield Ground(shapely.box(left + 2, baseline - 13, left + 20, baseline + 1), sign, 1.0)
    elif sign == "road":
        yield Strokes(
            shapely.LineString([(left, baseline - 5), (left + 22, baseline - 5)]), 2, ROAD
        )
    elif sign == "town":
        yield Words(left + 2, baseline, "Aa", _TEXT, italic=True)
    else:
        yield Mark(sign, left + 11, baseline - 5.5, 7.0)


def _scale_bar(layout: Layout, y: float) -> Iterator[Item]:
    scale = layout.main.view.scale
    metres = round_length(170 / scale)
    length = metres * scale
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    right, middle = 62 + length, 62 + length / 2
    yield Strokes(
        shapely.MultiLineString(
            [[(62, y - 7), (62, y), (right, y), (right, y - 7)], [(middle, y - 4), (middle, y)]]
        ),
        2.0,
    )
    yield Words(middle, y + 20, words, _TEXT, anchor="middle")
    arrow = [(24, y - 10), (15, y + 14), (24, y + 8), (33, y + 14)]
    yield Ground(shapely.Polygon(arrow), INK, 0.5)
    yield Words(24, y + 32, "N", _TEXT, anchor="middle", bold=True)


def round_length(metres: float) -> float:
    """Largest of 1, 2 and 5 times a power of ten that is not above `metres`."""
    power = 10.0 ** np.floor(np.log10(metres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= metres))
