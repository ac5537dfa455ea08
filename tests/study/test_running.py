"""Every case once, whatever goes wrong with some of them."""

from __future__ import annotations

import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import clusters as cl
from tests.study.answers import PROBLEM, RULES, begun, case, cases, noted, troubled

study = cl.study


# ---- the usual way ------------------------------------------------------------------------------


def test_a_study_solves_each_case_and_gives_one_row_for_each(tmp_path):
    rows = [{"rules.n_clusters": k, "label.wish": f"{k} groups"} for k in (1, 2, 3)]
    made = study.cases(rows, PROBLEM, priorities=cl.Priorities(travel_by="pupils"))
    done = study.run(made, tmp_path / "store")
    frame = done.to_frame()
    assert frame["status"].tolist() == ["optimal"] * 3
    assert frame["clusters"].tolist() == [1, 2, 3]
    assert frame["wish"].tolist() == ["1 groups", "2 groups", "3 groups"]
    for name, one in zip(frame.index, made, strict=True):
        alone = cl.solve(one.problem, one.rules, one.priorities, cl.Settings(workers=1))
        assert frame.loc[name, "objective"] == alone.objective
        assert cl.verify(PROBLEM, one.rules, done.plan(name), one.priorities).ok
    assert [name for name, _ in done.plans()] == frame.index.tolist()
    assert done.complete
    assert "3 cases: 3 optimal." in done.summary()
    assert len(repr(done)) < 200


def test_a_case_takes_one_thread_unless_it_says_otherwise():
    assert case("a").settings.workers == 1
    two = cl.Settings(workers=2)
    assert study.Case(name="b", problem=PROBLEM, rules=RULES, settings=two).settings.workers == 2


def test_the_start_of_a_case_reaches_the_search(tmp_path):
    best = cl.solve(PROBLEM, RULES, cl.Priorities(travel_by="pupils")).plan
    one = study.Case(
        name="a",
        problem=PROBLEM,
        rules=RULES,
        priorities=cl.Priorities(travel_by="pupils"),
        start=best.labels,
    )
    assert study.run([one], tmp_path).to_frame()["status"].tolist() == ["optimal"]


# ---- again --------------------------------------------------------------------------------------


