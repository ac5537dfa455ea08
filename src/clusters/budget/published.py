"""Does a published table add up? Lines against the total that is printed below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from clusters.arguments import checked
from clusters.budget.faults import Faults
from clusters.money import Amount, exact_pence

__all__ = ["AddingUp", "adding_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddingUp:
    """A total as published, beside what its lines add up to; all in the unit of the lines.

    Parameters
    ----------
    published
        The total as it is printed.
    found
        What the lines add up to.
    slack
        The most that rounding can explain: half a unit of the last decimal of every line and of
        the total.
    """

    published: Fraction
    found: Fraction
    slack: Fraction

    @property
    def difference(self) -> Fraction:
        """What the lines have beyond the published total (below 0: what they lack)."""
        return self.found - self.published

    @property
    def adds_up(self) -> bool:
        """Whether the lines add up to the total exactly."""
        return self.difference == 0

    @property
    def rounding_explains_it(self) -> bool:
        """Whether lines and total, each rounded by itself, could come from a table that adds up."""
        return abs(self.difference) <= self.slack


@checked
def adding_up(lines: Sequence[Amount], published: Amount) -> AddingUp:
    """Compare the lines of a published table with its total.

    Parameters
    ----------
    lines
        As they are printed ("43.17", "31,000"), in any one unit of money; text keeps the decimals
        to which they were rounded. Credits are negative.
    published
        The total as printed, in the same unit.

    Raises
    ------
    MoneyError
        Listing every line or total that is a float or not a number.

    Examples
    --------
    >>> table = adding_up(["302.18", "1.59", "2.25", "43.17", "28.64"], "377.84")
    >>> float(table.difference), table.adds_up, table.rounding_explains_it
    (-0.01, False, True)
    """
    faults = Faults()
    zero = Fraction(0)
    whole = faults.take(zero, exact_pence, published, "the published total")
    sums = [
        faults.take(zero, exact_pence, line, f"line {k}") for k, line in enumerate(lines, start=1)
    ]
    faults.check()
    slack = sum((_half_a_unit(value) for value in (*lines, published)), zero)
    return AddingUp(published=whole / 100, found=sum(sums, zero) / 100, slack=slack)


def _half_a_unit(printed: Amount) -> Fraction:
    """Half of the last decimal as printed; half of one where there are none."""
    decimals = len(str(printed).strip().partition(".")[2])
    return Fraction(1, 2 * 10**decimals)
