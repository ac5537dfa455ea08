"""What a worker does with one case: answer it, and bring the answer into a form to be kept.

Nothing here raises: whatever goes wrong with a case is its answer.
"""

from __future__ import annotations

import dataclasses
import gc
import getpass
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from clusters.arguments import described
from clusters.domain import Plan
from clusters.domain.values import plain
from clusters.errors import (
    ArgumentError,
    ClustersError,
    DataError,
    Fault,
    InfeasibleError,
    MoneyError,
    OutOfTimeError,
    RulesError,
)
from clusters.search.warm_up import kept, warm_up
from clusters.solver import Progress, Result, solve
from clusters.study.case import Case
from clusters.study.fingerprint import versions
from clusters.study.locks import alone

__all__ = ["FAILED", "NO_ANSWER", "answer_of_error", "attempt", "solve_case"]

NO_ANSWER = ("failed", "lost")
"""Statuses of cases that are tried again by the next call: the fault may be the machine's."""
FAILED = ("refused", *NO_ANSWER)
"""Statuses of cases with which something is wrong."""

_REFUSED = (DataError, RulesError, ArgumentError, MoneyError)
_TRACE_LINES = 12
_WARM_S = 900

Using = Callable[..., Any]


def solve_case(case: Case, on_progress: Callable[[Progress], None] | None = None) -> Result:
    """Answer a case as `solve` does: what a study does unless another function is given.

    Examples
    --------
    >>> from clusters import Problem, Rules
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]}, [("a", "b")])
    >>> solve_case(Case(name="one", problem=problem, rules=Rules(n_clusters=1))).objective
    1.0
    """
    return solve(
        case.problem,
        case.rules,
        case.priorities,
        case.settings,
        on_progress=on_progress,
        start=case.start,
    )


