"""Arithmetic impossibility: every reason names its rules and numbers, and is never false."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.domain import Rules
from clusters.errors import InfeasibleError
from clusters.presolve import (
    Clause,
    clauses_of,
    describe,
    impossibilities,
    refuse_impossible,
    without,
)
from clusters.verifier import verify
from tests.worlds import every_plan, world

SIX = "111\n222"
TOWER = "191"

CASES = {
    "too many clusters": (SIX, {}, {"n_clusters": 7}, {"n_clusters"}, "there are only 6 schools"),
    "groups counted once": (
        SIX,
        {},
        {"n_clusters": 5, "together": [["1", "2"], ["2", "3"]]},
        {"n_clusters", "together"},
        "only 4 groups",
    ),
    "least too high": (
        SIX,
        {},
        {"n_clusters": 3, "schools_per_cluster": (3, None)},
        {"n_clusters", "schools_per_cluster"},
        "3 clusters of at least 3 schools need 9; there are 6.",
    ),
    "most too low": (
        SIX,
        {},
        {"n_clusters": 2, "schools_per_cluster": (None, 2)},
        {"n_clusters", "schools_per_cluster"},
        "2 clusters of at most 2 schools hold 4; there are 6.",
    ),
    "a school above the limit": (
        TOWER,
        {},
        {"n_clusters": 2, "limits": {"pupils": (None, 8)}},
        {"limits"},
        "School 2 (URN 2) alone has 9 pupils; the most allowed in a cluster is 8.",
    ),
    "a school above the balance": (
        TOWER,
        {},
        {"n_clusters": 2, "balance": {"pupils": 0.25}},
        {"balance", "n_clusters"},
        "6.88 (mean 5.5, 25% allowed)",
    ),
    "a group above the cap": (
        SIX,
        {},
        {"n_clusters": 2, "schools_per_cluster": (None, 3), "together": [["1", "2", "3", "4"]]},
        {"together", "schools_per_cluster"},
        "the most allowed in a cluster is 3.",
    ),
    "a group heavier than the limit": (
        SIX,
        {},
        {"n_clusters": 2, "limits": {"pupils": (None, 6)}, "together": [["4", "5", "6", "1"]]},
        {"together", "limits"},
        "7 pupils",
    ),
    "limits against balance": (
        SIX,
        {},
        {"n_clusters": 2, "balance": {"pupils": 0.1}, "limits": {"pupils": (5, 20)}},
        {"n_clusters", "limits", "balance"},
        "at least 5 pupils under limits and at most 4.95 under balance",
    ),
    "no whole number between": (
        "11111",
        {},
        {"n_clusters": 2, "balance": {"schools": 0.1}},
        {"n_clusters", "balance"},
        "2 clusters of at least 3 schools need 6; there are 5.",
    ),
    "together and apart": (
        SIX,
        {},
        {"n_clusters": 2, "together": [["1", "2"], ["2", "3"]], "apart": [["1", "3"]]},
        {"together", "apart"},
        "must be together (through groups that overlap) and may not be together.",
    ),
    "too few centres": (
        SIX,
        {},
        {"n_clusters": 3, "centres": ["1", "2"]},
        {"n_clusters", "centres"},
        "3 clusters need 3 centres; only 2 schools may be one.",
    ),
    "centres that must be together": (
        SIX,
        {},
        {"n_clusters": 2, "centres": ["1", "2"], "together": [["1", "2"]]},
        {"n_clusters", "centres", "together"},
        "there can be only 1",
    ),
    "too many apart": (
        SIX,
        {},
        {"n_clusters": 2, "apart": [["1", "2", "3"]]},
        {"n_clusters", "apart"},
        "3 schools may not share a cluster with one another; there are 2 clusters.",
    ),
    "too many heavy schools": (
        "666111",
        {},
        {"n_clusters": 2, "limits": {"pupils": (None, 11)}},
        {"n_clusters", "limits"},
        "no two can share one",
    ),
    "too few holders": (
        SIX,
        {"expertise": {"asd": "100\n001"}},
        {"n_clusters": 3, "expertise": {"asd": 0.5}},
        {"n_clusters", "expertise"},
        "only 2 schools have any on record.",
    ),
    "too little expertise in all": (
        SIX,
        {"expertise": {"asd": "111\n000"}},
        {"n_clusters": 3, "expertise": {"asd": 2}},
        {"n_clusters", "expertise"},
        "3 clusters of at least 2 'asd' capacity need 6; there are 3.",
    ),
    "together on two islands": (
        "11.11",
        {},
        {"n_clusters": 2, "together": [["1", "4"]]},
        {"together", "contiguous"},
        "on parts of the map that no neighbours join",
    ),
    "more islands than clusters": (
        "1.1.1",
        {},
        {"n_clusters": 2},
        {"n_clusters", "contiguous"},
        "The map falls into 3 parts",
    ),
    "an island too small": (
        "1111.1",
        {},
        {"n_clusters": 2, "schools_per_cluster": (2, None)},
        {"contiguous", "schools_per_cluster"},
        "No neighbours join School 5 (URN 5) to the rest of the map",
    ),
    "islands that do not add up": (
        "111.111",
        {},
        {"n_clusters": 3, "schools_per_cluster": (2, None)},
        {"n_clusters", "contiguous", "schools_per_cluster"},
        "make at most 2 clusters",
    ),
    "too far from every centre": (
        "1111",
        {},
        {"n_clusters": 1, "centres": ["1"], "max_travel_m": 2500},
        {"max_travel", "centres"},
        "cannot come nearer than 3,000 metres to a school that may be a centre",
    ),
    "no common centre": (
        "1111",
        {},
        {"n_clusters": 2, "together": [["1", "4"]], "max_travel_m": 1500},
        {"together", "max_travel"},
        "no centre is nearer than 2,000 metres to all of them",
    ),
    "too few clusters for the distance": (
        "1111111",
        {},
        {"n_clusters": 2, "max_travel_m": 1000},
        {"n_clusters", "max_travel"},
        "no two of them can have the same centre within 1,000 metres",
    ),
    "too little within reach": (
        "11...1",
        {},
        {"n_clusters": 1, "schools_per_cluster": (2, None), "max_travel_m": 2000},
        {"n_clusters", "max_travel"},
        "",
    ),
    "a connection too long": (
        "11111",
        {},
        {"n_clusters": 2, "schools_per_cluster": (None, 4), "together": [["1", "5"]]},
        {"together", "contiguous", "schools_per_cluster"},
        "with the schools between them their cluster has at least 5 schools",
    ),
}


def _found(name):
    picture, layers, rules, names, text = CASES[name]
    problem = world(picture, **layers)
    return impossibilities(problem, Rules(**rules)), names, text


@pytest.mark.parametrize("name", CASES)
def test_the_rules_in_conflict_are_named(name):
    reasons, names, _ = _found(name)
    assert names in [{clause.rule for clause in reason.clauses} for reason in reasons]


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_stand_in_the_sentence(name):
    reasons, _, text = _found(name)
    assert any(text in reason.sentence for reason in reasons), [r.sentence for r in reasons]


@pytest.mark.parametrize("name", CASES)
def test_a_fix_takes_its_own_reason_away(name):
    picture, layers, rules, *_ = CASES[name]
    problem = world(picture, **layers)
    for reason in impossibilities(problem, Rules(**rules)):
        for fix in reason.fixes:
            if fix.rules.n_clusters != rules["n_clusters"]:
                continue  # another number of clusters changes every mean
            left = {(r.clauses, r.sentence) for r in impossibilities(problem, fix.rules)}
            assert (reason.clauses, reason.sentence) not in left, fix.rules


def test_an_exception_elsewhere_can_shelter_a_heavy_school():
    problem = world(TOWER)
    rules = {"n_clusters": 2, "limits": {"pupils": (None, 8)}}
    assert impossibilities(problem, Rules(**rules))
    excused = Rules(**rules, exceptions={"1": {"limits": None}})
    assert not impossibilities(problem, excused)


def test_a_range_is_impossible_only_if_every_number_is():
    problem = world(SIX)
    assert not impossibilities(problem, Rules(n_clusters=(2, 9), schools_per_cluster=(3, None)))
    assert impossibilities(problem, Rules(n_clusters=(3, 9), schools_per_cluster=(3, None)))


def test_the_error_carries_a_sentence_for_each_rule():
    problem = world(SIX)
    with pytest.raises(InfeasibleError, match="need 9; there are 6") as caught:
        refuse_impossible(problem, Rules(n_clusters=3, schools_per_cluster=(3, None)))
    assert caught.value.conflict == (
        "n_clusters: 3 clusters",
        "schools_per_cluster: at least 3 schools in each cluster",
    )


def test_every_clause_can_be_described_and_dropped():
    problem = world(SIX, expertise={"asd": "111\n111"})
    rules = Rules(
        n_clusters=(2, 3),
        schools_per_cluster=(1, 5),
        balance={"pupils": 0.5},
        limits={"pupils": (None, 9)},
        max_travel_m=5000,
        expertise={"asd": 1},
        together=[["1", "2"]],
        apart=[["1", "3"]],
        centres=["1", "2"],
    )
    listed = clauses_of(rules)
    for clause in listed[1:]:
        assert describe(clause, problem, rules).startswith(f"{clause.rule}: ")
        assert clause not in clauses_of(without(rules, clause))
    assert clauses_of(without(rules, *listed)) == (Clause("n_clusters"),)


GROUPS = st.lists(
    st.lists(st.sampled_from("123456"), min_size=2, max_size=4, unique=True), max_size=2
)


@settings(max_examples=25, deadline=None)
@given(
    k=st.integers(1, 6),
    size=st.tuples(st.integers(1, 3), st.integers(3, 6)),
    most=st.sampled_from([4, 5, 6, 9]),
    share=st.sampled_from([0.1, 0.4, 1.0]),
    travel=st.sampled_from([None, 900, 1000, 2000]),
    together=GROUPS,
    apart=GROUPS,
    excused=st.sampled_from([None, "1", "5"]),
    picture=st.sampled_from(["132\n211", "13.21\n11...", "1.13.2\n1.1..."]),
)
def test_a_reason_is_never_false(k, size, most, share, travel, together, apart, excused, picture):
    problem = world(picture)
    rules = Rules(
        n_clusters=k,
        schools_per_cluster=size,
        limits={"pupils": (None, most)},
        balance={"pupils": share},
        max_travel_m=travel,
        together=together,
        apart=apart,
        exceptions={excused: ["limits", "balance", "max_travel"]} if excused else {},
    )
    if impossibilities(problem, rules):
        for plan in every_plan(6):
            if len(plan.clusters) == k:
                assert not any(verify(problem, rules, p).ok for p in _centred(plan)), plan


def _centred(plan):
    """Every choice of centres of a plan."""
    import itertools
    from dataclasses import replace

    from clusters.domain import Plan

    for centres in itertools.product(*(c.members for c in plan.clusters)):
        yield Plan(tuple(replace(c, centre=x) for c, x in zip(plan.clusters, centres, strict=True)))


def test_a_school_that_no_way_leads_to_is_named():
    journeys = [[0, 5, math.inf], [5, 0, math.inf], [math.inf, math.inf, 0]]
    problem = cl.Problem.from_arrays(
        ["a", "b", "c"], [[0, 0], [5, 0], [9, 0]], {"need": [1, 1, 1]}, travel_min=journeys
    )
    rules = cl.Rules(n_clusters=1, contiguous=False, centres=["a", "b"])
    with pytest.raises(cl.InfeasibleError, match=r"c has no way to a school that may be a centre"):
        cl.solve(problem, rules)
    both = cl.Rules(n_clusters=1, contiguous=False, together=[("a", "c")])
    with pytest.raises(cl.InfeasibleError, match="has no way to any school"):
        cl.solve(problem, both)
