"""Distinct sites: the places on which schools stand, one or more to a site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusters.domain import FloatArray, IntArray

SITE_DECIMALS = 3
"""Coordinates that agree to the millimetre are one site."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Distinct sites: their coordinates, array (s, 2), and the site of each school, array (n,)."""

    xy: FloatArray
    of_school: IntArray

    @property
    def shared(self) -> int:
        """Number of sites with more than one school."""
        return int((np.bincount(self.of_school) > 1).sum())

    def school_edges(self, site_edges: IntArray) -> IntArray:
        """Turn pairs of sites into pairs of schools, array (m, 2).

        The schools of one site are neighbours of each other and of the schools of the site's
        neighbours.
        """
        order = np.argsort(self.of_school, kind="stable")
        groups = np.split(order, np.cumsum(np.bincount(self.of_school))[:-1])
        pairs = [(a, b) for i, j in site_edges.tolist() for a in groups[i] for b in groups[j]]
        pairs += [
            (a, b) for group in groups if len(group) > 1 for a in group for b in group if a < b
        ]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def distinct_sites(xy_m: FloatArray) -> Sites:
    """Merge schools at the same coordinates; `xy_m` is an array (n, 2)."""
    xy, of_school = np.unique(np.round(xy_m, SITE_DECIMALS), axis=0, return_inverse=True)
    return Sites(xy, of_school.reshape(-1))
