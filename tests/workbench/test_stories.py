"""A meeting in a real browser: find, move, undo, pin, compare, save, reload, print, export."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import clusters as cl
from clusters.__main__ import main
from tests.workbench.conftest import HERE, node, served

pytestmark = pytest.mark.browser

ROOT = HERE.parents[1]
HOSTILE = "<img src=x onerror=alert(1)>\"'& Paddock"
MONEY = {"pot": "18000.01", "formula": cl.Formula({"pupils": 1}, lump_per_cluster="100")}


def browser() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    if not all((ROOT / "node_modules" / name).is_dir() for name in ("puppeteer-core", "axe-core")):
        pytest.skip("npm install --no-save axe-core@4 puppeteer-core@24 was not run")
    return found


@pytest.fixture(scope="module")
def told(valley, drawn, rules, tmp_path_factory):
    """Everything that a browser met; pictures stay in the folder for people to look at."""
    chromium, program = browser(), node()
    folder = Path(os.environ.get("WORKBENCH_PICTURES") or tmp_path_factory.mktemp("pictures"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    schools = [*valley.schools]
    schools[15] = replace(schools[15], name=HOSTILE)
    problem = replace(valley, schools=tuple(schools))
    page = cl.write_workbench(
        folder / "meeting.html",
        problem,
        rules,
        {"Today": drawn},
        cl.Priorities(travel_by="pupils"),
        title="A meeting in the valley",
        **MONEY,
    )
    disk = tmp_path_factory.mktemp("disk")
    with served(valley, drawn, rules, disk) as session:
        done = subprocess.run(
            [program, str(HERE / "stories.cjs"), chromium, str(folder), str(page), session.url],
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
            env={**os.environ, "NODE_PATH": str(ROOT / "node_modules")},
        )
        assert done.returncode == 0, done.stderr[-3000:]
        seen = json.loads(done.stdout)
        seen["session_plan"] = session.plan
    return {**seen, "folder": folder, "problem": problem}


def test_nothing_is_asked_of_any_other_computer_and_nothing_fails(told):
    others = [url for url in told["requests"] if not url.startswith("http://127.0.0.1:")]
    assert [url for url in others if not url.startswith("blob:")] == []
    # the older window is refused once by the server, and says so
    assert [text for text in told["errors"] if "409" not in text] == []


def test_no_violations_of_wcag_2_2_aa(told):
    names = {"first", "moved", "everything", "zoomed", "forced", "phone", "served"}
    assert {*told["axe"]} == names
    assert [(name, f["violations"]) for name, f in told["axe"].items() if f["violations"]] == []
    assert all(found["passes"] > 20 for found in told["axe"].values())  # an empty page passes too


def test_it_says_at_once_what_is_verified_and_for_whom(told):
    assert told["first"]["standing"] == (
        "Verified by the library when this page was made: keeps all 7 rules."
    )
    assert "Working group only" in told["first"]["audience"]


def test_story_1_a_school_is_found_and_its_ways_are_priced(told):
    assert told["find"]["name"] == "Brockholes School"
    assert "Brockholes School, in North" in told["find"]["said"]
    assert len(told["find"]["targets"]) == 3
    assert all("moves" in text and "ourneys" in text for text in told["find"]["targets"])


def test_story_2_a_move_by_keyboard_is_announced_with_its_consequences(told):
    said = told["move"]["said"]
    assert said.startswith("Moving Brockholes School to East: journeys ")
    assert "East has " in said
    assert "ClusterCentreSchools" in told["clusters"]
    assert "Expertise gaps" in told["clusters"]
    assert "pupils (limit " in said
    assert "£" in said
    assert told["move"]["live"] == "polite"
    assert told["move"]["standing"].startswith("Not verified yet")
    assert told["move"]["focus"] == "move"  # the keyboard stays where it was


def test_story_3_a_move_by_dragging(told):
    assert told["drag"]["said"].startswith("Moving Flockton School to South: ")


def test_story_3b_a_move_by_touch(told):
    assert told["touch"]["said"].startswith("Moving Denby School to North: ")


def test_story_4_undo_and_redo_keep_what_was_tried(told):
    assert told["undo"]["said"].startswith("Undone: Moving Flockton")
    assert len(told["undo"]["steps"]) == 2
    assert told["undo"]["struck"] == 1
    assert told["undo"]["again"].startswith("Done again: Moving Flockton")
    assert told["undo"]["struck2"] == 0


def test_story_5_a_pinned_school_stays(told):
    assert "Pinned: stays in East" in told["pin"]["pinned"]
    assert told["pin"]["said"].startswith("Golcar School is pinned to East")
    assert "Golcar School stays in East" in told["pin"]["list"]


def test_story_6_notes_and_what_is_agreed(told):
    assert "The <b>bridge</b> floods" in told["notes"]["notes"]
    assert "West: Far for the bus" in told["notes"]["notes"]
    assert "Shorter for the little ones" in told["notes"]["agreed"]
    assert told["markup"] == [0, 2]  # names and notes are text, never markup


def test_story_7_options_side_by_side(told):
    assert told["compare"]["head"] == ["Figure", "Today", "Option B", "Now"]
    assert told["compare"]["said"].startswith("Looking at Today (2 schools change cluster)")
    elsewhere = next(row for row in told["compare"]["rows"] if row.startswith("Schools elsewhere"))
    assert "Brockholes School: East; now North" in elsewhere
    assert told["compare"]["standing"].startswith("Verified by the library")


def test_story_8_the_saved_decisions_are_an_input_of_the_library(told, valley, tmp_path, capsys):
    path = told["folder"] / told["save"]["file"]
    decisions = cl.read_decisions(path)
    assert decisions.plan.labels["2"] == "East"
    assert decisions.pinned == ("7",)
    assert decisions.kept["Option B"].labels["2"] == "East"
    assert decisions.agreed[0].why == "Shorter for the little ones"
    assert [step.kind for step in decisions.steps] == ["move", "move", "pin", "plan"]
    assert cl.read_plan(path, valley) == decisions.plan
    schools = tmp_path / "schools.csv"
    rows = [f"{s.urn},{s.name},primary,{s.easting},{s.northing},{s.pupils}" for s in valley.schools]
    schools.write_text("URN,name,phase,easting,northing,pupils\n" + "\n".join(rows) + "\n")
    wanted = ["check", "--schools", str(schools), "--plan", str(path), "--clusters", "4"]
    assert main(wanted) in (0, 2)
    capsys.readouterr()


def test_story_9_minutes_as_text_and_for_word(told):
    text = (told["folder"] / told["export"]["text"]).read_text(encoding="utf-8")
    for words in (
        "A meeting in the valley",
        "Moving Brockholes School to East",
        "Brockholes School (URN 2): from North to East.",
        "Shorter for the little ones",
        "The <b>bridge</b> floods",
        "Golcar School, in East.",
        "Not for publication",
    ):
        assert words in text
    docx = pytest.importorskip("docx")
    document = docx.Document(told["folder"] / told["export"]["word"])
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[0] == "A meeting in the valley"
    assert document.paragraphs[0].style.name == "Title"
    assert any("The <b>bridge</b> floods" in line for line in lines)
    assert HOSTILE in " ".join(lines)


def test_story_10_print_shows_the_plan_without_the_tools(told):
    assert told["print"]["shown"] == [["#bar", 0], ["form", 0], ["button", 0], ["#library", 0]]
    assert told["print"]["map"] == 1
    assert (told["folder"] / "print.pdf").stat().st_size > 20_000


def test_a_reload_loses_nothing(told):
    assert told["reload"]["before"] == told["reload"]["after"]
    assert "Taken up from this browser" in told["reload"]["saved"]
    assert "Shorter for the little ones" in told["reload"]["agreed"]
    assert told["unload"] is True  # and closing is warned of
    assert "beforeunload" in told["dialogs"]


def test_decisions_are_loaded_and_other_files_refused_in_words(told):
    assert told["load"]["refused"] == "Not loaded. This is not a decisions file of the workbench."
    assert told["load"]["begun"] == []
    assert told["load"]["said"].startswith("Loaded: ")
    assert len(told["load"]["steps"]) == 4


def test_the_map_is_walked_with_arrow_keys(told):
    assert told["keys"]["chosen"] in told["keys"]["passed"]


def test_it_fits_every_screen(told):
    assert told["first"]["width"] <= 1280
    assert told["big"]["width"] <= 1280
    assert float(told["big"]["size"].removesuffix("px")) >= 24
    assert told["zoom"]["width"] <= 640
    assert told["touch"]["width"] <= 390
    assert told["narrow"]["width"] <= 320


def test_served_the_library_answers(told):
    assert told["verified"]["standing"].startswith("Verified by the library")
    assert told["verified"]["saved"].startswith("Saved on this computer in decisions.json")
    assert "Brockholes School is in East" in told["why"]
    assert "£18,000.01 in all, to the penny" in told["money"]["answer"]
    assert told["session_plan"].labels["2"] == "East"


def test_served_a_reload_goes_on_and_an_older_window_is_reported(told):
    assert told["again"]["before"] == told["again"]["after"]
    assert "another window" in told["superseded"]
