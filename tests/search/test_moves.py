"""The compiled moves: the sums they keep, and what they say that a shift changes."""

from __future__ import annotations

import numba as nb
import numpy as np
import pytest

from clusters.domain import IntArray
from clusters.model.instance import Instance
from clusters.search.arrays import tables_of
from clusters.search.heuristics.moves import (
    change,
    empty_state,
    estimate,
    excess_change,
    move,
    settle,
    still_whole,
)
from clusters.search.solution import Found
from tests.search.drawn import drawn_instance

SEEDS = range(24)
TRIES = 40


@nb.njit
def _begin(t, s):  # type: ignore[no-untyped-def]
    settle(t, s)


@nb.njit
def _shift(t, s, a, target):  # type: ignore[no-untyped-def]
    """Return what is said of a shift, whether it was made, and the totals as kept."""
    said = (estimate(t, s, a, target), change(t, s, a, target), excess_change(t, s, a, target))
    left, there = still_whole(t, s, a, target)
    if left >= 0:
        move(t, s, a, target, left, there)
    kept = s.totals[:3].copy()
    settle(t, s)
    return said, left >= 0, kept


def _clusters(labels: IntArray, k: int) -> list[list[int]]:
    return [np.flatnonzero(labels == c).tolist() for c in range(k)]


def _cost(instance: Instance, labels: IntArray) -> float:
    return sum(instance.best_centre(cluster)[1] for cluster in _clusters(labels, instance.k))


def _parts(instance: Instance, labels: IntArray) -> IntArray:
    clusters = _clusters(labels, instance.k)
    return np.array([len(instance.connected_parts(cluster)) for cluster in clusters])


def _may_go(instance: Instance, labels: IntArray, rng: np.random.Generator) -> tuple[int, int]:
    """Draw an atom and a cluster that it borders on, (-1, -1) where there is none."""
    pairs = [
        (a, int(labels[b]))
        for a in range(instance.n)
        for b in (range(instance.n) if instance.neighbours is None else instance.neighbours[a])
        if labels[b] != labels[a] and (labels == labels[a]).sum() > 1
    ]
    return pairs[int(rng.integers(len(pairs)))] if pairs else (-1, -1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shift_is_priced_as_the_instance_prices_it(seed: int) -> None:
    _, instance = drawn_instance(seed)
    if instance.k > instance.n or instance.k < 2:
        return
    tables, rng = tables_of(instance), np.random.default_rng(seed)
    labels = rng.integers(0, instance.k, instance.n)
    labels[rng.permutation(instance.n)[: instance.k]] = np.arange(instance.k)
    state = empty_state(tables, labels)
    _begin(tables, state)
    for _ in range(TRIES):
        a, target = _may_go(instance, state.labels, rng)
        if a < 0:
            return
        before, excess = state.labels.copy(), float(state.totals[1])
        (rough, exact, over), moved, kept = _shift(tables, state, a, target)
        # the totals kept from move to move are those summed up again
        assert kept == pytest.approx(state.totals[:3], rel=1e-9, abs=1e-6)
        assert rough >= exact - 1e-6 or rough == -np.inf
        assert moved == (state.labels[a] == target)
        if not moved:
            continue
        pieces = _parts(instance, state.labels) - _parts(instance, before)
        assert (pieces <= 0).all()
        assert over + pieces.sum() == pytest.approx(float(state.totals[1]) - excess, abs=1e-9)
        costs = _cost(instance, before), _cost(instance, state.labels)
        if np.isfinite(costs).all():
            assert exact == pytest.approx(costs[1] - costs[0], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_broken_in_a_draft_that_keeps_every_rule_and_in_no_other(seed: int) -> None:
    _, instance = drawn_instance(seed)
    if instance.k > instance.n or not instance.m:
        return
    tables, rng = tables_of(instance), np.random.default_rng(seed)
    for _ in range(TRIES):
        labels = rng.integers(0, instance.k, instance.n)
        labels[rng.permutation(instance.n)[: instance.k]] = np.arange(instance.k)
        state = empty_state(tables, labels)
        _begin(tables, state)
        keeps = Found.of(instance, _clusters(labels, instance.k)) is not None
        assert keeps == (state.totals[2] == 0)
