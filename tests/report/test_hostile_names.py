"""Hostile names are text in every format of a pack."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import openpyxl
import pytest

from clusters.domain import Plan, Problem
from clusters.report import write_report
from tests.report.hostile import HOSTILE
from tests.report.reading import NO_PDF, files

docx = pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")


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
