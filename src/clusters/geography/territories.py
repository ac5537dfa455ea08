"""Territories: the part of the authority that lies nearer to one site than to any other.

They are the cells of the Voronoi diagram of the sites, clipped to the boundary: a stand-in for
catchment areas, which are rarely published (docs/assumptions.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree

from clusters.domain import FloatArray, IntArray
from clusters.readers.boundary import polygons_of

BORDER_TOLERANCE = 1e-5
"""A shared border counts if it is longer than this part of the region's diagonal: a third of a
metre over 30 km, so that two territories that meet in a point are not neighbours."""

LONE_SITE_PADDING_M = 1_000.0
"""Radius of the territory of a single site when no boundary is given."""


@dataclass(frozen=True, slots=True)
class Territories:
    """Cells (s,) as polygons, pairs of sites with a shared border (m, 2), and the borders (m,)."""

    cells: Any
    edges: IntArray
    borders: Any


def territories_of(xy: FloatArray, region: Any) -> Territories:
    """Cells of distinct sites within a region, and which of them share a border.

    Parameters
    ----------
    xy
        Array (s, 2) of distinct sites.
    region
        Polygon or multipolygon in the same coordinates. A cell that it cuts may have several parts.
    """
    if len(xy) == 1:
        return Territories(np.array([region]), np.empty((0, 2), np.int64), np.array([], object))
    centre = np.array(region.envelope.centroid.coords[0])
    x0, y0, x1, y1 = region.union(shapely.MultiPoint(xy)).bounds
    diagonal = float(np.hypot(x1 - x0, y1 - y0))
    # Eight far-away sites close every real cell; they are too far off to reach into the region.
    angles = np.arange(8) * np.pi / 4
    far = 20 * diagonal * np.column_stack([np.cos(angles), np.sin(angles)])
    diagram = Voronoi(np.vstack([xy - centre, far]))
    vertices = diagram.vertices + centre
    shapely.prepare(region)
    cells = _clip(_whole_cells(diagram, vertices, len(xy)), region)
    # A cell that also touches the region along a line comes out as a mixture: keep its polygons.
    for k in np.flatnonzero(shapely.get_type_id(cells) == shapely.GeometryType.GEOMETRYCOLLECTION):
        cells[k] = polygons_of(cells[k])
    real = (diagram.ridge_points < len(xy)).all(axis=1)
    edges = diagram.ridge_points[real].astype(np.int64)
    ends = np.array(diagram.ridge_vertices, dtype=np.int64)[real]  # two vertices each: all finite
    borders = _clip(shapely.linestrings(vertices[ends]), region)
    long_enough = shapely.length(borders) > BORDER_TOLERANCE * diagonal
    return Territories(cells, np.sort(edges[long_enough], axis=1), borders[long_enough])


def padded_hull(xy: FloatArray) -> Any:
    """Region to use where no boundary is given: the sites' hull, padded by half their spacing.

    The spacing is the median distance from a site to the nearest other one.
    """
    hull = shapely.MultiPoint(xy).convex_hull
    if len(xy) == 1:
        return hull.buffer(LONE_SITE_PADDING_M)
    nearest = np.asarray(cKDTree(xy).query(xy, k=2)[0])[:, 1]
    return hull.buffer(max(float(np.median(nearest)) / 2, 1e-3 * shapely.length(hull)))


def _whole_cells(diagram: Any, vertices: FloatArray, count: int) -> Any:
    """Polygons of the first `count` cells; a Voronoi cell is the hull of its vertices."""
    regions = [diagram.regions[k] for k in diagram.point_region[:count]]
    owner = np.repeat(np.arange(count), [len(region) for region in regions])
    points = shapely.points(vertices[np.concatenate(regions).astype(np.int64)])
    return shapely.convex_hull(shapely.multipoints(points, indices=owner))


def _clip(shapes: Any, region: Any) -> Any:
    """Cut shapes to a prepared region; those that lie well inside are left alone, for speed."""
    outside = ~shapely.contains_properly(region, shapes)
    shapes = np.array(shapes, dtype=object)
    shapes[outside] = shapely.intersection(shapes[outside], region)
    return shapes
