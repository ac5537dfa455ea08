"""The verbs that ask: compare, explain, repair."""

import csv
from pathlib import Path

import pytest

from clusters.__main__ import BAD_INPUT, DONE, main

HEAD = "URN,name,phase,easting,northing,pupils\n"
RULES = ("--clusters", "3", "--sizes", "2-4", "--travel-by", "pupils")


@pytest.fixture
def files(tmp_path):
    """Nine schools in a square, a plan by rows, and one in which a school is cut off."""
    rows = [
        f"{100 + k},School {k},primary,{410_000 + 1000 * (k % 3)},{415_000 + 1000 * (k // 3)},50"
        for k in range(9)
    ]
    (tmp_path / "schools.csv").write_text(HEAD + "\n".join(rows) + "\n")
    for name, labels in (("rows", "AAABBBCCC"), ("cut off", "AAABBBCCA")):
        lines = [f"{100 + k},{label}" for k, label in enumerate(labels)]
        (tmp_path / f"{name}.csv").write_text("URN,cluster\n" + "\n".join(lines) + "\n")
    return tmp_path


def ask(files: Path, verb: str, *more: str) -> int:
    return main([verb, "--schools", str(files / "schools.csv"), "--out", str(files / "out"), *more])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_plans_side_by_side(files, capsys):
    plans = [f"--plan={name}={files / f'{name}.csv'}" for name in ("rows", "cut off")]
    assert ask(files, "compare", *RULES, *plans) == DONE
    said = capsys.readouterr().out
    assert "rows and cut off: 1 schools differ" not in said
    assert "rows and cut off: 1 school differs." in said
    lines = {line[:24].strip(): line[24:].split() for line in said.splitlines()}
    assert lines["keeps the rules"] == ["yes", "no"]
    assert lines["largest cluster, schools"] == ["3", "4"]
    assert [row["plan"] for row in rows_of(files / "out" / "compare.csv")] == ["rows", "cut off"]
    assert rows_of(files / "out" / "differences.csv")[0]["schools_moved"] == "1"


def test_why_a_school_is_where_it_is(files, capsys):
    plan = ("--plan", str(files / "rows.csv"))
    assert ask(files, "explain", *RULES, *plan, "--school", "103", "--school", "104") == DONE
    said = capsys.readouterr().out
    assert "School 3 is in B" in said
    assert "School 4 is in B" in said
    assert not (files / "out").exists()


def test_every_school_as_a_table(files):
    assert ask(files, "explain", *RULES, "--plan", str(files / "rows.csv")) == DONE
    rows = rows_of(files / "out" / "reasons.csv")
    assert [row["school"] for row in rows] == [str(100 + k) for k in range(9)]
    assert all(row["sentence"] for row in rows)


def test_what_a_move_would_mean(files, capsys):
    plan = ("--plan", str(files / "rows.csv"), "--time", "5")
    assert ask(files, "explain", *RULES, *plan, "--move", "103=A") == DONE
    assert "To move School 3 (URN 103) to A: " in capsys.readouterr().out


def test_why_no_plan_exists(files, capsys):
    assert ask(files, "explain", "--clusters", "3", "--sizes", "4-", "--time", "5") == DONE
    said = capsys.readouterr().out
    assert "3 clusters of at least 4 schools need 12; there are 9." in said


def test_a_drawn_map_is_repaired(files, capsys):
    plan = ("--plan", str(files / "cut off.csv"), "--time", "5")
    assert ask(files, "repair", *RULES, *plan) == DONE
    assert "School 8 (108): from A to C" in capsys.readouterr().out
    assert {row["school"]: row["after"] for row in rows_of(files / "out" / "moves.csv")} == {
        "108": "C"
    }
    repaired = {row["urn"]: row["cluster"] for row in rows_of(files / "out" / "plan.csv")}
    assert repaired["108"] == repaired["107"]
    assert (files / "out" / "run.json").exists()


@pytest.mark.parametrize(
    ("verb", "more", "words"),
    [
        ("explain", ("--clusters", "3", "--school", "103"), "give --plan FILE"),
        ("explain", ("--plan", "{rows}"), "give for instance --clusters"),
        ("explain", (*RULES, "--plan", "{rows}", "--school", "999"), "999"),
        ("explain", (*RULES, "--plan", "{rows}", "--move", "103=Z"), "'Z'"),
        ("repair", ("--plan", "{rows}"), "give for instance --clusters"),
        ("compare", ("--plan", "a={rows}", "--plan", "a={rows}"), "'a'"),
    ],
)
def test_what_cannot_be_asked_is_said_in_the_words_of_the_command_line(
    files, capsys, verb, more, words
):
    given = [word.format(rows=files / "rows.csv") for word in more]
    assert ask(files, verb, *given) == BAD_INPUT
    assert words in capsys.readouterr().err
