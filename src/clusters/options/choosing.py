"""Choosing options among candidates: near enough to the best, and different enough."""

from __future__ import annotations

import time
from dataclasses import replace

from clusters.domain import Plan, Priorities
from clusters.naming import name_clusters
from clusters.options.themes import Theme
from clusters.options.values import Trade
from clusters.options.workshop import Budget, Candidate, Workshop
from clusters.solver import Result

__all__ = ["OTHER", "Chooser", "another_map", "dear"]

OTHER = "Another map"
"""Name of the theme that asks for nothing but a difference."""


def another_map(priorities: Priorities) -> Theme:
    """Make the theme that asks for nothing but a difference."""
    return Theme(
        name=OTHER,
        sentence="a different map at nearly the same cost",
        cares_for=None,
        priorities=priorities,
    )


class Chooser:
    """Candidates so far; which of them are options, and why the others are not."""

    def __init__(self, shop: Workshop, n_options: int, ceiling: float, least: float) -> None:
        self.shop, self.n_options, self.ceiling, self.least = shop, n_options, ceiling, least
        self.roof = (1 + ceiling) * shop.cost
        self.chosen: list[Candidate] = []
        self.left_out: list[Candidate] = []

    @property
    def plans(self) -> list[Plan]:
        """Plans of the options so far."""
        return [self.shop.best, *(found.plan for found in self.chosen)]

    @property
    def full(self) -> bool:
        """Whether there are as many options as asked for."""
        return len(self.plans) >= self.n_options

    def add_counts(self, first: Result) -> None:
        """Offer the best plans of other numbers of clusters, where a range was asked for."""
        for count in first.by_count:
            if count.plan is None or count.n_clusters == self.shop.k:
                continue
            noun = "clusters" if count.n_clusters != 1 else "cluster"
            theme = Theme(
                name=f"{count.n_clusters} {noun}",
                sentence=f"{count.n_clusters} {noun} instead of {self.shop.k}",
                cares_for=None,
                priorities=self.shop.common,
            )
            shop = self.shop
            plan = name_clusters(shop.problem, count.plan, keep=shop.best)
            other = Workshop(
                shop.problem,
                replace(shop.rules, n_clusters=count.n_clusters),
                shop.common,
                plan,
                shop.cost,
                shop.seed,
            )
            other.k = count.n_clusters
            found = other.candidate(theme, plan)
            if found is not None:
                self.offer([found])

    def offer(self, made: list[Candidate]) -> bool:
        """Take the candidate that is strongest in its theme, if any is near and different."""
        if self.full:
            return True
        fits = [found for found in made if found.cost <= self.roof]
        for found in sorted(fits, key=lambda found: (found.aim, found.cost)):
            if self.shop.nearest(found.plan, self.plans) >= self.least:
                self.chosen.append(found)
                return True
        self.left_out += made
        return False

    def force(self, budget: Budget, more: bool) -> None:
        """Make plans different by force: first those left out, then further maps."""
        queue = {found.theme.name: found for found in sorted(self.left_out, key=dear)}
        tries = [*queue.values()]
        other = self.shop.candidate(another_map(self.shop.common), self.shop.best)
        if other is not None and (more or not tries):
            tries += [other] * self.n_options
        deadline = time.monotonic() + budget.seconds
        for number, found in enumerate(tries):
            if self.full or time.monotonic() >= deadline:
                return
            count = max(1, min(len(tries) - number, self.n_options - len(self.plans)))
            part = Budget((deadline - time.monotonic()) / count, budget.work / count)
            theme = self._numbered(found.theme)
            begin = replace(found, theme=theme)
            self.offer(self.shop.distinct(begin, self.plans, self.least, part))

    def _numbered(self, theme: Theme) -> Theme:
        """Give a theme that is taken already a number."""
        taken = {found.theme.name for found in self.chosen}
        name, number = theme.name, 2
        while name in taken:
            name, number = f"{theme.name} {number}", number + 1
        return replace(theme, name=name)

    def trades(self) -> tuple[Trade, ...]:
        """Offer the plans left out, the cheapest of each theme first."""
        if self.full:
            return ()
        best: dict[str, Trade] = {}
        taken = {found.theme.name for found in self.chosen}
        for found in sorted(self.left_out, key=dear):
            differs = self.shop.nearest(found.plan, self.plans)
            above = max(0.0, found.cost / self.shop.cost - 1) if self.shop.cost else 0.0
            if differs <= 0 or found.theme.name in taken:
                continue
            wanted = []
            if above > self.ceiling:
                wanted.append(f"a ceiling of {100 * above:.1f} %")
            if differs < self.least:
                wanted.append(f"a least difference of {100 * differs:.1f} %")
            trade = Trade(
                name=found.theme.name,
                plan=found.plan,
                ceiling=max(self.ceiling, above),
                min_difference=min(self.least, differs),
                sentence=f"{found.theme.name} ({found.theme.sentence}): the plan found in the time "
                f"given would need {' and '.join(wanted) or 'no more than was asked for'}; more "
                "time may find one that does not.",
            )
            best.setdefault(found.theme.name, trade)
        return tuple(best.values())


def dear(found: Candidate) -> float:
    """Cost of a candidate under the common priorities."""
    return found.cost
