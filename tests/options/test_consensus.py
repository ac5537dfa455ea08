"""The plan nearest to several maps: brute force, one map returns itself, words agree."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

import clusters as cl
from clusters.measures import places_of
from clusters.options import consensus
from tests.options.tiny import canonical, drawn, every_plan
from tests.worlds import drawn_plan, world

QUICK = cl.Settings(time_limit_s=60)
"""Far more than is needed: each of these ends with a proof, on a busy machine as well."""


def drawn_maps(seed: int, problem: cl.Problem) -> dict[str, dict]:
    """Draw two to four maps, some of them partial."""
    rng = np.random.default_rng(seed)
    maps = {}
    for number in range(int(rng.integers(2, 5))):
        labels = rng.integers(0, 3, len(problem)).tolist()
        skip = set(rng.integers(0, len(problem), int(rng.integers(0, 3))).tolist())
        maps[f"m{number}"] = {
            key: f"g{label}"
            for k, (key, label) in enumerate(zip(problem.ids, labels, strict=True))
            if k not in skip
        }
    return maps


def disagreements(problem: cl.Problem, maps: dict[str, dict], labels, votes=None) -> int:
    """Count pairs on which maps and a partition disagree, by hand."""
    at = dict(zip(problem.ids, labels, strict=True))
    return sum(
        (votes or {}).get(name, 1)
        for name, groups in maps.items()
        for a, b in itertools.combinations(groups, 2)
        if (groups[a] == groups[b]) != (at[a] == at[b])
    )


@pytest.mark.parametrize("seed", range(16))
def test_no_plan_under_the_rules_is_nearer(seed):
    problem, rules, _ = drawn(seed + 100, n=5 + seed % 2)
    maps = drawn_maps(seed, problem)
    votes = {"m0": 2} if seed % 3 == 0 else None
    every = every_plan(problem, rules, cl.Priorities(travel_by="schools"))
    if not every:
        with pytest.raises(cl.InfeasibleError):
            consensus(problem, rules, maps, settings=QUICK, votes=votes)
        return
    found = consensus(problem, rules, maps, settings=QUICK, votes=votes)
    fewest = min(disagreements(problem, maps, labels, votes) for labels in every)
    assert found.certificate.ok
    assert found.proved
    assert found.disagreements == found.bound == fewest
    labels = canonical(places_of(problem, found.plan))
    assert disagreements(problem, maps, labels, votes) == fewest
    assert found.to_frame("map").eval("votes * pairs_disagree").sum() == fewest


def test_one_map_that_keeps_the_rules_returns_itself():
    problem = world("1111\n1111\n1111")
    plan = drawn_plan("AabB\naabb\nccCb")
    found = consensus(problem, cl.Rules(n_clusters=3), {"mine": plan}, settings=QUICK)
    assert found.plan == plan
    assert found.disagreements == 0
    assert found.proved
    assert found.divided == ()


def test_a_map_that_breaks_the_rules_is_followed_as_far_as_they_allow():
    problem = world("111111")
    found = consensus(
        problem,
        cl.Rules(n_clusters=2, schools_per_cluster=(3, 3)),
        {"mine": {"1": "a", "2": "a", "3": "a", "4": "a", "5": "b", "6": "b"}},
        settings=QUICK,
    )
    assert {frozenset(c.members) for c in found.plan.clusters} == {
        frozenset("123"),
        frozenset("456"),
    }
    assert (found.disagreements, found.proved) == (5, True)  # 4 leaves three, and joins two


def test_the_majority_decides_where_members_divide():
    problem = world("1111\n1111")
    maps = {
        "Ann": drawn_plan("AabB\naabb"),
        "Ben": drawn_plan("AabB\naabb"),
        "Cat": drawn_plan("AaaB\naabb"),
    }
    found = consensus(problem, cl.Rules(n_clusters=2), maps, settings=QUICK)
    assert found.plan == maps["Ann"]
    assert found.divided == ("3",)
    assert found.shares()["3"] == Fraction(2, 3)
    assert found.agreement("3", "4") == Fraction(2, 3)
    assert found.agreement("1", "8") == 1
    assert "of 3 votes 2 for" in found.sentence("3")
    assert found.disagreements == 3 + 4 - 0
    frame = found.to_frame().set_index("school")
    assert (frame.votes_here["3"], frame.votes["3"], frame.votes_else["3"]) == (2, 3, 1)
    pairs = found.to_frame("pair").set_index(["school", "other"])
    assert tuple(pairs.loc[("3", "4"), ["votes_together", "votes_apart"]]) == (2, 1)
    assert "proved: no plan under the rules disagrees less" in found.summary()
    assert "degree-2" in found.to_svg()
    assert "here in half or more of the votes" in found.to_svg()


def test_votes_count():
    problem = world("1111\n1111")
    maps = {"Ann": drawn_plan("AabB\naabb"), "Cat": drawn_plan("AaaB\naabb")}
    rules = cl.Rules(n_clusters=2)
    assert consensus(problem, rules, maps, settings=QUICK, votes={"Cat": 3}).plan == maps["Cat"]
    assert consensus(problem, rules, maps, settings=QUICK, votes={"Ann": 2}).plan == maps["Ann"]


def test_a_school_that_no_map_places_is_placed():
    problem = world("1111")
    found = consensus(problem, cl.Rules(n_clusters=2), {"a": {"1": "x", "2": "x"}}, settings=QUICK)
    assert found.disagreements == 0
    assert found.certificate.ok
    assert "No map places" in found.sentence("4")


@pytest.mark.slow
def test_a_larger_map_is_improved_window_by_window():
    rows = "\n".join(["1" * 12] * 8)
    problem = world(rows)
    rng = np.random.default_rng(5)
    base = {key: (k // 12 // 4) * 4 + (k % 12) // 3 for k, key in enumerate(problem.ids)}
    maps = {}
    for number in range(3):
        own = dict(base)
        for key in rng.choice(problem.ids, 6, replace=False).tolist():
            own[key] = int(rng.integers(0, 8))
        maps[f"m{number}"] = own
    rules = cl.Rules(n_clusters=8, schools_per_cluster=(6, 18))
    found = consensus(problem, rules, maps, settings=cl.Settings(time_limit_s=6))
    assert found.certificate.ok
    by_hand = disagreements(problem, maps, [base[key] for key in problem.ids])
    assert found.bound <= found.disagreements <= by_hand


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"maps": {}}, "no map is given"),
        ({"votes": {"Zoe": 1}}, "is no map"),
        ({"votes": {"Ann": 0}}, "whole number of 1 or more"),
        ({"maps": {"1": "a", "2": "b"}}, "not a Plan"),
    ],
)
def test_what_does_not_fit_is_refused(wrong, words):
    given = {"maps": {"Ann": {"1": "a", "2": "b"}}} | wrong
    with pytest.raises(cl.ArgumentError, match=words):
        consensus(world("11"), cl.Rules(n_clusters=2), settings=QUICK, **given)
