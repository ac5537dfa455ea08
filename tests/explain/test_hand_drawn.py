"""Repairs of hand-drawn maps with mistakes of every kind."""

from __future__ import annotations

import time

import pytest

from clusters import Settings
from clusters.domain import Priorities
from clusters.explain import repair
from clusters.verifier import verify
from tests.explain.hand_drawn import hand_drawn

SIZES = (80, 90, 100, 110, 120, 130, 140, 150, 160, 170)


def _repaired(seed, n, seconds):
    problem, rules, drawn = hand_drawn(seed, n)
    begin = time.monotonic()
    repaired = repair(
        problem,
        rules,
        drawn,
        Priorities(travel_by="pupils"),
        settings=Settings(time_limit_s=seconds),
    )
    used = time.monotonic() - begin
    print(
        f"{seed}: {n} schools, {len(repaired.corrected)} findings, {len(repaired.moved)} moved, "
        f"at least {repaired.fewest}, {used:.1f} s"
    )
    assert verify(problem, rules, repaired.plan).ok
    assert len(repaired.moved) >= repaired.fewest
    return repaired, used


def test_a_map_of_130_schools_is_repaired_with_the_fewest_moves():
    repaired, _ = _repaired(5, 130, 30)
    assert repaired.proved
    assert len(repaired.moved) == 4


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_maps_with_mistakes_of_every_kind_are_repaired_in_time(seed):
    repaired, used = _repaired(seed, SIZES[seed % 10], 15)
    assert used <= 1.05 * 15 + 1
    assert len(repaired.moved) <= 25
    assert repaired.fewest >= 1
