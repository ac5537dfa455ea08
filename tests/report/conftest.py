"""Small worlds for the tests of the report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from clusters.domain import Capacity, NeedCount, Plan, Problem
from tests.report.reading import write
from tests.worlds import drawn_plan, world

ROOT = Path(__file__).parents[2]
PLAN = """
    A a b B
    a a b b
    c c d d
    C c d D
"""
OTHER = PLAN.replace("A a b B", "A a a B")


@pytest.fixture(scope="session")
def valley() -> Problem:
    """Sixteen schools in a square, with phases, a pyramid and some expertise."""
    drawn = world(
        "2345\n3456\n4567\n5678",
        phases="ppsp\npmpp\nfpps\npppp",
        pyramids="aaaa\n????\nbbb?\n????",
        territories=True,
    )
    schools = [
        replace(
            school,
            pupils=school.pupils * 50,
            ehcps=school.pupils,
            sen_support=school.pupils * 4,
            topup_pence=school.pupils * 1_000_00,
            expertise={"asd": Capacity(amount=2, unit="staff days")} if k % 5 == 0 else {},
        )
        for k, school in enumerate(drawn.schools)
    ]
    return Problem.from_schools(
        schools, edges=drawn.edges, territories=drawn.territories, notes=("Straight lines.",)
    )


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Four clusters of four."""
    return drawn_plan(PLAN)


@pytest.fixture(scope="session")
def other() -> Plan:
    """The same with one school in another cluster."""
    return drawn_plan(OTHER)


@pytest.fixture(scope="session")
def split(valley, plan):
    """A split by EHC plans and SEN support, with lump sums."""
    from clusters.budget import Formula, Pot, split_budget

    formula = Formula({"ehcps": 3, "sen_support": 1}, lump_per_cluster="1000")
    return split_budget(valley, plan, Pot("180000.01", contingency="3%"), formula)


def visit(*pages: Path) -> list[dict]:
    """Open pages in a browser; skip, saying why, where there is none."""
    return in_browser("browser.cjs", *pages)


def in_browser(script: str, *arguments: Path) -> list[dict]:
    """Run a script of this folder that opens pages in a browser; skip where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    node = shutil.which("node")
    if chromium is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    if node is None:
        pytest.skip("node is not installed")
    if not all((ROOT / "node_modules" / name).is_dir() for name in ("puppeteer-core", "axe-core")):
        pytest.skip("npm install --no-save axe-core@4 puppeteer-core@24 was not run")
    done = subprocess.run(
        [node, str(Path(__file__).with_name(script)), chromium, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "NODE_PATH": str(ROOT / "node_modules")},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def needy(valley):
    """The valley with types of need."""
    schools = [
        replace(s, need={"asd": NeedCount(ehcps=s.ehcps, sen_support=k % 4)})
        for k, s in enumerate(valley.schools)
    ]
    return Problem.from_schools(
        schools, edges=valley.edges, territories=valley.territories, notes=("Straight lines.",)
    )


@pytest.fixture(scope="session")
def pack(needy, plan, other, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("working")
    write(folder, needy, plan, other, split)
    return folder


@pytest.fixture(scope="session")
def public(needy, plan, other, split, tmp_path_factory):
    folder = tmp_path_factory.mktemp("public")
    write(folder, needy, plan, other, split, audience="public")
    return folder
