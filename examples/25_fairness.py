"""Who is worse off in each option, whose nearest centre is not theirs, and which option wins.

Run it on the packaged synthetic authority, or on your own files::

    python examples/25_fairness.py
    python examples/25_fairness.py --schools schools.csv --plan today.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import options, read_plan, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    """Print what two options mean for schools, and the weights for which each of them wins."""
    arguments = options(__doc__, seconds=20.0).parse_args(argv)
    problem = read_problem(arguments)
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.3})
    settings = cl.Settings(time_limit_s=arguments.seconds)
    by_pupils = cl.Priorities(travel_by="pupils")
    plans = {
        "today": read_plan(arguments, problem),
        "by pupils": cl.solve(problem, rules, by_pupils, settings).plan,
        "every school alike": cl.solve(
            problem, rules, cl.Priorities(travel_by="schools"), settings
        ).plan,
    }

    found = cl.options.fairness(problem, rules, plans, by_pupils)
    print(found.summary())
    print("\nSide by side:")
    print(found.to_frame().T.to_string())

    # Which option wins under the group's own weights, and how far the weights may change.
    unit = problem.travel_unit
    values = {
        row["option"]: {
            "mean journey": row[f"mean_journey_{unit}"],
            "longest journey": row[f"longest_journey_{unit}"],
            "nearest is not mine": row["nearest_is_not_mine"],
        }
        for row in found.to_frame().to_dict("records")
    }
    weights = {"mean journey": 3, "longest journey": 1, "nearest is not mine": 1}
    scores = cl.options.score(values, weights, less_is_better=list(weights))
    print()
    print(scores.summary())


if __name__ == "__main__":
    run(main)
