"""The process around `solve`: signals, threads and memory are as if it had never run."""

from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

import clusters as cl
from clusters.search.counts import Counts
from clusters.solver import schedule
from tests.test_solver import HARD, _town
from tests.worlds import world

ROOT = Path(__file__).parents[1]
ENOUGH = cl.Settings(work_limit=60.0, time_limit_s=None)
MAP = """
    5 2 4 1
    3 4 2 6
    1 7 3 2
"""
EVEN = cl.Rules(n_clusters=2, balance={"pupils": 0.2})
ON_TIME_S = 2.0
"""How soon a plan is there after a signal, on a machine with nothing else to do."""


def _child(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )


def _after(child: subprocess.Popen[str], seconds: float, number: int) -> tuple[str, str, float]:
    """Wait for the child's first line, then some seconds, send a signal; what it says, and when."""
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready"
    time.sleep(seconds)
    child.send_signal(number)
    begin = time.monotonic()
    try:
        out, err = child.communicate(timeout=60)
    finally:
        child.kill()
    return out, err, time.monotonic() - begin


# ---- Ctrl-C -------------------------------------------------------------------------------------

SEARCH = """
    import signal, threading, time
    import clusters as cl
    from tests.test_solver import HARD, _town
    problem, before = _town(240), signal.getsignal(signal.SIGINT)
    cl.solve(problem, HARD, None, cl.Settings(work_limit=1.0))  # compiled, and imported
    print("ready", flush=True)
    try:
        result = cl.solve(problem, HARD, None, cl.Settings(time_limit_s=100, workers={workers}))
        print(result.stopped, result.certificate.ok)
    except (KeyboardInterrupt, cl.OutOfTimeError) as error:
        print(type(error).__name__)
    assert signal.getsignal(signal.SIGINT) is before
    assert threading.active_count() == 1
    try:
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)
    except KeyboardInterrupt:
        print("caught by Python")
"""


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_ctrl_c_returns_the_best_plan_and_python_catches_the_next_one(workers: int) -> None:
    out, err, seconds = _after(_child(SEARCH.format(workers=workers)), 1.5, signal.SIGINT)
    assert out.split("\n")[:2] in (
        ["interrupted True", "caught by Python"],
        ["proved True", "caught by Python"],
    ), err
    assert seconds < ON_TIME_S + 2


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_ctrl_c_at_any_moment(seed: int) -> None:
    rng = random.Random(seed)
    code = SEARCH.format(workers=rng.choice([1, 2, 3]))
    out, err, seconds = _after(_child(code), 3 * rng.random() ** 2, signal.SIGINT)
    assert out.rstrip().endswith("caught by Python"), err
    assert out.split("\n")[0] in (
        "interrupted True",
        "proved True",
        "KeyboardInterrupt",
        "OutOfTimeError",
    )
    assert seconds < ON_TIME_S + 2


IMPORTING = """
    print("ready", flush=True)
    import clusters as cl
    from tests.test_solver import HARD, _town
    cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=100))
"""


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.05, 0.4, 0.8, 1.2])
def test_ctrl_c_before_the_search_is_a_keyboard_interrupt_or_ends_the_search(
    seconds: float,
) -> None:
    child = _child(IMPORTING)
    _, err, used = _after(child, seconds, signal.SIGINT)
    assert child.returncode in (0, 1, -signal.SIGINT)
    assert child.returncode == 0 or "KeyboardInterrupt" in err or "interrupted" in err
    assert used < ON_TIME_S + 2


REPAIRING = """
    import clusters as cl
    from tests.test_solver import _town
    problem = _town()
    groups = [problem.ids[g::9] for g in range(9)]
    plan = cl.Plan(tuple(cl.Cluster(str(n), g[0], tuple(g)) for n, g in enumerate(groups)))
    rules = cl.Rules(n_clusters=9, balance={"need": 0.02})
    cl.solve(problem, cl.Rules(n_clusters=9), None, cl.Settings(work_limit=0.1))
    print("ready", flush=True)
    try:
        settings = cl.Settings(time_limit_s=100)
        print(type(cl.repair(problem, rules, plan, settings=settings)).__name__)
    except KeyboardInterrupt as error:
        print("KeyboardInterrupt")
"""


