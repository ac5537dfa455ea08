"""How long the outlook takes: 10,000 simulated years of 170 schools; target below 10 seconds.

Run ``python benchmarks/outlook.py``; it prints a table and, with --csv, writes it.
"""

from __future__ import annotations

import argparse
import csv
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import clusters as cl
from clusters.budget import MINUTES, Assumptions, look_ahead


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--csv", type=Path, help="write the table here as well")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    problem = cl.datasets.load_problem()
    plan = cl.datasets.load_plan(problem)
    split = cl.split_budget(problem, plan, cl.Pot("18000000", contingency="3%"), cl.Formula())
    rows = []
    for count in (1_000, 10_000, 50_000):
        for scenarios in ((), MINUTES):
            start = time.perf_counter()
            look_ahead(
                split,
                Assumptions(growth="5%"),
                n_simulations=count,
                seed=arguments.seed,
                scenarios=scenarios,
            )
            rows.append(
                {
                    "date": datetime.now(tz=UTC).date().isoformat(),
                    "schools": len(problem),
                    "simulations": count,
                    "scenarios": len(scenarios),
                    "seconds": round(time.perf_counter() - start, 2),
                    "seed": arguments.seed,
                    "machine": platform.machine(),
                    "python": platform.python_version(),
                    "numpy": np.__version__,
                    "clusters": cl.__version__,
                }
            )
    print("  ".join(rows[0]))
    for row in rows:
        print("  ".join(str(value) for value in row.values()))
    if arguments.csv is not None:
        with arguments.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
