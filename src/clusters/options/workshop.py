"""Making plans for a theme: at the strength that a ceiling allows, and different from others."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.errors import NoPlanError
from clusters.explain.easing import longest_journey
from clusters.explain.instances import searched_from
from clusters.measures import difference, places_of
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.options.aims import aim_floor, aim_of, better, holders_of, within
from clusters.options.themes import WEIGHED, Theme
from clusters.search.short import found_of, plan_from
from clusters.solver import Settings, solve
from clusters.verifier import Certificate, verify

__all__ = ["Budget", "Candidate", "Workshop", "share_of"]

TRIES = 4
"""Strengths tried for one theme."""
PRICES = (0.3, 0.1, 0.4, 1.6)
"""Prices of sharing a centre as in another plan, in mean costs of a school."""
STARTS = 3
"""Plans from which a search goes on: those that cost least in what is searched."""
MILD = 0.35
"""Share of a theme's strength at which a milder plan is made."""


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
    """A verified plan for a theme: its cost under the common priorities, and the theme's aim.

    `strength` is the weight at which it was found (0 where the theme has none); `instance` what it
    was searched in, so that it can be searched on from.
    """

    theme: Theme
    plan: Plan
    certificate: Certificate
    cost: float
    aim: float
    strength: float = 0.0
    instance: Instance | None = None


def share_of(settings: Settings, share: float, least_s: float = 0.0) -> Settings:
    """Take a share of the effort, but no fewer seconds than `least_s` where there are as many."""
    limit, work = settings.time_limit_s, settings.work_limit
    return replace(
        settings,
        time_limit_s=None if limit is None else max(share * limit, min(limit, least_s)),
        work_limit=None if work is None else share * work,
    )


