"""Repair and the curve of moves: proofs against brute force on tiny worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import Settings
from clusters.domain import Cluster, Plan, Priorities, Rules
from clusters.errors import InfeasibleError, RulesError
from clusters.explain import improve_curve, repair
from clusters.measures import difference, places_of
from clusters.verifier import verify
from tests.worlds import drawn_plan, every_plan, world

ALIKE = Priorities(travel_by="schools")


def test_a_plan_that_keeps_the_rules_is_left_alone():
    problem = world("1111")
    plan = drawn_plan("A a b B")
    repaired = repair(problem, Rules(n_clusters=2), plan, ALIKE)
    assert repaired.plan == plan
    assert repaired.proved
    assert "nothing was changed" in repaired.sentence


def test_gaps_duplicates_and_unknown_schools_are_repaired():
    problem = world("111\n111")
    drawn = Plan(
        (
            Cluster("Left", "1", ("1", "4", "2", "99")),
            Cluster("Right", None, ("3", "6", "2")),
        )
    )
    rules = Rules(n_clusters=2, schools_per_cluster=(2, 4))
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=4))
    assert verify(problem, rules, repaired.plan).ok
    assert repaired.moved == ()
    assert [(m.school, m.before) for m in repaired.placed] == [("2", "Left and Right"), ("5", None)]
    assert {c.label for c in repaired.plan.clusters} == {"Left", "Right"}
    assert repaired.proved
    assert len(repaired.to_frame()) == 2
    assert "0 schools moved and 2 schools given a place" in repaired.sentence


def test_only_what_is_proved_is_called_so():
    problem = world("211\n112")
    drawn = drawn_plan("A b C\nb a c")
    rules = Rules(n_clusters=3, balance={"pupils": 0.5})
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=3))
    assert repaired.proved
    assert repaired.how_few == "Proved: no repair moves fewer schools."
    doubted = replace(repaired, fewest=len(repaired.moved) - 1)
    assert "Proved" not in doubted.sentence
    assert "is not known" in doubted.sentence
    assert "fewer than 0" not in replace(repaired, fewest=0).sentence


def test_without_time_the_given_plan_is_not_forgotten(monkeypatch):
    # the whole map is never decided, nor is any window: what is left is what is near the map
    from clusters.model import fewest_moves

    monkeypatch.setattr(
        fewest_moves,
        "nearest_clusters",
        lambda *_, **__: fewest_moves.Nearest(clusters=None, fewest=0, proved=False),
    )
    problem = world("1111111111\n1111111111")
    drawn = drawn_plan("A a a a a b B b b b\na a a a b a b b b b")
    rules = Rules(n_clusters=2, schools_per_cluster=(5, 15))
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=2))
    assert len(repaired.moved) <= 3
    assert not repaired.proved


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=6, max_size=6), st.sampled_from([0.2, 0.5]))
def test_the_fewest_moves_are_the_fewest(labels, share):
    labels[:3] = [0, 1, 2]
    problem = world("211\n112")
    rules = Rules(n_clusters=3, balance={"pupils": share})
    drawn = Plan(
        tuple(
            Cluster(str(c), None, tuple(str(k + 1) for k in range(6) if labels[k] == c))
            for c in range(3)
        )
    )
    before = places_of(problem, drawn)
    allowed = [
        difference(before, places_of(problem, plan)).schools_moved
        for plan in every_plan(6)
        if verify(problem, rules, plan).ok
    ]
    if not allowed:
        with pytest.raises(InfeasibleError):
            repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=3))
        return
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=3))
    if repaired.proved:
        assert len(repaired.moved) == min(allowed)
    assert len(repaired.moved) >= min(allowed) >= repaired.fewest


def test_a_cluster_whose_schools_stand_elsewhere_too_may_leave_its_place():
    # all of East is in West too; the loose school 6 can make up East by itself, nobody moves
    problem = world("11111111")
    groups = {"West": "12345", "East": "12", "North": "78"}
    drawn = Plan(tuple(Cluster(label, None, tuple(held)) for label, held in groups.items()))
    rules = Rules(n_clusters=3, apart=[["6", "5"], ["6", "7"]])
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=4))
    assert repaired.moved == ()
    assert repaired.fewest == 0
    assert {c.label: c.members for c in repaired.plan.clusters}["East"] == ("6",)


@pytest.mark.parametrize("labels", ["012012", "001122", "010212", "000112"])
@pytest.mark.parametrize("picture", ["211112", "211\n112"])
def test_groups_in_several_parts_are_repaired_with_the_fewest_moves(picture, labels):
    # 1 and 3 must be together and do not touch: the way between them has to come along
    problem = world(picture)
    rules = Rules(n_clusters=3, schools_per_cluster=(1, 4), together=[["1", "3"]])
    drawn = Plan(
        tuple(
            Cluster(c, None, tuple(str(k + 1) for k in range(6) if labels[k] == c)) for c in "012"
        )
    )
    before = places_of(problem, drawn)
    least = min(
        difference(before, places_of(problem, plan)).schools_moved
        for plan in every_plan(6)
        if verify(problem, rules, plan).ok
    )
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=6))
    assert verify(problem, rules, repaired.plan).ok
    assert len(repaired.moved) == least
    assert repaired.proved


def test_another_number_of_clusters_is_reached():
    problem = world("111111")
    drawn = drawn_plan("A a a b B b")
    rules = Rules(n_clusters=3, schools_per_cluster=(2, 2))
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=4))
    assert verify(problem, rules, repaired.plan).ok
    assert len(repaired.moved) == 2


def test_the_longest_journey_and_given_centres_are_kept():
    problem = world("111111")
    drawn = drawn_plan("A a a a a b")
    rules = Rules(n_clusters=2, max_travel_m=1000, centres=["2", "5"])
    repaired = repair(problem, rules, drawn, ALIKE, settings=Settings(time_limit_s=4))
    assert verify(problem, rules, repaired.plan).ok
    assert len(repaired.moved) == 2
    assert repaired.proved


def test_least_cost_may_move_more():
    problem = world("1111")
    drawn = Plan((Cluster("1", "2", ("1", "2", "3", "4")),))
    rules = Rules(n_clusters=2)
    repaired = repair(problem, rules, drawn, ALIKE, "least cost", settings=Settings(time_limit_s=4))
    assert repaired.certificate.objective == 2000.0


def test_an_unknown_mode_is_refused():
    with pytest.raises(RulesError, match="there is no mode"):
        repair(world("11"), Rules(n_clusters=1), drawn_plan("A a"), ALIKE, "cheap")


def test_impossible_rules_are_refused_with_their_conflict():
    with pytest.raises(InfeasibleError) as caught:
        repair(
            world("1111"),
            Rules(n_clusters=2, schools_per_cluster=(3, None)),
            drawn_plan("A a b B"),
            ALIKE,
        )
    assert len(caught.value.conflict) == 2


def test_the_curve_never_rises_and_keeps_its_word():
    problem = world("11111111\n11111111")
    drawn = drawn_plan("A a a a b b b B\na a a a a b b b")
    rules = Rules(n_clusters=3, schools_per_cluster=(2, 9))
    curve = improve_curve(problem, rules, drawn, ALIKE, 6, settings=Settings(time_limit_s=6))
    assert curve.repaired is not None
    costs = [point.objective for point in curve.points]
    assert len(costs) == 7
    assert costs == sorted(costs, reverse=True)
    start = places_of(problem, curve.points[0].plan)
    for point in curve.points:
        certificate = verify(problem, rules, point.plan, ALIKE)
        assert certificate.ok
        assert certificate.objective == pytest.approx(point.objective)
        assert len(point.moved) <= point.moves
        moved = difference(start, places_of(problem, point.plan)).schools_moved
        assert moved <= point.moves
    assert np.isclose(curve.at(99).objective, costs[-1])
    assert list(curve.to_frame()["moves"]) == list(range(7))


def test_the_gain_is_reported_in_plain_words():
    problem = world("11..11")
    problem = world("11....11", neighbours=False)
    drawn = Plan.from_assignment({"1": "2", "2": "2", "3": "2", "4": "4"})
    curve = improve_curve(
        problem,
        Rules(n_clusters=2, contiguous=False),
        drawn,
        ALIKE,
        2,
        settings=Settings(time_limit_s=3),
    )
    assert curve.at(1).sentence == "with 1 move, 67% shorter journeys"


@pytest.mark.long
@pytest.mark.slow
def test_the_hand_drawn_map_with_six_mistakes_is_repaired():
    from clusters import datasets, read_plan

    problem = datasets.load_problem()
    drawn = read_plan(datasets.path("hand_drawn"), problem)
    rules = Rules(n_clusters=18, schools_per_cluster=(5, 20))
    common = Priorities(travel_by="pupils")
    repaired = repair(problem, rules, drawn, common, settings=Settings(time_limit_s=40))
    print(repaired.sentence)
    assert verify(problem, rules, repaired.plan).ok
    assert repaired.proved
    assert len(repaired.moved) == 3
    assert len(repaired.placed) == 3  # two that were forgotten, and one drawn in two clusters
    curve = improve_curve(
        problem, rules, repaired.plan, common, 20, settings=Settings(time_limit_s=40)
    )
    print(curve.summary())
    costs = [point.objective for point in curve.points]
    assert costs == sorted(costs, reverse=True)
    assert costs[20] < costs[5] < costs[0]
