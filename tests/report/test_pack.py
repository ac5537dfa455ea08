"""The pack: its parts, frames, paper and letters agree with each other."""

import hashlib
import json
import re

import openpyxl
import pytest

from clusters.errors import DataError
from clusters.money import pounds
from clusters.report import write_report
from tests.report.reading import files, rows, write

docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_a_pack_holds_every_part(pack):
    there = files(pack)
    for name in (
        *("report.html", "equality.html", "paper.docx", "appendix.xlsx", "letters.docx"),
        *("figures.csv", "gis/clusters.gpkg", "gis/schools.geojson", "gis/territories.geojson"),
        *("maps/option_1.png", "maps/option_1.svg", "maps/options.png", "maps/change_2.png"),
        *("maps/change_2.svg", "maps/search.png", "maps/search.svg", "figures/search.csv"),
    ):
        assert name in there


def test_same_input_same_bytes(needy, plan, other, split, pack, tmp_path):
    write(tmp_path, needy, plan, other, split)
    assert files(tmp_path) == files(pack)
    for name in files(pack):
        one, two = (hashlib.sha256((f / name).read_bytes()).digest() for f in (pack, tmp_path))
        assert one == two, name


def test_an_unknown_part_is_refused(valley, plan, tmp_path):
    with pytest.raises(DataError, match="the pack has no such part"):
        write_report(tmp_path / "x", valley, plan, formats=["fax"])


# ---- figures --------------------------------------------------------------------------------


def test_every_frame_is_listed_with_the_call_that_returns_it(pack):
    listed = rows(pack / "figures.csv")
    names = {p.name for p in (pack / "figures").iterdir()}
    assert {row["file"] for row in listed} == names
    assert all(row["returned_by"] and row["run_record"] == "run.json" for row in listed)
    for row in listed:
        assert len(rows(pack / "figures" / row["file"])) == int(row["rows"])


def test_the_money_in_the_figures_is_that_of_the_split(pack, split):
    total = sum(int(row["total_pence"]) for row in rows(pack / "figures" / "money.csv"))
    assert total == sum(share.total_pence for share in split.clusters)


def test_groups_add_up_to_all_schools(pack):
    found = rows(pack / "figures" / "equality.csv")
    for way in {row["way"] for row in found}:
        assert sum(int(row["schools"]) for row in found if row["way"] == way) == 16


# ---- Word -----------------------------------------------------------------------------------


def test_the_paper_has_real_headings_in_the_usual_order(pack):
    paper = docx.Document(pack / "paper.docx")
    heads = [p.text for p in paper.paragraphs if p.style.name == "Heading 1"]
    assert heads[:10] == [
        "1. What is proposed",
        "2. Decisions asked",
        "3. The clusters",
        "4. The options",
        "5. The money",
        "6. Risk and the coming years",
        "7. Need and expertise",
        "8. Equality and impact",
        "9. How clusters would run",
        "10. Risks and next steps",
    ]
    assert [head[:10] for head in heads[10:]] == [f"Appendix {letter}" for letter in "ABCDEFGHIJK"]


def test_page_and_paper_say_the_same_in_the_same_order(pack):
    """Every heading and paragraph of the body of the paper stands on the page, in this order."""
    from tests.report.test_report import Reader

    words = Reader((pack / "report.html").read_text(encoding="utf-8")).words
    at = 0
    for line in docx.Document(pack / "paper.docx").paragraphs[7:]:
        text = re.sub(r"^(\d+|Appendix [A-Z])[.:] ", "", line.text)
        if line.style.name == "Caption" or "For the author:" in text or not text:
            continue
        if line.style.name == "Normal" and re.match(r"Centre: |Lead: ", text):
            continue  # the facts of a card, which the page sets as a list
        if text.startswith(("the pot", "committed", "held back", "shared by", "The record of")):
            continue  # figures with their words, which the page sets the other way round
        found = words.find(text, at)
        assert found >= 0, text
        at = found


def test_every_table_of_the_paper_has_a_header_row_and_a_name(pack):
    tables = docx.Document(pack / "paper.docx").tables
    assert len(tables) > 15
    for table in tables:
        first = table._tbl.tr_lst[0]
        assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert table._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val")


def test_every_picture_has_words_for_those_who_cannot_see_it(pack):
    shapes = docx.Document(pack / "paper.docx").inline_shapes
    assert len(shapes) == 4
    assert all(len(shape._inline.docPr.get("descr")) > 20 for shape in shapes)


