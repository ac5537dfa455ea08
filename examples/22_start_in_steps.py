r"""Decide which clusters begin in September and which later, and say what each of them waits for.

Run it on the packaged synthetic authority, or on your own files::

    python examples/22_start_in_steps.py
    python examples/22_start_in_steps.py --schools schools.csv --plan plan.csv \
        --ready "Honley=2027-01-01,Batley=2027-04-01" --most-at-once 6 --money 2026-27=6000000
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import is_packaged, options, read_plan, read_problem, run

import clusters as cl
from clusters import rollout

DAYS = ("2026-09-01", "2027-01-01", "2027-04-01", "2027-09-01")


def main(argv: Sequence[str] | None = None) -> None:
    """Print the order in which clusters start, with reasons, money and the partial maps."""
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--ready", default="", help="cluster=day its lead is ready,...")
    parser.add_argument("--most-at-once", type=int, default=7, help="starts on one day")
    parser.add_argument("--money", default="2026-27=5500000", help="financial year=pounds,...")
    parser.add_argument("--pot", default="18000000", help="pounds a year for all clusters")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    labels = [cluster.label for cluster in plan.clusters]
    measure = "need" if "need" in problem.measures else "pupils"
    print(f"What waits is counted in {measure}.")

    ready = pairs(arguments.ready)
    if not ready and is_packaged(arguments):
        ready = dict.fromkeys(labels[::5], DAYS[1])  # made up, as the authority is
    asked = rollout.StartRules(
        starts=DAYS,
        leads_ready=dict.fromkeys(labels, DAYS[0]) | ready,
        costs=cl.split_budget(problem, plan, arguments.pot, cl.Formula({measure: 1})),
        money=pairs(arguments.money),
        most_at_once=arguments.most_at_once,
    )
    rules = cl.Rules(n_clusters=len(labels), contiguous=False)
    order = rollout.choose_starts(problem, rules, plan, asked, measure=measure)

    print("\n" + "\n".join(order.sentences()) + "\n")
    print(order.to_frame().drop(columns="waits_for").to_string(index=False))
    print("\nThe part of the map that has started, day by day:")
    print(order.to_frame("days").to_string(index=False))

    # Nothing has to be believed: other code checks every day's part of the map, and the money.
    found = rollout.check_starts(problem, rules, plan, order.starts, asked)
    print("\nChecked again:", found or "everything holds.")


def pairs(text: str) -> dict[str, str]:
    """Turn "a=1,b=2" into a mapping."""
    return {
        key: value for key, _, value in (part.partition("=") for part in text.split(",")) if key
    }


if __name__ == "__main__":
    run(main)
