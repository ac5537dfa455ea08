"""Options: near the best, different from one another, honest where there are too few."""

from __future__ import annotations

import time

import pytest

from clusters.domain import Plan, Priorities, Rules
from clusters.errors import RulesError
from clusters.measures import difference, places_of
from clusters.options import Theme, propose, together_in_every, trade_off
from clusters.solver import Settings
from clusters.verifier import verify
from tests.worlds import drawn_plan, world

MAP = "23452\n34563\n45674\n23452"
RULES = Rules(n_clusters=4, schools_per_cluster=(3, 7))
COMMON = Priorities(travel_by="pupils")


def _problem():
    return world(MAP, pyramids="aabbb\naabbb\ncccdd\ncccdd")


@pytest.fixture(scope="module")
def options():
    return propose(_problem(), RULES, COMMON, Settings(time_limit_s=8), n_options=3, ceiling=0.3)


def test_every_option_is_verified_and_priced_by_the_common_priorities(options):
    for option in options.values():
        certificate = verify(_problem(), RULES, option.plan, COMMON)
        assert certificate.ok
        assert certificate.objective == pytest.approx(option.cost)
        assert option.bound is None or option.bound <= option.cost + 1e-6


def test_no_option_is_dearer_than_the_ceiling(options):
    best = min(option.cost for option in options.values())
    assert options["Best overall"].cost == best
    assert all(option.cost <= 1.3 * best + 1e-6 for option in options.values())


def test_options_differ_pairwise(options):
    places = [places_of(_problem(), plan) for plan in options.plans.values()]
    for i, one in enumerate(places):
        for other in places[i + 1 :]:
            assert difference(one, other).pairs_differ >= 0.1


def test_there_are_as_many_as_asked_for_and_each_has_a_theme(options):
    assert len(options) == 3
    assert options.trades == ()
    assert all(option.theme.endswith(".") for option in options.values())
    assert "together in every option" in options.summary()


def test_options_go_straight_into_a_comparison(options):
    frame = options.compare().to_frame()
    assert list(frame.index) == list(options)
    assert frame["rules_hold"].all()


def test_too_few_options_are_admitted_and_a_trade_is_offered():
    # a line of four in pairs: every other map is far dearer
    problem = world("11..11", neighbours=False)
    found = propose(
        problem,
        Rules(n_clusters=2, schools_per_cluster=(2, 2), contiguous=False),
        Priorities(travel_by="schools"),
        Settings(time_limit_s=4),
        n_options=3,
        ceiling=0.01,
    )
    assert len(found) == 1
    assert "Only 1 of 3 options" in found.summary()
    for trade in found.trades:
        assert trade.ceiling > 0.01 or trade.min_difference < 0.1
        assert "would need" in trade.sentence


def test_today_makes_least_change_a_theme():
    today = drawn_plan("AabbB\naabbb\nccCdd\ncccdD")
    found = propose(
        _problem(),
        RULES,
        COMMON,
        Settings(time_limit_s=6),
        n_options=2,
        ceiling=1.0,
        min_difference=0.0,
        themes=["Least change"],
        reference=today,
    )
    moved = {
        name: difference(places_of(_problem(), today), places_of(_problem(), plan)).schools_moved
        for name, plan in found.plans.items()
    }
    assert moved["Least change"] <= moved["Best overall"]
    assert {c.label for c in found["Best overall"].plan.clusters} == {"1", "2", "3", "4"}


def test_a_work_limit_gives_the_same_options_again():
    def once():
        return propose(
            _problem(),
            RULES,
            COMMON,
            Settings(time_limit_s=None, work_limit=1.5),
            n_options=2,
            ceiling=0.3,
        ).plans

    assert once() == once()


def test_themes_can_be_ones_own():
    theme = Theme(
        name="Even heads",
        sentence="clusters have equal numbers of schools",
        cares_for="balance",
        priorities=Priorities(travel_by="pupils", balance=1.0, balance_by="schools"),
    )
    found = propose(
        world("2345298\n3456312\n4567445"),
        Rules(n_clusters=3, schools_per_cluster=(3, 11)),
        COMMON,
        Settings(time_limit_s=8),
        n_options=2,
        ceiling=0.5,
        min_difference=0.0,
        themes=[theme],
    )
    assert list(found) == ["Best overall", "Even heads"]
    assert found["Even heads"].aim == 0
    assert "no plan of 3 clusters can do better" not in found["Best overall"].theme


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_options": 0},
        {"ceiling": -0.1},
        {"min_difference": 10},
        {"themes": ["Prettiest"]},
        {"themes": ["Best shared expertise"]},
    ],
)
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(RulesError):
        propose(_problem(), RULES, COMMON, **wrong)


def test_open_places_and_groups_that_stay():
    problem = world("111\n111")
    one = drawn_plan("A a b\na B b")
    two = drawn_plan("A a b\na a B")
    found = together_in_every(problem, {"one": one, "two": two})
    assert found.groups == (("1", "2", "4"), ("3", "6"))
    assert found.open == ("5",)
    assert found.sentences[0].startswith("These 3 schools are together in every option")


def test_the_trade_off_curve_is_a_curve_of_verified_plans():
    problem = _problem()
    curve = trade_off(
        problem, RULES, COMMON, "travel", "balance", 4, settings=Settings(time_limit_s=6)
    )
    a = [point.a for point in curve.points]
    b = [point.b for point in curve.points]
    assert len(a) >= 2
    assert a == sorted(a)
    assert b == sorted(b, reverse=True)
    assert all(point.certificate.ok for point in curve.points)
    assert list(curve.to_frame().columns) == ["travel", "balance", "sentence"]


def test_a_curve_needs_two_priorities():
    with pytest.raises(RulesError, match="same priority"):
        trade_off(_problem(), RULES, COMMON, "travel", "travel")
    with pytest.raises(RulesError, match="no priority 'beauty'"):
        trade_off(_problem(), RULES, COMMON, "travel", "beauty")


def test_a_single_option_is_the_best_plan():
    found = propose(_problem(), RULES, COMMON, Settings(time_limit_s=3), n_options=1)
    assert list(found) == ["Best overall"]
    assert isinstance(found["Best overall"].plan, Plan)


@pytest.mark.long
@pytest.mark.slow
def test_five_options_on_the_real_schools():
    from tests.explain.test_planted import kirklees

    problem = kirklees()
    shelley = problem.pyramids["Shelley Pyramid"]
    rules = Rules(
        n_clusters=18,
        balance={"pupils": 0.25},
        together=[shelley],
        exceptions={shelley[0]: {"balance": None}},
    )
    begin = time.monotonic()
    found = propose(problem, rules, COMMON, Settings(time_limit_s=150), n_options=5)
    seconds = time.monotonic() - begin
    print(f"{seconds:.0f} s")
    for name, option in found.items():
        print(f"{name}: {option.cost:,.0f}, gap {option.gap:.2%}; {option.theme}")
    print(found.compare().differences().to_string())
    print(*found.together().sentences, sep="\n")
    assert len(found) == 5
    assert seconds < 300
    best = found["Best overall"].cost
    places = [places_of(problem, plan) for plan in found.plans.values()]
    for i, (option, place) in enumerate(zip(found.values(), places, strict=True)):
        assert verify(problem, rules, option.plan, COMMON).ok
        assert best <= option.cost <= 1.1 * best
        assert all(difference(place, other).pairs_differ >= 0.1 for other in places[i + 1 :])
