"""The schools before there is a plan: a small map of marks, territories and neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from clusters.domain import FloatArray, Problem, School
from clusters.maps.colours import INK, PAPER
from clusters.maps.layout import View, kind_of
from clusters.maps.marks import path_data, px, symbols, use
from clusters.text import clean, escaped

WIDTH = 560.0
_MARGIN = 16.0
_TALLEST = 1.2
_GREY = "#8a8a8a"
_MOST_EDGES = 3000
"""Of more lines between neighbours nothing could be made out."""


def ground_svg(schools: Sequence[School], prefix: str, problem: Problem | None = None) -> str:
    """Draw schools as marks; of a problem also their territories, and who is next to whom."""
    xy_m = np.array([(s.easting, s.northing) for s in schools], dtype=float).reshape(-1, 2)
    view = _view(xy_m)
    points, height = view.place(xy_m), px(view.height + _MARGIN)
    words = f"Map of {len(schools):,} schools"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" '
            f'viewBox="0 0 {px(WIDTH)} {height}" width="{px(WIDTH)}" '
            f'height="{height}" style="max-width:100%;height:auto">',
            f'<rect width="{px(WIDTH)}" height="{height}" fill="{PAPER}"/>',
            *symbols(prefix),
            *([] if problem is None else _land(problem, view, points)),
            *_marks(schools, points, prefix),
            "</svg>",
        ]
    )


def _view(xy_m: FloatArray) -> View:
    """Fit the schools into the drawing; its height is that of the view and a margin."""
    low, high = xy_m.min(axis=0), xy_m.max(axis=0)
    inner = WIDTH - 2 * _MARGIN
    wide, tall = np.maximum(high - low, 1e-9)
    scale = float(min(inner / wide, inner * _TALLEST / tall))
    return View(
        west_m=float(low[0]),
        south_m=float(low[1]),
        scale=scale,
        left=float((WIDTH - wide * scale) / 2),
        top=0.0,
        width=WIDTH,
        height=float(tall * scale + 2 * _MARGIN) - _MARGIN,
    )


def _land(problem: Problem, view: View, points: FloatArray) -> Iterator[str]:
    cells = [cell for cell in problem.territories or () if cell is not None]
    if cells:
        fine = [cell.simplify(0.8 / view.scale) for cell in dict.fromkeys(cells)]
        data = "".join(path_data(view.shape(cell)) for cell in fine)
        yield f'<path d="{data}" fill="none" stroke="{_GREY}" stroke-width="0.6"/>'
    edges = problem.edges
    if edges is not None and 0 < len(edges) <= _MOST_EDGES:
        data = "".join(_line(points[i], points[j]) for i, j in edges)
        yield f'<path d="{data}" stroke="{_GREY}" stroke-width="0.8" stroke-dasharray="3 2"/>'


def _line(one: Iterable[float], other: Iterable[float]) -> str:
    (ax, ay), (bx, by) = one, other
    return f"M{px(ax)} {px(ay)}L{px(bx)} {px(by)}"


def _marks(schools: Sequence[School], points: FloatArray, prefix: str) -> Iterator[str]:
    radius = float(np.clip(60.0 / np.sqrt(len(schools)), 1.5, 5.0))
    yield f'<g fill="{INK}">'
    for school, (x, y) in zip(schools, points, strict=True):
        tip = escaped(f"{clean(school.name)} ({clean(school.phase)})")
        mark = use(f"{prefix}-{kind_of(school.phase)}", x, y, radius)
        yield f"<g><title>{tip}</title>{mark}</g>"
    yield "</g>"
