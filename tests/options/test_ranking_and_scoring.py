"""Orders of options and weighted scores against brute force, in fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

import clusters as cl
from clusters.options import rank_options, score


def drawn_orders(seed: int) -> dict[str, list]:
    rng = np.random.default_rng(seed)
    names = [f"o{k}" for k in range(int(rng.integers(2, 6)))]
    orders = {}
    for member in range(int(rng.integers(1, 6))):
        order = rng.permutation(names).tolist()
        if len(order) > 2 and rng.random() < 0.4:
            order = [order[0], order[1:3], *order[3:]]
        orders[f"member {member}"] = order
    return orders


def place_of(order: list, name: str) -> int:
    return next(k for k, x in enumerate(order) if name == x or (isinstance(x, list) and name in x))


def against(orders: dict[str, list], order: tuple[str, ...]) -> int:
    return sum(
        place_of(own, b) < place_of(own, a)
        for own in orders.values()
        for a, b in itertools.combinations(order, 2)
    )


@pytest.mark.parametrize("seed", range(30))
def test_no_order_is_nearer_to_all(seed):
    orders = drawn_orders(seed)
    found = rank_options(orders)
    every = {order: against(orders, order) for order in itertools.permutations(found.options)}
    fewest = min(every.values())
    assert found.disagreements == fewest
    nearest = {order for order, count in every.items() if count == fewest}
    assert len(found.orders) == min(20, len(nearest))
    assert set(found.orders) <= nearest
    for one in found.options:
        beats = [
            sum(place_of(own, one) < place_of(own, other) for own in orders.values())
            - sum(place_of(own, other) < place_of(own, one) for own in orders.values())
            for other in found.options
            if other != one
        ]
        assert (found.condorcet == one) == all(margin > 0 for margin in beats)
        points = sum(
            Fraction(place_of(own, one) < place_of(own, other))
            + Fraction(place_of(own, one) == place_of(own, other), 2)
            for own in orders.values()
            for other in found.options
            if other != one
        )
        assert found.borda[one] == points


def test_a_circle_has_no_condorcet_winner():
    found = rank_options({"a": ["X", "Y", "Z"], "b": ["Y", "Z", "X"], "c": ["Z", "X", "Y"]})
    assert found.condorcet is None
    assert len(found.orders) == 3
    assert found.disagreements == 4
    assert "no option is put above every other" in found.summary()
    assert found.to_frame().loc["X", "Y"] == 2


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ({}, "no order is given"),
        ({"a": ["X", "Y"], "b": ["X"]}, "b does not rank Y"),
        ({"a": ["X", "X"]}, "twice"),
        ({"a": [str(k) for k in range(13)]}, "13 options"),
    ],
)
def test_orders_that_do_not_fit_are_refused(orders, words):
    with pytest.raises(cl.ArgumentError, match=words):
        rank_options(orders)


# ---- scores -------------------------------------------------------------------------------------


def drawn_values(seed: int) -> tuple[dict, dict, list]:
    rng = np.random.default_rng(seed)
    criteria = ["x", "y", "z"][: int(rng.integers(2, 4))]
    values = {
        f"o{k}": {name: int(rng.integers(0, 5)) for name in criteria}
        for k in range(int(rng.integers(2, 6)))
    }
    weights = {name: int(rng.integers(0, 4)) for name in criteria}
    weights["x"] += 1
    return values, weights, [name for name in criteria if rng.random() < 0.5]


def total(values, shares, less, option):
    result = Fraction(0)
    for name, share in shares.items():
        column = [own[name] for own in values.values()]
        low, high = min(column), max(column)
        gain = (high - values[option][name]) if name in less else (values[option][name] - low)
        result += share * (Fraction(gain, high - low) if high > low else 1)
    return result


@pytest.mark.parametrize("seed", range(30))
def test_scores_and_intervals_equal_brute_force(seed):
    values, weights, less = drawn_values(seed)
    found = score(values, weights, less_is_better=less)
    everything = sum(weights.values())
    shares = {name: Fraction(w, everything) for name, w in weights.items()}
    for option in values:
        assert found.totals[option] == total(values, shares, less, option)
    for criterion in weights:
        wins = found.wins(criterion)
        others = {name: w for name, w in weights.items() if name != criterion}
        rest = sum(others.values())
        if not rest:
            others, rest = dict.fromkeys(others, 1), len(others)
        marks = sorted({end for win in wins for end in (win.low, win.high)} | {0, 1})
        middles = [(a + b) / 2 for a, b in itertools.pairwise(map(Fraction, marks))]
        for share in [*map(Fraction, marks), *middles, *(Fraction(k, 60) for k in range(61))]:
            at = {criterion: share} | {n: (1 - share) * w / rest for n, w in others.items()}
            sums = {option: total(values, at, less, option) for option in values}
            best = {option for option, value in sums.items() if value == max(sums.values())}
            assert {win.option for win in wins if win.low <= share <= win.high} == best


def test_numbers_of_numpy_do_not_overflow():
    large = {"x": np.int64(2**62), "y": np.float32(0.5)}
    small = {"x": np.int64(-(2**62)), "y": np.float32(0.25)}
    found = score({"A": large, "B": small}, {"x": np.int64(2**61), "y": np.int64(2**61)})
    assert found.totals == {"A": 1, "B": 0}


def test_one_criterion_alone_decides():
    found = score({"A": {"x": 1}, "B": {"x": 2}}, {"x": 1})
    assert [(win.option, win.low, win.high) for win in found.wins("x")] == [("B", 0, 1)]


def test_two_criteria_have_their_crossing_where_arithmetic_has_it():
    values = {"A": {"c": 0, "d": 3}, "B": {"c": 2, "d": 1}, "C": {"c": 3, "d": 0}}
    found = score(values, {"c": 1, "d": 1})
    spans = {win.option: (win.low, win.high) for win in found.wins("c")}
    # A: 1-w, B: 2w/3 + (1-w)/3, C: w - all cross at 1/2, where B has 1/2 as well
    assert spans == {
        "A": (0, Fraction(1, 2)),
        "B": (Fraction(1, 2), Fraction(1, 2)),
        "C": (Fraction(1, 2), 1),
    }
    assert found.winners == ("A", "B", "C")
    assert "only at 50%" in found.summary()


def test_decimals_count_as_they_are_written():
    found = score(
        {"A": {"c": 0.1, "d": 0}, "B": {"c": 0.3, "d": 1}, "C": {"c": 0.2, "d": 0}},
        {"c": 1, "d": 0},
    )
    assert found.points["C"]["c"] == Fraction(1, 2)


@pytest.mark.parametrize(
    ("values", "weights", "less", "words"),
    [
        ({}, {"x": 1}, [], "no option"),
        ({"A": {"x": 1}}, {"x": 0}, [], "no criterion has a weight"),
        ({"A": {"x": 1}}, {"x": -1}, [], "not a number of 0 or more"),
        ({"A": {"x": float("nan")}}, {"x": 1}, [], "missing or not a number"),
        ({"A": {"y": 1}}, {"x": 1}, [], "missing or not a number"),
        ({"A": {"x": 1}}, {"x": 1}, ["z"], "has no weight"),
        ({"A": {"x": True}}, {"x": 1}, [], "missing or not a number"),
    ],
)
def test_values_that_do_not_fit_are_refused(values, weights, less, words):
    with pytest.raises(cl.ArgumentError, match=words):
        score(values, weights, less_is_better=less)


def test_a_comparison_goes_straight_in():
    problem = cl.Problem.from_arrays(
        ["a", "b", "c"], [[0, 0], [1000, 0], [3000, 0]], {"need": [1, 2, 3]}
    )
    plans = {"one": {"a": "a", "b": "a", "c": "c"}, "two": {"a": "a", "b": "c", "c": "c"}}
    frame = cl.compare(problem, plans).to_frame()[["mean_journey_m", "worst_journey_m"]]
    found = score(
        frame.to_dict("index"),
        {"mean_journey_m": 1, "worst_journey_m": 1},
        less_is_better=["mean_journey_m", "worst_journey_m"],
    )
    assert found.winners == ("one",)
    assert set(found.to_frame("range").option) == {"one"}
    assert list(found.to_frame().option) == ["one", "two"]
