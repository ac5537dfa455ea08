"""The pot: the total, what is committed by law, what is held back, and what is left to share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from clusters.arguments import checked
from clusters.budget.commitments import Commitments
from clusters.budget.given import added_up, as_given, gathered, is_keyed, words_on_rows
from clusters.domain import FrozenDict, SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, as_pounds, exact_pence, pence, percentage, pounds, round_half_up
from clusters.shown import Shown

__all__ = ["Backdated", "Pot"]

_PENCE_IN_A_POUND = 100
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
"""Dates outside are slips of the pen: EHC plans exist since 2014."""

DAYS_IN_A_YEAR = 365
"""Backdated payments count days over 365, in leap years too."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Backdated(Shown):
    """One payment owed to a school from a compliance date in the past.

    An EHC plan that was due (its compliance date: 20 weeks from the request, Children and Families
    Act 2014) before it was made is paid for from the day it was due.

    Parameters
    ----------
    urn
        The school that is paid.
    a_year
        The top-up in POUNDS a year.
    compliance_date
        First day that is paid for.
    paid_from
        First day from which the school's ordinary top-up runs (not paid for here).

    Raises
    ------
    MoneyError
        If the sum is not money or the dates are in the wrong order.

    Examples
    --------
    >>> owed = Backdated(
    ...     urn="101",
    ...     a_year="7300",
    ...     compliance_date=date(2025, 9, 1),
    ...     paid_from=date(2025, 10, 1),
    ... )
    >>> owed.pence  # 30 days of 365
    60000
    """

    urn: SchoolId
    a_year: Amount
    compliance_date: date
    paid_from: date

    def __post_init__(self) -> None:
        faults = Faults()
        faults.take(0, pence, self.a_year, f"the backdated top-up of {self.urn}")
        dates = {"compliance_date": self.compliance_date, "paid_from": self.paid_from}
        sound = [_check_date(faults, name, day, self.urn) for name, day in dates.items()]
        if all(sound) and self.paid_from < self.compliance_date:
            faults.add(
                "a backdated payment ends before it starts",
                "give the compliance date first",
                urn=self.urn,
                value=f"{self.compliance_date} to {self.paid_from}",
            )
        faults.refuse(MoneyError)

    @property
    def days(self) -> int:
        """Days that are paid for."""
        return (self.paid_from - self.compliance_date).days

    @property
    def pence(self) -> int:
        """Whole pence owed: the year's sum x days / 365, halves of a penny upwards."""
        return round_half_up(exact_pence(self.a_year) * Fraction(self.days, DAYS_IN_A_YEAR))


def _check_date(faults: Faults, name: str, day: object, urn: SchoolId) -> bool:
    """Note a date of another kind or of an unlikely year; say whether it can be used."""
    before = len(faults)
    if not isinstance(day, date) or isinstance(day, datetime):
        faults.add(
            f"{name} of a backdated payment is not a date",
            "give a date without a time, for instance datetime.date(2026, 9, 1)",
            urn=urn,
            value=day,
        )
    elif not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        faults.add(
            f"{name} of a backdated payment is in the year {day.year}",
            f"give a year from {_FIRST_YEAR} to {_LAST_YEAR}",
            urn=urn,
            value=day,
        )
    return len(faults) == before


