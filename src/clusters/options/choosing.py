"""Choosing options among candidates: near the best, different, and none better in all respects."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clusters.domain import Plan, Priorities, Rules
from clusters.measures import places_of
from clusters.model.compiling import compile_instance
from clusters.naming import name_clusters
from clusters.options.aims import better
from clusters.options.themes import Theme
from clusters.options.values import Missing, Trade
from clusters.options.workshop import Budget, Candidate, Workshop
from clusters.presolve import is_refuted
from clusters.solver import Result
from clusters.text import counted

__all__ = ["OTHER", "Chooser", "another_map", "dear"]

LEAST_GAIN = 0.01
"""Share by which an option must be better in its theme than the best plan: less is not worth it."""
SMALLEST, MOST_COUNTS, ASKED_S = 900, 4, 5.0
"""Pairs of schools, and numbers of clusters, up to which it is asked whether there can be more
options, and the seconds that each number gets: small problems need a fraction of one."""
OTHER = "Another map"
"""Name of the theme that asks for nothing but a difference."""


def another_map(priorities: Priorities) -> Theme:
    """Make the theme that asks for nothing but a difference."""
    text = "a different map at nearly the same cost"
    return Theme(name=OTHER, sentence=text, cares_for=None, priorities=priorities)


class Chooser:
    """Plans made so far; which of them are options, and why the others are not.

    Every plan that is made, for whatever theme, is held against every other: an option of a theme
    is a plan that none made is better than in the theme at no more cost, nor cheaper at no less.

    Attributes
    ----------
    judged
        Themes by which a mere other map is held against the options: it must be better in one.
    made
        Every candidate so far.
    chosen
        The options besides the best plan, in the order of the themes.
    tried
        Themes that plans were made for so far.
    searched
        Plans that were searched on from, or found so.
    last
        Whether a milder plan of a theme is an option only if it was searched on from.
    no_more
        Whether it is proved that there is no further plan that is near and different enough.
    most
        No option costs more.
    """

    def __init__(
        self,
        shop: Workshop,
        n_options: int,
        ceiling: float,
        least: float,
        judged: Sequence[Theme] = (),
    ) -> None:
        self.shop, self.n_options, self.ceiling, self.least = shop, n_options, ceiling, least
        self.judged = judged
        self.most = (1 + ceiling) * shop.cost
        self.made: list[Candidate] = []
        self.counts: list[Candidate] = []
        self.chosen: list[Candidate] = []
        self.tried: list[Theme] = []
        self.searched: set[Plan] = set()
        self.last = False
        self.no_more = False

    @property
    def plans(self) -> list[Plan]:
        """Plans of the options so far."""
        return [self.shop.best, *(found.plan for found in self.chosen)]

    @property
    def full(self) -> bool:
        """Whether there are as many options as asked for."""
        return len(self.plans) >= self.n_options

    # -- plans of other numbers of clusters --------------------------------------------------

    def add_counts(self, first: Result) -> None:
        """Offer the best plans of other numbers of clusters, where a range was asked for."""
        shop = self.shop
        for count in first.by_count:
            if count.plan is None or count.n_clusters == shop.k:
                continue
            plan = name_clusters(shop.problem, count.plan, keep=shop.best)
            rules = replace(shop.rules, n_clusters=count.n_clusters)
            other = Workshop(shop.problem, rules, shop.common, plan, shop.cost, shop.seed)
            other.k = count.n_clusters
            found = other.candidate(_of_count(shop, count.n_clusters), plan)
            if found is not None:
                self.counts.append(found)
        self.counts.sort(key=dear)

    # -- choosing ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Where a plan turned out better than the best so far, call that one the best.

        It is cheaper; or it costs the same and is better in something, and worse in nothing.
        """
        shop = self.shop
        for found in sorted(self.made, key=dear):
            cheaper = found.cost < shop.cost * (1 - 1e-9)
            if cheaper or (
                not better(shop.cost, found.cost) and self._beats(found.plan, shop.best)
            ):
                before = shop.candidate(another_map(shop.common), shop.best)
                self.made += [] if before is None else [before]
                shop.best, shop.cost = found.plan, found.cost
                self.most = (1 + self.ceiling) * shop.cost
        self.choose()

    def _beats(self, one: Plan, other: Plan, *costs: tuple[float, float]) -> bool:
        """Whether a plan is better than another in something that is counted, and worse in none."""
        pairs = [*costs, *((self.shop.aim(t, one), self.shop.aim(t, other)) for t in self.judged)]
        return any(better(a, b) for a, b in pairs) and not any(better(b, a) for a, b in pairs)

    def choose(self) -> None:
        """Choose the options afresh: for each theme in turn, then other numbers, other maps."""
        self.chosen, themes = [], self.tried
        half = max(1, self.n_options // 2)
        for theme in themes:
            found = self._best_in(theme)
            if found is not None and not self.full:
                self.chosen.append(found)
        for found in self.counts[: half if self.chosen else None]:
            self._take(found)
        strongest = {found.theme.name: found for found in self.chosen}
        for theme in themes:
            if theme.name in strongest:
                self._take_milder(theme, strongest[theme.name])
        other = another_map(self.shop.common)
        for found in sorted(self.made, key=dear):
            if not self.full and not self._beaten(found):
                aim = self.shop.aim(other, found.plan)
                self._take(replace(found, theme=other, aim=aim, instance=None))

    def _take_milder(self, theme: Theme, strongest: Candidate) -> None:
        """Make one more plan of a theme an option: about half as far from the best plan."""
        half = (self.shop.cost + strongest.cost) / 2
        milder = replace(theme, name=f"{theme.name}, milder")
        for found in sorted(self.front(theme), key=lambda found: abs(found.cost - half)):
            known = not self.last or found.plan in self.searched
            if known and self._take(replace(found, theme=milder)):
                return

    def _take(self, found: Candidate) -> bool:
        """Make a candidate an option, if it is near and different and there is room."""
        if self.full or found.cost > self.most or self.differs(found.plan) < self.least:
            return False
        self.chosen.append(replace(found, theme=self._numbered(found.theme)))
        return True

    def differs(self, plan: Plan) -> float:
        """Return the least share of pairs by which a plan differs from the options so far."""
        return self.shop.nearest(plan, self.plans)

    def _best_in(self, theme: Theme) -> Candidate | None:
        """Return the strongest plan of a theme that is near, different, and beaten by none."""
        front = self.front(theme)
        return next((found for found in front if self.differs(found.plan) >= self.least), None)

    def front(self, theme: Theme) -> list[Candidate]:
        """List the plans that none made beats in a theme, strongest first; all beat the best plan.

        Plans above the ceiling are none of them.
        """
        shop = self.shop
        seen = {found.plan: found for found in reversed(self.made) if found.cost <= self.most}
        named = [
            replace(
                found
                if found.theme.name == theme.name
                else replace(found, strength=0.0, instance=None),
                theme=theme,
                aim=shop.aim(theme, found.plan),
            )
            for found in seen.values()
        ]
        best = shop.aim(theme, shop.best)
        kept: list[Candidate] = []
        for found in sorted(named, key=lambda found: (found.cost, found.aim)):
            if better(found.aim, min([best, *(other.aim for other in kept)])):
                kept.append(found)
        return [found for found in kept[::-1] if best - found.aim >= LEAST_GAIN * best]

    def _beaten(self, found: Candidate) -> bool:
        """Whether an option is better than a plan in something counted, and worse in nothing."""
        shop = self.shop
        best = shop.candidate(found.theme, shop.best)
        return any(
            self._beats(other.plan, found.plan, (other.cost, found.cost))
            for other in (*([] if best is None else [best]), *self.chosen)
            if len(other.plan.clusters) == len(found.plan.clusters)
        )

    # -- more differences --------------------------------------------------------------------

    def force(self, budget: Budget, more: bool) -> None:
        """Make plans different by force: another map, those too much alike, then milder ones."""
        tries = [] if self.full else [*self._alike(), *self._mild()]
        other = self.shop.candidate(another_map(self.shop.common), self.shop.best)
        if other is not None and (more or not tries):
            tries = [other, *tries, *[other] * self.n_options]
        deadline = time.monotonic() + budget.seconds
        for number, found in enumerate(tries):
            if self.full or time.monotonic() >= deadline:
                return
            count = min(len(tries) - number, self.n_options - len(self.plans) + 1)
            part = Budget((deadline - time.monotonic()) / count, budget.work / count)
            self.made += self.shop.distinct(found, self.plans, self.least, self.most, part)
            self.choose()

    def _alike(self) -> Iterator[Candidate]:
        """Yield the strongest plan of each theme that no option is of yet."""
        taken = {found.theme.name for found in self.chosen}
        for theme in self.tried:
            if theme.name not in taken:
                yield from [found for found in self.front(theme) if found.instance is not None][:1]

    def _mild(self) -> list[Candidate]:
        """List the cheapest plan made for each theme: what differs from it is still good at it."""
        cheapest: dict[str, Candidate] = {}
        for found in sorted(self.made, key=dear):
            if found.instance is not None and better(self.shop.cost, found.cost):
                cheapest.setdefault(found.theme.name, found)
        return list(cheapest.values())

    def _numbered(self, theme: Theme) -> Theme:
        """Give a theme that is taken already a number."""
        taken = {found.theme.name for found in self.chosen}
        name, number = theme.name, 2
        while name in taken:
            name, number = f"{theme.name} {number}", number + 1
        return replace(theme, name=name)

    def ask_for_more(self, rules: Rules) -> None:
        """Ask, where there are too few options of a small problem, whether there can be more."""
        from clusters.model.another import another_exists

        low, high = rules.count_range
        shop = self.shop
        if self.full or len(shop.problem) ** 2 > SMALLEST or high - low >= MOST_COUNTS:
            return
        places = [places_of(shop.problem, plan) for plan in self.plans]
        for k in range(low, min(high, len(shop.problem)) + 1):
            if is_refuted(shop.problem, rules, k):
                continue
            one = replace(rules, n_clusters=k)
            instance = compile_instance(shop.problem, one, shop.common, k)
            limits = {"differs": self.least, "at_most": self.most, "seconds": ASKED_S}
            if another_exists(instance, places, **limits, seed=shop.seed) is not False:
                return
        self.no_more = True

    # -- what was left out -------------------------------------------------------------------

    def trades(self) -> tuple[Trade, ...]:
        """Offer the plans left out, the cheapest of each theme first."""
        if self.full:
            return ()
        hope = "" if self.no_more else "; more time may find one that does not"
        best: dict[str, Trade] = {}
        taken = {found.theme.name for found in self.chosen}
        names = {theme.name for theme in (*self.tried, another_map(self.shop.common))}
        for found in sorted([*self.made, *self.counts], key=dear):
            differs = self.differs(found.plan)
            above = max(0.0, found.cost / self.shop.cost - 1) if self.shop.cost else 0.0
            if differs <= 0 or found.theme.name in taken or found.theme.name not in names:
                continue
            wanted = [f"a ceiling of {100 * above:.1f}%"] if above > self.ceiling else []
            if differs < self.least:
                wanted.append(f"a least difference of {100 * differs:.1f}%")
            if not wanted:
                continue
            trade = Trade(
                name=found.theme.name,
                plan=found.plan,
                ceiling=max(self.ceiling, above),
                min_difference=min(self.least, differs),
                sentence=f"{found.theme.name} ({found.theme.sentence}): the plan found in the time "
                f"given would need {' and '.join(wanted)}{hope}.",
            )
            best.setdefault(found.theme.name, trade)
        return tuple(best.values())

    def missing(self, themes: Sequence[Theme]) -> tuple[Missing, ...]:
        """Say of each theme that no option is of: why not, and whether that is proved."""
        taken = {found.theme.name for found in self.chosen}
        left = [self._missing(t, t in self.tried) for t in themes if t.name not in taken]
        others = [found for found in self.made if found.theme.name == OTHER]
        if not self.full and any(map(self._beaten, others)):
            text = f"{OTHER}: left out, as an option is better in something and worse in nothing."
            left.append(Missing(name=OTHER, sentence=text, proved=False))
        return tuple(left)

    def _missing(self, theme: Theme, tried: bool) -> Missing:
        shop, name = self.shop, theme.name
        proved = not shop.can_better(theme)
        if proved:
            text = "no plan of so many clusters can do better in this than the best plan: proved."
        elif not tried:
            text = "not tried, as there are options enough without it."
        elif self.front(theme):
            text = "the plans found for it are too much like the other options, or there were "
            text += "options enough; whether others would do is not known."
        elif any(better(shop.aim(theme, m.plan), shop.aim(theme, shop.best)) for m in self.made):
            text = "the plans found for it cost more than the ceiling allows, in the time given; "
            text += "whether a cheaper one exists is not known."
        else:
            text = "no plan that does better in this was found in the time given; whether there is "
            text += "one is not known."
        return Missing(name=name, sentence=f"{name}: {text}", proved=proved)


def _of_count(shop: Workshop, count: int) -> Theme:
    clusters = counted(count, "cluster")
    text = f"{clusters} instead of {shop.k}"
    return Theme(name=clusters, sentence=text, cares_for=None, priorities=shop.common)


def dear(found: Candidate) -> float:
    """Cost of a candidate under the common priorities."""
    return found.cost
