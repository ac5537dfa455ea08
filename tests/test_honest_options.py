"""Options and their bounds against every plan of tiny worlds; what is proved and what is not."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest

from clusters.domain import Plan, Priorities, Rules
from clusters.errors import ArgumentError
from clusters.measures import difference, places_of
from clusters.model.another import another_exists
from clusters.model.compiling import compile_instance
from clusters.options import Theme, propose, trade_off
from clusters.options.aims import aim_floor, aim_of
from clusters.options.themes import themes_for
from clusters.options.workshop import Workshop
from clusters.solver import Settings
from clusters.verifier import verify
from tests.worlds import drawn_plan, every_plan, world

COMMON = Priorities(travel_by="pupils")


def _world(seed):
    rng = random.Random(seed)
    digits = [str(rng.randint(1, 9)) for _ in range(6)]
    letters = [rng.choice("ab?") for _ in range(6)]
    held = [rng.choice("0001") for _ in range(6)]

    def rows(values):
        return "".join(values[:3]) + "\n" + "".join(values[3:])

    problem = world(rows(digits), pyramids=rows(letters), expertise={"asd": rows(held)})
    rules = Rules(
        n_clusters=rng.choice([2, 3]),
        schools_per_cluster=rng.choice([(1, 4), (2, 4), None]),
        apart=[rng.sample(list(problem.ids), 2)],
        together=rng.choice([[], [rng.sample(list(problem.ids), 2)]]),
    )
    today = drawn_plan(rows(list("AabbaB")))
    return problem, rules, replace(COMMON, reference=today)


def _every(problem, rules, common):
    """Every plan that keeps the rules, with every choice of centres."""
    for drawn in every_plan(len(problem)):
        if len(drawn.clusters) != rules.count_range[0]:
            continue
        if not verify(problem, rules, drawn).ok:
            continue
        for centres in itertools.product(*(cluster.members for cluster in drawn.clusters)):
            pairs = zip(centres, drawn.clusters, strict=True)
            plan = Plan.from_assignment({key: c for c, held in pairs for key in held.members})
            yield plan, verify(problem, rules, plan, common).objective


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_is_below_what_no_plan_can_be_below(seed):
    problem, rules, common = _world(seed)
    k = rules.count_range[0]
    themes = themes_for(problem, rules, common, common.groups_before)
    floors = {theme.name: aim_floor(problem, rules, theme, k) for theme in themes}
    for plan, _ in itertools.islice(_every(problem, rules, common), 0, None, 7):
        for theme in themes:
            least = floors[theme.name]
            assert least is None or aim_of(problem, rules, theme, plan) >= least - 1e-6


def test_some_bounds_are_attained():
    # five schools that stay together are three above the mean of two clusters of four
    problem = world("1111\n1111")
    rules = Rules(n_clusters=2, together=[["1", "2", "3", "5", "6"]])
    theme = next(t for t in themes_for(problem, rules, COMMON, None) if t.cares_for == "balance")
    assert aim_floor(problem, rules, theme, 2) == 2.0
    assert aim_of(problem, rules, theme, drawn_plan("A a a b\na a b B")) == 2.0


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_no_plan_at_all_beats_an_option_of_a_theme(seed):
    problem, rules, common = _world(seed)
    plans = list(_every(problem, rules, common))
    if not plans:
        pytest.skip("no plan keeps these rules")
    found = propose(problem, rules, common, Settings(time_limit_s=15), n_options=4, ceiling=0.6)
    themes = {theme.name: theme for theme in themes_for(problem, rules, common, None)}
    least = min(cost for _, cost in plans)
    assert found["Best overall"].cost == pytest.approx(least)
    for name, option in found.items():
        if name not in themes:
            continue
        assert option.floor is None or option.aim >= option.floor - 1e-6
        for plan, cost in plans:
            if cost <= option.cost - 1e-6:
                aim = aim_of(problem, rules, themes[name], plan)
                assert aim > option.aim - 1e-6, (name, cost, option.cost, aim, option.aim)


@pytest.mark.parametrize("seed", range(10))
def test_whether_another_plan_exists_is_what_trying_all_of_them_says(seed):
    problem, rules, common = _world(seed)
    plans = list(_every(problem, rules, common))
    if not plans:
        pytest.skip("no plan keeps these rules")
    best, least = min(plans, key=lambda pair: pair[1])
    rng = random.Random(seed)
    differs, most = rng.choice([0.1, 0.5, 0.8, 0.95]), (1 + rng.choice([0.02, 0.2, 1])) * least
    place = places_of(problem, best)
    real = any(
        cost <= most and difference(place, places_of(problem, plan)).pairs_differ >= differs
        for plan, cost in plans
    )
    instance = compile_instance(problem, rules, common, rules.count_range[0])
    answer = another_exists(instance, [place], differs=differs, at_most=most, seconds=20)
    assert answer is real


def test_that_there_are_no_more_options_is_said_where_it_is_proved(monkeypatch):
    from clusters.model import another

    def asked():
        return propose(
            world("11..11", neighbours=False),
            Rules(n_clusters=2, schools_per_cluster=(2, 2), contiguous=False),
            Priorities(travel_by="schools"),
            Settings(time_limit_s=4),
            n_options=3,
            ceiling=0.01,
        )

    found = asked()
    assert found.no_more
    assert "Only 1 of 3 options fit these rules" in found.summary()
    assert "proved, no other plan fits beside it" in found.summary()
    assert all(missing.proved == missing.sentence.endswith("proved.") for missing in found.missing)
    for answer in (None, True):
        monkeypatch.setattr(another, "another_exists", lambda *_, answer=answer, **__: answer)
        doubted = asked()
        assert not doubted.no_more
        assert "whether there are more is not known" in doubted.summary()


def test_themes_that_heads_care_about_come_first_and_evenness_once():
    problem = world("1234\n4321", pyramids="aabb\naabb", expertise={"asd": "1000\n0001"})
    today = drawn_plan("AabB\naabb")
    names = [t.cares_for for t in themes_for(problem, Rules(n_clusters=2), COMMON, today)]
    assert names[:4] == ["pyramids", "longest_journey", "change", "expertise_gaps"]
    assert names.count("balance") == 1
    assert names[-1] == "balance"


def test_expertise_everywhere_is_aimed_at_by_rules():
    problem = world("12345\n54321\n12345", expertise={"asd": "10000\n00000\n00001"})
    theme = "Expertise everywhere"
    found = propose(
        problem,
        Rules(n_clusters=3, schools_per_cluster=(3, 8)),
        COMMON,
        Settings(time_limit_s=10),
        n_options=2,
        ceiling=2.0,
        min_difference=0.0,
        themes=[theme],
    )
    where = found[theme] if theme in found else found["Best overall"]
    shop = Workshop(problem, found.rules, COMMON, where.plan, where.cost, 1)
    assert shop.aim(themes_for(problem, found.rules, COMMON, None)[1], where.plan) == 1
    assert theme in found or next(m for m in found.missing if m.name == theme).proved


def test_a_theme_that_cares_for_what_is_not_known_is_refused():
    with pytest.raises(ArgumentError, match="cares_for='beauty'"):
        Theme(name="Nice", sentence="nice", cares_for="beauty", priorities=COMMON)


def test_no_point_of_a_trade_off_beats_another_and_none_is_beaten_by_any_plan():
    problem, rules, _ = _world(3)
    curve = trade_off(
        problem, rules, COMMON, "travel", "balance", 4, settings=Settings(time_limit_s=15)
    )
    evenness = Priorities(travel=0.0, travel_by="pupils", balance=1.0)
    plans = [
        (cost, verify(problem, rules, plan, evenness).objective / 1000)
        for plan, cost in _every(problem, rules, COMMON)
    ]
    assert curve.least[1] is None or all(b >= curve.least[1] - 1e-6 for _, b in plans)
    for point in curve.points:
        better = [
            (a, b)
            for a, b in plans
            if a <= point.a + 1e-6
            and b <= point.b + 1e-6
            and (a < point.a - 1e-6 or b < point.b - 1e-6)
        ]
        assert not better, (point.a, point.b, better[:3])
    assert np.all(np.diff([point.b for point in curve.points]) < 0)
