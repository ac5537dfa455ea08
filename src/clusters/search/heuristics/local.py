"""A short walk from a draft to a plan near it; and ways to run a stage and count its work."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TypeVar

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.arrays import Tables
from clusters.search.heuristics.annealing import Walk, anneal

if TYPE_CHECKING:
    import numpy as np

    from clusters.search.incumbent import Shared
    from clusters.search.solution import Found

__all__ = ["counted", "finished", "walked", "wander"]

Outcome = TypeVar("Outcome")

WARM = 0.3
"""First temperature of a walk (see `anneal`): clusters keep their places, borders move."""
PROPOSALS = 10
"""Shifts proposed for each step that a caller asks for."""


def wander(
    instance: Instance,
    tables: Tables,
    labels: IntArray,
    rng: np.random.Generator,
    *,
    steps: int,
    patience: int,
    hot: float = WARM,
    stop: Callable[[], bool] = lambda: False,
) -> Walk:
    """Walk from a draft to a plan that keeps every rule.

    Parameters
    ----------
    labels
        Cluster number of each atom, array (n,); may break rules, no cluster empty.
    steps
        Most steps.
    patience
        Steps without a better plan after which to stop, once there is one.
    """
    return finished(
        anneal(
            instance,
            tables,
            labels,
            rng,
            steps=PROPOSALS * steps,
            hot=hot,
            patience=PROPOSALS * patience,
            stop=stop,
        )
    )


def walked(shared: Shared, labels: IntArray, rng: np.random.Generator) -> Found | None:
    """Walk from a draft to a plan that keeps every rule; None where there is none near."""
    n = shared.instance.n
    return wander(
        shared.instance,
        shared.tables,
        labels,
        rng,
        steps=400 + 20 * n,
        patience=200 + 2 * n,
        stop=shared.stop,
    ).found


def counted(
    stage: Generator[float, None, Outcome],
) -> Generator[float, None, tuple[Outcome, float]]:
    """Pass on the work of a stage as it is done; return what came of it, and the work in all."""
    total = 0.0
    while True:
        try:
            work = next(stage)
        except StopIteration as end:
            return end.value, total
        total += work
        yield work


def finished(stage: Generator[float, None, Outcome]) -> Outcome:
    """Run a stage to its end and return what came of it."""
    while True:
        try:
            next(stage)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
