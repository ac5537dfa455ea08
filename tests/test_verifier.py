"""The verifier: each rule fails on exactly the plans that break it, and says so."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import Plan, Priorities, Problem, Rules, RulesError, School, verify
from clusters.domain import RULE_NAMES, Capacity, Cluster, NeedCount
from tests.worlds import drawn_plan, with_cluster, world

GRID = world(
    """
    2 2 2 2
    2 2 2 2
    2 2 2 2
    """,
    expertise={
        "asd": """
        1 ? ? ?
        0 ? ? ?
        ? ? 1 1
        """
    },
    phases="""
        p p p s
        s p p p
        a p i p
    """,
)
"""Twelve equal schools in three rows: 1-4, 5-8 and 9-12."""

LOOSE = {
    "n_clusters": (1, 12),
    "schools_per_cluster": (1, 12),
    "balance": {"pupils": 1},
    "limits": {"pupils": (0, 100)},
    "max_travel_m": 20_000,
    "contiguous": True,
    "expertise": {"asd": 0},
    "phases": {"secondary": (0, 12)},
    "together": [["1", "2"]],
    "apart": [["4", "9"]],
    "centres": [str(k) for k in range(1, 13)],
}
"""Every rule is asked for, and none of them bites."""

LEFT_RIGHT = """
    A a b b
    a a b B
    a a b b
"""
UNEVEN = """
    A a a b
    a a b B
    a a b b
"""
CORNER_LENT = """
    A a b b
    a a b B
    a b b b
