"""Where the cases of a study are worked on: here, in processes, or on an executor that is given."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from clusters.arguments import described
from clusters.errors import ArgumentError, ClustersError
from clusters.study.attempt import attempt
from clusters.study.case import Case
from clusters.study.fingerprint import versions
from clusters.study.processes import Processes

__all__ = ["Crew", "crew"]

_AHEAD = 2
"""Cases handed out for each worker: the next one waits where the last one ends."""


class Crew:
    """An executor, how many cases it works on at a time, and how they are stopped.

    Parameters
    ----------
    size
        Says how many cases are worked on at a time; a cluster may grow and shrink.
    end
        Gives up what is running, for the executors that are the study's own.
    stopped
        Asks cases that run in this process whether to end.
    """

    def __init__(
        self,
        executor: Executor,
        size: Callable[[], int],
        end: Callable[[], None] = lambda: None,
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        self._executor = executor
        self._stopped = stopped
        self.size = size
        self.stop = end

    def room(self) -> int:
        """Count the cases that may be handed out at a time."""
        size = self.size()
        return size if self._stopped is not None else _AHEAD * size

    def submit(self, case: Case, using: Callable[..., Any]) -> Future[dict[str, Any]]:
        """Hand out one case."""
        further = () if self._stopped is None else (self._stopped,)
        try:
            return self._executor.submit(attempt, case, using, dict(versions()), *further)
        except (BrokenExecutor, RuntimeError) as error:
            msg = (
                f"The executor takes no more cases ({error}). What is done is kept; the same call "
                "with a new executor goes on from there."
            )
            raise ClustersError(msg) from error


@contextmanager
def crew(workers: int | None, executor: Any) -> Iterator[Crew]:
    """Give what the cases are handed to; what was made for it ends with it."""
    if executor is not None:
        yield _given(executor)
        return
    if workers is not None:
        mine = Processes(workers)
        hands = Crew(
            mine, lambda: workers, end=lambda: mine.shutdown(wait=False, cancel_futures=True)
        )
        with mine:
            yield hands
        return
    enough = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="study") as here:
        # in a thread of its own: so Ctrl-C, which Python gives to the main thread, ends the study
        # and not the search of a case only
        yield Crew(here, lambda: 1, end=enough.set, stopped=enough.is_set)


def _given(executor: Any) -> Crew:
    if hasattr(executor, "get_executor") and hasattr(executor, "nthreads"):  # a client of dask
        return Crew(executor.get_executor(pure=False), lambda: sum(executor.nthreads().values()))
    if isinstance(executor, Executor):
        width = getattr(executor, "_max_workers", None) or os.cpu_count() or 1
        client = getattr(executor, "_client", None)  # an executor that dask made
        if client is not None and hasattr(client, "nthreads"):
            return Crew(executor, lambda: sum(client.nthreads().values()))
        return Crew(executor, lambda: width)
    raise ArgumentError.of(
        f"executor is {described(executor)}",
        "give an executor of concurrent.futures, or a client of dask.distributed",
    )
