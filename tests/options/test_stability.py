"""How sure each school's place is: exact on tiny maps, reproducible, the same in any executor."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import clusters as cl
from clusters.options import stability
from clusters.options.draws import changed_facts, changed_weights, placed
from clusters.options.near_plans import every_near_plan, limit_of, walked_plans
from tests.options.tiny import canonical, drawn, every_plan
from tests.worlds import drawn_plan, world

QUICK = cl.Settings(time_limit_s=None, work_limit=2.0, seed=3)
MAP = "23452\n34563\n45674\n23452"
RULES = cl.Rules(n_clusters=4, schools_per_cluster=(3, 7))
COMMON = cl.Priorities(travel_by="pupils")


@pytest.fixture(scope="module")
def best():
    return cl.solve(world(MAP), RULES, COMMON, cl.Settings(time_limit_s=10)).plan


@pytest.fixture(scope="module")
def answer(best):
    return stability(
        world(MAP), RULES, best, COMMON, QUICK, errors=0.2, within=0.03, draws=6, weights=None
    )


# ---- every plan that is nearly as good ----------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_every_near_plan_is_there_and_no_other(seed):
    problem, rules, priorities = drawn(seed, n=5 + seed % 2)
    every = every_plan(problem, rules, priorities)
    found = every_near_plan(problem, rules, priorities, 0.25)
    assert found is not None
    limit = limit_of(min(every.values(), default=0.0), 0.25)
    near = {labels: cost for labels, cost in every.items() if cost <= limit}
    assert {canonical(groups): pytest.approx(cost) for cost, groups in found} == near
    assert len(found) == len(near)


@pytest.mark.parametrize("seed", range(4))
def test_shares_of_near_plans_equal_brute_force(seed):
    problem, rules, priorities = drawn(seed + 40, n=6)
    every = every_plan(problem, rules, priorities)
    if not every:
        pytest.skip("drew rules that no plan keeps")
    best = min(every, key=lambda labels: every[labels])
    near = [x for x, cost in every.items() if cost <= limit_of(every[best], 0.3)]
    plan = dict(zip(problem.ids, map(str, best), strict=True))
    answer = stability(
        problem, rules, plan, priorities, QUICK, errors=None, weights=None, within=0.3
    )
    assert answer.causes["near"].exact
    assert len(answer.causes["near"]) == len(near)
    ids = problem.ids
    for a in range(len(ids)):
        for b in range(a + 1, len(ids)):
            share = Fraction(sum(x[a] == x[b] for x in near), len(near))
            assert answer.together(ids[a], ids[b]) == share
    frame = answer.to_frame("pair")
    shown = dict(zip(zip(frame.school, frame.other, strict=True), frame.together_near, strict=True))
    assert shown == {
        (ids[a], ids[b]): float(answer.together(ids[a], ids[b]))
        for a in range(len(ids))
        for b in range(a + 1, len(ids))
        if answer.together(ids[a], ids[b]) > 0
    }


def test_a_walk_comes_by_every_near_plan_equally_often():
    problem = cl.Problem.from_arrays(
        list("abcdefgh"),
        [
            [0, 0],
            [1000, 0],
            [2000, 0],
            [3000, 0],
            [0, 1000],
            [1000, 1000],
            [2000, 1000],
            [3000, 1000],
        ],
        {"need": [3, 4, 4, 3, 2, 4, 4, 3]},
        [(x, y) for x, y in ("ab", "bc", "cd", "ef", "fg", "gh", "ae", "bf", "cg", "dh")],
    )
    rules, priorities = cl.Rules(n_clusters=2), cl.Priorities()
    every = every_near_plan(problem, rules, priorities, 0.5)
    assert every is not None
    assert len(every) > 8
    plan = cl.Plan.from_assignment(
        {
            key: problem.ids[list(every[0][1]).index(g)]
            for key, g in zip(problem.ids, every[0][1], strict=True)
        }
    )
    limit = limit_of(every[0][0], 0.5)
    walked = walked_plans(
        problem, rules, priorities, plan, limit, draws=600, rng=np.random.default_rng(1), sweeps=10
    )
    assert all(cost <= limit for cost, _ in walked)
    count = {canonical(groups): 0 for _, groups in every}
    for _, groups in walked:
        count[canonical(groups)] += 1
    share = 600 / len(every)
    assert min(count.values()) > 0.4 * share
    assert max(count.values()) < 2.0 * share


# ---- draws --------------------------------------------------------------------------------------


def test_errors_keep_within_their_size_and_follow_the_seed():
    problem = world(MAP)
    drawn_ = list(changed_facts(problem, {"pupils": 0.05}, 0.0, 7, 40))
    ratios = np.array([p.measures["pupils"] / problem.measures["pupils"] for p in drawn_])
    assert ratios.min() >= 0.95 - 1e-6
    assert ratios.max() <= 1.05 + 1e-6
    assert ratios.min() < 0.952
    assert ratios.max() > 1.048
    assert abs(np.corrcoef(ratios[:, 0], ratios[:, 1])[0, 1]) < 0.5  # each school by itself
    fewer = list(changed_facts(problem, {"pupils": 0.05}, 0.0, 7, 3))
    assert (fewer[2].measures["pupils"] == drawn_[2].measures["pupils"]).all()
    other = next(changed_facts(problem, {"pupils": 0.05}, 0.0, 8, 1))
    assert (other.measures["pupils"] != drawn_[0].measures["pupils"]).any()


def test_a_common_error_is_shared():
    problem = world(MAP)
    shared = next(changed_facts(problem, {"pupils": 0.0}, 0.1, 7, 1))
    ratios = shared.measures["pupils"] / problem.measures["pupils"]
    assert np.ptp(ratios) < 1e-6
    assert ratios[0] != 1


def test_weights_are_between_half_and_double():
    given = cl.Priorities(travel_by="pupils", balance=3.0)
    for other in changed_weights(given, 2.0, 1, 30):
        assert 0.5 <= other.travel <= 2
        assert 1.5 <= other.balance <= 6
        assert other.expertise == 0


def test_names_of_clusters_play_no_part():
    base = np.array([0, 0, 0, 1, 1, 2])
    assert placed(base, np.array([5, 5, 5, 0, 0, 1]), 3).tolist() == base.tolist()
    moved = placed(base, np.array([1, 1, 0, 0, 0, 2]), 3)
    assert moved.tolist() == [0, 0, 1, 1, 1, 2]
    extra = placed(base, np.array([0, 0, 3, 1, 1, 2]), 3)
    assert extra.tolist() == [0, 0, 3, 1, 1, 2]


# ---- the answer ---------------------------------------------------------------------------------


def test_figures_and_sentences_agree(answer):
    frame = answer.to_frame()
    draws = answer.to_frame("draw")
    assert len(draws[draws.cause == "errors"]) == 6
    for cause in ("errors", "near"):
        held = answer.causes[cause]
        moved = draws[draws.cause == cause].schools_elsewhere
        assert moved.sum() == (len(held) - frame[f"here_{cause}"]).sum()
        assert set(frame[f"of_{cause}"]) == {len(held)}
        shares = answer.shares(cause)
        assert [shares[key] * len(held) for key in frame.school] == list(frame[f"here_{cause}"])
    least = answer.shares()
    assert all(least[k] == min(answer.shares(c)[k] for c in answer.causes) for k in least)
    row = frame.loc[(frame.here_errors < 6) & (frame.here_errors > 0)].iloc[0]
    assert f"in {row.here_errors} of 6 draws with errors of up to 20% in pupils" in row.sentence
    assert row.else_errors != row.cluster
    sure = frame.loc[frame.here_errors == 6].iloc[0]
    assert "in all 6 draws" in sure.sentence


def test_each_draw_is_the_best_of_what_was_drawn(answer):
    for number, problem in enumerate(changed_facts(world(MAP), {"pupils": 0.2}, 0.0, 3, 3)):
        result = cl.solve(problem, RULES, COMMON, cl.Settings(time_limit_s=10))
        draw = answer.causes["errors"].drawn[number]
        assert draw.status == result.status == "optimal"
        assert draw.cost == pytest.approx(result.objective)
    assert "For each draw the plan is proved to be the best." in answer.summary()


def test_the_same_seed_gives_the_same_answer_in_any_executor(best, answer):
    with ThreadPoolExecutor(2) as executor:
        again = stability(
            world(MAP),
            RULES,
            best,
            COMMON,
            QUICK,
            errors=0.2,
            within=0.03,
            draws=6,
            weights=None,
            executor=executor,
        )
    assert again.to_frame().equals(answer.to_frame())
    assert again.to_frame("draw").equals(answer.to_frame("draw"))
    assert answer.reproducible
    assert pickle.loads(pickle.dumps(answer)).to_frame().equals(answer.to_frame())


def test_a_plan_that_is_not_the_best_is_said_not_to_be():
    problem = world("11111111")
    rules = cl.Rules(n_clusters=2)
    poor = drawn_plan("aAbbbbbB")
    found = stability(
        problem, rules, poor, cl.Priorities(travel_by="pupils"), QUICK, draws=2, weights=None
    )
    assert "the plan asked about is not the best" in found.summary()
    assert min(found.shares("errors").values()) == 0


def test_other_priorities_are_tried_by_name():
    problem = world("91111119", measures={"need": "11111111"})
    rules = cl.Rules(n_clusters=2, schools_per_cluster=(2, 6))
    common = cl.Priorities(travel_by="pupils")
    plan = cl.solve(problem, rules, common, cl.Settings(time_limit_s=5)).plan
    others = {"every school alike": cl.Priorities(travel_by="schools"), "as it is": common}
    found = stability(problem, rules, plan, common, QUICK, errors=None, weights=others, within=None)
    assert list(found.to_frame("draw").draw) == list(others)
    assert found.to_frame("draw").schools_elsewhere.iloc[1] == 0
    assert "2 other sets of priorities" in found.summary()


def test_one_priority_alone_cannot_be_weighed(answer, best):
    found = stability(world(MAP), RULES, best, COMMON, QUICK, errors=None, within=None)
    assert "weights" not in found.causes
    assert "only one priority has a weight" in found.summary()


def test_draws_without_a_plan_are_counted_apart():
    problem = world("44444444")
    rules = cl.Rules(n_clusters=2, limits={"pupils": (16, 16)})
    plan = drawn_plan("aaaAbBbb")
    common = cl.Priorities(travel_by="pupils")
    found = stability(problem, rules, plan, common, QUICK, draws=3, weights=None, within=None)
    assert len(found.causes["errors"]) == 0
    assert "3 further draws: it is proved that no plan keeps the rules" in found.summary()
    for cause in (None, "errors"):
        with pytest.raises(cl.ArgumentError, match="no draw has a plan"):
            found.shares(cause)


def test_what_does_not_fit_is_refused(best):
    problem = world(MAP)
    with pytest.raises(cl.DataError, match="the plan breaks a rule"):
        stability(problem, cl.Rules(n_clusters=9), best, COMMON)
    for wrong, words in (
        ({"errors": 5}, "write 5% as 0.05"),
        ({"errors": {"schools": 0.1}}, "has no error"),
        ({"errors": {"wishes": 0.1}}, "there is no measure"),
        ({"weights": 0.5}, "above 1"),
    ):
        with pytest.raises(cl.RulesError, match=words):
            stability(problem, RULES, best, COMMON, QUICK, **wrong)
    with pytest.raises(cl.ArgumentError, match="draws is 0"):
        stability(problem, RULES, best, COMMON, draws=0)


def test_progress_is_reported(best):
    seen = []
    stability(
        world(MAP),
        RULES,
        best,
        COMMON,
        QUICK,
        draws=3,
        within=None,
        weights=None,
        on_progress=lambda done, of: seen.append((done, of)),
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


SCRIPT = """
import clusters as cl
from tests.worlds import world

