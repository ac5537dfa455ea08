"""The ledger of a year: sums after every event, after a kill, with two writers, and its words."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

import clusters as cl
from clusters.budget import Backdated, Ledger, committed_in_a_year, split_budget
from clusters.errors import ClustersError, MoneyError
from clusters.readers import Commitment
from tests.budget.authority import plan_of, problem_of, school

FIRST = date(2026, 9, 1)
CLUSTERS = {"North": ["1", "2"], "South": ["3"], "West": ["4", "5", "6"]}


def split_of(total="120000", committed=None, **more):
    problem = problem_of([school(str(k), ehcps=1 + k % 3) for k in range(1, 7)])
    pot = cl.Pot(total, committed=committed or {}, **more)
    return split_budget(problem, plan_of(CLUSTERS), pot, cl.Formula({"schools": 1}))


@pytest.fixture
def ledger(tmp_path):
    split = split_of(committed={"1": "3650", "3": "7300"}, contingency="10000")
    with Ledger.create(tmp_path / "year.ledger", split, first=FIRST) as made:
        yield made


def of(ledger, cluster):
    return next(one for one in ledger.balances() if one.cluster == cluster)


def day(n):
    return FIRST + timedelta(days=n)


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


# ---- drawn ledgers ------------------------------------------------------------------------------


class Model:
    """The same year kept by plain sums, by cluster."""

    def __init__(self, ledger):
        self.free = {one.cluster: one.balance_pence for one in ledger.balances()}
        self.held = {one.cluster: one.committed_pence for one in ledger.balances()}
        self.awarded = {one.cluster: one.awarded_pence for one in ledger.balances()}
        self.reserve = ledger.reserve_pence
        self.plans = {}

    def agrees(self, ledger):
        for one in ledger.balances():
            now = one.balance_pence, one.committed_pence, one.awarded_pence
            key = one.cluster
            assert now == (self.free[key], self.held[key], self.awarded[key])
        assert ledger.reserve_pence == self.reserve
        assert ledger.findings() == ()


HOME = {urn: name for name, urns in CLUSTERS.items() for urn in urns}


def one_event(rng, ledger, model, above):
    """Draw an event, enter it in both; refused ones must change nothing."""
    kind = rng.choice(["begin", "move", "end", "award", "give"])
    when = day(rng.randrange(365))
    sum_ = rng.choice([1, 99, 12_345, 365_000, 900_001])
    cluster = rng.choice(list(CLUSTERS))
    running = [k for k, plan in model.plans.items() if plan[1] <= when]
    if kind in ("move", "end") and not running:
        kind = "begin"
    if kind == "give":
        ledger.contribute(cluster, Fraction(sum_, 100), when, giver="a trust")
        model.free[cluster] += sum_
    elif kind == "award":
        _award(ledger, model, cluster, sum_, when, above)
    elif kind == "begin":
        _begin(rng, ledger, model, sum_, when)
    else:
        plan = rng.choice(running)
        home, start, held = model.plans[plan]
        left = held - (2 * held * (when - start).days + (day(365) - start).days) // (
            2 * (day(365) - start).days
        )
        model.held[home] -= left
        if kind == "end":
            ledger.end_plan(plan, when)
            model.free[home] += left
            del model.plans[plan]
        else:
            urn = rng.choice(list(HOME))
            ledger.move_plan(plan, urn, when)
            model.held[HOME[urn]] += left
            model.plans[plan] = HOME[urn], when, left


def _award(ledger, model, cluster, sum_, when, above):
    lacking = max(0, sum_ - model.free[cluster])
    entry = (cluster, Fraction(sum_, 100), when)
    if lacking and (above == "refuse" or lacking > model.reserve):
        with pytest.raises(MoneyError):
            ledger.award(*entry, decision="agreed", reason="x")
        return
    ledger.award(*entry, decision="agreed", reason="x")
    model.reserve -= lacking
    model.free[cluster] += lacking - sum_
    model.awarded[cluster] += sum_


def _begin(rng, ledger, model, yearly, when):
    urn = rng.choice(list(HOME))
    cluster = HOME[urn]
    held = (2 * yearly * (365 - (when - FIRST).days) + 365) // 730
    lacking = max(0, held - model.free[cluster])
    if lacking > model.reserve:
        with pytest.raises(MoneyError):
            ledger.begin_plan(urn, Fraction(yearly, 100), when)
        return
    plan = ledger.begin_plan(urn, Fraction(yearly, 100), when)
    model.reserve -= lacking
    model.free[cluster] += lacking - held
    model.held[cluster] += held
    model.plans[plan] = cluster, when, held


def draw(seed, folder):
    rng = random.Random(seed)
    above = rng.choice(["refuse", "reserve"])
    total = rng.choice(["600", "20000", "120000.07"])
    split = split_of(total, {str(rng.randint(1, 6)): "77.77"}, contingency=rng.choice(["0", "5%"]))
    path = folder / f"{seed}.ledger"
    with Ledger.create(path, split, first=FIRST, above=above) as ledger:
        model = Model(ledger)
        for _ in range(rng.randint(3, 9)):
            one_event(rng, ledger, model, above)
            model.agrees(ledger)
        if rng.random() < 0.3:
            ledger.close_year(keep=rng.choice(["0", "7.5%", "100%"]))
            assert ledger.findings() == ()
    path.unlink()


@pytest.fixture
def quick_folder(tmp_path):
    """In memory where there is such a folder: what is drawn tests sums, not the disk."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_drawn_ledgers_keep_their_sums_after_every_event(quick_folder):
    for seed in range(100):
        draw(seed, quick_folder)


