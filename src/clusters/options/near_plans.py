"""Plans that cost little more than the best: all of them where the map is tiny, else a sample.

Every plan is found by an exact cover: each group of schools that may be a cluster is listed, and a
table says for each set of schools left what it costs at the least to part it (dynamic programming
over sets, Held & Karp 1962), so that no way is followed that ends above the limit. Larger maps are
walked over at random: a school moves, or two change places, wherever the rules hold and the cost
stays below the limit. Both steps are as likely as their reverse, so in the long run every plan that
the walk can reach is as likely as any other (Metropolis et al. 1953).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from clusters.domain import FloatArray, IntArray, Plan, Priorities, Problem, Rules
from clusters.explain.instances import allowed_cost
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.presolve import counts_of
from clusters.search.short import found_of

__all__ = ["ENUMERATED", "every_near_plan", "limit_of", "places_of_labels", "walked_plans"]

ENUMERATED = 12
"""Most groups of schools that stay together of which every plan is looked at."""
MOST_PLANS = 20_000
"""Most plans that are listed; where there are more, they are sampled."""
ROUNDING = 1e-9
"""Share by which a cost may be above the limit, since sums of floats are rounded."""
FIRST_SWEEPS, SWEEPS = 1000, 300
"""Proposals for each atom before the first plan of a walk is taken, and between two of them."""


def limit_of(best: float, within: float) -> float:
    """Return the highest cost of a plan within a share of the best."""
    return best + (within + ROUNDING) * abs(best)


# ---- all of them --------------------------------------------------------------------------------


def every_near_plan(
    problem: Problem, rules: Rules, priorities: Priorities, within: float
) -> list[tuple[float, IntArray]] | None:
    """List every plan within a share of the best, cheapest first: its cost and its groups (n,).

    Plans are told apart by who is with whom; each has the centres that cost the least.

    Returns
    -------
    list or None
        None where the map is too large, or the plans are too many; empty where no plan exists.
    """
    covers = []
    for k in counts_of(problem, rules):
        instance = compile_instance(problem, rules, priorities, k)
        if instance.n > ENUMERATED:
            return None
        covers.append(_Cover(instance))
    best = min((cover.least for cover in covers), default=math.inf)
    if not math.isfinite(best):
        return []
    limit = limit_of(best, within)
    found: list[tuple[float, IntArray]] = []
    for cover in covers:
        for cost, clusters in cover.plans(limit):
            atoms = range(cover.instance.n)
            labels = [next(c for c, mask in enumerate(clusters) if mask >> a & 1) for a in atoms]
            places = places_of_labels(cover.instance, np.array(labels), len(problem))
            found.append((cost, places))
            if len(found) > MOST_PLANS:
                return None
    return sorted(found, key=lambda each: (each[0], each[1].tolist()))


class _Cover:
    """The clusters that an instance allows, as sets of bits, and what a set costs at the least."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.by_first: list[list[tuple[int, float]]] = [[] for _ in range(instance.n)]
        for mask, cost in _clusters(instance):
            self.by_first[_first(mask)].append((mask, cost))
        self.everyone = (1 << instance.n) - 1
        self.cheapest = lru_cache(maxsize=None)(self._cheapest)

    @property
    def least(self) -> float:
        """Cost of the cheapest plan; infinity where there is none."""
        return self.cheapest(self.everyone, self.instance.k) + self.instance.offset

    def _cheapest(self, left: int, k: int) -> float:
        """Return the least cost of parting a set of atoms into k clusters."""
        if not left or not k:
            return 0.0 if not left and not k else math.inf
        return min(
            (
                cost + self.cheapest(left & ~mask, k - 1)
                for mask, cost in self.by_first[_first(left)]
                if not mask & ~left
            ),
            default=math.inf,
        )

    def plans(self, limit: float) -> Iterator[tuple[float, list[int]]]:
        """Yield every plan that costs no more than a limit: its cost and its clusters."""
        yield from self._plans(self.everyone, self.instance.k, self.instance.offset, limit, [])

    def _plans(
        self, left: int, k: int, spent: float, limit: float, taken: list[int]
    ) -> Iterator[tuple[float, list[int]]]:
        if spent + self.cheapest(left, k) > limit:
            return
        if not left:
            yield spent, taken
            return
        for mask, cost in self.by_first[_first(left)]:
            if not mask & ~left:
                rest = left & ~mask
                yield from self._plans(rest, k - 1, spent + cost, limit, [*taken, mask])


def _first(mask: int) -> int:
    """Lowest atom of a set."""
    return (mask & -mask).bit_length() - 1


