"""Committed sums against EHC plans: what does not go together is said, with counts."""

from __future__ import annotations

from datetime import date

import pytest

import clusters as cl
from clusters.budget import Backdated, by_pot, by_year, instalments, split_budget
from clusters.budget.coverage import coverage_of
from clusters.report import write_report
from tests.budget.authority import authority, plan_of, problem_of, school

SCHOOLS = [
    school("1", ehcps=4),
    school("2", ehcps=6),
    school("3", ehcps=0),
    school("4", ehcps=None),
]
ALL = plan_of({"A": ["1", "2", "3", "4"]})
BY_PUPILS = cl.Formula({"pupils": 1})


def notes(committed, schools=SCHOOLS):
    problem = problem_of(schools)
    plan = plan_of({"A": list(problem.ids)})
    return split_budget(problem, plan, cl.Pot("10000", committed=committed), BY_PUPILS).notes


def test_nothing_committed_is_said():
    assert (
        "Nothing is committed for the 10 EHC plans at 2 schools: their top-ups have to come out of "
        "what the formula shares." in notes({})
    )
    assert "It is not known how many EHC plans 1 school without a committed sum have." in notes({})


def test_schools_with_plans_and_no_sum_and_the_reverse_are_counted():
    said = notes({"1": "100", "3": "200", "4": "1"})
    assert (
        "No sum is committed for 6 EHC plans at 1 school: their top-ups have to come out of what "
        "the formula shares." in said
    )
    assert "1 school has a committed sum (£200.00 in all) and no EHC plans on record." in said
    assert not any("not known" in note for note in said)


def test_where_all_goes_together_nothing_is_said():
    assert notes({"1": "1", "2": "1", "4": "1"}) == ("Formula: local formula (a local choice).",)
    assert coverage_of(problem_of(SCHOOLS), {"1": 1, "2": 1, "4": 1}).sentences() == ()


def test_plans_that_are_only_a_measure_count_too():
    problem = cl.Problem.from_arrays(
        ["1", "2"], [[0, 0], [1, 1]], {"ehcps": [3, 0], "pupils": [1, 1]}
    )
    assert coverage_of(problem, {}).open_plans == 3


def test_the_public_notes_have_no_counts():
    split = split_budget(problem_of(SCHOOLS), ALL, cl.Pot("1000", committed={"1": "9"}), BY_PUPILS)
    told = " ".join(split.public_notes())
    assert "No sum is committed for EHC plans that some schools have" in told
    assert not any(digit in told for digit in "0123456789")
    assert len(split.public_notes()) == len(split.notes)


def paid(k=0):
    problem, plan = authority(12, 3)
    late = [
        Backdated(
            urn=problem.ids[1],
            a_year="6000.01",
            compliance_date=date(2026, 1, 1),
            paid_from=date(2026, 3, 1),
        )
    ]
    pot = cl.Pot(
        "1000000.07", committed={problem.ids[0]: "100.01"}, backdated=late, contingency="3%"
    )
    return split_budget(problem, plan, pot)


@pytest.mark.parametrize("level", ["cluster", "school"])
@pytest.mark.parametrize(
    "table",
    [
        lambda split, level: by_year(split, 9, level),
        lambda split, level: by_year(split, 4, level),
        lambda split, level: instalments(split, "monthly", 9, level),
        lambda split, level: instalments(split, "termly", 9, level),
        lambda split, level: by_pot(
            split,
            {
                "high needs": 50_000_000,
                "other": split.pot.total_pence - split.held_pence - 50_000_000,
            },
            level,
        ),
    ],
)
def test_every_table_of_the_year_agrees_with_the_split_to_the_penny(table, level):
    split = paid()
    made = table(split, level)
    shares = split.shares(level)
    assert [sum(row) for row in made.pence] == [share.total_pence for share in shares]
    assert made.keys == tuple(share.key for share in shares)
    assert sum(made.totals) == split.pot.total_pence - split.held_pence
    frame = made.to_frame()
    assert frame["total_pence"].sum() == sum(share.total_pence for share in shares)
    if "backdated" in made.parts:
        owed = frame["backdated_pence"].tolist()
        assert owed == [share.backdated_pence for share in shares]


def test_no_column_where_nothing_is_backdated():
    problem, plan = authority(6, 2)
    assert by_year(split_budget(problem, plan, "100")).parts == (
        "first financial year",
        "next financial year",
    )


def test_the_pack_shows_nothing_committed_and_years_that_agree(tmp_path):
    import pandas as pd

    problem, plan = authority(12, 3)
    split = split_budget(problem, plan, cl.Pot("1000000", contingency="3%"))
    write_report(tmp_path, problem, plan, split=split, formats=["html", "csv"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Committed EHC plan top-ups" in page
    assert "Nothing is committed for the" in page
    figures = tmp_path / "figures"
    assert any(
        "Nothing is committed" in n for n in pd.read_csv(figures / "money_notes.csv")["note"]
    )
    late = paid()
    write_report(tmp_path / "late", problem, plan, split=late, formats=["csv"])
    years = pd.read_csv(tmp_path / "late" / "figures" / "years.csv")
    money = pd.read_csv(tmp_path / "late" / "figures" / "money.csv")
    assert years["total_pence"].tolist() == money["total_pence"].tolist()
    assert years["total_pence"].sum() == late.pot.total_pence - late.held_pence
