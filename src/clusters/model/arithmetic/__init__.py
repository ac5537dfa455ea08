"""Reasons why no plan can exist that a calculator shows, with the numbers in the sentence."""

from __future__ import annotations

from clusters.domain import Problem, Rules
from clusters.errors import InfeasibleError
from clusters.model.arithmetic.checks import CHECKS
from clusters.model.arithmetic.clauses import Clause, clauses_of, describe, without
from clusters.model.arithmetic.facts import Facts, Fix, Reason

__all__ = [
    "Clause",
    "Fix",
    "Reason",
    "clauses_of",
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
    by_count = []
    for k in range(low, high + 1):
        reasons = reasons_for(problem, rules, k)
        if not reasons:
            return ()
        by_count.append(reasons)
    common = set.intersection(*({r.sentence for r in reasons} for reasons in by_count))
    if common:
        return tuple(r for r in by_count[0] if r.sentence in common)
    return tuple({reasons[0].sentence: reasons[0] for reasons in by_count}.values())


def reasons_for(problem: Problem, rules: Rules, k: int) -> tuple[Reason, ...]:
    """List the reasons why no plan of k clusters can exist."""
    facts = Facts(problem, rules, k)
    found = [reason for check in CHECKS for reason in check(facts)]
    first: dict[str, Reason] = {}
    for reason in found:  # two rules may say the same; one of them is reason enough
        first.setdefault(reason.sentence, reason)
    return tuple(first.values())
