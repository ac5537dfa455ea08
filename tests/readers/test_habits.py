"""Habits of spreadsheets and of published files: never silent, refused only with a way on."""

from __future__ import annotations

import datetime
import io
import time

import openpyxl
import pandas as pd
import pyarrow
import pytest

import clusters as cl
from clusters.errors import gathered
from clusters.readers import File, read_group

HEAD = ["urn", "name", "easting", "northing", "pupils"]
ROWS = [
    [900001 + k, f"School {k}", 414000 + 500 * k, 417000 + 400 * (k % 3), 200 + k] for k in range(6)
]


def book_of(tmp_path, rows, change=None, head=HEAD):
    book = openpyxl.Workbook()
    page = book.active
    page.append(head)
    for row in rows:
        page.append(row)
    if change:
        change(page)
    path = tmp_path / "book.xlsx"
    book.save(path)
    return path


def with_column(name, values):
    return [*HEAD, name], [[*row, value] for row, value in zip(ROWS, values, strict=True)]


def refusal(source, **options) -> str:
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(source, **options)
    return str(caught.value)


def notes_of(schools) -> str:
    return " ".join(schools.report.notes)


# spreadsheets --------------------------------------------------------------------------------


def test_merged_labels_are_filled_and_noted(tmp_path):
    head, rows = with_column("cluster", ["North", None, None, 2, None, None])

    def merge(page):
        page.merge_cells("F2:F4")
        page.merge_cells("F5:F7")

    schools = cl.read_schools(book_of(tmp_path, rows, merge, head))
    assert [school.cluster for school in schools] == ["North"] * 3 + ["2"] * 3
    assert "2 merged ranges" in notes_of(schools)


def test_a_number_merged_over_several_schools_is_refused(tmp_path):
    head, rows = with_column("topup", [9000, None, None, 1, 2, 3])
    words = refusal(book_of(tmp_path, rows, lambda page: page.merge_cells("F2:F4"), head))
    assert "one number in a cell merged over several" in words
    assert "unmerge" in words


def test_a_header_of_two_merged_rows_is_put_together(tmp_path):
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.append(["urn", "easting", "northing", "Pupils", None])
    page.append([None, None, None, "count", "change"])
    for row in ROWS:
        page.append([row[0], row[2], row[3], row[4], 5])
    for area in ("A1:A2", "B1:B2", "C1:C2", "D1:E1"):
        page.merge_cells(area)
    book.save(path)
    schools = cl.read_schools(path)
    assert [school.pupils for school in schools] == [row[4] for row in ROWS]
    assert "takes 2 rows" in notes_of(schools)


def test_formulas_without_results_are_refused_only_where_they_are_read(tmp_path):
    head, rows = with_column("topup", [f"=E{k + 2}*100" for k in range(6)])
    words = refusal(book_of(tmp_path, rows, head=head))
    assert "6 times" in words
    assert "let it calculate" in words
    assert len(cl.read_schools(book_of(tmp_path, rows, head=head), columns={"topup": None})) == 6


def test_hidden_rows_and_columns_are_noted_and_visible_columns_come_first(tmp_path):
    head, rows = with_column("NOR", [1] * 6)
    head, rows = [head[-1], *head[:-1]], [[row[-1], *row[:-1]] for row in rows]

    def hide(page):
        page.column_dimensions["A"].hidden = True
        page.row_dimensions[4].hidden = True

    schools = cl.read_schools(book_of(tmp_path, rows, hide, head))
    assert [school.pupils for school in schools] == [row[4] for row in ROWS]
    assert "1 hidden row" in notes_of(schools)
    only = book_of(tmp_path, [row[:5] + row[6:] for row in rows], hide, head[:5] + head[6:])
    assert "Hidden columns" in notes_of(cl.read_schools(only))
    assert "NOR" in notes_of(cl.read_schools(only))


