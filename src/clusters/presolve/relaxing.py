"""Changed copies of rules: one bound moved, one exception added, one rule dropped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from clusters.domain import Clause, FrozenDict, Quantity, Rules
from clusters.presolve.altered import size_of
from clusters.presolve.case import Facts, Fix
from clusters.rulebook import MICRO, changed, entry_of, rule_of, without

__all__ = [
    "drop",
    "drops",
    "exception_for",
    "fewer_or_more",
    "least_to",
    "most_to",
    "ordered",
    "share_for",
    "travel_to",
]


def drop(facts: Facts, clause: Clause) -> Fix:
    """Drop a clause."""
    return _fix(facts, clause, without(facts.rules, clause))


def drops(facts: Facts, *clauses: Clause) -> tuple[Fix, ...]:
    """Offer to drop each of some clauses."""
    return ordered(*(drop(facts, clause) for clause in clauses))


def _fix(facts: Facts, clause: Clause, new: Rules, *, excuses: bool = False) -> Fix:
    size = size_of(facts.problem, facts.rules, new)
    return Fix(clauses=(clause,), rules=new, size=size, excuses=excuses)


def most_to(facts: Facts, quantity: Quantity, needed: Fraction) -> Fix | None:
    """Raise the most that a cluster may hold to what is needed (in millionths)."""
    if quantity.most is None or needed <= quantity.most:
        return None
    return _moved(facts, quantity, needed, upper=True)


def least_to(facts: Facts, quantity: Quantity, possible: Fraction) -> Fix | None:
    """Lower the least that a cluster must hold to what is possible (in millionths)."""
    if not quantity.least or possible >= quantity.least:
        return None
    return _moved(facts, quantity, possible, upper=False)


def _moved(facts: Facts, quantity: Quantity, bound: Fraction, *, upper: bool) -> Fix:
    rules, clause = facts.rules, quantity.clause
    entry: Any = None
    if rule_of(clause).form.bound == "share":
        share = share_for(bound, Fraction(sum(quantity.amounts), facts.k))
        # a share of 1 allows nothing above twice the mean: beyond it the rule has to go
        entry = share if share <= 1 else None
    elif rule_of(clause).form.bound == "least":
        entry = _number(bound / MICRO, up=False) or None  # asking for 0 is asking for nothing
    else:
        low, high = entry_of(rules, clause)
        value = _number(bound / MICRO, up=upper)
        if clause.rule == "schools_per_cluster":  # no cluster is empty
            value = max(1, value)
        entry = (low, value) if upper else (value or None, high)
        entry = None if entry == (None, None) else entry  # asking for 0 is asking for nothing
    if entry is None:
        return drop(facts, clause)
    return _fix(facts, clause, changed(rules, clause, entry))


def share_for(bound: Fraction, mean: Fraction) -> float:
    """Balance that just allows a bound, rounded up to a tenth of a per cent."""
    share = abs(bound - mean) / mean if mean else Fraction(1)
    return math.ceil(share * 1000) / 1000


def _number(value: Fraction, *, up: bool) -> float:
    if value.denominator == 1:
        return int(value)
    return math.ceil(value) if up else math.floor(value)


def exception_for(facts: Facts, quantity: Quantity, atom: Sequence[int]) -> Fix:
    """Excuse the cluster that holds these schools from a clause."""
    rules, clause = facts.rules, quantity.clause
    key = facts.problem.schools[atom[0]].urn
    excuse: dict[str, Any] = dict(rules.exceptions.get(key, {}))
    if clause.which is None or (clause.rule in excuse and excuse[clause.rule] is None):
        excuse[clause.rule] = None
    else:
        none = (None, None) if rule_of(clause).form.bound == "pair" else None
        excuse[clause.rule] = {**(excuse.get(clause.rule) or {}), clause.which: none}
    excused = replace(rules, exceptions=FrozenDict({**rules.exceptions, key: excuse}))
    return _fix(facts, clause, excused, excuses=True)


def travel_to(facts: Facts, needed: float) -> Fix | None:
    """Raise the longest journey allowed to what is needed."""
    most = facts.most_travel
    if most is None or not math.isfinite(needed) or needed <= most:
        return None
    name = f"max_travel_{facts.problem.travel_unit}"
    change: dict[str, Any] = {name: float(math.ceil(needed))}
    return _fix(facts, Clause("max_travel"), replace(facts.rules, **change))


def fewer_or_more(facts: Facts, k: int) -> Fix | None:
    """Ask for another number of clusters."""
    low, high = facts.rules.count_range
    if not 1 <= k <= len(facts.problem) or low <= k <= high:
        return None
    return _fix(facts, Clause("n_clusters"), replace(facts.rules, n_clusters=k))


def ordered(*fixes: Fix | None) -> tuple[Fix, ...]:
    """Put the fixes that exist in order, the smallest first, each once."""
    kept: dict[Rules, Fix] = {}
    for fix in fixes:
        if fix is not None:
            kept.setdefault(fix.rules, fix)
    return tuple(sorted(kept.values(), key=lambda fix: fix.size))
