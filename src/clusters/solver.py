"""Find a plan, prove how good it is, and verify it before it is returned."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Priorities, Problem, Rules, is_number, plan_of
from clusters.domain.checks import check_rules
from clusters.domain.forms import rule_fault
from clusters.errors import ClustersError, Fault, InfeasibleError, OutOfTimeError, RulesError
from clusters.model.threads import run_together
from clusters.presolve import refuse_impossible
from clusters.search.counts import Clock, Counts, Search
from clusters.search.incumbent import TOLERANCE
from clusters.search.short import plan_from
from clusters.search.warm_up import compiling, kept
from clusters.settling import what_would_settle
from clusters.verifier import Certificate, verify

__all__ = ["CountResult", "Progress", "Result", "Settings", "effort", "solve"]

HEARTBEAT_S = 0.5
"""Longest time between two calls of `on_progress`."""
LONG_S = 40.0
"""From this time limit on, what the proof needs is compiled while plans are searched already."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How hard to search.

    Parameters
    ----------
    time_limit_s
        Seconds of wall-clock time; None where `work_limit` is given instead.
    seed
        Whole number of 0 or more.
    workers
        Threads: 1 takes turns between plans and proof, 2 (the default where there are two cores)
        gives each its own, 3 takes the two ways of proof side by side, and each further one
        searches for plans with random numbers of its own.
    work_limit
        Deterministic budget, in units of about a second of one core: the same seed, version and
        machine give the same plan. Runs in one thread.
    stop_at_gap
        Stop as soon as the gap is at most this fraction (0.01 = 1 %).

    Raises
    ------
    RulesError
        Listing every value out of range.
    """

    time_limit_s: float | None = 60.0
    seed: int = 1
    workers: int | None = None
    work_limit: float | None = None
    stop_at_gap: float = 0.0

    def __post_init__(self) -> None:
        faults = []
        if self.time_limit_s is None and self.work_limit is None:
            faults.append(rule_fault("neither time_limit_s nor work_limit is given", "give one"))
        for name in ("time_limit_s", "work_limit"):
            value = getattr(self, name)
            if value is not None and (not is_number(value) or value <= 0):
                faults.append(rule_fault(f"{name} is not a number above 0", "correct it", value))
        for name, least in (("seed", 0), ("workers", 1)):
            value = getattr(self, name)
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if value is not None and not (whole and value >= least):
                faults.append(
                    rule_fault(f"{name} is not a whole number of {least} or more", "mend it", value)
                )
        if not is_number(self.stop_at_gap) or not 0 <= self.stop_at_gap < 1:
            faults.append(
                rule_fault("stop_at_gap is not a fraction from 0 to below 1", "write 1 % as 0.01")
            )
        if faults:
            raise RulesError(faults)


def effort(settings: Settings | None, usual_s: float) -> tuple[float, int]:
    """Return the seconds and the seed of an answer that is given by the clock.

    Where no settings are given, `usual_s` seconds.

    Raises
    ------
    RulesError
        If work is limited in place of time: answers are given by the clock.
    """
    if settings is None:
        return usual_s, Settings().seed
    if settings.time_limit_s is None or settings.work_limit is not None:
        raise RulesError(
            Fault(
                what="settings limit the work, and answers are given by the clock",
                remedy="give settings=Settings(time_limit_s=...) without a work_limit",
            )
        )
    return settings.time_limit_s, settings.seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The state of a running search: seconds so far, phase, objective, bound and gap (or None)."""

    seconds: float
    phase: str
    objective: float | None
    bound: float | None
    gap: float | None
    n_clusters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountResult:
    """What was found for one number of clusters of a range.

    `status` is "optimal", "feasible", "not found", "none exists" (proved), or "not searched": the
    time did not suffice, or the bound shows that no such plan is better than the best.
    """

    n_clusters: int
    status: str
    plan: Plan | None
    objective: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A verified plan and what is known about how good it is.

    Parameters
    ----------
    plan
        The best plan found; it has passed the independent verifier.
    status
        "optimal" - proved: no plan under these rules costs less (by more than one part in ten
        million); or "feasible".
    objective
        Cost of the plan, as the verifier computes it.
    bound
        No plan under these rules can cost less than this; None where nothing is known.
    gap
        (objective - bound) / objective, a fraction; None where there is no bound.
    seconds
        Wall-clock time used, without `compile_seconds`.
    stopped
        Why the search ended: "proved", "gap reached", "time limit", "work limit" or "interrupted".
    history
        (seconds, objective or None, bound or None) at every change, in order.
    certificate
        Of the verifier.
    by_count
        For a range of numbers of clusters, the figures of each.
    reproducible
        Whether the same settings give the same plan again (a work limit, or a proof, decided).
    compile_seconds
        What it took to compile the search, once on a machine, or to load it, once in a process;
        the time limit counts from then.
    """

    plan: Plan
    status: str
    objective: float
    bound: float | None
    gap: float | None
    seconds: float
    stopped: str
    history: tuple[tuple[float, float | None, float | None], ...]
    certificate: Certificate
    by_count: tuple[CountResult, ...] = ()
    reproducible: bool = False
    compile_seconds: float = 0.0

    def summary(self) -> str:
        """Say in one sentence how good the plan is."""
        if self.status == "optimal":
            return "Proved: no plan under these rules is better."
        if self.gap is None:
            return f"Stopped early ({self.stopped}); how much better a plan could be is not known."
        return (
            f"Stopped early ({self.stopped}): no plan under these rules can be more than "
            f"{100 * self.gap:.2f} % better."
        )

    def explain_gap(self) -> str:
        """Say in one sentence what would settle the rest: more time, fewer counts, looser rules."""
        open_counts = [
            count.n_clusters
            for count in self.by_count
            if count.status in ("feasible", "not found", "not searched")
            and (count.bound is None or count.bound < self.objective)
        ]
        gap = 0.0 if self.status == "optimal" else self.gap
        return what_would_settle(gap, self.seconds, self.history, open_counts)


@checked
def solve(
    problem: Problem,
    rules: Rules,
    priorities: Priorities | None = None,
    settings: Settings | None = None,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    start: PlanLike | None = None,
) -> Result:
    """Find the best plan that the time allows, with a bound on how good any plan can be.

    Parameters
    ----------
    problem
        The facts.
    rules
        What the plan must satisfy.
    priorities
        What makes one plan better; by default the journeys weighted by need.
    settings
        How hard to search.
    on_progress
        Called from the calling thread about twice a second. An error in it ends the search, and is
        raised once that has ended.
    start
        A plan to begin from; it may break the rules.

    Returns
    -------
    Result
        The plan has passed `verify`.

    Raises
    ------
    RulesError
        If rules or priorities do not fit the problem.
    InfeasibleError
        If it is proved that no plan satisfies the rules.
    OutOfTimeError
        If no plan was found in time.

    Notes
    -----
    Ctrl-C ends the search and returns the best plan found so far (OutOfTimeError where there is
    none); a second one, or one before the search has begun, is a KeyboardInterrupt. Ctrl-C reaches
    Python's main thread only: called from another thread, the search ends early when `on_progress`
    raises KeyboardInterrupt, or when the main thread has ended. The process is left as it was:
    signal handlers, threads, random state. The very first call on a machine compiles the search
    (half a minute of one core, phase "compiling", kept for later; ``python -m clusters warm`` does
    it beforehand). The time limit counts from then; where it is 40 s or more, what the proof needs
    is compiled while plans are searched already, so that a first one is there after some seconds.
    Of a range of numbers of clusters, those that cannot hold the best plan are not searched.
    Methods and sources: docs/model.md.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [9, 0], [10, 0]],
    ...     {"need": [1, 2, 1, 3]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> result = cl.solve(problem, cl.Rules(n_clusters=2))
    >>> result.status, result.objective
    ('optimal', 2.0)
    """
    start = None if start is None else plan_of(problem, start, "start")
    priorities = Priorities() if priorities is None else priorities
    settings = Settings() if settings is None else settings
    check_rules(problem, rules, priorities)
    refuse_impossible(problem, rules)
    workers = settings.workers or min(2, os.cpu_count() or 1)
    timed = settings.work_limit is None and settings.time_limit_s is not None
    # with little time, or in one thread, the proof would only stand in the way of the plans
    meanwhile = timed and workers > 1 and (settings.time_limit_s or 0.0) >= LONG_S and not kept()
    seconds = _compiled(rules, on_progress, proof=not meanwhile)
    clock = Clock(settings.time_limit_s, settings.work_limit)
    counts = Counts(
        problem,
        rules,
        priorities,
        clock,
        seed=settings.seed,
        workers=workers,
        stop_at_gap=settings.stop_at_gap,
        start=start,
    )
    return replace(_watched(counts, on_progress), compile_seconds=seconds)


# ---- running the search -------------------------------------------------------------------------


def _compiled(
    rules: Rules, on_progress: Callable[[Progress], None] | None, *, proof: bool
) -> float:
    """Compile the search, or load what was compiled before; return the seconds it took."""
    begin = time.monotonic()
    for _ in compiling(proof=proof):
        if on_progress is not None:
            on_progress(
                Progress(
                    seconds=time.monotonic() - begin,
                    phase="compiling",
                    objective=None,
                    bound=None,
                    gap=None,
                    n_clusters=rules.count_range[0],
                )
            )
    return time.monotonic() - begin


def _watched(counts: Counts, on_progress: Callable[[Progress], None] | None) -> Result:
    """Search in other threads: the calling one reports, and is free to notice Ctrl-C.

    All that is done after the search is done there, too, so that no interruption loses the plan.
    """
    clock, results, shown = counts.clock, [], 0.0

    def work() -> None:
        counts.run()
        results.append(_result(counts))

    def interrupted() -> None:
        clock.interrupted = True
        counts.stop()

    def beat() -> None:
        nonlocal shown
        if not threading.main_thread().is_alive():
            interrupted()  # Python is on its way out, and waits for nothing else
        if on_progress is not None and counts.active and clock.seconds - shown >= HEARTBEAT_S:
            shown = clock.seconds
            on_progress(_progress(counts.active, clock))

    run_together([work], stop=counts.stop, beat=beat, interrupted=interrupted)
    return results[0]


def _progress(search: Search, clock: Clock) -> Progress:
    objective, bound = _finite(search.shared.cost), _known(search.shared.bound)
    return Progress(
        seconds=clock.seconds,
        phase=search.phase,
        objective=objective,
        bound=bound,
        gap=_gap(objective, bound),
        n_clusters=search.instance.k,
    )


# ---- the answer ---------------------------------------------------------------------------------


def _result(counts: Counts) -> Result:
    problem, rules, clock = counts.problem, counts.rules, counts.clock
    best = counts.best
    if best is None or best.shared.best is None:
        _give_up(counts)
    plan = plan_from(problem, best.instance, best.shared.best)
    certificate = verify(problem, rules, plan, counts.priorities)
    if not certificate.ok or certificate.objective is None:
        msg = f"the plan found does not pass the verifier: {certificate.summary()}"
        raise ClustersError(msg)
    objective = certificate.objective
    # a count without a plan but not proved empty may hold a better plan: its bound counts too
    searches = counts.searches
    bounds = [np.inf if s.shared.infeasible else s.shared.bound for s in searches]
    bounds += counts.waiting.values()
    proved = all(s.shared.closed() or s.shared.rules_out(objective) for s in searches)
    proved = proved and all(counts.ruled_out(k, TOLERANCE) for k in counts.waiting)
    bound = objective if proved else _known(min(*bounds, objective))
    return Result(
        plan=plan,
        status="optimal" if proved else "feasible",
        objective=objective,
        bound=bound,
        gap=_gap(objective, bound),
        seconds=clock.seconds,
        stopped=_why(proved, counts),
        history=_history(counts),
        certificate=certificate,
        by_count=_by_count(counts) if len(counts.asked) > 1 else (),
        reproducible=clock.deterministic and not clock.interrupted,
    )


def _give_up(counts: Counts) -> NoReturn:
    if not counts.waiting and all(search.shared.infeasible for search in counts.searches):
        msg = "No plan can satisfy these rules: proved. Ask cl.why_no_plan which rules conflict."
        raise InfeasibleError(msg)
    how = f"{counts.clock.seconds:.0f} s"
    if counts.clock.interrupted:
        how = "the search was interrupted"
    msg = (
        f"No plan was found ({how}); whether one exists is not known. Give more time, or ask "
        "cl.why_no_plan which rules conflict."
    )
    raise OutOfTimeError(msg)


def _why(proved: bool, counts: Counts) -> str:
    clock = counts.clock
    if proved:
        return "proved"
    if clock.interrupted:
        return "interrupted"
    if not clock.over():
        return "gap reached"
    return "work limit" if clock.deterministic else "time limit"


def _by_count(counts: Counts) -> tuple[CountResult, ...]:
    searched = {search.instance.k: search for search in counts.searches}
    return tuple(
        _count(counts.problem, searched[k])
        if k in searched
        else CountResult(
            n_clusters=k,
            status="none exists" if counts.waiting.get(k, np.inf) == np.inf else "not searched",
            plan=None,
            objective=None,
            bound=_known(counts.waiting.get(k, -np.inf)),
            gap=None,
        )
        for k in counts.asked
    )


def _count(problem: Problem, search: Search) -> CountResult:
    shared = search.shared
    objective, bound = _finite(shared.cost), _known(shared.bound)
    if shared.closed() and objective is not None:
        bound = objective
    if bound is not None and objective is not None:
        bound = min(bound, objective)
    best = shared.best
    status = "none exists" if shared.infeasible else "not found"
    if best is not None:
        status = "optimal" if shared.closed() else "feasible"
    return CountResult(
        n_clusters=search.instance.k,
        status=status,
        plan=None if best is None else plan_from(problem, search.instance, best),
        objective=objective,
        bound=bound,
        gap=_gap(objective, bound),
    )


def _history(counts: Counts) -> tuple[tuple[float, float | None, float | None], ...]:
    """Merge the histories: the best objective and, over all numbers, the least bound by then."""
    searches = counts.searches
    events = sorted((row[0], s, row) for s, search in enumerate(searches) for row in search.history)
    objective = dict.fromkeys(range(len(searches)), np.inf)
    bound = dict.fromkeys(range(len(searches)), -np.inf)
    waiting = min(counts.waiting.values(), default=np.inf)
    merged = []
    highest = -np.inf
    for seconds, s, row in events:
        objective[s], bound[s] = row[1], row[2]
        best = min(objective.values())
        highest = max(highest, min(*bound.values(), waiting, best))
        merged.append((seconds, _finite(best), _known(highest)))
    return tuple(merged)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _known(bound: float) -> float | None:
    """Give a bound that says something: no cost is ever below nothing."""
    return float(bound) if np.isfinite(bound) and bound >= 0 else None


def _gap(objective: float | None, bound: float | None) -> float | None:
    if objective is None or bound is None:
        return None
    if objective == 0:
        return 0.0
    return max(0.0, (objective - bound) / abs(objective))
