"""Columns, master problem and rungs alone: nothing a good plan needs is left out, bounds hold."""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np
import pytest

from clusters.domain import Priorities, Problem, Rules
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.model.set_partitioning import choose
from clusters.search.arrays import tables_of
from clusters.search.bound.ascent import ascend
from clusters.search.bound.cutting_planes import tighten
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.bound.region_cuts import RegionCuts, violated
from clusters.search.columns.cuts import extended, triples
from clusters.search.columns.listing import (
    Columns,
    Cut,
    Prices,
    TooLong,
    given_away,
    list_columns,
)
from clusters.search.columns.master import Master
from clusters.search.columns.rung import Climb
from clusters.search.incumbent import Shared
from tests.search.brute import Judge, best_of, partings
from tests.search.drawn import Case, draw


def _instance(case: Case) -> Instance:
    return compile_instance(case.problem, case.rules, case.priorities, case.rules.count_range[0])


def _relaxation(instance: Instance, target: float) -> Relaxation:
    relaxation = Relaxation(instance)
    for exact in (False, True):
        relaxation.exact = exact and relaxation.carried.bounds[0] > 0
        ascend(relaxation, 20, target)
    for _ in tighten(relaxation, lambda: target, 30):
        pass
    return relaxation


def _clusters_used(case: Case, instance: Instance, target: float) -> dict[tuple[int, ...], float]:
    """Cost by cluster of atoms, for the clusters of all plans that cost at most `target`."""
    judge = Judge(case.problem, case.rules, case.priorities, instance.k)
    atom_of = {p: a for a, schools in enumerate(instance.members) for p in schools}
    cost: dict[int, float] = {}
    for bits in range(1, 1 << judge.n):
        members = [p for p in range(judge.n) if bits >> p & 1]
        if not judge.keeps_rules(members, bits):
            continue
        at = [
            judge.cost_at(members, c)
            for c in members
            if c in judge.may_lead and all(judge.may_travel(p, c) for p in members)
        ]
        if at:
            cost[bits] = min(at) + judge.shared_cost(members, bits)
    used: dict[tuple[int, ...], float] = {}
    for groups in partings(judge.n, instance.k):
        keys = [sum(1 << p for p in group) for group in groups]
        if not all(key in cost for key in keys):
            continue
        if instance.offset + sum(cost[key] for key in keys) <= target:
            for key, group in zip(keys, groups, strict=True):
                used[tuple(sorted({atom_of[p] for p in group}))] = cost[key]
    return used


def _listed(
    relaxation: Relaxation, target: float, prices: Prices | None = None, spare: float = 0.0
) -> Columns:
    steps = list_columns(
        relaxation, tables_of(relaxation.instance), target, prices=prices, spare=spare, work=20.0
    )
    return next(step for step in steps if isinstance(step, Columns))


def _prices(instance: Instance, rng: np.random.Generator, scale: float) -> Prices:
    """Arbitrary prices with a few cuts: any are valid."""
    sets = list(combinations(range(instance.n), 3)) + list(combinations(range(instance.n), 5))
    picked = rng.permutation(len(sets))[:4].tolist()
    cuts = tuple(Cut(sets[q], 2) for q in picked)
    charges = rng.uniform(0, scale, len(cuts))
    atoms, opening = rng.normal(scale, scale, instance.n), float(rng.normal(0, scale))
    most = np.array([cut.most for cut in cuts], dtype=np.float64)
    weight = rng.dirichlet(np.ones(instance.m), instance.n) * np.isfinite(instance.cost)
    regions = violated(instance, weight, 4)
    pays = rng.uniform(0, scale, len(regions))
    value = float(atoms.sum() + instance.k * opening - charges @ most + pays @ regions.least)
    return Prices(
        atoms=atoms,
        clusters=opening,
        cuts=cuts,
        charges=charges,
        regions=regions,
        pays=pays,
        value=value,
    )


def _plain(atoms: list[float], clusters: float, value: float) -> Prices:
    """Prices of atoms and clusters alone."""
    nothing = np.zeros((0, len(atoms)))
    return Prices(
        atoms=np.array(atoms),
        clusters=clusters,
        cuts=(),
        charges=np.zeros(0),
        regions=RegionCuts(nothing > 0, nothing, nothing, np.zeros(0), np.zeros(0)),
        pays=np.zeros(0),
        value=value,
    )


