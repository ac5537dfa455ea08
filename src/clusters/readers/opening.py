"""The one door for files: whatever holds a table, text or shapes is opened here.

A file is known by its first bytes, not by its name, and is checked before any library opens it:
no addresses of the web, no GDAL virtual paths, no devices, nothing too large. What other libraries
raise on a broken file becomes a fault in plain words.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from clusters.errors import DataError
from clusters.readers.formats.content import Content
from clusters.readers.table import HeaderScore, Table
from clusters.shown import Shown

__all__ = ["File", "is_file", "open_content", "open_json", "open_table", "open_text"]

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
    ".gpkg": ("GeoPackage",),
    ".xlsx": ("Excel",),
    ".xlsm": ("Excel",),
    ".parquet": ("Parquet",),
    ".geoparquet": ("Parquet",),
    ".geojson": ("GeoJSON",),
    ".json": ("GeoJSON", "JSON"),
    ".shp": ("shape file",),
}
_REFUSED = {
    "old Excel": "open it in a spreadsheet and save it as .xlsx or CSV",
    "gzip archive": "unpack it first",
    "PDF": "ask for the table behind it, as CSV or Excel",
    "web page or XML": "download the file itself: this is a page about it, or an error page",
}
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]+://|^/vsi|/vsi[a-z0-9]+/", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class File(Shown):
    """A file with the part of it that is meant; it may stand wherever a path may.

    Parameters
    ----------
    source
        Path of the file, or a file that is open for reading.
    sheet, layer
        Sheet of a workbook (title, or number from 0); layer of a GeoPackage.
    crs
        Coordinate system of positions or shapes that do not say their own.
    column
        Column of a list of schools.

    Examples
    --------
    >>> File("schools.xlsx", sheet="2026")
    File(source='schools.xlsx', sheet='2026')
    """

    source: Any
    sheet: str | int | None = None
    layer: str | None = None
    crs: Any = None
    column: str | None = None

    @classmethod
    def of(cls, source: Any, **parts: Any) -> File:
        """Make one of whatever was given; its own parts come before those given beside it."""
        found = source if isinstance(source, cls) else cls(source)
        lacking = {
            name: part
            for name, part in parts.items()
            if part is not None and getattr(found, name) is None
        }
        return replace(found, **lacking)


def is_file(source: Any) -> bool:
    """Whether something is to be opened as a file (a path, an open file, or a `File` of one)."""
    if isinstance(source, File):
        return is_file(source.source)
    return isinstance(source, str | os.PathLike | Content) or hasattr(source, "read")


def open_content(source: Any, name: str = "file") -> Content:
    """Read the bytes of a local file or of an open one.

    Raises
    ------
    DataError
        If it is an address, does not exist, or is a folder, a device, empty or too large.
    """
    if isinstance(source, File):
        source = source.source
    if isinstance(source, Content):
        return source
    if hasattr(source, "read"):
        return _of_handle(source, name)
    if not isinstance(source, str | os.PathLike):
        remedy = "give the path of a file, an open file, a DataFrame or a GeoDataFrame"
        raise DataError.of(f"{_an(type(source).__name__)} cannot be read", remedy, where=name)
    path = _local_path(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError.of(
            f"it cannot be opened ({reason})", "check its rights", where=path.name
        ) from None
    return Content(path.name, data, path)


def _of_handle(handle: Any, name: str) -> Content:
    try:
        data = handle.read()
    except (OSError, ValueError) as error:
        raise DataError.of(
            f"the open file cannot be read ({error})", "open it again", where=name
        ) from None
    if isinstance(data, str):
        data = data.encode()
    if not isinstance(data, bytes):
        raise DataError.of(
            "the open file gives neither text nor bytes", "give its path", where=name
        )
    title = getattr(handle, "name", None)
    title = Path(title).name if isinstance(title, str) else name
    if not data:
        remedy = "open it again, or give its path"
        raise DataError.of("the open file holds nothing more to read", remedy, where=title)
    if len(data) > LARGEST_BYTES:
        raise _too_large(title, len(data))
    return Content(title, data, None)


def _local_path(source: str | os.PathLike[str]) -> Path:
    """Check that a path is an ordinary local file of a size that can be read."""
    text = os.fspath(source)
    if _ADDRESS.search(text.replace("\\", "/")):
        raise DataError.of(
            "only files on this computer are read",
            "download the file and give its path",
            where=text,
        )
    if "\0" in text:
        raise DataError.of("the path has a NUL character in it", "give a plain path", where="path")
    path = Path(text)

    def refused(what: str, remedy: str, value: str | None = None) -> DataError:
        return DataError.of(what, remedy, where=path.name, value=value)

    try:
        if path.is_dir():
            raise refused("this is a folder", "give the path of a file", text)
        if not path.exists():
            raise refused("there is no such file", _look_alikes(path), text)
        if not path.is_file():
            raise refused("this is not an ordinary file", "give a file on disk", text)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise refused(f"it cannot be opened ({error})", "check the path", text) from None
    if size == 0:
        raise refused("the file is empty", "check that it was saved or downloaded whole")
    if size > LARGEST_BYTES:
        raise _too_large(path.name, size)
    return path


def _too_large(where: str, size: int) -> Exception:
    what = f"the file is too large ({size / 1e6:,.0f} MB; at most {LARGEST_BYTES / 1e6:,.0f} MB)"
    return DataError.of(what, "keep only the rows of your authority", where=where)


def _look_alikes(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r} either: check the path"
    close = get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=3)
    return f"did you mean {' or '.join(close)}?" if close else "check the path"


def kind_of(content: Content) -> str:
    """Find a file's kind by its first bytes.

    Raises
    ------
    DataError
        If it is of a kind that cannot be read, or its name claims another kind.
    """
    start = content.data[:512]
    kind = next((name for magic, name in _MAGIC if start.startswith(magic)), "")
    kind = kind or _kind_of_text(content)
    suffix = Path(content.name).suffix.lower()
    claimed = _ENDINGS.get(suffix, ())
    if claimed and kind not in claimed:
        raise content.refused(
            f"it is named {suffix} but is not {_an(claimed[0])} file"
            + (f" (it looks like {_an(kind)})" if kind != "CSV" else ""),
            f"export it again as {claimed[0]}, or give it its true ending",
        )
    if kind in _REFUSED:
        raise content.refused(f"it is {_an(kind)} file, which is not read", _REFUSED[kind])
    return kind


def _kind_of_text(content: Content) -> str:
    text = content.data[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if text[:1] == b"<":
        return "web page or XML"
    if text[:1] == b"[":  # a list, unless it is a title such as "[Draft] schools"
        return "JSON" if text[1:].lstrip(b"\0 \t\r\n")[:1] in (b"{", b"[", b"]") else "CSV"
    if text[:1] != b"{":
        return "CSV"
    shapes = (b'"features"', b'"FeatureCollection"', b'"Feature"', b'"geometry"', b'"coordinates"')
    tables = (b'"durations"', b'"distances"', b'"sources_to_targets"')
    if any(word in content.data for word in tables):
        return "JSON"
    named = Path(content.name).suffix.lower() == ".geojson"
    return "GeoJSON" if named or any(word in content.data for word in shapes) else "JSON"


def _an(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOaeio' else 'a'} {word}"


def open_text(source: Any) -> tuple[str, str]:
    """Text of a file in whatever encoding, and the file's name.

    Raises
    ------
    DataError
        If it cannot be opened, or is not text.
    """
    from clusters.readers.formats.delimited import decode

    content = open_content(source, "file")
    kind = kind_of(content)
    if kind not in ("CSV", "JSON"):  # TOML that begins with [[table]] looks like a list of JSON
        raise content.refused(f"it is {_an(kind)} file, not plain text", "give a text file")
    return decode(content.data, content.name)[0], content.name


def open_json(content: Content) -> Any:
    """Value of a JSON file.

    Raises
    ------
    DataError
        If it is damaged.
    """
    from clusters.readers.formats.delimited import json_of

    return json_of(content, "JSON", "download or export it again")


def open_table(
    source: Any,
    *,
    sheet: str | int | None = None,
    layer: str | None = None,
    crs: Any = None,
    score: HeaderScore = None,
    name: str = "frame",
    headless: Sequence[str] | None = None,
    positions: bool = False,
) -> Table:
    """Bring a file or frame into a table of text.

    Parameters
    ----------
    source
        Path of a CSV, Excel, GeoPackage, GeoJSON, shape or Parquet file, an open file or a `File`;
        a frame of pandas, GeoPandas, polars or whatever else has the Arrow stream interface, a
        Series, or a list of mappings.
    sheet, layer
        Of an Excel workbook or a GeoPackage; the one with the header that is best known otherwise.
    crs
        Coordinate system of a geometry that does not say its own.
    score
        How well a row does as the header; None to take the first.
    name
        Of a frame, in messages.
    headless
        Names of the columns of a text file that has no header.
    positions
        Whether the points of a geometry are wanted.

    Raises
    ------
    DataError
        If it cannot be opened at all.
    """
    file = File.of(source, sheet=sheet, layer=layer, crs=crs)
    if not is_file(file):
        from clusters.readers.formats.frames import as_frame, frame_table

        frame = as_frame(file.source)
        if frame is not None:
            return frame_table(frame, name, file.crs, positions=positions)
    content = open_content(file, name)
    return _table_of(content, kind_of(content), file, score, headless, positions)


def _check_part(content: Content, kind: str, file: File) -> None:
    """Refuse a sheet or a layer that was asked for where the file can have none."""
    for part, value, kinds in (
        ("sheet", file.sheet, ("Excel",)),
        ("layer", file.layer, ("GeoPackage",)),
    ):
        if value is not None and kind not in kinds:
            what = f"{part} {value!r} was asked for, but {_an(kind)} file has no {part}s"
            raise content.refused(what, f"leave {part}= out, or give the {kinds[0]} file")


def _table_of(
    content: Content,
    kind: str,
    file: File,
    score: HeaderScore,
    headless: Sequence[str] | None,
    positions: bool,
) -> Table:
    _check_part(content, kind, file)
    if kind == "CSV":
        from clusters.readers.formats.delimited import text_table

        names = None if headless is None else tuple(headless)
        return text_table(content.data, content.name, score, headless=names)
    if kind == "Excel":
        from clusters.readers.formats.excel import excel_table

        return excel_table(content, file.sheet, score)
    if kind == "Parquet":
        from clusters.readers.formats.frames import parquet_table

        return parquet_table(content, file.crs, positions=positions)
    if kind == "JSON":
        from clusters.readers.formats.frames import as_frame, frame_table

        records = open_json(content)
        frame = as_frame(records) if isinstance(records, list) else None
        if frame is None:
            remedy = "give a GeoJSON FeatureCollection, or a CSV or Excel file"
            raise content.refused("the JSON holds no features and no list of rows", remedy)
        table = frame_table(frame, content.name)
        table.kind = "JSON"
        return table
    from clusters.readers.formats.spatial import layer_table

    return layer_table(content, kind, file.layer, file.crs, score, positions=positions)
