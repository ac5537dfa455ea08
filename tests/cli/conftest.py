"""Files of a tiny authority for tests of the command line."""

import pytest

from tests.cli.authority import HEAD


@pytest.fixture
def schools(tmp_path):
    """Nine schools in a square."""
    rows = [
        f"{100 + k},School {k},primary,{410_000 + 1000 * (k % 3)},{415_000 + 1000 * (k // 3)},"
        f"{100 + k},{1 + k % 3},{10 + k}"
        for k in range(9)
    ]
    path = tmp_path / "schools.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.csv"
    rows = [f"{100 + k},{'ABC'[k // 3]}" for k in range(9)]
    path.write_text("URN,cluster\n" + "\n".join(rows) + "\n")
    return path
