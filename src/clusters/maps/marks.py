"""Pieces of SVG that every part of a map uses: paths, rectangles, and the marks of schools."""

from __future__ import annotations

from collections.abc import Iterator
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


def use(symbol: str, x: float, y: float, radius: float) -> str:
    """Place a mark with its middle at (x, y)."""
    side = 3.4 * radius
    return (
        f'<use href="#{symbol}" x="{px(x - side / 2)}" y="{px(y - side / 2)}" '
        f'width="{px(side)}" height="{px(side)}"/>'
    )


def symbols(prefix: str) -> Iterator[str]:
    """Define the marks once: dark for the small schools, white for the others, white haloes."""
    light = f'fill="{PAPER}" stroke="{INK}" stroke-width="2.6" stroke-linejoin="round"'
    dark = f'fill="{INK}" stroke="{PAPER}" stroke-width="1.6" stroke-linejoin="round"'
    shapes = {
        "circle": f'<circle r="10" {dark}/>',
        "square": f'<rect x="-11" y="-11" width="22" height="22" {light}/>',
        "triangle": f'<path d="M0 -14L14 11H-14Z" {light}/>',
        "diamond": f'<path d="M0 -13L13 0L0 13L-13 0Z" {light}/>',
        "star": f'<path d="{_star(14, 6)}" {dark}/>',
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


def _star(outer: float, inner: float) -> str:
    turns = np.arange(10) * np.pi / 5
    radii = np.where(np.arange(10) % 2 == 0, outer, inner)
    points = zip(radii * np.sin(turns), -radii * np.cos(turns), strict=True)
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points) + "Z"


def path_data(shape: Any) -> str:
    """SVG path of a polygon or multipolygon in drawing units, to a tenth of a unit."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]
    return "".join(_ring(np.round(np.asarray(ring.coords)[:-1, :2] * 10)) for ring in rings)


def _ring(tenths: Any) -> str:
    """Write one closed ring with relative steps, leaving out steps of nothing."""
    start, steps = tenths[0], np.diff(tenths, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    text = f"M{px(start[0] / 10)} {px(start[1] / 10)}"
    if len(steps):
        text += "l" + " ".join(f"{px(x / 10)} {px(y / 10)}" for x, y in steps)
    return text + "Z"


def rect(x: float, y: float, width: float, height: float, style: str) -> str:
    """Draw a rectangle bordered near-black; `style` holds further attributes."""
    return (
        f'<rect x="{px(x)}" y="{px(y)}" width="{px(width)}" height="{px(height)}" '
        f'stroke="{INK}" {style}/>'
    )


def px(value: float) -> str:
    """Write a number as briefly as a tenth allows."""
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text
