"""A hand-drawn map of Calderwick (synthetic) with six mistakes, as somebody might hand it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import networkx as nx
import shapely

from clusters.domain import School
from tools.calderwick.authority import Draft
from tools.calderwick.land import to_grid

MISSING = ("Golcroft Primary School", "Hagroyd Primary School")
"""Schools that stand in no group."""

TWICE = ("Lowbridge Primary School", "Tenterfield")
"""A school that stands in its own group and in this one."""

STRAY = ("Skelholme First School", "Blackrigg")
"""A school that is put into a group far away."""

TOO_SMALL = ("Highfold", 3)
"""A group that is left with so few schools."""

STRANGER = ("999999", "Thornhaugh Primary School", "Ashbeck")
"""A row whose URN is no school's."""


def hand_drawn(
    schools: Sequence[Draft], outline: Sequence[tuple[int, int]]
) -> list[tuple[str, str, str]]:
    """Tidy up today's groups so that each is in one piece, then make the six mistakes."""
    near = _neighbours(schools, outline)
    urn = {school.name: school.urn for school in schools}
    label = {school.urn: school.today for school in schools}
    while loose := _loose(label, near):
        for key in loose:
            label[key] = _most_common(label[other] for other in near[key] if other not in loose)
    for name in MISSING:
        del label[urn[name]]
    label[urn[STRAY[0]]] = STRAY[1]
    _shrink(label, near)
    rows = [(s.urn, s.name, label[s.urn]) for s in schools if s.urn in label]
    return [*rows, (urn[TWICE[0]], *TWICE), STRANGER]


def _neighbours(schools: Sequence[Draft], outline: Sequence[tuple[int, int]]) -> nx.Graph[str]:
    from clusters.geography import build_problem

    located = [
        School(urn=s.urn, name=s.name, easting=to_grid(s.at)[0], northing=to_grid(s.at)[1])
        for s in schools
    ]
    problem = build_problem(located, boundary=shapely.Polygon(outline))
    return nx.Graph([(str(a), str(b)) for a, b in problem.neighbour_pairs()])


def _loose(label: Mapping[str, str], near: nx.Graph[str]) -> set[str]:
    """Schools outside the largest piece of their group that have a neighbour who is not."""
    loose: set[str] = set()
    for group in dict.fromkeys(label.values()):
        members = [key for key, name in label.items() if name == group]
        pieces = sorted(nx.connected_components(near.subgraph(members)), key=len)
        loose = loose.union(*pieces[:-1])
    return {key for key in loose if any(other not in loose for other in near[key])}


def _shrink(label: dict[str, str], near: nx.Graph[str]) -> None:
    """Give schools of one group away to their neighbours until few are left, in one piece."""
    group, few = TOO_SMALL
    while len(members := [key for key, name in label.items() if name == group]) > few:
        for key in members:
            rest = [other for other in members if other != key]
            outside = [label[o] for o in near[key] if o in label and label[o] != group]
            if outside and nx.is_connected(near.subgraph(rest)):
                label[key] = _most_common(outside)
                break


def _most_common(labels: Iterable[str]) -> str:
    counts = Counter(labels)
    return min(counts, key=lambda name: (-counts[name], name))
