"""Cases are known by their content: any difference that decides is another key, nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import clusters as cl
from clusters.study.fingerprint import Fingerprints
from tests.study import answers
from tests.worlds import world

ROOT = Path(__file__).parents[2]
MAP = """
    5 2 4
    3 4 2
"""
TODAY = {"1": "x", "2": "x", "3": "y", "4": "y", "5": "y", "6": "y"}
BASE = cl.study.Case(
    name="a",
    problem=world(MAP),
    rules=cl.Rules(n_clusters=2, balance={"pupils": 0.5}),
    priorities=cl.Priorities(travel_by="pupils", change=1.0, reference=TODAY),
    settings=cl.Settings(seed=3, work_limit=2.0),
    start={"1": "x", "2": "x", "3": "y", "4": "x", "5": "y", "6": "y"},
    labels={"wish": "first"},
)


def key(case: cl.study.Case, using=cl.study.solve_case) -> str:
    return Fingerprints(using).key(case)


def moved(problem: cl.Problem, **changes) -> cl.Problem:
    return replace(problem, **changes)


def test_names_labels_notes_and_shapes_play_no_part():
    same = replace(
        BASE,
        name="b",
        labels={},
        problem=moved(world(MAP, territories=True), notes=("read on Monday",)),
        rules=cl.Rules(balance={"pupils": 0.5}, n_clusters=2),
        settings=cl.Settings(seed=3, work_limit=2.0, workers=1),
        start=dict(reversed(BASE.start.items())),
    )
    assert key(same) == key(BASE)


def test_a_result_stands_for_its_plan():
    result = cl.study.solve_case(replace(BASE, rules=cl.Rules(n_clusters=2)))
    assert key(replace(BASE, start=result)) == key(replace(BASE, start=result.plan))


DIFFERENT = {
    "school": replace(BASE, problem=world("5 2 4\n3 4 .")),
    "roll": replace(BASE, problem=world("5 2 4\n3 4 3")),
    "measure": replace(BASE, problem=BASE.problem.with_measures(pupils=[5, 2, 4, 3, 4, 2.000001])),
    "new measure": replace(BASE, problem=BASE.problem.with_measures(fsm=np.ones(6))),
    "expertise": replace(BASE, problem=world(MAP, expertise={"asd": "1 0 0\n0 0 0"})),
    "neighbours": replace(BASE, problem=moved(BASE.problem, edges=BASE.problem.edges[1:])),
    "no neighbours": replace(BASE, problem=moved(BASE.problem, edges=None)),
    "journeys": replace(BASE, problem=moved(BASE.problem, travel=BASE.problem.travel * 1.5)),
    "unit": replace(BASE, problem=moved(BASE.problem, travel_unit="min")),
    "count": replace(BASE, rules=replace(BASE.rules, n_clusters=3)),
    "balance": replace(BASE, rules=replace(BASE.rules, balance={"pupils": 0.4})),
    "together": replace(BASE, rules=replace(BASE.rules, together=[["1", "2"]])),
    "exception": replace(BASE, rules=replace(BASE.rules, exceptions={"1": "balance"})),
    "priority": replace(BASE, priorities=replace(BASE.priorities, balance=0.1)),
    "today": replace(BASE, priorities=replace(BASE.priorities, reference={**TODAY, "3": "x"})),
    "seed": replace(BASE, settings=replace(BASE.settings, seed=4)),
    "work": replace(BASE, settings=replace(BASE.settings, work_limit=2.5)),
    "threads": replace(BASE, settings=replace(BASE.settings, workers=2)),
    "no start": replace(BASE, start=None),
    "start": replace(BASE, start={**BASE.start, "3": "x"}),
}


def test_whatever_decides_makes_another_key():
    keys = {name: key(case) for name, case in DIFFERENT.items()}
    keys["as it is"] = key(BASE)
    keys["function"] = key(BASE, answers.noted)
    keys["other function"] = key(BASE, answers.fragile)
    assert len(set(keys.values())) == len(keys)


def test_versions_are_part_of_the_key(monkeypatch):
    before = key(BASE)
    monkeypatch.setattr("clusters.study.fingerprint.versions", lambda: {"ortools": "10.0"})
    assert key(BASE) != before


def test_keys_are_those_of_another_process():
    code = """
        from tests.study.test_keys import BASE, DIFFERENT, key
        print(key(BASE), *map(key, DIFFERENT.values()))
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    child = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**env, "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.split() == [key(BASE), *map(key, DIFFERENT.values())]


def test_what_has_no_content_to_compare_is_a_row_with_a_fault(tmp_path):
    strange = replace(BASE, start={**BASE.start, "1": object()})
    done = cl.study.run([strange, replace(BASE, name="b")], tmp_path)
    frame = done.to_frame()
    assert frame["status"].iloc[0] == "refused"
    assert "cannot be compared between two runs" in frame["error"].iloc[0]
    assert frame["status"].iloc[1] in ("optimal", "feasible")


# ---- perturbed data -----------------------------------------------------------------------------


def test_draws_are_the_same_for_a_seed_and_keep_the_mean():
    problem = cl.Problem.from_arrays(
        range(1000), np.c_[np.arange(1000), np.zeros(1000)], {"a": np.full(1000, 50.0)}
    ).with_measures(b=np.full(1000, 9.0))
    drawn = cl.study.perturbed(problem, {"a": 0.2}, seed=4)
    again = cl.study.perturbed(problem, {"b": 0.1, "a": 0.2}, seed=4)
    other = cl.study.perturbed(problem, {"a": 0.2}, seed=5)
    values = drawn.measure("a")
    assert (values == again.measure("a")).all()
    assert (values != other.measure("a")).mean() > 0.99
    assert values.mean() == pytest.approx(50, rel=0.02)
    assert np.log(values).std() == pytest.approx(0.2, rel=0.08)
    assert (drawn.measure("b") == 9).all()
    assert drawn.travel is problem.travel


@pytest.mark.parametrize(
    ("spread", "seed", "error", "told"),
    [
        ({"pupils": -0.1}, 1, cl.RulesError, "spread of 'pupils' is not a number of 0 or more"),
        ({"pupils": float("inf")}, 1, cl.RulesError, "not a number of 0 or more"),
        ({"schools": 0.1}, 1, cl.RulesError, '"schools" is 1 for each school'),
        ({"pupil": 0.1}, 1, cl.RulesError, "there is no measure 'pupil'"),
        ({"pupils": 0.1}, -1, cl.RulesError, "below 0"),
        ({"pupils": 0.1}, "a", cl.ArgumentError, "seed is the text 'a'"),
        (0.1, 1, cl.ArgumentError, "spread is the number 0.1"),
    ],
)
def test_a_draw_that_cannot_be_made_is_refused(spread, seed, error, told):
    with pytest.raises(error, match=told):
        cl.study.perturbed(BASE.problem, spread, seed)
