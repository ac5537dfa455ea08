"""The ground as the page draws it: territories, the borders between them, marks, colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from clusters.domain import Plan, Problem
from clusters.maps import lay_out
from clusters.maps import zones as _zones
from clusters.maps.layout import kind_of
from clusters.maps.marks import path_data, px

__all__ = ["ground_of"]

HAIR = 0.2
"""Units of the drawing within which two territories touch."""

SHORTEST = 4 * HAIR
"""Borders no longer than this are corners."""


def ground_of(problem: Problem, plan: Plan) -> dict[str, Any]:
    """Draw what does not change when a school moves, in units of the page's map.

    Every school has a territory of its own (schools on one site have strips of it); a border
    between two territories is shown where their schools are in different clusters.
    """
    layout = lay_out(problem, plan, enlarge=False, names=False)
    view = layout.main.view
    cells = _zones.split_shared_sites(
        problem, _zones.territories(problem), list(range(len(problem)))
    )
    cells = _zones.simplify(cells, _zones.extent_m(problem) / 1500)
    drawn = [view.shape(cell) for cell in cells]
    return {
        "width": round(view.width + 2 * view.left, 1),
        "height": round(view.height + 2 * view.top, 1),
        "metre": view.scale,
        "cells": [path_data(cell) for cell in drawn],
        "borders": list(_borders(drawn)),
        "outline": path_data(_outline(drawn)),
        "marks": [round(float(value), 1) for value in np.ravel(layout.main.points)],
        "kinds": [kind_of(school.phase) for school in problem.schools],
        "numbers": [zone.number for zone in layout.zones],
        "colours": [zone.colour for zone in layout.zones],
    }


def _outline(cells: list[Any]) -> Any:
    """Join all ground; slits between territories, thinner than a hair, are closed."""
    wider = shapely.union_all(shapely.buffer(cells, HAIR, join_style="mitre"))
    return shapely.buffer(wider, -HAIR, join_style="mitre")


def _borders(cells: list[Any]) -> Iterator[list[Any]]:
    """Yield [i, j, path] for each pair of territories that touch along a line.

    What lies within a hair's breadth of the other counts: corners that lie on a straight side of
    the neighbour are not corners of that side.
    """
    shapes = np.array(cells, dtype=object)
    wider = shapely.buffer(shapes, HAIR, quad_segs=2)
    sides = shapely.boundary(shapes)
    first, second = shapely.STRtree(shapes).query(wider, predicate="intersects")
    once = first < second
    for i, j in sorted(zip(first[once].tolist(), second[once].tolist(), strict=True)):
        shared = shapely.line_merge(_lines(shapely.intersection(sides[i], wider[j])))
        lines = [part for part in shapely.get_parts(shared) if part.length > SHORTEST]
        if lines:
            yield [i, j, "".join(_line(np.asarray(part.coords)) for part in lines)]


def _lines(shape: Any) -> Any:
    parts = [
        line
        for part in getattr(shape, "geoms", [shape])
        for line in getattr(part, "geoms", [part])
        if line.geom_type == "LineString" and not line.is_empty
    ]
    return shapely.MultiLineString(parts)


def _line(points: Any) -> str:
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)
