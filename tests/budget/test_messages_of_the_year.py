"""Words of the outlook, the plan of years, tiers, payments and the ledger, exactly.

The texts are in messages_of_the_year.txt. After a deliberate change, run
``python -m tests.budget.test_messages_of_the_year`` from the root of the repository, and read what
changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import clusters as cl
from clusters.budget import (
    Assumptions,
    Backdated,
    Contribution,
    FinancialYear,
    Ledger,
    Scenario,
    committed_in_a_year,
    look_ahead,
    look_years_ahead,
    payments,
    plan_years,
    split_budget,
    tiers,
    true_years,
)
from clusters.budget.demand import demand_of
from clusters.budget.plan_money import plan_money
from clusters.readers import Commitment, read_backdated, read_caseload, read_commitments
from tests.budget.authority import plan_of, problem_of, school

FILE = Path(__file__).with_name("messages_of_the_year.txt")
FIRST = date(2026, 9, 1)
GROWS = Assumptions(growth="5%")
AREAS = {"North": "up", "South": "down"}


def split(**more: Any) -> Any:
    schools = [school(str(k), ehcps=k, trust="T" if k == 3 else None, **more) for k in (1, 2, 3)]
    owed = Backdated(
        urn="2", a_year=7300, compliance_date=date(2026, 1, 1), paid_from=date(2026, 1, 31)
    )
    pot = cl.Pot("90000", committed={"1": "5000"}, backdated=[owed], contingency="2000")
    plan = plan_of({"North": ["1", "2"], "South": ["3"]})
    return split_budget(problem_of(schools), plan, pot, cl.Formula({"ehcps": 1}))


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def table(frame: Any) -> str:
    return str(frame.to_csv(index=False, lineterminator="\n"))


def in_ledger(act: Callable[[Ledger], Any]) -> Any:
    """Do something in a ledger with a year of events behind it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.create(Path(folder) / "year", split(), first=FIRST) as ledger,
    ):
        plan = ledger.begin_plan("1", "3650", day(10), reference="R")
        ledger.move_plan(plan, "3", day(100))
        ledger.begin_plan("2", "365", day(100), until=day(199))
        ledger.award("South", "120", day(30), decision="yes", reason="a course", school="3")
        ledger.contribute("North", "77.01", day(40), giver="Trust T")
        ledger.end_plan(plan, day(300))
        return act(ledger)


def closed(ledger: Ledger) -> str:
    ledger.close_year(keep="1%", keep_at_most="350")
    return table(ledger.to_frame()) + table(ledger.to_frame("event").tail(3)) + str(ledger.carried)


def plan(**more: Any) -> Any:
    years = [
        FinancialYear(
            name="2026-27", grant=50_000, transfer=5, income=4, other=3, demand=2, **more
        ),
        FinancialYear(name="2027-28", grant=60_000, income=4, mitigations={"a": 1, "b": "0.50"}),
    ]
    demand = look_years_ahead(split(), GROWS, 2, n_simulations=100)
    return plan_years(years, opening="-100", demand=demand)


def committed(**more: Any) -> Any:
    rows = [
        Commitment(urn="1", band="B", row=2, mark=2),
        Commitment(urn="1", a_year_pence=100_01, row=3, mark=2),
        Commitment(urn="2", a_year_pence=333_33, row=4, start=day(100)),
        Commitment(urn="2", a_year_pence=333_34, row=5, end=day(-1)),
    ]
    return committed_in_a_year(rows, rates={"B": "4000"}, first=FIRST, **more)


