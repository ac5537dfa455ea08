"""The progress of a search in one line: live on a terminal and in a notebook, plain in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clusters.shown import in_notebook
from clusters.text import escaped

__all__ = ["line_of", "progress_line"]

_EVERY_S = 5.0


@contextmanager
def progress_line(what: str, seconds: float | None) -> Iterator[Callable[[Any], None]]:
    """Show a line for as long as something runs; give what it is to call with its progress.

    In a notebook the line takes the place of itself; on a terminal it is a spinner on standard
    error; elsewhere a line of a log every few seconds. It is gone when the search is done.

    Parameters
    ----------
    what
        What is being done.
    seconds
        Time limit, to be named; None where there is none.
    """
    limit = "" if seconds is None else f" for up to {seconds:g} s"
    words = f"{what}{limit}; Ctrl-C keeps the best so far"
    if in_notebook():
        yield from _in_notebook(words)
    elif sys.stderr and sys.stderr.isatty():
        yield from _on_terminal(words)
    else:
        yield _in_log()


def line_of(progress: Any) -> str:
    """Put the state of a search into one line."""
    parts = [f"{progress.seconds:6.1f} s", str(getattr(progress, "phase", "searching"))]
    if progress.objective is not None:
        parts.append(f"best cost {progress.objective:,.0f}")
    if progress.bound is not None and progress.bound > 0:
        parts.append(f"no plan below {progress.bound:,.0f}")
    gap = getattr(progress, "gap", None)
    if gap is not None and gap < 1:
        parts.append(f"gap {100 * gap:.2f}%")
    return " | ".join(parts)


def _in_notebook(words: str) -> Iterator[Callable[[Any], None]]:
    from IPython.display import DisplayHandle

    made: Any = DisplayHandle  # IPython leaves it untyped
    handle = made()
    handle.display(_Line(words))
    try:
        yield lambda progress: handle.update(_Line(line_of(progress)))
    finally:
        handle.update(_Line(""))


class _Line:
    """A line of text that a notebook shows, or nothing."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<code>{escaped(self.text)}</code>" if self.text else ""


def _on_terminal(words: str) -> Iterator[Callable[[Any], None]]:
    from rich.console import Console

    with Console(stderr=True).status(words) as status:
        yield lambda progress: status.update(line_of(progress))


def _in_log() -> Callable[[Any], None]:
    last = [float("-inf")]

    def log(progress: Any) -> None:
        now = time.monotonic()
        if now - last[0] >= _EVERY_S:
            last[0] = now
            print(line_of(progress), file=sys.stderr, flush=True)

    return log
