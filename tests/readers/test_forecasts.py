"""Forecasts as councils save them: long, wide, by year group, with titles and other schools."""

from __future__ import annotations

import pandas as pd
import pytest

import clusters as cl
from clusters.lasting import read_forecast, read_year_groups
from clusters.readers import File
from tests.shared_data import shared_path

IDS = ["900001", "900002", "900003"]


@pytest.fixture
def problem() -> cl.Problem:
    schools = [
        cl.School(urn=urn, name=name, easting=k, northing=0, pupils=100, ehcps=3, sen_support=9)
        for k, (urn, name) in enumerate(
            zip(IDS, ("Ashby Primary", "Birch St. Mary's", "Cedar High"), strict=True)
        )
    ]
    return cl.Problem.from_schools(schools)


def numbers(forecast, measure="pupils"):
    return {year: list(row.values()) for year, row in forecast.numbers[measure].items()}


WIDE = {"2026-27": [101, 102, 103], "2027-28": [111, 112, 113]}


@pytest.mark.parametrize(
    "heads",
    [
        ("2026/27", "2027/28"),
        ("Forecast 2026-27", "Forecast 2027-28"),
        ("NOR 2026/2027", "NOR 2027/2028"),
        ("Pupils forecast Sept 202627", "Pupils forecast Sept 202728"),
        ("Number on roll 2026/27", "Number on roll 2027/28"),
    ],
)
def test_wide(problem, heads):
    rows = dict(zip(heads, WIDE.values(), strict=True))
    frame = pd.DataFrame({"URN": IDS, "School name": ["a", "b", "c"], **rows})
    assert numbers(read_forecast(frame, problem)) == WIDE


def test_wide_with_several_measures_and_columns_of_other_things(problem):
    frame = pd.DataFrame(
        {
            "URN": IDS,
            "Actual NOR 2025": [1, 1, 1],
            "NOR 2026": [101, 102, 103],
            "EHC plans 2026": [4, 5, 6],
            "SEN support 2026": ["9", "10", "1,011"],
            "Capacity 2026": [210, 210, 900],
        }
    )
    found = read_forecast(frame, problem)
    assert numbers(found) == {"2026": [101, 102, 103]}
    assert numbers(found, "ehcps") == {"2026": [4, 5, 6]}
    assert numbers(found, "sen_support") == {"2026": [9, 10, 1011]}
    assert any("'Capacity 2026'" in note and "not used" in note for note in found.notes)
    assert any("'Actual NOR 2025'" in note and "of the past" in note for note in found.notes)


def test_long_in_two_ways(problem):
    long = pd.DataFrame(
        {
            "urn": [urn for urn in IDS for _ in WIDE],
            "academic year": ["2026/27", "2027/28"] * 3,
            "pupils": [101, 111, 102, 112, 103, 113],
            "ehcps": [1, 2] * 3,
        }
    )
    found = read_forecast(long, problem)
    assert numbers(found) == WIDE
    assert numbers(found, "ehcps") == {"2026-27": [1, 1, 1], "2027-28": [2, 2, 2]}
    longer = long.melt(["urn", "academic year"], var_name="indicator", value_name="value")
    again = read_forecast(longer.sample(frac=1, random_state=1), problem)
    assert {year: dict(row) for year, row in again.numbers["pupils"].items()} == {
        year: dict(row) for year, row in found.numbers["pupils"].items()
    }


def test_a_measure_by_row_and_years_by_column(problem):
    frame = pd.DataFrame(
        {
            "URN": [urn for urn in IDS for _ in range(2)],
            "Measure": ["Pupils", "EHCPs"] * 3,
            "2026/27": [101, 1, 102, 2, 103, 3],
        }
    )
    found = read_forecast(frame, problem)
    assert numbers(found) == {"2026-27": [101, 102, 103]}
    assert numbers(found, "ehcps") == {"2026-27": [1, 2, 3]}


def test_year_groups_by_year_are_added_up(problem):
    frame = pd.DataFrame({"URN": IDS, "R 2026": [30, 30, 0], "Y1 2026": [28, 29, 0]})
    frame["Year 7 2026"] = [0, 0, 150]
    assert numbers(read_forecast(frame, problem)) == {"2026": [58, 59, 150]}


def test_files_with_titles_names_totals_and_other_schools(problem, tmp_path):
    path = tmp_path / "Pupil forecasts.csv"
    path.write_bytes(
        "Pupil forecasts 2025 round;;\n;;\nSchool;2026/27;2027/28\n"
        "Ashby Primary;101;111\nBirch St Mary\u2019s;102;112\nCedar High;103;113\n"
        "Elsewhere School;5;5\nTotal;311;341\n".encode("cp1252")
    )
    found = read_forecast(path, problem)
    assert numbers(found) == WIDE
    assert any("Elsewhere School" in note and "left out" in note for note in found.notes)
    book = tmp_path / "forecasts.xlsx"
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame({"note": ["read me"]}).to_excel(writer, sheet_name="About", index=False)
        frame = pd.DataFrame({"URN": map(int, IDS), **WIDE})
        frame.to_excel(writer, sheet_name="Rolls", index=False)
    assert numbers(read_forecast(book, problem)) == WIDE
    assert numbers(read_forecast(File(book, sheet="Rolls"), problem)) == WIDE


