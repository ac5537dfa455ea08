"""What the simulation rests on: plans, costs, growth and shocks, from the data of a split."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clusters as cl
from clusters.budget import committed_in_a_year, split_budget
from clusters.budget.assumptions import Assumptions, Scenario
from clusters.budget.demand import demand_of, simulated_years
from clusters.budget.outlook import look_ahead
from clusters.errors import MoneyError
from clusters.readers import Commitment
from tests.budget.authority import plan_of, problem_of, school
from tests.budget.uncertain import GROWS, PLANS, STILL, first_year, world


def closed_form(split, assumptions):
    """Mean and variance of the cost of all schools in the first year."""
    d = demand_of(split, assumptions)
    c, n, q, a = d.cost_pounds, d.plans, d.staying, d.arrivals
    mean = float((c * (n * q + a)).sum())
    single = float((c**2 * (n * q * (1 - q) + a * (1 + d.cost_variation**2))).sum())
    shared = (1 + d.shock**2) * np.exp(math.log1p(d.area_shock**2) * d.mixing @ d.mixing.T)
    shared = shared * (1 + np.diag(1 / d.shape)) - 1
    variance = single + float((c * a) @ shared @ (c * a))
    spread = 1 + d.price_spread**2
    return mean * d.price, d.price**2 * (spread * (variance + mean**2) - mean**2)


@pytest.mark.parametrize(
    "assumptions",
    [
        replace(STILL, staying="80%"),
        replace(STILL, growth="12%", cost_variation=0.7),
        replace(STILL, growth_spread="3%", price="4%", price_spread="2%"),
        replace(STILL, growth="6%", area_spread="5%", areas=dict.fromkeys("012", "a") | {"3": "b"}),
        replace(STILL, dispersion=0.3, area_spread="4%"),
    ],
)
def test_mean_and_variance_are_those_of_the_closed_forms(assumptions):
    split = world((4_000, 9_000, 12_000, 7_000), ehcps=40, k=2, edges=[[0, 1], [1, 2]])
    costs = first_year(split, assumptions, n=1_000_000).sum(axis=1)
    mean, variance = closed_form(split, assumptions)
    assert costs.mean() == pytest.approx(mean, rel=0.005)
    assert costs.var() == pytest.approx(variance, rel=0.005)


def test_expected_counts_grow_as_stated_over_the_years():
    split = world(ehcps=50)
    assumed = replace(STILL, growth="10%", growth_spread="3%", dispersion=0.2)
    years = simulated_years(demand_of(split, assumed), 4_000, 3, n_years=4)
    for year, costs in enumerate(years, start=1):
        assert costs.sum(axis=1).mean() == pytest.approx(6_000_000 * 1.1**year, rel=0.01)


def test_neighbours_share_shocks_and_others_do_not():
    split = world(ehcps=60, edges=[[0, 1], [6, 7]])
    costs = first_year(split, replace(STILL, area_spread="20%"), n=8_000)
    together = np.corrcoef(costs.T)
    assert together[0, 1] > 0.5
    assert together[6, 7] > 0.5
    assert abs(together[0, 6]) < 0.05
    shared = first_year(split, replace(STILL, growth_spread="20%"), n=8_000)
    assert np.corrcoef(shared.T)[0, 6] > 0.5
    named = demand_of(split, replace(STILL, areas={str(i): "ab"[i % 2] for i in range(12)}))
    assert named.mixing.shape == (12, 2)
    assert "an area as given" in named.stated["shocks of an area"]
    with pytest.raises(MoneyError, match="areas does not name this school"):
        demand_of(split, replace(STILL, areas={"0": "a"}))


def test_without_a_map_the_schools_of_a_cluster_share_shocks():
    demand = demand_of(world(), STILL)
    assert demand.mixing.shape == (12, 3)
    assert "the schools of a cluster" in demand.stated["shocks of an area"]


def test_growth_is_fitted_to_a_series_in_any_order():
    rising = {"2021": 121, "2019": 100, "2020": 110, "2022": 145.2}
    growth = Assumptions(growth=rising).fitted()
    # 10%, 10%, 20%: mean 13.33%, standard deviation 5.77 points
    assert growth.mean == pytest.approx(0.4 / 3)
    assert growth.spread == pytest.approx((2 * (0.1 / 3) ** 2 + (0.2 / 3) ** 2) ** 0.5 / 2**0.5)
    assert growth.source == "fitted to 4 years, 2019 to 2022: from 10.0% to 20.0% a year"
    assert Assumptions(growth=rising, growth_spread="1%").fitted().spread == 0.01
    stated = GROWS.fitted()
    assert (stated.mean, stated.spread) == (0.05, 0.032)
    assert "DfE" in stated.source


def test_growth_has_no_default(split):
    with pytest.raises(MoneyError, match="nothing says how the number of EHC plans grows"):
        look_ahead(split)


def test_one_year_group_of_each_phase_leaves():
    schools = [
        school("1", phase="primary", ehcps=7),
        school("2", phase="secondary", ehcps=5),
        school("3", phase="special", ehcps=1),
    ]
    split = split_budget(problem_of(schools), plan_of({"A": ["1", "2", "3"]}), "10", PLANS)
    demand = demand_of(split, STILL)
    assert demand.staying == pytest.approx([6 / 7, 4 / 5, 6 / 7])
    assert demand.arrivals.sum() == pytest.approx(2 + 1 / 7)
    assert "1 school of another phase counted as primary" in demand.stated["plans that stay"]
    assert demand_of(split, replace(STILL, staying="90%")).staying.tolist() == [0.9] * 3


def test_costs_come_from_commitments_then_today_then_a_stated_sum():
    schools = [
        school("1", ehcps=2, topup=100_00),
        school("2", ehcps=4, topup=80_00),
        school("3", ehcps=0, topup=0),
    ]
    plan = plan_of({"A": ["1", "2", "3"]})
    split = split_budget(problem_of(schools), plan, cl.Pot("1000", committed={"1": "600"}), PLANS)
    demand = demand_of(split, STILL)
    # £300 and £20 a plan; the school without plans has the mean of all, £680 / 6
    assert demand.cost_pounds == pytest.approx([300, 20, 680 / 6])
    assert (
        "committed sums at 1 school and today's spend at 1 school"
        in (demand.stated["cost of present plans"])
    )
    stated = demand_of(split, replace(STILL, cost_per_plan="50"))
    assert stated.cost_pounds == pytest.approx([300, 50, 800 / 6])


def test_the_cost_of_a_plan_never_comes_from_the_split():
    problem = problem_of([school("1", topup=None, ehcps=4), school("2", ehcps=4)])
    for pot in ("800", "1600"):
        split = split_budget(problem, plan_of({"A": ["1", "2"]}), pot, PLANS)
        with pytest.raises(MoneyError, match=r"not known for School 1, and .* with itself"):
            look_ahead(split, GROWS)


def test_the_variation_of_costs_comes_from_plans_one_by_one():
    rows = [Commitment(urn="1", a_year_pence=100_00 if k % 2 else 300_00, row=k) for k in range(40)]
    schools = [school("1", ehcps=40, topup=None), school("2", ehcps=0)]
    pot = cl.Pot("9000", committed=committed_in_a_year(rows))
    split = split_budget(problem_of(schools), plan_of({"A": ["1", "2"]}), pot, PLANS)
    demand = demand_of(split, replace(STILL, cost_variation=None))
    # 200 give or take 100, with n - 1 = 39
    assert demand.cost_variation == pytest.approx(0.5 * (40 / 39) ** 0.5)
    assert "of the 40 committed plans" in demand.stated["cost of a new plan"]
    by_school = demand_of(world(), replace(STILL, cost_variation=None))
    assert by_school.cost_variation == 0
    assert "commitments plan by plan would show it" in by_school.stated["cost of a new plan"]


def test_rates_are_drawn_towards_the_typical_by_hand():
    """Typical counts 6 and 3; dispersion 0.5 is a prior shape of 2.

    Means before scaling: 6 x (2 + 8) / (2 + 6) = 7.5 and 3 x (2 + 1) / (2 + 3) = 1.8.
    """
    problem = problem_of([school("1", pupils=200, ehcps=8), school("2", pupils=100, ehcps=1)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "900", PLANS)
    demand = demand_of(split, replace(STILL, dispersion=0.5, staying=0))
    assert demand.shape.tolist() == [10, 3]
    assert demand.arrivals == pytest.approx([7.5 * 9 / 9.3, 1.8 * 9 / 9.3])


def test_demand_cannot_fall_faster_than_plans_leave():
    with pytest.raises(MoneyError, match=r"cannot grow by -20.0%: .* falls by 14.3%"):
        look_ahead(world(), replace(STILL, growth="-20%"))
    everyone = first_year(world(), replace(STILL, staying=1), n=100)
    assert everyone.std() == 0
    falling = first_year(world(ehcps=70), replace(STILL, growth="-10%"), n=2_000)
    assert falling.sum(axis=1).mean() == pytest.approx(0.9 * 8_400_000, rel=0.01)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Assumptions(growth="-100%"), "growth is not between"),
        (lambda: Assumptions(growth="x"), "growth is not a number"),
        (lambda: Assumptions(growth="5"), "growth lacks its sign"),
        (lambda: Assumptions(growth={"2019": 1, "2020": 2}), "the series of growth has 2 years"),
        (lambda: Assumptions(growth={"a": 1, "b": 0, "c": 2}), "the count of b is not above 0"),
        (lambda: Assumptions(growth={"a": 1, "b": "x", "c": 2}), "the count of b is not a number"),
        (
            lambda: Assumptions(growth=pd.Series([1, 2, 3, 4], index=[2020, 2020, 2021, 2022])),
            "the count of 2020 is given twice",
        ),
        (lambda: Assumptions(price=5_000), "price is not between"),
        (lambda: Assumptions(growth_spread="-1%"), "growth_spread is not between"),
        (lambda: Assumptions(area_spread="1000%"), "area_spread is not between"),
        (lambda: Assumptions(price_spread="x"), "price_spread is not a number"),
        (lambda: Assumptions(staying="101%"), "staying is not between"),
        (lambda: Assumptions(flexible_for_plans=2), "flexible_for_plans is not between"),
        (lambda: Assumptions(cost_per_plan=0.5), "cost_per_plan is a float"),
        (lambda: Assumptions(cost_variation=-1), "cost_variation is not"),
        (lambda: Assumptions(dispersion=100.5), "dispersion is not"),
        (lambda: Assumptions(areas={"1": 2}), "areas"),
        (lambda: Scenario(name="x", other_pounds=-1), "other_pounds is not"),
        (lambda: Scenario(name="x", income_pounds="4"), "income_pounds is"),
        (lambda: Scenario(name="x", backlog_months=float("nan")), "backlog_months is"),
        (lambda: Scenario(name="x", backlog_share=5), "backlog_share is above 1"),
        (lambda: Scenario(name=" "), "a scenario has no name"),
    ],
)
def test_assumptions_out_of_range(make, words):
    with pytest.raises(cl.ClustersError, match=words):
        make()


def test_limits_themselves_are_allowed():
    widest = Assumptions(
        growth="999%",
        price="999%",
        growth_spread="999%",
        staying="100%",
        flexible_for_plans="0%",
        cost_per_plan=0,
        cost_variation=100,
        dispersion=100,
    )
    assert widest.fitted().mean == 9.99
    for name in ("growth", "price", "growth_spread", "area_spread", "price_spread"):
        with pytest.raises(MoneyError, match=f"{name} is not between"):
            Assumptions(**{name: "1000%"})
        assert getattr(Assumptions(**{name: 0.99}), name) == 0.99
        with pytest.raises(MoneyError, match=f"{name} lacks its sign"):
            Assumptions(**{name: 0.995})
    with pytest.raises(MoneyError, match="cost_variation is not"):
        Assumptions(cost_variation=True)
    most = Scenario(name="x", backlog_share=1, backlog_months=0.5, other_pounds=0)
    assert (most.backlog_share, most.income_pounds) == (1, 0)
