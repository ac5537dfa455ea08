"""What explanations and options ask of a compiled instance, each question in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from clusters.domain import IntArray, Priorities, Problem
from clusters.model.compiling import price_unit
from clusters.model.instance import Instance
from clusters.search.short import improved
from clusters.search.small import SMALL, solved
from clusters.search.solution import Found

__all__ = ["allowed_cost", "atom_of", "atoms_by_label", "searched_from", "unit_price"]


def allowed_cost(instance: Instance, atoms: Sequence[int] | IntArray) -> float:
    """Cost of a cluster; infinity where it breaks a rule."""
    kept = len(atoms) and instance.within_bounds(atoms) and instance.connected(atoms)
    return instance.best_centre(atoms)[1] if kept else math.inf


def atom_of(instance: Instance, position: int) -> int:
    """Find the atom that a school belongs to."""
    return next(a for a, held in enumerate(instance.members) if position in held)


def atoms_by_label(labels: IntArray) -> list[list[int]]:
    """List the atoms of each cluster of a labelled plan."""
    return [np.flatnonzero(labels == label).tolist() for label in np.unique(labels)]


def searched_from(
    instance: Instance,
    starts: Iterable[Found | None],
    *,
    seconds: float,
    seed: int,
    work: float = np.inf,
    patience: float = 3.0,
    soon_s: float = np.inf,
) -> Found | None:
    """Search on from plans: until the best is known where that is soon, else as long as it pays.

    `soon_s` is the most that a small problem gets.
    """
    given = [found for found in starts if found is not None]
    if instance.n * instance.m <= SMALL:
        return solved(instance, given, seconds=min(seconds, soon_s), work=work, seed=seed)
    return improved(instance, given, seconds=seconds, work=work, seed=seed, patience=patience)


def unit_price(problem: Problem, priorities: Priorities, name: str) -> float:
    """Price of one unit of a priority at weight 1: of a pupil, a piece, a school moved."""
    unit = price_unit(problem)
    if name in ("pyramids", "change"):
        unit *= float(problem.measure(priorities.travel_by).mean())
    return unit
