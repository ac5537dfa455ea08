"""Propose five plans that honestly differ, put them side by side, and see what they share.

Run it on the packaged synthetic authority, or on your own files::

    python examples/06_compare_options.py
    python examples/06_compare_options.py --schools schools.csv --plan today.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import is_packaged, options, read_plan, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    """Print five options, how they differ, and what one priority costs in terms of another."""
    arguments = options(__doc__, seconds=120.0).parse_args(argv)
    problem = read_problem(arguments)
    known = is_packaged(arguments) or arguments.plan is not None
    today = read_plan(arguments, problem) if known else None
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")

    # The first option is the best under the priorities that the group has agreed on. Every other
    # one is as good as it can be at its own theme without costing over 10% more.
    proposed = cl.propose(
        problem,
        rules,
        priorities,
        cl.Settings(time_limit_s=arguments.seconds),
        n_options=5,
        reference=today,
    )
    print(proposed.summary())
    for missing in proposed.missing:  # proved that nothing does better, or not found in the time
        print(missing.sentence)

    comparison = proposed.compare()
    unit = problem.travel_unit
    columns = ["rules_hold", "cost", "gap", f"mean_journey_{unit}", f"worst_journey_{unit}"]
    columns += ["pyramids_split"] if problem.pyramids else []
    print("\nSide by side:")
    print(comparison.to_frame()[columns].T.to_string())
    if len(comparison.to_frame()) > 1:
        print("\nHow far apart each two are (schools that move, share of pairs that differ):")
        pairs = comparison.differences()[["plan", "other", "schools_moved", "pairs_differ"]]
        print(pairs.to_string())

        # What all options agree on need not be argued about.
        together = proposed.together()
        print()
        for sentence in together.sentences[:3]:
            print(sentence)
        settled = f"{len(together.settled)} of {len(problem)} schools"
        print(f"{settled} have the same place in every option.")

    # What would evener clusters cost in journeys? Every point of the curve is a plan.
    try:
        curve = cl.options.trade_off(
            problem,
            rules,
            cl.Priorities(travel_by="pupils", balance_by="pupils"),
            a="travel",
            b="balance",
            n_points=5,
            settings=cl.Settings(time_limit_s=arguments.seconds / 3),
        )
    except cl.OutOfTimeError as error:
        print(f"\nNo curve of journeys against evenness in this time: {error}")
        return
    print("\nJourneys against evenness:")
    print(curve.to_frame().to_string())


if __name__ == "__main__":
    run(main)
