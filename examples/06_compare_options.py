"""Propose five plans that honestly differ, put them side by side, and see what they share.

Run it as it is (packaged, made-up schools), or with your own file::

    python examples/06_compare_options.py [schools.csv]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import clusters as cl


def main(arguments: Sequence[str]) -> None:
    """Print five options, how they differ, and what one priority costs in terms of another."""
    if arguments:
        problem = cl.build_problem(cl.read_schools(arguments[0]))
        today = None
    else:
        problem = cl.datasets.load_problem()
        today = cl.datasets.load_plan(problem)
    rules = cl.Rules(n_clusters=18, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")

    # The first option is the best under the priorities that the group has agreed on. Every other
    # one is as good as it can be at its own theme without costing over 10 % more.
    options = cl.propose(
        problem,
        rules,
        priorities,
        cl.Settings(time_limit_s=120),
        n_options=5,
        today=today,
    )
    print(options.summary())

    comparison = options.compare()
    columns = ["rules_hold", "cost", "gap", "mean_journey_m", "worst_journey_m", "pyramids_split"]
    print("\nSide by side:")
    print(comparison.to_frame()[columns].T.to_string())
    print("\nHow far apart each two are (schools that change cluster, share of pairs that differ):")
    print(comparison.differences()[["plan", "other", "schools_moved", "pairs_differ"]].to_string())

    # What all options agree on need not be argued about.
    together = options.together()
    print()
    for sentence in together.sentences[:3]:
        print(sentence)
    print(f"{len(together.settled)} of {len(problem)} schools have the same place in every option.")

    # What would evener clusters cost in journeys? Every point of the curve is a plan.
    curve = cl.trade_off(
        problem,
        rules,
        cl.Priorities(travel_by="pupils", balance_by="pupils"),
        a="travel",
        b="balance",
        n_points=5,
        settings=cl.Settings(time_limit_s=40),
    )
    print("\nJourneys against evenness:")
    print(curve.to_frame().to_string())


if __name__ == "__main__":
    main(sys.argv[1:])
