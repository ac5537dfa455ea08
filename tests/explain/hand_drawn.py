"""Maps as people draw them: a good plan of a real-sized authority with mistakes of every kind."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from clusters import datasets
from clusters.domain import Cluster, Plan, Priorities, Problem, Rules
from clusters.model.compiling import compile_instance
from clusters.search.short import any_plan, plan_from


@dataclass
class Drawing:
    """A plan under the pen: members by label; pairs to be kept together or apart."""

    problem: Problem
    rng: random.Random
    groups: dict[str, list[str]]
    together: list[tuple[str, ...]]
    apart: list[tuple[str, ...]]
    near: dict[str, list[str]]

    def label(self, key: str) -> str:
        return next((label for label, held in self.groups.items() if key in held), "")

    def border(self) -> list[tuple[str, str]]:
        """Schools with the label of a neighbouring cluster."""
        return [
            (key, other)
            for label, held in self.groups.items()
            for key in held
            for other in sorted({self.label(b) for b in self.near[key]} - {label, ""})
        ]

    def move(self, key: str, to: str) -> None:
        self.groups[self.label(key)].remove(key)
        self.groups[to].append(key)


def stray(d: Drawing) -> None:
    """A school listed with a cluster on the other side of the map."""
    key = d.rng.choice([key for held in d.groups.values() for key in held])
    near = {d.label(b) for b in d.near[key]} | {d.label(key)}
    d.move(key, d.rng.choice(sorted(set(d.groups) - near)))


def enclave(d: Drawing) -> None:
    """A school and its neighbours listed with a cluster that they do not touch."""
    key = d.rng.choice([key for held in d.groups.values() for key in held])
    own = d.label(key)
    near = {d.label(b) for b in d.near[key]} | {own}
    piece = [key, *(b for b in d.near[key] if d.label(b) == own)][:3]
    to = d.rng.choice(sorted(set(d.groups) - near))
    for member in piece:
        d.move(member, to)


def greedy(d: Drawing) -> None:
    """A cluster that took several schools from its neighbours."""
    taker = d.rng.choice(sorted(d.groups))
    for _ in range(4):
        open_ = [key for key, to in d.border() if to == taker and len(d.groups[d.label(key)]) > 2]
        if open_:
            d.move(d.rng.choice(open_), taker)


def twice(d: Drawing) -> None:
    """A school listed in two clusters."""
    key, to = d.rng.choice(d.border())
    d.groups[to].append(key)


def forgotten(d: Drawing) -> None:
    """Two schools listed nowhere."""
    for _ in range(2):
        label = max(d.groups, key=lambda name: len(d.groups[name]))
        d.groups[label].remove(d.rng.choice(d.groups[label]))


def merged(d: Drawing) -> None:
    """Two clusters drawn as one."""
    key, to = d.rng.choice(d.border())
    label = d.label(key)
    d.groups[to] += d.groups.pop(label)


def pinned(d: Drawing) -> None:
    """Two neighbours in different clusters that must be together."""
    key, to = d.rng.choice(d.border())
    other = next(b for b in d.near[key] if d.label(b) == to)
    d.together.append((key, other))


def quarrel(d: Drawing) -> None:
    """Two neighbours of one cluster that must be apart, near its border."""
    pairs = [(key, b) for key, _ in d.border() for b in d.near[key] if d.label(b) == d.label(key)]
    d.apart.append(d.rng.choice(sorted(pairs)))


def pyramid(d: Drawing) -> None:
    """A pyramid that is to be kept whole and is split."""
    split = [
        ids
        for ids in d.problem.pyramids.values()
        if 2 < len(ids) < 9 and len({d.label(key) for key in ids}) == 2
    ]
    if split:
        d.together.append(tuple(d.rng.choice(split)))


KINDS: tuple[Callable[[Drawing], None], ...] = (
    stray, enclave, greedy, pinned, quarrel, pyramid, stray, merged, twice, forgotten,
)  # fmt: skip


@cache
def authority(n: int, seed: int) -> Problem:
    """Return a part of the packaged authority: the n schools nearest to one of them."""
    whole = datasets.load_problem()
    if n >= len(whole):
        return whole
    order = np.argsort(whole.distance_m[random.Random(seed).randrange(len(whole))])[:n]
    kept = sorted(order.tolist())
    at = {p: q for q, p in enumerate(kept)}
    edges = [(at[i], at[j]) for i, j in whole.edges.tolist() if i in at and j in at]
    return Problem.from_schools([whole.schools[p] for p in kept], edges=np.array(edges))


def hand_drawn(seed: int, n: int) -> tuple[Problem, Rules, Plan]:
    """Draw a map of n schools with three to six mistakes; a repair exists."""
    rng = random.Random(seed)
    problem = authority(n, seed)
    rules = Rules(
        n_clusters=max(3, round(n / 9.5)),
        schools_per_cluster=(4, 16),
        balance={"pupils": rng.choice([0.25, 0.3, 0.4])},
    )
    good = _good(problem, rules, seed)
    groups = {cluster.label: list(cluster.members) for cluster in good.clusters}
    near: dict[str, list[str]] = {key: [] for key in problem.ids}
    for a, b in problem.neighbour_pairs():
        near[a].append(b)
        near[b].append(a)
    drawing = Drawing(problem, rng, groups, [], [], near)
    chosen = sorted(rng.sample(range(len(KINDS)), rng.randint(3, 6)))
    for number in chosen:
        KINDS[number](drawing)
    clusters = [
        Cluster(label, rng.choice([None, held[0]]), tuple(held))
        for label, held in drawing.groups.items()
    ]
    rules = replace(rules, together=drawing.together, apart=drawing.apart)
    return problem, rules, Plan(tuple(clusters))


def _good(problem: Problem, rules: Rules, seed: int) -> Plan:
    low, _ = rules.count_range
    instance = compile_instance(problem, rules, Priorities(travel_by="pupils"), low)
    found = any_plan(instance, seconds=60.0, seed=seed)
    assert found is not None
    return plan_from(problem, instance, found)
