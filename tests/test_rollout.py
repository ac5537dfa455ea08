"""A start in steps: against every order there is, with reasons, money and partial maps."""

from __future__ import annotations

import itertools
import random
from datetime import date
from fractions import Fraction

import pytest

import clusters as cl
from clusters.rollout import StartRules, check_starts, choose_starts
from tests.worlds import drawn_plan, world

DAYS = ("2026-09-01", "2027-01-01", "2027-04-01")
SEP, JAN, APR = map(date.fromisoformat, DAYS)
RULES = cl.Rules(n_clusters=3, contiguous=False)
PLAN = drawn_plan("A a B b C c")


def problem_of(pupils="123456", **more):
    return world(pupils, **more)


def order_of(problem=None, rules=RULES, plan=PLAN, **asked):
    problem = problem_of() if problem is None else problem
    return choose_starts(problem, rules, plan, StartRules(starts=DAYS, **asked))


# ---- against every order ------------------------------------------------------------------------


def least_wait(needs, asked, costs):
    """Least need x months over every order that keeps what is asked, worked out day by day."""
    months = (0, 4, 7, 19)  # from September to January, April, and a year after that
    best = None
    for starts in itertools.product(range(4), repeat=len(needs)):
        if any(starts.count(t) > asked["most_at_once"] for t in range(3)):
            continue
        if any(t < ready for t, ready in zip(starts, asked["ready"], strict=True)):
            continue
        if any(starts[a] < starts[b] and starts[a] < 3 for a, b in asked["after"]):
            continue
        first = sum(c * (7, 3, 0, 0)[t] for c, t in zip(costs, starts, strict=True))
        second = sum(c * (12, 12, 12, 0)[t] for c, t in zip(costs, starts, strict=True))
        if first > 12 * asked["money"][0] or second > 12 * asked["money"][1]:
            continue
        wait = sum(need * months[t] for need, t in zip(needs, starts, strict=True))
        best = wait if best is None else min(best, wait)
    return best


@pytest.mark.parametrize("seed", range(25))
def test_no_order_makes_need_wait_less(seed):
    draw = random.Random(seed)
    digits = "".join(str(draw.randint(1, 9)) for _ in range(8))
    problem, plan = world(digits), drawn_plan("A a B b C c D d")
    needs = [int(digits[k]) + int(digits[k + 1]) for k in range(0, 8, 2)]
    ready = [draw.choice([0, 0, 1, 2, 3]) for _ in needs]
    costs = [draw.randint(10, 99) for _ in needs]
    after = [(0, 1)] if draw.random() < 0.5 else []
    money = (draw.randint(20, 120), draw.randint(60, 300))
    most = draw.randint(1, 3)
    asked = StartRules(
        starts=DAYS,
        leads_ready={str(k + 1): DAYS[t] for k, t in enumerate(ready) if t < 3},
        costs={str(k + 1): cost for k, cost in enumerate(costs)},
        money={"2026-27": money[0], "2027-28": money[1]},
        most_at_once=most,
        after={"1": ["2"]} if after else {},
    )
    rules = cl.Rules(n_clusters=4)
    order = choose_starts(problem, rules, plan, asked)
    wanted = {"ready": ready, "after": after, "money": money, "most_at_once": most}
    assert order.proved
    assert order.waited == least_wait(needs, wanted, [100 * c / 100 for c in costs])
    assert check_starts(problem, rules, plan, order.starts, asked) == ()


# ---- what is asked ------------------------------------------------------------------------------


def test_without_limits_all_start_on_the_first_day():
    order = order_of()
    assert set(order.starts.values()) == {SEP}
    assert order.waited == 0
    assert order.sentences()[0] == "In September 2026 1, 2 and 3 start."


