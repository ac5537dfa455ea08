"""The engine against brute force, with the rule and the priority `expertise`, on tiny problems.

The brute force shares nothing with the package: every partition, every centre, plain sums.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator

import numpy as np
import pytest

from clusters import (
    InfeasibleError,
    Priorities,
    Rules,
    RulesError,
    Settings,
    solve,
    verify,
)
from clusters.domain import Capacity, NeedCount, Problem, School
from clusters.model.compiling import compile_instance

KINDS = ("asd", "vi")


def tiny(seed: int) -> Problem:
    """Make a random problem of 5 to 7 schools on a line of neighbours with a few shortcuts."""
    dice = random.Random(seed)
    n = dice.randint(5, 7)
    schools = [
        School(
            urn=str(k),
            name=f"School {k}",
            easting=float(dice.randint(0, 9000)),
            northing=float(dice.randint(0, 9000)),
            measures={"need": float(dice.randint(1, 9))},
            need={
                kind: NeedCount(ehcps=dice.randint(0, 3), sen_support=dice.randint(0, 6))
                for kind in KINDS
                if dice.random() < 0.8
            },
            expertise={
                kind: Capacity(amount=dice.choice([0, 1, 2.5, 4]), unit="staff days")
                for kind in KINDS
                if dice.random() < 0.5
            },
        )
        for k in range(n)
    ]
    pairs = {(k, k + 1) for k in range(n - 1)}
    pairs |= {tuple(sorted(dice.sample(range(n), 2))) for _ in range(3)}
    on_record = {kind for school in schools for kind in school.expertise}
    schools[0] = School(
        urn="0",
        name="School 0",
        easting=schools[0].easting,
        northing=schools[0].northing,
        measures=schools[0].measures,
        need=schools[0].need,
        expertise={
            **{kind: Capacity(amount=2, unit="staff days") for kind in set(KINDS) - on_record},
            **schools[0].expertise,
        },
    )
    return Problem.from_schools(schools, edges=sorted(pairs))


def partitions(items: list[int], k: int) -> Iterator[list[list[int]]]:
    if k == 0 or not items:
        if k == 0 and not items:
            yield []
        return
    first, rest = items[0], items[1:]
    for size in range(len(rest) + 1):
        for others in itertools.combinations(rest, size):
            left = [item for item in rest if item not in others]
            for parts in partitions(left, k - 1):
                yield [[first, *others], *parts]


def in_one_piece(group: list[int], pairs: set[tuple[int, int]]) -> bool:
    reached, queue = {group[0]}, [group[0]]
    while queue:
        here = queue.pop()
        for other in group:
            if other not in reached and tuple(sorted((here, other))) in pairs:
                reached.add(other)
                queue.append(other)
    return len(reached) == len(group)


def pupils(school: School, kind: str) -> float:
    count = school.need.get(kind)
    return 0 if count is None else (count.ehcps or 0) + (count.sen_support or 0)


def amount(school: School, kind: str) -> float:
    return school.expertise[kind].amount if kind in school.expertise else 0.0


def least_cost(problem: Problem, rules: Rules, priorities: Priorities) -> float:
    """Work out the cost of the best plan by trying all; infinity where there is none."""
    schools = problem.schools
    pairs = {(int(a), int(b)) for a, b in problem.edges}
    best = math.inf
    worth: dict[tuple[int, ...], float] = {}
    for parts in partitions(list(range(len(schools))), rules.n_clusters):
        total = 0.0
        for group in parts:
            key = tuple(group)
            if key not in worth:
                worth[key] = cluster_cost(schools, group, pairs, rules, priorities)
            total += worth[key]
        best = min(best, total)
    return best


def cluster_cost(schools, group, pairs, rules, priorities) -> float:
    inside = [schools[k] for k in group]
    for kind, least in rules.expertise.items():
        if sum(amount(school, kind) for school in inside) < least:
            return math.inf
    if not in_one_piece(group, pairs):
        return math.inf
    travel = min(
        sum(
            s.measures["need"] * math.hypot(s.easting - c.easting, s.northing - c.northing)
            for s in inside
        )
        for c in inside
    )
    unmet = sum(
        max(0.0, sum(pupils(s, kind) - covers * amount(s, kind) for s in inside))
        for kind, covers in priorities.pupils_per_capacity.items()
    )
    return priorities.travel * travel + priorities.expertise * 1000 * unmet


CASES = {
    "soft": (Rules(n_clusters=2), {"expertise": 2.0}),
    "soft, strong": (Rules(n_clusters=3), {"expertise": 40.0, "travel": 0.1}),
    "soft alone": (Rules(n_clusters=2), {"expertise": 1.0, "travel": 0.0}),
    "hard": (Rules(n_clusters=2, expertise={"asd": 1}), {}),
    "hard, two types": (Rules(n_clusters=2, expertise={"asd": 2, "vi": 0.5}), {}),
    "hard and soft": (Rules(n_clusters=2, expertise={"vi": 1}), {"expertise": 3.0}),
}


def check(problem: Problem, rules: Rules, weights: dict[str, float]) -> bool:
    """Compare the solver with brute force; return whether a plan exists."""
    covers = {"asd": 2.0, "vi": 1.5} if weights else {}
    priorities = Priorities(pupils_per_capacity=covers, **weights)
    best = least_cost(problem, rules, priorities)
    settings = Settings(time_limit_s=10, workers=1)
    if math.isinf(best):
        with pytest.raises(InfeasibleError):
            solve(problem, rules, priorities, settings)
        return False
    result = solve(problem, rules, priorities, settings)
    assert result.bound is not None
    assert result.bound <= best + 1e-6 * max(1.0, best)  # a bound above the optimum is a lie
    assert result.objective == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert result.status == "optimal"
    assert verify(problem, rules, result.plan, priorities).ok
    return True


@pytest.mark.parametrize("case", CASES)
def test_objective_and_bound_agree_with_brute_force(case: str) -> None:
    rules, weights = CASES[case]
    found = [check(tiny(seed), rules, weights) for seed in range(5)]
    assert any(found)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_objective_and_bound_agree_with_brute_force_often(case: str) -> None:
    rules, weights = CASES[case]
    for seed in range(100, 160):
        check(tiny(seed), rules, weights)


def test_every_rule_of_capacity_is_a_load_with_a_lower_bound() -> None:
    problem = tiny(1)
    instance = compile_instance(
        problem, Rules(n_clusters=2, expertise={"asd": 1.0}), Priorities(), 2
    )
    row = instance.rules.index(("expertise", "asd"))
    held = np.array([amount(s, "asd") for s in problem.schools])
    scale = instance.loads[row].sum() / held.sum()
    assert instance.low[row] == pytest.approx(scale * 1.0)


def test_unmet_need_costs_what_the_verifier_says() -> None:
    problem, priorities = tiny(2), Priorities(expertise=2.0, pupils_per_capacity={"asd": 2.0})
    result = solve(problem, Rules(n_clusters=2), priorities, Settings(time_limit_s=10, workers=1))
    parts = verify(problem, Rules(n_clusters=2), result.plan, priorities).costs
    assert result.objective == pytest.approx(parts["travel"] + parts["expertise"])


def test_a_dearer_unmet_pupil_never_leaves_more_of_them() -> None:
    problem, rules = tiny(3), Rules(n_clusters=3)
    unmet = []
    for price in (0.1, 1.0, 10.0, 100.0):
        priorities = Priorities(expertise=price, pupils_per_capacity={"asd": 1.0, "vi": 1.0})
        result = solve(problem, rules, priorities, Settings(time_limit_s=10, workers=1))
        assert result.status == "optimal"
        unmet.append(result.certificate.costs["expertise"] / price)
    assert all(b <= a + 1e-6 for a, b in itertools.pairwise(unmet))


def test_adding_the_rule_never_makes_the_plan_cheaper() -> None:
    problem, settings = tiny(4), Settings(time_limit_s=10, workers=1)
    free = solve(problem, Rules(n_clusters=2), settings=settings)
    bound = solve(problem, Rules(n_clusters=2, expertise={"asd": 1}), settings=settings)
    assert bound.objective >= free.objective - 1e-6


@pytest.mark.parametrize("unknown", [NeedCount(), NeedCount(ehcps=3), NeedCount(sen_support=2)])
def test_a_count_that_is_not_known_is_not_taken_for_none(unknown):
    known = NeedCount(ehcps=9, sen_support=4)
    schools = [
        School(urn=urn, name=f"School {urn}", easting=x, northing=0.0, need=need)
        for urn, x, need in (
            ("1", 0.0, {"vi": known}),
            ("2", 900.0, {"vi": unknown}),
            ("3", 1800.0, {}),
            ("4", 2700.0, {"vi": known}),
        )
    ]
    problem = Problem.from_schools(schools)
    wanted = Priorities(expertise=1, pupils_per_capacity={"vi": 1})
    with pytest.raises(RulesError, match=r"not known for 1 of 3 schools: School 2 \(2\)"):
        solve(problem, Rules(n_clusters=2, contiguous=False), wanted)
