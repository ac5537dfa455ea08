"""The one loop that solves a model, cuts off what is not connected, and solves it again.

Contiguity is written into no model in full: a solution whose clusters fall into parts gets the
separators that it breaks, and the model is solved once more.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from ortools.sat.python import cp_model

from clusters.model.cp_sat import new_solver

__all__ = ["Round", "Stopped", "last_round", "never", "solve_and_cut"]

_S = TypeVar("_S")


class Stopped(Exception):  # noqa: N818 - it is no error: nobody waits for the model any more
    """The model was not finished, as there is no time left to solve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round(Generic[_S]):
    """What came of solving a model once.

    Parameters
    ----------
    verdict
        "found": a solution that needed no cut; "cut": one that did; "none": it is proved that
        there is none; "undecided": neither within the limits.
    solution
        What was read from the solver's values ("found" and "cut").
    best
        Whether no solution of the model as it stands is better: proved.
    bound
        No solution is below it, in the units of the model's objective; minus infinity where
        nothing is known.
    work
        Deterministic time that this round took.
    """

    verdict: Literal["found", "cut", "none", "undecided"]
    solution: _S | None
    best: bool
    bound: float
    work: float


def never() -> bool:
    """Say that nobody asks to stop."""
    return False


def solve_and_cut(
    model: cp_model.CpModel,
    read: Callable[[Callable[[Any], bool]], _S],
    cut: Callable[[_S], int],
    *,
    seeds: Iterator[int] | None = None,
    seconds: float = math.inf,
    work: float = math.inf,
    stop: Callable[[], bool] = never,
    register: Callable[[cp_model.CpSolver | None], None] = lambda _: None,
    linearised: bool = True,
    parameters: Mapping[str, Any] | None = None,
) -> Iterator[Round[_S]]:
    """Solve a model until a solution needs no cut; yield every round as it ends.

    Without any round there was no time for one; where the last is a cut, none for another.

    Parameters
    ----------
    read
        Reads a solution, given what says the value of a variable.
    cut
        Adds to the model what a solution breaks; returns how much that was.
    seeds
        Of the rounds; 1 for each where not given.
    seconds, work
        Limits on wall-clock time and on deterministic time of all rounds together.
    stop
        Asked before each round.
    register
        Given the running solver, so that someone else can stop it, and None after it.
    linearised
        As for `new_solver`.
    parameters
        Further parameters of CP-SAT.
    """
    deadline, spent = time.monotonic() + seconds, 0.0
    seeds = itertools.repeat(1) if seeds is None else seeds
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or spent >= work or stop():
            return
        solver = new_solver(
            seed=next(seeds),
            seconds=left if left < math.inf else None,
            work=work - spent if work < math.inf else None,
            linearised=linearised,
        )
        for name, value in (parameters or {}).items():
            setattr(solver.parameters, name, value)
        register(solver)
        status = solver.solve(model)
        register(None)
        done = _round(solver, status, read, cut)
        spent += done.work
        yield done
        if done.verdict != "cut":
            return


def _round(
    solver: cp_model.CpSolver,
    status: Any,
    read: Callable[[Callable[[Any], bool]], _S],
    cut: Callable[[_S], int],
) -> Round[_S]:
    work = float(solver.response_proto.deterministic_time) + 1e-3
    if status == cp_model.INFEASIBLE:
        return Round(verdict="none", solution=None, best=True, bound=math.inf, work=work)
    known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN)
    bound = float(solver.best_objective_bound) if known else -math.inf
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Round(verdict="undecided", solution=None, best=False, bound=bound, work=work)
    solution = read(solver.boolean_value)
    return Round(
        verdict="cut" if cut(solution) else "found",
        solution=solution,
        best=status == cp_model.OPTIMAL,
        bound=bound,
        work=work,
    )


def last_round(rounds: Iterator[Round[_S]]) -> Round[_S]:
    """Go through all rounds; return the last, or an undecided one where there was none."""
    last: Round[_S] = Round(
        verdict="undecided", solution=None, best=False, bound=-math.inf, work=0.0
    )
    for last in rounds:  # noqa: B007 - the last one is wanted
        pass
    return last
