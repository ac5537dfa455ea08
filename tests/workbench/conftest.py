"""Worlds for the workbench, and the page's own code driven under node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import clusters as cl
from clusters.domain import Problem

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