def test_the_only_fitting_sheet_is_hidden(tmp_path):
    def hide(page):
        page.parent.create_sheet("Cover")["A1"] = "Nothing here"
        page.sheet_state = "hidden"

    path = book_of(tmp_path, ROWS, hide)
    assert "only a hidden sheet" in refusal(path)
    assert len(cl.read_schools(path, sheet="Sheet")) == 6
    assert len(cl.read_schools(File(path, sheet="sheet "))) == 6


@pytest.mark.parametrize("value", [0.123, 0.07, 1.0])
def test_percentages_are_read_as_shown(tmp_path, value):
    head, rows = with_column("measure_fsm", [value] * 6)

    def style(page):
        for row in page.iter_rows(min_row=2, min_col=6):
            row[0].number_format = "0.0%"

    schools = cl.read_schools(book_of(tmp_path, rows, style, head))
    assert schools[0].measures["fsm"] == pytest.approx(100 * value, abs=1e-12)
    assert "6 cells" in notes_of(schools)
    text = pd.DataFrame(rows, columns=head).assign(measure_fsm=f"{value:.1%}").to_csv(index=False)
    assert cl.read_schools(io.StringIO(text))[0].measures == schools[0].measures


def test_percentages_where_pupils_are_counted_are_refused(tmp_path):
    def style(page):
        page["E2"].number_format = "0%"
        page["E2"].value = 0.5

    assert "a percentage where a number is needed" in refusal(book_of(tmp_path, ROWS, style))


@pytest.mark.parametrize("date", [datetime.datetime(2026, 5, 1), datetime.date(2026, 5, 1)])
def test_a_label_that_became_a_date_is_refused(tmp_path, date):
    head, rows = with_column("pyramid", [date, *["North"] * 5])
    words = refusal(book_of(tmp_path, rows, head=head))
    assert "it is a date" in words
    assert "format the column as text" in words


@pytest.mark.parametrize("text", ["01-May", "May-26", "2026-05-01", "01/05/2026"])
def test_a_label_that_is_written_as_a_date_is_refused(text):
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(pyramid=[text, *["North"] * 5])
    assert "it is a date" in refusal(frame)


def test_control_characters_of_excel_are_taken_out(tmp_path):
    head, rows = with_column("pyramid", ["North_x000D_", *["North"] * 5])
    schools = cl.read_schools(book_of(tmp_path, rows, head=head))
    assert {school.pyramid for school in schools} == {"North"}
    assert "_x000D_" in notes_of(schools)


# labels --------------------------------------------------------------------------------------

KEPT = ["North Valley", "A1", "1-2", "Unit 7"]


@pytest.mark.parametrize("key", ["pyramid", "trust", "cluster"])
@pytest.mark.parametrize(
    "nothing", ["#N/A", "#REF!", "#VALUE!", "-", "\u2013", "None", "n/a", "TBC", "0", "(blank)"]
)
def test_what_names_nothing_is_not_known_and_counted(key, nothing):
    labels = [*KEPT, nothing, nothing]
    schools = cl.read_schools(pd.DataFrame(ROWS, columns=HEAD).assign(**{key: labels}))
    assert [getattr(school, key) for school in schools] == [*KEPT, None, None]
    assert schools.report.unknown[key].count == 2
    assert schools.report.unknown[key].names == ("School 4", "School 5")


@pytest.mark.parametrize("nothing", ["#N/A", "-", "None", "n/a", "Not applicable", ""])
def test_a_phase_that_says_nothing_is_not_known_and_counted(nothing):
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(phase=[nothing, *["Primary"] * 5])
    schools = cl.read_schools(frame)
    assert schools[0].phase == "unknown"
    assert schools.report.unknown["phase"].count == 1


def test_clusters_numbered_from_0_are_clusters():
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(cluster=[0, 0, 1, 1, 2, 2])
    assert [school.cluster for school in cl.read_schools(frame)] == list("001122")


