"""How the two ways of proof share the work, on ways that do as they are told."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest

from clusters.search.incumbent import Shared
from clusters.search.ladder.by_cores import joined
from clusters.search.ladder.turns import climb
from tests.search.drawn import drawn_instance


class _Way:
    """A way whose tries take and gain what a list says, the last entry for ever."""

    def __init__(self, shared: Shared, stake: float, tries: list[tuple[float, float]]) -> None:
        self.shared, self.stake, self.tries = shared, stake, tries
        self.over, self.failed, self.pace, self.idle = False, False, np.inf, 0.0
        self.spent = 0.0

    def rung(self) -> Generator[float, None, bool]:
        """Take the next try."""
        work, gained = self.tries.pop(0) if len(self.tries) > 1 else self.tries[0]
        self.spent += work
        yield work
        if gained:
            self.shared.raise_bound(self.shared.bound + gained, "test")
        return gained > 0.0


def _climbed(
    columns: list[tuple[float, float]], cores: list[tuple[float, float]]
) -> tuple[_Way, _Way]:
    """Climb from 0 to 100 with two ways that put 4 and 8 at stake; return them."""
    _, instance = drawn_instance(3)
    shared = Shared(instance)
    shared.bound, shared.rival = 0.0, 100.0
    ways = _Way(shared, 4.0, columns), _Way(shared, 8.0, cores)
    total = 0.0
    for work in climb(shared, ways):
        total += work
        assert total < 2000.0, "no way gets to the top"
    return ways


def test_a_way_that_is_about_to_be_at_the_top_is_not_left() -> None:
    columns, cores = _climbed([(0.2, 12.0), (5.0, 60.0), (3.0, 40.0)], [(8.0, 0.0)])
    assert columns.shared.bound >= 100.0
    assert cores.spent == 0.0


@pytest.mark.parametrize("hopeless", [0, 1])
def test_a_way_that_settles_nothing_takes_no_more_than_its_part(hopeless: int) -> None:
    good, bad = [(10.0, 5.0)], [(6.0, 0.0)]
    ways = _climbed(*((bad, good) if hopeless == 0 else (good, bad)))
    assert ways[0].shared.bound >= 100.0
    assert 0.0 < ways[hopeless].spent <= 0.5 * ways[1 - hopeless].spent


def test_where_both_fail_at_first_both_get_their_turns() -> None:
    columns, cores = _climbed([*[(5.0, 0.0)] * 4, (5.0, 50.0)], [*[(9.0, 0.0)] * 30, (9.0, 50.0)])
    assert columns.shared.bound >= 100.0
    assert cores.spent < 4.0 * columns.spent


@pytest.mark.parametrize("seed", range(12))
def test_pairs_that_nothing_joins_to_their_centre_are_left_out_and_no_others(seed: int) -> None:
    _, instance = drawn_instance(seed)
    rng = np.random.default_rng(seed)
    allowed = np.isfinite(instance.cost) & (rng.random(instance.cost.shape) < 0.6)
    allowed[instance.home, np.arange(instance.m)] = True
    kept = joined(instance, allowed)
    assert not (kept & ~allowed).any()
    if instance.neighbours is None:
        assert (kept == allowed).all()
        return
    for c in range(instance.m):
        reached = {int(instance.home[c])}
        for _ in range(instance.n):
            reached |= {
                a
                for a in np.flatnonzero(allowed[:, c]).tolist()
                if any(b in reached for b in instance.neighbours[a])
            }
        assert set(np.flatnonzero(kept[:, c]).tolist()) == reached
