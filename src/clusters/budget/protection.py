"""Protection against today's spend: floors and caps, a local choice.

The statutory minimum funding guarantee protects the budget shares of schools per pupil (School and
Early Years Finance (England) Regulations). It does not apply to top-up money: a floor here is in
its style only, and papers should say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from clusters.arguments import checked
from clusters.budget.given import added_up, as_given, gathered, is_keyed, words_on_rows
from clusters.domain import FrozenDict, SchoolId
from clusters.errors import Faults, MoneyError
from clusters.money import Amount, Number, as_pounds, pence, percentage, stated_share
from clusters.shown import Shown

__all__ = ["LABEL", "Limits", "Protection", "limits_of"]

LABEL = (
    "Floors and caps are a local choice in the style of the minimum funding guarantee; "
    "the statutory guarantee does not apply to top-up money."
)


@checked(leave=("today",))
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Protection(Shown):
    """Limits on losses and gains against today's spend: a local choice, not the statutory floor.

    What is compared with today's spend is committed top-ups plus the share of the flexible pot;
    backdated payments are left out.

    Parameters
    ----------
    floor, cap
        Least and most as a share of today's spend: "95%" or "0.95"; "110%" or "1.1". No cap in per
        cent holds where today's spend is 0.
    loss_per_pupil, gain_per_pupil
        Largest fall and rise against today in POUNDS per pupil.
    method
        "scaling": every formula share is scaled by one number, then kept between floor and cap.
        "capping": shares stay as the formula has them, except that floors are paid for by those
        who gain, above one common level (in per cent or pounds per pupil) worked out for it.
    level
        Whether limits hold for each "cluster" (which receives the money) or each "school".
    today
        Today's spend by school id in POUNDS, as a mapping or a pandas Series (the rows of a school
        are added up, and `notes` say so); None for the schools' own `topup_pence`.

    Raises
    ------
    MoneyError
        Listing every fault.

    Examples
    --------
    >>> Protection(floor="95%", cap="110%").method
    'scaling'
    """

    floor: Number | None = None
    cap: Number | None = None
    loss_per_pupil: Amount | None = None
    gain_per_pupil: Amount | None = None
    method: Literal["scaling", "capping"] = "scaling"
    level: Literal["cluster", "school"] = "cluster"
    today: Mapping[SchoolId, Amount] | None = None
    today_pence: Mapping[SchoolId, int] | None = field(init=False, repr=False, default=None)
    notes: tuple[str, ...] = field(init=False, repr=False, default=())
    today_as_given: Any = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        faults = Faults()
        low = self._percentage(faults, "floor")
        high = self._percentage(faults, "cap")
        if low is not None and high is not None and low > high:
            faults.add(
                "the floor is above the cap",
                "lower the floor or raise the cap",
                value=f"{self.floor}, {self.cap}",
            )
        for name in ("loss_per_pupil", "gain_per_pupil"):
            if getattr(self, name) is not None:
                faults.take(0, pence, getattr(self, name), name)
        self._choice(faults, "method", ("scaling", "capping"))
        self._choice(faults, "level", ("cluster", "school"))
        if self.method == "capping" and self.in_percent and self.per_pupil:
            faults.add(
                "capping needs one kind of limit, and limits in per cent and per pupil are given",
                "leave one kind out, or use method='scaling'",
            )
        if self.today is not None and not is_keyed(self.today):
            faults.add("today is not a mapping", "give pounds by school id")
        faults.refuse(MoneyError)
        if self.today is not None:
            self._read_today(faults)
            faults.refuse(MoneyError)

    def _read_today(self, faults: Faults) -> None:
        """Gather today's spend; the rows of a school (one for each plan) are added up."""
        put = object.__setattr__
        put(self, "today_as_given", as_given(self.today))
        rows = gathered(faults, self.today, "today's spend", add=True)
        sums = added_up(faults, rows, pence, "today's spend")
        put(self, "today_pence", FrozenDict(sums))
        put(self, "today", FrozenDict({urn: as_pounds(sum_) for urn, sum_ in sums.items()}))
        put(self, "notes", words_on_rows(rows, "Today's spend"))

    @property
    def in_percent(self) -> bool:
        """Whether any limit is in per cent."""
        return self.floor is not None or self.cap is not None

    @property
    def per_pupil(self) -> bool:
        """Whether any limit is in pounds per pupil."""
        return self.loss_per_pupil is not None or self.gain_per_pupil is not None

    def _percentage(self, faults: Faults, name: str) -> Fraction | None:
        value = getattr(self, name)
        if value is None:
            return None
        share: Fraction | None = None
        share = faults.take(share, percentage, value, name)
        if share is not None and not 0 <= share < 10:
            faults.add(
                f"the {name} is not a share of today's spend",
                'write it with its sign, "95%", or as a fraction of one, 0.95',
                value=value,
            )
        elif share is not None:  # 1.1 is 110%, but 9.5 may be meant in per cent
            faults.take(share, lambda: stated_share(value, name, bare=2))
        return share

    def _choice(self, faults: Faults, name: str, choices: tuple[str, ...]) -> None:
        if getattr(self, name) not in choices:
            faults.add(
                f"{name} is neither {choices[0]!r} nor {choices[1]!r}",
                "use one of them",
                value=getattr(self, name),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Floors and caps in whole pence of flexible money, one per unit protected.

    Parameters
    ----------
    today, committed
        Pence a year, one per unit.
    pupils
        One per unit; empty where no limit is per pupil.
    floors, caps
        Floors are rounded up and caps down to whole pence; None is no cap.
    """

    today: Sequence[int]
    committed: Sequence[int]
    pupils: Sequence[Fraction]
    floors: Sequence[int]
    caps: Sequence[int | None]


def limits_of(
    protection: Protection,
    today: Sequence[int],
    committed: Sequence[int],
    pupils: Sequence[Fraction],
) -> Limits:
    """Turn a protection into floors and caps on flexible money."""
    lines = list(zip(today, committed, pupils or [Fraction(0)] * len(today), strict=True))
    floors = [_floor_at(protection, *line) for line in lines]
    caps = [_cap_at(protection, *line, low) for line, low in zip(lines, floors, strict=True)]
    return Limits(today=today, committed=committed, pupils=pupils, floors=floors, caps=caps)


def _floor_at(protection: Protection, today: int, committed: int, pupils: Fraction) -> int:
    floors = [Fraction(0)]
    if protection.floor is not None:
        floors.append(percentage(protection.floor) * today - committed)
    if protection.loss_per_pupil is not None:
        floors.append(today - pence(protection.loss_per_pupil) * pupils - committed)
    return round_up(max(floors))


def _cap_at(
    protection: Protection, today: int, committed: int, pupils: Fraction, floor: int
) -> int | None:
    caps = []
    if protection.cap is not None and today > 0:
        caps.append(percentage(protection.cap) * today - committed)
    if protection.gain_per_pupil is not None:
        caps.append(today + pence(protection.gain_per_pupil) * pupils - committed)
    return max(floor, min(caps).__floor__()) if caps else None


def round_up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
