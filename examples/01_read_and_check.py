"""Read a file of schools, see what was made of it, and meet every fault of a bad file at once.

Run it on the packaged synthetic authority, or on your own file::

    python examples/01_read_and_check.py
    python examples/01_read_and_check.py --schools census.csv --columns pupils=NOR,ehcps=TSENELSE
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import clusters as cl
from clusters.geography import parts


def names(text: str) -> dict[str, str | None]:
    """Turn ``pupils=NOR,ehcps=TSENELSE`` into {our name: the file's name}."""
    return {ours: theirs or None for ours, _, theirs in (p.partition("=") for p in text.split(","))}


def plant_faults(path: Path) -> pd.DataFrame:
    """Spoil a copy of a file as people spoil files: a minus sign, a URN twice, swapped axes ..."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[2]["pupils"] = "-" + rows[2]["pupils"]
    rows[5]["urn"] = rows[4]["urn"]
    rows[9]["ehcps"] = "about 7"
    rows[12]["easting"] = ""
    rows[20]["easting"], rows[20]["northing"] = rows[20]["northing"], rows[20]["easting"]
    return pd.DataFrame(rows)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--schools", help="a file of schools (docs/data.md says which)")
    parser.add_argument("--columns", type=names, help="ours=theirs,... where names differ")
    arguments = parser.parse_args(argv)

    # 1. Read. Nothing is dropped silently: the report counts what was read and what was set aside.
    if arguments.schools is None:
        print("Data: the packaged synthetic authority (invented schools).\n")
        schools = cl.datasets.load_schools()
    else:
        schools = cl.read_schools(arguments.schools, columns=arguments.columns)
    print("What was read:")
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
    packaged = arguments.schools is None
    problem = cl.datasets.load_problem() if packaged else cl.build_problem(schools)
    print("\nWhat was assumed:")
    for note in problem.notes:
        print(f"- {note}")
    pieces = parts(problem)
    print(f"Connected parts of the map: {len(pieces)}, the largest with {len(pieces[0])} schools.")

    # 4. A bad file. Five mistakes are planted in a copy of the packaged one; a single error lists
    #    them all, each with its place and how to mend it, and nothing is half read.
    print("\nThe same (packaged) file with five mistakes in it:")
    try:
        cl.read_schools(plant_faults(cl.datasets.path("schools")))
    except cl.DataError as error:
        print(error)


if __name__ == "__main__":
    main()
