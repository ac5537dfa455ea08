"""Postcodes and boundaries that the user supplies."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from clusters.errors import DataError, Fault
from clusters.readers.cells import Unreadable, number_of
from clusters.readers.column_names import PUBLISHED
from clusters.readers.columns import find_column
from clusters.readers.formats.delimited import text_table
from clusters.readers.formats.spatial import BRITISH_GRID, crs_of, layer_shapes
from clusters.readers.locations import BOX, postcode_key
from clusters.readers.opening import kind_of, local_file, open_table, refusal
from clusters.readers.table import Point, Table

__all__ = ["read_boundary", "read_postcodes"]

_CODE_POINT = (
    *("postcode", "quality", "easting", "northing", "country", "nhs_region", "nhs_area"),
    *("county", "district", "ward"),
)
_NO_PLACE = "90"
_POSTCODE = ("postcode", "pcds", "pcd", "pcd2", *PUBLISHED["postcode"])


def read_postcodes(
    source: str | os.PathLike[str] | Mapping[str, Point],
    *,
    only: Collection[str] | None = None,
) -> dict[str, Point]:
    """Read where postcodes are: Code-Point Open as downloaded, or any table with the columns.

    Parameters
    ----------
    source
        A CSV file of Code-Point Open (with or without its header row), the folder of its CSV files,
        or another table with columns postcode, easting, northing.
    only
        The postcodes wanted; None for all.

    Returns
    -------
    dict
        Easting and northing in metres by postcode, in capitals without spaces. Postcodes without a
        position (quality 90) are left out.

    Raises
    ------
    DataError
        If it cannot be read as such.
    """
    if isinstance(source, Mapping):
        return {postcode_key(str(code)): point for code, point in source.items()}
    wanted = None if only is None else {postcode_key(code) for code in only}
    folder = Path(source) if isinstance(source, str | os.PathLike) else None
    if folder is not None and folder.is_dir():
        files = sorted(folder.glob("*.csv")) or sorted(folder.glob("Data/CSV/*.csv"))
        if not files:
            raise refusal(
                folder.name,
                "the folder holds no CSV files",
                "give the folder Data/CSV of Code-Point Open",
            )
        found: dict[str, Point] = {}
        areas = None if wanted is None else {_area(code) for code in wanted}
        for path in files:
            if areas is None or len(path.stem) > 2 or path.stem.upper() in areas:
                found |= _read_one(path, wanted)
        return found
    return _read_one(source, wanted)


def _area(code: str) -> str:
    return code[:2] if code[1:2].isalpha() else code[:1]


def _read_one(source: Any, wanted: Collection[str] | None) -> dict[str, Point]:
    table = _postcode_table(source)
    columns = [
        next(
            (k for k in (find_column(table.header, name) for name in names) if k is not None), None
        )
        for names in (
            _POSTCODE,
            ("easting", *PUBLISHED["easting"]),
            ("northing", *PUBLISHED["northing"]),
        )
    ]
    if None in columns:
        raise refusal(
            table.where,
            "it is no table of postcodes: it needs columns postcode, easting and northing",
            "give a file of Code-Point Open",
        )
    code_at, x_at, y_at = (k for k in columns if k is not None)
    quality = next(
        (
            k
            for k, name in enumerate(table.header)
            if name.lower().endswith(("quality", "indicator"))
        ),
        None,
    )
    found: dict[str, Point] = {}
    faults: list[Fault] = []
    for number, cells in table.rows:
        code = postcode_key(cells[code_at])
        unplaced = quality is not None and cells[quality] == _NO_PLACE
        if not code or unplaced or (wanted is not None and code not in wanted):
            continue
        try:
            found[code] = (number_of(cells[x_at]), number_of(cells[y_at]))
        except Unreadable as error:
            faults.append(
                Fault(
                    what=f"the position of {cells[code_at]} cannot be read: {error.what}",
                    remedy=error.remedy,
                    where=table.where,
                    row=number,
                )
            )
    faults += table.faults
    if faults:
        raise DataError(faults)
    return found


def _postcode_table(source: Any) -> Table:
    """Open a table; a Code-Point Open file without a header starts with a postcode at once."""
    if isinstance(source, str | os.PathLike):
        path = local_file(source)
        if kind_of(path) == "CSV":
            table = text_table(path, None)
            headless = len(table.header) == len(_CODE_POINT) and any(
                character.isdigit() for character in table.header[0]
            )
            return text_table(path, None, headless=_CODE_POINT) if headless else table
    return open_table(source, is_header=None, name="postcodes")


def read_boundary(source: Any, *, layer: str | None = None, crs: Any = None) -> Any:
    """Read the outline of an authority as one polygon in metres on the British grid.

    Parameters
    ----------
    source
        A GeoJSON or GeoPackage file, a GeoDataFrame or GeoSeries, or a shapely polygon (taken to be
        in British grid metres unless `crs` says otherwise). Several polygons are joined into one.
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
    """
    shapes, own, where = _shapes_of(source, layer)
    import shapely

    system = own if own is not None else crs
    if system is None:
        raise refusal(
            where,
            "the boundary has no coordinate system",
            'say which with crs=, for instance crs="EPSG:27700"',
        )
    polygons = [one for one in shapes if one is not None and one.geom_type.endswith("Polygon")]
    if not polygons:
        raise refusal(where, "the boundary holds no polygon", "give the outline of the authority")
    whole = shapely.union_all([shapely.make_valid(one) for one in polygons])
    whole = _in_metres(whole, crs_of(system, where))
    x0, y0, x1, y1 = whole.bounds
    if not (BOX[0] - 1e5 < x0 and x1 < BOX[2] + 1e5 and BOX[1] - 1e5 < y0 and y1 < BOX[3] + 1e5):
        raise refusal(
            where,
            f"the boundary is not in Great Britain (easting {x0:,.0f} to {x1:,.0f}, northing "
            f"{y0:,.0f} to {y1:,.0f})",
            "check its coordinate system, and that longitude stands before latitude",
        )
    return whole


def _shapes_of(source: Any, layer: str | None) -> tuple[list[Any], Any, str]:
    if hasattr(source, "geom_type") and not hasattr(source, "crs"):
        return [source], f"EPSG:{BRITISH_GRID}", "boundary"
    if hasattr(source, "geometry") and hasattr(source, "crs"):
        return list(source.geometry), source.crs, "boundary"
    if not isinstance(source, str | os.PathLike):
        raise refusal(
            "boundary",
            f"a {type(source).__name__} cannot be read as a boundary",
            "give a GeoJSON or GeoPackage file, a GeoDataFrame or a shapely polygon",
        )
    path = local_file(source)
    kind = kind_of(path)
    if kind not in ("GeoJSON", "GeoPackage"):
        raise refusal(
            path.name, f"a boundary is not read from {kind}", "give a GeoJSON or GeoPackage file"
        )
    shapes, own = layer_shapes(path, kind, layer)
    return shapes, own, path.name


def _in_metres(shape: Any, system: Any) -> Any:
    import numpy as np
    import pyproj
    import shapely

    if system.to_epsg() == BRITISH_GRID:
        return shape
    turn = pyproj.Transformer.from_crs(system, BRITISH_GRID, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))
