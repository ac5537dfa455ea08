"""The store: whole records or none, whatever happened to its files."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

import clusters as cl
from clusters.study.locks import Claims
from clusters.study.store import Store
from tests.study.answers import PROBLEM, RULES, begun, cases, noted

study = cl.study


def files(store: Path) -> list[Path]:
    return sorted((store / "cases").iterdir())


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 8)


def other_value(path: Path) -> None:
    path.write_text(path.read_text().replace('"value": ', '"value": 9'))


def other_name(path: Path) -> None:
    path.write_text(path.read_text().replace(path.stem, "0" * 32))


def a_list(path: Path) -> None:
    path.write_text("[1, 2]")


def nested(path: Path) -> None:
    path.write_text("[" * 100_000)


@pytest.mark.parametrize("damage", [cut, empty, garbage, other_value, other_name, a_list, nested])
def test_a_damaged_record_is_set_aside_and_worked_out_again(tmp_path, damage):
    log, store = tmp_path / "log", tmp_path / "store"
    first = study.run(cases(3, log=log), store, using=noted).to_frame()
    damage(files(store)[1])
    done = study.run(cases(3, log=log), store, using=noted)
    assert len(begun(log)) == 4
    assert done.to_frame()["value"].tolist() == first["value"].tolist()
    assert "1 damaged record is set aside" in done.summary()
    assert [path.name for path in (store / "damaged").iterdir()] == [files(store)[1].name]
    assert len(files(store)) == 3


def test_what_is_no_record_is_left_alone(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    study.run(cases(1, log=log), store, using=noted)
    (store / "cases" / "notes.json").write_text("{}")
    assert len(study.read_store(store)) == 1
    assert (store / "cases" / "notes.json").exists()


def test_a_record_is_plain_json_that_says_what_was_run(tmp_path):
    study.run(cases(1, log=tmp_path / "log"), tmp_path / "s", using=noted)
    record = json.loads(files(tmp_path / "s")[0].read_text())["record"]
    assert record["name"] == "1"
    assert record["status"] == "done"
    assert record["figures"] == {"value": 10}
    assert record["versions"]["clusters"] == cl.__version__
    assert record["key"] == files(tmp_path / "s")[0].stem


def test_plans_come_back_with_ids_of_their_kind(tmp_path):
    problem = cl.Problem.from_arrays([7, 8, "é"], [[0, 0], [1, 0], [2, 0]], {"need": [1, 1, 1]})
    one = study.Case(
        name="ids", problem=problem, rules=cl.Rules(n_clusters=1, contiguous=False), labels={}
    )
    done = study.run([one], tmp_path)
    assert set(done.plan("ids").clusters[0].members) == {7, 8, "é"}
    assert study.read_store(tmp_path).plan("ids") == done.plan("ids")


def test_what_a_killed_runner_has_left_half_written_is_cleared(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    study.run(cases(1, log=log), store, using=noted)
    old, new = (store / "cases" / f".{name}.77.part.json" for name in ("old", "new"))
    for draft in (old, new):
        draft.write_text("{")
    os.utime(old, (time.time() - 10_000,) * 2)
    assert study.run(cases(2, log=log), store, using=noted).complete
    assert not old.exists()
    assert new.exists()  # it may be another runner's


# ---- folders that are none ----------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_runs(tmp_path):
    log = tmp_path / "log"
    (tmp_path / "file").write_text("")
    for store, told in (
        (tmp_path / "file", "cannot be written to"),
        (tmp_path / "file" / "below", "cannot be written to"),
        (Path("/proc/none"), "cannot be written to"),
    ):
        with pytest.raises(cl.DataError, match=told):
            study.run(cases(1, log=log), store, using=noted)
    assert begun(log) == []


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("")
    with pytest.raises(cl.DataError, match="the folder holds no study - give a new folder"):
        study.run(cases(1, log=tmp_path / "log"), tmp_path, using=noted)
    with pytest.raises(cl.DataError, match="the folder holds no study"):
        study.read_store(tmp_path)
    with pytest.raises(cl.DataError, match="there is no such folder"):
        study.read_store(tmp_path / "none")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_store_of_another_format_is_refused(tmp_path):
    store = tmp_path / "store"
    study.run(cases(1, log=tmp_path / "log"), store, using=noted)
    (store / "study.json").write_text('{"format": 2}')
    with pytest.raises(cl.DataError, match="the store is of format 2"):
        study.run(cases(1, log=tmp_path / "log"), store, using=noted)


def test_a_mark_that_was_damaged_is_written_again(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    study.run(cases(2, log=log), store, using=noted)
    (store / "study.json").write_text('{"fo')
    study.run(cases(2, log=log), store, using=noted)
    assert json.loads((store / "study.json").read_text())["format"] == 1
    assert begun(log) == ["1", "2"]


# ---- claims -------------------------------------------------------------------------------------


def test_a_claim_is_one_runners_until_it_is_given_back(tmp_path):
    mine, theirs = Claims(tmp_path), Claims(tmp_path)
    assert mine.take("a")
    assert not theirs.take("a")
    assert theirs.take("b")
    mine.free("a")
    mine.free("a")
    assert theirs.take("a")
    theirs.free_all()
    assert list(tmp_path.iterdir()) == []


def test_without_locks_every_claim_is_granted_and_the_record_is_still_one(tmp_path, monkeypatch):
    def none(*_, **__):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("clusters.study.locks._lock", none)
    log, store = tmp_path / "log", tmp_path / "store"
    assert study.run(cases(3, log=log), store, using=noted).complete
    assert len(files(store)) == 3


def test_reading_a_store_gives_every_record_once(tmp_path):
    log, store = tmp_path / "log", tmp_path / "store"
    study.run(cases(3, log=log), store, using=noted)
    one = study.Case(name="real", problem=PROBLEM, rules=RULES)
    study.run([one], store)
    read = study.read_store(store)
    assert read.to_frame().index.tolist() == ["1", "2", "3", "real"]
    assert [name for name, _ in read.plans()] == ["real"]
    assert Store(store).keys() == sorted(read.to_frame()["key"])
