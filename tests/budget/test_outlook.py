"""The outlook: risk, contingency, pooling and scenarios of a split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clusters as cl
from clusters.budget import outlook as simulation
from clusters.budget import split_budget
from clusters.budget.assumptions import MINUTES, Assumptions
from clusters.budget.demand import demand_of, late_costs
from clusters.budget.outlook import look_ahead
from clusters.budget.plan_money import plan_money
from clusters.errors import MoneyError
from tests.budget.authority import plan_of, problem_of, school
from tests.budget.uncertain import GROWS, PLANS, STILL, first_year, world


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
    # 5% more plans for a year and six months of arrears
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
