"""Outlines and other shapes: the boundary of an authority, barriers within it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clusters.arguments import checked
from clusters.errors import DataError
from clusters.readers.formats.spatial import BRITISH_GRID, crs_of, layer_features, layer_shapes
from clusters.readers.locations import BOX
from clusters.readers.opening import File, is_file, kind_of, open_content

__all__ = ["polygons_of", "read_boundary", "read_features", "read_shapes"]

_MARGIN_M = 1e5
_GEOGRAPHIC_X, _GEOGRAPHIC_Y = 180.0, 90.0
_SHAPES = ("GeoJSON", "GeoPackage", "shape file")


@checked
def read_boundary(source: Any, *, layer: str | None = None, crs: Any = None) -> Any:
    """Read the outline of an authority as one polygon in metres on the British grid.

    Parameters
    ----------
    source
        A GeoJSON, GeoPackage, shape or GeoParquet file, a GeoDataFrame or GeoSeries, or a shapely
        polygon (taken to be in British grid metres unless `crs` says otherwise). Several polygons
        are joined into one.
    layer
        Of a GeoPackage.
    crs
        Coordinate system, where the source does not say its own.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon

    Raises
    ------
    DataError
        If it is damaged, holds no polygon or does not lie in Great Britain.

    Examples
    --------
    >>> from clusters import datasets
    >>> outline = read_boundary(datasets.path("boundary"))
    >>> outline.geom_type, outline.area > 0
    ('Polygon', True)
    """
    import shapely

    shapes, where = _metres_of(source, layer, crs, "boundary", needs_crs=True)
    whole = polygons_of(shapely.union_all([shapely.make_valid(shape) for shape in shapes]))
    if whole.is_empty:
        kinds = ", ".join(sorted({shape.geom_type for shape in shapes}))
        what = f"the boundary holds no polygon{f' ({kinds})' if kinds else ''}"
        raise DataError.of(what, "give the outline of the authority", where=where)
    x0, y0, x1, y1 = whole.bounds
    if not (
        BOX[0] - _MARGIN_M < x0
        and x1 < BOX[2] + _MARGIN_M
        and BOX[1] - _MARGIN_M < y0
        and y1 < BOX[3] + _MARGIN_M
    ):
        raise DataError.of(
            f"the boundary is not in Great Britain (easting {x0:,.0f} to {x1:,.0f}, northing "
            f"{y0:,.0f} to {y1:,.0f})",
            "check its coordinate system, and that longitude stands before latitude",
            where=where,
        )
    return whole


def read_shapes(source: Any, where: str) -> Any:
    """Read shapes of any kind as an array of shapely geometries in metres.

    Shapes that do not say their coordinate system are taken as they stand.

    Parameters
    ----------
    source
        A shapely geometry or several, a GeoSeries or GeoDataFrame, or the path of a GeoJSON,
        GeoPackage, shape or GeoParquet file.
    where
        Name of the argument, for messages.

    Raises
    ------
    DataError
        If it cannot be read, is empty, or its coordinates cannot be what they claim to be.
    """
    import numpy as np

    shapes, _ = _metres_of(source, None, None, where, needs_crs=False)
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def read_features(
    source: Any, where: str, *, layer: str | None = None, crs: Any = None
) -> tuple[list[tuple[Any, dict[str, Any]]], str]:
    """Read shapes in metres, each with its row of the table, and the name of their source.

    Parameters
    ----------
    source
        The path of a GeoJSON, GeoPackage or shape file, or a GeoDataFrame.
    where, layer, crs
        As for :func:`read_shapes`; a system must be known here.

    Raises
    ------
    DataError
        If it cannot be read, is empty, or its coordinates cannot be what they claim to be.
    """
    file = File.of(source, layer=layer, crs=crs)
    if hasattr(file.source, "geometry") and hasattr(file.source, "crs"):
        frame = file.source if hasattr(file.source, "columns") else file.source.to_frame("geometry")
        table = frame.drop(columns=[frame.active_geometry_name])
        rows, own = table.to_dict("records"), frame.crs
        shapes = list(frame.geometry)
    else:
        content = open_content(file, where)
        where, kind = content.name, kind_of(content)
        if kind not in _SHAPES:
            what = f"roads and places are not read from {kind}"
            raise DataError.of(what, "give a GeoJSON, GeoPackage or shape file", where=where)
        shapes, rows, own = layer_features(content, kind, file.layer)
    pairs = [
        (shape, row)
        for shape, row in zip(shapes, rows, strict=True)
        if shape is not None and not shape.is_empty
    ]
    if not pairs:
        raise DataError.of(
            "there are no shapes in it", "give a file with points or lines", where=where
        )
    system = own if own is not None else file.crs
    if system is None:
        remedy = 'say which with crs=, for instance "EPSG:27700"'
        raise DataError.of("it has no coordinate system", remedy, where=where)
    turned = _in_metres([shape for shape, _ in pairs], system, where)
    return list(zip(turned, (row for _, row in pairs), strict=True)), where


def polygons_of(shape: Any) -> Any:
    """Keep the polygons of a shape (overlays leave stray points and lines behind)."""
    import shapely

    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    pieces = shapely.get_parts(shape)
    areas = [piece for piece in pieces if piece.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(areas) if areas else shapely.Polygon()


def _metres_of(
    source: Any, layer: str | None, crs: Any, name: str, *, needs_crs: bool
) -> tuple[list[Any], str]:
    """Shapes in metres that are not empty, and the name of what they came from."""
    import shapely

    file = File.of(source, layer=layer, crs=crs)
    shapes, own, where = _raw(file, name)
    shapes = [shape for shape in shapes if shape is not None]
    if not all(isinstance(shape, shapely.Geometry) for shape in shapes):
        shapes = []
    shapes = [shape for shape in shapes if not shape.is_empty]
    if not shapes:
        remedy = "give a shapely geometry, a GeoDataFrame or a GeoJSON or GeoPackage file"
        raise DataError.of("there are no shapes in it", remedy, where=where)
    system = own if own is not None else file.crs
    if system is None and needs_crs and (is_file(file) or hasattr(file.source, "crs")):
        what = "the boundary has no coordinate system"
        raise DataError.of(what, 'say which with crs=, for instance crs="EPSG:27700"', where=where)
    if system is None:
        return shapes, where
    return _in_metres(shapes, system, where), where


def _raw(file: File, name: str) -> tuple[list[Any], Any, str]:
    """Shapes as they stand, their coordinate system, and where they are from."""
    import shapely

    source = file.source
    if isinstance(source, shapely.Geometry):
        return [source], None, name
    if hasattr(source, "geometry") and hasattr(source, "crs"):
        return list(source.geometry), source.crs, name
    if not is_file(source):
        return (list(source) if isinstance(source, Iterable) else [source]), None, name
    content = open_content(source, name)
    kind = kind_of(content)
    if kind in _SHAPES:
        shapes, own = layer_shapes(content, kind, file.layer)
        return shapes, own, content.name
    if kind == "Parquet":
        from clusters.readers.formats.frames import parquet_frame

        frame = parquet_frame(content)
        if hasattr(frame, "geometry") and hasattr(frame, "crs"):
            return list(frame.geometry), frame.crs, content.name
    raise content.refused(
        f"shapes are not read from {kind}", "give a GeoJSON, GeoPackage, shape or GeoParquet file"
    )


def _check_degrees(shapes: list[Any], system: Any, where: str) -> None:
    """Refuse what is labelled as degrees and cannot be degrees of Great Britain."""
    import shapely

    if not system.is_geographic:
        return
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    if max(abs(x0), abs(x1)) > _GEOGRAPHIC_X or max(abs(y0), abs(y1)) > _GEOGRAPHIC_Y:
        raise DataError.of(
            "it is labelled as degrees of longitude and latitude but its numbers "
            f"are not degrees ({x0:.0f} to {x1:.0f})",
            f"export it with its true system (EPSG:{BRITISH_GRID} for metres)",
            where=where,
        )
    if x0 > 45 and y0 > -20 and y1 < 20:
        what = "longitude and latitude look swapped"
        raise DataError.of(what, "give longitude first", where=where, value=f"{x0:.2f}, {y0:.2f}")


def _in_metres(shapes: list[Any], crs: Any, where: str) -> list[Any]:
    import numpy as np
    import pyproj
    import shapely

    system = crs_of(crs, where)
    _check_degrees(shapes, system, where)
    if system.to_epsg() == BRITISH_GRID:
        return shapes
    turn = pyproj.Transformer.from_crs(system, BRITISH_GRID, always_xy=True)

    def turned(xy: Any) -> Any:
        return np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))

    return [shapely.transform(shape, turned) for shape in shapes]
