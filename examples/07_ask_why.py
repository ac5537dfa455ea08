"""Answer what a head teacher asks: why here, what if it moved, and why something is impossible.

Run it as it is (packaged, made-up schools), or with your own file::

    python examples/07_ask_why.py [schools.csv]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import clusters as cl


def main(arguments: Sequence[str]) -> None:
    """Print answers for single schools, the price of a change, and reasons why no plan exists."""
    if arguments:
        problem = cl.build_problem(cl.read_schools(arguments[0]))
    else:
        problem = cl.datasets.load_problem()
    rules = cl.Rules(n_clusters=18, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")
    plan = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=30)).plan

    # Why is my school here? All schools at once, in seconds; three of them are shown.
    answers = cl.why_all(problem, rules, plan, priorities)
    for key in list(answers)[:3]:
        print("-", answers[key].sentence)
    settled = sum(not why.open for why in answers.values())
    print(f"{settled} of {len(problem)} schools could not move alone without breaking a rule.\n")

    # What if it moved to the next best cluster?
    key, why = next((key, why) for key, why in answers.items() if why.open)
    assert why.next_best is not None
    change = cl.Change.move(key, to=why.next_best.to)
    answer = cl.what_if(
        problem, rules, plan, change, priorities, settings=cl.Settings(time_limit_s=20)
    )
    print(answer.sentence, "\n")

    # What if there were 17 clusters? Nothing is altered: `rules` and `plan` are as before.
    fewer = cl.Change.count(17)
    answer = cl.what_if(
        problem, rules, plan, fewer, priorities, settings=cl.Settings(time_limit_s=20)
    )
    print(answer.sentence, "\n")

    # Why can't we have 25 clusters of at least 7 schools?
    wish = cl.Rules(n_clusters=25, schools_per_cluster=(7, None))
    print(cl.why_no_plan(problem, wish, time_limit_s=5).summary())


if __name__ == "__main__":
    main(sys.argv[1:])
