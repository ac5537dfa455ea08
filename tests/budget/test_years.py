"""Part years and instalments add up in both directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import split_budget, years
from clusters.errors import MoneyError
from tests.budget.authority import authority


def test_eighteen_million_from_september():
    """7/12 = 10,500,000.00 and 5/12 = 7,500,000.00; worked_examples.md 4.11."""
    table = years.by_year({"all": 1_800_000_000})
    assert table.parts == ("first financial year", "next financial year")
    assert table.pence == ((1_050_000_000, 750_000_000),)


@pytest.mark.parametrize(("month", "twelfths"), [(4, 12), (9, 7), (10, 6), (1, 3), (3, 1), (12, 4)])
def test_parts_of_the_year_by_start_month(month, twelfths):
    """Norfolk used 6/12 for an October start (domain.md section 2)."""
    parts = list(years.year_parts(month).values())
    assert parts[0] * 12 == twelfths
    assert sum(parts) == 1


@pytest.mark.parametrize("month", [0, 13, "9", True, 9.0])
def test_months_that_do_not_exist(month):
    with pytest.raises(MoneyError, match="not one of 1 to 12"):
        years.year_parts(month)


def test_instalments_are_named_in_the_order_of_payment():
    assert years.instalments({"a": 5}).parts[:2] == ("September", "October")
    assert years.instalments({"a": 5}, start_month=4).parts[-1] == "March"
    assert years.instalments({"a": 5}, "termly", 4).parts == ("summer", "autumn", "spring")
    assert years.instalments({"a": 5}, "termly", 1).parts == ("spring", "summer", "autumn")


@given(
    st.dictionaries(st.integers(0, 99), st.integers(0, 10**9), min_size=1, max_size=9),
    st.sampled_from(["year", "monthly", "termly"]),
    st.integers(1, 12),
)
def test_rows_and_columns_add_up_and_cells_are_near(amounts, kind, month):
    if kind == "year":
        table = years.by_year(amounts, month)
        parts = list(years.year_parts(month).values())
    else:
        table = years.instalments(amounts, kind, month)
        parts = [1 / len(table.parts)] * len(table.parts)
    assert [sum(row) for row in table.pence] == list(amounts.values())
    total = sum(amounts.values())
    assert sum(table.totals) == total
    assert all(
        abs(got - total * part) < 1.001 for got, part in zip(table.totals, parts, strict=True)
    )
    for key, row in zip(table.keys, table.pence, strict=True):
        for got, part in zip(row, parts, strict=True):
            assert abs(got - amounts[key] * part) < 2


def test_the_calendar_of_a_split():
    problem, plan = authority(12, 3)
    pot = cl.Pot("100000.01", committed={problem.ids[0]: "500.50"}, contingency="3%")
    split = split_budget(problem, plan, pot, cl.Formula({"pupils": 1}))
    frame = years.instalments(split).to_frame()
    assert frame["key"].tolist() == ["C1", "C2", "C3"]
    assert frame["total_pence"].sum() == 10_000_001 - split.held_pence
    assert (
        frame.drop(columns=["key", "total_pence"]).sum(axis=1).tolist()
        == frame["total_pence"].tolist()
    )
    by_school = years.by_year(split, level="school")
    assert by_school.keys == problem.ids


def test_what_is_no_calendar():
    with pytest.raises(MoneyError, match="no such rhythm"):
        years.instalments({"a": 1}, "weekly")
    with pytest.raises(MoneyError) as caught:
        years.by_year({"a": -1, "b": 2.5, "c": 3})
    assert len(caught.value.faults) == 2


def test_april_fills_one_financial_year():
    assert list(years.year_parts(4)) == ["first financial year"]
    assert list(years.year_parts(5)) == ["first financial year", "next financial year"]
    assert years.year_parts() == years.year_parts(9)
    assert years.instalments({"a": 5}, "termly", 12).parts == ("spring", "summer", "autumn")


def test_the_order_of_the_rows_moves_no_penny():
    amounts = {"9": 1, "10": 1, "b": 1, "a": 1, "100": 1}
    there, back = years.by_year(amounts), years.by_year(dict(reversed(amounts.items())))
    assert dict(zip(there.keys, there.pence, strict=True)) == dict(
        zip(back.keys, back.pence, strict=True)
    )
    assert there.keys == tuple(amounts)


def test_totals_of_the_parts_are_those_of_the_whole_sum():
    table = years.by_year({"a": 1, "b": 1, "c": 10})
    assert table.totals == (7, 5)
