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


def test_two_pots_and_three_people():
    """The penny split of stackoverflow 924019; worked_examples.md 4.6."""
    people = {"first": 34_567_889, "second": 46_059_973, "third": 30_483_248}
    table = years.by_pot(people, {"one": 98_765_432, "other": 12_345_678})
    assert table.keys == ("first", "second", "third")
    assert table.parts == ("one", "other")
    assert table.pence == (
        (30_727_013, 3_840_876),
        (40_942_198, 5_117_775),
        (27_096_221, 3_387_027),
    )


def test_a_split_paid_from_two_pots():
    problem, plan = authority(12, 3)
    split = split_budget(problem, plan, "1000.01", cl.Formula({"pupils": 1}))
    for level in ("cluster", "school"):
        table = years.by_pot(split, {"high needs": 66_667, "schools block": 33_334}, level)
        assert table.totals == (66_667, 33_334)
        assert [sum(row) for row in table.pence] == [s.total_pence for s in split.shares(level)]
    pots = {"high needs": 66_667, "schools block": 33_334}
    assert years.by_pot(split, pots) == years.by_pot(split, pots, "cluster")
    assert years.by_pot({"a": 0}, {"x": 0}).pence == ((0,),)
    with pytest.raises(MoneyError, match=r"pots come to £0\.05 and the amounts to £0\.04"):
        years.by_pot({"a": 4}, {"x": 5})
    with pytest.raises(MoneyError, match="the amount of 'x' is not a whole number of pence"):
        years.by_pot({"a": 4}, {"x": 4.0})


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


def test_urns_take_their_pennies_by_number():
    """9 comes before 10, as 1 before 2, whether they are numbers or text."""
    for kind in ("monthly", "termly"):
        plain = years.instalments({1: 1, 2: 1, 3: 5}, kind)
        by_number = years.instalments({"10": 1, "9": 1, "100": 5}, kind)
        rows = dict(zip(by_number.keys, by_number.pence, strict=True))
        assert (rows["9"], rows["10"], rows["100"]) == plain.pence


def test_instalments_by_hand():
    assert years.instalments({"a": 12}).pence == ((1,) * 12,)
    assert years.instalments({"a": 6, "b": 3}, "termly").pence == ((2, 2, 2), (1, 1, 1))
    assert years.instalments({"a": 3}, "termly", 5).parts == ("autumn", "spring", "summer")
    assert years.by_year({"a": 24}, 10).pence == ((12, 12),)
