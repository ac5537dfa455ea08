"""Methods of apportionment against the literature (worked_examples.md 4.4 and 4.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.budget.apportionment import METHODS, apportion
from clusters.errors import MoneyError

FIRST = [5117, 4400, 162, 161, 160]
SECOND = [9061, 7179, 5259, 3319, 1182]


@pytest.mark.parametrize(
    ("votes", "seats", "method", "expected"),
    [
        (FIRST, 100, "largest remainder", [51, 44, 2, 2, 1]),
        (FIRST, 100, "d'hondt", [52, 45, 1, 1, 1]),
        (FIRST, 100, "sainte-lague", [51, 43, 2, 2, 2]),
        (FIRST, 100, "huntington", [51, 43, 2, 2, 2]),
        (FIRST, 100, "adams", [51, 43, 2, 2, 2]),
        (FIRST, 100, "dean", [51, 43, 2, 2, 2]),
        (FIRST, 100, "quota", [52, 44, 2, 1, 1]),
        (SECOND, 26, "largest remainder", [9, 7, 5, 4, 1]),
        (SECOND, 26, "d'hondt", [10, 7, 5, 3, 1]),
        (SECOND, 26, "sainte-lague", [9, 8, 5, 3, 1]),
        (SECOND, 26, "huntington", [9, 7, 6, 3, 1]),
        (SECOND, 26, "adams", [9, 7, 5, 3, 2]),
        (SECOND, 26, "dean", [9, 7, 5, 4, 1]),
        ([6, 1], 4, "sainte-lague", [3, 1]),
        *[([14, 28, 7, 35], 12, method, [2, 4, 1, 5]) for method in METHODS],
    ],
)
def test_balinski_and_young_1975(votes, seats, method, expected):
    """As in the tests of martinlackner/apportionment."""
    assert apportion(seats, votes, method) == expected


@given(st.integers(0, 60), st.lists(st.integers(0, 99), min_size=1, max_size=6))
def test_every_method_gives_out_everything_and_nothing_to_nobody(total, weights):
    if not any(weights):
        weights[0] = 1
    for method in METHODS:
        units = apportion(total, weights, method)
        assert sum(units) == total
        assert all(u >= 0 and (w or not u) for u, w in zip(units, weights, strict=True))


@given(st.integers(0, 60), st.lists(st.integers(1, 99), min_size=1, max_size=6))
def test_the_quota_method_keeps_the_quota_and_has_no_paradox(total, weights):
    units, more = (apportion(t, weights, "quota") for t in (total, total + 1))
    quotas = [total * w / sum(weights) for w in weights]
    assert all(int(q) <= u + 1e-9 and u < q + 1 for u, q in zip(units, quotas, strict=True))
    assert all(a <= b for a, b in zip(units, more, strict=True))


def test_faults_all_at_once():
    with pytest.raises(MoneyError) as caught:
        apportion(-1, [1, -2, "x"], "best")
    assert len(caught.value.faults) == 4


def test_largest_remainder_is_the_default_and_equal_bids_go_to_the_first():
    assert apportion(26, SECOND) == [9, 7, 5, 4, 1]
    for method in METHODS:
        assert apportion(1, [5, 5], method) == [1, 0]
        assert apportion(3, [0, 5, 5], method) == [0, 2, 1]


def test_only_some_methods_give_everyone_a_first_unit():
    given = {method: apportion(3, [97, 2, 1], method) for method in METHODS}
    assert [m for m, units in given.items() if units == [1, 1, 1]] == [
        "huntington",
        "adams",
        "dean",
    ]
    assert apportion(2, [1, 97, 2], "adams") == [0, 1, 1]


def test_the_quota_method_never_gives_more_than_the_quota_rounded_up():
    assert apportion(4, [3, 1], "quota") == [3, 1]
    assert apportion(2, [1, 1], "quota") == [1, 1]
    assert apportion(8, [6, 1, 1], "quota") == [6, 1, 1]


def test_one_unreadable_weight_is_one_fault():
    with pytest.raises(MoneyError) as caught:
        apportion(1, ["x", 1, 0])
    assert len(caught.value.faults) == 1
