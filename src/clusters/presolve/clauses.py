"""Rules one by one: each part of `Rules` that can be named, dropped or loosened by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from clusters.domain import FrozenDict, Problem, Rules, SchoolId
from clusters.text import amount, counted, listed, shown, words

__all__ = ["Clause", "clauses_of", "describe", "group_name", "measured", "school_name", "without"]

UNIT_WORDS = {"m": "metres", "min": "minutes"}


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule that can be named and dropped by itself.

    Parameters
    ----------
    rule
        A name of :data:`clusters.domain.RULE_NAMES`.
    which
        Which of its kind: a measure, a type of need, or the number of a group (from 0); None
        where there is one only.
    """

    rule: str
    which: str | int | None = None


def clauses_of(rules: Rules) -> tuple[Clause, ...]:
    """List every clause of some rules; the number of clusters first."""
    listed_: list[Clause] = [Clause("n_clusters")]
    if rules.schools_per_cluster is not None:
        listed_.append(Clause("schools_per_cluster"))
    listed_ += [Clause("balance", name) for name in rules.balance]
    listed_ += [Clause("limits", name) for name in rules.limits]
    if rules.max_travel_m is not None or rules.max_travel_min is not None:
        listed_.append(Clause("max_travel"))
    if rules.contiguous:
        listed_.append(Clause("contiguous"))
    listed_ += [Clause("expertise", kind) for kind in rules.expertise]
    listed_ += [Clause("together", number) for number in range(len(rules.together))]
    listed_ += [Clause("apart", number) for number in range(len(rules.apart))]
    if rules.centres is not None:
        listed_.append(Clause("centres"))
    return tuple(listed_)


def without(rules: Rules, *dropped: Clause) -> Rules:
    """Copy rules without some clauses (the number of clusters cannot be dropped)."""
    numbers = {
        rule: {c.which for c in dropped if c.rule == rule}
        for rule in ("balance", "limits", "expertise", "together", "apart")
    }
    whole = {c.rule for c in dropped}
    changes: dict[str, Any] = {
        rule: FrozenDict({k: v for k, v in getattr(rules, rule).items() if k not in numbers[rule]})
        for rule in ("balance", "limits", "expertise")
    }
    for rule in ("together", "apart"):
        kept = [g for i, g in enumerate(getattr(rules, rule)) if i not in numbers[rule]]
        changes[rule] = tuple(kept)
    if "schools_per_cluster" in whole:
        changes["schools_per_cluster"] = None
    if "max_travel" in whole:
        changes |= {"max_travel_m": None, "max_travel_min": None}
    if "contiguous" in whole:
        changes["contiguous"] = False
    if "centres" in whole:
        changes["centres"] = None
    return replace(rules, **changes)


def describe(clause: Clause, problem: Problem, rules: Rules) -> str:
    """Put a clause into words, with its numbers and names."""
    return f"{clause.rule}: {_WORDS[clause.rule](clause, problem, rules)}"


def school_name(problem: Problem, key: SchoolId) -> str:
    """Name a school, with its URN."""
    school = problem.school(key)
    named = school.name.strip() and school.name != str(school.urn)
    return f"{school.name} (URN {school.urn})" if named else f"school {school.urn}"


def group_name(problem: Problem, ids: tuple[SchoolId, ...]) -> str:
    """Name a group: the pyramid that it is, else its schools."""
    held = {problem.position(key) for key in ids}
    for name, members in problem.pyramids.items():
        if {problem.position(key) for key in members} == held:
            return name if "pyramid" in name.lower() else f"the {name} pyramid"
    return listed([school_name(problem, key) for key in ids])


def measured(number: Any, name: str) -> str:
    """Put an amount of a measure into words: "1 school", "3 schools", "2.5 units of need"."""
    return amount(number, words(name))


def _count_words(_clause: Clause, _problem: Problem, rules: Rules) -> str:
    low, high = rules.count_range
    return counted(low, "cluster") if low == high else f"{low} to {counted(high, 'cluster')}"


def _pair_words(pair: Any, name: str) -> str:
    low, high = pair or (0, None)
    if not low and high is None:  # everything is at least 0
        return f"any number of {words(name)}"
    if high is None:
        return f"at least {measured(low, name)} in each cluster"
    if not low:
        return f"at most {measured(high, name)} in each cluster"
    return f"{shown(low)} to {measured(high, name)} in each cluster"


def _size_words(_clause: Clause, _problem: Problem, rules: Rules) -> str:
    return _pair_words(rules.schools_per_cluster, "schools")


def _balance_words(clause: Clause, _problem: Problem, rules: Rules) -> str:
    share = rules.balance[str(clause.which)]
    return f"{words(str(clause.which))} within {shown(100 * share)} % of the mean cluster"


def _limit_words(clause: Clause, _problem: Problem, rules: Rules) -> str:
    return _pair_words(rules.limits[str(clause.which)], str(clause.which))


def _travel_words(_clause: Clause, problem: Problem, rules: Rules) -> str:
    unit = problem.travel_unit
    most = rules.max_travel_m if unit == "m" else rules.max_travel_min
    return f"no journey to a centre above {shown(most or 0)} {UNIT_WORDS[unit]}"


def _contiguous_words(_clause: Clause, _problem: Problem, _rules: Rules) -> str:
    return "each cluster is one piece of the map"


def _expertise_words(clause: Clause, _problem: Problem, rules: Rules) -> str:
    least = rules.expertise[str(clause.which)]
    if not least:
        return f"any {str(clause.which)!r} capacity, or none, in each cluster"
    return f"at least {shown(least)} of {str(clause.which)!r} capacity in each cluster"


def _group_words(clause: Clause, problem: Problem, rules: Rules) -> str:
    group = getattr(rules, clause.rule)[clause.which]
    verb = "must share a cluster" if clause.rule == "together" else "may not share a cluster"
    return f"{group_name(problem, group)} ({counted(len(set(group)), 'school')}) {verb}"


def _centres_words(_clause: Clause, _problem: Problem, rules: Rules) -> str:
    return f"only {counted(len(set(rules.centres or ())), 'school')} may be a centre"


_WORDS = {
    "n_clusters": _count_words,
    "schools_per_cluster": _size_words,
    "balance": _balance_words,
    "limits": _limit_words,
    "max_travel": _travel_words,
    "contiguous": _contiguous_words,
    "expertise": _expertise_words,
    "together": _group_words,
    "apart": _group_words,
    "centres": _centres_words,
}
