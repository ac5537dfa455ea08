"""The one place that makes CP-SAT solvers, so that none of them reaches beyond itself.

CP-SAT can install a SIGINT handler of its own. It aborts Python, and leaves the signal at the
system's default afterwards: Ctrl-C is Python's alone. Python runs its handlers in the main thread
and between two of its own steps, so the main thread must not be inside CP-SAT when one arrives.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

from ortools.sat.python import cp_model

from clusters.model.threads import run_together

__all__ = ["ends_by", "new_solver"]


def ends_by(deadline: float) -> Callable[[Any], None]:
    """Return what to `register` a solver with so that it ends by a moment (of time.monotonic)."""

    def register(solver: Any) -> None:
        if solver is not None and deadline < math.inf:
            solver.parameters.max_time_in_seconds = max(0.01, deadline - time.monotonic())

    return register


class _Solver(cp_model.CpSolver):  # type: ignore[misc]  # ortools comes without types
    """A solver that Ctrl-C ends: in the main thread, it solves in another one."""

    def solve(self, model: Any, solution_callback: Any = None) -> Any:
        """Solve; a KeyboardInterrupt stops the solver before it goes on its way."""
        if threading.current_thread() is not threading.main_thread():
            return super().solve(model, solution_callback)
        status: list[Any] = []

        def run() -> None:
            status.append(super(_Solver, self).solve(model, solution_callback))

        run_together([run], stop=self.stop_search)
        return status[0]


def new_solver(
    *,
    seed: int = 1,
    seconds: float | None = None,
    work: float | None = None,
    linearised: bool = True,
) -> cp_model.CpSolver:
    """Return a solver with one worker, which leaves the process's signal handlers alone.

    Parameters
    ----------
    seconds, work
        Limits on wall-clock time and on CP-SAT's deterministic time (about seconds); None: none.
    linearised
        Whether to put all constraints into the linear relaxation: what one worker needs to prove.
    """
    solver = _Solver()
    solver.parameters.catch_sigint_signal = False
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if linearised:
        solver.parameters.linearization_level = 2
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    if work is not None:
        solver.parameters.max_deterministic_time = work
    return solver
