"""Command line: choose a family, a time limit and whether peers run beside."""

from __future__ import annotations

import argparse
import fnmatch
from collections.abc import Sequence
from pathlib import Path

from benchmarks.case import Case
from benchmarks.documents import write_docs
from benchmarks.families import FAMILIES, SHARED, cases_of
from benchmarks.measuring import Curve, run_case, run_peer
from benchmarks.peers import PEERS, installed
from benchmarks.row import Row
from benchmarks.writing import print_row, write_csv, write_curves

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen cases; return the exit code."""
    given = _parser().parse_args(arguments)
    if given.write_docs:
        count = write_docs(given.out, PAGE)
        print(f"{count} results written to {PAGE}")
        return 0
    try:
        cases = [c for family in given.family for c in cases_of(family, given.shared)]
    except FileNotFoundError as error:
        print(f"There are no benchmark files at {error.args[0]}: give --shared FOLDER.")
        return 2
    cases = [c for c in cases if any(fnmatch.fnmatch(c.name, name) for name in given.instances)]
    if given.list:
        for case in cases:
            print(case.family, case.name, case.known.value if case.known else "")
        return 0
    if not cases:
        print(f"No case is called {', '.join(given.instances)}; --list shows them all.")
        return 2
    for family in dict.fromkeys(case.family for case in cases):
        _run_family([case for case in cases if case.family == family], given)
    return 0


def _run_family(cases: list[Case], given: argparse.Namespace) -> None:
    """Run the cases of a family; what is done is on disk after every case."""
    rows: list[Row] = []
    curves: list[Curve] = []
    path = None
    for case in cases:
        for seed in given.seed:
            row, curve = run_case(case, seconds=given.seconds, seed=seed, workers=given.workers)
            rows.append(row)
            curves.append(curve)
            print_row(row, first=len(rows) == 1)
            for peer in PEERS if given.peers else ():
                if installed(peer):
                    rows.append(run_peer(case, peer, seconds=given.seconds, seed=seed))
                    print_row(rows[-1])
            path = write_csv(given.out, rows)
            write_curves(path, curves)
    print(f"Figures: {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--family", nargs="+", choices=FAMILIES, default=["kirklees"], help="which families to run")
    add("--instances", nargs="+", default=["*"], metavar="NAME", help="names, * for any letters")
    add("--seconds", type=float, default=60.0, help="time limit of each run")
    add("--seed", type=int, nargs="+", default=[1], help="one or more seeds")
    add("--workers", type=int, default=None, help="threads of solve; by default one or two")
    add("--peers", action="store_true", help="run the installed peers on the same cases")
    add("--out", type=Path, default=HERE / "results", help="folder of the CSV files")
    add("--shared", type=Path, default=SHARED, help="folder with bench/ and data/")
    add("--list", action="store_true", help="list the cases and stop")
    add(
        "--write-docs",
        action="store_true",
        help="fill docs/benchmarks.md, draw its pictures and stop",
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
