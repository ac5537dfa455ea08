r"""How long SENCOs are on the road a month, in summer and in winter, and who is worst off.

Give two tables of road times (docs/road_times.md), or see it with journeys that are worked out from
straight lines::

    python examples/24_round_trips.py
    python examples/24_round_trips.py --schools schools.csv --plan plan.csv \
        --table summer=summer.csv --table winter=winter.csv --visits 2
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from example_data import options, read_plan, read_problem, run

import clusters as cl
from clusters import visits

KMH = 40
"""Where no table is given: kilometres an hour along straight lines."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print round trips by cluster, which tables the plan holds under, and the worst journeys."""
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--table", action="append", default=[], help="name=file of road times")
    parser.add_argument("--visits", type=float, default=1.0, help="a month to each school")
    parser.add_argument("--longest", type=float, default=30.0, help="minutes allowed to the centre")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    tables = {
        name: visits.with_journeys(problem, travel_min=file)
        for name, _, file in (given.partition("=") for given in arguments.table)
    }
    if not tables:
        print(f"No table was given (--table): straight lines at {KMH} km/h; winter adds a third in")
        print("the western half of the map.")
        minutes = problem.travel / 1000 * 60 / KMH
        west = problem.xy_m[:, 0] < np.median(problem.xy_m[:, 0])
        slow = np.where(west[:, None] | west[None, :], 4 / 3, 1.0)
        tables = {
            "summer": visits.with_journeys(problem, travel_min=minutes),
            "winter": visits.with_journeys(problem, travel_min=minutes * slow),
        }
    rules = cl.Rules(
        n_clusters=len(plan.clusters), max_travel_min=arguments.longest, contiguous=False
    )
    found = visits.compare_tables(tables, rules, plan, arguments.visits)
    print("\n" + "\n".join(found.sentences()))
    print("\nMinutes a month on the road, by cluster:")
    print(found.to_frame("cluster").round(0).to_string(index=False))
    print("\nThe longest round trips:")
    print(found.to_frame("school").head(5).round(0).to_string(index=False))


if __name__ == "__main__":
    run(main)
