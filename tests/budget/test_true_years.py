"""Academic years by financial year and month, and back: every margin to the penny."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import Backdated, split_budget, true_years
from clusters.budget.true_years import HELD
from clusters.errors import ClustersError
from tests.budget.authority import authority


def test_five_twelfths_of_one_year_and_seven_of_the_next():
    table = true_years({"2026/27": {"A": 1_200}, "2027/28": {"A": 2_400}})
    assert dict(zip(table.parts, table.pence[0], strict=True)) == {
        "2026-27": 700,
        "2027-28": 500 + 1_400,
        "2028-29": 1_000,
    }
    back = true_years({"2026-27": {"A": 1_200}, "2027-28": {"A": 2_400}}, "financial")
    assert dict(zip(back.parts, back.pence[0], strict=True)) == {
        "2025/26": 500,
        "2026/27": 700 + 1_000,
        "2027/28": 1_400,
    }


def test_a_split_with_arrears_and_what_is_held_comes_to_the_pot():
    problem, plan = authority(12, 3)
    owed = Backdated(
        urn=problem.ids[0],
        a_year=7300,
        compliance_date=date(2026, 1, 1),
        paid_from=date(2026, 1, 31),
    )
    pot = cl.Pot("100000.03", contingency="3%", low_incidence="77.77", backdated=[owed])
    split = split_budget(problem, plan, pot, cl.Formula({"pupils": 1}))
    for level in ("cluster", "school"):
        years = true_years({"2026/27": split}, level=level)
        months = true_years({"2026/27": split}, by="month", level=level)
        assert years.parts == ("2026-27", "2027-28")
        assert months.parts[0] == "2026-09"
        assert months.parts[-1] == "2027-08"
        assert sum(years.totals) == sum(months.totals) == 10_000_003
        rows = {key: sum(row) for key, row in zip(years.keys, years.pence, strict=True)}
        assert rows[HELD] == split.held_pence
        for share in split.shares(level):
            assert rows[share.key] == share.total_pence
        for i in range(len(years.keys)):
            assert sum(months.pence[i][:7]) == years.pence[i][0]
    even = months.totals[1]
    assert months.totals[0] in (even + 60_000 - 1, even + 60_000, even + 60_000 + 1)


@settings(deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcd"), st.integers(0, 10**9), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["academic", "financial"]),
)
def test_every_margin_is_kept(sums, kind):
    amounts = {f"{2026 + k}/{27 + k}": one for k, one in enumerate(sums)}
    years, months = true_years(amounts, kind), true_years(amounts, kind, "month")
    for table in (years, months):
        for key, row in zip(table.keys, table.pence, strict=True):
            assert sum(row) == sum(one.get(key, 0) for one in sums)
            assert all(cell >= 0 for cell in row)
    assert len(years.parts) == len(sums) + 1
    assert len(months.parts) == 12 * len(sums)
    first, cut = (9, 7) if kind == "academic" else (4, 5)
    assert int(months.parts[0][5:]) == first
    for k, one in enumerate(sums):
        # each cell is within a penny of the exact one, and months of each other
        whole = sum(one.values())
        part = sum(months.totals[12 * k : 12 * k + cut])
        assert abs(12 * part - cut * whole) < 12
    for i in range(len(years.keys)):
        assert years.pence[i][0] == sum(months.pence[i][:cut])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"amounts": {"2026/28": {"a": 1}}}, "a year cannot be read"),
        ({"amounts": {"year": {"a": 1}}}, "a year cannot be read"),
        ({"amounts": {"2026/27": {"a": 1}, 2026: {"a": 1}}}, "the year 2026 is given twice"),
        ({"amounts": {"2026/27": {"a": 1.5}}}, "the amount of 'a' is not a whole number of pence"),
        ({"amounts": {"2026/27": {"a": -1}}}, "the amount of 'a' is not a whole number of pence"),
        ({"amounts": {"2026/27": 5}}, "neither a split nor pence by key"),
        ({"amounts": {}}, "amounts are not splits or pence by year"),
        ({"amounts": 7}, "amounts are not splits or pence by year"),
        ({"amounts": {"2026/27": {"a": 1}}, "given": "tax"}, "given is not known"),
        ({"amounts": {"2026/27": {"a": 1}}, "by": "week"}, "by is not known"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments, words):
    with pytest.raises(ClustersError, match=words) as error:
        true_years(**arguments)
    assert len(str(error.value).strip().splitlines()) == 1
