"""The ledger of a year: opened with a split, moved by days, closed and carried."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from fractions import Fraction

import pytest

import clusters as cl
from clusters.budget import Backdated, Ledger, committed_in_a_year, split_budget
from clusters.errors import ClustersError, MoneyError
from clusters.readers import Commitment
from tests.budget.authority import plan_of, problem_of, school
from tests.budget.small_ledger import FIRST, day, of, split_of


def test_clusters_stand_in_the_order_of_the_split(tmp_path):
    problem = problem_of([school("1"), school("2")])
    split = split_budget(problem, plan_of({"Z": ["1"], "A": ["2"]}), "10", cl.Formula())
    with Ledger.create(tmp_path / "year", split, first=FIRST) as ledger:
        assert [one.cluster for one in ledger.balances()] == ["Z", "A"]


def test_a_year_opens_with_the_split(tmp_path):
    late = Backdated(
        urn="5", a_year="7300", compliance_date=date(2026, 7, 1), paid_from=date(2026, 7, 31)
    )
    split = split_of(
        committed={"1": "3650"}, contingency="5%", low_incidence="1000", backdated=[late]
    )
    with Ledger.create(tmp_path / "year", split, first=FIRST) as ledger:
        for one, share in zip(ledger.balances(), split.clusters, strict=True):
            assert one.cluster == share.key
            assert one.allocation_pence == share.total_pence
            assert one.committed_pence == share.committed_pence
            assert one.awarded_pence == share.backdated_pence
            assert one.balance_pence == share.flexible_pence
        assert ledger.reserve_pence == 600_000
        assert (ledger.first, ledger.last) == (FIRST, date(2027, 8, 31))
        assert ledger.findings() == ()
        frame = ledger.to_frame()
        assert frame["allocation_pence"].sum() + 600_000 + 100_000 == 12_000_000


def test_money_follows_the_child_by_days(ledger):
    before = of(ledger, "North"), of(ledger, "South")
    plan = ledger.begin_plan("2", "3650", day(65), reference="A1")  # 300 days at £10
    assert of(ledger, "North").committed_pence == before[0].committed_pence + 300_000
    ledger.move_plan(plan, "3", day(165))  # 100 days in North, 200 in South
    north, south = of(ledger, "North"), of(ledger, "South")
    assert north.committed_pence == before[0].committed_pence + 100_000
    assert south.committed_pence == before[1].committed_pence + 200_000
    assert (north.moved_pence, south.moved_pence) == (-200_000, 200_000)
    assert north.balance_pence == before[0].balance_pence - 300_000
    assert south.balance_pence == before[1].balance_pence
    ledger.end_plan("A1", day(215))  # 50 days in South; 150 days come back
    assert of(ledger, "South").committed_pence == before[1].committed_pence + 50_000
    assert of(ledger, "South").balance_pence == before[1].balance_pence + 150_000
    (row,) = ledger.to_frame("plan").to_dict("records")
    assert (row["urn"], row["state"], row["held_pence"]) == ("3", "ended", 0)
    with pytest.raises(MoneyError, match=r"the plan ended on 2027-04-04"):
        ledger.end_plan(plan, day(216))
    assert ledger.findings() == ()


def test_a_move_within_a_cluster_moves_no_money_of_the_cluster(ledger):
    plan = ledger.begin_plan("1", "365", FIRST)
    before = of(ledger, "North")
    ledger.move_plan(plan, "2", day(100))
    assert of(ledger, "North") == before
    schools = ledger.to_frame("school").set_index("urn")
    assert schools.loc["1", "committed_pence"] == 365_000 + 10_000
    assert schools.loc["2", "committed_pence"] == 26_500


def test_a_new_plan_takes_what_lacks_from_the_reserve(ledger):
    ledger.award("South", "16000", FIRST, decision="agreed", reason="a team")
    there = of(ledger, "South").balance_pence
    ledger.begin_plan("3", "9000", FIRST)
    south = of(ledger, "South")
    assert south.balance_pence == 0
    assert south.reserve_pence == 900_000 - there
    assert ledger.reserve_pence == 1_000_000 - south.reserve_pence
    with pytest.raises(MoneyError, match=r"South lacks £12,000\.00 and the reserve has"):
        ledger.begin_plan("3", "12000", FIRST)
    assert of(ledger, "South") == south


def test_an_award_above_the_balance_is_refused_or_takes_the_reserve(tmp_path, ledger):
    balance = of(ledger, "South").balance_pence
    sum_ = Fraction(balance + 1, 100)
    with pytest.raises(MoneyError, match="is above the balance of South"):
        ledger.award("South", sum_, FIRST, decision="agreed", reason="x")
    assert of(ledger, "South").balance_pence == balance
    split = split_of(contingency="10000")
    with Ledger.create(tmp_path / "two", split, first=FIRST, above="reserve") as other:
        most = of(other, "South").balance_pence
        other.award("South", Fraction(most + 1, 100), FIRST, decision="agreed", reason="x")
        assert other.reserve_pence == 999_999
        assert of(other, "South").balance_pence == 0


def test_awards_keep_the_day_the_decision_and_the_reason(ledger):
    ledger.award("North", "12.34", day(3), decision="agreed 5 to 1", reason="a course", school="2")
    ledger.contribute("North", "100", day(4), giver="Trust X")
    *_, award, gift = ledger.to_frame("event").to_dict("records")
    assert (award["kind"], award["day"], award["pence"]) == ("award", "2026-09-04", 1234)
    assert (award["decision"], award["reason"], award["urn"]) == ("agreed 5 to 1", "a course", "2")
    assert (gift["kind"], gift["reason"], gift["pence"]) == ("contribution", "Trust X", 10_000)
    assert of(ledger, "North").contributed_pence == 10_000


def test_a_year_is_closed_carried_and_clawed_back(tmp_path, ledger):
    allocation = {one.cluster: one.allocation_pence for one in ledger.balances()}
    balance = {one.cluster: one.balance_pence for one in ledger.balances()}
    reserve = ledger.reserve_pence
    ledger.close_year(keep="10%", keep_at_most="4000")
    carried = {one.cluster: one.carried_pence for one in ledger.balances()}
    assert carried == {name: min(allocation[name] // 10, 400_000) for name in allocation}
    assert ledger.reserve_pence == reserve + sum(balance.values()) - sum(carried.values())
    assert all(one.balance_pence == 0 for one in ledger.balances())
    with pytest.raises(MoneyError, match="the year is closed"):
        ledger.contribute("North", "1", day(1), giver="late")
    assert ledger.findings() == ()
    with Ledger.create(
        tmp_path / "next", split_of(), first=date(2027, 9, 1), carried=ledger.carried
    ) as after:
        for one, share in zip(after.balances(), split_of().clusters, strict=True):
            assert one.allocation_pence == share.total_pence + carried[one.cluster]


def test_commitments_are_entered_plan_by_plan(tmp_path):
    rows = [
        Commitment(urn="1", a_year_pence=365_00, row=2, end=day(99)),
        Commitment(urn="1", a_year_pence=100_01, row=3, mark=3),
        Commitment(urn="3", a_year_pence=100_01, row=4, start=day(100)),
    ]
    made = committed_in_a_year(rows, first=FIRST)
    split = split_of(committed=made)
    with Ledger.create(tmp_path / "year", split, first=FIRST) as ledger:
        plans = ledger.to_frame("plan")
        assert plans["held_pence"].tolist()[0] == 10_000
        assert plans["held_pence"].sum() == made.total_pence
        assert plans["until"].tolist()[0] == str(day(99))
        ledger.move_plan(2, "4", day(200))
        assert of(ledger, "West").moved_pence > 0
        assert ledger.findings() == ()
    with pytest.raises(MoneyError, match="commitments are worked out for the year from 2026-09-01"):
        Ledger.create(tmp_path / "other", split, first=date(2026, 4, 1))


def test_the_forecast_carries_awards_on_at_their_pace(ledger):
    ledger.award("North", "100", day(0), decision="agreed", reason="x")
    ledger.award("North", "46", day(72), decision="agreed", reason="y")
    frame = ledger.forecast(day(72)).set_index("cluster")
    # £146 in 73 days of 365: £730 in the year
    assert frame.loc["North", "forecast_awards_pence"] == 73_000
    there = of(ledger, "North").balance_pence
    assert frame.loc["North", "forecast_balance_pence"] == there - 58_400
    assert frame.loc["South", "forecast_balance_pence"] == of(ledger, "South").balance_pence
    early = ledger.forecast(day(1)).set_index("cluster")
    assert early.loc["North", "awarded_so_far_pence"] == 10_000


def test_references_are_in_no_table(ledger, tmp_path):
    ledger.begin_plan("1", "100", FIRST, reference="JANE-77")
    tables = [ledger.to_frame(level).to_csv() for level in ("cluster", "school", "event", "plan")]
    assert all("JANE" not in table for table in tables)
    with pytest.raises(MoneyError, match="a plan with this reference is in the ledger already"):
        ledger.begin_plan("1", "100", FIRST, reference="JANE-77")
    assert len(ledger.to_frame("plan")) == 1


# ---- the file itself holds the sums -------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfers SET pence = pence + 1",
        "DELETE FROM transfers",
        "UPDATE events SET reason = 'other'",
        "DELETE FROM events",
        "DELETE FROM accounts",
        "UPDATE accounts SET pence = pence + 1",
        "UPDATE accounts SET cluster = 'North'",
        "UPDATE settings SET value = '2030-01-01'",
        "INSERT INTO accounts (kind, cluster, pence) VALUES ('free', 'East', 5)",
        "INSERT INTO transfers (event, source, target, pence) VALUES (1, 1, 2, 5)",
        "INSERT INTO transfers (event, source, target, pence) "
        "SELECT max(id), 4, 1, 999999999 FROM events",
        "INSERT INTO transfers (event, source, target, pence) SELECT max(id), 1, 2, -5 FROM events",
        "INSERT INTO transfers (event, source, target, pence) "
        "SELECT max(id), 1, 2, 5.5 FROM events",
        "INSERT INTO events (kind, day) VALUES ('award', '2030-01-01')",
        "INSERT INTO events (kind, day) VALUES ('gift', '2026-10-01')",
    ],
)
def test_the_file_refuses_what_would_break_it(ledger, tmp_path, statement):
    with sqlite3.connect(tmp_path / "year.ledger") as link, pytest.raises(sqlite3.IntegrityError):
        link.execute(statement)
    link.close()
    assert ledger.findings() == ()


def test_findings_see_a_file_whose_guards_were_taken_away(ledger, tmp_path):
    ledger.begin_plan("1", "365", FIRST)
    link = sqlite3.connect(tmp_path / "year.ledger")
    for trigger in ("accounts_add_up", "events_UPDATE"):
        link.execute(f"DROP TRIGGER {trigger}")
    link.execute("UPDATE events SET held_pence = 1000000000 WHERE kind = 'plan begins'")
    link.execute("UPDATE accounts SET pence = pence + 1 WHERE kind = 'free' AND cluster = 'North'")
    link.commit()
    link.close()
    north = of(ledger, "North").balance_pence
    held, came = (f"£{(north + k) / 100:,.2f}" for k in (1, 0))
    number, *more = ledger.findings()
    assert number.endswith(f"(free North ) holds {held}, its transfers come to {came}")
    assert more == [
        "all accounts together come to £0.01 instead of nothing",
        "the balance of North is not what came less what went",
        "more is held for single plans than for all plans",
    ]


# ---- words --------------------------------------------------------------------------------------


GOOD = {"decision": "agreed", "reason": "x"}


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda x: x.award("Nrth", "1", FIRST, **GOOD), "the ledger has no such cluster"),
        (lambda x: x.award("North", "0", FIRST, **GOOD), "the award is £0.00"),
        (lambda x: x.award("North", "-1", FIRST, **GOOD), "the award is less than £0.00"),
        (lambda x: x.award("North", 1.5, FIRST, **GOOD), "the award is a float"),
        (lambda x: x.award("North", "1.005", FIRST, **GOOD), "not a whole number of pence"),
        (lambda x: x.award("North", "x", FIRST, **GOOD), "the award is not a number"),
        (lambda x: x.award("North", "1", date(2026, 8, 31), **GOOD), "not in the year"),
        (lambda x: x.award("North", "1", datetime(2026, 9, 1), **GOOD), "the day is not a date"),
        (lambda x: x.award("North", "1", "2026-09-01", **GOOD), "day is"),
        (lambda x: x.award("North", "1", FIRST, decision=" ", reason="x"), "has no decision"),
        (lambda x: x.award("North", "1", FIRST, decision="x", reason=""), "has no reason"),
        (lambda x: x.award("North", "1", FIRST, school="3", **GOOD), "school is not in North"),
        (lambda x: x.award("North", "1", FIRST, school="9", **GOOD), "no cluster of the ledger"),
        (lambda x: x.contribute("North", "1", FIRST, giver=""), "has no giver"),
        (lambda x: x.contribute("Nrth", "1", FIRST, giver="x"), "no such cluster"),
        (lambda x: x.contribute("North", "1" + "0" * 25, FIRST, giver="x"), "sum is too large"),
        (lambda x: x.begin_plan("9", "1", FIRST), "no cluster of the ledger has this school"),
        (lambda x: x.begin_plan("1", "1", day(9), until=day(3)), "the plan ends before it begins"),
        (lambda x: x.begin_plan("1", "1", day(9), until=day(400)), "not in the year"),
        (lambda x: x.move_plan(7, "1", FIRST), "the ledger has no such plan"),
        (lambda x: x.end_plan("Z9", FIRST), "the ledger has no such plan"),
        (lambda x: x.close_year(keep="101%"), "keep is not between 0% and 100%"),
        (lambda x: x.close_year(keep_at_most="x"), "keep_at_most is not a number"),
        (lambda x: x.to_frame("area"), "there is no such level"),
        (lambda x: x.forecast(day(400)), "not in the year"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(ledger, act, words):
    before = len(ledger.to_frame("event"))
    with pytest.raises(ClustersError, match=words) as error:
        act(ledger)
    assert len(str(error.value).strip().splitlines()) == 1
    assert len(ledger.to_frame("event")) == before


def test_a_closed_ledger_says_so(ledger):
    ledger.close()
    with pytest.raises(MoneyError, match="the ledger is closed"):
        ledger.balances()
    with pytest.raises(MoneyError, match="the ledger is closed"):
        ledger.contribute("North", "1", FIRST, giver="x")


def test_files_that_are_no_ledger(tmp_path):
    with pytest.raises(MoneyError, match="there is no such ledger"):
        Ledger(tmp_path / "none")
    (tmp_path / "text").write_text("not a database, but long enough to look like one" * 50)
    with pytest.raises(MoneyError, match="this file is no ledger"):
        Ledger(tmp_path / "text")
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE a (b)").connection.close()
    with pytest.raises(MoneyError, match="no ledger of this version"):
        Ledger(tmp_path / "other")
    with pytest.raises(MoneyError, match="there is a file of this name"):
        Ledger.create(tmp_path / "text", split_of(), first=FIRST)
    with pytest.raises(MoneyError, match="it cannot be written"):
        Ledger.create(tmp_path / "no" / "folder", split_of(), first=FIRST)
    with pytest.raises(MoneyError, match="carried names 'East', which is no cluster"):
        Ledger.create(tmp_path / "new", split_of(), first=FIRST, carried={"East": 1})
    with pytest.raises(MoneyError, match="above is not known"):
        Ledger.create(tmp_path / "new", split_of(), first=FIRST, above="ignore")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "text"]
