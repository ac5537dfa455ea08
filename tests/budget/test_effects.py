"""Gainers and losers, turbulence, sensitivity, plans side by side, years of transition."""

from __future__ import annotations

import importlib

import pytest

import clusters as cl
from clusters.budget import check_split, split_budget
from clusters.errors import MoneyError
from tests.budget.authority import authority, plan_of, problem_of, school

fx = importlib.import_module("clusters.budget.effects")


@pytest.fixture
def split():
    """90 pounds fall 30, 60, 0 where 40, 50, 0 are today; the last has no pupils."""
    problem = problem_of(
        [
            school("1", ehcps=1, topup=4_000, pupils=3),
            school("2", ehcps=2, topup=5_000, pupils=100),
            school("3", ehcps=0, topup=0, pupils=0),
            school("4", ehcps=0, topup=None),
        ]
    )
    plan = plan_of({"A": ["1", "2"], "B": ["3"], "C": ["4"]})
    return split_budget(problem, plan, "90", cl.Formula({"ehcps": 1}))


def test_effects_by_school(split):
    frame = fx.effects(split, "school").set_index("urn")
    assert frame["change_pence"].tolist()[:3] == [-1_000, 1_000, 0]
    assert frame["change_percent"].tolist()[:2] == [-25.0, 20.0]
    assert frame["change_per_pupil_pence"].tolist()[:2] == [-333, 10]
    assert frame["change_per_ehcp_pence"].tolist()[:2] == [-1_000, 500]
    assert frame["yearly_per_ehcp_pence"].tolist()[:2] == [3_000, 3_000]
    assert frame["outcome"].tolist() == ["loses", "gains", "the same", "not known"]
    empty = ["change_percent", "change_per_pupil_pence", "change_per_ehcp_pence"]
    assert frame.loc["3", empty].isna().all()
    assert frame.loc["4", ["today_pence", "change_pence"]].isna().all()


def test_effects_by_cluster(split):
    frame = fx.effects(split)
    assert frame["cluster"].tolist() == ["A", "B", "C"]
    assert frame["change_pence"].tolist()[:2] == [0, 0]
    assert frame["change_per_pupil_pence"].tolist()[0] == 0


def test_backdated_payments_are_not_a_gain():
    from datetime import date

    problem, plan = problem_of([school("1", topup=100)]), plan_of({"A": ["1"]})
    late = cl.budget.Backdated(
        urn="1", a_year="365", compliance_date=date(2026, 1, 1), paid_from=date(2026, 1, 3)
    )
    split = split_budget(problem, plan, cl.Pot("3", backdated=[late]))
    assert split.clusters[0].total_pence == 300
    assert fx.effects(split)["change_pence"].tolist() == [0]


def test_figures_that_nobody_knows_are_empty():
    problem = problem_of([school("1", pupils=None, ehcps=None)])
    problem = problem.with_measures(need=[1])
    split = split_budget(problem, plan_of({"A": ["1"]}), "1")
    frame = fx.effects(split)
    assert frame[["change_per_pupil_pence", "yearly_per_ehcp_pence"]].isna().all(axis=None)


def test_turbulence(split):
    by_school = fx.turbulence(split)
    assert (by_school.gainers, by_school.losers, by_school.same, by_school.unknown) == (1, 1, 1, 1)
    assert by_school.moved_pence == 1_000
    assert (by_school.worst_pence, by_school.best_pence) == (-1_000, 1_000)
    assert dict(by_school.beyond) == {5: 2, 10: 2, 20: 1}
    assert fx.turbulence(split, "cluster").same == 2


def test_sensitivity_moves_one_number_at_a_time():
    problem, plan = authority(12, 3)
    formula = cl.Formula(
        {"ehcps": 3, "sen_support": 1},
        {"pupils": "20%"},
        lump_per_cluster="100",
        lump_per_school=10,
    )
    frame = fx.sensitivity(split_budget(problem, plan, "100000", formula))
    assert frame["moved"].unique().tolist() == [
        "weight of ehcps",
        "weight of sen_support",
        "share of pupils",
        "lump sum per cluster",
        "lump sum per school",
    ]
    assert (frame.groupby("moved")["change_pence"].sum() == 0).all()
    assert (frame.groupby("moved")["change_pence"].max() > 0).all()
    by_hand = cl.Formula(
        {"ehcps": "3.3", "sen_support": 1},
        {"pupils": "20%"},
        lump_per_cluster="100",
        lump_per_school=10,
    )
    after = split_budget(problem, plan, "100000", by_hand)
    first = frame[frame["moved"] == "weight of ehcps"]
    assert first["after_pence"].tolist() == [share.total_pence for share in after.clusters]


def test_shares_that_take_everything_still_add_up_when_one_moves():
    problem, plan = authority(12, 3)
    formula = cl.Formula(shares={"pupils": "15%", "fsm": "35%", "low_attainment": "50%"})
    frame = fx.sensitivity(split_budget(problem, plan, "100000", formula), "0.2", "school")
    assert frame["moved"].nunique() == 3
    by_hand = cl.Formula(
        shares={
            "pupils": "18%",
            "fsm": "33.7647058823529411%",
            "low_attainment": "48.2352941176470589%",
        }
    )
    after = split_budget(problem, plan, "100000", by_hand)
    first = frame[frame["moved"] == "share of pupils"]["after_pence"].tolist()
    assert max(abs(a - s.total_pence) for a, s in zip(first, after.schools, strict=True)) <= 1


