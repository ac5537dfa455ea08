"""Tapers by size, and sums for small schools that are far from others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from clusters.arguments import checked
from clusters.domain import FrozenDict, Problem, SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, Number, exact_number, measure_number, pence
from clusters.shown import Shown
from clusters.text import first_few

__all__ = ["BY_PHASE", "Remote", "Sparsity", "Taper", "exact_measure", "sparsity_notes"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Taper(Shown):
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
        faults.refuse(MoneyError)

    def share(self, value: Fraction) -> Fraction:
        """Share at a value of the measure, 0 to 1."""
        low, high = exact_number(self.full_to), exact_number(self.none_from)
        return min(Fraction(1), max(Fraction(0), (high - value) / (high - low)))


def _check_metres(faults: Faults, near_m: object, far_m: object) -> None:
    if not (type(near_m) is int and type(far_m) is int and 0 <= near_m < far_m):
        faults.add(
            "near_m and far_m are not whole numbers in order",
            "give near_m below far_m in whole metres",
            value=f"{near_m}, {far_m}",
        )


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Remote(Shown):
    """When a school of one phase is remote, and when it is small.

    Parameters
    ----------
    near_m, far_m
        Metres: nothing up to the first, the full sum from the second, a straight line between.
    year_group
        Mean size of a year group from which on there is nothing; up to half of it the sum is full,
        with a straight line between.
    years
        Year groups that schools of the phase teach, 0 for Reception: a school counts as another
        one to go to where it teaches some of the same years.

    Examples
    --------
    >>> Remote(near_m=2575, far_m=3219, year_group="21.4", years=(0, 1, 2))
    Remote(near_m=2575, far_m=3219, year_group='21.4', years=(0, 1, 2))
    """

    near_m: int
    far_m: int
    year_group: Number
    years: tuple[int, ...]

    def __post_init__(self) -> None:
        faults = Faults()
        _check_metres(faults, self.near_m, self.far_m)
        if faults.take(Fraction(1), exact_number, self.year_group, "year_group") <= 0:
            faults.add("year_group is not above 0", "give for instance 21.4", value=self.year_group)
        if not self.years:
            faults.add("a phase has no years", "give for instance years=(0, 1, 2)")
        faults.refuse(MoneyError)


_TWO_MILES = {"near_m": 2575, "far_m": 3219}
_THREE_MILES = {"near_m": 3862, "far_m": 4828}

BY_PHASE: Mapping[str, Remote] = FrozenDict(
    {
        "infant": Remote(**_TWO_MILES, year_group="21.4", years=tuple(range(3))),
        "junior": Remote(**_TWO_MILES, year_group="21.4", years=tuple(range(3, 7))),
        "first": Remote(**_TWO_MILES, year_group="21.4", years=tuple(range(5))),
        "primary": Remote(**_TWO_MILES, year_group="21.4", years=tuple(range(7))),
        "middle": Remote(**_TWO_MILES, year_group="69.2", years=tuple(range(5, 9))),
        "secondary": Remote(**_THREE_MILES, year_group="120", years=tuple(range(7, 12))),
        "all-through": Remote(**_TWO_MILES, year_group="62.5", years=tuple(range(12))),
    }
)
"""80% of the distance, the distance, and the year group, by phase.

