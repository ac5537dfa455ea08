"""Run a case, with `solve` or with a peer, and write down the same figures for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import clusters as cl
from benchmarks.case import Case, Task
from benchmarks.row import Row, cores, machine, now, versions

__all__ = ["Curve", "NotApplicableError", "Peer", "run_case", "run_peer"]


class NotApplicableError(Exception):
    """A peer cannot express a task, or found nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool: its name, the package it needs, and a function that parts the schools.

    `part` takes (task, seconds, seed) and returns the cluster number of each school and, where
    the tool gives one, a bound on the cost.
    """

    name: str
    package: str
    part: Callable[[Task, float, int], tuple[Sequence[int], float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How objective and bound went over time, for the pictures."""

    case: str
    seed: int
    per: float
    unit: str
    known: float | None
    points: tuple[tuple[float, float | None, float | None], ...]


def run_case(case: Case, *, seconds: float, seed: int, workers: int | None) -> tuple[Row, Curve]:
    """Let `solve` work on a case."""
    task = case.load()
    settings = cl.Settings(time_limit_s=seconds, seed=seed, workers=workers)
    common = _common(case, task, "clusters", seconds, seed)
    shown: dict[str, Any] = {
        "case": case.name,
        "seed": seed,
        "per": task.per,
        "unit": task.unit,
        "known": case.known.value if case.known else None,
    }
    begin = time.process_time()
    try:
        result = cl.solve(task.problem, task.rules, task.priorities, settings)
    except cl.NoPlanError as error:
        row = Row(**common, seconds=seconds, status=f"no plan: {error}")
        return row, Curve(**shown, points=())
    spent = time.process_time() - begin
    first = next((at for at, objective, _ in result.history if objective is not None), None)
    row = Row(
        **common,
        seconds=result.seconds,
        status=result.status,
        cpu_s=spent,
        bound=result.bound,
        gap=result.gap,
        first_plan_s=first,
        objective_at_10_s=_value_at(result, 10.0),
        objective_at_15_s=_value_at(result, 15.0),
        **_figures(case, task, result.plan),
    )
    points = (*result.history, (result.seconds, result.objective, result.bound))
    return row, Curve(**shown, points=points)


def run_peer(case: Case, peer: Peer, *, seconds: float, seed: int) -> Row:
    """Let a peer work on a case; what it returns is centred and measured as our own plans are."""
    task = case.load()
    common = _common(case, task, peer.name, seconds, seed, peer.package)
    begin = time.monotonic()
    try:
        labels, bound = peer.part(task, seconds, seed)
    except NotApplicableError as error:
        return Row(**common, seconds=time.monotonic() - begin, status=f"not run: {error}")
    spent = time.monotonic() - begin
    figures = _figures(case, task, centred(task, labels))
    objective = figures["objective"]
    gap = None if bound is None or not objective else (objective - bound) / objective
    return Row(**common, seconds=spent, status="found", bound=bound, gap=gap, **figures)


def centred(task: Task, labels: Sequence[int]) -> cl.Plan:
    """Make a plan of cluster numbers: the centre is the member with the least weighted travel."""
    problem, groups = task.problem, np.asarray(labels)
    weight = problem.measure(task.priorities.travel_by)
    clusters = []
    for number in np.unique(groups).tolist():
        members = np.flatnonzero(groups == number)
        sums = weight[members] @ problem.travel[np.ix_(members, members)]
        centre = int(members[int(np.argmin(sums))])
        ids = tuple(problem.ids[p] for p in members.tolist())
        clusters.append(cl.Cluster(str(number), problem.ids[centre], ids))
    return cl.Plan(tuple(clusters))


def _common(
    case: Case, task: Task, method: str, seconds: float, seed: int, *packages: str
) -> dict[str, Any]:
    low, high = task.rules.count_range
    return {
        "date": now(),
        "machine": machine(),
        "cores": cores(),
        "versions": versions(*packages),
        "seed": seed,
        "family": case.family,
        "case": case.name,
        "method": method,
        "schools": len(task.problem),
        "clusters_asked": str(low) if low == high else f"{low}-{high}",
        "limit_s": seconds,
        "known": case.known.value if case.known else None,
        "known_proved": case.known.proved if case.known else None,
        "per": task.per,
        "unit": task.unit,
    }


def _figures(case: Case, task: Task, plan: cl.Plan) -> dict[str, Any]:
    """Say what the verifier makes of a plan, and how even its clusters are."""
    certificate = cl.verify(task.problem, task.rules, plan, task.priorities)
    objective = certificate.objective
    known = case.known.value if case.known else None
    lowest, highest = _evenness(task, plan)
    broken = {finding.rule for finding in certificate.findings}
    return {
        "keeps_rules": certificate.ok,
        "contiguous": "contiguous" not in broken if task.rules.contiguous else None,
        "clusters": len(plan.clusters),
        "objective": objective,
        "deviation": None if known is None or objective is None else objective / known - 1,
        "lowest_balance": lowest,
        "highest_balance": highest,
    }


def _evenness(task: Task, plan: cl.Plan) -> tuple[float | None, float | None]:
    """Lowest and highest cluster against the mean, over the balanced measures, as fractions."""
    names = list(task.rules.balance)
    if not names:
        return None, None
    off: list[float] = []
    for name in names:
        values = task.problem.measure(name)
        sums = np.array(
            [sum(values[task.problem.position(s)] for s in c.members) for c in plan.clusters]
        )
        off += (sums / (values.sum() / len(sums)) - 1).tolist()
    return min(off), max(off)


def _value_at(result: cl.Result, seconds: float) -> float | None:
    """Objective after so many seconds; None where the search was stopped before."""
    if result.seconds < seconds and result.status != "optimal":
        return None
    reached = [value for at, value, _ in result.history if at <= seconds and value is not None]
    return reached[-1] if reached else None