def test_leads_expertise_and_order_are_waited_for_and_said():
    problem = problem_of(expertise={"asd": "100010"})
    order = order_of(
        problem,
        leads_ready={"1": "2026-09-01", "2": "2026-09-01", "3": "2026-12-15"},
        expertise={"asd": 1},
        expertise_from={"2": {"asd": "2027-02-01"}},
    )
    assert order.starts == {"1": SEP, "2": APR, "3": JAN}
    said = {row.cluster: " ".join(row.waits_for) for row in order.rows}
    assert said["2"] == "Expertise in asd will be there on 1 February 2027."
    assert said["3"] == "Its lead is ready on 15 December 2026."
    order = order_of(problem, leads_ready={"1": "2026-09-01"}, expertise={"asd": 1})
    assert order.starts == {"1": SEP, "2": None, "3": None}
    assert "Not on any of these days: 2 and 3." in order.sentence
    later = order_of(after={"1": ["3"]}, leads_ready={"1": SEP, "2": SEP, "3": JAN})
    assert later.starts["1"] == JAN
    assert "It starts no earlier than 3." in later.rows[0].waits_for
    joined = order_of(together=[["1", "3"]], leads_ready={"1": SEP, "2": SEP, "3": APR})
    assert joined.starts == {"1": APR, "2": SEP, "3": APR}
    assert joined.rows[0].waits_for == ("It starts together with 3.",)


def test_the_most_need_goes_first_and_equals_by_their_place_in_the_plan():
    order = order_of(most_at_once=1)
    assert order.starts == {"1": APR, "2": JAN, "3": SEP}
    assert "As many as may start at once (1) start in September 2026." in order.rows[0].waits_for
    alike = order_of(problem_of("555555"), most_at_once=1)
    assert alike.starts == {"1": SEP, "2": JAN, "3": APR}
    each = choose_starts(
        problem_of(), RULES, PLAN, StartRules(starts=DAYS, most_at_once=1), measure="clusters"
    )
    assert each.starts == {"1": SEP, "2": JAN, "3": APR}


