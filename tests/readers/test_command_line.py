"""Files on the command line: its options, its words, every fault in a file."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import clusters
from clusters.__main__ import main
from clusters.cli import files
from clusters.cli.arguments import make_parser

DONE, BAD_INPUT = 0, 2
N = 8
FRAME = pd.DataFrame(
    {
        "urn": [900001 + k for k in range(N)],
        "name": [f"School {k}" for k in range(N)],
        "easting": [414000 + 900 * (k % 4) for k in range(N)],
        "northing": [417000 + 900 * (k // 4) for k in range(N)],
        "pupils": [200 + k for k in range(N)],
    }
)
CHECK = ["check", "--need-weights", "pupils=1"]


def saved(folder: Path, frame: pd.DataFrame = FRAME, name: str = "schools.csv") -> str:
    path = folder / name
    if name.endswith(".xlsx"):
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return str(path)


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run a command in a folder of its own: exit code, what was printed, what went wrong."""
    monkeypatch.chdir(tmp_path)

    def ran(*words: str) -> tuple[int, str, str]:
        code = main([*CHECK, *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


# words -----------------------------------------------------------------------------------------


def strings_of(folder: str) -> set[str]:
    """Every text in the code of a folder, f-strings as they stand."""
    found = set()
    for path in (Path(clusters.__file__).parent / folder).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            ast.get_docstring(node, clean=False)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} - docs
    return {text for text in found if " " in text}


ONLY_THERE = {
    "format",
    "column",
    "fields",
    "id",
    "name",
    "start",
    "n",
    "sep",
    "x",
    "y",
    "r",
    "EPSG",
    "URN",
    # of functions that have no verb: forecasts, and schools that change
    *("journeys", "missing", "phase"),
}
"""Names before "=" in texts that are no arguments, or that no option stands for."""


@pytest.mark.parametrize("folder", ["readers", "geography"])
def test_every_argument_that_a_message_names_has_an_option(folder):
    named = {
        match[1] for text in strings_of(folder) for match in re.finditer(r"\b([a-z_]+)=(?!=)", text)
    }
    assert named - ONLY_THERE <= set(files.OPTIONS), "no option of the command line says this"


def test_the_options_that_messages_are_put_into_exist():
    parser = make_parser()
    verbs = next(
        action for action in parser._actions if hasattr(action, "choices") and action.choices
    )
    known = set(verbs.choices["check"]._option_string_actions)
    assert {option.split()[-1] for option in files.OPTIONS.values()} <= known
    assert "--without" in known


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ('Say which columns hold them with columns={"easting": ...}', "--columns easting=..."),
        ('leave it out with columns={"Roll 2": None}', '--without "Roll 2"'),
        ("allow your own with types=['cci']", "with --types cci"),
        ('set such schools aside with set_aside=["no position"]', '--set-aside "no position"'),
        ('say so with no_way=["blank"]', "--no-way blank"),
        ("say it with no_way=[-1]", "--no-way=-1"),
        ('say in which unit: travel_unit="km"', "--travel-unit km"),
        ("name one of them with sheet='Data 2'", '--sheet "Data 2"'),
        ("give this one as further=", "as a further --schools"),
        ('Choose with prefer={"pupils": ...}', "--prefer pupils=..."),
        ('give for instance crs="EPSG:27700"', "--crs EPSG:27700"),
    ],
)
def test_messages_speak_of_options(ours, theirs):
    assert theirs in files.in_options(ours)
    assert "=[" not in files.in_options(ours)
    assert "={" not in files.in_options(ours)


