"""Plans at the edge of a bound, broken plans, and properties of any plan."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import Plan, Problem, Rules, verify
from clusters.domain import Cluster
from tests.verifier.grid import GRID, LEFT_RIGHT, LOOSE
from tests.worlds import drawn_plan, with_cluster


def test_a_balance_bound_is_met_exactly_where_floats_would_miss_it():
    # The clusters hold 0.9 and 1.0, the mean is 0.95: each is off by exactly 1/19 of it.
    problem = Problem.from_arrays(
        ["a", "b", "c", "d"], np.zeros((4, 2)), {"need": [0.1, 0.3, 0.7, 0.8]}
    )
    plan = Plan.from_assignment({"a": "a", "d": "a", "b": "b", "c": "b"})
    exact = Fraction(5, 95)
    just = Rules(n_clusters=2, balance={"need": 0.052632}, contiguous=False)
    under = Rules(n_clusters=2, balance={"need": 0.052631}, contiguous=False)
    assert Fraction("0.052631") < exact < Fraction("0.052632")
    assert verify(problem, just, plan).ok
    assert not verify(problem, under, plan).ok


def test_ten_tenths_are_one():
    problem = Problem.from_arrays(range(10), np.zeros((10, 2)), {"need": [0.1] * 10})
    plan = Plan.from_assignment(dict.fromkeys(range(10), 0))
    rules = Rules(n_clusters=1, limits={"need": (1, 1)}, contiguous=False)
    assert sum([0.1] * 10) != 1
    assert verify(problem, rules, plan).ok


def test_a_bound_is_the_decimal_that_was_written():
    # 0.3 as a float is a little less than three tenths; the cluster holds exactly that much more.
    problem = Problem.from_arrays(["a", "b"], np.zeros((2, 2)), {"need": [13, 7]})
    plan = Plan.from_assignment({"a": "a", "b": "b"})
    rules = Rules(n_clusters=2, balance={"need": 0.3}, contiguous=False)
    assert Fraction(0.3) < Fraction(3, 10)
    assert verify(problem, rules, plan).ok


@pytest.mark.parametrize(("limit", "ok"), [(5.5, True), (5.499999, False), (5.51, True)])
def test_a_journey_may_be_as_long_as_the_limit_and_no_longer(limit, ok):
    problem = Problem.from_arrays(["a", "b"], [[0, 0], [5.5, 0]], {"need": [1, 1]})
    rules = Rules(n_clusters=1, max_travel_m=limit, contiguous=False)
    assert verify(problem, rules, Plan.from_assignment({"a": "a", "b": "a"})).ok is ok


def test_capacity_is_added_exactly():
    problem = Problem.from_arrays(
        ["a", "b", "c"], np.zeros((3, 2)), expertise={"asd": [0.1, 0.2, np.nan]}
    )
    plan = Plan.from_assignment({"a": "a", "b": "a", "c": "a"})
    rules = Rules(n_clusters=1, expertise={"asd": 0.3}, contiguous=False)
    assert verify(problem, rules, plan).ok


# Bad plans ------------------------------------------------------------------------------------
ODD_VALUES = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-3, 20),
    st.text(max_size=4),
    st.sampled_from([*map(str, range(1, 13)), " 3 ", "9" * 5000, ("a", ["b"]), ["1"], b"1"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            Cluster,
            label=ODD_VALUES,
            centre=ODD_VALUES,
            members=st.one_of(st.none(), st.just(3), st.text(), st.lists(ODD_VALUES, max_size=14)),
        ),
        max_size=5,
    )
)
def test_no_plan_makes_the_verifier_raise(clusters):
    certificate = verify(GRID, Rules(**LOOSE), Plan(tuple(clusters)))
    json.dumps(certificate.to_dict())
    certificate.summary()
    certificate.to_frame()
    placed = sorted(str(m) for c in clusters if isinstance(c.members, list) for m in c.members)
    assert not certificate.ok or placed == sorted(map(str, range(1, 13)))


@pytest.mark.parametrize(
    ("change", "rule", "part"),
    [
        ({"members": ("1", "2", "5", "6", "9", "10", "999")}, "assignment", "'999', which is no"),
        ({"members": ("1", "2", "5", "6", "9", "10", "10")}, "assignment", "more than once"),
        ({"members": ("1", "2", "5", "6", "9", "10", "11")}, "assignment", "is in 2 clusters"),
        ({"members": ("1", "2", "5", "6", "9", "10", math.nan)}, "assignment", "'nan', which is"),
        ({"members": ("1", "2", "5", "6", "9")}, "assignment", "is in no cluster"),
        ({"centre": None}, "centre", "has no centre"),
        ({"centre": "999"}, "centre", "'999', which is no school"),
        ({"centre": math.nan}, "centre", "'nan', which is no school"),
        ({"centre": "3"}, "centre", "School 3 (URN 3), which is not one of its members"),
    ],
)
def test_a_broken_cluster_gets_the_finding_meant_for_it(change, rule, part):
    plan = with_cluster(drawn_plan(LEFT_RIGHT), 1, **change)
    certificate = verify(GRID, Rules(**(LOOSE | {"max_travel_m": None})), plan)
    assert [finding.rule for finding in certificate.findings] == [rule]
    assert part in certificate.findings[0].message
    assert certificate.objective is None


def test_an_empty_cluster_is_found_and_not_counted():
    plan = Plan((*drawn_plan(LEFT_RIGHT).clusters, Cluster("3", None, ())))
    certificate = verify(GRID, Rules(**(LOOSE | {"n_clusters": 2})), plan)
    assert [f.message for f in certificate.findings] == ["Cluster 3 holds no school."]


def test_a_plan_without_clusters_has_every_school_missing():
    certificate = verify(GRID, Rules(**LOOSE), Plan(()))
    assert certificate.broken == ("assignment", "n_clusters")
    assert len(certificate.findings) == 13


def test_ids_may_be_numbers_where_the_problem_has_text():
    plan = drawn_plan(LEFT_RIGHT)
    numbers = Plan(
        tuple(Cluster(c.label, int(c.centre), tuple(map(int, c.members))) for c in plan.clusters)
    )
    assert verify(GRID, Rules(**LOOSE), numbers).ok


def test_a_journey_without_a_way_is_found_though_no_limit_is_set():
    travel = np.array([[0, math.inf], [5, 0]])
    problem = Problem.from_arrays(["a", "b"], np.zeros((2, 2)), {"need": [1, 1]}, travel_m=travel)
    plan = Plan.from_assignment({"a": "b", "b": "b"})
    certificate = verify(problem, Rules(n_clusters=1, contiguous=False), plan)
    assert [f.message for f in certificate.findings] == [
        "Cluster 1: school a has no way to its centre, school b."
    ]
    assert certificate.objective == math.inf
    assert certificate.to_dict()["objective"] == "inf"


def test_a_school_that_counts_for_nothing_costs_nothing_though_it_has_no_way():
    travel = np.array([[0, math.inf], [5, 0]])
    problem = Problem.from_arrays(["a", "b"], np.zeros((2, 2)), {"need": [0, 1]}, travel_m=travel)
    plan = Plan.from_assignment({"a": "b", "b": "b"})
    assert verify(problem, Rules(n_clusters=1, contiguous=False), plan).objective == 0


@st.composite
def plans_of_grid(draw):
    labels = draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))
    groups: dict[int, list[str]] = {}
    for k, label in enumerate(labels):
        groups.setdefault(label, []).append(str(k + 1))
    return Plan(
        tuple(
            Cluster(str(n), draw(st.sampled_from(members)), tuple(members))
            for n, members in enumerate(groups.values(), start=1)
        )
    )


def connected_by_matrix(members: tuple[str, ...]) -> bool:
    """Whether members hang together, by powers of the adjacency matrix."""
    at = [int(m) - 1 for m in members]
    adjacency = np.eye(12, dtype=int)
    adjacency[tuple(GRID.edges.T)] = 1
    adjacency |= adjacency.T
    reach = np.linalg.matrix_power(adjacency[np.ix_(at, at)], len(at))
    return bool((reach > 0).all())


@settings(max_examples=100, deadline=None)
@given(plans_of_grid())
def test_contiguity_agrees_with_powers_of_the_adjacency_matrix(plan):
    certificate = verify(GRID, Rules(n_clusters=(1, 12)), plan)
    split = {finding.cluster for finding in certificate.findings}
    assert split == {c.label for c in plan.clusters if not connected_by_matrix(c.members)}


@settings(max_examples=100, deadline=None)
@given(plans_of_grid(), st.randoms(use_true_random=False))
def test_the_order_of_schools_and_clusters_changes_nothing(plan, shuffler):
    clusters = [
        replace(c, members=tuple(shuffler.sample(c.members, len(c.members)))) for c in plan.clusters
    ]
    shuffler.shuffle(clusters)
    rules = Rules(**(LOOSE | {"balance": {"pupils": 0.2}, "schools_per_cluster": (2, 4)}))
    before, after = verify(GRID, rules, plan), verify(GRID, rules, Plan(tuple(clusters)))
    assert {f.message for f in before.findings} == {f.message for f in after.findings}
    assert before.objective == pytest.approx(after.objective, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(plans_of_grid(), st.integers(0, 10), st.integers(0, 10))
def test_loosening_a_balance_never_adds_a_finding(plan, one, other):
    tight, loose = sorted((one / 10, other / 10))
    found_tight = verify(
        GRID, Rules(n_clusters=(1, 12), balance={"pupils": tight}, contiguous=False), plan
    )
    found_loose = verify(
        GRID, Rules(n_clusters=(1, 12), balance={"pupils": loose}, contiguous=False), plan
    )
    assert len(found_loose.findings) <= len(found_tight.findings)
