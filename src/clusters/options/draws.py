"""Draws: what the facts or the priorities could also be, and the plan that is best then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from clusters.domain import PRIORITY_NAMES, IntArray, Plan, Priorities, Problem, Rules, is_number
from clusters.errors import Faults, InfeasibleError, NoPlanError, OutOfTimeError, RulesError
from clusters.measures import matches, overlap, places_of
from clusters.options.near_plans import walked_plans
from clusters.solver import Settings, solve

__all__ = [
    "CAUSES",
    "Case",
    "Drawn",
    "changed_facts",
    "changed_weights",
    "errors_of",
    "placed",
    "solved_draws",
    "walked_draws",
    "weights_of",
]

CAUSES = ("errors", "weights", "near")
"""What may put a school elsewhere, in the order in which it is reported."""
CHAINS, DRAWS_EACH = 10, 10
"""Most walks over near plans, all from the same plan, and the fewest draws of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What every draw begins from; goes to other processes, so maps are left out of the problem.

    Parameters
    ----------
    start
        The plan from which each search begins.
    settings
        Effort of each draw.
    """

    problem: Problem
    rules: Rules
    priorities: Priorities
    start: Plan
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What came of one draw.

    Parameters
    ----------
    groups
        Group of each school, array (n,); None where no plan was found.
    cost
        Of the plan under the facts and priorities of the draw.
    status
        "optimal" (proved), "feasible", "none exists" (proved), "not found", "interrupted", or
        "near" for a plan that is not the best of anything.
    gap
        By what share the plan may be dearer than the best; None where that is not known.
    """

    groups: IntArray | None
    cost: float | None
    status: str
    gap: float | None = None


# ---- what is drawn ------------------------------------------------------------------------------


def errors_of(
    problem: Problem, rules: Rules, priorities: Priorities, errors: float | Mapping[str, float]
) -> dict[str, float]:
    """Return the error of each measure: as given, or one for every measure that plays a part.

    Raises
    ------
    RulesError
        If an error is not a fraction from 0 to below 1, or names what the problem does not have.
    """
    if not isinstance(errors, Mapping):
        used = [priorities.travel_by, *rules.balance, *rules.limits]
        used += [priorities.balance_measure] if priorities.balance else []
        errors = dict.fromkeys((name for name in used if name != "schools"), errors)
    faults = Faults()
    for name, error in errors.items():
        if not is_number(error) or not 0 <= error < 1:
            what = f"the error of {name} is not a fraction from 0 to below 1"
            faults.add(what, "write 5% as 0.05", error)
    if "schools" in errors:
        faults.add('"schools" has no error: it is 1 for each school', "leave it out")
    faults.refuse(RulesError)
    for name in errors:
        problem.measure(name)
    return {name: float(error) for name, error in errors.items()}


def changed_facts(
    problem: Problem, errors: Mapping[str, float], common: float, seed: int, draws: int
) -> Iterator[Problem]:
    """Yield the problem with other numbers: each school's x (1 + own error) x (1 + common error).

    Both errors are uniform between plus and minus their size, independent between measures and
    (the own ones) between schools. The same seed gives the same draw whatever their number.
    """
    for number in range(draws):
        rng = np.random.default_rng([seed, CAUSES.index("errors"), number])
        changed = {}
        for name in sorted(errors):
            own = 1 + errors[name] * rng.uniform(-1, 1, len(problem))
            changed[name] = problem.measures[name] * own * (1 + common * rng.uniform(-1, 1))
        yield problem.with_measures(**changed)


def weights_of(priorities: Priorities) -> list[str]:
    """Return the names of the priorities that have a weight."""
    return [name for name in PRIORITY_NAMES if getattr(priorities, name) > 0]


def changed_weights(
    priorities: Priorities, factor: float, seed: int, draws: int
) -> Iterator[Priorities]:
    """Yield priorities with other weights: each one above 0 times between 1 / factor and factor.

    The logarithm of the multiple is uniform: half and double are equally likely.
    """
    held = weights_of(priorities)
    for number in range(draws):
        rng = np.random.default_rng([seed, CAUSES.index("weights"), number])
        times = np.exp(np.log(factor) * rng.uniform(-1, 1, len(held))).tolist()
        given = zip(held, times, strict=True)
        yield replace(priorities, **{name: getattr(priorities, name) * by for name, by in given})


# ---- what came of it ----------------------------------------------------------------------------


def solved_draws(
    case: Case, changes: Iterable[dict[str, Any]], executor: Executor | None
) -> Iterator[Drawn]:
    """Solve a case again with each of some changes (problem or priorities), in their order."""
    return _run(partial(_solved, case), list(changes), executor)


def _solved(case: Case, change: dict[str, Any]) -> Drawn:
    case = replace(case, **change)
    try:
        result = solve(case.problem, case.rules, case.priorities, case.settings, start=case.start)
    except NoPlanError as error:
        status = "none exists" if isinstance(error, InfeasibleError) else "not found"
        if isinstance(error, OutOfTimeError) and error.interrupted:
            status = "interrupted"
        return Drawn(groups=None, cost=None, status=status)
    if result.stopped == "interrupted":
        return Drawn(groups=None, cost=None, status="interrupted")
    return Drawn(
        groups=places_of(case.problem, result.plan),
        cost=result.objective,
        status=result.status,
        gap=result.gap,
    )


def walked_draws(
    case: Case, limit: float, draws: int, executor: Executor | None
) -> Iterator[Drawn]:
    """Sample plans that cost no more than a limit, by several walks from the start of the case."""
    chains = max(1, min(CHAINS, draws // DRAWS_EACH))
    lengths = [len(part) for part in np.array_split(np.arange(draws), chains)]
    for chain in _run(partial(_walked, case, limit), list(enumerate(lengths)), executor):
        yield from chain


def _walked(case: Case, limit: float, chain: tuple[int, int]) -> list[Drawn]:
    number, draws = chain
    rng = np.random.default_rng([case.settings.seed, CAUSES.index("near"), number])
    plans = walked_plans(
        case.problem, case.rules, case.priorities, case.start, limit, draws=draws, rng=rng
    )
    return [Drawn(groups=groups, cost=cost, status="near") for cost, groups in plans]


def _run(
    work: Callable[[Any], Any], tasks: Sequence[Any], executor: Executor | None
) -> Iterator[Any]:
    """Do each task, here or in an executor; results come in the order of the tasks."""
    if executor is None:
        yield from map(work, tasks)
        return
    futures = [executor.submit(work, task) for task in tasks]
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def placed(base: IntArray, groups: IntArray, k: int) -> IntArray:
    """Give each school the number of the cluster of the given plan that its own one carries on.

    Clusters are matched so that the most schools stay; one that carries on none is k, k + 1 ...
    """
    found = matches(overlap(base, groups))
    new = iter(range(k, k + len(groups)))
    number = {c: found[c] if c in found else next(new) for c in np.unique(groups).tolist()}
    return np.array([number[c] for c in groups.tolist()], dtype=np.int64)