def test_years_that_are_wanted(problem):
    frame = pd.DataFrame({"URN": IDS, **WIDE})
    found = read_forecast(frame, problem, years=["2027-28"])
    assert found.years == ("2027-28",)
    with pytest.raises(cl.DataError, match="no forecast for 2040") as caught:
        read_forecast(frame, problem, years=[2040])
    assert "2026-27, 2027-28" in str(caught.value)


def test_missing_numbers_are_refused_or_said(problem):
    frame = pd.DataFrame({"URN": IDS[:2], "2026": ["101", "c"]})
    with pytest.raises(cl.DataError, match="no forecast of pupils in 2026 for 2 schools") as caught:
        read_forecast(frame, problem)
    assert "Cedar High" in str(caught.value)
    found = read_forecast(frame, problem, missing="as today")
    assert numbers(found) == {"2026": [101, 100, 100]}
    assert any("put at today's number for 2 schools" in note for note in found.notes)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ({"URN": IDS, "2026": ["101", "-5", "x7"]}, "it is negative"),
        ({"URN": IDS, "2026": ["101", "12%", "7"]}, "percentage"),
        ({"URN": [*IDS, IDS[0]], "2026": [1, 2, 3, 4]}, "stands twice"),
        ({"URN": IDS, "Pupils": [1, 2, 3]}, "none has a year in its name"),
        ({"Place": IDS, "2026": [1, 2, 3]}, "no column holds the URN"),
        ({"URN": ["1", "2"], "2026": [1, 2]}, "no row holds a forecast of a school"),
        ({"URN": IDS, "year": ["2026", "soon", "2026"], "pupils": [1, 2, 3]}, "not a year"),
        (
            {"URN": IDS, "measure": ["pupils", "cats", "pupils"], "2026": [1, 2, 3]},
            "not one of our measures",
        ),
    ],
)
def test_faults_say_what_and_where(problem, frame, said):
    with pytest.raises(cl.DataError, match=said):
        read_forecast(pd.DataFrame(frame), problem)


def test_options_are_checked(problem):
    frame = pd.DataFrame({"School no": IDS, "Index 2026": [1, 2, 3]})
    with pytest.raises(cl.DataError, match="columns names 'urns'"):
        read_forecast(frame, problem, columns={"urns": "School no"})
    with pytest.raises(cl.DataError, match="no column 'School nr'"):
        read_forecast(frame, problem, columns={"urn": "School nr"})
    found = read_forecast(frame, problem, columns={"urn": "School no"}, measures={"need": "Index"})
    assert numbers(found, "need") == {"2026": [1, 2, 3]}


def test_year_groups_of_today(problem):
    frame = pd.DataFrame(
        {
            "URN": IDS,
            "Nursery": [5, 5, 0],
            "R": [30, 28, 0],
            "Y1": ["29", "x", ""],
            "Year 11": [0, 0, 9],
        }
    )
    found = read_year_groups(frame, problem)
    assert {key: dict(row) for key, row in found.pupils.items()} == {
        "900001": {0: 30, 1: 29},
        "900002": {0: 28},
        "900003": {11: 9},
    }
    with pytest.raises(cl.DataError, match="no year groups of 1 school: Cedar High"):
        read_year_groups(frame.head(2), problem)
    with pytest.raises(cl.DataError, match="no column is of a year group"):
        read_year_groups(frame[["URN", "Nursery"]], problem)


def test_year_groups_of_the_published_census():
    path = shared_path("data", "formats", "pupil_census_sample.csv")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    urns = [urn for urn in frame["URN"].head(3) if urn.strip()]
    problem = cl.Problem.from_arrays(urns, [[k, 0] for k in range(len(urns))])
    found = read_year_groups(path, problem)
    for urn in urns:
        row = frame[frame["URN"] == urn].iloc[0]
        in_year_7 = [name for name in frame.columns if name.endswith("Year group 7")]
        assert len(in_year_7) == 4
        counts = [int(row[name]) for name in in_year_7 if row[name].strip().isdigit()]
        assert found.pupils[urn].get(7, 0) == sum(counts)
    by_age = frame[[name for name in frame.columns if "Year group" not in name]]
    without = read_year_groups(
        by_age[by_age.columns.drop(list(by_age.filter(like="Reception")))], problem
    )
    assert set(without.pupils) == set(urns)
    # a few pupils are taught out of their year: nearly the same, and never both added up
    one, other = (sum(each.pupils[urns[0]].values()) for each in (found, without))
    assert one == pytest.approx(other, rel=0.02)
