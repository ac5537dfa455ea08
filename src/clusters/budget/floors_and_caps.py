"""Keeping shares between floors and caps, exactly: by scaling or by capping."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from clusters.budget.protection import Limits, Protection, limits_of, round_up
from clusters.budget.water_filling import clip, clip_bends, clip_path, find_parameter
from clusters.errors import MoneyError
from clusters.money import pence, percentage, pounds

__all__ = ["Protected", "protect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """Exact shares after protection, and the number that was worked out.

    `factor` is what shares were scaled by; `level` (capping) the common level of gains: a share
    of today's spend, or pence per pupil.
    """

    exact: Sequence[Fraction]
    limits: Limits
    factor: Fraction | None = None
    level: Fraction | None = None


def protect(
    protection: Protection, shares: Sequence[Fraction], limits: Limits, pot: int
) -> Protected:
    """Keep formula shares between floors and caps, adding up to the pot exactly.

    Raises
    ------
    MoneyError
        If floors exceed the pot, with the largest floor that fits; if caps leave money over, with
        the smallest cap that fits.
    """
    _check_fit(protection, shares, limits, pot)
    if protection.method == "capping":
        return _by_capping(protection, shares, limits, pot)
    bends, at = clip_path(shares, limits.floors, limits.caps)
    t = find_parameter(bends, at, Fraction(pot))
    return Protected(exact=at(t), limits=limits, factor=t)


def _by_capping(
    protection: Protection, shares: Sequence[Fraction], limits: Limits, pot: int
) -> Protected:
    """One common level of gains pays for the floors.

    One parameter runs through three stages, in each of which no share falls: (1) with every gain
    held at the floor, formula shares are scaled up from 0 to 1 (only those without spend today
    move); (2) the level rises from the floor to the cap; (3) where all gains are capped and money
    is over, formula shares are scaled up beyond 1.
    """
    path = _CappingPath(protection, shares, limits)
    parameter = find_parameter(path.bends(), path.at, Fraction(pot))
    factor, level = path.stage(parameter)
    return Protected(exact=path.at(parameter), limits=limits, factor=factor, level=level)


class _CappingPath:
    """Shares as the parameter of `_by_capping` rises."""

    def __init__(self, protection: Protection, shares: Sequence[Fraction], limits: Limits) -> None:
        self.shares, self.limits = shares, limits
        if protection.per_pupil:
            # level = pence per pupil above today
            loss, gain = protection.loss_per_pupil, protection.gain_per_pupil
            self.base = [Fraction(today) for today in limits.today]
            self.slope = list(limits.pupils)
            worst = [b / s for b, s in zip(self.base, self.slope, strict=True) if s > 0]
            self.low = (
                -Fraction(pence(loss)) if loss is not None else -max(worst, default=Fraction(0))
            )
            self.high = None if gain is None else Fraction(pence(gain))
        else:
            # level = share of today's spend
            self.base = [Fraction(0)] * len(shares)
            self.slope = [Fraction(today) for today in limits.today]
            self.low = Fraction(0) if protection.floor is None else percentage(protection.floor)
            self.high = None if protection.cap is None else percentage(protection.cap)

    def stage(self, parameter: Fraction) -> tuple[Fraction, Fraction]:
        """Scale of the formula shares and level of the gains at a parameter."""
        if parameter <= 1:
            return parameter, self.low
        level = self.low + parameter - 1
        if self.high is None or level <= self.high:
            return Fraction(1), level
        return 1 + level - self.high, self.high

    def at(self, parameter: Fraction) -> list[Fraction]:
        """Shares at a parameter."""
        factor, level = self.stage(parameter)
        return [
            clip(
                clip(factor * share, 0, self._top(i, level)),
                self.limits.floors[i],
                self.limits.caps[i],
            )
            for i, share in enumerate(self.shares)
        ]

    def _top(self, i: int, level: Fraction) -> Fraction | None:
        """Find what the level allows; None where there is nothing to compare with."""
        if self.slope[i] == 0:
            return None
        return max(Fraction(0), self.base[i] + level * self.slope[i] - self.limits.committed[i])

    def bends(self) -> list[Fraction]:
        """Every parameter at which a share may bend."""
        points = [Fraction(1), *self._scaled(self.low)]
        for i, share in enumerate(self.shares):
            if self.slope[i] > 0:
                offset = self.base[i] - self.limits.committed[i]
                targets = (Fraction(0), share, self.limits.floors[i], self.limits.caps[i])
                points += [
                    1 + (target - offset) / self.slope[i] - self.low
                    for target in targets
                    if target is not None
                ]
        if self.high is None:
            return points
        top = 1 + self.high - self.low
        return [*points, top, *(top + t - 1 for t in self._scaled(self.high))]

    def _scaled(self, level: Fraction) -> list[Fraction]:
        """Every scale of the formula shares at which one meets a limit or what a level allows."""
        tops = [self._top(i, level) for i in range(len(self.shares))]
        limited = clip_bends(self.shares, self.limits.floors, self.limits.caps)
        return [*limited, *clip_bends(self.shares, [0] * len(self.shares), tops)]


def _check_fit(
    protection: Protection, shares: Sequence[Fraction], limits: Limits, pot: int
) -> None:
    floors = sum(limits.floors)
    if floors > pot:
        raise MoneyError.of(
            f"the floors come to {pounds(floors)}, {pounds(floors - pot)} more than the "
            f"{pounds(pot)} there is to share",
            f"lower them: {_largest_floor(protection, limits, pot)}",
        )
    most = _most(shares, limits)
    if most is not None and most < pot:
        raise MoneyError.of(
            f"the caps allow {pounds(most)}, which leaves {pounds(pot - most)} of the "
            f"{pounds(pot)} with nobody",
            f"raise them: {_smallest_cap(protection, shares, limits, pot)}",
        )


def _most(shares: Sequence[Fraction], limits: Limits) -> int | None:
    """Find the most that the caps let out; None for no limit."""
    lines = zip(shares, limits.floors, limits.caps, strict=True)
    tops = [low if share == 0 else cap for share, low, cap in lines]
    return None if None in tops else sum(top or 0 for top in tops)


def _refit(protection: Protection, limits: Limits, **changes: Any) -> Limits:
    changed = replace(protection, today=None, **changes)
    return limits_of(changed, limits.today, limits.committed, limits.pupils)


def _largest_floor(protection: Protection, limits: Limits, pot: int) -> str:
    """Name the largest floor that fits, on a grid of 0.01% or of a penny per pupil."""
    if protection.floor is not None and protection.loss_per_pupil is not None:
        return "one of the two kinds of floor has to go down"

    def fits(**change: Any) -> bool:
        return sum(_refit(protection, limits, **change).floors) <= pot

    if protection.floor is not None:
        top = int(percentage(protection.floor) * 10_000)
        cut = _first(top, lambda k: fits(floor=Fraction(top - k, 10_000), cap=None))
        return f"{(top - cut) / 100:.2f}% of today's spend is the largest floor that fits"
    start = pence(protection.loss_per_pupil or 0)
    most = max(
        (round_up(Fraction(t) / p) for t, p in zip(limits.today, limits.pupils, strict=True) if p),
        default=0,
    )
    more = _first(max(0, most - start), lambda k: fits(loss_per_pupil=Fraction(start + k, 100)))
    return f"a loss of {pounds(start + more)} per pupil is the smallest that fits"


def _smallest_cap(
    protection: Protection, shares: Sequence[Fraction], limits: Limits, pot: int
) -> str:
    """Name the smallest cap that fits, on a grid of 0.01% or of a penny per pupil."""
    if protection.cap is not None and protection.gain_per_pupil is not None:
        return "one of the two kinds of cap has to go up"

    def enough(**change: Any) -> bool:
        most = _most(shares, _refit(protection, limits, **change))
        return most is None or most >= pot

    if protection.cap is not None:
        start = round_up(percentage(protection.cap) * 10_000)
        more = _first(99_999 - start, lambda k: enough(cap=Fraction(start + k, 10_000)))
        found = enough(cap=Fraction(start + more, 10_000))
        words = f"{(start + more) / 100:.2f}% of today's spend is the smallest cap that fits"
        return words if found else "no cap below 1000% of today's spend fits"
    start = pence(protection.gain_per_pupil or 0)
    more = _first(pot, lambda k: enough(gain_per_pupil=Fraction(start + k, 100)))
    return f"a gain of {pounds(start + more)} per pupil is the smallest that fits"


def _first(top: int, good: Callable[[int], bool]) -> int:
    """Find the first k of 0..top that is good, where all after it are good too."""
    return bisect_left(range(top), True, key=good)
