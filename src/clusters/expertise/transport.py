"""The transport problem: as much as possible from where it is to where it lacks, then the nearest.

Source: Hitchcock (1941), The distribution of a product from several sources to numerous
localities, J. Math. Phys. 20; solved by HiGHS through SciPy, with a yes or no for each pair where
small amounts are not worth an agreement.
"""

from __future__ import annotations

import numpy as np

from clusters.domain import FloatArray, IntArray

__all__ = ["transport"]

NEAR = 1e-3
"""A unit carried is worth 1, its journey at most this: no saving of journeys is worth a unit, since
a unit is rerouted over fewer than 1 / NEAR suppliers."""
SMALL = 1e-6


def transport(
    supply: FloatArray,
    demand: FloatArray,
    journey: FloatArray,
    *,
    owner: IntArray | None = None,
    most: FloatArray | None = None,
    at_least: float = 0.0,
) -> FloatArray:
    """Carry as much as possible from suppliers to takers, and that over the shortest journeys.

    Parameters
    ----------
    supply, demand
        Arrays (s,), (d,) of amounts of 0 or more.
    journey
        Array (s, d); infinity where nothing may be carried.
    owner, most
        Arrays (s,) and (o,): who owns each supplier, and the most that an owner gives in all.
    at_least
        Nothing is carried from an owner to a taker where it would be less than this in all.

    Returns
    -------
    numpy.ndarray
        Array (s, d) of amounts carried.

    Examples
    --------
    >>> transport(np.array([5.0]), np.array([2.0, 4.0]), np.array([[1.0, 2.0]])).tolist()
    [[2.0, 3.0]]
    >>> small = np.array([3.0]), np.array([2.0, 3.0]), np.array([[1.0, 2.0]])
    >>> transport(*small, at_least=3).tolist()
    [[0.0, 3.0]]
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    carried = np.zeros(journey.shape)
    owner = np.arange(len(supply)) if owner is None else owner
    pairs = np.argwhere(np.isfinite(journey) & (supply[:, None] > 0) & (demand[None, :] > 0))
    if not len(pairs):
        return carried
    count, (givers, takers) = len(pairs), pairs.T
    length = journey[givers, takers]
    ceiling = np.minimum(supply[givers], demand[takers])
    price = NEAR * length / max(float(length.max()), SMALL) - 1
    numbers, limits = [givers, len(supply) + takers], [supply, demand]
    if most is not None:
        numbers.append(len(supply) + len(demand) + owner[givers])
        limits.append(most)
    sums = np.zeros((sum(len(limit) for limit in limits), 2 * count))
    for rows in numbers:
        sums[rows, np.arange(count)] = 1.0
    rules = [LinearConstraint(sums, ub=np.concatenate(limits))]
    if at_least > 0:  # whether two have an agreement: then at_least in all, else nothing
        _, deal = np.unique(owner[givers] * len(demand) + takers, return_inverse=True)
        between = np.eye(count)[deal]  # (pairs, deals)
        nothing = np.hstack([np.eye(count), -ceiling[:, None] * between])
        enough = np.hstack([between.T, -at_least * np.eye(count)])
        rules += [LinearConstraint(nothing, ub=0.0), LinearConstraint(enough, lb=0.0)]
    found = milp(
        np.concatenate([price, np.zeros(count)]),
        constraints=rules,
        integrality=np.repeat([0, int(at_least > 0)], count),
        bounds=Bounds(0.0, np.concatenate([ceiling, np.ones(count)])),
        options={"mip_rel_gap": 0.0},
    )
    assert found.x is not None, found.message  # always feasible (carry nothing) and bounded
    amounts = found.x[:count]
    carried[givers, takers] = np.where(amounts < SMALL, 0.0, np.round(amounts, 6))
    return carried
