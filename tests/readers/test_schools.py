from __future__ import annotations

import pickle
from dataclasses import replace

import geopandas
import pandas as pd
import pytest

import clusters as cl
from clusters.readers import Schools

HEAD = "urn,name,easting,northing,pupils,ehcps,sen_support"
ROWS = [
    "101,Hill School,414000,417000,100,2,10",
    "102,Vale School,415000,417500,200,4,20",
    "103,Moor School,416000,416000,300,6,30",
]
TEXT = "\n".join([HEAD, *ROWS]) + "\n"


def faults_of(source, **options) -> list[cl.Fault]:
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(source, **options)
    return list(caught.value.faults)


def the_fault(source, **options) -> cl.Fault:
    (fault,) = faults_of(source, **options)
    return fault


# what is read -------------------------------------------------------------------------------


def test_our_template(write):
    schools = cl.read_schools(write(TEXT))
    assert [school.urn for school in schools] == ["101", "102", "103"]
    assert schools[0].name == "Hill School"
    assert (schools[0].easting, schools[0].northing) == (414_000, 417_000)
    assert schools.report.format == "template"
    assert schools.report.summary().startswith("schools.csv (CSV, template, UTF-8): 3 rows read, 3")


def test_schools_are_a_tuple_with_a_report(write):
    schools = cl.read_schools(write(TEXT))
    assert isinstance(schools, tuple)
    again = pickle.loads(pickle.dumps(schools))
    assert again == schools
    assert again.report == schools.report
    assert Schools(schools).report.rows_kept == 3


def test_the_frame_of_schools_reads_back_as_the_same_schools():
    schools = cl.datasets.load_schools()
    assert tuple(cl.read_schools(schools.to_frame())) == tuple(schools)


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.gpkg", "a.geojson", "g.parquet"])
def test_every_kind_of_file_gives_the_same_schools(write, tmp_path, name):
    wanted = cl.read_schools(write(TEXT))
    frame = pd.read_csv(write(TEXT))
    path = tmp_path / name
    points = geopandas.points_from_xy(frame["easting"], frame["northing"], crs=27700)
    geo = geopandas.GeoDataFrame(frame.drop(columns=["easting", "northing"]), geometry=points)
    if name == "a.xlsx":
        frame.to_excel(path, index=False)
    elif name == "a.parquet":
        frame.to_parquet(path)
    elif name == "g.parquet":
        geo.to_parquet(path)
    else:
        geo.to_crs(4326 if name == "a.geojson" else 27700).to_file(path)
    schools = cl.read_schools(path)
    assert [
        replace(school, easting=round(school.easting), northing=round(school.northing))
        for school in schools
    ] == list(wanted)


def test_a_frame_with_urns_as_its_index():
    frame = pd.DataFrame({"urn": [7], "name": ["a"], "easting": [4e5], "northing": [4e5]})
    assert cl.read_schools(frame.set_index("urn"))[0].urn == "7"


def test_floats_of_a_spreadsheet_are_whole_numbers():
    frame = pd.DataFrame(
        {"urn": [107600.0], "name": ["a"], "easting": [4e5], "northing": [4e5], "pupils": [12.0]}
    )
    school = cl.read_schools(frame)[0]
    assert (school.urn, school.pupils) == ("107600", 12)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(write, encoding):
    text = TEXT.replace("Hill", "St Zoë\u2019s")
    schools = cl.read_schools(write(text, encoding=encoding))
    assert schools[0].name == "St Zoë\u2019s School"


@pytest.mark.parametrize("bad", ["St John\x92s", "St Johnâ€™s"])
def test_mixed_up_encodings_are_repaired_with_a_note(write, bad):
    schools = cl.read_schools(write(TEXT.replace("Hill", bad)))
    assert schools[0].name == "St John\u2019s School"
    assert any("was corrected" in note for note in schools.report.notes)


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(write, delimiter):
    assert len(cl.read_schools(write(TEXT.replace(",", delimiter)))) == 3


def test_lines_of_title_above_the_header(write):
    schools = cl.read_schools(write("Schools of Hillshire\n\n" + TEXT))
    assert len(schools) == 3
    assert any("header is row 3" in note for note in schools.report.notes)


def test_a_sheet_by_name_and_the_one_with_schools_otherwise(tmp_path, write):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"note": ["nothing here"]}).to_excel(book, sheet_name="Cover", index=False)
        pd.read_csv(write(TEXT)).to_excel(book, sheet_name="Schools", index=False)
    assert len(cl.read_schools(path)) == 3
    assert len(cl.read_schools(path, sheet="Schools")) == 3
    assert "did you mean 'Schools'" in the_fault(path, sheet="School").remedy


def test_columns_measures_and_traits_are_mapped(write):
    text = TEXT.replace("pupils", "Roll 2024").replace("ehcps", "FSM").replace("name", "Title")
    schools = cl.read_schools(
        write(text),
        columns={"pupils": "roll 2024", "name": "Title"},
        measures={"fsm": "FSM"},
        traits={"title": "Title"},
    )
    assert schools[1].pupils == 200
    assert schools[1].measures == {"fsm": 4.0}
    assert schools[1].traits == {"title": "Vale School"}


