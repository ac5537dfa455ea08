"""The cheapest plan within so many moves of a given one, exactly.

The model of the whole problem (`core`), and who stays: ``w[c, l]`` is true where the cluster of
centre c carries on the label l of the given plan, ``kept[a, l]`` where atom a stays with l. An atom
that is kept is with no centre but one that carries on its label.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from ortools.sat.python import cp_model

from clusters.domain import IntArray
from clusters.model.assignment import Core, build_core, solve_core
from clusters.model.instance import Instance
from clusters.model.solving import last_round

__all__ = ["Within", "cheapest_within"]

LinearExpr = cp_model.LinearExpr


@dataclass(frozen=True, slots=True)
class Within:
    """Clusters of atoms (None: none found that costs less), and whether that is proved."""

    clusters: list[list[int]] | None
    proved: bool


def cheapest_within(
    instance: Instance,
    moves: IntArray,
    *,
    at_most: int,
    below: float,
    seconds: float,
    seed: int = 1,
) -> Within:
    """Find the cheapest clusters that keep every rule and move no more schools than allowed.

    Parameters
    ----------
    moves
        Array (n, labels): schools that move where an atom goes to a label.
    at_most
        Most schools that may move.
    below
        Cost (with the instance's offset) of a plan that is known.
    """
    deadline = time.monotonic() + seconds
    core = build_core(instance)
    _stay(core, moves, at_most)
    core.at_most(below - instance.offset)
    last = last_round(
        solve_core(
            core,
            seeds=repeat(seed),
            seconds=deadline - time.monotonic(),
        )
    )
    if last.verdict == "found" and last.solution is not None:
        return Within(list(last.solution.values()), proved=last.best)
    return Within(None, proved=last.verdict == "none")


def _stay(core: Core, moves: IntArray, at_most: int) -> None:
    """Let no more schools move than allowed."""
    model, labels = core.model, range(moves.shape[1])
    carries: list[list[cp_model.IntVar]] = []
    for c, atoms in enumerate(core.by_centre):
        row = [model.new_bool_var(f"w_{c}_{label}") for label in labels] if atoms else []
        carries.append(row)
        if row:
            model.add(LinearExpr.sum(row) == core.open_(c))
    for label in labels:
        model.add_at_most_one(row[label] for row in carries if row)
    kept, weights = [], []
    everyone = moves.max(axis=1)
    for a, label in np.argwhere(moves < everyone[:, None]).tolist():
        stays = model.new_bool_var(f"kept_{a}_{label}")
        for c in core.by_atom[a]:
            model.add_bool_or([~stays, ~core.x[a, c], carries[c][label]])
        kept.append(stays)
        weights.append(int(everyone[a] - moves[a, label]))
    model.add(LinearExpr.weighted_sum(kept, weights) >= int(everyone.sum()) - at_most)
