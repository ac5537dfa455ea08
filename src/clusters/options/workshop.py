"""Making plans for a theme: at the strength that a ceiling allows, and different from others."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.measures import difference, places_of
from clusters.model.instance import Instance, compile_instance
from clusters.options.themes import Theme
from clusters.search.brief import found_of, improved, plan_of
from clusters.verifier import Certificate, verify

__all__ = ["Budget", "Candidate", "Workshop"]

TRIES = 4
"""Strengths tried for one theme."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one search: wall-clock seconds, deterministic work."""

    seconds: float
    work: float

    def parts(self, count: int) -> Iterator[Budget]:
        """Give out equal parts of it, of seconds as long as there are any left."""
        deadline = time.monotonic() + self.seconds
        for number in range(count):
            left = deadline - time.monotonic()
            if left <= 0:
                return
            yield Budget(left / (count - number), self.work / count)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A verified plan for a theme: cost under the common priorities, and under the theme's.

    `strength` is the weight at which it was found (0 where the theme has none).
    """

    theme: Theme
    plan: Plan
    certificate: Certificate
    cost: float
    aim: float
    strength: float = 0.0


class Workshop:
    """The inputs, the best plan, and how to make others from it."""

    def __init__(
        self, problem: Problem, rules: Rules, common: Priorities, best: Plan, cost: float, seed: int
    ) -> None:
        self.problem, self.common, self.best, self.cost = problem, common, best, cost
        self.k = len(best.clusters)
        self.rules = replace(rules, n_clusters=self.k)
        self.seed = seed

    def instance(self, priorities: Priorities) -> Instance:
        """Compile the rules under some priorities."""
        return compile_instance(self.problem, self.rules, priorities, self.k)

    def candidate(self, theme: Theme, plan: Plan) -> Candidate | None:
        """Verify a plan and price it twice; None where it breaks a rule."""
        certificate = verify(self.problem, self.rules, plan, self.common)
        if not certificate.ok or certificate.objective is None:
            return None
        aim = verify(self.problem, self.rules, plan, theme.priorities)
        own = aim.objective if theme.cares_for is None else aim.costs.get(theme.cares_for, 0.0)
        return Candidate(
            theme=theme,
            plan=plan,
            certificate=certificate,
            cost=certificate.objective,
            aim=float(own or 0.0),
        )

    def search(self, instance: Instance, begin: Plan, budget: Budget) -> Plan | None:
        """Improve a plan in some instance."""
        first = found_of(self.problem, instance, begin)
        found = improved(
            instance,
            [] if first is None else [first],
            seconds=budget.seconds,
            work=budget.work,
            seed=self.seed,
            patience=3.0,
        )
        return None if found is None else plan_of(self.problem, instance, found, keep=self.best)

    # -- at the strength that the ceiling allows ---------------------------------------------

    def themed(self, theme: Theme, roof: float, budget: Budget) -> list[Candidate]:
        """Make plans for a theme, as strong in it as a cost of at most `roof` allows."""
        if theme.cares_for is None:
            return self._blended(theme, roof, budget)
        made: list[Candidate] = []
        begin = self.candidate(theme, self.best)
        if begin is None:
            return []
        strength = 0.3 * self.cost / begin.aim if begin.aim > 0 else 1.0
        low, high = 0.0, np.inf
        for part in budget.parts(TRIES):
            instance = self.instance(theme.at(self.common, self._weight(theme, strength)))
            plan = self.search(instance, self.best, part)
            found = None if plan is None else self.candidate(theme, plan)
            if found is not None:
                made.append(replace(found, strength=strength))
            if found is None or found.cost > roof:
                high = strength
            elif found.cost > 0.5 * self.cost + 0.5 * roof:
                break  # most of what the ceiling allows is used
            else:
                low = strength
            strength = 4 * strength if high == np.inf else (low + high) / 2
        return made

    def _weight(self, theme: Theme, strength: float) -> float:
        """Weight of the theme's priority: its own weight is 1, common weight comes on top."""
        assert theme.cares_for is not None
        return float(getattr(self.common, theme.cares_for)) + strength

    def _blended(self, theme: Theme, roof: float, budget: Budget) -> list[Candidate]:
        """Blend the costs of the theme's own priorities with the common ones."""
        made = []
        common, own = self.instance(self.common), self.instance(theme.priorities)
        scale = self.cost / max(1e-12, self._own_cost(theme))
        for share, part in zip((1.0, 0.5), budget.parts(2), strict=False):
            blend = replace(common, cost=(1 - share) * common.cost + share * scale * own.cost)
            if share == 1.0:
                blend = own
            plan = self.search(blend, self.best, part)
            found = None if plan is None else self._recentred(theme, plan)
            if found is not None:
                made.append(found)
                if found.cost <= roof:
                    break
        return made

    def _own_cost(self, theme: Theme) -> float:
        return verify(self.problem, self.rules, self.best, theme.priorities).objective or 0.0

    def _recentred(self, theme: Theme, plan: Plan) -> Candidate | None:
        """Give the clusters the centres that the common priorities prefer."""
        instance = self.instance(self.common)
        found = found_of(self.problem, instance, plan)
        if found is None:
            return self.candidate(theme, plan)
        return self.candidate(theme, plan_of(self.problem, instance, found, keep=self.best))

    # -- different from others ---------------------------------------------------------------

    def nearest(self, plan: Plan, others: Sequence[Plan]) -> float:
        """Least share of co-member pairs by which a plan differs from others (1 for none)."""
        mine = places_of(self.problem, plan)
        return min(
            (difference(mine, places_of(self.problem, other)).pairs_differ for other in others),
            default=1.0,
        )

    def distinct(
        self, found: Candidate, others: Sequence[Plan], least: float, budget: Budget
    ) -> list[Candidate]:
        """Make plans like one found, at a rising price on sharing a centre as in other plans."""
        theme = found.theme
        priorities = (
            theme.at(self.common, self._weight(theme, found.strength))
            if theme.cares_for
            else self.common
        )
        instance = self.instance(priorities)
        overlap = self._overlap(instance, others)
        unit = abs(self.cost) / len(self.problem)
        made: list[Candidate] = []
        begin, price = found.plan, 0.05 * unit
        for part in budget.parts(6):
            priced = replace(instance, cost=instance.cost + price * overlap)
            plan = self.search(priced, begin, part)
            other = None if plan is None else self.candidate(theme, plan)
            if other is not None:
                made.append(replace(other, strength=found.strength))
                if self.nearest(other.plan, others) >= least:
                    break
            price *= 2.5
        return made

    def _overlap(self, instance: Instance, others: Sequence[Plan]) -> np.ndarray:
        """Count, for each atom and centre, the plans in which their schools share a cluster."""
        count = np.zeros(instance.cost.shape)
        for plan in others:
            place = places_of(self.problem, plan)
            centre = place[instance.centre_school]
            for a, members in enumerate(instance.members):
                same = place[list(members)][:, None] == centre[None, :]
                count[a] += np.where(instance.home == a, 0, same.sum(axis=0))
        return count
