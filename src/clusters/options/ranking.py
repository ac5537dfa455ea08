"""One order of the options out of several members' orders: Borda, Condorcet and Kemeny."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from clusters.arguments import checked
from clusters.domain import FrozenDict
from clusters.errors import ArgumentError, Faults
from clusters.shown import Shown
from clusters.text import counted, listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ranking", "rank_options"]

MOST_OPTIONS = 12
"""Most options of which every order is looked at."""
MOST_ORDERS = 20
"""Most equally near orders that are kept."""

Order: TypeAlias = Sequence[str | Collection[str]]
"""Options, best first; a collection within it holds options that the member puts level."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Ranking(Shown):
    """What several orders of the options amount to.

    Parameters
    ----------
    options
        Names, in the order in which they first occur.
    members
        Number of orders.
    borda
        Points of each option, the most first: for each member one point for each option that it is
        put above, half a point for each that it is level with.
    preferred
        For each two options (one, other), how many members put one above the other.
    condorcet
        The option that, against each other one, more members put above it than below it; None where
        there is none.
    orders
        All orders with the fewest disagreements (Kemeny 1959), the first 20; each member and each
        two options that the member puts the other way round are one.
    disagreements
        That number; proved, since every order is looked at.

    Examples
    --------
    >>> from clusters.options import rank_options
    >>> ranking = rank_options({"Ann": ["North", "Coast"], "Ben": ["North", "Coast"]})
    >>> ranking.condorcet, ranking.disagreements
    ('North', 0)
    """

    options: tuple[str, ...]
    members: int
    borda: Mapping[str, Fraction]
    preferred: Mapping[tuple[str, str], int]
    condorcet: str | None
    orders: tuple[tuple[str, ...], ...]
    disagreements: int

    def to_frame(self) -> pd.DataFrame:
        """Make a frame: how many members put the option of the row above that of the column."""
        import pandas as pd

        table = [
            [self.preferred[one, other] if one != other else 0 for other in self.options]
            for one in self.options
        ]
        index = pd.Index(self.options, name="option")
        frame = pd.DataFrame(table, index=index, columns=list(self.options))
        frame.insert(0, "borda", [float(self.borda[name]) for name in self.options])
        return frame

    def summary(self) -> str:
        """Say in plain words who wins by each way of counting."""
        best = max(self.borda.values())
        most = [name for name, points in self.borda.items() if points == best]
        have = "have" if len(most) > 1 else "has"
        lines = [
            f"Points for places (Borda): {listed(most)} {have} the most, "
            f"{float(best):g} of {self.members * (len(self.options) - 1)}."
        ]
        winner = "no option is put above every other"
        if self.condorcet is not None:
            winner = f"{self.condorcet} is put above each other option"
        lines.append(f"Two by two (Condorcet): {winner} by more members than below it.")
        order = ", ".join(self.orders[0])
        more = len(self.orders) - 1
        plus = "at least " if len(self.orders) == MOST_ORDERS else ""
        also = f" ({plus}{counted(more, 'other order')} equally near)" if more else ""
        lines.append(
            f"Nearest order to all (Kemeny): {order}{also}; proved: no order disagrees with the "
            f"members fewer than {counted(self.disagreements, 'time')}, over pairs of options."
        )
        return "\n".join(lines)


@checked
def rank_options(orders: Mapping[str, Order]) -> Ranking:
    """Bring several members' orders of the options together.

    Parameters
    ----------
    orders
        For each member the options, best first; options that are level stand in a list of their
        own: ``["North", ["Coast", "Rivers"]]``. Every member ranks every option.

    Returns
    -------
    Ranking
        By points, two by two, and the order nearest to all (every order is looked at, by dynamic
        programming over sets, so at most 12 options).

    Raises
    ------
    ArgumentError
        If a member leaves an option out or names it twice, or there are over 12 options.

    Examples
    --------
    >>> found = rank_options({
    ...     "Ann": ["North", "Coast", "Rivers"],
    ...     "Ben": ["Coast", "North", "Rivers"],
    ...     "Cat": ["North", ["Coast", "Rivers"]]})
    >>> found.condorcet, found.orders, found.disagreements
    ('North', (('North', 'Coast', 'Rivers'),), 1)
    """
    levels = {member: [_level(step) for step in order] for member, order in orders.items()}
    options = tuple(
        dict.fromkeys(name for order in levels.values() for each in order for name in each)
    )
    _refuse(levels, options)
    preferred = {(one, other): 0 for one in options for other in options if one != other}
    borda = dict.fromkeys(options, Fraction(0))
    for order in levels.values():
        place = {name: number for number, level in enumerate(order) for name in level}
        for one, other in preferred:
            preferred[one, other] += place[one] < place[other]
            ahead = Fraction(place[one] < place[other]) + Fraction(place[one] == place[other], 2)
            borda[one] += ahead
    lost = {one for one, other in preferred if preferred[one, other] <= preferred[other, one]}
    nearest, fewest = _kemeny(options, preferred)
    return Ranking(
        options=options,
        members=len(levels),
        borda=FrozenDict({name: borda[name] for name in sorted(options, key=lambda o: -borda[o])}),
        preferred=FrozenDict(preferred),
        condorcet=next((one for one in options if one not in lost), None),
        orders=nearest,
        disagreements=fewest,
    )


def _level(step: str | Collection[str]) -> tuple[str, ...]:
    return (step,) if isinstance(step, str) else tuple(step)


def _refuse(levels: Mapping[str, list[tuple[str, ...]]], options: Sequence[str]) -> None:
    faults = Faults()
    if not options:
        faults.add("no order is given", "give one by member")
    if len(options) > MOST_OPTIONS:
        faults.add(
            f"there are {len(options)} options, and every order is looked at only up to "
            f"{MOST_OPTIONS}",
            "let members agree on a short list first",
        )
    for member, order in levels.items():
        named = [name for level in order for name in level]
        left_out = [name for name in options if name not in named]
        if left_out:
            what = f"{member} does not rank {listed(left_out)}"
            faults.add(what, "put them where the member would; level ones in a list of their own")
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            faults.add(f"{member} ranks {listed(twice)} twice", "once each")
    faults.refuse(ArgumentError)


def _kemeny(
    options: tuple[str, ...], preferred: Mapping[tuple[str, str], int]
) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return the orders with the fewest disagreements, and their number.

    What the best order of a set of options costs, by the option that comes first in it.
    """
    n = len(options)

    def first(k: int, rest: int) -> int:
        """Members who would put some of the rest above the option that comes first."""
        return sum(preferred[options[b], options[k]] for b in range(n) if rest >> b & 1)

    def without_one(left: int) -> list[tuple[int, int]]:
        return [(k, left & ~(1 << k)) for k in range(n) if left >> k & 1]

    @cache
    def fewest(left: int) -> int:
        return min((first(k, rest) + fewest(rest) for k, rest in without_one(left)), default=0)

    def orders(left: int) -> Iterator[tuple[str, ...]]:
        if not left:
            yield ()
        for k, rest in without_one(left):
            if first(k, rest) + fewest(rest) == fewest(left):
                yield from ((options[k], *tail) for tail in orders(rest))

    everyone = (1 << n) - 1
    return tuple(islice(orders(everyone), MOST_ORDERS)), fewest(everyone)
