"""The line of progress: where somebody looks, and nowhere else; and the logger."""

from __future__ import annotations

import io
import logging
import os
import pty
import subprocess
import sys
import textwrap
import threading

import pytest

import clusters as cl
from clusters import shown
from clusters.display import progress_line
from clusters.solver import Progress

SCRIPT = textwrap.dedent(
    """
    import sys, clusters as cl
    problem = cl.Problem.from_arrays(
        ["a", "b", "c"], [[0, 0], [1, 0], [9, 0]], {"need": [1, 2, 1]})
    rules = cl.Rules(n_clusters=2, contiguous=False)
    result = cl.solve(problem, rules, **eval(sys.argv[1]))
    print(result.status)
    """
)
REPORT = Progress(
    seconds=1.5, phase="searching", objective=1000.0, bound=900.0, gap=0.1, n_clusters=3
)


class Terminal(io.StringIO):
    """Standard error as it is in front of a person."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(options: str) -> tuple[str, str]:
    """Run the script with a real terminal as standard error; what it wrote to each."""
    ours, theirs = pty.openpty()
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, options],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
        text=True,
        timeout=300,
        check=True,
    )
    os.close(theirs)
    wrote = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:
            break
        if not more:
            break
        wrote += more
    os.close(ours)
    return wrote.decode(), run.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize(
    ("options", "shown_there"),
    [("{}", True), ("{'display': False}", False), ("{'on_progress': lambda p: None}", False)],
)
def test_on_a_terminal(options, shown_there):
    wrote, out = on_a_terminal(options)
    assert out == "optimal\n"
    assert ("s | compiling" in wrote) == shown_there
    assert shown_there or wrote == ""


def test_nothing_is_shown_where_nobody_looks(capfd):
    with shown.watching(display=None) as report:
        assert report is None
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_a_line_unless_asked_otherwise(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert shown.somebody_looks()
    with shown.watching(display=False) as report:
        assert report is None
    seen = []
    with shown.watching(seen.append, display=None) as report:
        report("x")
    assert seen == ["x"]
    assert sys.stderr.getvalue() == ""


def test_asked_for_a_line_is_shown_beside_what_the_caller_wants(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    seen = []
    with shown.watching(seen.append, display=True, what="Repairing", seconds=5) as report:
        report(REPORT)
        with shown.watching(display=True) as inner:  # a search within a search
            assert inner is None
    assert seen == [REPORT]
    assert "1.5 s | searching | best cost 1,000" in sys.stderr.getvalue()


def test_other_threads_leave_the_terminal_alone(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    looked = []
    thread = threading.Thread(target=lambda: looked.append(shown.somebody_looks()))
    thread.start()
    thread.join()
    assert looked == [False]


def test_a_log_gets_plain_lines(capsys):
    with progress_line("Searching", 5) as report:
        report(REPORT)
        report(REPORT)
    assert capsys.readouterr().err.splitlines() == [
        "   1.5 s | searching | best cost 1,000 | no plan below 900 | gap 10.00%"
    ]


def test_an_error_in_between_is_not_swallowed(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(ZeroDivisionError), shown.watching(display=True):
        _ = 1 / 0
    assert not shown._watched.get()


def test_the_logger_is_silent_until_asked_and_then_says_what_was_done(caplog):
    logger = logging.getLogger("clusters")
    assert any(isinstance(handler, logging.NullHandler) for handler in logger.handlers)
    assert logger.level == logging.NOTSET
    schools = [
        cl.School(urn=str(k), name=f"School {k}", easting=k, northing=0, pupils=5, ehcps=4321)
        for k in range(3)
    ]
    problem = cl.Problem.from_schools(schools)
    with caplog.at_level(logging.INFO, "clusters"):
        rules = cl.Rules(n_clusters=1, contiguous=False)
        cl.solve(problem, rules, cl.Priorities(travel_by="pupils"))
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "searching: Problem(3 schools" in said
    assert "found: Result(optimal" in said
    assert "4321" not in said
