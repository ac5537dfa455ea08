"""Worker processes, each in a pool of its own: one that dies takes its own case along, no other.

A pool of several processes (of the standard library, or loky's) is broken as a whole when one of
them is killed, and every running case with it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from clusters.errors import ClustersError

__all__ = ["Processes", "WorkerLostError"]

_T = TypeVar("_T")

_NO_GUARD = (
    "A worker process cannot begin. In a script, put what is to run below "
    'if __name__ == "__main__": since each worker reads the script again.'
)


class WorkerLostError(BrokenExecutor):
    """The process that was working on a case has died."""


class Processes(Executor):
    """An executor of `workers` processes that begin afresh, and are replaced when they die.

    They end with the process that made them, however that ends: each holds one end of a pipe, and
    ends when the other end is gone.
    """

    def __init__(self, workers: int) -> None:
        if getattr(multiprocessing.current_process(), "_inheriting", False):
            raise ClustersError(_NO_GUARD)  # this is a worker, which reads its script again
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="study")
        self._lanes: list[_Lane] = []
        self._mine = threading.local()

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Run a call in the next process that is free."""
        return self._threads.submit(self._run, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes; with `cancel_futures` at once, whatever they are at."""
        if cancel_futures:
            self._threads.shutdown(wait=False, cancel_futures=True)
            for lane in self._lanes:
                lane.end()
        self._threads.shutdown(wait=wait)
        for lane in self._lanes:
            lane.end()

    def _run(self, fn: Callable[..., _T], args: Any, kwargs: Any) -> _T:
        lane = getattr(self._mine, "lane", None)
        if lane is None or lane.lost:
            lane = self._mine.lane = _Lane()
            self._lanes.append(lane)
        return lane.run(fn, args, kwargs)


class _Lane:
    """One process, from its beginning to its end."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # threads and locks are not carried over
        theirs, self._life = context.Pipe(duplex=False)
        self.lost = False
        self._pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(theirs,))
        try:
            with _without_ctrl_c():
                began = self._pool.submit(os.getpid)
            began.result()
        except BrokenExecutor:
            raise ClustersError(_NO_GUARD) from None
        finally:
            theirs.close()

    def run(self, fn: Callable[..., _T], args: Any, kwargs: Any) -> _T:
        """Run one call; WorkerLostError where the process dies meanwhile."""
        try:
            return self._pool.submit(fn, *args, **kwargs).result()
        except BrokenExecutor as error:
            self.end()
            msg = "the worker process died"
            raise WorkerLostError(msg) from error

    def end(self) -> None:
        """End the process, whatever it is at."""
        self.lost = True
        with contextlib.suppress(OSError):
            self._life.close()
        self._pool.shutdown(wait=False, cancel_futures=True)


@contextlib.contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Let a process that begins here be deaf to Ctrl-C from the first: a terminal sends it to all.

    What a thread blocks, the processes that it begins block as well.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(life: Connection) -> None:
    """Leave Ctrl-C to the runner, and live as long as it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(life,), daemon=True).start()


def _end_with(life: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        life.recv()
    os._exit(1)
