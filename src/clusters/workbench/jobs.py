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
"""How long a search may take beyond its time before it is ended."""


class Job:
    """One search: it tells its progress, and its answer in plain values."""

    def __init__(
        self,
        kind: str,
        problem: Problem,
        rules: Rules,
        plan: Plan,
        priorities: Priorities,
        seconds: float,
    ) -> None:
        self.seconds = seconds
        self.begun = time.monotonic()
        self.news: dict[str, Any] = {"phase": "Starting", "gap": None}
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
        used = time.monotonic() - self.begun
        if used > self.seconds + PATIENCE_S:
            self.end()
        return {"state": "running", "seconds": used, **self.news}

    def stop(self) -> None:
        """Ask it to stop and to give the best plan so far."""
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
                told = json.loads(line)
                if "progress" in told:
                    self.news = told["progress"]
                else:
                    answer = told
        self._program.wait()
        for pipe in (self._program.stdin, self._program.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self.answer = answer or {
            "error": "The search ended without an answer; the plan on the table is as it was."
        }
