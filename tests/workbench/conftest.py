"""Worlds for the workbench, and the page's own code driven under node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import clusters as cl
from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.workbench import Session
from tests.worlds import drawn_plan, world

PAGE = Path(cl.__file__).parent / "workbench" / "page"
HERE = Path(__file__).parent


def node() -> str:
    """Path of node; skips the test, saying so, where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs node, which is not on this machine")
    return found


def drive(payload: dict[str, Any], sequences: list[Any], task: str = "moves") -> Any:
    """Let the page's modules make sequences of moves; return what they reckon."""
    done = subprocess.run(
        [node(), str(HERE / "drive.mjs"), str(PAGE)],
        input=json.dumps({"payload": payload, "sequences": sequences, "task": task}),
        capture_output=True,
        text=True,
        timeout=3000,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def calderwick() -> Problem:
    return cl.datasets.load_problem()


VALLEY = """
    A a b B
    a a b b
    c c d d
    C c d D
"""


@pytest.fixture(scope="session")
def valley() -> Problem:
    """Sixteen schools in a square."""
    drawn = world(
        "2345\n3456\n4567\n5678",
        pyramids="aaaa\n????\nbbb?\n????",
        phases="ppsp\npmpp\nfpps\npppp",
        territories=True,
    )
    schools = [
        replace(
            school,
            name=f"{name} School",
            pupils=school.pupils * 37,
            ehcps=school.pupils,
            sen_support=school.pupils * 4,
            expertise={"asd": cl.Capacity(amount=2, unit="days")} if k % 5 == 0 else {},
        )
        for k, (school, name) in enumerate(zip(drawn.schools, NAMES, strict=True))
    ]
    return Problem.from_schools(schools, edges=drawn.edges, territories=drawn.territories)


NAMES = (
    *("Ashby", "Brockholes", "Cowlersley", "Denby", "Emley", "Flockton", "Golcar", "Honley"),
    *("Ings", "Jackson", "Kirkheaton", "Lepton", "Meltham", "Netherton", "Outlane", "Paddock"),
)


@pytest.fixture(scope="session")
def drawn() -> Plan:
    return drawn_plan(VALLEY).relabelled({"1": "North", "2": "East", "3": "West", "4": "South"})


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules(n_clusters=4, balance={"pupils": 0.4}, schools_per_cluster=(2, 6))


@contextmanager
def served(problem: Problem, plan: Plan, rules: Rules, folder: Path) -> Iterator[Session]:
    """Serve a meeting; only its decisions file may appear in its folder."""
    with cl.workbench.serve_workbench(
        problem,
        rules,
        {"Today": plan},
        Priorities(travel_by="pupils"),
        pot="18000.01",
        formula=cl.Formula({"pupils": 1}, lump_per_cluster="100"),
        decisions=folder / "decisions.json",
        open_browser=False,
    ) as session:
        yield session


@pytest.fixture
def session(valley: Problem, drawn: Plan, rules: Rules, tmp_path: Path) -> Iterator[Session]:
    """A meeting of the test's own."""
    with served(valley, drawn, rules, tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def standing(
    valley: Problem, drawn: Plan, rules: Rules, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """A meeting that many tests share: none of them may save anything."""
    with served(valley, drawn, rules, tmp_path_factory.mktemp("standing")) as one:
        yield one
        assert not one.path.exists()
