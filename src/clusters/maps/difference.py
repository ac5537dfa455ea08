"""Two plans on one map: what moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Problem, plan_of
from clusters.maps.layout import WIDTH, Layout, lay_out
from clusters.maps.scene import MOVED_HATCH, Picked
from clusters.maps.svg import draw_svg
from clusters.maps.zones import members_of, numbers_by_label, numbers_of
from clusters.measures import matches, overlap, places_of
from clusters.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A school that two plans put into different clusters; None where a plan leaves it out."""

    position: int
    before: str | None
    after: str | None


@checked
def matched_numbers(problem: Problem, before: PlanLike, after: PlanLike) -> dict[str, int]:
    """Give clusters numbers that mean the same place in both plans.

    The matching keeps as many schools as possible in clusters of one number (the Hungarian
    method, Kuhn 1955). Clusters of `after` without a partner take the numbers that follow.

    Returns
    -------
    dict
        Number by label of `after`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> matched_numbers(problem, plan, {**plan, "b": "East"})
    {'West': 1, 'East': 2}
    """
    before = plan_of(problem, before, "before")
    after = plan_of(problem, after, "after")
    old, new = places_of(problem, before), places_of(problem, after)
    numbers = [numbers_of(before)[k] for k in _holding(problem, before)]
    found = matches(overlap(old, new))
    taken = {numbers[row] for row in found.values()}
    free = (n for n in range(1, 10**9) if n not in taken and n not in set(numbers))
    given = {
        after.clusters[k].label: numbers[found[column]] if column in found else next(free)
        for column, k in enumerate(_holding(problem, after))
    }
    for cluster in after.clusters:
        if cluster.label not in given:
            given[cluster.label] = next(free)
    return given


def _holding(problem: Problem, plan: Plan) -> list[int]:
    """Clusters of a plan that hold a school of the problem: those that `places_of` counts."""
    return [
        k
        for k, cluster in enumerate(plan.clusters)
        if any(problem.find(member) is not None for member in cluster.members)
    ]


@checked
def changes(problem: Problem, before: PlanLike, after: PlanLike) -> list[Change]:
    """Schools that change cluster, in the order of the problem; clusters are matched first.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> len(changes(problem, plan, {**plan, "b": "East"}))
    1
    """
    before = plan_of(problem, before, "before")
    after = plan_of(problem, after, "after")
    old = _homes(problem, before, numbers_by_label(before))
    new = _homes(problem, after, matched_numbers(problem, before, after))
    return [
        Change(position=position, before=was[1], after=now[1])
        for position, (was, now) in enumerate(zip(old, new, strict=True))
        if was[0] != now[0]
    ]


def _homes(
    problem: Problem, plan: Plan, numbers: Mapping[str, int]
) -> list[tuple[int | None, str | None]]:
    homes: list[tuple[int | None, str | None]] = [(None, None)] * len(problem)
    groups = members_of(problem, plan)
    for cluster, group in zip(plan.clusters, groups, strict=True):
        for position in group:
            homes[position] = numbers[cluster.label], cluster.label
    return homes


def _moved_grounds(problem: Problem, before: Plan, after: Plan) -> list[Picked]:
    """Pick out the ground that changes cluster, one piece for each kind of move."""
    groups: dict[tuple[str, str], list[int]] = {}
    for change in changes(problem, before, after):
        pair = change.before or "no cluster", change.after or "no cluster"
        groups.setdefault(pair, []).append(change.position)
    return [
        Picked(
            words=f"From {old} to {new}: "
            + ", ".join(clean(problem.schools[k].name) for k in positions),
            positions=positions,
            pattern=MOVED_HATCH,
        )
        for (old, new), positions in groups.items()
    ]


MOVED_WORDS = {MOVED_HATCH: "changes cluster"}
"""What the key says of ground that moves."""


def changed_layout(
    problem: Problem,
    before: PlanLike,
    after: PlanLike,
    numbers: Mapping[str, int] | None,
    width: float,
) -> tuple[Layout, list[Picked]]:
    """Lay the later plan out, and pick out the ground that moves.

    Parameters
    ----------
    numbers
        Number of each cluster of `after` by label; None to take those of `before` over.
    """
    before = plan_of(problem, before, "before")
    after = plan_of(problem, after, "after")
    numbers = matched_numbers(problem, before, after) if numbers is None else numbers
    layout = lay_out(problem, after, numbers=numbers, width=width)
    return layout, _moved_grounds(problem, before, after)


@checked
def difference_svg(
    problem: Problem,
    before: PlanLike,
    after: PlanLike,
    *,
    title: str,
    description: str = "",
    link: str = "#cluster-{number}",
    id_prefix: str = "difference",
    width: float = WIDTH,
    links: bool = True,
    numbers: Mapping[str, int] | None = None,
) -> str:
    """Draw the later plan with the ground of every school that changes cluster picked out.

    Clusters are matched first, so that a mere change of number is no difference.

    Parameters
    ----------
    title, description, link, id_prefix, width, links
        As for :func:`clusters.maps.map_svg`.
    numbers
        Number of each cluster of `after` by label; None to take those of `before` over.

    Returns
    -------
    str
        The ``<svg>`` element. Ground that moves is orange and hatched; ground that stays is white.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> drawing = difference_svg(problem, plan, {**plan, "b": "East"}, title="What changes")
    >>> drawing[:4]
    '<svg'
    """
    layout, moves = changed_layout(problem, before, after, numbers, width)
    count = sum(len(move.positions) for move in moves)
    words = f"{count:,} of {len(problem):,} schools change cluster; their ground is hatched."
    return draw_svg(
        layout,
        title=title,
        description=description or words,
        link=link if links else "",
        id_prefix=id_prefix,
        grounds=moves,
        patterns=MOVED_WORDS,
    )
