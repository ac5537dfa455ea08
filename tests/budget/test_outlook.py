"""The outlook: what is simulated behaves as stated, and risk is read against money for plans."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clusters as cl
from clusters.budget import committed_in_a_year, split_budget
from clusters.budget import outlook as simulation
from clusters.budget.assumptions import MINUTES, Assumptions, Scenario
from clusters.budget.demand import demand_of, late_costs, simulated_years
from clusters.budget.outlook import look_ahead
from clusters.budget.plan_money import plan_money
from clusters.errors import MoneyError
from clusters.readers import Commitment
from tests.budget.authority import authority, plan_of, problem_of, school

STILL = Assumptions(growth=0, growth_spread=0, area_spread=0, cost_variation=0, dispersion=0)
GROWS = Assumptions(growth="5%")
PLANS = cl.Formula({"ehcps": 1})


def world(costs=(10_000,) * 12, ehcps=10, k=3, pot=None, committed=True, formula=PLANS, **more):
    """Schools in k clusters, in blocks; pounds a plan at each school, all committed or none."""
    n = len(costs)
    schools = [
        school(str(i), ehcps=ehcps, pupils=200, topup=100 * ehcps * cost, phase="primary")
        for i, cost in enumerate(costs)
    ]
    problem = problem_of(schools, **more)
    plan = plan_of(
        {f"C{c}": [str(i) for i in range(c * n // k, (c + 1) * n // k)] for c in range(k)}
    )
    sums = {str(i): ehcps * cost for i, cost in enumerate(costs)}
    held = cl.Pot(pot or str(sum(sums.values())), committed=sums if committed else {})
    return split_budget(problem, plan, held, formula)


def first_year(split, assumptions, n=4_000, seed=1):
    (costs,) = simulated_years(demand_of(split, assumptions), n, seed)
    return costs


@pytest.fixture(scope="module")
def split():
    problem, plan = authority(24, 4)
    return split_budget(problem, plan, cl.Pot("3000000", contingency="3%"))


def test_clusters_funded_exactly_stand_even_whatever_their_plans_cost():
    outlook = look_ahead(
        world((4_000,) * 10 + (16_000,) * 10, ehcps=20, k=2),
        Assumptions(growth=0, cost_variation=0.5),
        n_simulations=5_000,
    )
    cheap, costly = outlook.clusters
    assert (cheap.budget, costly.budget) == (800_000, 3_200_000)
    assert cheap.chance_of_overspend == pytest.approx(0.5, abs=0.08)
    assert costly.chance_of_overspend == pytest.approx(cheap.chance_of_overspend, abs=0.03)
    assert costly.expected == pytest.approx(4 * cheap.expected, rel=0.01)


def test_the_size_of_the_pot_changes_the_risk():
    chances = [
        look_ahead(
            world(pot=pot, committed=False), GROWS, n_simulations=2_000, scenarios=()
        ).authority.chance_of_overspend
        for pot in ("900000", "1200000", "1260000", "1400000", "2400000")
    ]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.99
    assert 0.3 < chances[2] < 0.6
    assert chances[-1] < 0.01


def test_money_that_is_not_for_plans_does_not_lower_the_risk():
    """By plans and support, 3 to 1, equal counts: three quarters of the flexible money."""
    split = world(
        pot="1600000", committed=False, formula=cl.Formula({"ehcps": 3, "sen_support": 1})
    )
    money, source = plan_money(split)
    # 10 plans and 12 pupils with support: 30 of 42 units
    assert sum(money.values()) == 160_000_000 * 30 // 42
    assert (
        source == "nothing is committed; of the flexible money what the formula gives for EHC plans"
    )
    stated, source = plan_money(split, "60%")
    assert sum(stated.values()) == 96_000_000
    assert source.endswith("60% of the flexible money (given)")


def test_need_made_of_plans_and_support_is_taken_apart():
    schools = [school("1", ehcps=10, sen_support=6), school("2", ehcps=2, sen_support=18)]
    weighed = problem_of(schools, need_weights={"ehcps": 3, "sen_support": 1})
    split = split_budget(weighed, plan_of({"A": ["1"], "B": ["2"]}), "600")
    assert plan_money(split)[0] == {"1": 300_00, "2": 60_00}
    alike = world(pot="2200000", committed=False, formula=cl.Formula())
    assert sum(plan_money(alike)[0].values()) == 220_000_000 * 10 // 22
    weights = {"ehcps": 3, "sen_support": 1}
    weighed = world(pot="2200000", committed=False, formula=cl.Formula(), need_weights=weights)
    with pytest.raises(MoneyError, match="no money of the split is meant for EHC plans"):
        plan_money(weighed)  # 10 and 12 at each school: nothing tells their weights apart
    by_pupils = world(pot="2200000", committed=False, formula=cl.Formula({"pupils": 1}))
    with pytest.raises(MoneyError, match="no money of the split is meant for EHC plans"):
        look_ahead(by_pupils, GROWS)
    mixed = world(
        pot="2200000", committed=False, formula=cl.Formula(shares={"ehcps": "40%", "pupils": "60%"})
    )
    assert sum(plan_money(mixed)[0].values()) == 88_000_000


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
    # 10 %, 10 %, 20 %: mean 13.33 %, standard deviation 5.77 points
    assert growth.mean == pytest.approx(0.4 / 3)
    assert growth.spread == pytest.approx((2 * (0.1 / 3) ** 2 + (0.2 / 3) ** 2) ** 0.5 / 2**0.5)
    assert growth.source == "fitted to 4 years, 2019 to 2022: from 10.0 % to 20.0 % a year"
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


def test_the_contingency_keeps_the_risk(split):
    outlook = look_ahead(split, GROWS, risk="20%", n_simulations=2_000)
    costs = first_year(split, GROWS, n=2_000)
    position = {urn: k for k, urn in enumerate(split.problem.ids)}
    money, _ = plan_money(split)
    for one, share in zip(outlook.clusters, split.clusters, strict=True):
        cost = costs[:, [position[urn] for urn in share.members]].sum(axis=1)
        budget = sum(money[urn] for urn in share.members) / 100
        assert (cost > budget + one.contingency).mean() <= 0.2
        assert one.chance_of_overspend == pytest.approx((cost > budget).mean(), abs=1e-4)
        assert one.contingency == 0 or (cost > budget + one.contingency - 2).mean() > 0.19
        assert one.expected == round(cost.mean())


def test_pooling_saves_and_small_clusters_need_more():
    split = world((10_000,) * 24, k=4)
    outlook = look_ahead(split, GROWS, n_simulations=3_000)
    assert outlook.pooling.schools > outlook.pooling.clusters > outlook.pooling.authority
    uneven = plan_of({"small": ["0"], "large": [str(i) for i in range(1, 24)]})
    again = split_budget(split.problem, uneven, split.pot, split.formula)
    small, large = look_ahead(again, GROWS, n_simulations=3_000).clusters
    assert small.buffer_percent > 1.5 * large.buffer_percent
    assert (small.schools, small.plans, large.plans) == (1, 10, 230)


def test_scenarios_are_worse_by_what_they_say(split):
    outlook = look_ahead(split, GROWS, n_simulations=4_000)
    assert [outcome.scenario for outcome in outlook.scenarios] == list(MINUTES)
    calm, early, away, backlog, income, everything = outlook.scenarios
    assert calm.expected == outlook.authority.expected
    assert early.expected - calm.expected == 1_000_000
    assert away.expected - calm.expected == 400_000
    assert income.expected - calm.expected == 4_000_000
    # 5 % more plans for a year and six months of arrears
    assert backlog.expected - calm.expected == pytest.approx(0.075 * calm.expected, rel=0.03)
    assert everything.expected == pytest.approx(
        calm.expected + 5_400_000 + backlog.expected - calm.expected, abs=2
    )
    assert away.clusters_at_risk == income.clusters_at_risk == calm.clusters_at_risk
    assert everything.shortfall > income.shortfall > calm.shortfall


def test_a_backlog_is_paid_at_the_price_of_the_year():
    demand = demand_of(world(ehcps=50), replace(STILL, price="100%"))
    # 600 plans, half as many more, at £20,000, for a year and a half
    more = late_costs(demand, 2_000, 1, 0.5, 6).sum(axis=1).mean()
    assert more == pytest.approx(300 * 20_000 * 1.5, rel=0.01)


def test_the_contingency_of_the_pot_counts_for_the_authority_only():
    plain = world(committed=False)
    held = replace(plain.pot, total="1400000", contingency="200000")
    split = split_budget(plain.problem, plain.plan, held, plain.formula)
    one, other = (
        look_ahead(s, GROWS, n_simulations=500, scenarios=MINUTES[:1]) for s in (plain, split)
    )
    assert other.scenarios[0].chance_of_overspend < one.scenarios[0].chance_of_overspend
    assert other.clusters == one.clusters


def test_the_outlook_of_a_certain_year_is_plain_arithmetic():
    problem = problem_of([school("1", ehcps=2), school("2", ehcps=3), school("3", ehcps=5)])
    plan = plan_of({"A": ["1", "2"], "B": ["3"]})
    split = split_budget(problem, plan, cl.Pot("1200", contingency="200"), PLANS)
    certain = replace(STILL, staying=1, cost_per_plan="110")
    outlook = look_ahead(
        split, certain, risk="25%", n_simulations=100, seed=0, scenarios=MINUTES[:1]
    )
    assert (outlook.risk, outlook.n_simulations, outlook.seed) == (0.25, 100, 0)
    rows = [
        (r.key, r.schools, r.plans, r.budget, r.expected, r.chance_of_overspend, r.contingency)
        for r in (*outlook.clusters, *outlook.schools, outlook.authority)
    ]
    assert rows == [
        ("A", 2, 5, 500, 550, 1.0, 50),
        ("B", 1, 5, 500, 550, 1.0, 50),
        ("1", 1, 2, 200, 220, 1.0, 20),
        ("2", 1, 3, 300, 330, 1.0, 30),
        ("3", 1, 5, 500, 550, 1.0, 50),
        ("all clusters", 3, 10, 1000, 1100, 1.0, 100),
    ]
    (calm,) = outlook.scenarios
    assert (calm.expected, calm.shortfall, calm.chance_of_overspend) == (1100, 0, 0.0)
    assert calm.clusters_at_risk == ("A", "B")
    short = look_ahead(
        split, replace(certain, cost_per_plan="130"), n_simulations=100, scenarios=MINUTES[:1]
    )
    assert (short.scenarios[0].shortfall, short.scenarios[0].chance_of_overspend) == (100, 1.0)
    assert outlook.sentences()[0] == (
        "The EHC plans of all clusters are expected to cost £1,100 in the year, against £1,000 "
        "that the clusters have for them."
    )


def test_every_assumption_is_stated_with_its_source(split):
    stated = look_ahead(split, GROWS, n_simulations=100).assumptions
    assert set(stated) == {
        *("EHC plans today", "cost of present plans", "plans that stay", "growth of demand"),
        *("shocks of an area", "new plans by school", "cost of a new plan", "growth of cost"),
        "money for plans",
    }
    assert stated["growth of demand"].startswith("5.0% a year, give or take 3.2%, shared by all (")
    assert "benchmarks/backtest.py" in stated["shocks of an area"]
    assert stated["growth of cost"].endswith("(none was given)")
    frame = look_ahead(split, GROWS, n_simulations=100).to_frame("assumption")
    assert dict(zip(frame["assumption"], frame["value"], strict=True)) == dict(stated)


def test_the_same_seed_gives_the_same_figures(split):
    first, again = (look_ahead(split, GROWS, n_simulations=500, seed=7) for _ in range(2))
    assert first == again
    assert look_ahead(split, GROWS, n_simulations=500, seed=8) != first


def test_schools_without_pupils_or_plans():
    problem = problem_of([school("1", pupils=0, ehcps=0), school("2", pupils=100, ehcps=5)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "800", PLANS)
    assert look_ahead(split, GROWS, n_simulations=200).clusters[0].plans == 0
    nobody_counts = problem_of([school("1", pupils=None, ehcps=3), school("2", pupils=1, ehcps=5)])
    split = split_budget(nobody_counts, plan_of({"A": ["1"], "B": ["2"]}), "800", PLANS)
    with pytest.raises(cl.ClustersError, match="not known for 1 of 2 schools: School 1"):
        look_ahead(split, GROWS)
    uncounted = problem_of([school(str(k), pupils=None, ehcps=3) for k in range(2)])
    split = split_budget(uncounted, plan_of({"A": ["0"], "B": ["1"]}), "800", PLANS)
    assert "plans per school" in demand_of(split, GROWS).stated["new plans by school"]


def test_without_plans_there_is_no_outlook():
    problem, plan = problem_of([school("1", ehcps=0)]), plan_of({"A": ["1"]})
    split = split_budget(problem, plan, "1", cl.Formula({"pupils": 1}))
    with pytest.raises(MoneyError, match="no EHC plans"):
        look_ahead(split, GROWS)
    unknown = problem_of([school("1", ehcps=None)])
    split = split_budget(unknown, plan, "1", cl.Formula({"pupils": 1}))
    with pytest.raises(MoneyError, match="ehcps"):
        look_ahead(split, GROWS)


def test_tables_are_labelled_as_simulated(split):
    outlook = look_ahead(split, GROWS, n_simulations=200)
    assert len(outlook.to_frame()) == 4
    assert len(outlook.to_frame("school")) == 24
    assert outlook.to_frame("scenario")["scenario"].tolist()[0] == "as assumed"
    assert sum(name.startswith("simulated_") for name in outlook.to_frame()) == 5
    with pytest.raises(MoneyError, match="no such level"):
        outlook.to_frame("schools")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"risk": 0}, "risk is not between 0 and 1"),
        ({"risk": "100%"}, "risk is not between 0 and 1"),
        ({"risk": "x"}, "the risk is not a number"),
        ({"n_simulations": 99}, "n_simulations is not"),
        ({"n_simulations": 1e4}, "n_simulations is not"),
        ({"seed": -1}, "the seed is not"),
        ({"seed": None}, "the seed is not"),
    ],
)
def test_parameters_out_of_range(split, arguments, words):
    with pytest.raises(MoneyError, match=words):
        look_ahead(split, GROWS, **arguments)


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


def test_the_level_that_keeps_the_risk_is_one_of_the_years():
    """Of ten years at 0, 10 ... 90 no more than a quarter may be above: 70 leaves two, 60 three."""
    cost = 10.0 * np.arange(10)
    risk = simulation._risk("A", 1, 1, 50.0, cost, 0.25)
    assert (risk.expected, risk.contingency, risk.buffer) == (45, 20, 25)
    assert risk.chance_of_overspend == 0.4
    third = simulation._risk("A", 1, 1, 0.0, np.array([0.0, 0.0, 1.0]), 0.5)
    assert third.chance_of_overspend == 0.3333
    assert third.buffer_percent == 0.0
    assert replace(third, expected=3, buffer=1).buffer_percent == 33.3


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
