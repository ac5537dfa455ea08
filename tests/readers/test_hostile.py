"""Files that mean harm, or are broken: refused in plain words, quickly, without a traceback."""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import clusters as cl
from clusters.readers import read_boundary, read_links, read_postcodes

SECONDS = 2.0
GOOD = "urn,name,easting,northing,pupils\n" + "".join(
    f"{100 + k},School {k},{400_000 + k},{300_000 + k},{k}\n" for k in range(30)
)


@pytest.fixture(autouse=True, scope="module")
def libraries():
    """Load what is loaded on use, so that the clock measures the refusal alone."""
    import geopandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401


def refused(source, *words: str, read=cl.read_schools, **options) -> cl.DataError:
    start = time.perf_counter()
    with pytest.raises(cl.DataError) as caught:
        read(source, **options)
    assert time.perf_counter() - start < SECONDS
    assert caught.value.__cause__ is None
    for word in words:
        assert word in str(caught.value)
    assert "Traceback" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/schools.csv",
        "https://example.org/schools.gpkg",
        "s3://bucket/schools.parquet",
        "file:///etc/passwd",
        "/vsicurl/http://example.org/x.gpkg",
        "/vsizip//tmp/x.zip/y.csv",
        "GPKG:/vsicurl/https://example.org/x.gpkg",
    ],
)
def test_addresses_are_refused(address):
    refused(address, "only files on this computer are read")


def test_a_missing_file_offers_look_alikes(write):
    path = write(GOOD)
    refused(path.with_name("school.csv"), "there is no such file", "did you mean schools.csv")


def test_a_folder_is_refused(tmp_path):
    refused(tmp_path, "this is a folder")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no devices here")
def test_a_device_is_refused():
    refused("/dev/zero", "not an ordinary file")


@pytest.mark.parametrize("source", [3, None, b"x", object()])
def test_what_is_neither_path_nor_frame_is_refused(source):
    refused(source, "cannot be read")


def test_an_empty_file(write):
    refused(write(""), "the file is empty")


def test_a_file_of_blanks(write):
    refused(write("\n \n"), "the file is empty")


def test_a_header_alone(write):
    refused(write("urn,name,easting,northing\n"), "a header but no rows")


def test_nul_bytes(write):
    refused(write(GOOD.replace("School 3", "Sch\0ool")), "NUL byte in line 5")


def test_a_truncated_row(write):
    refused(write(GOOD[:-12]), "row 31", "too few fields")


def test_an_unclosed_quote(write):
    refused(write(GOOD.replace("School 29", '"School 29')), "never closed")


def test_a_huge_field(write):
    refused(write(GOOD.replace("School 3,", f'"{"x" * 5_000_000}",')), "longer than any field")


def test_ragged_rows_are_each_reported(write):
    text = GOOD.replace("School 3,", "School, 3,").replace(",400007,", ",")
    error = refused(write(text))
    assert [(fault.row, "too many" in fault.what) for fault in error.faults] == [
        (5, True),
        (9, False),
    ]


def test_every_row_one_too_long_is_reported_once(write):
    text = GOOD.replace("\n", ",x\n").replace("pupils,x", "pupils")
    error = refused(write(text), "every row has 6 fields but the header has 5")
    assert len(error.faults) == 1


def test_blank_fields_too_many_are_no_fault(write):
    text = GOOD.replace("\n", ",,,\n").replace("pupils,,,", "pupils")
    assert len(cl.read_schools(write(text))) == 30


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html>", "<?xml version='1.0'?><a/>"])
def test_a_web_page(write, page):
    refused(write(page), "web page or XML")


def test_a_vrt_named_gpkg(write):
    vrt = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    refused(write(vrt, "x.gpkg"), "named .gpkg but is not a GeoPackage")
    refused(write(vrt, "y.gpkg"), "named .gpkg but is not a GeoPackage", read=read_boundary)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"urn,name\n1,x\n", "not an Excel file"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel"),
        ("a.csv.gz", b"\x1f\x8b" + b"\0" * 600, "gzip"),
        ("a.pdf", b"%PDF-1.7\n", "PDF"),
        ("a.shp", b"\0\0\x27\x0a" + b"\0" * 600, "shape file"),
        ("a.parquet", b"PAR1" + b"\0" * 600, "damaged"),
        ("a.gpkg", b"SQLite format 3\0" + b"\xff" * 600, "damaged"),
        ("a.xlsx", b"PK\x03\x04" + b"\xff" * 600, "damaged"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{', "damaged"),
        ("a.geojson", b"[" * 20_000, "not a GeoJSON"),
        ("a.geojson", b'{"features": ' + b"[" * 100_000, "damaged"),
        ("a.geojson", b'{"a": 1}', "no features"),
    ],
)
def test_files_of_other_kinds_and_damaged_ones(write, name, data, words):
    refused(write(data, name), words)


