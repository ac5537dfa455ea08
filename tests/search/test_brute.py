"""The brute force that other tests rely on agrees with the verifier, plan by plan."""

from __future__ import annotations

import itertools
import math

import pytest

from clusters import Plan, verify
from clusters.domain import Cluster
from tests.search.brute import Judge, best_of, partings
from tests.search.drawn import RULES, Case, draw


def _judged(case: Case, judge: Judge, groups: list[list[int]], centres: tuple[int, ...]) -> float:
    """Cost of a plan by the brute force; infinity where it breaks a rule."""
    cost = 0.0
    for members, centre in zip(groups, centres, strict=True):
        bits = sum(1 << p for p in members)
        allowed = judge.keeps_rules(members, bits) and centre in judge.may_lead
        if not allowed or not all(judge.may_travel(p, centre) for p in members):
            return math.inf
        cost += judge.cost_at(members, centre) + judge.shared_cost(members, bits)
    return cost


@pytest.mark.parametrize("seed", range(24))
def test_rules_and_costs_agree_with_the_verifier(seed: int) -> None:
    case = draw(
        seed, [*RULES[:-1]], ("travel", "balance", "expertise", "pyramids", "change"), (4, 5)
    )
    k = case.rules.count_range[0]
    judge, ids = Judge(case.problem, case.rules, case.priorities, k), case.problem.ids
    weight = math.fsum(case.problem.measure(case.priorities.travel_by)) / judge.n
    offset = judge.unit * case.priorities.pyramids * weight * len(judge.pyramids)
    for groups in partings(judge.n, k):
        for centres in itertools.product(*groups):
            plan = Plan(
                tuple(
                    Cluster(str(q), ids[c], tuple(ids[p] for p in g))
                    for q, (g, c) in enumerate(zip(groups, centres, strict=True))
                )
            )
            certificate = verify(case.problem, case.rules, plan, case.priorities)
            judged = _judged(case, judge, groups, centres) - offset
            assert certificate.ok == math.isfinite(judged), certificate.summary()
            if certificate.ok:
                assert certificate.objective == pytest.approx(judged, rel=1e-12, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_the_best_parting_is_the_least_of_all(seed: int) -> None:
    case = draw(seed, ("balance", "together"), ("travel", "pyramids"), (4, 5))
    k = case.rules.count_range[0]
    clusters = Judge(case.problem, case.rules, case.priorities, k).clusters()
    sums = [
        sum(clusters[sum(1 << p for p in g)][0] for g in groups)
        for groups in partings(len(case.problem), k)
        if all(sum(1 << p for p in g) in clusters for g in groups)
    ]
    best = best_of(case.problem, case.rules, case.priorities, k)
    assert (best is None) == (not sums)
    if best is not None:
        certificate = verify(case.problem, case.rules, best[1], case.priorities)
        assert certificate.ok
        assert certificate.objective == pytest.approx(best[0], rel=1e-12, abs=1e-6)
