"""Test the split against bad news: demand that grows, payments backdated, pupils out of area.

Run it on the packaged synthetic authority, or on your own files::

    python examples/10_test_the_forecast.py
    python examples/10_test_the_forecast.py --schools schools.csv --plan clusters.csv --seed 7
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import clusters as cl
from clusters.budget import Assumptions, look_ahead


def read(arguments: argparse.Namespace) -> tuple[cl.Problem, cl.Plan]:
    """Read schools and plan; the packaged authority where no file is named."""
    if arguments.schools is None:
        print("Data: the packaged synthetic authority (invented schools).")
        problem = cl.datasets.load_problem()
        return problem, cl.datasets.load_plan(problem)
    problem = cl.build_problem(cl.read_schools(arguments.schools))
    if arguments.plan is not None:
        return problem, cl.read_plan(arguments.plan, problem)
    print("No plan was given: 10 seconds of search find one with 18 clusters.")
    found = cl.solve(problem, cl.Rules(n_clusters=18), settings=cl.Settings(time_limit_s=10))
    return problem, found.plan


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schools", help="a file of schools (docs/data.md says which)")
    parser.add_argument("--plan", help="a file with one row per school: URN and cluster")
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    parser.add_argument("--growth", default="3%", help="mean growth of demand")
    parser.add_argument("--simulations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    problem, plan = read(arguments)
    pot = cl.Pot(arguments.total, contingency="3%")
    split = cl.split_budget(problem, plan, pot, cl.Formula({"ehcps": 1}, name="by EHC plans"))

    outlook = look_ahead(
        split,
        Assumptions(growth=arguments.growth),
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
    small, large = frame.iloc[0], frame.iloc[-1]
    print(
        f"\nA small cluster is riskier: {small['cluster']} ({small['plans']} plans) needs "
        f"{small['simulated_buffer_percent']} % of its expected cost in reserve, "
        f"{large['cluster']} ({large['plans']} plans) {large['simulated_buffer_percent']} %."
    )

    pooling = outlook.pooling
    print("\nWhat pooling is worth: reserves that keep the risk at 10 %, added up:")
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


if __name__ == "__main__":
    main()
