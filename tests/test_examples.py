"""Every example script runs: on packaged data, and on real files where they are at hand."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import clusters as cl
from tests.shared_data import shared_path

FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.glob("[0-9]*.py"))
MOST_SECONDS = 2.0
LONG = ("03", "06", "07", "08", "11", "13", "18", "19", "20", "21", "25")
"""Examples that search several times, or write a whole pack: they take from 3 to 40 seconds."""
BY_LENGTH = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * path.stem.startswith(LONG))
    for path in EXAMPLES
]
REAL = {
    "kirklees": ("data", "kirklees", "schools_jan2019_mainstream_kirklees.csv"),
    "durham": ("data", "authorities", "durham", "schools_jan2019_mainstream_durham.csv"),
    "cornwall": ("data", "authorities", "cornwall", "schools_jan2019_mainstream_cornwall.csv"),
}
SHARED_OPTIONS = {
    *("--schools", "--further", "--columns", "--unknown", "--need", "--expertise"),
    *("--plan", "--clusters", "--seconds"),
}


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no search that an example asks for take longer than a moment."""
    settings, solve = cl.Settings, cl.solve

    def short(**given: Any) -> cl.Settings:
        made = settings(**given)
        return replace(made, time_limit_s=min(MOST_SECONDS, made.time_limit_s or MOST_SECONDS))

    def solve_soon(
        problem: cl.Problem,
        rules: cl.Rules,
        priorities: Any = None,
        settings: Any = None,
        **more: Any,
    ) -> cl.Result:
        return solve(problem, rules, priorities, settings or short(), **more)

    monkeypatch.setattr(cl, "Settings", short)
    monkeypatch.setattr(cl, "solve", solve_soon)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Path], ModuleType]:
    """Load an example as a script is: its own folder on the path, another one to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(FOLDER))

    def loaded(path: Path) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.mark.parametrize("path", BY_LENGTH)
def test_example(path: Path, load: Callable[[Path], ModuleType], small_budget: None) -> None:
    module = load(path)
    assert inspect.getdoc(module), "an example says what it shows"
    assert module.main([]) in (None, 0)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_example_takes_its_data_in_the_same_way(
    path: Path, load: Callable[[Path], ModuleType], capsys: pytest.CaptureFixture[str]
) -> None:
    module = load(path)
    with pytest.raises(SystemExit):
        module.main(["--help"])
    said = capsys.readouterr().out
    assert all(option in said for option in SHARED_OPTIONS)
    # A file that is asked for and is not there is never replaced by the packaged authority.
    with pytest.raises(cl.ClustersError):
        module.main(["--schools", "nowhere.csv"])
    assert "synthetic" not in capsys.readouterr().out
    with pytest.raises(SystemExit):
        module.main(["nowhere.csv"])


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("authority", REAL)
@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_example_on_a_real_census(
    path: Path,
    authority: str,
    load: Callable[[Path], ModuleType],
    small_budget: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = shared_path(*REAL[authority])
    assert load(path).main(["--schools", str(file)]) is None
    said = capsys.readouterr().out
    assert f"Data: {file}" in said
    assert "synthetic" not in said
    assert "invented" not in said


def test_there_are_examples() -> None:
    assert EXAMPLES
