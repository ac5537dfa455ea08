"""Money held at tiers, and the payments file: every sum held against the split by school."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusters as cl
from clusters.budget import (
    Backdated,
    Contribution,
    Ledger,
    Tiers,
    payments,
    split_budget,
    tiers,
)
from clusters.errors import ClustersError
from tests.budget.authority import authority, plan_of, problem_of, school

FIRST = date(2026, 9, 1)
AREAS = {"C1": "north", "C2": "north", "C3": "south"}


@pytest.fixture(scope="module")
def split():
    problem, plan = authority(12, 3)
    owed = Backdated(
        urn=problem.ids[1],
        a_year=7300,
        compliance_date=date(2026, 1, 1),
        paid_from=date(2026, 1, 31),
    )
    pot = cl.Pot(
        "300000.07", committed={problem.ids[0]: "1000.01"}, contingency="3%", backdated=[owed]
    )
    return split_budget(problem, plan, pot, cl.Formula({"pupils": 1}))


def test_tiers_at_nothing_give_the_split_exactly(split):
    held = tiers(split, AREAS)
    for level, name in (("cluster", "cluster"), ("school", "urn")):
        rows = {row[name]: row for row in held.to_frame(level).to_dict("records")}
        for share in split.shares(level):
            assert rows[share.key]["to_schools_pence"] == share.flexible_pence
            assert rows[share.key]["total_pence"] == share.total_pence
            assert rows[share.key]["ring_fenced_pence"] == (
                share.committed_pence + share.backdated_pence
            )


share_ = st.integers(0, 100).map(lambda n: f"{n}%")


@settings(deadline=None)
@given(share_, share_, share_)
def test_every_tier_adds_up(authority_, area, cluster):
    problem, plan = authority(12, 3)
    split = split_budget(problem, plan, "1234.57", cl.Formula({"pupils": 1}))
    held = tiers(split, AREAS, authority=authority_, area=area, cluster=cluster)
    a, b, c = (Fraction(int(x[:-1]), 100) for x in (authority_, area, cluster))
    exact = [a, (1 - a) * b, (1 - a) * (1 - b) * c, (1 - a) * (1 - b) * (1 - c)]
    names = ["held_by_authority", "held_by_area", "held_by_cluster", "to_schools"]
    for level in ("authority", "area", "cluster", "school"):
        frame = held.to_frame(level)
        assert frame["total_pence"].sum() == 123_457
        for name, part in zip(names, exact, strict=True):
            assert abs(frame[f"{name}_pence"].sum() - part * 123_457) < 1
    by_cluster = held.to_frame("cluster").set_index("cluster")
    for share in split.clusters:
        assert by_cluster.loc[share.key, "total_pence"] == share.flexible_pence


def test_contributions_stay_in_the_cluster(split):
    gifts = [
        Contribution(cluster="C2", giver="Trust X", amount="500"),
        Contribution(cluster="C2", giver="School 1", amount="0.50"),
    ]
    rows = tiers(split, AREAS, area="10%", contributions=gifts).to_frame().set_index("cluster")
    plain = tiers(split, AREAS, area="10%").to_frame().set_index("cluster")
    assert rows.loc["C2", "contributed_pence"] == 50_050
    assert rows.loc["C2", "total_pence"] == plain.loc["C2", "total_pence"] + 50_050
    assert (rows["held_by_area_pence"] == plain["held_by_area_pence"]).all()
    assert isinstance(tiers(split, AREAS), Tiers)


@pytest.mark.parametrize("rhythm", ["monthly", "termly"])
def test_payments_come_to_the_split_for_every_school(split, rhythm):
    made = payments(split, FIRST, rhythm=rhythm)
    frame = made.to_frame()
    assert frame["pence"].sum() == split.pot.total_pence - split.held_pence
    assert (frame["pence"] > 0).all()
    assert frame["due"].is_monotonic_increasing
    assert frame["due"].iloc[0] == "2026-09-01"
    assert len(set(frame["due"])) == (12 if rhythm == "monthly" else 3)
    table = made.reconciled()
    assert (table["difference_pence"] == 0).all()
    assert table["split_pence"].sum() == frame["pence"].sum()
    pots = frame[frame["what"] == "cluster's pot"].groupby("cluster")["pence"].sum()
    for share, cluster in zip(split.clusters, split.plan.clusters, strict=True):
        assert pots[share.key] == share.flexible_pence
        paid = frame[(frame["cluster"] == share.key) & (frame["what"] == "cluster's pot")]
        assert set(paid["urn"]) == {cluster.centre}
    owed = frame[frame["what"] == "backdated payments"]
    assert owed["pence"].tolist() == [60_000]
    assert owed["instalment"].tolist() == ["at once"]


def test_hosts_and_academies_are_as_given():
    schools = [school("1", trust="T"), school("2"), school("3")]
    split = split_budget(
        problem_of(schools),
        plan_of({"A": ["1", "2"], "B": ["3"]}),
        "10",
        cl.Formula({"schools": 1}),
    )
    made = payments(split, FIRST, hosts={"A": "2", "B": "3"})
    assert {(row.cluster, row.urn, row.status) for row in made.rows} == {
        ("A", "2", "maintained"),
        ("B", "3", "maintained"),
    }
    made = payments(split, FIRST, academies=["3"])
    assert {(row.urn, row.status) for row in made.rows} == {("1", "maintained"), ("3", "academy")}
    unknown = split_budget(
        problem_of([school("1"), school("2")]), plan_of({"A": ["1", "2"]}), "10", split.formula
    )
    assert {row.status for row in payments(unknown, FIRST).rows} == {"not known"}


def test_payments_are_held_against_the_ledger(split, tmp_path):
    made = payments(split, FIRST)
    with Ledger.create(tmp_path / "year", split, first=FIRST) as ledger:
        table = made.reconciled(ledger)
        assert (table["to_adjust_pence"] == 0).all()
        cluster = split.schools[2].cluster
        ledger.begin_plan(split.schools[2].key, "365", date(2027, 8, 1))  # 31 days at £1
        ledger.award(
            cluster, "7", FIRST, decision="agreed", reason="x", school=split.schools[2].key
        )
        after = made.reconciled(ledger).set_index("urn")["to_adjust_pence"]
    assert after.sum() == after[split.schools[2].key] == 3_100 + 700


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda s: tiers(s, {"C1": "x"}), "areas does not name the cluster C2"),
        (lambda s: tiers(s, {**AREAS, "C9": "x"}), "areas names 'C9', which is no cluster"),
        (lambda s: tiers(s, AREAS, area="101%"), "held by the area is not between 0% and 100%"),
        (lambda s: tiers(s, AREAS, authority="x"), "held by the authority is not a number"),
        (lambda s: tiers(s, AREAS, cluster=-1), "held by the cluster is not between"),
        (lambda s: tiers(s, AREAS).to_frame("town"), "there is no such level"),
        (
            lambda s: tiers(
                s, AREAS, contributions=[Contribution(cluster="x", giver="y", amount=1)]
            ),
            "y adds to 'x', which is no cluster",
        ),
        (lambda _: Contribution(cluster="x", giver="", amount=1), "a contribution has no giver"),
        (
            lambda _: Contribution(cluster="x", giver="y", amount=0),
            "the contribution of y is £0.00",
        ),
        (lambda _: Contribution(cluster="x", giver="y", amount="z"), "of y is not a number"),
        (lambda s: payments(s, datetime(2026, 9, 1)), "the first day is not a date"),
        (lambda s: payments(s, FIRST, rhythm="weekly"), "there is no such rhythm"),
        (lambda s: payments(s, FIRST, hosts={"C1": "9"}), "the host of C1 is no school"),
        (
            lambda s: payments(
                s, FIRST, hosts={one.label: one.centre for one in s.plan.clusters} | {"C9": "1"}
            ),
            "hosts names 'C9', which is no cluster",
        ),
        (lambda s: payments(s, FIRST, academies=["9"]), "academies names a school"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(split, make, words):
    with pytest.raises(ClustersError, match=words):
        make(split)
