r"""A school closes, two clusters become one: the fewest moves, and what it does to the money.

Run it on the packaged synthetic authority, or on your own files::

    python examples/23_when_schools_change.py
    python examples/23_when_schools_change.py --schools schools.csv --plan plan.csv \
        --close 107599 --to 107630
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from example_data import options, read_plan, read_problem, run

import clusters as cl
from clusters import explain


def main(argv: Sequence[str] | None = None) -> None:
    """Print what a closure and a merger of clusters would mean."""
    parser = options(__doc__, seconds=20.0)
    parser.add_argument("--close", help="URN of the school that closes; the smallest without it")
    parser.add_argument("--to", help="URN of the school its pupils go to; the nearest without it")
    parser.add_argument("--pot", default="18000000", help="pounds a year")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    gone, heir = schools_of(arguments.close, arguments.to, problem)
    first = plan.clusters[0]
    beside = next(
        other
        for a, b in problem.neighbour_pairs()
        for one, other in ((a, b), (b, a))
        if one in first.members and other not in first.members
    )
    changes = {
        "A school closes": cl.Change.close(gone, to=heir),
        "Two clusters become one": cl.Change.merge(first.label, plan.cluster_of(beside).label),
    }
    rules = cl.Rules(n_clusters=len(plan.clusters), contiguous=False)
    formula = cl.Formula({"pupils": 1})
    for title, change in changes.items():
        answer = cl.what_if(
            problem,
            rules,
            plan,
            change,
            cl.Priorities(travel_by="pupils"),
            settings=cl.Settings(time_limit_s=arguments.seconds),
        )
        print(f"\n{title}\n{answer.sentence}")
        if answer.nearest is None:
            continue
        money = explain.money_of_change(problem, plan, answer, arguments.pot, formula)
        print("\n".join(money.sentences()))


def schools_of(
    close: str | None, to: str | None, problem: cl.Problem
) -> tuple[int | str, int | str]:
    """Return the school that closes, and the one that takes its pupils."""
    at = problem.position(close) if close else int(np.argmin(problem.measure("pupils")))
    near = int(np.argsort(problem.travel[at], kind="stable")[1])
    gone, heir = problem.ids[at], problem.ids[problem.position(to) if to else near]
    names = problem.school(gone).name, problem.school(heir).name
    print(f"{names[0]} closes, and its pupils go to {names[1]}.")
    return gone, heir


if __name__ == "__main__":
    run(main)
