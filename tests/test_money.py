"""Whole pence: reading, writing, largest remainder and controlled rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters import money
from clusters.errors import MoneyError

F = Fraction


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("18000000", 1_800_000_000),
        ("£18,000,000.00", 1_800_000_000),
        (" 1,234.5 ", 123_450),
        (".05", 5),
        ("7.", 700),
        (12, 1_200),
        (np.int64(12), 1_200),
        (Decimal("1E+3"), 100_000),
        (Decimal("0.01"), 1),
        (F(1, 4), 25),
        (0, 0),
    ],
)
def test_pounds_become_whole_pence(value, expected):
    assert money.pence(value) == expected
    assert type(money.pence(value)) is int


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1, 'is a float, which cannot hold pounds and pence exactly - .*"0.10"'),
        (np.float64(2), "is a float"),
        (True, "is not a number"),
        (None, "is not a number"),
        ("", "is not a number"),
        ("12,34", "is not a number"),
        ("1e3", "is not a number"),
        ("££5", "is not a number"),
        ("x£5", "is not a number"),
        ("£5 a pupil", "is not a number"),
        (Decimal("Infinity"), "is not a number"),
        (Decimal("1E+999999"), "is not a number"),
        ("1" * 31, "has more than 30 digits"),
        ("0.005", "is not a whole number of pence"),
        (F(1, 3), "is not a whole number of pence"),
        ("-1", "is less than £0.00 - give £0.00 or more"),
    ],
)
def test_what_is_not_pounds_is_refused_by_name(value, words):
    with pytest.raises(MoneyError, match=f"rent {words}"):
        money.pence(value, "rent")


def test_the_value_is_quoted_in_the_error():
    with pytest.raises(MoneyError, match=r"value '0\.005': the sum is"):
        money.pence("0.005")


def test_the_least_sum_allowed():
    assert money.pence("-0.01", least=None) == -1
    assert money.pence("0.05", least=5) == 5
    with pytest.raises(MoneyError, match=r"less than £0\.05"):
        money.pence("0.04", least=5)


def test_thirty_digits_with_their_commas_are_read():
    assert money.pence("1" * 30) == int("1" * 30) * 100
    assert money.pence("123,456,789,012,345,678,901,234.00") == 12345678901234567890123400


def test_parts_of_a_penny_are_kept_where_asked():
    assert money.exact_pence("0.005") == F(1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.1, F(1, 10)), (1e-7, F(1, 10**7)), ("-2.5", F(-5, 2)), (F(1, 3), F(1, 3)), (7, F(7))],
)
def test_numbers_that_are_not_money_may_be_floats(value, expected):
    assert money.exact_number(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "5%", [1]])
def test_not_a_number(value):
    with pytest.raises(MoneyError, match="the number is not a number"):
        money.exact_number(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("5%", F(1, 20)), (" 5 % ", F(1, 20)), ("0.05", F(1, 20)), (5, F(5)), ("-5%", F(-1, 20))],
)
def test_only_the_sign_makes_a_percentage(value, expected):
    assert money.percentage(value) == expected


def test_a_measure_is_its_six_decimals():
    assert money.measure_number(1 / 3) == F(333333, 10**6)
    assert money.measure_number(0.0000005) in (F(0), F(1, 10**6))
    assert money.measure_number(np.float64(3)) == 3


@pytest.mark.parametrize(
    ("value", "expected"), [(F(1, 2), 1), (F(-1, 2), 0), (F(5, 2), 3), (F(49, 100), 0), (F(4), 4)]
)
def test_halves_round_up(value, expected):
    assert money.round_half_up(value) == expected


@pytest.mark.parametrize(
    ("value", "text", "decimal"),
    [
        (0, "£0.00", "0.00"),
        (5, "£0.05", "0.05"),
        (41_231_022, "£412,310.22", "412310.22"),
        (-120_100, "-£1,201.00", "-1201.00"),
        (-5, "-£0.05", "-0.05"),
    ],
)
def test_pence_are_written_as_pounds(value, text, decimal):
    assert money.pounds(value) == text
    assert str(money.as_pounds(value)) == decimal


@given(st.integers(-(10**15), 10**15))
def test_pounds_read_back(value):
    assert money.pence(money.pounds(value), least=None) == value
    assert money.as_pounds(value) * 100 == value


def test_urns_sort_by_number_and_text_by_alphabet():
    keys = ["b", "100", 20, "a", "9"]
    assert sorted(keys, key=money.lowest_first) == ["9", 20, "100", "a", "b"]


def seats(votes, total):
    return money.largest_remainder(money.proportional(total, votes))


@pytest.mark.parametrize(
    ("votes", "total", "expected"),
    [
        # Alabama paradox: the last loses a seat when there is one more (worked_examples.md 4.4)
        ([1500, 1500, 900, 500, 500, 200], 25, [7, 7, 4, 3, 3, 1]),
        ([1500, 1500, 900, 500, 500, 200], 26, [8, 8, 5, 2, 2, 1]),
        # Balinski and Young 1975, in martinlackner/apportionment (worked_examples.md 4.5)
        ([5117, 4400, 162, 161, 160], 100, [51, 44, 2, 2, 1]),
        ([9061, 7179, 5259, 3319, 1182], 26, [9, 7, 5, 4, 1]),
        ([14, 28, 7, 35], 12, [2, 4, 1, 5]),
    ],
)
def test_largest_remainder_of_the_literature(votes, total, expected):
    assert seats(votes, total) == expected


def test_equal_remainders_go_to_the_lower_key():
    half = [F(1, 2), F(1, 2)]
    assert money.largest_remainder(half) == [1, 0]
    assert money.largest_remainder(half, keys=["b", "a"]) == [0, 1]
    assert money.largest_remainder(half, keys=["10", "9"]) == [0, 1]


def test_a_total_that_is_the_sum_rounded_either_way():
    shares = [F(1, 4), F(1, 2)]
    assert money.largest_remainder(shares, 0) == [0, 0]
    assert money.largest_remainder(shares, 1) == [0, 1]
    assert money.largest_remainder([]) == []


@pytest.mark.parametrize(("shares", "total"), [([F(1, 2)], None), ([F(1)], 2), ([F(1)], 0)])
def test_a_total_that_is_not_the_sum_is_refused(shares, total):
    with pytest.raises(MoneyError, match="give a total that is their sum, rounded up or down"):
        money.largest_remainder(shares, total)


@given(
    st.integers(0, 10**10),
    st.lists(st.fractions(0, 1000, max_denominator=50), min_size=1, max_size=12),
)
def test_a_share_is_within_a_penny_and_in_the_order_of_need(total, weights):
    if not any(weights):
        weights[0] = F(1)
    exact = money.proportional(total, weights)
    paid = money.largest_remainder(exact)
    assert sum(paid) == total
    assert all(abs(got - share) < 1 for got, share in zip(paid, exact, strict=True))
    ranked = sorted(zip(exact, paid, strict=True))
    assert [got for _, got in ranked] == sorted(paid)


def test_nothing_by_no_weights_is_nothing():
    assert money.proportional(0, [0, 0]) == [0, 0]
    with pytest.raises(MoneyError, match="every weight is 0"):
        money.proportional(1, [0, 0])
