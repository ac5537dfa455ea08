"""Check a map that somebody drew by hand, and see how far it is from what a search finds.

Run it on the packaged synthetic authority (a made-up map with six mistakes), or on your own files::

    python examples/04_check_your_own_map.py
    python examples/04_check_your_own_map.py --schools schools.csv --plan map.csv
"""

from __future__ import annotations

from collections.abc import Sequence

from example_data import is_packaged, options, read_map, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    arguments = options(__doc__, seconds=6.0).parse_args(argv)
    problem = read_problem(arguments)
    drawn = read_map(arguments, problem)
    maps = {"drawn": drawn}
    if is_packaged(arguments):
        maps["today"] = cl.datasets.load_plan(problem)

    # 1. Say what a good map must do. Reading a map never fails because the map is wrong: what is
    #    wrong with it becomes findings that name the schools and the numbers.
    rules = cl.Rules(n_clusters=len(drawn.clusters), schools_per_cluster=(5, 20))
    priorities = cl.Priorities(travel_by="pupils")
    certificate = cl.verify(problem, rules, drawn, priorities)
    print("\nThe map as drawn:")
    print(certificate.summary())

    # 2. The findings are also a table, to send round or to filter.
    if not certificate.ok:
        print("\nBy rule:")
        for rule, count in certificate.to_frame()["rule"].value_counts().items():
            print(f"  {rule:22} {count}")

    # 3. What would a search make of the same rules? The gap says how far even that could be
    #    from the best there is.
    try:
        found = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=arguments.seconds))
    except cl.NoPlanError as error:
        print(f"\nNo plan was found under these rules: {error}")
        return
    print(f"\nA search of {found.seconds:.1f} seconds under the same rules:")
    print(found.summary())

    # 4. Side by side. A map with mistakes in it has no cost, and its journeys leave out the schools
    #    that it forgot: repair it first (example 08 finds the smallest repair).
    comparison = cl.compare(problem, {**maps, "found": found.plan}, priorities, rules=rules)
    unit = problem.travel_unit
    shown = [
        "rules_hold",
        "schools_not_placed",
        "smallest_cluster",
        "largest_cluster",
        f"mean_journey_{unit}",
        f"worst_journey_{unit}",
        "worst_journey_school",
        "pyramids_split",
    ]
    print("\nSide by side:")
    print(comparison.to_frame()[shown].round(0).T.to_string())
    print("\nHow many schools would change cluster between each two:")
    pairs = comparison.differences()[["plan", "other", "schools_moved"]]
    print(pairs.to_string(index=False))


if __name__ == "__main__":
    run(main)
