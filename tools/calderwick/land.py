"""The land of Calderwick (synthetic): outline, hills, the ridge that no road crosses, and roads."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np

from clusters.domain import FloatArray
from tools.calderwick.dice import Dice
from tools.calderwick.pyramids import Spot

ORIGIN_M = (480_000, 572_000)
"""Where the map's corner lies on the British National Grid: out in the North Sea, on purpose."""

OUTLINE: tuple[Spot, ...] = (
    *((3.6, 22.6), (6.4, 23.7), (9.4, 22.6), (12.2, 23.4), (14.3, 25.2), (17.3, 25.3)),
    *((19.7, 23.9), (22.4, 23.0), (24.2, 21.2), (25.4, 18.4), (27.0, 15.8), (26.0, 13.3)),
    *((23.6, 12.9), (23.9, 10.8), (25.0, 8.2), (23.3, 5.2), (20.4, 4.0), (16.4, 4.0)),
    *((12.7, 5.2), (9.6, 4.4), (7.0, 2.3), (3.8, 1.5), (1.5, 3.1), (1.0, 6.8), (2.2, 10.1)),
    *((0.9, 13.5), (0.4, 17.6), (1.9, 20.6)),
)

RIDGE: tuple[Spot, ...] = ((0.7, 13.4), (2.2, 13.2), (3.7, 13.9), (5.2, 13.7), (6.2, 13.5))
"""Crest of the moor between the two western valleys, as far as the first road over it."""

VALLEYS: tuple[tuple[Spot, ...], ...] = (
    ((1.4, 17.5), (4.5, 16.6), (7.4, 15.7), (11.3, 15.4)),
    ((2.6, 4.6), (5.9, 7.8), (8.0, 9.7), (9.7, 11.4), (11.3, 15.4)),
    ((9.6, 17.0), (13.7, 16.2), (18.8, 17.3), (23.0, 16.2), (27.0, 14.8)),
    ((23.4, 8.4), (18.2, 9.4), (15.6, 11.0), (15.0, 13.4)),
)

_SPEED_KMH = {"town": 22.0, "edge": 32.0, "country": 46.0}
_BEND = 1.22
_CLIMB_MIN_PER_100_M = 0.5
_SETTING_OFF_MIN = 1.5
_MOOR_ROAD = 4.0


def to_grid(spot: Spot) -> tuple[int, int]:
    """Easting and northing of a spot on the map, to the metre."""
    return ORIGIN_M[0] + round(spot[0] * 1000), ORIGIN_M[1] + round(spot[1] * 1000)


def outline_m(dice: Dice, rounds: int = 4) -> list[tuple[int, int]]:
    """Outline roughened by moving the middles of its sides, on the National Grid."""
    ring = list(OUTLINE)
    for _ in range(rounds):
        finer = []
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            shift = dice.uniform(-0.13, 0.13)
            finer += [
                (ax, ay),
                ((ax + bx) / 2 - shift * (by - ay), (ay + by) / 2 + shift * (bx - ax)),
            ]
        ring = finer
    return [to_grid(spot) for spot in ring]


def height_m(x: float, y: float) -> float:
    """Height of the land: moor in the west, hills in the south, cut by valleys."""
    west = max(0.0, (11.0 - x) / 11.0)
    south = max(0.0, (9.0 - y) / 9.0)
    hills = 90.0 + 380.0 * west + 110.0 * south + 18.0 * math.sin(0.9 * x) * math.cos(0.8 * y)
    depth = max(math.exp(-((_to_line((x, y), valley) / 1.1) ** 2)) for valley in VALLEYS)
    return hills * (1.0 - 0.62 * depth)


def minutes_between(spots: list[Spot], towns: list[Spot]) -> FloatArray:
    """Minutes by road from spot to spot, array (n, n): slower in towns, uphill and over the moor.

    The roads are the sides of the Delaunay triangles of the spots; the quickest way along them
    counts, and there is a little time for setting off.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    from clusters.geography.proximity import delaunay_edges

    xy, place = np.unique(np.array(spots), axis=0, return_inverse=True)
    sides = delaunay_edges(xy)
    both = np.vstack([sides, sides[:, ::-1]])
    costs = [_road_minutes(tuple(xy[i]), tuple(xy[j]), towns) for i, j in both.tolist()]
    graph: Any = coo_array((costs, tuple(both.T)), shape=(len(xy), len(xy))).tocsr()
    quickest = dijkstra(graph)[np.ix_(place.ravel(), place.ravel())] + _SETTING_OFF_MIN
    quickest[place.ravel()[:, None] == place.ravel()[None, :]] = 0.0
    return np.asarray(np.round(quickest, 1), dtype=np.float64)


def _road_minutes(start: Spot, end: Spot, towns: list[Spot]) -> float:
    km = _BEND * math.dist(start, end)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    near = min(math.dist(middle, town) for town in towns)
    kind = "town" if near < 1.2 else "edge" if near < 2.6 else "country"
    climb = max(0.0, height_m(*end) - height_m(*start))
    over = _MOOR_ROAD if any(_crosses(start, end, *side) for side in pairwise(RIDGE)) else 1.0
    return over * (60.0 * km / _SPEED_KMH[kind] + _CLIMB_MIN_PER_100_M * climb / 100.0)


def _to_line(spot: Spot, line: tuple[Spot, ...]) -> float:
    """Distance from a spot to a line."""
    return min(_to_side(spot, a, b) for a, b in pairwise(line))


def _to_side(spot: Spot, a: Spot, b: Spot) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    share = ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / (dx * dx + dy * dy)
    share = min(1.0, max(0.0, share))
    return math.dist(spot, (a[0] + share * dx, a[1] + share * dy))


def _crosses(a: Spot, b: Spot, c: Spot, d: Spot) -> bool:
    def side(p: Spot, q: Spot, r: Spot) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