WORDS: dict[str, Callable[[], str]] = {
    "outlook": lambda: "\n".join(look_ahead(split(), GROWS, n_simulations=100).sentences()),
    "outlook without scenarios": lambda: "\n".join(
        look_ahead(split(), GROWS, n_simulations=100, scenarios=()).sentences()
    ),
    **{
        f"outlook by {level}": lambda level=level: table(
            look_ahead(split(), GROWS, n_simulations=100).to_frame(level)
        )
        for level in ("cluster", "school", "scenario")
    },
    "assumptions": lambda: "\n".join(
        f"{name}: {said}"
        for name, said in look_ahead(
            split(phase="special"),
            Assumptions(
                growth={"2023": 100, "2024": 103, "2025": 110},
                areas={"1": "x", "2": "x", "3": "y"},
                area_spread="4%",
                staying="81.5%",
                price="2%",
                price_spread="1%",
                cost_variation=0.4,
                dispersion=0.2,
                flexible_for_plans="35%",
            ),
            n_simulations=100,
        ).assumptions.items()
    ),
    "money for plans": lambda: str(plan_money(split())),
    "phases": lambda: demand_of(split(phase="special"), GROWS).stated["plans that stay"],
    "plan of years": lambda: table(plan().to_frame()),
    "plan in words": lambda: "\n".join(plan().sentences()),
    "plan without income": lambda: "\n".join(plan(income_comes=False).without_income().sentences()),
    "plan that ends at nothing": lambda: "\n".join(
        plan_years([FinancialYear(name="x", grant=5)], opening="-5").sentences()
    ),
    "pennies of months go by URN": lambda: table(
        true_years({"2026": {"9": 5, "10": 5, "100": 5}}, by="month").to_frame()
    ),
    "payments from the middle of a month": lambda: table(
        payments(split(), day(14)).to_frame()[["due", "urn", "pence"]]
    ),
    "true years": lambda: table(true_years({"2026/27": split()}).to_frame()),
    "true months": lambda: table(
        true_years({2026: split()}, by="month", level="school").to_frame()
    ),
    **{
        f"tiers by {level}": lambda level=level: table(
            tiers(
                split(),
                AREAS,
                authority="1%",
                area="10%",
                cluster="20%",
                contributions=[Contribution(cluster="South", giver="x", amount="5")],
            ).to_frame(level)
        )
        for level in ("authority", "area", "cluster", "school")
    },
    "payments": lambda: table(payments(split(), FIRST).to_frame()),
    "payments by month": lambda: table(
        payments(split(), day(30), rhythm="monthly", hosts={"North": "2", "South": "3"}).to_frame()
    ),
    "payments and split": lambda: table(payments(split(), FIRST).reconciled()),
    "payments and ledger": lambda: in_ledger(
        lambda ledger: table(payments(split(), FIRST).reconciled(ledger))
    ),
    **{
        f"ledger by {level}": lambda level=level: in_ledger(
            lambda ledger: table(ledger.to_frame(level))
        )
        for level in ("cluster", "school", "event", "plan")
    },
    "ledger forecast": lambda: in_ledger(lambda ledger: table(ledger.forecast(day(59)))),
    "ledger forecast of an award to come": lambda: in_ledger(
        lambda ledger: table(ledger.forecast(day(20)))
    ),
    "ledger closed": lambda: in_ledger(closed),
    "commitments": lambda: "\n".join(committed().notes) + "\n" + table(committed().to_frame()),
    "commitments and schools": lambda: table(
        committed().to_frame(
            problem_of([school(str(k), measures={"notional_sen": 9.5 + k}) for k in (1, 2)]),
            threshold="10",
        )
    ),
    "commitments by row": lambda: str(committed().row_pence()),
    "commitments in the ledger": lambda: _of_commitments(),
}


def _of_commitments() -> str:
    made = committed()
    given = split_budget(
        problem_of([school("1"), school("2")]),
        plan_of({"A": ["1", "2"]}),
        cl.Pot("9000", committed=made),
        cl.Formula({"schools": 1}),
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.create(Path(folder) / "year", given, first=FIRST, carried={"A": "7"}) as ledger,
    ):
        return table(ledger.to_frame("event")) + table(ledger.to_frame("plan"))


