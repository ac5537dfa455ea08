"""Hiding counts until no small one can be worked out; how much of one can be worked out.

Keys are any hashable values: ids of schools, pairs of a cluster and a type of need, names of sums.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from clusters.arguments import checked
from clusters.disclosure.policy import SmallNumbers
from clusters.domain import FrozenDict
from clusters.errors import DataError, Fault

__all__ = ["Key", "intervals", "suppress"]

Key: TypeAlias = Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """Counts, sums over them, and the most that each count can be."""

    counts: Mapping[Key, int]
    totals: Mapping[Key, tuple[Key, ...]]
    most: Mapping[Key, int] = field(default_factory=FrozenDict)
    policy: SmallNumbers

    def value(self, key: Key) -> int:
        if key in self.totals:
            return sum(self.counts[member] for member in self.totals[key])
        return self.counts[key]

    def bounds(self, key: Key) -> tuple[int, float]:
        # a roll that is smaller than the count is a fault of the data, and bounds nothing
        most = self.most.get(key, math.inf)
        return self.policy.least, most if most >= self.counts[key] else math.inf


@checked
def suppress(
    counts: Mapping[Key, int],
    totals: Mapping[Key, Collection[Key]],
    policy: SmallNumbers | None = None,
    *,
    most: Mapping[Key, int] | None = None,
    keep: Collection[Key] = (),
) -> frozenset[Key]:
    """Choose which numbers to hide, so that no small one can be worked out.

    Parameters
    ----------
    counts
        Numbers of pupils by key.
    totals
        Sums that are published too: the keys that each adds up. Totals may overlap.
    policy
        None for the usual one.
    most
        The most that a count can be where this is known to all (pupils on roll).
    keep
        Totals that must be shown (the grand total, say).

    Returns
    -------
    frozenset
        Keys of counts and totals that are not to be shown. For what stays hidden, the interval
        left open reaches at least to the threshold and is at least threshold - 1 wide, for small
        numbers; every other hidden number stays uncertain too.

    Notes
    -----
    One exposed number after another is mended as cheaply as a linear programme can, small numbers
    before large ones and totals last. That is not always the fewest in all (to find these is
    NP-hard: Fischetti and Salazar 2001, "Solving the cell suppression problem").

    Examples
    --------
    >>> hidden = suppress({"a": 3, "b": 9, "c": 20}, {"all": ["a", "b", "c"]}, keep=["all"])
    >>> sorted(hidden)
    ['a', 'b']
    """
    policy = SmallNumbers() if policy is None else policy
    _check_members(counts, totals)
    table = _Table(
        counts=counts,
        totals={key: tuple(members) for key, members in totals.items()},
        most=most or {},
        policy=policy,
    )
    hidden = {key for key, count in counts.items() if policy.is_small(count, table.most.get(key))}
    hidden |= {
        key
        for key in table.totals
        if key not in keep and policy.least <= table.value(key) < policy.threshold
    }
    primary = frozenset(hidden)
    settled: set[Key] = set()
    while True:
        exposed = next(
            (
                key
                for key in sorted(hidden - settled, key=lambda key: (table.value(key), repr(key)))
                if not _is_safe(table, key, hidden, primary)
            ),
            None,
        )
        if exposed is None:
            return frozenset(hidden)
        more = _cure(table, exposed, hidden, primary, keep)
        hidden |= more
        if not more:
            settled.add(exposed)  # what must be shown gives it away


def _check_members(counts: Mapping[Key, int], totals: Mapping[Key, Collection[Key]]) -> None:
    faults = [
        Fault(
            what=f"totals[{key!r}] adds up {member!r}, which counts does not have",
            remedy="give its count, or leave it out of the total",
        )
        for key, members in totals.items()
        for member in members
        if member not in counts and member not in totals
    ]
    if faults:
        raise DataError(faults)


@checked
def intervals(
    counts: Mapping[Key, int],
    totals: Mapping[Key, Collection[Key]],
    hidden: Collection[Key],
    policy: SmallNumbers | None = None,
    *,
    most: Mapping[Key, int] | None = None,
) -> dict[Key, tuple[float, float]]:
    """Work out what somebody can learn about each hidden number: its lowest and highest value.

    Parameters
    ----------
    counts, totals, policy, most
        As for :func:`suppress`; the values of what is hidden serve to work out the totals only.
    hidden
        What is not shown.

    Examples
    --------
    >>> intervals({"a": 3, "b": 9}, {"all": ["a", "b"]}, ["a", "b"])["a"]
    (1.0, 11.0)
    """
    table = _Table(
        counts=counts,
        totals={key: tuple(members) for key, members in totals.items()},
        most=most or {},
        policy=SmallNumbers() if policy is None else policy,
    )
    return {key: _interval(table, key, set(hidden)) for key in hidden}


def _is_safe(table: _Table, key: Key, hidden: set[Key], primary: Collection[Key]) -> bool:
    low, high = _interval(table, key, hidden)
    if key not in primary:
        return high - low >= 1
    threshold = table.policy.threshold
    least, most = _reach(table, key)
    widest = most - least
    return high >= min(threshold, most) and high - low >= min(threshold - 1, widest)


def _reach(table: _Table, key: Key) -> tuple[float, float]:
    """Lowest and highest value of a number where nothing at all is published but rolls."""
    if key not in table.totals:
        return table.bounds(key)
    ends = [table.bounds(member) for member in table.totals[key]]
    return 0.0, sum(high for _, high in ends)


def _cure(
    table: _Table, exposed: Key, hidden: set[Key], primary: Collection[Key], keep: Collection[Key]
) -> set[Key]:
    """Find the cheapest published numbers whose hiding makes an exposed one safe.

    If a hidden number could as well be larger by so much, then other numbers must make up for it in
    every published sum. The cheapest way to do so is a linear programme; the numbers that move in
    it are the ones to hide.
    """
    from scipy.optimize import linprog

    atoms = list(table.counts)
    rows = [row for row in table.totals if row not in hidden]
    place = {atom: k for k, atom in enumerate(atoms)}
    free = [row for row in rows if row not in keep]
    n, m = len(atoms), len(free)
    matrix = np.zeros((len(rows) + 1, 2 * (n + m)))  # ups of counts and totals, then their downs
    for r, row in enumerate(rows):
        columns = [place[member] for member in table.totals[row]]
        matrix[r, columns], matrix[r, [n + m + k for k in columns]] = 1.0, -1.0
        if row in free:
            slack = n + free.index(row)
            matrix[r, slack], matrix[r, n + m + slack] = -1.0, 1.0
    own = [place[key] for key in table.totals.get(exposed, (exposed,))]
    matrix[-1, own], matrix[-1, [n + m + k for k in own]] = 1.0, -1.0
    costs = [0.0 if atom in hidden else 1.0 + table.counts[atom] for atom in atoms]
    costs += [1000.0 + table.value(row) for row in free]
    ends = [_moves(table, atom, hidden) for atom in atoms] + [(np.inf, np.inf)] * m
    for shift in _shifts(table, exposed, hidden, primary):
        found = linprog(
            [*costs, *costs],
            A_eq=matrix,
            b_eq=[*[0.0] * len(rows), shift],
            bounds=[(0, up) for _, up in ends] + [(0, down) for down, _ in ends],
            method="highs",
        )
        if found.x is None:
            continue
        moved = np.abs(found.x[: n + m] - found.x[n + m :]) > 1e-7
        more = {key for key, moves in zip([*atoms, *free], moved, strict=True) if moves} - hidden
        if more:
            return more
    return set()


def _shifts(
    table: _Table, key: Key, hidden: set[Key], primary: Collection[Key]
) -> tuple[float, float]:
    """By how much a hidden number should be able to be larger, and smaller, than it is."""
    low, high = _interval(table, key, hidden)
    value = table.value(key)
    if key not in primary:
        return high - value + 1, low - value - 1
    threshold = table.policy.threshold
    least, most = _reach(table, key)
    up = min(most, max(threshold, low + threshold - 1))
    return up - value, max(least, high - threshold + 1) - value


def _moves(table: _Table, atom: Key, hidden: set[Key]) -> tuple[float, float]:
    """How far down and up a count can go, were it hidden; a zero that is shown stays."""
    least, most = table.bounds(atom)
    count = table.counts[atom]
    if atom not in hidden and count < least:
        return 0.0, 0.0
    return max(0.0, count - least), max(0.0, most - count)


def _interval(table: _Table, key: Key, hidden: set[Key]) -> tuple[float, float]:
    """Bounds of a hidden number.

    A hidden number stands in equations: each published total less what is published of it. Only
    the equations connected with the number matter.
    """
    own = [key] if key not in table.totals else [k for k in table.totals[key] if k in hidden]
    fixed = (
        0
        if key not in table.totals
        else sum(table.counts[k] for k in table.totals[key] if k not in hidden)
    )
    if not own:
        return float(fixed), float(fixed)
    rows, atoms = _connected(table, own, hidden)
    place = {atom: k for k, atom in enumerate(atoms)}
    goal = np.zeros(len(atoms))
    goal[[place[atom] for atom in own]] = 1.0
    bounds = [table.bounds(atom) for atom in atoms]
    if not rows:
        low = sum(bounds[place[atom]][0] for atom in own)
        return fixed + low, fixed + sum(bounds[place[atom]][1] for atom in own)
    matrix = np.zeros((len(rows), len(atoms)))
    right = np.zeros(len(rows))
    for k, row in enumerate(rows):
        for member in table.totals[row]:
            if member in hidden:
                matrix[k, place[member]] = 1.0
                right[k] += table.counts[member]
    least, most = (_end(sign, goal, matrix, right, bounds) for sign in (1.0, -1.0))
    return fixed + least, fixed + most


def _end(sign: float, goal: Any, matrix: Any, right: Any, bounds: Any) -> float:
    """Least (sign 1) or most (sign -1) that a sum of hidden counts can be."""
    from scipy.optimize import linprog

    found = linprog(sign * goal, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
    if found.fun is None:  # nothing published says how much it can be
        return sign * -math.inf
    return round(sign * float(found.fun), 6)


def _connected(
    table: _Table, start: Iterable[Key], hidden: set[Key]
) -> tuple[list[Key], list[Key]]:
    """Collect the published totals and hidden counts that hang together with hidden counts."""
    atoms, rows = dict.fromkeys(start), dict[Key, None]()
    grew = True
    while grew:
        grew = False
        for row, members in table.totals.items():
            if row in hidden or row in rows:
                continue
            if any(member in atoms for member in members):
                rows[row] = None
                atoms.update(dict.fromkeys(member for member in members if member in hidden))
                grew = True
    return list(rows), list(atoms)
