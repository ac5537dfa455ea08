"""Frames of pandas and GeoPandas, and Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clusters.readers.cells import as_text
from clusters.readers.opening import refusal
from clusters.readers.table import Table

__all__ = ["frame_table", "parquet_table"]

MOST_PARQUET_BYTES = 1_000_000_000
MOST_PARQUET_ROWS = 5_000_000


def frame_table(frame: Any, where: str, crs: Any = None) -> Table:
    """Bring a frame into a table; its first row counts as row 2, as if it had been saved.

    Raises
    ------
    DataError
        If a geometry has no coordinate system, or one that contradicts `crs`.
    """
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    spatial = hasattr(frame, "geometry") and hasattr(frame, "crs")
    shapes = frame.geometry if spatial and frame.active_geometry_name is not None else None
    if shapes is not None:
        frame = frame.drop(columns=[shapes.name])
    columns = [frame.iloc[:, k].tolist() for k in range(frame.shape[1])]
    table = Table(
        where=where,
        kind="frame",
        header=tuple(str(name).strip() for name in frame.columns),
        rows=iter(()),
    )
    table.rows = _rows(columns, len(frame), table)
    if shapes is not None:
        from clusters.readers.formats.spatial import points_of

        own = shapes.crs
        if own is not None and crs is not None and own != crs:
            table.notes.append(f"The frame says that it is in {own.name}; crs was not needed.")
        table.points = points_of(shapes.tolist(), own if own is not None else crs, table)
    return table


def _rows(columns: list[list[Any]], n: int, table: Table) -> Iterator[tuple[int, list[str]]]:
    for k in range(n):
        yield k + 2, [table.mend(as_text(column[k])) for column in columns]


def parquet_table(path: Path, crs: Any = None) -> Table:
    """Open a Parquet or GeoParquet file.

    Raises
    ------
    DataError
        If it is damaged or too large.
    """
    import pyarrow
    import pyarrow.parquet
    import shapely

    try:
        facts = pyarrow.parquet.read_metadata(path)
        size = sum(facts.row_group(k).total_byte_size for k in range(facts.num_row_groups))
        if size > MOST_PARQUET_BYTES or facts.num_rows > MOST_PARQUET_ROWS:
            raise refusal(
                path.name,
                f"it unpacks to {size / 1e6:,.0f} MB, more than any table of schools needs",
                "keep only the rows of your authority",
            )
        if b"geo" in (facts.metadata or {}):
            import geopandas

            frame: Any = geopandas.read_parquet(path)
        else:
            content = pyarrow.parquet.ParquetFile(path).read()
            content.validate(full=True)
            frame = content.to_pandas()
        table = frame_table(frame, path.name, crs)
    except (
        *(pyarrow.ArrowException, shapely.errors.ShapelyError, OSError, ValueError),
        *(TypeError, KeyError, IndexError, AttributeError, OverflowError, RuntimeError),
    ) as error:  # what pyarrow, pandas, GeoPandas and PROJ raise on a damaged file
        raise refusal(
            path.name,
            f"the Parquet file is damaged ({type(error).__name__})",
            "export it again, or save the table as CSV",
        ) from None
    table.kind = "Parquet"
    return table