@pytest.mark.slow
def test_ten_thousand_drawn_ledgers(quick_folder):
    for seed in range(1_000, 11_000):
        draw(seed, quick_folder)


# ---- kills and writers --------------------------------------------------------------------------

WRITER = """
import sys
from datetime import date
from clusters.budget import Ledger
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Ledger(path) as ledger:
    print("ready", flush=True)
    for k in range(count):
        plan = ledger.begin_plan("2", "36.50", date(2026, 9, 1), reference=f"{name}-{k}")
        ledger.move_plan(plan, "3", date(2026, 12, 10))
        ledger.award("West", "0.01", date(2026, 9, 5), decision="agreed", reason=name)
        print(k, flush=True)
"""


def writer(path, name, count):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def killed_once(path, wait, name):
    """Kill a writer after a while; return how many rounds it had reported."""
    child = writer(path, name, 100_000)
    assert child.stdout.readline() == "ready\n"
    time.sleep(wait)
    child.send_signal(signal.SIGKILL)
    reported = child.stdout.read().splitlines()
    child.wait()
    child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    return len(reported)


def kills(tmp_path, n):
    path = tmp_path / "year.ledger"
    Ledger.create(path, split_of("900000", contingency="1000"), first=FIRST).close()
    rng = random.Random(n)
    before = 0
    for k in range(n):
        rounds = killed_once(path, rng.uniform(0.0, 0.08), f"w{k}")
        with Ledger(path) as ledger:
            assert ledger.findings() == ()
            events = ledger.to_frame("event")
            begun = (events["kind"] == "plan begins").sum() - before
            moved = (events["kind"] == "plan moves").sum() - before
            awarded = int(events[events["reason"] == f"w{k}"]["pence"].sum())
        # whatever was reported is there; at most one more of each, in their order
        assert rounds <= awarded <= moved <= begun <= rounds + 1
        before += begun
        if not begun == moved == awarded:  # finish the round, so that counts are even again
            shutil.copy(path, tmp_path / "copy")
            path.unlink()
            Ledger.create(path, split_of("900000", contingency="1000"), first=FIRST).close()
            before = 0


def test_a_kill_leaves_nothing_half_written(tmp_path):
    kills(tmp_path, 3)


@pytest.mark.slow
def test_a_hundred_kills(tmp_path):
    kills(tmp_path, 100)


def test_two_writers_lose_nothing(tmp_path):
    path = tmp_path / "year.ledger"
    Ledger.create(path, split_of(contingency="1000"), first=FIRST).close()
    children = [writer(path, name, 15) for name in "ab"]
    said = [child.communicate(timeout=60)[0].splitlines() for child in children]
    assert [len(lines) for lines in said] == [16, 16]
    with Ledger(path) as ledger:
        plans = ledger.to_frame("plan")
        assert len(plans) == 30
        assert set(plans["urn"]) == {"3"}
        awards = ledger.to_frame("event").query("kind == 'award'")
        assert awards["reason"].value_counts().to_dict() == {"a": 15, "b": 15}
        assert of(ledger, "West").awarded_pence == 30
        assert ledger.findings() == ()


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
