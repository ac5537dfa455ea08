"""Every kind of file through every door: what is tried, what should come of it, and the table.

Run as a script, it writes the table of docs/data.md: ``python -m tests.readers.doors``.
"""

from __future__ import annotations

import functools
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pyarrow
import shapely

import clusters as cl
from clusters import readers
from clusters.readers.travel_tables import read_matrix

URNS = [str(900001 + k) for k in range(6)]
SCHOOLS = pd.DataFrame(
    {
        "urn": URNS,
        "name": [f"Zoë {word} School" for word in ["Hill", "Vale", "Moor", "Dale", "Fell", "Beck"]],
        "easting": [414000 + 1000 * k for k in range(6)],
        "northing": [417000 + 500 * (k % 2) for k in range(6)],
        "pupils": [200, 210, 1220, 230, 240, 250],
        "pyramid": ["Nørth"] * 3 + ["South"] * 3,
    }
)


@functools.cache
def schools() -> Any:
    return cl.read_schools(SCHOOLS)


@functools.cache
def problem() -> cl.Problem:
    return cl.build_problem(schools())


# doors ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """A door: a good table for it, and how it is read into something that can be compared."""

    frame: pd.DataFrame
    read: Callable[[Any], Any]
    words: str
    headless: bool = False


def _of_main(**options: Any) -> Any:
    return [(s.urn, s.pupils, s.pyramid, dict(s.measures), dict(s.need), dict(s.expertise))
            for s in cl.read_schools(SCHOOLS, **options)]  # fmt: skip


def _plain(found: Any) -> Any:
    places = {s.urn: (round(s.easting), round(s.northing)) for s in found}
    return [(s.urn, s.name, places[s.urn], s.pupils, s.pyramid) for s in found]


_far = [(a, b) for a in range(6) for b in range(6) if a != b]
_long = pd.DataFrame(
    {
        "from": [URNS[a] for a, _ in _far],
        "to": [URNS[b] for _, b in _far],
        "minutes": [2.0 * abs(a - b) for a, b in _far],
    }
)
_square = pd.DataFrame(
    [[URNS[a], *(2 * abs(a - b) for b in range(6))] for a in range(6)], columns=["id", *URNS]
)

DOORS: Mapping[str, Door] = {
    "schools": Door(SCHOOLS, lambda source: _plain(cl.read_schools(source)), "`read_schools`"),
    "further": Door(
        pd.DataFrame({"urn": URNS, "measure_x": [10, 20, 30, 40, 50, 60], "trust": "Öak"}),
        lambda source: _of_main(further=source),
        "`further=`",
    ),
    "need": Door(
        pd.DataFrame({"urn": URNS, "type": ["asd"] * 5 + ["hi"], "ehcps": range(6)}),
        lambda source: _of_main(need=source),
        "`need=`",
    ),
    "expertise": Door(
        pd.DataFrame({"urn": URNS, "type": "asd", "amount": range(6), "unit": "places"}),
        lambda source: _of_main(expertise=source),
        "`expertise=`",
    ),
    "plan": Door(
        pd.DataFrame({"urn": URNS, "cluster": ["Nørth"] * 3 + ["South"] * 3}),
        lambda source: cl.read_plan(source, problem()).clusters,
        "`read_plan`",
    ),
    "group": Door(
        pd.DataFrame({"name": ["Zoë"] * 4, "urn": URNS[:4]}), readers.read_group, "`read_group`"
    ),
    "pairs": Door(
        pd.DataFrame({"from": URNS[:5], "to": URNS[1:]}), readers.read_pairs, "`read_pairs`"
    ),
    "journeys": Door(
        _long,
        lambda source: read_matrix(source, URNS, "min").values.tolist(),
        "`travel_min=`, long",
    ),
    "square": Door(
        _square,
        lambda source: read_matrix(source, URNS, "min").values.tolist(),
        "`travel_m=`, square",
    ),
    "postcodes": Door(
        pd.DataFrame(
            {
                "postcode": [f"HD{k} 1AA" for k in range(1, 7)],
                "easting": SCHOOLS["easting"],
                "northing": SCHOOLS["northing"],
            }
        ),
        readers.read_postcodes,
        "`read_postcodes`",
    ),
    "links": Door(
        pd.DataFrame(
            {"URN": URNS[:3], "LinkURN": URNS[3:], "LinkName": "Zoë", "LinkType": "Successor"}
        ),
        lambda source: dict(readers.read_links(source)),
        "`read_links`",
    ),
    "cells": Door(
        pd.DataFrame({"note": "Zoë", "urn": URNS, "amount": ["1200.50"] * 6}),
        lambda source: [
            (row["urn"].text, float(row["amount"].text))
            for row in readers.read_cells(
                source, {"urn": (), "amount": ()}, needed=["urn", "amount"]
            ).rows
        ],
        "`read_cells`",
    ),
    "forecast": Door(
        pd.DataFrame({"urn": URNS, "2027/28": range(200, 206), "ehcp_2028": range(6)}),
        lambda source: readers.read_forecast(source, problem()).numbers,
        "`read_forecast`",
    ),
}
"""Doors for tables; the boundary, which has no table, is tried in its own tests."""