def _reduced(instance: Instance, prices: Prices, cluster: tuple[int, ...], cost: float) -> float:
    centre, regions = instance.best_centre(cluster)[0], prices.regions
    for r, pays in enumerate(prices.pays.tolist()):
        inside = bool(regions.within[r, centre])
        side = (regions.inner if inside else regions.outer)[r]
        cost -= pays * float(side[list(cluster)].sum() + (regions.centre[r] if inside else 0.0))
    charged = sum(
        charge * (len(set(cut.atoms) & set(cluster)) // cut.divisor)
        for cut, charge in zip(prices.cuts, prices.charges.tolist(), strict=True)
    )
    return cost - float(prices.atoms[list(cluster)].sum()) - prices.clusters + charged


@pytest.mark.parametrize("seed", range(60))
def test_every_cluster_of_plans_at_or_below_the_target_is_listed_at_its_cost(seed: int) -> None:
    case = draw(60_000 + seed, n_schools=(4, 7))
    best = best_of(case.problem, case.rules, case.priorities, case.rules.count_range[0])
    instance = _instance(case)
    if best is None:
        return
    target = best[0] * (1.0, 1.1, 1.5)[seed % 3] + 1e-6
    columns = _listed(_relaxation(instance, best[0]), target)
    listed = {tuple(columns.of(c)): float(columns.cost[c]) for c in range(len(columns))}
    used = _clusters_used(case, instance, target)
    assert used.keys() <= listed.keys()
    for cluster, cost in used.items():
        assert listed[cluster] == pytest.approx(cost, rel=1e-9, abs=1e-6)
    for c in range(len(columns)):
        atoms = columns.of(c)
        assert instance.within_bounds(atoms)
        assert instance.connected(atoms)
        assert float(columns.cost[c]) == pytest.approx(instance.best_centre(atoms)[1], abs=1e-6)


@pytest.mark.parametrize("seed", range(60))
def test_prices_shorten_the_list_by_no_more_than_they_say(seed: int) -> None:
    case = draw(61_000 + seed, n_schools=(5, 7))
    best = best_of(case.problem, case.rules, case.priorities, case.rules.count_range[0])
    instance = _instance(case)
    if best is None or instance.n < 5:
        return
    rng = np.random.default_rng(seed)
    prices = _prices(instance, rng, 1.0 + best[0] / instance.n)
    target, spare = best[0] * 1.2 + 1e-6, 0.1 * best[0]
    columns = _listed(_relaxation(instance, best[0]), target, prices, spare)
    listed = {tuple(columns.of(c)) for c in range(len(columns))}
    limit = max(target - instance.offset - prices.value + spare, 0.0)
    for cluster, cost in _clusters_used(case, instance, target).items():
        if _reduced(instance, prices, cluster, cost) <= limit:
            assert cluster in listed
    values = prices.reduced(columns, instance.home)
    for c in range(len(columns)):
        expected = _reduced(instance, prices, tuple(columns.of(c)), float(columns.cost[c]))
        assert values[c] == pytest.approx(expected, rel=1e-9, abs=1e-6 * (1 + best[0]))


@pytest.mark.parametrize("seed", range(60))
def test_rungs_prove_no_more_than_the_truth_and_end_at_the_optimum(seed: int) -> None:
    case = draw(62_000 + seed, n_schools=(5, 8))
    best = best_of(case.problem, case.rules, case.priorities, case.rules.count_range[0])
    if best is None or best[0] < 1e-6:
        return
    instance = _instance(case)
    shared = Shared(instance)
    climb = Climb(shared, _relaxation(instance, best[0]), np.random.default_rng(seed))
    for share in (0.7, 0.9, 0.97, 1.0 - 1e-9, 1.0 + 1e-9, 1.2):
        # a rung may prove less than its target where prices give something away
        for _ in range(8):
            for _ in climb.rung(share * best[0]):
                pass
            assert shared.bound <= best[0] * (1 + 1e-9) + 1e-6
            if shared.bound >= min(share, 1.0 - 1e-8) * best[0] - 1e-6:
                break
        assert shared.bound >= min(share, 1.0 - 1e-8) * best[0] - 1e-6
    assert shared.target == pytest.approx(best[0], rel=1e-9, abs=1e-6)


def _line(n: int) -> Instance:
    """Schools at equal distances along a street, three to a cluster."""
    problem = Problem.from_arrays(
        [f"s{p}" for p in range(n)],
        [[100.0 * p, 0.0] for p in range(n)],
        {"need": [1.0] * n},
        [(f"s{p}", f"s{p + 1}") for p in range(n - 1)],
    )
    rules = Rules(n_clusters=n // 3, schools_per_cluster=(2, 4))
    return compile_instance(problem, rules, Priorities(), n // 3)


def test_the_master_problem_drops_only_what_is_too_dear() -> None:
    instance = _line(9)
    target = 700.0  # the best plan costs 600: three clusters of three, 200 each
    relaxation = _relaxation(instance, target)
    columns = _listed(relaxation, target)
    prices = _plain(relaxation.multipliers.tolist(), 0.0, 0.0)
    master = Master(columns, instance, prices)
    for _ in master.solve(target):
        pass
    assert master.bound == pytest.approx(600.0)
    assert master.drop(target) >= 3
    living = {tuple(columns.of(c)) for c in np.flatnonzero(master.alive).tolist()}
    assert {(0, 1, 2), (3, 4, 5), (6, 7, 8)} <= living


def test_a_list_that_does_not_fit_its_budget_is_not_given() -> None:
    instance = _line(12)
    steps = list_columns(_relaxation(instance, 1e4), tables_of(instance), 1e4, work=1e-6)
    assert not any(isinstance(step, Columns) for step in steps)


def test_a_list_is_not_given_once_time_is_up() -> None:
    instance, halted = _line(12), np.ones(1, dtype=np.bool_)
    relaxation, tables = _relaxation(instance, 1e4), tables_of(instance)
    steps = list_columns(relaxation, tables, 1e4, work=10.0, halted=halted)
    assert not any(isinstance(step, Columns) for step in steps)
    halted[0] = False
    steps = list_columns(relaxation, tables, 1e4, work=10.0, halted=halted)
    assert any(isinstance(step, Columns) for step in steps)


def test_negative_reduced_costs_give_away_no_more_than_disjoint_clusters_can() -> None:
    columns = Columns(
        atoms=np.array([0, 1, 1, 2, 3, 4]),
        start=np.array([0, 2, 4, 6]),
        cost=np.zeros(3),
        centre=np.zeros(3, dtype=np.int64),
    )
    # both of the first two hold atom 1: at most 4 + 2 / 2 by atoms, 4 by a plan's one other cluster
    assert given_away(columns, np.array([-4.0, -2.0, 5.0]), 5, 3) == pytest.approx(5.0)
    assert given_away(columns, np.array([-4.0, -2.0, 5.0]), 5, 2) == pytest.approx(4.0)
    assert given_away(columns, np.array([4.0, 2.0, 5.0]), 5, 3) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_what_is_given_away_bounds_every_plan_s_negative_reduced_costs(seed: int) -> None:
    case = draw(63_000 + seed, n_schools=(5, 7))
    instance = _instance(case)
    if instance.n < 5:
        return
    prices = _prices(instance, np.random.default_rng(seed), 1000.0)
    columns = _listed(_relaxation(instance, np.inf), 1e9)
    reduced = prices.reduced(columns, instance.home)
    given = given_away(columns, reduced, instance.n, instance.k)
    value = {tuple(columns.of(c)): float(reduced[c]) for c in range(len(columns))}
    for clusters in combinations(value, instance.k - 1):
        atoms = [a for cluster in clusters for a in cluster]
        if len(atoms) == len(set(atoms)):
            assert -sum(min(0.0, value[cluster]) for cluster in clusters) <= given + 1e-6


def test_prices_halfway_are_worth_half_of_both() -> None:
    one, two = _plain([1.0, 3.0], 2.0, 4.0), _plain([3.0, 3.0], 0.0, 6.0)
    between = one.halfway(two)
    assert between.atoms.tolist() == [2.0, 3.0]
    assert (between.clusters, between.value) == (1.0, 5.0)


def test_columns_kept_and_added() -> None:
    columns = Columns(
        atoms=np.array([0, 1, 2, 3, 4, 5]),
        start=np.array([0, 2, 3, 6]),
        cost=np.arange(3.0),
        centre=np.array([1, 2, 4]),
    )
    some = columns.only(np.array([2, 0]))
    assert [some.of(c) for c in range(2)] == [[3, 4, 5], [0, 1]]
    assert some.cost.tolist() == [2.0, 0.0]
    assert some.centre.tolist() == [4, 1]
    pairs = np.arange(36.0).reshape(6, 6)
    assert columns.sums(pairs).tolist() == [1.0 + 7.0, 14.0, 22.0 + 28.0 + 34.0]
    assert columns.taken(np.array([1, 2]), 6).tolist() == [
        [False, False, True, False, False, False],
        [False, False, False, True, True, True],
    ]
    both = some.and_(columns)
    assert [both.of(c) for c in range(5)] == [[3, 4, 5], [0, 1], [0, 1], [2], [3, 4, 5]]


def test_three_clusters_of_a_triangle_break_the_cut_of_its_corners() -> None:
    held = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [1, 0, 1, 0, 0]], dtype=np.bool_)
    rows, worth = triples(held, np.full(3, 0.5), 1.1)
    assert {tuple(sorted(row)) for row in rows.tolist()} == {(0, 1, 2)}
    assert worth == pytest.approx(1.5)


def test_five_of_a_ring_break_the_cut_of_all_five() -> None:
    held = np.zeros((5, 5), dtype=np.bool_)
    for c in range(5):
        held[c, [c, (c + 1) % 5]] = True
    rows, worth = extended(held, np.full(5, 0.5), np.array([[0, 1, 2]]))
    assert sorted(rows[0].tolist()) == [0, 1, 2, 3, 4]
    assert worth[0] == pytest.approx(2.5)


def test_choosing_is_exact_whatever_cuts_are_added() -> None:
    clusters = [[0, 1], [1, 2], [0, 2], [0], [1], [2], [3]]
    cost = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0])
    for cuts in ((), [((0, 1, 2), 2, 1)]):
        choice = choose(clusters, cost, 4, 3, below=10.0, seed=1, work=5.0, at_most=cuts)
        assert choice.settled
        assert choice.chosen is not None
        assert cost[choice.chosen].sum() == pytest.approx(4.0)
        assert choice.bound == pytest.approx(4.0)
    assert choose(clusters, cost, 4, 3, below=3.9, seed=1, work=5.0).chosen is None