def _clusters(instance: Instance) -> Iterator[tuple[int, float]]:
    """Yield every set of atoms that keeps the rules, with its cost."""
    for mask in range(1, 1 << instance.n):
        atoms = [a for a in range(instance.n) if mask >> a & 1]
        cost = allowed_cost(instance, atoms)
        if math.isfinite(cost):
            yield mask, cost


# ---- a sample -----------------------------------------------------------------------------------


def walked_plans(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    plan: Plan,
    limit: float,
    *,
    draws: int,
    rng: np.random.Generator,
    sweeps: int = SWEEPS,
) -> list[tuple[float, IntArray]]:
    """Walk from a plan over plans that cost no more than a limit; take one every so many steps.

    The number of clusters stays that of the plan.

    Parameters
    ----------
    sweeps
        Proposals for each atom between two plans that are taken.

    Returns
    -------
    list
        Of each plan its cost and its groups (n,); empty where the plan breaks a rule.
    """
    instance = compile_instance(problem, rules, priorities, len(plan.clusters))
    found = found_of(problem, instance, plan)
    if found is None:
        return []
    walk = _Walk(instance, found.labels(instance.n), limit)
    plans = []
    for draw in range(draws):
        walk.run((sweeps if draw else FIRST_SWEEPS) * instance.n, rng)
        plans.append((walk.total, places_of_labels(instance, walk.labels, len(problem))))
    return plans


def places_of_labels(instance: Instance, labels: IntArray, n: int) -> IntArray:
    """Turn the groups of atoms into those of schools, array (n,)."""
    places = np.full(n, -1, dtype=np.int64)
    for members, label in zip(instance.members, labels, strict=True):
        places[list(members)] = label
    return places


class _Walk:
    """A plan that changes at random below a limit of cost."""

    def __init__(self, instance: Instance, labels: IntArray, limit: float) -> None:
        self.instance, self.labels, self.limit = instance, labels.copy(), limit
        self.held = [np.flatnonzero(labels == c) for c in range(instance.k)]
        self.costs: FloatArray = np.array([instance.best_centre(atoms)[1] for atoms in self.held])

    @property
    def total(self) -> float:
        """Cost of the plan as it is."""
        return math.fsum(self.costs) + self.instance.offset

    def run(self, steps: int, rng: np.random.Generator) -> None:
        """Propose so many steps; every second one is a school that moves, else two change."""
        n, k = self.instance.n, self.instance.k
        if k < 2:
            return
        swaps = rng.integers(0, 2, steps).tolist()
        atoms, others = rng.integers(0, n, (2, steps)).tolist()
        targets = rng.integers(0, k, steps).tolist()
        for swap, a, b, target in zip(swaps, atoms, others, targets, strict=True):
            here = int(self.labels[a])
            there = int(self.labels[b]) if swap else target
            if here != there:
                self._try(a, here, there, b if swap else None)

    def _try(self, a: int, here: int, there: int, b: int | None) -> None:
        """Move an atom to another cluster, and another one back, if that is allowed."""
        gone = self.held[here][self.held[here] != a]
        come = self.held[there]
        if b is None:
            if not len(gone) or not self._beside(a, there, come):
                return
        else:
            come = come[come != b]
            if not self._beside(a, there, come, b) or not self._beside(b, here, gone, a):
                return
            gone = np.append(gone, b)
        new = {here: np.sort(gone), there: np.sort(np.append(come, a))}
        costs = self._allowed(new)
        if costs is None:
            return
        for c, atoms in new.items():
            self.held[c] = atoms
            self.labels[atoms] = c
            self.costs[c] = costs[c]

    def _beside(self, a: int, label: int, rest: IntArray, gone: int | None = None) -> bool:
        """Whether an atom borders on what stays of a cluster: a quick look before the exact one."""
        instance = self.instance
        if instance.neighbours is None or instance.school_neighbours is not None or not len(rest):
            return True
        return any(self.labels[b] == label for b in instance.neighbours[a] if b != gone)

    def _allowed(self, new: dict[int, IntArray]) -> dict[int, float] | None:
        """Cost of the changed clusters; None where a rule breaks or the plan costs too much."""
        instance = self.instance
        costs = {c: instance.best_centre(atoms)[1] for c, atoms in new.items()}
        rest = math.fsum(cost for c, cost in enumerate(self.costs) if c not in new)
        if not rest + math.fsum(costs.values()) + instance.offset <= self.limit:
            return None
        kept = all(instance.within_bounds(a) and instance.connected(a) for a in new.values())
        return costs if kept else None
