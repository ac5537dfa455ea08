"""What a meeting is about, and how it can lose its right to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.errors import ClustersError
from clusters.readers.decisions import Decisions
from clusters.workbench import library

__all__ = ["Meeting", "SupersededError"]


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What a meeting is about: what :func:`clusters.workbench.payload.payload` takes."""

    problem: Problem
    rules: Rules
    options: Mapping[str, Plan]
    priorities: Priorities
    money: library.Money | None
    decisions: Decisions | None
    title: str
    audience: str


class SupersededError(ClustersError):
    """The page was opened again elsewhere, or the file was changed by somebody else."""
