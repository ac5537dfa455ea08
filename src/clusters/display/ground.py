"""The schools before there is a plan: a small map of marks, territories and neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from clusters.domain import FloatArray, Problem, School
from clusters.maps.colours import INK, PAPER
from clusters.maps.layout import kind_of
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
    view = _View(np.array([(s.easting, s.northing) for s in schools], dtype=float).reshape(-1, 2))
    words = f"Map of {len(schools):,} schools"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" '
            f'viewBox="0 0 {px(WIDTH)} {px(view.height)}" width="{px(WIDTH)}" '
            f'height="{px(view.height)}" style="max-width:100%;height:auto">',
            f'<rect width="{px(WIDTH)}" height="{px(view.height)}" fill="{PAPER}"/>',
            *symbols(prefix),
            *([] if problem is None else _land(problem, view)),
            *_marks(schools, view, prefix),
            "</svg>",
        ]
    )


class _View:
    """From metres to units of the drawing."""

    def __init__(self, xy_m: FloatArray) -> None:
        low, high = xy_m.min(axis=0), xy_m.max(axis=0)
        inner = WIDTH - 2 * _MARGIN
        wide, tall = np.maximum(high - low, 1e-9)
        self.scale = float(min(inner / wide, inner * _TALLEST / tall))
        self.height = float(tall * self.scale + 2 * _MARGIN)
        self.low = low
        self.aside = (WIDTH - wide * self.scale) / 2
        self.points = self.of(xy_m)

    def of(self, xy_m: FloatArray) -> FloatArray:
        x, y = ((xy_m - self.low) * self.scale).T
        return np.column_stack([self.aside + x, self.height - _MARGIN - y])

    def shape(self, shape: Any) -> Any:
        import shapely

        return shapely.transform(shape, self.of)


def _land(problem: Problem, view: _View) -> Iterator[str]:
    cells = [cell for cell in problem.territories or () if cell is not None]
    if cells:
        fine = [cell.simplify(0.8 / view.scale) for cell in dict.fromkeys(cells)]
        data = "".join(path_data(view.shape(cell)) for cell in fine)
        yield f'<path d="{data}" fill="none" stroke="{_GREY}" stroke-width="0.6"/>'
    edges = problem.edges
    if edges is not None and 0 < len(edges) <= _MOST_EDGES:
        data = "".join(_line(view.points[i], view.points[j]) for i, j in edges)
        yield f'<path d="{data}" stroke="{_GREY}" stroke-width="0.8" stroke-dasharray="3 2"/>'


def _line(one: Iterable[float], other: Iterable[float]) -> str:
    (ax, ay), (bx, by) = one, other
    return f"M{px(ax)} {px(ay)}L{px(bx)} {px(by)}"


def _marks(schools: Sequence[School], view: _View, prefix: str) -> Iterator[str]:
    radius = float(np.clip(60.0 / np.sqrt(len(schools)), 1.5, 5.0))
    yield f'<g fill="{INK}">'
    for school, (x, y) in zip(schools, view.points, strict=True):
        tip = escaped(f"{clean(school.name)} ({clean(school.phase)})")
        mark = use(f"{prefix}-{kind_of(school.phase)}", x, y, radius)
        yield f"<g><title>{tip}</title>{mark}</g>"
    yield "</g>"
