"""Reasons why no plan can exist that a calculator shows, with the numbers in the sentence."""

from __future__ import annotations

from clusters.domain import Problem, Rules
from clusters.errors import InfeasibleError

__all__ = ["impossibilities", "refuse_impossible"]


def refuse_impossible(problem: Problem, rules: Rules) -> None:
    """Raise InfeasibleError where simple arithmetic shows that no plan can satisfy the rules."""
    reasons = impossibilities(problem, rules)
    if reasons:
        raise InfeasibleError("No plan can satisfy these rules. " + " ".join(reasons), reasons)


def impossibilities(problem: Problem, rules: Rules) -> tuple[str, ...]:
    """Say in sentences why no plan can exist; empty where simple arithmetic finds no reason."""
    low, _ = rules.count_range
    if low > len(problem):
        return (f"{low} clusters are asked for, but there are only {len(problem)} schools.",)
    return ()
