"""Shapes from outside: the boundary and barriers, from shapely, GeoPandas or a file.

Everything comes out in the schools' coordinates. A layer that says which coordinate system it is
in is turned into metres on the British National Grid; one that does not is taken as it stands.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from clusters.domain import FloatArray, School
from clusters.errors import DataError, Fault

BRITISH_GRID = 27700
"""EPSG code of the British National Grid."""

OUTSIDE_TOLERANCE_M = 250.0
"""A school this near to the boundary counts as inside: published boundaries are simplified."""

_SIGNATURES = {
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".gpkg": (b"SQLite format 3\x00",),
    ".shp": (b"\x00\x00\x27\x0a",),
}


def read_shapes(source: Any, where: str) -> Any:
    """Shapes of a layer as an array of shapely geometries in the schools' coordinates.

    Parameters
    ----------
    source
        A shapely geometry or several, a GeoSeries or GeoDataFrame, or the path of a GeoJSON,
        GeoPackage or shape file.
    where
        Name of the argument, for messages.

    Raises
    ------
    DataError
        If it cannot be read, is empty, or its coordinates cannot be what they claim to be.
    """
    if isinstance(source, str | os.PathLike):
        source = _read_file(Path(source), where)
    if hasattr(source, "geometry") and hasattr(source, "crs"):
        shapes = _in_metres(source.geometry, where)
    elif isinstance(source, shapely.Geometry):
        shapes = np.array([source], dtype=object)
    elif isinstance(source, Iterable):
        shapes = np.array(list(source), dtype=object)
    else:
        shapes = np.array([source], dtype=object)
    shapes = shapes[[shape is not None for shape in shapes]]  # rows of a file without a shape
    if not len(shapes) or not shapely.is_geometry(shapes).all() or shapely.is_empty(shapes).all():
        raise DataError(
            Fault(
                what="there are no shapes in it",
                remedy="give a shapely geometry, a GeoDataFrame or a GeoJSON or GeoPackage file",
                where=where,
            )
        )
    return shapes[~shapely.is_empty(shapes)]


def read_boundary(source: Any, schools: tuple[School, ...], xy: FloatArray) -> Any:
    """Polygon of the authority, checked against the schools' coordinates, array (n, 2).

    Raises
    ------
    DataError
        If it is no polygon, is in degrees or swapped, or leaves schools more than
        `OUTSIDE_TOLERANCE_M` outside: their names are listed.
    """
    shapes = read_shapes(source, "boundary")
    whole = polygons_of(shapely.union_all(shapely.make_valid(shapes)))
    if whole.is_empty:
        raise DataError(
            Fault(
                what="it holds no polygon",
                remedy="give the outline of the authority as a polygon",
                where="boundary",
                value=shapes[0].geom_type,
            )
        )
    outside = np.flatnonzero(_gap(whole, xy) > OUTSIDE_TOLERANCE_M)
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


def polygons_of(shape: Any) -> Any:
    """Keep the polygons of a shape (overlays leave stray points and lines behind)."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    pieces = shapely.get_parts(shape)
    areas = [piece for piece in pieces if piece.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(areas) if areas else shapely.Polygon()


def _read_file(path: Path, where: str) -> Any:
    """Read a vector file whose first bytes are what its ending says (not a link to elsewhere)."""
    signature = _SIGNATURES.get(path.suffix.lower())
    if signature is None:
        raise DataError(
            Fault(
                what="this is not a file of shapes that can be read",
                remedy="give a .geojson, .gpkg or .shp file",
                where=where,
                value=str(path),
            )
        )
    try:
        with path.open("rb") as file:
            start = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    except OSError as error:
        raise DataError(
            Fault(
                what=f"the file cannot be opened ({error.strerror})",
                remedy="check the path",
                where=where,
                value=str(path),
            )
        ) from error
    import geopandas
    import pyogrio
    import pyogrio.errors

    try:
        if not start.startswith(signature):
            msg = f"its contents are not {path.suffix}"
            raise ValueError(msg)
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if len(layers) > 1:
            msg = f"it has several layers: {', '.join(layers)}; read one with geopandas.read_file"
            raise ValueError(msg)
        return geopandas.read_file(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise DataError(
            Fault(
                what=f"the file cannot be read ({error})",
                remedy="export it again as GeoJSON or GeoPackage",
                where=where,
                value=str(path),
            )
        ) from error


def _in_metres(series: Any, where: str) -> Any:
    """Geometries of a GeoSeries on the British grid; as they stand if no system is named."""
    if series.crs is None or series.empty:
        return np.asarray(series)
    if series.crs.is_geographic:
        x0, y0, x1, y1 = series.total_bounds
        fault = None
        if max(abs(x0), abs(x1)) > 180 or max(abs(y0), abs(y1)) > 90:
            fault = Fault(
                what="it is labelled as degrees of longitude and latitude but its numbers "
                f"are not degrees ({x0:.0f} to {x1:.0f})",
                remedy=f"export it with its true system (EPSG:{BRITISH_GRID} for metres)",
                where=where,
            )
        elif x0 > 45 and y0 > -20 and y1 < 20:
            fault = Fault(
                what="longitude and latitude look swapped",
                remedy="give longitude first",
                where=where,
                value=f"{x0:.2f}, {y0:.2f}",
            )
        if fault:
            raise DataError(fault)
    return np.asarray(series.to_crs(BRITISH_GRID))


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
                what=f"{schools[k].name} lies {gap[k]:,.0f} m outside the boundary",
                remedy="correct its easting and northing, leave it out, or extend the boundary",
                where="boundary",
                urn=str(schools[k].urn),
            )
            for k in outside.tolist()
        ]
    x0, y0, x1, y1 = boundary.bounds
    box = f"easting {x0:,.0f} to {x1:,.0f}, northing {y0:,.0f} to {y1:,.0f}"
    (sx0, sy0), (sx1, sy1) = xy.min(axis=0), xy.max(axis=0)
    there = f"easting {sx0:,.0f} to {sx1:,.0f}, northing {sy0:,.0f} to {sy1:,.0f}"
    swapped = (_gap(boundary, xy[:, ::-1]) <= OUTSIDE_TOLERANCE_M).mean() > 0.5
    if swapped:
        what, remedy = "easting and northing look swapped", "swap them in one of the two"
    elif max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90:
        what = "it is in degrees, the schools are in metres"
        remedy = f"give a GeoDataFrame with its crs, or convert it to EPSG:{BRITISH_GRID}"
    else:
        what, remedy = "it lies elsewhere", "check the coordinate systems of both"
    return [
        Fault(
            what=f"{len(outside)} of {len(xy)} schools are outside the boundary: {what} "
            f"(boundary {box}; schools {there})",
            remedy=remedy,
            where="boundary",
        )
    ]
