"""How every example takes its data: the packaged, made-up authority, or your own files.

All examples share these options::

    --schools FILE             one row for each school (docs/data.md says which files are read)
    --further FILE             more columns for the same schools, joined by URN; may be repeated
    --columns pupils=NOR,...   what the file calls our columns, where it is not recognised
    --unknown ehcps=0,...      what counts that are not known count as; unasked, such schools are
                               set aside, and it is said
    --need, --expertise FILE   long tables by type of need
    --plan FILE                a plan or a map: one row for each school, URN and cluster
    --clusters N, --seconds S  how many clusters, and how long each search may take

Where --schools is given, nothing that is made up is ever used in its place.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

import clusters as cl
from clusters.readers import Schools

COUNTS = ("pupils", "ehcps", "sen_support")


def options(description: str | None, *, seconds: float) -> argparse.ArgumentParser:
    """Make the parser that all examples share; an example adds its own options to it."""
    parser = argparse.ArgumentParser(
        description=description.splitlines()[0] if description else None, allow_abbrev=False
    )
    parser.add_argument("--schools", help="a file of schools; the packaged authority without it")
    parser.add_argument("--further", action="append", help="more columns, joined by URN")
    parser.add_argument("--columns", type=_pairs, default={}, help="ours=theirs,...")
    parser.add_argument("--unknown", type=_pairs, default={}, help="column=number,...")
    parser.add_argument("--need", help="a long table: urn, type, ehcps, sen_support")
    parser.add_argument("--expertise", help="a long table: urn, type, amount, unit")
    parser.add_argument("--plan", help="one row for each school: URN and cluster")
    parser.add_argument("--clusters", type=int, default=18, help="how many clusters")
    parser.add_argument("--seconds", type=float, default=seconds, help="of each search")
    return parser


def is_packaged(arguments: argparse.Namespace) -> bool:
    """Whether the packaged authority is asked for, since no file is."""
    return arguments.schools is None


def read_schools(arguments: argparse.Namespace) -> Schools:
    """Read the schools; say which authority it is, and who is set aside."""
    if is_packaged(arguments):
        print("Data: the packaged synthetic authority (invented schools).")
        packaged: Schools = cl.datasets.load_schools()
        return packaged
    print(f"Data: {arguments.schools}")
    source = arguments.schools
    try:
        return _read(arguments, source)
    except cl.DataError as error:
        unplaced = [str(fault.urn) for fault in error.faults if "no position" in fault.what]
        if len(unplaced) != len(error.faults):
            raise
        print(f"Set aside, as the file does not say where they are: URN {', '.join(unplaced)}")
    frame = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    urns = next(name for name in frame.columns if name.strip().upper() == "URN")
    return _read(arguments, frame[~frame[urns].isin(unplaced)])


def read_problem(arguments: argparse.Namespace) -> cl.Problem:
    """Read the schools and work out journeys and neighbours."""
    if is_packaged(arguments):
        print("Data: the packaged synthetic authority (invented schools).")
        return cl.datasets.load_problem()
    return cl.build_problem(complete(read_schools(arguments)))


def complete(schools: Iterable[cl.School]) -> Iterable[cl.School]:
    """Set schools aside of which a count is not known that the file has for others, and say so."""
    schools = schools if isinstance(schools, Schools) else tuple(schools)
    known = [name for name in COUNTS if any(getattr(s, name) is not None for s in schools)]
    dark = {s.urn for s in schools if any(getattr(s, name) is None for name in known)}
    if not dark:
        return schools
    names = ", ".join(f"{s.name} ({s.urn})" for s in schools if s.urn in dark)
    print(f"Set aside, as their counts are not known (or give --unknown): {names}")
    return [school for school in schools if school.urn not in dark]


def read_plan(arguments: argparse.Namespace, problem: cl.Problem) -> cl.Plan:
    """Read the plan; without one, today's of the packaged authority, or a short search."""
    if arguments.plan is not None:
        return cl.read_plan(arguments.plan, problem)
    if is_packaged(arguments):
        return cl.datasets.load_plan(problem)
    print(f"No plan was given (--plan): a search of {arguments.seconds:g} seconds finds one.")
    rules = cl.Rules(n_clusters=arguments.clusters)
    return cl.solve(problem, rules, settings=cl.Settings(time_limit_s=arguments.seconds)).plan


def read_map(arguments: argparse.Namespace, problem: cl.Problem) -> cl.Plan:
    """Read a map that somebody drew; without one, the packaged one, or a rough one by rule."""
    if arguments.plan is not None:
        return cl.read_plan(arguments.plan, problem)
    if is_packaged(arguments):
        return cl.read_plan(cl.datasets.path("hand_drawn"), problem)
    print(
        f"No map was given (--plan). In its place each school goes to the nearest of "
        f"{arguments.clusters} schools that lie far apart: a rough map, which keeps no rule."
    )
    return _rough_map(problem, arguments.clusters)


def run(main: Callable[[Sequence[str] | None], None]) -> None:
    """Run an example from the command line; what it cannot do is said in words."""
    try:
        main(None)
    except cl.ClustersError as error:
        print(f"This example stops here: {error}", file=sys.stderr)
        sys.exit(2)


def _pairs(text: str) -> dict[str, str]:
    """Turn ``pupils=NOR,ehcps=TSENELSE`` into {our name: the file's name}."""
    return {ours: theirs for ours, _, theirs in (part.partition("=") for part in text.split(","))}


def _read(arguments: argparse.Namespace, source: object) -> Schools:
    schools: Schools = cl.read_schools(
        source,
        columns=arguments.columns or None,
        unknown={name: int(value) for name, value in arguments.unknown.items()} or "leave",
        further=arguments.further,
        need=arguments.need,
        expertise=arguments.expertise,
    )
    return schools


def _rough_map(problem: cl.Problem, n_clusters: int) -> cl.Plan:
    """Choose schools far from one another, and put every school with the nearest of them."""
    travel = problem.travel
    centres = [int(np.argmin(travel.sum(axis=0)))]
    while len(centres) < n_clusters:
        centres.append(int(np.argmax(travel[:, centres].min(axis=1))))
    nearest = travel[:, centres].argmin(axis=1)
    ids = problem.ids
    return cl.Plan.from_assignment({ids[k]: ids[centres[near]] for k, near in enumerate(nearest)})
