"""Arguments that mean something else than they say are refused, with what to write instead."""

from __future__ import annotations

import importlib
import math
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

import clusters as cl
from clusters.budget import Assumptions, Backdated, Protection, Scenario, sensitivity
from clusters.errors import MoneyError
from clusters.money import pence
from tests.budget.authority import authority

equity = importlib.import_module("clusters.budget.fairness")


def some_split():
    problem, plan = authority(6, 2)
    return cl.split_budget(problem, plan, "1000", cl.Formula({"ehcps": 3, "sen_support": 1}))


DAY = date(2026, 9, 1)


@pytest.mark.parametrize("value", ["0.03", Decimal("0.03"), Fraction(3, 100), " 0.99 ", "£0.50"])
@pytest.mark.parametrize("what", ["contingency", "low_incidence"])
def test_a_share_of_the_pot_without_its_sign_is_not_three_pence(what, value):
    with pytest.raises(MoneyError, match=r"carry its sign - write \"\d+%\" for that share"):
        cl.Pot("18000000", **{what: value})
    assert cl.Pot("18000000", **{what: "3%"}).flexible_pence == 1_746_000_000
    assert cl.Pot("18000000", **{what: "1"}).flexible_pence == 1_799_999_900


@pytest.mark.parametrize("name", ["growth", "growth_spread", "price", "price_spread"])
@pytest.mark.parametrize("value", ["5", 5, 1, "1", 5.0, Decimal(9)])
def test_a_growth_without_its_sign_is_not_500_per_cent(name, value):
    with pytest.raises(MoneyError, match=f"{name} lacks its sign"):
        Assumptions(**{name: value})
    assert getattr(Assumptions(**{name: "500%"}), name) == "500%"
    assert getattr(Assumptions(**{name: 0.05}), name) == 0.05


@pytest.mark.parametrize(
    "call",
    [
        lambda: Protection(floor="9.5"),
        lambda: Protection(cap=5),
        lambda: Protection(cap=2.5),
        lambda: cl.Formula(shares={"pupils": 15}),
        lambda: sensitivity(some_split(), 10),
        lambda: sensitivity(some_split(), "10"),
    ],
)
def test_other_shares_need_their_sign_too(call):
    with pytest.raises(MoneyError, match="may be meant in per cent"):
        call()


def test_shares_that_can_mean_one_thing_only_stay():
    assert Protection(floor="0.95", cap=1.1).cap == 1.1
    assert Protection(cap="500%").cap == "500%"
    assert Protection(cap=Fraction(5)).cap == 5


@pytest.mark.parametrize("value", [5, 1.01, -0.1, "5%", math.nan, True, None])
def test_a_backlog_is_a_share_of_the_plans(value):
    with pytest.raises(MoneyError, match="backlog_share"):
        Scenario(name="late", backlog_share=value)
    assert Scenario(name="late", backlog_share=0.05).backlog_share == 0.05


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-01",
        None,
        20260101,
        datetime(2026, 1, 1),
        pd.Timestamp("2026-01-01"),
        date(205, 1, 1),
        date(1999, 12, 31),
        date(2205, 1, 1),
    ],
)
@pytest.mark.parametrize("name", ["compliance_date", "paid_from"])
def test_dates_of_other_kinds_or_unlikely_years_are_refused(name, value):
    dates = {"compliance_date": DAY, "paid_from": DAY, name: value}
    with pytest.raises(MoneyError, match=name):
        Backdated(urn="101", a_year="7300", **dates)


@pytest.mark.parametrize("value", ["Backdated", [None], {"101": "7300"}, 3])
def test_payments_of_another_kind_are_refused(value):
    with pytest.raises(MoneyError, match="backdated holds something else"):
        cl.Pot("1000", backdated=value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_to_be_written_as_text(value):
    with pytest.raises(MoneyError) as caught:
        pence(value)
    assert "as text" not in str(caught.value)
    assert "is not a number" in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: equity.need_line([0, 0], [1, 2]),
        lambda: equity.need_line([], []),
        lambda: equity.need_line([1, 2], [1, 2], [0, 0]),
        lambda: equity.need_line([1, 2], [1, 2], [1]),
        lambda: equity.need_line([1, 2], [1]),
        lambda: equity.need_line(None, [1]),
        lambda: equity.need_line([1, "x"], [1, 2]),
        lambda: equity.need_line([1, math.nan], [1, 2]),
        lambda: equity.gini(["a"]),
        lambda: equity.gini({1.0, 2.0}),
        lambda: equity.gini(None),
        lambda: equity.hoover([0, 0]),
        lambda: equity.theil_t([1, 2], [1, None]),
    ],
)
def test_figures_of_nothing_are_refused(call):
    with pytest.raises(MoneyError):
        call()


def test_a_line_through_equal_needs_is_flat():
    assert equity.need_line([1, 3], [5, 5]) == (2, 0, 0.5)


def test_sensitivity_takes_a_share():
    split = some_split()
    assert sensitivity(split, "10%").equals(sensitivity(split, 0.1))