class Workshop:
    """The inputs, the best plan, and how to make others from it."""

    def __init__(
        self, problem: Problem, rules: Rules, common: Priorities, best: Plan, cost: float, seed: int
    ) -> None:
        self.problem, self.common, self.best, self.cost = problem, common, best, cost
        self.k = len(best.clusters)
        self.rules = replace(rules, n_clusters=self.k)
        self.seed = seed
        self._aims: dict[tuple[str, Plan], float] = {}
        self._floors: dict[str, float | None] = {}

    def instance(self, priorities: Priorities) -> Instance:
        """Compile the rules under some priorities."""
        return compile_instance(self.problem, self.rules, priorities, self.k)

    def aim(self, theme: Theme, plan: Plan) -> float:
        """Count on a plan what a theme cares for."""
        key = (theme.name, plan)
        if key not in self._aims:
            self._aims[key] = aim_of(self.problem, self.rules, theme, plan)
        return self._aims[key]

    def floor(self, theme: Theme) -> float | None:
        """Return what no plan can be below in a theme: proved; None where nothing is known."""
        if theme.name not in self._floors:
            self._floors[theme.name] = aim_floor(self.problem, self.rules, theme, self.k)
        return self._floors[theme.name]

    def can_better(self, theme: Theme) -> bool:
        """Whether it is not proved that no plan can be better in a theme than the best overall."""
        floor = self.floor(theme)
        least = 0.0 if floor is None else floor
        return better(least, self.aim(theme, self.best))

    def _raise_floor(self, theme: Theme, bound: float | None) -> None:
        if bound is not None and bound > (self.floor(theme) or 0.0):
            self._floors[theme.name] = bound

    def candidate(
        self, theme: Theme, plan: Plan, strength: float = 0.0, instance: Instance | None = None
    ) -> Candidate | None:
        """Verify a plan and count what it costs and what it is in the theme; None for a wrong one.

        The number of clusters is the workshop's.
        """
        certificate = verify(self.problem, self.rules, plan, self.common)
        if not certificate.ok or certificate.objective is None:
            return None
        return Candidate(
            theme=theme,
            plan=plan,
            certificate=certificate,
            cost=certificate.objective,
            aim=self.aim(theme, plan),
            strength=strength,
            instance=instance,
        )

    def search(
        self, instance: Instance, begin: Sequence[Plan], budget: Budget, turn: int = 0
    ) -> Plan | None:
        """Improve plans in some instance; those that break its rules are left aside."""
        given = [found_of(self.problem, instance, plan) for plan in dict.fromkeys(begin)]
        starts = sorted((s for s in given if s is not None), key=lambda found: found.cost)[:STARTS]
        found = searched_from(
            instance, starts, seconds=budget.seconds, work=budget.work, seed=self.seed + turn
        )
        return None if found is None else plan_from(self.problem, instance, found, keep=self.best)

    def polished(
        self, found: Candidate, others: Sequence[Plan], budget: Budget, turn: int = 0
    ) -> Candidate | None:
        """Search on from a candidate, and from other plans, for one better in its theme.

        Parameters
        ----------
        turn
            Further turns take other random numbers.
        """
        theme = found.theme
        instance = found.instance or self._between(found)
        if instance is None:
            return None
        # nothing but the theme's own priorities: the proof bounds all plans in them
        if theme.cares_for in (None, "travel") and found.strength == 1.0:
            plan = self._solved(theme, found.plan, budget)
        else:
            plan = self.search(instance, [found.plan, *others], budget, turn)
        if plan is None or plan == found.plan:
            return None
        return self._recentred(theme, plan, found.strength, instance)

    def _between(self, found: Candidate) -> Instance | None:
        """Weigh cost and theme such that a plan does as well as the best overall.

        Whatever is better in the sum of both is on the way to a plan that beats it in both.
        """
        theme = found.theme
        dearer = max(0.0, found.cost - self.cost)
        if theme.cares_for == "longest_journey":
            return self.under(within(self.problem, self.rules, found.aim))
        if theme.cares_for == "expertise_gaps":
            return None
        if theme.cares_for in (None, "travel"):
            gain = self._own_cost(theme, self.best) - self._own_cost(theme, found.plan)
            scale = self.cost / max(1e-12, self._own_cost(theme, self.best))
            if gain <= 0:
                return None
            return self._blend(theme, dearer / max(1e-12, dearer + scale * gain), scale)
        gain = self._priced_aim(theme, self.best) - self._priced_aim(theme, found.plan)
        if gain <= 0:
            return None
        return self.instance(theme.at(self.common, self._weight(theme, dearer / gain)))

    # -- at the strength that the ceiling allows ---------------------------------------------

    def themed(self, theme: Theme, most: float, budget: Budget) -> list[Candidate]:
        """Make plans for a theme, as strong in it as a cost of at most `most` allows."""
        if theme.cares_for == "longest_journey":
            return self._nearer(theme, most, budget)
        if theme.cares_for == "expertise_gaps":
            return self._everywhere(theme, budget)
        if theme.cares_for in WEIGHED and theme.cares_for != "travel":
            return self._weighted(theme, most, budget)
        return self._blended(theme, most, budget)

    def _weighted(self, theme: Theme, most: float, budget: Budget) -> list[Candidate]:
        """Halve the interval of strengths between too weak and too dear; then a milder one."""
        made: list[Candidate] = []
        aim = self._priced_aim(theme, self.best)
        strength = 0.3 * self.cost / aim if aim > 0 else 1.0
        low, high = 0.0, np.inf
        parts = budget.parts(TRIES)
        for number, part in enumerate(parts, start=1):
            found = self._at(theme, strength, made, part)
            if found is None or found.cost > most:
                high = strength
            elif found.cost > 0.5 * self.cost + 0.5 * most or found.aim <= (self.floor(theme) or 0):
                break  # most of what the ceiling allows is used, or nothing is left to gain
            else:
                low = strength
            if number == TRIES - 1:
                break
            strength = 4 * strength if high == np.inf else (low + high) / 2
        for part in itertools.islice(parts, 1):
            self._at(theme, MILD * strength, made, part)
        return made

    def _at(
        self, theme: Theme, strength: float, made: list[Candidate], budget: Budget
    ) -> Candidate | None:
        """Search at one strength, from the best plan and from those made for the theme."""
        instance = self.instance(theme.at(self.common, self._weight(theme, strength)))
        return self._made(theme, instance, strength, made, budget, last=2)

    def _made(
        self,
        theme: Theme,
        instance: Instance,
        strength: float,
        made: list[Candidate],
        budget: Budget,
        last: int = 0,
    ) -> Candidate | None:
        """Search from the best plan and those made (all, or the last few); add what is found."""
        begin = [self.best, *(found.plan for found in made[-last:])]
        plan = self.search(instance, begin, budget)
        found = None if plan is None else self._recentred(theme, plan, strength, instance)
        made += [] if found is None else [found]
        return found

    def _priced_aim(self, theme: Theme, plan: Plan) -> float:
        """Cost of what a theme cares for, at weight 1."""
        certificate = verify(self.problem, self.rules, plan, theme.priorities)
        return float(certificate.costs.get(str(theme.cares_for), 0.0))

    def _weight(self, theme: Theme, strength: float) -> float:
        """Weight of the theme's priority: its own weight is 1, common weight comes on top."""
        assert theme.cares_for is not None
        return float(getattr(self.common, theme.cares_for)) + strength

    def _blended(self, theme: Theme, most: float, budget: Budget) -> list[Candidate]:
        """Take the theme's own priorities alone, then blend their costs with the common ones."""
        made: list[Candidate] = []
        scale = self.cost / max(1e-12, self._own_cost(theme, self.best))
        low, share, high = 0.0, 1.0, 1.0
        for part in budget.parts(TRIES - 1):
            found = self._made(theme, self._blend(theme, share, scale), share, made, part)
            if found is None or found.cost > most:
                high = share
            elif share == 1.0 or found.cost > 0.5 * self.cost + 0.5 * most:
                break
            else:
                low = share
            share = low + 0.8 * (high - low)
        return made

    def _solved(self, theme: Theme, begin: Plan, budget: Budget) -> Plan | None:
        """Search on under a theme's own priorities, and prove what no plan can be below."""
        timed = np.isinf(budget.work)
        limit, work = (max(0.05, budget.seconds), None) if timed else (None, budget.work)
        settings = Settings(time_limit_s=limit, work_limit=work, seed=self.seed, workers=1)
        try:
            result = solve(self.problem, self.rules, theme.priorities, settings, start=begin)
        except NoPlanError:
            return None
        if theme.cares_for is None or set(result.certificate.costs) == {"travel"}:
            self._raise_floor(theme, result.bound)
        return result.plan

    def _own_cost(self, theme: Theme, plan: Plan) -> float:
        return verify(self.problem, self.rules, plan, theme.priorities).objective or 0.0

    def _blend(self, theme: Theme, share: float, scale: float) -> Instance:
        """Compile the theme's own priorities, the common ones taking the rest of the cost."""
        own = self.instance(theme.priorities)
        if share >= 1.0:
            return own
        common = self.instance(self.common)
        return replace(common, cost=(1 - share) * common.cost + share * scale * own.cost)

    def _recentred(
        self, theme: Theme, plan: Plan, strength: float, instance: Instance
    ) -> Candidate | None:
        """Give the clusters the centres that the common priorities prefer."""
        if theme.cares_for is None or theme.cares_for == "travel":
            common = self.instance(self.common)
            found = found_of(self.problem, common, plan)
            if found is not None:
                plan = plan_from(self.problem, common, found, keep=self.best)
        return self.candidate(theme, plan, strength, instance)

    # -- by stricter rules -------------------------------------------------------------------

    def under(self, rules: Rules) -> Instance:
        """Compile stricter rules under the common priorities."""
        return compile_instance(self.problem, rules, self.common, self.k)

    def _nearer(self, theme: Theme, most: float, budget: Budget) -> list[Candidate]:
        """Halve the interval of longest journeys between what is impossible and what there is."""
        made: list[Candidate] = []
        travel = self.problem.travel
        low, high = self.floor(theme) or 0.0, self.aim(theme, self.best)
        for part in budget.parts(TRIES):
            between = np.unique(travel[(travel >= low) & (travel < high)])
            if not len(between):
                break
            limit = float(between[len(between) // 2])
            instance = self.under(within(self.problem, self.rules, limit))
            found = self._made(theme, instance, limit, made, part)
            if found is None or found.cost > most:
                low = float(np.nextafter(limit, np.inf))
            else:
                high = min(limit, longest_journey(self.problem, self.rules, found.plan))
        return made

    def _everywhere(self, theme: Theme, budget: Budget) -> list[Candidate]:
        """Ask for every type in every cluster; where that finds nothing, for one after another.

        Of a type with fewer holders than clusters, no two holders share a cluster.
        """
        made: list[Candidate] = []
        kinds = sorted(
            holders_of(self.problem, self.rules).items(),
            key=lambda row: (len(row[1]) < self.k, abs(len(row[1]) - self.k), row[0]),
        )
        if budget.seconds <= 0 or not kinds:
            return made
        deadline = time.monotonic() + budget.seconds
        share = Budget(budget.seconds / (len(kinds) + 3), budget.work / (len(kinds) + 3))
        every = kept = self.rules
        for kind, holders in kinds:
            every = self._asking(every, kind, holders)
        if self._made(theme, self.under(every), 1.0, made, share) is not None:
            return made
        for kind, holders in kinds:
            if time.monotonic() > deadline:
                break
            asked = self._asking(kept, kind, holders)
            instance = self.under(asked)
            begin = made[-1].plan if made else self.best
            plan = self.search(instance, [begin], share)
            found = None if plan is None else self.candidate(theme, plan, 1.0, instance)
            if found is not None:
                kept, made = asked, [*made, found]
        return made

    def _asking(self, rules: Rules, kind: str, holders: Sequence[int]) -> Rules:
        """Copy of rules that ask for a type in as many clusters as can have it."""
        schools = self.problem.schools
        if len(holders) >= self.k:
            held = [s.expertise[kind].amount for s in schools if kind in s.expertise]
            least = min(amount for amount in held if amount > 0)
            asked = max(least, rules.expertise.get(kind, 0))
            return replace(rules, expertise={**rules.expertise, kind: asked})
        if len(holders) < 2:
            return rules
        return replace(rules, apart=(*rules.apart, tuple(schools[p].urn for p in holders)))

    # -- different from others ---------------------------------------------------------------

    def nearest(self, plan: Plan, others: Sequence[Plan]) -> float:
        """Least share of co-member pairs by which a plan differs from others (1 for none)."""
        mine = places_of(self.problem, plan)
        theirs = [places_of(self.problem, other) for other in others]
        return min((difference(mine, other).pairs_differ for other in theirs), default=1.0)

    def distinct(
        self, found: Candidate, others: Sequence[Plan], least: float, most: float, budget: Budget
    ) -> list[Candidate]:
        """Make plans like one found, at a rising price on sharing a centre as in other plans.

        The first is begun afresh, as what is drawn from nothing differs most; the others go on from
        the one found, as what is near it costs least.
        """
        theme = found.theme
        instance = self.instance(self.common) if found.instance is None else found.instance
        overlap = self._overlap(instance, others)
        known = found_of(self.problem, instance, found.plan)
        unit = abs(self.cost if known is None else known.cost) / len(self.problem)
        made: list[Candidate] = []
        for turn, (part, price) in enumerate(zip(budget.parts(len(PRICES)), PRICES, strict=False)):
            priced = replace(instance, cost=instance.cost + price * unit * overlap)
            begin = [found.plan] if turn else []
            plan = self.search(priced, begin, part, len(others))
            other = None if plan is None else self._recentred(theme, plan, found.strength, instance)
            if other is not None:
                made.append(other)
                if other.cost <= most and self.nearest(other.plan, others) >= least:
                    break
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
