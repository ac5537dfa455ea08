"""Of which kind a file is, and whether it may be opened at all.

A file is known by its first bytes, not by its name, and is checked before any library opens it:
no addresses of the web, no GDAL virtual paths, no devices, nothing too large. What other libraries
raise on a broken file becomes a fault in plain words.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from clusters.errors import DataError, Fault
from clusters.readers.column_names import PUBLISHED, simple
from clusters.readers.table import Table

__all__ = ["kind_of", "local_file", "open_table", "refusal"]

LARGEST_BYTES = 400_000_000
"""Files above this are refused: the whole of England's schools with every column is under 80 MB."""

_MAGIC = (
    (b"SQLite format 3\x00", "GeoPackage"),
    (b"PK\x03\x04", "Excel"),
    (b"PAR1", "Parquet"),
    (b"\xd0\xcf\x11\xe0", "old Excel"),
    (b"\x1f\x8b", "gzip archive"),
    (b"%PDF", "PDF"),
    (b"\x00\x00\x27\x0a", "shape file"),
)
_ENDINGS = {
    ".gpkg": "GeoPackage",
    ".xlsx": "Excel",
    ".xlsm": "Excel",
    ".parquet": "Parquet",
    ".geoparquet": "Parquet",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
}
_REFUSED = {
    "old Excel": "open it in a spreadsheet and save it as .xlsx or CSV",
    "gzip archive": "unpack it first",
    "PDF": "ask for the table behind it, as CSV or Excel",
    "shape file": "save it as a GeoPackage (.gpkg) or GeoJSON",
    "web page or XML": "download the file itself: this is a page about it, or an error page",
}
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]+://|^/vsi|/vsi[a-z0-9]+/", re.IGNORECASE)


def refusal(where: str, what: str, remedy: str, value: str | None = None) -> DataError:
    """Make the error of a file that is refused as a whole."""
    return DataError(Fault(what=what, remedy=remedy, where=where, value=value))


def local_file(source: str | os.PathLike[str]) -> Path:
    """Check that a path is an ordinary local file of a size that can be read.

    Raises
    ------
    DataError
        If it is an address, does not exist, or is a folder, a device or too large.
    """
    text = os.fspath(source)
    if _ADDRESS.search(text.replace("\\", "/")):
        raise refusal(
            text, "only files on this computer are read", "download the file and give its path"
        )
    if "\0" in text:
        raise refusal("path", "the path has a NUL character in it", "give a plain path")
    path = Path(text)
    try:
        if path.is_dir():
            raise refusal(path.name, "this is a folder", "give the path of a file", text)
        if not path.exists():
            raise refusal(path.name, "there is no such file", _look_alikes(path), text)
        if not path.is_file():
            raise refusal(path.name, "this is not an ordinary file", "give a file on disk", text)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise refusal(path.name, f"it cannot be opened ({error})", "check the path", text) from None
    if size == 0:
        raise refusal(path.name, "the file is empty", "check that it was saved or downloaded whole")
    if size > LARGEST_BYTES:
        raise refusal(
            path.name,
            f"the file is too large ({size / 1e6:,.0f} MB; at most {LARGEST_BYTES / 1e6:,.0f} MB)",
            "keep only the rows of your authority",
        )
    return path


def _look_alikes(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r} either: check the path"
    close = get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=3)
    return f"did you mean {' or '.join(close)}?" if close else "check the path"


def kind_of(path: Path) -> str:
    """Tell a file's kind by its first bytes.

    Raises
    ------
    DataError
        If it is of a kind that cannot be read, or its name claims another kind.
    """
    try:
        with path.open("rb") as file:
            start = file.read(512)
    except OSError as error:
        reason = error.strerror or str(error)
        raise refusal(path.name, f"it cannot be opened ({reason})", "check its rights") from None
    kind = next((name for magic, name in _MAGIC if start.startswith(magic)), "")
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not kind:
        kind = {b"<": "web page or XML", b"{": "GeoJSON"}.get(text[:1], "CSV")
    claimed = _ENDINGS.get(path.suffix.lower(), "")
    if claimed and claimed != kind:
        raise refusal(
            path.name,
            f"it is named {path.suffix} but is not {_an(claimed)} file"
            + (f" (it looks like {_an(kind)})" if kind != "CSV" else ""),
            f"export it again as {claimed}, or give it its true ending",
        )
    if kind in _REFUSED:
        raise refusal(path.name, f"it is {_an(kind)} file, which is not read", _REFUSED[kind])
    return kind


def _an(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOaeio' else 'a'} {word}"


def has_urn(cells: Sequence[str]) -> bool:
    """Whether a row looks like the header of a table of schools."""
    names = {"urn", *PUBLISHED["urn"]}
    return any(simple(cell) in names for cell in cells)


def open_table(
    source: Any,
    *,
    sheet: str | int | None = None,
    layer: str | None = None,
    crs: Any = None,
    is_header: Callable[[Sequence[str]], bool] | None = has_urn,
    name: str = "frame",
) -> Table:
    """Bring a file or frame into a table of text.

    Parameters
    ----------
    source
        Path of a CSV, Excel, GeoPackage, GeoJSON or Parquet file; or a DataFrame or GeoDataFrame.
    sheet, layer
        Of an Excel workbook or a GeoPackage; the first that has schools otherwise.
    crs
        Coordinate system of a geometry that does not say its own.
    is_header
        Whether a row is the header, for files with lines of title above it; None to take the first.
    name
        Of a frame, in messages.

    Raises
    ------
    DataError
        If it cannot be opened at all.
    """
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        from clusters.readers.formats.frames import frame_table

        return frame_table(source, name, crs)
    if not isinstance(source, str | os.PathLike):
        raise refusal(
            name,
            f"a {type(source).__name__} cannot be read",
            "give the path of a file, a DataFrame or a GeoDataFrame",
        )
    path = local_file(source)
    kind = kind_of(path)
    if kind == "CSV":
        from clusters.readers.formats.delimited import text_table

        return text_table(path, is_header)
    if kind == "Excel":
        from clusters.readers.formats.excel import excel_table

        return excel_table(path, sheet, is_header)
    if kind == "Parquet":
        from clusters.readers.formats.frames import parquet_table

        return parquet_table(path, crs)
    from clusters.readers.formats.spatial import layer_table

    return layer_table(path, kind, layer, crs)
