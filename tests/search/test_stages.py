"""Every stage of the search returns only plans that keep every rule, at the cost it says."""

from __future__ import annotations

import numpy as np
import pytest

from clusters import InfeasibleError, Plan, Settings, solve, verify
from clusters.domain import Cluster
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.search.arrays import tables_of
from clusters.search.heuristics.annealing import anneal
from clusters.search.heuristics.construction import (
    drafted,
    even_centres,
    from_plan,
    grow,
    priced_centres,
    spread_centres,
    start,
)
from clusters.search.heuristics.improve import improve
from clusters.search.heuristics.local import finished, wander
from clusters.search.heuristics.recombination import Pool, recombine
from clusters.search.heuristics.redraw import redraw
from clusters.search.heuristics.repair import assigned
from clusters.search.heuristics.windows import annealed_window, chances
from clusters.search.incumbent import Shared
from clusters.search.prove import prove
from clusters.search.solution import Found
from tests.search.drawn import Case, draw, draw_parted, drawn_instance

SEEDS = range(16)


def _keeps_every_rule(case: Case, instance: Instance, found: Found | None) -> bool:
    """Whether a stage's plan passes the verifier at the stage's cost (None: it found none)."""
    if found is None:
        return True
    ids = case.problem.ids
    plan = Plan(
        tuple(
            Cluster(
                str(q),
                ids[int(instance.centre_school[centre])],
                tuple(ids[p] for a in atoms for p in instance.members[a]),
            )
            for q, (atoms, centre) in enumerate(zip(found.clusters, found.centres, strict=True))
        )
    )
    certificate = verify(case.problem, case.rules, plan, case.priorities)
    assert certificate.ok, certificate.summary()
    assert certificate.objective == pytest.approx(found.cost, rel=1e-9, abs=1e-6)
    return True


def _some_plan(instance: Instance, rng: np.random.Generator) -> Found | None:
    tables = tables_of(instance)
    tries = (start(instance, tables, rng) for _ in range(3))
    return next((found for found in tries if found is not None), None)


@pytest.mark.parametrize("seed", SEEDS)
def test_start(seed: int) -> None:
    case, instance = drawn_instance(seed)
    if instance.m < instance.k or instance.k > instance.n:
        return
    assert _keeps_every_rule(case, instance, _some_plan(instance, np.random.default_rng(seed)))


@pytest.mark.parametrize("seed", SEEDS)
def test_wander_from_any_draft(seed: int) -> None:
    case, instance = drawn_instance(seed)
    if instance.k > instance.n or not instance.m:
        return
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, instance.k, instance.n)
    labels[rng.permutation(instance.n)[: instance.k]] = np.arange(instance.k)
    for patience in (20, 300):
        walk = wander(instance, tables_of(instance), labels, rng, steps=900, patience=patience)
        assert _keeps_every_rule(case, instance, walk.found)


@pytest.mark.parametrize("seed", SEEDS)
def test_from_plan_even_a_broken_one(seed: int) -> None:
    case, instance = drawn_instance(seed)
    if instance.k > instance.n or not instance.m:
        return
    rng = np.random.default_rng(seed)
    ids = list(case.problem.ids)
    groups = [[ids[p] for p in rng.permutation(len(ids))[:3]] for _ in range(3)]
    broken = Plan(tuple(Cluster(str(q), None, (*g, "unknown")) for q, g in enumerate(groups)))
    found = from_plan(instance, tables_of(instance), case.problem, broken, rng)
    assert _keeps_every_rule(case, instance, found)


@pytest.mark.parametrize("seed", SEEDS)
def test_anneal_at_any_heat(seed: int) -> None:
    case, instance = drawn_instance(seed)
    if instance.m < instance.k or instance.k > instance.n:
        return
    rng = np.random.default_rng(seed)
    for even, hot in ((True, 0.1), (False, 3.0)):
        labels = drafted(instance, rng, even=even)
        walk = finished(anneal(instance, tables_of(instance), labels, rng, steps=9000, hot=hot))
        assert _keeps_every_rule(case, instance, walk.found)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_changes_nothing_outside(seed: int) -> None:
    case, instance = drawn_instance(seed)
    rng = np.random.default_rng(seed)
    found = _some_plan(instance, rng) if instance.m >= instance.k else None
    if found is None or instance.k < 3:
        return
    for hot in (0.1, 1.0):
        drawn = finished(annealed_window(instance, found, 2, rng, hot=hot, per_atom=500))
        if drawn is not None:
            assert _keeps_every_rule(case, instance, drawn)
            assert len(set(found.clusters) & set(drawn.clusters)) >= instance.k - 2


