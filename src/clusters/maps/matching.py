"""One number and one colour for a cluster on all maps of several plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusters.arguments import checked
from clusters.domain import PlanLike, Problem, plans_of
from clusters.maps import zones as _zones
from clusters.maps.colours import colour_classes
from clusters.maps.difference import matched_numbers
from clusters.maps.layout import Layout, lay_out
from clusters.maps.zones import numbers_by_label


@checked
def same_numbers(
    problem: Problem,
    plans: Mapping[str, PlanLike],
    numbers: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, dict[str, int]]:
    """Give the clusters of several plans numbers that mean the same place in all of them.

    Parameters
    ----------
    numbers
        Numbers that are settled, by plan and label; the other plans are matched with the first.

    Returns
    -------
    dict
        For each plan, the number of each cluster by label.

    Examples
    --------
    >>> from clusters.domain import Plan
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 1]])
    >>> one = Plan.from_assignment({"a": "a", "b": "b"}, {"a": "West", "b": "East"})
    >>> two = Plan.from_assignment({"b": "b", "a": "a"}, {"a": "Left", "b": "Right"})
    >>> same_numbers(problem, {"one": one, "two": two})
    {'one': {'West': 1, 'East': 2}, 'two': {'Right': 2, 'Left': 1}}
    """
    plans = plans_of(problem, plans)
    found: dict[str, dict[str, int]] = {}
    first = next(iter(plans.values()), None)
    for name, plan in plans.items():
        settled = (numbers or {}).get(name)
        if settled is None and first is not None and plan is not first:
            settled = matched_numbers(problem, first, plan)
        found[name] = numbers_by_label(plan, settled)
    return found


@checked
def shared_colours(
    problem: Problem,
    plans: Mapping[str, PlanLike],
    numbers: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[int, int]:
    """Give every number one colour that differs from its neighbours' in every plan.

    Parameters
    ----------
    numbers
        As for :func:`same_numbers`.

    Returns
    -------
    dict
        Colour by number, for `colours=` of the maps. Seven tints serve; where plans differ so much
        that these do not do, neighbours may share one, and their borders part them.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> shared_colours(problem, {"today": plan, "proposal": {**plan, "b": "East"}})
    {1: 0, 2: 1}
    """
    plans = plans_of(problem, plans)
    known = same_numbers(problem, plans, numbers)
    order = sorted({number for given in known.values() for number in given.values()})
    place = {number: k for k, number in enumerate(order)}
    cells = _zones.territories(problem)
    pairs: set[tuple[int, int]] = set()
    for name, plan in plans.items():
        given = list(known[name].values())
        groups = _zones.members_of(problem, plan)
        owner = _zones.owners_of(problem, groups)
        parts = _zones.split_shared_sites(problem, cells, owner)
        *ground, _ = _zones.dissolve(parts, owner, len(groups))
        pairs |= {(place[given[a]], place[given[b]]) for a, b in _zones.touching(ground)}
    return dict(zip(order, colour_classes(len(order), pairs), strict=True))


def side_by_side(
    problem: Problem,
    plans: Mapping[str, PlanLike],
    width: float,
    *,
    numbers: Mapping[str, Mapping[str, int]] | None = None,
    colours: Mapping[int, int] | None = None,
    number_schools: bool = True,
) -> dict[str, Layout]:
    """Lay small maps out, on which a number and a colour mean the same place."""
    plans = plans_of(problem, plans)
    known = same_numbers(problem, plans, numbers)
    colours = shared_colours(problem, plans, known) if colours is None else colours
    small: Any = {"enlarge": False, "names": False, "number_schools": number_schools}
    return {
        name: lay_out(problem, plan, numbers=known[name], colours=colours, width=width, **small)
        for name, plan in plans.items()
    }
