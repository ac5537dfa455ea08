"""Published tables: those that add up, those that do not, and those that rounding explains."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from clusters import money
from clusters.budget import adding_up
from clusters.errors import MoneyError

F = Fraction


@pytest.mark.parametrize(
    ("lines", "total", "difference", "explained"),
    [
        # Central services, 2020-21 and 2021-22 (mgAi.aspx?ID=17334): the second does not add up
        ("31,000 170,400 401,900 139,600 292,000 331,100 886,200", "2,252,200", 0, True),
        ("31,000 170,400 401,900 139,600 292,000 330,900 874,100 36,300", "2,274,500", 1700, False),
        # Dedicated schools grant in £m, rounded line by line
        ("302.18 1.59 2.25 43.17 28.64", "377.83", 0, True),
        ("302.18 1.59 2.25 43.17 28.64", "377.84", F(-1, 100), True),
        ("324.48 1.65 2.27 48.82 29.30", "406.52", 0, True),
        ("324.48 1.65 2.27 48.82 29.30", "406.54", F(-2, 100), True),
        # Reserve at 31 March 2021 in £k (mgAi.aspx?ID=18011), with credits below 0
        ("12,876.8 10,548.0", "23,424.8", 0, True),
        ("23,424.8 -1,225.7 -329.2 -2,864.8 4,146.6 1,954.1", "25,105.8", 0, True),
        # The Forum's minutes of December 2023 in £m
        ("6.6 6.4", "13.0", 0, True),
        ("13.0 4", "17", 0, True),
    ],
)
def test_the_tables_of_kirklees(lines, total, difference, explained):
    """Kirklees papers; shared/worked_examples.md 4.9."""
    table = adding_up(lines.split(), total)
    assert table.difference == difference
    assert table.adds_up is (difference == 0)
    assert table.rounding_explains_it is explained
    assert table.found == table.published + difference


@pytest.mark.parametrize(
    ("lines", "total", "slack"),
    [
        (["1", 2, Decimal("3")], 6, 2),
        (["1.5 ", "2.25"], "3.75", F(1, 20) + F(1, 100)),
        ([], 0, F(1, 2)),
    ],
)
def test_rounding_explains_half_of_the_last_decimal_of_every_line(lines, total, slack):
    assert adding_up(lines, total).slack == slack


def test_rounding_explains_up_to_its_slack_and_no_more():
    assert adding_up(["1.1", "1.1"], "2.35").rounding_explains_it is False
    assert adding_up(["1.1", "1.1"], "2.3").rounding_explains_it is True
    assert adding_up(["1.1", "1.1"], "2.1").rounding_explains_it is True
    assert adding_up(["1.1", "1.1"], "2.4").rounding_explains_it is False


@pytest.mark.parametrize(
    ("lines", "total", "words"),
    [
        ([1.5], 2, "line 1 is a float"),
        (["1", "x"], 2, "line 2 is not a number"),
        (["1"], 1.0, "the published total is a float"),
    ],
)
def test_what_is_no_table(lines, total, words):
    with pytest.raises(MoneyError, match=words):
        adding_up(lines, total)


@pytest.mark.parametrize(
    ("balance", "percent", "fund"),
    [
        ("7,602", "2.9%", 262_138),
        ("9,436", "6.1%", 154_689),
        ("25,776", "22.9%", 112_559),
        ("15,524", "9.65%", 160_870),
        ("10,969", "11%", 99_718),
        ("-1,487", "-1.74%", 85_460),
    ],
)
def test_the_panel_funds_behind_published_balances(balance, percent, fund):
    """Bath and North East Somerset behaviour panels (docest 676199); worked_examples.md 4.7.

    A balance and its rounded percentage imply the fund; the fund gives the percentage back.
    """
    share = money.percentage(percent)
    implied = money.exact_number(balance) / share
    assert money.round_half_up(implied) == fund
    decimals = len(percent.rstrip("%").partition(".")[2])
    again = money.exact_number(balance) / fund * 100 * 10**decimals
    assert F(money.round_half_up(again), 10**decimals) == share * 100
