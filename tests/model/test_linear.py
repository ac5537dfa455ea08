"""HiGHS on the model that is written for CP-SAT: the same answers on drawn problems."""

from __future__ import annotations

import time

import numpy as np
import pytest
from ortools.sat.python import cp_model

from clusters.model.assignment import build_core, single_worker
from clusters.model.linear import _regions, search_core
from tests.search.drawn import drawn_instance


@pytest.mark.parametrize("seconds", [np.inf, 30.0])
@pytest.mark.parametrize("seed", range(25))
def test_both_solvers_find_the_same_optimum(seed: int, seconds: float) -> None:
    _, instance = drawn_instance(seed)
    core = build_core(instance)
    solver = single_worker(1, 20.0)
    status = solver.solve(core.model)
    answer = search_core(core, seed=1, work=20.0, seconds=seconds)
    assert answer.settled
    if status == cp_model.INFEASIBLE:
        assert answer.clusters is None
        return
    assert status == cp_model.OPTIMAL
    assert answer.clusters is not None
    optimum = solver.objective_value * core.unit
    assert answer.bound == pytest.approx(optimum, rel=1e-6, abs=1e-6)
    # the centre of a cluster may be a better one than the model's
    cost = sum(instance.best_centre(atoms)[1] for atoms in answer.clusters.values())
    assert cost <= optimum + 1e-6 * max(1.0, abs(optimum))


def test_a_cutoff_below_the_optimum_leaves_nothing() -> None:
    _, instance = drawn_instance(3)
    best = search_core(build_core(instance), seed=1, work=20.0)
    assert best.clusters is not None
    core = build_core(instance)
    core.at_most(best.bound - 0.01 * abs(best.bound) - 0.01)
    below = search_core(core, seed=1, work=20.0)
    assert below.settled
    assert below.clusters is None
    assert below.bound == np.inf


def test_a_search_that_is_asked_to_stop_settles_nothing() -> None:
    _, instance = drawn_instance(3)
    begin = time.monotonic()
    answer = search_core(build_core(instance), seed=1, work=20.0, stop=lambda: True)
    assert time.monotonic() - begin < 10.0
    assert not answer.settled or answer.clusters is not None


def test_bounds_on_the_way_are_below_the_optimum() -> None:
    _, instance = drawn_instance(6)
    heard: list[float] = []
    answer = search_core(build_core(instance), seed=1, work=20.0, on_bound=heard.append)
    assert answer.clusters is not None
    assert all(bound <= answer.bound + 1e-6 * abs(answer.bound) for bound in heard)


@pytest.mark.parametrize("seed", range(12))
def test_regions_are_halves_of_halves(seed: int) -> None:
    _, instance = drawn_instance(seed)
    core = build_core(instance)
    regions = [frozenset(region) for region in _regions(core)]
    centres = {core.open_(c).index for c, atoms in enumerate(core.by_centre) if atoms}
    assert len(regions) % 2 == 0
    for one, other in zip(regions[::2], regions[1::2], strict=True):
        assert not one & other
        assert one | other in {frozenset(centres), *regions}