def test_a_column_can_be_left_out(write):
    assert cl.read_schools(write(TEXT), columns={"ehcps": None})[0].ehcps is None


def test_two_schools_on_one_site_are_normal(write):
    text = TEXT.replace("415000,417500", "414000,417000")
    assert len(cl.read_schools(write(text))) == 3


# what is set aside --------------------------------------------------------------------------


def test_rows_set_aside_are_counted_by_reason(write):
    text = (
        TEXT.replace(HEAD, HEAD + ",EstablishmentStatus (name),geographic_level,RECTYPE")
        .replace(",10\n", ",10,Open,School,1\n")
        .replace(",20\n", ',20,"Open, but proposed to close",School,1\n')
        .replace(",30\n", ",30,Closed,School,1\n")
    )
    text += ",,,,,,,,,\n" * 300
    text += "NAT,England,,,9,9,9,,,\n,,,,9,9,9,,National,\n,,,,9,9,9,,,3\n"
    report = cl.read_schools(write(text)).report
    assert report.reasons == {
        "not open (EstablishmentStatus (name) is 'Closed')": 1,
        "blank line": 300,
        "national row (URN NAT)": 1,
        "national row, not a school": 1,
        "local authority row, not a school": 1,
    }
    assert (report.rows_read, report.rows_kept) == (306, 2)


def test_a_filter_by_values_and_one_by_function(write):
    path = write(TEXT)
    assert len(cl.read_schools(path, keep={"name": ["Hill School", "Vale School"]})) == 2
    assert len(cl.read_schools(path, keep={"name": "Hill School"})) == 1
    few = cl.read_schools(path, keep=lambda row: int(row["pupils"]) > 150)
    assert [school.urn for school in few] == ["102", "103"]
    assert few.report.reasons == {"not kept by the filter given as keep=": 1}


def test_rows_set_aside_may_be_faulty(write):
    path = write(TEXT.replace("100,2,10", "x,y,z1"))
    assert len(cl.read_schools(path, keep=lambda row: row["urn"] != "101")) == 2


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ({"nam": ["Hill School"]}, "did you mean 'name'"),
        ({"name": ["Hil School"]}, "did you mean 'Hill School'"),
        ({"name": ["Zzz"]}, "check keep="),
    ],
)
def test_a_misspelt_filter_is_a_fault(write, keep, words):
    assert words in the_fault(write(TEXT), keep=keep).remedy


# what is refused ----------------------------------------------------------------------------


def test_misspelt_options(write):
    faults = faults_of(
        write(TEXT),
        columns={"pupil": "pupils"},
        unknown={"pupls": 3},
        format="template2",
        measures={"fsm": "NUMFSM"},
    )
    assert [fault.where for fault in faults] == ["columns", "format", "schools.csv", "unknown"]
    with pytest.raises(TypeError):
        cl.read_schools(write(TEXT), colums={})  # type: ignore[call-arg]


def test_a_mapped_column_that_is_missing_lists_near_misses(write):
    fault = the_fault(write(TEXT), columns={"pupils": "pupil"})
    assert "there is no column 'pupil'" in fault.what
    assert "did you mean 'pupils'" in fault.remedy


def test_no_urn_column(write):
    fault = the_fault(write(TEXT.replace("urn,", "URN_2026,")))
    assert "did you mean 'URN_2026'" in fault.remedy


def test_a_column_that_stands_twice(write):
    fault = the_fault(write(TEXT.replace("ehcps", "pupils")))
    assert (fault.column, fault.row) == ("pupils", 1)


def test_a_duplicate_names_the_first_row(write):
    fault = the_fault(write(TEXT + ROWS[0] + "\n"))
    assert (fault.row, fault.urn) == (5, "101")
    assert "row 2" in fault.what


def test_a_wrong_format_is_refused(write):
    assert "GIAS bulk extract" in the_fault(write(TEXT), format="gias_bulk").what


def test_the_same_file_in_any_order_of_rows(write):
    mixed = "\n".join([HEAD, ROWS[2], ROWS[0], ROWS[1]]) + "\n"
    assert set(cl.read_schools(write(mixed))) == set(cl.read_schools(write(TEXT)))


# values that are not known ------------------------------------------------------------------

CODES = ["", "c", "z", "x", "u", ":", "..", "NA", "NP", "SUPP", "NE", "LOWCOV", "supp", "k"]


@pytest.mark.parametrize("code", CODES)
def test_suppressed_values_are_not_known_and_never_zero(write, code):
    schools = cl.read_schools(write(TEXT.replace(",100,", f",{code},")))
    assert schools[0].pupils is None
    unknown = schools.report.unknown["pupils"]
    assert (unknown.count, unknown.urns, unknown.action) == (1, ("101",), "left unknown")
    assert dict(unknown.codes) == {code: 1}


def test_unknown_values_may_be_refused(write):
    fault = the_fault(write(TEXT.replace(",100,", ",c,")), unknown="refuse")
    assert (fault.what, fault.column, fault.value) == ("it is not known", "pupils", "c")


