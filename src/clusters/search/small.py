"""Small problems searched until it is known what the best plan is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clusters.model.instance import Instance
from clusters.search.counts import Clock, Search
from clusters.search.solution import Found
from clusters.search.warm_up import warm_up

__all__ = ["SMALL", "solved"]

SMALL = 2500
"""Pairs of atom and centre up to which the proof takes no longer than a search without one."""


def solved(
    instance: Instance,
    starts: Sequence[Found],
    *,
    seconds: float,
    seed: int = 1,
    work: float = np.inf,
) -> Found | None:
    """Search and prove in turns, until it is known what the best plan is or a limit is reached.

    Large problems get better plans in the same time from `short.improved`.
    """
    warm_up()
    limited = bool(np.isfinite(work))
    clock = Clock(None if limited else seconds, work if limited else None)
    search = Search(instance, clock, seed, 1, 0.0)
    for found in starts:
        search.shared.submit(found, "given plan")
    search.run(lambda: False)
    return search.shared.best
