"""Find a plan, prove how good it is, and verify it before it is returned."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Priorities, Problem, Rules, is_number, plan_of
from clusters.domain.checks import check_rules
from clusters.domain.policy import rule_fault
from clusters.errors import ClustersError, InfeasibleError, OutOfTimeError, RulesError
from clusters.model.arithmetic import refuse_impossible
from clusters.model.instance import Instance, compile_instance
from clusters.naming import name_clusters
from clusters.search.found import Found
from clusters.search.improve import improve
from clusters.search.prove import prove
from clusters.search.start import from_plan
from clusters.search.state import Shared
from clusters.search.warm import warm_up
from clusters.verifier import Certificate, verify

__all__ = ["CountResult", "Progress", "Result", "Settings", "solve"]

HEARTBEAT_S = 0.5
"""Longest time between two calls of `on_progress`."""


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
        gives each its own, more add further searchers.
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
    """What was found for one number of clusters of a range."""

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
        Wall-clock time used.
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
        Called from the calling thread about twice a second.
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
    Ctrl-C ends the search and returns the best plan found so far. The very first call on a machine
    compiles the search (about a minute, kept for later); the time limit counts from then.
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
    low, high = rules.count_range
    warm_up()
    clock = _Clock(settings)
    searches = [
        _Search(compile_instance(problem, rules, priorities, k), settings, clock)
        for k in range(low, high + 1)
    ]
    for search in searches:
        if start is not None:
            given = from_plan(
                search.instance,
                search.shared.tables,
                problem,
                start,
                np.random.default_rng(settings.seed),
            )
            search.shared.submit(given, "given plan")
    _run(searches, settings, clock, on_progress)
    return _result(problem, rules, priorities, searches, clock)


# ---- running the stages -------------------------------------------------------------------------


class _Clock:
    """Time and work used, and why the search ended."""

    def __init__(self, settings: Settings) -> None:
        self.begin = time.monotonic()
        self.deadline = np.inf
        if settings.time_limit_s is not None and settings.work_limit is None:
            self.deadline = self.begin + settings.time_limit_s
        self.work = 0.0
        self.work_limit = settings.work_limit or np.inf
        self.interrupted = False
        self.deterministic = settings.work_limit is not None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begin

    def over(self) -> bool:
        return (
            self.interrupted or self.work >= self.work_limit or (time.monotonic() > self.deadline)
        )


@dataclass(slots=True, eq=False)
class _Search:
    """One number of clusters: what its stages share, and the stages as generators."""

    instance: Instance
    settings: Settings
    clock: _Clock
    shared: Shared = field(init=False)
    stages: list[Iterator[float]] = field(init=False)
    work: list[float] = field(init=False)
    phase: str = "start"
    history: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shared = Shared(self.instance, on_news=self._note)
        self.shared.stop_at_gap = self.settings.stop_at_gap
        workers = self.settings.workers or min(2, os.cpu_count() or 1)
        seeds = np.random.SeedSequence(self.settings.seed).spawn(max(2, workers))
        generators = [np.random.default_rng(seed) for seed in seeds]
        self.stages = [improve(self.shared, generators[0]), prove(self.shared, generators[1])]
        if not self.clock.deterministic:
            self.stages += [improve(self.shared, generator) for generator in generators[2:]]
        self.work = [0.0] * len(self.stages)

    def _note(self, phase: str) -> None:
        self.phase = phase
        self.history.append((self.clock.seconds, self.shared.target, self.shared.bound))

    def advance(self, which: int) -> bool:
        """Let one stage do a slice of work; false where it has ended."""
        try:
            spent = next(self.stages[which])
        except StopIteration:
            return False
        self.work[which] += spent
        self.clock.work += spent
        return True


def _run(
    searches: list[_Search],
    settings: Settings,
    clock: _Clock,
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Give every number of clusters its share of the time, most promising first at the end."""
    workers = settings.workers or min(2, os.cpu_count() or 1)
    together = clock.deterministic or workers == 1
    rounds = 1 if len(searches) == 1 else 3
    for turn in range(rounds):
        queue = _worth_while(searches)
        if turn == rounds - 1 and rounds > 1:
            queue = queue[: max(1, len(queue) // 2)]
        for place, search in enumerate(queue):
            left = (rounds - turn) * len(queue) - place if turn < rounds - 1 else len(queue) - place
            _allot(search, clock, left)
            if together:
                _take_turns(search, clock, on_progress)
            else:
                _side_by_side(search, clock, on_progress)
            if clock.over():
                return


def _worth_while(searches: list[_Search]) -> list[_Search]:
    """Return the counts that may still hold the best plan, the cheapest first."""
    best = min(search.shared.target for search in searches)
    open_ = [s for s in searches if not (s.shared.closed() or s.shared.rules_out(best))]
    return sorted(open_, key=lambda search: search.shared.target)


def _allot(search: _Search, clock: _Clock, shares: int) -> None:
    """Give a search one of so many equal shares of what is left."""
    search.shared.deadline = np.inf
    search.shared.halted[0] = False
    if np.isfinite(clock.deadline):
        left = clock.deadline - time.monotonic()
        search.shared.deadline = time.monotonic() + left / shares
    search.shared.work_allotted = clock.work + (clock.work_limit - clock.work) / shares


def _take_turns(
    search: _Search, clock: _Clock, on_progress: Callable[[Progress], None] | None
) -> None:
    """Advance the stage that has worked least, until the share is used up."""
    live = list(range(len(search.stages)))
    shown = 0.0
    try:
        while live and not search.shared.stop() and clock.work < search.shared.work_allotted:
            which = min(live, key=lambda s: search.work[s])
            if not search.advance(which):
                live.remove(which)
            if on_progress is not None and clock.seconds - shown >= HEARTBEAT_S:
                shown = clock.seconds
                on_progress(_progress(search, clock))
    except KeyboardInterrupt:
        clock.interrupted = True


def _side_by_side(
    search: _Search, clock: _Clock, on_progress: Callable[[Progress], None] | None
) -> None:
    """Run every stage in a thread of its own; the calling thread keeps the heartbeat."""
    failures: list[BaseException] = []

    def run(which: int) -> None:
        try:
            while not search.shared.stop() and search.advance(which):
                pass
        except BaseException as error:
            failures.append(error)
            search.shared.interrupt()

    threads = [
        threading.Thread(target=run, args=(which,), daemon=True)
        for which in range(len(search.stages))
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        try:
            _beat(search, clock, threads, on_progress)
        except KeyboardInterrupt:
            clock.interrupted = True
            search.shared.interrupt()
    if failures:
        raise failures[0]


def _beat(
    search: _Search,
    clock: _Clock,
    threads: list[threading.Thread],
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Wait a moment for the threads, report, and stop their solvers when time is up."""
    for thread in threads:
        thread.join(HEARTBEAT_S / len(threads))
    if on_progress is not None:
        on_progress(_progress(search, clock))
    if search.shared.stop():
        search.shared.halt()


def _progress(search: _Search, clock: _Clock) -> Progress:
    objective, bound = _finite(search.shared.target), _finite(search.shared.bound)
    return Progress(
        seconds=clock.seconds,
        phase=search.phase,
        objective=objective,
        bound=bound,
        gap=_gap(objective, bound),
        n_clusters=search.instance.k,
    )


# ---- the answer ---------------------------------------------------------------------------------


def _result(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    searches: list[_Search],
    clock: _Clock,
) -> Result:
    found = [search for search in searches if search.shared.best is not None]
    if not found:
        _give_up(searches, clock)
    best = min(found, key=lambda search: search.shared.target)
    assert best.shared.best is not None
    plan = name_clusters(problem, _plan(problem, best.instance, best.shared.best))
    certificate = verify(problem, rules, plan, priorities)
    if not certificate.ok or certificate.objective is None:
        msg = f"the plan found does not pass the verifier: {certificate.summary()}"
        raise ClustersError(msg)
    objective = certificate.objective
    # a count without a plan but not proved empty may hold a better plan: its bound counts too
    bounds = [np.inf if s.shared.infeasible else s.shared.bound for s in searches]
    proved = all(s.shared.closed() or s.shared.rules_out(objective) for s in searches)
    bound = objective if proved else _finite(min(*bounds, objective))
    return Result(
        plan=plan,
        status="optimal" if proved else "feasible",
        objective=objective,
        bound=bound,
        gap=_gap(objective, bound),
        seconds=clock.seconds,
        stopped=_why(proved, best, clock),
        history=_history(searches),
        certificate=certificate,
        by_count=tuple(_count(problem, s) for s in searches) if len(searches) > 1 else (),
        reproducible=clock.deterministic and not clock.interrupted,
    )


def _give_up(searches: list[_Search], clock: _Clock) -> None:
    if all(search.shared.infeasible for search in searches):
        msg = "No plan can satisfy these rules: proved. Ask cl.why_no_plan which rules conflict."
        raise InfeasibleError(msg)
    how = "the search was interrupted" if clock.interrupted else f"{clock.seconds:.0f} s"
    msg = (
        f"No plan was found ({how}); whether one exists is not known. Give more time, or ask "
        "cl.why_no_plan which rules conflict."
    )
    raise OutOfTimeError(msg)


def _why(proved: bool, best: _Search, clock: _Clock) -> str:
    if proved:
        return "proved"
    if clock.interrupted:
        return "interrupted"
    if best.shared.gap_reached():
        return "gap reached"
    return "work limit" if clock.deterministic else "time limit"


def _plan(problem: Problem, instance: Instance, found: Found) -> Plan:
    """Turn clusters of atoms into a plan, keyed by id."""
    ids = problem.ids
    assignment = {
        ids[p]: ids[int(instance.centre_school[centre])]
        for atoms, centre in zip(found.clusters, found.centres, strict=True)
        for p in sorted(p for a in atoms for p in instance.members[a])
    }
    return Plan.from_assignment(assignment)


def _count(problem: Problem, search: _Search) -> CountResult:
    shared = search.shared
    objective, bound = _finite(shared.target), _finite(shared.bound)
    if shared.closed() and objective is not None:
        bound = objective
    best = shared.best
    status = "none exists" if shared.infeasible else "not found"
    if best is not None:
        status = "optimal" if shared.closed() else "feasible"
    return CountResult(
        n_clusters=search.instance.k,
        status=status,
        plan=None
        if best is None
        else name_clusters(problem, _plan(problem, search.instance, best)),
        objective=objective,
        bound=None if bound is None or objective is None else min(bound, objective),
        gap=_gap(objective, bound),
    )


def _history(searches: list[_Search]) -> tuple[tuple[float, float | None, float | None], ...]:
    """Merge the histories: over a range, the best objective and the least bound at each moment."""
    events = sorted((row[0], s, row) for s, search in enumerate(searches) for row in search.history)
    objective = dict.fromkeys(range(len(searches)), np.inf)
    bound = dict.fromkeys(range(len(searches)), -np.inf)
    merged = []
    for seconds, s, row in events:
        objective[s], bound[s] = row[1], row[2]
        best = min(objective.values())
        merged.append((seconds, _finite(best), _finite(min(min(bound.values()), best))))
    return tuple(merged)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _gap(objective: float | None, bound: float | None) -> float | None:
    if objective is None or bound is None:
        return None
    if objective == 0:
        return 0.0
    return max(0.0, (objective - bound) / abs(objective))
