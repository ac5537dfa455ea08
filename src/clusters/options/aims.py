"""What a theme cares for: counted on a plan, bounded for every plan, and put into words.

Less is better in all of them. A bound holds for every plan of so many clusters that keeps the
rules; each is a count that a calculator can check, never the outcome of a search.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from clusters.domain import (
    PRIORITY_NAMES,
    Plan,
    Priorities,
    Problem,
    Rules,
    bounded_quantities,
    kept_together,
    weighing,
)
from clusters.explain.easing import longest_journey
from clusters.explain.instances import unit_price
from clusters.options.themes import Theme
from clusters.presolve import is_refuted
from clusters.presolve.sizes import count_range
from clusters.rulebook import MICRO, length, most_travel
from clusters.text import amount, shown, words
from clusters.verifier import verify

__all__ = ["Aim", "aim_floor", "aim_name", "aim_of", "better", "valued"]

TOLERANCE = 1e-9


def better(one: float, other: float) -> bool:
    """Whether a value is below another by more than the dust of sums."""
    return one < other - TOLERANCE * max(1.0, abs(other))


@dataclass(frozen=True, slots=True)
class Aim:
    """One thing that themes care for: how it is counted, bounded, named and shown."""

    count: Callable[[Problem, Rules, Theme, Plan], float]
    value: Callable[[Problem, Theme, int, float], str]
    name: str = ""
    floor: Callable[[Problem, Rules, Theme, int], float | None] | None = None


def aim_of(problem: Problem, rules: Rules, theme: Theme, plan: Plan) -> float:
    """Count on a plan what a theme cares for; less is better."""
    return AIMS[theme.cares_for].count(problem, rules, theme, plan)


def aim_floor(problem: Problem, rules: Rules, theme: Theme, k: int) -> float | None:
    """Return what no plan of k clusters can be below: proved by counting; None for nothing."""
    bound = AIMS[theme.cares_for].floor
    floor = None if bound is None else bound(problem, rules, theme, k)
    return None if floor is None or floor <= 0 else floor


def aim_name(theme: Theme) -> str:
    """Name what a theme would have less of: "longest journey"."""
    return AIMS[theme.cares_for].name or _journey_name(theme)


def valued(problem: Problem, theme: Theme, k: int, value: float) -> str:
    """Show how much of it a plan of k clusters has: "4.20 km"."""
    return AIMS[theme.cares_for].value(problem, theme, k, value)


# ---- journeys -----------------------------------------------------------------------------------


def _weighted(problem: Problem, rules: Rules, theme: Theme, plan: Plan) -> float:
    return verify(problem, rules, plan, theme.priorities).costs.get("travel", 0.0)


def _own_cost(problem: Problem, rules: Rules, theme: Theme, plan: Plan) -> float:
    return float(verify(problem, rules, plan, theme.priorities).objective or 0.0)


def _journeys_alone(own: Priorities) -> bool:
    return [name for name in PRIORITY_NAMES if getattr(own, name)] == ["travel"]


def _journey_name(theme: Theme) -> str:
    if not _journeys_alone(theme.priorities):
        return "cost under its own priorities"
    by = theme.priorities.travel_by
    return "mean journey" if by == "pupils" else f"mean journey, weighted by {words(by)}"


def _mean_journey(problem: Problem, theme: Theme, _k: int, value: float) -> str:
    own = theme.priorities
    total = float(problem.measure(own.travel_by).sum())
    if not _journeys_alone(own) or not total:
        return shown(round(value))
    return length(problem, value / total / own.travel, 2)


def _longest(problem: Problem, rules: Rules, _theme: Theme, plan: Plan) -> float:
    return longest_journey(problem, rules, plan)


def _longest_floor(problem: Problem, rules: Rules, _theme: Theme, k: int) -> float | None:
    """Find the longest limit on journeys that arithmetic refutes: the next journey is the least."""
    top = most_travel(problem, rules)
    journeys = sorted(
        {float(x) for x in problem.travel.ravel() if math.isfinite(x) and (top is None or x <= top)}
    )
    low, high = 0, len(journeys) - 1
    while low < high:
        middle = (low + high) // 2
        if is_refuted(problem, within(problem, rules, journeys[middle]), k):
            low = middle + 1
        else:
            high = middle
    return journeys[low] if low else None


def within(problem: Problem, rules: Rules, journey: float) -> Rules:
    """Copy of rules with another longest journey."""
    change: dict[str, Any] = {f"max_travel_{problem.travel_unit}": journey}
    return replace(rules, **change)


def _longest_words(problem: Problem, _theme: Theme, _k: int, value: float) -> str:
    return length(problem, value, 2)


# ---- evenness -----------------------------------------------------------------------------------


def _priced(kind: str) -> Callable[[Problem, Rules, Theme, Plan], float]:
    """Count a priority in its own unit: total deviation, pieces, schools, pupils."""

    def count(problem: Problem, rules: Rules, theme: Theme, plan: Plan) -> float:
        own = weighing(theme.priorities, **{kind: 1.0})
        cost = verify(problem, rules, plan, own).costs.get(kind, 0.0)
        return cost / (unit_price(problem, own, kind) or 1.0)

    return count


def _even_floor(problem: Problem, rules: Rules, theme: Theme, k: int) -> float:
    """Add up what no division can avoid: groups above the mean, and what whole numbers leave.

    What clusters are above the mean in all, they are below it in all. Each of h groups above the
    mean puts a cluster above it by so much at the least; each other cluster is off the mean by what
    is left of it in multiples of the loads.
    """
    measure = problem.measure(theme.priorities.balance_measure).tolist()
    micro = [round(value * MICRO) for value in measure]
    mean = Fraction(sum(micro), k)
    loads = [sum(micro[p] for p in atom) for atom in kept_together(problem, rules)]
    heavy = sorted((load for load in loads if load > mean), reverse=True)[:k]
    above = sum((load - mean for load in heavy), Fraction(0))
    step = math.gcd(*loads) or 1
    below_by = mean % step
    above_by = step - below_by if below_by else Fraction(0)
    others = k - len(heavy)
    least = min(max(above + j * above_by, (others - j) * below_by) for j in range(others + 1))
    return float(2 * least / MICRO)


def _even_words(_problem: Problem, theme: Theme, k: int, value: float) -> str:
    return amount(round(value / k, 1), words(theme.priorities.balance_measure))


# ---- pyramids, change, expertise ----------------------------------------------------------------


def _pyramid_floor(problem: Problem, rules: Rules, _theme: Theme, k: int) -> float:
    """Add up the pieces that pyramids too large for one cluster, or kept apart, must fall into."""
    total = 0
    apart = [{problem.position(key) for key in group} for group in rules.apart]
    for ids in problem.pyramids.values():
        members = sorted({problem.position(key) for key in ids})
        pieces = max([1, *(len(group & set(members)) for group in apart)])
        for q in bounded_quantities(problem, rules, k):
            if not set(q.excused) - set(members):  # an excused outsider could make room for them
                fewest = count_range(q, members)[0]
                pieces = max(pieces, int(fewest) if math.isfinite(fewest) else 1)
        total += pieces - 1
    return float(total)


def _change_floor(problem: Problem, _rules: Rules, theme: Theme, k: int) -> float:
    """Count the schools of the smallest groups that no cluster can carry on."""
    sizes = sorted(_group_sizes(problem, theme))
    return float(sum(sizes[: max(0, len(sizes) - k)]))


def _group_sizes(problem: Problem, theme: Theme) -> Iterator[int]:
    before = theme.priorities.groups_before
    groups = before.labels if isinstance(before, Plan) else before or {}
    today = {problem.find(key): group for key, group in groups.items()}
    yield from Counter(today.get(p) for p in range(len(problem))).values()


def _unmet_floor(problem: Problem, _rules: Rules, theme: Theme, _k: int) -> float:
    """Add up the pupils for whom there is no capacity in the whole authority."""
    total = 0.0
    for kind, covers in theme.priorities.pupils_per_capacity.items():
        need = sum(
            (count.ehcps or 0) + (count.sen_support or 0)
            for school in problem.schools
            if (count := school.need.get(kind)) is not None
        )
        held = sum(s.expertise[kind].amount for s in problem.schools if kind in s.expertise)
        total += max(0.0, need - covers * held)
    return total - TOLERANCE * max(1.0, total)


def holders_of(problem: Problem, rules: Rules) -> dict[str, list[int]]:
    """First school of each group that holds a type of expertise, by type."""
    found: dict[str, list[int]] = {}
    for atom in kept_together(problem, rules):
        first = {kind: p for p in reversed(atom) for kind in _held(problem, p)}
        for kind, holder in first.items():
            found.setdefault(kind, []).append(holder)
    return dict(sorted(found.items()))


def _held(problem: Problem, position: int) -> set[str]:
    """Types of expertise that a school holds."""
    expertise = problem.schools[position].expertise
    return {kind for kind, capacity in expertise.items() if capacity.amount > 0}


def _gaps(problem: Problem, rules: Rules, _theme: Theme, plan: Plan) -> float:
    every, gaps = set(holders_of(problem, rules)), 0
    for cluster in plan.clusters:
        held = [_held(problem, problem.position(key)) for key in cluster.members]
        gaps += len(every.difference(*held)) if held else 0
    return float(gaps)


def _gaps_floor(problem: Problem, rules: Rules, _theme: Theme, k: int) -> float:
    return float(sum(max(0, k - len(held)) for held in holders_of(problem, rules).values()))


def _number(_problem: Problem, _theme: Theme, _k: int, value: float) -> str:
    return f"{round(value):,}"


AIMS: Mapping[str | None, Aim] = {
    None: Aim(_own_cost, _mean_journey),
    "travel": Aim(_weighted, _mean_journey),
    "longest_journey": Aim(_longest, _longest_words, "longest journey", _longest_floor),
    "balance": Aim(
        _priced("balance"), _even_words, "average distance of a cluster from the mean", _even_floor
    ),
    "pyramids": Aim(_priced("pyramids"), _number, "pieces of pyramids split off", _pyramid_floor),
    "change": Aim(_priced("change"), _number, "schools that leave their group", _change_floor),
    "expertise": Aim(
        _priced("expertise"), _number, "pupils without expertise in their own cluster", _unmet_floor
    ),
    "expertise_gaps": Aim(
        _gaps, _number, "clusters without a type of expertise, over all types", _gaps_floor
    ),
}
