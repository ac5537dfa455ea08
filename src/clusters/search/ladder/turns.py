"""Whose turn it is: the way that promises to be at the top first."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from typing import Protocol

import numpy as np

from clusters.search.heuristics.local import counted
from clusters.search.incumbent import Shared

__all__ = ["Way", "climb"]

WAIT = 2.0
"""A way that fell behind is tried when the other has worked so many times what that puts at stake.
"""


class Way(Protocol):
    """One way of climbing.

    over: it can go no further. stake: what the next try takes if it fails, about. pace: work for
    one unit of the last gain, infinity where the last two tries settled nothing. failed: whether
    the last one did. idle: what the other way has worked since.
    """

    over: bool
    failed: bool
    stake: float
    pace: float
    idle: float

    def rung(self) -> Generator[float, None, bool]:
        """Try one target; return whether that was decided."""
        ...


def climb(shared: Shared, ways: Sequence[Way]) -> Iterator[float]:
    """Climb the way that promises to be at the top first, columns where neither has shown its pace.

    The other is tried when it has waited for some times what it puts at stake, unless less than
    that is left to do. Where both fail again and again, what they put at stake doubles in turn:
    whichever way is the right one, its work is a good part of all.
    """
    while not shared.stop():
        live = [way for way in ways if not way.over]
        if not live:
            return
        before = shared.bound
        missing = min(shared.target - before, abs(shared.target))
        turn = min(live, key=lambda way: (way.pace, way.stake))
        for way in live:
            if way.idle >= WAIT * way.stake and turn.pace * missing > way.stake:
                turn = way
        begin = time.thread_time()
        decided, spent = yield from counted(turn.rung())
        if np.isfinite(shared.deadline):
            spent = time.thread_time() - begin
        _book(ways, turn, decided, spent, shared.bound - before)


def _book(ways: Sequence[Way], turn: Way, decided: bool, spent: float, gained: float) -> None:
    """Note what a try took and gained."""
    if not decided:
        turn.stake = max(turn.stake, spent) * (1.0 if np.isfinite(turn.pace) else 2.0)
    if decided and gained > 0.0:
        turn.pace = spent / gained
    elif turn.failed:
        turn.pace = np.inf
    turn.failed = not decided
    for way in ways:
        way.idle = 0.0 if way is turn else way.idle + spent
