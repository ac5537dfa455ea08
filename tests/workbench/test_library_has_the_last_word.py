"""The page's own code and the library reckon the same, on random sequences of moves."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import clusters as cl
from clusters.domain import Cluster, Plan, Priorities, Problem, Rules
from clusters.workbench import library
from clusters.workbench.payload import PAGE_RULES, payload
from tests.shared_data import shared_path
from tests.workbench.conftest import drive
from tests.worlds import drawn_plan, world

MOVES = 20


def plan_of(problem: Problem, answer: Mapping[str, Any]) -> Plan:
    """The page's plan as the library reads it."""
    clusters, ids = [], problem.ids
    for number, label in enumerate(answer["labels"]):
        members = tuple(ids[k] for k, c in enumerate(answer["place"]) if c == number)
        centre = answer["centres"][number]
        if members:
            clusters.append(Cluster(label, ids[centre] if centre >= 0 else None, members))
    return Plan(tuple(clusters))


def amount(value: float | None) -> Any:
    return value if value is None or abs(value) != float("inf") else "Infinity"


def agree(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    money: library.Money | None,
    answer: Mapping[str, Any],
) -> None:
    """Compare rules, costs, sums, journeys and money of one plan, exactly."""
    plan = plan_of(problem, answer)
    certificate = cl.verify(problem, rules, plan, priorities)
    theirs = [
        (f.rule, f.cluster, sorted(map(str, f.schools)), amount(f.amount))
        for f in certificate.findings
        if f.rule in PAGE_RULES
    ]
    ours = [
        (b["rule"], b["cluster"], sorted(map(str, b["schools"])), b["amount"])
        for b in answer["breaks"]
    ]
    key = lambda row: (row[0], str(row[1]), row[2], str(row[3]))  # noqa: E731
    # a cluster's size is about all of its schools in both; where it is about none, in neither
    assert sorted(ours, key=key) == sorted(theirs, key=key)
    assert answer["objective"] == amount(certificate.objective)
    if certificate.objective is not None:
        assert answer["costs"] == {k: amount(v) for k, v in certificate.costs.items()}
    for name, totals in answer["totals"].items():
        values = problem.measures[name]
        exact = [
            str(sum(round(float(values[problem.position(key)]) * 10**6) for key in c.members))
            for c in plan.clusters
        ]
        assert totals == exact
    journeys = [
        float(problem.travel[problem.position(key), problem.position(c.centre)])
        for c in plan.clusters
        if c.centre is not None
        for key in c.members
    ]
    assert answer["longest"] == amount(max(journeys))
    placed = sum(len(c.members) for c in plan.clusters) == len(problem)
    if money is None or not placed:
        assert answer["money"] is None
        assert answer["moneyWhy"]
    else:
        split = library.split(problem, plan, money)
        assert answer["money"] == {s.key: str(s.total_pence) for s in split.clusters}


def sequences(problem: Problem, plan: Plan, how_many: int, seed: int) -> list[list[Any]]:
    """Draw moves: mostly across a border, sometimes anywhere, with undo and redo between them."""
    rng = random.Random(seed)
    near: dict[int, list[int]] = {}
    for i, j in [] if problem.edges is None else problem.edges.tolist():
        near.setdefault(i, []).append(j)
        near.setdefault(j, []).append(i)
    drawn = []
    for _ in range(how_many):
        label = [""] * len(problem)
        for cluster in plan.clusters:
            for key in cluster.members:
                label[problem.position(key)] = cluster.label
        moves: list[Any] = []
        for _ in range(MOVES):
            if moves and rng.random() < 0.15:
                moves.append(rng.choice(["undo", "redo"]))
                continue
            school = rng.randrange(len(problem))
            others = [label[k] for k in near.get(school, []) if label[k] != label[school]]
            if not others or rng.random() < 0.2:
                others = [c.label for c in plan.clusters] + ["A new cluster"]
            if rng.random() < 0.02:
                others = [""]
            to = rng.choice(others)
            label[school] = to
            moves.append({"school": school, "to": to})
        drawn.append(moves)
    return drawn


