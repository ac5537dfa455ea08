r"""Ring-fence what must be paid for EHC plans, plan by plan, before anything is shared.

Run it on the packaged synthetic authority, or on your own files::

    python examples/14_commitments.py
    python examples/14_commitments.py --schools schools.csv --commitments plans.csv \\
        --bands A=4000,B=9000 --year-from 2026-09-01

The file of commitments has one row for each plan: urn, a_year (pounds) or band; where given start,
end and reference (which is never printed). For the packaged authority the rows are made up from
today's spend.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from example_data import is_packaged, options, read_plan, read_problem, run

import clusters as cl
from clusters.budget import committed_in_a_year
from clusters.readers import read_commitments, read_links


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    parser.add_argument("--commitments", help="one row for each plan")
    parser.add_argument("--bands", default="", help="BAND=POUNDS,...")
    parser.add_argument("--links", help="old and new URNs, as published")
    parser.add_argument("--year-from", type=date.fromisoformat, default=date(2026, 9, 1))
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    if arguments.commitments is None and not is_packaged(arguments):
        print("\nGive --commitments: without the file there is nothing to ring-fence.")
        return

    # 1. Read the plans. Old URNs are followed where the list of links is given.
    links = None if arguments.links is None else read_links(arguments.links)
    source = _made_up(problem) if is_packaged(arguments) else arguments.commitments
    rows = read_commitments(source, problem, links=links)
    rates = dict(pair.split("=") for pair in arguments.bands.split(",") if pair)
    rates = {"A": "4000", "B": "9500.50"} if is_packaged(arguments) else rates

    # 2. Pay each for the days of the year on which it runs: the sums add up, in any order of rows.
    committed = committed_in_a_year(rows, rates=rates, first=arguments.year_from)
    for note in committed.notes:
        print(f"\n{note}")

    # 3. They come off the pot before the formula shares anything.
    split = cl.split_budget(problem, plan, cl.Pot(arguments.total, committed=committed))
    print(f"\nOf £{split.pot.total_pence / 100:,.2f}:")
    for step, pence in {**split.pot.steps, "shared by formula": split.pot.flexible_pence}.items():
        print(f"  {step:28} £{pence / 100:>16,.2f}")
    for note in split.notes[1:]:
        print(f"  {note}")

    # 4. What schools pay themselves stands beside it: £6,000 of each plan.
    table = committed.to_frame(problem)
    print("\nBy school, the first five (pence):")
    print(table.head().to_string(index=False))


def _made_up(problem: cl.Problem) -> pd.DataFrame:
    """Make up one row for each plan of the packaged authority: bands, sums, starts and ends."""
    rows = []
    for school in problem.schools:
        for k in range(school.ehcps or 0):
            a_year = f"{3_000 + 750 * (k % 5)}.00"
            rows.append(
                {
                    "urn": school.urn,
                    "band": "AB"[k % 2] if k % 3 else None,
                    "a_year": None if k % 3 else a_year,
                    "start": "2027-01-04" if k % 7 == 3 else None,
                    "end": "2027-03-31" if k % 7 == 5 else None,
                    "reference": f"{school.urn}-{k}",
                }
            )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    run(main)
