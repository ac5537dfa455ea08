"""Plans with and without expertise: gaps, unmet need, the price in travel, and what is proved.

``python -m benchmarks.expertise [--seconds 30] [--shared ../shared]`` runs on the packaged
authority (invented) and, where the folder of public data is there, on the real schools of
Kirklees with their resourced provisions. It prints tables; nothing is written.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

import clusters as cl
from clusters import datasets
from clusters.errors import InfeasibleError, OutOfTimeError
from clusters.solver import Result

CLUSTERS = 18
COVERS = 5.0
"""Pupils that a staff day a year covers: an example of a policy, not a finding."""


def main() -> None:
    """Run both cases and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="for each plan")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    pd.set_option("display.width", 200, "display.max_columns", 20)
    packaged(options.seconds)
    census = options.shared / "data/kirklees/schools_jan2019_mainstream_kirklees.csv"
    if census.exists():
        real(census, options.seconds)
    else:
        print(f"\nThe real schools are left out: {census} is not here.")


def packaged(seconds: float) -> None:
    """Compare plans on the packaged authority: need and capacity by type are recorded."""
    problem = datasets.load_problem()
    kinds = sorted({kind for school in problem.schools for kind in school.expertise})
    covers = dict.fromkeys(kinds, COVERS)
    rules = cl.Rules(n_clusters=CLUSTERS, balance={"need": 0.25})
    weights = {
        "without expertise": cl.Priorities(),
        "expertise 1": cl.Priorities(expertise=1.0, pupils_per_capacity=covers),
        "expertise 5": cl.Priorities(expertise=5.0, pupils_per_capacity=covers),
        "expertise alone": cl.Priorities(travel=0.0, expertise=1.0, pupils_per_capacity=covers),
    }
    results: dict[str, Result] = {}
    for name, priorities in weights.items():
        start = None if not results else list(results.values())[-1].plan
        results[name] = found = cl.solve(
            problem, rules, priorities, _settings(seconds), start=start
        )
        print(f"{name}: {found.status}, gap {found.gap}, {found.seconds:.0f} s", flush=True)
    table("Calderwick (synthetic)", problem, rules, results, weights["expertise 1"])
    alone = results["expertise alone"]
    counted = sum(cl.expertise.unmet_floor(problem, rules, weights["expertise 1"]).values())
    least = max(counted, (alone.bound or 0.0) / 1000)
    print(
        f"\nPupils whom no capacity in their cluster covers: {alone.objective / 1000:,.0f} in the "
        f"best plan for that alone; no plan has fewer than {least:,.0f}."
    )
    broad_areas(seconds)


def broad_areas(seconds: float) -> None:
    """Ask for the fewest gaps by broad area of need, where fewer clusters can each hold them."""
    schools = cl.expertise.recode(
        datasets.load_schools(), cl.expertise.BROAD_AREAS, leave_out=["oth", "nsa"]
    )
    problem = cl.build_problem(schools, boundary=datasets.path("boundary"))
    rules = cl.Rules(n_clusters=12, balance={"need": 0.25})
    near = cl.solve(problem, rules, settings=_settings(seconds))
    asked = cl.expertise.rules_for_fewest_gaps(problem, rules)
    found = cl.solve(problem, asked, settings=_settings(seconds), start=near.plan)
    table(
        "Calderwick (synthetic), by broad area",
        problem,
        rules,
        {"without expertise": near, "fewest gaps": found},
        None,
    )


def real(census: Path, seconds: float) -> None:
    """Compare plans on the real schools: provisions are known by school, need by type is not."""
    problem, left_out = kirklees(census)
    kinds = sorted({kind for school in problem.schools for kind in school.expertise})
    for name, reason in left_out:
        print(f"left out: {name}: {reason}")
    rules = cl.Rules(n_clusters=CLUSTERS, balance={"pupils": 0.25})
    priorities = cl.Priorities(travel_by="pupils")
    results = {"without expertise": cl.solve(problem, rules, priorities, _settings(seconds))}
    asked = list(kinds)
    while asked:
        spread = cl.expertise.rules_for_fewest_gaps(problem, rules, asked)
        try:
            results["fewest gaps"] = cl.solve(problem, spread, priorities, _settings(seconds))
            break
        except (InfeasibleError, OutOfTimeError) as error:
            print(f"with {', '.join(asked)}: {error}")
            asked.pop()
    table("Kirklees, January 2019, resourced provisions", problem, rules, results, None)
    for kind in kinds:
        holders = sum(kind in school.expertise for school in problem.schools)
        print(f"{kind}: held by {holders} mainstream schools")
    for row in (
        cl.expertise.nearest_holders(problem, results["fewest gaps"].plan, n=1)
        .head(12)
        .itertuples()
    ):
        print(f"{row.cluster} lacks {row.type}: {row.holder_name}, {row.journey_m:,.0f} m")


def kirklees(census: Path) -> tuple[cl.Problem, list[tuple[str, str]]]:
    """Read the mainstream schools and put the provisions of the council's list to them.

    A provision counts as one ("provisions"): not every row of the list says how many places there
    are. Rows without a category, or of a school that is not in the census, are left out and named.
    """
    schools = cl.read_schools(census)
    new = pd.read_csv(census, dtype=str).set_index("URN")["URN_2026"].to_dict()
    by_new = {urn: school.urn for school in schools if (urn := new.get(str(school.urn)))}
    held: dict[object, dict[str, cl.Capacity]] = {}
    left_out = []
    rows = pd.read_csv(census.parent / "arp_provision.csv", dtype=str, keep_default_na=False)
    for row in rows.itertuples():
        kind = str(row.council_category).split(" (")[0]
        urn = by_new.get(str(row.URN_2026))
        if urn is None or kind not in cl.expertise.COUNCIL_CATEGORIES:
            reason = "not in the census file" if urn is None else f"category {kind!r}"
            left_out.append((str(row.EstablishmentName), reason))
        else:
            held.setdefault(urn, {})[kind] = cl.Capacity(amount=1, unit="provisions")
    changed = [replace(school, expertise=held.get(school.urn, {})) for school in schools]
    return cl.build_problem(changed), left_out


def table(
    title: str,
    problem: cl.Problem,
    rules: cl.Rules,
    results: Mapping[str, Result],
    priorities: cl.Priorities | None,
) -> None:
    """Print how the plans share, with gaps by type and the price in travel."""
    plans = {name: found.plan for name, found in results.items()}
    frame = cl.expertise.compare_sharing(problem, plans, priorities, rules=rules)
    journey = frame["mean_journey_m"]
    frame["price_in_travel"] = (100 * (journey / journey.iloc[0] - 1)).map("{:.1f}%".format)
    frame["status"] = [found.status for found in results.values()]
    frame["gap"] = [found.gap for found in results.values()]
    print(f"\n{title}: {len(problem)} schools\n{frame.T.to_string()}")
    kinds = {name: cl.measure(problem, plan).to_frame("type") for name, plan in plans.items()}
    by_type = pd.DataFrame({name: f.set_index("type")["gaps"] for name, f in kinds.items()})
    by_type["no plan has fewer"] = {
        row.kind: row.least for row in cl.expertise.gap_floor(problem, rules)
    }
    print(f"\nClusters without recorded capacity, by type\n{by_type.to_string()}")


def _settings(seconds: float) -> cl.Settings:
    return cl.Settings(time_limit_s=seconds)


if __name__ == "__main__":
    main()
