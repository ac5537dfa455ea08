"""Reasons why no plan can exist that a calculator shows, with the numbers in the sentence."""

from __future__ import annotations

from dataclasses import replace

from clusters.domain import Problem, Rules
from clusters.errors import InfeasibleError
from clusters.model.arithmetic.checks import CHECKS
from clusters.model.arithmetic.clauses import Clause, clauses_of, describe, without
from clusters.model.arithmetic.facts import Facts, Fix, Reason
from clusters.model.arithmetic.sizes import count_range

__all__ = [
    "Clause",
    "Fix",
    "Reason",
    "clauses_of",
    "counts_to_try",
    "describe",
    "impossibilities",
    "reasons_for",
    "refuse_impossible",
    "without",
]

MOST_REASONS = 6
"""Most reasons in one message."""


def refuse_impossible(problem: Problem, rules: Rules) -> None:
    """Raise InfeasibleError where simple arithmetic shows that no plan can satisfy the rules."""
    reasons = impossibilities(problem, rules)
    if not reasons:
        return
    sentences = [reason.sentence for reason in reasons[:MOST_REASONS]]
    if len(reasons) > MOST_REASONS:
        sentences.append(f"({len(reasons) - MOST_REASONS} further reasons.)")
    clauses = dict.fromkeys(clause for reason in reasons for clause in reason.clauses)
    raise InfeasibleError(
        "No plan can satisfy these rules. " + " ".join(sentences),
        [describe(clause, problem, rules) for clause in clauses],
    )


def impossibilities(problem: Problem, rules: Rules) -> tuple[Reason, ...]:
    """List the reasons why no plan can exist; empty where simple arithmetic finds none.

    Over a range of numbers of clusters: empty unless every number is impossible; reasons that
    hold for all of them first.
    """
    low, high = rules.count_range
    likely = _possible_counts(problem, rules)
    if high < likely.start or low >= likely.stop or not likely:
        # the number nearest to what is possible has the smallest fault
        return reasons_for(problem, rules, high if high < likely.start else low)
    by_count = []
    for k in range(low, min(high, len(problem)) + 1):
        reasons = reasons_for(problem, rules, k)
        if not reasons:
            return ()
        by_count.append(reasons)
    common = set.intersection(*({r.sentence for r in reasons} for reasons in by_count))
    if common:
        return tuple(r for r in by_count[0] if r.sentence in common)
    return tuple(reasons[0] for reasons in by_count)


def counts_to_try(problem: Problem, rules: Rules) -> range:
    """Numbers of clusters asked for that the totals of what is bounded leave possible."""
    (low, high), likely = rules.count_range, _possible_counts(problem, rules)
    return range(max(low, likely.start), min(high + 1, likely.stop))


def _possible_counts(problem: Problem, rules: Rules) -> range:
    """Numbers of clusters that are possible, at the most.

    Bounds that depend on the number itself (balance) are not looked at.
    """
    rules = replace(rules, balance={}, n_clusters=1)
    facts = Facts(problem, rules, 1)
    ranges = [count_range(q, range(len(problem))) for q in facts.quantities]
    able = len({facts.atom_of[p] for p in facts.candidates})
    low = max([1, *(fewest for fewest, _ in ranges)])
    high = min([able, *(most for _, most in ranges)])
    return range(0) if low > high else range(int(low), int(high) + 1)


def reasons_for(problem: Problem, rules: Rules, k: int) -> tuple[Reason, ...]:
    """List the reasons why no plan of k clusters can exist."""
    facts = Facts(problem, rules, k)
    return tuple(reason for check in CHECKS for reason in check(facts))
