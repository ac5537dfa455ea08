"""Colours that stay apart for everybody, and which zone takes which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle, islice

INK = "#1a1a1a"
"""Near-black: borders, marks and text. At least 6.5 : 1 against every tint."""

PAPER = "#ffffff"

TINTS = ("#9ad2f2", "#f2cf80", "#ccece3", "#d694b9", "#fbf7c6", "#ffffff", "#d0d0d0")
"""Tints of five Okabe-Ito colours (sky blue, orange, green, purple, yellow), then white and grey.

The weights of white were chosen so that any two of the five differ by at least 17 (CIE 1976
difference) for full colour vision, protanopia, deuteranopia and tritanopia alike (simulated after
Machado, Oliveira and Fernandes 2009; tests/maps/test_colours.py repeats the sum). White and grey
serve only where five do not suffice, which needs a plan with scattered clusters.
"""

MOVED = "#e69f00"
"""Okabe-Ito orange: what differs between two plans."""


def colour_classes(
    count: int, pairs: Iterable[tuple[int, int]], wanted: Sequence[int | None] = ()
) -> list[int]:
    """Give touching zones different colours, with as few colours as a greedy search finds.

    Parameters
    ----------
    count
        Number of zones, called 0 .. count - 1.
    pairs
        Zones that touch.
    wanted
        Colour that a zone is to have, or None; the others keep away from these.

    Returns
    -------
    list of int
        Colour of each zone, an index into :data:`TINTS`.

    Examples
    --------
    >>> colour_classes(3, [(0, 1), (1, 2)])
    [1, 0, 1]
    """
    import networkx as nx

    pairs = list(pairs)
    fixed = {zone: colour for zone, colour in enumerate(wanted) if colour is not None}
    if fixed:
        return _round_fixed(count, pairs, fixed)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(sorted({(min(pair), max(pair)) for pair in pairs}))
    tried = [
        nx.greedy_color(graph, strategy)
        for strategy in ("saturation_largest_first", "smallest_last", "largest_first")
    ]
    best = min(tried, key=lambda colours: max(colours.values(), default=0))
    wheel = list(islice(cycle(range(len(TINTS))), max(best.values(), default=0) + 1))
    return [wheel[best[zone]] for zone in range(count)]


def _round_fixed(
    count: int, pairs: Iterable[tuple[int, int]], fixed: Mapping[int, int]
) -> list[int]:
    """Keep the fixed colours; every other zone takes the first that no neighbour has."""
    near: dict[int, set[int]] = {zone: set() for zone in range(count)}
    for a, b in pairs:
        near[a].add(b)
        near[b].add(a)
    colours = dict(fixed)
    for zone in range(count):
        if zone not in colours:
            taken = {colours[other] for other in near[zone] if other in colours}
            colours[zone] = next((c for c in range(len(TINTS)) if c not in taken), 0)
    return [colours[zone] for zone in range(count)]
