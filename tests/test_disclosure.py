"""Small numbers stay hidden, whoever does the sums.

The attacks below are written apart from the library: one solves the whole linear system, one looks
for the range of every hidden number by linear programming over all that is published.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from clusters.disclosure import (
    HIDDEN,
    SmallNumbers,
    intervals,
    redacted,
    suppress,
    suppress_table,
)
from clusters.domain import Capacity, NeedCount, Problem, School
from clusters.errors import DataError


def published(counts, totals, hidden):
    """Everything that is printed, as equations over the counts."""
    keys = list(counts)
    rows, right = [], []
    for key in keys:
        if key not in hidden:
            rows.append([float(other == key) for other in keys])
            right.append(counts[key])
    for total, members in totals.items():
        if total not in hidden:
            rows.append([float(key in set(members)) for key in keys])
            right.append(sum(counts[key] for key in members))
    return np.array(rows).reshape(-1, len(keys)), np.array(right, dtype=float)


def recovered(counts, totals, hidden):
    """Hidden numbers that linear algebra alone gives away: sums of what is published."""
    matrix, _ = published(counts, totals, hidden)
    rank = np.linalg.matrix_rank(matrix) if len(matrix) else 0
    found = []
    for key in hidden:
        members = set(totals.get(key, (key,)))
        row = np.array([[float(other in members) for other in counts]])
        if np.linalg.matrix_rank(np.vstack([matrix, row])) == rank:
            found.append(key)
    return found


def ranges(counts, totals, hidden, policy, most=None):
    """What is possible for each hidden count, given all that is published and the policy."""
    matrix, right = published(counts, totals, hidden)
    keys = list(counts)
    least = 1 if policy.zeros == "show" else 0
    bounds = [
        (least if key in hidden else 0, (most or {}).get(key) if key in hidden else None)
        for key in keys
    ]
    found = {}
    for k, key in enumerate(keys):
        if key in hidden:
            goal = np.eye(len(keys))[k]
            equations = {"A_eq": matrix, "b_eq": right} if len(matrix) else {}
            ends = [
                linprog(sign * goal, bounds=bounds, method="highs", **equations) for sign in (1, -1)
            ]
            low = ends[0].fun
            found[key] = low, np.inf if ends[1].fun is None else -ends[1].fun
    return found


def assert_safe(counts, totals, hidden, policy, most=None):
    small = {k for k, v in counts.items() if policy.is_small(v, (most or {}).get(k))}
    assert small <= hidden
    assert recovered(counts, totals, hidden) == []
    for key, (low, high) in ranges(counts, totals, hidden, policy, most).items():
        assert low < high - 0.5, (key, low, high)
        if key in small:
            reach = (most or {}).get(key, np.inf)
            assert high >= min(policy.threshold, reach) - 1e-6, (key, low, high)
            least = 1 if policy.zeros == "show" else 0
            wide = min(policy.threshold - 1, reach - least)
            assert high - low >= wide - 1e-6, (key, low, high)


@st.composite
def counts_in_groups(draw):
    sizes = draw(st.lists(st.integers(2, 5), min_size=2, max_size=4))
    counts, totals = {}, {}
    for g, size in enumerate(sizes):
        members = [f"{g}.{k}" for k in range(size)]
        counts |= {key: draw(st.integers(0, 14)) for key in members}
        totals["group", g] = members
    totals["all"] = list(counts)
    return counts, totals


@settings(max_examples=60, deadline=None)
@given(
    counts_in_groups(),
    st.sampled_from([5, 10]),
    st.sampled_from(["show", "hide"]),
    st.lists(st.integers(10, 40), min_size=20, max_size=20) | st.none(),
)
def test_no_hidden_number_can_be_worked_out_from_totals(world, threshold, zeros, others):
    """Also where the number on roll, known to all, is not much above the count."""
    counts, totals = world
    most = others and {key: counts[key] + more for key, more in zip(counts, others, strict=False)}
    policy = SmallNumbers(threshold=threshold, zeros=zeros, everybody="show")
    least = 1 if zeros == "show" else 0
    # Where all there is to hide adds up to too little, the grand total itself gives it away.
    if sum(v for v in counts.values() if v >= least) < 4 * threshold:
        return
    hidden = suppress(counts, totals, policy, most=most, keep=["all"])
    assert_safe(counts, totals, hidden, policy, most)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_overlapping_totals_do_not_help(data):
    """Two options group the same schools differently; differences of sums are sums too."""
    n = 12
    counts = {str(k): data.draw(st.integers(0, 12)) for k in range(n)}
    if sum(counts.values()) < 40:
        return
    totals = {}
    for option in ("a", "b"):
        homes = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
        for group in range(3):
            members = [str(k) for k in range(n) if homes[k] == group]
            if members:
                totals[option, group] = members
    totals["all"] = list(counts)
    policy = SmallNumbers(everybody="show")
    assert_safe(counts, totals, suppress(counts, totals, policy, keep=["all"]), policy)


def test_a_single_hidden_number_in_a_group_would_be_found():
    counts, totals = {"a": 3, "b": 9, "c": 20}, {"all": ["a", "b", "c"]}
    assert recovered(counts, totals, {"a"}) == ["a"]
    assert suppress(counts, totals, keep=["all"]) == {"a", "b"}


def test_two_small_numbers_that_add_up_to_two_would_be_found():
    counts, totals = {"a": 1, "b": 1, "c": 20}, {"all": ["a", "b", "c"]}
    policy = SmallNumbers()
    assert ranges(counts, totals, {"a", "b"}, policy)["a"] == (1, 1)
    assert suppress(counts, totals, policy, keep=["all"]) == {"a", "b", "c"}


def test_a_difference_of_two_options_hides_one_of_the_sums():
    counts = {"a": 3, "b": 9, "c": 20, "d": 11}
    totals = {"one": ["a", "b"], "other": ["b"], "all": list(counts)}
    hidden = suppress(counts, totals, keep=["all"])
    assert_safe(counts, totals, hidden, SmallNumbers())
    assert {"one", "other"} & hidden or "b" in hidden


def test_a_total_that_must_be_shown_is_shown_however_small():
    counts, totals = {"a": 1, "b": 1, "c": 0}, {"all": ["a", "b", "c"]}
    assert suppress(counts, totals, keep=["all"]) == {"a", "b"}


def test_rolls_that_make_an_interval_narrow_call_for_more():
    # b is 8 at most and a is 6 at most: between them they have 11, so that a is 3 to 6, not wider
    counts, most = {"a": 4, "b": 7, "c": 30, "d": 40}, {"a": 6, "b": 8}
    totals = {"pair": ["a", "b"], "all": list(counts)}
    policy = SmallNumbers(everybody="show")
    hidden = suppress(counts, totals, policy, most=most, keep=["all"])
    assert_safe(counts, totals, hidden, policy, most)
    low, high = intervals(counts, totals, {"a", "b"}, policy, most=most)["a"]
    assert (low, high) == (3, 6)  # up to the threshold, but only four values
    assert hidden > {"a", "b"}


def test_intervals_are_what_the_attack_finds():
    counts, totals = {"a": 3, "b": 9, "c": 20}, {"all": ["a", "b", "c"]}
    hidden = {"a", "b"}
    assert intervals(counts, totals, hidden) == ranges(counts, totals, hidden, SmallNumbers())


def test_a_roll_bounds_what_a_number_can_be():
    counts = {"a": 3, "b": 9, "c": 20}
    hidden = suppress(counts, {"all": list(counts)}, most={"a": 4, "b": 300}, keep=["all"])
    assert intervals(counts, {"all": list(counts)}, hidden, most={"a": 4})["a"] == (1, 4)


@pytest.mark.parametrize(
    ("policy", "count", "most", "small"),
    [
        (SmallNumbers(), 0, 100, False),
        (SmallNumbers(zeros="hide"), 0, 100, True),
        (SmallNumbers(), 1, 100, True),
        (SmallNumbers(), 4, 100, True),
        (SmallNumbers(), 5, 100, False),
        (SmallNumbers(threshold=10), 9, 100, True),
        (SmallNumbers(threshold=10), 10, 100, False),
        (SmallNumbers(), 100, 100, True),
        (SmallNumbers(), 96, 100, True),
        (SmallNumbers(), 95, 100, False),
        (SmallNumbers(everybody="show"), 100, 100, False),
        (SmallNumbers(), 0, 0, False),
    ],
)
def test_which_numbers_are_small(policy, count, most, small):
    assert policy.is_small(count, most) is small


@pytest.mark.parametrize(
    "wrong", [{"threshold": 1}, {"threshold": 5.0}, {"zeros": "maybe"}, {"everybody": "no"}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(DataError):
        SmallNumbers(**wrong)


@pytest.mark.parametrize("threshold", [5, 10])
def test_two_way_tables_stand_the_attack(threshold):
    rng = np.random.default_rng(threshold)
    policy = SmallNumbers(threshold=threshold)
    for _ in range(4):
        frame = pd.DataFrame(rng.poisson(rng.choice([3, 12, 30], 5), (6, 5)), columns=list("vwxyz"))
        shown = suppress_table(frame, policy)
        cells = list(itertools.product(frame.index, frame.columns))
        counts = {(row, column): int(frame.loc[row, column]) for row, column in cells}
        hidden = {key for key in cells if shown.loc[key] == HIDDEN}
        totals = {
            ("column", c): [(row, c) for row in frame.index]
            for c in frame.columns
            if shown.loc["all", c] != HIDDEN
        }
        assert_safe(counts, totals | {"all": cells}, hidden, policy)


def test_what_is_made_from_redacted_facts_cannot_give_them_away():
    school = School(
        urn="1",
        name="A",
        easting=0.0,
        northing=0.0,
        pupils=100,
        ehcps=3,
        sen_support=11,
        topup_pence=1234,
        need={"asd": NeedCount(ehcps=2, sen_support=1)},
        expertise={"asd": Capacity(amount=2, unit="days")},
        measures={"fsm": 17},
    )
    problem = redacted(Problem.from_schools([school]))
    (left,) = problem.schools
    assert (left.pupils, left.name) == (100, "A")
    assert (left.ehcps, left.sen_support, left.topup_pence) == (None, None, None)
    assert (dict(left.need), dict(left.measures)) == ({}, {})
    assert left.expertise["asd"].amount == 2
    assert set(problem.measures) == {"schools", "pupils"}
