"""Schools that close, open, merge and convert; clusters that merge and split; and their money."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

import clusters as cl
from clusters.budget import Backdated
from clusters.explain import Change, after_changes, money_of_change, what_if
from tests.shared_data import shared_path
from tests.worlds import drawn_plan, every_plan, world

ALIKE = cl.Priorities(travel_by="schools")
QUICK = cl.Settings(time_limit_s=4, workers=1)
PLAN = drawn_plan("A a a b B b")
RULES = cl.Rules(n_clusters=2, schools_per_cluster=(2, 4))


def ask(*changes, plan=PLAN, rules=RULES, problem=None, priorities=ALIKE):
    problem = world("123456") if problem is None else problem
    return what_if(problem, rules, plan, list(changes), priorities, settings=QUICK)


def total(problem, name="pupils"):
    return float(problem.measures[name].sum())


# ---- facts --------------------------------------------------------------------------------------


def test_pupils_of_a_closed_school_go_where_it_is_said():
    problem = world("123456")
    later = after_changes(problem, RULES, PLAN, Change.close("2", to="1"), ALIKE).problem
    assert later.ids == ("1", "3", "4", "5", "6")
    assert later.measures["pupils"].tolist() == [3, 3, 4, 5, 6]
    assert later.school("1").pupils == 3
    assert set(later.neighbour_pairs()) == {("1", "3"), ("3", "4"), ("4", "5"), ("5", "6")}
    shared = after_changes(problem, RULES, PLAN, Change.close("6", to={"5": 2, "1": 1}), ALIKE)
    assert shared.problem.measures["pupils"].tolist() == [3, 2, 3, 4, 9]
    assert total(shared.problem) == total(problem)
    nowhere = after_changes(problem, RULES, PLAN, Change.close("6"), ALIKE)
    assert total(nowhere.problem) == total(problem) - 6
    assert "counted nowhere" in Change.close("6").sentence(problem)


def test_need_stays_the_sum_that_it_is():
    schools = [
        cl.School(urn=u, name=u, easting=x, northing=0, pupils=50, ehcps=e, sen_support=s)
        for u, x, e, s in (("a", 0, 3, 7), ("b", 1000, 5, 9), ("c", 2000, 1, 2))
    ]
    problem = cl.build_problem(schools, need_weights={"ehcps": 3, "sen_support": 1})
    plan = cl.Plan.from_assignment({"a": "a", "b": "b", "c": "c"})
    rules = cl.Rules(n_clusters=3)
    later = after_changes(problem, rules, plan, Change.close("b", to={"a": 1, "c": 1})).problem
    plans, support = later.measures["ehcps"], later.measures["sen_support"]
    assert later.measures["need"].tolist() == (3 * plans + support).tolist()
    assert total(later, "need") == total(problem, "need")


def test_a_new_school_has_its_neighbours_and_needs_its_journeys():
    problem = world("123456")
    new = cl.School(urn="7", name="New", easting=2500, northing=400, pupils=9)
    later = after_changes(problem, RULES, PLAN, Change.open(new), ALIKE)
    beside = {a for pair in later.problem.neighbour_pairs() if "7" in pair for a in pair}
    assert {"3", "4"} <= beside
    assert later.problem.travel[6, 2] == pytest.approx(np.hypot(500, 400))
    assert later.problem.unknown["need"] == ("7",)  # it was given by hand: nothing is guessed
    placed = after_changes(problem, RULES, PLAN, Change.open(new, "2", neighbours=["6"]), ALIKE)
    assert placed.plan.labels["7"] == "2"
    assert ("6", "7") in set(placed.problem.neighbour_pairs())
    minutes = cl.Problem.from_arrays(["1", "2"], [[0, 0], [1, 0]], travel_min=[[0, 5], [6, 0]])
    pair, rules = drawn_plan("A a"), cl.Rules(n_clusters=1, contiguous=False)
    with pytest.raises(cl.DataError, match="journeys of the new school are not known"):
        after_changes(minutes, rules, pair, Change.open(new), ALIKE)
    given = Change.open(new, journeys={"1": 4, "2": 8})
    assert after_changes(minutes, rules, pair, given, ALIKE).problem.travel[2].tolist() == [4, 8, 0]


def test_schools_become_one_and_rules_follow():
    problem = world("123456", phases="iippps")
    rules = cl.Rules(
        n_clusters=2,
        together=[("1", "2"), ("2", "3")],
        apart=[("2", "6")],
        centres=["1", "2", "5"],
        exceptions={"2": "schools_per_cluster"},
    )
    change = Change.merge_schools("1", "2", name="Both")
    later = after_changes(problem, rules, PLAN, change, ALIKE)
    assert later.problem.school("1").name == "Both"
    assert later.problem.measures["pupils"].tolist() == [3, 3, 4, 5, 6]
    assert later.rules.together == (("1", "3"),)
    assert later.rules.apart == (("1", "6"),)
    assert later.rules.centres == ("1", "5")
    assert list(later.rules.exceptions) == ["1"]
    with pytest.raises(cl.RulesError, match="must be apart"):
        after_changes(problem, rules, PLAN, Change.merge_schools("2", "6", phase="primary"), ALIKE)
    with pytest.raises(cl.DataError, match="phases of the schools differ"):
        after_changes(problem, RULES, PLAN, Change.merge_schools("1", "6"), ALIKE)


def test_a_conversion_changes_nothing_but_names():
    rules = cl.Rules(n_clusters=2, together=[("1", "2")], schools_per_cluster=(2, 4))
    priorities = cl.Priorities(travel_by="schools", change=1, reference=PLAN)
    answer = ask(Change.convert("2", "150001", name="Academy"), rules=rules, priorities=priorities)
    assert answer.nearest.moved == ()
    assert answer.nearest.proved
    assert answer.nearest.plan.labels["150001"] == PLAN.labels["2"]
    assert answer.rules.together == (("1", "150001"),)
    assert answer.price_nearest == pytest.approx(0)
    assert "the new URN 150001" in answer.sentence


# ---- clusters -----------------------------------------------------------------------------------


def test_clusters_become_one_and_their_centres_share_it():
    plan = drawn_plan("A a B b c C")
    rules = cl.Rules(n_clusters=3, schools_per_cluster=(1, 4))
    answer = ask(Change.merge("1", "2", name="West"), plan=plan, rules=rules)
    assert answer.rules.n_clusters == 2
    assert answer.nearest.moved == ()
    labels = answer.nearest.plan.labels
    assert {labels[key] for key in "1234"} == {"West"}
    assert "make one cluster of 1 and 2" in answer.sentence
    with pytest.raises(cl.RulesError, match="no cluster 'North'"):
        ask(Change.merge("1", "North"), plan=plan, rules=rules)
    with pytest.raises(cl.RulesError, match="not two clusters"):
        ask(Change.merge("1", "1"), plan=plan, rules=rules)


def test_a_cluster_becomes_two():
    rules = cl.Rules(n_clusters=1, schools_per_cluster=(2, 6))
    plan = drawn_plan("a a A a a a")
    answer = ask(Change.split("1"), plan=plan, rules=rules)
    assert answer.rules.n_clusters == 2
    assert answer.breaks == ()
    assert answer.nearest.moved == ()
    chosen = ask(Change.split("1", ["5", "6"], name="East"), plan=plan, rules=rules)
    assert chosen.nearest.plan.labels["6"] == "East"
    assert chosen.nearest.plan.labels["3"] == "1"
    for wrong in (["9"], [], ["1", "2", "3", "4", "5", "6"]):
        with pytest.raises((cl.RulesError, cl.DataError)):
            ask(Change.split("1", wrong), plan=plan, rules=rules)


def test_one_change_after_another():
    plan = drawn_plan("A a B b c C")
    rules = cl.Rules(n_clusters=3, schools_per_cluster=(1, 4))
    answer = ask(
        Change.merge("1", "2"),
        Change.split("1", ["1"]),
        Change.close("6", to="5"),
        plan=plan,
        rules=rules,
    )
    assert answer.rules.n_clusters == 3
    assert len(answer.problem) == 5
    assert cl.verify(answer.problem, answer.rules, answer.nearest.plan).ok


# ---- fewest moves, against every plan -----------------------------------------------------------


def fewest(problem, rules, given):
    """Fewest schools that leave the cluster that carries on their own, over all plans."""
    best = None
    old = [set(cluster.members) for cluster in given.clusters if cluster.members]
    for plan in every_plan_of(problem):
        if not any(
            cl.verify(problem, rules, recentred).ok for recentred in with_every_centre(plan)
        ):
            continue
        new = [set(cluster.members) for cluster in plan.clusters]
        size = max(len(old), len(new))
        padded = new + [set()] * (size - len(new))
        was = old + [set()] * (size - len(old))
        moved = min(
            sum(len(was[k] - padded[p]) for k, p in enumerate(order))
            for order in itertools.permutations(range(size))
        )
        best = moved if best is None else min(best, moved)
    return best


def every_plan_of(problem):
    names = dict(zip((str(k + 1) for k in range(len(problem))), problem.ids, strict=True))
    for plan in every_plan(len(problem)):
        yield cl.Plan.from_assignment({names[a]: names[c] for a, c in plan.assignment.items()})


def with_every_centre(plan):
    for centres in itertools.product(*(cluster.members for cluster in plan.clusters)):
        yield cl.Plan(
            tuple(
                cl.Cluster(cluster.label, centre, cluster.members)
                for cluster, centre in zip(plan.clusters, centres, strict=True)
            )
        )


@pytest.mark.parametrize("seed", range(6))
def test_fewest_moves_are_those_of_every_plan(seed):
    draw = random.Random(seed)
    digits = "".join(str(draw.randint(1, 9)) for _ in range(6))
    problem = world(f"{digits[:3]}\n{digits[3:]}")
    plan = drawn_plan("A a b\na b B")
    rules = cl.Rules(n_clusters=2, balance={"pupils": 0.5}, schools_per_cluster=(2, 4))
    gone, heir = draw.sample(["1", "2", "3", "4", "5", "6"], 2)
    scene = after_changes(problem, rules, plan, Change.close(gone, to=heir), ALIKE)
    expected = fewest(scene.problem, scene.rules, scene.given)
    answer = ask(Change.close(gone, to=heir), plan=plan, rules=rules, problem=problem)
    if expected is None:
        assert answer.nearest is None
        assert answer.conflict
    else:
        assert len(answer.nearest.moved) == expected == answer.nearest.fewest


# ---- money --------------------------------------------------------------------------------------


def test_money_goes_with_the_pupils_to_the_penny():
    problem = world("123456")
    pot = cl.Pot("1000.01", committed={"2": "100.01", "5": "50"}, contingency="3%")
    answer = ask(Change.close("2", to={"1": 1, "6": 2}))
    money = money_of_change(problem, PLAN, answer, pot, cl.Formula({"pupils": 1}))
    before = cl.split_budget(problem, PLAN, pot, cl.Formula({"pupils": 1}))
    assert [row.before_pence for row in money.schools] == [s.total_pence for s in before.schools]
    shared = pot.total_pence - pot.contingency_pence
    for rows in (money.clusters, money.schools):
        assert sum(row.before_pence or 0 for row in rows) == shared
        assert sum(row.after_pence or 0 for row in rows) == shared
        assert sum(row.change_pence for row in rows) == 0
    assert money.after.pot.committed_pence == {"1": 3334, "5": 5000, "6": 6667}
    assert "£100.01 that was committed to 2 is committed to 1, 6." in money.sentences()
    frame = money.to_frame("school")
    assert frame["change_pence"].sum() == 0
    assert frame.loc[frame["school"] == "2", "after_pence"].isna().item()


def test_money_of_a_conversion_stays():
    problem = world("123456")
    answer = ask(Change.convert("2", "150001"))
    money = money_of_change(problem, PLAN, answer, "999.99", cl.Formula({"pupils": 1}))
    assert {row.change_pence for row in money.schools} == {0}
    assert [row.key for row in money.schools][1] == "150001"
    assert money.moved_pence == 0


def test_money_that_has_nowhere_to_go_is_refused():
    import datetime

    problem = world("123456")
    answer = ask(Change.close("2"))
    with pytest.raises(cl.MoneyError, match="not said where its pupils go"):
        money_of_change(problem, PLAN, answer, cl.Pot("1000", committed={"2": "1"}))
    owed = Backdated(
        urn="2",
        a_year="365",
        compliance_date=datetime.date(2026, 1, 1),
        paid_from=datetime.date(2026, 1, 11),
    )
    heir = ask(Change.close("2", to="3"))
    money = money_of_change(problem, PLAN, heir, cl.Pot("1000", backdated=[owed]))
    assert money.after.pot.backdated_pence == {"3": 1000}


def test_merging_clusters_moves_no_money_between_schools():
    problem = world("123456")
    plan = drawn_plan("A a B b c C")
    rules = cl.Rules(n_clusters=3, schools_per_cluster=(1, 4))
    answer = ask(Change.merge("1", "2"), plan=plan, rules=rules, problem=problem)
    money = money_of_change(problem, plan, answer, "2100", cl.Formula({"pupils": 1}))
    assert {row.change_pence for row in money.schools} == {0}
    by_label = {row.name: (row.before_pence, row.after_pence) for row in money.clusters}
    assert by_label == {"1": (30000, 100000), "2": (70000, None), "3": (110000, 110000)}


# ---- arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        Change.close("99"),
        Change.close("1", to="1"),
        Change.close("1", to={"2": -1}),
        Change.open(cl.School(urn="1", name="x", easting=0, northing=0)),
        Change.convert("1", "2"),
        Change.merge_schools("1"),
    ],
)
def test_what_cannot_be_is_refused(change):
    with pytest.raises(cl.DataError):
        ask(change)


@pytest.mark.parametrize("authority", ["durham", "cornwall"])
def test_a_closure_on_a_real_map(authority):
    import pandas as pd

    name = f"schools_jan2019_mainstream_{authority}.csv"
    frame = pd.read_csv(
        shared_path("data", "authorities", authority, name), dtype=str, encoding="utf-8-sig"
    )
    counts = ["Easting", "NOR", "TSENELSE", "TSENELK"]
    known = frame[counts].apply(pd.to_numeric, errors="coerce").notna().all(axis=1)
    columns = {"pupils": "NOR", "ehcps": "TSENELSE", "sen_support": "TSENELK"}
    problem = cl.build_problem(cl.readers.read_schools(frame[known], columns=columns))
    plan = cl.Plan.from_assignment(dict.fromkeys(problem.ids, problem.ids[0]))
    rules = cl.Rules(n_clusters=1)
    gone = problem.ids[5]
    heir = problem.ids[int(np.argsort(problem.travel[5])[1])]
    scene = after_changes(problem, rules, plan, Change.close(gone, to=heir))
    assert len(scene.problem) == len(problem) - 1
    for measure in ("pupils", "ehcps", "sen_support", "need"):
        assert total(scene.problem, measure) == total(problem, measure)
    # the map stays in one piece, and the land of the closed school is its neighbours'
    assert cl.verify(scene.problem, scene.rules, scene.plan).ok
    assert len(scene.problem.territories) == len(scene.problem)