def _twice() -> Any:
    import pandas as pd

    return pd.Series([1, 2], index=["A", "A"])


PROBLEM = problem_of([school("1")])


def frame(**columns: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


GOOD = {"decision": "yes", "reason": "x"}
EVENTS: dict[str, Callable[[Ledger], Any]] = {
    "no cluster": lambda x: x.award("Nrth", "1", FIRST, **GOOD),
    "nothing": lambda x: x.award("North", "0", FIRST, **GOOD),
    "too much": lambda x: x.award("North", "90000", FIRST, **GOOD),
    "day": lambda x: x.award("North", "1", day(400), **GOOD),
    "time": lambda x: x.award("North", "1", datetime(2026, 9, 1), **GOOD),
    "decision": lambda x: x.award("North", "1", FIRST, decision=" ", reason="x"),
    "school elsewhere": lambda x: x.award("North", "1", FIRST, school="3", **GOOD),
    "giver": lambda x: x.contribute("North", "1", FIRST, giver=" "),
    "school": lambda x: x.begin_plan("9", "1", FIRST),
    "reserve": lambda x: x.begin_plan("3", "99000", FIRST),
    "until": lambda x: x.begin_plan("3", "1", day(9), until=day(3)),
    "reference": lambda x: x.begin_plan("3", "1", day(9), reference="R"),
    "no plan": lambda x: x.move_plan("Q", "1", FIRST),
    "ended": lambda x: x.move_plan("R", "1", day(301)),
    "before": lambda x: x.move_plan(2, "1", day(99)),
    "after": lambda x: x.end_plan(2, day(200)),
    "keep": lambda x: x.close_year(keep="101%", keep_at_most="x"),
    "level": lambda x: x.to_frame("area"),
    "forecast": lambda x: x.forecast(day(-1)),
    "closed": lambda x: (x.close_year(), x.contribute("North", "1", FIRST, giver="late")),
    "create again": lambda x: Ledger.create(x._store.path, split(), first=FIRST),
}
CASES: dict[str, Callable[[], Any]] = {
    **{f"ledger: {name}": lambda act=act: in_ledger(act) for name, act in EVENTS.items()},
    "ledger: create": lambda: Ledger.create("x", split(), first=datetime(2026, 9, 1), above="no"),
    "ledger: carried": lambda: Ledger.create("x", split(), first=FIRST, carried={"A": "b"}),
    "ledger: missing": lambda: Ledger("nowhere.ledger"),
    "costs": lambda: look_ahead(split(topup=None), GROWS),
    "costs of many": lambda: look_ahead(
        split_budget(
            problem_of([school(str(k), topup=None) for k in range(6)]),
            plan_of({"A": [str(k) for k in range(6)]}),
            "10",
            cl.Formula({"ehcps": 1}),
        ),
        GROWS,
    ),
    "year of commitments": lambda: committed_in_a_year(
        [Commitment(urn="1", band="A"), Commitment(urn="1", band="C", start=FIRST)]
    ),
    "time of commitments": lambda: committed_in_a_year([], first=datetime(2026, 9, 1)),
    "rates of commitments": lambda: committed_in_a_year([], rates={"A": "x"}, first=FIRST),
    "true given twice": lambda: true_years({"2026": _twice()}),
    "shares in words": lambda: Assumptions(staying="x", flexible_for_plans="y"),
    "scenario": lambda: Scenario(
        name="", backlog_share=2, backlog_months=-1, other_pounds=True, income_pounds=float("inf")
    ),
    "series": lambda: Assumptions(growth={"2024": 0, "2025": "x"}),
    "rates": lambda: Assumptions(
        growth="-100%", growth_spread=-1, area_spread=10, price=5, price_spread="x"
    ),
    "shares": lambda: Assumptions(staying="101%", flexible_for_plans=-1, cost_per_plan=0.5),
    "scales": lambda: Assumptions(cost_variation=101, dispersion=-1),
    "fall": lambda: look_ahead(split(), Assumptions(growth="-60%")),
    "area": lambda: look_ahead(split(), Assumptions(growth=0, areas={"1": "a", "3": "b"})),
    "year": lambda: FinancialYear(
        name=" ", grant=-1, transfer="x", income=0.5, other="0.001", mitigations={"m": "y"}
    ),
    "years": lambda: plan_years([plan().years[0]] * 2, opening=0.5),
    "no years": lambda: plan_years([]),
    "more years": lambda: plan_years([*plan().years, *plan().years], demand=plan().demand),
    "years ahead": lambda: look_years_ahead(split(), GROWS, 11, n_simulations=99, seed=-1),
    "true": lambda: true_years({"2026/28": {"a": 1}, "2027": 5, "2028": {"a": -1}}),
    "true kinds": lambda: true_years({}, "tax", "week"),
    "true twice": lambda: true_years({"2026": {"a": 1}, "2026/27": {"a": 1}}),
    "tiers": lambda: tiers(
        split(),
        {"North": "a", "West": "b"},
        authority="101%",
        area="x",
        cluster=-1,
        contributions=[Contribution(cluster="East", giver="g", amount=1)],
    ),
    "tiers level": lambda: tiers(split(), AREAS).to_frame("town"),
    "contribution": lambda: Contribution(cluster="x", giver=" ", amount=0),
    "payments": lambda: payments(
        split(),
        datetime(2026, 9, 1),
        rhythm="weekly",
        hosts={"North": "9", "West": "1"},
        academies=["8"],
    ),
    "arrears": lambda: read_backdated(
        frame(
            urn=["1", "1", "7", "1"],
            a_year=["5", "", "5", "x"],
            compliance_date=["2026-02-01", "2026-01-01", "2026-01-01", "no"],
            paid_from=["2026-01-01", "2026-02-01", "2026-02-01", "2026-02-30"],
        ),
        PROBLEM,
    ),
    "arrears columns": lambda: read_backdated(frame(urn=["1"], a_year=[5]), PROBLEM),
    "arrears names": lambda: read_backdated(frame(urn=["1"]), PROBLEM, columns={"band": "x"}),
    "arrears none": lambda: read_backdated(
        frame(urn=[], a_year=[], compliance_date=[], paid_from=[]), PROBLEM
    ),
    "old URN": lambda: read_commitments(frame(urn=["7"], a_year=["5"]), PROBLEM, links={"7": "8"}),
    "caseload": lambda: read_caseload(frame(time_period=["2024"], plans=["5"])),
    "caseload year": lambda: read_caseload(frame(when=["2024"], ehcplans=["5"])),
    "caseload counts": lambda: read_caseload(
        frame(time_period=["2024", "2025", "2025"], ehcplans=["x", "5", "6"])
    ),
    "caseload nobody": lambda: read_caseload(
        frame(time_period=["2024"], la_name=["A"], ehcplans=["5"]), authority="B"
    ),
}


def text_of(case: str) -> str:
    if case in WORDS:
        return WORDS[case]()
    with pytest.raises(cl.ClustersError) as caught:
        CASES[case.removeprefix("refused: ")]()
    return str(caught.value)


NAMES = [*WORDS, *(f"refused: {name}" for name in CASES)]


def stored() -> dict[str, str]:
    blocks = FILE.read_text(encoding="utf-8").split("\n## ")[1:]
    pairs = (block.split("\n", 1) for block in blocks)
    return {name: text.strip("\n") for name, text in pairs}


@pytest.mark.parametrize("case", NAMES)
def test_the_words(case):
    assert text_of(case).strip("\n") == stored()[case]


if __name__ == "__main__":
    written = "".join(f"\n## {case}\n{text_of(case)}\n" for case in NAMES)
    FILE.write_text(f"# Words of a year's money\n{written}", encoding="utf-8")
