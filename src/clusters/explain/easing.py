"""Rules loosened step by step, and drawn tight again around a plan that keeps them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from clusters.domain import DECIMALS, FrozenDict, Plan, Problem, Rules
from clusters.explain.deciding import COUNT
from clusters.model.instance import Instance
from clusters.presolve import Clause, without
from clusters.presolve.relaxing import share_for
from clusters.verifier import verify

__all__ = ["eased", "ladder", "suspects", "tightened"]

STEPS = (1.05, 1.1, 1.25, 1.5, 2.0)
"""Factors by which a bound is loosened in turn where arithmetic does not say by how much."""
MICRO: int = 10**DECIMALS


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


def eased(problem: Problem, rules: Rules, clause: Clause, factor: float) -> Rules | None:
    """Loosen the bounds of a clause by a factor; None where it has none."""
    which: Any = clause.which
    if clause.rule == "balance":
        share = round(rules.balance[which] * factor, 3)
        if share > 1:
            return None
        return replace(rules, balance=FrozenDict({**rules.balance, which: share}))
    if clause.rule == "expertise":
        least = round(rules.expertise[which] / factor, 3)
        return replace(rules, expertise=FrozenDict({**rules.expertise, which: least}))
    if clause.rule == "schools_per_cluster" and rules.schools_per_cluster:
        low, high = rules.schools_per_cluster
        pair = (low and max(1, int(low / factor)), high and -int(-high * factor // 1))
        return replace(rules, schools_per_cluster=pair)
    if clause.rule == "limits":
        low, high = rules.limits[which]
        eased = (low if low is None else round(low / factor, 3), high and round(high * factor, 3))
        return replace(rules, limits=FrozenDict({**rules.limits, which: eased}))
    if clause.rule == "max_travel":
        name = f"max_travel_{problem.travel_unit}"
        return replace(rules, **{name: round(getattr(rules, name) * factor, 1)})
    return None


def tightened(problem: Problem, old: Rules, new: Rules, plan: Plan) -> Rules:
    """Draw loosened bounds tight around a plan that keeps them: no looser than the plan needs.

    So every number in a way out is one that a plan attains: 12 places, if that is what the least
    cluster of the plan has, where a step of a search would have said 11.4.
    """
    clusters = [
        [p for key in c.members if (p := problem.find(key)) is not None] for c in plan.clusters
    ]
    tight = replace(
        new, **_numbers(problem, old, new, clusters), **_travel(problem, old, new, plan)
    )
    if tight != new and verify(problem, tight, plan).ok:
        return tight
    return new


def _numbers(problem: Problem, old: Rules, new: Rules, clusters: list[list[int]]) -> dict[str, Any]:
    """Bounds of counts and measures, as the plan needs them."""
    ones = [MICRO] * len(problem)
    sizes = new.schools_per_cluster
    if sizes != old.schools_per_cluster and sizes and old.schools_per_cluster:
        sizes = _between(old.schools_per_cluster, sizes, _loads(new, clusters, ones, problem,
                         "schools_per_cluster"))  # fmt: skip
    limits = dict(new.limits)
    for name, pair in new.limits.items():
        before = old.limits.get(name)
        if pair and before and pair != before:
            loads = _loads(new, clusters, _micro(problem, name), problem, "limits")
            limits[name] = _between(before, pair, loads)
    balance = dict(new.balance)
    for name, share in new.balance.items():
        if share != old.balance[name]:
            loads = _loads(new, clusters, _micro(problem, name), problem, "balance")
            mean = Fraction(sum(_micro(problem, name)), len(clusters))
            needed = max((share_for(Fraction(x), mean) for x in loads), default=share)
            balance[name] = max(old.balance[name], min(share, needed))
    expertise = {}
    for kind, least in new.expertise.items():
        expertise[kind] = least
        if least != old.expertise[kind]:
            held = [round(Fraction(str(s.expertise[kind].amount)) * MICRO) if kind in s.expertise
                    else 0 for s in problem.schools]  # fmt: skip
            lowest = min(_loads(new, clusters, held, problem, "expertise"), default=0)
            expertise[kind] = min(old.expertise[kind], max(least, _number(lowest)))
            if not lowest:
                del expertise[kind]  # asking for 0 is asking for nothing
    return {
        "schools_per_cluster": sizes,
        "limits": FrozenDict(limits),
        "balance": FrozenDict(balance),
        "expertise": FrozenDict(expertise),
    }


def _micro(problem: Problem, name: str) -> list[int]:
    return [round(Fraction(value) * MICRO) for value in problem.measure(name).tolist()]


def _loads(
    rules: Rules, clusters: list[list[int]], amounts: list[int], problem: Problem, rule: str
) -> list[int]:
    """Return the loads of the clusters that no exception of the rule excuses."""
    excused = {problem.position(key) for key, e in rules.exceptions.items() if rule in e}
    return [sum(amounts[p] for p in held) for held in clusters if not excused & set(held)]


def _between(before: Any, pair: Any, loads: list[int]) -> tuple[Any, Any]:
    low, high = pair
    if loads and low is not None and low != before[0]:
        low = max(low, min(before[0], _number(min(loads))))
    if loads and high is not None and high != before[1]:
        high = min(high, max(before[1], _number(max(loads))))
    return low, high


def _number(micro: int) -> float:
    return float(micro / MICRO) if micro % MICRO else micro // int(MICRO)


def _travel(problem: Problem, old: Rules, new: Rules, plan: Plan) -> dict[str, Any]:
    """Longest journey of the plan, rounded up."""
    name = f"max_travel_{problem.travel_unit}"
    was, now = getattr(old, name), getattr(new, name)
    if was is None or now is None or was == now:
        return {}
    excused = {problem.position(k) for k, e in new.exceptions.items() if "max_travel" in e}
    longest = max(
        (
            float(problem.travel[p, problem.position(centre)])
            for key, centre in plan.assignment.items()
            if (p := problem.position(key)) not in excused
        ),
        default=now,
    )
    return {name: max(was, min(now, float(math.ceil(longest))))}
