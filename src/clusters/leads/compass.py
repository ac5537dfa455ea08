"""Names for areas, from where they lie."""

from __future__ import annotations

import math

import numpy as np

from clusters.domain import Plan, Problem

__all__ = ["name_areas"]

_COMPASS = {
    "North": (0, 1),
    "South": (0, -1),
    "East": (1, 0),
    "West": (-1, 0),
    "North East": (1, 1),
    "North West": (-1, 1),
    "South East": (1, -1),
    "South West": (-1, -1),
    "Central": (0, 0),
}


def name_areas(small: Problem, plan: Plan) -> Plan:
    """Label areas by where they lie, seen from the middle: North, South East, Central ..."""
    from scipy.optimize import linear_sum_assignment

    if len(plan.clusters) > len(_COMPASS):
        return plan.relabelled({c.label: f"Area {k}" for k, c in enumerate(plan.clusters, start=1)})
    middles = np.array(
        [small.xy_m[[small.position(key) for key in c.members]].mean(axis=0) for c in plan.clusters]
    )
    offset = middles - middles.mean(axis=0)
    offset = offset / max(float(np.abs(offset).max()), 1e-9)
    way = np.array(list(_COMPASS.values()), dtype=np.float64)
    way[4:8] /= math.sqrt(2)
    away = ((offset[:, None, :] - way[None, :, :]) ** 2).sum(axis=2)
    away[:, 4:8] += 0.05  # a plain direction where it will do
    rows, columns = linear_sum_assignment(away)
    names = list(_COMPASS)
    labels = {plan.clusters[r].label: names[c] for r, c in zip(rows, columns, strict=True)}
    return plan.relabelled(labels)
