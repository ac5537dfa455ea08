from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest

import clusters as cl
from clusters.readers import read_links, read_pairs


@pytest.fixture
def problem() -> cl.Problem:
    xy = [[0, 0], [1, 0], [2, 0], [10, 0], [11, 0]]
    return cl.Problem.from_arrays(["1", "2", "3", "4", "5"], xy, {"need": [1, 1, 9, 1, 1]})


def frame_of(**columns) -> pd.DataFrame:
    return pd.DataFrame({"urn": [1, 2, 3, 4, 5], "cluster": list("AAABB")} | columns)


def faults_of(source, problem, **options) -> tuple[cl.Fault, ...]:
    with pytest.raises(cl.DataError) as caught:
        cl.read_plan(source, problem, **options)
    return caught.value.faults


def centres_of(plan: cl.Plan) -> list:
    return [cluster.centre for cluster in plan.clusters]


def test_without_centres_the_member_with_the_shortest_journeys_is_taken(problem):
    plan = cl.read_plan(frame_of(), problem)
    assert [cluster.label for cluster in plan.clusters] == ["A", "B"]
    assert [cluster.members for cluster in plan.clusters] == [("1", "2", "3"), ("4", "5")]
    assert centres_of(plan) == ["2", "4"]


def test_the_journeys_are_weighted_by_the_measure_named(problem):
    assert centres_of(cl.read_plan(frame_of(), problem, travel_by="need")) == ["3", "4"]


@pytest.mark.parametrize(
    "centre",
    [[3, 3, 3, 5, 5], ["3", "", "", "", "5"], ["no", "no", "yes", "no", "yes"]],
)
def test_centres_by_urn_or_by_mark(problem, centre):
    assert centres_of(cl.read_plan(frame_of(centre=centre), problem)) == ["3", "5"]


def test_a_centre_that_no_school_has_is_kept_for_verify(problem):
    assert centres_of(cl.read_plan(frame_of(centre=[9, 9, 9, 4, 4]), problem)) == ["9", "4"]


def test_a_centre_may_be_not_known(problem):
    plan = cl.read_plan(frame_of(centre=["not known"] * 3 + ["", ""]), problem)
    assert centres_of(plan) == [None, "4"]


def test_what_verify_reports_is_kept(problem):
    frame = pd.DataFrame(
        {"urn": [1, 2, 2, 99, 4], "cluster": ["A", "A", "B", "B", ""]}, dtype=object
    )
    plan = cl.read_plan(frame, problem)
    assert [cluster.members for cluster in plan.clusters] == [("1", "2"), ("2", "99")]


@pytest.mark.parametrize("name", ["p.csv", "p.xlsx", "p.gpkg", "p.parquet"])
def test_every_kind_of_file(problem, tmp_path, name):
    frame, path = frame_of(), tmp_path / name
    if name == "p.csv":
        frame.to_csv(path, index=False)
    elif name == "p.xlsx":
        frame.to_excel(path, index=False)
    elif name == "p.parquet":
        frame.to_parquet(path)
    else:
        points = geopandas.points_from_xy(range(5), range(5), crs=27700)
        geopandas.GeoDataFrame(frame, geometry=points).to_file(path)
    assert cl.read_plan(path, problem) == cl.read_plan(frame, problem)


def test_numbers_as_labels(problem):
    plan = cl.read_plan(frame_of(cluster=[1.0, 1.0, 1.0, 2.0, np.nan]), problem)
    assert [cluster.label for cluster in plan.clusters] == ["1", "2"]


def test_foreign_columns(problem):
    frame = frame_of().rename(columns={"urn": "School No", "cluster": "Locality"})
    plan = cl.read_plan(frame, problem, columns={"urn": "School No", "cluster": "Locality"})
    assert len(plan.clusters) == 2


@pytest.mark.parametrize(
    ("frame", "options", "words"),
    [
        (frame_of().drop(columns="cluster"), {}, "there is no column 'cluster'"),
        (frame_of(), {"columns": {"cluster": "clutser"}}, "there is no column 'clutser'"),
        (frame_of(), {"columns": {"clster": "cluster"}}, "columns names 'clster'"),
        (frame_of(), {"columns": {"centre": "hub"}}, "there is no column 'hub'"),
        (frame_of().iloc[:0], {}, "a header but no rows"),
        (frame_of(cluster=[""] * 5), {}, "no row has both"),
        (frame_of(urn=["", 2, 3, 4, 5]), {}, "the URN is blank"),
        (frame_of(centre=[1, 2, "", 4, 4]), {}, "has another centre already"),
    ],
)
def test_what_cannot_be_read(problem, frame, options, words):
    (fault,) = faults_of(frame, problem, **options)
    assert words in fault.what
    assert fault.remedy


def test_ids_with_spaces_are_found(tmp_path):
    problem = cl.Problem.from_arrays(["Hill School", "-1"], [[0, 0], [1, 1]])
    plan = cl.Plan((cl.Cluster("1", "-1", ("Hill School", "-1")),))
    cl.write_plan(tmp_path / "p.csv", problem, plan)
    assert cl.read_plan(tmp_path / "p.csv", problem) == plan


# links and pairs ----------------------------------------------------------------------------


def links_of(*rows: tuple[int, int, str]):
    return read_links(pd.DataFrame(rows, columns=["URN", "LinkURN", "LinkType"]))


def test_predecessors_point_the_other_way():
    assert links_of((2, 1, "Predecessor")) == {"1": "2"}


def test_amalgamations_lead_both_schools_to_the_new_one():
    rows = ((1, 3, "Result of Amalgamation"), (3, 2, "Predecessor - merged"))
    assert links_of(*rows) == {"1": "3", "2": "3"}


def test_chains_end_at_the_newest_school_and_rings_nowhere():
    chain = ((1, 2, "Successor"), (2, 3, "Successor"))
    assert links_of(*chain) == {"1": "3", "2": "3"}
    assert links_of(*chain, (3, 1, "Successor")) == {}


def test_a_school_that_was_split_is_unclear():
    links = links_of((1, 2, "Successor - Split School"), (1, 3, "Successor - Split School"))
    assert links == {}
    assert links.unclear == {"1": ("2", "3")}


def test_other_links_play_no_part():
    assert links_of((1, 2, "Sixth Form Centre Link"), (1, 2, "Other")) == {}


def test_pairs():
    assert read_pairs(pd.DataFrame({"a": [1], "b": [2]})) == [("1", "2")]
    with pytest.raises(cl.DataError, match="does not hold two ids"):
        read_pairs(pd.DataFrame({"a": [1, 2], "b": [2, None]}))