def all_agree(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    money: library.Money | None,
    plan: Plan,
    how_many: int,
    seed: int = 1,
) -> int:
    """Drive the page and the library over sequences of moves; return how many plans were met."""
    given = payload(problem, rules, {"Start": plan}, priorities, money=money, title="Test")
    met: set[str] = set()
    for answers in drive(given, sequences(problem, plan, how_many, seed)):
        for answer in answers:
            key = repr((answer["place"], answer["centres"]))
            if key not in met:
                met.add(key)
                agree(problem, rules, priorities, money, answer)
    return len(met)


def everything(problem: Problem, plan: Plan) -> tuple[Rules, Priorities, library.Money]:
    """Every rule at once, so tight that many break; every priority; every part of the money."""
    ids = list(problem.ids)
    labels = plan.labels
    kinds = sorted({kind for school in problem.schools for kind in school.expertise})
    first = plan.clusters[0].members
    rules = Rules(
        n_clusters=(len(plan.clusters) - 1, len(plan.clusters)),
        schools_per_cluster=(4, 14),
        balance={"pupils": 0.3},
        limits={"pupils": (1500, 6000.5), "schools": (None, 15)},
        max_travel_m=6000 if problem.travel_unit == "m" else None,
        max_travel_min=None if problem.travel_unit == "m" else 15.5,
        expertise={kinds[0]: 20} if kinds else {},
        together=[first[:3], ids[10:12]],
        apart=[[ids[0], ids[5]], ids[20:24]],
        centres=ids[::2],
        exceptions={
            ids[1]: "balance",
            ids[30]: {"schools_per_cluster": (1, 30), "limits": {"pupils": (None, 9000)}},
            ids[40]: {"max_travel": 9000.25, "balance": {"pupils": 0.6}},
            ids[50]: {"limits": None, **({"expertise": {kinds[0]: 5}} if kinds else {})},
        },
    )
    priorities = Priorities(
        travel=1.5,
        travel_by="pupils",
        balance=0.7,
        balance_by="pupils",
        pyramids=0.3 if problem.pyramids else 0.0,
        change=0.2,
        reference=labels,
        expertise=0.1 if kinds else 0.0,
        pupils_per_capacity=dict.fromkeys(kinds, 2.5),
    )
    measure = "ehcps" if "ehcps" in problem.measures else "pupils"
    money = library.Money(
        pot=cl.Pot(
            "17999999.99",
            committed={ids[3]: "12345.67", ids[9]: "0.01"},
            contingency="3%",
        ),
        formula=cl.Formula(
            {measure: 3.7},
            shares={"pupils": "33.333%"},
            lump_per_cluster="12345.67",
            lump_per_school="777.77",
        ),
    )
    return rules, priorities, money


def usual(problem: Problem, k: int) -> tuple[Rules, Priorities, library.Money]:
    return (
        Rules(n_clusters=k, balance={"pupils": 0.25}),
        Priorities(travel_by="pupils"),
        library.Money(pot=cl.Pot("18000000"), formula=cl.Formula({"pupils": 1})),
    )


def test_calderwick_with_every_rule(calderwick):
    plan = cl.datasets.load_plan(calderwick)
    policy = everything(calderwick, plan)
    assert all_agree(calderwick, *policy, plan, how_many=3) > 40


def test_calderwick_by_road_with_barriers():
    problem = cl.datasets.load_problem(by_road=True, barriers=True, need_weights={"ehcps": 2.5})
    plan = cl.datasets.load_plan(problem)
    policy = everything(problem, plan)
    assert all_agree(problem, *policy, plan, how_many=1, seed=2) > 10


