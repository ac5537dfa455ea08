"""Conflicts of pins, apart and contiguity on the map: by arithmetic alone, and never false."""

from __future__ import annotations

import random
import time

import pytest

from clusters import Settings, datasets
from clusters.domain import Rules
from clusters.explain import why_no_plan
from clusters.presolve import impossibilities
from clusters.verifier import verify
from tests.worlds import every_plan, world

LINE = "1111111"


def test_two_groups_that_need_the_same_school_on_their_way():
    # a cross: 1-3-5 and 2-3-4 both lead through 3
    problem = world("""
        .1.
        111
        .1.
    """)
    rules = Rules(n_clusters=2, together=[["1", "5"], ["2", "4"]], apart=[["1", "2"]])
    reason = impossibilities(problem, rules)[0]
    assert {clause.rule for clause in reason.clauses} == {"together", "apart", "contiguous"}
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert answer.status == "no plan"
    assert answer.complete


def test_a_friend_of_a_rival_stands_in_the_way_too():
    # 1 and 5 meet only through 3; 3 must be with 7, which may not be with 1
    problem = world(LINE)
    rules = Rules(n_clusters=2, together=[["1", "5"], ["3", "7"]], apart=[["1", "7"]])
    assert impossibilities(problem, rules)


def test_what_lies_between_counts_towards_the_most():
    problem = world("1291211")
    rules = Rules(n_clusters=2, together=[["1", "2"], ["2", "4"]], limits={"pupils": (None, 12)})
    assert any("joined on the map" in r.sentence or "between them" in r.sentence
               for r in impossibilities(problem, rules))  # fmt: skip


def test_a_way_round_is_no_conflict():
    problem = world("111\n111\n111")
    rules = Rules(n_clusters=2, together=[["1", "9"], ["3", "6"]], apart=[["1", "3"]])
    assert not impossibilities(problem, rules)


@pytest.mark.parametrize("seed", range(40))
def test_no_reason_is_given_where_a_plan_exists(seed):
    rng = random.Random(seed)
    problem = world(rng.choice([".1.\n111\n.1.", "1111\n..1.", "11\n11\n1.", "111\n1.1", "111111"]))
    ids = list(problem.ids)

    def groups(most):
        return [rng.sample(ids, 2) for _ in range(rng.randint(1, most))]

    rules = Rules(
        n_clusters=rng.randint(1, 3),
        together=groups(2),
        apart=groups(2),
        schools_per_cluster=rng.choice([None, (None, 3), (None, 4)]),
    )
    if impossibilities(problem, rules):
        assert not any(verify(problem, rules, plan).ok for plan in every_plan(len(problem)))


@pytest.mark.slow
def test_it_is_found_at_full_size_in_time():
    # a school with one neighbour only, from which it is kept apart, pinned across the map
    problem = datasets.load_problem()
    near = {key: [] for key in problem.ids}
    for a, b in problem.neighbour_pairs():
        near[a].append(b)
        near[b].append(a)
    leaf = min(near, key=lambda key: len(near[key]))
    far = max(problem.ids, key=lambda key: problem.travel[problem.position(leaf),
                                                          problem.position(key)])  # fmt: skip
    rules = Rules(
        n_clusters=18,
        schools_per_cluster=(2, 60),
        together=[[leaf, far]],
        apart=[[leaf, key] for key in near[leaf]],
    )
    begin = time.monotonic()
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert time.monotonic() - begin <= 11
    assert answer.status == "no plan"
    assert {"together", "apart", "contiguous"} == set(answer.rules)
    assert all(verify(problem, way.rules, way.plan).ok for way in answer.relaxations if way.checked)
