"""Progress of a search: a live line on a terminal, plain lines of a log elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def show_progress(*, quiet: bool, seconds: float) -> Iterator[Callable[[Any], None]]:
    """Give `solve` something to call with its progress.

    Parameters
    ----------
    quiet
        Show nothing.
    seconds
        Time limit, to be named.
    """
    if quiet:
        yield lambda _: None
        return
    from clusters.display.progress import progress_line

    with progress_line("Searching", seconds) as show:
        yield show
