"""Rules that do not fit the problem are refused before anything is checked."""

from __future__ import annotations

import pytest

from clusters import Plan, Priorities, Problem, Rules, RulesError, School, verify
from clusters.domain import Capacity, Cluster
from tests.verifier.grid import GRID, LEFT_RIGHT
from tests.worlds import drawn_plan, world


# Rules that do not fit ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rules", "priorities", "part"),
    [
        ({"balance": {"pupil": 0.1}}, {}, "balance: there is no measure 'pupil'"),
        ({"limits": {"x": (0, 1)}}, {}, "limits: there is no measure 'x'"),
        ({"exceptions": {"1": {"balance": {"x": 1}}}}, {}, "exceptions['1']['balance']: there is"),
        ({"together": [["1", "99"]]}, {}, "together names a school that the problem does not"),
        ({"apart": [["1", "99"]]}, {}, "apart names a school"),
        ({"centres": ["99"]}, {}, "centres names a school"),
        ({"exceptions": {"99": "balance"}}, {}, "exceptions names a school"),
        ({"max_travel_min": 10}, {}, "use max_travel_m"),
        ({"expertise": {"ASD": 1}}, {}, "did you mean 'asd'?"),
        ({"exceptions": {"1": {"expertise": {"vi": 1}}}}, {}, "capacity of type 'vi'"),
        ({"phases": {"Secondary": 1}}, {}, "did you mean 'secondary'?"),
        ({"phases": {"unknown": 1}}, {}, "phases: no school counts as 'unknown'"),
        ({"exceptions": {"1": {"phases": {"nursery": 0}}}}, {}, "no school counts as 'nursery'"),
        ({}, {"travel_by": "x"}, "travel_by: there is no measure 'x'"),
        ({}, {"balance": 1, "balance_by": "x"}, "balance_by: there is no measure 'x'"),
        ({}, {"pyramids": 1}, "no school has a pyramid"),
        ({}, {"change": 1, "reference": {"1": "a"}}, "reference has no group"),
        ({}, {"expertise": 1, "pupils_per_capacity": {"vi": 1}}, "need or capacity of type 'vi'"),
    ],
)
def test_rules_that_do_not_fit_the_problem_are_refused(rules, priorities, part):
    with pytest.raises(RulesError) as caught:
        verify(
            GRID,
            Rules(**({"n_clusters": 2} | rules)),
            drawn_plan(LEFT_RIGHT),
            Priorities(**priorities),
        )
    assert part in str(caught.value)


def test_all_faults_of_the_rules_come_at_once():
    rules = Rules(n_clusters=2, balance={"x": 0.1}, limits={"y": (0, 1)}, together=[["98", "99"]])
    with pytest.raises(RulesError) as caught:
        verify(GRID, rules, drawn_plan(LEFT_RIGHT))
    assert len(caught.value.faults) == 4


def test_contiguous_without_neighbours_is_refused():
    problem = world("1 2", neighbours=False)
    with pytest.raises(RulesError, match="no neighbours"):
        verify(problem, Rules(n_clusters=1), drawn_plan("A a"))


def test_a_measure_that_is_not_known_for_every_school_is_refused_by_name():
    with pytest.raises(RulesError, match="not known for 1 of 2 schools"):
        verify(world("1 ?"), Rules(n_clusters=1, balance={"pupils": 1}), drawn_plan("A a"))


def test_capacity_in_two_units_is_not_added():
    schools = [
        School(
            urn=k, name=k, easting=0, northing=0, expertise={"asd": Capacity(amount=1, unit=unit)}
        )
        for k, unit in (("a", "places"), ("b", "staff days"))
    ]
    rules = Rules(n_clusters=1, expertise={"asd": 1}, contiguous=False)
    with pytest.raises(RulesError, match="different units"):
        verify(Problem.from_schools(schools), rules, Plan.from_assignment({"a": "a", "b": "a"}))


def test_a_school_in_two_groups_of_today_is_refused():
    twice = Plan((Cluster("a", "1", tuple(map(str, range(1, 13)))), Cluster("b", "2", ("2",))))
    with pytest.raises(RulesError, match="this school in 2 groups"):
        verify(
            GRID,
            Rules(n_clusters=2),
            drawn_plan(LEFT_RIGHT),
            Priorities(change=1, reference=twice),
        )