def test_judgement_is_left_to_the_author_in_marked_places(pack):
    paper = docx.Document(pack / "paper.docx")
    marked = [p for p in paper.paragraphs if "For the author:" in p.text]
    assert len(marked) >= 9
    assert all(any(run.font.highlight_color for run in p.runs) for p in marked)


def test_there_is_a_letter_for_each_school_with_its_reasons(pack, valley):
    letters = docx.Document(pack / "letters.docx")
    heads = [p for p in letters.paragraphs if p.style.name == "Heading 1"]
    assert sorted(p.text for p in heads) == sorted(s.name for s in valley.schools)
    assert all(p.paragraph_format.page_break_before for p in heads[1:])
    words = "\n".join(p.text for p in letters.paragraphs)
    assert "It is near the others." in words
    assert "The proposed lead is Ms Lead." in words


# ---- one number and one name for a cluster --------------------------------------------------


def test_every_table_has_the_number_that_the_maps_have(pack, plan, other):
    """In CSV, Excel, GeoPackage and GeoJSON: what names a cluster also has its number."""
    import geopandas

    for path in (pack / "figures").iterdir():
        for row in rows(path):
            for name, number in (("cluster", "number"), ("from", "from_number")):
                if name in row:
                    assert number in row, path.name
                    assert row[number] == (row[name] if row[name].isdigit() else ""), path.name
    book = openpyxl.load_workbook(pack / "appendix.xlsx")
    for sheet in book:
        heads = [cell.value for cell in sheet[1]]
        if "cluster" in heads and sheet.title != "Working":
            assert "number" in heads, sheet.title
    for layer in ("schools", "territories", "clusters"):
        frame = geopandas.read_file(pack / "gis/clusters.gpkg", layer=layer)
        assert frame["number"].tolist() == [int(label) for label in frame["cluster"]], layer
    places = json.loads((pack / "gis/schools.geojson").read_text())
    assert all(
        f["properties"]["number"] == int(f["properties"]["cluster"]) for f in places["features"]
    )


def test_every_move_says_from_where_to_where_and_why(pack):
    text = (pack / "report.html").read_text(encoding="utf-8")
    (row,) = rows(pack / "figures/moves_2.csv")
    assert row["why"].startswith("The journey to the centre ")
    assert row["why"] in text
    assert f"Cluster {row['from_number']}" in text


def test_a_letter_answers_what_a_head_asks(pack, valley, split):
    """The sum of today and the proposed one, how it comes about, the nearest other, what next."""
    text = "\n".join(p.text for p in docx.Document(pack / "letters.docx").paragraphs)
    for share in split.schools:
        assert f"counts with {pounds(share.total_pence)} in the cluster's money" in text
        assert f"Today {pounds(share.today_pence)} a year is spent" in text
    school = valley.schools[0]
    units = 3 * school.ehcps + school.sen_support
    assert f"3 x {school.ehcps} + 1 x {school.sen_support} = {units}" in text
    asked = text.count("Why not the nearer one?") + text.count("Which other cluster is near?")
    assert asked == len(valley.schools)
    assert text.count("say what happens next") == len(valley.schools)


@pytest.mark.slow
def test_no_word_of_a_table_is_broken_in_word(tmp_path):
    """Also where a wider face stands in for Arial, as DejaVu Sans does; wide tables are turned."""
    from docx.enum.section import WD_ORIENT
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    from clusters import datasets
    from clusters.budget import Formula, Pot, split_budget

    problem = datasets.load_problem()
    plan = datasets.load_plan(problem)
    weights = Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="20000")
    split = split_budget(problem, plan, Pot("18000000", contingency="3%"), weights)
    write_report(tmp_path / "paper.docx", problem, plan, split=split)
    paper = docx.Document(tmp_path / "paper.docx")
    faces = {bold: FontProperties(family="DejaVu Sans", weight=bold) for bold in ("bold", "normal")}
    words = {}
    for table in paper.tables:
        for r, row in enumerate(table.rows):
            for cell in row.cells:
                size = cell.paragraphs[0].runs[0].font.size.pt
                for word in re.split(r"[\s-]+", cell.text):
                    key = (word, "bold" if r == 0 else "normal", size)
                    width = (cell.width.cm - 0.38) * 72 / 2.54
                    words[key] = min(words.get(key, width), width)
    assert len(words) > 500
    broken = [
        (word, round(room))
        for (word, bold, size), room in words.items()
        if word and TextPath((0, 0), word, size=size, prop=faces[bold]).get_extents().width > room
    ]
    assert broken == []
    assert {s.orientation for s in paper.sections} <= {WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE}
