r"""Run a cluster's year: a child moves, a panel awards, a trust adds, the year is closed.

Run it on the packaged synthetic authority, or on your own files::

    python examples/16_a_year_of_a_ledger.py
    python examples/16_a_year_of_a_ledger.py --schools schools.csv --plan clusters.csv \\
        --ledger 2026-27.ledger

Without --ledger the file is kept in a folder that is gone afterwards. The events are made up.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from example_data import options, read_plan, read_problem, run

import clusters as cl
from clusters.budget import Contribution, Ledger, payments, tiers
from clusters.money import pounds

FIRST = date(2026, 9, 1)


def main(argv: Sequence[str] | None = None) -> None:
    parser = options(__doc__, seconds=10.0)
    parser.add_argument("--total", default="18000000", help="the pot in pounds")
    parser.add_argument("--ledger", type=Path, help="the new file")
    arguments = parser.parse_args(argv)
    problem = read_problem(arguments)
    plan = read_plan(arguments, problem)
    formula = cl.Formula({"pupils": 1})
    split = cl.split_budget(problem, plan, cl.Pot(arguments.total, contingency="3%"), formula)
    one, other = split.clusters[0], split.clusters[1]

    # 1. Tiers: an area may hold a part of what its clusters get; a trust adds to a cluster's pot.
    areas = {
        str(share.key): "north" if k % 2 else "south" for k, share in enumerate(split.clusters)
    }
    gift = Contribution(cluster=str(one.key), giver="a trust", amount="2500")
    held = tiers(split, areas, area="5%", contributions=[gift]).to_frame("area")
    print("\nWith 5% held by areas (pence):")
    print(held[["area", "held_by_area_pence", "to_schools_pence"]].to_string(index=False))

    # 2. Payments: committed sums to schools, clusters' pots to their host schools.
    termly = payments(split, FIRST)
    first = termly.to_frame().iloc[0]
    print(f"\nThe first of {len(termly.rows)} payments: £{first['pounds']} to {first['payee']} on")
    print(f"{first['due']}. All come to £{sum(row.pence for row in termly.rows) / 100:,.2f}.")

    # 3. The year, event by event. Each is on the disk, whole, before the next line runs.
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.ledger or Path(folder) / "year.ledger"
        with Ledger.create(path, split, first=FIRST) as ledger:
            number = ledger.begin_plan(one.members[0], "7300", date(2026, 11, 2))
            ledger.move_plan(number, other.members[0], date(2027, 2, 1))
            ledger.award(
                str(one.key),
                "4800",
                date(2026, 11, 20),
                decision="agreed by all",
                reason="speech and language group, two terms",
            )
            ledger.contribute(str(one.key), "2500", date(2027, 1, 11), giver="a trust")
            _show(ledger, str(one.key), str(other.key))
            after = termly.reconciled(ledger).query("to_adjust_pence != 0")
            print("\nWhat schools are due beyond the payments file (pence):")
            print(after[["urn", "school", "to_adjust_pence"]].to_string(index=False))
            ledger.close_year(keep="10%", keep_at_most="25000")
            kept = sum(balance.carried_pence for balance in ledger.balances())
            print(f"\nCarried forward: {pounds(kept)}; the reserve then has")
            print(f"{pounds(ledger.reserve_pence)}. Findings: {len(ledger.findings())}.")


def _show(ledger: Ledger, *clusters: str) -> None:
    """Show some clusters, the last events, and where the year leads."""
    frame = ledger.to_frame().set_index("cluster").loc[list(clusters)]
    print("\nTwo clusters in the year (pence):")
    print(frame.T.to_string())
    print("\nThe last events:")
    columns = ["day", "kind", "cluster", "pence", "decision", "reason"]
    print(ledger.to_frame("event").tail(4)[columns].to_string(index=False))
    forecast = ledger.forecast(date(2027, 1, 31)).set_index("cluster")
    balance = forecast["forecast_balance_pence"].to_dict()[clusters[0]]
    print(f"\nAt this pace {clusters[0]} ends the year with {pounds(balance)}.")


if __name__ == "__main__":
    run(main)
