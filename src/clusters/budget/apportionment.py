"""Other methods of rounding shares, for comparison with largest remainder.

The package pays by largest remainder. Divisor methods avoid its paradoxes (a larger total can cost
somebody a unit) but may leave the quota; the quota method of Balinski and Young avoids both.

References
----------
Balinski and Young (1975), The quota method of apportionment, Am. Math. Monthly 82, 701-730.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from clusters.budget.faults import Faults
from clusters.money import Number, exact_number, largest_remainder, proportional

__all__ = ["METHODS", "apportion"]

_Bid = Callable[[Fraction, int], Fraction]

_BIDS: Mapping[str, _Bid] = {
    "d'hondt": lambda w, n: w / (n + 1),
    "sainte-lague": lambda w, n: w / (2 * n + 1),
    # Squares compare as their roots do: w / sqrt(n (n + 1)).
    "huntington": lambda w, n: w * w / (n * (n + 1)),
    "adams": lambda w, n: w / n,
    "dean": lambda w, n: w * (2 * n + 1) / (2 * n * (n + 1)),
}
_EACH_FIRST = ("huntington", "adams", "dean")
"""These give everyone a first unit before anyone has a second."""

METHODS = ("largest remainder", "quota", *_BIDS)
"""The methods that `apportion` takes."""


def apportion(
    total: int, weights: Sequence[Number], method: str = "largest remainder"
) -> list[int]:
    """Divide a whole number of units in proportion to weights; equal bids go to the first.

    Parameters
    ----------
    total
        Units to give out, 0 or more.
    weights
        0 or more, not all 0; who has 0 gets nothing.
    method
        One of `METHODS`.

    Raises
    ------
    MoneyError
        If the method is unknown, a weight negative, or nothing says how to share.

    Examples
    --------
    >>> apportion(100, [5117, 4400, 162, 161, 160])
    [51, 44, 2, 2, 1]
    >>> apportion(100, [5117, 4400, 162, 161, 160], "d'hondt")
    [52, 45, 1, 1, 1]
    """
    faults = Faults()
    exact = [
        faults.take(Fraction(0), exact_number, w, f"weight {k}") for k, w in enumerate(weights)
    ]
    if any(weight < 0 for weight in exact):
        faults.add("a weight is negative", "give 0 or more")
    if method not in METHODS:
        faults.add("there is no such method", f"use one of {', '.join(METHODS)}", value=method)
    if type(total) is not int or total < 0:
        faults.add("the total is not a whole number of 0 or more", "correct it", value=total)
    faults.check()
    quotas = proportional(total, exact)
    if method == "largest remainder":
        return largest_remainder(quotas, total)
    return _quota(total, exact) if method == "quota" else _divisor(total, exact, method)


def _divisor(total: int, weights: Sequence[Fraction], method: str) -> list[int]:
    bid = _BIDS[method]
    units = [0] * len(weights)
    takers = [k for k, weight in enumerate(weights) if weight > 0]
    for _ in range(total):
        waiting = [k for k in takers if units[k] == 0] if method in _EACH_FIRST else []
        if waiting:
            winner = max(waiting, key=lambda k: (weights[k], -k))
        else:
            winner = max(takers, key=lambda k: (bid(weights[k], units[k]), -k))
        units[winner] += 1
    return units


def _quota(total: int, weights: Sequence[Fraction]) -> list[int]:
    """Give each next unit to the highest bid of those whom it leaves within their quota."""
    units = [0] * len(weights)
    whole = sum(weights, Fraction(0))
    for size in range(1, total + 1):
        allowed = [
            k for k, weight in enumerate(weights) if weight > 0 and units[k] < weight * size / whole
        ]
        units[max(allowed, key=lambda k: (weights[k] / (units[k] + 1), -k))] += 1
    return units
