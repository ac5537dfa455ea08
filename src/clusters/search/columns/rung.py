"""One rung of the ladder, by columns: find a plan at or below a target, or prove there is none.

All clusters that such a plan can hold are listed, the master problem drops those that its prices
rule out, subset-row cuts raise it, and what is left is chosen from exactly. Contiguity, every load
and every priority are exact in each cluster listed.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from clusters.model.set_partitioning import Choice, choose
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.columns.listing import (
    ROUNDING,
    Columns,
    Prices,
    TooLong,
    given_away,
    list_columns,
)
from clusters.search.columns.master import Master
from clusters.search.incumbent import Shared
from clusters.search.solution import Found

__all__ = ["Climb"]

ROUNDS = 30
"""Most rounds of cuts."""
STALLED, PATIENCE = 2, 5
"""Rounds that gain next to nothing after which columns are chosen from, or are still too many."""
FEW, MANY = 600, 25_000
"""Columns that are chosen from at once, and the most that are chosen from at all."""
CHOICE_WORK = 6.0
NEAR = 0.2
"""How far prices for the next rung may be from the bound's multipliers, in means of them."""
KNOWN = 20_000
"""Columns kept for working out prices, and the most that are added at a time."""
PRICINGS = 10
"""Most times that prices are worked out again before a rung."""
NEGLIGIBLE, LEAST_RUNG = 0.1, 0.002
"""Share of a rung that negative reduced costs may give away; of one as long as this share of the
target at the least."""
OFFERED, OFFER_WORK = 700, 0.7
"""Columns that a plan is chosen from on the way, and the budget for that."""


