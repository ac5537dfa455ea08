"""Every example script runs from a clean checkout, on packaged data, on a small budget."""

from __future__ import annotations

import importlib.util
import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import clusters as cl

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("[0-9]*.py"))
MOST_SECONDS = 2.0


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


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_example(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_budget: None
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert inspect.getdoc(module), "an example says what it shows"
    assert module.main([]) in (None, 0)


def test_there_are_examples() -> None:
    assert EXAMPLES
