"""Numbers, rules and proofs in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from clusters.domain import RULEBOOK, Clause, Priorities, Problem, Rules, SchoolId
from clusters.need_types import NEED_TYPES
from clusters.rulebook import clauses_of, counted_of, rule_of
from clusters.text import clean

MEASURE_NAMES: Mapping[str, str] = {
    "schools": "schools",
    "pupils": "pupils",
    "ehcps": "EHC plans",
    "sen_support": "pupils with SEN support",
    "need": "units of need",
    "topup_pence": "top-up money today",
}


ENDLESS = "cannot be worked out: somebody has nothing"
"""What stands for an index of fairness that has no value where a share is 0."""


def measure_name(measure: str) -> str:
    """Name of a measure for a reader.

    Examples
    --------
    >>> measure_name("ehcps"), measure_name("free_meals"), measure_name("ehcps_asd")
    ('EHC plans', 'free meals', 'EHC plans for autistic spectrum disorder')
    """
    for prefix in ("ehcps", "sen_support"):
        kind = measure.removeprefix(prefix + "_")
        if kind in NEED_TYPES:
            return f"{MEASURE_NAMES[prefix]} for {NEED_TYPES[kind]}"
    return MEASURE_NAMES.get(measure, clean(measure).replace("_", " "))


def need_name(kind: str) -> str:
    """Name of a type of need for a reader."""
    return NEED_TYPES.get(kind, clean(kind))


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with thousands marked; "not known" for None.

    Examples
    --------
    >>> number(12345.6), number(0.25, 2), number(None)
    ('12,346', '0.25', 'not known')
    """
    if value is None:
        return "not known"
    return "without limit" if math.isinf(value) else f"{value:,.{decimals}f}"


def plain_number(value: float) -> str:
    """Write a number without needless decimals."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def percent(fraction: float, decimals: int = 0) -> str:
    """Write a fraction of one as a percentage.

    Examples
    --------
    >>> percent(0.25), percent(0.0083, 1)
    ('25%', '0.8%')
    """
    return f"{100 * fraction:,.{decimals}f}%"


def percent_up(fraction: float) -> str:
    """Write a gap as a percentage, rounded up: a proof must never claim more than it has.

    Examples
    --------
    >>> percent_up(0.00801), percent_up(0.008)
    ('0.9%', '0.8%')
    """
    return percent(math.ceil(1000 * fraction - 1e-9) / 1000, 1)


def journey(length: float | None, unit: str = "m") -> str:
    """Write a journey in kilometres or minutes.

    Examples
    --------
    >>> journey(1234.0), journey(12.3, "min"), journey(float("inf"))
    ('1.2 km', '12 minutes', 'no way there')
    """
    if length is None:
        return "not known"
    if not math.isfinite(length):
        return "no way there"
    return f"{length / 1000:,.1f} km" if unit == "m" else f"{length:,.0f} minutes"


def capital(words: str) -> str:
    """Start words with a capital letter."""
    return words[:1].upper() + words[1:]


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Count things.

    Examples
    --------
    >>> plural(1, "school"), plural(1200, "school"), plural(2, "pony", "ponies")
    ('1 school', '1,200 schools', '2 ponies')
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def listed(items: Sequence[str]) -> str:
    """Join words with commas and "and": all of them, for a paper hides none.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def rule_sentences(problem: Problem, rules: Rules) -> list[tuple[str, str]]:
    """Say each rule that is asked for: pairs of the rule's name and one sentence."""
    said = [
        (rule.name, sentence) for rule in RULEBOOK for sentence in _said(problem, rules, rule.name)
    ]
    return [*said, *(("exceptions", words) for words in _exception_words(problem, rules))]


def _said(problem: Problem, rules: Rules, name: str) -> Iterator[str]:
    """Say a rule in the words of the papers; where they have none, in those of the rulebook."""
    if name in _SENTENCES:
        yield from _SENTENCES[name](problem, rules)
        return
    for clause in clauses_of(rules):
        if clause.rule == name:
            yield f"{capital(rule_of(clause).sentence(clause, problem, rules))}."


def _between(low: float | None, high: float | None, what: str) -> str:
    if low is None and high is None:
        return f"any number of {what}"
    if low is None:
        return f"at most {plain_number(high or 0)} {what}"
    if high is None:
        return f"at least {plain_number(low)} {what}"
    return f"between {plain_number(low)} and {plain_number(high)} {what}"


def _count_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    low, high = rules.count_range
    if low == high:
        yield f"There are exactly {low:,} clusters." if low != 1 else "There is one cluster."
    else:
        yield f"There are between {low:,} and {high:,} clusters."


def _size_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    if rules.schools_per_cluster is not None:
        low, high = rules.schools_per_cluster
        yield f"A cluster has {_between(low, high, 'schools')}."


def _balance_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    for measure, fraction in rules.balance.items():
        yield (
            f"The {measure_name(measure)} of a cluster are no more than {percent(fraction)} above "
            "or below those of the average cluster."
        )


def _limit_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    for measure, (low, high) in rules.limits.items():
        yield f"A cluster has {_between(low, high, measure_name(measure))}."


def _travel_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    for length, unit in ((rules.max_travel_m, "m"), (rules.max_travel_min, "min")):
        if length is not None:
            yield f"No school is more than {journey(length, unit)} from the centre of its cluster."