@dataclass(slots=True, eq=False)
class Climb:
    """What one rung leaves to the next: the prices, and how much listing is worth.

    Parameters
    ----------
    work
        Budget for listing, about seconds.
    overflowed, expected
        Whether the last list was given up, and the work that one would have taken, about.
    misled
        Whether the last prices did not hold for a longer list, and were dropped.
    known
        Columns that prices are worked out over.
    """

    shared: Shared
    relaxation: Relaxation
    rng: np.random.Generator
    work: float = 8.0
    prices: Prices | None = None
    overflowed: bool = False
    expected: float = 0.0
    misled: bool = False
    known: Columns | None = None

    @property
    def value(self) -> float:
        """What the present prices add up to: as a rule, the bound that the next rung will reach."""
        if self.prices is None:
            return -np.inf
        return self.prices.value + self.shared.instance.offset

    def rung(self, target: float) -> Generator[float, None, bool]:
        """Look for plans that cost at most `target`; yield work, return whether it was decided."""
        columns, target = yield from self._listed(target)
        if columns is None:
            return False
        instance = self.shared.instance
        master = Master(columns, instance, self._first_prices(), self.shared.deadline)
        stalled = 0
        for turn in range(ROUNDS):
            before = master.bound
            yield from master.solve(target)
            self.shared.raise_bound(min(target, master.bound), "columns")
            if master.bound > target:
                yield from self._look_ahead(master)
                return True
            if self.shared.stop():
                return False
            self.shared.prices = master.prices.atoms
            left = master.drop(target)
            stalled += turn > 0 and master.bound - before < 0.1 * (target - master.bound)
            if left <= FEW or stalled >= (STALLED if left <= MANY else PATIENCE):
                break
            if not master.sharpen():
                break
        yield from self._offer(master, target)
        decided = yield from self._choose(master, target)
        yield from self._look_ahead(master)
        return decided

    def _look_ahead(self, master: Master) -> Generator[float, None, None]:
        """Work out prices for the next rung: with the present cuts, over all columns listed."""
        if not self.shared.stop():
            master.revive()
            yield from self._priced(master)
            order = np.argsort(master.reduced, kind="stable")[:KNOWN]
            self.known = master.columns.only(np.sort(order))

    def _priced(self, master: Master) -> Generator[float, None, None]:
        """Take the prices of a master problem.

        They stay near the multipliers of the bound, as columns not yet listed count too.
        """
        around = self.relaxation.best_multipliers
        yield from master.solve(np.inf, around=around, within=NEAR * float(np.abs(around).mean()))
        # worth more than the best plan: too few columns are known for prices to mean anything
        if master.prices.value + self.shared.instance.offset <= self.shared.target:
            self.prices = master.prices
        self.shared.prices = master.prices.atoms

    def _listed(self, target: float) -> Generator[float, None, tuple[Columns | None, float]]:
        """List the columns, and up to which target the list is whole; None where it is too long.

        Prices cut the list short. They were worked out over other columns, so columns of negative
        reduced cost are looked for first, and the prices moved halfway to those worked out again
        with them (column generation, the list being the exact pricing; Wentges 1997, "Weighted
        Dantzig-Wolfe decomposition"), until what is still negative gives little away.
        """
        instance, begin = self.shared.instance, max(self.shared.bound, self.relaxation.level)
        self.misled = False
        most, given = NEGLIGIBLE * max(target - begin, LEAST_RUNG * abs(target)), 0.0
        for _ in range(PRICINGS if self.prices is not None else 0):
            prices = self.prices
            new = yield from self._list_once(target, -np.inf)
            if new is None or prices is None:
                return None, target
            reduced = prices.reduced(new, instance.home)
            given = given_away(new, reduced, instance.n, instance.k)
            if given <= most:
                break
            new = new.only(np.sort(np.argsort(reduced, kind="stable")[:KNOWN]))
            self.known = new if self.known is None else self.known.and_(new)
            master = Master(self.known, instance, prices, self.shared.deadline)
            yield from self._priced(master)
            if self.prices is prices:
                return None, target
            self.prices = prices.halfway(master.prices)
        spare = min(given, most)
        columns = yield from self._list_once(target, spare)
        if columns is None or self.prices is None:
            return columns, target
        reduced = self.prices.reduced(columns, instance.home)
        given = given_away(columns, reduced, instance.n, instance.k)
        reached = target + min(0.0, spare - given + ROUNDING * abs(target))
        if reached <= self.shared.bound:
            self.prices, self.misled = None, True
            return None, target
        return columns, reached

    def _list_once(self, target: float, spare: float) -> Generator[float, None, Columns | None]:
        columns = None
        for step in list_columns(
            self.relaxation,
            self.shared.tables,
            target,
            prices=self.prices,
            spare=spare,
            work=self.work,
            halted=self.shared.halted,
        ):
            if isinstance(step, Columns):
                columns = step
            elif isinstance(step, TooLong):
                self.expected = step.work
            else:
                yield step
            if self.shared.stop():
                return None
        self.overflowed = columns is None
        return columns

    def _first_prices(self) -> Prices:
        """Prices to order the columns by: the last rung's, else those of the bound."""
        if self.prices is not None:
            return self.prices
        relaxation = self.relaxation
        return Prices(
            atoms=relaxation.multipliers,
            clusters=float(relaxation.values[relaxation.chosen[-1]]),
            cuts=(),
            charges=np.zeros(0),
            regions=relaxation.cuts,
            pays=relaxation.charges,
            value=relaxation.level - self.shared.instance.offset,
        )

    def _offer(self, master: Master, target: float) -> Generator[float, None, None]:
        """Make a plan of the columns with the least reduced costs, above the target or not."""
        if self.shared.rules_out(self.shared.target) or target >= 0.999 * self.shared.target:
            return
        living = np.flatnonzero(master.alive)
        order = living[np.argsort(master.reduced[living], kind="stable")[:OFFERED]]
        choice = self._chosen(master, np.sort(order), self.shared.target, OFFER_WORK)
        yield choice.work

    def _choose(self, master: Master, target: float) -> Generator[float, None, bool]:
        """Choose exactly from what is left; return whether that settled the target."""
        living = np.flatnonzero(master.alive)
        if len(living) > MANY:
            return False
        choice = self._chosen(master, living, target, CHOICE_WORK)
        yield choice.work
        offset = self.shared.instance.offset
        bound = choice.bound
        if choice.settled and choice.chosen is not None:
            bound = float(master.columns.cost[living[choice.chosen]].sum())
        self.shared.raise_bound(min(target, bound + offset), "columns")
        return choice.settled

    def _chosen(self, master: Master, living: np.ndarray, below: float, work: float) -> Choice:
        """Choose from some columns and offer the plan."""
        columns, instance = master.columns, self.shared.instance
        clusters = [columns.of(c) for c in living.tolist()]
        if not covers_all(clusters, instance.n):
            return Choice(chosen=None, settled=True, bound=np.inf, work=1e-3)
        choice = choose(
            clusters,
            columns.cost[living],
            instance.n,
            instance.k,
            below=below - instance.offset,
            at_most=[(cut.atoms, cut.divisor, cut.most) for cut in master.cuts],
            seed=int(self.rng.integers(1 << 30)),
            work=work,
            register=self.shared.register,
        )
        if choice.chosen is not None:
            found = Found.of(instance, [clusters[number] for number in choice.chosen])
            self.shared.submit(found, "columns")
        return choice


def covers_all(clusters: list[list[int]], n: int) -> bool:
    """Whether every one of n atoms is in a cluster."""
    return len({a for atoms in clusters for a in atoms}) == n