@pytest.mark.slow
def test_ctrl_c_ends_other_functions_with_a_keyboard_interrupt() -> None:
    out, err, seconds = _after(_child(REPAIRING), 2.0, signal.SIGINT)
    assert out.strip() == "KeyboardInterrupt", err
    assert seconds < ON_TIME_S + 2


THREADED = """
    import threading, time
    import clusters as cl
    from tests.test_solver import HARD, _town
    problem = _town(240)
    cl.solve(problem, HARD, None, cl.Settings(work_limit=1.0))
    def search():
        result = cl.solve(problem, HARD, None, cl.Settings(time_limit_s=100))
        print(result.stopped, flush=True)
    threading.Thread(target=search).start()
    print("ready", flush=True)
    time.sleep(100)
"""


@pytest.mark.slow
def test_a_search_in_another_thread_ends_with_the_main_thread() -> None:
    out, err, seconds = _after(_child(THREADED), 1.5, signal.SIGINT)
    assert "KeyboardInterrupt" in err
    assert out.strip() in ("interrupted", "proved")
    assert seconds < ON_TIME_S + 2


def test_a_search_in_another_thread_is_interrupted_from_on_progress() -> None:
    enough = threading.Event()

    def progress(state: cl.solver.Progress) -> None:
        if enough.is_set() and state.objective is not None:
            raise KeyboardInterrupt

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        settings = cl.Settings(time_limit_s=100)
        answer = pool.submit(cl.solve, _town(240), HARD, None, settings, on_progress=progress)
        time.sleep(1)
        enough.set()
        assert answer.result(timeout=60).stopped in ("interrupted", "proved")


# ---- SIGTERM ------------------------------------------------------------------------------------

COMMAND = """
    import sys
    from clusters.__main__ import main
    print("ready", flush=True)
    sys.exit(main(["demo", "--quiet", "--time", "{time}", "--out", {folder!r}]))
"""


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seconds", [0.5, 2.0, 4.0, 6.0, 7.0, 8.0])
def test_sigterm_ends_the_command_with_files_whole(seconds: float, tmp_path: Path) -> None:
    limit = 100 if seconds < 6 else 2
    child = _child(COMMAND.format(time=limit, folder=str(tmp_path / "out")))
    _, err, _ = _after(child, seconds, signal.SIGTERM)
    assert child.returncode in (0, 4), err
    assert "Traceback" not in err
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not [path for path in files if ".part" in path.name]
    for path in files:
        if path.suffix == ".csv":
            assert path.read_text(encoding="utf-8-sig").endswith("\n")
        elif path.suffix == ".json":
            assert json.loads(path.read_text())
        elif path.suffix == ".html":
            assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
        elif path.suffix in (".xlsx", ".docx"):
            assert zipfile.ZipFile(path).testzip() is None


# ---- one place ----------------------------------------------------------------------------------


def test_only_one_place_makes_solvers() -> None:
    made = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src").rglob("*.py")
        if re.search(r"\bCpSolver\(\)|\(cp_model\.CpSolver\):", path.read_text())
    ]
    assert made == ["src/clusters/model/cp_sat.py"]


# ---- errors -------------------------------------------------------------------------------------


