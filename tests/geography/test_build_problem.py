import csv
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import DataError, School, build_problem
from clusters.geography import parts

KIRKLEES = Path(__file__).parents[2] / ".." / "shared" / "data" / "kirklees"


def world(*rows, **facts):
    """Schools drawn on a map: one letter each, 1 km apart; dots are empty land."""
    return [
        School(urn=letter, name=letter.upper(), easting=1000.0 * x, northing=-1000.0 * y, **facts)
        for y, row in enumerate(rows)
        for x, letter in enumerate(row)
        if letter != "."
    ]


def neighbours(problem):
    return {"".join(sorted(pair)) for pair in problem.neighbour_pairs()}


def test_straight_lines_and_territories_are_the_default():
    problem = build_problem(world("ab", "cd"))
    assert problem.distance_m[0, 3] == pytest.approx(1414.2, abs=0.1)
    assert neighbours(problem) == {"ab", "ac", "bd", "cd"}
    assert len(problem.territories) == 4
    assert problem.boundary is None


def test_schools_on_one_site_share_land_and_neighbours():
    infant, junior = (
        School(urn=urn, name=urn, easting=1000.0, northing=0.0) for urn in ("infant", "junior")
    )
    far = School(urn="far", name="far", easting=5000.0, northing=0.0)
    other = School(urn="other", name="other", easting=0.0, northing=0.0)
    for kind in ("territories", "gabriel", "delaunay"):
        problem = build_problem([infant, far, junior, other], neighbours=kind)
        assert {tuple(sorted(pair)) for pair in problem.neighbour_pairs()} == {
            ("infant", "junior"),
            ("far", "infant"),
            ("far", "junior"),
            ("infant", "other"),
            ("junior", "other"),
        }
        assert problem.territories[0] is problem.territories[2]


@pytest.mark.parametrize("kind", ["territories", "gabriel", "delaunay"])
def test_one_school_alone(kind):
    barrier = shapely.LineString([(-9, 5), (9, 5)])
    problem = build_problem(world("a"), neighbours=kind, barriers=barrier)
    assert neighbours(problem) == set()
    assert problem.territories[0].area > 0


@pytest.mark.parametrize("kind", ["territories", "gabriel", "delaunay"])
def test_a_barrier_cuts_what_it_crosses_and_no_more(kind):
    river = shapely.LineString([(500, 900), (500, -300)])
    problem = build_problem(world("ab", "cd"), neighbours=kind, barriers=river)
    whole = build_problem(world("ab", "cd"), neighbours=kind)
    assert neighbours(whole) - neighbours(problem) == {"ab"}
    assert "Barriers part 1 pair of neighbours." in problem.notes


def test_a_barrier_along_a_valley_does_not_part_schools_on_one_bank():
    river = shapely.LineString([(-500, 400), (5000, 400)])
    problem = build_problem(world("abc"), barriers=river)
    assert neighbours(problem) == {"ab", "bc"}


def test_a_barrier_over_the_border_cuts_neighbours_that_do_not_face_each_other():
    # a and b share a border only beyond c, which stands between them
    schools = [
        School(urn="a", name="a", easting=0.0, northing=0.0),
        School(urn="b", name="b", easting=2000.0, northing=0.0),
        School(urn="c", name="c", easting=1000.0, northing=-600.0),
    ]
    land = shapely.box(-1000, -3000, 3000, 3000)
    over_c = shapely.LineString([(1000, -700), (1000, -5)])
    over_the_border = shapely.LineString([(-900, 300), (2900, 300)])
    wide = build_problem(schools, boundary=land)
    assert neighbours(wide) == {"ab", "ac", "bc"}
    assert "ab" in neighbours(build_problem(schools, boundary=land, barriers=over_c))
    assert "ab" not in neighbours(build_problem(schools, boundary=land, barriers=over_the_border))


def test_one_site_is_never_cut_off_from_itself():
    twins = [School(urn=urn, name=urn, easting=0.0, northing=0.0) for urn in "ab"]
    barrier = shapely.LineString([(-1, 0), (1, 0)])
    assert neighbours(build_problem(twins, barriers=barrier)) == {"ab"}


def test_bridges_come_last_and_are_noted():
    river = shapely.LineString([(500, 900), (500, -1900)])
    problem = build_problem(world("ab", "cd"), barriers=river, bridges=[("d", "c")])
    assert neighbours(problem) == {"ac", "bd", "cd"}
    assert "Bridged by hand: D and C." in problem.notes
    assert not any("parts" in note for note in problem.notes)


def test_parts_are_noted_with_names():
    river = shapely.LineString([(1500, 900), (1500, -900)])
    problem = build_problem(world("abc"), barriers=river)
    assert [len(part) for part in parts(problem)] == [2, 1]
    assert "fall into 2 parts" in problem.notes[-1]
    assert "C (c)" in problem.notes[-1]


@pytest.mark.parametrize("key", ["boundary", "barriers", "bridges"])
def test_without_neighbours_only_a_boundary_has_a_place(key):
    value = {
        "boundary": shapely.box(-500, -500, 1500, 500),
        "barriers": shapely.LineString([(0, 1), (1, 1)]),
        "bridges": [("a", "b")],
    }[key]
    if key == "boundary":
        assert build_problem(world("ab"), neighbours=None, boundary=value).edges is None
    else:
        with pytest.raises(DataError, match="neighbours is None"):
            build_problem(world("ab"), neighbours=None, **{key: value})


