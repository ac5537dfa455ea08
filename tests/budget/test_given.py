"""Sums by school as they are given: no row is lost, and what cannot be is refused."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pandas as pd
import pytest

import clusters as cl
from clusters.budget import award, by_pot, by_year, check_split, compare_rules, split_budget
from clusters.errors import MoneyError
from tests.budget.authority import plan_of, problem_of, school

ROWS = pd.Series(["4000", "9000.01", "7000"], index=["101", "101", "102"])
NEED = cl.Formula({"ehcps": 1})


def pair():
    problem = problem_of([school("101", ehcps=2), school("102", ehcps=1)])
    return problem, plan_of({"A": ["101"], "B": ["102"]})


def split_of(committed, **more):
    problem, plan = pair()
    return split_budget(problem, plan, cl.Pot("30000", committed=committed), NEED, **more)


def test_a_series_with_a_row_for_each_plan_loses_nothing_and_says_so():
    split = split_of(ROWS)
    assert split.pot.committed_pence == {"101": 1_300_001, "102": 700_000}
    assert [share.committed_pence for share in split.schools] == [1_300_001, 700_000]
    note = "Committed top-ups: 3 rows for 2 schools; the rows of a school are added up"
    assert any(said.startswith(note) for said in split.notes)
    assert check_split(split) == ()


def test_numbers_and_their_text_are_rows_of_one_school():
    mixed = pd.Series([4000, 9000, 7000], index=["101", 101, " 102 "])
    assert split_of(mixed).pot.committed_pence == {"101": 1_300_000, " 102 ": 700_000}
    assert check_split(split_of(mixed)) == ()


def test_one_row_each_needs_no_words():
    assert split_of(ROWS.iloc[1:]).pot.notes == ()
    assert split_of({"101": "1"}).pot.notes == ()


def test_the_checker_reads_the_rows_for_itself():
    split = split_of(ROWS)
    lost = {"101": 900_001, "102": 700_000}
    object.__setattr__(split.pot, "committed_pence", lost)
    found = [finding.message for finding in check_split(split) if finding.check == "committed"]
    assert found == ["the rows that were given come to 2000001 pence and 0 backdated"]
    shares = [replace(split.schools[0], committed_pence=900_001), split.schools[1]]
    wrong = replace(split_of(ROWS), schools=tuple(shares))
    assert {finding.check for finding in check_split(wrong)} >= {"committed"}


def test_the_caller_may_change_the_rows_afterwards():
    rows = ROWS.copy()
    split = split_of(rows)
    rows.iloc[:] = "1"
    assert check_split(split) == ()


def test_a_pot_of_rows_can_be_compared_kept_and_changed():
    pot = cl.Pot("30000", committed=ROWS)
    assert pot == cl.Pot("30000", committed=ROWS)
    assert pot != cl.Pot("30000", committed=ROWS.iloc[1:])
    assert pickle.loads(pickle.dumps(pot)) == pot
    assert hash(pot) == hash(cl.Pot("30000", committed=ROWS))
    assert replace(pot, total="40000").committed_pence == pot.committed_pence


def test_today_s_spend_is_added_up_like_commitments():
    today = pd.Series(["100", "50", "70"], index=["101", "101", "102"])
    split = split_of({}, protection=cl.budget.Protection(floor="50%", today=today))
    assert [share.today_pence for share in split.schools] == [15_000, 7_000]
    assert any(said.startswith("Today's spend: 3 rows for 2 schools") for said in split.notes)
    assert check_split(split) == ()


TWICE = pd.Series([100, 200, 300], index=["A", "A", "B"])
SPELT = {"101": 100, 101: 200}


@pytest.mark.parametrize(
    "call",
    [
        lambda: cl.Pot("1000", committed=SPELT),
        lambda: cl.budget.Protection(floor="1%", today=SPELT),
        lambda: award(TWICE, 100),
        lambda: award(SPELT, 100),
        lambda: award({"A": 100, "B": 200}, 100, floors=TWICE / 100),
        lambda: award({"A": 100, "B": 200}, 100, floors=TWICE.astype(object)),
        lambda: award({"A": 100, "B": 200}, 100, caps=TWICE),
        lambda: award({"101": 100, "B": 200}, 100, caps=SPELT),
        lambda: compare_rules(TWICE, 100),
        lambda: by_year(TWICE),
        lambda: by_year(SPELT),
        lambda: by_pot({"North": 300}, TWICE),
    ],
)
def test_a_second_entry_that_can_only_be_a_mistake_is_refused(call):
    with pytest.raises(MoneyError, match="is given twice"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: award({"100", "200"}, 100),
        lambda: award(frozenset([100]), 100),
        lambda: award([100, 200], 100, floors={1, 2}),
        lambda: award([100, 200], 100, caps={1, 2}),
        lambda: award("100", 100),
        lambda: award(None, 100),
        lambda: by_year([100, 200]),
        lambda: by_year(None),
    ],
)
def test_what_has_no_order_or_no_keys_is_refused(call):
    with pytest.raises(MoneyError):
        call()
