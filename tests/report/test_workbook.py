"""The workbook of a pack, as a finance officer meets it."""

import re

import openpyxl
import pytest

from clusters.domain import Priorities
from clusters.measures import measure
from clusters.money import pounds
from clusters.report import write_report
from tests.report.reading import rows

pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")


# ---- Excel ----------------------------------------------------------------------------------


def test_sheets_have_frozen_headings_filters_and_a_dictionary(pack):
    book = openpyxl.load_workbook(pack / "appendix.xlsx")
    plain = {"Contents", "Working"}
    for sheet in book:
        if sheet.title not in plain:
            assert sheet.freeze_panes, sheet.title
            assert sheet.auto_filter.ref, sheet.title
    for row in book["Dictionary"].iter_rows(min_row=2, values_only=True):
        assert all(row), row
    assert book.properties.created.year == 2000


def test_pounds_are_formatted_and_live(pack):
    sheet = openpyxl.load_workbook(pack / "appendix.xlsx")["Money"]
    heads = [cell.value for cell in sheet[1]]
    total = sheet.cell(2, heads.index("total (pounds)") + 1)
    assert total.value == "=SUM(C2:E2)"
    assert "£" in total.number_format
    assert sheet.cell(2, 3).value.startswith("=Working!")


def test_every_table_has_the_same_mean_journey(needy, plan, other, tmp_path):
    """As the priorities weight it, in the frame as on the page."""
    by_need = Priorities(travel_by="need")
    options = {"Shortest": other, "Another": plan}
    write_report(tmp_path, needy, options, priorities=by_need, formats=["csv"])
    weighted = measure(needy, other, by_need).whole.journeys.mean
    assert weighted != pytest.approx(measure(needy, other).whole.journeys.mean, abs=1)
    options = {row["plan"]: row for row in rows(tmp_path / "figures/options.csv")}
    assert float(options["Shortest"]["mean_journey_m"]) == pytest.approx(weighted, abs=1e-5)


def test_changes_are_reported_from_the_other_option_to_the_recommended_one(pack, plan, other):
    text = (pack / "report.html").read_text(encoding="utf-8")
    assert "What changes from Another to Shortest" in text
    assert "What changes from Shortest" not in text
    for row in rows(pack / "figures/moves_2.csv"):
        assert row["urn"] in {
            str(m) for c in other.clusters if c.label == row["from"] for m in c.members
        }
        assert row["urn"] in {
            str(m) for c in plan.clusters if c.label == row["to"] for m in c.members
        }
    assert "Schools in another cluster under Shortest than under Another" in text


def test_gains_and_losses_are_reported_as_the_two_sums_that_they_are(pack, split):
    changes = [share.yearly_pence - share.today_pence for share in split.clusters]
    gains, losses = (sum(c for c in changes if c > 0), -sum(c for c in changes if c < 0))
    text = (pack / "report.html").read_text(encoding="utf-8")
    assert "moves from" not in text
    assert f"have {pounds(gains)} a year more than today" in text
    assert f"have {pounds(losses)} less" in text


# ---- what a finance officer meets in Excel --------------------------------------------------


def test_contents_list_every_sheet_and_every_sheet_prints_on_one_page_width(pack):
    book = openpyxl.load_workbook(pack / "appendix.xlsx")
    listed = {row[0] for row in book["Contents"].iter_rows(values_only=True)}
    assert set(book.sheetnames) - {"Contents"} <= listed
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape", sheet.title
        pages = sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight
        assert pages == (1, 0), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.print_title_rows, sheet.title


@pytest.mark.parametrize("audience", ["pack", "public"])
def test_the_dictionary_has_every_column_of_every_sheet_and_nothing_else(audience, request):
    book = openpyxl.load_workbook(request.getfixturevalue(audience) / "appendix.xlsx")
    said = [row[:2] for row in book["Dictionary"].iter_rows(min_row=2, values_only=True)]
    there = []
    for sheet in book:
        rows = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows()]
        if sheet.title == "Working":
            heads = [row for row in rows if len(row) > 2 and all(c.font.bold for c in row)]
        elif sheet.title == "Contents":
            heads = [row for row in rows if row and row[0].value == "Sheet"]
        else:
            heads = rows[:1]
        there += [(sheet.title, cell.value) for row in heads for cell in row]
    assert sorted(set(there)) == sorted(said)
    meanings = [row[2] for row in book["Dictionary"].iter_rows(min_row=2, values_only=True)]
    assert all(len(words.split()) > 1 for words in meanings), meanings


@pytest.mark.parametrize("audience", ["pack", "public"])
def test_every_table_of_the_pack_has_a_sheet(audience, request):
    folder = request.getfixturevalue(audience)
    book = openpyxl.load_workbook(folder / "appendix.xlsx")
    files = {row[2] for row in book["Contents"].iter_rows(values_only=True) if row[2]}
    there = {f"figures/{path.name}" for path in (folder / "figures").glob("*.csv")}
    assert files - {"Also in"} == there


def test_no_text_is_clipped_and_no_number_is_short_of_room(pack):
    book = openpyxl.load_workbook(pack / "appendix.xlsx")
    for sheet in book:
        if sheet.title == "Contents":
            continue  # its first lines run over empty cells
        for column in sheet.columns:
            letter = openpyxl.utils.get_column_letter(column[0].column)
            found = sheet.column_dimensions
            width = next(
                d.width for d in found.values() if d.min <= column[0].column <= (d.max or d.min)
            )
            for cell in column[1:]:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    fits = len(cell.value) <= width
                    assert fits or cell.alignment.wrap_text, (sheet.title, letter, cell.value)
                elif isinstance(cell.value, int | float):
                    assert len(f"{cell.value:,.2f}") <= width, (sheet.title, letter, cell.value)


def test_money_is_in_pounds_and_journeys_are_in_kilometres(pack):
    book = openpyxl.load_workbook(pack / "appendix.xlsx")
    for sheet in book:
        if sheet.title in ("Pot", "Clusters", "Schools"):
            continue  # the working, in whole pence: the contents say so
        for column in sheet.columns:
            head = str(column[0].value)
            assert "pence" not in head, (sheet.title, head)
            assert not head.endswith((" m", " min")), (sheet.title, head)
            if head.endswith("(km)"):
                known = [c for c in column[1:] if isinstance(c.value, int | float)]
                assert all(c.value < 50 and c.number_format == "#,##0.0" for c in known)
    sheet = book["School list"]
    heads = [cell.value for cell in sheet[1]]
    at = heads.index("journey (km)") + 1
    table = {row["urn"]: row for row in rows(pack / "figures/schools.csv")}
    for row in range(2, sheet.max_row + 1):
        metres = float(table[str(sheet.cell(row, heads.index("urn") + 1).value)]["journey_m"])
        assert sheet.cell(row, at).value * 1000 == pytest.approx(metres)


def test_the_dictionary_says_something_of_every_column(pack):
    book = openpyxl.load_workbook(pack / "appendix.xlsx")
    for sheet, column, meaning in book["Dictionary"].iter_rows(min_row=2, values_only=True):
        assert meaning.endswith("."), (sheet, column, meaning)
        assert not re.search(r"\b(m|min|pence)\.$|_", meaning), (sheet, column, meaning)
