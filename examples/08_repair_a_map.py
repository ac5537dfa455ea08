"""Take a map that somebody drew by hand: check it, repair it, and see what a few moves would gain.

Run it as it is (a made-up map with six mistakes), or with your own files::

    python examples/08_repair_a_map.py [schools.csv map.csv]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import clusters as cl


def main(arguments: Sequence[str]) -> None:
    """Print what is wrong with a map, the smallest repair, and the gain of each further move."""
    if len(arguments) == 2:
        problem = cl.build_problem(cl.read_schools(arguments[0]))
        drawn = cl.read_plan(arguments[1], problem)
    else:
        problem = cl.datasets.load_problem()
        drawn = cl.read_plan(cl.datasets.path("hand_drawn"), problem)
    rules = cl.Rules(n_clusters=18, schools_per_cluster=(5, 20))
    priorities = cl.Priorities(travel_by="pupils")
    # (the tests of this project shorten every search through Settings)
    seconds = cl.Settings(time_limit_s=30).time_limit_s or 30.0

    print(cl.verify(problem, rules, drawn, priorities).summary())

    mended = cl.repair(problem, rules, drawn, priorities, time_limit_s=seconds)
    print(f"\n{mended.sentence}")
    print(mended.to_frame().to_string(index=False))

    # Is it worth moving more? The whole curve, from 0 to 20 schools moved.
    curve = cl.improve_curve(problem, rules, mended.plan, priorities, 20, time_limit_s=2 * seconds)
    print()
    for moves in (1, 2, 5, 10, 20):
        print("-", curve.at(moves).sentence)
    cl.write_plan("repaired.csv", mended.plan, problem)
    print("\nThe repaired map is in repaired.csv.")


if __name__ == "__main__":
    main(sys.argv[1:])