def test_the_help_says_defaults(capsys):
    with pytest.raises(SystemExit):
        main(["solve", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for words in (
        "(default: territories)",
        "(default: 60.0)",
        "(default: 1)",
        "(default: clusters-out)",
    ):
        assert words in told
    assert "None)" not in told
    assert "[]" not in told


# options ---------------------------------------------------------------------------------------


def test_a_school_without_a_position_can_be_set_aside_as_the_message_says(run, tmp_path):
    frame = FRAME.astype(object)
    frame.loc[2, ["easting", "northing"]] = ""
    path = saved(tmp_path, frame)
    code, _, error = run("--schools", path)
    assert code == BAD_INPUT
    (option,) = re.findall(r'--set-aside "[^"]*"', error)
    name, _, value = option.partition(" ")
    code, told, _ = run("--schools", path, name, value.strip('"'))
    assert code == DONE
    assert "School 2 (900003)" in told
    code, told, _ = run("--schools", path, name, "no position", name, "900001=closes in August")
    assert "closes in August" in told


def test_sheets_are_named(run, tmp_path):
    path = saved(tmp_path, name="book.xlsx")
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.active).title = "Old"
    book.save(path)
    code, _, error = run("--schools", path)
    assert code == BAD_INPUT
    assert "--sheet Sheet1" in error
    assert run("--schools", path, "--sheet", "Sheet1")[0] == DONE
    assert run("--schools", path, "--sheet", "book.xlsx=Old")[0] == DONE
    main_file = saved(tmp_path)
    assert run("--schools", main_file, "--schools", path, "--sheet", "book.xlsx=Old")[0] == DONE


def test_types_columns_and_preferences(run, tmp_path):
    path = saved(tmp_path, FRAME.assign(ehcps_cci=1, expertise_asd=2))
    code, _, error = run("--schools", path)
    assert code == BAD_INPUT
    assert "--types cci" in error
    assert "--without ehcps_cci" in error
    assert "--expertise-unit" in error
    both = ("--types", "cci", "--expertise-unit", "places")
    assert run("--schools", path, *both)[0] == DONE
    without = ("--without", "ehcps_cci", "--without", "expertise_asd")
    assert run("--schools", path, *without)[0] == DONE
    other = saved(tmp_path, FRAME[["urn"]].assign(pupils=9), "other.csv")
    code, told, _ = run(
        "--schools", saved(tmp_path), "--schools", other, "--prefer", "pupils=schools.csv"
    )
    assert "1,628 in all by 'pupils' of schools.csv, which was taken" in told
    assert "Choose with --prefer pupils=..." in told


def test_units_and_no_way(run, tmp_path):
    pairs = [(a, b) for a in FRAME["urn"] for b in FRAME["urn"]]
    table = pd.DataFrame(pairs, columns=["from_id", "to_id"]).assign(travel_time=300.0)
    table.loc[table.from_id == table.to_id, "travel_time"] = 0
    table.loc[3, "travel_time"] = -1
    path = saved(tmp_path, table, "times.csv")
    code, _, error = run("--schools", saved(tmp_path), "--travel-min", path)
    assert code == BAD_INPUT
    assert "--no-way=-1" in error
    code, _, error = run("--schools", saved(tmp_path), "--travel-min", path, "--no-way=-1")
    assert "--travel-unit s" in error
    assert run(
        "--schools", saved(tmp_path), "--travel-min", path, "--no-way=-1", "--travel-unit", "s"
    )[0] == DONE  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_groups_and_scenarios_have_the_encodings_of_all_files(run, tmp_path, encoding):
    saved(tmp_path)
    group = "Zoë's group;\n\nURN;name\n900001;Zoë\n900002;B\n"
    (tmp_path / "group.csv").write_bytes(group.encode(encoding))
    scenario = 'schools = ["schools.csv"]\nclusters = 2\ntogether_file = ["group.csv"]\n# Zoë\n'
    (tmp_path / "scenario.toml").write_bytes(scenario.encode(encoding))
    code, told, error = run("--scenario", "scenario.toml")
    assert (code, error) == (DONE, "")
    assert "The rules fit the data" in told


def test_plans_of_every_shape_and_their_notes(run, tmp_path):
    saved(tmp_path)
    (tmp_path / "plan.csv").write_text(
        "NORTH,South\n" + "".join(f"School {k},School {k + 4}\n" for k in range(4))
    )
    code, told, _ = run("--schools", "schools.csv", "--plan", "plan.csv")
    assert code == DONE
    assert "a column for each cluster" in told
    assert "8 schools were found by its name" in told


def test_neighbours_come_from_a_file_of_pairs(run, tmp_path):
    saved(tmp_path)
    (tmp_path / "pairs.csv").write_text("900001;900002\n900002;900003\n")
    code, told, _ = run("--schools", "schools.csv", "--neighbours", "pairs.csv")
    assert code == DONE
    assert "8 schools, 2 pairs of neighbours" in told
    code, _, error = run("--schools", "schools.csv", "--neighbours", "territory")
    assert code == BAD_INPUT
    assert "no such kind of neighbours" in error


# floods ----------------------------------------------------------------------------------------


def test_every_fault_is_in_a_file_where_the_message_gathers_them(run, tmp_path):
    path = saved(tmp_path, FRAME.assign(pupils=[f"{k} or so" for k in range(N)]))
    code, _, error = run("--schools", path)
    assert code == BAD_INPUT
    assert "8 times" in error
    table = pd.read_csv(tmp_path / "clusters-out" / "faults.csv", encoding="utf-8-sig")
    assert len(table) == N
    assert list(table["urn"]) == list(FRAME["urn"])
    assert "faults.csv" in error


def test_a_slow_file_is_named(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(files, "_SLOW_SECONDS", 0.0)
    path = saved(tmp_path)
    with files.reading([path, None]):
        import time

        time.sleep(0.2)
    assert "Reading schools.csv (0.0 MB)" in capsys.readouterr().err
    with files.reading([path], quiet=True):
        pass
    assert capsys.readouterr().err == ""


def test_the_record_of_a_run_says_where_each_number_came_from(tmp_path):
    schools = clusters.read_schools(FRAME, set_aside={"900001": "closes"})
    problem = clusters.build_problem(schools)
    path = clusters.writers.write_run(tmp_path / "run.json", problem, reading=schools.report)
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["reading"]["columns"]["pupils"] == {
        "file": "frame",
        "column": "pupils",
        "year": None,
        "total": 1428,
    }
    assert "closes" in record["reading"]["left_out"][0]
    assert any("closes" in note for note in record["problem"]["notes"])


@pytest.mark.slow
def test_schools_set_aside_are_named_on_the_page_and_in_the_paper(tmp_path):
    docx = pytest.importorskip("docx", reason="the Word paper needs python-docx")
    frame = FRAME.assign(ehcps=3)
    schools = clusters.read_schools(frame, set_aside={"900001": "closes in August"})
    problem = clusters.build_problem(schools, need_weights={"ehcps": 1})
    half = {
        school.urn: schools[0].urn if k < 4 else schools[4].urn for k, school in enumerate(schools)
    }
    plan = clusters.Plan.from_assignment(half)
    clusters.write_report(tmp_path / "pack", problem, {"A": plan}, formats=["html", "word"])
    page = (tmp_path / "pack" / "report.html").read_text(encoding="utf-8")
    assert "closes in August" in page
    paper = docx.Document(tmp_path / "pack" / "paper.docx")
    assert any("closes in August" in paragraph.text for paragraph in paper.paragraphs)
