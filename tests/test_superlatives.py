"""Proved, best, least: each word goes where the flag behind it is broken."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from clusters.domain import Priorities, Rules
from clusters.options import propose
from clusters.options.proposing import _best_words, _words
from clusters.options.themes import themes_for
from clusters.options.workshop import Workshop
from clusters.report.tables.comparison import _proof
from clusters.report.wording.words import proof_sentence
from clusters.solver import Settings, solve
from tests.worlds import world

RULES = Rules(n_clusters=2, schools_per_cluster=(2, 4))
COMMON = Priorities(travel_by="pupils")


@pytest.fixture(scope="module")
def proved():
    result = solve(world("123\n321"), RULES, COMMON, Settings(time_limit_s=5))
    assert result.status == "optimal"
    return result


def in_the_table(result):
    """The clause in the table of options."""
    return _proof(SimpleNamespace(result=result))


@pytest.mark.parametrize("words", [_best_words, in_the_table, proof_sentence])
def test_proved_is_said_of_what_is_proved(words, proved):
    assert "proved" in words(proved)
    for gap, bound in ((0.04, proved.objective), (None, None)):
        doubted = words(replace(proved, status="feasible", gap=gap, bound=bound))
        assert "proved" not in doubted.replace("anything could be proved", "")
        assert "best plan" not in doubted
        assert "of all plans" not in doubted


def test_an_option_is_priced_against_what_was_found(proved):
    problem = world("123\n321")
    shop = Workshop(problem, RULES, COMMON, proved.plan, proved.objective, 1)
    theme = themes_for(problem, RULES, COMMON, None)[0]
    found = shop.candidate(theme, proved.plan)
    assert "above the least cost of all plans" in _words(shop, found, 0.1, proved=True)
    assert "above the least cost found" in _words(shop, found, 0.1, proved=False)


def test_a_theme_says_what_it_aims_at_not_what_it_attains():
    problem = world("1234\n4321", pyramids="aabb\naabb", expertise={"asd": "1000\n0001"})
    today = solve(problem, RULES, COMMON, Settings(time_limit_s=2)).plan
    for theme in themes_for(problem, RULES, replace(COMMON, balance=0.1), today):
        assert theme.sentence.startswith("aims at ")
        for word in ("as can be", "possible", "best", "most", "fewest"):
            assert word not in theme.sentence


def test_options_not_found_are_not_said_not_to_exist(monkeypatch):
    from clusters.model import another

    # as where the time does not suffice to prove it
    monkeypatch.setattr(another, "another_exists", lambda *_, **__: None)
    found = propose(
        world("11..11", neighbours=False),
        Rules(n_clusters=2, schools_per_cluster=(2, 2), contiguous=False),
        Priorities(travel_by="schools"),
        Settings(time_limit_s=3),
        n_options=3,
        ceiling=0.01,
    )
    assert "were found in the time given" in found.summary()
    assert "whether there are more is not known" in found.summary()
    for trade in found.trades:
        assert "more time may find one that does not" in trade.sentence
