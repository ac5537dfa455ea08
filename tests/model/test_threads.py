"""Tasks in threads that end together."""

from __future__ import annotations

import threading
import time

import pytest

from clusters.model.threads import run_together


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("which", [0, 1])
def test_ctrl_c_while_a_thread_is_started_neither_loses_nor_repeats_a_task(
    monkeypatch: pytest.MonkeyPatch, begun: bool, which: int
) -> None:
    start, starts, ran, interrupted = threading.Thread.start, [], [], []

    def broken(thread: threading.Thread) -> None:
        starts.append(thread)
        if len(starts) != which + 1:
            start(thread)
            return
        if begun:
            start(thread)
            time.sleep(0.05)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", broken)
    run_together(
        [lambda: ran.append(0), lambda: ran.append(1)],
        stop=lambda: None,
        interrupted=lambda: interrupted.append(True),
    )
    assert sorted(ran) == [0, 1]
    assert interrupted == [True]
    assert not any(thread.is_alive() for thread in starts)


def test_ctrl_c_while_a_thread_is_started_ends_what_has_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, begun, stopped = threading.Thread.start, [], threading.Event()

    def broken(thread: threading.Thread) -> None:
        begun.append(thread)
        start(thread)
        if len(begun) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", broken)
    with pytest.raises(KeyboardInterrupt):
        run_together([lambda: stopped.wait(20), lambda: stopped.wait(20)], stop=stopped.set)
    for thread in begun:
        thread.join(1)
    assert not any(thread.is_alive() for thread in begun)
