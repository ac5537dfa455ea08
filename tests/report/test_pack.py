"""The pack as a folder: what is in it, and what must not be."""

import csv
import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import openpyxl
import pytest

from clusters.budget import Assumptions, look_ahead
from clusters.disclosure import HIDDEN
from clusters.domain import NeedCount, Plan, Priorities, Problem, Rules
from clusters.errors import DataError
from clusters.measures import measure
from clusters.money import pounds
from clusters.report import write_report
from tests.intruder import COUNTS, System, totals
from tests.report.conftest import found
from tests.report.hostile import HOSTILE

docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NO_PDF = ["html", "csv", "maps", "geo", "word", "excel", "letters"]


@pytest.fixture(scope="module")
def needy(valley):
    """The valley with types of need."""
    schools = [
        replace(s, need={"asd": NeedCount(ehcps=s.ehcps, sen_support=k % 4)})
        for k, s in enumerate(valley.schools)
    ]
    return Problem.from_schools(
        schools, edges=valley.edges, territories=valley.territories, notes=("Straight lines.",)
    )


def write(folder, problem, plan, other, split, **more):
    known = {
        "rules": Rules(n_clusters=4),
        "priorities": Priorities(travel_by="ehcps"),
        "split": split,
        "outlook": look_ahead(split, Assumptions(growth="5%"), n_simulations=200),
        "run_file": "run.json",
        "sources": ["Census"],
        "leads": {"1": "Ms Lead"},
        "why_here": {"1": ["It is near the others."]},
        "formats": [
            part for part in NO_PDF if part != "letters" or more.get("audience") != "public"
        ],
    }
    options = {"Shortest": found(plan), "Another": other}
    return write_report(folder, problem, options, **{**known, **more})