def attempt(
    case: Case,
    using: Using,
    expected: Mapping[str, str],
    stopped: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Answer one case; return what is to be kept of it, as JSON can hold it.

    Parameters
    ----------
    using
        Takes the case; returns a Result, or a mapping of figures (and a "plan").
    expected
        Versions of the packages that decide, as the runner has them.
    stopped
        Whether the study has been stopped: a search that this process runs ends then.
    """
    begin, cpu = time.monotonic(), time.process_time()
    answer: dict[str, Any]
    result: Any = None
    try:
        _refuse_other_versions(expected)
        if using is solve_case:
            _warm(elsewhere=stopped is None)
            result = solve_case(case, None if stopped is None else _stopping(stopped))
        else:
            result = using(case)
        answer = _answer(result)
    except Exception as error:
        if isinstance(error, OutOfTimeError) and error.interrupted:
            raise KeyboardInterrupt from error  # that is no answer
        answer = answer_of_error(error)
    result = None
    gc.collect()  # a search leaves circles behind: 1 MB each time, a hundred until Python looks
    return answer | {
        "took_s": round(time.monotonic() - begin, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
        "memory_mb": _memory_mb(),
        "worker": f"{platform.node()}:{os.getpid()}",
    }


def answer_of_error(error: BaseException) -> dict[str, Any]:
    """Keep an error with its faults."""
    report: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": str(error) or type(error).__name__,
    }
    if faults := getattr(error, "faults", ()):
        report["faults"] = [dataclasses.asdict(fault) for fault in faults]
    if conflict := getattr(error, "conflict", ()):
        report["conflict"] = list(conflict)
    status = _status(error)
    if status == "failed":
        lines = traceback.format_exception(error)
        report["trace"] = "".join(lines).splitlines()[-_TRACE_LINES:]
    return {"status": status, "error": report}


def _status(error: BaseException) -> str:
    if isinstance(error, InfeasibleError):
        return "infeasible"
    if isinstance(error, OutOfTimeError):
        return "no plan in time"
    return "refused" if isinstance(error, _REFUSED) else "failed"


# ---- before a case ------------------------------------------------------------------------------


def _refuse_other_versions(expected: Mapping[str, str]) -> None:
    """Another version may find another plan, and the key of a case says which one it was."""
    mine = versions()
    other = sorted(name for name in {*expected, *mine} if expected.get(name) != mine.get(name))
    if other:
        report = ", ".join(f"{name} {mine.get(name)} (not {expected.get(name)})" for name in other)
        msg = (
            f"the worker on {platform.node()} has other versions than the study: {report}; "
            "install the same ones on every machine"
        )
        raise ClustersError(msg)


_ready: set[str] = set()


def _warm(*, elsewhere: bool) -> None:
    """Load the compiled search; where the machine has none yet, one process compiles it for all.

    Parameters
    ----------
    elsewhere
        Whether to compile in a process of its own: it takes some 150 MB, which a worker would hold
        on to.
    """
    if "search" in _ready:
        return
    if elsewhere and not kept():
        with alone(Path(tempfile.gettempdir()) / f"clusters-warm-{_user()}.lock"):
            if not kept():
                path = os.pathsep.join(entry for entry in sys.path if entry)
                subprocess.run(
                    [sys.executable, "-m", "clusters", "warm"],
                    env={**os.environ, "PYTHONPATH": path},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,  # where it fails, the first case compiles, and says what fails
                    timeout=_WARM_S,
                )
    warm_up()
    if multiprocessing.parent_process() is not None:  # else it is the user's own process
        gc.collect()
        gc.freeze()  # what has been imported stays: looking for garbage in it takes 0.1 s each time
    _ready.add("search")


def _user() -> str:
    try:
        return "".join(letter for letter in getpass.getuser() if letter.isalnum())
    except (KeyError, OSError):
        return "user"


def _stopping(stopped: Callable[[], bool]) -> Callable[[Progress], None]:
    def look(_: Progress) -> None:
        if stopped():
            raise KeyboardInterrupt

    return look


# ---- after it -----------------------------------------------------------------------------------

_FIGURES = ("objective", "bound", "gap", "seconds", "compile_seconds", "stopped", "reproducible")


def _answer(result: Any) -> dict[str, Any]:
    if isinstance(result, Result):
        figures = {name: plain(getattr(result, name)) for name in _FIGURES}
        figures["clusters"] = len(result.plan.clusters)
        return {"status": result.status, "figures": figures, "plan": _clusters(result.plan)}
    if not isinstance(result, Mapping):
        raise ArgumentError.of(
            f"the function of the study returned {described(result)}",
            "return a Result, or a mapping of figures",
        )
    held = dict(result)
    plan = held.pop("plan", None)
    plan = getattr(plan, "plan", plan)
    if plan is not None and not isinstance(plan, Plan):
        raise ArgumentError.of(
            f'"plan" is {described(plan)}, not a plan', 'return a Plan or a Result as "plan"'
        )
    figures = {str(name): plain(value) for name, value in held.items()}
    wrong = [n for n, v in figures.items() if not (v is None or isinstance(v, _COLUMN))]
    if wrong:
        raise ArgumentError(
            Fault(
                f"the figure {name!r} is {described(figures[name])}",
                "return numbers, texts, True, False or None",
            )
            for name in wrong
        )
    status = figures.pop("status", "done")
    answer: dict[str, Any] = {"status": status, "figures": figures}
    return answer if plan is None else answer | {"plan": _clusters(plan)}


_COLUMN = (str, int, float, bool)


def _clusters(plan: Plan) -> list[list[Any]]:
    return [
        [cluster.label, plain(cluster.centre), [plain(member) for member in cluster.members]]
        for cluster in plan.clusters
    ]


def _memory_mb() -> float | None:
    """Return the most memory that this process has held at once, where the system counts it."""
    try:
        if sys.platform == "linux":
            # getrusage counts what the process was before exec, too: a copy of whoever started it
            status = Path("/proc/self/status").read_text()
            return round(int(status.split("VmHWM:")[1].split()[0]) / 2**10, 1)
        import resource
    except (ImportError, OSError, IndexError):  # Windows, or a Linux that keeps it to itself
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (2**20 if sys.platform == "darwin" else 2**10), 1)