# formats -------------------------------------------------------------------------------------


def _text(frame: pd.DataFrame, delimiter: str = ",") -> str:
    return frame.to_csv(index=False, sep=delimiter, lineterminator="\n")


def _saved(encoding: str, delimiter: str = ",", end: str = "\n") -> Callable[..., Any]:
    def save(frame: pd.DataFrame, folder: Path) -> Path:
        path = folder / "table.csv"
        text = _text(frame, delimiter).replace("\n", end)
        path.write_bytes(text.encode(encoding, errors="replace"))
        return path

    return save


def _with(change: Callable[[str, int], str]) -> Callable[..., Any]:
    def save(frame: pd.DataFrame, folder: Path) -> Path:
        path = folder / "table.csv"
        path.write_text(change(_text(frame), frame.shape[1]), encoding="utf-8")
        return path

    return save


def _excel(frame: pd.DataFrame, folder: Path, change: Callable[[Any], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Data"
    page.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        page.append([value.item() if hasattr(value, "item") else value for value in row])
    if change:
        change(book)
    path = folder / "table.xlsx"
    book.save(path)
    return path


def _book(change: Callable[[Any], None]) -> Callable[..., Any]:
    return lambda frame, folder: _excel(frame, folder, change)


def _cover(book: Any) -> None:
    cover = book.create_sheet("Cover", 0)
    cover["A1"] = "What this workbook holds"
    cover["A3"] = "Field"
    cover["B3"] = "Meaning"


def _hidden_copy(book: Any) -> None:
    old = book.copy_worksheet(book["Data"])
    old.title = "Old"
    book.move_sheet(old, -1)
    old.sheet_state = "hidden"
    for row in old.iter_rows(min_row=2):
        row[-1].value = 7


def _second_copy(book: Any) -> None:
    book.copy_worksheet(book["Data"]).title = "Data 2"


def _titled(book: Any) -> None:
    book["Data"].insert_rows(1, 3)
    book["Data"]["A1"] = "Schools, spring 2026 | draft; not final"


def _formulas(book: Any) -> None:
    page = book["Data"]
    for row in page.iter_rows(min_row=2, min_col=page.max_column):
        row[0].value = f"=A{row[0].row}"


def _points(n: int) -> list[Any]:
    return [shapely.Point(414000 + 1000 * k, 417000 + 500 * (k % 2)) for k in range(n)]


def _geo(driver: str, name: str) -> Callable[..., Any]:
    def save(frame: pd.DataFrame, folder: Path) -> Path:
        layer = geopandas.GeoDataFrame(frame, geometry=_points(len(frame)), crs=27700)
        if driver == "GeoJSON":
            layer = layer.to_crs(4326)
        path = folder / name
        if driver == "Parquet":
            layer.to_parquet(path)
        else:
            layer.to_file(path, driver=driver)
        return path

    return save


def _parquet(frame: pd.DataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "table.parquet")
    return folder / "table.parquet"


def _records(frame: pd.DataFrame, folder: Path) -> Path:
    path = folder / "table.json"
    path.write_text(json.dumps(json.loads(frame.to_json(orient="records"))), encoding="utf-8")
    return path


def _bytes_of(name: str, data: bytes) -> Callable[..., Any]:
    def save(frame: pd.DataFrame, folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return save


def _total(text: str, width: int) -> str:
    return text + "Total" + "," * (width - 2) + ",1234\n"


FORMATS: Mapping[str, tuple[str, Callable[[pd.DataFrame, Path], Any]]] = {
    "utf8": ("CSV, UTF-8", _saved("utf-8")),
    "bom": ("CSV, UTF-8 with BOM", _saved("utf-8-sig")),
    "utf16": ("CSV, UTF-16", _saved("utf-16")),
    "utf16le": ("CSV, UTF-16 without BOM", _saved("utf-16-le")),
    "cp1252": ("CSV, Windows-1252", _saved("cp1252")),
    "semicolon": ("semicolons", _saved("utf-8", ";")),
    "tab": ("tabs", _saved("utf-8", "\t")),
    "pipe": ("pipes", _saved("utf-8", "|")),
    "crlf": ("Windows line ends", _saved("utf-8", end="\r\n")),
    "sep": ("`sep=;` line of Excel", lambda frame, folder: _with(
        lambda text, _width: "sep=;\n" + text.replace(",", ";"))(frame, folder)),
    "title": ("lines of title with other delimiters", _with(
        lambda text, _width: "School list | January 2026; draft\n\n" + text)),
    "blank": ("blank rows, rows of bare commas", _with(
        lambda text, width: text.replace("\n", "\n" + "," * (width - 1) + "\n\n", 2) + "\n\n")),
    "total": ("a row of totals", _with(_total)),
    "excel": ("Excel", _excel),
    "cover": ("Excel, cover sheet first", _book(_cover)),
    "hidden": ("Excel, hidden sheet first", _book(_hidden_copy)),
    "excel_title": ("Excel, lines of title", _book(_titled)),
    "several": ("Excel, two sheets that fit", _book(_second_copy)),
    "formulas": ("Excel, formulas without results", _book(_formulas)),
    "parquet": ("Parquet", _parquet),
    "geoparquet": ("GeoParquet", _geo("Parquet", "table.parquet")),
    "gpkg": ("GeoPackage", _geo("GPKG", "table.gpkg")),
    "geojson": ("GeoJSON", _geo("GeoJSON", "table.geojson")),
    "shp": ("shape file", _geo("ESRI Shapefile", "table.shp")),
    "records": ("JSON, a list of rows", _records),
    "frame": ("pandas frame", lambda frame, _folder: frame),
    "geoframe": ("GeoPandas frame", lambda frame, _folder: geopandas.GeoDataFrame(
        frame, geometry=_points(len(frame)), crs=27700)),
    "arrow": ("Arrow table (and polars)", lambda frame, _folder: pyarrow.Table.from_pandas(
        frame, preserve_index=False)),
    "rows": ("list of mappings", lambda frame, _folder: frame.to_dict("records")),
    "handle": ("open file, bytes", lambda frame, _folder: io.BytesIO(_text(frame).encode())),
    "text_handle": ("open file, text", lambda frame, _folder: io.StringIO(_text(frame))),
    "part": ("`File(path, sheet=...)`", lambda frame, folder: readers.File(
        _excel(frame, folder, _second_copy), sheet="Data")),
    "empty": ("an empty file", _bytes_of("table.csv", b"")),
    "xls": ("old Excel (.xls)", _bytes_of("table.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600)),
    "pdf": ("PDF", _bytes_of("table.pdf", b"%PDF-1.7\n")),
    "html": ("a web page", _bytes_of("table.csv", b"<!DOCTYPE html><html></html>")),
    "cut": ("Excel, cut off", lambda frame, folder: _bytes_of(
        "table.xlsx", _excel(frame, folder).read_bytes()[:1500])(frame, folder)),
    "missing": ("no such file", lambda _frame, folder: folder / "tabel.csv"),
    "folder": ("a folder", lambda _frame, folder: folder),
    "address": ("an address of the web", lambda _frame, _folder: "https://example.org/table.csv"),
}  # fmt: skip

REFUSED: Mapping[str, str] = {
    "several": "2 sheets could be meant",
    "formulas": "formula whose result is not saved",
    "empty": "the file is empty",
    "xls": "save it as .xlsx",
    "pdf": "PDF",
    "html": "web page",
    "cut": "damaged",
    "missing": "there is no such file",
    "folder": "folder",
    "address": "only files on this computer",
}
"""What the refusal of each format says; all others are read."""


def expected(format_name: str) -> str:
    return "refused" if format_name in REFUSED else "read"


@functools.cache
def outcome(format_name: str, door_name: str) -> tuple[str, str]:
    """What comes of a format at a door: "read", "misread" or "refused", and the words."""
    door = DOORS[door_name]
    wanted = door.read(door.frame.copy())
    with tempfile.TemporaryDirectory() as folder:
        source = FORMATS[format_name][1](door.frame.copy(), Path(folder))
        try:
            found = door.read(source)
        except cl.DataError as error:
            return "refused", str(error)
    same = np.array_equal(found, wanted) if door_name in ("journeys", "square") else found == wanted
    return ("read" if same else "misread"), repr(found)


START, END = "<!-- table of doors: written by tests/readers/doors.py -->", "<!-- end of table -->"


def table() -> str:
    """Table of formats by doors, as Markdown."""
    head = ["file or frame", *(door.words for door in DOORS.values())]
    lines = [head, ["---"] * len(head)]
    for name, (words, _) in FORMATS.items():
        lines.append([words, *(outcome(name, door)[0] for door in DOORS)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written(text: str) -> str:
    """Text of docs/data.md with the table as it is now."""
    before, rest = text.split(START)
    return f"{before}{START}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    page = Path(__file__).parents[2] / "docs" / "data.md"
    page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
