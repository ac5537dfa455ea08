"""The signs of a map, and pieces of SVG that more than one drawing uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from clusters.maps.colours import INK, MOVED, PAPER, TINTS

DEGREES = {
    "degree-1": (TINTS[4], "M3 4.5h2"),
    "degree-2": (TINTS[1], "M-2 7L2 11M0 0L9 9M7 -2L11 2"),
    "degree-3": (TINTS[3], "M-2 7L2 11M0 0L9 9M7 -2L11 2M-2 2L2 -2M0 9L9 0M7 11L11 7"),
}
"""Patterns for ground of rising doubt, told apart without colour: dots, lines, crossed lines."""

MARK_SIDE = 3.4
"""Side of the square of 32 units that a sign is drawn in, in radii of a mark."""

_TURNS = np.arange(10) * np.pi / 5
_STAR = np.where(np.arange(10) % 2 == 0, 14.0, 6.0)

OUTLINES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "square": ((-11, -11), (11, -11), (11, 11), (-11, 11)),
    "triangle": ((0, -14), (14, 11), (-14, 11)),
    "diamond": ((0, -13), (13, 0), (0, 13), (-13, 0)),
    "star": tuple(
        (round(float(x), 1), round(float(y), 1))
        for x, y in zip(_STAR * np.sin(_TURNS), -_STAR * np.cos(_TURNS), strict=True)
    ),
}
"""Corners of the signs that have any."""

RADII: Mapping[str, float] = {"circle": 10.0, "centre": 13.0}
DARK = frozenset({"circle", "star"})
"""Small schools are dark with a white edge; the others are white with a dark one."""


def use(symbol: str, x: float, y: float, radius: float) -> str:
    """Place a mark with its middle at (x, y)."""
    side = MARK_SIDE * radius
    return (
        f'<use href="#{symbol}" x="{px(x - side / 2)}" y="{px(y - side / 2)}" '
        f'width="{px(side)}" height="{px(side)}"/>'
    )


def symbols(prefix: str) -> Iterator[str]:
    """Define the signs once, and the hatches."""
    light = f'fill="{PAPER}" stroke="{INK}" stroke-width="2.6" stroke-linejoin="round"'
    dark = f'fill="{INK}" stroke="{PAPER}" stroke-width="1.6" stroke-linejoin="round"'
    shapes = {
        "circle": f'<circle r="10" {dark}/>',
        **{
            name: f'<path d="M{"L".join(f"{px(x)} {px(y)}" for x, y in corners)}Z" '
            f"{dark if name in DARK else light}/>"
            for name, corners in OUTLINES.items()
        },
        "cross": f'<path d="M-9 -9L9 9M-9 9L9 -9" fill="none" stroke="{PAPER}" stroke-width="8"/>'
        f'<path d="M-9 -9L9 9M-9 9L9 -9" fill="none" stroke="{INK}" stroke-width="4.5"/>',
        "centre": f'<circle r="13" fill="none" stroke="{PAPER}" stroke-width="5"/>'
        f'<circle r="13" fill="none" stroke="{INK}" stroke-width="2.6"/>',
    }
    yield "<defs>"
    for name, body in shapes.items():
        yield f'<symbol id="{prefix}-{name}" viewBox="-16 -16 32 32">{body}</symbol>'
    yield (
        f'<pattern id="{prefix}-hatch" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{PAPER}"/>'
        f'<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="#767676" stroke-width="1.4"/></pattern>'
        f'<pattern id="{prefix}-moved" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{MOVED}"/>'
        f'<path d="M-2 6L2 10M0 0L8 8M6 -2L10 2" stroke="{INK}" stroke-width="1"/></pattern>'
    )
    for name, (tint, lines) in DEGREES.items():
        yield (
            f'<pattern id="{prefix}-{name}" width="9" height="9" patternUnits="userSpaceOnUse">'
            f'<rect width="9" height="9" fill="{tint}"/>'
            f'<path d="{lines}" stroke="{INK}" stroke-width="1"/></pattern>'
        )
    yield "</defs>"


def path_data(shape: Any) -> str:
    """SVG path of polygons or lines in drawing units, to a tenth of a unit."""
    text = []
    for part in shapely.get_parts(shape):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            rings = (part.exterior, *part.interiors)
            text += [_path(np.asarray(ring.coords)[:-1, :2]) + "Z" for ring in rings]
        elif part.geom_type in ("LineString", "LinearRing"):
            text.append(_path(np.asarray(part.coords)[:, :2]))
    return "".join(text)


def _path(points: Any) -> str:
    """Write one path with relative steps, leaving out steps of nothing."""
    tenths = np.round(points * 10)
    start, steps = tenths[0], np.diff(tenths, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    text = f"M{px(start[0] / 10)} {px(start[1] / 10)}"
    if len(steps):
        text += "l" + " ".join(f"{px(x / 10)} {px(y / 10)}" for x, y in steps)
    return text


def px(value: float) -> str:
    """Write a number as briefly as a tenth allows."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text