Those of primary schools are in SI 2024/66, regulation 21. The others are those of the national
funding formula as generally known: check them before use.
"""

_ELSEWHERE = ("nursery", "special", "alternative", "16 plus", "independent")
"""Phases of schools that are no other school to go to; any other phase might be."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sparsity(Shown):
    """A sum for small schools that are far from others, tapered by distance and by size.

    In the manner of the sparsity factor of the national formula (SI 2024/66, regulation 21), which
    measures pupils' journeys by road to their second nearest suitable school. Here the distance is
    the school's own journey to another school, as the problem measures it, and the size of a year
    group is all pupils over the years that the phase teaches: a local choice.

    A school that cannot be judged gets nothing, and the split's notes name it: its phase is not
    known, its pupils are not known, or fewer than `rank` other schools teach its years.

    Parameters
    ----------
    amount
        POUNDS for a school that qualifies in full.
    near_m, far_m
        Metres for every phase, in place of those in `by_phase`; give both or neither.
    rank
        Which other school counts: 2 for the second nearest.
    same_phase
        Whether only schools that teach some of the same years count. One of unknown phase might,
        and counts.
    size_limit
        Whether the sum falls with the mean size of a year group, as in the statute.
    taper
        Fall with another measure of size, in place of the year group.
    by_phase
        Limits for each phase; schools of phases that are left out get nothing.

    Examples
    --------
    >>> Sparsity(amount="50000", near_m=3000, far_m=5000).amount
    '50000'
    """

    amount: Amount
    near_m: int | None = None
    far_m: int | None = None
    rank: int = 2
    same_phase: bool = True
    size_limit: bool = True
    taper: Taper | None = None
    by_phase: Mapping[str, Remote] = BY_PHASE

    def __post_init__(self) -> None:
        faults = Faults()
        faults.take(0, pence, self.amount, "the sparsity sum")
        if (self.near_m is None) != (self.far_m is None):
            faults.add(
                "one of near_m and far_m is given without the other",
                "give near_m below far_m in whole metres, or neither",
                value=f"{self.near_m}, {self.far_m}",
            )
        elif self.near_m is not None:
            _check_metres(faults, self.near_m, self.far_m)
        if type(self.rank) is not int or self.rank < 1:
            faults.add(
                "the rank of the sparsity sum is not a whole number of 1 or more",
                "give a rank of 1 or more: 2 for the second nearest school",
                value=self.rank,
            )
        if not isinstance(self.by_phase, Mapping) or not all(
            isinstance(limits, Remote) for limits in self.by_phase.values()
        ):
            faults.add("by_phase does not hold a Remote for each phase", "start from BY_PHASE")
        faults.refuse(MoneyError)
        object.__setattr__(self, "by_phase", FrozenDict(self.by_phase))

    def metres(self, phase: str) -> tuple[int, int]:
        """Metres up to which there is nothing, and from which on there is the full sum."""
        if self.near_m is not None and self.far_m is not None:
            return self.near_m, self.far_m
        return self.by_phase[phase].near_m, self.by_phase[phase].far_m


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
    judged = _Judged(problem, sparsity)
    nothing = Fraction(0)
    shares = {
        school.urn: nothing if judged.doubt(k) else judged.share(k)
        for k, school in enumerate(problem.schools)
    }
    if sparsity.taper is not None:
        size = tapered(faults, problem, sparsity.taper)
        shares = {urn: share * size[urn] for urn, share in shares.items()}
    return shares


def sparsity_notes(problem: Problem, sparsity: Sparsity | None) -> tuple[str, ...]:
    """Name the schools that get nothing because they cannot be judged, by reason."""
    if sparsity is None:
        return ()
    judged = _Judged(problem, sparsity)
    by_reason: dict[str, list[str]] = {}
    for k, school in enumerate(problem.schools):
        if doubt := judged.doubt(k):
            by_reason.setdefault(doubt, []).append(school.name)
    return tuple(
        f"Sparsity: {len(names)} {'school gets' if len(names) == 1 else 'schools get'} nothing "
        f"because {reason}: {first_few(names, 5)}."
        for reason, names in by_reason.items()
    )


class _Judged:
    """Distances and sizes of the schools of a problem under one sparsity sum."""

    def __init__(self, problem: Problem, sparsity: Sparsity) -> None:
        self.sparsity = sparsity
        self.phases = [school.phase for school in problem.schools]
        self.distance_m = problem.distance_m
        counted = exact_measure(problem, "pupils") if "pupils" in problem.measures else FrozenDict()
        self.pupils: list[Fraction | None] = [
            counted.get(school.urn, None if school.pupils is None else Fraction(school.pupils))
            for school in problem.schools
        ]

    def doubt(self, k: int) -> str:
        """Why a school cannot be judged; nothing where it can."""
        phase = self.phases[k]
        if phase not in self.sparsity.by_phase:
            return (
                "their phase has no limits" if phase in _ELSEWHERE else "their phase is not known"
            )
        if self.by_year_group and not self.pupils[k]:
            return "their pupils are not known"
        if len(self.others(k)) < self.sparsity.rank:
            return f"fewer than {self.sparsity.rank} other schools teach their years"
        return ""

    @property
    def by_year_group(self) -> bool:
        return self.sparsity.size_limit and self.sparsity.taper is None

    def others(self, k: int) -> list[float]:
        """Journeys to the other schools that pupils could go to, the shortest first."""
        return sorted(
            float(self.distance_m[k, i])
            for i, phase in enumerate(self.phases)
            if i != k and self._suits(self.phases[k], phase)
        )

    def _suits(self, mine: str, other: str) -> bool:
        if not self.sparsity.same_phase:
            return True
        by_phase = self.sparsity.by_phase
        if other not in by_phase:
            return other not in _ELSEWHERE
        return bool(set(by_phase[mine].years) & set(by_phase[other].years))

    def share(self, k: int) -> Fraction:
        """Share of the sum by distance and by year group."""
        near, far = self.sparsity.metres(self.phases[k])
        metres = round(min(self.others(k)[self.sparsity.rank - 1], far))
        share = max(Fraction(0), Fraction(metres - near, far - near))
        pupils = self.pupils[k]
        if not self.by_year_group or pupils is None:
            return share
        limits = self.sparsity.by_phase[self.phases[k]]
        most = exact_number(limits.year_group)
        size = pupils / len(limits.years)
        return share * min(Fraction(1), max(Fraction(0), (most - size) / (most / 2)))
