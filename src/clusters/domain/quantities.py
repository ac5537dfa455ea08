"""What the rules bound and join, worked out from the facts in one place.

The arithmetic before the search and the model both read it. The verifier does not: it adds up for
itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from clusters.rulebook import MICRO, Clause, Rule, clauses_of, entry_of, most_travel, rule_of
from clusters.shown import Shown

if TYPE_CHECKING:
    from clusters.domain.policy import Rules
    from clusters.domain.problem import Problem

__all__ = ["Quantity", "bounded_quantities", "kept_together", "longest_journeys"]

_Ends = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Quantity(Shown):
    """What one clause bounds in each cluster, in whole millionths.

    Parameters
    ----------
    clause
        Where the bounds come from.
    amounts
        By position of the school.
    least, most
        Bounds of a cluster; None for none.
    excused
        By position of an excused school, the bounds that hold in its cluster.
    """

    clause: Clause
    amounts: tuple[int, ...]
    least: Fraction | None
    most: Fraction | None
    excused: dict[int, _Ends]

    def bounds(self, positions: Iterable[int] | None = None) -> _Ends:
        """Bounds of a cluster that holds some schools: the loosest of the rule and exceptions."""
        low, high = self.least, self.most
        for position in positions or ():
            if position in self.excused:
                own_low, own_high = self.excused[position]
                low = None if low is None or own_low is None else min(low, own_low)
                high = None if high is None or own_high is None else max(high, own_high)
        return low, high

    def total(self, positions: Iterable[int]) -> int:
        """Sum over some schools."""
        return sum(self.amounts[p] for p in positions)


def bounded_quantities(problem: Problem, rules: Rules, k: int) -> tuple[Quantity, ...]:
    """List what the rules bound in each of k clusters, in the order of the rulebook."""
    return tuple(
        _quantity(problem, rules, clause, k)
        for clause in clauses_of(rules)
        if rule_of(clause).amounts is not None and entry_of(rules, clause) is not None
    )


def _quantity(problem: Problem, rules: Rules, clause: Clause, k: int) -> Quantity:
    rule, own = rule_of(clause), entry_of(rules, clause)
    assert rule.amounts is not None  # the caller looks
    amounts = rule.amounts(problem, str(clause.which))
    mean = Fraction(sum(amounts), k)
    excused = {}
    for key, excuse in rules.exceptions.items():
        if rule.name in excuse:
            instead = excuse[rule.name]
            if instead is not None and clause.which is not None:
                instead = instead.get(clause.which, own)
            excused[problem.position(key)] = _ends(rule, instead, mean)
    least, most = _ends(rule, own, mean)
    return Quantity(clause=clause, amounts=amounts, least=least, most=most, excused=excused)


def _ends(rule: Rule, entry: Any, mean: Fraction) -> _Ends:
    """Bounds in millionths that an entry stands for; a bound is the decimal that was written."""
    if entry is None:
        return None, None
    if rule.form.bound == "share":
        share = Fraction(str(entry))
        return max(Fraction(0), (1 - share) * mean), (1 + share) * mean
    low, high = (entry, None) if rule.form.bound == "least" else entry
    return (
        None if low is None else Fraction(str(low)) * MICRO,
        None if high is None else Fraction(str(high)) * MICRO,
    )


def longest_journeys(problem: Problem, rules: Rules) -> tuple[float, ...]:
    """Longest journey allowed to each school, in the problem's unit; infinity for any."""
    usual = most_travel(problem, rules)
    longest = [math.inf if usual is None else float(usual)] * len(problem)
    for key, excuse in rules.exceptions.items():
        if "max_travel" in excuse:
            own, p = excuse["max_travel"], problem.position(key)
            longest[p] = max(longest[p], math.inf if own is None else float(own))
    return tuple(longest)


def kept_together(
    problem: Problem, rules: Rules, order: Sequence[int] | None = None
) -> tuple[tuple[int, ...], ...]:
    """List the schools that must stay together, as positions; every other school by itself.

    Groups that share a school are one. They stand, and their schools stand in them, in the order
    given (that of the problem where none is).
    """
    leader = list(range(len(problem)))

    def find(p: int) -> int:
        while leader[p] != p:
            leader[p] = leader[leader[p]]
            p = leader[p]
        return p

    for group in rules.together:
        positions = [problem.position(key) for key in group]
        for other in positions[1:]:
            leader[find(other)] = find(positions[0])
    grouped: dict[int, list[int]] = {}
    for p in range(len(problem)) if order is None else order:
        grouped.setdefault(find(p), []).append(p)
    return tuple(tuple(group) for group in grouped.values())
