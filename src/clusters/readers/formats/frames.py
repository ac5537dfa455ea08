"""Frames of pandas, GeoPandas and whatever has the Arrow stream interface, and Parquet files."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from clusters.errors import MissingLibraryError
from clusters.readers.cells import as_text
from clusters.readers.formats.content import Content
from clusters.readers.table import State, Table

__all__ = ["as_frame", "frame_table", "parquet_table"]

MOST_PARQUET_BYTES = 1_000_000_000
MOST_PARQUET_ROWS = 5_000_000
_ODD = (
    *(OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError),
    RuntimeError,
)
"""What pandas, GeoPandas and PROJ raise on a damaged file."""
_DAMAGED = ("the Parquet file is damaged ({kind})", "export it again, or save the table as CSV")


def as_frame(source: Any) -> Any:
    """Make a DataFrame of a frame, a Series or a list of mappings; None of anything else.

    Frames of polars, Arrow tables and others come through the Arrow stream interface.
    """
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        return source
    if hasattr(source, "iloc") and hasattr(source, "to_frame"):
        return _of_series(source)
    if hasattr(source, "__arrow_c_stream__"):
        pyarrow = _arrow("a frame of another library than pandas")
        try:
            return pyarrow.table(source).to_pandas()
        except (pyarrow.ArrowException, TypeError, ValueError):
            return None
    rows = list(source) if isinstance(source, list | tuple) else []
    if rows and all(isinstance(row, Mapping) for row in rows):
        import pandas as pd

        return pd.DataFrame(rows, dtype=object)
    return None


def _arrow(what: str) -> Any:
    """Import pyarrow, which only some users need and which is as large as all else together.

    Raises
    ------
    MissingLibraryError
        If it is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        msg = (
            f"{what} needs the library pyarrow: pip install 'clusters[parquet]', or save the table "
            "as CSV or Excel."
        )
        raise MissingLibraryError(msg) from error
    return pyarrow


def _of_series(series: Any) -> Any:
    """Series as a frame: its index is a column where it says anything."""
    import pandas as pd

    name = "value" if series.name is None else str(series.name)
    plain = isinstance(series.index, pd.RangeIndex) and series.index.name is None
    if hasattr(series, "crs"):  # a GeoSeries
        return series.to_frame(name="geometry")
    if plain:
        return pd.DataFrame({name: series.to_numpy()})
    return pd.DataFrame({series.index.name or "urn": series.index, name: series.to_numpy()})


def frame_table(frame: Any, where: str, crs: Any = None, *, positions: bool = False) -> Table:
    """Bring a frame into a table; its first row counts as row 2, as if it had been saved.

    Parameters
    ----------
    positions
        Whether the points of its geometry are wanted.

    Raises
    ------
    DataError
        If a geometry that is wanted has no coordinate system.
    """
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    spatial = hasattr(frame, "geometry") and hasattr(frame, "crs")
    shapes = frame.geometry if spatial and frame.active_geometry_name is not None else None
    if shapes is not None:
        frame = frame.drop(columns=[shapes.name])
    columns = [frame.iloc[:, k].tolist() for k in range(frame.shape[1])]
    states: dict[tuple[int, int], State] = {
        (number, k): "date"
        for k, column in enumerate(columns)
        for number, value in enumerate(column, start=2)
        if isinstance(value, datetime.date) and value == value
    }
    table = Table(
        where=where,
        kind="frame",
        header=tuple(str(name).strip() for name in frame.columns),
        rows=iter(()),
        states=states,
    )
    table.rows = _rows(columns, len(frame), table)
    if shapes is not None and positions:
        from clusters.readers.formats.spatial import points_of

        own = shapes.crs
        if own is not None and crs is not None and own != crs:
            table.notes.append(f"The frame says that it is in {own.name}; crs= was not needed.")
        table.points = points_of(shapes.tolist(), own if own is not None else crs, table)
    return table


def _rows(columns: list[list[Any]], n: int, table: Table) -> Iterator[tuple[int, list[str]]]:
    for k in range(n):
        yield k + 2, [table.correct(as_text(column[k])) for column in columns]


def parquet_frame(content: Content) -> Any:
    """Frame of a Parquet or GeoParquet file.

    Raises
    ------
    DataError
        If it is damaged or too large.
    MissingLibraryError
        If pyarrow is not installed.
    """
    pyarrow = _arrow(f"{content.name}, a Parquet file,")
    import shapely

    with content.refusing((pyarrow.ArrowException, shapely.errors.ShapelyError, *_ODD), *_DAMAGED):
        facts = pyarrow.parquet.read_metadata(content.file())
        size = sum(facts.row_group(k).total_byte_size for k in range(facts.num_row_groups))
        if size > MOST_PARQUET_BYTES or facts.num_rows > MOST_PARQUET_ROWS:
            what = f"it unpacks to {size / 1e6:,.0f} MB, more than any table of schools needs"
            raise content.refused(what, "keep only the rows of your authority")
        if b"geo" in (facts.metadata or {}):
            import geopandas

            return geopandas.read_parquet(content.file())
        table = pyarrow.parquet.ParquetFile(content.file()).read()
        table.validate(full=True)
        return table.to_pandas()


def parquet_table(content: Content, crs: Any = None, *, positions: bool = False) -> Table:
    """Open a Parquet or GeoParquet file as a table."""
    frame = parquet_frame(content)
    with content.refusing(_ODD, *_DAMAGED):
        table = frame_table(frame, content.name, crs, positions=positions)
    table.kind = "Parquet"
    return table
