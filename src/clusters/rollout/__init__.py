"""A start in steps: which clusters of a plan begin when, and what each of the others waits for."""

from clusters.rollout.checking import StartFinding, check_starts
from clusters.rollout.choosing import choose_starts
from clusters.rollout.order import Start, StartOrder, YearOfMoney
from clusters.rollout.terms import StartRules

__all__ = [
    "Start",
    "StartFinding",
    "StartOrder",
    "StartRules",
    "YearOfMoney",
    "check_starts",
    "choose_starts",
]
