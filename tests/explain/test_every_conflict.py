"""Every answer of `why_no_plan` on drawn tiny problems, against trying every plan."""

from __future__ import annotations

import pytest

from clusters import Settings
from clusters.domain import Rules
from clusters.explain import why_no_plan
from clusters.verifier import verify
from tests.cases import some_of
from tests.explain.every_partition import COUNT, Everything, drawn_problem, drawn_rules
from tests.worlds import world


@pytest.mark.parametrize("seed", range(25))
def test_an_answer_is_true_in_every_part(seed):
    _check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", some_of(250, 120, first=25))
def test_an_answer_is_true_in_every_part_of_many(seed):
    _check(seed)


def _check(seed):
    problem = drawn_problem(seed)
    rules = drawn_rules(seed, problem)
    truth = Everything(problem, rules)
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    possible = truth.can_hold(truth.clauses, rules.count_range)
    assert answer.status == ("a plan exists" if possible else "no plan")
    if possible:
        return
    named = [clause for clause in answer.clauses if clause != COUNT]
    counts = rules.count_range if COUNT in answer.clauses else (1, len(problem))
    assert not truth.can_hold(named, counts), "the conflict is none"
    if answer.smallest:
        for spared in named:
            rest = [clause for clause in named if clause != spared]
            assert truth.can_hold(rest, counts), f"{spared} can be left out"
        assert COUNT not in answer.clauses or truth.can_hold(named, (1, len(problem)))
    assert answer.relaxations
    sentences = [frozenset(way.sentence.split("; ")) for way in answer.relaxations]
    assert len(set(sentences)) == len(sentences)
    for way in answer.relaxations:
        loose = Everything(problem, way.rules, like=truth)
        assert loose.can_hold(loose.clauses, way.rules.count_range), way.sentence
        assert way.checked
        assert verify(problem, way.rules, way.plan).ok


def test_a_conflict_of_a_range_names_what_rules_out_each_number():
    # two clusters are too few for the three that are apart; three cannot have equally many of 8
    problem = world("11111111")
    rules = Rules(n_clusters=(2, 3), balance={"schools": 0.1}, apart=[["1", "3", "5"]])
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert set(answer.rules) == {"n_clusters", "balance", "apart"}
    assert answer.smallest
    assert answer.reasons[0].startswith("With 2 clusters: ")
    assert answer.reasons[1].startswith("With 3 clusters: ")


def test_a_rule_that_can_be_spared_is_not_named():
    # nobody has any of the expertise, so the longest journey has no part in it
    problem = world("1111", expertise={"asd": "0000"})
    rules = Rules(n_clusters=2, expertise={"asd": 1}, max_travel_m=500)
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert len(answer.clauses) == 1
    assert answer.smallest


def test_numbers_of_a_way_out_are_attained_by_its_plan():
    problem = world("1111", expertise={"asd": "9009"})
    rules = Rules(n_clusters=2, expertise={"asd": 10}, contiguous=False)
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert "expertise: ask for 9 of 'asd' capacity (now 10)" in [
        way.sentence for way in answer.relaxations
    ]


def test_a_school_walled_in_by_those_it_must_be_apart_from_is_found_by_arithmetic():
    # the only way from 1 to 4 leads past 2
    problem = world("1111111111")
    rules = Rules(n_clusters=3, together=[["1", "4"]], apart=[["1", "2"]])
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert set(answer.rules) == {"together", "apart", "contiguous"}
    assert answer.smallest
    assert "every way between them passes a school that may not be in it" in answer.reasons[0]


def test_only_what_was_shown_is_called_needed(monkeypatch):
    from clusters.explain.deciding import Decider, Verdict

    problem = world("11111")
    rules = Rules(n_clusters=2, schools_per_cluster=(None, 2))
    claim = "None of them can be left out"
    assert claim in why_no_plan(problem, rules, settings=Settings(time_limit_s=10)).summary()
    monkeypatch.setattr(Decider, "_of_count", lambda *_: Verdict())
    answer = why_no_plan(problem, rules, settings=Settings(time_limit_s=10))
    assert answer.status == "no plan"
    assert not answer.smallest
    assert claim not in answer.summary()
    untried = answer.summary().partition("What might allow a plan:\n")[2].splitlines()
    assert untried
    assert all(line.endswith("(not checked in time)") for line in untried)
