"""Reasons why no plan can exist that a calculator shows, with the numbers in the sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from clusters.domain import Clause, Problem, Rules
from clusters.errors import InfeasibleError
from clusters.presolve.altered import Alteration, altered
from clusters.presolve.case import Facts, Fix, Reason
from clusters.presolve.checks import CHECKS
from clusters.presolve.sizes import count_range
from clusters.rulebook import clauses_of, depends_on_count, describe, without
from clusters.text import listed

__all__ = [
    "Alteration",
    "Clause",
    "Fix",
    "Reason",
    "altered",
    "clauses_of",
    "counts_of",
    "counts_to_try",
    "describe",
    "impossibilities",
    "is_refuted",
    "reasons_for",
    "refuse_impossible",
    "united",
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

    Over a range of numbers of clusters: empty unless every number is impossible (see `united`).
    """
    likely, by_count = counts_to_try(problem, rules), {}
    for k in (*likely, *(k for k in counts_of(problem, rules) if k not in likely)):
        by_count[k] = reasons_for(problem, rules, k)
        if not by_count[k]:
            return ()
    return united(dict(sorted(by_count.items())))


def counts_of(problem: Problem, rules: Rules) -> range:
    """Return the numbers of clusters to be looked at: none above the number of schools but one."""
    low, high = rules.count_range
    return range(low, max(low, min(high, len(problem))) + 1)


def united(by_count: Mapping[int, Sequence[Reason]]) -> tuple[Reason, ...]:
    """Put the reasons of several numbers of clusters together.

    Of one number: as they are. Of several: the reasons that hold for all of them; else one reason
    for each number, said for which it holds, every one of which carries the clauses of them all,
    since no fewer of them rule out the whole range. The choice is such that these are few.
    """
    if len(by_count) == 1:
        return tuple(next(iter(by_count.values())))
    common = set.intersection(*({r.sentence for r in reasons} for reasons in by_count.values()))
    if common:
        shared = [r for reasons in by_count.values() for r in reasons if r.sentence in common]
        return tuple(
            replace(first, clauses=_clauses(r for r in shared if r.sentence == first.sentence))
            for first in next(iter(by_count.values()))
            if first.sentence in common
        )
    chosen = min((_chosen(by_count, seed) for seed in by_count), key=lambda c: len(_clauses(c)))
    counts: dict[str, list[int]] = {}
    for k, reason in zip(by_count, chosen, strict=True):
        counts.setdefault(reason.sentence, []).append(k)
    first_of = {reason.sentence: reason for reason in reversed(chosen)}
    clauses = _clauses(chosen)
    return tuple(
        replace(first_of[text], clauses=clauses, sentence=f"With {_counted(held)}: {text}")
        for text, held in counts.items()
    )


def _chosen(by_count: Mapping[int, Sequence[Reason]], seed: int) -> list[Reason]:
    """Choose a reason for each number, that of the seed first, each with few further clauses."""
    taken = set(min(by_count[seed], key=lambda r: len(r.clauses)).clauses)
    chosen = {}
    for k in (seed, *(k for k in by_count if k != seed)):
        chosen[k] = min(by_count[k], key=lambda r: len(set(r.clauses) - taken))
        taken |= set(chosen[k].clauses)
    return [chosen[k] for k in by_count]


def _clauses(reasons: Iterable[Reason]) -> tuple[Clause, ...]:
    return tuple(dict.fromkeys(clause for reason in reasons for clause in reason.clauses))


def _counted(counts: list[int]) -> str:
    """Say which numbers of clusters: "18 to 20 clusters", "18, 19 and 25 clusters"."""
    noun = "cluster" if counts == [1] else "clusters"
    if len(counts) > 2 and counts[-1] - counts[0] == len(counts) - 1:
        return f"{counts[0]} to {counts[-1]} {noun}"
    return f"{listed([str(k) for k in counts])} {noun}"


def counts_to_try(problem: Problem, rules: Rules) -> range:
    """Numbers of clusters asked for that the totals of what is bounded leave possible."""
    (low, high), likely = rules.count_range, _possible_counts(problem, rules)
    return range(max(low, likely.start), min(high + 1, likely.stop))


def _possible_counts(problem: Problem, rules: Rules) -> range:
    """Numbers of clusters that are possible, at the most.

    Bounds that depend on the number itself are not looked at.
    """
    rules = without(rules, *(clause for clause in clauses_of(rules) if depends_on_count(clause)))
    rules = replace(rules, n_clusters=1)
    facts = Facts(problem, rules, 1)
    ranges = [count_range(q, range(len(problem))) for q in facts.quantities]
    able = len({facts.atom_of[p] for p in facts.candidates})
    low = max([1, *(fewest for fewest, _ in ranges)])
    high = min([able, *(most for _, most in ranges)])
    return range(0) if low > high else range(int(low), int(high) + 1)


def is_refuted(problem: Problem, rules: Rules, k: int) -> bool:
    """Whether arithmetic finds a reason why no plan of k clusters can exist; one is enough."""
    facts = Facts(problem, rules, k)
    return any(True for check in CHECKS for _ in check(facts))


def reasons_for(problem: Problem, rules: Rules, k: int) -> tuple[Reason, ...]:
    """List the reasons why no plan of k clusters can exist."""
    facts = Facts(problem, rules, k)
    found = [reason for check in CHECKS for reason in check(facts)]
    first: dict[str, Reason] = {}
    for reason in found:  # two rules may say the same; one of them is reason enough
        first.setdefault(reason.sentence, reason)
    return tuple(first.values())
