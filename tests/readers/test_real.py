"""The real files of ../shared: each is read, or refused in plain words."""

from __future__ import annotations

from collections import Counter

import pytest

import clusters as cl
from clusters.readers import read_boundary, read_links, read_postcodes

MAIN = "schools_jan2019_mainstream_kirklees.csv"
CENSUS = {"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"}
MAINSTREAM = {"SCHOOLTYPE": ["State-funded primary", "State-funded secondary"]}


def totals(schools) -> tuple[int, int, int, int]:
    return (
        len(schools),
        sum(school.pupils for school in schools),
        sum(school.ehcps for school in schools),
        sum(school.sen_support for school in schools),
    )


@pytest.mark.parametrize("columns", [CENSUS, None])
def test_mainstream_2019(kirklees, columns):
    schools = cl.read_schools(kirklees / MAIN, columns=columns)
    assert totals(schools) == (170, 66_842, 1_161, 7_122)
    assert Counter(school.phase for school in schools) == {"primary": 142, "secondary": 28}
    assert schools.report.format == "performance tables census"


def test_all_types_with_special_schools_set_aside(kirklees):
    schools = cl.read_schools(kirklees / "schools_jan2019_all_types_kirklees.csv", keep=MAINSTREAM)
    assert totals(schools) == (170, 66_842, 1_161, 7_122)
    assert sum(schools.report.reasons.values()) == 23


def test_the_2026_file(kirklees):
    schools = cl.read_schools(
        kirklees / "schools_2026_joined_kirklees.csv",
        columns={
            "pupils": "NOR_2019",
            "ehcps": "TSENELSE_2019",
            "sen_support": "TSENELK_2019",
            "phase": "phase_register",
        },
        measures={"imd_score": "imd2025_score"},
        boundary=kirklees / "lad_E08000034.geojson",
    )
    assert totals(schools) == (171, 68_052, 1_233, 7_216)


def test_an_old_census_joins_the_schools_of_2026_by_links(kirklees):
    schools = cl.read_schools(
        kirklees / "schools_2026_joined_kirklees.csv",
        further=kirklees / "382_census_2018-19_original_format.csv",
        links=kirklees / "382_links_edubasealldata20250422_original_format.csv",
    )
    known = [school for school in schools if school.pupils is not None]
    assert len(known) == 157
    assert schools.report.unknown["pupils"].count == 14


def test_positions_agree_with_postcodes_and_boundary(kirklees):
    schools = cl.read_schools(
        kirklees / MAIN,
        postcodes=kirklees / "postcodes_codepoint_2025-4_kirklees.csv",
        boundary=kirklees / "lad_E08000034.geojson",
    )
    assert len(schools) == 170


@pytest.mark.parametrize(
    "name",
    [
        "382_census_2015-16_original_format.csv",
        "382_census_2018-19_original_format.csv",
        "382_school_fsm_2022-23_original_format.csv",
        "382_pupil_premium_2019-20_original_format.csv",
        "382_register_all_incl_closed_2022-07.csv",
    ],
)
def test_files_without_positions_are_refused_alone(kirklees, name):
    with pytest.raises(cl.DataError, match="no columns hold the positions"):
        cl.read_schools(kirklees / name)


@pytest.mark.parametrize("year", ["2015-16", "2018-19"])
def test_census_files_of_several_years_join(kirklees, year):
    schools = cl.read_schools(
        kirklees / MAIN,
        further=kirklees / f"382_census_{year}_original_format.csv",
        links=kirklees / "382_links_edubasealldata20250422_original_format.csv",
    )
    assert sum(school.pupils is not None for school in schools) >= 160


def test_the_register_by_postcode(kirklees):
    schools = cl.read_schools(
        kirklees / "382_register_all_incl_closed_2022-07.csv",
        postcodes=kirklees / "postcodes_codepoint_2025-4_kirklees.csv",
        keep=lambda row: not row["close_date"],
    )
    assert len(schools) == 199


def test_gias_bulk_extract_with_school_level_sen(formats):
    schools = cl.read_schools(
        formats / "edubasealldata_sample.csv", further=formats / "sen_school_level_sample.csv"
    )
    assert len(schools) == 60
    assert schools[1].need["mld"] == cl.NeedCount(ehcps=1, sen_support=1)
    assert schools[0].trust == "trust name 1"
    assert schools.report.format == "GIAS bulk extract"
    assert schools.report.others[0].reasons == {"blank line": 339}


def test_gias_search_download(formats):
    schools = cl.read_schools(formats / "gias_search_download_sample.csv")
    assert len(schools) == 120
    assert schools.report.format == "GIAS search download"
    assert Counter(school.phase for school in schools)["infant"] == 44
    able = [school for school in schools if school.expertise]
    assert able[0].expertise == {"slcn": cl.Capacity(amount=7, unit="places")}
    many = next(school for school in schools if "provision" in school.traits)
    assert many.traits["provision"] == "slcn, asd, semh, mld, sld: 24 places"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pupil_census_sample.csv", "school-level pupil census has none"),
        ("sen_school_level_sample.csv", "school-level SEN by type of need has none"),
        ("links_edubasealldata_sample.csv", "no columns hold the positions"),
    ],
)
def test_formats_that_need_another_file(formats, name, words):
    with pytest.raises(cl.DataError, match=words):
        cl.read_schools(formats / name)


def test_pupil_census_joins(formats):
    schools = cl.read_schools(
        formats / "edubasealldata_sample.csv", further=formats / "pupil_census_sample.csv"
    )
    assert schools[0].pupils == 781


def test_a_links_file_given_as_schools(kirklees):
    path = kirklees / "382_links_edubasealldata20250422_original_format.csv"
    with pytest.raises(cl.DataError, match="give it as links="):
        cl.read_schools(path)


def test_links(kirklees):
    links = read_links(kirklees / "382_links_edubasealldata20250422_original_format.csv")
    assert links["107593"] == "142418"
    assert links.unclear == {"107774": ("107775", "139076", "146365")}


def test_postcodes_and_boundary(kirklees):
    places = read_postcodes(
        kirklees / "postcodes_codepoint_2025-4_kirklees.csv", only=["HD1 1AA", "hd11ab"]
    )
    assert places == {"HD11AA": (414_538, 416_902), "HD11AB": (414_301, 416_764)}
    area = read_boundary(kirklees / "lad_E08000034.geojson")
    assert 390e6 < area.area < 430e6
    assert read_boundary(kirklees / "wards_by_lad_2011-13_E08000034.geojson").area > 390e6


def test_resourced_provision_needs_its_categories_mapped(kirklees):
    with pytest.raises(cl.DataError, match="there is no column 'urn'"):
        cl.read_schools(kirklees / MAIN, expertise=kirklees / "arp_provision.csv")