@pytest.fixture(scope="module")
def pack(needy, plan, other, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("working")
    write(folder, needy, plan, other, split)
    return folder


@pytest.fixture(scope="module")
def public(needy, plan, other, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    write(folder, needy, plan, other, split, audience="public")
    return folder


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


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


def test_changes_are_told_from_the_other_option_to_the_recommended_one(pack, plan, other):
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


def test_gains_and_losses_are_told_as_the_two_sums_that_they_are(pack, split):
    changes = [share.yearly_pence - share.today_pence for share in split.clusters]
    gains, losses = (sum(c for c in changes if c > 0), -sum(c for c in changes if c < 0))
    text = (pack / "report.html").read_text(encoding="utf-8")
    assert "moves from" not in text
    assert f"have {pounds(gains)} a year more than today" in text
    assert f"have {pounds(losses)} less" in text


# ---- public ---------------------------------------------------------------------------------


def test_what_a_public_pack_shows_does_not_give_small_numbers_away(public, needy):
    """All counts of all tables are put into one attack: schools, clusters, money, everybody."""
    schools = {row["urn"]: row for row in rows(public / "figures/schools.csv")}
    for school in needy.schools:
        for name in COUNTS:
            if 0 < getattr(school, name) < 5:
                assert schools[school.urn][name] == HIDDEN
    values = System(public, 5, totals(needy)).possible()
    assert values
    assert min(map(len, values.values())) >= 3


def test_a_public_pack_has_no_money_and_no_need_school_by_school(public):
    there = files(public)
    assert "letters.docx" not in there
    assert not [name for name in there if "by_school" in name]
    for path in (public / "figures").iterdir():
        for row in rows(path)[:1]:
            if "urn" in row or "school" in row:
                assert not [c for c in row if "pence" in c or "asd" in c or c == "need"], path.name
    book = openpyxl.load_workbook(public / "appendix.xlsx")
    assert not {"Schools", "Gains by school"} & set(book.sheetnames)
    places = json.loads((public / "gis" / "schools.geojson").read_text())
    assert not {"ehcps", "sen_support", "need"} & set(places["features"][0]["properties"])


def test_types_of_need_never_stand_beside_schools_in_any_pack(pack):
    for path in (pack / "figures").iterdir():
        for row in rows(path)[:1]:
            assert not ({"urn", "school"} & set(row) and {"asd", "type"} & set(row)), path.name


def test_a_public_pack_is_not_written_beside_private_files(needy, plan, other, split, tmp_path):
    write(tmp_path, needy, plan, other, split, formats=["csv"])
    with pytest.raises(DataError, match=r"not for publication.*folder of its own"):
        write(tmp_path, needy, plan, other, split, audience="public", formats=["csv"])


def test_the_same_numbers_are_hidden_in_every_format(public):
    hidden = {row["urn"] for row in rows(public / "figures/schools.csv") if row["ehcps"] == HIDDEN}
    sheet = openpyxl.load_workbook(public / "appendix.xlsx")["School list"]
    heads, *body = sheet.iter_rows(values_only=True)
    urn, ehcps = heads.index("urn"), heads.index("ehcps")
    assert {row[urn] for row in body if row[ehcps] == HIDDEN} == hidden
    text = (public / "report.html").read_text(encoding="utf-8")
    assert text.count(HIDDEN) >= len(hidden)
    paper = docx.Document(public / "paper.docx")
    cells = [c.text for t in paper.tables for row in t.rows for c in row.cells]
    assert cells.count(HIDDEN) >= len(hidden)


def test_a_public_pack_prints_no_cost_of_a_plan(public):
    text = (public / "report.html").read_text(encoding="utf-8")
    assert "Cost of the plan" not in text
    assert ">1,000.0<" not in text
    assert "search.csv" not in {path.name for path in (public / "figures").iterdir()}
    assert "the search used numbers that are hidden here" in text


def test_a_search_by_open_numbers_alone_is_told_in_per_cent(needy, plan, other, split, tmp_path):
    open_ = Priorities(travel_by="pupils")
    more = {"audience": "public", "priorities": open_, "formats": ["html", "csv"]}
    write(tmp_path, needy, plan, other, split, **more)
    assert rows(tmp_path / "figures/search.csv")[-1]["plan"] == "100.0"
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "more than 0.8% shorter" in text
    assert ">1,000.0<" not in text


def test_findings_of_a_public_pack_hold_no_numbers(needy, plan, other, split, tmp_path):
    rules = Rules(n_clusters=4, limits={"ehcps": (0, 3)})
    write(tmp_path, needy, plan, other, split, rules=rules, audience="public", formats=["html"])
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "This plan breaks rules" in text
    assert "The rule &#39;limits&#39; does not hold." in text


def test_a_threshold_of_ten_hides_more(needy, plan, other, split, public, tmp_path):
    write(tmp_path, needy, plan, other, split, audience="public", threshold=10, formats=["csv"])
    few, many = (
        sum(row["sen_support"] == HIDDEN for row in rows(folder / "figures/schools.csv"))
        for folder in (public, tmp_path)
    )
    assert few < many


# ---- hostile names --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def attacked(needy, plan, other, tmp_path_factory):
    """A pack in which every text is hostile, all thirty of them in turn."""
    from clusters.budget import Formula, Pot, split_budget

    folder = tmp_path_factory.mktemp("hostile")
    schools = [
        replace(
            school,
            name=HOSTILE[k],
            phase=HOSTILE[(k + 16) % 30],
            pyramid=HOSTILE[(k + 5) % 30],
            traits={"faith": HOSTILE[(k + 9) % 30]},
        )
        for k, school in enumerate(needy.schools)
    ]
    problem = Problem.from_schools(
        schools, edges=needy.edges, territories=needy.territories, notes=tuple(HOSTILE)
    )
    bad = Plan(
        tuple(replace(c, label=f"{HOSTILE[12 + k]} {k}") for k, c in enumerate(plan.clusters))
    )
    split = split_budget(problem, bad, Pot("1000"), Formula({"ehcps": 1}))
    write_report(
        folder,
        problem,
        {name: (bad if k % 2 else other) for k, name in enumerate(HOSTILE[:3])} | {"=1+1": bad},
        recommended="=1+1",
        split=split,
        title=HOSTILE[0],
        date=HOSTILE[2],
        sources=HOSTILE,
        decisions=HOSTILE,
        together=HOSTILE,
        run_file="javascript:alert(1)",
        leads={c.label: HOSTILE[3] for c in bad.clusters},
        why_here={s.urn: HOSTILE for s in schools},
        formats=NO_PDF,
    )
    return folder


def test_hostile_names_are_text_in_the_pages(attacked):
    from tests.report.test_report import Reader

    for name in ("report.html", "equality.html"):
        reader = Reader((attacked / name).read_text(encoding="utf-8"))
        assert not {"script", "img", "iframe", "x"} & set(reader.tags)
        assert not [a for a, _ in reader.attributes if a.startswith("on")]
        assert not [v for a, v in reader.attributes if a == "href" and not v.startswith("#")]
        assert not re.search("[\x00\x07\x1b\u202e]", " ".join(reader.texts))
        assert "49" not in re.findall(r"\{\{ 7 \* 7 \}\}|49(?=\{)", reader.words)


def test_hostile_names_are_text_in_drawings(attacked):
    for path in (attacked / "maps").glob("*.svg"):
        tags = {node.tag.rpartition("}")[2] for node in ElementTree.parse(path).iter()}
        assert not {"script", "image", "foreignObject", "x"} & tags


def test_hostile_names_are_no_formulas_in_sheets_and_tables(attacked):
    book = openpyxl.load_workbook(attacked / "appendix.xlsx")
    ours = {"Money", "Working"}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink is not None:  # the contents lead to the sheets
                    assert (sheet.title, cell.hyperlink.target) == ("Contents", None)
                    assert cell.hyperlink.location == f"'{cell.value}'!A1"
                if cell.data_type == "f":
                    assert sheet.title in ours
                    assert not re.search(r"HYPERLINK|cmd|@SUM|\b1\+1\b", str(cell.value))
    for path in attacked.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            for cell in row:
                number = re.fullmatch(r"-?[0-9.]+(e-?[0-9]+)?", cell)
                assert number or cell[:1] not in ("=", "+", "-", "@", "\t"), (path.name, cell)


def test_hostile_names_are_text_in_word(attacked):
    for name in ("paper.docx", "letters.docx"):
        docx.Document(attacked / name)
        with zipfile.ZipFile(attacked / name) as parts:
            for part in parts.namelist():
                if part.endswith(".rels"):
                    assert b'TargetMode="External"' not in parts.read(part)
            body = parts.read("word/document.xml").decode()
        words = "".join(re.findall(r"<w:instrText[^>]*>([^<]*)<", body))
        assert words in ("", "PAGE")
        assert not re.search("[\x00\x07\x1b\u202e]", body)


def test_no_file_leaves_the_folder(attacked):
    assert all(re.fullmatch(r"[a-z0-9_/.]+", name) for name in files(attacked))


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


def test_the_public_reads_the_same_mean_journey_where_its_weights_are_open(
    needy, plan, other, split, tmp_path
):
    pages = []
    for audience in ("working group", "public"):
        folder = tmp_path / audience
        more = {"priorities": Priorities(travel_by="pupils"), "formats": ["csv"]}
        write(folder, needy, plan, other, split, audience=audience, **more)
        pages.append([row["mean_journey_m"] for row in rows(folder / "figures/options.csv")])
    assert pages[0] == pages[1]