def test_spellings_that_differ_by_case_spaces_or_dashes_are_one():
    labels = ["North Valley", "NORTH  VALLEY", "North Valley", "North-Valley", "north\u2013valley"]
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(pyramid=[*labels, "Northvalley"])
    schools = cl.read_schools(frame)
    assert [school.pyramid for school in schools] == ["North Valley"] * 5 + ["Northvalley"]
    assert "'NORTH  VALLEY'" in notes_of(schools)


def test_crosses_where_yes_or_no_is_needed_are_refused():
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(can_lead=["x", "", "x", "", "x", ""])
    assert "may be a tick" in refusal(frame)


def test_every_none_is_counted():
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(
        phase="", pyramid="", trust="", can_lead="", topup="", cluster="", ehcps="c"
    )
    schools = cl.read_schools(frame)
    assert {key: unknown.count for key, unknown in schools.report.unknown.items()} == dict.fromkeys(
        ("phase", "pyramid", "trust", "can_lead", "topup", "cluster", "ehcps"), 6
    )


# money ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "pence"),
    [
        (3702.2999999999997, 370230),
        ("3702.2999999999997", 370230),
        ("£1,234.50", 123450),
        ("£ 1,234.50 ", 123450),
        ("£-", 0),
        ("£ -   ", 0),
        ("GBP 12.00", 1200),
        ("12.3", 1230),
    ],
)
def test_money_as_spreadsheets_have_it(cell, pence):
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(topup=[cell, *["1.00"] * 5]).astype(object)
    schools = cl.read_schools(frame)
    assert schools[0].topup_pence == pence
    odd = "2999999" in str(cell) or "-" in str(cell)
    assert odd == ("topup" in notes_of(schools))


@pytest.mark.parametrize("cell", ["12.345", "3702.29999", "(5.00)", "€5.00", "$5", "-1.00", "5p"])
def test_money_that_cannot_be_is_refused(cell):
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(topup=[cell, *["1.00"] * 5])
    assert "topup" in refusal(frame)


# columns -------------------------------------------------------------------------------------


def test_headings_in_plain_words():
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(
        **{"EHCPs number": 3, "SEN support count": 20, "Expertise notes": "on leave"}
    )
    schools = cl.read_schools(frame)
    assert (schools[0].ehcps, schools[0].sen_support) == (3, 20)
    assert "'Expertise notes'" in notes_of(schools)


def test_a_column_of_the_file_can_be_left_out_by_its_own_name():
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(expertise_dragons=3)
    words = refusal(frame)
    assert 'columns={"expertise_dragons": None}' in words
    assert len(cl.read_schools(frame, columns={"expertise_dragons": None})) == 6


def test_two_columns_of_one_name_but_for_case_are_refused():
    frame = pd.DataFrame(ROWS, columns=HEAD)
    frame["Pupils"] = 7
    assert "more than one column has this name" in refusal(frame)


# where numbers come from ---------------------------------------------------------------------


def test_two_files_that_disagree_are_shown_and_the_caller_chooses():
    main = pd.DataFrame(ROWS, columns=HEAD)
    other = main[["urn"]].assign(NOR=[400, *[row[4] for row in ROWS[1:]]], time_period=202425)
    schools = cl.read_schools(main, further=other)
    (difference,) = schools.report.disagreements
    assert (difference.taken_total, difference.other_total) == (1415, 1215)
    assert (difference.n_different, difference.n_compared) == (1, 6)
    assert difference.largest == (("900001", 400.0, 200.0),)
    source = schools.report.sources["pupils"]
    assert (source.file, source.column, source.year) == ("further frame", "NOR", "202425")
    assert "1,415" in schools.report.summary()
    assert schools[0].pupils == 400
    kept = cl.read_schools(main, further=other, prefer={"pupils": "frame"})
    assert kept[0].pupils == 200
    assert kept.report.sources["pupils"].column == "pupils"
    assert cl.read_schools(main, further=other, prefer={"*": 0})[0].pupils == 200


