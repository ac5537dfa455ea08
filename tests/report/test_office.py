"""The papers in the programs that people open them with: LibreOffice, a PDF reader."""

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from clusters import budget, datasets
from clusters.domain import Problem
from clusters.errors import MissingLibraryError
from clusters.report import write_report
from clusters.report.parts import require
from tests.report.hostile import HOSTILE

pytestmark = pytest.mark.office


def converted(kind, folder, *paths):
    """Let LibreOffice convert files; skip, saying why, where there is none."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (Debian: libreoffice-calc libreoffice-writer)")
    done = subprocess.run(
        [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--convert-to", kind, "--outdir", str(folder), *map(str, paths)),
        ],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def has_writer():
    """Whether LibreOffice opens documents; some machines have its spreadsheet alone."""
    return any(Path(shutil.which("soffice")).resolve().parent.glob("libswlo.*"))


def facts(path):
    """What pdfinfo says of a PDF."""
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not installed (Debian: poppler-utils)")
    if not path.exists() and not has_writer():
        pytest.skip("LibreOffice has no Writer (Debian: libreoffice-writer-nogui)")
    said = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True)
    return {
        k.strip(): v.strip() for k, _, v in (r.partition(":") for r in said.stdout.splitlines())
    }


def body_pages(path):
    """Pages of a paper before its first appendix."""
    said = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = said.split("\f")
    return 1 + next(k for k, page in enumerate(pages) if "Appendix A:" in page)


def written(folder, problem, plan, split, audience):
    """Write a pack and let LibreOffice open it: papers as PDF, each sheet as reckoned CSV."""
    pytest.importorskip("docx", reason="python-docx is not installed (extra: report)")
    write_report(
        folder,
        problem,
        {"Proposal": plan, "Today": plan},
        split=split,
        outlook=budget.look_ahead(split, budget.Assumptions(growth="5%"), n_simulations=200),
        leads={cluster.label: f"A Name, of {cluster.label}" for cluster in plan.clusters},
        audience=audience,
        formats=["word", "excel", *(["letters"] if audience != "public" else [])],
    )
    converted("pdf", folder, *folder.glob("*.docx"))
    # 44 comma, 34 quotes, 76 UTF-8, as shown, every sheet into its own file
    sheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    converted(sheets, folder, folder / "appendix.xlsx")
    return folder, split, audience


@pytest.fixture(scope="module", params=["working group", "public"])
def pack(request, valley, plan, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    return written(folder, valley, plan, split, request.param)


def table(folder, sheet):
    path = folder / f"appendix-{sheet}.csv"
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def pounds(cell):
    return Decimal(cell.replace("£", "").replace(",", ""))


def test_the_appendix_agrees_with_the_split_to_the_penny(pack):
    folder, split, _ = pack
    heads, *body = table(folder, "Money")
    at = heads.index("total (pounds)")
    for row, share in zip(body, split.clusters, strict=False):
        assert row[1] == share.key
        assert pounds(row[at]) * 100 == share.total_pence
    assert pounds(body[len(split.clusters)][at]) * 100 == sum(s.total_pence for s in split.clusters)


def test_the_workings_find_no_difference(pack):
    folder, _, audience = pack
    if audience == "public":
        pytest.skip("public packs have no facts school by school to work from")
    (row,) = [row for row in table(folder, "Pot") if row[0] == "differences"]
    assert row[1] == "0"


def test_the_paper_opens_and_each_letter_keeps_to_its_page(pack):
    folder, split, audience = pack
    assert 5 < int(facts(folder / "paper.pdf")["Pages"]) < 30
    if audience == "public":
        assert not (folder / "letters.docx").exists()
    else:
        assert int(facts(folder / "letters.pdf")["Pages"]) == len(split.schools)


@pytest.mark.slow
def test_a_whole_authority_fits(tmp_path):
    problem = datasets.load_problem()
    plan = datasets.load_plan(problem)
    pot = budget.Pot("17999999.99", contingency="3%")
    formula = budget.Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="20000")
    split = budget.split_budget(problem, plan, pot, formula)
    pack = written(tmp_path, problem, plan, split, "working group")
    assert body_pages(tmp_path / "paper.pdf") <= 8
    test_the_appendix_agrees_with_the_split_to_the_penny(pack)
    test_the_workings_find_no_difference(pack)
    test_the_paper_opens_and_each_letter_keeps_to_its_page(pack)


def needs_pdf():
    try:
        require("pdf")
    except MissingLibraryError as error:
        pytest.skip(str(error))


def test_hostile_names_are_text_in_the_pdf(valley, plan, tmp_path):
    needs_pdf()
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    schools = [
        replace(school, name=HOSTILE[k], phase=HOSTILE[14 + k])
        for k, school in enumerate(valley.schools)
    ]
    problem = Problem.from_schools(
        schools, edges=valley.edges, territories=valley.territories, notes=tuple(HOSTILE)
    )
    made = write_report(
        tmp_path / "pack", problem, plan, sources=HOSTILE, title=HOSTILE[0], formats=["pdf"]
    )
    live = [
        line
        for what in ("-url", "-js")
        for line in subprocess.run(
            ["pdfinfo", what, str(made[0])], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        if "http" in line or "alert" in line
    ]
    assert live == []
    words = subprocess.run(
        ["pdftotext", str(made[0]), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "<script>alert(1)</script>" in words


def test_the_pdf_is_tagged_and_the_same_each_time(valley, plan, tmp_path):
    needs_pdf()
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra: report)")
    made = [write_report(tmp_path / name, valley, plan, formats=["pdf"]) for name in ("one", "two")]
    (one,), (two,) = made
    assert one.read_bytes() == two.read_bytes()
    said = facts(one)
    assert said["Tagged"] == "yes"
    assert said["Title"] == "Proposed clusters for SEND support"
    names = subprocess.run(
        ["pdfinfo", "-struct", str(one)], capture_output=True, text=True, check=True
    ).stdout
    for tag in ("H1", "H2", "Table", "TH", "Figure", "LI"):
        assert tag in names
