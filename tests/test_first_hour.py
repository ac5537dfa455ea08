"""The tutorial: its commands are understood, and following it word by word leads to the pack."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from clusters.__main__ import main
from tests.shared_data import shared_path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "first_hour.md"
PYTHON = ".venv/bin/python"
PHASES = {"State-funded primary": "Primary", "State-funded secondary": "Secondary"}


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    return [line for block in blocks("bash") for line in block.strip().splitlines()]


def put_downloads(folder: Path, rows: list[dict[str, str]]) -> None:
    """Write the two downloads as the services do: every school of the authority in both."""
    folder.mkdir(parents=True, exist_ok=True)
    gias = [
        {
            "URN": row["URN"],
            "LA (code)": "382",
            "EstablishmentName": row["EstablishmentName"],
            "EstablishmentStatus (name)": "Open",
            "PhaseOfEducation (name)": PHASES.get(row["SCHOOLTYPE"], "Not applicable"),
            "Easting": row["Easting"],
            "Northing": row["Northing"],
        }
        for row in rows
    ]
    census = [
        {key: row[key] for key in ("URN", "SCHOOLTYPE", "NOR", "TSENELSE", "TSENELK")}
        for row in rows
    ]
    for name, table in (("results.csv", gias), ("census.csv", census)):
        with (folder / name).open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, list(table[0]), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(table)
    (folder / "job.toml").write_text(blocks("toml")[0], "utf-8")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cpu_seconds() -> float:
    """Processor time of all programs that this one ran: what a busy machine does not change."""
    times = os.times()
    return times.children_user + times.children_system


def invented_rows() -> list[dict[str, str]]:
    """The packaged authority as the services would write it, with a school of another kind."""
    from clusters import datasets

    return [
        {
            "URN": school.urn,
            "EstablishmentName": school.name,
            "SCHOOLTYPE": "Independent school" if k == 5 else "State-funded primary",
            "Easting": str(school.easting),
            "Northing": str(school.northing),
            "NOR": str(school.pupils),
            "TSENELSE": str(school.ehcps),
            "TSENELK": str(school.sen_support),
        }
        for k, school in enumerate(datasets.load_schools())
    ]


def test_the_job_is_toml_and_every_command_begins_with_the_environment():
    assert tomllib.loads(blocks("toml")[0])["clusters"] == 18
    assert commands()[0] == "python3.11 -m venv .venv"
    assert all(line.startswith(PYTHON) for line in commands()[1:])
    assert len(commands()) == 7


def test_the_commands_lead_to_a_plan(tmp_path, monkeypatch, capsys):
    """On invented data, in this environment, with two seconds of search."""
    monkeypatch.chdir(tmp_path)
    put_downloads(tmp_path / "my_authority", invented_rows())
    run = [line for line in commands() if " -m clusters " in line and "warm" not in line]
    assert len(run) == 4
    for line in run[:2]:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)][3:]
        words = ["2" if word == "60" else word for word in words]
        words += ["--quiet"] if words[0] == "solve" else []
        assert main(words) == 0
    said = capsys.readouterr().out
    assert "170 rows read, 169 kept, 1 set aside" in said
    assert (tmp_path / "my_authority" / "plan" / "plan.csv").exists()


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="the page's commands are for a Unix shell")
def test_follow_it_word_by_word(tmp_path, capsys):
    """In a fresh clone and a fresh environment, on the real downloads of an authority."""
    file = shared_path("data", "kirklees", "schools_jan2019_all_types_kirklees.csv")
    rows = rows_of(file)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    put_downloads(clone / "my_authority", rows)
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "NUMBA_CACHE_DIR")
    }
    env |= {"NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    log = []
    for line in commands():
        line = line if shutil.which("python3.11") else line.replace("python3.11", sys.executable)
        begin, used = time.monotonic(), cpu_seconds()
        run = subprocess.run(
            ["bash", "-c", line], cwd=clone, env=env, capture_output=True, text=True, check=False
        )
        wall, used = time.monotonic() - begin, cpu_seconds() - used
        log.append(f"| `{line}` | {wall:.0f} s | {used:.0f} s |")
        assert run.returncode == 0, f"{line}\n{run.stdout}\n{run.stderr}"
    with capsys.disabled():
        print("\n".join(["", *log]))
    plan = rows_of(clone / "my_authority" / "plan" / "plan.csv")
    assert len(plan) == 170
    assert len({row["cluster"] for row in plan}) == 18
    for folder in ("pack", "public"):
        assert list((clone / "my_authority" / folder).glob("*.html"))
        assert list((clone / "my_authority" / folder).glob("*.docx"))