def test_money_of_each_financial_year_to_the_penny():
    costs = {"1": "1200.01", "2": "1200", "3": "1200"}
    # two of £1,200 from September cost 7/12 of £2,400, which is £1,400
    order = order_of(costs=costs, money={"2026-27": "1400"})
    assert order.starts == {"1": APR, "2": SEP, "3": SEP}
    order = order_of(costs=costs, money={"2026-27": "1399.99"})
    assert list(order.starts.values()).count(SEP) == 1
    assert all(year.spent_pence <= (year.money_pence or 10**9) for year in order.years)
    order = order_of(costs=costs, money={"2026-27": "1400.01", "2027-28": "3600.01"})
    exact = {"2026-27": Fraction(0), "2027-28": Fraction(0)}
    for row in order.rows:
        months = {SEP: 7, JAN: 3, APR: 0}[row.day]
        exact["2026-27"] += Fraction(row.cost_pence * months, 12)
        exact["2027-28"] += row.cost_pence
    assert {year.year: year.spent_pence for year in order.years} == {
        name: -(-sum_.numerator // sum_.denominator) for name, sum_ in exact.items()
    }
    assert any(
        "more than there is in 2026-27" in text for row in order.rows for text in row.waits_for
    )


def test_a_split_says_what_a_cluster_costs():
    split = cl.split_budget(
        problem_of(), PLAN, cl.Pot("1000", committed={"1": "100"}), cl.Formula({"pupils": 1})
    )
    order = order_of(costs=split)
    assert [row.cost_pence for row in order.rows] == [s.flexible_pence for s in split.clusters]


def test_a_cluster_that_breaks_a_rule_does_not_start():
    rules = cl.Rules(n_clusters=3, limits={"pupils": (0, 10)}, contiguous=False)
    order = order_of(rules=rules)
    assert order.starts == {"1": SEP, "2": SEP, "3": None}
    assert "11 pupils: 1 above the most allowed" in order.rows[2].waits_for[0]
    asked = StartRules(starts=DAYS)
    found = check_starts(problem_of(), rules, PLAN, {"3": SEP}, asked)
    assert [finding.rule for finding in found] == ["map"]


def test_every_phase_is_a_valid_part_of_the_map():
    order = order_of(most_at_once=1)
    assert [order.started(day) for day in order.days] == [("3",), ("2", "3"), ("1", "2", "3")]
    assert order.to_frame("days")["started"].tolist() == [1, 2, 3]
    for day in order.days:
        begun = {label: start for label, start in order.starts.items() if start and start <= day}
        assert check_starts(problem_of(), RULES, PLAN, begun, StartRules(starts=DAYS)) == ()


def test_the_check_finds_each_thing_that_is_wrong():
    asked = StartRules(
        starts=DAYS,
        leads_ready={"1": SEP, "2": JAN},
        expertise={"asd": 1},
        costs={"1": 12, "2": 12, "3": 12},
        money={"2026-27": "6.99"},
        most_at_once=2,
        together=[["1", "2"]],
        after={"3": ["2"]},
        all_by=JAN,
    )
    problem = problem_of(expertise={"asd": "111100"})
    wrong = {"1": SEP, "2": None, "3": date(2026, 10, 1)}
    found = check_starts(problem, RULES, PLAN, wrong, asked)
    assert {finding.rule for finding in found} == {
        *("day", "lead", "expertise", "money", "together", "after", "all_by")
    }
    crowd = dict.fromkeys(("1", "2", "3"), SEP)
    assert "most_at_once" in {f.rule for f in check_starts(problem, RULES, PLAN, crowd, asked)}


def test_a_last_day_that_cannot_be_kept_says_why():
    with pytest.raises(cl.InfeasibleError) as caught:
        order_of(leads_ready={"1": SEP, "2": APR}, all_by=JAN, most_at_once=1)
    said = str(caught.value)
    assert "2 cannot start by 1 January 2027. Its lead is ready on 1 April 2027." in said
    assert "3 cannot start by 1 January 2027. Its lead is not yet known." in said
    assert "1 at once at the most: 2 can" in said
    with pytest.raises(cl.InfeasibleError, match=r"money of 2026-27 does not do: £9\.00 of £8\.99"):
        order_of(costs=dict.fromkeys("123", 12), money={"2026-27": "8.99"}, all_by=JAN)
    assert order_of(all_by=JAN, most_at_once=2).starts["1"] == JAN


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"starts": []}, "no day to start on"),
        ({"starts": ["2026-09-15"]}, "not the first of a month"),
        ({"starts": ["September"]}, "not a day"),
        ({"most_at_once": 0}, "below 1"),
        ({"money": {"2026": 5}}, "no financial year"),
        ({"money": {"2026-27": 5}}, "costs are not given"),
        ({"costs": {"1": 0.5}, "money": {}}, "a float"),
        ({"expertise": {"asd": -1}}, "not a number of 0 or more"),
    ],
)
def test_what_cannot_be_asked_is_refused(given, said):
    with pytest.raises(cl.RulesError, match=said):
        StartRules(**{"starts": DAYS, **given})


def test_labels_that_are_none_are_refused():
    for asked in ({"leads_ready": {"9": SEP}}, {"together": [["1", "9"]]}, {"after": {"9": ["1"]}}):
        with pytest.raises(cl.RulesError, match="'9', which is no cluster"):
            order_of(**asked)
    with pytest.raises(cl.RulesError, match="no sum for '2'"):
        order_of(costs={"1": 5, "3": 5})
    with pytest.raises(cl.RulesError, match="'9', which is no cluster"):
        check_starts(problem_of(), RULES, PLAN, {"9": SEP}, StartRules(starts=DAYS))


def test_eighteen_clusters_are_proved():
    problem = cl.datasets.load_problem()
    plan = cl.datasets.load_plan(problem)
    labels = [cluster.label for cluster in plan.clusters]
    draw = random.Random(5)
    order = choose_starts(
        problem,
        cl.Rules(n_clusters=18, contiguous=False),
        plan,
        StartRules(
            starts=[*DAYS, "2027-09-01", "2028-01-01"],
            leads_ready={label: draw.choice(DAYS) for label in labels},
            costs={label: draw.randint(700_000, 1_300_000) for label in labels},
            money={"2026-27": 4_000_000, "2027-28": 15_000_000},
            most_at_once=6,
        ),
    )
    assert order.proved
    assert len([row for row in order.rows if row.day is not None]) == 18
