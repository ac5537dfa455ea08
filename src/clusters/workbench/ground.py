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
        "outline": path_data(shapely.union_all(drawn)),
        "marks": [round(float(value), 1) for value in np.ravel(layout.main.points)],
        "kinds": [kind_of(school.phase) for school in problem.schools],
        "numbers": [zone.number for zone in layout.zones],
        "colours": [zone.colour for zone in layout.zones],
    }


def _borders(cells: list[Any]) -> Iterator[list[Any]]:
    """Yield [i, j, path] for each pair of territories that touch along a line."""
    shapes = np.array(cells, dtype=object)
    for i, j in _zones.touching(cells):
        shared = shapely.intersection(shapes[i], shapes[j])
        lines = [
            part
            for part in shapely.get_parts(shapely.line_merge(_lines(shared)))
            if part.geom_type == "LineString"
        ]
        path = "".join(_line(np.asarray(part.coords)) for part in lines)
        if path:
            yield [i, j, path]


def _lines(shape: Any) -> Any:
    parts = [
        line
        for part in getattr(shape, "geoms", [shape])
        for line in getattr(part, "geoms", [part])
        if line.geom_type == "LineString"
    ]
    return shapely.MultiLineString(parts)


def _line(points: Any) -> str:
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)
