"""Threads that end together: at the end of their tasks, at an error in any of them, or at Ctrl-C.

Waiting is by flags and a bare lock: a Python thread that is being joined when Ctrl-C arrives is
taken for dead from then on (up to Python 3.12), though it runs.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence

__all__ = ["run_together"]

BEAT_S = 0.25
"""Longest time between two calls of `beat`."""
INSIST_S = 0.05
"""Time between two calls of `stop` to tasks that do not end."""


class _Crew:
    """Tasks in threads of their own: which has which, what they failed with, which have ended."""

    def __init__(self, tasks: Sequence[Callable[[], None]], stop: Callable[[], None]) -> None:
        self.tasks, self.stop = tasks, stop
        self.threads: list[threading.Thread] = []
        self.owners: dict[int, object] = {}
        self.over = False
        self.failures: list[BaseException] = []
        self.ended: list[int] = []
        self.news = threading.Lock()
        self.news.acquire()

    def _run(self, number: int) -> None:
        mine = object()
        if self.owners.setdefault(number, mine) is not mine:
            return  # it was started twice
        try:
            if not self.over:
                self.tasks[number]()
        except BaseException as error:
            self.failures.append(error)
            self.stop()
        finally:
            self.ended.append(number)
            with contextlib.suppress(RuntimeError):  # the last news has not been read yet
                self.news.release()

    def wait(self, beat: Callable[[], None]) -> None:
        """Start what nobody has begun, and wait until all have ended.

        Ctrl-C may come while a thread is being started, so that nobody knows whether it was: a
        second one is started then, and the first of them does the task.
        """
        for number in range(len(self.tasks)):
            if number not in self.owners:
                thread = threading.Thread(target=self._run, args=(number,), daemon=True)
                self.threads.append(thread)
                thread.start()
        while len(self.ended) < len(self.tasks):
            self.news.acquire(timeout=BEAT_S)
            beat()

    def end(self) -> None:
        """Stop all, however often Ctrl-C is pressed meanwhile."""
        self.over = True
        while len(self.ended) < len(self.owners):
            with contextlib.suppress(KeyboardInterrupt):
                self.stop()
                self.news.acquire(timeout=INSIST_S)


def run_together(
    tasks: Sequence[Callable[[], None]],
    *,
    stop: Callable[[], None],
    beat: Callable[[], None] = lambda: None,
    interrupted: Callable[[], None] | None = None,
) -> None:
    """Run tasks in threads of their own until all have ended; none outlives the call.

    Parameters
    ----------
    stop
        Asks all tasks to end; called again until they have.
    beat
        Called in the calling thread while they run. An error there, or in a task, stops all tasks
        and is raised once they have ended.
    interrupted
        Called at the first KeyboardInterrupt, upon which the tasks end in their own way; without
        it, that is an error like any other.
    """
    crew = _Crew(tasks, stop)
    try:
        try:
            crew.wait(beat)
        except KeyboardInterrupt:
            if interrupted is None:
                raise
            interrupted()
            crew.wait(beat)
    except BaseException:
        crew.end()
        raise
    finally:
        for thread in crew.threads:
            if thread.ident is not None:
                thread.join()  # what is left of it is a moment
    if crew.failures:
        raise crew.failures[0]
