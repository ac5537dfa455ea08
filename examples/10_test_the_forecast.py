"""Test the split against bad news: demand that grows, arrears, income that does not come.

Run it on the packaged synthetic authority, or on your own files::

    python examples/10_test_the_forecast.py
    python examples/10_test_the_forecast.py --schools schools.csv --plan clusters.csv --seed 7
    python examples/10_test_the_forecast.py --caseload caseload.csv --authority 382

The caseload is the Department for Education's file of EHC plans by year, as downloaded: growth and
its spread are then fitted to it. Without it the growth is stated by --growth.
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import options, read_plan, read_problem, run

import clusters as cl
from clusters.budget import Assumptions, look_ahead
from clusters.readers import read_caseload


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    parser.add_argument("--cost-per-plan", help="pounds a year, where today's spend is not known")
    parser.add_argument("--growth", default="5%", help="mean growth of demand, where not fitted")
    parser.add_argument("--caseload", help="EHC plans by year, as published")
    parser.add_argument("--authority", help="its name or code, where the file holds several")
    parser.add_argument("--simulations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    pot = cl.Pot(arguments.total, contingency="3%")
    split = cl.split_budget(problem, plan, pot, cl.Formula({"ehcps": 1}, name="by EHC plans"))

    # What a plan costs is never taken from the split: it would be compared with itself.
    spend_known = all(school.topup_pence is not None for school in problem.schools)
    if arguments.cost_per_plan is None and not spend_known:
        print("\nToday's spend is not in the file: give --cost-per-plan in pounds a year.")
        return
    growth = arguments.growth
    if arguments.caseload is not None:
        growth = read_caseload(
            arguments.caseload, column="mainstream_total", authority=arguments.authority
        )
    outlook = look_ahead(
        split,
        Assumptions(growth=growth, cost_per_plan=arguments.cost_per_plan),
        risk="10%",
        n_simulations=arguments.simulations,
        seed=arguments.seed,
    )
    print(f"\n{outlook.n_simulations:,} simulated years, seed {outlook.seed}. Assumed:")
    for name, value in outlook.assumptions.items():
        print(f"  {name}: {value}")

    print("\nBy cluster, smallest first (simulated, whole pounds):")
    frame = outlook.to_frame().sort_values("plans")
    shown = {
        "cluster": "cluster",
        "plans": "plans",
        "budget": "budget",
        "simulated_chance_of_overspend": "chance over",
        "simulated_contingency": "contingency",
        "simulated_buffer_percent": "buffer %",
    }
    print(frame[list(shown)].rename(columns=shown).to_string(index=False))
    pooling = outlook.pooling
    print("\nWhat pooling is worth: reserves that keep the risk at 10%, added up:")
    print(f"  each school its own   £{pooling.schools:>12,}")
    print(f"  each cluster its own  £{pooling.clusters:>12,}")
    print(f"  one for the authority £{pooling.authority:>12,}")

    print(
        "\nBad news of the kinds that the Forum's minutes name (the size of the backlog is ours):"
    )
    for outcome in outlook.scenarios:
        print(
            f"  {outcome.scenario.name}: expected £{outcome.expected:,}; the chance that clusters' "
            f"money and contingency do not last is {outcome.chance_of_overspend:.0%}; "
            f"{len(outcome.clusters_at_risk)} of {len(plan.clusters)} clusters overspend "
            "in most years"
        )

    print("\nIn a paragraph:\n  " + " ".join(outlook.sentences()))


if __name__ == "__main__":
    run(main)
