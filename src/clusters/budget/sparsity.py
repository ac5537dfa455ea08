"""Tapers by size, and sums for small schools that are far from others."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from clusters.arguments import checked
from clusters.budget.faults import Faults
from clusters.domain import Problem, SchoolId
from clusters.money import Amount, Number, exact_number, measure_number, pence

__all__ = ["Sparsity", "Taper", "exact_measure"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Taper:
    """A share that falls in a straight line from 1 to 0 as a measure grows.

    Parameters
    ----------
    full_to
        Up to here the share is 1.
    none_from
        From here on it is 0.
    measure
        The measure that is read, "pupils" by default.

    Examples
    --------
    >>> taper = Taper(full_to=100, none_from=200)
    >>> taper.share(Fraction(100)), taper.share(Fraction(175)), taper.share(Fraction(300))
    (Fraction(1, 1), Fraction(1, 4), Fraction(0, 1))
    """

    full_to: Number
    none_from: Number
    measure: str = "pupils"

    def __post_init__(self) -> None:
        faults = Faults()
        low = faults.take(Fraction(0), exact_number, self.full_to, "full_to")
        high = faults.take(low + 1, exact_number, self.none_from, "none_from")
        if not 0 <= low < high:
            faults.add(
                "a taper does not run from full_to, 0 or more, up to none_from",
                "give full_to below none_from",
                value=f"{self.full_to} to {self.none_from}",
            )
        faults.check()

    def share(self, value: Fraction) -> Fraction:
        """Share at a value of the measure, 0 to 1."""
        low, high = exact_number(self.full_to), exact_number(self.none_from)
        return min(Fraction(1), max(Fraction(0), (high - value) / (high - low)))


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Sparsity:
    """A sum for small schools that are far from others, tapered by distance and by size.

    In the manner of the sparsity factor of the national formula (SI 2024/66, regulation 21), which
    measures pupils' journeys by road to their second nearest suitable school. Here the distance is
    the school's own journey to another school, as the problem measures it: a local choice.

    Parameters
    ----------
    amount
        POUNDS for a school that qualifies in full.
    near_m, far_m
        Metres: nothing up to the first, the full sum from the second, a straight line between. The
        defaults are 80 % of two miles, and two miles.
    rank
        Which other school counts: 2 for the second nearest.
    same_phase
        Whether only schools of the same phase count.
    taper
        Fall with size; None for none.
    """

    amount: Amount
    near_m: int = 2575
    far_m: int = 3219
    rank: int = 2
    same_phase: bool = True
    taper: Taper | None = None

    def __post_init__(self) -> None:
        faults = Faults()
        faults.take(0, pence, self.amount, "the sparsity sum")
        whole = all(type(value) is int for value in (self.near_m, self.far_m, self.rank))
        if not (whole and 0 <= self.near_m < self.far_m and self.rank >= 1):
            faults.add(
                "near_m, far_m and rank of the sparsity sum are not whole numbers in order",
                "give near_m below far_m in whole metres, and a rank of 1 or more",
                value=f"{self.near_m}, {self.far_m}, {self.rank}",
            )
        faults.check()


def exact_measure(problem: Problem, name: str) -> dict[SchoolId, Fraction]:
    """Return a measure by school id, as exact numbers."""
    values = problem.measure(name).tolist()
    return dict(zip(problem.ids, map(measure_number, values), strict=True))


def tapered(faults: Faults, problem: Problem, taper: Taper) -> dict[SchoolId, Fraction]:
    """Work out what share of a sum each school keeps by its size."""
    nothing = dict.fromkeys(problem.ids, Fraction(0))
    size = faults.take(nothing, exact_measure, problem, taper.measure)
    return {urn: taper.share(value) for urn, value in size.items()}


def remoteness(faults: Faults, problem: Problem, sparsity: Sparsity) -> dict[SchoolId, Fraction]:
    """Work out what share of the sparsity sum each school qualifies for, 0 to 1."""
    distance_m = problem.distance_m
    phases = [school.phase for school in problem.schools]
    shares = {}
    for k, urn in enumerate(problem.ids):
        others = sorted(
            float(distance_m[k, i])
            for i in range(len(problem))
            if i != k and (not sparsity.same_phase or phases[i] == phases[k])
        )
        # A school with too few others of its phase is as far from them as can be.
        nearest = others[sparsity.rank - 1] if len(others) >= sparsity.rank else float("inf")
        metres = sparsity.far_m if nearest >= sparsity.far_m else round(nearest)
        span = sparsity.far_m - sparsity.near_m
        shares[urn] = max(Fraction(0), Fraction(metres - sparsity.near_m, span))
    if sparsity.taper is not None:
        size = tapered(faults, problem, sparsity.taper)
        shares = {urn: share * size[urn] for urn, share in shares.items()}
    return shares