def workbook(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def repacked(data: bytes, part: str, change) -> bytes:
    """Workbook with one part changed by a function of its bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


ROWS = [line.split(",") for line in GOOD.splitlines()]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "XFD2"])
@pytest.mark.parametrize("honest", [True, False])
def test_a_far_cell(write, cell, honest):
    row = "".join(filter(str.isdigit, cell))
    far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()

    def change(xml: bytes) -> bytes:
        xml = xml.replace(b"</sheetData>", far)
        end = cell if honest else "E31"
        return xml.replace(b'ref="A1:E31"', f'ref="A1:{end}"'.encode())

    data = repacked(workbook(ROWS), SHEET, change)
    refused(write(data, "far.xlsx"), "a cell far from the table")


def test_a_zip_bomb(write):
    data = repacked(workbook(ROWS), SHEET, lambda xml: xml + b" " * 150_000_000)
    assert len(data) < 1_000_000
    refused(write(data, "bomb.xlsx"), "it unpacks to 150 MB")


def test_an_entity_bomb(write):
    bomb = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]>'
    data = repacked(workbook(ROWS), SHEET, lambda xml: bomb + xml)
    refused(write(data, "bomb.xlsx"), "declares a document type")


def test_a_zip_that_is_no_workbook(write):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("x.csv", GOOD)
    refused(write(data.getvalue(), "x.xlsx"), "not an .xlsx workbook")


def test_bytes_flipped_in_a_workbook_a_geopackage_and_a_parquet_file(tmp_path):
    """Whatever is flipped, the file is read or refused: no other error comes out."""
    import geopandas

    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    frame.to_parquet(tmp_path / "a.parquet")
    points = geopandas.points_from_xy(frame["easting"].astype(int), frame["northing"].astype(int))
    geo = geopandas.GeoDataFrame(frame, geometry=points, crs=27700)
    geo.to_file(tmp_path / "a.gpkg")
    (tmp_path / "a.xlsx").write_bytes(workbook(ROWS))
    dice = random.Random(1)
    for name in ("a.parquet", "a.gpkg", "a.xlsx"):
        data = (tmp_path / name).read_bytes()
        for k in range(40):
            bad = bytearray(data)
            for _ in range(dice.choice((1, 4, 50))):
                bad[dice.randrange(len(bad))] = dice.randrange(256)
            bad = bad[: dice.choice((len(bad), dice.randrange(len(bad))))] if k % 2 else bad
            path = tmp_path / f"bad_{name}"
            path.write_bytes(bytes(bad))
            start = time.perf_counter()
            with contextlib.suppress(cl.DataError):
                cl.read_schools(path)
            assert time.perf_counter() - start < SECONDS


def test_a_geopackage_view_that_never_ends(tmp_path):
    import sqlite3

    path = tmp_path / "x.gpkg"
    base = sqlite3.connect(path)
    base.executescript(
        """
        CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        CREATE TABLE gpkg_spatial_ref_sys
            (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
        CREATE VIEW endless AS WITH RECURSIVE n(urn) AS (SELECT 1 UNION ALL SELECT urn + 1 FROM n)
            SELECT sum(urn) AS urn FROM n;
        INSERT INTO gpkg_contents VALUES ('endless', 'attributes');
        """
    )
    base.close()
    refused(path, "damaged or not one")


@pytest.mark.parametrize("read", [read_links, read_postcodes, read_boundary])
def test_the_other_readers_refuse_too(write, read):
    refused("http://example.org/x", "only files on this computer", read=read)
    refused(write(b"\0\0\0\0", "x.csv"), read=read)
    refused(write("nothing,of,use\n1,2,3\n", "y.csv"), read=read)


def test_formulas_and_markup_are_just_text(write):
    name = '=HYPERLINK("http://x","y")<script>'
    quoted = name.replace('"', '""')
    schools = cl.read_schools(write(GOOD.replace("School 3,", f'"{quoted}",')))
    assert schools[3].name == name
