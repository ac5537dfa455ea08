"""The workbook of live formulas re-works a split to the penny in LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest

import clusters as cl
from clusters.budget import Sparsity, Taper, split_budget
from clusters.budget.spreadsheet import write_workings
from tests.budget.authority import authority, plan_of, problem_of, school

FORMULA = cl.Formula(
    {"ehcps": "2.5", "sen_support": 1},
    {"pupils": "15%", "fsm": "20%"},
    lump_per_cluster="5000.01",
    lump_per_school="1000",
    taper=Taper(full_to=150, none_from=400),
    sparsity=Sparsity(amount="3000"),
)


def splits():
    """Splits of every kind, by name."""
    problem, plan = authority(40, 9)
    pot = cl.Pot("4076543.21", committed={problem.ids[0]: "1000.01"}, contingency="2.5%")
    protect = {
        "cluster": cl.budget.Protection(floor="95%", cap="160%"),
        "school": cl.budget.Protection(floor="80%", level="school"),
        "capping": cl.budget.Protection(floor="90%", method="capping"),
        "pupil": cl.budget.Protection(loss_per_pupil=20, method="capping"),
    }
    made = {"plain": split_budget(problem, plan, pot, FORMULA)}
    for name, protection in protect.items():
        made[name] = split_budget(problem, plan, pot, FORMULA, protection)
    equal = cl.Formula({"schools": 1})
    made["ties"] = split_budget(problem, plan, "1000.03", equal)
    return made


@pytest.mark.office
@pytest.mark.slow
def test_libreoffice_agrees_to_the_penny(tmp_path):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    import openpyxl

    made = splits()
    for name, split in made.items():
        write_workings(tmp_path / f"{name}.xlsx", split)
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "worked"),
            *[str(tmp_path / f"{name}.xlsx") for name in made],
        ],
        check=True,
        capture_output=True,
        timeout=240,
    )
    for name, split in made.items():
        book = openpyxl.load_workbook(tmp_path / "worked" / f"{name}.xlsx", data_only=True)
        for level, title in (("cluster", "Clusters"), ("school", "Schools")):
            worked = [round(100 * value) for value in column_of(book, f"{title}_total")]
            assert worked == [share.total_pence for share in split.shares(level)], (name, level)
        assert column_of(book, "Pot_differences") == [0], name


def column_of(book, name):
    """Values of a named column or cell."""
    ((sheet, where),) = book.defined_names[name].destinations
    cells = book[sheet][where]
    rows = cells if isinstance(cells, tuple) else ((cells,),)
    return [row[0].value for row in rows]


def test_names_never_become_formulas(tmp_path):
    evil = '=HYPERLINK("http://x","y")'
    problem = problem_of([replace(school("1"), name=evil), school("2")])
    plan = plan_of({"=1+1": ["1"], "B": ["2"]})
    write_workings(tmp_path / "x.xlsx", split_budget(problem, plan, "10", FORMULA_OF_PUPILS))
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheets = b"".join(book.read(n) for n in book.namelist() if "worksheets/sheet" in n)
        assert b"HYPERLINK" not in sheets
        assert b"<f>1+1</f>" not in sheets
        assert b"HYPERLINK" in book.read("xl/sharedStrings.xml")


FORMULA_OF_PUPILS = cl.Formula({"pupils": 1})


def test_every_kind_of_split_can_be_written(tmp_path):
    for name, split in splits().items():
        write_workings(tmp_path / f"{name}.xlsx", split)
        assert (tmp_path / f"{name}.xlsx").stat().st_size > 5_000
