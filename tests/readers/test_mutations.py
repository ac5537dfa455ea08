"""Good files, damaged in bytes or in cells: refused in plain words, or nothing changes unseen."""

from __future__ import annotations

import csv
import io
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pandas as pd
import pytest

import clusters as cl

SECONDS = 2.0
PER_FILE = 30
QUICK = 4
N = 24
FRAME = pd.DataFrame(
    {
        "urn": [str(900001 + k) for k in range(N)],
        "name": [f"Zoë {k} School" for k in range(N)],
        "easting": [414000 + 700 * (k % 6) for k in range(N)],
        "northing": [417000 + 900 * (k // 6) for k in range(N)],
        "pupils": [150 + 13 * k for k in range(N)],
        "ehcps": [k % 5 for k in range(N)],
        "pyramid": [("North", "South", "East")[k % 3] for k in range(N)],
        "topup": [f"{1000 + k}.50" for k in range(N)],
    }
)
GIAS = FRAME.rename(
    columns={
        "urn": "URN",
        "name": "EstablishmentName",
        "easting": "Easting",
        "northing": "Northing",
        "pupils": "NumberOfPupils",
        "pyramid": "Trusts (name)",
    }
).assign(**{"EstablishmentStatus (name)": "Open", "PhaseOfEducation (name)": "Primary"})
ODD = (
    *("", " ", "c", "x", "#N/A", "#REF!", "-", "None", "nan", "inf", "1e3", "12.5", "-3", "1,0,0"),
    *("1 024", "O", "l2", "=A2", "2026-05-01", "12%", "£5", "two", "\u200b7", "7\u00a0", "'8", "0"),
    *("99999999999999", "1.2.3", "true", "9" * 40, '"', "a,b", "a;b", "\x00", "\ufeff9"),
)


def csv_of(frame: pd.DataFrame, delimiter: str = ",") -> str:
    return frame.to_csv(index=False, sep=delimiter, lineterminator="\n")


def workbook_of(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def rows_of(frame: pd.DataFrame) -> list[list[str]]:
    return [list(frame.columns), *frame.astype(str).to_numpy().tolist()]


def layer_of(folder: Path, name: str) -> bytes:
    points = geopandas.points_from_xy(FRAME["easting"], FRAME["northing"], crs=27700)
    layer = geopandas.GeoDataFrame(FRAME.drop(columns=["easting", "northing"]), geometry=points)
    path = folder / f"good_{name}"
    if name.endswith("parquet"):
        FRAME.to_parquet(path)
    else:
        layer.to_crs(4326 if name.endswith("json") else 27700).to_file(path)
    return path.read_bytes()


TEXTS: dict[str, tuple[pd.DataFrame, Callable[[str], bytes], str]] = {
    "template.csv": (FRAME, lambda text: text.encode(), ","),
    "windows.csv": (FRAME, lambda text: text.encode("cp1252", "replace"), ";"),
    "unicode.csv": (FRAME, lambda text: text.encode("utf-16"), "\t"),
    "gias.csv": (GIAS, lambda text: text.encode("utf-8-sig"), ","),
    "titled.csv": (FRAME, lambda text: f"Schools; 2026 | draft\n\n{text}".encode(), ","),
}
BINARY = ("book.xlsx", "layer.gpkg", "layer.geojson", "table.parquet")
FILES = (*TEXTS, *BINARY, "cells.xlsx")


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Bytes with some of them changed, taken out, put in, or the end cut off."""
    bad = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8))):
        at = dice.randrange(len(bad))
        kind = dice.randrange(4)
        if kind == 0:
            bad[at] = dice.randrange(256)
        elif kind == 1:
            del bad[at : at + dice.choice((1, 1, 5))]
        elif kind == 2:
            bad[at:at] = bytes([dice.randrange(256)]) * dice.choice((1, 3))
        elif dice.random() < 0.3:
            del bad[at:]
    return bytes(bad or b"x")


def changed(rows: list[list[str]], dice: random.Random) -> list[list[str]]:
    """Rows with a cell, a row or a column changed as people change them."""
    rows = [list(row) for row in rows]
    at, k = dice.randrange(1, len(rows)), dice.randrange(len(rows[0]))
    kind = dice.randrange(7)
    if kind <= 2:
        rows[at][k] = dice.choice(ODD)
    elif kind == 3:
        del rows[at][k]
    elif kind == 4:
        rows.insert(at, dice.choice(([""] * len(rows[0]), list(rows[at]), ["Total", "", "9"])))
    elif kind == 5:
        for row in rows:
            row[k], row[0] = row[0], row[k]
    else:
        rows[0][k] = dice.choice(("", rows[0][k].upper(), f" {rows[0][k]} ", "remarks", "pupils"))
    return rows


def read(source: Any) -> Any:
    """Schools, or None where they are refused; never another error, never slowly."""
    start = time.perf_counter()
    schools, refused = None, None
    try:
        schools = cl.read_schools(source)
    except cl.DataError as error:
        refused = error
    assert time.perf_counter() - start < SECONDS
    if refused is not None:
        assert refused.__cause__ is None
        assert all(fault.what and fault.remedy for fault in refused.faults)
    return schools


def told(schools: Any) -> set[str]:
    """URNs of which the report says something."""
    report = schools.report
    named = {urn for unknown in report.unknown.values() for urn in unknown.urns}
    return named | {row.urn for row in report.set_aside}


def check_totals(schools: Any, cells: list[list[str]]) -> None:
    """Each number that is read stands in the file, and each school is read or told."""
    head = next((row for row in cells if len([cell for cell in row if cell.strip()]) > 5), [])
    body = cells[cells.index(head) + 1 :]
    texts = {cell.strip().lstrip("'\ufeff").removesuffix(".0") for row in body for cell in row}
    assert schools.report.rows_read == len(schools) + len(schools.report.set_aside)
    for school in schools:
        original = FRAME.loc[FRAME["urn"] == str(school.urn)]
        for name in ("pupils", "ehcps"):
            value = getattr(school, name)
            if value is None:
                listed = school.urn in told(schools) or name in schools.report.not_given
                assert listed, f"{name} of {school.urn} is lost without a word"
            elif original.empty or value != int(original[name].iloc[0]):
                assert {str(value), f"{value:,}"} & {text.replace(" ", "") for text in texts}


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("good")
    found = {name: layer_of(folder, name) for name in BINARY[1:]}
    found["book.xlsx"] = workbook_of(rows_of(FRAME))
    return found


def cases(per_file: int) -> Iterator[tuple[str, int]]:
    return ((name, seed) for name in FILES for seed in range(per_file))


def try_one(name: str, seed: int, originals: dict[str, bytes], folder: Path) -> None:
    dice = random.Random(f"{name} {seed}")
    path = folder / name
    if name in TEXTS:
        frame, encode, delimiter = TEXTS[name]
        by_cells = seed % 2
        if by_cells:
            out = io.StringIO()
            csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(
                changed(rows_of(frame), dice)
            )
            data = encode(out.getvalue())
        else:
            data = damaged(encode(csv_of(frame, delimiter)), dice)
        path.write_bytes(data)
        schools = read(path)
        if schools is not None:
            text = data.decode("utf-16" if name == "unicode.csv" else "utf-8-sig", "replace")
            cells = [line.split(delimiter) for line in text.splitlines()]
            check_totals(schools, cells)
    elif name == "cells.xlsx":
        rows = [[cell.replace("\x00", "") for cell in row] for row in changed(rows_of(FRAME), dice)]
        path.write_bytes(workbook_of(rows))
        schools = read(path)
        if schools is not None:
            check_totals(schools, rows)
    else:
        path.write_bytes(damaged(originals[name], dice))
        schools = read(path)
        if schools is not None:
            assert schools.report.rows_read == len(schools) + len(schools.report.set_aside)


@pytest.fixture(autouse=True, scope="module")
def libraries():
    """Load what is loaded on use, so that the clock measures the reading alone."""
    import pyarrow.parquet  # noqa: F401

    cl.read_schools(FRAME)


@pytest.mark.parametrize(("name", "seed"), list(cases(QUICK)))
def test_a_damaged_file(name, seed, originals, tmp_path):
    try_one(name, seed, originals, tmp_path)


@pytest.mark.slow
def test_three_hundred_damaged_files(originals, tmp_path):
    tried = list(cases(PER_FILE))
    assert len(tried) == 300
    for name, seed in tried:
        try_one(name, seed, originals, tmp_path)
