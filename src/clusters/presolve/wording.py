"""Words and numbers that the checks share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from clusters.domain import Clause, Quantity, SchoolId
from clusters.presolve.case import Facts
from clusters.rulebook import MICRO, counted_of, depends_on_count, entry_of, group_name, school_name
from clusters.text import amount, counted, shown

SPARE = (0, 2, 5, 10)
"""Per cent of spare room beyond the barely possible that are offered: sums seldom come out even."""
COUNT = Clause("n_clusters")
CONTIGUOUS = Clause("contiguous")
TRAVEL = Clause("max_travel")
CENTRES = Clause("centres")


def unit_of(q: Quantity) -> str:
    """Say what a quantity counts."""
    return counted_of(q.clause)


def figure(value: float | Fraction) -> str:
    """Show millionths as a number."""
    return shown(Fraction(value) / MICRO)


def amount_of(q: Quantity, value: float | Fraction) -> str:
    """Show millionths of a quantity with what it counts: "1 school"."""
    return amount(Fraction(value) / MICRO, unit_of(q))


def there_are(clusters: int) -> str:
    """Say how many clusters there are."""
    return f"there {'is' if clusters == 1 else 'are'} {counted(clusters, 'cluster')}"


def between(low: Fraction | None, high: Fraction | None) -> str:
    """Show bounds."""
    if high is None:
        return f"at least {figure(low or 0)}"
    return f"{figure(low or 0)} to {figure(high)}"


def count_if_shared(clause: Clause) -> tuple[Clause, ...]:
    """Name the number of clusters where a clause's bounds depend on it."""
    return (COUNT,) if depends_on_count(clause) else ()


def because(facts: Facts, q: Quantity) -> str:
    """Explain where a bound comes from, where it is not given as a number."""
    if not depends_on_count(q.clause):
        return ""
    mean = Fraction(sum(q.amounts), facts.k)
    share = entry_of(facts.rules, q.clause)
    return f" (mean {figure(mean)}, {shown(100 * share)}% allowed)"


def rounded(q: Quantity, *, up: bool) -> Fraction | float:
    """Return the least (up) or the most that whole sums can meet."""
    unit = math.gcd(*q.amounts) or 1
    if up:
        return Fraction(-(-(q.least or Fraction(0)) // unit) * unit)
    return math.inf if q.most is None else Fraction((q.most // unit) * unit)


def up_to_unit(q: Quantity, value: Fraction) -> Fraction:
    """Round up to what whole sums can meet."""
    unit = math.gcd(*q.amounts) or 1
    return Fraction(-(-value // unit) * unit)


def school_at(facts: Facts, position: int) -> str:
    """Name the school at a position."""
    return school_name(facts.problem, facts.problem.schools[position].urn)


def caller(facts: Facts, atom: Sequence[int]) -> str:
    """Name schools at the beginning of a sentence."""
    ids: tuple[SchoolId, ...] = facts.ids(atom)
    name = group_name(facts.problem, ids)
    return name[0].upper() + name[1:]
