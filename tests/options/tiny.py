"""Tiny drawn problems, and every plan of one by brute force, without any code of the package's."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

import clusters as cl


def drawn(seed: int, n: int | None = None) -> tuple[cl.Problem, cl.Rules, cl.Priorities]:
    """Draw 4 to 7 schools on a grid with rules that leave some plans."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 8)) if n is None else n
    ids = [f"s{k}" for k in range(n)]
    xy = rng.integers(0, 6, (n, 2)) * 1000
    pairs = [
        (ids[a], ids[b])
        for a, b in itertools.combinations(range(n), 2)
        if b == a + 1 or rng.random() < 0.3
    ]
    problem = cl.Problem.from_arrays(
        ids, xy + np.arange(n)[:, None], {"need": rng.integers(1, 9, n)}, pairs
    )
    rules = cl.Rules(
        n_clusters=(2, 3) if rng.random() < 0.3 else 2,
        schools_per_cluster=(1, n - 1 if rng.random() < 0.5 else n - 2),
        contiguous=bool(rng.random() < 0.7),
        together=[(ids[0], ids[2])] if rng.random() < 0.3 else (),
        apart=[(ids[1], ids[3])] if rng.random() < 0.3 else (),
        max_travel_m=5000.0 if rng.random() < 0.2 else None,
    )
    return problem, rules, cl.Priorities(balance=0.1 if rng.random() < 0.5 else 0.0)


def partitions(n: int) -> Iterator[tuple[int, ...]]:
    """Every way to part n things, as restricted growth strings."""

    def grown(head: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(head) == n:
            yield head
            return
        for label in range(max(head, default=-1) + 2):
            yield from grown((*head, label))

    yield from grown(())


def every_plan(
    problem: cl.Problem, rules: cl.Rules, priorities: cl.Priorities
) -> dict[tuple[int, ...], float]:
    """Every partition that the verifier passes with some centres, with the least cost of any."""
    found: dict[tuple[int, ...], float] = {}
    ids = problem.ids
    for labels in partitions(len(problem)):
        groups = [[i for i, x in zip(ids, labels, strict=True) if x == c] for c in set(labels)]
        if not rules.count_range[0] <= len(groups) <= rules.count_range[1]:
            continue
        for centres in itertools.product(*groups):
            plan = cl.Plan(
                tuple(
                    cl.Cluster(label=str(c), centre=centre, members=tuple(group))
                    for c, (centre, group) in enumerate(zip(centres, groups, strict=True))
                )
            )
            certificate = cl.verify(problem, rules, plan, priorities)
            if certificate.ok:
                cost = certificate.objective
                found[labels] = min(found.get(labels, np.inf), cost)
    return found


def canonical(groups) -> tuple[int, ...]:
    """Number groups in the order in which they appear."""
    seen: dict[int, int] = {}
    return tuple(seen.setdefault(int(g), len(seen)) for g in groups)