def test_an_error_in_on_progress_stops_the_threads_and_is_raised() -> None:
    def fail(progress: cl.solver.Progress) -> None:
        if progress.phase != "compiling":
            raise ValueError("the bar was closed")

    begin, before = time.monotonic(), threading.active_count()
    with pytest.raises(ValueError, match="the bar was closed"):
        cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=60), on_progress=fail)
    assert threading.active_count() == before
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("stage", ["improve", "prove"])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_stage_stops_the_other_and_is_raised(
    stage: str, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(shared, rng, **options):  # type: ignore[no-untyped-def]
        yield 0.01
        raise RuntimeError("a stage failed")

    monkeypatch.setattr(f"clusters.search.counts.{stage}", failing)
    begin, before = time.monotonic(), threading.active_count()
    with pytest.raises(RuntimeError, match="a stage failed"):
        cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=60, workers=workers))
    assert threading.active_count() == before
    assert time.monotonic() - begin < 10


# ---- the process is as before -------------------------------------------------------------------


def _state() -> dict[str, object]:
    kinds = [signal.SIGINT, signal.SIGTERM, signal.SIGSEGV, signal.SIGALRM, signal.SIGCHLD]
    return {
        "handlers": [signal.getsignal(kind) for kind in kinds],
        "wakeup": signal.set_wakeup_fd(-1),
        "threads": threading.enumerate(),
        "filters": list(warnings.filters),
        "environment": dict(os.environ),
        "random": random.getstate(),
        "numpy random": repr(np.random.get_state()),  # noqa: NPY002 - it is the global one
        "numpy errors": np.geterr(),
        "folder": Path.cwd(),
        "umask": os.umask(os.umask(0o22) or 0o22),
        "excepthook": (sys.excepthook, threading.excepthook),
        "trace": (sys.gettrace(), sys.getprofile(), sys.getswitchinterval()),
        "recursion": sys.getrecursionlimit(),
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_the_process_after_solve_is_as_before(workers: int) -> None:
    cl.solve(world(MAP), EVEN, None, ENOUGH)  # imports and compiles
    before = _state()
    cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=1.5, workers=workers))
    with pytest.raises(cl.InfeasibleError):
        cl.solve(world("1 2 3"), cl.Rules(n_clusters=9), None, ENOUGH)
    after = _state()
    for name, value in before.items():
        assert after[name] == value, name


MEMORY = """
    import clusters as cl
    from tests.test_solver import _town
    problem, rules = _town(30), cl.Rules(n_clusters=4, balance={"need": 0.2})

    def used():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096 / 1e6

    for turn in range(220):
        cl.solve(problem, rules, None, cl.Settings(work_limit=0.5, seed=turn))
        if turn == 19:
            begin = used()
    print(round(used() - begin))
"""


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_two_hundred_searches_do_not_fill_the_memory() -> None:
    out, err = _child(MEMORY).communicate(timeout=900)
    assert int(out) < 50, err


# ---- many at a time -----------------------------------------------------------------------------


def _objective(seed: int) -> float:
    rules = cl.Rules(n_clusters=4, balance={"need": 0.2})
    result = cl.solve(_town(30), rules, None, cl.Settings(time_limit_s=100, seed=seed))
    assert result.status == "optimal"
    return result.objective


def test_four_threads_give_the_same_optimum() -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(_objective, [1] * 4))
    assert answers == pytest.approx([_objective(1)] * 4, rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "fork"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_four_processes_give_the_same_optimum(method: str) -> None:
    expected = _objective(1)  # the parent has searched, too, before it forks
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(4, mp_context=context) as pool:
        answers = list(pool.map(_objective, [1] * 4))
    assert answers == pytest.approx([expected] * 4, rel=1e-7)


def test_ctrl_c_at_the_moment_of_the_proof_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever solves in a loop has to know, however soon the search has ended by itself."""
    problem = world(MAP)
    done = schedule.result_of

    def last_moment(counts: Counts) -> cl.Result:
        result = done(counts)
        assert result.stopped == "proved"
        threading.Thread(target=lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        time.sleep(0.2)
        return result

    monkeypatch.setattr(schedule, "result_of", last_moment)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = cl.solve(problem, EVEN)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (result.status, result.stopped) == ("optimal", "interrupted")
    assert not result.reproducible
