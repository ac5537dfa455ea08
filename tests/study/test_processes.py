"""Worker processes that are killed, and runners that are: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import pytest

import clusters as cl
from clusters.study.processes import Processes, WorkerLostError
from tests.study.answers import begun, case, cases, fragile, noted

ROOT = Path(__file__).parents[2]
study = cl.study
needs_signals = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


def until(true, seconds: float = 60.0) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "this did not come about"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether a process is there, and is more than the memory of one."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def runner(store: Path, log: Path, count: int, wait: float, workers: int | None):
    """Run a study in a process of its own; it prints "ready", then the summary."""
    code = f"""
        import signal
        import clusters as cl
        from tests.study.answers import cases, noted
        if __name__ == "__main__":
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have shut it off
            made = cases({count}, log={str(log)!r}, wait={wait})
            print("ready", flush=True)
            done = cl.study.run(made, {str(store)!r}, workers={workers}, using=noted)
            print(done.summary(), flush=True)
            print("interrupted:", done.interrupted)
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        start_new_session=True,  # as a terminal does, so that Ctrl-C can reach all of it
    )


# ---- workers ------------------------------------------------------------------------------------


@pytest.mark.slow
@needs_signals
def test_a_worker_that_is_killed_takes_its_own_case_along_and_no_other(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    made = [
        case("long", seed=1, log=log, wait=3.0),
        case("once", seed=2, log=log, dies="once"),
        case("always", seed=3, log=log, dies="always"),
        case("good", seed=4, log=log),
    ]
    frame = study.run(made, store, workers=2, using=fragile, attempts=2).to_frame()
    assert frame["status"].tolist() == ["done", "done", "lost", "done"]
    assert Counter(begun(log)) == {"long": 1, "once": 2, "always": 2, "good": 1}
    assert frame["attempts"].tolist() == [1, 2, 2, 1]
    assert "died each of the 2 times" in frame.loc["always", "error"]
    assert len(list((store / "cases").iterdir())) == 4


@needs_signals
def test_workers_end_with_the_runner_and_another_runner_goes_on(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    first = runner(store, log, count=6, wait=0.4, workers=1)
    until(lambda: len(begun(log)) >= 3)
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children")
    pids = [int(pid) for pid in children.read_text().split()] if children.exists() else []
    first.send_signal(signal.SIGKILL)
    first.communicate()
    kept = study.read_store(store).to_frame().index.tolist()
    assert 1 <= len(kept) < 6
    done = study.run(cases(6, log=log, wait=0.0), store, using=noted)
    assert done.found == len(kept)
    assert done.to_frame()["value"].tolist() == [10 * k for k in range(1, 7)]
    counts = Counter(begun(log))
    assert [counts[name] for name in kept] == [1] * len(kept)
    assert sum(counts.values()) <= 6 + 2  # what was running, or done and not yet kept
    until(lambda: not any(is_running(pid) for pid in pids), 20)


@needs_signals
@pytest.mark.parametrize("workers", [None, pytest.param(2, marks=pytest.mark.slow)])
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path, workers):
    log, store = tmp_path / "log", tmp_path / "store"
    first = runner(store, log, count=50, wait=0.3, workers=workers)
    until(lambda: len(begun(log)) >= 3)
    until(lambda: len(study.read_store(store)) >= 1)  # on a busy machine a moment later
    os.killpg(first.pid, signal.SIGINT)
    begin = time.monotonic()
    out, err = first.communicate(timeout=60)
    assert time.monotonic() - begin < 15
    assert err == ""
    assert first.returncode == 0
    assert "interrupted: True" in out
    assert f"What is done is kept in {store}: run it again to go on." in out
    kept = len(study.read_store(store))
    assert f"{50 - kept} not run" in out
    assert kept >= 1


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_ctrl_c_while_workers_begin_ends_clean(tmp_path, seconds):
    first = runner(tmp_path / "store", tmp_path / "log", count=50, wait=0.3, workers=2)
    assert first.stdout.readline() == "ready\n"
    time.sleep(seconds)
    os.killpg(first.pid, signal.SIGINT)
    out, err = first.communicate(timeout=60)
    if "Traceback" not in err:  # else it came before the study had begun
        assert "interrupted: True" in out
    assert err.count("Traceback") <= 1  # of the runner, never of a worker
    assert "Process " not in err


@needs_signals
@pytest.mark.slow
def test_ctrl_c_ends_a_search_in_this_process_and_its_half_plan_is_not_kept(tmp_path):
    code = f"""
        import signal
        import clusters as cl
        from tests.test_solver import HARD, _town
        signal.signal(signal.SIGINT, signal.default_int_handler)
        town = _town(240)
        cl.solve(town, HARD, None, cl.Settings(time_limit_s=1))  # compiled from here on
        made = [cl.study.Case(name=str(k), problem=town, rules=HARD,
                              settings=cl.Settings(time_limit_s=100, seed=k)) for k in (1, 2)]
        print("ready", flush=True)
        done = cl.study.run(made, {str(tmp_path / "s")!r})
        print(done.interrupted, done.to_frame()["status"].tolist())
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(3)
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=30)
    assert out == "True ['not run', 'not run']\n"
    assert study.read_store(tmp_path / "s").rows == ()


@pytest.mark.slow
def test_real_searches_in_processes_stay_below_four_tenths_of_a_gigabyte(tmp_path):
    problem = cl.datasets.load_problem()
    rows = [{"rules.n_clusters": k, "settings.work_limit": 2.0} for k in (17, 18, 19, 20)]
    made = study.cases(
        rows,
        problem,
        rules=cl.Rules(n_clusters=1, balance={"pupils": 0.25}),
        priorities=cl.Priorities(travel_by="pupils"),
    )
    frame = study.run(made, tmp_path, workers=2).to_frame()
    assert set(frame["status"]) <= {"feasible", "optimal"}
    assert frame["memory_mb"].max() < 400
    assert frame["worker"].nunique() == 2
    alone = cl.solve(problem, made[1].rules, made[1].priorities, made[1].settings)
    assert frame["objective"].iloc[1] == alone.objective


def test_memory_of_a_worker_is_its_own_not_that_of_whoever_started_it(tmp_path):
    held = bytearray(b"1") * (600 * 2**20)  # in use, and a worker is begun meanwhile
    frame = study.run(cases(1, log=tmp_path / "log"), tmp_path / "s", workers=1, using=noted)
    del held
    assert frame.to_frame()["memory_mb"].max() < 500


# ---- the executor -------------------------------------------------------------------------------


def test_what_a_call_returns_and_raises_comes_back():
    with Processes(1) as pool:
        assert pool.submit(divmod, 7, 2).result() == (3, 1)
        with pytest.raises(ZeroDivisionError):
            pool.submit(divmod, 7, 0).result()
        with pytest.raises(WorkerLostError):
            pool.submit(os._exit, 3).result()
        assert pool.submit(divmod, 7, 2).result() == (3, 1)


def test_a_script_without_the_guard_is_told_what_to_do(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import clusters as cl\n"
        "from tests.study.answers import cases, noted\n"
        f"cl.study.run(cases(2, log={str(tmp_path / 'log')!r}), {str(tmp_path / 's')!r},\n"
        "             workers=1, using=noted)\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    child = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=env, timeout=120
    )
    assert child.returncode == 1
    told = child.stderr.strip().splitlines()[-1]
    assert "A worker process cannot begin" in told
    assert 'if __name__ == "__main__":' in told
    assert begun(tmp_path / "log") == []
