"""Commitments plan by plan: sum in is sum ring-fenced, whatever the order of the rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
import pytest

import clusters as cl
from clusters.budget import check_split, committed_in_a_year, split_budget
from clusters.errors import DataError
from clusters.readers import Commitment, read_commitments
from tests.budget.authority import authority, plan_of, problem_of, school

SEPTEMBER = date(2026, 9, 1)
BY_PUPILS = cl.Formula({"pupils": 1})


def pair():
    problem = problem_of([school("101", ehcps=2), school("102", ehcps=1)])
    return problem, plan_of({"A": ["101"], "B": ["102"]})


def read(**columns):
    return read_commitments(pd.DataFrame(columns), pair()[0])


def test_rows_of_a_school_are_added_up_and_agree_with_the_split():
    problem, plan = pair()
    rows = read(urn=["101", "101", "102"], a_year=["4000", "£9,000.01", 7000])
    made = committed_in_a_year(rows)
    assert made.pence == {"101": 1_300_001, "102": 700_000}
    split = split_budget(problem, plan, cl.Pot("30000", committed=made), BY_PUPILS)
    assert [share.committed_pence for share in split.schools] == [1_300_001, 700_000]
    assert "Committed top-ups: 3 plans at 2 schools come to £20,000.01." in split.notes
    assert check_split(split) == ()
    lost = replace(split.schools[0], committed_pence=1_300_000)
    found = check_split(replace(split, schools=(lost, split.schools[1])))
    assert any(finding.check == "committed" for finding in found)


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_rows_plays_no_part_and_the_total_is_rounded_once(seed):
    rng = random.Random(seed)
    problem, plan = authority(9, 3)
    rows = []
    for k in range(40):
        start = SEPTEMBER + timedelta(days=rng.randint(-400, 400))
        end = start + timedelta(days=rng.randint(0, 500))
        rows.append(
            Commitment(
                urn=rng.choice(problem.ids),
                a_year_pence=rng.randint(1, 3_000_000),
                start=rng.choice([None, start]),
                end=rng.choice([None, end]),
                row=k,
            )
        )
    made = committed_in_a_year(rows, first=SEPTEMBER)
    exact = sum(
        Fraction(row.a_year_pence, 365)
        * sum(
            (row.start is None or day >= row.start) and (row.end is None or day <= row.end)
            for day in (SEPTEMBER + timedelta(days=d) for d in range(365))
        )
        for row in rows
    )
    assert made.total_pence == int(exact + Fraction(1, 2))
    mixed = committed_in_a_year(rng.sample(rows, len(rows)), first=SEPTEMBER)
    assert mixed.pence == made.pence
    pot = cl.Pot("20000000", committed=made)
    assert sum(pot.committed_pence.values()) == made.total_pence
    assert check_split(split_budget(problem, plan, pot)) == ()


def test_a_whole_year_is_the_whole_sum_in_leap_years_too():
    for first in (date(2027, 9, 1), date(2026, 4, 1), date(2028, 2, 29)):
        rows = [Commitment(urn="101", a_year_pence=100_001, start=first)]
        assert committed_in_a_year(rows, first=first).total_pence == 100_001
    year = committed_in_a_year([Commitment(urn="1", a_year_pence=1)], first=SEPTEMBER)
    assert (year.first, year.last) == (SEPTEMBER, date(2027, 8, 31))


def test_bands_have_rates_and_are_counted_by_school():
    rows = read(urn=["101", "101", "102"], band=["A", "B", "A"])
    made = committed_in_a_year(rows, rates={"A": "5000", "B": 9000})
    frame = made.to_frame()
    assert frame.to_dict("list") == {
        "urn": ["101", "102"],
        "plans": [2, 1],
        "band A": [1, 1],
        "band B": [1, 0],
        "committed_pence": [1_400_000, 500_000],
    }


def test_doubled_references_are_reported_by_row_and_never_named():
    rows = read(
        urn=["101", "102", "101", "102"],
        a_year=[1, 1, 1, 1],
        start=["", "2026-10-01", "", ""],
        end=["2026-09-30", "", "", ""],
        reference=["moved-7", "moved-7", "same-8", "same-8"],
    )
    made = committed_in_a_year(rows, first=SEPTEMBER)
    told = " ".join(made.notes)
    assert (
        "1 plans stand in several rows for the same days, which are all paid (rows 4 and 5)" in told
    )
    assert "moved-7" not in repr(made) + told
    assert "same-8" not in repr(made) + told


def test_plans_that_run_on_no_day_of_the_year_are_reported():
    rows = read(urn=["101", "102"], a_year=[100, 100], end=["31/08/2026", "01/09/2026"])
    made = committed_in_a_year(rows, first=SEPTEMBER)
    assert made.pence == {"101": 0, "102": 27}
    assert "1 of the plans run on no day of the year and cost nothing." in made.notes


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"urn": ["101"]}, "there is no column 'a_year'"),
        ({"school": ["101"], "a_year": [1]}, "there is no column 'urn'"),
        ({"urn": ["999"], "a_year": [1]}, "no school of the problem has this URN"),
        ({"urn": ["101"], "a_year": ["-1"]}, "negative"),
        ({"urn": ["101"], "a_year": ["lots"]}, "lots"),
        ({"urn": ["101"], "a_year": [""], "band": [""]}, "neither a sum nor a band"),
        ({"urn": ["101"], "a_year": [1], "band": ["A"]}, "both a sum and a band"),
        ({"urn": ["101"], "a_year": [1], "start": ["soon"]}, "not a date"),
        ({"urn": ["101"], "a_year": [1], "start": ["31/02/2026"]}, "no such day"),
        ({"urn": ["101"], "a_year": [1], "end": ["0205-01-01"]}, "the year is 205"),
        ({"urn": ["101"], "a_year": [1], "start": ["2026-02-01"], "end": ["2026-01-01"]}, "before"),
        ({"urn": [], "a_year": []}, "no commitments"),
    ],
)
def test_bad_rows_are_refused_with_their_place(columns, words):
    with pytest.raises(DataError, match=words):
        read(**columns)


@pytest.mark.parametrize(
    ("rows", "more", "words"),
    [
        ([Commitment(urn="1", band="Z")], {}, "--bands"),
        ([Commitment(urn="1", a_year_pence=1, start=SEPTEMBER)], {}, "--year-from"),
        ([Commitment(urn="1", band="A")], {"rates": {"A": 0.5}}, "is a float"),
        ([Commitment(urn="1", a_year_pence=1)], {"first": "2026-09-01"}, "first is"),
        ([Commitment(urn="1", a_year_pence=1)], {"first": pd.Timestamp(SEPTEMBER)}, "is a time"),
        ([("1", 5)], {}, "not a Commitment"),
    ],
)
def test_what_does_not_say_what_is_due_is_refused(rows, more, words):
    with pytest.raises(cl.ClustersError, match=words):
        committed_in_a_year(rows, **more)


def test_files_as_councils_save_them(tmp_path):
    problem, _ = pair()
    frame = pd.DataFrame({"URN": ["101", "102"], "a_year": [4000.5, 7000]})
    frame.to_excel(tmp_path / "plans.xlsx", index=False)
    (tmp_path / "plans.csv").write_text('URN,a_year\n101,4000.50\n102,"£7,000.00"\n', "cp1252")
    for name in ("plans.xlsx", "plans.csv"):
        made = committed_in_a_year(read_commitments(tmp_path / name, problem))
        assert made.pence == {"101": 400_050, "102": 700_000}
