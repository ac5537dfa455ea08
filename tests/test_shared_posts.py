"""Shared posts: the choice against brute force, and what the tables say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.domain import Capacity, NeedCount, Plan, Problem, School
from clusters.errors import DataError, MoneyError
from clusters.expertise import Post, gaps, share_posts
from clusters.model.shared_posts import PostsCase, knapsack_bound, solve_posts

TEACHER = Post(name="teacher, autism", kind="asd", cost="50000", covers=10)
COVER = {"asd": 5.0}
NOBODY = {kind: NeedCount(ehcps=0, sen_support=0) for kind in ("asd", "vi")}
"""Counts of types are complete: a school without pupils of a type says so."""


def school(urn, pupils, *, capacity=None, east=0.0, kind="asd"):
    return School(
        urn=urn,
        name=f"School {urn}",
        easting=east,
        northing=0.0,
        need=NOBODY | {kind: NeedCount(ehcps=pupils, sen_support=0)},
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


def test_of_equal_choices_the_one_with_the_least_travel_is_taken():
    """One post for sight serves three clusters, whose pupils with that need are in a line A B C.

    At B its journeys are 4 x 10 + 3 x 10 km; at A, which is in the middle for autism, 3 x 10 + 3 x
    20; at C 4 x 20 + 3 x 10.
    """
    lines = {"A": (4, 0.0, 10_000.0), "B": (3, 10_000.0, 0.0), "C": (3, 20_000.0, 20_000.0)}
    schools, groups = [], {}
    for label, (pupils, sight_at, autism_at) in lines.items():
        schools.append(school(f"{label}v", pupils, east=sight_at, kind="vi"))
        schools.append(school(f"{label}a", 1, east=autism_at))
        groups |= {f"{label}v": f"{label}v", f"{label}a": f"{label}v"}
    problem = Problem.from_schools(schools)
    plan = Plan.from_assignment(groups, {f"{label}v": label for label in lines})
    sight = Post(name="sight", kind="vi", cost="50000", covers=10, value=9)
    chosen = share_posts(
        problem,
        plan,
        [TEACHER, sight],
        "50000",
        pupils_per_capacity={"asd": 1.0, "vi": 1.0},
        across_m=30_000,
    )
    (post,) = chosen.posts
    assert (post.name, post.cluster, post.school) == ("sight", "B", "Bv")
    assert dict(post.serves) == {"A": 4, "B": 3, "C": 3}


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


def covered(case, counts, places):
    """Most value that so many posts cover in a group of clusters that they serve together."""
    total = 0
    for k, row in enumerate(case.unmet):
        left = sum(row[c] for c in places)
        posts = [
            (case.value[p], n * case.covers[p])
            for (p, place), n in counts.items()
            if place in places and case.kind[p] == k
        ]
        for value, covers in sorted(posts, reverse=True):
            taken = min(left, covers)
            total += value * taken
            left -= taken
    return total


def best_by_brute_force(case, groups):
    """Most value of all choices of posts, and the least cost of a choice that has it."""
    keys = [(p, c) for p in range(len(case.kind)) for c in range(len(case.unmet[0]))]
    best = (0, 0)
    for numbers in itertools.product(range(case.most + 1), repeat=len(keys)):
        counts = dict(zip(keys, numbers, strict=True))
        cost = sum(n * case.cost[p] for (p, _), n in counts.items())
        if cost <= case.budget:
            best = max(best, (sum(covered(case, counts, group) for group in groups), -cost))
    return best[0], -best[1]


@pytest.mark.parametrize("groups", [[[0], [1]], [[0, 1]]], ids=["within", "across"])
@settings(deadline=None, max_examples=40)
@given(st.data())
def test_the_choice_is_the_best_of_all_and_then_the_cheapest(groups, data):
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
        reach=[[next(group for group in groups if c in group) for c in (0, 1)]] * 2,
        travel=[[[0, 1], [1, 0]]] * 2,
        budget=data.draw(st.integers(1, 30)),
        most=2,
    )
    answer = solve_posts(case, 5.0, 1)
    best, cheapest = best_by_brute_force(case, groups)
    assert answer.proved
    assert answer.value == answer.bound == best
    assert best <= knapsack_bound(case)
    assert sum(n * case.cost[p] for (p, _), n in answer.posts.items()) == cheapest
    for key in itertools.product((0, 1), (0, 1)):
        served = {d: n for (p, c, d), n in answer.served.items() if (p, c) == key}
        assert set(served) <= set(case.reach[key[0]][key[1]])
        assert sum(served.values()) <= case.covers[key[0]] * answer.posts.get(key, 0)
    for k, d in itertools.product((0, 1), (0, 1)):
        assert sum(n for (p, _, to), n in answer.served.items() if (p, to) == (k, d)) <= unmet[k][d]


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
        travel=[[[0]]],
        budget=budget,
        most=10**9,
    )
    alone = max(budget // cost * covers for cost, covers in posts)
    assert knapsack_bound(case) >= min(alone, 10**6)


# ---- what is not known is not none -----------------------------------------------------------


def with_counts(*counts):
    schools = [
        School(
            urn=str(k),
            name=f"School {k}",
            easting=1000.0 * k,
            northing=0.0,
            need={} if count is None else {"asd": count},
        )
        for k, count in enumerate(counts)
    ]
    problem = Problem.from_schools(schools)
    return problem, Plan.from_assignment({school.urn: "0" for school in schools})


@pytest.mark.parametrize(
    "unknown",
    [None, NeedCount(), NeedCount(ehcps=3), NeedCount(sen_support=2)],
)
def test_need_that_is_not_known_is_refused_with_the_school_and_the_ways_out(unknown):
    world = with_counts(NeedCount(ehcps=9, sen_support=4), unknown)
    for call in (
        lambda: gaps(*world, COVER, [TEACHER]),
        lambda: share_posts(*world, [TEACHER], "100000", pupils_per_capacity=COVER),
    ):
        with pytest.raises(
            DataError, match=r"not known for 1 of 2 schools: School 1 \(1\)"
        ) as caught:
            call()
        assert "--unknown need=0" in str(caught.value)


def test_a_level_that_nobody_records_is_no_part_of_the_need():
    world = with_counts(NeedCount(ehcps=9), NeedCount(ehcps=4))
    assert gaps(*world, COVER)[0].need == 13


def test_need_that_nobody_records_is_refused():
    with pytest.raises(DataError, match="not known for any school"):
        gaps(*with_counts(None, NeedCount()), COVER)


def test_schools_without_a_record_of_capacity_are_counted():
    chosen = share_posts(*two_clusters(), [TEACHER], "50000", pupils_per_capacity=COVER)
    assert chosen.capacity_not_known == {"asd": 3}