@pytest.mark.parametrize("seed", SEEDS)
def test_centres_chosen_by_prices_make_plans_that_keep_every_rule(seed: int) -> None:
    case, instance = drawn_instance(seed)
    rng = np.random.default_rng(seed)
    if instance.k > len(np.unique(instance.home)):
        return
    worth = np.where(np.isfinite(instance.cost), instance.cost, 0.0).max()
    for prices in (np.zeros(instance.n), worth * rng.uniform(-1.0, 3.0, instance.n)):
        centres = priced_centres(instance, prices, rng, noise=0.1)
        assert len(np.unique(instance.home[centres])) == instance.k
        found = _some_plan(instance, rng)
        if found is None:
            return
        chance = chances(found, prices)
        assert chance.sum() == pytest.approx(1.0)
        assert (chance >= 0.49 / instance.k).all()
        for size in (2, instance.k):
            again = finished(
                annealed_window(
                    instance, found, size, rng, hot=0.3, per_atom=300, prices=prices, noise=0.05
                )
            )
            assert _keeps_every_rule(case, instance, again)


def test_prices_point_at_what_is_dear() -> None:
    parts = [((0, 1), 0, 5.0), ((2,), 2, 0.0), ((3, 4, 5), 4, 6.0)]
    found = Found(parts, 0.0)
    # above their prices: 5 - 2, 0 - 1, 6 - 6
    drawn = chances(found, np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0]))
    assert drawn.tolist() == pytest.approx([1 / 6 + 4 / 10, 1 / 6, 1 / 6 + 1 / 10])
    assert chances(found, None).tolist() == pytest.approx([1 / 3] * 3)


def test_the_same_seed_anneals_to_the_same_labels() -> None:
    _, instance = drawn_instance(3)
    walks = []
    for _ in range(2):
        rng = np.random.default_rng(5)
        labels = drafted(instance, rng, even=True)
        walks.append(finished(anneal(instance, tables_of(instance), labels, rng, steps=9000)))
    assert walks[0].labels.tolist() == walks[1].labels.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_redraw_and_recombine(seed: int) -> None:
    case, instance = drawn_instance(seed)
    rng = np.random.default_rng(seed)
    found = _some_plan(instance, rng) if instance.m >= instance.k else None
    if found is None or instance.k < 2:
        return
    chosen = rng.permutation(instance.k)[:2]
    redrawn = redraw(instance, [found.clusters[c] for c in chosen], seed=seed, work=2.0)
    if redrawn.clusters is not None:
        rest = [list(c) for q, c in enumerate(found.clusters) if q not in chosen]
        better = Found.of(instance, rest + redrawn.clusters)
        assert better is not None
        assert better.cost < found.cost
        assert _keeps_every_rule(case, instance, better)
    pool = Pool(instance)
    for _ in range(5):
        other = _some_plan(instance, rng)
        if other is not None:
            pool.add(other)
    joined, _work = recombine(pool, found, seed=seed, work=2.0)
    assert joined is None or joined.cost < found.cost
    assert _keeps_every_rule(case, instance, joined)
    part = np.sort(rng.permutation(instance.k)[:2])
    joined, _work = recombine(pool, found, seed=seed, work=2.0, within=part)
    assert joined is None or len(set(found.clusters) & set(joined.clusters)) >= instance.k - 2
    assert _keeps_every_rule(case, instance, joined)


@pytest.mark.parametrize("stage", [improve, prove])
@pytest.mark.parametrize("seed", range(8))
def test_whole_stages_share_only_plans_that_keep_every_rule(stage, seed: int) -> None:  # type: ignore[no-untyped-def]
    case, instance = drawn_instance(seed)
    if instance.k > instance.n:
        return
    shared = Shared(instance)
    work, slices = 0.0, 0
    for spent in stage(shared, np.random.default_rng(seed)):
        work, slices = work + spent, slices + 1
        if work > 1.0 or slices > 60:
            break
    assert _keeps_every_rule(case, instance, shared.best)
    if shared.best is not None:
        assert shared.bound <= shared.best.cost + 1e-9 * max(1.0, abs(shared.best.cost))


# ---- groups in several parts of the map ---------------------------------------------------------