if __name__ == "__main__":
    problem = world("\\n".join(["23453214"] * 8))
    rules = cl.Rules(n_clusters=8, schools_per_cluster=(6, 10))
    priorities = cl.Priorities(travel_by="pupils", balance=0.2)
    plan = cl.solve(problem, rules, priorities, cl.Settings(time_limit_s=None, work_limit=1)).plan
    each = cl.Settings(time_limit_s=None, work_limit=3)
    answer = cl.options.stability(
        problem, rules, plan, priorities, each, draws=1000,
        on_progress=lambda done, of: print("draw", done, flush=True))
    print(answer.summary())
"""


@pytest.mark.slow
def test_a_signal_ends_the_draws_and_keeps_those_made(tmp_path):
    root = Path(__file__).parents[2]
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    path = os.pathsep.join([str(root), str(root / "src")])
    with subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(60) == 0
    assert lines[0] == "draw 1\n"
    assert re.search(r"Interrupted after \d+ of 1000 draws with errors", rest)
    assert "Interrupted after 0 of 1000 draws with weights" in rest
    assert re.search(r"^In \d+ draws? with errors", rest, re.MULTILINE)


# ---- the map ------------------------------------------------------------------------------------


def test_the_map_says_doubt_by_pattern_and_in_words(best):
    problem = world(MAP)
    ids = problem.ids
    shares = dict.fromkeys(ids, 1.0) | {ids[0]: 0.95, ids[1]: Fraction(1, 2), ids[2]: 0.1}
    drawing = cl.maps.certainty_svg(problem, best, shares, title="How sure")
    for pattern in ("degree-1", "degree-2", "degree-3"):
        assert f'fill="url(#certainty-{pattern})"' in drawing
        lines = re.search(rf'id="certainty-{pattern}".*?<path d="([^"]+)"', drawing, re.DOTALL)
        assert lines is not None
    patterns = re.findall(r'id="certainty-degree-\d".*?<path d="([^"]+)"', drawing)
    assert len(set(patterns)) == 3  # told apart without colour
    assert "here in 95% of the cases" in drawing
    assert "here in less than half of the cases" in drawing
    assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")
    certain = cl.maps.certainty_svg(problem, best, dict.fromkeys(ids, 1), title="Sure")
    assert 'fill="url(#certainty-degree' not in certain
    assert "0 schools are not always" in certain


def test_a_share_that_is_none_is_refused(best):
    with pytest.raises(cl.ArgumentError, match=r"96 of 100 as 0\.96"):
        cl.maps.certainty_svg(world(MAP), best, {world(MAP).ids[0]: 96}, title="x")
    with pytest.raises(cl.ArgumentError, match="no school"):
        cl.maps.certainty_svg(world(MAP), best, {"nowhere": 1}, title="x")


def test_an_answer_draws_its_own_map(answer):
    assert "6 draws with errors of up to 20% in pupils" in answer.to_svg("errors")
    with pytest.raises(cl.ArgumentError, match="no draws of 'weights'"):
        answer.to_svg("weights")