def test_a_formula_with_one_number_has_nothing_to_move():
    problem, plan = authority(6, 2)
    assert fx.sensitivity(split_budget(problem, plan, "10", cl.Formula({"pupils": 1}))).empty
    alone = cl.Formula(shares={"pupils": 1})
    assert fx.sensitivity(split_budget(problem, plan, "10", alone)).empty
    with pytest.raises(MoneyError, match="the step is not above 0"):
        fx.sensitivity(split_budget(problem, plan, "10", alone), 0)


def test_a_transition_falls_by_the_floor_each_year():
    problem = problem_of([school("1", ehcps=1, topup=10_000), school("2", ehcps=9, topup=10_000)])
    plan = plan_of({"A": ["1"], "B": ["2"]})
    years = fx.transition(
        problem, plan, ["200"] * 3, cl.Formula({"ehcps": 1}), cl.budget.Protection(floor="80%")
    )
    assert [split.schools[0].flexible_pence for split in years] == [8_000, 6_400, 5_120]
    assert all(sum(s.total_pence for s in split.clusters) == 20_000 for split in years)
    assert [split.schools[0].today_pence for split in years] == [10_000, 8_000, 6_400]
    assert all(check_split(split) == () for split in years)


def test_every_moved_number_moves_as_said():
    problem, plan = authority(12, 3)
    numbers = {
        "weights": {"ehcps": 3, "sen_support": 1},
        "shares": {"pupils": "20%", "fsm": 0},
        "lump_per_cluster": "100.05",
        "lump_per_school": 10,
    }
    protection = cl.budget.Protection(cap="900%", floor="1%")
    split = split_budget(problem, plan, "100000", cl.Formula(**numbers), protection)
    frame = fx.sensitivity(split, "50%", "school")
    changed = {
        "weight of ehcps": {"weights": {"ehcps": "4.5", "sen_support": 1}},
        "weight of sen_support": {"weights": {"ehcps": 3, "sen_support": "1.5"}},
        "share of pupils": {"shares": {"pupils": "30%", "fsm": 0}},
        "lump sum per cluster": {"lump_per_cluster": "150.08"},
        "lump sum per school": {"lump_per_school": 15},
    }
    assert frame["moved"].unique().tolist() == list(changed)
    for moved, change in changed.items():
        after = split_budget(
            problem, plan, "100000", cl.Formula(**{**numbers, **change}), protection
        )
        rows = frame[frame["moved"] == moved]
        assert rows["after_pence"].tolist() == [s.total_pence for s in after.schools], moved
        assert rows["before_pence"].tolist() == [s.total_pence for s in split.schools]
        assert rows["key"].tolist() == list(problem.ids)


def test_sensitivity_keeps_the_protection():
    problem, plan = authority(12, 3)
    pot = sum(school.topup_pence for school in problem.schools) // 100
    split = split_budget(
        problem,
        plan,
        pot,
        cl.Formula({"ehcps": 3, "sen_support": 1}),
        cl.budget.Protection(floor="99%"),
    )
    floors = [share.floor_pence for share in split.clusters]
    frame = fx.sensitivity(split, "500%")
    for _, rows in frame.groupby("moved"):
        assert all(p >= low for p, low in zip(rows["after_pence"], floors, strict=True))


def test_a_share_never_rises_above_the_whole():
    problem, plan = authority(6, 2)
    split = split_budget(
        problem, plan, "1000", cl.Formula({}, {"pupils": "90%", "fsm": "0%", "sen_support": "10%"})
    )
    frame = fx.sensitivity(split, "50%")
    assert frame["moved"].unique().tolist() == ["share of pupils", "share of sen_support"]
    alone = split_budget(problem, plan, "1000", cl.Formula({"pupils": 1}))
    first = frame[frame["moved"] == "share of pupils"]["after_pence"].tolist()
    assert first == [share.total_pence for share in alone.clusters]
    mixed = split_budget(problem, plan, "1000", cl.Formula({"sen_support": 1}, {"pupils": "90%"}))
    assert fx.sensitivity(mixed, "50%").empty
    assert not fx.sensitivity(mixed, "5%").empty
    whole = split_budget(problem, plan, "1000", cl.Formula({"sen_support": 1}, {"pupils": "50%"}))
    assert fx.sensitivity(whole, "100%").empty


def test_a_penny_is_a_gain():
    problem = problem_of([school("1", ehcps=1, topup=99), school("2", ehcps=1, topup=100)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "2", cl.Formula({"ehcps": 1}))
    assert fx.effects(split)["outcome"].tolist() == ["gains", "the same"]
    unrest = fx.turbulence(split)
    assert (unrest.gainers, unrest.same, unrest.moved_pence) == (1, 1, 0)
    assert (unrest.worst_pence, unrest.best_pence) == (0, 1)
    poor = split_budget(problem, split.plan, "1", split.formula)
    assert fx.turbulence(poor).best_pence == 0
    assert fx.turbulence(poor).moved_pence == 99


def test_per_cents_are_exact_to_two_decimals():
    problem = problem_of([school("1", topup=80_000)])
    split = split_budget(problem, plan_of({"A": ["1"]}), "79999.99", cl.Formula({"ehcps": 1}))
    assert fx.effects(split)["change_percent"].tolist() == [9900.0]


def test_nobody_who_only_gains_has_a_worst():
    problem = problem_of([school("1", topup=10), school("2", topup=20)])
    split = split_budget(problem, plan_of({"A": ["1"], "B": ["2"]}), "2", cl.Formula({"ehcps": 1}))
    unrest = fx.turbulence(split)
    assert (unrest.worst_pence, unrest.best_pence, unrest.moved_pence) == (0, 90, 0)