"""

# rule, what the rule says, a plan that keeps it, a plan that breaks only it
TABLE = [
    ("n_clusters", {"n_clusters": 2}, LEFT_RIGHT, "A a b b\nC a b B\nc a b b"),
    ("n_clusters", {"n_clusters": (3, 4)}, "A a b b\nC a b B\nc a b b", LEFT_RIGHT),
    ("schools_per_cluster", {"schools_per_cluster": (None, 6)}, LEFT_RIGHT, UNEVEN),
    ("schools_per_cluster", {"schools_per_cluster": (6, None)}, LEFT_RIGHT, CORNER_LENT),
    ("balance", {"balance": {"pupils": 0.1}}, LEFT_RIGHT, UNEVEN),
    ("balance", {"balance": {"pupils": 0}}, LEFT_RIGHT, CORNER_LENT),
    ("limits", {"limits": {"pupils": (None, 12)}}, LEFT_RIGHT, UNEVEN),
    ("limits", {"limits": {"pupils": (12, None)}}, LEFT_RIGHT, CORNER_LENT),
    ("max_travel", {"max_travel_m": 2_237}, LEFT_RIGHT, "A a b B\na a b b\na a a b"),
    ("contiguous", {}, LEFT_RIGHT, "A a b b\na b b b\na b a B"),
    ("expertise", {"expertise": {"asd": 1}}, LEFT_RIGHT, "A a a a\nb b a a\nB b a a"),
    ("phases", {"phases": {"secondary": 1}}, LEFT_RIGHT, "A a a b\nc c b B\nC c b b"),
    ("phases", {"phases": {"secondary": (1, 1)}}, "A a b b\na c b B\nC c b b", LEFT_RIGHT),
    ("phases", {"phases": {"primary": (None, 5)}}, LEFT_RIGHT, UNEVEN),
    ("phases", {"phases": {"primary": 5}}, LEFT_RIGHT, UNEVEN),
    ("together", {"together": [["5", "6"]]}, LEFT_RIGHT, "A a b b\na b b B\na b b b"),
    ("apart", {"apart": [["2", "3"]]}, LEFT_RIGHT, UNEVEN),
    ("centres", {"centres": ["1", "8"]}, LEFT_RIGHT, "A a b b\na a b b\na a b B"),
    ("assignment", {}, LEFT_RIGHT, "A a b b\na a b B\n- a b b"),
    ("centre", {}, LEFT_RIGHT, "A a b b\na a b b\na a b b"),
]


def found(problem: Problem, plan: Plan, **rules: object) -> set[str]:
    return {finding.rule for finding in verify(problem, Rules(**(LOOSE | rules)), plan).findings}


@pytest.mark.parametrize(("rule", "says", "allowed", "refused"), TABLE)
def test_a_plan_that_keeps_the_rule_passes(rule, says, allowed, refused):
    assert found(GRID, drawn_plan(allowed), **says) == set()


@pytest.mark.parametrize(("rule", "says", "allowed", "refused"), TABLE)
def test_a_plan_that_breaks_one_rule_fails_on_that_rule_alone(rule, says, allowed, refused):
    assert found(GRID, drawn_plan(refused), **says) == {rule}


def test_every_rule_has_a_row_in_the_table():
    assert {row[0] for row in TABLE} == {*RULE_NAMES, "assignment", "centre"}


def test_checked_names_every_rule_asked_for():
    everything = verify(GRID, Rules(**LOOSE), drawn_plan(LEFT_RIGHT))
    little = verify(GRID, Rules(n_clusters=2, contiguous=False), drawn_plan(LEFT_RIGHT))
    assert set(everything.checked) == {*RULE_NAMES, "assignment", "centre"}
    assert little.checked == ("assignment", "centre", "n_clusters", "max_travel")


# Exceptions -----------------------------------------------------------------------------------

# rule, what the rule says, an exception that lets the plan pass, one that does not, the plan
EXCEPTIONS = [
    ("schools_per_cluster", {"schools_per_cluster": (6, 6)}, [{"1": None, "4": None}], UNEVEN),
    (
        "schools_per_cluster",
        {"schools_per_cluster": (5, 6)},
        [{"1": (5, 7)}, {"2": (6, 7)}],
        UNEVEN,
    ),
    ("balance", {"balance": {"pupils": 0.1}}, [{"1": {"pupils": 0.2}, "4": None}], UNEVEN),
    (
        "balance",
        {"balance": {"pupils": 0.1}},
        [{"1": {"pupils": 1.5}, "4": {"pupils": None}}],
        UNEVEN,
    ),
    ("limits", {"limits": {"pupils": (0, 12)}}, [{"1": {"pupils": (0, 14)}}], UNEVEN),
    (
        "limits",
        {"limits": {"pupils": (0, 12)}},
        [{"1": {"pupils": (5, None)}}, {"1": None}],
        UNEVEN,
    ),
    ("max_travel", {"max_travel_m": 2_100}, [{"10": 2_237}, {"10": None}], LEFT_RIGHT),
    (
        "expertise",
        {"expertise": {"asd": 1}},
        [{"9": None}, {"9": {"asd": 0}}],
        "A a a a\nb b a a\nB b a a",
    ),
    (
        "phases",
        {"phases": {"secondary": (None, 1)}},
        [{"5": None}, {"9": {"secondary": (0, 2)}}, {"1": {"secondary": None}}],
        LEFT_RIGHT,
    ),
]


def excused(rule: str, exception: dict[str, object]) -> dict[str, object]:
    return {school: {rule: instead} for school, instead in exception.items()}


@pytest.mark.parametrize(
    ("rule", "says", "exception", "plan"),
    [(rule, says, one, plan) for rule, says, many, plan in EXCEPTIONS for one in many],
)
def test_an_exception_excuses_the_cluster_that_holds_the_school(rule, says, exception, plan):
    says = says | {"contiguous": False}
    assert found(GRID, drawn_plan(plan), **says) == {rule}
    assert found(GRID, drawn_plan(plan), **says, exceptions=excused(rule, exception)) == set()


@pytest.mark.parametrize(
    ("rule", "says", "exception", "plan"),
    [
        ("schools_per_cluster", {"schools_per_cluster": (5, 6)}, {"1": (5, 6)}, UNEVEN),
        ("schools_per_cluster", {"schools_per_cluster": (5, 6)}, {"4": None}, UNEVEN),
        ("balance", {"balance": {"pupils": 0.1}}, {"1": {"pupils": 0.16}}, UNEVEN),
        ("limits", {"limits": {"pupils": (0, 12)}}, {"1": {"pupils": (0, 13)}}, UNEVEN),
        ("max_travel", {"max_travel_m": 1_000}, {"1": None}, LEFT_RIGHT),
        ("expertise", {"expertise": {"asd": 1}}, {"1": None}, "A a a a\nb b a a\nB b a a"),
        ("phases", {"phases": {"secondary": (2, None)}}, {"1": None}, LEFT_RIGHT),
        ("phases", {"phases": {"secondary": (2, None)}}, {"4": {"primary": None}}, LEFT_RIGHT),
    ],
)
def test_an_exception_excuses_no_more_than_it_says(rule, says, exception, plan):
    assert found(GRID, drawn_plan(plan), **says, exceptions=excused(rule, exception)) == {rule}


def test_the_loosest_of_a_rule_and_its_exceptions_holds():
    tighter = {"1": {"balance": {"pupils": 0.05}}, "2": {"balance": {"pupils": 0.01}}}
    assert found(GRID, drawn_plan(UNEVEN), balance={"pupils": 0.2}, exceptions=tighter) == set()


def test_an_exception_for_one_measure_leaves_the_others():
    problem = GRID.with_measures(need=[1] * 12)
    excuse = {"1": {"balance": {"need": None}}, "4": {"balance": {"need": None}}}
    rules = Rules(n_clusters=2, balance={"pupils": 0.1, "need": 0.1}, exceptions=excuse)
    messages = [f.message for f in verify(problem, rules, drawn_plan(UNEVEN)).findings]
    assert len(messages) == 2
    assert all("pupils" in message for message in messages)


# Words ----------------------------------------------------------------------------------------


def messages(problem: Problem, plan: Plan, **rules: object) -> list[str]:
    rules = {"n_clusters": (1, 12), "contiguous": False} | rules
    return [f.message for f in verify(problem, Rules(**rules), plan).findings]


@pytest.mark.parametrize(
    ("rules", "plan", "message"),
    [
        (
            {"balance": {"pupils": 0.1}},
            UNEVEN,
            "Cluster 1 has 14 pupils: 0.8 above the most allowed, 13.2 (mean 12, 10 % allowed).",
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


# Exactness ------------------------------------------------------------------------------------


def test_a_balance_bound_is_met_exactly_where_floats_would_miss_it():
    # The clusters hold 0.9 and 1.0, the mean is 0.95: each is off by exactly 1/19 of it.
    problem = Problem.from_arrays(
        ["a", "b", "c", "d"], np.zeros((4, 2)), {"need": [0.1, 0.3, 0.7, 0.8]}
    )
    plan = Plan.from_assignment({"a": "a", "d": "a", "b": "b", "c": "b"})
    exact = Fraction(5, 95)
    just = Rules(n_clusters=2, balance={"need": 0.052632}, contiguous=False)
    under = Rules(n_clusters=2, balance={"need": 0.052631}, contiguous=False)
    assert Fraction("0.052631") < exact < Fraction("0.052632")
    assert verify(problem, just, plan).ok
    assert not verify(problem, under, plan).ok


def test_ten_tenths_are_one():
    problem = Problem.from_arrays(range(10), np.zeros((10, 2)), {"need": [0.1] * 10})
    plan = Plan.from_assignment(dict.fromkeys(range(10), 0))
    rules = Rules(n_clusters=1, limits={"need": (1, 1)}, contiguous=False)
    assert sum([0.1] * 10) != 1
    assert verify(problem, rules, plan).ok


def test_a_bound_is_the_decimal_that_was_written():
    # 0.3 as a float is a little less than three tenths; the cluster holds exactly that much more.
    problem = Problem.from_arrays(["a", "b"], np.zeros((2, 2)), {"need": [13, 7]})
    plan = Plan.from_assignment({"a": "a", "b": "b"})
    rules = Rules(n_clusters=2, balance={"need": 0.3}, contiguous=False)
    assert Fraction(0.3) < Fraction(3, 10)
    assert verify(problem, rules, plan).ok


@pytest.mark.parametrize(("limit", "ok"), [(5.5, True), (5.499999, False), (5.51, True)])
def test_a_journey_may_be_as_long_as_the_limit_and_no_longer(limit, ok):
    problem = Problem.from_arrays(["a", "b"], [[0, 0], [5.5, 0]], {"need": [1, 1]})
    rules = Rules(n_clusters=1, max_travel_m=limit, contiguous=False)
    assert verify(problem, rules, Plan.from_assignment({"a": "a", "b": "a"})).ok is ok


def test_capacity_is_added_exactly():
    problem = Problem.from_arrays(
        ["a", "b", "c"], np.zeros((3, 2)), expertise={"asd": [0.1, 0.2, np.nan]}
    )
    plan = Plan.from_assignment({"a": "a", "b": "a", "c": "a"})
    rules = Rules(n_clusters=1, expertise={"asd": 0.3}, contiguous=False)
    assert verify(problem, rules, plan).ok


# Bad plans ------------------------------------------------------------------------------------

ODD_VALUES = st.one_of(
    st.none(),
    st.floats(),
    st.integers(-3, 20),
    st.text(max_size=4),
    st.sampled_from([*map(str, range(1, 13)), " 3 ", "9" * 5000, ("a", ["b"]), ["1"], b"1"]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            Cluster,
            label=ODD_VALUES,
            centre=ODD_VALUES,
            members=st.one_of(st.none(), st.just(3), st.text(), st.lists(ODD_VALUES, max_size=14)),
        ),
        max_size=5,
    )
)
def test_no_plan_makes_the_verifier_raise(clusters):
    certificate = verify(GRID, Rules(**LOOSE), Plan(tuple(clusters)))
    json.dumps(certificate.to_dict())
    certificate.summary()
    certificate.to_frame()
    placed = sorted(str(m) for c in clusters if isinstance(c.members, list) for m in c.members)
    assert not certificate.ok or placed == sorted(map(str, range(1, 13)))


@pytest.mark.parametrize(
    ("change", "rule", "part"),
    [
        ({"members": ("1", "2", "5", "6", "9", "10", "999")}, "assignment", "'999', which is no"),
        ({"members": ("1", "2", "5", "6", "9", "10", "10")}, "assignment", "more than once"),
        ({"members": ("1", "2", "5", "6", "9", "10", "11")}, "assignment", "is in 2 clusters"),
        ({"members": ("1", "2", "5", "6", "9", "10", math.nan)}, "assignment", "'nan', which is"),
        ({"members": ("1", "2", "5", "6", "9")}, "assignment", "is in no cluster"),
        ({"centre": None}, "centre", "has no centre"),
        ({"centre": "999"}, "centre", "'999', which is no school"),
        ({"centre": math.nan}, "centre", "'nan', which is no school"),
        ({"centre": "3"}, "centre", "School 3 (URN 3), which is not one of its members"),
    ],
)
def test_a_broken_cluster_gets_the_finding_meant_for_it(change, rule, part):
    plan = with_cluster(drawn_plan(LEFT_RIGHT), 1, **change)
    certificate = verify(GRID, Rules(**(LOOSE | {"max_travel_m": None})), plan)
    assert [finding.rule for finding in certificate.findings] == [rule]
    assert part in certificate.findings[0].message
    assert certificate.objective is None


def test_an_empty_cluster_is_found_and_not_counted():
    plan = Plan((*drawn_plan(LEFT_RIGHT).clusters, Cluster("3", None, ())))
    certificate = verify(GRID, Rules(**(LOOSE | {"n_clusters": 2})), plan)
    assert [f.message for f in certificate.findings] == ["Cluster 3 holds no school."]


def test_a_plan_without_clusters_has_every_school_missing():
    certificate = verify(GRID, Rules(**LOOSE), Plan(()))
    assert certificate.broken == ("assignment", "n_clusters")
    assert len(certificate.findings) == 13


def test_ids_may_be_numbers_where_the_problem_has_text():
    plan = drawn_plan(LEFT_RIGHT)
    numbers = Plan(
        tuple(Cluster(c.label, int(c.centre), tuple(map(int, c.members))) for c in plan.clusters)
    )
    assert verify(GRID, Rules(**LOOSE), numbers).ok


def test_a_journey_without_a_way_is_found_though_no_limit_is_set():
    travel = np.array([[0, math.inf], [5, 0]])
    problem = Problem.from_arrays(["a", "b"], np.zeros((2, 2)), {"need": [1, 1]}, travel_m=travel)
    plan = Plan.from_assignment({"a": "b", "b": "b"})
    certificate = verify(problem, Rules(n_clusters=1, contiguous=False), plan)
    assert [f.message for f in certificate.findings] == [
        "Cluster 1: school a has no way to its centre, school b."
    ]
    assert certificate.objective == math.inf
    assert certificate.to_dict()["objective"] == "inf"


def test_a_school_that_counts_for_nothing_costs_nothing_though_it_has_no_way():
    travel = np.array([[0, math.inf], [5, 0]])
    problem = Problem.from_arrays(["a", "b"], np.zeros((2, 2)), {"need": [0, 1]}, travel_m=travel)
    plan = Plan.from_assignment({"a": "b", "b": "b"})
    assert verify(problem, Rules(n_clusters=1, contiguous=False), plan).objective == 0


# Cost -----------------------------------------------------------------------------------------

COUNTRY = world(
    """
    1 2 3
    4 5 6
    """,
    pyramids="""
    x x y
    x y ?
    """,
    need={
        "asd": """
        3 0 2
        1 ? 4
        """
    },
    expertise={
        "asd": """
        1 ? 0
        ? 1 ?
        """
    },
)
HALVES = drawn_plan(
    """
    A a b
    a b B
    """
)
TODAY = drawn_plan(
    """
    A a a
    b b B
    """
)
# By hand. The mean of pupils is 21 / 2 = 10.5; clusters hold 7 and 14; an average school has 3.5.
# Pyramid x: whole; y: whole. ASD: cluster 1 needs 4, has 1; cluster 2 needs 6, has 1.
PRICES = [
    ({"travel": 1}, 1000 * (2 * 1 + 4 * 1 + 3 * 1 + 5 * 1)),
    ({"travel": 2}, 2000 * (2 * 1 + 4 * 1 + 3 * 1 + 5 * 1)),
    ({"travel": 0, "balance": 1}, 1000 * 7.0),
    ({"travel": 0, "balance": 1, "balance_by": "schools"}, 0.0),
    ({"travel": 0, "pyramids": 1}, 0.0),
    ({"travel": 0, "expertise": 1, "pupils_per_capacity": {"asd": 3}}, 1000 * (1 + 3)),
    ({"travel": 0, "expertise": 0.5, "pupils_per_capacity": {"asd": 4.5}}, 500 * (0 + 1.5)),
    ({"travel": 0, "change": 1, "reference": TODAY}, 1000 * 3.5 * 2),
    ({"travel": 1, "balance": 2}, 1000 * 14 + 2 * 1000 * 7),
]


@pytest.mark.parametrize(("weights", "cost"), PRICES)
def test_each_priority_costs_what_a_hand_count_says(weights, cost):
    certificate = verify(
        COUNTRY, Rules(n_clusters=2), HALVES, Priorities(travel_by="pupils", **weights)
    )
    assert certificate.objective == pytest.approx(cost, rel=1e-12)


def test_each_extra_piece_of_a_pyramid_costs_an_average_school_over_a_kilometre():
    certificate = verify(
        COUNTRY, Rules(n_clusters=2), TODAY, Priorities(travel_by="pupils", travel=0, pyramids=1)
    )
    assert certificate.objective == pytest.approx(1000 * 3.5 * 2)  # x and y both fall in two


def test_a_move_is_counted_against_the_group_of_the_centre():
    today = {"1": "p", "2": "p", "3": "q", "4": "q", "5": "q", "6": "q"}
    priorities = Priorities(travel_by="pupils", travel=0, change=1, reference=today)
    certificate = verify(COUNTRY, Rules(n_clusters=2), HALVES, priorities)
    assert certificate.objective == pytest.approx(1000 * 3.5 * 1)  # school 4 joins p


def test_prices_are_per_minute_where_journeys_are_in_minutes():
    problem = Problem.from_arrays(
        ["a", "b", "c"], np.zeros((3, 2)), {"need": [1, 2, 6]}, travel_min=10 * (1 - np.eye(3))
    )
    plan = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    rules = Rules(n_clusters=2, max_travel_min=10, contiguous=False)
    certificate = verify(problem, rules, plan, Priorities(balance=5))
    assert certificate.ok
    assert dict(certificate.costs) == {"travel": 20.0, "balance": 5 * (1.5 + 1.5)}


def test_unweighted_journeys_count_each_school_once():
    certificate = verify(
        GRID, Rules(n_clusters=2), drawn_plan(LEFT_RIGHT), Priorities(travel_by="schools")
    )
    left = 1000 * (1 + 1 + math.sqrt(2) + 2 + math.sqrt(5))
    right = 1000 * (1 + 1 + 1 + math.sqrt(2) * 2)
    assert certificate.objective == pytest.approx(left + right)


def test_without_priorities_the_default_ones_count_where_they_fit():
    rules = Rules(n_clusters=2)
    with_need = verify(GRID, rules, drawn_plan(LEFT_RIGHT))
    assert (
        with_need.objective == verify(GRID, rules, drawn_plan(LEFT_RIGHT), Priorities()).objective
    )
    bare = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], neighbours=[("a", "b")])
    assert verify(bare, rules, Plan.from_assignment({"a": "a", "b": "b"})).objective is None


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


# Certificate ----------------------------------------------------------------------------------


def test_the_summary_says_what_holds():
    text = verify(GRID, Rules(n_clusters=2), drawn_plan(LEFT_RIGHT)).summary()
    assert text.startswith("The plan (12 schools in 2 clusters) keeps all 5 rules checked")
    assert "Its cost under the priorities is" in text


def test_the_summary_lists_each_finding():
    text = verify(GRID, Rules(n_clusters=3), drawn_plan("A a b b\na a b b\na a b b")).summary()
    assert "breaks 2 of the 5 rules checked" in text
    assert "- centre: Cluster 2 has no centre." in text
    assert "- n_clusters: The plan has 2 clusters" in text


def test_a_certificate_can_be_saved_and_sent():
    certificate = verify(GRID, Rules(**(LOOSE | {"n_clusters": 3})), drawn_plan(LEFT_RIGHT))
    saved = json.loads(json.dumps(certificate.to_dict()))
    assert saved["ok"] is False
    assert saved["findings"][0]["rule"] == "n_clusters"
    assert pickle.loads(pickle.dumps(certificate)) == certificate
    assert list(certificate.to_frame().columns) == [
        "rule",
        "cluster",
        "schools",
        "amount",
        "message",
    ]


def test_unknown_need_counts_as_none():
    school = School(
        urn="a",
        name="a",
        easting=0,
        northing=0,
        measures={"need": 1},
        need={"asd": NeedCount(ehcps=None, sen_support=4)},
        expertise={"asd": Capacity(amount=1, unit="level")},
    )
    priorities = Priorities(travel=0, expertise=1, pupils_per_capacity={"asd": 1})
    certificate = verify(
        Problem.from_schools([school]),
        Rules(n_clusters=1, contiguous=False),
        Plan.from_assignment({"a": "a"}),
        priorities,
    )
    assert certificate.objective == 1000 * 3


# Properties -----------------------------------------------------------------------------------


@st.composite
def plans_of_grid(draw):
    labels = draw(st.lists(st.integers(0, 3), min_size=12, max_size=12))
    groups: dict[int, list[str]] = {}
    for k, label in enumerate(labels):
        groups.setdefault(label, []).append(str(k + 1))
    return Plan(
        tuple(
            Cluster(str(n), draw(st.sampled_from(members)), tuple(members))
            for n, members in enumerate(groups.values(), start=1)
        )
    )


def connected_by_matrix(members: tuple[str, ...]) -> bool:
    """Whether members hang together, by powers of the adjacency matrix."""
    at = [int(m) - 1 for m in members]
    adjacency = np.eye(12, dtype=int)
    adjacency[tuple(GRID.edges.T)] = 1
    adjacency |= adjacency.T
    reach = np.linalg.matrix_power(adjacency[np.ix_(at, at)], len(at))
    return bool((reach > 0).all())


@settings(max_examples=100, deadline=None)
@given(plans_of_grid())
def test_contiguity_agrees_with_powers_of_the_adjacency_matrix(plan):
    certificate = verify(GRID, Rules(n_clusters=(1, 12)), plan)
    split = {finding.cluster for finding in certificate.findings}
    assert split == {c.label for c in plan.clusters if not connected_by_matrix(c.members)}


@settings(max_examples=100, deadline=None)
@given(plans_of_grid(), st.randoms(use_true_random=False))
def test_the_order_of_schools_and_clusters_changes_nothing(plan, shuffler):
    clusters = [
        replace(c, members=tuple(shuffler.sample(c.members, len(c.members)))) for c in plan.clusters
    ]
    shuffler.shuffle(clusters)
    rules = Rules(**(LOOSE | {"balance": {"pupils": 0.2}, "schools_per_cluster": (2, 4)}))
    before, after = verify(GRID, rules, plan), verify(GRID, rules, Plan(tuple(clusters)))
    assert {f.message for f in before.findings} == {f.message for f in after.findings}
    assert before.objective == pytest.approx(after.objective, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(plans_of_grid(), st.integers(0, 10), st.integers(0, 10))
def test_loosening_a_balance_never_adds_a_finding(plan, one, other):
    tight, loose = sorted((one / 10, other / 10))
    found_tight = verify(
        GRID, Rules(n_clusters=(1, 12), balance={"pupils": tight}, contiguous=False), plan
    )
    found_loose = verify(
        GRID, Rules(n_clusters=(1, 12), balance={"pupils": loose}, contiguous=False), plan
    )
    assert len(found_loose.findings) <= len(found_tight.findings)
