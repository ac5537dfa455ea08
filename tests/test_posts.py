"""Shared posts: the choice against brute force, and what the tables say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.domain import Capacity, NeedCount, Plan, Problem, School
from clusters.errors import MoneyError
from clusters.model.posts import PostsCase, knapsack_bound, solve_posts
from clusters.posts import Post, gaps, share_posts

TEACHER = Post(name="teacher, autism", kind="asd", cost="50000", covers=10)
COVER = {"asd": 5.0}


def school(urn, pupils, *, capacity=None, east=0.0, kind="asd"):
    return School(
        urn=urn,
        name=f"School {urn}",
        easting=east,
        northing=0.0,
        need={kind: NeedCount(ehcps=pupils, sen_support=0)},
        expertise={} if capacity is None else {kind: Capacity(amount=capacity, unit="days")},
    )


def two_clusters():
    """A lacks 12 pupils' worth (20 less 2 x 5 is 10, and 2 more), B lacks 4."""
    problem = Problem.from_schools(
        [
            school("a1", 20, capacity=2.0),
            school("a2", 2, east=1000.0),
            school("b1", 1, east=5000.0),
            school("b2", 3, east=6000.0),
        ]
    )
    return problem, Plan.from_assignment(
        {"a1": "a1", "a2": "a1", "b1": "b1", "b2": "b1"}, {"a1": "A", "b1": "B"}
    )


def test_gaps_and_what_they_cost_to_fill():
    helper = Post(name="helper", kind="asd", cost="6000", covers=1)
    found = gaps(*two_clusters(), COVER, [TEACHER, helper])
    assert [(gap.cluster, gap.need, gap.unmet) for gap in found] == [("A", 22, 12), ("B", 4, 4)]
    # teachers are cheapest per pupil: 2 for 12 pupils, 1 for 4
    assert [(gap.posts_to_fill, gap.cost_to_fill_pence) for gap in found] == [
        (2, 10_000_000),
        (1, 5_000_000),
    ]
    assert gaps(*two_clusters(), COVER)[0].posts_to_fill is None


def test_the_one_post_there_is_money_for_goes_where_it_covers_most():
    chosen = share_posts(*two_clusters(), [TEACHER], "50000", pupils_per_capacity=COVER)
    (post,) = chosen.posts
    assert (post.cluster, post.school, post.count, post.pupils) == ("A", "a1", 1, 10)
    assert dict(post.serves) == {"A": 10}
    assert (post.cost_pence, post.pence_per_pupil) == (5_000_000, 500_000)
    assert (chosen.unmet, chosen.unmet_after) == (16, 6)
    assert chosen.proved
    assert chosen.most_possible == 10
    assert [gap.unmet_after for gap in chosen.gaps] == [2, 4]


def test_within_clusters_the_second_post_covers_what_is_left():
    chosen = share_posts(*two_clusters(), [TEACHER], "100000", pupils_per_capacity=COVER)
    assert {(post.cluster, post.count) for post in chosen.posts} == {("A", 1), ("B", 1)}
    assert chosen.unmet_after == 2


def test_across_clusters_two_posts_cover_everyone():
    chosen = share_posts(
        *two_clusters(), [TEACHER], "100000", pupils_per_capacity=COVER, across_m=10_000
    )
    assert chosen.unmet_after == 0
    assert sum(post.count for post in chosen.posts) == 2
    near = share_posts(
        *two_clusters(), [TEACHER], "100000", pupils_per_capacity=COVER, across_m=100
    )
    assert near.unmet_after == 2


def test_of_equal_choices_the_cheapest_is_taken():
    dear = Post(name="dear", kind="asd", cost="50000.01", covers=10)
    chosen = share_posts(*two_clusters(), [dear, TEACHER], "60000", pupils_per_capacity=COVER)
    assert [post.name for post in chosen.posts] == ["teacher, autism"]


def test_a_post_stands_where_the_pupils_are():
    chosen = share_posts(*two_clusters(), [TEACHER], "900000", pupils_per_capacity=COVER)
    hosts = {post.cluster: post.school for post in chosen.posts}
    assert hosts == {"A": "a1", "B": "b2"}
    assert chosen.unmet_after == 0


def test_values_say_who_counts_more():
    problem = Problem.from_schools(
        [school("x", 10, east=0.0), school("y", 10, east=9.0, kind="vi")]
    )
    plan = Plan.from_assignment({"x": "x", "y": "x"})
    sight = Post(name="sight", kind="vi", cost="50000", covers=4, value=3)
    chosen = share_posts(
        problem, plan, [TEACHER, sight], "50000", pupils_per_capacity={"asd": 1.0, "vi": 1.0}
    )
    assert [post.kind for post in chosen.posts] == ["vi"]
    assert chosen.most_possible == 12


