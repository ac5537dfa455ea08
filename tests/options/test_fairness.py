"""Who is worse off, who is worst off, and whose nearest centre is not theirs."""

from __future__ import annotations

import numpy as np
import pytest

import clusters as cl
from clusters.options import fairness
from tests.worlds import drawn_plan, world

PLANS = {
    "halves": drawn_plan("aAabbBbb"),
    "uneven": drawn_plan("aAaaabBb"),
}
RULES = cl.Rules(n_clusters=2, schools_per_cluster=(3, 5))


@pytest.fixture(scope="module")
def found():
    return fairness(world("11111111"), RULES, PLANS)


def test_journeys_are_those_to_the_own_centre(found):
    assert list(found.journeys("halves").values()) == [1000, 0, 1000, 2000, 1000, 0, 1000, 2000]
    assert list(found.journeys("uneven").values()) == [1000, 0, 1000, 2000, 3000, 1000, 0, 1000]


def test_who_is_worst_off_and_who_worse_than_before(found):
    assert found.worst_off("halves") == ("4", "8")
    assert found.worst_off("uneven") == ("5",)
    assert found.worse_off("uneven") == {"5": 2000, "6": 1000}
    assert found.worse_off("halves") == {}
    other = fairness(world("11111111"), RULES, PLANS, against="uneven")
    assert other.worse_off("halves") == {"7": 1000, "8": 1000}
    frame = found.to_frame().set_index("option")
    assert frame.schools_further["uneven"] == 2
    assert frame.most_further_m["uneven"] == 2000


def test_envy_against_every_centre(found):
    for option, plan in PLANS.items():
        xy = world("11111111").xy_m[:, 0]
        ids = list(world("11111111").ids)
        centres = {c.label: xy[ids.index(c.centre)] for c in plan.clusters}
        by_hand = {
            key: min(abs(xy[k] - x) for x in centres.values())
            for k, key in enumerate(ids)
            if min(abs(xy[k] - x) for x in centres.values())
            < abs(xy[k] - centres[plan.cluster_of(key).label])
        }
        assert {e.school: e.nearer_journey for e in found.envies(option)} == by_hand
    assert [envy.school for envy in found.envies("uneven")] == ["5"]


def test_the_reason_is_that_of_why_here(found):
    sentence = found.reason("uneven", "5")
    assert "travels 3.0 km to the centre of" in sentence
    move = next(
        m for m in cl.why_here(world("11111111"), RULES, PLANS["uneven"], "5").moves if m.allowed
    )
    assert move.cost_change <= 0
    assert "it could move" in sentence
    tight = fairness(
        world("11111111"),
        cl.Rules(n_clusters=2, schools_per_cluster=(3, 5), together=[("4", "5")]),
        PLANS,
    )
    assert "If it moved: " in tight.reason("uneven", "5")
    assert "together" in tight.reason("uneven", "5")
    assert "No centre of another cluster is nearer" in found.reason("uneven", "1")
    assert set(found.to_frame("envy").reason) == {sentence}


def test_money_that_schools_lose_is_named():
    problem = world("11111111")
    even = dict.fromkeys(problem.ids, 1000)
    other = even | {"2": 400, "3": 1600}
    found = fairness(problem, RULES, PLANS, money={"halves": even, "uneven": other})
    assert found.less_money("uneven") == {"2": 600}
    assert "1 school gets less money than in halves, School 2 the most (£6.00)." in found.summary()
    assert found.to_frame("school").set_index("school")["pence uneven"]["3"] == 1600


def test_a_split_goes_in_as_money():
    problem = world("11111111", measures={"need": "12345678"})
    splits = {n: cl.split_budget(problem, plan, "80", cl.Formula()) for n, plan in PLANS.items()}
    found = fairness(problem, RULES, PLANS, money=splits)
    for name, split in splits.items():
        amounts = dict(split.to_frame("school")[["urn", "total_pence"]].itertuples(index=False))
        assert dict(found.pence[name]) == amounts


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"plans": {}}, cl.ArgumentError, "no option is given"),
        ({"against": "third"}, cl.ArgumentError, "'third' is not named"),
        ({"money": {"halves": {}}}, cl.ArgumentError, "'uneven' is not named"),
        ({"money": {"halves": {}, "uneven": {}}}, cl.DataError, "lacks this school"),
        ({"money": {name: {"1": 1.5} for name in PLANS}}, cl.DataError, "not in whole pence"),
        ({"plans": {"x": {"1": "a"}}}, cl.DataError, "has no cluster for this school"),
    ],
)
def test_what_does_not_fit_is_refused(more, error, words):
    given = {"plans": PLANS} | more
    with pytest.raises(error, match=words):
        fairness(world("11111111"), RULES, **given)


def test_the_summary_reads(found):
    text = found.summary()
    assert "halves: the longest journey is that of School 4 (and 1 other alike), 2.0 km." in text
    assert "2 schools travel further than in halves" in text
    assert "nan" not in text
    assert np.isfinite(found.to_frame().mean_journey_m).all()


def test_a_move_that_changes_nothing_has_a_reason_too():
    why = cl.why_here(world("11111111"), RULES, PLANS["uneven"], "5")
    assert why.share_of_cost == 0
    assert "just as good" in why.sentence
