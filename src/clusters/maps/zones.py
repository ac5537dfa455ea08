"""Zones: the ground of each cluster, dissolved from its schools' territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from clusters.arguments import checked
from clusters.domain import FloatArray, Plan, Problem
from clusters.text import clean

_MARGIN = 0.06  # of the extent: how far zones reach beyond the outermost schools without a boundary
_GRAIN = 1e-4  # of the extent's power of ten: coordinates are put on this grid, so that edges match


def members_of(problem: Problem, plan: Plan) -> list[list[int]]:
    """Positions of the known members of each cluster; a school named twice counts where first."""
    taken: set[int] = set()
    groups = []
    for cluster in plan.clusters:
        found = dict.fromkeys(map(problem.find, cluster.members))
        groups.append([k for k in found if k is not None and k not in taken])
        taken.update(groups[-1])
    return groups


def extent_m(problem: Problem) -> float:
    """Larger side of the box round the schools (1 where they all share one point)."""
    return float(np.ptp(problem.xy_m, axis=0).max()) or 1.0


def territories(problem: Problem) -> list[Any]:
    """One polygon for each school: the problem's own, else the ground nearest to the school.

    Schools on one site share theirs.
    """
    given = problem.territories
    if given is not None and all(cell is not None and not cell.is_empty for cell in given):
        cells = list(given)
    else:
        cells = _nearest_ground(problem)
    grain = _GRAIN * 10 ** np.floor(np.log10(extent_m(problem)))
    return list(shapely.make_valid(shapely.set_precision(np.array(cells, dtype=object), grain)))


def _nearest_ground(problem: Problem) -> list[Any]:
    sites, site_of = np.unique(problem.xy_m, axis=0, return_inverse=True)
    points = shapely.MultiPoint(sites)
    ground = problem.boundary
    if ground is None or ground.is_empty:
        ground = points.convex_hull.buffer(_MARGIN * extent_m(problem), quad_segs=4)
    if len(sites) == 1:
        return [ground] * len(problem)
    cells = shapely.voronoi_polygons(points, extend_to=ground, ordered=True)
    clipped = shapely.intersection(shapely.get_parts(cells), ground)
    return [clipped[k] for k in site_of.ravel()]


def owners_of(problem: Problem, groups: Sequence[Sequence[int]]) -> list[int]:
    """Give by school the number of its group; -1 where it is in none."""
    owner = [-1] * len(problem)
    for number, group in enumerate(groups):
        for position in group:
            owner[position] = number
    return owner


def split_shared_sites(problem: Problem, cells: Sequence[Any], owner: Sequence[int]) -> list[Any]:
    """Cut the territory of a site into strips where its schools belong to different clusters.

    Parameters
    ----------
    owner
        Cluster of each school, -1 for none.
    """
    _, site_of = np.unique(problem.xy_m, axis=0, return_inverse=True)
    site_of = site_of.ravel()
    drawn = list(cells)
    for site in np.flatnonzero(np.bincount(site_of) > 1).tolist():
        schools = np.flatnonzero(site_of == site).tolist()
        owners = sorted({owner[k] for k in schools})
        if len(owners) == 1:
            continue
        strips = dict(zip(owners, _strips(cells[schools[0]], len(owners)), strict=True))
        for k in schools:
            drawn[k] = strips[owner[k]]
    return drawn


def _strips(cell: Any, count: int) -> list[Any]:
    left, low, right, high = cell.bounds
    cuts = np.linspace(left, right, count + 1)
    return [cell.intersection(shapely.box(a, low, b, high)) for a, b in pairwise(cuts)]


def dissolve(cells: Sequence[Any], owner: Sequence[int], count: int) -> list[Any]:
    """Join the territories of each cluster 0 .. count - 1, and those of no cluster last."""
    groups: list[list[Any]] = [[] for _ in range(count + 1)]
    for cell, cluster in zip(cells, owner, strict=True):
        groups[cluster].append(cell)  # -1 is the last group
    return [_polygons(shapely.union_all(group)) for group in groups]


def _polygons(shape: Any) -> Any:
    """Keep the areas of a shape; drop lines and points that an overlay left behind."""
    parts = [p for part in shapely.get_parts(shape) for p in shapely.get_parts(part) if p.area > 0]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]


def without_strays(
    zones: Sequence[Any], groups: Sequence[Sequence[int]], xy_m: FloatArray
) -> list[Any]:
    """Give parts of a cluster's ground that hold none of its schools to the ground beside them.

    An outline with inlets cuts such slivers off; numbered like a part of the cluster they would
    look like an enclave. Parts with a school stay: those are true enclaves.
    """
    kept: list[Any] = []
    strays: list[tuple[int, Any]] = []
    for zone, group in zip(zones, groups, strict=True):
        parts = [part for part in shapely.get_parts(zone) if not part.is_empty]
        if len(parts) < 2 or not group:
            kept.append(zone)
            continue
        own = shapely.multipoints(xy_m[list(group)])
        held = [part for part in parts if part.dwithin(own, 1.0)] or [
            max(parts, key=lambda part: part.area)
        ]
        strays += [(len(kept), part) for part in parts if not any(part is one for one in held)]
        kept.append(held[0] if len(held) == 1 else shapely.MultiPolygon(held))
    for owner, part in strays:
        edge = part.boundary
        shared = [
            0.0 if k == owner or zone.is_empty else float(edge.intersection(zone.boundary).length)
            for k, zone in enumerate(kept)
        ]
        most = max(range(len(kept)), key=shared.__getitem__)
        taker = most if shared[most] > 0 else owner  # an island without a school stays
        kept[taker] = _polygons(shapely.union_all([kept[taker], part]))
    return kept


def simplify(zones: Sequence[Any], tolerance_m: float) -> list[Any]:
    """Drop vertices that nobody would see; shared borders stay shared."""
    filled = [k for k, zone in enumerate(zones) if not zone.is_empty]
    simpler = list(zones)
    coarse = shapely.coverage_simplify(
        np.array([zones[k] for k in filled], dtype=object), tolerance_m
    )
    for k, zone in zip(filled, coarse, strict=True):
        if not zone.is_empty:
            simpler[k] = zone
    return simpler


def touching(zones: Sequence[Any]) -> list[tuple[int, int]]:
    """Pairs of zones that share a border (not only a corner)."""
    shapes = np.array(zones, dtype=object)
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = pairs[:, pairs[0] < pairs[1]]
    lines = shapely.length(shapely.intersection(shapes[first], shapes[second])) > 0
    return list(zip(first[lines].tolist(), second[lines].tolist(), strict=True))


def numbers_of(plan: Plan, numbers: Mapping[str, int] | None = None) -> list[int]:
    """List the number of each cluster.

    As given by label; else the label itself where it is a number; else the first free one of
    1, 2, 3 ... in the order of the plan.
    """
    given: list[int | None] = []
    for cluster in plan.clusters:
        own = int(cluster.label) if cluster.label.isdecimal() else None
        number = own if numbers is None else numbers.get(cluster.label, own)
        given.append(None if number in given else number)
    free = (n for n in range(1, 10**9) if n not in set(given))
    return [next(free) if number is None else number for number in given]


def numbers_by_label(plan: Plan, numbers: Mapping[str, int] | None = None) -> dict[str, int]:
    """Give the number of each cluster by its label; see :func:`numbers_of`."""
    labels = (cluster.label for cluster in plan.clusters)
    return dict(zip(labels, numbers_of(plan, numbers), strict=True))


@checked
def school_numbers(problem: Problem) -> list[int]:
    """Give each school its number on every map: its place from A to Z, whatever the plan.

    Examples
    --------
    >>> problem = Problem.from_arrays(["1", "2"], [[0, 0], [1, 1]], names=["Hill", "Ash"])
    >>> school_numbers(problem)
    [2, 1]
    """
    order = sorted(
        range(len(problem)),
        key=lambda k: (clean(problem.schools[k].name).casefold(), str(problem.ids[k])),
    )
    numbers: list[int] = (1 + np.argsort(order)).tolist()
    return numbers
