"""The Lagrangian bound alone: below every plan, and its fixing drops no pair of a good plan."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.search.bound.ascent import ascend
from clusters.search.bound.cutting_planes import tighten
from clusters.search.bound.lagrangian import Relaxation
from tests.search.brute import Judge, best_of, partings
from tests.search.drawn import PRIORITIES, Case, draw


def _instance(case: Case) -> Instance:
    k = case.rules.count_range[0]
    return compile_instance(case.problem, case.rules, case.priorities, k)


def _optimum(case: Case) -> float:
    best = best_of(case.problem, case.rules, case.priorities, case.rules.count_range[0])
    return np.inf if best is None else best[0]


@pytest.mark.parametrize("seed", range(80))
def test_the_bound_is_below_every_plan_under_any_mix_of_rules(seed: int) -> None:
    case = draw(20_000 + seed)
    best, relaxation = _optimum(case), Relaxation(_instance(case))
    for exact in (False, True):
        relaxation.exact = exact
        ascend(relaxation, 40, best)
        assert relaxation.bound <= best + 1e-9 * max(1.0, abs(best))


@pytest.mark.parametrize("seed", range(40))
def test_cutting_planes_only_raise_the_bound_and_never_above_a_plan(seed: int) -> None:
    case = draw(24_000 + seed)
    best, relaxation = _optimum(case), Relaxation(_instance(case), states=50)
    relaxation.exact = True
    ascend(relaxation, 10, best)
    if not np.isfinite(relaxation.bound):
        return
    before = relaxation.bound
    relaxation.refine(6000)
    for _ in tighten(relaxation, lambda: best, 40):
        assert relaxation.bound <= best + 1e-9 * max(1.0, abs(best))
    assert relaxation.bound >= before


def test_cutting_planes_reach_what_subgradient_steps_do_not() -> None:
    gained = []
    for seed in range(12):
        case = draw(25_000 + seed, n_schools=(7, 8))
        best, relaxation = _optimum(case), Relaxation(_instance(case))
        if not np.isfinite(best):
            continue
        ascend(relaxation, 15, best)
        before = relaxation.bound
        for _ in tighten(relaxation, partial(float, best), 60):
            pass
        gained.append(relaxation.bound - before)
    assert min(gained) >= 0.0
    assert max(gained) > 0.0


@pytest.mark.parametrize("seed", range(20))
def test_the_bound_holds_at_any_multipliers(seed: int) -> None:
    case = draw(21_000 + seed)
    best, relaxation = _optimum(case), Relaxation(_instance(case))
    rng = np.random.default_rng(seed)
    for _ in range(10):
        scale = abs(best) / len(case.problem) if np.isfinite(best) and best else 1.0
        relaxation.multipliers = rng.normal(scale, scale, len(relaxation.multipliers))
        for line in relaxation.sidelines:
            ceiling = min(line.most, 10.0)
            line.multiplier = rng.uniform(max(line.least, -10.0), ceiling, len(line.multiplier))
        assert relaxation.evaluate() <= best + 1e-9 * max(1.0, abs(best))


def _pairs_used(case: Case, instance: Instance, target: float) -> set[tuple[int, int]]:
    """Pairs (atom, candidate centre) of all plans that cost at most `target`."""
    judge = Judge(case.problem, case.rules, case.priorities, instance.k)
    atom_of = {p: a for a, schools in enumerate(instance.members) for p in schools}
    centre_of = {int(p): c for c, p in enumerate(instance.centre_school)}
    cost: dict[int, dict[int, float]] = {}
    for bits in range(1, 1 << judge.n):
        members = [p for p in range(judge.n) if bits >> p & 1]
        if judge.keeps_rules(members, bits):
            shared = judge.shared_cost(members, bits)
            cost[bits] = {
                c: judge.cost_at(members, c) + shared
                for c in members
                if c in judge.may_lead and all(judge.may_travel(p, c) for p in members)
            }
    used = set()
    for groups in partings(judge.n, instance.k):
        keys = [sum(1 << p for p in g) for g in groups]
        if not all(cost.get(key) for key in keys):
            continue
        base = instance.offset + sum(min(cost[key].values()) for key in keys)
        for key, members in zip(keys, groups, strict=True):
            for c, value in cost[key].items():
                if base - min(cost[key].values()) + value <= target:
                    used |= {(atom_of[p], centre_of[c]) for p in members}
    return used


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("exact", [False, True], ids=["upper bound", "both sides"])
def test_fixing_keeps_every_pair_of_plans_at_or_below_the_target(seed: int, exact: bool) -> None:
    case = draw(22_000 + seed, n_schools=(4, 7))
    best, instance = _optimum(case), _instance(case)
    if not np.isfinite(best):
        return
    relaxation = Relaxation(instance)
    relaxation.exact = exact
    ascend(relaxation, 40, best)
    for share in (0.0, 0.02, 0.2):
        target = best + share * max(1.0, abs(best))
        allowed = relaxation.reduced_to(target)
        missing = {pair for pair in _pairs_used(case, instance, target) if not allowed[pair]}
        assert not missing


@pytest.mark.parametrize("seed", range(10))
def test_fixing_for_good_keeps_the_best_plan(seed: int) -> None:
    case = draw(23_000 + seed, ("balance", "contiguous"), PRIORITIES, (5, 7))
    best, instance = _optimum(case), _instance(case)
    if not np.isfinite(best):
        return
    relaxation = Relaxation(instance)
    for exact in (False, True):
        relaxation.exact = exact
        ascend(relaxation, 40, best)
        relaxation.fix(best)
        assert relaxation.bound <= best + 1e-9 * max(1.0, abs(best))
    assert all(relaxation.possible[pair] for pair in _pairs_used(case, instance, best))


def test_a_bound_of_infinity_means_that_no_plan_exists() -> None:
    case = draw(5, ("contiguous",), ("travel",))
    instance = _instance(case)
    relaxation = Relaxation(instance)
    relaxation.possible[:] = False
    relaxation._index_pairs()
    assert relaxation.evaluate() == np.inf
