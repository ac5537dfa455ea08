"""Every public function refuses arguments of the wrong kind in words, before it does anything."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

import clusters as cl
from clusters.errors import ClustersError
from tests.doors.calls import ROOMS, calls, good, names

LEFT_OUT = {
    # They take no plan, problem or choice of the user's, only numbers, texts and arrays.
    *("clean", "escape", "escaped", "gini", "difference", "matches", "overlap", "place_of"),
    # A path alone, in tests of its own.
    *("read_decisions", "read_cells", "read_group"),
    # No arguments, or texts only.
    *("load_barriers", "load_boundary", "load_schools"),
}


def callables() -> Iterator[tuple[str, Any]]:
    for name in cl.__all__:
        yield name, getattr(cl, name)
    for room in ROOMS:
        module = importlib.import_module(f"clusters.{room}")
        for name in module.__all__:
            if name not in cl.__all__:
                yield f"{room}.{name}", getattr(module, name)


def function_of(name: str) -> Callable[..., Any]:
    first, _, rest = name.partition(".")
    start = importlib.import_module(f"clusters.{first}") if first in ROOMS else getattr(cl, first)
    function: Callable[..., Any] = getattr(start, rest) if rest else start
    return function


class Alien:
    """Of no kind that any function takes."""


def wrong_values() -> dict[str, Any]:
    g = good()
    return {
        "None": None,
        "number": -7,
        "fraction": 2.5,
        "nan": float("nan"),
        "text": "no such thing",
        "bytes": b"bytes",
        "list": [],
        "list of None": [None],
        "list of lists": [[1, "a"], None],
        "mapping": {},
        "mapping to None": {"a": None},
        "mapping of numbers": {1: {2: 3}},
        "set": {1, 2},
        "frame": pd.DataFrame({"a": [1, 2]}),
        "array": np.array([["a", "b"], ["c", "d"]]),
        "generator": (k for k in [Alien()]),
        "alien": Alien(),
        "class": Alien,
        "problem": g.problem,
        "rules": g.rules,
        "plan": g.plan,
        "split": g.split,
    }


SLOW = (
    *("maps.map_png", "maps.difference_png", "maps.small_multiples_png", "datasets.load_problem"),
    *("budget.look_ahead", "budget.look_years_ahead", "budget.sensitivity"),
    "propose",
    "options.trade_off",
    "write_report",
    "leads.make_areas",
    "writers.write_geopackage",
    "explain.improve_curve",
    "lasting.price_by_horizon",
    "lasting.price_of_lasting",
)


def refused(function: Callable[..., Any], arguments: Mapping[str, Any], what: str) -> str | None:
    """Call; the message where it is refused. Any other error fails the test."""
    try:
        function(**arguments)
    except ClustersError as error:
        return str(error)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, AssertionError) as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return None


def test_every_public_function_is_walked(tmp_path):
    walked = {name.rpartition(".")[2] for name in calls(tmp_path)}
    missing = [
        name
        for name, value in callables()
        if inspect.isfunction(value) and name.rpartition(".")[2] not in walked | LEFT_OUT
    ]
    assert not missing


@pytest.mark.parametrize("name", names())
def test_wrong_kinds_are_refused_by_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, function = calls(tmp_path)[name], function_of(name)
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.name.startswith("_") or parameter.name in ("sources", "decisions"):
            continue
        anything = parameter.annotation in ("Any", "object")
        for label, value in wrong_values().items():
            if name in SLOW and label not in ("None", "number", "list of None", "alien", "plan"):
                continue
            what = f"{name}({parameter.name}={label})"
            said = refused(function, {**arguments, parameter.name: value}, what)
            if label == "alien" and not anything:
                assert said is not None, f"{what} was accepted"
            in_words = "Amount" in str(parameter.annotation) or "Number" in str(
                parameter.annotation
            )
            if said is not None and label == "alien" and not anything and not in_words:
                assert parameter.name in said, f"{what}: {said}"


def test_methods_of_answers_refuse_wrong_kinds():
    g = good()
    measures = cl.measure(g.problem, g.plan)
    methods: list[tuple[Callable[..., Any], str]] = [
        (g.problem.measure, "name"),
        (g.problem.position, "school_id"),
        (g.problem.school, "school_id"),
        (g.plan.cluster_of, "school_id"),
        (g.plan.relabelled, "labels"),
        (cl.Plan.from_assignment, "assignment"),
        (g.split.to_frame, "level"),
        (measures.to_frame, "kind"),
        (measures.rows, "kind"),
        (measures.coverage, "value"),
        (cl.compare(g.problem, {"A": g.plan}).to_frame, "kind"),
    ]
    for method, name in methods:
        for label in ("None", "number", "text", "list", "frame", "alien"):
            what = f"{method.__qualname__}({name}={label})"
            assert refused(method, {name: wrong_values()[label]}, what), f"{what} was accepted"
