"""``python -m benchmarks.england FOLDER``: 150 invented authorities of the sizes of England's.

Each is a CSV file of mainstream schools, from 20 to 600 of them: towns with most of the schools,
villages between them, small rolls in the country. Written beside them is ``england.toml``, the
study of all. Every school is made up; the same seed draws the same country.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["draw_authority", "draw_sizes", "main", "write_country"]

SMALLEST, LARGEST = 20, 600
MIDDLE, SPREAD = 105, 0.75
"""Half of the authorities have fewer schools than `MIDDLE`; sizes are log-normal."""
KM2_OF_A_SCHOOL = (1.5, 16.0)
"""Land for each school, from a city to a county."""
SECONDARY = 6
"""One school in so many is a secondary school."""

STUDY = """\
# All authorities of the folder: `python -m clusters study england.toml --workers 2`.
store = "answers"

[rules]
n_clusters = {{schools_each = 9.5}}
balance = {{pupils = 0.25}}

[priorities]
travel_by = "pupils"

[settings]
work_limit = {work:g}

[[authority]]
schools = "authority_*.csv"
"""


def draw_sizes(count: int, seed: int = 1) -> list[int]:
    """Draw how many schools each authority has; the smallest and the largest are always there."""
    rng = np.random.default_rng([seed, 0])
    sizes = np.exp(rng.normal(np.log(MIDDLE), SPREAD, count)).round().clip(SMALLEST, LARGEST)
    whole = [int(size) for size in sizes]
    whole[int(np.argmin(sizes))] = SMALLEST
    whole[int(np.argmax(sizes))] = LARGEST
    return whole


def draw_authority(number: int, schools: int, seed: int = 1) -> pd.DataFrame:
    """Draw one authority, as a table that `read_schools` takes."""
    rng = np.random.default_rng([seed, number])
    land = np.exp(rng.uniform(*np.log(KM2_OF_A_SCHOOL)))
    side = 1000 * np.sqrt(schools * land)
    towns = max(1, round(schools / 40))
    middles = rng.uniform(0.15 * side, 0.85 * side, (towns, 2))
    size = rng.dirichlet(np.full(towns, 1.5))
    urban = rng.random(schools) < 0.75
    town = rng.choice(towns, schools, p=size)
    near = middles[town] + rng.normal(0, 0.07 * side, (schools, 2))
    xy = np.where(urban[:, None], near, rng.uniform(0, side, (schools, 2))).clip(0, side).round()
    secondary = rng.permutation(schools) < max(1, schools // SECONDARY)
    roll = np.where(
        secondary,
        rng.normal(1050, 280, schools).clip(350, 2000),
        np.exp(rng.normal(np.where(urban, 5.6, 4.7), 0.5)).clip(25, 900),
    ).round()
    plans = rng.binomial(roll.astype(int), rng.beta(2, 55, schools))
    support = rng.binomial(roll.astype(int), rng.beta(6, 44, schools))
    return pd.DataFrame(
        {
            "urn": 100_000 + 1000 * number + np.arange(schools),
            "name": [f"School {k} of authority {number}" for k in range(1, schools + 1)],
            "phase": np.where(secondary, "secondary", "primary"),
            "easting": (300_000 + xy[:, 0]).astype(int),
            "northing": (300_000 + xy[:, 1]).astype(int),
            "pupils": roll.astype(int),
            "ehcps": plans,
            "sen_support": support,
        }
    )


def write_country(folder: Path, count: int = 150, seed: int = 1, work: float = 3.0) -> list[Path]:
    """Write the files of a country and its study; return the paths of the authorities."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, size in enumerate(draw_sizes(count, seed), start=1):
        paths.append(folder / f"authority_{number:03}.csv")
        draw_authority(number, size, seed).to_csv(paths[-1], index=False)
    (folder / "england.toml").write_text(STUDY.format(work=work), encoding="utf-8")
    return paths


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a country."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.england", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=150, help="of authorities")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=float, default=3.0, help="work limit of each case")
    given = parser.parse_args(arguments)
    paths = write_country(given.folder, given.count, given.seed, given.work)
    print(f"{len(paths)} invented authorities, and england.toml, are in {given.folder}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
