"""A large synthetic region: towns and villages, neighbours by Delaunay triangulation."""

from __future__ import annotations

import numpy as np

import clusters as cl
from benchmarks.case import Task

__all__ = ["draw_region"]

SIDE_M = 60_000
IN_TOWNS = 0.7


def draw_region(n: int, k: int, *, share: float, towns: int = 40, seed: int = 1) -> Task:
    """Draw n schools, seven in ten of them in towns; need is lognormal."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, SIDE_M, (towns, 2))
    urban = int(n * IN_TOWNS)
    xy = np.vstack(
        [
            middle[rng.integers(0, towns, urban)] + rng.normal(0, 2500, (urban, 2)),
            rng.uniform(0, SIDE_M, (n - urban, 2)),
        ]
    )
    need = np.round(rng.lognormal(4, 0.6, n))
    schools = [
        cl.School(
            urn=str(p),
            name=f"School {p}",
            easting=float(xy[p, 0]),
            northing=float(xy[p, 1]),
            measures={"need": float(need[p])},
        )
        for p in range(n)
    ]
    return Task(
        problem=cl.build_problem(schools, neighbours="delaunay"),
        rules=cl.Rules(n_clusters=k, balance={"need": share}),
        priorities=cl.Priorities(travel_by="need"),
        per=float(need.sum()),
        unit="metres per unit of need",
    )
