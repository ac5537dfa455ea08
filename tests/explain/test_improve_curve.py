"""The curve of moves against every plan of drawn tiny problems."""

from __future__ import annotations

import random

import pytest

from clusters import Settings
from clusters.domain import Plan, Priorities, Rules
from clusters.explain import improve_curve
from clusters.measures import difference, places_of
from clusters.verifier import verify
from tests.cases import some_of
from tests.explain.every_partition import drawn_problem
from tests.worlds import every_plan

COMMON = Priorities(travel_by="pupils")


def _every_allowed(problem, rules):
    """Every plan that keeps the rules, each cluster with its cheapest centre, and its cost."""
    keys = {str(number + 1): school.urn for number, school in enumerate(problem.schools)}
    for drawn in every_plan(len(problem)):
        groups = [[keys[key] for key in cluster.members] for cluster in drawn.clusters]
        centres = {key: min(g, key=lambda c: _cost(problem, g, c)) for g in groups for key in g}
        plan = Plan.from_assignment(centres)
        certificate = verify(problem, rules, plan, COMMON)
        if certificate.ok:
            yield plan, certificate.objective


def _cost(problem, group, centre):
    weight, c = problem.measure("pupils"), problem.position(centre)
    return sum(weight[p] * problem.travel[p, c] for p in (problem.position(key) for key in group))


@pytest.mark.parametrize("seed", range(8))
def test_every_point_is_the_cheapest(seed):
    _check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", some_of(160, 60, first=8))
def test_every_point_is_the_cheapest_of_many(seed):
    _check(seed)


def _check(seed):
    problem = drawn_problem(seed)
    rng = random.Random(seed)
    rules = Rules(
        n_clusters=rng.choice([2, 3]),
        schools_per_cluster=rng.choice([(1, 3), (1, 4), None]),
        contiguous=rng.random() < 0.7,
    )
    allowed = list(_every_allowed(problem, rules))
    if not allowed:
        pytest.skip("no plan keeps these rules")
    start = max(allowed, key=lambda pair: pair[1])[0]
    before = places_of(problem, start)
    moves = [difference(before, places_of(problem, plan)).schools_moved for plan, _ in allowed]
    curve = improve_curve(problem, rules, start, COMMON, 4, settings=Settings(time_limit_s=30))
    for point in curve.points:
        least = min(c for (_, c), m in zip(allowed, moves, strict=True) if m <= point.moves)
        assert point.objective == pytest.approx(least)
        assert point.proved
        assert len(point.moved) <= point.moves


def test_a_point_that_was_not_decided_is_not_called_proved(monkeypatch):
    from clusters.model import within_moves

    monkeypatch.setattr(
        within_moves, "cheapest_within", lambda *_, **__: within_moves.Within(None, False)
    )
    problem = drawn_problem(1)
    rules = Rules(n_clusters=2, contiguous=False)
    start = Plan.from_assignment(dict(zip("abcde", "aaaae", strict=True)))
    curve = improve_curve(problem, rules, start, COMMON, 2, settings=Settings(time_limit_s=2))
    assert not any(point.proved for point in curve.points)
    assert not curve.to_frame()["proved"].any()
