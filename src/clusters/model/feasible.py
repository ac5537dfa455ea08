"""Whether any plan exists at all: the whole model without its costs."""

from __future__ import annotations

import time
from itertools import repeat

import numpy as np

from clusters.model.assignment import build_core, solve_core
from clusters.model.instance import Instance
from clusters.model.solving import Stopped, last_round

__all__ = ["any_clusters", "can_cover"]


def any_clusters(instance: Instance, *, seconds: float, seed: int = 1) -> list[list[int]] | None:
    """Find clusters of atoms that keep every rule.

    Returns
    -------
    list or None
        The clusters; empty where it is proved that there are none; None where time ran out.
    """
    deadline = time.monotonic() + seconds
    if not can_cover(instance, np.isfinite(instance.cost)):
        return []
    try:
        core = build_core(instance, stop=lambda: time.monotonic() > deadline)
    except Stopped:
        return None
    core.model.clear_objective()
    last = last_round(
        solve_core(
            core,
            seeds=repeat(seed),
            seconds=deadline - time.monotonic(),
            linearised=False,
        )
    )
    if last.verdict == "none":
        return []
    if last.verdict != "found" or last.solution is None:
        return None
    found = list(last.solution.values())
    return found if all(instance.within_bounds(atoms) for atoms in found) else None


def can_cover(instance: Instance, allowed: np.ndarray) -> bool:
    """Whether every atom still has a centre and enough centres are open."""
    open_ = allowed[instance.home, np.arange(instance.m)]
    return bool((allowed & open_[None, :]).any(axis=1).all() and open_.sum() >= instance.k)