@pytest.mark.parametrize(
    ("prefer", "words"),
    [({"pupils": "fram"}, "did you mean 'frame'"), ({"ehcps": 0}, "has no such column")],
)
def test_a_wrong_preference_is_refused(prefer, words):
    frame = pd.DataFrame(ROWS, columns=HEAD)
    assert words in refusal(frame, prefer=prefer)


# setting schools aside -----------------------------------------------------------------------


def lacking():
    frame = pd.DataFrame(ROWS, columns=HEAD).astype(object)
    frame.loc[1, ["easting", "northing"]] = ""
    frame.loc[2, "pupils"] = "c"
    return frame


def test_schools_are_set_aside_by_what_they_lack_and_by_urn():
    words = refusal(lacking())
    assert 'set_aside=["no position"]' in words
    asked = {"no position": "", "no pupils": "", "900006": "closes in August"}
    schools = cl.read_schools(lacking(), set_aside=asked)
    assert [school.urn for school in schools] == ["900001", "900004", "900005"]
    assert schools.report.rows_kept == 3
    left_out = " ".join(schools.report.left_out)
    for word in ("School 1 (900002)", "no pupils", "closes in August"):
        assert word in left_out
        assert word in schools.report.summary()
        assert word in " ".join(cl.build_problem(schools).notes)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("no pupil", "did you mean 'no pupils'"),
        ("999999", "a school that the file does not have"),
        ("no such thing", "nothing that a school may lack"),
    ],
)
def test_a_wrong_wish_is_refused(asked, words):
    assert words in refusal(lacking(), set_aside=["no position", asked])


# floods --------------------------------------------------------------------------------------


def test_thirteen_thousand_unknown_urns_are_one_sentence():
    main = pd.DataFrame(ROWS, columns=HEAD)
    other = pd.DataFrame({"urn": range(100_000, 113_000), "measure_fsm": 1})
    start = time.perf_counter()
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(main, further=other)
    assert time.perf_counter() - start < 5
    assert len(str(caught.value)) < 1_000
    both = pd.concat([other, pd.DataFrame({"urn": [row[0] for row in ROWS], "measure_fsm": 5})])
    schools = cl.read_schools(main, further=both)
    assert {school.measures["fsm"] for school in schools} == {5.0}
    assert schools.report.others[0].reasons == {"not in frame": 13_000}


def test_faults_are_gathered_in_the_message_and_whole_in_the_frame():
    frame = pd.DataFrame([ROWS[0]] * 50, columns=HEAD).astype(object)
    frame["urn"] = range(900_001, 900_051)
    frame["pupils"] = [f"{k} or so" for k in range(50)]
    frame.loc[3, "northing"] = "north"
    with pytest.raises(cl.DataError) as caught:
        cl.read_schools(frame)
    error = caught.value
    assert len(str(error).splitlines()) == 3
    assert "50 times" in str(error)
    table = error.to_frame()
    assert len(table) == len(error.faults) == 51
    assert list(table.columns) == ["where", "row", "column", "urn", "value", "what", "remedy"]


def test_at_most_about_twenty_sentences():
    faults = [
        cl.Fault(what=f"kind {chr(97 + k)} is wrong", remedy="correct it", row=j)
        for k in range(26)
        for j in range(9)
    ]
    lines = gathered(faults)
    assert len(lines) == 21
    assert "54 more" in lines[-1]


@pytest.mark.parametrize(("part", "kind"), [("sheet", "a CSV"), ("layer", "a CSV")])
def test_a_part_that_the_file_cannot_have_is_refused(part, kind):
    text = io.StringIO(pd.DataFrame(ROWS, columns=HEAD).to_csv(index=False))
    with pytest.raises(cl.DataError, match=f"{kind} file has no {part}s"):
        cl.read_schools(text, **{part: "2026"})


# frames and handles --------------------------------------------------------------------------


class Streamed:
    """A frame that has nothing but the Arrow stream interface, as polars' has it."""

    def __init__(self, frame):
        self.table = pyarrow.Table.from_pandas(frame, preserve_index=False)

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def test_anything_with_the_arrow_stream_interface():
    frame = pd.DataFrame(ROWS, columns=HEAD)
    assert tuple(cl.read_schools(Streamed(frame))) == tuple(cl.read_schools(frame))


