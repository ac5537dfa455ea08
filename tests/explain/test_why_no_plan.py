"""Why is there no plan? Small worlds; the planted conflicts at full size are marked slow."""

from __future__ import annotations

import pytest

from clusters import Settings
from clusters.domain import Rules
from clusters.explain import why_no_plan
from clusters.verifier import verify
from tests.worlds import world

LINE = "111111"


def test_a_plan_that_exists_is_found_and_verified():
    problem = world("11\n11")
    rules = Rules(n_clusters=2, schools_per_cluster=(2, 2))
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=5))
    assert answer.status == "a plan exists"
    assert verify(problem, rules, answer.plan).ok


def test_arithmetic_speaks_first_and_ranks_checked_relaxations():
    problem = world(LINE)
    rules = Rules(n_clusters=2, schools_per_cluster=(None, 2))
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=5))
    assert answer.rules == ("n_clusters", "schools_per_cluster")
    assert answer.smallest
    best = answer.relaxations[0]
    assert best.checked
    assert verify(problem, best.rules, best.plan).ok
    checked = [r.size for r in answer.relaxations if r.checked]
    assert checked == sorted(checked)


def test_a_dead_end_is_found_by_looking_at_one_cluster():
    # school 1 has one neighbour only, from which it must be apart, and may not be alone
    problem = world(LINE)
    rules = Rules(
        n_clusters=2,
        schools_per_cluster=(2, None),
        apart=[["1", "2"]],
        limits={"pupils": (None, 100)},
    )
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=6))
    assert answer.status == "no plan"
    assert set(answer.rules) == {"schools_per_cluster", "contiguous", "apart"}
    assert "School 1" in answer.reasons[0]
    assert all(verify(problem, r.rules, r.plan).ok for r in answer.relaxations if r.checked)
    assert any(r.checked for r in answer.relaxations)


def test_a_conflict_of_the_whole_map_is_found_by_search():
    # each third of the line must hold two schools, but the middle pair is kept apart
    problem = world(LINE)
    rules = Rules(n_clusters=3, schools_per_cluster=(2, 2), apart=[["3", "4"]])
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=8))
    assert answer.status == "no plan"
    assert {"apart", "contiguous", "schools_per_cluster"} <= set(answer.rules)


def test_without_time_it_is_undecided():
    problem = world("123456\n654321\n123456\n654321")
    rules = Rules(n_clusters=6, balance={"pupils": 0.0}, max_travel_m=1000)
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=1e-6))
    assert answer.status in ("undecided", "no plan")
    if answer.status == "undecided":
        assert "Not decided" in answer.summary()


def test_the_summary_names_everything():
    problem = world(LINE)
    text = why_no_plan(
        problem,
        Rules(n_clusters=2, schools_per_cluster=(None, 2)),
        settings=Settings(time_limit_s=4),
    ).summary()
    assert "No plan can satisfy these rules: proved." in text
    assert "2 clusters of at most 2 schools hold 4; there are 6." in text
    assert "- schools_per_cluster: allow up to 3 schools in a cluster (now 2)" in text


def test_wrong_rules_are_refused():
    with pytest.raises(Exception, match="there is no measure"):
        why_no_plan(world(LINE), Rules(n_clusters=2, balance={"size": 0.1}))
