"""Whole pence and exact fractions: reading sums of money, rounding them, and writing them down.

Money is whole pence (``int``) wherever it is paid and an exact ``Fraction`` of pence while it is
being worked out; binary floats are refused, because 0.1 + 0.2 is not 0.3 in them.

Two ways of rounding are used in the whole package:

* :func:`largest_remainder` for a list: everyone gets the whole pence of the exact share, and the
  pennies left over go to the largest remainders;
* :func:`clusters.budget.rounding.controlled_rounding` for a table: rows and columns both keep their
  totals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from clusters.errors import MoneyError

__all__ = [
    "Amount",
    "Number",
    "as_pounds",
    "exact_number",
    "largest_remainder",
    "lowest_first",
    "measure_number",
    "pence",
    "percentage",
    "pounds",
    "proportional",
    "round_half_up",
    "stated_share",
]

Amount: TypeAlias = str | int | Decimal | Fraction
"""A sum of money in POUNDS, as a caller may give it: "18,000,000.00", 18000000, Decimal("0.01")."""

Number: TypeAlias = str | int | float | Decimal | Fraction
"""A number that is not money: a weight, a share. A float counts as the decimal it is written as."""

_PLAIN = re.compile(r"[+-]?£?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?£?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_MOST_DIGITS = 30


def pence(value: object, what: str = "the sum", *, least: int | None = 0) -> int:
    """Turn a sum in POUNDS into whole pence, exactly.

    Parameters
    ----------
    value
        Pounds as text ("18000000", "£18,000,000.00"), a whole number, a Decimal or a Fraction.
        Floats are refused: they cannot hold most sums of pounds and pence.
    what
        What the sum is called in an error.
    least
        The smallest number of pence that is allowed; None for any.

    Raises
    ------
    MoneyError
        If it is a float, not a number, not whole pence, or too small.

    Examples
    --------
    >>> pence("18,000,000.00"), pence(18_000_000), pence("0.01")
    (1800000000, 1800000000, 1)
    """
    exact = exact_pence(value, what)
    if exact.denominator != 1:
        raise _error(
            f"{what} is not a whole number of pence", "give pounds with two decimals", value
        )
    if least is not None and exact < least:
        remedy = f"give {pounds(least)} or more"
        raise _error(f"{what} is less than {pounds(least)}", remedy, value)
    return int(exact)


def exact_pence(value: object, what: str = "the sum") -> Fraction:
    """Turn a sum in POUNDS into pence as an exact fraction; parts of a penny are kept.

    Raises
    ------
    MoneyError
        If it is a float or not a number.
    """
    value = _plain(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise _error(f"{what} is not a number", 'give pounds, for instance "12.50"', value)
    if isinstance(value, float):
        raise _error(
            f"{what} is a float, which cannot hold pounds and pence exactly",
            f'give it as text, for instance "{value:.2f}", as whole pounds or as a Decimal',
            value,
        )
    return 100 * exact_number(value, what)


def exact_number(value: object, what: str = "the number") -> Fraction:
    """Turn a number into an exact fraction; a float counts as the decimal it is written as.

    Raises
    ------
    MoneyError
        If it is not a finite number.

    Examples
    --------
    >>> exact_number("1.5"), exact_number(0.1)
    (Fraction(3, 2), Fraction(1, 10))
    """
    value = _plain(value)
    remedy = 'give a number, for instance "12.50" or 12'
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | Fraction):
        raise _error(f"{what} is not a number", remedy, value)
    if isinstance(value, int | Fraction):
        return Fraction(value)
    text = str(value) if isinstance(value, str) else _positional(value)
    text = text.strip()
    if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise _error(f"{what} is not a number", remedy, value)
    if len(text) > _MOST_DIGITS + text.count(","):
        raise _error(f"{what} has more than {_MOST_DIGITS} digits", "give a shorter number", value)
    return Fraction(text.replace(",", "").replace("£", ""))


def percentage(value: object, what: str = "the share") -> Fraction:
    """Read a share of something: "5%" in per cent, or a fraction of one ("0.05").

    A number without the sign is never guessed to be a percentage.

    Raises
    ------
    MoneyError
        If it is not a number.

    Examples
    --------
    >>> percentage("7.5%"), percentage("0.075")
    (Fraction(3, 40), Fraction(3, 40))
    """
    if isinstance(value, str) and value.strip().endswith("%"):
        return exact_number(value.strip()[:-1], what) / 100
    return exact_number(value, what)


def stated_share(value: object, what: str = "the share", *, bare: Fraction | int = 1) -> Fraction:
    """Read a share as :func:`percentage` does, and refuse what may mean a hundredth of it.

    "5" may be meant as 5% or as five times the whole. Without its sign nothing above `bare` is
    taken; a Fraction has been worked out and means what it says.

    Raises
    ------
    MoneyError
        If it is not a number, or is above `bare` and lacks its sign.

    Examples
    --------
    >>> stated_share("5%"), stated_share("0.05"), stated_share("500%")
    (Fraction(1, 20), Fraction(1, 20), Fraction(5, 1))
    """
    share = percentage(value, what)
    signed = isinstance(value, str) and value.strip().endswith("%")
    if not signed and not isinstance(value, Fraction) and abs(share) > bare:
        remedy = f'write "{value}%", or "{float(100 * share):g}%" if that is what is meant'
        raise _error(f"{what} lacks its sign: {value} may be meant in per cent", remedy, value)
    return share


def measure_number(value: float) -> Fraction:
    """Turn a measure of a Problem into the six-decimal number that it stands for.

    Measures are kept as floats rounded to six decimals (``domain.DECIMALS``): the nearest whole
    number of millionths is what was meant.

    Examples
    --------
    >>> measure_number(0.1 + 0.2)
    Fraction(3, 10)
    """
    return Fraction(round(Fraction(value) * 10**6), 10**6)


def round_half_up(value: Fraction) -> int:
    """Round to a whole number, halves upwards.

    Examples
    --------
    >>> round_half_up(Fraction(5, 2)), round_half_up(Fraction(-5, 2))
    (3, -2)
    """
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def pounds(amount_pence: int) -> str:
    """Write whole pence as pounds.

    Examples
    --------
    >>> pounds(41231022), pounds(-120100)
    ('£412,310.22', '-£1,201.00')
    """
    sign = "-" if amount_pence < 0 else ""
    whole, rest = divmod(abs(int(amount_pence)), 100)
    return f"{sign}£{whole:,}.{rest:02d}"


def as_pounds(amount_pence: int) -> Decimal:
    """Turn whole pence into pounds as a Decimal with two decimals.

    Examples
    --------
    >>> as_pounds(41231022)
    Decimal('412310.22')
    """
    sign, digits = int(amount_pence < 0), str(abs(int(amount_pence)))
    return Decimal((sign, tuple(int(digit) for digit in digits), -2))


def lowest_first(key: Hashable) -> tuple[int, int, str]:
    """Sort key of the published tie rule: whole numbers by size, then text by alphabet.

    URNs count as numbers whether they are given as numbers or as text.

    Examples
    --------
    >>> sorted(["b", 10, "9", "a"], key=lowest_first)
    ['9', 10, 'a', 'b']
    """
    text = str(key)
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)


def proportional(total: int, weights: Sequence[Fraction | int]) -> list[Fraction]:
    """Divide a whole number in proportion to weights, exactly.

    Raises
    ------
    MoneyError
        If every weight is 0 and there is something to divide.

    Examples
    --------
    >>> proportional(100, [1, 2])
    [Fraction(100, 3), Fraction(200, 3)]
    """
    whole = sum(weights, Fraction(0))
    if whole == 0:
        if total == 0:
            return [Fraction(0)] * len(weights)
        raise MoneyError.of(
            "every weight is 0, so nothing says how to share", "give at least one a weight above 0"
        )
    unit = Fraction(total) / whole
    return [weight * unit for weight in weights]


def largest_remainder(
    exact: Sequence[Fraction], total: int | None = None, keys: Sequence[Hashable] | None = None
) -> list[int]:
    """Round exact shares to whole numbers that add up to their total (Hamilton's method).

    Everyone gets the whole part; what is left over goes, one each, to the largest remainders. The
    tie rule: of equal remainders the lower key comes first (URNs by number, text by alphabet), so
    the answer does not depend on the order of the rows. Nobody is a whole unit away from the exact
    share, and who is due more never gets less.

    Parameters
    ----------
    exact
        Exact shares, 0 or more.
    total
        Whole number that the rounded shares add up to: the sum of `exact`, or that sum rounded up
        or down. None for the sum itself.
    keys
        One key per share for ties; positions where not given.

    Raises
    ------
    MoneyError
        If the total is not the sum of the shares, rounded up or down.

    References
    ----------
    Balinski and Young (1975), The quota method of apportionment, Am. Math. Monthly 82, 701-730.

    Examples
    --------
    >>> largest_remainder([Fraction(100, 3)] * 3)
    [34, 33, 33]
    """
    rounded = [share.numerator // share.denominator for share in exact]
    whole = sum(exact, Fraction(0))
    target = whole if total is None else Fraction(total)
    if target.denominator != 1 or abs(target - whole) >= 1:
        raise MoneyError.of(
            f"shares that add up to {float(whole):.6f} cannot be rounded to {float(target):.6f}",
            "give a total that is their sum, rounded up or down",
        )
    names = range(len(exact)) if keys is None else keys
    order = sorted(
        range(len(exact)), key=lambda i: (rounded[i] - exact[i], lowest_first(names[i]), i)
    )
    for i in order[: int(target) - sum(rounded)]:
        rounded[i] += 1
    return rounded


def _plain(value: Any) -> Any:
    """Turn a numpy scalar into the Python value (numpy itself is not needed here)."""
    scalar = hasattr(value, "item") and getattr(value, "ndim", 1) == 0
    return value.item() if scalar and not isinstance(value, str) else value


def _positional(value: float | Decimal) -> str:
    """Write a number without an exponent, as it reads: 1e-07 as 0.0000001."""
    decimal = value if isinstance(value, Decimal) else Decimal(repr(value))
    sensible = decimal.is_finite() and abs(decimal.adjusted()) <= _MOST_DIGITS
    return format(decimal, "f") if sensible else str(decimal)


def _error(what: str, remedy: str, value: object) -> MoneyError:
    return MoneyError.of(what, remedy, value=str(value))
