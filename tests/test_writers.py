from __future__ import annotations

import json
import os
import sqlite3
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import clusters as cl
from clusters.readers.cells import unescape
from clusters.writers import escape, write_frame


@pytest.fixture
def problem() -> cl.Problem:
    schools = [
        cl.School(
            urn=str(k),
            name=name,
            easting=400_000.0 + 1000 * k,
            northing=300_000.0,
            pupils=None if k == 3 else 10 * k,
            ehcps=k,
            sen_support=k,
        )
        for k, name in enumerate(["=1+1", "St Zoë", "Vale", "Moor"])
    ]
    zones = [shapely.box(s.easting - 500, 299_000, s.easting + 500, 301_000) for s in schools]
    return cl.Problem.from_schools(schools, edges=[[0, 1], [1, 2], [2, 3]], territories=zones)


@pytest.fixture
def plan() -> cl.Plan:
    return cl.Plan((cl.Cluster("+North", "2", ("3", "2")), cl.Cluster("South", "0", ("0", "1"))))


# frames -------------------------------------------------------------------------------------


def test_the_frame_of_a_plan(problem, plan):
    frame = cl.writers.plan_frame(problem, plan)
    assert frame["urn"].tolist() == ["3", "2", "0", "1"]
    assert frame["cluster"].tolist() == ["+North", "+North", "South", "South"]
    assert frame["centre_name"].tolist() == ["Vale", "Vale", "=1+1", "=1+1"]
    assert frame["journey_m"].tolist() == [1000, 0, 0, 1000]
    assert frame["pupils"].isna().tolist() == [True, False, False, False]
    assert frame["need"].tolist() == [6, 4, 0, 2]


def test_minutes_have_their_own_column():
    problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]], travel_min=[[0, 7], [8, 0]])
    frame = cl.writers.plan_frame(problem, cl.Plan.from_assignment({"a": "a", "b": "a"}))
    assert frame["journey_min"].tolist() == [0, 8]


def test_a_broken_plan_is_shown_as_it_is(problem):
    plan = cl.Plan((cl.Cluster("A", None, ("1", "99", "1")),))
    frame = cl.writers.plan_frame(problem, plan)
    assert frame["urn"].tolist() == ["1", "99", "1", "0", "2", "3"]
    assert frame["cluster"].isna().tolist() == [False] * 3 + [True] * 3
    assert frame["name"].isna().tolist() == [False, True] + [False] * 4


def test_geometry_is_territories_else_points(problem, plan):
    assert cl.writers.plan_geodataframe(problem, plan).geometry.geom_type.unique() == ["Polygon"]
    bare = cl.Problem.from_schools(problem.schools)
    geo = cl.writers.plan_geodataframe(bare, plan)
    assert geo.geometry.geom_type.unique() == ["Point"]
    assert geo.crs == "EPSG:27700"


# plans --------------------------------------------------------------------------------------


def test_a_saved_plan_is_read_back_as_the_same_plan(problem, plan, tmp_path):
    path = cl.write_plan(tmp_path / "plan.csv", problem, plan)
    assert cl.read_plan(path, problem) == plan


def test_centres_not_known_stay_not_known(problem, tmp_path):
    plan = cl.Plan((cl.Cluster("A", None, ("0", "1")), cl.Cluster("B", "3", ("2", "3"))))
    assert cl.read_plan(cl.write_plan(tmp_path / "p.csv", problem, plan), problem) == plan


@given(data=st.data())
def test_any_plan_survives_saving(tmp_path_factory, data):
    n = data.draw(st.integers(1, 8))
    problem = cl.Problem.from_arrays(list(range(n)), [[k, 0] for k in range(n)])
    label = st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6
    )
    labels = data.draw(st.lists(label, min_size=1, max_size=3, unique=True))
    groups: dict[str, list[int]] = {}
    for k in range(n):
        groups.setdefault(data.draw(st.sampled_from(labels)), []).append(k)
    plan = cl.Plan(
        tuple(
            cl.Cluster(name, data.draw(st.sampled_from(members)), tuple(members))
            for name, members in groups.items()
        )
    )
    path = tmp_path_factory.mktemp("plans") / "p.csv"
    assert cl.read_plan(cl.write_plan(path, problem, plan), problem) == plan


@pytest.mark.parametrize(
    "clusters",
    [
        (cl.Cluster("A", "0", ("0",)), cl.Cluster("A", "1", ("1",))),
        (cl.Cluster(" ", "0", ("0",)),),
        (cl.Cluster("A", None, ()),),
    ],
)
def test_plans_that_a_table_cannot_hold_are_refused(problem, tmp_path, clusters):
    with pytest.raises(cl.DataError, match="cannot be written"):
        cl.write_plan(tmp_path / "p.csv", problem, cl.Plan(clusters))
    assert list(tmp_path.iterdir()) == []