def test_open_files_and_series(tmp_path):
    frame = pd.DataFrame(ROWS, columns=HEAD)
    path = tmp_path / "schools.csv"
    frame.to_csv(path, index=False)
    with path.open("rb") as file:
        schools = cl.read_schools(file)
        assert schools.report.where == "schools.csv"
        with pytest.raises(cl.DataError, match="nothing more to read"):
            cl.read_schools(file)
    assert tuple(schools) == tuple(cl.read_schools(path))
    with book_of(tmp_path, ROWS).open("rb") as file:
        assert tuple(cl.read_schools(file)) == tuple(schools)
    assert read_group(frame["urn"]) == [str(row[0]) for row in ROWS]


# rows and headings that are no schools ---------------------------------------------------------

CSV = pd.DataFrame(ROWS, columns=HEAD).to_csv(index=False, lineterminator="\n")


@pytest.mark.parametrize(
    ("below", "reason"),
    [
        ("\nSource: DfE, provisional\n".replace(",", ";"), "note or heading, not a school"),
        ("Source: DfE,,,,\n", "note or heading, not a school"),
        ("North,,,,\n", "note or heading, not a school"),
        (",Total,,,1215\n", "row of totals"),
        ("Grand total,,,,1215\n", "row of totals"),
        (",All schools,,,1215\n", "row of totals"),
        (",".join(HEAD) + "\n", "the header again"),
        (",,,,\n", "blank line"),
    ],
)
def test_rows_that_are_no_schools_are_set_aside_and_counted(below, reason):
    schools = cl.read_schools(io.StringIO(CSV + below))
    assert sum(school.pupils for school in schools) == 1215
    assert schools.report.reasons[reason] == 1


def test_sections_of_a_sheet_have_headings(tmp_path):
    rows = [["North"], *ROWS[:3], ["South"], *ROWS[3:]]

    def merge(page):
        page.merge_cells("A2:E2")
        page.merge_cells("A6:E6")

    schools = cl.read_schools(book_of(tmp_path, rows, merge))
    assert len(schools) == 6
    assert schools.report.reasons == {"note or heading, not a school": 2}


@pytest.mark.parametrize("urn", ["-900001", "9OOOO1", "n/k 7"])
def test_one_urn_unlike_all_others_is_refused(urn):
    assert urn in refusal(io.StringIO(CSV.replace("900001", urn)))


def test_headings_like_ours_are_noted():
    schools = cl.read_schools(io.StringIO(CSV.replace("pupils", "Pupils (autumn)")))
    assert schools[0].pupils is None
    assert "'Pupils (autumn)' (like 'pupils')" in notes_of(schools)


def test_two_columns_of_pupils_are_noted():
    frame = pd.DataFrame(ROWS, columns=HEAD).assign(NOR=9)
    assert "read from the column 'pupils' of frame, not from 'NOR'" in notes_of(
        cl.read_schools(frame)
    )


def test_a_column_of_percentages_is_no_count():
    schools = cl.read_schools(pd.DataFrame(ROWS, columns=HEAD).assign(**{"EHCP %": "2.3%"}))
    assert schools[0].ehcps is None
    assert "EHCP %" in schools.report.not_used


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_of_variables_above_the_table_is_not_the_table(tmp_path, kind):
    variables = [["Field", "Meaning"], ["URN", "unique reference number"], ["name", "its name"]]
    variables += [[f"field {k}", "of no use here"] for k in range(25)]
    rows = [*variables, [], HEAD, *ROWS]
    frame = pd.DataFrame([row + [""] * (len(HEAD) - len(row)) for row in rows])
    path = tmp_path / f"book.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False, header=False)
    else:
        frame.to_excel(path, index=False, header=False)
    schools = cl.read_schools(path)
    assert len(schools) == 6
    assert "The header is row 30" in notes_of(schools)