def test_a_second_call_begins_what_is_missing_and_nothing_else(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    study.run(cases(3, log=log), store, using=noted)
    done = study.run(cases(5, log=log), store, using=noted)
    assert begun(log) == ["1", "2", "3", "4", "5"]
    assert done.found == 3
    assert done.to_frame()["value"].tolist() == [10, 20, 30, 40, 50]
    assert study.read_store(store).to_frame()["value"].tolist() == [10, 20, 30, 40, 50]


def test_the_same_content_under_two_names_is_worked_out_once(tmp_path):
    log = tmp_path / "log"
    twins = [case("a", log=log, wish="this"), case("b", log=log, wish="that")]
    frame = study.run(twins, tmp_path / "store", using=noted).to_frame()
    assert begun(log) == ["a"]
    assert frame["value"].tolist() == [10, 10]
    assert frame["wish"].tolist() == ["this", "that"]


def test_errors_of_the_machine_are_tried_again_and_answers_are_not(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    names = ["bug", "memory", "data", "infeasible", "late"]
    made = [case(name, seed=k, log=log) for k, name in enumerate(names)]
    study.run(made, store, using=troubled)
    study.run(made, store, using=troubled)
    assert begun(log) == [*names, "bug", "memory"]


# ---- what goes wrong ----------------------------------------------------------------------------


def test_one_bad_case_of_each_kind_stops_nothing(tmp_path):
    log = tmp_path / "log"
    names = ["bug", "memory", "data", "infeasible", "late", "object", "good"]
    made = [case(name, seed=k, log=log) for k, name in enumerate(names)]
    wrong = study.cases([{"name": "wrong", "rules.n_clusters": 0}], PROBLEM)
    done = study.run([*wrong, *made], tmp_path / "store", using=troubled)
    frame = done.to_frame()
    assert frame["status"].to_dict() == {
        "wrong": "refused",
        "bug": "failed",
        "memory": "failed",
        "data": "refused",
        "infeasible": "infeasible",
        "late": "no plan in time",
        "object": "refused",
        "good": "done",
    }
    assert frame.loc["data", "faults"] == "1 is odd - correct it; 3 is odd - correct it"
    assert frame.loc["infeasible", "faults"] == "one rule; another"
    assert "division by zero" in frame.loc["bug", "error"]
    assert frame.loc["memory", "error"] == "MemoryError"
    assert done.to_frame("faults").loc["data", "what"].tolist() == ["1 is odd", "3 is odd"]
    told = done.summary()
    assert "division by zero" in told
    assert "'good'" not in told
    with pytest.raises(cl.DataError, match="'bug' has no plan: it is 'failed'"):
        done.plan("bug")
    with pytest.raises(cl.DataError, match="no case 'none'"):
        done.plan("none")


def test_rules_that_do_not_fit_the_data_are_rows(tmp_path):
    rows = [
        {"name": "too many", "rules.n_clusters": 60},
        {"name": "no measure", "rules.n_clusters": 2, "priorities.travel_by": "pupil"},
        {"name": "fits", "rules.n_clusters": 2, "priorities.travel_by": "pupils"},
    ]
    frame = study.run(study.cases(rows, PROBLEM), tmp_path).to_frame()
    assert frame["status"].tolist() == ["infeasible", "refused", "optimal"]
    assert "'pupil'" in frame.loc["no measure", "error"]


def test_wrong_arguments_are_refused_before_anything_runs(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    good = cases(1, log=log)
    for given, told in (
        ({"cases": [*good, *good]}, "two cases are called '1'"),
        ({"cases": []}, "there are no cases"),
        ({"cases": [PROBLEM]}, r"cases\[0\] is a Problem"),
        ({"cases": 5}, "cases is the number 5"),
        ({"workers": 0}, "workers is 0"),
        ({"workers": True}, "workers is True"),
        ({"attempts": 0}, "attempts is 0"),
        ({"executor": "tcp://here"}, "executor is the text 'tcp://here'"),
        ({"executor": ThreadPoolExecutor(1), "workers": 1}, "both workers and executor"),
        ({"using": lambda _: {}}, "using is not a function that a module defines"),
        ({"using": 7}, "using is the number 7"),
        ({"store": None}, "store is None"),
        ({"runner": 1}, "unexpected keyword"),
    ):
        call = {"cases": good, "store": store, "using": noted, **given}
        with pytest.raises(cl.ArgumentError, match=told):
            study.run(**call)
    assert begun(log) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": " "}, "name is blank"),
        ({"name": 5}, "name is the number 5"),
        ({"labels": {"a": [1]}}, r"labels\['a'\] is a list"),
        ({"problem": RULES}, "problem is a Rules"),
        ({"settings": {}}, "settings is a dict"),
    ],
)
def test_a_case_of_the_wrong_kind_is_refused(wrong, told):
    with pytest.raises(cl.ArgumentError, match=told):
        study.Case(**{"name": "a", "problem": PROBLEM, "rules": RULES, **wrong})


def test_an_error_in_on_progress_ends_the_study_and_is_raised(tmp_path):
    def fail(_):
        raise ValueError("enough")

    before = threading.active_count()
    with pytest.raises(ValueError, match="enough"):
        study.run(cases(3, log=tmp_path / "log"), tmp_path / "s", using=noted, on_progress=fail)
    assert threading.active_count() == before


def test_a_full_disk_ends_the_study_in_one_sentence_and_keeps_what_was_done(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    made = [case(n, seed=k, log=log) for k, n in enumerate(("one", "large", "two"))]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(cl.DataError, match=r"cannot be written \(File too large\)"):
            study.run(made, store, using=troubled)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.suffix for path in (store / "cases").iterdir()] == [".json"]
    assert study.read_store(store).to_frame()["status"].to_dict() == {"one": "done"}
    assert study.run(made, store, using=troubled).complete
    assert begun(log) == ["one", "large", "large", "two"]


# ---- several runners ----------------------------------------------------------------------------


def test_two_runners_on_one_store_share_the_cases(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    made = cases(12, log=log, wait=0.05)
    studies = []

    def work() -> None:
        studies.append(study.run(made, store, using=noted))

    runners = [threading.Thread(target=work) for _ in range(2)]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join()
    assert sorted(begun(log), key=int) == [str(k) for k in range(1, 13)]
    for done in studies:
        assert done.to_frame()["value"].tolist() == [10 * k for k in range(1, 13)]
    assert list((store / "claims").iterdir()) == []


def test_any_executor_of_the_standard_interface_will_do_and_is_left_open(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        done = study.run(cases(7, log=tmp_path / "log"), tmp_path / "s", executor=pool, using=noted)
        assert pool.submit(int).result() == 0
    assert done.to_frame()["value"].tolist() == [10 * k for k in range(1, 8)]


def test_an_executor_that_takes_no_more_ends_the_study_in_one_sentence(tmp_path):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(cl.ClustersError, match=r"takes no more cases.*goes on from there"):
        study.run(cases(2, log=tmp_path / "log"), tmp_path / "s", executor=pool, using=noted)


# ---- progress -----------------------------------------------------------------------------------


def test_progress_counts_and_estimates(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    study.run(cases(2, log=log), store, using=noted)
    seen = []
    wrong = study.cases([{"name": "wrong", "rules.n_clusters": 0}], PROBLEM)
    made = [*cases(8, log=log, wait=0.1), *wrong]
    begin = time.monotonic()
    study.run(made, store, using=noted, on_progress=seen.append)
    took = time.monotonic() - begin
    assert {one.total for one in seen} == {9}
    assert {one.found for one in seen} == {2}
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert (seen[0].done, seen[0].left_s) == (3, None)
    assert (seen[-1].done, seen[-1].running, seen[-1].left_s) == (9, 0, 0.0)
    assert {one.failed for one in seen} == {1}
    middle = next(one for one in seen if one.done == 6)
    assert middle.left_s is not None
    assert 0.25 <= middle.left_s <= 2 * took
    assert np.isclose(seen[-1].seconds, took, atol=0.5)
