"""What a benchmark is: a named task, how to load it, and what is known about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clusters import Priorities, Problem, Rules

__all__ = ["Case", "Known", "Task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A problem with its policy; `per` divides the cost for people ("metres per pupil")."""

    problem: Problem
    rules: Rules
    priorities: Priorities
    per: float = 1.0
    unit: str = "cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The best cost that anyone has published or found, whether it is proved, and where from."""

    value: float
    proved: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One benchmark of a family."""

    family: str
    name: str
    load: Callable[[], Task]
    known: Known | None = None
