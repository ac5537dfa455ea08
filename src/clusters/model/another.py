"""Whether there is another plan at all: near enough to the best, different enough from some others.

The model of the whole problem (`assignment`), and who is with whom: ``y[a, b]`` is true where atoms
a and b share a cluster. Two plans with P and Q pairs of schools that share a cluster, S of them in
both, differ by 1 - S / (P + Q - S). That this is at least d is linear:
(2 - d) S <= (1 - d) (P + Q).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from itertools import repeat

from ortools.sat.python import cp_model

from clusters.domain import IntArray
from clusters.model.assignment import Core, build_core, solve_core
from clusters.model.instance import Instance
from clusters.model.solving import Stopped, last_round

__all__ = ["another_exists"]

LinearExpr = cp_model.LinearExpr

PARTS = 10**6
"""Shares are counted in millionths, rounded so that no plan is left out."""


def another_exists(
    instance: Instance,
    others: Sequence[IntArray],
    *,
    differs: float,
    at_most: float,
    seconds: float,
    seed: int = 1,
) -> bool | None:
    """Decide whether a plan exists that keeps every rule and is near and different enough.

    Parameters
    ----------
    others
        Plans that it must differ from: the cluster of each school.
    differs
        Least share of pairs by which it must differ from each of them.
    at_most
        Most that it may cost (with the instance's offset).

    Returns
    -------
    bool or None
        None where time ran out.
    """
    deadline = time.monotonic() + seconds
    try:
        core = build_core(instance, stop=lambda: time.monotonic() > deadline)
    except Stopped:
        return None
    core.model.clear_objective()
    core.at_most(at_most - instance.offset)
    pairs = _pairs(core)
    for place in others:
        _differ(core, pairs, place, int(differs * PARTS))
    last = last_round(
        solve_core(
            core,
            seeds=repeat(seed),
            seconds=deadline - time.monotonic(),
            linearised=False,
        )
    )
    return {"none": False, "found": True}.get(last.verdict)


def _pairs(core: Core) -> dict[tuple[int, int], cp_model.IntVar]:
    """Say of each two atoms whether they share a cluster."""
    model, pairs = core.model, {}
    for a, b in itertools.combinations(range(core.instance.n), 2):
        together = pairs[a, b] = model.new_bool_var(f"y_{a}_{b}")
        for c in set(core.by_atom[a]) | set(core.by_atom[b]):
            if (a, c) not in core.x or (b, c) not in core.x:  # who is there is not with the other
                there = core.x[(a, c) if (a, c) in core.x else (b, c)]
                model.add_implication(together, ~there)
                continue
            one, other = core.x[a, c], core.x[b, c]
            model.add_bool_or([~one, ~other, together])
            model.add_bool_or([~one, other, ~together])
            model.add_bool_or([one, ~other, ~together])
    return pairs


def _differ(
    core: Core, pairs: dict[tuple[int, int], cp_model.IntVar], place: IntArray, share: int
) -> None:
    """Differ from a plan by at least a share (in millionths) of the pairs in either."""
    members = core.instance.members
    given, within = 0, 0
    coefficients = []
    for a, schools in enumerate(members):
        inside = len(schools) * (len(schools) - 1) // 2  # together in every plan
        within += inside
        given += inside
        for b in range(a + 1, len(members)):
            weight = len(schools) * len(members[b])
            same = place[schools[0]] == place[members[b][0]]
            given += weight if same else 0
            # (2 - d) for what is shared, less (1 - d) for what this plan has
            coefficients.append(weight * ((2 * PARTS - share if same else 0) - (PARTS - share)))
    total = LinearExpr.weighted_sum([pairs[key] for key in sorted(pairs)], coefficients)
    room = (PARTS - share) * (given + within) - (2 * PARTS - share) * within
    core.model.add(total <= room)
