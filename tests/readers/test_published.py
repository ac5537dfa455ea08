"""Published files as the services write them, as main or as second file."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clusters as cl

AUTHORITIES = Path(__file__).parents[2].parent / "shared" / "data" / "authorities"
CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "files"
MAINSTREAM = {"SCHOOLTYPE": ["State-funded primary", "State-funded secondary"]}

MAIN = "urn,name,easting,northing,pupils\n" + "".join(
    f"{900001 + k},School {k},{414000 + 500 * k},{417000 + 300 * (k % 2)},{200 + k}\n"
    for k in range(8)
)


def totals(schools) -> tuple[int, int, int, int]:
    known = [[getattr(s, key) or 0 for s in schools] for key in ("pupils", "ehcps", "sen_support")]
    return (len(schools), *map(sum, known))


@pytest.mark.skipif(not AUTHORITIES.exists(), reason="the data of ../shared is not here")
@pytest.mark.parametrize(
    ("name", "code", "wanted", "n_left_out"),
    [
        ("durham", "840", (245, 70_824, 711, 8_626), 1),
        ("cornwall", "908", (264, 72_788, 1_312, 8_525), 1),
    ],
)
def test_the_original_census_with_positions_from_a_register(name, code, wanted, n_left_out):
    folder = AUTHORITIES / name
    register = pd.read_csv(folder / f"schools_jan2019_all_types_{name}.csv", dtype=str)
    register = register[["URN", "EstablishmentName", "Postcode", "Easting", "Northing"]]
    schools = cl.read_schools(
        folder / f"{code}_census_2018-19_original_format.csv",
        further=register,
        keep=MAINSTREAM,
        set_aside=["no position", "no pupils"],
    )
    assert totals(schools) == wanted
    assert len(schools.report.left_out) == n_left_out
    assert schools.report.sources["easting"].file == "further frame"
    assert schools.report.sources["pupils"].year == "2018-19"
    assert all(school.name != school.urn for school in schools)
    assert cl.build_problem(schools).notes[0] == schools.report.left_out[0]


@pytest.mark.skipif(not CASES.exists(), reason="the cases of ../shared are not here")
def test_the_untrimmed_search_download():
    path = CASES / "gias_search_download_20220419_850_936.csv"
    start = time.perf_counter()
    schools = cl.read_schools(path, set_aside=["no pupils"])
    assert time.perf_counter() - start < 5
    assert schools.report.format == "GIAS search download"
    assert totals(schools)[:2] == (717, 201_202)
    notes = " ".join(schools.report.notes)
    assert "35 rows" in notes
    assert "same number, which was counted once" in notes
    places = {s.urn: c.amount for s in schools for c in s.expertise.values()}
    assert places["116060"] == 9  # one type of need, places of a resourced provision
    assert schools.report.sources["pupils"].year == "21-01-2021"


def gias(n: int, extra: str = "") -> str:
    lines = [
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,"
        "EstablishmentStatus (name),PhaseOfEducation (name),PhaseOfEducation (code),"
        "EstablishmentStatus (code),Easting,Northing,NumberOfPupils,"
        "TypeOfResourcedProvision (name),ResourcedProvisionCapacity,SenUnitCapacity,SEN1 (name)"
    ]
    lines += [
        f"{900001 + k},382,Kirklees,{2000 + k},School {k},Open,Primary,2,1,{414000 + k},{417000},"
        f"{200 + k}{extra or ',,,,'}"
        for k in range(n)
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("cells", "places", "words"),
    [
        (",Resourced provision,12,,ASD - Autistic Spectrum Disorder", 12, ""),
        (",SEN unit,,10,ASD - Autistic Spectrum Disorder", 10, ""),
        (",SEN unit,10,10,ASD - Autistic Spectrum Disorder", 10, ""),
        (",Resourced provision and SEN unit,8,8,ASD - Autism", 8, "counted once"),
        (",Resourced provision and SEN unit,8,6,ASD - Autism", 14, ""),
        (",Resourced provision,1250,,ASD - Autism", None, "more than its pupils"),
    ],
)
def test_places_of_provision(write, cells, places, words):
    schools = cl.read_schools(write(gias(9, cells), "edubasealldata.csv"))
    found = {kind: capacity.amount for kind, capacity in schools[0].expertise.items()}
    assert found == ({} if places is None else {"asd": places})
    assert words in " ".join(schools.report.notes)
    assert schools[0].traits["laestab"] == "3822000"


def performance(head: str, *rows: str) -> str:
    return "\n".join([head, *rows]) + "\n"


TABLES = {
    "ks2": performance(
        "RECTYPE,LEA,ESTAB,URN,SCHNAME,TOTPUPS,TPUPYEAR,READPROG",
        *(f"1,382,{2000 + k},{900001 + k},School {k},{300 + k},30,1.2" for k in range(7)),
        "1,382,2007,900008,School 7,NEW",
        "3,382,,,Kirklees,100000,14000,",
        "4,,,,England,9000000,700000,",
        "7,,,,,,,",
    ),
    "ks4": performance(
        "RECTYPE,LEA,ESTAB,URN,SCHNAME,SCHNAME_AC,TOTPUPS,P8MEA,ATT8SCR",
        *(f"1,382,{4000 + k},{900001 + k},School {k},,{300 + k},-0.2,45" for k in range(7)),
        "1,382,4007,900008,School 7,,SUPP,SUPP,SUPP",
        "5,,,,England,,500000,,",
        "7,,,,,,,,",
        "7,,,,Disadvantaged,,,,",
    ),
    "ks5": performance(
        "RECTYPE,LEA,URN,SCHNAME,TPUP1618,TALLPPE_ALEV_1618",
        *(f"1,382,{900001 + k},School {k},{100 + k},31.2" for k in range(8)),
        "4,,NAT,England,1000000,34",
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_performance_tables_as_a_second_file(write, table):
    schools = cl.read_schools(
        write(MAIN), further=write(TABLES[table], f"2022-2023_382_{table}.csv")
    )
    report = schools.report.others[0]
    assert report.format == "performance tables"
    assert report.rows_kept == 8
    if table == "ks5":
        assert [school.pupils for school in schools] == [200 + k for k in range(8)]
    else:
        assert [school.pupils for school in schools] == [*(300 + k for k in range(7)), None]
        assert schools.report.sources["pupils"].year == "2022-2023"
        assert schools.report.unknown["pupils"].urns == ("900008",)
    if table == "ks2":
        assert "1 row of 2022-2023_382_ks2.csv ends early" in report.notes[0]


def test_a_performance_table_as_the_main_file(write):
    positions = pd.DataFrame(
        {"URN": range(900001, 900009), "Easting": range(414000, 414008), "Northing": 417000}
    )
    schools = cl.read_schools(write(TABLES["ks2"]), further=positions)
    assert len(schools) == 8
    assert schools.report.reasons == {
        "local authority row, not a school": 1,
        "national row, not a school": 1,
        "record type 7 row, not a school": 1,
    }


def test_a_row_that_the_file_breaks_off_is_still_a_fault(write):
    text = TABLES["ks2"][: TABLES["ks2"].index("READPROG")] + "READPROG\n1,382,2000,900001,Sch"
    with pytest.raises(cl.DataError, match="too few fields"):
        cl.read_schools(write(MAIN), further=write(text, "ks2.csv"))


def test_a_financial_file_of_the_country(write):
    n = 9_000
    finance = pd.DataFrame(
        {
            "LA": 301,
            "LAEstab": range(3_010_000, 3_010_000 + n),
            "URN": range(100_000, 100_000 + n),
            "School Name": "A school",
            "No Pupils": 210.5,
            "E01 Teaching Staff": "DNS",
            "I03 SEN": "12,345.50",
        }
    )
    ours = finance.head(8).assign(URN=range(900_001, 900_009), LA=382)
    path = write(pd.concat([finance, ours]).to_csv(index=False), "CFR_2022-23_Full_Data.csv")
    start = time.perf_counter()
    schools = cl.read_schools(write(MAIN), further=path, measures={"sen_income": "I03 SEN"})
    assert time.perf_counter() - start < 5
    assert {school.measures["sen_income"] for school in schools} == {12345.5}
    assert schools.report.others[0].reasons == {"not in schools.csv": n}
    assert schools.report.sources["measure_sen_income"].year == "2022-23"


def test_school_level_sen_of_the_country_joins_in_seconds(write):
    n = 12_000
    sen = pd.DataFrame(
        {
            "time_period": 202526,
            "geographic_level": "School",
            "URN": np.arange(100_000, 100_000 + n),
            "Total pupils": 300,
            "SEN support": 40,
            "EHC plan": "c",
            "EHC_Primary_need_asd": "c",
            "SUP_Primary_need_asd": 7,
        }
    )
    ours = sen.head(8).assign(URN=range(900_001, 900_009))
    tail = "\n".join("," * 7 for _ in range(300))
    text = pd.concat([sen, ours]).to_csv(index=False) + tail + "\n"
    start = time.perf_counter()
    schools = cl.read_schools(write(MAIN), further=write("\ufeff" + text, "sen.csv"))
    assert time.perf_counter() - start < 5
    assert {school.sen_support for school in schools} == {40}
    assert schools.report.unknown["ehcps"].count == 8
    assert schools.report.others[0].reasons["blank line"] == 300


def test_a_few_unknown_schools_of_our_own_authority_are_still_faults(write):
    more = "URN,LA (code),measure_x\n" + "".join(f"{900001 + k},382,5\n" for k in range(8))
    own = write(more + "900099,382,5\n", "more.csv")
    with pytest.raises(cl.DataError, match="no school with this URN"):
        cl.read_schools(write(MAIN), further=own)
    schools = cl.read_schools(write(MAIN), further=own, set_aside=["not in the main file"])
    assert schools.report.others[0].reasons == {"not in schools.csv": 1}
    other = write(more + "900099,383,5\n", "more.csv")
    assert len(cl.read_schools(write(MAIN), further=other)) == 8


@pytest.mark.parametrize("name", ["places.geojson", "places.gpkg"])
def test_positions_from_the_geometry_of_a_second_file(write, tmp_path, name):
    import geopandas

    census = "URN,NOR,TSENELSE,TSENELK\n" + "".join(f"{900001 + k},100,1,9\n" for k in range(8))
    places = geopandas.GeoDataFrame(
        {"URN": range(900001, 900009), "LA (code)": 382, "EstablishmentNumber": range(2001, 2009)},
        geometry=geopandas.points_from_xy(range(414000, 414008), [417000] * 8),
        crs=27700,
    )
    places.to_crs(4326 if name.endswith("json") else 27700).to_file(tmp_path / name)
    schools = cl.read_schools(write(census), further=tmp_path / name)
    assert [round(school.easting) for school in schools] == list(range(414000, 414008))
    assert schools[7].traits["laestab"] == "3822008"
    # Where the main file has positions, a further geometry need not even say its system.
    bare = places.set_crs(None, allow_override=True)
    assert len(cl.read_schools(write(MAIN), further=bare)) == 8
