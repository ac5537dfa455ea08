"""Run a study: every case once, here, in processes or on a cluster, each answer kept at once."""

from __future__ import annotations

import datetime
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Future,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from clusters.arguments import checked
from clusters.errors import ArgumentError, ClustersError, Faults
from clusters.shown import Shown
from clusters.study.attempt import NO_ANSWER, answer_of_error, solve_case
from clusters.study.case import Case, Refused
from clusters.study.crews import Crew, crew
from clusters.study.fingerprint import Fingerprints, versions
from clusters.study.locks import Claims
from clusters.study.outcome import Study
from clusters.study.store import Store

__all__ = ["StudyProgress", "run"]

_BEAT_S = 0.25
"""Longest time between two looks at what has happened."""
_OTHERS_S = 1.0
"""Time between two looks at cases that another runner is working on."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StudyProgress(Shown):
    """How far a study is.

    Parameters
    ----------
    done, total
        Cases with an answer, those of earlier calls included; and all.
    found
        Of those done, how many were in the store already.
    failed
        Of those done, how many have something wrong with them.
    running
        Cases being worked on, or handed out to be.
    seconds
        Of this call so far.
    left_s
        Estimate of the seconds still to come, from the pace so far; None before the first case.

    Examples
    --------
    >>> progress = StudyProgress(
    ...     done=3, total=9, found=1, failed=0, running=2, seconds=8.0, left_s=24.0)
    >>> f"{progress.done} of {progress.total}, about {progress.left_s:.0f} s left"
    '3 of 9, about 24 s left'
    """

    done: int
    total: int
    found: int
    failed: int
    running: int
    seconds: float
    left_s: float | None


@checked
def run(
    cases: Iterable[Case | Refused],
    store: str | os.PathLike[str],
    *,
    workers: int | None = None,
    executor: Any = None,
    using: Callable[..., Any] = solve_case,
    on_progress: Callable[[StudyProgress], None] | None = None,
    attempts: int = 3,
) -> Study:
    """Answer every case that the store does not hold yet, and return the table of all.

    Parameters
    ----------
    cases
        The cases; `cases` makes them from a table, `read_file` from a TOML file.
    store
        Folder of the records, one file for each case. It is made where it is not there. A case is
        known by the content of its data, rules, priorities, settings and versions, so the same call
        goes on where an earlier one ended, and several studies may share a folder.
    workers
        Processes on this machine, one case in each; None runs one case after the other in this one.
    executor
        In place of `workers`: an executor of ``concurrent.futures``, or a client of
        ``dask.distributed``. It is not shut down.
    using
        A function of a module, which takes a Case and returns a Result, or a mapping of figures
        (with a "plan" where there is one); by default `solve` on the case.
    on_progress
        Called with a StudyProgress about four times a second. An error in it ends the study.
    attempts
        How often a case is begun whose worker died, before its row says so.

    Returns
    -------
    Study
        A row for each case, in their order. Where Ctrl-C came, `interrupted` says so: no more cases
        were begun, the running ones were given up, and all others are kept.

    Raises
    ------
    ArgumentError
        If two cases have the same name, or an argument does not fit.
    DataError
        If the store cannot be written to; what it holds stays.
    ClustersError
        If no worker can begin, or all of them are gone.

    Notes
    -----
    A case that goes wrong is a row with what is wrong, and stops nothing. Errors that may be the
    machine's (a worker that died, no memory) are tried again by the next call; an answer that is
    proved or refused is not. Several calls may work on one store at a time: each case is claimed by
    a lock that ends with its runner (docs/scale.md says where locks do not reach).

    Examples
    --------
    >>> import tempfile
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [9, 0], [10, 0]],
    ...     {"need": [1, 2, 1, 3]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> cases = [cl.study.Case(name=f"{k} clusters", problem=problem, rules=cl.Rules(n_clusters=k))
    ...          for k in (1, 2)]
    >>> with tempfile.TemporaryDirectory() as store:
    ...     study = cl.study.run(cases, store)
    >>> study.to_frame()["objective"].to_dict()
    {'1 clusters': 28.0, '2 clusters': 2.0}
    """
    cases = tuple(cases)
    _check(cases, workers, executor, using, attempts)
    kept = Store(store)
    claims = kept.open()
    runner = _Runner(cases, kept, claims, using, on_progress, attempts)
    try:
        with crew(workers, executor) as hands, _ends(runner):
            runner.work(hands)
    finally:
        claims.free_all()
    return runner.study()


def _check(
    cases: tuple[Case | Refused, ...],
    workers: int | None,
    executor: Any,
    using: Callable[..., Any],
    attempts: int,
) -> None:
    faults = Faults()
    for name, times in Counter(case.name for case in cases).items():
        for _ in range(1, times):
            what = f"two cases are called {name!r}"
            faults.add(what, "give each case a name of its own", where="cases")
    if not cases:
        faults.add("there are no cases", "give at least one", where="cases")
    for name, value in (("workers", workers), ("attempts", attempts)):
        if value is not None and value < 1:
            faults.add(f"{name} is {value}", "give 1 or more")
    if workers is not None and executor is not None:
        faults.add("both workers and executor are given", "give one of them")
    if "<" in getattr(using, "__qualname__", "<"):
        faults.add(
            "using is not a function that a module defines by name, so the store could "
            "not distinguish it from another",
            "define it with def at the top of a module",
        )
    faults.refuse(ArgumentError)


@contextmanager
def _ends(runner: _Runner) -> Iterator[None]:
    """Take Ctrl-C for the end of the study, not for an error."""
    try:
        yield
    except KeyboardInterrupt:
        runner.interrupted = True


class _Runner:
    """What is known of each case while the study runs."""

    def __init__(
        self,
        cases: tuple[Case | Refused, ...],
        store: Store,
        claims: Claims,
        using: Callable[..., Any],
        on_progress: Callable[[StudyProgress], None] | None,
        attempts: int,
    ) -> None:
        self.store, self.claims, self.using = store, claims, using
        self.on_progress, self.attempts = on_progress, attempts
        self.cases = cases
        self.interrupted = False
        self.begin = time.monotonic()
        self.keys: dict[str, str] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.before: dict[str, dict[str, Any]] = {}
        self.todo: deque[str] = deque()
        self.elsewhere: deque[str] = deque()
        self.running: dict[Future[dict[str, Any]], str] = {}
        self.began: dict[str, int] = {}
        self.case_of: dict[str, Case] = {}
        self.took: list[float] = []
        self.widest = 1
        self.looked = 0.0
        self._sort()
        self.found = len(self.records)

    def _sort(self) -> None:
        """Find what the store holds; the rest is to do, each content once."""
        fingerprints = Fingerprints(self.using)
        for case in self.cases:
            if isinstance(case, Refused):
                continue
            try:
                key = fingerprints.key(case)
            except ClustersError as error:  # of one case, which is no reason to stop the others
                self.keys[case.name] = key = f"refused: {case.name}"
                self.records[key] = answer_of_error(error)
                continue
            self.keys[case.name] = key
            if key in self.case_of:
                continue
            self.case_of[key] = case
            record = self.store.read(key)
            if record is not None and record["status"] not in NO_ANSWER:
                self._keep(record)
            else:
                if record is not None:
                    self.before[key] = record
                self.todo.append(key)

    def _keep(self, record: dict[str, Any]) -> None:
        """Remember a record without its plan, which the store gives on demand."""
        self.records[record["key"]] = {k: v for k, v in record.items() if k != "plan"}

    # ---- the loop --------------------------------------------------------------------------------

    def work(self, hands: Crew) -> None:
        """Hand out cases until each has its answer."""
        try:
            while self.todo or self.running or self.elsewhere:
                self._look_elsewhere()
                self._hand_out(hands)
                self._report()
                if not self.running:
                    time.sleep(0 if self.todo else _BEAT_S)
                    continue
                ended, _ = wait(self.running, timeout=_BEAT_S, return_when=FIRST_COMPLETED)
                for future in ended:
                    self._take(future)
            self._report()
        except BaseException:
            for future in self.running:
                future.cancel()
            hands.stop()
            raise

    def _hand_out(self, hands: Crew) -> None:
        room = hands.room()
        while self.todo and len(self.running) < room:
            key = self.todo.popleft()
            if not self.claims.take(key):
                self.elsewhere.append(key)
            elif not self._was_done(key):
                case = self.case_of[key]
                self.began[key] = self.began.get(key, 0) + 1
                self.running[hands.submit(case, self.using)] = key
        self.widest = max(self.widest, min(hands.size(), len(self.running)))

    def _was_done(self, key: str) -> bool:
        """Whether another runner has recorded the case since this call began."""
        record = self.store.read(key)
        if record is None or record == self.before.get(key):
            return False
        self._keep(record)
        self.claims.free(key)
        return True

    def _look_elsewhere(self) -> None:
        """Go back to what other runners had claimed: it is done, or theirs no more, or waits."""
        now = time.monotonic()
        if self.elsewhere and not self.todo and now - self.looked >= _OTHERS_S:
            self.looked = now
            self.todo, self.elsewhere = self.elsewhere, deque()

    def _take(self, future: Future[dict[str, Any]]) -> None:
        """Keep the answer of a case, or give it to another worker where the last one died."""
        key = self.running.pop(future)
        answer = self._answer(future, key)
        if answer is None:
            self.todo.appendleft(key)
        else:
            record = self._record(key, answer)
            self.store.write(record)
            self._keep(record)
            self.took.append(answer.get("took_s", 0.0))
        self.claims.free(key)

    def _answer(self, future: Future[dict[str, Any]], key: str) -> dict[str, Any] | None:
        """Return the answer of a case; None where its worker died and it may be begun again."""
        if future.cancelled():
            msg = f"The cluster is gone. {self._resume()}"
            raise ClustersError(msg)
        error = future.exception()
        if error is None:
            return future.result()
        if isinstance(error, ClustersError):  # no worker can begin
            raise error
        if not isinstance(error, BrokenExecutor) and type(error).__name__ != "KilledWorker":
            return answer_of_error(error)
        if self.began[key] < self.attempts and isinstance(error, BrokenExecutor):
            return None
        times = max(self.attempts, self.began[key])
        msg = (
            f"the worker died each of the {times} times that this case was begun: it needs more "
            "memory than there is, or breaks Python"
        )
        return answer_of_error(ClustersError(msg)) | {"status": "lost"}

    def _record(self, key: str, answer: dict[str, Any]) -> dict[str, Any]:
        case = self.case_of[key]
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        return answer | {
            "key": key,
            "name": case.name,
            "labels": dict(case.labels),
            "schools": len(case.problem),
            "seed": case.settings.seed,
            "attempts": self.began[key],
            "finished_at": now,
            "versions": dict(versions()),
        }

    # ---- what is reported ------------------------------------------------------------------------

    def _report(self) -> None:
        if self.on_progress is not None:
            self.on_progress(self._progress())

    def _progress(self) -> StudyProgress:
        refused = sum(isinstance(case, Refused) for case in self.cases)
        wrong = sum(record["status"] in ("refused", *NO_ANSWER) for record in self.records.values())
        open_ = len(self.todo) + len(self.elsewhere) + len(self.running)
        left = None
        if self.took:
            left = open_ * sum(self.took) / len(self.took) / self.widest
        return StudyProgress(
            done=len(self.records) + refused,
            total=len(self.records) + refused + open_,
            found=self.found,
            failed=wrong + refused,
            running=len(self.running),
            seconds=time.monotonic() - self.begin,
            left_s=0.0 if not open_ else left,
        )

    def _resume(self) -> str:
        return (
            f"{len(self.records):,} cases are kept in {self.store.path}; the same call goes on "
            "from there."
        )

    def study(self) -> Study:
        """Put the rows in the order of the cases."""
        return Study(
            store=self.store,
            rows=tuple(self._rows()),
            interrupted=self.interrupted,
            found=self.found,
            seconds=time.monotonic() - self.begin,
        )

    def _rows(self) -> Iterator[dict[str, Any]]:
        for case in self.cases:
            about = {"name": case.name, "labels": dict(case.labels)}
            if isinstance(case, Refused):
                yield answer_of_error(case.error) | about | {"key": None}
                continue
            key = self.keys[case.name]
            size = {"schools": len(case.problem), "seed": case.settings.seed}
            record = self.records.get(key, {"status": "not run"})
            yield {**record, **about, **size, "key": key}
