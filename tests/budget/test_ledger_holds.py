"""Drawn ledgers keep their sums; kills and several writers lose nothing."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import pytest

from clusters.budget import Ledger
from clusters.errors import MoneyError
from tests.budget.small_ledger import CLUSTERS, FIRST, day, of, split_of
from tests.cases import some_of

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
@pytest.mark.parametrize(
    "thousand",
    some_of(11, 3, first=1),
)
def test_ten_thousand_drawn_ledgers(thousand, quick_folder):
    for seed in range(1_000 * thousand, 1_000 * (thousand + 1)):
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
@pytest.mark.parametrize("count", [25, pytest.param(100, marks=pytest.mark.long)])
def test_kills_lose_nothing_that_was_said_to_be_kept(count, tmp_path):
    kills(tmp_path, count)


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
