"""What values hidden counts can have, exactly: sets of whole numbers, held as the bits of one.

Bit ``v`` of a set is 1 where ``v`` is in it. Sums over schools are worked out by shifting bits, so
that every answer is exact, whatever the numbers on roll are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

__all__ = ["Choices", "Group", "added", "all_sums", "bits_of", "interval", "reversed_bits", "taken"]

Run = tuple[int, int]
"""Whole numbers from the first to the second, both included."""


def interval(low: int, high: int) -> int:
    """Set of the whole numbers from `low` to `high`; empty where there are none.

    Examples
    --------
    >>> list(bits_of(interval(2, 4)))
    [2, 3, 4]
    """
    return ((1 << (high - low + 1)) - 1) << low if high >= low else 0


def bits_of(numbers: int) -> Iterator[int]:
    """List the members of a set, the lowest first."""
    while numbers:
        low = numbers & -numbers
        yield low.bit_length() - 1
        numbers ^= low


def added(one: int, other: int, within: int) -> int:
    """Set of all sums of a member of each of two sets, as far as they are in the set `within`.

    Examples
    --------
    >>> list(bits_of(added(interval(1, 2), interval(10, 11), interval(0, 99))))
    [11, 12, 13]
    """
    found = 0
    for low, high in _runs(other):
        found |= _smeared(one << low, high - low) & within
    return found & within


def _runs(numbers: int) -> Iterator[Run]:
    """List the stretches of a set that have no gap."""
    start = 0
    while numbers:
        gap = (numbers & -numbers).bit_length() - 1
        numbers >>= gap
        length = (~numbers & (numbers + 1)).bit_length() - 1
        yield start + gap, start + gap + length - 1
        numbers >>= length
        start += gap + length


def _smeared(numbers: int, reach: int) -> int:
    """Each member, and the `reach` numbers above it."""
    done = 0
    while done < reach:
        step = min(done + 1, reach - done)
        numbers |= numbers << step
        done += step
    return numbers


def taken(numbers: int, away: int, top: int) -> int:
    """Set of what is left, 0 or more, of members up to `top` less a member of `away`.

    Examples
    --------
    >>> list(bits_of(taken(interval(10, 10), interval(2, 4), 99)))
    [6, 7, 8]
    """
    if not numbers or not away:
        return 0
    if numbers.bit_count() == 1:
        return reversed_bits(away, top) >> (top + 1 - numbers.bit_length())
    mirrored = added(reversed_bits(numbers, top), away, interval(0, top))
    return reversed_bits(mirrored, top)


@lru_cache(maxsize=4096)
def reversed_bits(numbers: int, top: int) -> int:
    """Set of ``top - v`` for each member v up to `top`.

    Examples
    --------
    >>> list(bits_of(reversed_bits(interval(0, 2), 10)))
    [8, 9, 10]
    """
    kept = numbers & interval(0, top)
    return int(f"{kept:0{top + 1}b}"[::-1], 2)


@dataclass(frozen=True, slots=True)
class Choices:
    """Values that one hidden count can have: those that are hidden on their own account, others.

    Parameters
    ----------
    small, large
        Sets of whole numbers without a common member.
    limit
        The largest value that the roll allows; None where nobody knows a limit.
    """

    small: int
    large: int
    limit: int | None = None

    @property
    def all(self) -> int:
        """Every value."""
        return self.small | self.large


class Group:
    """Hidden counts of which the sum is known or limited: what each can be.

    Parameters
    ----------
    choices
        One for each hidden count.
    top
        No sum is larger than this.
    """

    def __init__(self, choices: Sequence[Choices], top: int) -> None:
        self.choices = tuple(choices)
        self.top = top
        self.within = interval(0, top)
        self.none, self.some = self._sums(self.choices)
        self.others = [
            self._sums([*self.choices[:k], *self.choices[k + 1 :]])
            for k in range(len(self.choices))
        ]

    def _sums(self, choices: Sequence[Choices]) -> tuple[int, int]:
        """Work out the sums without any small count, and those with at least one."""
        none, some = 1, 0
        for choice in choices:
            some = added(some, choice.all, self.within) | added(none, choice.small, self.within)
            none = added(none, choice.large, self.within)
        return none, some

    def sums(self, plain: int, marked: int) -> int:
        """Work out the sums that are possible.

        Parameters
        ----------
        plain, marked
            Sums that are allowed without, and with, a small count.
        """
        return (self.none & plain) | (self.some & marked)

    def values(self, k: int, plain: int, marked: int) -> int:
        """Work out the values that count k can have; see :meth:`sums`."""
        none, some = self.others[k]
        choice, top = self.choices[k], self.top
        large = taken(plain, none, top) | taken(marked, some, top)
        return (choice.large & large) | (choice.small & taken(marked, none | some, top))


def all_sums(sets: Sequence[int], within: int) -> int:
    """Set of all sums of one member of each set."""
    return reduce(lambda one, other: added(one, other, within), sets, 1)
