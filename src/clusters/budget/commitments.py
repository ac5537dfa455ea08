"""What must be paid for EHC plans in one year, plan by plan: pro rata, banded, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from clusters.arguments import checked
from clusters.domain import FrozenDict, Problem, SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import (
    Amount,
    as_pounds,
    largest_remainder,
    lowest_first,
    pence,
    pounds,
    round_half_up,
)
from clusters.readers.commitments import Commitment
from clusters.shown import Shown, framed
from clusters.text import first_few

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Commitments", "committed_in_a_year", "year_after"]


THRESHOLD = 6_000
"""Pounds a year of each plan that a school pays itself before top-up (element 2)."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Commitments(Shown):
    """What must be paid in one year, by school.

    Parameters
    ----------
    rows
        The plans, as read.
    rates_pence
        Pence a year by band.
    first, last
        First and last day of the year; None where plans count with their whole sum.
    pence
        Whole pence by school: their sum is that of all plans, rounded once.
    notes
        What a reader has to know: how many plans, and what looks doubled.

    Examples
    --------
    >>> import clusters as cl
    >>> import pandas as pd
    >>> problem = cl.Problem.from_arrays(["101", "102"], [[0, 0], [1, 1]])
    >>> table = pd.DataFrame({"urn": ["101", "101"], "a_year": ["4000", "9000.50"]})
    >>> rows = cl.readers.read_commitments(table, problem)
    >>> cl.budget.committed_in_a_year(rows).pence["101"]
    1300050
    """

    rows: tuple[Commitment, ...]
    rates_pence: Mapping[str, int]
    first: date | None
    last: date | None
    pence: Mapping[SchoolId, int]
    notes: tuple[str, ...] = field(default=())

    @property
    def total_pence(self) -> int:
        """Whole pence of all plans."""
        return sum(self.pence.values())

    @property
    def committed(self) -> dict[SchoolId, Amount]:
        """Pounds by school, as `Pot(committed=...)` takes them."""
        return {urn: as_pounds(sum_) for urn, sum_ in self.pence.items()}

    def a_year_pence(self, row: Commitment) -> int:
        """Whole pence that one plan costs in a full year, by its band or its own sum."""
        return self.rates_pence[row.band] if row.band is not None else row.a_year_pence or 0

    def row_pence(self) -> list[int]:
        """Whole pence of each row in the year; those of a school add up to its sum."""
        last = None if self.first is None else year_after(self.first)
        due = [_due(row, self.rates_pence, self.first, last) for row in self.rows]
        paid = [0] * len(due)
        for urn, sum_ in self.pence.items():
            mine = [k for k, row in enumerate(self.rows) if row.urn == urn]
            for k, part in zip(mine, largest_remainder([due[k] for k in mine], sum_), strict=True):
                paid[k] = part
        return paid

    @checked
    def to_frame(
        self, problem: Problem | None = None, *, threshold: Amount = THRESHOLD
    ) -> pd.DataFrame:
        """Return plans and pence by school, with the number of plans in each band.

        Parameters
        ----------
        problem
            Where given, what schools themselves pay stands beside the top-up: `threshold_pence`,
            the first pounds of each plan, and, where the problem has a measure `notional_sen` (in
            pounds), that sum in pence.
        threshold
            POUNDS of each plan that a school pays from its own budget: £6,000 in England.
        """
        first_pounds = pence(threshold, "the threshold")
        bands = sorted({row.band for row in self.rows if row.band is not None})
        counts = Counter((row.urn, row.band) for row in self.rows)
        plans = Counter(row.urn for row in self.rows)
        return framed(
            {
                "urn": urn,
                "plans": plans[urn],
                **{f"band {band}": counts[urn, band] for band in bands},
                "committed_pence": sum_,
                **_own_money(problem, urn, plans[urn] * first_pounds),
            }
            for urn, sum_ in self.pence.items()
        )


def _own_money(problem: Problem | None, urn: SchoolId, threshold_pence: int) -> dict[str, int]:
    """Pence that a school itself pays for its plans, and its notional SEN budget where known."""
    if problem is None:
        return {}
    own = {"threshold_pence": threshold_pence}
    if "notional_sen" in problem.measures:
        place = problem.find(urn)
        notional = problem.measures["notional_sen"]
        own["notional_sen_pence"] = 0 if place is None else round(100 * float(notional[place]))
    return own


