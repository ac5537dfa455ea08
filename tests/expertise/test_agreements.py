"""Agreements: who gives what to whom."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import (
    Plan,
    Priorities,
    propose_sharing,
)
from clusters.domain import Cluster
from clusters.expertise.transport import transport
from tests.expertise.here import HERE, NOBODY, POLICY, THREE, TWO, _row_of, outreach
from tests.worlds import world


def test_spare_capacity_goes_to_unmet_need() -> None:
    found = propose_sharing(HERE, THREE, POLICY)
    # cluster 1 has 9 for 5 pupils, 2 has 4 for 5, 3 has 2 for 5: 4 to spare, 1 and 3 lacking
    assert (found.unmet_before, found.unmet_after) == (4, 0)
    given = {(a.giver, a.receiver): a.amount for a in found.rows}
    assert given == {("1", "2"): 1.0, ("1", "3"): 3.0}


def test_nobody_gives_what_its_own_pupils_need() -> None:
    poor = world("1 1 1 1", expertise={"asd": "3 ? 1 ?"}, need={"asd": "2 2 4 4"})
    assert propose_sharing(poor, TWO, POLICY).rows == ()


def test_the_nearest_giver_is_taken_where_several_could() -> None:
    rich = world("1 1 1 1 1 1", expertise={"asd": "9 ? ? ? 9 ?"}, need={"asd": "1 1 3 1 1 1"})
    found = propose_sharing(rich, THREE, POLICY)
    assert [(a.giver, a.receiver, a.journey) for a in found.rows] == [("1", "2", 2000.0)]


def test_a_limit_on_the_journey_holds() -> None:
    found = propose_sharing(HERE, THREE, POLICY, within_m=2500)
    assert [(a.giver, a.receiver) for a in found.rows] == [("1", "2")]


def test_agreements_too_small_for_a_meeting_are_left_out() -> None:
    found = propose_sharing(HERE, THREE, POLICY, at_least=2)
    assert [a.receiver for a in found.rows] == ["3"]
    assert found.unmet_after == 1


def test_without_a_policy_a_gap_is_paired_with_the_nearest_holder() -> None:
    found = propose_sharing(NOBODY, TWO)
    assert [(a.giver, a.receiver, a.holder) for a in found.rows] == [("2", "1", "4")]
    assert math.isnan(found.rows[0].amount)
    assert (found.gaps_before, found.gaps_after) == (1, 0)


def test_a_provider_takes_part_in_agreements() -> None:
    found = propose_sharing(NOBODY, TWO, POLICY, providers=[outreach()])
    assert {a.giver for a in found.rows} == {"2", "Moor School"}
    assert found.unmet_after == 0


def test_agreements_read_as_sentences() -> None:
    text = str(propose_sharing(HERE, THREE, POLICY).rows[0])
    assert text == "1 gives 2 1.0 level of asd from School 1, enough for 1 pupils."


@settings(max_examples=40, deadline=None)
@given(
    supply=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    demand=st.lists(st.integers(0, 9), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
)
def test_transport_carries_all_that_it_can(supply: list[int], demand: list[int], seed: int) -> None:
    dice = np.random.default_rng(seed)
    journey = np.where(
        dice.random((len(supply), len(demand))) < 0.3,
        math.inf,
        dice.integers(1, 99, (len(supply), len(demand))),
    )
    carried = transport(np.array(supply, float), np.array(demand, float), journey)
    assert (carried.sum(axis=1) <= np.array(supply) + 1e-6).all()
    assert (carried.sum(axis=0) <= np.array(demand) + 1e-6).all()
    assert not carried[np.isinf(journey)].any()
    assert carried.sum() == pytest.approx(max_flow(supply, demand, journey), abs=1e-4)


def max_flow(supply: list[int], demand: list[int], journey: np.ndarray) -> float:
    """Most that can be carried: the smallest cut over all sets of suppliers."""
    best = math.inf
    for mask in range(1 << len(supply)):
        inside = [s for s in range(len(supply)) if mask >> s & 1]
        outside = sum(supply[s] for s in range(len(supply)) if s not in inside)
        reached = [d for d in range(len(demand)) if any(np.isfinite(journey[s, d]) for s in inside)]
        best = min(best, outside + sum(demand[d] for d in reached))
    return best


ONE_EACH = Priorities(travel_by="pupils", expertise=1, pupils_per_capacity={"HI": 1})


def test_no_school_gives_more_than_it_has() -> None:
    problem = _row_of([("1", 0, 18, 0), ("2", 1000, 0, 10), ("3", 9000, 0, 10)])
    plan = Plan((Cluster("West", "1", ("1",)), Cluster("East", "2", ("2", "3"))))
    found = propose_sharing(problem, plan, ONE_EACH)
    assert [(row.holder, row.amount) for row in found.rows] == [("2", 10.0), ("3", 8.0)]
    assert found.unmet_after == 0
    # what East needs itself it keeps
    less = _row_of([("1", 0, 18, 0), ("2", 1000, 5, 10), ("3", 9000, 4, 10)])
    assert sum(row.amount for row in propose_sharing(less, plan, ONE_EACH).rows) == 11.0


def test_what_is_not_worth_a_meeting_is_left_out_before_not_after() -> None:
    problem = _row_of([("1", 0, 6, 0), ("2", 1000, 0, 3), ("3", 2000, 0, 3), ("4", 9000, 0, 6)])
    plan = Plan(
        tuple(Cluster(label, urn, (urn,)) for label, urn in zip("ABCD", "1234", strict=True))
    )
    found = propose_sharing(problem, plan, ONE_EACH, at_least=4)
    assert [(row.giver, row.amount) for row in found.rows] == [("D", 6.0)]
    assert found.unmet_after == 0
    # two schools of one cluster reach the amount between them
    both = Plan(
        (Cluster("A", "1", ("1",)), Cluster("B", "2", ("2", "3")), Cluster("D", "4", ("4",)))
    )
    rows = propose_sharing(problem, both, ONE_EACH, at_least=4).rows
    assert {row.giver for row in rows} == {"B"}
    assert sum(row.amount for row in rows) == 6.0
