"""Paths of shares that rise with one number, and the exact number at which they add up to a pot."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from clusters.errors import MoneyError

__all__ = ["clip", "clip_bends", "clip_path", "clip_shares", "find_parameter"]


def clip_shares(
    weights: Sequence[Fraction],
    pot: Fraction | int,
    floors: Sequence[Fraction | int],
    caps: Sequence[Fraction | int | None],
) -> list[Fraction]:
    """Divide a sum as clip(weight x t, floor, cap), with the one t that uses it up, exactly.

    This is the max-min, the leximin and the weighted Nash solution of one divisible sum with
    limits. The caller makes sure that the floors fit below the sum and the caps (or a weight
    without cap) above it.
    """
    bends, at = clip_path(weights, floors, caps)
    return at(find_parameter(bends, at, Fraction(pot)))


def clip_path(
    weights: Sequence[Fraction],
    floors: Sequence[Fraction | int],
    caps: Sequence[Fraction | int | None],
) -> tuple[list[Fraction], Callable[[Fraction], list[Fraction]]]:
    """Return the bends of clip(weight x t, floor, cap), and the shares at any t."""
    lines = list(zip(weights, floors, caps, strict=True))

    def at(t: Fraction) -> list[Fraction]:
        return [clip(weight * t, low, high) for weight, low, high in lines]

    return clip_bends(weights, floors, caps), at


def clip(share: Fraction, low: Fraction | int, high: Fraction | int | None) -> Fraction:
    """Keep a share between a floor and a cap (None: no cap); the floor wins."""
    return max(Fraction(low), share if high is None else min(share, Fraction(high)))


def clip_bends(
    weights: Sequence[Fraction],
    floors: Sequence[Fraction | int],
    caps: Sequence[Fraction | int | None],
) -> list[Fraction]:
    """Every t at which weight x t meets a floor or a cap."""
    return [
        Fraction(limit) / weight
        for weight, low, high in zip(weights, floors, caps, strict=True)
        if weight > 0
        for limit in (low, high)
        if limit is not None
    ]


def find_parameter(
    bends: Iterable[Fraction],
    at: Callable[[Fraction], list[Fraction]],
    total: Fraction,
) -> Fraction:
    """Find the parameter at which paths add up to a total, exactly.

    Parameters
    ----------
    bends
        Every parameter at which a path may bend.
    at
        The awards at a parameter of 0 or more; none may fall as it rises.
    total
        What the awards must add up to.

    Raises
    ------
    MoneyError
        If no parameter of 0 or more gives the total.
    """
    points = sorted({Fraction(0), *(bend for bend in bends if bend > 0)})
    # Beyond the last bend every path is straight: one more point shows its slope.
    points.append(points[-1] + 1)
    index = bisect_left(points, total, key=lambda point: sum(at(point), Fraction(0)))
    high = min(max(index, 1), len(points) - 1)
    below, above = points[high - 1], points[high]
    low_sum, high_sum = sum(at(below), Fraction(0)), sum(at(above), Fraction(0))
    if total == low_sum:
        return below
    if total < low_sum or high_sum == low_sum:
        raise MoneyError.of(
            f"the rule cannot give out exactly £{float(total) / 100:,.2f}",
            "check floors, caps and claims against the pot",
        )
    return below + (above - below) * (total - low_sum) / (high_sum - low_sum)
