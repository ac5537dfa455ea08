"""Published instances with known optima: proved again, and never contradicted.

The limit is generous, because machines are busy; each of them closes in seconds on a quiet one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

import clusters as cl
from benchmarks.case import Case, Task
from benchmarks.families import cases_of
from benchmarks.formats import read_kirklees
from clusters.domain import check_rules
from tests.shared_data import SHARED, shared_path

LIMIT_S = 90.0
FOLDERS = {"cpmp": ("bench", "cpmp"), "districting": ("bench", "districting")}
QUICK = [("cpmp", "cpmp02"), ("cpmp", "SJC1"), ("districting", "2DU60-05-5")]
SLOW = [
    *(("cpmp", f"cpmp{q:02}") for q in (1, 3, 4, 5, 6)),
    ("cpmp", "SJC2"),
    ("cpmp", "SJC3a"),
    *(("districting", f"2DU60-05-{q}") for q in (1, 3, 7, 9)),
    ("districting", "2DU80-05-1"),
]
EARLY = [*QUICK, ("cpmp", "cpmp10"), ("districting", "2DU100-05-1"), ("districting", "DU150-05-1")]


def _case(family: str, name: str) -> Case:
    shared_path(*FOLDERS[family])
    return next(case for case in cases_of(family, SHARED) if case.name == name)


def _solve(task: Task, seconds: float) -> cl.Result:
    settings = cl.Settings(time_limit_s=seconds)
    return cl.solve(task.problem, task.rules, task.priorities, settings)


def _proves(load: Callable[[], Task], optimum: float, tolerance: float) -> None:
    result = _solve(load(), LIMIT_S)
    assert result.bound is not None
    assert result.bound <= optimum * (1 + tolerance)
    assert result.objective == pytest.approx(optimum, rel=tolerance)
    assert result.status == "optimal"


@pytest.mark.parametrize(("family", "name"), QUICK)
def test_the_optimum_is_proved(family: str, name: str) -> None:
    case = _case(family, name)
    assert case.known is not None
    # published with two decimals at the least
    _proves(case.load, case.known.value, 0.006 / case.known.value)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "name"), SLOW)
def test_more_optima_are_proved(family: str, name: str) -> None:
    case = _case(family, name)
    assert case.known is not None
    _proves(case.load, case.known.value, 0.006 / case.known.value)


@pytest.mark.slow
def test_the_optimum_of_the_real_kirklees_is_proved() -> None:
    """18 clusters, pupils within 25%, Delaunay neighbours: 1,011.09 m a pupil."""
    folder = shared_path("data", "kirklees")
    _proves(partial(read_kirklees, folder, balance={"pupils": 0.25}), 67_583_206.7, 1e-8)


@pytest.mark.parametrize(("family", "name"), EARLY)
def test_bound_and_objective_enclose_the_known_value_after_a_second(family: str, name: str) -> None:
    case = _case(family, name)
    assert case.known is not None
    result = _solve(case.load(), 1.0)
    known, slack = case.known.value, 0.006
    if result.bound is not None:
        assert result.bound <= known + slack
    if case.known.proved:
        assert result.objective >= known - slack


@pytest.mark.parametrize("family", ["kirklees", "peers", "cpmp", "districting"])
def test_every_benchmark_of_the_family_loads(family: str) -> None:
    shared_path("bench")
    shared_path("data", "kirklees")
    cases = cases_of(family, SHARED)
    assert len({case.name for case in cases}) == len(cases)
    task = cases[-1].load()
    check_rules(task.problem, task.rules, task.priorities)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "rl1304_050",
        pytest.param("ali535_025", marks=pytest.mark.long),
        pytest.param("u724_030", marks=pytest.mark.long),
    ],
)
def test_clusters_far_apart_are_where_the_bound_wants_them(name: str) -> None:
    """Uneven maps, where annealing alone stays 1 to 3% above the best plan known."""
    case = _case("cpmp", name)
    assert case.known is not None
    task = case.load()
    settings = cl.Settings(time_limit_s=None, work_limit=40.0)
    result = cl.solve(task.problem, task.rules, task.priorities, settings)
    assert result.objective <= 1.006 * case.known.value
