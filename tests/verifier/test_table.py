"""Each rule by a plan that keeps it and one that breaks it and nothing else; and exceptions."""

from __future__ import annotations

import pytest

from clusters import Plan, Problem, Rules, verify
from clusters.domain import RULE_NAMES
from tests.verifier.grid import GRID, LEFT_RIGHT, LOOSE, UNEVEN
from tests.worlds import drawn_plan

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