# formulas -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''-2"])
def test_no_text_runs_in_a_spreadsheet(tmp_path, text):
    frame = pd.DataFrame({text: [text], "sum": [-5]})
    path = write_frame(tmp_path / "x.csv", frame)
    header, row = path.read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("'")
    assert row == f"{escape(text)},-5"


@given(st.text(st.sampled_from("'=+-@a1 ")))
def test_escaping_can_be_undone(text):
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_names_come_back_from_a_saved_frame(problem, plan, tmp_path):
    path = cl.write_plan(tmp_path / "plan.csv", problem, plan)
    schools = cl.read_schools(path)
    assert {school.name for school in schools} == {"=1+1", "St Zoë", "Vale", "Moor"}
    assert {school.cluster for school in schools} == {"+North", "South"}


def test_a_named_index_becomes_a_column(tmp_path):
    frame = pd.DataFrame({"pence": [1]}, index=pd.Index(["A"], name="cluster"))
    assert write_frame(tmp_path / "x.csv", frame).read_text("utf-8-sig") == "cluster,pence\nA,1\n"


# whole or not at all ------------------------------------------------------------------------


def test_a_folder_that_is_not_there(problem, plan, tmp_path):
    for write in (
        lambda path: cl.write_plan(path, problem, plan),
        lambda path: cl.writers.write_geopackage(path, problem, plan),
        lambda path: cl.writers.write_run(path, problem),
    ):
        with pytest.raises(cl.DataError, match="there is no such folder"):
            write(tmp_path / "nowhere" / "x.gpkg")


def test_a_failure_leaves_the_old_file_whole(problem, plan, tmp_path, monkeypatch):
    path = tmp_path / "plan.csv"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(cl.DataError, match="No space left on device"):
        cl.write_plan(path, problem, plan)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


# GeoPackage ---------------------------------------------------------------------------------


def test_the_layers_of_a_geopackage(problem, plan, tmp_path):
    import geopandas

    path = cl.writers.write_geopackage(tmp_path / "plan.gpkg", problem, plan)
    layers = geopandas.list_layers(path)
    assert layers["name"].tolist() == ["schools", "territories", "clusters"]
    clusters = geopandas.read_file(path, layer="clusters")
    assert clusters["schools"].tolist() == [2, 2]
    assert clusters["pupils"].isna().tolist() == [True, False]
    assert clusters["need"].tolist() == [10, 2]
    assert clusters.geometry.area.tolist() == [4e6, 4e6]
    assert cl.read_plan(path, problem) == plan


def test_the_same_plan_gives_the_same_bytes(problem, plan, tmp_path):
    one = cl.writers.write_geopackage(tmp_path / "plan.gpkg", problem, plan).read_bytes()
    assert cl.writers.write_geopackage(tmp_path / "plan.gpkg", problem, plan).read_bytes() == one
    base = sqlite3.connect(tmp_path / "plan.gpkg")
    dates = base.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    base.close()
    assert dates == [("2000-01-01T00:00:00.000Z",)]


def test_without_territories_clusters_are_their_points(problem, plan, tmp_path):
    import geopandas

    bare = cl.Problem.from_schools(problem.schools)
    path = cl.writers.write_geopackage(tmp_path / "plan.gpkg", bare, plan)
    assert geopandas.read_file(path, layer="clusters").geometry.geom_type.tolist() == [
        "MultiPoint",
        "MultiPoint",
    ]


# run.json -----------------------------------------------------------------------------------


def test_the_record_of_a_run(problem, plan, tmp_path):
    source = tmp_path / "in.csv"
    source.write_bytes(b"abc")
    result = SimpleNamespace(
        plan=plan,
        status="feasible",
        objective=np.float64(2000.0),
        bound=None,
        gap=float("inf"),
        seconds=1.5,
        stopped="time limit",
        history=((0.1, 3000.0, None),),
        reproducible=False,
    )
    path = cl.writers.write_run(
        tmp_path / "run.json",
        problem,
        cl.Rules(n_clusters=2, balance={"ehcps": 0.5}),
        cl.Priorities(travel_by="schools", change=1, reference=plan),
        {"seed": 1},
        result,
        inputs=[source],
    )
    record = json.loads(path.read_text(encoding="utf-8"))
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert record["inputs"] == [{"file": "in.csv", "bytes": 3, "sha256": digest}]
    assert record["versions"]["clusters"] == cl.__version__
    assert record["rules"]["balance"] == {"ehcps": 0.5}
    assert record["problem"]["not_known"] == {"pupils": 1}
    assert record["result"]["objective"] == 2000.0
    assert record["result"]["gap"] == "inf"
    assert record["result"]["reproducible"] is False
    assert record["result"]["clusters"][0]["members"] == ["3", "2"]


def test_a_record_of_lost_inputs_is_refused(problem, tmp_path):
    with pytest.raises(cl.DataError, match="cannot be read"):
        cl.writers.write_run(tmp_path / "run.json", problem, inputs=[tmp_path / "gone.csv"])
    assert list(tmp_path.iterdir()) == []
