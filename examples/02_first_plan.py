"""Find a first plan, learn how good it is, have it checked independently, and save it.

Run it on the packaged synthetic authority, or on your own file::

    python examples/02_first_plan.py
    python examples/02_first_plan.py --schools census.csv --columns pupils=NOR --clusters 18
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import options, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=8.0)
    parser.add_argument("--out", default="first_plan.csv", help="where to save the plan")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)

    # 1. Facts, rules, priorities and effort are separate. A rule must hold; a priority says which
    #    of the plans that keep every rule is better. Here: short journeys, each pupil alike.
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.25})
    priorities = cl.Priorities(travel_by="pupils")
    settings = cl.Settings(time_limit_s=arguments.seconds)

    # 2. Search. Plans come within seconds; the proof of how good they are takes longer, and the
    #    gap between the two is shown as it closes. Ctrl-C would keep the best plan so far.
    print(f"\nSearching for {arguments.seconds:g} seconds:")
    said = 0.0

    def report(progress: cl.solver.Progress) -> None:
        nonlocal said
        if progress.gap is not None and progress.seconds >= said:
            print(f"  {progress.seconds:4.1f} s: at most {100 * progress.gap:.2f}% from the best")
            said = progress.seconds + 2.0

    result = cl.solve(problem, rules, priorities, settings, on_progress=report)
    print(result.summary())

    # 3. Do not take the search's word for it: the verifier shares no code with it.
    print("\nThe independent check:")
    print(cl.verify(problem, rules, result.plan, priorities).summary())

    # 4. What the plan is like, in figures that can be worked out again from its members.
    measures = cl.measure(problem, result.plan, priorities)
    frame = measures.to_frame("cluster")
    unit = problem.travel_unit
    print("\nThe clusters:")
    shown = ["cluster", "schools", "pupils", f"mean_journey_{unit}", f"worst_journey_{unit}"]
    print(frame[shown].round(0).to_string(index=False))
    low, high = measures.whole.balance["pupils"]
    print(f"Pupils: from {100 * low:+.0f}% to {100 * high:+.0f}% of the mean cluster.")
    if split := measures.whole.pyramids_split:
        print(f"Pyramids in more than one cluster: {len(split)}. Example 03 keeps one whole.")

    # 5. Save it: one row per school. `read_plan` gives the same plan back.
    where = cl.write_plan(arguments.out, problem, result.plan)
    print(f"\nThe plan is in {where}.")


if __name__ == "__main__":
    run(main)
