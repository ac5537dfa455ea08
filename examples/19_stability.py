"""How sure is each school's place? Rolls that are a little wrong, other weights, plans as good.

Run it on the packaged synthetic authority, or on your own file::

    python examples/19_stability.py
    python examples/19_stability.py --schools schools.csv --draws 100 --processes 2 --seconds 200
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from multiprocessing import get_context
from pathlib import Path

from example_data import options, read_problem, run

import clusters as cl


def main(argv: Sequence[str] | None = None) -> None:
    """Print how sure the places are, who is least sure, and write a map and a table."""
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--draws", type=int, default=10, help="for each cause; 100 say more")
    parser.add_argument("--processes", type=int, default=1, help="that share the draws")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    rules = cl.Rules(n_clusters=arguments.clusters, balance={"pupils": 0.3})
    priorities = cl.Priorities(travel_by="pupils")
    plan = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=arguments.seconds)).plan

    # The same plan is searched again with rolls up to 5% off, school by school; with every school
    # counted alike instead of by its roll; and other plans within 1% of the best are sampled.
    # Work is limited, not time, so that the same seed gives the same answer.
    each = cl.Settings(time_limit_s=None, work_limit=arguments.seconds / 10, seed=1)
    with _processes(arguments.processes) as executor:
        answer = cl.options.stability(
            problem,
            rules,
            plan,
            priorities,
            each,
            errors={"pupils": 0.05},
            weights={"every school alike": cl.Priorities(travel_by="schools")},
            within=0.01,
            draws=arguments.draws,
            executor=executor,
        )
    print(answer.summary())

    # What a head reads, for the three schools whose place is least sure.
    shares = answer.shares()
    print()
    for key in sorted(shares, key=lambda key: shares[key])[:3]:
        print("-", answer.sentences[key])

    drawing, table = Path("stability.svg"), Path("stability.csv")
    drawing.write_text(answer.to_svg(), encoding="utf-8")
    answer.to_frame().to_csv(table, index=False)
    print(f"\nWritten: {drawing} (a map), {table} (a row for each school)")


def _processes(number: int) -> AbstractContextManager[Executor | None]:
    """Make an executor; the draws are worked out here where one process is asked for."""
    if number < 2:
        return nullcontext()
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"))


if __name__ == "__main__":
    run(main)
