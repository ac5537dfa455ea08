"""The load that the knapsacks carry, in whole steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusters.domain import IntArray
from clusters.model.instance import NO_LIMIT, Instance

__all__ = ["CarriedLoad", "carried_load"]


@dataclass(frozen=True, slots=True, eq=False)
class CarriedLoad:
    """One load of the atoms in steps, array (n,), with the bounds (low, high) of a cluster.

    dimension: which load of the instance it is, None where none has an upper limit. loose_bounds:
    those of a cluster with an excused atom.
    """

    dimension: int | None
    load: IntArray
    bounds: tuple[int, int]
    loose_bounds: tuple[int, int]


def carried_load(instance: Instance, states: int) -> CarriedLoad:
    """Express the tightest load in at most so many steps, rounded so as only to relax."""
    d = _tightest(instance)
    if d is None:
        return CarriedLoad(None, np.zeros(instance.n, dtype=np.int64), (0, 0), (0, 0))
    load, total = instance.loads[d], int(instance.loads[d].sum())
    high = min(int(instance.high[d]), total)
    loose = min(int(instance.excused_high[:, d].max(initial=high)), total)
    step = max(1, -(-high // states))
    low = int(instance.low[d])
    floor = min(int(instance.excused_low[:, d].min(initial=low)), low)
    # every atom may lose up to step - 1 units by rounding down
    return CarriedLoad(
        dimension=d,
        load=load // step,
        bounds=(_rounded_low(load, low, high, step), high // step),
        loose_bounds=(_rounded_low(load, floor, loose, step), loose // step),
    )


def _rounded_low(load: IntArray, low: int, high: int, step: int) -> int:
    """Least load in steps that a cluster has whose load is between low and high."""
    most_atoms = int(np.searchsorted(np.cumsum(np.sort(load)), high, side="right"))
    return max(0, -(-(low - most_atoms * (step - 1)) // step))


def _tightest(instance: Instance) -> int | None:
    """Return the load that the knapsack carries: the one whose upper bound leaves least room."""
    room = [
        (float(instance.high[d]) * instance.k / max(1, int(instance.loads[d].sum())), d)
        for d in range(len(instance.high))
        if instance.high[d] < NO_LIMIT
    ]
    return min(room)[1] if room else None
