"""What differs between some rules and a changed copy of them: in words, and how much is given up.

The one place where a way out is put into words: from the rules as they were and as they are at
the end, so that the numbers are right however many steps led there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clusters.domain import RULEBOOK, Clause, Problem, Rule, Rules, SchoolId
from clusters.rulebook import (
    UNIT_WORDS,
    clauses_of,
    counted_of,
    describe,
    entry_of,
    group_name,
    most_travel,
    rule_of,
    school_name,
)
from clusters.text import amount, shown

__all__ = ["DROPPED", "Alteration", "altered", "size_of"]

DROPPED = 2.0
"""Size of dropping a rule: above that of any bound that is less than trebled."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """One rule that differs: which, in words, and how much is given up."""

    clause: Clause
    sentence: str
    size: float


def size_of(problem: Problem, old: Rules, new: Rules) -> float:
    """Return how much is given up in all."""
    return math.fsum(change.size for change in altered(problem, old, new))


def altered(problem: Problem, old: Rules, new: Rules) -> tuple[Alteration, ...]:
    """List what differs between rules and a looser copy of them, in the order of the rules."""
    rows = [
        row
        for rule in RULEBOOK
        if any(getattr(old, field) != getattr(new, field) for field in rule.fields)
        for row in _rows(problem, old, new, rule)
    ]
    return tuple(Alteration(*row) for row in (*rows, *_exceptions(problem, old, new)))


_Rows = Iterator[tuple[Clause, str, float]]


def _count(_problem: Problem, old: Rules, new: Rules) -> _Rows:
    if old.count_range == new.count_range:
        return
    low, high = old.count_range
    least, most = new.count_range
    text = f"{least}" if least == most else f"{least} to {most}"
    now = f"{low}" if low == high else f"{low} to {high}"
    gap = min(abs(least - low) / low, abs(least - high) / high, abs(most - low) / low)
    noun = "cluster" if text == "1" else "clusters"
    yield Clause("n_clusters"), f"n_clusters: {text} {noun} (now {now})", gap


def _travel(problem: Problem, old: Rules, new: Rules) -> _Rows:
    clause, unit = Clause("max_travel"), UNIT_WORDS[problem.travel_unit]
    was, now = most_travel(problem, old), most_travel(problem, new)
    if was is not None and now is None:
        yield _drop(problem, old, clause)
    elif was is not None and now is not None and was != now:
        text = f"max_travel: allow journeys of {shown(now)} {unit} (now {shown(was)})"
        yield clause, text, (now - was) / was if was else 1.0


def _groups(problem: Problem, old: Rules, new: Rules, rule: Rule) -> _Rows:
    left = Counter(getattr(new, rule.name))
    for number, group in enumerate(getattr(old, rule.name)):
        if left[group]:
            left[group] -= 1
        else:
            yield _drop(problem, old, Clause(rule.name, number))


def _rows(problem: Problem, old: Rules, new: Rules, rule: Rule) -> _Rows:
    """Yield what differs in one rule."""
    if rule.name == "n_clusters":
        yield from _count(problem, old, new)
    elif rule.name == "max_travel":
        yield from _travel(problem, old, new)
    elif rule.form.parts == "groups":
        yield from _groups(problem, old, new, rule)
    else:
        kept = set(clauses_of(new))
        for clause in (c for c in clauses_of(old) if c.rule == rule.name):
            was = entry_of(old, clause)
            if clause not in kept and was is not None and was != (None, None):
                yield _drop(problem, old, clause)
            elif clause in kept and (now := entry_of(new, clause)) != was:
                yield from _moved(problem, old, clause, was, now)


def _moved(problem: Problem, old: Rules, clause: Clause, was: Any, now: Any) -> _Rows:
    """Yield how the bounds of a clause differ."""
    bound = rule_of(clause).form.bound
    if bound == "pair":
        yield from _pair(problem, old, clause, was, now)
    elif bound == "share":
        up_to, before = (f"{shown(round(100 * share, 6))}%" for share in (now, was))
        text = f"let {counted_of(clause)} differ by up to {up_to} from the mean cluster"
        text += f" (now {before})"
        yield clause, f"{clause.rule}: {text}", float((now - was) / was) if was else 1.0
    elif bound == "least":
        text = f"ask for {shown(now)} of {counted_of(clause)} (now {shown(was)})"
        yield clause, f"{clause.rule}: {text}", float((was - now) / was) if was else 0.0


def _pair(problem: Problem, old: Rules, clause: Clause, before: Any, after: Any) -> _Rows:
    after = after or (None, None)
    if before is None or after == before:
        return
    if after == (None, None):
        yield _drop(problem, old, clause)
        return
    of = counted_of(clause)
    for side, was, now in zip(("as few as", "up to"), before, after, strict=True):
        if was == now or was is None:
            continue
        size = DROPPED if now is None else abs(now - was) / was if was else 1.0
        if now is None:
            least = "least" if side == "as few as" else "most"
            text = f"ask for no {least} {of} in a cluster (now {shown(was)})"
        else:
            text = f"allow {side} {amount(now, of)} in a cluster (now {shown(was)})"
        yield clause, f"{clause.rule}: {text}", float(size)


def _exceptions(problem: Problem, old: Rules, new: Rules) -> _Rows:
    for key, excuse in new.exceptions.items():
        before = old.exceptions.get(key, {})
        for rule, instead in excuse.items():
            if rule in before and before[rule] == instead:
                continue
            known = before.get(rule) or {}
            names = [None] if instead is None else [n for n in instead if n not in known]
            for name in names:
                clause = Clause(rule, name)
                what = rule if name is None else f"{rule} of {counted_of(clause)}"
                text = f"excuse the cluster of {_kept_with(problem, old, key)} from {what}"
                size = 1 / old.count_range[1]
                yield clause, f"{text} (an exception)", size


def _kept_with(problem: Problem, rules: Rules, key: SchoolId) -> str:
    """Name a school, or the group that it must stay with."""
    position = problem.position(key)
    groups = [g for g in rules.together if position in {problem.position(k) for k in g}]
    return group_name(problem, tuple(groups[0])) if len(groups) == 1 else school_name(problem, key)


def _drop(problem: Problem, rules: Rules, clause: Clause) -> tuple[Clause, str, float]:
    return clause, f"drop {describe(clause, problem, rules)}", DROPPED
