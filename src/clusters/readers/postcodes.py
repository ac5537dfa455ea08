"""Where postcodes are."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from clusters.arguments import checked
from clusters.errors import DataError, Faults
from clusters.readers.cells import Unreadable, number_of
from clusters.readers.column_names import PUBLISHED, simple
from clusters.readers.columns import find_columns
from clusters.readers.locations import postcode_key
from clusters.readers.opening import File, is_file, kind_of, open_content, open_table
from clusters.readers.table import Point, Table

__all__ = ["read_postcodes"]

_CODE_POINT = (
    *("postcode", "quality", "easting", "northing", "country", "nhs_region", "nhs_area"),
    *("county", "district", "ward"),
)
_NO_PLACE = "90"
_BARE_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b", re.IGNORECASE)
_COLUMNS = {
    "postcode": ("pcds", "pcd", "pcd2", *PUBLISHED["postcode"]),
    "easting": PUBLISHED["easting"],
    "northing": PUBLISHED["northing"],
}


@checked
def read_postcodes(source: Any, *, only: Collection[str] | None = None) -> dict[str, Point]:
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

    Examples
    --------
    >>> import pandas as pd
    >>> points = read_postcodes(
    ...     pd.DataFrame({"Postcode": ["HD1 1AA"], "Eastings": [414000], "Northings": [417000]}))
    >>> points
    {'HD11AA': (414000.0, 417000.0)}
    """
    if isinstance(source, Mapping):
        return {postcode_key(str(code)): point for code, point in source.items()}
    wanted = None if only is None else {postcode_key(code) for code in only}
    path = source.source if isinstance(source, File) else source
    folder = Path(path) if isinstance(path, str | os.PathLike) else None
    if folder is not None and folder.is_dir():
        files = sorted(folder.glob("*.csv")) or sorted(folder.glob("Data/CSV/*.csv"))
        if not files:
            remedy = "give the folder Data/CSV of Code-Point Open"
            raise DataError.of("the folder holds no CSV files", remedy, where=folder.name)
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
    at = find_columns(table.header, _COLUMNS)
    if len(at) < len(_COLUMNS):
        what = "it is no table of postcodes: it needs columns postcode, easting and northing"
        raise table.refused(what, "give a file of Code-Point Open")
    marked = (name.lower().endswith(("quality", "indicator")) for name in table.header)
    quality = next((k for k, is_quality in enumerate(marked) if is_quality), None)
    found: dict[str, Point] = {}
    faults = Faults()
    for number, cells in table.body():
        code = postcode_key(cells[at["postcode"]])
        unplaced = quality is not None and cells[quality] == _NO_PLACE
        if not code or unplaced or (wanted is not None and code not in wanted):
            continue
        try:
            x, y = (number_of(table.text(number, cells, at[k])) for k in ("easting", "northing"))
            found[code] = (x, y)
        except Unreadable as error:
            what = f"the position of {cells[at['postcode']]} cannot be read: {error.what}"
            faults.append(table.fault(what, error.remedy, row=number))
    faults += table.faults
    faults.refuse(DataError)
    return found


def _score(cells: Sequence[str]) -> int:
    names = {simple(cell) for cell in cells}
    known = [names & {key, *_COLUMNS[key]} for key in ("postcode", "easting")]
    return len(known[0]) and 1 + len(known[1])


def _postcode_table(source: Any) -> Table:
    """Open a table; a Code-Point Open file without a header starts with a postcode at once."""
    file = File.of(source)
    if not is_file(file):
        return open_table(file, score=_score, name="postcodes")
    content = open_content(file, "postcodes")
    file = replace(file, source=content)
    if kind_of(content) == "CSV":
        start = content.data[:200].decode("latin-1").lstrip('\ufeff"ï»¿')
        if _BARE_POSTCODE.match(start):
            return open_table(file, headless=_CODE_POINT)
    return open_table(file, score=_score)
