from __future__ import annotations

import contextlib

import geopandas
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import clusters as cl
from clusters.readers.cells import Unreadable, count_of, pence_of
from clusters.readers.phases import phase_of

X0, Y0 = 414_000, 317_000


def frame_of(n: int = 12, **columns) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "urn": [str(100 + k) for k in range(n)],
            "name": [f"School {k}" for k in range(n)],
            "easting": [X0 + 100 * k for k in range(n)],
            "northing": [Y0 + 50 * k for k in range(n)],
        }
        | columns
    )


def the_fault(frame, **options) -> cl.Fault:
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(frame, **options)
    (fault,) = caught.value.faults
    return fault


def the_line(frame, **options) -> str:
    """Message of faults of one kind, which is one sentence."""
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(frame, **options)
    (line,) = str(caught.value).splitlines()
    return line


def with_cell(column: str, value, row: int = 3) -> pd.DataFrame:
    frame = frame_of().astype({column: object})
    frame.loc[row, column] = value
    return frame


def geo_of(crs) -> geopandas.GeoDataFrame:
    frame = frame_of()
    points = geopandas.points_from_xy(frame.pop("easting"), frame.pop("northing"), crs=27700)
    geo = geopandas.GeoDataFrame(frame, geometry=points)
    return geo.set_crs(None, allow_override=True) if crs is None else geo.to_crs(crs)


@pytest.mark.parametrize("crs", [4326, 3857, 27700, 4277])
def test_a_geodataframe_is_turned_into_british_grid_metres(crs):
    school = cl.read_schools(geo_of(crs))[2]
    assert abs(school.easting - (X0 + 200)) < 0.5
    assert abs(school.northing - (Y0 + 100)) < 0.5


def test_a_geodataframe_without_a_crs_is_refused_unless_it_is_given():
    assert "no coordinate system" in the_fault(geo_of(None)).what
    assert len(cl.read_schools(geo_of(None), crs="EPSG:27700")) == 12


def test_a_crs_that_is_none(tmp_path):
    assert "no coordinate system" in the_fault(geo_of(None), crs="EPSG:999999").what


def test_degrees_under_a_metric_crs():
    wrong = geo_of(4326).set_crs(27700, allow_override=True)
    assert "the position is in degrees, not metres" in str(_error(wrong))


def test_metres_under_a_crs_of_degrees():
    wrong = geo_of(27700).set_crs(4326, allow_override=True)
    with pytest.raises(cl.DataError, match="in degrees but its numbers are not"):
        cl.read_schools(wrong)


def test_longitude_and_latitude_are_turned():
    geo = geo_of(4326)
    frame = pd.DataFrame(geo.drop(columns="geometry")).assign(
        longitude=geo.geometry.x, lat=geo.geometry.y
    )
    school = cl.read_schools(frame)[0]
    assert abs(school.easting - X0) < 0.5
    # Read as the old datum without its shift, the same numbers lie about 100 m off.
    assert 50 < abs(cl.read_schools(frame, crs="EPSG:4277")[0].easting - X0) < 150
    swapped = frame.rename(columns={"longitude": "latitude", "lat": "longitude"})
    assert "longitude and latitude are swapped" in str(_error(swapped))


def _error(frame, **options) -> cl.DataError:
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(frame, **options)
    return caught.value


def test_columns_in_another_crs():
    turned = geo_of(3857)
    frame = frame_of(easting=turned.geometry.x.to_numpy(), northing=turned.geometry.y.to_numpy())
    assert abs(cl.read_schools(frame, crs="EPSG:3857")[0].easting - X0) < 0.5
    assert "outside Great Britain" in str(_error(frame))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("easting", float("nan"), "missing"),
        ("easting", "", "missing"),
        ("northing", "NaN", "not a finite number"),
        ("northing", 31_700, "km from the middle"),
        ("easting", 1_400_000, "outside Great Britain"),
        ("easting", 1.5, "km from the middle"),
    ],
)
def test_one_position_that_is_wrong(column, value, words):
    fault = the_fault(with_cell(column, value))
    assert words in fault.what
    assert (fault.row, fault.urn) == (5, "103")


