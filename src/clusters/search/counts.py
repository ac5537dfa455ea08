"""The numbers of clusters that were asked for, and how the time is shared out between them.

A number is looked at only where simple arithmetic and the bound leave it a chance: one search soon
tells which numbers cannot hold a better plan (see `outlook`). What it learns - a plan, prices -
the next one begins from. A single number has all the time to itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.model.threads import run_together
from clusters.presolve import counts_to_try, reasons_for
from clusters.search.bound.ranges import Outlook
from clusters.search.heuristics.construction import draft_cost, from_plan
from clusters.search.heuristics.improve import improve
from clusters.search.incumbent import TOLERANCE, Shared
from clusters.search.prove import prove, prove_by_cores
from clusters.search.short import plan_from

__all__ = ["Clock", "Counts", "Search"]

SHORT_LIST = 12
"""Of so many numbers each gets a plan, if only by redrawing that of another: people compare."""
FIRST = 0.4
"""Share of the time after which others are tried where the first number has no plan yet."""
LOOKS = 4
"""Each number that waits is looked at for this part of its equal share of the time."""
TURN = 0.25
"""Share of the time left that a promising number gets at a time."""


class Clock:
    """Time and work used, the limits on them, and whether the user has had enough."""

    def __init__(self, seconds: float | None, work: float | None) -> None:
        self.begin = time.monotonic()
        self.deterministic = work is not None
        self.deadline = np.inf if seconds is None or self.deterministic else self.begin + seconds
        self.work, self.work_limit = 0.0, np.inf if work is None else work
        self.interrupted = False

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.begin

    @property
    def used(self) -> float:
        """What has been used of what is limited: work, or else seconds."""
        return self.work if self.deterministic else self.seconds

    @property
    def left(self) -> float:
        """What is left of it."""
        if self.deterministic:
            return self.work_limit - self.work
        return self.deadline - time.monotonic()

    def over(self) -> bool:
        """Whether the search has to end."""
        return self.interrupted or self.left <= 0


@dataclass(slots=True, eq=False)
class Search:
    """One number of clusters: what its stages share, and the stages as generators."""

    instance: Instance
    clock: Clock
    seed: int
    workers: int
    stop_at_gap: float
    shared: Shared = field(init=False)
    stages: list[Iterator[float]] = field(init=False)
    work: list[float] = field(init=False)
    live: list[int] = field(init=False)
    phase: str = "start"
    history: list[tuple[float, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shared = Shared(self.instance, on_news=self._note)
        self.shared.stop_at_gap = self.stop_at_gap
        self.shared.deadline = self.clock.deadline
        seeds = np.random.SeedSequence(self.seed).spawn(max(2, self.workers))
        generators = [np.random.default_rng(seed) for seed in seeds]
        first, second, *others = generators
        several = bool(others) and not self.clock.deterministic
        self.stages = [
            improve(self.shared, first),
            prove(self.shared, second, alone=not several),
        ]
        if several:
            # the two ways up side by side; whoever is left searches for plans
            self.stages.append(prove_by_cores(self.shared, others[0]))
            self.stages += [improve(self.shared, generator) for generator in others[1:]]
        self.work = [0.0] * len(self.stages)
        self.live = list(range(len(self.stages)))

    def _note(self, phase: str) -> None:
        self.phase = phase
        self.history.append((self.clock.seconds, self.shared.cost, self.shared.bound))

    def run(self, until: Callable[[], bool]) -> None:
        """Run the stages until something is the case; they can be run on from there."""

        def over() -> bool:
            return self.shared.stop() or self.clock.over() or until()

        def alone(which: int) -> None:
            while which in self.live and not over():
                self._advance(which)

        def watch() -> None:
            if self.shared.stop():
                self.shared.halt()

        if self.clock.deterministic or self.workers == 1:
            while self.live and not over():
                self._advance(min(self.live, key=lambda which: self.work[which]))
            return
        tasks = [partial(alone, which) for which in self.live]
        run_together(tasks, stop=self.shared.interrupt, beat=watch)

    def _advance(self, which: int) -> None:
        """Let one stage do a slice of work."""
        try:
            spent = next(self.stages[which])
        except StopIteration:
            self.live.remove(which)
            return
        self.work[which] += spent
        self.clock.work += spent

    def run_for(self, amount: float) -> None:
        """Run the stages for some seconds (or work)."""
        begin = self.clock.used
        self.run(lambda: self.clock.used - begin >= amount)


class Counts:
    """The numbers of clusters asked for.

    Attributes
    ----------
    asked
        Numbers in the range, no more than there are schools.
    impossible
        Those that arithmetic rules out: neither compiled nor searched.
    waiting
        Those not searched so far, with a bound on the cost of their plans.
    searches
        The others, in the order in which they were begun.
    active
        The search under way.
    """

    def __init__(
        self,
        problem: Problem,
        rules: Rules,
        priorities: Priorities,
        clock: Clock,
        *,
        seed: int,
        workers: int,
        stop_at_gap: float,
        start: Plan | None,
    ) -> None:
        self.problem, self.rules, self.priorities, self.clock = problem, rules, priorities, clock
        self.seed, self.workers, self.stop_at_gap = seed, workers, stop_at_gap
        self.start = start
        low, high = rules.count_range
        self.asked = range(low, max(low, min(high, len(problem))) + 1)
        self.waiting = dict.fromkeys(counts_to_try(problem, rules), -np.inf)
        self.impossible = set(self.asked) - set(self.waiting)
        self.searches: list[Search] = []
        self.active: Search | None = None
        self.stopping = False
        self._outlook: Outlook | None = None

    def stop(self) -> None:
        """Ask for an end of everything."""
        self.stopping = True
        if self.active is not None:
            self.active.shared.interrupt()

    @property
    def best(self) -> Search | None:
        """The search with the cheapest plan."""
        found = [search for search in self.searches if search.shared.best is not None]
        return min(found, key=lambda search: search.shared.cost, default=None)

    def run(self) -> None:
        """Share the time out: half to numbers not looked at yet, half to the promising ones.

        Of the promising, that with the cheapest plan and that with the lowest bound, which holds
        the bound over all of them down, take turns.
        """
        turn, clock = 0, self.clock
        look = clock.left / (LOOKS * max(1, len(self.waiting)))
        while not clock.over() and not self.stopping:
            open_ = self._open()
            if self._worth_a_look() and (not open_ or turn % 2 == 0):
                self._look(look)
            elif open_:
                lowest = min(open_, key=lambda search: search.shared.bound)
                self.active = open_[0] if turn % 4 == 1 else lowest
                self.active.run_for(max(look, TURN * clock.left))
            else:
                return
            turn += 1

    def _open(self) -> list[Search]:
        """List searches that may still find the best plan, cheapest first; each is told of it."""
        best = self.best
        for search in self.searches:
            others = best is not None and search is not best
            search.shared.rival = best.shared.cost if best is not None and others else np.inf
        open_ = [s for s in self.searches if s.live and not s.shared.done()]
        return sorted(open_, key=lambda search: search.shared.cost)

    def _worth_a_look(self) -> bool:
        """Whether a number is waiting that may hold the best plan, or that people would ask for."""
        if not self.waiting:
            return False
        self._look_ahead()
        short = len(self.asked) <= SHORT_LIST
        return short or not all(
            self.ruled_out(k, max(TOLERANCE, self.stop_at_gap)) for k in self.waiting
        )

    def ruled_out(self, k: int, share: float) -> bool:
        """Whether no plan of a number that waits is cheaper than the best by more than a share."""
        cost = np.inf if self.best is None else self.best.shared.cost
        return bool(np.isfinite(cost)) and self.waiting[k] >= cost - share * abs(cost)

    def _look(self, amount: float) -> None:
        """Begin with the most promising number, unless arithmetic shows that it has no plan."""
        k = self._most_promising()
        bound = self.waiting.pop(k)
        if len(self.asked) > 1 and reasons_for(self.problem, self.rules, k):
            self.impossible.add(k)
            return
        instance = compile_instance(self.problem, self.rules, self.priorities, k)
        search = Search(instance, self.clock, self.seed, self.workers, self.stop_at_gap)
        self.active = search
        self._begin(search, bound)
        self.searches.append(search)
        if len(self.asked) == 1:
            search.run(lambda: False)
            return
        self._open()
        begin, whole = self.clock.used, self.clock.left

        def enough() -> bool:
            used = self.clock.used - begin
            first = len(self.searches) == 1 and search.shared.best is None
            return used >= (FIRST * whole if first else amount)

        search.run(enough)

    def _begin(self, search: Search, bound: float) -> None:
        """Give a search what is known: a bound, prices, a plan to begin from."""
        shared, k, plan = search.shared, search.instance.k, self.start
        shared.bound, shared.infeasible = bound, bound == np.inf
        for near in sorted(self.searches, key=lambda other: abs(other.instance.k - k)):
            if shared.prices is None:
                shared.prices = near.shared.prices
            if plan is None and near.shared.best is not None:
                plan = plan_from(self.problem, near.instance, near.shared.best)
        if plan is not None:
            rng = np.random.default_rng(self.seed)
            given = from_plan(
                search.instance,
                shared.tables,
                self.problem,
                plan,
                rng,
                stop=lambda: shared.stopping or self.clock.over(),
                register=shared.register,
            )
            shared.submit(given, "given plan")

    def _most_promising(self) -> int:
        """Choose the number of least bound, the highest of equals; at first, of cheapest draft."""
        if not self.searches and len(self.waiting) > 1:
            counts = sorted(self.waiting)
            samples = (counts[-1], counts[len(counts) // 2], counts[0])
            return min(samples, key=self._drafted)
        return min(self.waiting, key=lambda k: (self.waiting[k], -k))

    def _drafted(self, k: int) -> float:
        """Cost of a rough plan."""
        instance = compile_instance(self.problem, self.rules, self.priorities, k)
        if instance.m < k:
            return np.inf
        return draft_cost(instance, np.random.default_rng(self.seed))

    def _look_ahead(self) -> None:
        """Bound all numbers that wait with the prices of the best search."""
        best = self.best
        if best is None or best.shared.prices is None:
            return
        if self._outlook is None:
            low, high = min(self.waiting), max(self.waiting)
            self._outlook = Outlook(self.problem, self.rules, self.priorities, low, high)
        for k, bound in self._outlook.bounds(best.shared.prices).items():
            if k in self.waiting:
                self.waiting[k] = max(self.waiting[k], bound)
