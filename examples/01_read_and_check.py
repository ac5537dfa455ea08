"""Read a file of schools, see what was made of it, and meet every fault of a bad file at once.

Run it on the packaged synthetic authority, or on your own file::

    python examples/01_read_and_check.py
    python examples/01_read_and_check.py --schools census.csv --columns pupils=NOR,ehcps=TSENELSE
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from example_data import is_packaged, options, read_schools, run

import clusters as cl
from clusters.geography import parts


def plant_faults(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Spoil a copy of a file as people spoil files: a minus sign, a URN twice, swapped axes ..."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    at = {name: columns.get(name, name) for name in ("urn", "pupils", "ehcps")}
    east, north = columns.get("easting", "easting"), columns.get("northing", "northing")
    rows[2][at["pupils"]] = "-" + rows[2][at["pupils"]]
    rows[5][at["urn"]] = rows[4][at["urn"]]
    rows[9][at["ehcps"]] = "about 7"
    rows[12][east] = ""
    rows[20][east], rows[20][north] = rows[20][north], rows[20][east]
    return pd.DataFrame(rows)


def main(argv: Sequence[str] | None = None) -> None:
    arguments = options(__doc__, seconds=8.0).parse_args(argv)

    # 1. Read. Nothing is dropped silently: the report counts what was read and what was set aside.
    schools = read_schools(arguments)
    print("\nWhat was read:")
    print(schools.report.summary())

    # 2. Look at the facts before asking anything of them.
    phases = Counter(school.phase for school in schools)
    print("\nSchools by phase:", ", ".join(f"{n} {phase}" for phase, n in phases.most_common()))
    for field in ("pupils", "ehcps", "sen_support"):
        known = [n for n in (getattr(school, field) for school in schools) if n is not None]
        missing = len(schools) - len(known)
        print(f"  {field:12} {sum(known):>9,} in all; not known for {missing} of the schools")

    # 3. Build the problem: journeys, territories and neighbours. Its notes say what was assumed,
    #    and a map in several parts is worth knowing of before any plan is sought.
    packaged = is_packaged(arguments)
    problem = cl.datasets.load_problem() if packaged else cl.build_problem(schools)
    print("\nWhat was assumed:")
    for note in problem.notes:
        print(f"- {note}")
    pieces = parts(problem)
    print(f"Connected parts of the map: {len(pieces)}, the largest with {len(pieces[0])} schools.")

    # 4. A bad file. Five mistakes are planted in a copy; a single error lists them all, each with
    #    its place and how to correct it, and nothing is half read.
    path = cl.datasets.path("schools") if packaged else Path(arguments.schools)
    if path.suffix.lower() != ".csv" or len(schools) <= 20:
        return
    print("\nThe same file with five mistakes in it:")
    try:
        cl.read_schools(
            plant_faults(path, schools.report.columns), columns=arguments.columns or None
        )
    except cl.DataError as error:
        print(error)


if __name__ == "__main__":
    run(main)
