"""Compile, then search in other threads while the calling one reports and can be interrupted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from clusters.domain import Rules
from clusters.errors import OutOfTimeError
from clusters.model.threads import run_together
from clusters.search.counts import Clock, Counts, Search
from clusters.search.warm_up import compiling, kept
from clusters.solver.result import Progress, Result, finite, gap_of, known, result_of
from clusters.solver.settings import Settings

__all__ = ["compiled", "watched"]

HEARTBEAT_S = 0.5
"""Longest time between two calls of `on_progress`."""
LONG_S = 40.0
"""From this time limit on, what the proof needs is compiled while plans are searched already."""


def compiled(
    rules: Rules,
    settings: Settings,
    workers: int,
    on_progress: Callable[[Progress], None] | None,
) -> float:
    """Compile the search, or load what was compiled before; return the seconds it took.

    With little time, or in one thread, the proof would only stand in the way of the plans: then
    its part is compiled now, and else while plans are searched already.
    """
    timed = settings.work_limit is None and settings.time_limit_s is not None
    long = timed and workers > 1 and (settings.time_limit_s or 0.0) >= LONG_S
    proof = not (long and not kept())
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


def watched(counts: Counts, on_progress: Callable[[Progress], None] | None) -> Result:
    """Search in other threads: the calling one reports, and is free to notice Ctrl-C.

    All that is done after the search is done there, too, so that no interruption loses the plan.
    """
    clock, results, shown = counts.clock, [], 0.0

    def work() -> None:
        counts.run()
        results.append(result_of(counts))

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

    try:
        run_together([work], stop=counts.stop, beat=beat, interrupted=interrupted)
    except OutOfTimeError as error:
        error.interrupted = clock.interrupted
        raise
    (result,) = results
    if not clock.interrupted:
        return result
    # even where the proof came at that moment: whoever calls has to know
    return replace(result, stopped="interrupted", reproducible=False)


def _progress(search: Search, clock: Clock) -> Progress:
    objective, bound = finite(search.shared.cost), known(search.shared.bound)
    return Progress(
        seconds=clock.seconds,
        phase=search.phase,
        objective=objective,
        bound=bound,
        gap=gap_of(objective, bound),
        n_clusters=search.instance.k,
    )
