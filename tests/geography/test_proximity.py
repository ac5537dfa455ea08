import csv
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from clusters.geography.proximity import delaunay_edges, gabriel_edges

PEERS = Path(__file__).parents[2] / ".." / "shared" / "bench" / "peers"

grid_points = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=25, unique=True
).map(lambda points: np.array(points, dtype=np.float64) * 500 + 400_000)


def pairs(edges):
    return {tuple(pair) for pair in edges.tolist()}


def gabriel_by_hand(xy):
    """Every pair with no other point in or on the circle: a right angle or more at that point."""
    return {
        (i, j)
        for i, j in combinations(range(len(xy)), 2)
        if all((xy[i] - xy[k]) @ (xy[j] - xy[k]) > 0 for k in range(len(xy)) if k not in (i, j))
    }


@given(grid_points)
@settings(max_examples=60, deadline=None)
def test_gabriel_is_its_definition_even_on_grids(xy):
    assert pairs(gabriel_edges(xy)) == gabriel_by_hand(xy)


@given(grid_points)
@settings(max_examples=60, deadline=None)
def test_gabriel_lies_within_delaunay_and_both_are_connected(xy):
    every = pairs(delaunay_edges(xy))
    fewer = pairs(gabriel_edges(xy))
    assert fewer <= every
    graph = nx.Graph(sorted(fewer))
    graph.add_nodes_from(range(len(xy)))
    assert nx.is_connected(graph)


def test_delaunay_is_scipys():
    xy = np.random.default_rng(3).uniform(0, 30_000, (60, 2))
    indptr, indices = Delaunay(xy).vertex_neighbor_vertices
    theirs = {(i, int(j)) for i in range(60) for j in indices[indptr[i] : indptr[i + 1]] if i < j}
    assert pairs(delaunay_edges(xy)) == theirs


@pytest.mark.parametrize("method", [delaunay_edges, gabriel_edges])
@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0, 0)], set()),
        ([(0, 0), (5, 5)], {(0, 1)}),
        ([(0, 0), (3, 0), (0, 4)], None),
        ([(0, 0), (9, 9), (3, 3), (6, 6)], {(0, 2), (2, 3), (1, 3)}),
        ([(7, 0), (7, 2), (7, 1)], {(0, 2), (1, 2)}),
    ],
    ids=["one", "two", "three", "on a line", "on a vertical line"],
)
def test_few_or_collinear_sites(method, points, expected):
    found = pairs(method(np.array(points, dtype=np.float64)))
    if expected is None:  # a right angle at the first: the circle over the long side meets it
        expected = {(0, 1), (0, 2)} | ({(1, 2)} if method is delaunay_edges else set())
    assert found == expected


def test_gabriel_equals_the_peers_file():
    if not PEERS.exists():
        pytest.skip("the shared benchmark files are absent")
    with (PEERS / "instance.csv").open() as file:
        rows = list(csv.DictReader(file))
    xy = np.array([(float(row["x_km"]), float(row["y_km"])) for row in rows])
    lines = [line.split() for line in (PEERS / "gabriel.gal").read_text().splitlines()[1:]]
    theirs = {
        (min(int(head[0]), int(j)), max(int(head[0]), int(j)))
        for head, tail in zip(lines[::2], lines[1::2], strict=True)
        for j in tail
    }
    assert pairs(gabriel_edges(xy)) == theirs
