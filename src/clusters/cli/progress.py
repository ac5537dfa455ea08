"""Progress of a search: a live line on a terminal, plain lines of a log elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_EVERY_S = 5.0


@contextmanager
def show_progress(*, quiet: bool, seconds: float) -> Iterator[Callable[[Any], None] | None]:
    """Give `solve` something to call with its progress.

    Parameters
    ----------
    quiet
        Show nothing.
    seconds
        Time limit, to be named.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _live(seconds)
    else:
        yield _log()


def _live(seconds: float) -> Iterator[Callable[[Any], None]]:
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(f"Searching for up to {seconds:g} s; Ctrl-C keeps the best plan") as status:
        yield lambda progress: status.update(_line(progress))


def _log() -> Callable[[Any], None]:
    last = [float("-inf")]

    def log(progress: Any) -> None:
        now = time.monotonic()
        if now - last[0] >= _EVERY_S:
            last[0] = now
            print(_line(progress), file=sys.stderr, flush=True)

    return log


def _line(progress: Any) -> str:
    """Put the state of a search into one line."""
    parts = [f"{progress.seconds:6.1f} s", str(getattr(progress, "phase", "searching"))]
    if progress.objective is not None:
        parts.append(f"best cost {progress.objective:,.0f}")
    if progress.bound is not None and progress.bound > 0:
        parts.append(f"no plan below {progress.bound:,.0f}")
    gap = getattr(progress, "gap", None)
    if gap is not None and gap < 1:
        parts.append(f"gap {100 * gap:.2f} %")
    return " | ".join(parts)
