"""Tables of plans, and CSV files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clusters.arguments import checked, described
from clusters.domain import Plan, PlanLike, Problem, School, SchoolId, plan_of
from clusters.errors import ArgumentError, DataError, Fault, Faults
from clusters.readers.plans import NOT_KNOWN
from clusters.writers.atomic import write_bytes

__all__ = ["COUNTS", "escape", "plan_frame", "plan_geodataframe", "write_frame", "write_plan"]

COUNTS = ("pupils", "ehcps", "sen_support")
"""Counts of pupils in the tables."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def escape(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run: = + - @ at its start.

    Text that starts with apostrophes and then one of these gets one more, so that taking one away
    always gives the text back.

    Examples
    --------
    >>> escape("=1+1"), escape("'=1"), escape("'Tis"), escape("Hill School")
    ("'=1+1", "''=1", "'Tis", 'Hill School')
    """
    return f"'{text}" if _FORMULA.match(text) else text


@checked
def plan_frame(problem: Problem, plan: PlanLike) -> Any:
    """Table of a plan: one row per school, clusters in their order, schools without one last.

    Returns
    -------
    pandas.DataFrame
        urn, name, phase, cluster (label), centre (URN), centre_name, journey_m or journey_min (to
        the centre), pupils, ehcps, sen_support, need, pyramid, easting, northing. What is not known
        is missing. URNs that the problem does not have have only urn, cluster and centre.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [300, 400]])
    >>> frame = plan_frame(problem, Plan.from_assignment({"a": "a", "b": "a"}))
    >>> frame[["urn", "cluster", "centre", "journey_m"]].values.tolist()
    [['a', '1', 'a', 0.0], ['b', '1', 'a', 500.0]]
    """
    plan = plan_of(problem, plan)
    import pandas as pd

    rows = [_row(problem, *place) for place in _places(problem, plan)]
    frame = pd.DataFrame(rows, columns=list(_row(problem, None, None, None)))
    for name in COUNTS:
        known = [None if pd.isna(value) else int(value) for value in frame[name]]
        frame[name] = pd.array(known, dtype="Int64")
    return frame


def _places(
    problem: Problem, plan: Plan
) -> Iterator[tuple[SchoolId | None, str | None, SchoolId | None]]:
    placed = set()
    for cluster in plan.clusters:
        for member in cluster.members:
            placed.add(problem.find(member))
            yield member, cluster.label, cluster.centre
    for position, school in enumerate(problem.schools):
        if position not in placed:
            yield school.urn, None, None


def _row(
    problem: Problem, member: SchoolId | None, label: str | None, centre: SchoolId | None
) -> dict[str, Any]:
    at, to = problem.find(member), problem.find(centre)
    school = _school(problem, at)
    hub = _school(problem, to)
    journey = None if at is None or to is None else float(problem.travel[at, to])
    need = problem.measures.get("need")
    return {
        "urn": member,
        "name": None if school is None else school.name,
        "phase": None if school is None else school.phase,
        "cluster": label,
        "centre": centre,
        "centre_name": None if hub is None else hub.name,
        f"journey_{problem.travel_unit}": None if journey is None else round(journey, 3),
        **{name: None if school is None else getattr(school, name) for name in COUNTS},
        "need": None if need is None or at is None else float(need[at]),
        "pyramid": None if school is None else school.pyramid,
        "easting": None if school is None else school.easting,
        "northing": None if school is None else school.northing,
    }


def _school(problem: Problem, position: int | None) -> School | None:
    return None if position is None else problem.schools[position]


@checked
def plan_geodataframe(
    problem: Problem,
    plan: PlanLike,
    *,
    crs: Any = "EPSG:27700",
    numbers: Mapping[str, int] | None = None,
    colours: Mapping[int, str] | None = None,
) -> Any:
    """Make the table of a plan with geometry: territories where the problem has them, else points.

    URNs that the problem does not have are left out: nobody knows where they are.

    Parameters
    ----------
    crs
        Coordinate system of the problem's positions.
    numbers
        Number of each cluster by label, for a column "number" that joins the table to a map.
    colours
        Colour of each cluster by its number ("#9ad2f2"), for a column "colour"; with `numbers`.

    Returns
    -------
    geopandas.GeoDataFrame

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [300, 400]])
    >>> frame = plan_geodataframe(problem, {"a": "North", "b": "North"})
    >>> frame["cluster"].tolist(), frame.geometry.iloc[1].wkt
    (['North', 'North'], 'POINT (300 400)')
    """
    plan = plan_of(problem, plan)
    import geopandas
    import pandas as pd
    import shapely

    frame = plan_frame(problem, plan)
    if numbers is not None:
        at = list(frame.columns).index("cluster")
        given = [numbers.get(label) for label in frame["cluster"]]
        if colours is not None:
            frame.insert(at, "colour", [None if n is None else colours.get(n) for n in given])
        frame.insert(at, "number", pd.array(given, dtype="Int64"))
    positions = [problem.find(urn) for urn in frame["urn"]]
    frame = frame[[position is not None for position in positions]].reset_index(drop=True)
    known = [position for position in positions if position is not None]
    if problem.territories is None:
        shapes = [shapely.Point(xy) for xy in problem.xy_m[known]]
    else:
        shapes = [problem.territories[position] for position in known]
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=_system(crs))


def _system(crs: Any) -> Any:
    """Coordinate system by what pyproj knows it by; None for none."""
    import pyproj

    try:
        return None if crs is None else pyproj.CRS(crs)
    except (pyproj.exceptions.CRSError, TypeError, ValueError) as error:
        what = f"crs is {described(crs)}, which is no coordinate system"
        raise ArgumentError.of(what, 'give a code such as crs="EPSG:27700"') from error


@checked
def write_frame(path: str | os.PathLike[str], frame: Any) -> Path:
    """Write any frame as CSV (UTF-8 with BOM, as Excel likes it), with formulas made harmless.

    A named index is written as columns.

    Raises
    ------
    DataError
        If it cannot be written there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     frame = pd.DataFrame({"name": ["=1+1"]})
    ...     path = write_frame(pathlib.Path(folder) / "sums.csv", frame)
    ...     path.read_text("utf-8-sig").splitlines()
    ['name', "'=1+1"]
    """
    if not hasattr(frame, "columns") or not hasattr(frame, "to_csv"):
        remedy = "call write_frame(path, frame), for instance with plan_frame(problem, plan)"
        raise ArgumentError.of(f"frame is {described(frame)}, not a DataFrame", remedy)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    safe = frame.map(_safe).astype(object)
    safe.columns = [_safe(str(name)) for name in frame.columns]
    text = safe.to_csv(index=False, lineterminator="\n")
    return write_bytes(path, text.encode("utf-8-sig"))


def _safe(value: Any) -> Any:
    return escape(value) if isinstance(value, str) else value


@checked
def write_plan(path: str | os.PathLike[str], problem: Problem, plan: PlanLike) -> Path:
    """Write a plan as CSV: the columns of `plan_frame`. `read_plan` gives the same plan back.

    Raises
    ------
    DataError
        If two clusters share a label, a label is blank or a cluster has no members (a table of
        schools cannot hold these), or it cannot be written there.

    Examples
    --------
    >>> import clusters as cl, pathlib, tempfile
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [300, 400]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan = {"a": "North", "b": "North"}
    ...     path = write_plan(pathlib.Path(folder) / "plan.csv", problem, plan)
    ...     cl.read_plan(path, problem, travel_by="schools").labels
    {'a': 'North', 'b': 'North'}
    """
    plan = plan_of(problem, plan)
    Faults(_label_faults(plan)).refuse(DataError)
    frame = plan_frame(problem, plan)
    unsure = {cluster.label for cluster in plan.clusters if cluster.centre is None}
    frame["centre"] = [
        NOT_KNOWN if label in unsure else centre
        for label, centre in zip(frame["cluster"], frame["centre"], strict=True)
    ]
    return write_frame(path, frame)


def _label_faults(plan: Plan) -> Iterator[Fault]:
    seen: set[str] = set()
    for cluster in plan.clusters:
        what = None
        if not cluster.label.strip() or cluster.label != " ".join(cluster.label.split()):
            what = "its label is blank, or has spaces or line breaks to spare"
        elif cluster.label in seen:
            what = "another cluster has this label too"
        elif not cluster.members:
            what = "it has no members"
        if what:
            yield Fault(
                f"a cluster cannot be written: {what}",
                "give each cluster its own label, with plan.relabelled or name_clusters",
                where="plan",
                value=cluster.label,
            )
        seen.add(cluster.label)
