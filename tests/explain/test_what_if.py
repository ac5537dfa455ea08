"""What if: values in, values out; prices checked on worlds drawn by hand."""

from __future__ import annotations

import pytest

from clusters.domain import Plan, Priorities, Rules
from clusters.errors import RulesError
from clusters.explain import Change, what_if
from clusters.solver import Settings
from clusters.verifier import verify
from tests.worlds import drawn_plan, world

ALIKE = Priorities(travel_by="schools")
QUICK = Settings(time_limit_s=4)
PLAN = drawn_plan("A a a b B b")
RULES = Rules(n_clusters=2, schools_per_cluster=(2, 4))


def _ask(*changes, plan=PLAN, rules=RULES, picture="111111"):
    return what_if(world(picture), rules, plan, list(changes), ALIKE, settings=QUICK)


def test_moving_a_school_is_priced_both_ways():
    answer = _ask(Change.move("3", "2"))
    assert [m.school for m in answer.nearest.moved] == ["3"]
    assert answer.breaks == ()
    # 2-1 and 4-4-5-6 around 5: 1000 + (2000 + 1000 + 1000) against 1000 + 2000 + 1000 + 1000
    assert answer.price_nearest == pytest.approx(0.0)
    assert answer.price_free <= answer.price_nearest
    assert "move School 3" in answer.sentence


def test_nothing_is_altered():
    before = (RULES, PLAN)
    _ask(Change.together("1", "6"), Change.size(1, 6))
    assert before == (RULES, PLAN)


def test_what_breaks_is_named_and_repaired():
    answer = _ask(Change.size(3, 3), plan=drawn_plan("A a a a b B"))
    assert {f.rule for f in answer.breaks} == {"schools_per_cluster"}
    assert len(answer.nearest.moved) == 1
    assert verify(world("111111"), answer.rules, answer.nearest.plan).ok


def test_changes_that_cannot_be_are_explained():
    answer = _ask(Change.apart("1", "2"), Change.together("1", "2"))
    assert answer.nearest is None
    assert answer.free is None
    assert any(sentence.startswith("apart") for sentence in answer.conflict)
    assert "no plan can keep the rules" in answer.sentence


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (Change.count(3), "n_clusters", 3),
        (Change.size(None, 5), "schools_per_cluster", (None, 5)),
        (Change.limit("pupils", 1, 9), "limits", {"pupils": (1, 9)}),
        (Change.balance("pupils", 0.5), "balance", {"pupils": 0.5}),
        (Change.travel(4000), "max_travel_m", 4000),
        (Change.drop("contiguous"), "contiguous", False),
        (Change.pin("1", "2"), "together", (("1", "2"),)),
        (Change.apart("1", "2"), "apart", (("1", "2"),)),
    ],
)
def test_each_change_makes_new_rules(change, field, value):
    problem = world("111111")
    changed = change.applied(problem, RULES, PLAN)
    assert getattr(changed, field) == value
    assert change.sentence(problem)


def test_a_rule_that_cannot_be_dropped_is_refused():
    with pytest.raises(RulesError, match="cannot be dropped"):
        Change.drop("n_clusters").applied(world("11"), RULES, PLAN)


def test_a_cluster_that_does_not_exist_is_refused():
    with pytest.raises(RulesError, match="there is no cluster 'West'"):
        _ask(Change.move("1", "West"))


def test_an_empty_plan_is_refused():
    with pytest.raises(Exception, match="no cluster holds this school"):
        _ask(Change.count(1), plan=Plan(()))


def test_as_few_as_possible_is_said_only_where_it_is_proved():
    from dataclasses import replace

    from clusters.explain.what_if import _moves

    answer = _ask(Change.size(3, 3), plan=drawn_plan("A a a a b B"))
    claim = "with as few changes as possible (proved), 1 school"
    assert claim in answer.sentence
    doubted = _moves(replace(answer.nearest, fewest=0))
    assert "possible" not in doubted
    assert "in the closest plan found" in doubted


def test_what_a_wish_costs_is_reported_against_a_baseline():
    # the plan is far from the cheapest: the fall in cost is not owed to the wish
    answer = _ask(Change.together("1", "2"), plan=drawn_plan("A a a a b B"))
    assert answer.free.objective < answer.before
    assert answer.baseline == pytest.approx(4000.0)
    assert answer.price_of_changes == pytest.approx(0.0)
    assert "is not the cheapest without the change either" in answer.sentence
