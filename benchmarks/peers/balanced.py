"""The one measure that a peer can balance, and by how much."""

from __future__ import annotations

from benchmarks.case import Task
from benchmarks.measuring import NotApplicableError
from clusters.domain import FloatArray

__all__ = ["balanced_measure", "n_clusters"]


def balanced_measure(task: Task) -> tuple[FloatArray, float]:
    """Return the first measure to be balanced, and the fraction allowed from its mean."""
    for name, share in task.rules.balance.items():
        return task.problem.measure(name), float(share)
    msg = "the task balances no measure"
    raise NotApplicableError(msg)


def n_clusters(task: Task) -> int:
    """Return the number of clusters, which must be exact."""
    low, high = task.rules.count_range
    if low != high:
        msg = "the tool needs an exact number of clusters"
        raise NotApplicableError(msg)
    return int(low)
