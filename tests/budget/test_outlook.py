"""The outlook: what is simulated behaves as stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clusters as cl
from clusters.budget import outlook as simulation
from clusters.budget import split_budget
from clusters.budget.assumptions import MINUTES, Assumptions, Scenario, given_by
from clusters.budget.outlook import look_ahead, simulated_costs
from clusters.errors import MoneyError
from tests.budget.authority import authority, plan_of, problem_of, school

STILL = Assumptions(growth_spread=0, price_spread=0, staying=0, cost_variation=0, dispersion=0)


def equal_world(n=12, ehcps=10, k=3):
    problem = problem_of(
        [school(str(i), ehcps=ehcps, pupils=200, topup=ehcps * 1_000_000) for i in range(n)]
    )
    plan = plan_of({f"C{c}": [str(i) for i in range(c, n, k)] for c in range(k)})
    pot = cl.Pot(str(n * ehcps * 10_000))
    return split_budget(problem, plan, pot, cl.Formula({"ehcps": 1}))


@pytest.fixture(scope="module")
def split():
    problem, plan = authority(24, 4)
    return split_budget(problem, plan, cl.Pot("3000000", contingency="3%"))


def test_the_same_seed_gives_the_same_figures(split):
    first, again = (look_ahead(split, n_simulations=500, seed=7) for _ in range(2))
    assert first == again
    assert look_ahead(split, n_simulations=500, seed=8) != first


def test_mean_and_spread_of_the_simulation_are_those_stated():
    given = given_by(equal_world(ehcps=50), STILL)
    costs = simulated_costs(given, 4_000, 1)
    assert costs.mean() == pytest.approx(500_000, rel=0.01)
    assert costs.std(axis=0).mean() == pytest.approx(10_000 * 50**0.5, rel=0.03)
    assert abs(np.corrcoef(costs.T)[0, 1]) < 0.06
    varied = given_by(equal_world(ehcps=50), replace(STILL, cost_variation=1.0))
    spread = simulated_costs(varied, 4_000, 1).std(axis=0).mean()
    assert spread == pytest.approx(10_000 * 100**0.5, rel=0.03)


def test_plans_that_stay_vary_less():
    staying = given_by(equal_world(ehcps=50), replace(STILL, staying="80%", cost_variation=2.0))
    costs = simulated_costs(staying, 4_000, 1)
    assert costs.mean() == pytest.approx(500_000, rel=0.01)
    # binomial 50 x 0.8 x 0.2, and 10 new plans whose sum varies by 10 x (1 + 2^2)
    assert costs.std(axis=0).mean() == pytest.approx(10_000 * (8 + 50) ** 0.5, rel=0.03)
    everyone = given_by(equal_world(ehcps=50), replace(STILL, staying=1))
    assert simulated_costs(everyone, 100, 1).std() == 0


def test_growth_is_shared_by_all():
    growing = replace(STILL, growth="10%", growth_spread="20%")
    costs = simulated_costs(given_by(equal_world(ehcps=50), growing), 4_000, 1)
    assert costs.mean() == pytest.approx(550_000, rel=0.02)
    assert np.corrcoef(costs.T)[0, 1] > 0.5
    dearer = simulated_costs(
        given_by(equal_world(), replace(STILL, price="-50%", price_spread="1%")), 2_000, 1
    )
    assert dearer.mean() == pytest.approx(50_000, rel=0.02)


def test_dispersion_makes_counts_vary_more_than_chance():
    wide = given_by(equal_world(ehcps=50), replace(STILL, dispersion=1.0))
    spread = simulated_costs(wide, 4_000, 1).std(axis=0).mean()
    # Given 50 plans the rate is gamma with shape 51: variance 50 + 50^2 / 51
    assert spread == pytest.approx(10_000 * (50 + 2500 / 51) ** 0.5, rel=0.03)


def test_means_stay_with_the_plans_there_are(split):
    given = given_by(split, Assumptions())
    assert given.rate_mean.sum() == pytest.approx(given.plans.sum())
    assert (given.rate_mean > 0).all()


def test_the_contingency_keeps_the_risk(split):
    outlook = look_ahead(split, risk="20%", n_simulations=2_000)
    costs = simulated_costs(given_by(split, Assumptions()), 2_000, 1)
    position = {urn: k for k, urn in enumerate(split.problem.ids)}
    for one, share in zip(outlook.clusters, split.clusters, strict=True):
        cost = costs[:, [position[urn] for urn in share.members]].sum(axis=1)
        enough = share.yearly_pence / 100 + one.contingency
        assert (cost > enough).mean() <= 0.2
        assert one.chance_of_overspend == pytest.approx(
            (cost > share.yearly_pence / 100).mean(), abs=1e-4
        )
        assert one.contingency == 0 or (cost > enough - 2).mean() > 0.19
        assert one.expected == round(cost.mean())


def test_pooling_saves_and_small_clusters_need_more():
    split = equal_world(n=24, k=4)
    outlook = look_ahead(split, n_simulations=3_000)
    assert outlook.pooling.schools > outlook.pooling.clusters > outlook.pooling.authority
    assert outlook.pooling.saved_by_clusters > 0
    assert outlook.pooling.saved_by_one_pool > 0
    uneven = plan_of({"small": ["0"], "large": [str(i) for i in range(1, 24)]})
    again = split_budget(split.problem, uneven, split.pot, split.formula)
    small, large = look_ahead(again, n_simulations=3_000).clusters
    assert small.buffer_percent > 2 * large.buffer_percent
    assert (small.schools, small.plans, large.plans) == (1, 10, 230)


def test_scenarios_are_worse_by_what_they_say(split):
    outlook = look_ahead(split, n_simulations=4_000)
    assert [outcome.scenario for outcome in outlook.scenarios] == list(MINUTES)
    calm, demand, backlog, away, everything = outlook.scenarios
    assert calm.expected == outlook.authority.expected
    assert demand.expected - calm.expected == pytest.approx(1_000_000, rel=0.02)
    assert away.expected - calm.expected == 400_000
    assert backlog.expected - calm.expected == pytest.approx(0.025 * calm.expected, rel=0.05)
    assert everything.expected > max(demand.expected, backlog.expected, away.expected)
    assert everything.chance_of_overspend >= demand.chance_of_overspend
    assert away.clusters_at_risk == calm.clusters_at_risk
    assert everything.shortfall > calm.shortfall


def test_the_contingency_of_the_pot_counts_for_the_authority_only():
    plain = equal_world()
    held = replace(plain.pot, total="1400000", contingency="200000")
    split = split_budget(plain.problem, plain.plan, held, plain.formula)
    one, other = (look_ahead(s, n_simulations=500, scenarios=MINUTES[:1]) for s in (plain, split))
    assert other.scenarios[0].chance_of_overspend < one.scenarios[0].chance_of_overspend
    assert other.clusters == one.clusters


def test_every_parameter_is_stated(split):
    stated = look_ahead(split, n_simulations=100).assumptions
    assert stated["growth of demand"] == "0.0%, give or take 5.6%, shared by all"
    assert "today's spend per plan" in stated["cost per plan"]
    assert "from the counts" in stated["dispersion of rates between schools"]
    given = Assumptions(cost_per_plan="9000", cost_variation=0.2, dispersion=0.1)
    stated = look_ahead(split, given, n_simulations=100).assumptions
    assert stated["cost per plan"] == "£9,000.00 a year (given)"
    assert stated["variation of cost between plans"] == "0.20 of the mean (given)"
    assert stated["dispersion of rates between schools"] == "0.100"


def test_the_cost_of_a_plan_never_comes_from_the_split():
    problem = problem_of([school("1", topup=None, ehcps=4), school("2", ehcps=4)])
    for pot in ("800", "1600"):
        split = split_budget(problem, plan_of({"A": ["1", "2"]}), pot)
        with pytest.raises(MoneyError, match=r"not known for School 1.*compared with itself"):
            look_ahead(split)
    given = given_by(split, Assumptions(cost_per_plan="100"))
    assert given.cost_pounds == 100
    assert given.cost_variation == 0.5
    assert given.stated["variation of cost between plans"].endswith("spend by school does not say)")


def test_the_variation_of_costs_comes_from_todays_spend():
    problem = problem_of(
        [school("1", ehcps=10, topup=500), school("2", ehcps=10, topup=1_500), school("3", ehcps=0)]
    )
    split = split_budget(problem, plan_of({"A": ["1", "2", "3"]}), "800")
    # mean 100; 10 plans at 50 and 10 at 150: (10 x 0.25 + 10 x 0.25) / (2 - 1) = 5
    assert given_by(split, Assumptions()).cost_variation == pytest.approx(5**0.5)


def test_schools_without_pupils_or_plans():
    problem = problem_of([school("1", pupils=0, ehcps=0), school("2", pupils=100, ehcps=5)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "800")
    outlook = look_ahead(split, n_simulations=200)
    assert outlook.clusters[0].plans == 0
    nobody_counts = problem_of([school("1", pupils=None, ehcps=3), school("2", pupils=1, ehcps=5)])
    split = split_budget(nobody_counts, plan_of({"A": ["1"], "B": ["2"]}), "800")
    with pytest.raises(cl.ClustersError, match="not known for 1 of 2 schools: School 1"):
        look_ahead(split)
    uncounted = problem_of([school(str(k), pupils=None, ehcps=3) for k in range(2)])
    split = split_budget(uncounted, plan_of({"A": ["0"], "B": ["1"]}), "800")
    assert given_by(split, Assumptions()).stated["rates per"] == "school"


def test_tables_are_labelled_as_simulated(split):
    outlook = look_ahead(split, n_simulations=200)
    assert len(outlook.to_frame()) == 4
    assert len(outlook.to_frame("school")) == 24
    frame = outlook.to_frame("scenario")
    assert frame["scenario"].tolist()[0] == "as assumed"
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
        look_ahead(split, **arguments)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Assumptions(growth="-100%"), "growth is not between"),
        (lambda: Assumptions(price=5_000), "price is not between"),
        (lambda: Assumptions(growth_spread="-1%"), "growth_spread is not between"),
        (lambda: Assumptions(price_spread="x"), "price_spread is not a number"),
        (lambda: Assumptions(staying="101%"), "staying is not between"),
        (lambda: Assumptions(cost_per_plan=0.5), "cost_per_plan is a float"),
        (lambda: Assumptions(cost_variation=-1), "cost_variation is not"),
        (lambda: Assumptions(dispersion="much"), "dispersion is not"),
        (lambda: Scenario(name="x", demand_pounds=-1), "demand_pounds is not"),
        (lambda: Scenario(name="x", backlog_months=float("nan")), "backlog_months is not"),
    ],
)
def test_assumptions_out_of_range(make, words):
    with pytest.raises(MoneyError, match=words):
        make()


def test_without_plans_there_is_no_outlook():
    problem, plan = problem_of([school("1", ehcps=0)]), plan_of({"A": ["1"]})
    split = split_budget(problem, plan, "1", cl.Formula({"pupils": 1}))
    with pytest.raises(MoneyError, match="no EHC plans"):
        look_ahead(split)
    unknown = problem_of([school("1", ehcps=None)])
    split = split_budget(unknown, plan, "1", cl.Formula({"pupils": 1}))
    with pytest.raises(MoneyError, match="ehcps"):
        look_ahead(split)


def test_rates_are_drawn_towards_the_typical_by_hand():
    """Typical counts 6 and 3; dispersion 0.5 is a prior shape of 2.

    Means before scaling: 6 x (2 + 8) / (2 + 6) = 7.5 and 3 x (2 + 1) / (2 + 3) = 1.8, together 9.3
    for the 9 plans there are.
    """
    problem = problem_of([school("1", pupils=200, ehcps=8), school("2", pupils=100, ehcps=1)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "900")
    given = given_by(split, Assumptions(dispersion=0.5))
    assert given.rate_shape.tolist() == [10, 3]
    assert given.rate_mean == pytest.approx([7.5 * 9 / 9.3, 1.8 * 9 / 9.3])
    # moments: ((8 - 6)^2 - 6 + (1 - 3)^2 - 3) / (6^2 + 3^2) is negative, so 0
    assert (
        given_by(split, Assumptions())
        .stated["dispersion of rates between schools"]
        .startswith("0.000")
    )
    assert given_by(split, Assumptions()).rate_mean == pytest.approx([6, 3])


def test_dispersion_by_hand():
    problem = problem_of([school("1", pupils=100, ehcps=9), school("2", pupils=100, ehcps=1)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "900")
    # ((9 - 5)^2 - 5 + (1 - 5)^2 - 5) / (5^2 + 5^2) = 22 / 50
    stated = given_by(split, Assumptions()).stated
    assert stated["dispersion of rates between schools"] == "0.440 (from the counts)"


def test_the_outlook_of_a_certain_year_is_plain_arithmetic():
    problem = problem_of([school("1", ehcps=2), school("2", ehcps=3), school("3", ehcps=5)])
    plan = plan_of({"A": ["1", "2"], "B": ["3"]})
    pot = cl.Pot("1200", contingency="200")
    split = split_budget(problem, plan, pot, cl.Formula({"ehcps": 1}))
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
    assert {r.buffer for r in (*outlook.clusters, *outlook.schools, outlook.authority)} == {0}
    (calm,) = outlook.scenarios
    assert (calm.expected, calm.shortfall, calm.chance_of_overspend) == (1100, 0, 0.0)
    assert calm.clusters_at_risk == ("A", "B")
    enough = replace(certain, cost_per_plan="100")
    just = look_ahead(split, enough, n_simulations=100, scenarios=MINUTES[:1])
    assert [risk.chance_of_overspend for risk in just.clusters] == [0.0, 0.0]
    assert just.scenarios[0].clusters_at_risk == ()
    short = look_ahead(
        split, replace(certain, cost_per_plan="130"), n_simulations=100, scenarios=MINUTES[:1]
    )
    assert (short.scenarios[0].shortfall, short.scenarios[0].chance_of_overspend) == (100, 1.0)


def test_growth_has_the_stated_mean_however_wide():
    wide = replace(STILL, growth="50%", growth_spread="80%", cost_variation=0)
    costs = simulated_costs(given_by(equal_world(ehcps=50), wide), 60_000, 3)
    assert costs.sum(axis=1).mean() == pytest.approx(12 * 750_000, rel=0.02)


def test_a_backlog_is_paid_at_the_price_of_the_year():
    dear = replace(STILL, price="100%")
    given = given_by(equal_world(ehcps=50), dear)
    backlog = Scenario(name="late", backlog_share=0.5, backlog_months=6)
    more = simulated_costs(given, 2_000, 1, backlog).mean()
    assert more == pytest.approx(1_250_000, rel=0.01)


def test_the_cost_of_one_plan_between_two_schools():
    problem = problem_of(
        [
            school("1", ehcps=1, topup=100),
            school("2", ehcps=3, topup=900),
            school("3", ehcps=2, topup=200),
        ]
    )
    split = split_budget(problem, plan_of({"A": ["1", "2", "3"]}), "6")
    given = given_by(split, Assumptions())
    assert given.cost_pounds == pytest.approx(2)
    # relative means 0.5, 1.5, 0.5: (1 x 0.25 + 3 x 0.25 + 2 x 0.25) / (3 - 1) = 0.75
    assert given.cost_variation == pytest.approx(0.75**0.5)
    free = problem_of([school("1", ehcps=1, topup=0), school("2", ehcps=1, topup=0)])
    split = split_budget(free, plan_of({"A": ["1", "2"]}), "6")
    assert given_by(split, Assumptions(cost_per_plan=3)).cost_variation == 0.5
    with pytest.raises(MoneyError, match="today's spend is 0 at every school"):
        look_ahead(split)


def test_limits_of_the_assumptions_are_their_own_names():
    for name in ("growth", "price"):
        with pytest.raises(MoneyError, match=f"{name} is not a number"):
            Assumptions(**{name: "x"})
        with pytest.raises(MoneyError, match=f"{name} is not between"):
            Assumptions(**{name: 10})
    for name in ("growth_spread", "price_spread"):
        with pytest.raises(MoneyError, match=f"{name} is not between"):
            Assumptions(**{name: "1000%"})
    assert (
        Assumptions(cost_variation=100, dispersion=100, staying=0, growth="999%").growth == "999%"
    )
    for name in ("cost_variation", "dispersion"):
        with pytest.raises(MoneyError, match=f"{name} is not"):
            Assumptions(**{name: 100.5})


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


def test_ten_thousand_years_unless_told_otherwise():
    split = equal_world(n=2, ehcps=1, k=2)
    outlook = look_ahead(split, scenarios=())
    assert (outlook.n_simulations, outlook.seed, outlook.risk) == (10_000, 1, 0.1)
    assert simulation._checked("10%", 1_000_000, 0) == 0.1
    with pytest.raises(MoneyError, match="n_simulations is not"):
        simulation._checked("10%", 1_000_001, 0)
