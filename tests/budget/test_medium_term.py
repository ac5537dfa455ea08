"""The plan of years: balances follow one another, and the minutes' figures come out again."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest

import clusters as cl
from clusters.budget import (
    Assumptions,
    FinancialYear,
    look_years_ahead,
    plan_years,
    split_budget,
    true_years,
)
from clusters.budget.demand import demand_of, simulated_years
from clusters.budget.spreadsheet_years import write_calendar_workings, write_plan_workings
from clusters.errors import ClustersError
from tests.budget.authority import authority

MILLION = 100_000_000
GROWS = Assumptions(growth="8%")


@pytest.fixture(scope="module")
def split():
    problem, plan = authority(24, 4)
    return split_budget(
        problem, plan, cl.Pot("3000000", contingency="3%"), cl.Formula({"ehcps": 1})
    )


def test_the_figures_of_the_minutes_come_out_again():
    """Schools Forum, December 2023: £6.6m + £6.4m = £13.0m in the year, £17m without the £4m."""
    year = FinancialYear(
        name="2023-24",
        grant="56000000",
        transfer="1600000",
        income="4000000",
        demand="68200000",
        other="6400000",
    )
    plan = plan_years([year])
    assert plan.in_year_pence(0) == (-13 * MILLION,) * 3
    moved = plan.in_year_pence(0)[1] + 640_000_000  # without what moved for the worse
    assert moved == -660_000_000
    assert plan.without_income().in_year_pence(0)[1] == -17 * MILLION
    assert plan.sentences()[1] == (
        "It counts on £4,000,000.00 of promised income; without it the plan would end with "
        "a deficit of £17,000,000.00."
    )


def years_of(n, **more):
    return [
        FinancialYear(
            name=f"20{26 + k}-{27 + k}",
            grant=1_500_000 + 10_000 * k,
            transfer="1000.01",
            income="50000",
            mitigations={"earlier help": 10_000 * k, "places nearby": "0.02"},
            other="20000",
            **more,
        )
        for k in range(n)
    ]


def test_the_closing_balance_of_a_year_opens_the_next(split):
    demand = look_years_ahead(split, GROWS, 4, n_simulations=1_000)
    plan = plan_years(years_of(4), opening="-250000.05", demand=demand)
    frame = plan.to_frame()
    for level in (10, 50, 90):
        opening, closing = (
            frame[f"{name}_{level}_pence"].tolist() for name in ("opening", "closing")
        )
        assert opening == [-25_000_005, *closing[:-1]]
        for row in frame.to_dict("records"):
            came = sum(row[f"{x}_pence"] for x in ("grant", "transfer", "income", "mitigations"))
            went = row["other_pence"] + row[f"demand_{level}_pence"]
            assert row[f"in_year_{level}_pence"] == came - went
            assert row[f"closing_{level}_pence"] == (
                row[f"opening_{level}_pence"] + row[f"in_year_{level}_pence"]
            )
    assert frame["demand_10_pence"].is_monotonic_increasing
    assert (frame["closing_10_pence"] > frame["closing_90_pence"]).all()
    assert "In 8 of 10 simulated futures" in plan.sentences()[1]


def test_levels_of_demand_are_those_of_the_simulated_sums(split):
    demand = look_years_ahead(split, GROWS, 3, n_simulations=1_000, seed=4)
    costs = [c.sum(axis=1) for c in simulated_years(demand_of(split, GROWS), 1_000, 4, 3)]
    for k in range(3):
        so_far = np.sum(costs[: k + 1], axis=0)
        for j, level in enumerate((0.1, 0.5, 0.9)):
            told = sum(year[j] for year in demand.by_level[: k + 1])
            assert told == 100 * round(float(np.quantile(so_far, level)))
    assert demand.assumptions["growth of demand"].startswith("8.0% a year")


def test_income_that_is_not_counted_on_is_shown(split):
    plan = plan_years(years_of(1, income_comes=False, demand="1000000"))
    (row,) = plan.to_frame().to_dict("records")
    assert (row["income_pence"], row["income_not_counted_pence"]) == (0, 5_000_000)
    assert not any("promised income" in words for words in plan.sentences())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: plan_years([]), "the plan has 0 years"),
        (lambda _: plan_years(years_of(11)), "the plan has 11 years"),
        (
            lambda _: plan_years([*years_of(1), *years_of(1)]),
            "the year 2026-27 is in the plan twice",
        ),
        (lambda _: plan_years(years_of(1), opening=1.5), "the opening balance is a float"),
        (lambda _: plan_years(years_of(1), opening="x"), "the opening balance is not a number"),
        (
            lambda s: plan_years(years_of(2), demand=look_years_ahead(s, GROWS, 1)),
            "demand is simulated for 1 of 2 years",
        ),
        (lambda s: look_years_ahead(s, GROWS, 0), "n_years is not from 1 to 10"),
        (lambda s: look_years_ahead(s, GROWS, n_simulations=9), "n_simulations is not from 100"),
        (lambda s: look_years_ahead(s, GROWS, seed=-1), "seed is not from 0"),
        (lambda s: look_years_ahead(s, Assumptions()), "nothing says how the number"),
        (lambda _: FinancialYear(name=" ", grant=1), "a year of the plan has no name"),
        (lambda _: FinancialYear(name="x", grant=-1), "grant of x is less than"),
        (lambda _: FinancialYear(name="x", grant=1, transfer="y"), "transfer of x is not a number"),
        (lambda _: FinancialYear(name="x", grant=1, income=0.5), "income of x is a float"),
        (lambda _: FinancialYear(name="x", grant=1, demand="0.001"), "demand of x is not a whole"),
        (lambda _: FinancialYear(name="x", grant=1, other=True), "other of x is not a number"),
        (lambda _: FinancialYear(name="x", grant=1, income_comes="no"), "income_comes is"),
        (
            lambda _: FinancialYear(name="x", grant=1, mitigations={"a": "b"}),
            "the mitigation 'a' of x is not a number",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(split, make, words):
    with pytest.raises(ClustersError, match=words) as error:
        make(split)
    assert len(str(error.value).strip().splitlines()) == 1


@pytest.mark.office
@pytest.mark.slow
def test_libreoffice_works_plans_and_years_out_again(tmp_path, split):
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    import openpyxl

    demand = look_years_ahead(split, GROWS, 3, n_simulations=500)
    plan = plan_years(years_of(3), opening="-123456.78", demand=demand)
    write_plan_workings(tmp_path / "plan.xlsx", plan)
    months = true_years({"2026/27": split, "2027/28": split}, by="month")
    write_calendar_workings(tmp_path / "months.xlsx", months)
    write_calendar_workings(tmp_path / "years.xlsx", true_years({"2026-27": split}, "financial"))
    files = [str(tmp_path / f"{name}.xlsx") for name in ("plan", "months", "years")]
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        [
            *("soffice", home, "--headless", "--convert-to", "xlsx"),
            *("--outdir", str(tmp_path / "out"), *files),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    sheet = openpyxl.load_workbook(tmp_path / "out" / "plan.xlsx", data_only=True).active
    assert [cell.value for cell in sheet[13][1:]] == [0] * 9
    assert sheet["D11"].value == plan.closing_pence(2)[0]
    for name in ("months", "years"):
        sheet = openpyxl.load_workbook(tmp_path / "out" / f"{name}.xlsx", data_only=True).active
        (found,) = (row[1].value for row in sheet.iter_rows() if row[0].value == "differences")
        assert found == 0
        broken = (tmp_path / f"{name}.xlsx").read_bytes()
        assert not re.search(rb"</f><v>", broken)  # results are not brought along
