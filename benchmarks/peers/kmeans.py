"""k-means with bounds on the number of schools (Bradley, Bennett & Demiriz 2000)."""

from __future__ import annotations

import math

from benchmarks.case import Task
from benchmarks.peers.balanced import balanced_measure, n_clusters

__all__ = ["part"]


def part(task: Task, seconds: float, seed: int) -> tuple[list[int], None]:  # noqa: ARG001 - it takes no time
    """Balance the number of schools, the only thing it can, within the fraction allowed."""
    from k_means_constrained import KMeansConstrained

    _, share = balanced_measure(task)
    k, n = n_clusters(task), len(task.problem)
    model = KMeansConstrained(
        n_clusters=k,
        size_min=max(1, math.floor((1 - share) * n / k)),
        size_max=math.ceil((1 + share) * n / k),
        random_state=seed,
        n_init=10,
    )
    return [int(label) for label in model.fit_predict(task.problem.xy_m)], None
