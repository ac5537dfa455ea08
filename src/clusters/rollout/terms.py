"""What has to be there before a cluster may start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from clusters.arguments import checked
from clusters.budget import Split
from clusters.domain import FrozenDict, is_number
from clusters.errors import ClustersError, Faults, RulesError
from clusters.money import Amount, pence
from clusters.shown import Shown

__all__ = ["Day", "StartRules", "financial_year", "in_words", "months_in"]

Day = date | str
"""A first of a month, as a date or as text: "2026-09-01"."""

_YEAR = re.compile(r"20(\d\d)-(\d\d)")
_APRIL = 4


def financial_year(day: date) -> str:
    """Return the financial year (April to March) in which a day falls: "2026-27"."""
    first = day.year if day.month >= _APRIL else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def months_in(start: date, year: str) -> int:
    """Count the months of a financial year from a start on: 7 of 2026-27 from September 2026."""
    first = int(year[:4])
    begun = (start.year - first) * 12 + start.month - _APRIL
    return max(0, min(12, 12 - begun))


def in_words(day: date) -> str:
    """Say a first of a month: "September 2026"."""
    return f"{day:%B} {day.year}"


def on_day(day: date) -> str:
    """Write a day out: "1 September 2026"."""
    return f"{day.day} {in_words(day)}"


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StartRules(Shown):
    """What has to be there before a cluster may start, and how much can be done at once.

    Parameters
    ----------
    starts
        The days on which clusters may start, each the first of a month.
    leads_ready
        By label of the cluster, the day from which its lead is ready (None, or no entry: not yet
        known, so that it cannot start). None where leads play no part.
    expertise
        By type of need, the least capacity that a cluster must hold when it starts; of types that
        are not named, what the plan's rules ask for.
    expertise_from
        By label, by type of need, the day from which capacity that is missing today will be there.
    costs
        POUNDS a year by label that a cluster costs once it has started, from that month on; or a
        split, whose flexible money it is (committed sums are paid anyhow).
    money
        POUNDS by financial year ("2026-27") that there are for clusters that have started. A year
        that is not named has no limit.
    most_at_once
        The most clusters that may start on one day.
    together
        Groups of labels that start on one day.
    after
        By label, the labels that must have started by then, such as the cluster that lends a post.
    all_by
        Every cluster has to have started by this day.

    Raises
    ------
    RulesError
        Listing everything that cannot be.

    Examples
    --------
    >>> StartRules(starts=["2026-09-01", "2027-01-01"], most_at_once=6).days[0]
    datetime.date(2026, 9, 1)
    """

    starts: Sequence[Day]
    leads_ready: Mapping[str, Day | None] | None = None
    expertise: Mapping[str, float] | None = None
    expertise_from: Mapping[str, Mapping[str, Day]] = field(default_factory=FrozenDict)
    costs: Split | Mapping[str, Amount] | None = None
    money: Mapping[str, Amount] = field(default_factory=FrozenDict)
    most_at_once: int | None = None
    together: Sequence[Sequence[str]] = ()
    after: Mapping[str, Sequence[str]] = field(default_factory=FrozenDict)
    all_by: Day | None = None
    days: tuple[date, ...] = field(init=False, repr=False)
    lead_days: Mapping[str, date | None] | None = field(init=False, repr=False, default=None)
    expertise_days: Mapping[str, Mapping[str, date]] = field(init=False, repr=False)
    last_day: date | None = field(init=False, repr=False, default=None)
    costs_pence: Mapping[str, int] = field(init=False, repr=False)
    money_pence: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faults = Faults()
        put = object.__setattr__
        days = [_day(day, "starts", faults, first=True) for day in self.starts]
        put(self, "days", tuple(sorted({day for day in days if day is not None})))
        if not self.starts:
            faults.add("there is no day to start on", "give starts=[...]")
        if self.leads_ready is not None:
            ready = {
                label: None if day is None else _day(day, f"leads_ready[{label!r}]", faults)
                for label, day in self.leads_ready.items()
            }
            put(self, "lead_days", FrozenDict(ready))
        expected = {}
        for label, kinds in self.expertise_from.items():
            known = {k: _day(day, f"expertise_from[{label!r}]", faults) for k, day in kinds.items()}
            expected[label] = FrozenDict({k: day for k, day in known.items() if day is not None})
        put(self, "expertise_days", FrozenDict(expected))
        if self.all_by is not None:
            put(self, "last_day", _day(self.all_by, "all_by", faults))
        self._read_money(faults)
        self._check_numbers(faults)
        faults.refuse(RulesError)

    def _read_money(self, faults: Faults) -> None:
        costs: dict[str, int] = {}
        if isinstance(self.costs, Split):
            costs = {str(share.key): share.flexible_pence for share in self.costs.clusters}
        else:
            for label, sum_ in (self.costs or {}).items():
                costs[label] = _pence(sum_, f"the cost of {label}", faults)
        money = {}
        for year, sum_ in self.money.items():
            found = _YEAR.fullmatch(year)
            if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
                remedy = 'write "2026-27" for April 2026 to March 2027'
                faults.add(f"money names {year!r}, which is no financial year", remedy)
            else:
                money[year] = _pence(sum_, f"the money of {year}", faults)
        if money and self.costs is None:
            remedy = 'give costs={"label": "pounds a year"}, or a split'
            faults.add("money is limited, but costs are not given", remedy)
        object.__setattr__(self, "costs_pence", FrozenDict(costs))
        object.__setattr__(self, "money_pence", FrozenDict(money))

    def _check_numbers(self, faults: Faults) -> None:
        if self.most_at_once is not None and self.most_at_once < 1:
            remedy = "give how many may start on one day"
            faults.add("most_at_once is below 1", remedy, self.most_at_once)
        for kind, least in (self.expertise or {}).items():
            if not is_number(least) or least < 0:
                what = f"expertise[{kind!r}] is not a number of 0 or more"
                faults.add(what, "give the least capacity", str(least))


def _day(given: Any, where: str, faults: Faults, *, first: bool = False) -> date | None:
    day = given
    if isinstance(given, str):
        try:
            day = date.fromisoformat(given.strip())
        except ValueError:
            day = None
    if not isinstance(day, date) or isinstance(day, datetime):
        remedy = 'write "2026-09-01", or give a date'
        faults.add(f"{where} holds what is not a day", remedy, str(given))
        return None
    if first and day.day != 1:
        what = f"{where} holds a day that is not the first of a month"
        faults.add(what, "clusters are paid for by the month: give its first day", str(given))
        return None
    return day


def _pence(sum_: Any, what: str, faults: Faults) -> int:
    try:
        return pence(sum_, what)
    except ClustersError as error:
        faults += getattr(error, "faults", ())
        return 0
