"""Side constraints of a cluster that the knapsack does not carry: they have multipliers instead.

Least loads, unmet need and a soft balance; each only lowers the bound where it is not exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusters.domain import FloatArray
from clusters.model.instance import NO_LIMIT, Instance

__all__ = ["Sideline", "sidelines_of"]

SIDE_STEP = 0.25
"""Unit of a step, as a share of the mean cluster (docs/decisions/0004)."""


@dataclass(slots=True)
class Sideline:
    """A linear side constraint of each cluster that takes part through a multiplier.

    multiplier[c] x (sum of coefficient over the cluster - limit) is added to the value of centre c;
    the multiplier lies between `least` and `most`. `step` is the unit of its steps.
    """

    coefficient: FloatArray
    limit: float
    least: float
    most: float
    multiplier: FloatArray
    step: float


def sidelines_of(instance: Instance, carried: int | None) -> list[Sideline]:
    """Return the side constraints of an instance; the knapsack carries the load `carried`."""
    lines = []
    for d in range(len(instance.high)):
        if d == carried:
            continue
        # a load with an upper bound too gains nothing here (measured): its total is fixed anyway
        load = instance.loads[d].astype(np.float64)
        if instance.low[d] > 0 and instance.high[d] == NO_LIMIT:
            room = np.zeros(instance.n)
            for e, atom in enumerate(instance.excused.tolist()):
                room[atom] = max(0, int(instance.low[d]) - int(instance.excused_low[e, d]))
            lines.append(_line(instance, -load - room, -float(instance.low[d])))
    for unmet in instance.unmet:
        lines.append(_line(instance, unmet.shortfall, 0.0, most=unmet.price))
    if instance.balance_load is not None:
        price = instance.balance_price
        lines.append(_line(instance, instance.balance_load, instance.balance_mean, -price, price))
    return lines


def _line(
    instance: Instance,
    coefficient: FloatArray,
    limit: float,
    least: float = 0.0,
    most: float = np.inf,
) -> Sideline:
    step = SIDE_STEP * float(np.abs(coefficient).sum()) / instance.k or 1.0
    return Sideline(coefficient, limit, least, most, np.zeros(instance.m), step)
