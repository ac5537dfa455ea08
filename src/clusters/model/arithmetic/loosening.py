"""Changed copies of rules: one bound moved, one exception added, one rule dropped."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from clusters.domain import FrozenDict, Problem, Rules
from clusters.model.arithmetic.clauses import UNIT_WORDS, Clause, describe, group_name, without
from clusters.model.arithmetic.facts import MICRO, Facts, Fix, Quantity
from clusters.verifier.case import amount, shown, words

__all__ = ["drop", "exception_for", "fewer_or_more", "least_to", "most_to", "travel_to"]

DROPPED = 2.0
"""Size of dropping a rule: above that of any bound that is less than trebled."""


def drop(problem: Problem, rules: Rules, clause: Clause) -> Fix:
    """Drop a clause."""
    return Fix(
        clauses=(clause,),
        sentence=f"drop {describe(clause, problem, rules)}",
        rules=without(rules, clause),
        size=DROPPED,
    )


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
    rule, which = quantity.clause.rule, str(quantity.clause.which or "")
    rules, old = facts.rules, quantity.most if upper else quantity.least
    assert old is not None
    size = float(abs(bound - old) / old) if old else 1.0
    if rule == "balance":
        value = _share(facts, quantity, bound)
        text = (
            f"balance: let {words(which)} differ by up to {shown(100 * value)} % from the "
            f"mean cluster (now {shown(100 * rules.balance[which])} %)"
        )
        # a share of 1 allows nothing above twice the mean: beyond it the rule has to go
        if value > 1:
            return replace(drop(facts.problem, rules, quantity.clause), size=max(DROPPED, size))
        changed = replace(rules, balance=FrozenDict({**rules.balance, which: value}))
    elif rule == "expertise":
        value = _number(bound / MICRO, up=False)
        text = f"expertise: ask for {shown(value)} of {which!r} capacity (now {shown(old / MICRO)})"
        changed = replace(rules, expertise=FrozenDict({**rules.expertise, which: value}))
    else:
        value = _number(bound / MICRO, up=upper)
        if not which:
            value = max(1, value)
        base = rules.limits[which] if which else rules.schools_per_cluster
        assert base is not None
        pair = (base[0], value) if upper else (value, base[1])
        of = words(which) if which else "schools"
        side = "up to" if upper else "as few as"
        text = f"{rule}: allow {side} {amount(value, of)} in a cluster (now {shown(old / MICRO)})"
        changed = (
            replace(rules, schools_per_cluster=pair)
            if not which
            else replace(rules, limits=FrozenDict({**rules.limits, which: pair}))
        )
    return Fix(clauses=(quantity.clause,), sentence=text, rules=changed, size=size)


def _share(facts: Facts, quantity: Quantity, bound: Fraction) -> float:
    """Balance that just allows a bound, rounded up to a tenth of a per cent."""
    mean = Fraction(sum(quantity.amounts), facts.k)
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
        excuse[clause.rule] = {**(excuse.get(clause.rule) or {}), clause.which: None}
        if clause.rule == "limits":
            excuse[clause.rule][clause.which] = (None, None)
    name = group_name(facts.problem, facts.ids(atom))
    what = clause.rule if clause.which is None else f"{clause.rule} of {words(str(clause.which))}"
    high = quantity.most or Fraction(1)
    over = abs(quantity.total(atom) - high) / high if high else Fraction(1)
    return Fix(
        clauses=(clause,),
        sentence=f"excuse the cluster of {name} from {what} (an exception)",
        rules=replace(rules, exceptions=FrozenDict({**rules.exceptions, key: excuse})),
        size=float(over) / facts.k,
    )


def travel_to(facts: Facts, needed: float) -> Fix | None:
    """Raise the longest journey allowed to what is needed."""
    most = facts.most_travel
    if most is None or not math.isfinite(needed) or needed <= most:
        return None
    unit = facts.problem.travel_unit
    value = float(math.ceil(needed))
    return Fix(
        clauses=(Clause("max_travel"),),
        sentence=f"max_travel: allow journeys of {shown(value)} {UNIT_WORDS[unit]} "
        f"(now {shown(most)})",
        rules=replace(facts.rules, max_travel_m=value)
        if unit == "m"
        else replace(facts.rules, max_travel_min=value),
        size=(value - most) / most if most else 1.0,
    )


def fewer_or_more(facts: Facts, k: int) -> Fix | None:
    """Ask for another number of clusters."""
    if not 1 <= k <= len(facts.problem) or k == facts.k:
        return None
    noun = "cluster" if k == 1 else "clusters"
    low, high = facts.rules.count_range
    if low <= k <= high:
        return None
    now = f"{low}" if low == high else f"{low} to {high}"
    return Fix(
        clauses=(Clause("n_clusters"),),
        sentence=f"n_clusters: {k} {noun} (now {now})",
        rules=replace(facts.rules, n_clusters=k),
        size=min(abs(k - low) / low, abs(k - high) / high),
    )


def ordered(fixes: Iterator[Fix | None]) -> tuple[Fix, ...]:
    """Put the fixes that exist in order, the smallest first, each once."""
    kept: dict[str, Fix] = {}
    for fix in fixes:
        if fix is not None:
            kept.setdefault(fix.sentence, fix)
    return tuple(sorted(kept.values(), key=lambda fix: fix.size))
