"""The boundary against the schools: who is outside, and the land that they claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from clusters.domain import FloatArray, School
from clusters.errors import DataError, Fault
from clusters.readers.boundary import polygons_of, read_shapes
from clusters.readers.formats.spatial import BRITISH_GRID
from clusters.readers.locations import BOUNDARY_TOLERANCE_M

__all__ = ["read_boundary", "region_with"]


def read_boundary(source: Any, schools: tuple[School, ...], xy: FloatArray) -> Any:
    """Polygon of the authority, checked against the schools' coordinates, array (n, 2).

    Raises
    ------
    DataError
        If it is no polygon, is in degrees or swapped, or leaves schools more than
        `BOUNDARY_TOLERANCE_M` outside: their names are listed.
    """
    shapes = read_shapes(source, "boundary")
    whole = polygons_of(shapely.union_all(shapely.make_valid(shapes)))
    if whole.is_empty:
        what = "it holds no polygon"
        remedy = "give the outline of the authority as a polygon"
        raise DataError.of(what, remedy, where="boundary", value=shapes[0].geom_type)
    outside = np.flatnonzero(_gap(whole, xy) > BOUNDARY_TOLERANCE_M)
    if len(outside):
        raise DataError(_outside_faults(whole, schools, xy, outside))
    return whole


def region_with(boundary: Any, xy: FloatArray) -> tuple[Any, int]:
    """Extend a boundary by a disc round each site just outside it; and the number of these."""
    gap = _gap(boundary, xy)
    out = gap > 0
    if not out.any():
        return boundary, 0
    discs = shapely.buffer(shapely.points(xy[out]), gap[out] * 1.1 + 1.0)
    return shapely.union_all([boundary, *discs]), int(out.sum())


def _gap(boundary: Any, xy: FloatArray) -> FloatArray:
    shapely.prepare(boundary)
    points = shapely.points(xy)
    gap = np.zeros(len(xy))
    out = ~shapely.intersects(boundary, points)
    gap[out] = shapely.distance(boundary, points[out])
    return gap


def _outside_faults(
    boundary: Any, schools: tuple[School, ...], xy: FloatArray, outside: Any
) -> list[Fault]:
    """Say what is wrong with the boundary as a whole if most schools are out, else name them."""
    if 2 * len(outside) <= len(xy):
        gap = _gap(boundary, xy)
        return [
            Fault(
                f"{schools[k].name} lies {gap[k]:,.0f} m outside the boundary",
                "correct its easting and northing, leave it out, or extend the boundary",
                where="boundary",
                urn=str(schools[k].urn),
            )
            for k in outside.tolist()
        ]
    x0, y0, x1, y1 = boundary.bounds
    box = f"easting {x0:,.0f} to {x1:,.0f}, northing {y0:,.0f} to {y1:,.0f}"
    (sx0, sy0), (sx1, sy1) = xy.min(axis=0), xy.max(axis=0)
    there = f"easting {sx0:,.0f} to {sx1:,.0f}, northing {sy0:,.0f} to {sy1:,.0f}"
    swapped = (_gap(boundary, xy[:, ::-1]) <= BOUNDARY_TOLERANCE_M).mean() > 0.5
    if swapped:
        what, remedy = "easting and northing look swapped", "swap them in one of the two"
    elif max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90:
        what = "it is in degrees, the schools are in metres"
        remedy = f"give a GeoDataFrame with its crs, or convert it to EPSG:{BRITISH_GRID}"
    else:
        what, remedy = "it lies elsewhere", "check the coordinate systems of both"
    return [
        Fault(
            f"{len(outside)} of {len(xy)} schools are outside the boundary: {what} "
            f"(boundary {box}; schools {there})",
            remedy,
            where="boundary",
        )
    ]
