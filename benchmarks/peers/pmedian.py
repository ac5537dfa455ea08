"""The p-median with bounds as a mixed-integer programme for HiGHS; contiguity is left out.

Source of the model: ReVelle & Swain 1970. It gives a bound that holds with contiguity too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.case import Task
from benchmarks.measuring import NotApplicableError
from benchmarks.peers.balanced import n_clusters

__all__ = ["part"]

MOST_PAIRS = 150_000


def part(task: Task, seconds: float, seed: int) -> tuple[list[int], float | None]:
    """Assign each school to one of exactly k centres, loads within the bounds."""
    import highspy

    n, k = len(task.problem), n_clusters(task)
    if n * n > MOST_PAIRS:
        msg = f"{n * n:,} pairs are too many for the plain model"
        raise NotApplicableError(msg)
    if task.rules.together or task.priorities.balance or task.priorities.pyramids:
        msg = "the plain model knows neither groups nor further priorities"
        raise NotApplicableError(msg)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("random_seed", seed)
    solver.passModel(_model(task, n, k))
    solver.run()
    values = np.array(solver.getSolution().col_value)
    taken = values.reshape(n, n) if len(values) == n * n else np.zeros((n, n))
    if (taken.max(axis=1) < 0.5).any():
        msg = f"HiGHS found no plan in {seconds:.0f} s"
        raise NotApplicableError(msg)
    bound = float(solver.getInfo().mip_dual_bound)
    return [int(j) for j in taken.argmax(axis=1)], bound if np.isfinite(bound) else None


def _model(task: Task, n: int, k: int) -> Any:
    """Variables x[i, j] row by row: school i at centre j."""
    import highspy
    from scipy.sparse import coo_array, eye_array, kron, vstack

    weight = task.problem.measure(task.priorities.travel_by)
    one, column = eye_array(n), np.arange(n)
    opens = coo_array((np.ones(n), (column, column * n + column)), shape=(n, n * n))
    at_own = kron(np.ones((n, 1)), opens)  # row (i, j): x[j, j]
    rows = [
        (kron(one, np.ones((1, n))), 1.0, 1.0),
        (eye_array(n * n) - at_own, -np.inf, 0.0),
        (coo_array(opens.sum(axis=0)[None, :]), float(k), float(k)),
    ]
    for values, low, high in _bounds(task, k):
        loads = kron(values[None, :], one)  # row j: sum over i of values[i] x[i, j]
        if low > 0:
            rows.append((loads - low * opens, 0.0, np.inf))
        if high < np.inf:
            rows.append((loads - high * opens, -np.inf, 0.0))
    matrix = vstack([row for row, _, _ in rows]).tocsc()
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = (weight[:, None] * task.problem.travel).ravel()
    lp.col_lower_, lp.col_upper_ = np.zeros(n * n), np.ones(n * n)
    lp.row_lower_ = np.concatenate([np.full(row.shape[0], low) for row, low, _ in rows])
    lp.row_upper_ = np.concatenate([np.full(row.shape[0], high) for row, _, high in rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
    lp.a_matrix_.value_ = matrix.data
    lp.integrality_ = [highspy.HighsVarType.kInteger] * (n * n)
    return lp


def _bounds(task: Task, k: int) -> list[tuple[Any, float, float]]:
    rows = []
    for name, share in task.rules.balance.items():
        values = task.problem.measure(name)
        mean = float(values.sum()) / k
        rows.append((values, (1 - share) * mean, (1 + share) * mean))
    for name, (low, high) in task.rules.limits.items():
        rows.append(
            (task.problem.measure(name), float(low or 0), np.inf if high is None else float(high))
        )
    return rows