def test_a_word_that_is_no_choice_for_unknown_values_is_refused(write):
    fault = the_fault(write(TEXT.replace(",100,", ",c,")), unknown="nope")
    assert fault.where == "unknown"
    assert "neither 'leave', 'refuse' nor a number" in fault.what


def test_unknown_values_may_be_counted_as_a_number(write):
    text = TEXT.replace("100,2,10", "c,c,10")
    schools = cl.read_schools(write(text), unknown={"ehcps": 2, "*": "leave"})
    assert (schools[0].pupils, schools[0].ehcps) == (None, 2)
    assert schools.report.unknown["ehcps"].action == "counted as 2"
    assert cl.read_schools(write(text), unknown={"*": 20, "ehcps": 2})[0].pupils == 20


def test_a_position_is_never_unknown(write):
    assert the_fault(write(TEXT.replace("414000,", "c,"))).column == "easting"


# need and expertise by type -----------------------------------------------------------------


def test_long_tables_of_need_and_expertise(write):
    need = write("urn,type,ehcps,sen_support\n101,ASD,2,4\n102,slcn,c,5\n", "need.csv")
    able = write("URN,Type,amount,unit\n103,hi,10,places\n", "able.csv")
    schools = cl.read_schools(write(TEXT), need=need, expertise=able)
    assert schools[0].need["asd"] == cl.NeedCount(ehcps=2, sen_support=4)
    assert schools[1].need["slcn"] == cl.NeedCount(ehcps=None, sen_support=5)
    assert schools[2].expertise == {"hi": cl.Capacity(amount=10, unit="places")}
    # 101's only type makes up its 2 plans, so it has none of the other type; of 103 nothing is
    # known.
    assert schools[0].need["slcn"].ehcps == 0
    assert schools[2].need["slcn"].ehcps is None
    assert [report.where for report in schools.report.others] == ["need.csv", "able.csv"]


def test_faults_of_all_files_are_reported_together(write):
    need = write("urn,type,ehcps\n101,adhd,1\n999,asd,1\n101,asd,1\n101,asd,1\n", "need.csv")
    able = write("urn,type,amount\n101,asd,3\n102,asd,-3\n", "able.csv")
    main = write(TEXT.replace(",300,", ",-300,"))
    faults = faults_of(main, need=need, expertise=able)
    assert [(fault.where, fault.row, fault.column) for fault in faults] == [
        ("able.csv", 2, "amount"),
        ("able.csv", 3, "amount"),
        ("need.csv", 2, "type"),
        ("need.csv", 3, "urn"),
        ("need.csv", 5, "type"),
        ("schools.csv", 4, "pupils"),
    ]


def test_a_unit_and_own_types_may_be_given(write):
    able = write("urn,type,amount\n101,CCI,3\n", "able.csv")
    schools = cl.read_schools(write(TEXT), expertise=able, expertise_unit="places", types=["cci"])
    assert schools[0].expertise == {"cci": cl.Capacity(amount=3, unit="places")}


def test_types_that_add_up_to_more_than_the_total(write):
    need = write("urn,type,ehcps\n101,asd,2\n101,hi,1\n", "need.csv")
    assert "add up to 3, more than the 2" in the_fault(write(TEXT), need=need).what


# further files ------------------------------------------------------------------------------


def test_a_further_file_is_joined_by_urn(write):
    more = write("urn,pupils,trust\n101,150,Oak\n102,c,\n103,90,Elm\n", "more.csv")
    schools = cl.read_schools(write(TEXT), further=more)
    assert [school.pupils for school in schools] == [150, None, 90]
    assert [school.trust for school in schools] == ["Oak", None, "Elm"]


def test_a_school_without_a_row_in_a_further_file_is_not_known(write):
    more = write("urn,measure_fsm\n101,15\n102,3\n", "more.csv")
    schools = cl.read_schools(write(TEXT), further=[more])
    assert [dict(school.measures) for school in schools] == [{"fsm": 15.0}, {"fsm": 3.0}, {}]
    assert schools.report.unknown["measure_fsm"].urns == ("103",)
    assert "1 school has no row" in schools.report.others[0].notes[0]


def test_an_unknown_urn_in_a_further_file_is_a_fault(write):
    more = write("urn,measure_fsm\n101,15\n1o2,3\n", "more.csv")
    assert the_fault(write(TEXT), further=more).urn == "1o2"


def test_links_join_changed_urns(write):
    more = write("urn,measure_fsm\n91,15\n102,3\n103,4\n", "more.csv")
    schools = cl.read_schools(write(TEXT), further=more, links={"91": "101"})
    assert schools[0].measures == {"fsm": 15.0}


def test_two_predecessors_are_not_added_up_silently(write):
    more = write("urn,measure_fsm\n91,15\n92,3\n102,1\n103,4\n", "more.csv")
    schools = cl.read_schools(write(TEXT), further=more, links={"91": "101", "92": "101"})
    assert schools[0].measures == {}
    assert "2 predecessors" in schools.report.others[0].notes[0]
