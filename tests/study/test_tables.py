"""Cases from tables and files: every key is checked, every wrong value is a row."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pandas as pd
import pytest

import clusters as cl
from clusters.__main__ import main
from tests.shared_data import shared_path
from tests.study.answers import PROBLEM
from tests.worlds import world

study = cl.study
SMALL = world("1 2 3")


# ---- frames -------------------------------------------------------------------------------------


def test_columns_set_what_they_are_named_after_and_empty_cells_set_nothing():
    rows = pd.DataFrame(
        {
            "name": ["a", "b", "c"],
            "authority": ["Large", "Small", "Large"],
            "rules.n_clusters": [2, None, (1, 3)],
            "rules.balance.pupils": [0.25, None, 0.5],
            "rules.schools_per_cluster": [(1, 4), None, (2, "none")],
            "priorities.travel_by": ["pupils", None, "schools"],
            "settings.seed": [7, None, 9],
            "settings.work_limit": [None, None, 2.5],
            "label.year": [2026, 2027, None],
        }
    )
    base = cl.Rules(n_clusters=1, balance={"pupils": 0.9}, contiguous=False)
    made = study.cases(
        rows,
        {"Large": PROBLEM, "Small": SMALL},
        rules=base,
        priorities=cl.Priorities(travel_by="pupils", balance=2.0),
        settings=cl.Settings(time_limit_s=5, seed=4),
    )
    a, b, c = made
    assert (a.problem, b.problem, c.problem) == (PROBLEM, SMALL, PROBLEM)
    assert a.rules == cl.Rules(
        n_clusters=2, balance={"pupils": 0.25}, schools_per_cluster=(1, 4), contiguous=False
    )
    assert b.rules == base
    assert c.rules.n_clusters == (1, 3)
    assert c.rules.schools_per_cluster == (2, None)
    assert [one.priorities.travel_by for one in made] == ["pupils", "pupils", "schools"]
    assert {one.priorities.balance for one in made} == {2.0}
    assert [one.settings.seed for one in made] == [7, 4, 9]
    assert [one.settings.work_limit for one in made] == [None, None, 2.5]
    assert a.labels == {"authority": "Large", "year": 2026}
    assert c.labels == {"authority": "Large"}


def test_the_index_names_the_cases_where_it_is_called_so():
    rows = pd.DataFrame({"rules.n_clusters": [1]}, index=pd.Index(["one"], name="name"))
    assert study.cases(rows, SMALL)[0].name == "one"


def test_the_number_of_clusters_may_follow_the_number_of_schools():
    rows = [{"authority": a, "rules.n_clusters.schools_each": 1.5} for a in ("Large", "Small")]
    made = study.cases(rows, {"Large": PROBLEM, "Small": SMALL})
    assert [one.rules.n_clusters for one in made] == [4, 2]


def test_perturbed_rows_draw_the_data_again():
    rows = [
        {"rules.n_clusters": 2, "perturb.spread.pupils": 0.1, "perturb.seed": k} for k in (1, 2)
    ]
    one, two = study.cases(rows, PROBLEM)
    drawn = study.perturbed(PROBLEM, {"pupils": 0.1}, seed=1)
    assert (one.problem.measure("pupils") == drawn.measure("pupils")).all()
    assert (one.problem.measure("pupils") != two.problem.measure("pupils")).any()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"rules.n_cluster": 2}, "did you mean 'rules.n_clusters'"),
        ({"n_clusters": 2}, "'n_clusters' is no key of a study"),
        ({"rules": {"n_clusters": 2}}, "'rules' is no key"),
        ({"label": "x"}, "'label' is no key"),
        ({"perturb.sprad.pupils": 1}, "did you mean 'perturb.spread'"),
        ({5: 2}, "a column is called 5"),
    ],
)
def test_a_column_that_sets_nothing_is_refused(row, told):
    with pytest.raises(cl.DataError, match=told):
        study.cases([row], PROBLEM)


@pytest.mark.parametrize("rows", [5, "a.csv", None, {"rules.n_clusters": 2}, [1, 2], [["a"]]])
def test_rows_of_the_wrong_kind_are_refused(rows):
    with pytest.raises(cl.ArgumentError, match="rows is "):
        study.cases(rows, PROBLEM)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"rules.n_clusters": 2.5}, "n_clusters is neither a whole number"),
        ({}, "n_clusters"),
        ({"rules.n_clusters.schools_each": 0}, "nor schools_each"),
        ({"rules.n_clusters.each": 9}, "nor schools_each"),
        ({"rules.n_clusters": 2, "rules.balance.pupils": "a lot"}, "balance"),
        ({"rules.n_clusters": 2, "rules.balance": 5}, "balance"),
        ({"rules.n_clusters": 2, "settings.seed": "x"}, "seed"),
        ({"rules.n_clusters": 2, "priorities.travel_by": 3}, "travel_by"),
        ({"rules.n_clusters": 2, "perturb.spread.pupils": -1}, "spread of 'pupils'"),
        ({"rules.n_clusters": 2, "perturb.spread": 1}, "spread"),
        ({"rules.n_clusters": 2, "perturb.spread.pupils": 0.1, "perturb.seed": "x"}, "seed"),
        ({"rules.n_clusters": 2, "label.a": [1, 2]}, "labels"),
        ({"rules.n_clusters": 2, "start": 5}, "start"),
        ({"rules.n_clusters": 2, "authority": "Lrage"}, "no authority 'Lrage' - use a name such"),
    ],
)
def test_a_wrong_value_is_a_row_that_says_what_is_wrong(row, told):
    (refused,) = study.cases([row], {"Large": PROBLEM})
    assert isinstance(refused, study.Refused)
    assert told in str(refused.error)


# ---- files --------------------------------------------------------------------------------------


def written(folder, text: str):
    """Write a study and two authorities beside it."""
    for name, rolls in (("north", (5, 2, 4, 3)), ("south", (7, 1, 3))):
        rows = ["urn,name,easting,northing,pupils"]
        rows += [
            f"{100000 + k},{name} {k},{400000 + 900 * k},{410000 + 37 * k * k},{roll}"
            for k, roll in enumerate(rolls)
        ]
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / f"{name}.csv").write_text("\n".join(rows))
    (folder / "data" / "broken.txt").write_text("URN\n1,2,3\n")
    path = folder / "england.toml"
    path.write_text(textwrap.dedent(text))
    return path


WHOLE = """
    store = "answers"
    workers = 3
    attempts = 5
    [rules]
    n_clusters = 2
    balance = {pupils = 0.9}
    contiguous = false
    [priorities]
    travel_by = "pupils"
    [settings]
    work_limit = 1.0
    [[authority]]
    name = "North"
    schools = "data/north.csv"
    neighbours = "none"
    label = {region = "up"}
    rules = {n_clusters = 1}
    [[authority]]
    schools = "data/s*.csv"
    neighbours = "none"
    [[variant]]
    name = "as it is"
    seeds = [1, 2]
    [[variant]]
    name = "wide"
    rules = {balance = {pupils = 1.0}, schools_per_cluster = [1, "none"]}
    perturb = {spread = {pupils = 0.1}, draws = 2, seed = 40}
    label = {kind = "drawn"}
