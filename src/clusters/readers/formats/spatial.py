"""GeoJSON, GeoPackage and shape files, and geometry into metres on the British National Grid.

GeoJSON and GeoPackage are read without GDAL: GeoJSON is JSON, a GeoPackage is an SQLite database,
and neither reader here can be led to another file. SQLite is stopped when a query runs too long. A
shape file, which cannot name other files, is read by pyogrio.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusters.errors import DataError
from clusters.readers.cells import as_text
from clusters.readers.column_names import near
from clusters.readers.formats.content import Content
from clusters.readers.table import HeaderScore, Point, Table
from clusters.text import first_few

__all__ = [
    "BRITISH_GRID",
    "crs_of",
    "layer_features",
    "layer_shapes",
    "layer_table",
    "points_of",
    "to_grid",
]

BRITISH_GRID = 27700
"""EPSG code of the British National Grid."""

_MOST_STEPS = 20_000
_STEP = 1_000
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_HEADER = 8
_GEOGRAPHIC = "OGC:CRS84"
_UNDEFINED = ("undefined", "local_cs", "engcrs", "engineeringcrs")


@dataclass(slots=True)
class _Layer:
    """Columns, rows of raw values, shapes and coordinate system of one layer."""

    columns: list[str]
    crs: Any
    notes: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)


def layer_table(
    content: Content,
    kind: str,
    layer: str | None,
    crs: Any = None,
    score: HeaderScore = None,
    *,
    positions: bool = False,
) -> Table:
    """Open a layer of points as a table.

    Raises
    ------
    DataError
        If it is damaged, lacks the layer, or has no coordinate system where one is needed.
    """
    read = _layer_of(content, kind, layer, score)
    table = Table(where=content.name, kind=kind, header=tuple(read.columns), rows=iter(()))
    table.notes += read.notes
    table.rows = _rows(read, table)
    if read.shapes and positions and read.crs is not None and crs is not None:
        table.notes.append(f"{content.name} says its own coordinate system; crs= was not needed.")
    if read.shapes and positions:
        table.points = points_of(
            read.shapes, crs if crs is not None and read.crs is None else read.crs, table
        )
    return table


def layer_shapes(content: Content, kind: str, layer: str | None = None) -> tuple[list[Any], Any]:
    """Shapes of a layer as they stand, and its coordinate system."""
    read = _layer_of(content, kind, layer, None)
    return read.shapes, read.crs


def layer_features(
    content: Content, kind: str, layer: str | None = None
) -> tuple[list[Any], list[dict[str, Any]], Any]:
    """Shapes of a layer as they stand, the row of each by heading, and its coordinate system."""
    read = _layer_of(content, kind, layer, None)
    rows = [dict(zip(read.columns, row, strict=True)) for row in read.rows]
    return read.shapes, rows, read.crs


def _layer_of(content: Content, kind: str, layer: str | None, score: HeaderScore) -> _Layer:
    if kind == "GeoJSON":
        return _geojson(content)
    if kind == "shape file":
        return _shape_file(content)
    return _geopackage(content, layer, score)


def _rows(read: _Layer, table: Table) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(read.rows, start=2):
        yield number, [table.correct(as_text(cell)) for cell in row]


def crs_of(crs: Any, where: str) -> Any:
    """Coordinate system from whatever names it.

    Raises
    ------
    DataError
        If nothing is known by that name.
    """
    import pyproj

    try:
        return pyproj.CRS.from_user_input(crs)
    except (pyproj.exceptions.CRSError, TypeError, ValueError):
        what = "this is no coordinate system"
        remedy = 'give for instance "EPSG:27700"'
        raise DataError.of(what, remedy, where=where, value=str(crs)) from None


def to_grid(points: Sequence[Point], crs: Any, where: str) -> list[Point]:
    """Bring x and y (longitude first) of a coordinate system into metres on the British grid."""
    import pyproj

    system = crs_of(crs, where)
    if system.to_epsg() == BRITISH_GRID:
        return [(float(x), float(y)) for x, y in points]
    turn = pyproj.Transformer.from_crs(system, BRITISH_GRID, always_xy=True)
    x, y = turn.transform([p[0] for p in points], [p[1] for p in points])
    return [(round(float(a), 1), round(float(b), 1)) for a, b in zip(x, y, strict=True)]


def points_of(shapes: Sequence[Any], crs: Any, table: Table) -> dict[int, Point]:
    """Positions by row number; what is no point becomes a fault.

    Raises
    ------
    DataError
        If the coordinate system is not known.
    """
    if crs is None:
        raise table.refused(
            "its geometry has no coordinate system",
            'say which with crs=, for instance crs="EPSG:27700", or set it in the file',
        )
    system = crs_of(crs, table.where)
    points: dict[int, Point] = {}
    remedy = "give each school one point (its boundary goes to boundary=)"
    for number, shape in enumerate(shapes, start=2):
        point = _point_of(shape)
        if point is not None:
            points[number] = point
        elif shape is not None and not shape.is_empty:
            what = f"its geometry is a {shape.geom_type}, not a point"
            table.faults.add(what, remedy, where=table.where, row=number)
    if system.is_geographic:
        points = dict(_in_degrees(points, table))
    turned = to_grid(list(points.values()), system, table.where)
    if system.to_epsg() != BRITISH_GRID:
        table.notes.append(f"Positions were turned from {system.name} into British grid metres.")
    return dict(zip(points, turned, strict=True))


def _point_of(shape: Any) -> Point | None:
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    return (shape.x, shape.y) if shape.geom_type == "Point" else None


def _in_degrees(points: dict[int, Point], table: Table) -> Iterator[tuple[int, Point]]:
    for number, (x, y) in points.items():
        if abs(x) <= 180 and abs(y) <= 90:
            yield number, (x, y)
        else:
            table.faults.add(
                "its coordinate system is in degrees but its numbers are not",
                "set the true coordinate system (EPSG:27700 for metres), or swap "
                "longitude and latitude",
                where=table.where,
                row=number,
                value=f"{x:g}, {y:g}",
            )


# GeoJSON ------------------------------------------------------------------------------------


def _geojson(content: Content) -> _Layer:
    from clusters.readers.formats.delimited import json_of

    data = json_of(content, "GeoJSON", "download or export it again as GeoJSON or GeoPackage")
    data = data if isinstance(data, dict) else {}
    features = data.get("features")
    if data.get("type") == "Feature":
        features = [data]
    if "coordinates" in data:
        features = [{"geometry": data}]
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise content.refused("the JSON holds no features", "give a GeoJSON FeatureCollection")
    columns: dict[str, None] = {}
    for feature in features:
        columns |= dict.fromkeys(str(name) for name in feature.get("properties") or {})
    read = _Layer(list(columns), _geojson_crs(data))
    for feature in features:
        properties = feature.get("properties") or {}
        read.rows.append([properties.get(name) for name in read.columns])
        read.shapes.append(_shape(feature.get("geometry"), content))
    return read


def _geojson_crs(data: dict[str, Any]) -> Any:
    """GeoJSON is in longitude and latitude, unless it says otherwise as older files do."""
    named = data.get("crs")
    if isinstance(named, dict) and isinstance(named.get("properties"), dict):
        return named["properties"].get("name") or _GEOGRAPHIC
    return _GEOGRAPHIC


def _shape(geometry: Any, content: Content) -> Any:
    import shapely
    from shapely.geometry import shape

    if geometry is None:
        return None
    errors = (shapely.errors.ShapelyError, *_ODD, AttributeError)
    remedy = "export it again as GeoJSON or GeoPackage"
    with content.refusing(errors, "a geometry is damaged ({reason})", remedy):
        return shape(geometry)


_ODD = (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError)


# shape files --------------------------------------------------------------------------------


def _shape_file(content: Content) -> _Layer:
    path = content.path
    if path is None:
        what = "a shape file is several files, of which an open file is only one"
        raise content.refused(what, "give the path of the .shp file, or save it as a GeoPackage")
    beside = {entry.suffix.lower() for entry in path.parent.glob(f"{path.stem}.*")}
    lacking = [ending for ending in (".shx", ".dbf") if ending not in beside]
    if lacking:
        raise content.refused(
            f"the shape file is not whole: {' and '.join(lacking)} should lie beside it",
            "unpack all of its files into one folder, or save it as a GeoPackage",
        )
    import geopandas
    import pyogrio.errors
    import shapely

    errors = (
        *(pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError),
        *(shapely.errors.ShapelyError, RuntimeError, *_ODD),
    )
    remedy = "export it again as GeoPackage or GeoJSON"
    with content.refusing(errors, "the shape file is damaged ({reason})", remedy):
        frame = geopandas.read_file(path)
    names = [name for name in frame.columns if name != frame.active_geometry_name]
    read = _Layer([str(name) for name in names], frame.crs)
    read.rows = frame[names].to_numpy(dtype=object).tolist()
    read.shapes = list(frame.geometry)
    return read


# GeoPackage ---------------------------------------------------------------------------------


def _geopackage(content: Content, layer: str | None, score: HeaderScore) -> _Layer:
    log = None if content.path is None else content.path.with_name(content.name + "-wal")
    if log is not None and log.exists() and log.stat().st_size:
        what = f"another program has it open and has not written all of it ({log.name})"
        raise content.refused(what, "close the project in QGIS, or export the layer again")
    errors = (sqlite3.Error, UnicodeError, MemoryError, OverflowError, ValueError)
    remedy = "export the layer again as GeoPackage or GeoJSON"
    with (
        content.refusing(errors, "the GeoPackage is damaged or not one ({reason})", remedy),
        contextlib.closing(sqlite3.connect(":memory:")) as database,
    ):
        # A database that says it keeps such a log cannot be opened in memory.
        data = bytearray(content.data)
        data[18:20] = b"\x01\x01"
        database.deserialize(bytes(data))
        steps = iter(range(_MOST_STEPS))
        database.set_progress_handler(lambda: next(steps, None) is None, _STEP)
        return _layer(database, content, layer, score)


def _layer(
    database: sqlite3.Connection, content: Content, layer: str | None, score: HeaderScore
) -> _Layer:
    known = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
    shaped = {
        name: (column, srs, str(kind).upper())
        for name, column, kind, srs in database.execute(
            "SELECT table_name, column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
        )
    }
    names = [name for name, kind in known.items() if kind in ("features", "attributes")]
    if layer is not None and layer not in names:
        remedy = f"{near(layer, names)} The layers are {', '.join(names)}".strip()
        raise content.refused(f"there is no layer {layer!r}", remedy)
    if not names:
        raise content.refused("the GeoPackage has no layer", "export the schools again")
    chosen = layer if layer is not None else _choose(database, names, shaped, score, content.name)
    quoted = _quote(chosen)
    facts = database.execute(f"PRAGMA table_info({quoted})").fetchall()
    columns = [row[1] for row in facts]
    counter = next((row[1] for row in facts if row[5] and row[1].lower() == "fid"), None)
    column, srs, _ = shaped.get(chosen, (None, None, ""))
    kept = [k for k, name in enumerate(columns) if name not in (column, counter)]
    read = _Layer([columns[k] for k in kept], _crs(database, srs))
    if len(names) > 1:
        read.notes.append(
            f"The layer {chosen!r} of {content.name} was read, of {len(names)} layers."
        )
    at = columns.index(column) if column in columns else None
    for row in database.execute(f"SELECT * FROM {quoted}"):
        if at is not None:
            read.shapes.append(_blob(row[at], content))
        read.rows.append([row[k] for k in kept])
    return read


def _choose(
    database: sqlite3.Connection,
    names: list[str],
    shaped: Mapping[str, tuple[Any, Any, str]],
    score: HeaderScore,
    where: str,
) -> str:
    """Take the layer whose columns are best known; for shapes, the only one that has any."""
    if score is None:
        fitting = [name for name in names if name in shaped]
    else:
        scores = {
            name: score([row[1] for row in database.execute(f"PRAGMA table_info({_quote(name)})")])
            for name in names
        }
        best = max(scores.values())
        fitting = [name for name in names if scores[name] == best and best > 0]
        points = [name for name in fitting if name in shaped and shaped[name][2] == "POINT"]
        fitting = points if len(points) == 1 else fitting
    if len(fitting) > 1:
        what = f"{len(fitting)} layers could be meant: {first_few(fitting, 6)}"
        raise DataError.of(what, f"name one of them with layer={fitting[0]!r}", where=where)
    return next(iter(fitting), names[0])


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _crs(database: sqlite3.Connection, srs: int | None) -> Any:
    if srs is None or srs in (0, -1):
        return None
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys "
        "WHERE srs_id = ?",
        (srs,),
    ).fetchone()
    if row is None or str(row[2]).lower().startswith(_UNDEFINED):
        return None
    return f"EPSG:{row[1]}" if str(row[0]).upper() == "EPSG" else row[2]


def _blob(blob: Any, content: Content) -> Any:
    """Geometry of a GeoPackage: a short header, then well-known binary."""
    import shapely

    if blob is None:
        return None
    errors = (shapely.errors.ShapelyError, *_ODD)
    remedy = "export the layer again as GeoPackage"
    with content.refusing(errors, "a geometry is damaged ({reason})", remedy):
        if not isinstance(blob, bytes) or blob[:2] != b"GP":
            raise ValueError("no GeoPackage geometry")
        envelope = _ENVELOPES[(blob[3] >> 1) & 0b111]
        return shapely.from_wkb(blob[_HEADER + envelope :])