@checked(leave=("committed", "backdated"))
@dataclass(frozen=True, slots=True, repr=False)
class Pot(Shown):
    """The money there is, in POUNDS, and what comes off before anything is shared by formula.

    Committed EHC plan top-ups come off first (a duty: Children and Families Act 2014, section 42),
    then backdated payments, the contingency and the low-incidence fund; what is left is shared.

    Parameters
    ----------
    total
        Pounds a year: "18000000", "18,000,000.00", 18000000 or a Decimal. Never a float.
    committed
        Pounds a year by school id: top-ups of EHC plans that must be paid whatever the formula. A
        mapping, or a pandas Series with one row for each school or each plan: the rows of a school
        are added up, and `notes` say so. Or what `committed_in_a_year` returns.
    backdated
        Payments owed to schools from a compliance date in the past.
    contingency, low_incidence
        Held back for the year's surprises; and for rare and costly needs. Pounds, or a share of
        the total written with its sign: "3%". What is above 0 and below a pound is refused.

    Raises
    ------
    MoneyError
        Listing every fault; with the shortfall, where commitments exceed the pot.

    Examples
    --------
    >>> pot = Pot("18000000", committed={"101": "250000.50"}, contingency="3%")
    >>> pot.contingency_pence, pot.flexible_pence
    (54000000, 1720999950)
    """

    total: Amount
    committed: Mapping[SchoolId, Amount] | Commitments = field(
        default_factory=FrozenDict, kw_only=True
    )
    backdated: Sequence[Backdated] = field(default=(), kw_only=True)
    contingency: Amount = field(default=0, kw_only=True)
    low_incidence: Amount = field(default=0, kw_only=True)
    total_pence: int = field(init=False, repr=False)
    committed_pence: Mapping[SchoolId, int] = field(init=False, repr=False)
    backdated_pence: Mapping[SchoolId, int] = field(init=False, repr=False)
    contingency_pence: int = field(init=False, repr=False)
    low_incidence_pence: int = field(init=False, repr=False)
    notes: tuple[str, ...] = field(init=False, repr=False, default=())
    committed_as_given: Any = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        faults = Faults()
        total = faults.take(0, pence, self.total, "the total of the pot")
        given: Any = self.committed
        rows_of: Any = given.committed if isinstance(given, Commitments) else given
        earlier = given.notes if isinstance(given, Commitments) else ()
        if not is_keyed(rows_of):
            faults.add("committed is not a mapping", 'give pounds by school id: {"101": "2500.00"}')
            given = rows_of = FrozenDict()
        rows = gathered(faults, rows_of, "the committed top-up", add=True)
        sums = added_up(faults, rows, pence, "the committed top-up")
        payments = _payments(faults, self.backdated)
        owed: Counter[SchoolId] = Counter()
        for payment in payments:
            owed[payment.urn] += payment.pence
        made = {
            "total_pence": total,
            "committed_as_given": given if isinstance(given, Commitments) else as_given(given),
            "committed_pence": FrozenDict(sums),
            "committed": FrozenDict(
                {
                    urn: row[0] if len(row) == 1 else as_pounds(sums[urn])
                    for urn, row in rows.items()
                }
            ),
            "notes": (*earlier, *words_on_rows(rows, "Committed top-ups")),
            "backdated": payments,
            "backdated_pence": FrozenDict(owed),
        }
        for name in ("contingency", "low_incidence"):
            words = f"the {name.replace('_', '-')} fund"
            held = faults.take(0, _held_back, getattr(self, name), words, total)
            made[f"{name}_pence"] = held
        for name, value in made.items():
            object.__setattr__(self, name, value)
        faults.refuse(MoneyError)
        if self.flexible_pence < 0:
            steps = ", ".join(f"{name} {pounds(sum_)}" for name, sum_ in self.steps.items() if sum_)
            taken = total - self.flexible_pence
            raise MoneyError.of(
                f"{pounds(taken)} comes off the pot ({steps}), {pounds(taken - total)} more "
                f"than its total of {pounds(total)}",
                "raise the total or hold less back; committed top-ups must be paid",
            )

    @property
    def flexible_pence(self) -> int:
        """What is left to be shared by formula, in pence."""
        return self.total_pence - sum(self.steps.values())

    @property
    def steps(self) -> dict[str, int]:
        """What comes off the total, in order, in pence."""
        return {
            "committed EHC plan top-ups": sum(self.committed_pence.values()),
            "backdated payments": sum(self.backdated_pence.values()),
            "contingency": self.contingency_pence,
            "low-incidence fund": self.low_incidence_pence,
        }


def _payments(faults: Faults, given: Any) -> tuple[Backdated, ...]:
    payments = tuple(given) if isinstance(given, Iterable) else (given,)
    if not isinstance(given, str) and all(isinstance(one, Backdated) for one in payments):
        return payments
    faults.add("backdated holds something else than Backdated payments", "use Backdated(urn=...)")
    return ()


def _held_back(value: Any, what: str, total_pence: int) -> int:
    """Whole pence of a sum in pounds, or of a share of the total ("3%", halves upwards)."""
    if not (isinstance(value, str) and value.strip().endswith("%")):
        held = pence(value, what)
        if 0 < held < _PENCE_IN_A_POUND:  # "0.03" was meant as 3%, nobody holds back 3 pence
            percent = f"{float(held):g}%"
            raise MoneyError.of(
                f"{what} is less than a pound: a share of the pot has to carry its sign",
                f'write "{percent}" for that share, or a pound or more',
                value=value,
            )
        return held
    share = percentage(value, what)
    if not 0 <= share <= 1:
        raise MoneyError.of(f"{what} is not between 0% and 100%", "correct it", value=value)
    return round_half_up(share * total_pence)
