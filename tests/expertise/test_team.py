"""Posts of a team shared over clusters and areas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import (
    DataError,
    RulesError,
)
from clusters.expertise import (
    TeamRole,
    share_team,
)
from tests.expertise.here import HERE, THREE
from tests.worlds import world

NEEDY = world("5 4 3 2 9 1").with_measures(need=np.array([5.0, 4, 3, 2, 9, 1]))


def test_half_posts_are_shared_by_largest_remainder() -> None:
    team = share_team(NEEDY, THREE, [TeamRole(name="psychologist", posts="2.5")])
    # 9, 5 and 10 of 24; 5 halves: 1.875, 1.042 and 2.083 -> 2, 1 and 2 halves
    assert [row.posts for row in team.rows] == [1.0, 0.5, 1.0]
    assert sum(row.share for row in team.rows) == pytest.approx(2.5)


def test_the_travel_of_a_round_of_visits_is_stated() -> None:
    team = share_team(NEEDY, THREE, [TeamRole(name="psychologist", posts=3)])
    assert [row.round for row in team.rows] == [2000.0, 2000.0, 2000.0]


def test_a_cluster_without_a_post_is_served_from_the_nearest_with_one() -> None:
    team = share_team(NEEDY, THREE, [TeamRole(name="psychologist", posts=1, step=1)])
    assert {row.base for row in team.rows} == {"3"}
    assert team.rows[0].round == 2 * (4000 + 3000)


def test_areas_come_first_and_both_levels_add_up() -> None:
    areas = {"1": "West", "2": "West", "3": "East"}
    role = TeamRole(name="psychologist", posts=6)
    team = share_team(NEEDY, THREE, [role, replace(role, name="advisor", over="area")], areas=areas)
    by_role = team.to_frame().groupby(["role", "area"])["posts"].sum().to_dict()
    assert by_role["psychologist", "West"] == by_role["advisor", "West"] == 3.5
    assert by_role["psychologist", "East"] == by_role["advisor", "East"] == 2.5


def test_posts_can_be_shared_by_a_type_of_need() -> None:
    team = share_team(HERE, THREE, [TeamRole(name="autism teacher", posts=3, by="asd", step=1)])
    assert [row.weight for row in team.rows] == [5, 5, 5]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"posts": "2.25"}, "2.25 posts cannot be shared in parts of 1/2"),
        ({"posts": -1}, "cannot be shared"),
        ({"over": "school"}, "over is neither"),
    ],
)
def test_a_faulty_role_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words):
        TeamRole(**({"name": "psychologist", "posts": 1} | changes))  # type: ignore[arg-type]


def test_areas_that_do_not_fit_are_refused_by_name() -> None:
    with pytest.raises(DataError) as caught:
        share_team(NEEDY, THREE, [], areas={"1": "W", "2": "W", "9": "E"})
    assert "cluster '3' has no area" in str(caught.value)
    assert "no cluster '9'" in str(caught.value)


def test_a_role_shared_by_what_does_not_exist_is_refused() -> None:
    with pytest.raises(RulesError, match="no measure 'neeed'"):
        share_team(NEEDY, THREE, [TeamRole(name="x", posts=1, by="neeed")])


def test_a_role_over_areas_needs_areas() -> None:
    with pytest.raises(RulesError, match="shared over areas, but there are none"):
        share_team(NEEDY, THREE, [TeamRole(name="x", posts=1, over="area")])


@settings(max_examples=40, deadline=None)
@given(
    need=st.lists(st.integers(0, 50), min_size=6, max_size=6).filter(any),
    halves=st.integers(0, 40),
)
def test_posts_add_up_and_nobody_is_a_step_away(need: list[int], halves: int) -> None:
    problem = NEEDY.with_measures(need=np.array(need, dtype=float))
    team = share_team(problem, THREE, [TeamRole(name="x", posts=halves / 2)])
    assert sum(row.posts for row in team.rows) == halves / 2
    assert all(abs(row.posts - row.share) < 0.5 for row in team.rows)
