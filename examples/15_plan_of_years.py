r"""Plan three financial years: grant, income, demand that grows, measures, and the balance left.

Run it on the packaged synthetic authority, or on your own files::

    python examples/15_plan_of_years.py
    python examples/15_plan_of_years.py --schools schools.csv --plan clusters.csv \\
        --cost-per-plan 9000 --growth 6%

Grant, income and measures below are made up for the example.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from example_data import options, read_plan, read_problem, run

import clusters as cl
from clusters.budget import (
    Assumptions,
    FinancialYear,
    by_pot,
    look_years_ahead,
    plan_years,
    true_years,
)
from clusters.budget.spreadsheet_years import write_calendar_workings, write_plan_workings


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    parser.add_argument("--growth", default="6%", help="mean growth of the number of plans")
    parser.add_argument("--cost-per-plan", help="pounds a year, where today's spend is not known")
    parser.add_argument("--simulations", type=int, default=2_000)
    parser.add_argument("--workbooks", type=Path, help="folder for workbooks of live formulas")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    formula = cl.Formula({"ehcps": 3, "sen_support": 1}, name="need units")
    split = cl.split_budget(problem, plan, cl.Pot(arguments.total, contingency="3%"), formula)

    # 1. A year from September falls 7/12 into one financial year and 5/12 into the next.
    years = true_years({"2026/27": split, "2027/28": split})
    print("\nTwo academic years of the same split, by financial year (what is held included):")
    for part, sum_ in zip(years.parts, years.totals, strict=True):
        print(f"  {part}: £{sum_ / 100:>16,.2f}")

    # Each cluster has its money from each of the pots that pay for it.
    shared = sum(share.total_pence for share in split.clusters)
    transfer = shared // 72
    pots = by_pot(split, {"high needs block": shared - transfer, "transfer": transfer})
    print(
        "By pot:",
        dict(zip(pots.parts, (f"£{sum_ / 100:,.2f}" for sum_ in pots.totals), strict=True)),
    )

    # 2. Demand: what the plans of all clusters cost in the coming years, simulated.
    spend_known = all(school.topup_pence is not None for school in problem.schools)
    if arguments.cost_per_plan is None and not spend_known:
        print("\nToday's spend is not in the file: give --cost-per-plan in pounds a year.")
        return
    assumed = Assumptions(growth=arguments.growth, cost_per_plan=arguments.cost_per_plan)
    demand = look_years_ahead(split, assumed, 3, n_simulations=arguments.simulations)

    # 3. The plan: each closing balance opens the next year.
    pounds = split.pot.total_pence // 100
    table = plan_years(
        [
            FinancialYear(
                name=f"{2026 + k}-{27 + k}",
                grant=pounds + 500_000 * k,
                transfer=250_000,
                income=400_000,
                mitigations={"earlier help": 200_000 * k},
            )
            for k in range(3)
        ],
        opening="-1500000",
        demand=demand,
    )
    print("\nThe plan in whole pounds; demand and balances at 10, 50 and 90 in 100 futures:")
    frame = table.to_frame().set_index("year").T
    print((frame // 100).to_string())
    if arguments.workbooks is not None:
        arguments.workbooks.mkdir(parents=True, exist_ok=True)
        write_calendar_workings(arguments.workbooks / "years.xlsx", years)
        write_plan_workings(arguments.workbooks / "plan_of_years.xlsx", table)
    print("\nIn a paragraph:\n  " + " ".join(table.sentences()))


if __name__ == "__main__":
    run(main)
