"""The transport problem: as much as possible from where it is to where it lacks, then the nearest.

Source: Hitchcock (1941), The distribution of a product from several sources to numerous
localities, J. Math. Phys. 20; solved as a linear programme by HiGHS through SciPy.
"""

from __future__ import annotations

import numpy as np

from clusters.domain import FloatArray

__all__ = ["transport"]

NEAR = 1e-3
"""A unit carried is worth 1, its journey at most this: no saving of journeys is worth a unit, since
a unit is rerouted over fewer than 1 / NEAR suppliers."""
SMALL = 1e-6


def transport(supply: FloatArray, demand: FloatArray, journey: FloatArray) -> FloatArray:
    """Carry as much as possible from suppliers to takers, and that over the shortest journeys.

    Parameters
    ----------
    supply, demand
        Arrays (s,), (d,) of amounts of 0 or more.
    journey
        Array (s, d); infinity where nothing may be carried.

    Returns
    -------
    numpy.ndarray
        Array (s, d) of amounts carried.

    Examples
    --------
    >>> transport(np.array([5.0]), np.array([2.0, 4.0]), np.array([[1.0, 2.0]])).tolist()
    [[2.0, 3.0]]
    """
    from scipy.optimize import linprog

    carried = np.zeros(journey.shape)
    pairs = np.argwhere(np.isfinite(journey) & (supply[:, None] > 0) & (demand[None, :] > 0))
    if not len(pairs):
        return carried
    count = len(pairs)
    length = journey[pairs[:, 0], pairs[:, 1]]
    price = NEAR * length / max(float(length.max()), SMALL) - 1
    limits = np.zeros((len(supply) + len(demand), count))
    limits[pairs[:, 0], np.arange(count)] = 1.0
    limits[len(supply) + pairs[:, 1], np.arange(count)] = 1.0
    found = linprog(price, A_ub=limits, b_ub=np.concatenate([supply, demand]), method="highs-ds")
    assert found.x is not None, found.message  # always feasible (carry nothing) and bounded
    amounts = np.where(found.x < SMALL, 0.0, np.round(found.x, 6))
    carried[pairs[:, 0], pairs[:, 1]] = amounts
    return carried
