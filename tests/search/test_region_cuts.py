"""Region cuts: every plan that keeps the rules keeps them, and they raise the bound."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from clusters import Priorities, Problem, Rules
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.search.bound.ascent import ascend
from clusters.search.bound.cutting_planes import tighten
from clusters.search.bound.lagrangian import Relaxation
from clusters.search.bound.region_cuts import RegionCuts, violated
from tests.search.brute import Judge, partings
from tests.search.drawn import draw

LOADS = ("balance", "limits", "schools_per_cluster", "exceptions", "together")


def _plans(case_seed: int) -> tuple[Instance, list[list[tuple[list[int], list[int]]]]]:
    """An instance, and its plans: clusters of atoms with every centre that they could have."""
    case = draw(case_seed, rules=LOADS, n_schools=(5, 7))
    k = case.rules.count_range[0]
    instance = compile_instance(case.problem, case.rules, case.priorities, k)
    judge = Judge(case.problem, case.rules, case.priorities, k)
    atom_of = {p: a for a, schools in enumerate(instance.members) for p in schools}
    plans = []
    for groups in partings(judge.n, k):
        if all(judge.keeps_rules(group, sum(1 << p for p in group)) for group in groups):
            clusters = [sorted({atom_of[p] for p in group}) for group in groups]
            plans.append(
                [
                    (atoms, np.flatnonzero(np.isin(instance.home, atoms)).tolist())
                    for atoms in clusters
                ]
            )
    return instance, plans


def _sums(instance: Instance, cuts: RegionCuts, plan: list[tuple[list[int], int]]) -> np.ndarray:
    """Left sides of the cuts for a plan with its centres, straight from the definition."""
    total = np.zeros(len(cuts))
    for atoms, c in plan:
        for r in range(len(cuts)):
            side = cuts.inner[r] if cuts.within[r, c] else cuts.outer[r]
            total[r] += side[atoms].sum() + (cuts.centre[r] if cuts.within[r, c] else 0.0)
    return total


@pytest.mark.parametrize("seed", range(60))
def test_every_plan_keeps_every_cut_whatever_its_centres(seed: int) -> None:
    instance, plans = _plans(70_000 + seed)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        # a solution that mixes centres at random breaks a good many of them
        weight = rng.dirichlet(np.full(instance.m, 0.3), instance.n)
        cuts = violated(instance, weight, 50)
        for plan in plans[:40]:
            for centres in list(product(*[own for _, own in plan]))[:20]:
                chosen = [(atoms, c) for (atoms, _), c in zip(plan, centres, strict=True)]
                assert (_sums(instance, cuts, chosen) >= cuts.least - 1e-9).all()


def test_the_cases_drawn_have_plans_and_cuts() -> None:
    counts = []
    for seed in range(60):
        instance, plans = _plans(70_000 + seed)
        weight = np.random.default_rng(seed).dirichlet(np.full(instance.m, 0.3), instance.n)
        counts.append((len(plans) > 0, len(violated(instance, weight, 50)) > 0))
    assert sum(plans and cuts for plans, cuts in counts) >= 20


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_is_broken_by_the_solution_it_was_found_for(seed: int) -> None:
    instance, _ = _plans(70_000 + seed)
    rng = np.random.default_rng(seed)
    weight = rng.dirichlet(np.full(instance.m, 0.3), instance.n)
    cuts = violated(instance, weight, 50)
    ones = np.eye(len(cuts))
    left = [(cuts.weighted(row, instance.home) * weight).sum() for row in ones]
    assert (np.array(left) < cuts.least - 0.009).all()


@pytest.mark.parametrize("seed", range(10))
def test_coefficients_of_pairs_and_of_clusters_are_the_same(seed: int) -> None:
    instance, _ = _plans(70_000 + seed)
    rng = np.random.default_rng(seed)
    cuts = violated(instance, rng.dirichlet(np.full(instance.m, 0.3), instance.n), 50)
    atoms, centres = (side.ravel() for side in np.indices((instance.n, instance.m)))
    single = cuts.of_pairs(atoms, centres, instance.home[centres] == atoms)
    for r, row in enumerate(np.eye(len(cuts))):
        assert cuts.weighted(row, instance.home).ravel() == pytest.approx(single[r])
    taken = rng.random((instance.m, instance.n)) < 0.5
    taken[np.arange(instance.m), instance.home] = True
    whole = cuts.of_clusters(np.arange(instance.m), taken)
    for c in range(instance.m):
        picked = taken[c][atoms] & (centres == c)
        assert whole[c] == pytest.approx(single[:, picked].sum(axis=1))


def _line(loads: list[int], k: int, tolerance: float) -> Instance:
    """Schools in a row, a kilometre apart."""
    ids = [f"s{i:02d}" for i in range(len(loads))]
    problem = Problem.from_arrays(
        ids, [[1000.0 * i, 0.0] for i in range(len(loads))], {"need": loads}, None
    )
    rules = Rules(n_clusters=k, balance={"need": tolerance}, contiguous=False)
    return compile_instance(problem, rules, Priorities(), k)


def test_they_raise_the_bound_where_the_knapsacks_alone_do_not_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # heavy schools side by side, as many as do not fit into one cluster
    loads = [5, 8, 60, 60, 5, 8, 8, 30, 5, 30, 60, 12, 60, 60, 5, 8]
    bounds = []
    for most in (0, 40):
        monkeypatch.setattr("clusters.search.bound.cutting_planes.MOST_CUTS", most)
        relaxation = Relaxation(_line(loads, 4, 0.25))
        relaxation.exact = True
        ascend(relaxation, 60, np.inf)
        for _ in tighten(relaxation, lambda: np.inf, 200):
            pass
        assert bool(len(relaxation.cuts)) == bool(most)
        bounds.append(relaxation.bound)
    assert bounds[1] > 1.05 * bounds[0]


def test_one_cut_worked_by_hand() -> None:
    # three clusters of at most 8: the first two schools need two centres, or one and a school sent
    # elsewhere: y + leaving >= 2, as 10 = 8 + 2 and min(1, 5 / 2) = 1
    instance = _line([5, 5, 5, 6], 3, 0.2)
    assert int(instance.high[0]) == 8
    weight = np.zeros((4, 4))
    weight[:2, 0] = 1.0  # both at the first
    weight[2, 2] = weight[3, 3] = 1.0
    cuts = violated(instance, weight, 10)
    (found,) = [
        r
        for r in range(len(cuts))
        if cuts.centre[r] == 1.0 and cuts.within[r].tolist() == [True, True, False, False]
    ]
    assert cuts.least[found] == 2.0
    assert cuts.outer[found].tolist() == [1.0, 1.0, 0.0, 0.0]
    # who enters takes room: a school of 6 leaves 2 of it, just what a second centre is needed for
    assert cuts.inner[found].tolist() == [0.0, 0.0, 0.0, 0.0]