def test_one_row_swapped_is_reported_as_such():
    frame = with_cell("easting", Y0)
    frame.loc[3, "northing"] = X0
    assert "swapped" in the_fault(frame).what


def test_a_whole_file_swapped_is_reported_by_the_boundary():
    box = shapely.box(X0 - 5_000, Y0 - 5_000, X0 + 9_000, Y0 + 9_000)
    assert len(cl.read_schools(frame_of(), boundary=box)) == 12
    frame = frame_of(24).rename(columns={"easting": "northing", "northing": "easting"})
    line = the_line(frame, boundary=box)
    assert "swapped it would be inside" in line
    assert "24 times" in line


def test_a_whole_file_swapped_is_reported_by_postcodes():
    frame = frame_of(24).assign(postcode=[f"AB1 {k}CD" for k in range(24)])
    places = dict.fromkeys(frame["postcode"], (X0, Y0))
    assert len(cl.read_schools(frame, postcodes=places)) == 24
    frame = frame.rename(columns={"easting": "northing", "northing": "easting"})
    assert "fits the other way round" in the_line(frame, postcodes=places)


def test_postcodes_stand_in_for_positions(write):
    frame = frame_of(2).drop(columns=["easting", "northing"])
    frame["postcode"] = ["ab1  1cd", "AB11CD"]
    points = write("AB1 1CD,10,414000,417000,E,E,E,,E,E\nAB1 2CD,90,0,0,E,E,E,,E,E\n", "ab.csv")
    schools = cl.read_schools(frame, postcodes=points)
    assert {(school.easting, school.northing) for school in schools} == {(414_000, 417_000)}
    assert any("middle of their postcode" in note for note in schools.report.notes)
    frame.loc[1, "postcode"] = "AB1 2CD"
    assert "not in the postcode file" in the_fault(frame, postcodes=points).what
    assert "postcodes=" in the_fault(frame).remedy


def test_a_school_outside_the_boundary_is_named():
    box = shapely.box(X0, Y0 - 5_000, X0 + 9_000, Y0 + 9_000)
    fault = the_fault(with_cell("easting", X0 - 3_000), boundary=box)
    assert "3.0 km outside the boundary" in fault.what


def test_geometry_that_is_no_point():
    geo = geo_of(27700)
    geo.loc[1, "geometry"] = shapely.box(X0, Y0, X0 + 1, Y0 + 1)
    with pytest.raises(cl.DataError, match="is a Polygon, not a point"):
        cl.read_schools(geo)


@pytest.mark.parametrize(
    ("given_as", "kind", "ages", "phase"),
    [
        ("Primary", "", ("4", "11"), "primary"),
        ("Primary", "", ("4", "7"), "infant"),
        ("Primary", "", ("7", "11"), "junior"),
        ("Primary", "", ("4", "10"), "first"),
        ("Middle deemed primary", "", ("", ""), "middle"),
        ("State-funded secondary", "", ("", ""), "secondary"),
        ("All-through", "", ("", ""), "all-through"),
        ("Not applicable", "Pupil referral unit", ("", ""), "alternative"),
        ("", "Academy special converter", ("", ""), "special"),
        ("Not applicable", "Other independent special school", ("", ""), "special"),
        ("Upper", "", ("", ""), "upper"),
        ("", "Academy converter", ("", ""), "unknown"),
    ],
)
def test_phases(given_as, kind, ages, phase):
    assert phase_of(given_as, kind, *ages) == phase


@given(st.integers(0, 10**10))
def test_counts_read_back_with_and_without_separators(number):
    assert count_of(str(number)) == count_of(f"{number:,}") == count_of(f"{number}.0") == number


@given(st.integers(0, 10**12))
def test_pounds_read_back_as_the_same_pence(pence):
    text = f"{pence // 100:,}.{pence % 100:02d}"
    assert pence_of(text) == pence_of(f"£{text}") == pence


@given(st.text())
def test_a_cell_is_a_count_or_is_refused(text):
    with contextlib.suppress(Unreadable):
        assert count_of(text) >= 0
