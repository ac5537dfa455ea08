"""Schools far apart that must stay together: corridors join them, and a plan comes at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import clusters as cl
from clusters.domain import SchoolId
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.search.heuristics.corridors import joined
from tests.search.drawn import draw_parted

WIDE, HIGH = 9, 7
IDS = [f"s{k:02d}" for k in range(WIDE * HIGH)]


def _grid() -> cl.Problem:
    across = [(IDS[p], IDS[p + 1]) for p in range(len(IDS)) if p % WIDE < WIDE - 1]
    down = [(IDS[p], IDS[p + WIDE]) for p in range(len(IDS) - WIDE)]
    xy = [(1000 * (p % WIDE), 1000 * (p // WIDE)) for p in range(len(IDS))]
    return cl.Problem.from_arrays(IDS, xy, {"need": [10] * len(IDS)}, across + down)


FAR = {
    "opposite corners": {"together": [("s00", "s62")]},
    "all four corners": {"together": [("s00", "s08", "s54", "s62")]},
    "two groups that cross": {"together": [("s00", "s62"), ("s08", "s54")]},
    "little room": {"together": [("s00", "s62")], "balance": {"need": 0.1}},
    "a school in the way": {"together": [("s27", "s35")], "apart": [("s27", "s31")]},
}


@pytest.mark.parametrize("case", FAR)
def test_a_plan_comes_in_seconds_for_schools_far_apart(case: str) -> None:
    problem, rules = _grid(), cl.Rules(n_clusters=3, **FAR[case])
    result = cl.solve(problem, rules, None, cl.Settings(time_limit_s=5, stop_at_gap=0.9))
    assert cl.verify(problem, rules, result.plan).ok


def _parted(seed: int) -> Instance:
    case = draw_parted(60_000 + seed, (9, 14))
    k = case.rules.count_range[0]
    return compile_instance(case.problem, case.rules, case.priorities, k)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_joined_is_the_same_problem_with_some_schools_as_one(seed: int) -> None:
    instance, rng = _parted(seed), np.random.default_rng(seed)
    joint = joined(instance, rng) if instance.school_neighbours is not None else None
    if joint is None:
        return
    small = joint.instance
    assert sorted(a for atoms in joint.atoms for a in atoms) == list(range(instance.n))
    assert all(len(instance.connected_parts(atoms)) == 1 for atoms in joint.atoms)
    for _ in range(20):
        some = np.flatnonzero(rng.random(small.n) < 0.6)
        whole = [a for b in some.tolist() for a in joint.atoms[b]]
        if not whole:
            continue
        assert small.within_bounds(some) == instance.within_bounds(whole)
        assert small.connected(some) == instance.connected(whole)
        costs = small.best_centre(some)[1], instance.best_centre(whole)[1]
        assert costs[0] == pytest.approx(costs[1])


def test_no_corridor_is_drawn_where_a_cluster_cannot_hold_it() -> None:
    rules = cl.Rules(n_clusters=9, together=[("s00", "s62")], schools_per_cluster=(None, 8))
    instance = compile_instance(_grid(), replace(rules), cl.Priorities(), 9)
    assert joined(instance, np.random.default_rng(1)) is None


# ---- an authority -------------------------------------------------------------------------------


def _groups(problem: cl.Problem) -> dict[str, list[SchoolId]]:
    groups: dict[str, list[SchoolId]] = {}
    for school in problem.schools:
        for kind, name in (("trust", school.trust), ("pyramid", school.pyramid)):
            if name:
                groups.setdefault(f"{kind} {name}", []).append(school.urn)
    return {name: ids for name, ids in groups.items() if len(ids) > 1}


def _plan_or_reason(problem: cl.Problem, together: list[list[SchoolId]]) -> None:
    rules = cl.Rules(n_clusters=18, balance={"need": 0.25}, together=together)
    settings = cl.Settings(time_limit_s=30, stop_at_gap=0.9)
    try:
        plan, conflict = cl.solve(problem, rules, None, settings).plan, ()
    except cl.InfeasibleError as error:
        plan, conflict = None, error.conflict
    assert conflict or (plan is not None and cl.verify(problem, rules, plan).ok)


@pytest.mark.slow
@pytest.mark.parametrize("name", _groups(cl.datasets.load_problem()))
def test_every_trust_and_pyramid_kept_whole_ends_in_a_plan_or_a_reason(name: str) -> None:
    problem = cl.datasets.load_problem()
    _plan_or_reason(problem, [_groups(problem)[name]])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_pairs_far_apart_end_in_a_plan_or_a_reason(seed: int) -> None:
    problem = cl.datasets.load_problem()
    pair = np.random.default_rng(seed).permutation(problem.ids)[:2].tolist()
    _plan_or_reason(problem, [pair])