def test_a_plan_with_six_mistakes(calderwick):
    plan = cl.read_plan(cl.datasets.path("hand_drawn"), calderwick)
    rules, priorities, money = usual(calderwick, 18)
    shown = payload(calderwick, rules, {"Drawn": plan}, priorities, money=money, title="Test")
    start = drive(shown, [[]])[0][0]
    agree(calderwick, rules, priorities, money, start)
    assert shown["notices"]  # what the page cannot hold is said


def test_numbers_with_six_decimals_and_no_way():
    drawn = world("2345\n3456\n4567")
    travel = drawn.travel.copy()
    travel[0, 11] = float("inf")
    travel[3, 2] = 12.345678901
    problem = replace(drawn, travel=travel).with_measures(
        need=[0.1, 0.2, 0.3, 1e9 / 3, 0, 0.000001, 7, 8.25, 9, 10, 11, 2**40]
    )
    plan = drawn_plan("A a b B\na a b b\nc C c c")
    rules = Rules(n_clusters=3, balance={"need": 0.1}, limits={"need": (0.3, 0.6)}, max_travel_m=10)
    money = library.Money(pot=cl.Pot("100"), formula=cl.Formula({"need": 1}))
    assert all_agree(problem, rules, Priorities(balance=1e-3), money, plan, 10) > 50


EVEN = "A a B b\nc C d D"
CUT = "A B a B\nc C d D"  # the first cluster lies in two parts


@pytest.mark.parametrize(
    ("rule", "plan", "policy"),
    [
        ("n_clusters", EVEN, {"n_clusters": 5}),
        ("n_clusters", EVEN, {"n_clusters": (1, 3)}),
        ("schools_per_cluster", EVEN, {"schools_per_cluster": (3, None)}),
        ("schools_per_cluster", EVEN, {"schools_per_cluster": (None, 1)}),
        ("balance", EVEN, {"balance": {"pupils": 0.1}}),
        ("limits", EVEN, {"limits": {"pupils": (8.5, None)}}),
        ("limits", EVEN, {"limits": {"pupils": (0, 7.000001)}}),
        ("max_travel", EVEN, {"max_travel_m": 999.9}),
        ("contiguous", CUT, {"contiguous": True}),
        ("expertise", EVEN, {"expertise": {"asd": 3.5}}),
        ("together", EVEN, {"together": [["1", "3", "4"]]}),
        ("apart", EVEN, {"apart": [["1", "5", "2"]]}),
        ("centres", EVEN, {"centres": ["1", "3", "6"]}),
        ("assignment", "A a B b\n- C d D", {}),
        ("centre", "A a b b\nc C d D", {}),
    ],
)
def test_each_rule_broken_by_itself(rule, plan, policy):
    problem = world("2345\n3456", expertise={"asd": "2?2?\n2203"})
    drawn = drawn_plan(plan)
    rules = Rules(**{"n_clusters": (1, 9), "contiguous": False, **policy})
    broken = cl.verify(problem, rules, drawn).broken
    assert broken == (rule,)  # the world breaks this rule and no other
    given = payload(problem, rules, {"Start": drawn}, Priorities(), title="Test")
    answer = drive(given, [[]])[0][0]
    assert {one["rule"] for one in answer["breaks"]} == {rule}
    agree(problem, rules, Priorities(), None, answer)


