"""Fairness figures against published and library values, and what each must do."""

from __future__ import annotations

import importlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import split_budget
from clusters.errors import MoneyError
from tests.budget.authority import authority, plan_of, problem_of, school

fair = importlib.import_module("clusters.budget.fairness")

INEQ = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (lambda: fair.gini(INEQ), 0.4620911),
        (lambda: fair.atkinson(INEQ, 0.5), 0.1796591),
        (lambda: fair.atkinson(INEQ, 1), 0.3518251),
        (lambda: fair.theil_t(INEQ), 0.362341242344),
        (lambda: fair.theil_l(INEQ), 0.433594649520),
        (lambda: fair.coefficient_of_variation(INEQ), 0.916958),
        (lambda: fair.coefficient_of_variation(INEQ, sample=True), 0.966559),
        (lambda: fair.jain(INEQ), 0.543238),
        (lambda: fair.hoover(INEQ), 0.337807),
    ],
)
def test_the_example_of_the_r_package_ineq(value, expected):
    """R `ineq`, data "Ilocos" test file; the rest computed: worked_examples.md 4.2."""
    assert value() == pytest.approx(expected, abs=1e-6)


PUPILS, AMOUNTS = [2, 4, 6, 6, 8, 12], [1000, 200, 100, 60, 45, 24]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (lambda: fair.mcloone(AMOUNTS, PUPILS), 603 / (45 * 19)),
        (lambda: fair.mcloone(AMOUNTS, PUPILS, convention="half"), 0.7053),
        (lambda: fair.mcloone(AMOUNTS, PUPILS, convention="below"), 0.5333),
        (lambda: fair.mcloone(AMOUNTS, PUPILS, convention="at or below"), 0.72),
        (lambda: fair.verstegen(AMOUNTS, PUPILS), 4.4503),
        (lambda: fair.verstegen(AMOUNTS, PUPILS, convention="at or above"), 3.5214),
    ],
)
def test_the_weighted_mcloone_index_in_its_three_conventions(value, expected):
    """forum.posit.co/t/52862; worked_examples.md 4.3."""
    assert value() == pytest.approx(expected, abs=5e-5)


EQUAL_AT = {
    fair.gini: 0,
    fair.theil_t: 0,
    fair.theil_l: 0,
    fair.atkinson: 0,
    fair.coefficient_of_variation: 0,
    fair.jain: 1,
    fair.hoover: 0,
    fair.mcloone: 1,
    fair.verstegen: 1,
}
values = st.lists(st.integers(1, 1000), min_size=1, max_size=8)


@pytest.mark.parametrize("figure", EQUAL_AT)
def test_equal_amounts_are_equal(figure):
    assert figure([7, 7, 7]) == pytest.approx(EQUAL_AT[figure], abs=1e-12)


@pytest.mark.parametrize("figure", EQUAL_AT)
@given(values=values)
def test_weights_count_like_copies_and_the_scale_does_not_count(figure, values):
    weights = [k % 3 + 1 for k in range(len(values))]
    copies = [x for x, w in zip(values, weights, strict=True) for _ in range(w)]
    if figure is fair.atkinson:
        weighted = fair.atkinson(values, weights=weights)
    else:
        weighted = figure(values, weights)
    assert weighted == pytest.approx(figure(copies), rel=1e-9, abs=1e-9)
    assert figure([3 * x for x in values]) == pytest.approx(figure(values), rel=1e-9, abs=1e-9)


@given(values)
def test_gini_is_the_mean_difference_of_all_pairs(values):
    n, mean = len(values), sum(values) / len(values)
    pairs = sum(abs(x - y) for x in values for y in values)
    assert fair.gini(values) == pytest.approx(pairs / (2 * n * n * mean), abs=1e-12)
    if n > 1:
        assert fair.gini(values, sample=True) == pytest.approx(
            pairs / (2 * n * (n - 1) * mean), abs=1e-12
        )


def test_the_median_is_the_lowest_value_with_half_the_weight():
    assert fair.mcloone([1, 2, 3, 4]) == pytest.approx(3 / 4)
    assert fair.verstegen([1, 2, 3, 4]) == pytest.approx(7 / 4)
    assert fair.mcloone([1, 2, 3]) == pytest.approx((1 + 1) / (1.5 * 2))
    assert fair.verstegen([1, 2, 3]) == pytest.approx((3 + 1) / (1.5 * 2))
    assert fair.mcloone([3, 1], [1, 9]) == 1


