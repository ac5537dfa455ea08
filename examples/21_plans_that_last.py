"""See how long a plan keeps the rules, and what a plan costs that keeps them for five years.

Run it on the packaged synthetic authority, or on your own files. A forecast has a row for each
school and columns such as "2027/28", or a row for each school and year (docs/data.md)::

    python examples/21_plans_that_last.py
    python examples/21_plans_that_last.py --schools schools.csv --forecast forecast.csv
    python examples/21_plans_that_last.py --schools schools.csv --year-groups census.csv
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
from example_data import options, read_problem, run

import clusters as cl
from clusters import lasting


def main(argv: Sequence[str] | None = None) -> None:
    """Print how long the best plan of today lasts, and the price of one that lasts longer."""
    parser = options(__doc__, seconds=30.0)
    parser.add_argument("--forecast", help="numbers of each school in later years")
    parser.add_argument("--year-groups", help="pupils by year group today, to be projected")
    parser.add_argument("--today", default="2025-26", help="year of the year groups")
    parser.add_argument("--balance", type=float, default=0.3, help="share allowed from the mean")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    forecast = forecast_of(arguments, problem)
    for note in forecast.notes:
        print("-", note)

    # Bounds on pupils hold in every year.
    rules = cl.Rules(
        n_clusters=arguments.clusters,
        contiguous=False,
        balance=dict.fromkeys(forecast.numbers, arguments.balance),
    )
    price = lasting.price_of_lasting(
        problem,
        rules,
        forecast,
        cl.Priorities(travel_by="pupils"),
        settings=cl.Settings(time_limit_s=arguments.seconds),
    )
    print("\nThe best plan found for today:", price.today_lasts.sentence)
    print("\nThe price:", price.sentence)
    if price.lasting_lasts is not None:
        frame = price.lasting_lasts.to_frame()
        frame["share"] = frame["amount"] / frame.groupby(["year", "measure"])["amount"].transform(
            "mean"
        )
        print("\nThe plan that lasts, each cluster as a share of the mean one:")
        table = frame.pivot(index="cluster", columns="year", values="share").round(2)
        print(table[["today", *forecast.years]].to_string())


def forecast_of(arguments: argparse.Namespace, problem: cl.Problem) -> lasting.Forecast:
    """Read the forecast; or project year groups; or show what one might look like."""
    if arguments.forecast is not None:
        return lasting.read_forecast(arguments.forecast, problem)
    if arguments.year_groups is not None:
        groups = lasting.read_year_groups(arguments.year_groups, problem)
        return lasting.project_cohorts(problem, groups, today=arguments.today, n_years=5)
    print(
        "No forecast was given (--forecast): for show, rolls grow in the north, fall in the south"
    )
    north = problem.xy_m[:, 1] > np.median(problem.xy_m[:, 1])
    pupils = problem.measure("pupils")
    return lasting.Forecast(
        numbers={
            "pupils": {
                str(2026 + n): dict(
                    zip(
                        problem.ids,
                        np.round(pupils * np.where(north, 1.03, 0.97) ** n).tolist(),
                        strict=True,
                    )
                )
                for n in range(1, 6)
            }
        },
        projected=("pupils",),
        notes=("These rolls are for show: 3% a year more in the north, 3% less in the south.",),
    )


if __name__ == "__main__":
    run(main)
