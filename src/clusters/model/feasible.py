"""Whether any plan exists at all: the whole model without its costs."""

from __future__ import annotations

import time

import numpy as np
from ortools.sat.python import cp_model

from clusters.model.core import Stopped, build_core, cut_off_parts
from clusters.model.cp_sat import new_solver
from clusters.model.instance import Instance

__all__ = ["any_clusters"]


def any_clusters(instance: Instance, *, seconds: float, seed: int = 1) -> list[list[int]] | None:
    """Find clusters of atoms that keep every rule.

    Returns
    -------
    list or None
        The clusters; empty where it is proved that there are none; None where time ran out.
    """
    deadline = time.monotonic() + seconds
    finite = np.isfinite(instance.cost)
    own = finite[instance.home, np.arange(instance.m)]
    if not (finite & own[None, :]).any(axis=1).all():
        return []
    try:
        core = build_core(instance, stop=lambda: time.monotonic() > deadline)
    except Stopped:
        return None
    core.model.clear_objective()
    solver = new_solver(seed=seed, linearised=False)
    while (left := deadline - time.monotonic()) > 0:
        solver.parameters.max_time_in_seconds = left
        status = solver.solve(core.model)
        if status == cp_model.INFEASIBLE:
            return []
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        clusters = core.clusters(solver.boolean_value)
        if not cut_off_parts(core, clusters):
            found = list(clusters.values())
            return found if all(instance.within_bounds(atoms) for atoms in found) else None
    return None
