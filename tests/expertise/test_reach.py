"""What providers outside the clusters reach, and what stays open."""

from __future__ import annotations

import math

import pytest

from clusters import (
    Capacity,
    DataError,
    RulesError,
    measure,
)
from clusters.expertise import (
    need_beyond_reach,
    reach,
)
from tests.expertise.here import HERE, NOBODY, POLICY, THREE, TWO, outreach


def test_a_provider_fills_the_gap_of_a_cluster_within_its_reach() -> None:
    found = reach(NOBODY, TWO, POLICY, providers=[outreach()])
    assert (found.gaps, found.gaps_after) == (1, 0)
    assert (found.unmet, found.unmet_after) == (4, 1)


def test_a_provider_fills_no_gap_beyond_its_reach() -> None:
    found = reach(NOBODY, TWO, POLICY, providers=[outreach(reach_m=399.0)])
    assert (found.gaps_after, found.unmet_after) == (1, 4)


def test_a_provider_is_not_in_the_plan_nor_in_its_measures() -> None:
    before = measure(NOBODY, TWO, POLICY).whole.expertise_gaps
    reach(NOBODY, TWO, POLICY, providers=[outreach()])
    assert measure(NOBODY, TWO, POLICY).whole.expertise_gaps == before == 1


def test_without_a_policy_what_is_given_is_not_known() -> None:
    found = reach(NOBODY, TWO, providers=[outreach()])
    assert math.isnan(found.rows[0].given)
    assert math.isnan(found.unmet)


def test_pupils_within_a_stated_journey_of_a_holder_are_counted() -> None:
    near = reach(HERE, THREE, within_m=1000)
    by_cluster = {row.cluster: row.in_reach for row in near.rows}
    # holders are schools 1, 4, 6; within 1,000 m are 1, 2 | 3, 4 | 5, 6
    assert by_cluster == {"1": 5, "2": 5, "3": 5}
    none = reach(HERE, THREE, within_m=0)
    assert {row.cluster: row.in_reach for row in none.rows} == {"1": 1, "2": 2, "3": 0}
    assert none.share_in_reach == pytest.approx(3 / 15)


def test_a_limit_in_the_wrong_unit_is_refused() -> None:
    with pytest.raises(RulesError, match="within_min is given but"):
        reach(HERE, THREE, within_min=10)


def test_reach_agrees_with_measure() -> None:
    rows = reach(HERE, THREE, POLICY).rows
    access = measure(HERE, THREE, POLICY).expertise
    assert [(r.cluster, r.kind, r.capacity, r.unmet, r.gap) for r in rows] == [
        (a.cluster, a.kind, a.capacity, a.unmet, a.gap) for a in access
    ]


def test_need_beyond_reach_is_what_the_solver_is_then_pressed_by() -> None:
    far = need_beyond_reach(HERE, within_m=500)
    assert [s.need["asd"].ehcps if s.need else None for s in far.schools] == [0, 4, 3, 0, 5, None]
    assert far.measure("pupils").tolist() == HERE.measure("pupils").tolist()


def test_need_within_a_providers_reach_counts_as_served() -> None:
    far = need_beyond_reach(HERE, within_m=500, providers=[outreach(easting=1000.0)])
    assert far.schools[1].need["asd"].ehcps == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"urn": "1"}, "is a school of the problem"),
        ({"capacity": {"asd": Capacity(amount=1, unit="places")}}, "is in places, that of the"),
        ({"capacity": {"azd": Capacity(amount=1, unit="level")}}, "did you mean 'asd'"),
    ],
)
def test_a_provider_that_does_not_fit_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        reach(HERE, THREE, providers=[outreach(**changes)])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": {"asd": 5}}, "capacity of type 'asd' has no unit"),
        ({"reach_m": -1}, "reach_m is not a number of 0 or more"),
        ({"easting": math.nan}, "easting is not a number"),
    ],
)
def test_a_faulty_provider_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        outreach(**changes)


@pytest.mark.parametrize(("amount", "unit"), [(-1, "places"), (1, " "), (math.nan, "places")])
def test_capacity_without_unit_or_negative_is_refused(amount: float, unit: str) -> None:
    with pytest.raises(DataError):
        Capacity(amount=amount, unit=unit)


def test_two_clusters_with_one_label_are_refused() -> None:
    doubled = THREE.relabelled({"2": "1"})
    with pytest.raises(DataError, match="two clusters have the label '1'"):
        reach(HERE, doubled)