"""


def test_a_file_is_every_authority_with_every_variant_seed_and_draw(tmp_path):
    file = study.read_file(written(tmp_path, WHOLE))
    assert (file.store, file.workers, file.attempts) == (tmp_path / "answers", 3, 5)
    assert [one.name for one in file.cases] == [
        f"{authority} / {rest}"
        for authority in ("North", "south")
        for rest in ("as it is / seed 1", "as it is / seed 2", "wide / draw 40", "wide / draw 41")
    ]
    first, _, third, _, south, *_, last = file.cases
    assert (first.rules.n_clusters, south.rules.n_clusters) == (1, 2)
    assert third.rules.balance == {"pupils": 1.0}
    assert third.rules.schools_per_cluster == (1, None)
    assert first.labels == {"authority": "North", "region": "up", "variant": "as it is"}
    assert last.labels == {"authority": "south", "variant": "wide", "draw": 41, "kind": "drawn"}
    assert {one.settings.work_limit for one in file.cases} == {1.0}
    assert len(south.problem) == 3
    assert third.problem.measure("pupils")[0] != 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("store = 5", "store is the number 5, not a text"),
        ("workers = true", "workers is True, not a whole number"),
        ("workers = 0", "workers is 0 - give 1 or more"),
        ('workers = 2\ncluster = "tcp://x"', "both workers and cluster are set"),
        ("wrokers = 2", "england.toml: 'wrokers' is no key of a study - did you mean 'workers'"),
        ("rules = 5", "rules is the number 5, not a table"),
        ("[rules]\nn_cluster = 2", "england.toml, rules: 'n_cluster' is no key"),
        ("[settings]\ntime = 2", "england.toml, settings: 'time' is no key"),
        ("variant = [5]", r"\[\[variant\]\] 1: it is the number 5"),
        ("[[variant]]\nseeds = []", "seeds is not a list of whole numbers"),
        ("[[variant]]\nseeds = [1.5]", "seeds is not a list of whole numbers"),
        ("[[variant]]\nrule = {}", r"england.toml, \[\[variant\]\] 1: 'rule' is no key"),
        ("[[variant]]\nperturb = {draws = 3}", "perturb has no spread"),
        ("[[variant]]\nperturb = {spread = {pupils = 0.1}, draws = 0}", "draws of perturb"),
        ("[[variant]]\nperturb = {spread = {pupils = 0.1}, drws = 2}", "did you mean 'draws'"),
        ("[[authority]]\nname = 'x'", r"\[\[authority\]\] 2: schools is missing"),
        ("[[authority]]\nschools = []", "schools is not a list of files"),
        ("[[authority]]\nschools = 5", "schools is the number 5, not a text or a list of texts"),
        ("[[authority]]\nname = 'x'\nschools = 'a*.csv'", "name is set for several"),
        ("[[authority]]\nschools = 'x'\ncolums = {}", "did you mean 'columns'"),
        ("x = [", "it is not valid TOML"),
    ],
)
def test_a_wrong_key_or_kind_is_reported_with_its_place(tmp_path, text, told):
    good = '\n[[authority]]\nschools = "data/north.csv"\n'
    head, mark, tail = text.partition("[[authority]]")
    whole = f"{good}{mark}{tail}" if mark else f"{head}{good}"
    with pytest.raises(cl.DataError, match=told):
        study.read_file(written(tmp_path, whole))


def test_a_file_without_authorities_or_that_is_none_is_refused(tmp_path):
    with pytest.raises(cl.DataError, match="there is no authority"):
        study.read_file(written(tmp_path, "workers = 1"))
    with pytest.raises(cl.DataError, match="2 faults"):
        study.read_file(written(tmp_path, "wrokers = 1"))
    with pytest.raises(cl.DataError, match=r"none\.toml"):
        study.read_file(tmp_path / "none.toml")
    with pytest.raises(cl.ArgumentError, match="path is the number 5"):
        study.read_file(5)


def test_authorities_that_cannot_be_read_are_rows_and_the_others_run(tmp_path):
    text = """
        [rules]
        n_clusters = 1
        contiguous = false
        [priorities]
        travel_by = "pupils"
        [[authority]]
        schools = "data/none.csv"
        [[authority]]
        schools = "data/broken.txt"
        [[authority]]
        schools = "data/z*.csv"
        [[authority]]
        schools = "data/north.csv"
        priorities = {change = 1.0, reference = "data/today.csv"}
        [[authority]]
        schools = "data/south.csv"
        columns = 5
        [[authority]]
        name = "good"
        schools = "data/north.csv"
    """
    file = study.read_file(written(tmp_path, text))
    done = study.run(file.cases, file.store)
    assert done.to_frame()["status"].tolist() == ["refused"] * 5 + ["optimal"]
    assert done.to_frame()["error"].iloc[:5].str.len().min() > 10


# ---- the command line ---------------------------------------------------------------------------


def test_the_verb_runs_a_file_writes_the_table_and_goes_on(tmp_path, capsys):
    path = written(tmp_path, WHOLE.replace("workers = 3\n", ""))
    assert main(["study", str(path), "--plans", str(tmp_path / "plans")]) == 0
    out, err = capsys.readouterr()
    assert "8 cases" in out
    assert "8 of 8 cases" in err
    table = pd.read_csv(tmp_path / "answers" / "cases.csv")
    assert table["name"].is_unique
    assert set(table["status"]) == {"optimal"}
    assert len(list((tmp_path / "plans").iterdir())) == 8
    keys = table["key"].tolist()
    assert main(["study", str(path), "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert pd.read_csv(tmp_path / "answers" / "cases.csv")["key"].tolist() == keys


def test_the_verb_says_what_is_wrong_in_one_sentence(tmp_path, capsys):
    path = written(tmp_path, WHOLE)
    for words, told in (
        ([str(tmp_path / "none.toml")], "none.toml"),
        ([str(path), "--workers", "0"], "workers is 0"),
        ([str(path), "--workers", "1", "--cluster", "tcp://localhost:1"], "--cluster"),
        ([str(path), "--store", str(tmp_path)], "holds no study"),
    ):
        assert main(["study", *words]) == 2
        _out, err = capsys.readouterr()
        assert told in err
        assert "Traceback" not in err


@pytest.mark.slow
def test_real_authorities_in_one_file(tmp_path):
    tables = [
        ("Kirklees", "kirklees", "schools_jan2019_mainstream_kirklees.csv"),
        ("Durham", "authorities", "durham", "schools_jan2019_mainstream_durham.csv"),
        ("Cornwall", "authorities", "cornwall", "schools_jan2019_mainstream_cornwall.csv"),
    ]
    text = """
        [rules]
        n_clusters = {schools_each = 9.5}
        balance = {pupils = 0.25}
        [priorities]
        travel_by = "pupils"
        [settings]
        work_limit = 1.0
    """
    for name, *parts in tables:
        text += f"""
        [[authority]]
        name = "{name}"
        schools = "{shared_path("data", *parts)}"
        columns = {{pupils = "NOR", ehcps = "TSENELSE", sen_support = "TSENELK"}}
        set_aside = ["no position", "no pupils"]
        """
    file = study.read_file(written(tmp_path, text))
    frame = study.run(file.cases, file.store).to_frame()
    assert set(frame["status"]) <= {"feasible", "optimal"}
    assert frame["clusters"].tolist() == [18, 26, 28]


# ---- the page -----------------------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_file_on_the_page_is_one_that_is_read(tmp_path):
    (block,) = blocks("toml")
    file = study.read_file(written(tmp_path, block))
    assert file.store == tmp_path / "answers"
    assert len(file.cases) == 2 * (3 + 100)
    assert all(isinstance(one, study.Refused) for one in file.cases)  # there are no such schools


def test_the_code_on_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (block,) = blocks("python")
    exec(compile(block, str(PAGE), "exec"), {"__name__": "__main__"})
    out = capsys.readouterr().out
    assert "3 cases: 3 feasible." in out
    assert "as today" in out
