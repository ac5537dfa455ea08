"""Financial and academic years, and pots: part years, instalments and sources that add up.

A financial year runs from April to March, an academic year from September to August. Money for the
year from September falls 7/12 into the financial year in which it starts and 5/12 into the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.budget.given import is_keyed, pence_by_key
from clusters.budget.rounding import in_parts
from clusters.budget.values import Split
from clusters.errors import Faults, MoneyError
from clusters.money import pounds
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MONTHS", "TERMS", "Calendar", "by_pot", "by_year", "instalments", "year_parts"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

TERMS: Mapping[str, int] = {"autumn": 9, "spring": 1, "summer": 4}
"""The month in which each term's instalment is paid."""

BACKDATED = "backdated"
"""Name of the part of a year's table that is owed at once."""

_APRIL = 4


@dataclass(frozen=True, slots=True, repr=False)
class Calendar(Shown):
    """A table of whole pence: one row per key, one column per part of the year (or per pot).

    Rows add up to the amounts that went in, columns to `totals`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> split = cl.split_budget(problem, plan, "1000")
    >>> years = cl.budget.by_year(split, start_month=9)
    >>> years.parts, years.totals
    (('first financial year', 'next financial year'), (58333, 41667))
    """

    keys: tuple[Any, ...]
    parts: tuple[str, ...]
    pence: tuple[tuple[int, ...], ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """Sum of each column."""
        return tuple(sum(row[k] for row in self.pence) for k in range(len(self.parts)))

    def to_frame(self) -> pd.DataFrame:
        """Return the table in pence, with a column `total_pence`."""
        return framed(
            {
                "key": key,
                **{f"{part}_pence": sum_ for part, sum_ in zip(self.parts, row, strict=True)},
                "total_pence": sum(row),
            }
            for key, row in zip(self.keys, self.pence, strict=True)
        )


def year_parts(start_month: int = 9) -> dict[str, Fraction]:
    """Parts of a year from the start of a month that fall into each financial year.

    Raises
    ------
    MoneyError
        If the month is not a whole number from 1 to 12.

    Examples
    --------
    >>> year_parts(9)
    {'first financial year': Fraction(7, 12), 'next financial year': Fraction(5, 12)}
    >>> year_parts(4)
    {'first financial year': Fraction(1, 1)}
    """
    if type(start_month) is not int or not 1 <= start_month <= 12:
        raise MoneyError.of(
            "the start month is not one of 1 to 12", "give 9 for September", value=start_month
        )
    first = (_APRIL - start_month - 1) % 12 + 1
    parts = {"first financial year": Fraction(first, 12)}
    if first < 12:
        parts["next financial year"] = Fraction(12 - first, 12)
    return parts


@checked(leave=("amounts",))
def by_year(
    amounts: Split | Mapping[Any, int],
    start_month: int = 9,
    level: Literal["cluster", "school"] = "cluster",
) -> Calendar:
    """Divide a year's PENCE between the financial years that it falls into.

    Backdated payments of a split are owed at once: they stand in a column of their own, so that
    every row adds up to what the split gives.

    Parameters
    ----------
    amounts
        A split, or pence by key.
    start_month
        First month of the year that is paid for: 9 for September.

    Examples
    --------
    >>> by_year({"North": 1_200, "South": 600}).pence
    ((700, 500), (350, 250))
    """
    yearly = _calendar(_pence_by_key(amounts, level), year_parts(start_month))
    return _with_backdated(yearly, amounts, level)


@checked(leave=("amounts",))
def instalments(
    amounts: Split | Mapping[Any, int],
    rhythm: Literal["monthly", "termly"] = "monthly",
    start_month: int = 9,
    level: Literal["cluster", "school"] = "cluster",
) -> Calendar:
    """Divide a year's PENCE into equal instalments that add up, by key and by instalment.

    Backdated payments of a split are owed at once: they stand in a column of their own, so that
    every row adds up to what the split gives.

    Parameters
    ----------
    amounts
        A split, or pence by key.
    rhythm
        "monthly": twelve from the start month; "termly": three, named by term, in the order in
        which they are paid from the start month on.
    start_month
        First month of the year that is paid for.

    Raises
    ------
    MoneyError
        If the rhythm or the month is unknown, or an amount is negative.

    Examples
    --------
    >>> instalments({"North": 100}, "termly").parts
    ('autumn', 'spring', 'summer')
    >>> instalments({"North": 100}, "termly").pence
    ((34, 33, 33),)
    """
    year_parts(start_month)
    if rhythm == "monthly":
        names = [MONTHS[(start_month - 1 + k) % 12] for k in range(12)]
    elif rhythm == "termly":
        names = sorted(TERMS, key=lambda term: (TERMS[term] - start_month) % 12)
    else:
        raise MoneyError.of("there is no such rhythm", 'use "monthly" or "termly"', value=rhythm)
    equal = Fraction(1, len(names))
    yearly = _calendar(_pence_by_key(amounts, level), dict.fromkeys(names, equal))
    return _with_backdated(yearly, amounts, level)


@checked(leave=("amounts", "pots"))
def by_pot(
    amounts: Split | Mapping[Any, int],
    pots: Mapping[str, int],
    level: Literal["cluster", "school"] = "cluster",
) -> Calendar:
    """Divide PENCE between the pots that pay for them: everyone from each pot in proportion.

    Parameters
    ----------
    amounts
        A split (all its money, backdated payments included), or pence by key.
    pots
        Pence by name of the pot. Together they come to the amounts.

    Raises
    ------
    MoneyError
        If the pots and the amounts differ, or a sum is not a whole number of pence.

    Examples
    --------
    >>> by_pot({"North": 100, "South": 50}, {"high needs": 75, "schools block": 75}).pence
    ((50, 50), (25, 25))
    """
    sums = (
        {share.key: share.total_pence for share in amounts.shares(level)}
        if isinstance(amounts, Split)
        else _pence_by_key(amounts, level)
    )
    paid, needed = sum(_pence_by_key(pots, level, "pots").values()), sum(sums.values())
    if paid != needed:
        raise MoneyError.of(
            f"the pots come to {pounds(paid)} and the amounts to {pounds(needed)}",
            "give pots that come to the same",
        )
    return _calendar(sums, {name: Fraction(sum_, needed or 1) for name, sum_ in pots.items()})


def _pence_by_key(
    amounts: Split | Mapping[Any, int], level: str, name: str = "amounts"
) -> dict[Any, int]:
    if isinstance(amounts, Split):
        return {share.key: share.yearly_pence for share in amounts.shares(level)}
    faults = Faults()
    if not is_keyed(amounts):
        faults.add(f"{name} are neither a split nor pence by key", 'give {"North": 1200}')
        faults.refuse(MoneyError)
    sums = pence_by_key(faults, amounts)
    faults.refuse(MoneyError)
    return sums


def _with_backdated(yearly: Calendar, amounts: object, level: str) -> Calendar:
    """Put the backdated payments of a split before the parts of its year."""
    shares = amounts.shares(level) if isinstance(amounts, Split) else ()
    owed = [share.backdated_pence for share in shares]
    if not any(owed):
        return yearly
    rows = zip(owed, yearly.pence, strict=True)
    return Calendar(
        yearly.keys, (BACKDATED, *yearly.parts), tuple((sum_, *row) for sum_, row in rows)
    )


def _calendar(amounts: Mapping[Any, int], parts: Mapping[str, Fraction]) -> Calendar:
    """Round amount x part to a table that keeps the amounts and the totals of the parts."""
    rounded = in_parts(amounts, list(parts.values()))
    return Calendar(tuple(amounts), tuple(parts), tuple(tuple(rounded[key]) for key in amounts))
