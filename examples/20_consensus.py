"""Bring several members' maps, and their rankings of the options, together.

Run it on the packaged synthetic authority, or on your own files::

    python examples/20_consensus.py
    python examples/20_consensus.py --schools schools.csv --map ann.csv --map ben.csv
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from example_data import options, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    """Print the plan nearest to all maps, where members divide, and what their orders come to."""
    parser = options(__doc__, seconds=20.0)
    parser.add_argument(
        "--map", action="append", default=[], help="a member's map; may be repeated"
    )
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.35})
    settings = cl.Settings(time_limit_s=arguments.seconds)

    maps: dict[str, cl.Plan | dict[int | str, str]] = {
        path: cl.read_plan(path, problem) for path in arguments.map
    }
    if not maps:
        print("No maps were given (--map): three members change a plan here and there, at random.")
        plan = cl.solve(problem, rules, cl.Priorities(travel_by="pupils"), settings).plan
        maps = {name: _changed(problem, plan, seed) for seed, name in enumerate("ABC", start=1)}

    found = cl.options.consensus(problem, rules, maps, settings=settings)
    print(found.summary())
    print("\nHow far each map is from it:")
    print(found.to_frame("map").to_string(index=False))
    divided = found.to_frame().query("votes_here < votes")
    print("\nWhere members divide:")
    print(divided.head(10).to_string(index=False))

    # Later the members rank the options that are left. Names in a list of their own are level.
    ranking = cl.options.rank_options(
        {
            "A": ["shortest journeys", "pyramids whole", "most even"],
            "B": ["pyramids whole", "shortest journeys", "most even"],
            "C": ["shortest journeys", ["pyramids whole", "most even"]],
        }
    )
    print("\nInvented rankings of three options:")
    print(ranking.summary())


def _changed(problem: cl.Problem, plan: cl.Plan, seed: int) -> dict[int | str, str]:
    """Put some schools into the cluster of a neighbour, and leave some out."""
    rng = np.random.default_rng(seed)
    labels, pairs = dict(plan.labels), list(problem.neighbour_pairs())
    for number in rng.integers(0, len(pairs), 12).tolist():
        one, other = pairs[number]
        labels[one] = labels.get(other, labels[one])
    for number in rng.integers(0, len(problem), 5).tolist():
        labels.pop(problem.ids[number], None)
    return labels


if __name__ == "__main__":
    run(main)