def test_without_money_or_need_nothing_is_chosen():
    nothing = share_posts(*two_clusters(), [TEACHER], 0, pupils_per_capacity=COVER)
    assert nothing.posts == ()
    assert nothing.unmet_after == nothing.unmet == 16
    full = share_posts(*two_clusters(), [TEACHER], "1", pupils_per_capacity={"asd": 100.0})
    assert [gap.cluster for gap in full.gaps] == ["B"]


def test_types_without_a_policy_are_named():
    problem = Problem.from_schools([school("x", 10), school("y", 10, kind="vi", east=5.0)])
    plan = Plan.from_assignment({"x": "x", "y": "x"})
    chosen = share_posts(problem, plan, [TEACHER], "50000", pupils_per_capacity=COVER)
    assert chosen.not_counted == ("vi",)


def test_tables():
    chosen = share_posts(*two_clusters(), [TEACHER], "50000", pupils_per_capacity=COVER)
    assert chosen.to_frame()["serves"].tolist() == ["A: 10"]
    assert chosen.to_frame("gap")["unmet_after"].tolist() == [2, 4]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Post(name="x", kind="asd", cost=0.5, covers=1), "the cost of 'x' is a float"),
        (lambda: Post(name="x", kind="asd", cost=0, covers=1), "is less than £0.01"),
        (lambda: Post(name="x", kind="asd", cost=1, covers=0), "covers is not above 0"),
        (lambda: Post(name="x", kind="asd", cost=1, covers=1, value=0), "from 1 to 1000"),
        (lambda: share_posts(*two_clusters(), [], "1", pupils_per_capacity=COVER), "no posts"),
        (
            lambda: share_posts(*two_clusters(), [TEACHER], 0.5, pupils_per_capacity=COVER),
            "budget for posts is a float",
        ),
        (
            lambda: share_posts(*two_clusters(), [TEACHER], 1, pupils_per_capacity={}),
            r"give pupils_per_capacity\['asd'\]",
        ),
        (
            lambda: share_posts(*two_clusters(), [TEACHER], 1, pupils_per_capacity={"asd": -1}),
            "not a number above 0",
        ),
        (
            lambda: share_posts(
                *two_clusters(), [TEACHER], 1, pupils_per_capacity=COVER, most=0, across_m=-1
            ),
            "2 faults",
        ),
    ],
)
def test_faults(make, words):
    with pytest.raises(MoneyError, match=words):
        make()


def best_by_brute_force(case):
    """Most value over all choices of posts, each serving its own cluster only."""
    keys = [(p, c) for p in range(len(case.kind)) for c in range(len(case.unmet[0]))]
    best = 0
    for counts in itertools.product(range(case.most + 1), repeat=len(keys)):
        if sum(n * case.cost[p] for n, (p, _) in zip(counts, keys, strict=True)) > case.budget:
            continue
        total = 0
        for k, row in enumerate(case.unmet):
            for c, unmet in enumerate(row):
                left = unmet
                posts = [
                    (case.value[p], n * case.covers[p])
                    for n, (p, place) in zip(counts, keys, strict=True)
                    if place == c and case.kind[p] == k
                ]
                for value, covers in sorted(posts, reverse=True):
                    taken = min(left, covers)
                    total += value * taken
                    left -= taken
        best = max(best, total)
    return best


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_choice_is_the_best_of_all(data):
    number = st.integers(1, 9)
    unmet = data.draw(
        st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=2)
    )
    case = PostsCase(
        unmet=unmet,
        kind=[0, 1],
        cost=[data.draw(number), data.draw(number)],
        covers=[data.draw(number), data.draw(number)],
        value=[data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))],
        reach=[[[0], [1]], [[0], [1]]],
        travel=[[0, 1], [1, 0]],
        budget=data.draw(st.integers(1, 30)),
        most=2,
    )
    answer = solve_posts(case, 5.0, 1)
    best = best_by_brute_force(case)
    assert answer.proved
    assert answer.value == best
    assert best <= knapsack_bound(case)
    assert sum(n * case.cost[p] for (p, _), n in answer.posts.items()) <= case.budget


@given(
    st.integers(1, 10**7),
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 50)), min_size=1, max_size=3),
)
@settings(max_examples=15, deadline=None)
def test_the_knapsack_bound_is_never_too_low(budget, posts):
    case = PostsCase(
        unmet=[[10**6]],
        kind=[0] * len(posts),
        cost=[cost for cost, _ in posts],
        covers=[covers for _, covers in posts],
        value=[1] * len(posts),
        reach=[[[0]]] * len(posts),
        travel=[[0]],
        budget=budget,
        most=10**9,
    )
    alone = max(budget // cost * covers for cost, covers in posts)
    assert knapsack_bound(case) >= min(alone, 10**6)
