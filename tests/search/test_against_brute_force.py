"""`solve` against the best of all plans of tiny problems: every rule, every priority, and mixes."""

from __future__ import annotations

import pytest

from clusters import (
    InfeasibleError,
    OutOfTimeError,
    Priorities,
    Problem,
    Result,
    Rules,
    Settings,
    solve,
    verify,
)
from tests.cases import some_of
from tests.search.brute import best_in_range
from tests.search.drawn import EXCUSABLE, LATER, PRIORITIES, RULES, Case, draw, draw_parted

WORK = Settings(work_limit=60.0, time_limit_s=None)
"""Far more than a tiny problem needs, and deterministic."""
CLOSE = 2e-7
"""Optimal means "to one part in ten million"."""


def _solve(case: Case, settings: Settings = WORK) -> Result:
    return solve(case.problem, case.rules, case.priorities, settings)


def _agrees(case: Case) -> None:
    """`solve` proves the optimum that trying everything finds, or that there is no plan."""
    truth = [cost for found in _truth(case).values() if found for cost in [found[0]]]
    if not truth:
        with pytest.raises(InfeasibleError):
            _solve(case)
        return
    result, best = _solve(case), min(truth)
    certificate = verify(case.problem, case.rules, result.plan, case.priorities)
    assert certificate.ok, certificate.summary()
    assert certificate.objective == result.objective
    assert result.bound is not None
    assert result.bound <= best + 1e-9 * max(1.0, best)
    assert result.objective == pytest.approx(best, rel=CLOSE, abs=CLOSE)
    assert (result.status, result.stopped) == ("optimal", "proved")


def _truth(case: Case):  # type: ignore[no-untyped-def]
    return best_in_range(case.problem, case.rules, case.priorities)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rule", [*RULES, *LATER])
def test_one_rule_at_a_time(rule: str, seed: int) -> None:
    # exceptions need something to be excused from
    rules = ("balance", "limits", "exceptions") if rule == "exceptions" else (rule,)
    _agrees(draw(5000 + seed, rules, ("travel",)))


@pytest.mark.parametrize("excused", EXCUSABLE)
@pytest.mark.parametrize("seed", range(3))
def test_exceptions_to_each_rule_that_can_be_excused(excused: str, seed: int) -> None:
    _agrees(draw(6000 + seed, (excused, "contiguous", "exceptions"), ("travel",)))


@pytest.mark.parametrize("priority", PRIORITIES)
@pytest.mark.parametrize("seed", range(4))
def test_one_priority_at_a_time(priority: str, seed: int) -> None:
    _agrees(draw(7000 + seed, ("contiguous",), (priority,)))


@pytest.mark.parametrize("seed", range(12))
def test_bounds_on_phases_and_exceptions_to_them(seed: int) -> None:
    _agrees(draw(10_000 + seed, ("phases", "contiguous", "schools_per_cluster"), ("travel",)))


@pytest.mark.parametrize("seed", range(50))
def test_random_mixes(seed: int) -> None:
    _agrees(draw(8000 + seed))


@pytest.mark.parametrize("seed", range(40))
def test_groups_in_several_parts_of_the_map(seed: int) -> None:
    _agrees(draw_parted(11_000 + seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", some_of(300, 150))
def test_many_groups_in_several_parts_of_the_map(seed: int) -> None:
    _agrees(draw_parted(12_000 + seed))


def test_prices_of_a_short_list_without_any_plan_do_not_hold_the_ladder_up() -> None:
    _agrees(draw(376))


@pytest.mark.slow
@pytest.mark.parametrize("seed", some_of(500, 200))
def test_many_random_mixes(seed: int) -> None:
    _agrees(draw(seed))


@pytest.mark.parametrize("seed", range(30))
def test_the_bound_is_below_the_optimum_however_early_the_search_is_stopped(seed: int) -> None:
    case = draw(9000 + seed)
    truth = [found[0] for found in _truth(case).values() if found]
    try:
        result = _solve(case, Settings(work_limit=0.01 + 0.02 * (seed % 5), time_limit_s=None))
    except OutOfTimeError:
        return
    except InfeasibleError:
        assert not truth
        return
    best = min(truth)
    assert result.objective >= best - CLOSE * max(1.0, best)
    if result.bound is not None:
        assert result.bound <= best + 1e-9 * max(1.0, best)
    if result.status == "optimal":
        assert result.objective == pytest.approx(best, rel=CLOSE, abs=CLOSE)


@pytest.mark.parametrize("seed", range(10))
def test_figures_per_number_of_clusters(seed: int) -> None:
    case = draw(10_000 + seed, ("range", "contiguous", "balance"), ("travel",))
    truth = _truth(case)
    if not any(truth.values()):
        return
    result = _solve(case)
    for row in result.by_count:
        found = truth[row.n_clusters]
        if found is None:
            assert row.plan is None
            assert row.status in ("none exists", "not found")
            continue
        if row.objective is not None:
            assert row.objective >= found[0] - CLOSE * max(1.0, found[0])
        if row.bound is not None:
            assert row.bound <= found[0] + 1e-9 * max(1.0, found[0])
        if row.status == "optimal":
            assert row.objective == pytest.approx(found[0], rel=CLOSE, abs=CLOSE)


# ---- cases that once went wrong -----------------------------------------------------------------

LINE = Problem.from_arrays(
    list("abcdef"),
    [[0, 0], [1, 0], [2, 0], [100, 0], [101, 0], [102, 0]],
    {"need": [5, 5, 5, 1, 1, 1]},
)
ROOM = {"limits": {"need": (None, 13)}}
ONCE = [
    pytest.param(
        {"balance": {"need": 0.5}, "limits": {"need": (None, 13)}},
        {"a": "balance", "b": "limits", "d": "balance"},
        id="two schools, each excused from one of two rules about the same measure",
    ),
    pytest.param(
        {"limits": {"need": (None, 10)}},
        {"a": ROOM, "b": ROOM},
        id="two schools with the same room do not add it up",
    ),
    pytest.param(
        {"limits": {"need": (5, None)}, "balance": {"need": 0.1}},
        {"a": {"balance": {"need": 1.5}}, "d": "limits"},
        id="floors give way as roofs do",
    ),
]


@pytest.mark.parametrize(("rules", "exceptions"), ONCE)
def test_exceptions_that_meet(rules: dict[str, object], exceptions: dict[str, object]) -> None:
    asked = Rules(n_clusters=2, contiguous=False, exceptions=exceptions, **rules)
    _agrees(Case(0, LINE, asked, Priorities(travel_by="schools")))


def test_a_cost_of_nothing_is_proved() -> None:
    for priorities in (Priorities(travel_by="schools"), Priorities(travel=0, balance=1)):
        even = LINE.with_measures(need=[2] * 6)
        _agrees(Case(0, even, Rules(n_clusters=6, contiguous=False), priorities))


def test_more_clusters_than_groups_of_schools_that_may_lead() -> None:
    together = [["a", "b", "c", "d", "e"]]
    rules = Rules(n_clusters=(2, 3), contiguous=False, together=together)
    _agrees(Case(0, LINE, rules, Priorities(travel_by="schools")))
