"""METIS: multilevel graph partitioning (Karypis & Kumar 1998), by pymetis."""

from __future__ import annotations

import numpy as np

from benchmarks.case import Task
from benchmarks.measuring import NotApplicableError
from benchmarks.peers.balanced import balanced_measure, n_clusters

__all__ = ["part"]


def part(task: Task, seconds: float, seed: int) -> tuple[list[int], None]:  # noqa: ARG001 - it takes no time
    """Cut few weighted edges between parts of even weight; near schools have heavy edges."""
    import pymetis

    values, share = balanced_measure(task)
    problem = task.problem
    if problem.edges is None:
        msg = "METIS needs neighbours"
        raise NotApplicableError(msg)
    near: list[list[tuple[int, int]]] = [[] for _ in range(len(problem))]
    scale = float(np.median(problem.distance_m[problem.edges[:, 0], problem.edges[:, 1]])) or 1.0
    for i, j in problem.edges.tolist():
        weight = round(1000 / (1 + float(problem.distance_m[i, j]) / scale))
        near[i].append((j, weight))
        near[j].append((i, weight))
    starts = np.concatenate([[0], np.cumsum([len(row) for row in near])]).tolist()
    options = pymetis.Options(ufactor=max(1, int(1000 * share)), contig=1, seed=seed)
    _, labels = pymetis.part_graph(
        n_clusters(task),
        pymetis.CSRAdjacency(starts, [j for row in near for j, _ in row]),
        vweights=np.rint(values).astype(int).tolist(),
        eweights=[w for row in near for _, w in row],
        recursive=False,
        options=options,
    )
    return list(labels), None
