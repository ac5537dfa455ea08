"""Bounds loosened step by step, and fixes put together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clusters.domain import FrozenDict, Problem, Rules
from clusters.model.arithmetic import Clause, Fix
from clusters.model.instance import Instance

__all__ = ["eased", "is_exception", "joined", "place_of_fix", "suspects"]


def is_exception(fix: Fix) -> bool:
    """Whether a fix excuses one cluster instead of moving a bound."""
    return fix.sentence.startswith("excuse")


def place_of_fix(fix: Fix) -> tuple[Clause, ...] | str:
    """Two fixes with one key replace each other."""
    return fix.sentence if is_exception(fix) else fix.clauses


def joined(before: Fix, after: Fix) -> Fix:
    """Two steps of one bound as one, told from where it stood at first."""
    first, last = before.sentence.rfind("(now"), after.sentence.rfind("(now")
    text = after.sentence
    if min(first, last) >= 0:
        text = after.sentence[:last] + before.sentence[first:]
    size = (1 + before.size) * (1 + after.size) - 1
    return replace(after, sentence=text, size=size)


def suspects(instance: Instance) -> list[int]:
    """Atoms most likely to be hopeless: apart from others, with few neighbours, very heavy."""
    near = instance.neighbours or tuple(() for _ in range(instance.n))
    apart = [a for pair in instance.apart for a in pair]
    few = sorted(range(instance.n), key=lambda a: len(near[a]))[:8]
    groups = [a for a, held in enumerate(instance.members) if len(held) > 1]
    heavy = [int(load.argmax()) for load in instance.loads]
    around = [b for a in [*apart, *groups] for b in near[a]]
    return [*apart, *groups, *few, *heavy, *around]


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
        pair = (low if low is None else int(low / factor), high and -int(-high * factor // 1))
        return replace(rules, schools_per_cluster=pair)
    if clause.rule == "limits":
        low, high = rules.limits[which]
        eased = (low if low is None else round(low / factor, 3), high and round(high * factor, 3))
        return replace(rules, limits=FrozenDict({**rules.limits, which: eased}))
    if clause.rule == "max_travel":
        name = f"max_travel_{problem.travel_unit}"
        return replace(rules, **{name: round(getattr(rules, name) * factor, 1)})
    return None
