"""Tiny problems drawn at random, with rules around a hidden plan so that most can be satisfied."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from clusters import Capacity, NeedCount, Priorities, Problem, Rules, School
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance

RULES = (
    "schools_per_cluster",
    "balance",
    "limits",
    "max_travel",
    "contiguous",
    "expertise",
    "together",
    "apart",
    "centres",
    "exceptions",
    "range",
)
PRIORITIES = ("travel", "balance", "expertise", "pyramids", "change")
TYPES = ("asd", "semh")
EXCUSABLE = ("schools_per_cluster", "balance", "limits", "max_travel", "expertise")


@dataclass(frozen=True)
class Case:
    """A problem with its policy, and what it was drawn from."""

    seed: int
    problem: Problem
    rules: Rules
    priorities: Priorities


def draw(
    seed: int,
    rules: Collection[str] | None = None,
    priorities: Collection[str] | None = None,
    n_schools: tuple[int, int] = (3, 8),
) -> Case:
    """Draw a case: the rules and priorities named, or a random mix of all."""
    rng = np.random.default_rng(seed)
    mixed = rules is None
    if rules is None:
        chance = rng.choice([0.15, 0.4, 0.7])
        rules = [name for name in RULES if rng.random() < chance]
    if priorities is None:
        priorities = [name for name in PRIORITIES if rng.random() < 0.5] or ["travel"]
    problem = draw_problem(rng, int(rng.integers(n_schools[0], n_schools[1] + 1)))
    drawn = draw_rules(rng, problem, set(rules))
    priced = draw_priorities(rng, problem, priorities)
    for number, (name, draw_later) in enumerate(LATER.items(), start=1):
        if mixed or name in rules:
            later = np.random.default_rng((seed, number))
            if not mixed or later.random() < 0.3:
                problem, drawn = draw_later(later, problem, drawn)
    return Case(seed, problem, drawn, priced)


def draw_phases(rng: np.random.Generator, problem: Problem, rules: Rules) -> tuple[Problem, Rules]:
    """Give the schools phases, and draw bounds on them that many a plan keeps; and an exception."""
    words = ["primary", "primary", "Secondary", "all-through", "infant", "middle", "unknown"]
    words = ["primary", "secondary", *rng.choice(words, max(0, len(problem) - 2)).tolist()]
    schools = [
        replace(school, phase=phase) for school, phase in zip(problem.schools, words, strict=False)
    ]
    pair = [1, (None, int(rng.integers(1, 5))), (1, int(rng.integers(2, 5)))]
    named = ["secondary", "primary"] if len(problem) > 1 else ["primary"]
    given = {str(rng.choice(named)): pair[int(rng.integers(3))]}
    exceptions = dict(rules.exceptions)
    if rng.random() < 0.4:
        key = problem.ids[int(rng.integers(len(problem)))]
        instead = [None, {next(iter(given)): (0, 2)}, {next(iter(given)): None}]
        exceptions[key] = {**exceptions.get(key, {}), "phases": instead[int(rng.integers(3))]}
    return replace(problem, schools=tuple(schools)), replace(
        rules, phases=given, exceptions=exceptions
    )


LATER: Mapping[str, Callable[[np.random.Generator, Problem, Rules], tuple[Problem, Rules]]] = {
    "phases": draw_phases,
}
"""Rules that came later: each is drawn from a generator of its own, so that the cases drawn of the
others stay as they are. A new one goes to the end."""


def draw_problem(rng: np.random.Generator, n: int) -> Problem:
    """Schools on a small grid, some on one site; need in whole numbers or with decimals."""
    side = int(rng.integers(3, 9))
    xy = rng.integers(0, side, (n, 2)) * float(rng.choice([1, 137.5, 1000]))
    ids = (
        [f"s{p}" for p in rng.permutation(n)] if rng.random() < 0.5 else rng.permutation(n).tolist()
    )
    fine = rng.random() < 0.3
    need = np.round(rng.uniform(0, 9, n), 3) if fine else rng.integers(0, 10, n)
    pupils = rng.integers(1, 60, n)
    if rng.random() < 0.3:  # one school with much of all the need
        need[rng.integers(n)] += 20
    minutes = bool(rng.random() < 0.3)
    schools = [
        School(
            urn=ids[p],
            name=f"School {ids[p]}",
            easting=float(xy[p, 0]),
            northing=float(xy[p, 1]),
            pupils=int(pupils[p]),
            pyramid=[None, "North", "South"][int(rng.integers(3))],
            measures={"need": float(need[p])},
            need={
                kind: NeedCount(ehcps=int(rng.integers(0, 4)), sen_support=int(rng.integers(0, 5)))
                for kind in TYPES
                if rng.random() < 0.8
            },
            expertise={
                kind: Capacity(amount=float(rng.choice([0, 0.5, 1, 2])), unit="level")
                for kind in TYPES
                if p == 0 or rng.random() < 0.6
            },
        )
        for p in range(n)
    ]
    if not any(s.pyramid for s in schools):
        schools[0] = School(
            **{name: getattr(schools[0], name) for name in School.__slots__} | {"pyramid": "North"}
        )
    return Problem.from_schools(
        schools,
        travel=_journeys(rng, xy, minutes),
        travel_unit="min" if minutes else "m",
        edges=_edges(rng, xy),
    )


def _journeys(rng: np.random.Generator, xy: np.ndarray, minutes: bool) -> np.ndarray | None:
    """Journeys by road: not the same both ways, now and then with no way at all."""
    if not minutes and rng.random() < 0.7:
        return None
    straight = np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])
    road = np.round(straight * rng.uniform(1, 1.5, straight.shape), 1)
    if rng.random() < 0.3:
        road[rng.random(road.shape) < 0.15] = math.inf
    np.fill_diagonal(road, 0.0)
    return road


def _edges(rng: np.random.Generator, xy: np.ndarray) -> np.ndarray:
    """Neighbours: a random tree that likes short edges, and some more; or two parts."""
    n, edges = len(xy), set()
    for p in range(1, n):
        gap = np.hypot(*(xy[:p] - xy[p]).T)
        edges.add((int(np.argmin(gap + rng.exponential(gap.mean() / 2 + 1, p))), p))
    for _ in range(int(rng.integers(0, n + 1))):
        i, j = rng.integers(0, n, 2).tolist()
        if i != j:
            edges.add((min(i, j), max(i, j)))
    if rng.random() < 0.15 and len(edges) > 1:
        edges.discard(sorted(edges)[0])
    return np.array(sorted(edges), dtype=np.int64).reshape(-1, 2)


# ---- rules around a hidden plan -----------------------------------------------------------------


def _hidden(rng: np.random.Generator, problem: Problem, k: int, contiguous: bool) -> np.ndarray:
    """Cluster of each school in a hidden plan, connected where that is asked for."""
    n = len(problem)
    near: list[set[int]] = [set() for _ in range(n)]
    for i, j in problem.edges.tolist():
        near[i].add(j)
        near[j].add(i)
    labels = np.full(n, -1)
    labels[rng.permutation(n)[:k]] = np.arange(k)
    while (labels < 0).any():
        free = rng.permutation(np.flatnonzero(labels < 0)).tolist()
        for p in free:
            ways = [labels[q] for q in near[p] if labels[q] >= 0] if contiguous else range(k)
            if ways:
                labels[p] = rng.choice(list(ways))
                break
        else:
            labels[free[0]] = rng.integers(k)  # another part of the map: no hidden plan then
    return labels


@dataclass(frozen=True)
class _Hidden:
    """The hidden plan that the bounds are drawn around, and the dice.

    `usual` are the clusters without an excused school; where `tight` is 0 the bounds are closer
    than the plan can keep.
    """

    rng: np.random.Generator
    problem: Problem
    labels: np.ndarray
    groups: list[np.ndarray]
    usual: list[np.ndarray]
    centres: list[int]
    excused: list[int]
    tight: int

    def ids(self, positions: Collection[int]) -> list[object]:
        return [self.problem.ids[p] for p in positions]


def draw_rules(rng: np.random.Generator, problem: Problem, names: set[str]) -> Rules:
    """Draw bounds that a hidden plan keeps, now and then a little tighter than it can keep."""
    n = len(problem)
    k = int(rng.integers(1, min(n, 4) + 1))
    contiguous = "contiguous" in names
    labels = _hidden(rng, problem, k, contiguous)
    groups = [np.flatnonzero(labels == c) for c in range(k)]
    few = int(rng.integers(1, 4)) if "exceptions" in names else 0
    excused = rng.permutation(n)[:few].tolist()
    special = {int(labels[p]) for p in excused}
    usual = [g for c, g in enumerate(groups) if c not in special] or groups
    centres = [int(rng.choice(g)) for g in groups]
    tight = 1 if rng.random() < 0.85 else 0
    hidden = _Hidden(rng, problem, labels, groups, usual, centres, excused, tight)
    given: dict[str, object] = {"n_clusters": k, "contiguous": contiguous}
    for name, drawn in DRAWN.items():
        if name in names:
            given |= drawn(hidden)
    if "range" in names and n > 1:
        low = max(1, k - int(rng.integers(0, 2)))
        given["n_clusters"] = (low, min(n, max(k, low + 1, 2)))
    return Rules(**given)


def _draw_sizes(h: _Hidden) -> dict[str, object]:
    sizes = [len(g) for g in h.usual]
    most = max(sizes) - (1 - h.tight)
    pairs = [(min(sizes), None), (None, most), (min(min(sizes), most), most)]
    return {"schools_per_cluster": pairs[int(h.rng.integers(3))]}


def _draw_balance(h: _Hidden) -> dict[str, object]:
    k = len(h.groups)
    shares = {m: _share(h.problem.measure(m), h.usual, k) for m in _some(h.rng)}
    return {"balance": {m: share * h.tight for m, share in shares.items()}}


def _draw_limits(h: _Hidden) -> dict[str, object]:
    return {
        "limits": {m: _limits(h.rng, h.problem.measure(m), h.usual, h.tight) for m in _some(h.rng)}
    }


def _draw_centres(h: _Hidden) -> dict[str, object]:
    n = len(h.problem)
    more = h.rng.permutation(n)[: int(h.rng.integers(0, n))].tolist()
    return {"centres": h.ids({*h.centres, *more})}


def _draw_max_travel(h: _Hidden) -> dict[str, object]:
    usual = [p for p in range(len(h.problem)) if p not in h.excused]
    journeys = [h.problem.travel[p, h.centres[h.labels[p]]] for p in usual]
    longest = float(max([j for j in journeys if math.isfinite(j)] or [1.0]))
    return {f"max_travel_{h.problem.travel_unit}": longest * (1 if h.tight else 0.8)}


def _draw_expertise(h: _Hidden) -> dict[str, object]:
    kind = str(h.rng.choice(TYPES))
    held = [_capacity(h.problem, kind, g) for g in h.usual]
    return {"expertise": {kind: min(held) + (0 if h.tight else 0.5)}}


def _draw_together(h: _Hidden) -> dict[str, object]:
    wide = [g for g in h.groups if len(g) > 1]
    if not wide:
        return {}
    group = wide[int(h.rng.integers(len(wide)))]
    size = int(h.rng.integers(2, len(group) + 1))
    return {"together": [h.ids(h.rng.permutation(group)[:size].tolist())]}


def _draw_parted(h: _Hidden) -> dict[str, object]:
    """Draw groups that lie in several parts of the map, as trusts do, each inside a cluster."""
    edges = {frozenset(edge) for edge in h.problem.edges.tolist()}
    parted = []
    for group in h.groups:
        pairs = [
            [int(a), int(b)]
            for x, a in enumerate(group)
            for b in group[x + 1 :]
            if frozenset((int(a), int(b))) not in edges
        ]
        if pairs:
            parted.append(h.ids(pairs[int(h.rng.integers(len(pairs)))]))
    return {"together": parted[: int(h.rng.integers(1, 3))]}


def _draw_apart(h: _Hidden) -> dict[str, object]:
    k = len(h.groups)
    if k < 2:
        return {}
    some = [int(h.rng.choice(g)) for g in h.groups]
    return {"apart": [h.ids(some[: int(h.rng.integers(2, k + 1))])]}


def _draw_exceptions(h: _Hidden) -> dict[str, object]:
    return {"exceptions": {key: _excuse(h.rng) for key in h.ids(h.excused)}}


DRAWN: dict[str, Callable[[_Hidden], dict[str, object]]] = {
    "schools_per_cluster": _draw_sizes,
    "balance": _draw_balance,
    "limits": _draw_limits,
    "centres": _draw_centres,
    "max_travel": _draw_max_travel,
    "expertise": _draw_expertise,
    "together": _draw_together,
    "parted": _draw_parted,
    "apart": _draw_apart,
    "exceptions": _draw_exceptions,
}


def _some(rng: np.random.Generator) -> list[str]:
    both = ["need", "pupils", "schools"]
    return [str(x) for x in rng.permutation(both)[: int(rng.integers(1, 3))]]


def _share(values: np.ndarray, groups: list[np.ndarray], k: int) -> float:
    mean = values.sum() / k
    if mean == 0:
        return 0.0
    off = max(abs(values[g].sum() - mean) / mean for g in groups)
    return min(1.0, math.ceil(off * 1000) / 1000)


def _limits(
    rng: np.random.Generator, values: np.ndarray, groups: list[np.ndarray], tight: int
) -> tuple[float | None, float | None]:
    sums = [round(float(values[g].sum()), 3) for g in groups]
    low, high = min(sums), max(sums) if tight else max(max(sums) - 1, min(sums))
    return [(low, high), (None, high), (low, None)][int(rng.integers(3))]


def _capacity(problem: Problem, kind: str, group: np.ndarray) -> float:
    return sum(
        problem.schools[p].expertise[kind].amount
        for p in group
        if kind in problem.schools[p].expertise
    )


def _excuse(rng: np.random.Generator) -> object:
    """Draw an exception: rules by name, or bounds that hold instead."""
    rule = str(rng.choice(EXCUSABLE))
    if rng.random() < 0.5:
        return [rule, str(rng.choice(EXCUSABLE))] if rng.random() < 0.5 else rule
    instead: dict[str, object] = {
        "schools_per_cluster": (None, float(rng.integers(1, 6))),
        "balance": {"need": float(np.round(rng.uniform(0, 2), 2))},
        "limits": {"need": (0, float(rng.integers(1, 40))), "pupils": (3, None)},
        "max_travel": float(rng.uniform(0, 5000)),
        "expertise": {"asd": float(rng.choice([0, 0.5]))},
    }
    return {rule: instead[rule]}


def draw_priorities(
    rng: np.random.Generator, problem: Problem, names: Collection[str]
) -> Priorities:
    """Draw weights for the priorities named."""
    given: dict[str, object] = {
        "travel": 1.0 if "travel" in names else 0.0,
        "travel_by": str(rng.choice(["need", "pupils", "schools"])),
    }
    scale = [0.01, 0.1, 0.37, 1.0, 3.0]
    if "balance" in names:
        given["balance"] = float(rng.choice(scale))
        given["balance_by"] = [None, "need", "pupils"][int(rng.integers(3))]
    if "pyramids" in names:
        given["pyramids"] = float(rng.choice(scale))
    if "expertise" in names:
        given["expertise"] = float(rng.choice(scale))
        kinds = TYPES if rng.random() < 0.5 else TYPES[:1]
        given["pupils_per_capacity"] = {kind: float(rng.choice([1, 2.5, 4])) for kind in kinds}
    if "change" in names:
        given["change"] = float(rng.choice(scale))
        given["reference"] = {s.urn: int(rng.integers(3)) for s in problem.schools}
    return Priorities(**given)


def draw_parted(seed: int, n_schools: tuple[int, int] = (4, 8)) -> Case:
    """Draw a case with contiguity, groups in several parts, and a random mix of other rules."""
    rng = np.random.default_rng(seed)
    others = [n for n in RULES if n not in ("contiguous", "together") and rng.random() < 0.25]
    priorities = [name for name in PRIORITIES if rng.random() < 0.3] or ["travel"]
    return draw(seed, ["contiguous", "parted", *others], priorities, n_schools)


def drawn_instance(seed: int) -> tuple[Case, Instance]:
    """Draw 8 to 13 schools under a mix of all rules and priorities, for one number of clusters."""
    case = draw(30_000 + seed, n_schools=(8, 13))
    k = case.rules.count_range[-1] if seed % 2 else case.rules.count_range[0]
    return case, compile_instance(case.problem, case.rules, case.priorities, k)