W = SimpleNamespace(neighbors={"a": ["b"], "b": ["a"], "c": ["c"]}, weights={})
GRAPH = SimpleNamespace(
    adjacency=pd.Series(
        [1, 1, 0], index=pd.MultiIndex.from_tuples([("a", "b"), ("b", "a"), ("c", "c")])
    )
)


@pytest.mark.parametrize(
    "given_neighbours",
    [
        [("a", "b")],
        np.array([["a", "b"]]),
        {"a": ["b"], "c": []},
        nx.Graph([("a", "b"), ("c", "c")]),
        nx.DiGraph([("a", "b"), ("b", "a")]),
        nx.MultiGraph([("a", "b"), ("a", "b")]),
        W,
        GRAPH,
    ],
    ids=["pairs", "array", "mapping", "networkx", "directed", "multi", "W", "Graph"],
)
def test_given_neighbours(given_neighbours):
    assert neighbours(build_problem(world("abc"), neighbours=given_neighbours)) == {"ab"}


def test_ids_may_be_numbers_or_their_text():
    schools = [
        School(urn=urn, name=urn, easting=k, northing=0) for k, urn in enumerate(["17", "5"])
    ]
    assert len(build_problem(schools, neighbours=[(5, 17)]).edges) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("voronoi", "no such kind"),
        ([("a", "x"), ("y", "b")], "2 faults"),
        ([("a", "a")], "its own neighbour"),
        ([("a",), "ab", 7], "3 faults"),
        (7, "not a pair"),
    ],
)
def test_wrong_neighbours_are_refused(wrong, words):
    with pytest.raises(DataError, match=words):
        build_problem(world("ab"), neighbours=wrong)


def test_unknown_bridges_are_refused():
    with pytest.raises(DataError, match="not a school of the problem"):
        build_problem(world("ab"), bridges=[("a", "z")])


def test_misspelt_arguments_fail():
    with pytest.raises(TypeError):
        build_problem(world("ab"), neighbors="gabriel")


def test_supplied_journeys_and_their_directions():
    there = [[0, 5, np.inf], [7, 0, 2], [np.inf, 2, 0]]
    problem = build_problem(world("abc"), travel_min=there)
    assert problem.travel_unit == "min"
    assert problem.travel[1, 0] == 7
    assert any("differ by direction for 1 pair of" in note for note in problem.notes)
    assert "For 2 journeys there is no way." in problem.notes


def test_short_metres_are_noted():
    problem = build_problem(world("ab"), travel_m=[[0, 1.2], [1.2, 0]])
    assert any("shorter than the straight line" in note for note in problem.notes)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"travel_m": np.zeros((2, 2)), "travel_min": np.zeros((2, 2))}, "give one of them"),
        ({"travel_m": np.zeros((3, 3))}, "shape"),
        ({"travel_min": [[0, np.nan], [1, 0]]}, 'no_way=\\["blank"\\]'),
        ({"travel_min": [[0, -1], [1, 0]]}, r"no_way=\[-1\]"),
        ({"travel_min": [[0, -2], [1, 0]]}, "negative or missing"),
        ({"travel_min": "nowhere.csv"}, "there is no such file"),
        ({"travel_min": [["x", "y"], ["z", "t"]]}, "not an array of numbers"),
    ],
)
def test_wrong_journeys_are_refused(arguments, words):
    with pytest.raises(DataError, match=words):
        build_problem(world("ab"), **arguments)


def test_journeys_from_a_file_follow_the_ids(tmp_path):
    path = tmp_path / "minutes.csv"
    path.write_text("from,to,minutes\nb,a,3\na,b,4\n")
    assert build_problem(world("ab"), travel_min=path).travel.tolist() == [[0, 4], [3, 0]]


def test_no_schools():
    with pytest.raises(DataError, match="no schools"):
        build_problem([])


@given(st.permutations(range(9)), st.sampled_from(["territories", "gabriel"]))
@settings(max_examples=20, deadline=None)
def test_the_order_of_schools_does_not_matter(order, kind):
    schools = world("a.b.c", ".d..e", "f...g", "..h.i")
    again = build_problem([schools[k] for k in order], neighbours=kind)
    assert neighbours(again) == neighbours(build_problem(schools, neighbours=kind))


def test_two_thousand_schools_are_no_trouble():
    xy = np.random.default_rng(0).uniform(0, 60_000, (2_000, 2))
    schools = [School(urn=str(k), name="", easting=x, northing=y) for k, (x, y) in enumerate(xy)]
    land = shapely.Point(30_000, 30_000).buffer(45_000, quad_segs=500)
    assert len(parts(build_problem(schools, boundary=land))) == 1


def test_real_schools_within_their_real_boundary():
    if not KIRKLEES.exists():
        pytest.skip("the shared real data are absent")
    source = KIRKLEES / "schools_jan2019_mainstream_kirklees.csv"
    with source.open(encoding="utf-8-sig") as file:
        schools = [
            School(
                urn=row["URN"],
                name=row["EstablishmentName"],
                easting=float(row["Easting"]),
                northing=float(row["Northing"]),
            )
            for row in csv.DictReader(file)
        ]
    problem = build_problem(schools, boundary=KIRKLEES / "lad_E08000034.geojson")
    assert len(parts(problem)) == 1
    land = sum({id(cell): cell.area for cell in problem.territories}.values())
    assert land == pytest.approx(problem.boundary.area, rel=1e-6)
