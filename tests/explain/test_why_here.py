"""Why here: exact one-move arithmetic against the verifier, and plain sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.domain import Plan, Priorities, Rules
from clusters.errors import DataError
from clusters.explain import why_all, why_here
from clusters.explain.single_moves import Ground
from clusters.verifier import verify
from tests.worlds import drawn_plan, world

MAP = "2345\n3456\n4567"
PLAN = """
    a A b b
    a c B d
    c C d D
"""
EVERYTHING = Priorities(
    travel_by="pupils",
    balance=0.5,
    pyramids=1.0,
    change=0.5,
    reference=drawn_plan("AaBb\naaBb\ncCdD"),
    expertise=0.3,
    pupils_per_capacity={"asd": 2.0},
)


def _problem():
    return world(
        MAP,
        pyramids="aabb\naabb\n????",
        expertise={"asd": "1000\n0010\n0003"},
        need={"asd": "1231\n1111\n2222"},
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 11), st.integers(0, 3))
def test_the_price_of_a_move_is_the_verifiers(position, target):
    problem, rules = _problem(), Rules(n_clusters=4, schools_per_cluster=(2, 5))
    plan = _recentred(problem, rules, drawn_plan(PLAN))
    ground = Ground(problem, rules, EVERYTHING, plan)
    if target == ground.place[position]:
        return
    move = ground.detailed(ground.move(position, target))
    after = ground.after([(position, target)])
    before = verify(problem, rules, plan, EVERYTHING)
    certificate = verify(problem, rules, after, EVERYTHING)
    assert move.cost_change == pytest.approx(certificate.objective - before.objective)
    assert set(move.broken) <= set(certificate.broken)
    if before.ok:
        assert move.allowed == certificate.ok


def _recentred(problem, rules, plan):
    """The plan with the centres that the priorities prefer."""
    ground = Ground(problem, rules, EVERYTHING, plan)
    from dataclasses import replace

    return Plan(
        tuple(
            replace(c, centre=ground._id(centre))
            for c, (centre, _) in zip(ground.plan.clusters, ground.now, strict=True)
        )
    )


def test_the_parts_add_up_to_the_whole():
    problem, rules = _problem(), Rules(n_clusters=4)
    plan = _recentred(problem, rules, drawn_plan(PLAN))
    move = why_here(problem, rules, plan, "1", EVERYTHING).moves[0]
    mean = problem.measure("pupils").mean()
    scale = {
        "travel": 1.0,
        "balance": 0.5 * 1000,
        "expertise": 0.3 * 1000,
        "pyramids": 1000 * mean,
        "change": 0.5 * 1000 * mean,
    }
    total = sum(scale[name] * change for name, change in move.by_priority.items())
    assert total == pytest.approx(move.cost_change)


def test_the_rule_that_would_break_is_named():
    problem = world("1111")
    plan = drawn_plan("A a b B")
    why = why_here(problem, Rules(n_clusters=2), plan, "1", Priorities(travel_by="schools"))
    assert not why.open
    assert why.next_best.broken == ("contiguous",)
    assert "It cannot move by itself" in why.sentence
    assert "falls into 2 parts" in why.sentence


def test_a_better_place_is_said_to_be_better():
    problem = world("11.1")
    plan = Plan.from_assignment({"1": "1", "2": "3", "3": "3"})
    rules = Rules(n_clusters=2, contiguous=False)
    why = why_here(problem, rules, plan, "2", Priorities(travel_by="schools"))
    assert "It would be better in cluster 1" in why.sentence


def test_a_school_that_stays_with_others_says_so():
    problem = world("1111\n1111")
    plan = drawn_plan("A a b B\na a b b")
    rules = Rules(n_clusters=2, together=[["1", "2"]])
    why = why_here(problem, rules, plan, "2", Priorities(travel_by="schools"))
    assert "it must stay together with School 1" in why.sentence


def test_all_schools_are_answered_alike():
    problem, rules = _problem(), Rules(n_clusters=4)
    plan = drawn_plan(PLAN)
    answers = why_all(problem, rules, plan, EVERYTHING)
    assert list(answers) == list(problem.ids)
    frame = answers.to_frame()
    assert len(frame) == len(problem)
    assert frame["sentence"].str.len().min() > 20
    for key in ("1", "6", "12"):
        one = why_here(problem, rules, plan, key, EVERYTHING)
        assert one.journey == answers[key].journey
        if one.open:
            assert one.next_best.cost_change <= answers[key].next_best.cost_change + 1e-6


def test_a_broken_plan_is_refused_with_every_fault():
    problem = world("1111")
    plan = Plan.from_assignment({"1": "1", "2": "1", "9": "1"})
    with pytest.raises(DataError) as caught:
        why_all(problem, Rules(n_clusters=2), plan, Priorities(travel_by="schools"))
    assert len(caught.value.faults) == 3


def test_the_last_school_of_a_cluster_cannot_leave():
    problem = world("111")
    plan = drawn_plan("A B b")
    why = why_here(problem, Rules(n_clusters=2), plan, "1", Priorities(travel_by="schools"))
    assert why.next_best.broken == ("n_clusters",)


@pytest.mark.parametrize("sizes", [(2, 5), (3, 3), (4, 4)])
@pytest.mark.parametrize("contiguous", [True, False])
def test_one_school_and_all_schools_name_the_same_next_best(sizes, contiguous):
    problem = _problem()
    rules = Rules(n_clusters=4, schools_per_cluster=sizes, contiguous=contiguous)
    plan = drawn_plan(PLAN)
    answers = why_all(problem, rules, plan, EVERYTHING)
    for key in problem.ids:
        one = why_here(problem, rules, plan, key, EVERYTHING).next_best
        assert (one.to, one.allowed, one.broken) == (
            answers[key].next_best.to,
            answers[key].next_best.allowed,
            answers[key].next_best.broken,
        )


def test_why_not_the_nearer_one_is_always_answered():
    # 3 is one step from 4 and two from 1, but three schools are the most
    problem = world("111111")
    plan = drawn_plan("A a a B b b")
    rules = Rules(n_clusters=2, schools_per_cluster=(3, 3))
    answers = why_all(problem, rules, plan, Priorities(travel_by="schools"))
    for key, why in answers.items():
        one = why_here(problem, rules, plan, key, Priorities(travel_by="schools"))
        assert (why.nearer is None) == (key != "3")
        assert (one.nearer, one.nearer_journey) == (why.nearer, pytest.approx(why.nearer_journey, nan_ok=True))  # fmt: skip  # noqa: E501
    why = answers["3"]
    assert why.nearer.to == "2"
    assert why.nearer_journey == 1000
    assert why.nearer.broken == ("schools_per_cluster",)
    assert "whose centre is nearer (1.0 km)" in why.sentence
    frame = answers.to_frame()
    assert frame.loc[frame["nearer"].notna(), "school"].tolist() == ["3"]


def test_what_the_nearer_one_would_cost_is_reported_where_no_rule_forbids_it():
    # 4 is nearer to 3 than to its own centre; the evenness says no
    problem = world("111111")
    plan = drawn_plan("a a A b b B")
    priorities = Priorities(travel_by="schools", balance=5.0, balance_by="schools")
    why = why_here(problem, Rules(n_clusters=2), plan, "4", priorities)
    assert why.nearer.allowed
    assert why.nearer.cost_change > 0
    assert "is nearer (1.0 km), but the plan as a whole would be worse" in why.sentence


def test_a_move_that_costs_nothing_is_just_as_good():
    problem = world("1111111")
    priorities = Priorities(travel_by="schools", balance=5.0, balance_by="schools")
    why = why_here(problem, Rules(n_clusters=2), drawn_plan("a a A b b b B"), "4", priorities)
    assert "would be just as good" in why.sentence
    assert "nearer (1.0 km)." in why.sentence


def test_a_pyramid_is_named_in_place_of_its_schools():
    problem = world("11111\n11111", pyramids="aaaa?\naaaa?")
    plan = drawn_plan("A a a a B\na a a a b")
    rules = Rules(n_clusters=2, together=[list("12346789")])
    why = why_here(problem, rules, plan, "4", Priorities(travel_by="schools"))
    assert "the 7 other schools of a" in why.sentence
    assert "School 2" not in why.sentence


@pytest.mark.parametrize("seed", range(25))
def test_what_a_move_breaks_is_what_the_verifier_finds(seed):
    import random

    rng = random.Random(seed)
    problem = _problem()
    ids = list(problem.ids)
    plan = drawn_plan(PLAN)
    rules = Rules(
        n_clusters=4,
        schools_per_cluster=rng.choice([None, (3, 3), (2, 4)]),
        limits=rng.choice([{}, {"pupils": (10, 16)}]),
        apart=rng.choice([[], [rng.sample(ids, 2)]]),
        together=rng.choice([[], [rng.sample(ids, 2)]]),
    )
    if not verify(problem, rules, plan).ok:
        return
    ground = Ground(problem, rules, Priorities(travel_by="pupils"), plan)
    for position in range(len(problem)):
        for target in ground.targets(position, near=False):
            move = ground.detailed(ground.move(position, target))
            assert set(move.broken) == set(ground.would_break(position, target))
