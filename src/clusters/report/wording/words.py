"""Numbers, rules and proofs in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from clusters.domain import RULEBOOK, Capacity, Clause, Priorities, Problem, Rules, SchoolId
from clusters.money import pounds
from clusters.need_types import NEED_TYPES
from clusters.rulebook import Rule, changed, clauses_of, counted_of, entry_of, rule_of
from clusters.text import MEASURE_WORDS, all_listed, amount, clean, shown

MEASURE_NAMES = {**MEASURE_WORDS, "topup_pence": "top-up money today"}


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


def one_of(measure: str) -> str:
    """Name one of what a measure counts: "EHC plan", "pupil with SEN support"."""
    return amount(1, measure_name(measure)).removeprefix("1 ")


def need_name(kind: str) -> str:
    """Name of a type of need for a reader."""
    return NEED_TYPES.get(kind, clean(kind))


def amounts(held: Iterable[Capacity]) -> str:
    """Add expertise up, unit by unit: "4 staff days, 10 places"."""
    sums: dict[str, float] = {}
    for capacity in held:
        sums[capacity.unit] = sums.get(capacity.unit, 0.0) + capacity.amount
    return ", ".join(f"{shown(sum_)} {clean(unit)}" for unit, sum_ in sums.items() if sum_)


def number(value: float | None, decimals: int = 0) -> str:
    """Write a number with thousands marked; "not known" for None and NaN.

    Examples
    --------
    >>> number(12345.6), number(0.25, 2), number(None)
    ('12,346', '0.25', 'not known')
    """
    if value is None or value != value:
        return "not known"
    return "without limit" if math.isinf(value) else f"{value:,.{decimals}f}"


def plain_number(value: float) -> str:
    """Write a number without needless decimals."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def whole_pounds(pence: float | Fraction) -> str:
    """Write a sum in whole pounds: what is simulated or planned ahead has no pence.

    Examples
    --------
    >>> whole_pounds(123456)
    '£1,235'
    """
    return pounds(100 * round(pence / 100)).removesuffix(".00")


def percent(fraction: float | None, decimals: int = 0) -> str:
    """Write a fraction of one as a percentage; "not known" for None and NaN.

    Examples
    --------
    >>> percent(0.25), percent(0.0083, 1)
    ('25%', '0.8%')
    """
    if fraction is None or fraction != fraction:
        return "not known"
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
    if length is None or length != length:
        return "not known"
    if not math.isfinite(length):
        return "no way there"
    return f"{length / 1000:,.1f} km" if unit == "m" else f"{length:,.0f} minutes"


def journeys_by(measure: str) -> str:
    """Say what a mean journey counts: it is never left to the reader to guess."""
    each = "once" if measure == "schools" else f"by its {measure_name(measure)}"
    return f"In mean journeys each school counts {each}."


def capital(words: str) -> str:
    """Start words with a capital letter."""
    return words[:1].upper() + words[1:]


def rule_sentences(problem: Problem, rules: Rules) -> list[tuple[str, str]]:
    """Say each rule that is asked for, as the rulebook does: pairs of its name and a sentence."""
    said = [
        (clause.rule, f"{capital(_rule_words(problem, rules, clause))}.")
        for clause in clauses_of(rules)
    ]
    return [*said, *(("exceptions", words) for words in _exception_words(problem, rules))]


def _rule_words(problem: Problem, rules: Rules, clause: Clause) -> str:
    rule = rule_of(clause)
    sentence = rule.sentence(clause, problem, rules)
    if rule.fits == "type":
        kind = str(clause.which)
        sentence = sentence.replace(counted_of(clause), f"capacity for {need_name(kind)}")
    if rule.form.parts == "groups":  # the rulebook names a pyramid, or the first few schools
        names = [school_name(problem, key) for key in entry_of(rules, clause)]
        if not all(name in sentence for name in names):
            sentence += f": {all_listed(names)}"
    return sentence


def _exception_words(problem: Problem, rules: Rules) -> Iterator[str]:
    for key, excuses in rules.exceptions.items():
        what = [
            f"{rule.excused}{_instead(problem, rules, rule, excuses[rule.name])}"
            for rule in RULEBOOK
            if rule.name in excuses
        ]
        yield (
            f"An exception: the cluster of {school_name(problem, key)} is excused from "
            f"{all_listed(what)}."
        )


def _instead(problem: Problem, rules: Rules, rule: Rule, bounds: Any) -> str:
    """Say the looser bound that holds instead of a rule."""
    if bounds is None:
        return ""
    if rule.form.parts == "names":
        loose = [(Clause(rule.name, name), bound) for name, bound in bounds.items()]
    else:
        loose = [(Clause(rule.name), bounds)]
    said = [
        "no limit" if bound is None else _rule_words(problem, changed(rules, clause, bound), clause)
        for clause, bound in loose
    ]
    return f" (instead: {all_listed(said)})"


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
