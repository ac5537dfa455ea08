"""Take a map that somebody drew by hand: check it, repair it, and see what a few moves would gain.

Run it on the packaged synthetic authority (a made-up map with six mistakes), or on your own files::

    python examples/08_repair_a_map.py
    python examples/08_repair_a_map.py --schools schools.csv --plan map.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import options, read_map, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    """Print what is wrong with a map, a repair, and the gain of each further move."""
    parser = options(__doc__, seconds=30.0)
    parser.add_argument("--out", default="repaired.csv", help="where to save the repaired map")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    drawn = read_map(arguments, problem)
    rules = cl.Rules(n_clusters=len(drawn.clusters), schools_per_cluster=(5, 20))
    priorities = cl.Priorities(travel_by="pupils")
    # (the tests of this project shorten every search through Settings)
    seconds = cl.Settings(time_limit_s=arguments.seconds).time_limit_s or 30.0

    print(cl.verify(problem, rules, drawn, priorities).summary())

    repaired = cl.repair(
        problem, rules, drawn, priorities, settings=cl.Settings(time_limit_s=seconds)
    )
    print(f"\n{repaired.sentence}")
    print(repaired.to_frame().to_string(index=False))

    # Is it worth moving more? The whole curve, from 0 to 20 schools moved.
    curve = cl.explain.improve_curve(
        problem,
        rules,
        repaired.plan,
        priorities,
        20,
        settings=cl.Settings(time_limit_s=2 * seconds),
    )
    print()
    for moves in (1, 2, 5, 10, 20):
        print("-", curve.at(moves).sentence)
    where = cl.write_plan(arguments.out, problem, repaired.plan)
    print(f"\nThe repaired map is in {where}.")


if __name__ == "__main__":
    run(main)
