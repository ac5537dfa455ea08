"""`build_problem`: schools in, problem out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import shapely

from clusters.arguments import checked
from clusters.domain import FloatArray, IntArray, Problem, School, SchoolId, edges_of_pairs
from clusters.domain.plausible import id_faults, place_faults
from clusters.errors import DataError, Faults
from clusters.geography.given import given_edges
from clusters.geography.journeys import Given, journeys_of
from clusters.geography.layers import read_boundary, region_with
from clusters.geography.parts import describe_parts
from clusters.geography.proximity import delaunay_edges, gabriel_edges, sorted_pairs
from clusters.geography.sites import Sites, distinct_sites
from clusters.geography.territories import Territories, padded_hull, territories_of
from clusters.readers.boundary import read_shapes
from clusters.readers.opening import is_file
from clusters.readers.pairs import read_pairs
from clusters.text import counted

_PROXIMITY: Mapping[str, tuple[Callable[[FloatArray], IntArray], str]] = {
    "gabriel": (
        gabriel_edges,
        "Neighbours are schools with no other school in the circle between them (Gabriel graph).",
    ),
    "delaunay": (delaunay_edges, "Neighbours are joined by a side of the Delaunay triangulation."),
}
_TERRITORIES_NOTE = (
    "Neighbours are schools whose territories share a border; a territory is the land nearer to "
    "a school than to any other, as the crow flies."
)


@checked
def build_problem(
    schools: Iterable[School],
    *,
    travel_m: Any = None,
    travel_min: Any = None,
    neighbours: Literal["territories", "gabriel", "delaunay"] | Any | None = "territories",
    boundary: Any = None,
    barriers: Any = None,
    bridges: Iterable[tuple[SchoolId, SchoolId]] = (),
    need_weights: Mapping[str, float] | None = None,
    travel_unit: str | None = None,
    no_way: Any = (),
) -> Problem:
    """Validate the facts and work out journeys, territories and neighbours.

    Parameters
    ----------
    schools
        The schools, as `read_schools` returns them.
    travel_m, travel_min
        Journeys from row to column: an array (n, n) in the order of the schools, or a file or frame
        (long or square, by id, or the JSON answer of OSRM, Valhalla or OpenRouteService; see
        docs/data.md). Metres or minutes; give one at most. Straight lines in metres where neither
        is given. They may differ by direction.
    neighbours
        Which schools count as next to each other:

        - "territories": their territories share a border. A territory is the land nearer to one
          school than to any other (a Voronoi cell), clipped to the boundary.
        - "gabriel": no other school lies in the circle between them; fewer than "territories".
        - "delaunay": joined by a side of the Delaunay triangulation; more.
        - pairs of ids, {id: ids}, a libpysal Graph or W, or a networkx graph, by id; or a file or
          frame of pairs.
        - None: contiguity plays no part.
    boundary
        Outline of the authority: a polygon, GeoSeries, GeoDataFrame, or path of a GeoJSON,
        GeoPackage or shape file. Without it territories end a little beyond the outermost schools.
        A school up to 1 km outside counts as inside (published outlines are simplified), one
        further out is refused.
    barriers
        Lines that cannot be crossed (a moor's edge, a motorway), given like the boundary. Two
        schools are no neighbours if a barrier crosses the shortest way between them over their
        shared border (given pairs, Gabriel, Delaunay: the straight line). Schools on one site are
        never cut off from each other.
    bridges
        Pairs of ids that are neighbours whatever lies between them; applied last.
    need_weights
        Weight of each measure in "need", for instance ``{"ehcps": 3, "sen_support": 1}``.
    travel_unit
        Unit of the journeys where they do not say it and it is not the one that the argument names:
        "s", "min", "h", "m", "km" or "miles".
    no_way
        Numbers in the journeys that mean "no way", such as -1 or 2147483647; "blank" for empty
        cells and NaN. They are refused otherwise.

    Returns
    -------
    Problem
        Its `notes` say what was assumed and whether the neighbours fall into several parts.

    Raises
    ------
    DataError
        Listing the faults found.

    Examples
    --------
    >>> from clusters import School
    >>> schools = [School(urn=u, name=u, easting=x, northing=0) for u, x in zip("abc", (0, 4, 9))]
    >>> problem = build_problem(schools)
    >>> list(problem.neighbour_pairs())
    [('a', 'b'), ('b', 'c')]
    >>> problem.notes[0]
    'Journeys are straight lines, in metres.'
    """
    stand_ins = getattr(schools, "stand_ins", ())  # of `read_schools`: said wherever notes are
    left_out = getattr(getattr(schools, "report", None), "left_out", ())
    schools = tuple(schools)
    xy = np.array([(s.easting, s.northing) for s in schools], dtype=np.float64).reshape(-1, 2)
    _check_schools(schools, xy)
    travel = journeys_of(schools, Given(travel_m, travel_min, travel_unit, no_way))
    land = _land(schools, xy, boundary)
    ways = _ways(schools, land, neighbours)
    notes = [*left_out, *travel.notes, *land.notes, *ways.notes, *stand_ins]
    edges = ways.edges
    bridges = tuple(bridges)
    if edges is None and (barriers is not None or bridges):
        what = "barriers and bridges need neighbours, and neighbours is None"
        remedy = 'give neighbours="territories", or leave barriers and bridges out'
        raise DataError.of(what, remedy, where="neighbours")
    if edges is not None and barriers is not None:
        edges, note = _cut(edges, ways.lines, read_shapes(barriers, "barriers"))
        notes.append(note)
    if edges is not None and bridges:
        edges, note = _bridged(schools, edges, bridges)
        notes.append(note)
    problem = Problem.from_schools(
        schools,
        travel=travel.values,
        travel_unit=travel.unit,
        edges=edges,
        need_weights=need_weights,
        territories=land.of_schools,
        boundary=land.boundary,
        notes=notes,
    )
    broken = None if edges is None else describe_parts(problem)
    return replace(problem, notes=(*problem.notes, broken)) if broken else problem


@dataclass(frozen=True, slots=True)
class _Land:
    """Sites with their territories, and the boundary where one was given."""

    sites: Sites
    territories: Territories
    boundary: Any
    notes: tuple[str, ...]

    @property
    def of_schools(self) -> tuple[Any, ...]:
        return tuple(self.territories.cells[k] for k in self.sites.of_school)


@dataclass(frozen=True, slots=True)
class _Ways:
    """Neighbours (m, 2), and the line (m,) that a barrier must cross to part each pair."""

    edges: IntArray | None
    lines: Any
    notes: tuple[str, ...] = ()


def _check_schools(schools: Sequence[School], xy: FloatArray) -> None:
    """Refuse what no later step can place: nothing at all, ids or positions that are none."""
    ids = [school.urn for school in schools]
    faults = Faults([*id_faults(ids), *place_faults(ids, xy)])
    if not schools:
        faults.add("there are no schools", "check that the file or the filter leaves any")
    faults.refuse(DataError)


def _land(schools: tuple[School, ...], xy: FloatArray, boundary: Any) -> _Land:
    sites = distinct_sites(xy)
    notes = []
    if boundary is None:
        outline, region = None, padded_hull(sites.xy)
    else:
        outline = read_boundary(boundary, schools, xy)
        region, near = region_with(outline, sites.xy)
        if near:
            notes.append(
                f"{counted(near, 'site lies', 'sites lie')} just outside the boundary, near "
                "enough to count as inside."
            )
    return _Land(sites, territories_of(sites.xy, region), outline, tuple(notes))


def _ways(schools: tuple[School, ...], land: _Land, neighbours: Any) -> _Ways:
    """Find the neighbours of every kind, and the lines that barriers may cross."""
    if neighbours is None:
        return _Ways(None, None, ("There are no neighbours: contiguity plays no part.",))
    sites = land.sites
    xy = np.array([(s.easting, s.northing) for s in schools], dtype=np.float64)
    shared = (
        (
            f"On {counted(sites.shared, 'site')} there is more than one school; "
            "these are neighbours.",
        )
        if sites.shared
        else ()
    )
    if _is_table(neighbours):
        neighbours = read_pairs(neighbours)
    if not isinstance(neighbours, str):
        edges = given_edges(schools, neighbours)
        return _Ways(edges, shapely.linestrings(xy[edges]), ("Neighbours are as supplied.",))
    if neighbours == "territories":
        found = land.territories
        lines, note = _over_borders(sites.xy, found), _TERRITORIES_NOTE
        by_site = found.edges
    elif neighbours in _PROXIMITY:
        method, note = _PROXIMITY[neighbours]
        by_site = method(sites.xy)
        lines = shapely.linestrings(sites.xy[by_site])
    else:
        what = "there is no such kind of neighbours"
        remedy = 'use "territories", "gabriel", "delaunay", None, pairs of ids or a graph'
        raise DataError.of(what, remedy, where="neighbours", value=neighbours)
    edges = sites.school_edges(by_site)
    line_of = {tuple(pair): line for pair, line in zip(by_site.tolist(), lines, strict=True)}
    ends = np.sort(sites.of_school[edges], axis=1).tolist()
    return _Ways(
        edges, np.array([line_of.get(tuple(pair)) for pair in ends], object), (note, *shared)
    )


def _is_table(neighbours: Any) -> bool:
    """Whether neighbours are pairs in a file or frame: a word without a dot is a kind of them."""
    if isinstance(neighbours, str):
        return "." in neighbours
    frame = hasattr(neighbours, "columns") and hasattr(neighbours, "iloc")
    return frame or is_file(neighbours) or hasattr(neighbours, "__arrow_c_stream__")


def _over_borders(xy: FloatArray, territories: Territories) -> Any:
    """Shortest way between two neighbours over their shared border: straight where that meets it.

    The border lies on the bisector of the two sites, so the shortest way crosses it at its point
    nearest to the middle between them.
    """
    ends = xy[territories.edges]
    middle = shapely.points(ends.mean(axis=1))
    to_border = shapely.shortest_line(middle, territories.borders)
    via = shapely.get_coordinates(shapely.get_point(to_border, -1))
    return shapely.linestrings(np.stack([ends[:, 0], via, ends[:, 1]], axis=1))


def _cut(edges: IntArray, lines: Any, barriers: Any) -> tuple[IntArray, str]:
    """Take out the pairs whose line a barrier meets (None: on one site, never cut)."""
    met = np.zeros(len(edges), dtype=bool)
    met[np.unique(shapely.STRtree(barriers).query(lines, predicate="intersects")[0])] = True
    return edges[~met], f"Barriers part {counted(int(met.sum()), 'pair')} of neighbours."


def _bridged(
    schools: tuple[School, ...], edges: IntArray, bridges: tuple[tuple[SchoolId, SchoolId], ...]
) -> tuple[IntArray, str]:
    added = edges_of_pairs([school.urn for school in schools], bridges, "bridges")
    names = "; ".join(f"{schools[i].name} and {schools[j].name}" for i, j in added.tolist())
    return sorted_pairs(np.vstack([edges, added])), f"Bridged by hand: {names}."
