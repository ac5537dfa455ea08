"""What no plan can better, by counting."""

from __future__ import annotations

import numpy as np
import pytest

import clusters as cl
from clusters import (
    DataError,
    Priorities,
    Rules,
    measure,
)
from clusters.expertise import (
    gap_floor,
    rules_for_fewest_gaps,
    unmet_floor,
)
from tests.expertise.here import HERE
from tests.worlds import every_plan, world


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_below_the_floors(seed: int) -> None:
    dice = np.random.default_rng(seed)

    def line(low: int, high: int, dark: float) -> str:
        return " ".join(
            "?" if dice.random() < dark else str(dice.integers(low, high)) for _ in range(5)
        )

    problem = world(
        "1 2 1 2 1",
        expertise={"asd": line(0, 3, 0.5), "vi": line(0, 2, 0.5)},
        need={"asd": line(0, 4, 0.3), "vi": line(0, 3, 0.3)},
    )
    kinds = {kind for s in problem.schools for kind in s.need}
    rules = Rules(n_clusters=2, balance={"need": 0.6}, contiguous=bool(seed % 2))
    policy = Priorities(expertise=1, pupils_per_capacity=dict.fromkeys(kinds, 1.0))
    gaps = sum(row.least for row in gap_floor(problem, rules))
    unmet = sum(unmet_floor(problem, rules, policy).values())
    for plan in every_plan(5):
        if len(plan.clusters) == 2 and cl.verify(problem, rules, plan, policy).ok:
            whole = measure(problem, plan, policy).whole
            assert whole.expertise_gaps >= gaps
            assert (whole.unmet_need or 0) >= unmet - 1e-6


def test_schools_that_stay_together_count_as_one_holder() -> None:
    problem = world("1 1 1", expertise={"asd": "1 1 ?"}, need={"asd": "1 1 1"})
    rules = Rules(n_clusters=2, together=[("1", "2")])
    assert gap_floor(problem, rules)[0].least == 1


def test_rules_for_fewest_gaps_reach_the_floor() -> None:
    problem = world("1 1 1 1", expertise={"asd": "1 1 ? ?"}, need={"asd": "1 1 1 1"})
    free = Rules(n_clusters=2, contiguous=False)
    spread = rules_for_fewest_gaps(problem, free)
    found = cl.solve(problem, spread, settings=cl.Settings(time_limit_s=5, workers=1))
    assert (
        measure(problem, found.plan).whole.expertise_gaps == 0 == gap_floor(problem, free)[0].least
    )


def test_rules_for_fewest_gaps_refuse_an_unknown_type() -> None:
    with pytest.raises(DataError, match="unknown type of need"):
        rules_for_fewest_gaps(HERE, Rules(n_clusters=2), ["azd"])
