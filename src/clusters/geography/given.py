"""Neighbours that the caller gives: pairs of ids, or the graphs of libpysal and networkx.

Graphs are recognised by what they offer, so that neither library is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from clusters.arguments import described
from clusters.domain import IntArray, School, SchoolId, edges_of_pairs
from clusters.errors import DataError, Faults


def given_edges(schools: tuple[School, ...], neighbours: Any) -> IntArray:
    """Positions of given neighbours, array (m, 2).

    Parameters
    ----------
    neighbours
        Pairs of ids; {id: ids of its neighbours}; a libpysal Graph or W; or a networkx graph. In
        the graphs, a school paired with itself marks one without neighbours and is passed over.

    Raises
    ------
    DataError
        Listing every id that no school has.
    """
    index = {school.urn: school.urn for school in schools}
    # A URN may be a number in the graph and text in the file, or the other way round.
    index |= {str(key): key for key in index if isinstance(key, int)} | {
        int(key): key for key in index if isinstance(key, str) and key.isdecimal()
    }
    pairs = [
        tuple(index.get(_plain(end), _plain(end)) for end in pair) for pair in _pairs(neighbours)
    ]
    return edges_of_pairs([school.urn for school in schools], pairs)


def _pairs(neighbours: Any) -> Iterator[tuple[SchoolId, SchoolId]]:
    if hasattr(neighbours, "is_directed") and hasattr(neighbours, "edges"):  # networkx
        yield from _without_loops((edge[0], edge[1]) for edge in neighbours.edges())
    elif hasattr(getattr(neighbours, "adjacency", None), "index"):  # libpysal Graph
        yield from _without_loops(neighbours.adjacency.index)
    elif isinstance(getattr(neighbours, "neighbors", None), Mapping):  # libpysal W
        yield from _without_loops(_of_mapping(neighbours.neighbors))
    elif isinstance(neighbours, Mapping):
        yield from _of_mapping(neighbours)
    else:
        yield from _of_rows(neighbours)


def _of_mapping(neighbours: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    faults = Faults()
    for key, others in neighbours.items():
        if isinstance(others, str | bytes) or not isinstance(others, Iterable):
            what = f"the neighbours of {key} are {described(others)}, not a list of ids"
            faults.add(what, "give {id: [ids of its neighbours]}", where="neighbours")
    faults.refuse(DataError)
    return ((key, other) for key, others in neighbours.items() for other in others)


def _without_loops(pairs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    return ((a, b) for a, b in pairs if a != b)


def _of_rows(neighbours: Any) -> Iterator[tuple[Any, Any]]:
    faults = Faults()
    rows = neighbours if isinstance(neighbours, Iterable) else [neighbours]
    for number, pair in enumerate(rows, start=1):
        if isinstance(pair, str) or not hasattr(pair, "__len__") or len(pair) != 2:
            what = f"pair {number} is not a pair of ids"
            remedy = "give two ids for each pair of neighbours"
            faults.add(what, remedy, where="neighbours", value=pair)
        else:
            yield tuple(pair)
    faults.refuse(DataError)


def _plain(key: Any) -> Any:
    return key.item() if isinstance(key, np.generic) else key
