"""Searches in a program of their own: they can be stopped, and their end cannot end the meeting."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from clusters.domain import Plan, Priorities, Problem, Rules

__all__ = ["KINDS", "Job"]

KINDS = ("repair", "best", "conflict")
PATIENCE_S = 30.0
"""How long a search may take beyond its time, or after it was asked to stop, before it is ended."""

PREPARING_S = 600.0
"""How long compiling may take, the first time on a machine."""


class Job:
    """One search: it reports its progress, and its answer in plain values."""

    def __init__(
        self,
        kind: str,
        problem: Problem,
        rules: Rules,
        plan: Plan,
        priorities: Priorities,
        seconds: float,
    ) -> None:
        self.kind = kind
        self.begun = time.monotonic()
        self.deadline = self.begun + PREPARING_S
        self.seconds = seconds
        self.ready = self.stopped = False
        self.news: dict[str, Any] = {
            "phase": "Getting ready (a minute the first time on a computer)",
            "gap": None,
        }
        self.answer: dict[str, Any] | None = None
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        self._program = subprocess.Popen(
            [sys.executable, "-m", "clusters.workbench.searching"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=os.name == "posix",
        )
        task = pickle.dumps((kind, problem, rules, plan, priorities, seconds))
        threading.Thread(target=self._follow, args=(task,), daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has answered."""
        return self.answer is not None

    def progress(self) -> dict[str, Any]:
        """Say how far it is, or what it answered."""
        if self.answer is not None:
            return {"state": "done", **self.answer}
        now = time.monotonic()
        if now > self.deadline:
            self.end()
        used = now - self.begun if self.ready else 0.0
        return {"state": "running", "seconds": used, **self.news}

    def stop(self) -> None:
        """Stop it: a search for the best plan gives what it has, the others give nothing."""
        self.stopped = True
        if self.kind != "best" or not self.ready:
            self.end()
            return
        self.deadline = min(self.deadline, time.monotonic() + PATIENCE_S)
        with contextlib.suppress(OSError, ValueError):
            assert self._program.stdin is not None
            self._program.stdin.write(b"stop\n")
            self._program.stdin.flush()

    def end(self) -> None:
        """End it, whatever it is doing."""
        with contextlib.suppress(OSError):
            self._program.kill()

    def _follow(self, task: bytes) -> None:
        """Hand the task over, then listen until the program ends."""
        answer: dict[str, Any] | None = None
        with contextlib.suppress(OSError, ValueError):
            assert self._program.stdin is not None
            assert self._program.stdout is not None
            self._program.stdin.write(f"{len(task)}\n".encode() + task)
            self._program.stdin.flush()
            for line in self._program.stdout:
                reply = json.loads(line)
                if "ready" in reply:
                    self.ready, self.begun = True, time.monotonic()
                    self.deadline = self.begun + self.seconds + PATIENCE_S
                    self.news = {"phase": "Searching", "gap": None}
                elif "progress" in reply:
                    self.news = reply["progress"]
                else:
                    answer = reply
        self._program.wait()
        for pipe in (self._program.stdin, self._program.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        how = "was stopped" if self.stopped else "ended without an answer"
        self.answer = answer or {"error": f"The search {how}; the plan on the table is as it was."}