@pytest.mark.parametrize(
    ("policy", "excuse"),
    [
        ({"schools_per_cluster": (3, None)}, {"schools_per_cluster": (2, None)}),
        ({"schools_per_cluster": (None, 1)}, {"schools_per_cluster": None}),
        ({"balance": {"pupils": 0.01}}, {"balance": {"pupils": 0.9}}),
        ({"balance": {"pupils": 0.01}}, {"balance": {"pupils": None}}),
        ({"limits": {"pupils": (9, None)}}, {"limits": {"pupils": (4.5, 5)}}),
        ({"limits": {"pupils": (9, None)}}, {"limits": None}),
        ({"max_travel_m": 900}, {"max_travel": 1000}),
        ({"max_travel_m": 900}, {"max_travel": None}),
        ({"expertise": {"asd": 9}}, {"expertise": {"asd": 0.5}}),
        ({"expertise": {"asd": 9}}, {"expertise": None}),
    ],
)
def test_the_loosest_of_a_rule_and_its_exceptions_holds(policy, excuse):
    problem = world("2345\n3456", expertise={"asd": "1111\n1111"})
    rules = Rules(
        n_clusters=4,
        contiguous=False,
        **policy,
        exceptions=dict.fromkeys(("2", "4", "5", "7"), excuse),
    )
    strict = replace(rules, exceptions={"2": excuse})
    drawn = drawn_plan(EVEN)
    assert cl.verify(problem, rules, drawn).ok
    assert not cl.verify(problem, strict, drawn).ok
    for wanted in (rules, strict):
        given = payload(problem, wanted, {"Start": drawn}, Priorities(), title="Test")
        agree(problem, wanted, Priorities(), None, drive(given, [[]])[0][0])


def test_pupils_whom_no_expertise_covers_are_priced():
    problem = world("2345\n3456", need={"asd": "1203\n0010"}, expertise={"asd": "1?0?\n?2??"})
    priorities = Priorities(expertise=1, pupils_per_capacity={"asd": 1})
    assert all_agree(problem, Rules(n_clusters=4), priorities, None, drawn_plan(EVEN), 2) > 10


def test_every_rule_of_the_library_is_reckoned_or_named():
    problem = world("23\n34")
    plan = drawn_plan("A a\nb B")
    shown = payload(problem, Rules(n_clusters=2), {"x": plan}, Priorities(), title="Test")
    assert set(shown["checked"]) <= {*PAGE_RULES, *shown["alone"]}
    from clusters.verifier.checks import CHECKS

    assert {*CHECKS} == {*PAGE_RULES}, "a new rule: reckon it in rules.js"


@pytest.mark.parametrize(
    "excused", [{}, {"1": {"phases": None}}, {"4": {"phases": {"primary": 3}}}]
)
def test_schools_of_a_phase_in_each_cluster(excused):
    problem = world(
        "2345\n3456\n2323\n4444",
        phases="sppa\npmup\nfpsp\npupp",  # unknown, middle, first and all-through ones among them
    )
    phases = {"secondary": 1, "primary": (2, 3)}
    rules = Rules(n_clusters=4, phases=phases, exceptions=excused)
    assert all_agree(problem, rules, Priorities(), None, drawn_plan(EVEN), 4) > 20
    shown = payload(problem, rules, {"x": drawn_plan(EVEN)}, Priorities(), title="Test")
    assert "phases" in {row["rule"] for row in drive(shown, [[]])[0][0]["breaks"]}
    assert shown["alone"] == []


def _authority(name: str, code: str, k: int) -> tuple[Problem, Plan]:
    folder = ("data", "kirklees") if name == "kirklees" else ("data", "authorities", name)
    schools = cl.read_schools(
        shared_path(*folder, f"schools_jan2019_mainstream_{name}.csv"),
        unknown={"pupils": 60, "ehcps": "leave", "sen_support": "leave"},
    )
    problem = cl.build_problem(schools)
    rules = Rules(n_clusters=k, contiguous=False)
    result = cl.solve(
        problem, rules, Priorities(travel_by="pupils"), cl.Settings(time_limit_s=3, workers=1)
    )
    return problem, result.plan


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", ["calderwick", "kirklees", "cornwall"])
def test_five_hundred_sequences_of_twenty_moves(name, calderwick):
    if name == "calderwick":
        problem, plan = calderwick, cl.datasets.load_plan(calderwick)
    else:
        problem, plan = _authority(name, name, 18)
    met = all_agree(problem, *everything(problem, plan), plan, how_many=250, seed=11)
    met += all_agree(problem, *usual(problem, len(plan.clusters)), plan, how_many=250, seed=12)
    assert met > 5000
