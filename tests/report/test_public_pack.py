"""What a public pack shows gives no small number away."""

import json

import openpyxl
import pytest

from clusters.disclosure import HIDDEN
from clusters.domain import Priorities, Rules
from clusters.errors import DataError
from tests.intruder import COUNTS, System, totals
from tests.report.reading import files, rows, write

docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")


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


def test_a_search_by_open_numbers_alone_is_reported_in_per_cent(
    needy, plan, other, split, tmp_path
):
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
