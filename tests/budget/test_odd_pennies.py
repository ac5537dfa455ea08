"""Odd pennies go where the rule says, whatever the order."""

from __future__ import annotations

from fractions import Fraction

import pytest

import clusters as cl
from clusters.budget import split_budget
from tests.budget.authority import NEED, plan_of, problem_of, school

EQUAL = ["9", "10", "100", "2", "b", "a"]


@pytest.mark.parametrize("order", [EQUAL, EQUAL[::-1], sorted(EQUAL)])
def test_the_odd_penny_goes_to_the_lowest_urn_within_a_cluster(order):
    problem = problem_of([school(urn) for urn in order])
    plan = plan_of({"All": order[2:] + order[:2]})
    split = split_budget(problem, plan, "0.03", NEED)
    assert {s.key for s in split.schools if s.total_pence} == {"2", "9", "10"}


@pytest.mark.parametrize("order", [EQUAL, EQUAL[::-1], sorted(EQUAL)])
def test_the_odd_penny_goes_to_the_cluster_with_the_lowest_urn(order):
    problem = problem_of([school(urn) for urn in order])
    pairs = [["9", "10"], ["100", "2"], ["b", "a"]]
    groups = {f"{k}": sorted(pair, key=order.index) for k, pair in enumerate(pairs)}
    plan = plan_of(dict(sorted(groups.items(), key=lambda item: order.index(item[1][0]))))
    split = split_budget(problem, plan, "0.01", NEED)
    assert {s.members for s in split.clusters if s.total_pence} == {tuple(groups["1"])}


def test_tables_of_factors_do_not_depend_on_the_order():
    def table(order):
        problem = problem_of([school(urn, pupils=7, ehcps=1, sen_support=2) for urn in order])
        plan = plan_of(
            {"x": order[:3], "y": order[3:]}
            if order is EQUAL
            else {
                "x": [u for u in order if u not in EQUAL[:3]],
                "y": [u for u in order if u in EQUAL[:3]],
            }
        )
        formula = cl.Formula(
            {"ehcps": 1}, {"pupils": Fraction(1, 3), "sen_support": Fraction(1, 3)}
        )
        split = split_budget(problem, plan, "0.17", formula)
        by_cluster = {frozenset(s.members): dict(s.factor_pence) for s in split.clusters}
        return by_cluster, {s.key: dict(s.factor_pence) for s in split.schools}

    expected = table(EQUAL)
    assert table(sorted(EQUAL)) == expected
    assert table(EQUAL[::-1]) == expected


@pytest.mark.parametrize("together", [True, False])
def test_the_odd_pennies_of_factors_go_by_number_whatever_the_order(together):
    """9, 10 and 100 come in that order, as 1, 2 and 3 do, however the rows stand."""
    formula = cl.Formula({"ehcps": 1}, {"pupils": Fraction(1, 3), "sen_support": Fraction(1, 3)})

    def table(urns, pot):
        problem = problem_of([school(urn, pupils=7, ehcps=1, sen_support=2) for urn in urns])
        plan = plan_of({"All": urns} if together else {f"C{urn}": [urn] for urn in urns})
        split = split_budget(problem, plan, pot, formula)
        cells = {s.key: tuple(s.factor_pence.values()) for s in split.schools}
        by_cluster = {c.members[0]: tuple(c.factor_pence.values()) for c in split.clusters}
        assert together or by_cluster == cells
        return [cells[urn] for urn in sorted(urns, key=int)]

    for pence in range(1, 20):
        pot = Fraction(pence, 100)
        expected = table(["1", "2", "3"], pot)
        for urns in (["9", "10", "100"], ["100", "9", "10"], ["10", "100", "9"]):
            assert table(urns, pot) == expected