def _contiguous_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    if rules.contiguous:
        yield (
            "Each cluster is in one piece: you can go from any of its schools to any other by way "
            "of neighbouring schools of the same cluster."
        )


def _expertise_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    for kind, least in rules.expertise.items():
        yield (
            f"Each cluster holds expertise for {need_name(kind)}: at least {plain_number(least)}."
        )


def _group_words(
    problem: Problem, groups: Sequence[Sequence[SchoolId]], what: str
) -> Iterator[str]:
    pyramids = {frozenset(members): name for name, members in problem.pyramids.items()}
    for group in groups:
        name = pyramids.get(frozenset(group))
        names = listed([school_name(problem, key) for key in group])
        who = f"The {len(group)} schools of the {clean(name)} pyramid" if name else "These schools"
        yield f"{who} {what}: {names}."


def _centre_words(_problem: Problem, rules: Rules) -> Iterator[str]:
    if rules.centres is not None:
        yield f"The centre of a cluster is one of {plural(len(rules.centres), 'named school')}."


_SENTENCES: Mapping[str, Callable[[Problem, Rules], Iterator[str]]] = {
    "n_clusters": _count_words,
    "schools_per_cluster": _size_words,
    "balance": _balance_words,
    "limits": _limit_words,
    "max_travel": _travel_words,
    "contiguous": _contiguous_words,
    "expertise": _expertise_words,
    "together": lambda p, rules: _group_words(p, rules.together, "stay in one cluster"),
    "apart": lambda p, rules: _group_words(p, rules.apart, "are all in different clusters"),
    "centres": _centre_words,
}
_EXCUSED = {rule.name: rule.excused for rule in RULEBOOK if rule.excused is not None}


def _exception_words(problem: Problem, rules: Rules) -> Iterator[str]:
    for key, excuse in rules.exceptions.items():
        what = listed([_EXCUSED[name] + _instead(name, excuse[name]) for name in excuse])
        yield f"An exception: the cluster of {school_name(problem, key)} is excused from {what}."


def _instead(rule: str, bounds: Any) -> str:
    """Say the looser bound that holds instead of a rule."""
    if bounds is None:
        return ""
    if rule == "balance":
        parts = [
            f"{measure_name(m)} may differ by {'any amount' if f is None else percent(f)}"
            for m, f in bounds.items()
        ]
        return f" ({listed(parts)})"
    if rule == "max_travel":
        return f" (instead: {plain_number(bounds)})"
    named = bounds if isinstance(bounds, Mapping) else {None: bounds}
    parts = [_other_bound(Clause(rule, name), bound) for name, bound in named.items()]
    return f" (instead: {listed(parts)})"


def _other_bound(clause: Clause, bound: Any) -> str:
    """Say the bound of one clause that holds instead."""
    measured = rule_of(clause).fits == "measure"
    what = measure_name(str(clause.which)) if measured else counted_of(clause)
    low, high = bound if isinstance(bound, tuple) else (bound, None)
    return _between(low, high, what)


def school_name(problem: Problem, key: SchoolId) -> str:
    """Name of a school, or its id where the problem does not have it."""
    position = problem.find(key)
    return clean(key) if position is None else clean(problem.schools[position].name)


def priority_sentences(priorities: Priorities, unit: str = "m") -> list[str]:
    """Say what makes one plan better than another."""
    per = "km" if unit == "m" else "minute"
    sentences = []
    if priorities.travel:
        weight = (
            "each school counted once"
            if priorities.travel_by == "schools"
            else f"each school counted by its {measure_name(priorities.travel_by)}"
        )
        sentences.append(f"Short journeys to the centre of the cluster, {weight}.")
    prices = (
        (priorities.balance, f"Even clusters, by {measure_name(priorities.balance_measure)}"),
        (priorities.expertise, "Expertise within the cluster for each type of need"),
        (priorities.pyramids, "Pyramids kept in one piece"),
        (priorities.change, "Few schools changing group"),
    )
    sentences += [
        f"{what} (price: {plain_number(price)} {per} of travel)." for price, what in prices if price
    ]
    return sentences


def only_travel(priorities: Priorities | None) -> bool:
    """Whether journeys are the only priority."""
    return priorities is None or not (
        priorities.balance or priorities.expertise or priorities.pyramids or priorities.change
    )


def proof_sentence(result: Any, priorities: Priorities | None = None) -> str:
    """Say what has been proved of a result, and no more.

    Parameters
    ----------
    result
        A `Result` of `solve`, or None for a plan that was not searched for.
    """
    if result is None:
        return (
            "This plan was given, not searched for, so nothing is proved here about how much "
            "better another plan could be."
        )
    better = "shorter journeys" if only_travel(priorities) else "a lower cost"
    if result.status == "optimal":
        return (
            f"This is the best plan there is: it is proved that no plan that keeps all the rules "
            f"has {better}."
        )
    if getattr(result, "is_withheld", False):
        return (
            "How near this plan is to the best possible is not shown: the search used numbers that "
            "are hidden here."
        )
    gap = result.gap
    if gap is None or result.bound is None:
        return (
            "The search was stopped before anything could be proved about how much better another "
            "plan could be."
        )
    than = (
        "journeys more than {} shorter"
        if only_travel(priorities)
        else "a cost more than {} lower, all priorities taken together"
    )
    return f"No plan that keeps all the rules can have {than.format(percent_up(gap))}."
