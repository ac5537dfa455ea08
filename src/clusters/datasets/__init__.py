"""The packaged synthetic authority: Calderwick, which does not exist.

About 170 mainstream schools in four towns, valleys, villages and moor, with invented names and
numbers that behave like a real authority's. Every file is made by ``python -m tools.calderwick``
from a seed. Never present any of it as a real place (docs/assumptions.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.arguments import checked
from clusters.domain import Plan, Problem
from clusters.errors import DataError

if TYPE_CHECKING:
    from clusters.readers import Schools

__all__ = [
    "DATA",
    "FILES",
    "NAME",
    "load_barriers",
    "load_boundary",
    "load_plan",
    "load_problem",
    "load_schools",
    "path",
]

NAME = "Calderwick (synthetic)"
"""Name of the invented authority, for titles."""

DATA = Path(__file__).parent / "data"
"""Folder of the packaged files."""

FILES: Mapping[str, str] = {
    "schools": "synthetic_schools.csv",
    "need": "synthetic_need.csv",
    "expertise": "synthetic_expertise.csv",
    "resourced_provision": "synthetic_resourced_provision.csv",
    "today": "synthetic_today.csv",
    "hand_drawn": "synthetic_hand_drawn.csv",
    "minutes": "synthetic_minutes.csv",
    "boundary": "synthetic_boundary.geojson",
    "barriers": "synthetic_barriers.geojson",
}
"""Packaged files by name: schools (the template), pupils by type of need and expertise (long
tables), resourced provisions with their places, today's groups, a hand-drawn plan with six
mistakes, minutes by road (square), the boundary, and a ridge that no road crosses."""


@checked
def path(name: str) -> Path:
    """Path of a packaged file, to read it as one would read one's own.

    Parameters
    ----------
    name
        One of `FILES`.

    Raises
    ------
    DataError
        If there is no such file.

    Examples
    --------
    >>> path("schools").name
    'synthetic_schools.csv'
    """
    if name not in FILES:
        what = "there is no packaged file of this name"
        raise DataError.of(what, f"use one of {', '.join(FILES)}", where="name", value=str(name))
    return DATA / FILES[name]


@checked
def load_schools() -> Schools:
    """Read the schools of the synthetic authority, with pupils and expertise by type of need.

    Examples
    --------
    >>> schools = load_schools()
    >>> len(schools), sum(school.pupils for school in schools)
    (170, 66733)
    """
    from clusters.readers import read_schools

    return read_schools(path("schools"), need=path("need"), expertise=path("expertise"))


@checked
def load_boundary() -> Any:
    """Outline of the synthetic authority, a shapely polygon in metres.

    Examples
    --------
    >>> load_boundary().geom_type
    'Polygon'
    """
    from clusters.readers.boundary import read_shapes

    return read_shapes(path("boundary"), "boundary")[0]


@checked
def load_barriers() -> Any:
    """Ridge between the two western valleys that no road crosses, a shapely line in metres.

    Examples
    --------
    >>> load_barriers() is not None
    True
    """
    from clusters.readers.boundary import read_shapes

    return read_shapes(path("barriers"), "barriers")[0]


@checked
def load_problem(
    *,
    by_road: bool = False,
    barriers: bool = False,
    need_weights: Mapping[str, float] | None = None,
) -> Problem:
    """Build the problem of the synthetic authority, with territories clipped to its boundary.

    Parameters
    ----------
    by_road
        Whether journeys are minutes by (invented) road instead of straight lines in metres.
    barriers
        Whether the ridge parts neighbours.
    need_weights
        As for `build_problem`.

    Examples
    --------
    >>> problem = load_problem()
    >>> len(problem), problem.travel_unit
    (170, 'm')
    """
    from clusters.geography import build_problem

    problem = build_problem(
        load_schools(),
        travel_min=path("minutes") if by_road else None,
        boundary=path("boundary"),
        barriers=path("barriers") if barriers else None,
        need_weights=need_weights,
    )
    return _labelled(problem)


@checked
def load_plan(problem: Problem) -> Plan:
    """Read today's groups of the synthetic authority as a plan.

    Examples
    --------
    >>> plan = load_plan(load_problem())
    >>> len(plan.clusters)
    18
    """
    from clusters.readers import read_plan

    return read_plan(path("today"), problem)


def _labelled(problem: Problem) -> Problem:
    """Say in the notes, and so in every report, that nothing here is real."""
    from dataclasses import replace

    note = f"{NAME}: an invented authority; no school or number in it is real."
    return replace(problem, notes=(note, *problem.notes))
