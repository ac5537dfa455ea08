"""`solve` as a whole: limits, stopping, starting, ranges, honesty, and the same plan again."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import clusters as cl
from clusters.model.compiling import compile_instance
from tests.search.drawn import Case, draw
from tests.worlds import drawn_plan, world

ROOT = Path(__file__).parents[1]
ENOUGH = cl.Settings(work_limit=60.0, time_limit_s=None)
EVEN = cl.Rules(n_clusters=2, balance={"pupils": 0.2})
MAP = """
    5 2 4 1
    3 4 2 6
    1 7 3 2
"""


def _town(n: int = 60, seed: int = 3) -> cl.Problem:
    """A town too large to be settled in a second."""
    rng = np.random.default_rng(seed)
    schools = [
        cl.School(
            urn=f"{p:03}",
            name=f"School {p}",
            easting=float(x),
            northing=float(y),
            measures={"need": float(rng.integers(5, 80))},
        )
        for p, (x, y) in enumerate(rng.uniform(0, 9000, (n, 2)))
    ]
    return cl.build_problem(schools, neighbours="delaunay")


HARD = cl.Rules(n_clusters=20, balance={"need": 0.02})
"""Not proved in a minute for a town of 240 schools."""


# ---- limits and stopping ------------------------------------------------------------------------


def test_the_time_limit_is_honoured() -> None:
    problem = _town(240)
    begin = time.monotonic()
    result = cl.solve(problem, HARD, None, cl.Settings(time_limit_s=2))
    assert time.monotonic() - begin < 2 + 3
    assert result.certificate.ok
    assert result.stopped in ("time limit", "proved")


def test_an_interruption_in_on_progress_keeps_the_best_plan() -> None:
    def interrupt(progress: cl.solver.Progress) -> None:
        if progress.objective is not None:
            raise KeyboardInterrupt

    result = cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=30), on_progress=interrupt)
    assert result.stopped == "interrupted"
    assert result.status == "feasible"
    assert result.certificate.ok
    assert not result.reproducible


def test_stop_at_gap() -> None:
    settings = replace(ENOUGH, stop_at_gap=0.5)
    result = cl.solve(_town(240), HARD, None, settings)
    assert result.gap is not None
    assert result.gap <= 0.5
    assert result.stopped in ("gap reached", "proved")


def test_progress_tells_objective_bound_gap_and_phase() -> None:
    seen: list[cl.solver.Progress] = []
    cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=2), on_progress=seen.append)
    assert seen
    last = seen[-1]
    assert last.n_clusters == 20
    assert last.phase
    assert last.objective is not None
    assert last.bound is not None
    assert last.gap == pytest.approx((last.objective - last.bound) / last.objective)


def test_workers_find_plans_too() -> None:
    for workers in (1, 3):
        settings = cl.Settings(time_limit_s=1.5, workers=workers)
        assert cl.solve(_town(240), HARD, None, settings).certificate.ok


# ---- honesty ------------------------------------------------------------------------------------


def test_the_history_only_gets_better() -> None:
    result = cl.solve(_town(240), HARD, None, cl.Settings(time_limit_s=2))
    seconds, objectives, bounds = zip(*result.history, strict=True)
    found = [value for value in objectives if value is not None]
    proved = [value for value in bounds if value is not None]
    assert list(seconds) == sorted(seconds)
    assert found == sorted(found, reverse=True)
    assert proved == sorted(proved)
    assert result.bound is not None
    assert max(proved) <= min(found)


def test_optimal_means_no_gap() -> None:
    result = cl.solve(world(MAP), EVEN, None, ENOUGH)
    assert (result.status, result.gap, result.bound) == ("optimal", 0.0, result.objective)
    assert result.summary() == "Proved: no plan under these rules is better."


def test_the_summary_says_how_much_better_a_plan_could_be() -> None:
    result = cl.solve(world(MAP), EVEN, None, ENOUGH)
    early = replace(result, status="feasible", gap=0.0123, stopped="time limit")
    assert early.summary() == (
        "Stopped early (time limit): no plan under these rules can be more than 1.23% better."
    )
    blind = replace(result, status="feasible", gap=None, bound=None, stopped="interrupted")
    assert blind.summary() == (
        "Stopped early (interrupted); how much better a plan could be is not known."
    )


def test_a_plan_that_fails_the_verifier_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = world(MAP)
    wrong = cl.verify(problem, EVEN, drawn_plan("Aaaa\nbbbb\nbbbB"))
    assert not wrong.ok
    monkeypatch.setattr("clusters.solver.result.verify", lambda *_: wrong)
    with pytest.raises(cl.ClustersError, match="does not pass the verifier"):
        cl.solve(problem, EVEN, None, ENOUGH)


def test_rules_that_cannot_hold_are_refused_with_a_reason() -> None:
    with pytest.raises(cl.InfeasibleError, match="9 clusters are asked for"):
        cl.solve(world("1 2 3"), cl.Rules(n_clusters=9), None, ENOUGH)
    # no arithmetic shows this one: the two heavy schools are the ends of a line
    rules = cl.Rules(n_clusters=2, together=[["1", "5"]], schools_per_cluster=(2, 3))
    with pytest.raises(cl.InfeasibleError):
        cl.solve(world("1 1 1 1 1"), rules, None, ENOUGH)


# ---- start --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("Aaaa\naabb\nbbbB", id="as good as any"),
        pytest.param("Aaaa\nBBbb\nccCc", id="too many clusters"),
        pytest.param("Abab\nabab\nabaB", id="in pieces"),
        pytest.param("A---\n----\n----", id="nearly empty"),
        pytest.param("aaaa\naaaa\naaaa", id="one cluster, no centre"),
    ],
)
def test_any_plan_is_a_valid_start(start: str) -> None:
    problem = world(MAP)
    fresh = cl.solve(problem, EVEN, None, ENOUGH)
    given = cl.solve(problem, EVEN, None, ENOUGH, start=drawn_plan(start))
    assert given.certificate.ok
    assert given.objective == pytest.approx(fresh.objective)


def test_a_good_start_is_never_lost() -> None:
    problem = _town(240)
    good = cl.solve(problem, HARD, None, cl.Settings(time_limit_s=3))
    again = cl.solve(problem, HARD, None, cl.Settings(time_limit_s=0.3), start=good.plan)
    assert again.objective <= good.objective * (1 + 1e-12)


# ---- a range of numbers of clusters -------------------------------------------------------------


def test_a_range_returns_the_best_of_its_counts_and_the_figures_of_each() -> None:
    problem = world(MAP)
    rules = cl.Rules(n_clusters=(2, 4), balance={"pupils": 0.3})
    result = cl.solve(problem, rules, None, ENOUGH)
    alone = {
        k: cl.solve(problem, replace(rules, n_clusters=k), None, ENOUGH).objective
        for k in (2, 3, 4)
    }
    assert result.objective == pytest.approx(min(alone.values()))
    assert [row.n_clusters for row in result.by_count] == [2, 3, 4]
    for row in result.by_count:
        if row.objective is not None:
            assert row.objective >= alone[row.n_clusters] * (1 - 1e-9)
            assert row.plan is not None
            assert len(row.plan.clusters) == row.n_clusters
        if row.bound is not None:
            assert row.bound <= alone[row.n_clusters] * (1 + 1e-9)


def _line(n: int) -> cl.Problem:
    ids = [f"s{p:03}" for p in range(n)]
    xy = [(1000 * p, 300 * (p * p % 7)) for p in range(n)]
    need = [3 + p * p % 11 for p in range(n)]
    return cl.Problem.from_arrays(ids, xy, {"need": need}, list(itertools.pairwise(ids)))


SIZED = cl.Rules(n_clusters=3, schools_per_cluster=(6, 20))


@pytest.mark.parametrize("high", [4, 30, 10**9])
def test_a_range_gives_plan_status_and_bound_of_its_best_count(high: int) -> None:
    problem = _line(27)  # 5 clusters of at least 6 schools would need 30
    alone = cl.solve(problem, replace(SIZED, n_clusters=4), None, ENOUGH)
    result = cl.solve(problem, replace(SIZED, n_clusters=(2, high)), None, ENOUGH)
    assert result.plan.assignment == alone.plan.assignment
    assert (result.status, result.stopped) == (alone.status, alone.stopped)
    assert result.bound == pytest.approx(alone.bound)


def test_counts_that_arithmetic_rules_out_are_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def counting(problem, rules, priorities, k):  # type: ignore[no-untyped-def]
        compiled.append(k)
        return compile_instance(problem, rules, priorities, k)

    for module in ("counts", "bound.ranges"):
        monkeypatch.setattr(f"clusters.search.{module}.compile_instance", counting)
    result = cl.solve(_line(27), replace(SIZED, n_clusters=(1, 27)), None, ENOUGH)
    assert set(compiled) <= {2, 3, 4}
    assert [row.status for row in result.by_count if row.n_clusters not in (2, 3, 4)] == [
        "none exists"
    ] * 24


@pytest.mark.parametrize("asked", [(1, 2000), (1, 10**9), (12, 10**9)])
def test_a_range_beyond_the_number_of_schools_ends_there(asked: tuple[int, int]) -> None:
    begin = time.monotonic()
    result = cl.solve(_line(12), cl.Rules(n_clusters=asked), None, ENOUGH)
    assert (result.status, result.objective, len(result.plan.clusters)) == ("optimal", 0.0, 12)
    assert result.by_count == () or result.by_count[-1].n_clusters == 12
    assert time.monotonic() - begin < 20


def test_a_range_wholly_beyond_the_number_of_schools_is_refused_at_once() -> None:
    begin = time.monotonic()
    with pytest.raises(cl.InfeasibleError, match="13 clusters"):
        cl.solve(_line(12), cl.Rules(n_clusters=(13, 10**9)), None, ENOUGH)
    with pytest.raises(cl.InfeasibleError, match="5 clusters"):
        cl.solve(_line(27), replace(SIZED, n_clusters=(5, 10**9)), None, ENOUGH)
    assert cl.why_no_plan(_line(27), replace(SIZED, n_clusters=(5, 10**9))).reasons
    assert time.monotonic() - begin < 20


@pytest.mark.slow
def test_a_wide_range_with_balance_is_proved_as_its_counts_are() -> None:
    problem, rules = _line(14), cl.Rules(n_clusters=(1, 14), balance={"need": 0.35})
    result = cl.solve(problem, rules, None, ENOUGH)
    best = np.inf
    for k in range(1, 15):
        try:
            alone = cl.solve(problem, replace(rules, n_clusters=k), None, ENOUGH)
        except cl.InfeasibleError:
            continue
        assert alone.status == "optimal"
        best = min(best, alone.objective)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(best)


@pytest.mark.parametrize("work", [0.02, 0.05, 0.1, 0.3])
def test_no_bound_is_ever_negative(work: float) -> None:
    problem, rules = _town(), cl.Rules(n_clusters=(5, 30), balance={"need": 0.3})
    seen: list[cl.solver.Progress] = []
    try:
        result = cl.solve(
            problem,
            rules,
            None,
            cl.Settings(work_limit=work, time_limit_s=None),
            on_progress=seen.append,
        )
    except cl.OutOfTimeError:
        return
    bounds = [result.bound, *(row.bound for row in result.by_count)]
    bounds += [row[2] for row in result.history] + [state.bound for state in seen]
    assert all(bound is None or bound >= 0 for bound in bounds)
    assert result.gap is None or 0 <= result.gap <= 1


@pytest.mark.long
@pytest.mark.slow
def test_a_wide_range_of_many_schools_has_a_plan_about_as_good_as_one_count() -> None:
    problem, limit = _town(600), cl.Settings(time_limit_s=30)
    rules = cl.Rules(n_clusters=(60, 70), balance={"need": 0.5})
    alone = cl.solve(problem, replace(rules, n_clusters=70), None, limit)
    result = cl.solve(problem, rules, None, limit)
    assert result.objective <= alone.objective * 1.03
    assert result.gap is not None
    assert result.gap < 0.06


def test_one_count_has_no_figures_per_count() -> None:
    assert cl.solve(world(MAP), EVEN, None, ENOUGH).by_count == ()


# ---- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"time_limit_s": 0},
        {"time_limit_s": float("nan")},
        {"time_limit_s": None},
        {"work_limit": -1},
        {"seed": -1},
        {"seed": 1.5},
        {"seed": True},
        {"workers": 0},
        {"stop_at_gap": 1.0},
        {"stop_at_gap": -0.1},
    ],
)
def test_settings_out_of_range_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(cl.RulesError):
        cl.Settings(**given)  # type: ignore[arg-type]


def test_every_fault_of_the_settings_is_listed_at_once() -> None:
    with pytest.raises(cl.RulesError) as caught:
        cl.Settings(time_limit_s=-1, seed=-1, workers=0, stop_at_gap=2)
    assert len(caught.value.faults) == 4


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(TypeError, match="time_limit"):
        cl.Settings(time_limit=3)  # type: ignore[call-arg]


# ---- the same plan again ------------------------------------------------------------------------

AGAIN = """
    import sys
    import numpy as np
    import clusters as cl
    rng = np.random.default_rng(5)
    n = 40
    xy, need = rng.uniform(0, 5000, (n, 2)), rng.integers(5, 80, n)
    ids = [f"s{p}" for p in range(n)]
    order = np.random.default_rng(int(sys.argv[1])).permutation(n)
    schools = [
        cl.School(urn=ids[p], name=ids[p], easting=xy[p, 0], northing=xy[p, 1],
                  measures={"need": float(need[p])})
        for p in order
    ]
    problem = cl.build_problem(schools, neighbours="delaunay")
    rules = cl.Rules(n_clusters=5, balance={"need": 0.05})
    settings = cl.Settings(work_limit=1.5, time_limit_s=None, seed=4)
    result = cl.solve(problem, rules, None, settings)
    groups = sorted(tuple(sorted(c.members)) + (c.centre,) for c in result.plan.clusters)
    print(round(result.objective, 6), groups)
