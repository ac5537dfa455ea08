"""Tables of whole pence keep the totals of their rows and columns."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters import money
from clusters.budget.rounding import controlled_rounding
from clusters.errors import MoneyError

F = Fraction


def test_two_pots_and_three_people():
    """The penny split of stackoverflow 924019; worked_examples.md 4.6."""
    pots, people = [98765432, 12345678], [34567889, 46059973, 30483248]
    exact = [[F(pot * person, sum(pots)) for person in people] for pot in pots]
    assert controlled_rounding(exact, pots, people) == [
        [30727013, 40942198, 27096221],
        [3840876, 5117775, 3387027],
    ]


cells = st.fractions(0, 20, max_denominator=12)


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(
            st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6
        )
    )
)
def test_tables_keep_both_totals(table):
    rounded = controlled_rounding(table)
    rows = money.largest_remainder(
        [sum(row, F(0)) for row in table], money.round_half_up(sum(map(sum, table), F(0)))
    )
    columns = money.largest_remainder(
        [sum(column, F(0)) for column in zip(*table, strict=True)], sum(rows)
    )
    assert [sum(row) for row in rounded] == rows
    assert [sum(column) for column in zip(*rounded, strict=True)] == columns
    assert all(value >= 0 for row in rounded for value in row)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12), st.integers(1, 12))
def test_a_cell_is_within_a_penny_where_the_exact_table_has_the_totals(rows, width):
    exact = [[F(row, width)] * width for row in rows]
    total = sum(rows)
    columns = money.largest_remainder([F(total, width)] * width)
    if total % width:  # close the table with a row that makes the columns whole
        exact.append([column - F(total, width) + 1 for column in columns])
        rows = [*rows, width]
        columns = [column + 1 for column in columns]
    rounded = controlled_rounding(exact, rows, columns)
    assert all(
        abs(value - cell) < 1
        for row, line in zip(rounded, exact, strict=True)
        for value, cell in zip(row, line, strict=True)
    )


def badness(values, cells):
    """Zeros that gave way, units beyond the numbers round the exact cell, squared differences."""
    pairs = list(zip(values, cells, strict=True))
    return (
        sum(value for value, cell in pairs if cell == 0),
        sum(max(0, math.floor(cell) - v, v - math.ceil(cell)) for v, cell in pairs if cell),
        sum((value - cell) ** 2 for value, cell in pairs),
    )


def brute_force(table, rows, columns):
    """The least sum of squared differences over all tables with these totals."""
    best = None
    flat = [cell for row in table for cell in row]
    choices = [range(int(cell) + 3) for cell in flat]
    width = len(table[0])
    for values in itertools.product(*choices):
        lines = [values[k : k + width] for k in range(0, len(values), width)]
        if [sum(line) for line in lines] != rows:
            continue
        if [sum(column) for column in zip(*lines, strict=True)] != columns:
            continue
        cost = badness(values, flat)
        best = cost if best is None else min(best, cost)
    return best


@given(
    st.lists(
        st.lists(st.fractions(0, 1, max_denominator=5), min_size=3, max_size=3),
        min_size=2,
        max_size=2,
    )
)
def test_no_nearer_table_exists(table):
    rounded = controlled_rounding(table)
    rows = [sum(row) for row in rounded]
    columns = [sum(column) for column in zip(*rounded, strict=True)]
    flat = [cell for row in table for cell in row]
    cost = badness([value for row in rounded for value in row], flat)
    best = brute_force(table, rows, columns)
    assert best is not None
    assert cost[:2] == best[:2]
    assert float(cost[2]) == pytest.approx(float(best[2]), abs=1e-6)


@pytest.mark.parametrize(
    ("table", "rows", "columns", "words"),
    [
        ([[F(1)], [F(1), F(1)]], None, None, "rows differ in length"),
        ([[F(1), F(1)]], [2], [1, 2], "rows add up to 2 and the columns to 3"),
        ([[F(1), F(1)]], [1, 1], [1, 1], "2 row totals for 1 rows"),
        ([[F(1), F(1)]], [2], [2], "1 column totals for 2 columns"),
        ([[F(1), F(1)]], [-2], None, "a row total is negative"),
        ([[F(1), F(1)]], None, [3, -1], "a column total is negative"),
    ],
)
def test_tables_that_cannot_be(table, rows, columns, words):
    with pytest.raises(MoneyError, match=words):
        controlled_rounding(table, rows, columns)


def test_no_rows_at_all():
    assert controlled_rounding([]) == []


def test_three_hundred_clusters_by_twelve_months():
    weights = [(k * 7919) % 1000 + 1 for k in range(300)]
    rows = money.largest_remainder(money.proportional(1_800_000_001, weights))
    exact = [[F(row, 12)] * 12 for row in rows]
    rounded = controlled_rounding(exact, rows)
    assert [sum(row) for row in rounded] == rows
    assert {sum(column) for column in zip(*rounded, strict=True)} <= {150_000_000, 150_000_001}


def test_a_unit_goes_round_by_other_rows_before_a_zero_gives_way():
    """Rounded by itself each row has its first half; the third column needs a unit of the first."""
    half = F(1, 2)
    table = [[half, half, F(0)], [F(0), half, half]]
    assert controlled_rounding(table, [1, 1], [0, 1, 1]) == [[0, 1, 0], [0, 0, 1]]
    assert controlled_rounding(table, [1, 1], [1, 1, 0]) == [[1, 0, 0], [0, 1, 0]]
    longer = [[half, half, F(0), F(0)], [F(0), half, half, F(0)], [F(0), F(0), half, half]]
    assert controlled_rounding(longer, [1, 1, 1], [0, 1, 1, 1]) == [
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]


def test_a_zero_gives_way_last():
    table = [[F(100, 3), F(0)]] * 3 + [[F(0), F(200, 3)]] * 3
    rows, columns = [33, 33, 33, 67, 67, 67], [100, 200]
    rounded = controlled_rounding(table, rows, columns)
    assert [sum(row) for row in rounded] == rows
    assert [sum(column) for column in zip(*rounded, strict=True)] == columns
    assert [row[1] for row in rounded[:3]] == [0, 0, 0]
    assert sorted(row[0] for row in rounded[3:]) == [0, 0, 1]
