"""Tiny worlds drawn as text, for tests of rules, measures and plans.

A world is a map: each character other than "." and blanks is a school, its neighbours are the
schools beside it (left, right, above, below), one step is 1,000 metres. Ids count the schools in
reading order: "1", "2", "3" ... A digit is the school's number of pupils::

    world('''
        5 2
        3 4
    ''')

A plan is drawn on the same map: letters are clusters, the capital is the centre, "-" is a school
in no cluster::

    drawn_plan('''
        A a
        b B
    ''')
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from clusters.domain import Capacity, Cluster, NeedCount, Plan, Problem, School

STEP_M = 1000


def cells(picture: str) -> list[tuple[int, int, str]]:
    """(row, column, character) of each school of a map, in reading order."""
    rows = [line.replace(" ", "") for line in picture.strip().splitlines()]
    return [(r, c, char) for r, row in enumerate(rows) for c, char in enumerate(row) if char != "."]


def drawn_edges(places: Iterable[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Pairs of positions that lie side by side."""
    at = {(r, c): k for k, (r, c, _) in enumerate(places)}
    return [
        (k, at[other])
        for (r, c), k in at.items()
        for other in ((r, c + 1), (r + 1, c))
        if other in at
    ]


def world(
    pupils: str,
    *,
    measures: Mapping[str, str] | None = None,
    pyramids: str | None = None,
    expertise: Mapping[str, str] | None = None,
    need: Mapping[str, str] | None = None,
    phases: str | None = None,
    neighbours: bool = True,
    territories: bool = False,
) -> Problem:
    """Make a problem from maps of the same shape; "?" stands for not known throughout."""
    places = cells(pupils)
    layers = {name: cells(picture) for name, picture in (measures or {}).items()}
    schools = []
    for k, (row, column, char) in enumerate(places):
        count = {} if char in "?#" else {"pupils": int(char)}
        schools.append(
            School(
                urn=str(k + 1),
                name=f"School {k + 1}",
                easting=float(column * STEP_M),
                northing=float(-row * STEP_M),
                measures={
                    name: int(layer[k][2]) for name, layer in layers.items() if layer[k][2] != "?"
                },
                pyramid=_letter(pyramids, k),
                phase=PHASES[_letter(phases, k) or "p"],
                expertise={
                    kind: Capacity(amount=int(amount), unit="level")
                    for kind, picture in (expertise or {}).items()
                    if (amount := cells(picture)[k][2]) != "?"
                },
                need={
                    kind: NeedCount(ehcps=int(known), sen_support=0)
                    for kind, picture in (need or {}).items()
                    if (known := cells(picture)[k][2]) != "?"
                },
                **count,
            )
        )
    problem = Problem.from_schools(
        schools,
        edges=np.array(drawn_edges(places)).reshape(-1, 2) if neighbours else None,
        territories=_squares(places) if territories else None,
    )
    if "need" not in problem.measures and "pupils" in problem.measures:
        problem = problem.with_measures(need=problem.measures["pupils"])
    return problem


PHASES = {
    "p": "primary",
    "s": "secondary",
    "m": "middle",
    "f": "first",
    "i": "infant",
    "a": "all-through",
    "u": "unknown",
}


def _letter(picture: str | None, position: int) -> str | None:
    if picture is None:
        return None
    letter = cells(picture)[position][2]
    return None if letter == "?" else letter


def _squares(places: Iterable[tuple[int, int, str]]) -> list[object]:
    from shapely import box

    half = STEP_M / 2
    return [
        box(c * STEP_M - half, -r * STEP_M - half, c * STEP_M + half, -r * STEP_M + half)
        for r, c, _ in places
    ]


def drawn_plan(picture: str) -> Plan:
    """Make a plan from a map; clusters stand in the order of their letters."""
    groups: dict[str, list[str]] = {}
    centres: dict[str, str] = {}
    for k, (_, _, char) in enumerate(cells(picture)):
        if char == "-":
            continue
        groups.setdefault(char.lower(), []).append(str(k + 1))
        if char.isupper():
            centres[char.lower()] = str(k + 1)
    return Plan(
        tuple(
            Cluster(label=str(n), centre=centres.get(letter), members=tuple(groups[letter]))
            for n, letter in enumerate(sorted(groups), start=1)
        )
    )


def with_cluster(plan: Plan, number: int, **changes: object) -> Plan:
    """Copy of a plan with one cluster changed (counted from 1)."""
    clusters = list(plan.clusters)
    clusters[number - 1] = replace(clusters[number - 1], **changes)  # type: ignore[arg-type]
    return Plan(tuple(clusters))


def every_plan(n: int) -> Iterable[Plan]:
    """Every way to part n schools into clusters, each with its first school as the centre."""
    return _every_plan(n)


@cache
def _every_plan(n: int) -> tuple[Plan, ...]:
    return tuple(
        Plan.from_assignment({str(k + 1): str(labels.index(c) + 1) for k, c in enumerate(labels)})
        for labels in _partings(n)
    )


def _partings(n: int) -> Iterator[tuple[int, ...]]:
    """Labels of n schools, in order; a new label is always the next: each parting once."""
    if n == 0:
        yield ()
        return
    for labels in _partings(n - 1):
        for label in range(max(labels, default=-1) + 2):
            yield (*labels, label)
