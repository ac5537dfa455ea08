"""All conflicts of drawn tiny problems, against trying every set of rules on every plan."""

from __future__ import annotations

import itertools

import pytest

from clusters import Settings
from clusters.domain import Rules
from clusters.explain import why_no_plan
from clusters.verifier import verify
from tests.explain.every_partition import COUNT, Everything, drawn_problem, drawn_rules
from tests.worlds import world


def _conflicts(truth, rules, n):
    """Every smallest set of rules that no plan keeps."""
    every = [*truth.clauses, COUNT]
    found = []
    for size in range(1, len(every) + 1):
        for chosen in itertools.combinations(every, size):
            if any(known <= set(chosen) for known in found):
                continue
            named = [clause for clause in chosen if clause != COUNT]
            if not truth.can_hold(named, rules.count_range if COUNT in chosen else (1, n)):
                found.append(frozenset(chosen))
    return set(found)


def _check(seed):
    problem = drawn_problem(seed)
    rules = drawn_rules(seed, problem)
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    if answer.status != "no plan":
        pytest.skip("these rules can hold")
    truth = Everything(problem, rules)
    real = _conflicts(truth, rules, len(problem))
    told = {frozenset(conflict.clauses) for conflict in answer.conflicts}
    assert told <= real or not answer.complete
    if answer.complete:
        assert told == real
    low, high = rules.count_range
    for k, conflict in answer.by_count.items():
        assert low <= k <= high
        named = [clause for clause in conflict.clauses if clause != COUNT]
        counts = (k, k) if COUNT in conflict.clauses else (1, len(problem))
        assert not truth.can_hold(named, counts)
        if conflict.smallest:
            for spared in named:
                assert truth.can_hold([c for c in named if c != spared], counts)
    for way in answer.relaxations:
        assert way.checked
        assert verify(problem, way.rules, way.plan).ok
    sizes = [way.size for way in answer.relaxations]
    assert sizes == sorted(sizes)
    return answer


@pytest.mark.parametrize("seed", range(12))
def test_the_conflicts_are_all_there_are(seed):
    _check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 120))
def test_the_conflicts_are_all_there_are_in_many(seed):
    _check(seed)


def test_all_conflicts_are_reported_and_the_ways_out_deal_with_all_of_them():
    # two clusters have too few places and too little of the expertise for both
    problem = world("111111", expertise={"asd": "900009"})
    rules = Rules(n_clusters=2, schools_per_cluster=(None, 2), expertise={"asd": 10})
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert answer.complete
    assert {frozenset(c.rule for c in found.clauses) for found in answer.conflicts} == {
        frozenset({"n_clusters", "schools_per_cluster"}),
        frozenset({"n_clusters", "expertise"}),
        frozenset({"schools_per_cluster", "expertise"}),
    }
    assert "There are 3 such conflicts and no others: proved." in answer.summary()
    best = answer.relaxations[0]
    assert verify(problem, best.rules, best.plan).ok
    assert best.sentence == (
        "schools_per_cluster: allow up to 3 schools in a cluster (now 2); "
        "expertise: ask for 9 of 'asd' capacity (now 10)"
    )


def test_each_number_of_a_range_has_its_own_conflict():
    problem = world("11111111")
    rules = Rules(n_clusters=(2, 3), balance={"schools": 0.1}, apart=[["1", "3", "5"]])
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert {k: {c.rule for c in found.clauses} for k, found in answer.by_count.items()} == {
        2: {"n_clusters", "apart"},
        3: {"n_clusters", "balance"},
    }
    assert all(found.smallest and found.reason for found in answer.by_count.values())


def test_without_time_it_is_not_said_that_there_are_no_others(monkeypatch):
    from clusters.explain.every_conflict import Conflicts

    monkeypatch.setattr(Conflicts, "run", lambda *_: None)
    answer = why_no_plan(
        world("11111"),
        Rules(n_clusters=2, schools_per_cluster=(None, 2)),
        settings=Settings(time_limit_s=10),
    )
    assert not answer.complete
    assert "There may be further conflicts" in answer.summary()
    assert "no other conflict" not in answer.summary()
