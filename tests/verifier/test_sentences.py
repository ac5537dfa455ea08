"""Findings name cluster, schools and numbers."""

from __future__ import annotations

import pytest

from clusters import Plan, Rules, verify
from clusters.domain import Cluster
from tests.verifier.grid import GRID, LEFT_RIGHT, UNEVEN, messages
from tests.worlds import drawn_plan, with_cluster, world


@pytest.mark.parametrize(
    ("rules", "plan", "message"),
    [
        (
            {"balance": {"pupils": 0.1}},
            UNEVEN,
            "Cluster 1 has 14 pupils: 0.8 above the most allowed, 13.2 (mean 12, 10% allowed).",
        ),
        (
            {"schools_per_cluster": (None, 6)},
            UNEVEN,
            "Cluster 1 has 7 schools: 1 above the most allowed, 6.",
        ),
        (
            {"limits": {"pupils": (11, None)}},
            UNEVEN,
            "Cluster 2 has 10 pupils: 1 below the least allowed, 11.",
        ),
        (
            {"max_travel_m": 2000},
            LEFT_RIGHT,
            "Cluster 1: School 10 (URN 10) is 2,236.07 metres from its centre, School 1 (URN 1): "
            "236.07 above the most allowed, 2,000.",
        ),
        (
            {"contiguous": True},
            "A a b a\na a b b\na b b B",
            "Cluster 1 falls into 2 parts: cut off from the other members is School 4 (URN 4).",
        ),
        (
            {"expertise": {"asd": 2}},
            LEFT_RIGHT,
            "Cluster 1 has 1 of recorded 'asd' capacity: 1 below the least allowed, 2; for 4 of "
            "its 6 schools it is not known.",
        ),
        (
            {"phases": {"primary": (6, None)}},
            LEFT_RIGHT,
            "Cluster 1 has 5 primary schools: 1 below the least allowed, 6.",
        ),
        (
            {"together": [["1", "2", "3"]]},
            LEFT_RIGHT,
            "Schools that must be together are apart: School 1 (URN 1) and School 2 (URN 2) in "
            "Cluster 1; School 3 (URN 3) in Cluster 2.",
        ),
        (
            {"apart": [["1", "5", "8"]]},
            LEFT_RIGHT,
            "Cluster 1 holds schools that must be apart: School 1 (URN 1) and School 5 (URN 5).",
        ),
        (
            {"centres": ["1", "2"]},
            LEFT_RIGHT,
            "Cluster 2 has the centre School 8 (URN 8), which is not one of the 2 schools that "
            "may be a centre.",
        ),
        ({"n_clusters": 3}, LEFT_RIGHT, "The plan has 2 clusters: 1 too few; 3 asked for."),
        (
            {"n_clusters": (3, 5)},
            LEFT_RIGHT,
            "The plan has 2 clusters: 1 too few; 3 to 5 asked for.",
        ),
        ({}, "A a b b\na a b B\n- a b b", "School 9 (URN 9) is in no cluster."),
        ({}, "A a b b\na a b b\na a b b", "Cluster 2 has no centre."),
    ],
)
def test_a_finding_names_cluster_schools_and_numbers(rules, plan, message):
    assert message in messages(GRID, drawn_plan(plan), **rules)


def test_a_label_that_is_no_number_stands_beside_the_number():
    plan = with_cluster(drawn_plan(UNEVEN), 1, label="Holm Valley")
    (message,) = messages(GRID, plan, schools_per_cluster=(None, 6))
    assert message.startswith("Cluster 1 (Holm Valley) has 7 schools")


def test_a_small_excess_is_never_shown_as_nothing():
    problem = GRID.with_measures(need=[1.000001] + [1.0] * 11)
    (message,) = messages(problem, drawn_plan(LEFT_RIGHT), limits={"need": (None, 6)})
    assert message == "Cluster 1 has 6 units of need: 0.000001 above the most allowed, 6."


def test_a_phase_that_is_not_known_counts_for_none_and_is_said():
    problem = world("11\n11", phases="s?\nuu")
    (message,) = messages(problem, drawn_plan("A a\nb B"), phases={"secondary": 1})
    assert message == (
        "Cluster 2 has 0 secondary schools: 1 below the least allowed, 1; the phase of 2 of its "
        "2 schools is not known."
    )


def test_many_schools_are_not_all_named_but_all_given():
    plan = Plan((Cluster("1", "1", tuple(map(str, range(1, 13)))),))
    (finding,) = verify(
        GRID, Rules(n_clusters=1, apart=[[str(k) for k in range(1, 13)]]), plan
    ).findings
    assert "School 8 (URN 8) and 4 more." in finding.message
    assert finding.schools == tuple(map(str, range(1, 13)))