@checked
def committed_in_a_year(
    commitments: Iterable[Commitment],
    *,
    rates: Mapping[str, Amount] | None = None,
    first: date | None = None,
) -> Commitments:
    """Work out what must be paid in one year: each plan for the days of the year that it runs.

    A plan that runs all year counts in full, in leap years too; one that starts or ends within it
    counts by days. The exact sums of all plans are added up, the total is rounded to a whole penny
    once, and schools are rounded to it by largest remainder: the order of rows plays no part.

    Parameters
    ----------
    commitments
        As `read_commitments` returns them.
    rates
        POUNDS a year by band, where rows have bands.
    first
        First day of the year; None to count every plan with its whole sum, which is refused where
        any row has a date.

    Raises
    ------
    MoneyError
        If a band has no rate, dates are given and no year, or a value is of another kind.

    Examples
    --------
    >>> rows = [Commitment(urn="101", a_year_pence=365_00, start=date(2026, 9, 11)),
    ...         Commitment(urn="101", band="B"), Commitment(urn="102", band="B")]
    >>> dict(committed_in_a_year(rows, rates={"B": 1000}, first=date(2026, 9, 1)).pence)
    {'101': 135500, '102': 100000}
    """
    rows = tuple(commitments)
    faults = Faults()
    rates_pence = {
        str(band): faults.take(0, pence, rate, f"the rate of band {band!r}")
        for band, rate in (rates or {}).items()
    }
    _check(faults, rows, rates_pence, first)
    faults.refuse(MoneyError)
    last = None if first is None else year_after(first)
    exact: dict[SchoolId, Fraction] = {}
    for row in rows:
        exact[row.urn] = exact.get(row.urn, Fraction(0)) + _due(row, rates_pence, first, last)
    keys = sorted(exact, key=lowest_first)
    total = round_half_up(sum(exact.values(), Fraction(0)))
    paid = largest_remainder([exact[urn] for urn in keys], total, keys)
    made = Commitments(
        rows=rows,
        rates_pence=FrozenDict(rates_pence),
        first=first,
        last=None if last is None else last - timedelta(days=1),
        pence=FrozenDict(zip(keys, paid, strict=True)),
    )
    return replace(made, notes=_notes(made))


def _check(
    faults: Faults,
    rows: Iterable[Commitment],
    rates_pence: Mapping[str, int],
    first: date | None,
) -> None:
    if isinstance(first, datetime):
        faults.add("the first day of the year is a time", "give date(2026, 9, 1)", value=first)
    lacking = sorted({row.band for row in rows if row.band is not None} - set(rates_pence))
    if lacking:
        faults.add(
            f"nothing says what a plan in band {', '.join(lacking)} costs",
            "give rates={band: pounds a year} (on the command line --bands BAND=POUNDS)",
        )
    if first is None and any(row.start is not None or row.end is not None for row in rows):
        faults.add(
            "commitments have dates, and nothing says which year is paid for",
            "give its first day (on the command line --year-from 2026-09-01)",
        )


def year_after(first: date) -> date:
    """First day of the next year; from 29 February it is 1 March."""
    try:
        return first.replace(year=first.year + 1)
    except ValueError:
        return date(first.year + 1, 3, 1)


def _due(
    row: Commitment, rates_pence: Mapping[str, int], first: date | None, last: date | None
) -> Fraction:
    """Exact pence of one plan in the year that ends before `last`."""
    a_year = rates_pence[row.band] if row.band is not None else row.a_year_pence or 0
    if first is None or last is None:
        return Fraction(a_year)
    return Fraction(a_year * _days(row, first, last), (last - first).days)


def _days(row: Commitment, first: date, last: date) -> int:
    """Count the days of the year, which ends before `last`, on which a plan runs."""
    start = first if row.start is None else max(row.start, first)
    end = last if row.end is None else min(row.end + timedelta(days=1), last)
    return max(0, (end - start).days)


def _notes(made: Commitments) -> tuple[str, ...]:
    schools, plans = len(made.pence), len(made.rows)
    year = "" if made.first is None else f" in the year from {made.first} to {made.last}"
    notes = [
        f"Committed top-ups: {plans:,} plans at {schools:,} schools come to "
        f"{pounds(made.total_pence)}{year}."
    ]
    if doubled := _doubled(made.rows):
        named = first_few((" and ".join(map(str, rows)) for rows in doubled), 5, "; ")
        notes.append(
            f"{len(doubled)} plans stand in several rows for the same days, which are all paid "
            f"(rows {named}): check that none is doubled."
        )
    if made.first is not None:
        last = year_after(made.first)
        outside = sum(not _days(row, made.first, last) for row in made.rows)
        if outside:
            notes.append(f"{outside:,} of the plans run on no day of the year and cost nothing.")
    return tuple(notes)


def _doubled(rows: Iterable[Commitment]) -> list[tuple[int, ...]]:
    """Rows of one reference whose days overlap."""
    groups: dict[object, list[Commitment]] = {}
    for row in rows:
        if row.mark is not None:
            groups.setdefault(row.mark, []).append(row)
    found = []
    for group in groups.values():
        ordered = sorted(group, key=lambda row: (row.start or date.min, row.row))
        clash = {
            one.row
            for k, row in enumerate(ordered)
            for other in ordered[k + 1 :]
            if (row.end or date.max) >= (other.start or date.min)
            for one in (row, other)
        }
        if clash:
            found.append(tuple(sorted(clash)))
    return sorted(found)
