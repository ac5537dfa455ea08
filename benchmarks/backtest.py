"""The outlook against what came: plans of January 2016, simulated to 2019, and the census of 2019.

The growth of the whole authority is taken as it came, so that what is tested is how plans spread
over clusters: of clusters drawn at random (schools nearest to one of 18), the share above their own
90% level and below their own 10% level should be 10% each, within binomial error. The spread of
shocks that neighbours share is fitted to one half of the authority and tested on the other; the
default is tested on all. Run ``python -m benchmarks.backtest``; --csv FILE keeps the table.
"""

from __future__ import annotations

import argparse
import csv
import math
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import clusters as cl
from benchmarks.families import SHARED
from clusters.budget.assumptions import AREA_SPREAD, Assumptions
from clusters.budget.demand import demand_of, simulated_years
from clusters.domain import Problem
from clusters.geography import build_problem

YEARS, K, GROUPINGS, SIMULATIONS = 3, 18, 40, 2_000
TRIED = ("0%", "1%", "2%", "3%", "4%", "5%", "6%", "7%", "8%", "9%", "10%", "12%")


def census(shared: Path) -> tuple[Problem, np.ndarray[Any, Any]]:
    """Schools with the counts of 2016 at their places of 2019, and their plans of 2019."""
    folder = shared / "data" / "kirklees"
    after = {row["URN"]: row for row in _rows(folder / "schools_jan2019_mainstream_kirklees.csv")}
    links = {
        row["URN"]: row["LinkURN"]
        for row in _rows(folder / "382_links_edubasealldata20250422_original_format.csv")
        if row["LinkType"].startswith("Successor")
    }
    before: dict[str, tuple[int, int]] = {}
    for row in _rows(folder / "382_census_2015-16_original_format.csv"):
        urn, steps = row["URN"], 0
        while urn not in after and urn in links and steps < len(links):
            urn, steps = links[urn], steps + 1
        if urn in after and row["TSENELSE"].isdigit() and row["NOR"].isdigit():
            pupils, plans = before.get(urn, (0, 0))
            before[urn] = pupils + int(row["NOR"]), plans + int(row["TSENELSE"])
    schools = [
        cl.School(
            urn=urn,
            name=after[urn]["EstablishmentName"],
            easting=float(after[urn]["Easting"]),
            northing=float(after[urn]["Northing"]),
            phase="secondary" if "second" in after[urn]["SCHOOLTYPE"].lower() else "primary",
            pupils=pupils,
            ehcps=plans,
        )
        for urn, (pupils, plans) in before.items()
    ]
    came = np.array([int(after[str(school.urn)]["TSENELSE"]) for school in schools])
    return build_problem(schools), came


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def simulated_counts(
    problem: Problem, came: np.ndarray[Any, Any], spread: str
) -> np.ndarray[Any, Any]:
    """Plans after three years, array (simulations, schools), given the authority's growth."""
    today = problem.measure("ehcps").sum()
    growth = (float(came.sum()) / float(today)) ** (1 / YEARS) - 1
    plan = cl.Plan.from_assignment(dict.fromkeys(problem.ids, problem.ids[0]))
    split = cl.split_budget(problem, plan, "1000", cl.Formula({"ehcps": 1}))
    assumed = Assumptions(
        growth=f"{100 * growth:.6f}%",
        growth_spread=0,
        area_spread=spread,
        cost_per_plan="1",
        cost_variation=0,
    )
    *_, last = simulated_years(demand_of(split, assumed), SIMULATIONS, 1, YEARS)
    return last


def tails(
    problem: Problem,
    came: np.ndarray[Any, Any],
    counts: np.ndarray[Any, Any],
    schools: np.ndarray[Any, Any],
    k: int,
) -> tuple[float, float, float]:
    """Shares of clusters above their 90% and below their 10% level, and their scaled error."""
    rng = np.random.default_rng(5)
    xy = np.array([(s.easting, s.northing) for s in problem.schools])[schools]
    above, below, error = [], [], []
    for _ in range(GROUPINGS):
        centres = xy[rng.choice(len(xy), k, replace=False)]
        nearest = ((xy[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        for group in (schools[nearest == c] for c in set(nearest.tolist())):
            sums, real = counts[:, group].sum(axis=1), came[group].sum()
            # A count at the level itself counts by the part of it that lies beyond the level.
            rank = (sums < real).mean() + (sums == real).mean() / 2
            above.append(rank > 0.9)
            below.append(rank < 0.1)
            error.append(((real - sums.mean()) ** 2, sums.var()))
    squares, variances = np.sum(error, axis=0)
    return float(np.mean(above)), float(np.mean(below)), float(squares / variances)


def fitted_spread(
    problem: Problem, came: np.ndarray[Any, Any], schools: np.ndarray[Any, Any], k: int
) -> str:
    """Find the spread with which errors are as large as simulated: scaled error nearest to 1."""
    scored = {
        spread: tails(problem, came, simulated_counts(problem, came, spread), schools, k)[2]
        for spread in TRIED
    }
    return min(scored, key=lambda spread: abs(math.log(scored[spread])))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--csv", type=Path, help="write the table here as well")
    arguments = parser.parse_args(argv)
    problem, came = census(arguments.shared)
    everyone = np.arange(len(problem))
    east = np.argsort([school.easting for school in problem.schools])[len(problem) // 2 :]
    west = np.setdiff1d(everyone, east)
    runs = [
        ("no shock of areas", "0%", everyone, K),
        ("default", AREA_SPREAD, everyone, K),
        ("fitted in the west, tested in the east", fitted_spread(problem, came, west, 9), east, 9),
        ("fitted in the east, tested in the west", fitted_spread(problem, came, east, 9), west, 9),
    ]
    print(
        f"{len(problem)} schools, {int(problem.measure('ehcps').sum()):,} plans in 2016, "
        f"{int(came.sum()):,} in 2019; {GROUPINGS} groupings"
    )
    rows = []
    for name, spread, schools, k in runs:
        above, below, error = tails(
            problem, came, simulated_counts(problem, came, spread), schools, k
        )
        band = math.sqrt(0.1 * 0.9 / k)
        rows.append(
            {
                "run": name,
                "area_spread": spread,
                "clusters": k,
                "above_90": round(above, 3),
                "below_10": round(below, 3),
                "binomial_error": round(band, 3),
                "scaled_error": round(error, 2),
                "date": datetime.now(tz=UTC).date().isoformat(),
                "machine": platform.machine(),
                "clusters_version": cl.__version__,
            }
        )
        print("  ".join(str(value) for value in rows[-1].values()))
    if arguments.csv is not None:
        with arguments.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
