"""Check a map that somebody drew by hand, and see how far it is from what a search finds.

Run it on the packaged synthetic authority (a made-up map with six mistakes), or on your own files::

    python examples/04_check_your_own_map.py
    python examples/04_check_your_own_map.py --schools schools.csv --plan map.csv
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import clusters as cl


def names(text: str) -> dict[str, str | None]:
    """Turn ``pupils=NOR,ehcps=TSENELSE`` into {our name: the file's name}."""
    return {ours: theirs or None for ours, _, theirs in (p.partition("=") for p in text.split(","))}


def read(arguments: argparse.Namespace) -> tuple[cl.Problem, dict[str, cl.Plan]]:
    """Read schools and maps; the packaged authority where no file is named."""
    if arguments.schools is None:
        print("Data: the packaged synthetic authority (invented schools).")
        problem = cl.datasets.load_problem()
        drawn = cl.read_plan(arguments.plan or cl.datasets.path("hand_drawn"), problem)
        return problem, {"drawn": drawn, "today": cl.datasets.load_plan(problem)}
    problem = cl.build_problem(cl.read_schools(arguments.schools, columns=arguments.columns))
    return problem, {"drawn": cl.read_plan(arguments.plan, problem)}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schools", help="a file of schools (docs/data.md says which)")
    parser.add_argument("--columns", type=names, help="ours=theirs,... where names differ")
    parser.add_argument("--plan", help="your map: one row per school, with URN and cluster")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long to search")
    arguments = parser.parse_args(argv)
    if arguments.schools is not None and arguments.plan is None:
        parser.error("--schools needs --plan: the map to check")
    problem, maps = read(arguments)
    drawn = maps["drawn"]

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
    #    that it forgot: mend it first (example 08 finds the smallest repair).
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
    main()
