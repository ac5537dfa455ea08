"""What the stages of the search share: the best plan, the best bound, and the wish to stop.

The stages are generators that yield after every slice of work, so that a scheduler can run them
side by side in threads or one after the other on a fixed budget. All access is under one lock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clusters.domain import FloatArray
from clusters.model.instance import Instance
from clusters.search.arrays import Tables, tables_of
from clusters.search.pool import Pool
from clusters.search.solution import Found

__all__ = ["Shared"]

DUST = 1e-9
TOLERANCE = 1e-7
"""A plan is proved optimal when no plan is cheaper by more than this share of its cost."""


@dataclass(slots=True, eq=False)
class Shared:
    """The state that stages share.

    Parameters
    ----------
    instance
        What is being solved.
    on_news
        Called with (phase) after every better plan or bound, without the lock.
    halted
        Array (1,) of booleans that compiled loops look at.
    rival
        Cost of the best plan of another number of clusters: only cheaper ones are of interest.
    prices
        Multipliers of the atoms (n,) that bounds begin from, and those of the best bound so far.
    root
        The relaxation at the end of its ascent, where another thread goes on from it; or None.
    """

    instance: Instance
    on_news: Callable[[str], None] = lambda _: None
    best: Found | None = None
    bound: float = -np.inf
    rival: float = np.inf
    infeasible: bool = False
    prices: FloatArray | None = None
    root: Any = None
    pool: Pool = field(init=False)
    tables: Tables = field(init=False)
    stopping: bool = False
    deadline: float = np.inf
    stop_at_gap: float = 0.0
    halted: np.ndarray = field(default_factory=lambda: np.zeros(1, dtype=np.bool_))
    _lock: Any = field(default_factory=threading.RLock)
    _solvers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pool = Pool(self.instance)
        self.tables = tables_of(self.instance)

    def submit(self, found: Found | None, phase: str) -> bool:
        """Offer a plan; true where it is better than the best so far."""
        if found is None:
            return False
        with self._lock:
            self.pool.add(found)
            better = self.best is None or found.cost < self.best.cost - 1e-12 * abs(self.best.cost)
            if better:
                self.best = found
        if better:
            self.on_news(phase)
        return better

    def raise_bound(self, bound: float, phase: str) -> None:
        """Offer a valid lower bound."""
        with self._lock:
            better = bound > self.bound + 1e-9 * abs(bound)
            if better:
                self.bound = bound
        if better:
            self.on_news(phase)

    def nothing_below(self, target: float = np.inf, phase: str = "bound") -> None:
        """Note that no plan costs less than a target; none at all where there is none to beat."""
        level = target if np.isfinite(target) else self.target
        if np.isfinite(level):
            self.raise_bound(level, phase)
        else:
            self.infeasible = True

    @property
    def cost(self) -> float:
        """Cost of the best plan, infinity where there is none."""
        return np.inf if self.best is None else self.best.cost

    @property
    def target(self) -> float:
        """Cost to beat: the best plan's or the rival's, infinity where there is none."""
        return min(self.cost, self.rival)

    @property
    def goal(self) -> float:
        """Cost that a better plan has at the most, infinity where there is none to beat."""
        best = self.target
        return best - 0.5 * TOLERANCE * abs(best) if np.isfinite(best) else np.inf

    def closed(self) -> bool:
        """Whether it is known what the best plan is: proved, or no plan exists."""
        return self.infeasible or (self.best is not None and self.rules_out(self.best.cost))

    def done(self) -> bool:
        """Whether nothing is left to do: closed, nothing here beats the rival, or near enough."""
        if self.closed() or self.gap_reached():
            return True
        return bool(np.isfinite(self.rival)) and self.rules_out(self.rival)

    def rules_out(self, cost: float) -> bool:
        """Whether it is proved that no plan is cheaper than this (by more than the tolerance)."""
        # no cost is ever negative; the last term is for the dust of sums that ought to be 0
        return max(self.bound, 0.0) >= cost - TOLERANCE * abs(cost) - DUST

    def stop(self) -> bool:
        """Whether stages should come to an end."""
        return self.stopping or self.done() or time.monotonic() > self.deadline

    def gap_reached(self) -> bool:
        """Whether the gap that the caller is content with has been reached."""
        target = self.target
        if not np.isfinite(target) or not np.isfinite(self.bound):
            return False
        return target - self.bound <= self.stop_at_gap * abs(target)

    def register(self, solver: Any) -> None:
        """Keep track of the running solver of this thread (None: it has ended)."""
        with self._lock:
            mine = threading.get_ident()
            self._solvers = [(owner, s) for owner, s in self._solvers if owner != mine]
            if solver is not None:
                self._solvers.append((mine, solver))
                left = self.deadline - time.monotonic()
                if np.isfinite(left):
                    solver.parameters.max_time_in_seconds = max(0.01, left)

    def interrupt(self) -> None:
        """Stop every running solver and ask every stage to end for good."""
        self.stopping = True
        self.halt()

    def halt(self) -> None:
        """Stop every running solver and compiled loop."""
        self.halted[0] = True
        with self._lock:
            for _, solver in self._solvers:
                solver.stop_search()
