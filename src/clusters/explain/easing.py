"""Rules loosened step by step, and drawn tight again around a plan that keeps them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from clusters.domain import Clause, Plan, Problem, Rules, bounded_quantities, positions_of
from clusters.explain.deciding import COUNT
from clusters.model.instance import Instance
from clusters.presolve.relaxing import share_for
from clusters.rulebook import MICRO, Form, changed, entry_of, rule_of, without
from clusters.verifier import verify

__all__ = [
    "MOST_EASED",
    "STEPS",
    "eased",
    "is_bound",
    "ladder",
    "longest_journey",
    "suspects",
    "tightened",
]

STEPS = (1.05, 1.1, 1.25, 1.5, 2.0)
"""Factors by which a bound is loosened in turn where arithmetic does not say by how much."""

MOST_EASED = 1000.0
"""Factor beyond which a bound binds nobody: it is drawn tight around the plan that is found."""


def suspects(instance: Instance) -> list[int]:
    """Atoms most likely to be hopeless: apart from others, with few neighbours, very heavy."""
    near = instance.neighbours or tuple(() for _ in range(instance.n))
    apart = [a for pair in instance.apart for a in pair]
    few = sorted(range(instance.n), key=lambda a: len(near[a]))[:8]
    groups = [a for a, held in enumerate(instance.members) if len(held) > 1]
    heavy = [int(load.argmax()) for load in instance.loads]
    around = [b for a in [*apart, *groups] for b in near[a]]
    return [*apart, *groups, *few, *heavy, *around]


def ladder(problem: Problem, rules: Rules, clause: Clause) -> Iterator[Rules]:
    """Yield looser and looser copies of rules: a bound moved step by step, the clause dropped."""
    if clause == COUNT:
        low, high = rules.count_range
        for step in (1, 2, 3, 5, 8):
            for k in (low - step, high + step):
                if 1 <= k <= len(problem):
                    yield replace(rules, n_clusters=k)
        return
    for factor in STEPS:
        looser = eased(problem, rules, clause, factor)
        if looser is None:
            break
        if looser != rules:
            yield looser
    yield without(rules, clause)


def is_bound(clause: Clause) -> bool:
    """Whether a clause bounds something, so that it can be loosened."""
    return clause != COUNT and (
        clause.rule == "max_travel" or rule_of(clause).form.bound is not None
    )


def eased(problem: Problem, rules: Rules, clause: Clause, factor: float) -> Rules | None:
    """Loosen the bounds of a clause by a factor; None where it has none."""
    form, entry = rule_of(clause).form, entry_of(rules, clause)
    if clause.rule == "max_travel":
        name = f"max_travel_{problem.travel_unit}"
        return replace(rules, **{name: round(getattr(rules, name) * factor, 1)})
    if form.bound is None or entry is None:
        return None
    eased = _eased(form, entry, factor)
    if clause.rule == "schools_per_cluster" and eased[0] is not None:
        eased = (max(1, eased[0]), eased[1])  # no cluster is empty
    nothing = (None, (0, None), (None, None))  # everything is at least 0
    return None if eased in nothing else changed(rules, clause, eased)


def _eased(form: Form, entry: Any, factor: float) -> Any:
    """Loosen what an entry bounds by a factor; None where nothing would be left of it."""
    if form.bound == "share":
        share = round(entry * factor, 3)
        return share if share <= 1 else None
    if form.bound == "least":
        return round(entry / factor, 3)
    low, high = entry
    if form.whole:
        return low and int(low / factor), high and -int(-high * factor // 1)
    return (low if low is None else round(low / factor, 3), high and round(high * factor, 3))


def tightened(problem: Problem, old: Rules, new: Rules, plan: Plan) -> Rules:
    """Draw loosened bounds tight around a plan that keeps them: no looser than the plan needs.

    So every number in a way out is one that a plan attains: 12 places, if that is what the least
    cluster of the plan has, where a step of a search would have said 11.4.
    """
    numbers = _numbers(problem, old, new, positions_of(problem, plan))
    tight = replace(numbers, **_travel(problem, old, new, plan))
    if tight != new and verify(problem, tight, plan).ok:
        return tight
    return new


def _numbers(problem: Problem, old: Rules, new: Rules, clusters: list[list[int]]) -> Rules:
    """Move the bounds of sums to where the plan needs them."""
    tight = new
    for q in bounded_quantities(problem, new, len(clusters)):
        before, now = entry_of(old, q.clause), entry_of(new, q.clause)
        if before is None or before == now:
            continue
        loads = [q.total(held) for held in clusters if not set(q.excused) & set(held)]
        bound = rule_of(q.clause).form.bound
        if bound == "pair":
            now = _between(before, now, loads)
        elif bound == "share":
            mean = Fraction(sum(q.amounts), len(clusters))
            needed = max((share_for(Fraction(x), mean) for x in loads), default=now)
            now = max(before, min(now, needed))
        else:
            lowest = min(loads, default=0)
            now = min(before, max(now, _number(lowest)))
            if not lowest:  # asking for 0 is asking for nothing
                tight = without(tight, q.clause)
                continue
        tight = changed(tight, q.clause, now)
    return tight


def _between(before: Any, pair: Any, loads: list[int]) -> tuple[Any, Any]:
    low, high = pair
    if loads and low is not None and low != before[0]:
        low = max(low, min(before[0], _number(min(loads))))
    if loads and high is not None and high != before[1]:
        high = min(high, max(before[1], _number(max(loads))))
    return low, high


def _number(micro: int) -> float:
    return float(micro / MICRO) if micro % MICRO else micro // MICRO


def _travel(problem: Problem, old: Rules, new: Rules, plan: Plan) -> dict[str, Any]:
    """Longest journey of the plan, rounded up."""
    name = f"max_travel_{problem.travel_unit}"
    was, now = getattr(old, name), getattr(new, name)
    if was is None or now is None or was == now:
        return {}
    return {name: max(was, min(now, float(math.ceil(longest_journey(problem, new, plan)))))}


def longest_journey(problem: Problem, rules: Rules, plan: Plan) -> float:
    """Return the longest journey of a school that is not excused from a longest journey."""
    excused = {problem.position(k) for k, e in rules.exceptions.items() if "max_travel" in e}
    return max(
        (
            float(problem.travel[p, problem.position(centre)])
            for key, centre in plan.assignment.items()
            if (p := problem.position(key)) not in excused
        ),
        default=0.0,
    )
