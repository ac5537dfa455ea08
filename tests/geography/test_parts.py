import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters import DataError, Problem
from clusters.geography import check_connected, parts, suggest_bridges


@st.composite
def worlds(draw):
    n = draw(st.integers(1, 12))
    cells = st.tuples(st.integers(0, 20), st.integers(0, 20))
    xy = draw(st.lists(cells, min_size=n, max_size=n))
    every = [(i, j) for i in range(n) for j in range(i)]
    pairs = draw(st.lists(st.sampled_from(every), max_size=12)) if every else []
    return Problem.from_arrays(range(n), np.array(xy, dtype=float), neighbours=pairs)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_parts_are_networkx_components(problem):
    graph = nx.Graph(list(problem.neighbour_pairs()))
    graph.add_nodes_from(problem.ids)
    found = parts(problem)
    assert {frozenset(part) for part in found} == {
        frozenset(part) for part in nx.connected_components(graph)
    }
    assert [len(part) for part in found] == sorted(map(len, found), reverse=True)


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_bridges_join_all_parts_at_the_least_length(problem):
    bridges = suggest_bridges(problem)
    graph = nx.Graph(list(problem.neighbour_pairs()))
    graph.add_nodes_from(problem.ids)
    graph.add_edges_from((bridge.a, bridge.b) for bridge in bridges)
    assert nx.is_connected(graph)
    complete = nx.Graph()
    complete.add_nodes_from(problem.ids)
    part_of = {key: k for k, part in enumerate(parts(problem)) for key in part}
    for i in problem.ids:
        for j in problem.ids:
            if i < j:
                inside = part_of[i] == part_of[j]
                length = 0.0 if inside else float(problem.distance_m[i, j])
                complete.add_edge(i, j, weight=length)
    least = nx.minimum_spanning_tree(complete).size(weight="weight")
    assert sum(bridge.distance_m for bridge in bridges) == pytest.approx(least)


def test_small_parts_are_named_with_their_bridge():
    problem = Problem.from_arrays(
        ["a", "b", "c", "d"],
        [[0, 0], [1000, 0], [4000, 0], [0, 9000]],
        neighbours=[("a", "b")],
        names=["Ash", "Beck", "Clough", "Dene"],
    )
    with pytest.raises(DataError) as caught:
        check_connected(problem)
    texts = [str(fault) for fault in caught.value.faults]
    assert len(texts) == 2
    assert "Clough (c) cannot be reached" in texts[0]
    assert "Beck and Clough (3.0 km apart)" in texts[0]
    assert "bridges=[('b', 'c')]" in texts[0]
    assert "Dene (d)" in texts[1]


def test_one_piece_passes():
    check_connected(Problem.from_arrays("ab", [[0, 0], [1, 0]], neighbours=["ab"]))


def test_without_neighbours_it_says_so():
    with pytest.raises(DataError, match="no neighbours"):
        parts(Problem.from_arrays("ab", [[0, 0], [1, 0]]))
