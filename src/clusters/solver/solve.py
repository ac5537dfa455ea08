"""Find a plan, prove how good it is, and verify it before it is returned."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace

from clusters.arguments import checked
from clusters.domain import PlanLike, Priorities, Problem, Rules, plan_of
from clusters.domain.checks import check_rules
from clusters.presolve import refuse_impossible
from clusters.search.counts import Clock, Counts
from clusters.shown import watching
from clusters.solver.result import Progress, Result
from clusters.solver.schedule import compiled, watched
from clusters.solver.settings import Settings

__all__ = ["solve"]

_log = logging.getLogger(__name__)


@checked
def solve(
    problem: Problem,
    rules: Rules,
    priorities: Priorities | None = None,
    settings: Settings | None = None,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    start: PlanLike | None = None,
    display: bool | None = None,
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
    display
        Whether to show a line of progress. None: on a terminal and in a notebook, unless there is
        an `on_progress`.

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
    _log.info("searching: %r, %r, %r, %r", problem, rules, priorities, settings)
    with watching(on_progress, display=display, seconds=settings.time_limit_s) as report:
        seconds = compiled(rules, settings, workers, report)
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
        result = replace(watched(counts, report), compile_seconds=seconds)
    _log.info("found: %r", result)
    return result