"""


def _run(code: str, *arguments: str, hash_seed: str = "0") -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_work_limit_gives_the_same_plan_across_processes_and_row_orders() -> None:
    answers = {_run(AGAIN, row_order, hash_seed=row_order) for row_order in ("1", "2")}
    assert len(answers) == 1


def test_a_work_limit_is_said_to_be_reproducible() -> None:
    assert cl.solve(world(MAP), EVEN, None, ENOUGH).reproducible


# ---- metamorphic --------------------------------------------------------------------------------


def _proved(case: Case) -> float | None:
    """Proved least cost; None where there is no plan."""
    try:
        result = cl.solve(case.problem, case.rules, case.priorities, ENOUGH)
    except cl.InfeasibleError:
        return None
    assert result.status == "optimal"
    return result.objective


def _permuted(problem: cl.Problem, order: np.ndarray) -> cl.Problem:
    rank = np.argsort(order)
    assert problem.edges is not None
    return cl.Problem.from_schools(
        [problem.schools[p] for p in order],
        travel=problem.travel[np.ix_(order, order)],
        travel_unit=problem.travel_unit,
        edges=rank[problem.edges],
    )


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_the_schools_does_not_matter(seed: int) -> None:
    case = draw(40_000 + seed)
    order = np.random.default_rng(seed).permutation(len(case.problem))
    first = _proved(case)
    again = _proved(replace(case, problem=_permuted(case.problem, order)))
    assert (first is None) == (again is None)
    assert first is None or again == pytest.approx(first, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_longer_journeys_cost_in_proportion(seed: int) -> None:
    case = draw(41_000 + seed, ("balance", "contiguous", "together", "apart"), ("travel",))
    longer = replace(case, problem=replace(case.problem, travel=3.0 * case.problem.travel))
    first, again = _proved(case), _proved(longer)
    assert (first is None) == (again is None)
    assert first is None or again == pytest.approx(3 * first, rel=1e-9)


RELAXED = {
    "balance": {},
    "limits": {},
    "schools_per_cluster": None,
    "max_travel_m": None,
    "max_travel_min": None,
    "contiguous": False,
    "expertise": {},
    "together": (),
    "apart": (),
    "centres": None,
}


@pytest.mark.parametrize("seed", range(16))
def test_relaxing_a_rule_is_never_worse(seed: int) -> None:
    """Which is to say that adding one is never better."""
    case = draw(
        42_000 + seed, [n for n in RELAXED if not n.startswith("max")], ("travel", "change")
    )
    tight = _proved(case)
    name = list(RELAXED)[seed % len(RELAXED)]
    loose = _proved(replace(case, rules=replace(case.rules, **{name: RELAXED[name]})))
    if tight is not None:
        assert loose is not None
        assert loose <= tight * (1 + 1e-7) + 1e-9