def test_one_value_alone():
    assert fair.gini([5], sample=True) == 0
    assert fair.coefficient_of_variation([5], sample=True) == 0
    assert fair.coefficient_of_variation([1, 3], sample=True) == pytest.approx(2**0.5 / 2)
    assert fair.coefficient_of_variation([1, 3]) == pytest.approx(0.5)
    assert fair.atkinson([1, 3]) == fair.atkinson([1, 3], 0.5) != fair.atkinson([1, 3], 1.5)


def test_zeros():
    assert fair.theil_l([0, 1]) == math.inf
    assert fair.theil_t([0, 1]) == pytest.approx(math.log(2))
    assert fair.atkinson([0, 1], 1) == 1
    assert fair.atkinson([0, 1], 2) == 1
    assert fair.atkinson([0, 1], 0.5) == pytest.approx(0.5)
    assert math.isnan(fair.mcloone([0, 0, 1]))
    assert math.isnan(fair.verstegen([0, 0, 1]))
    assert fair.mcloone([2, 2, 3], convention="below") == 1


def test_atkinson_above_one():
    assert fair.atkinson([1, 3], 2) == pytest.approx(1 - 1.5 / 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fair.gini([]), "nothing to compare"),
        (lambda: fair.gini([0, 0]), "nothing to compare"),
        (lambda: fair.gini([1, -1]), "not a number of 0 or more"),
        (lambda: fair.gini([1, math.nan]), "not a number of 0 or more"),
        (lambda: fair.gini([1, 2], [1]), "1 weights for 2 values"),
        (lambda: fair.gini([1, 2], [1, -1]), "not a number of 0 or more"),
        (lambda: fair.atkinson([1, 2], 0), "epsilon is not above 0"),
        (lambda: fair.need_line([1, 2], [1]), "2 amounts for 1 needs"),
    ],
)
def test_what_cannot_be_measured(call, words):
    with pytest.raises(MoneyError, match=words):
        call()


def test_the_line_of_need():
    """Through (0, 10), (1, 20), (2, 30) exactly; then one point off."""
    assert fair.need_line([10, 20, 30], [0, 1, 2]) == pytest.approx((10, 10, 0))
    assert fair.need_line([10, 20], [1, 1]) == pytest.approx((15, 0, 5 / 15))
    assert fair.need_line([10, 20, 99], [0, 1, 2], [1, 1, 0]) == pytest.approx((10, 10, 0))


def test_the_figures_of_a_split():
    problem = problem_of([school("a", pupils=100), school("b", pupils=300), school("c", pupils=0)])
    plan = plan_of({"A": ["a", "c"], "B": ["b"]})
    split = split_budget(problem, plan, "4000", cl.Formula({"pupils": 1}))
    figures = {f.name: f for f in fair.fairness(split)}
    assert figures["Gini"].value == pytest.approx(0)
    assert figures["Jain"].value == pytest.approx(1)
    assert figures["horizontal equity"].value == pytest.approx(0)
    assert all("pupils" in f.convention and f.meaning for f in figures.values())
    by_need = split_budget(problem, plan, "4500", cl.Formula({"need": 1}))
    # need per pupil 0.15, 0.05; pounds per pupil 10, 5 where each school has 1,500
    figures = {f.name: f.value for f in fair.fairness(by_need, "school")}
    assert figures["vertical equity"] == pytest.approx(100)
    assert figures["Hoover"] == pytest.approx(0.25)


def test_figures_by_cluster_and_as_a_table():
    problem, plan = authority(12, 3)
    split = split_budget(problem, plan, "100000", cl.Formula({"pupils": 1}))
    frame = fair.fairness_frame(split, "cluster")
    assert len(frame) == len(fair.fairness(split, "cluster")) == 11
    with pytest.raises(MoneyError, match="idaci"):
        fair.fairness(split, need="idaci")


def test_parts_of_a_pupil_count():
    """Half a full-time place and one: 10 pounds each is 20 and 10 for a place."""
    problem = problem_of([school("a"), school("b")]).with_measures(places=[0.5, 1])
    split = split_budget(problem, plan_of({"A": ["a"], "B": ["b"]}), "20", cl.Formula({"ehcps": 1}))
    figures = {f.name: f.value for f in fair.fairness(split, "school", per="places")}
    # mean 20 / 1.5; (0.5 x 6.67 + 1 x 3.33) / (2 x 20)
    assert figures["Hoover"] == pytest.approx(1 / 6)
