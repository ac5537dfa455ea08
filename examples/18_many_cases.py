"""Run many cases as one study: numbers of clusters, and counts that might have come out otherwise.

Every case is kept as soon as it is done: stop the example with Ctrl-C, run it again, and it goes on
where it stopped. Run it on the packaged synthetic authority, or on your own file::

    python examples/18_many_cases.py
    python examples/18_many_cases.py --schools census.csv --columns pupils=NOR --workers 2
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from example_data import options, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=1.0)
    parser.add_argument("--draws", type=int, default=2, help="of the counts, for each number")
    parser.add_argument("--workers", type=int, help="processes; this one alone without it")
    parser.add_argument("--store", default="many_cases", help="folder of the answers")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)

    # 1. A table: one row for each case. A column is named after what it sets; an empty cell sets
    #    nothing. Draw 0 is the data as it is; the others draw every roll again, by about 5%.
    rows = pd.DataFrame(
        [
            {
                "name": f"{count} clusters, draw {draw}",
                "rules.n_clusters": count,
                "perturb.spread.pupils": 0.05 if draw else None,
                "perturb.seed": draw or None,
                "label.draw": draw,
            }
            for count in (arguments.clusters - 1, arguments.clusters, arguments.clusters + 1)
            for draw in range(arguments.draws)
        ]
    )
    cases = cl.study.cases(
        rows,
        problem,
        rules=cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.25}),
        priorities=cl.Priorities(travel_by="pupils"),
        # work, not time: the same plans on a busy machine
        settings=cl.Settings(work_limit=arguments.seconds),
    )

    # 2. Run what the store does not hold yet. One bad case would be a row, and stop nothing.
    study = cl.study.run(cases, arguments.store, workers=arguments.workers)
    print(f"\n{study.summary()}")
    if study.found:
        print(f"Of these, {study.found} were in {arguments.store} already.")

    # 3. One table of all; plans are read on demand.
    frame = study.to_frame()
    frame["journeys_km"] = frame["objective"] / 1000
    shown = ["clusters", "draw", "status", "gap", "journeys_km", "seconds", "memory_mb"]
    print(frame[shown].round(3).to_string())

    # 4. Which schools share a cluster in every plan with the usual number of clusters?
    usual = frame.index[frame["clusters"] == arguments.clusters]
    pairs = [
        {(a, b) for c in plan.clusters for a in c.members for b in c.members if str(a) < str(b)}
        for name, plan in study.plans()
        if name in usual
    ]
    if pairs:
        always, ever = set.intersection(*pairs), set.union(*pairs)
        print(
            f"\nOf {len(ever):,} pairs of schools that share a cluster in any of the "
            f"{len(pairs)} plans, {len(always):,} do so in every one."
        )


if __name__ == "__main__":
    run(main)
