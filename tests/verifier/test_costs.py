"""The cost of each priority, counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from clusters import Plan, Priorities, Problem, Rules, verify
from tests.verifier.grid import GRID, LEFT_RIGHT
from tests.worlds import drawn_plan, world

COUNTRY = world(
    """
    1 2 3
    4 5 6
    """,
    pyramids="""
    x x y
    x y ?
    """,
    need={
        "asd": """
        3 0 2
        1 ? 4
        """
    },
    expertise={
        "asd": """
        1 ? 0
        ? 1 ?
        """
    },
)


HALVES = drawn_plan(
    """
    A a b
    a b B
    """
)


TODAY = drawn_plan(
    """
    A a a
    b b B
    """
)


# By hand. The mean of pupils is 21 / 2 = 10.5; clusters hold 7 and 14; an average school has 3.5.
# Pyramid x: whole; y: whole. ASD: cluster 1 needs 4, has 1; cluster 2 needs 6, has 1.
PRICES = [
    ({"travel": 1}, 1000 * (2 * 1 + 4 * 1 + 3 * 1 + 5 * 1)),
    ({"travel": 2}, 2000 * (2 * 1 + 4 * 1 + 3 * 1 + 5 * 1)),
    ({"travel": 0, "balance": 1}, 1000 * 7.0),
    ({"travel": 0, "balance": 1, "balance_by": "schools"}, 0.0),
    ({"travel": 0, "pyramids": 1}, 0.0),
    ({"travel": 0, "expertise": 1, "pupils_per_capacity": {"asd": 3}}, 1000 * (1 + 3)),
    ({"travel": 0, "expertise": 0.5, "pupils_per_capacity": {"asd": 4.5}}, 500 * (0 + 1.5)),
    ({"travel": 0, "change": 1, "reference": TODAY}, 1000 * 3.5 * 2),
    ({"travel": 1, "balance": 2}, 1000 * 14 + 2 * 1000 * 7),
]


@pytest.mark.parametrize(("weights", "cost"), PRICES)
def test_each_priority_costs_what_a_hand_count_says(weights, cost):
    certificate = verify(
        COUNTRY, Rules(n_clusters=2), HALVES, Priorities(travel_by="pupils", **weights)
    )
    assert certificate.objective == pytest.approx(cost, rel=1e-12)


def test_each_extra_piece_of_a_pyramid_costs_an_average_school_over_a_kilometre():
    certificate = verify(
        COUNTRY, Rules(n_clusters=2), TODAY, Priorities(travel_by="pupils", travel=0, pyramids=1)
    )
    assert certificate.objective == pytest.approx(1000 * 3.5 * 2)  # x and y both fall in two


def test_a_move_is_counted_against_the_group_of_the_centre():
    today = {"1": "p", "2": "p", "3": "q", "4": "q", "5": "q", "6": "q"}
    priorities = Priorities(travel_by="pupils", travel=0, change=1, reference=today)
    certificate = verify(COUNTRY, Rules(n_clusters=2), HALVES, priorities)
    assert certificate.objective == pytest.approx(1000 * 3.5 * 1)  # school 4 joins p


def test_prices_are_per_minute_where_journeys_are_in_minutes():
    problem = Problem.from_arrays(
        ["a", "b", "c"], np.zeros((3, 2)), {"need": [1, 2, 6]}, travel_min=10 * (1 - np.eye(3))
    )
    plan = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    rules = Rules(n_clusters=2, max_travel_min=10, contiguous=False)
    certificate = verify(problem, rules, plan, Priorities(balance=5))
    assert certificate.ok
    assert dict(certificate.costs) == {"travel": 20.0, "balance": 5 * (1.5 + 1.5)}


def test_unweighted_journeys_count_each_school_once():
    certificate = verify(
        GRID, Rules(n_clusters=2), drawn_plan(LEFT_RIGHT), Priorities(travel_by="schools")
    )
    left = 1000 * (1 + 1 + math.sqrt(2) + 2 + math.sqrt(5))
    right = 1000 * (1 + 1 + 1 + math.sqrt(2) * 2)
    assert certificate.objective == pytest.approx(left + right)


def test_without_priorities_the_default_ones_count_where_they_fit():
    rules = Rules(n_clusters=2)
    with_need = verify(GRID, rules, drawn_plan(LEFT_RIGHT))
    assert (
        with_need.objective == verify(GRID, rules, drawn_plan(LEFT_RIGHT), Priorities()).objective
    )
    bare = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], neighbours=[("a", "b")])
    assert verify(bare, rules, Plan.from_assignment({"a": "a", "b": "b"})).objective is None
