"""How much gaps rest on what is recorded."""

from __future__ import annotations

import pytest

from clusters import (
    Plan,
    RulesError,
    measure,
)
from clusters.domain import Cluster
from clusters.expertise import (
    expertise_sensitivity,
)
from tests.expertise.here import HERE, NOBODY, POLICY, THREE, TWO, _row_of


def test_without_errors_nothing_changes() -> None:
    found = expertise_sensitivity(HERE, THREE, POLICY, share=0.0, draws=3)
    whole = measure(HERE, THREE, POLICY).whole
    assert found.gaps == found.gaps_mean == whole.expertise_gaps
    assert found.unmet == found.unmet_mean == whole.unmet_need


def test_the_chance_of_a_gap_is_that_of_the_only_holder_being_wrong() -> None:
    # one of three recorded capacities is wrong in each draw, and each cluster hangs on one
    found = expertise_sensitivity(HERE, THREE, share=1 / 3, draws=3000)
    assert found.wrong == 1
    assert found.gaps_mean == 1
    assert all(row.chance_of_gap == pytest.approx(1 / 3, abs=0.04) for row in found.rows)


def test_the_same_seed_gives_the_same_figures() -> None:
    one = expertise_sensitivity(HERE, THREE, POLICY, share=0.4, draws=20, seed=7)
    assert one == expertise_sensitivity(HERE, THREE, POLICY, share=0.4, draws=20, seed=7)


def test_what_is_not_recorded_may_turn_out_to_be_there() -> None:
    found = expertise_sensitivity(NOBODY, TWO, share=0.0, found_share=1.0, draws=5)
    assert (found.gaps, found.gaps_mean) == (1, 0)


def test_sensitivity_refuses_what_is_no_share() -> None:
    with pytest.raises(RulesError, match="share is not a fraction"):
        expertise_sensitivity(HERE, THREE, share=10)


def test_sensitivity_reads_as_a_sentence() -> None:
    text = expertise_sensitivity(HERE, THREE, share=1 / 3, draws=50).summary()
    assert text.startswith("If 33% of the recorded expertise is not there, the plan has about 1 ")


def test_one_record_at_the_least_is_struck_out() -> None:
    problem = _row_of([("1", 0, 6, 0), ("2", 1000, 0, 3), ("3", 2000, 0, 3)])
    plan = Plan((Cluster("West", "1", ("1", "2")), Cluster("East", "3", ("3",))))
    found = expertise_sensitivity(problem, plan, share=0.1)
    assert (found.wrong, found.recorded) == (1, 2)
    assert found.gaps_mean > found.gaps
    assert found.summary().startswith("If 1 of the 2 recorded capacities is not there")
    assert "1 gaps" not in found.summary()
    assert expertise_sensitivity(problem, plan, share=0.0).wrong == 0