def test_a_programme_that_is_stopped_still_gives_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusters.search.columns.master.LEAST_S", 0.0)
    case = draw(62_003, n_schools=(6, 8))
    best = best_of(case.problem, case.rules, case.priorities, case.rules.count_range[0])
    assert best is not None
    instance = _instance(case)
    columns = _listed(_relaxation(instance, best[0]), best[0])
    prices = _prices(instance, np.random.default_rng(3), 1.0)
    master = Master(columns, instance, prices, deadline=time.monotonic() - 1.0)
    for _ in master.solve(best[0]):
        pass
    assert master.bound <= best[0] + 1e-6 * abs(best[0])


def test_a_list_that_grows_too_long_is_given_up_early() -> None:
    instance = _line(40)
    relaxation, tables = _relaxation(instance, 1e4), tables_of(instance)
    whole = [*list_columns(relaxation, tables, 1e4, work=10.0)]
    assert isinstance(whole[-1], Columns)
    work = sum(step for step in whole if isinstance(step, float))
    *steps, end = list_columns(relaxation, tables, 1e4, work=work / 4)
    assert isinstance(end, TooLong)
    # what the whole list would have taken, about
    assert 0.3 * work < end.work < 3.0 * work
    assert all(isinstance(step, float) for step in steps)
    assert sum(step for step in steps[1:] if isinstance(step, float)) < 0.5 * work / 4