def _parted_instance(seed: int) -> tuple[Case, Instance]:
    case = draw_parted(50_000 + seed, (9, 14))
    k = case.rules.count_range[0]
    return case, compile_instance(case.problem, case.rules, case.priorities, k)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_points_at_nothing_that_was_left_out(seed: int) -> None:
    _, instance = _parted_instance(seed)
    atoms = np.sort(np.random.default_rng(seed).permutation(instance.n)[: instance.n // 2 + 1])
    small, kept, centres = instance.restricted(atoms, 1)
    tables = tables_of(small)
    assert (tables.owner >= 0).all()
    assert (tables.owner < small.n).all()
    for values, size in (
        (tables.graph, len(tables.owner)),
        (tables.node, len(tables.owner)),
        (tables.near, small.n),
        (tables.apart, small.n),
        (tables.group, tables.n_groups),
        (tables.excused, small.n),
        (tables.home, small.n),
        (tables.centre, small.m),
    ):
        assert ((values >= 0) & (values < size)).all()
    rng = np.random.default_rng(seed)
    for _ in range(20):
        some = np.flatnonzero(rng.random(small.n) < 0.5)
        assert len(small.connected_parts(some)) == len(instance.connected_parts(kept[some]))
    for c, whole in enumerate(centres.tolist()):
        parts = small.cut_off(c, range(small.n))
        assert len(parts) == len(instance.cut_off(whole, kept))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_stage_with_groups_in_several_parts(seed: int) -> None:
    case, instance = _parted_instance(seed)
    if instance.m < instance.k or instance.k > instance.n:
        return
    rng = np.random.default_rng(seed)
    found = _some_plan(instance, rng)
    assert _keeps_every_rule(case, instance, found)
    for stage in (improve, prove):
        shared = Shared(instance)
        shared.submit(found, "start")
        for _, _spent in zip(range(12), stage(shared, rng), strict=False):
            pass
        assert _keeps_every_rule(case, instance, shared.best)
    if found is not None and instance.k > 2:
        drawn = finished(annealed_window(instance, found, 2, rng, hot=0.5, per_atom=500))
        assert _keeps_every_rule(case, instance, drawn)


def test_growing_leaves_no_cluster_empty() -> None:
    for seed in range(10):
        _, instance = drawn_instance(seed)
        if instance.m < instance.k or instance.k > len(np.unique(instance.home)):
            continue
        labels = grow(instance, spread_centres(instance, np.random.default_rng(seed)))
        assert len(labels) == instance.n
        assert set(labels.tolist()) == set(range(instance.k))


def test_cut_off_parts_of_neighbourhoods_cost_no_more_than_the_plan() -> None:
    """A neighbourhood that is as good as can be is reported as proved, without clusters."""
    case = draw(4, ("contiguous",), ("travel",), (8, 8))
    instance = compile_instance(case.problem, case.rules, case.priorities, 2)
    rng = np.random.default_rng(0)
    found = _some_plan(instance, rng)
    assert found is not None
    for _ in range(5):
        redrawn = redraw(instance, found.clusters[:2], seed=1, work=20.0)
        if redrawn.clusters is None:
            assert redrawn.proved
            return
        found = Found.of(instance, redrawn.clusters)
        assert found is not None
    pytest.fail("redrawing both clusters never came to an end")


@pytest.mark.parametrize("workers", [3, 5])
def test_the_two_ways_of_proof_side_by_side(workers: int) -> None:
    for seed in range(4):
        case = draw(26_000 + seed, n_schools=(7, 8))
        outcomes = []
        for number in (1, workers):
            settings = Settings(time_limit_s=20, workers=number)
            try:
                result = solve(case.problem, case.rules, case.priorities, settings)
            except InfeasibleError:
                outcomes.append(("infeasible", 0.0))
                continue
            outcomes.append((result.status, pytest.approx(result.objective)))
        assert outcomes[0] == outcomes[1]
        assert outcomes[0][0] in ("optimal", "infeasible")


def test_a_plan_drawn_around_centres_keeps_every_rule() -> None:
    drawn = 0
    for seed in SEEDS:
        case, instance = drawn_instance(seed)
        if instance.m < instance.k or instance.k > instance.n:
            continue
        centres = even_centres(instance, np.random.default_rng(seed))
        found, spent = assigned(instance, centres, seed=seed, work=2.0)
        assert spent >= 0.0
        drawn += found is not None
        assert _keeps_every_rule(case, instance, found)
    assert drawn
