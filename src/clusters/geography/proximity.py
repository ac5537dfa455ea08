"""Which sites lie next to each other: Delaunay and Gabriel graphs.

Both take distinct sites as an array (s, 2) and return sorted pairs of positions, array (m, 2).
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay, QhullError, cKDTree

from clusters.domain import FloatArray, IntArray

TOUCH = 1e-9
"""Relative slack within which a point counts as lying on a circle."""


def delaunay_edges(xy: FloatArray) -> IntArray:
    """Sides of the Delaunay triangles; sites on one line are joined one to the next.

    Where four sites lie on one circle (a square), one of the two diagonals is a side: which one is
    arbitrary but always the same.
    """
    try:
        if len(xy) < 3:
            return _chain(xy)
        triangles = Delaunay(xy - xy.mean(axis=0))
    except QhullError:
        return _chain(xy)
    corners = triangles.simplices
    # Sites that Qhull leaves out as too close to another hang on their nearest corner.
    sides = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return sorted_pairs(np.vstack([sides, triangles.coplanar[:, [0, 2]]]))


def gabriel_edges(xy: FloatArray) -> IntArray:
    """Pairs of sites with no other site in or on the circle whose diameter they span.

    Source: Gabriel and Sokal 1969, Systematic Zoology 18(3). With the closed circle, neither
    diagonal of a square counts, so the result does not depend on how ties are broken.
    """
    edges = delaunay_edges(xy)  # every Gabriel pair is a Delaunay side
    if not len(edges):
        return edges
    ends = xy[edges]
    middle, radius = ends.mean(axis=1), np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1) / 2
    inside = cKDTree(xy).query_ball_point(middle, radius * (1 + TOUCH), return_length=True)
    lonely: IntArray = edges[np.asarray(inside) == 2]
    return lonely


def sorted_pairs(edges: IntArray) -> IntArray:
    """Pairs with the lower position first, each once, in order."""
    edges = np.sort(np.asarray(edges, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.unique(edges[edges[:, 0] != edges[:, 1]], axis=0)


def _chain(xy: FloatArray) -> IntArray:
    """Join sites on one line, each to the next along it."""
    if len(xy) < 2:
        return np.empty((0, 2), dtype=np.int64)
    centred = xy - xy.mean(axis=0)
    direction = np.linalg.svd(centred, full_matrices=False)[2][0]
    order = np.argsort(centred @ direction, kind="stable")
    return sorted_pairs(np.column_stack([order[:-1], order[1:]]))
