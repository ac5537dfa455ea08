"""Answer what a head teacher asks: why here, what if it moved, and why something is impossible.

Run it on the packaged synthetic authority, or on your own file::

    python examples/07_ask_why.py
    python examples/07_ask_why.py --schools schools.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import options, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    """Print answers for single schools, the price of a change, and reasons why no plan exists."""
    arguments = options(__doc__, seconds=30.0).parse_args(argv)
    problem = read_problem(arguments)
    count = arguments.clusters
    rules = cl.Rules(n_clusters=count, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")
    plan = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=arguments.seconds)).plan

    # Why is my school here? All schools at once, in seconds; three of them are shown.
    answers = cl.why_all(problem, rules, plan, priorities)
    for key in list(answers)[:3]:
        print("-", answers[key].sentence)
    for why in [why for why in answers.values() if why.nearer is not None][:2]:
        print("-", why.sentence)  # why not the cluster whose centre is nearer?
    settled = sum(not why.open for why in answers.values())
    print(f"{settled} of {len(problem)} schools could not move alone without breaking a rule.\n")

    # What if it moved to the next best cluster?
    settings = cl.Settings(time_limit_s=arguments.seconds)
    for key, why in answers.items():
        if why.open and why.next_best is not None:
            change = cl.Change.move(key, to=why.next_best.to)
            answer = cl.what_if(problem, rules, plan, change, priorities, settings=settings)
            print(answer.sentence, "\n")
            break

    # What if there were one cluster fewer? Nothing is altered: `rules` and `plan` are as before.
    fewer = cl.Change.count(count - 1)
    answer = cl.what_if(problem, rules, plan, fewer, priorities, settings=settings)
    print(answer.sentence, "\n")

    # Why can't we have more clusters, each of more schools than there are for it?
    more = count + 7
    wish = cl.Rules(n_clusters=more, schools_per_cluster=(len(problem) // more + 1, None))
    print(cl.why_no_plan(problem, wish, settings=cl.Settings(time_limit_s=5)).summary())


if __name__ == "__main__":
    run(main)
