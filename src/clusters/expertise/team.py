"""Specialist staff shared out over clusters and areas by need, in whole or half posts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import Cluster, FloatArray, PlanLike, Problem, plan_of
from clusters.errors import DataError, Fault, RulesError
from clusters.expertise.providers import (
    held_clusters,
    journeys_from,
    members_of,
    need_table,
    types_of,
)
from clusters.measures.values import frame_of
from clusters.money import Number, exact_number, largest_remainder, measure_number, proportional
from clusters.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Team", "TeamRole", "TeamShare", "share_team"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TeamRole(Shown):
    """Posts of one role to be shared out.

    Parameters
    ----------
    name
        "educational psychologist", "specialist teacher (autism)", "early support worker" ...
    posts
        How many, a multiple of `step`.
    by
        A measure of the problem ("need", "pupils"), or a type of need (pupils known with it).
    step
        The smallest part of a post: "1" for whole posts, "1/2" for halves.
    over
        "cluster", or "area" for a small team that works for a whole area.

    Raises
    ------
    DataError
        If posts are not a multiple of the step, or `over` is neither.

    Examples
    --------
    >>> TeamRole(name="educational psychologist", posts="7.5").units
    15
    """

    name: str
    posts: Number
    by: str = "need"
    step: Number = "1/2"
    over: str = "cluster"

    def __post_init__(self) -> None:
        posts, step = _fraction(self.posts, self.name), _fraction(self.step, "the step")
        faults = []
        if posts < 0 or step <= 0 or (posts / step).denominator != 1:
            faults.append(
                Fault(
                    f"{self.name}: {self.posts} posts cannot be shared in parts of {self.step}",
                    "give a multiple of the step, 0 or more",
                    where="posts",
                )
            )
        if self.over not in ("cluster", "area"):
            faults.append(
                Fault(
                    f"{self.name}: over is neither 'cluster' nor 'area'",
                    "use one of them",
                    where="posts",
                    value=str(self.over),
                )
            )
        if faults:
            raise DataError(faults)

    @property
    def unit(self) -> Fraction:
        """The smallest part of a post."""
        return _fraction(self.step, "the step")

    @property
    def units(self) -> int:
        """How many smallest parts there are."""
        return int(_fraction(self.posts, self.name) / self.unit)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TeamShare(Shown):
    """What one cluster (or area) gets of one role.

    Parameters
    ----------
    role, over, place, area
        Whose share of what: label of a cluster, or of an area; the cluster's area where there is
        one.
    weight, share, posts
        Need by which it is shared; the exact share; the posts given. All add up over the places.
    base
        Label of the cluster whose centre the staff work from: its own where it has a part of a
        post, else the nearest in the area that has.
    mean_journey
        From the base to the schools of the place, each school once, in the problem's unit.
    round
        One visit to every school, there and back each time, in the problem's unit.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> role = cl.expertise.TeamRole(name="adviser", posts=1)
    >>> row = cl.expertise.share_team(problem, plan, [role]).rows[0]
    >>> row.role, row.posts
    ('adviser', 0.5)
    """

    role: str
    over: str
    place: str
    area: str | None
    weight: float
    share: float
    posts: float
    base: str | None
    mean_journey: float
    round: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Team(Shown):
    """Posts shared out, a row for each role and place.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> role = cl.expertise.TeamRole(name="adviser", posts=1)
    >>> team = cl.expertise.share_team(problem, plan, [role])
    >>> len(team.rows)
    2
    """

    rows: tuple[TeamShare, ...]
    travel_unit: str

    def to_frame(self) -> pd.DataFrame:
        """Make a frame with a row for each role and place."""
        frame = frame_of(self.rows, TeamShare)
        names = {name: f"{name}_{self.travel_unit}" for name in ("mean_journey", "round")}
        return frame.rename(columns=names)

    def table(self) -> pd.DataFrame:
        """Make the table of posts, a row for each place and a column for each role."""
        frame = self.to_frame()
        order = list(dict.fromkeys(frame["place"]))
        table = frame.pivot_table(index="place", columns="role", values="posts", aggfunc="sum")
        return table.reindex(order)


@checked
def share_team(
    problem: Problem,
    plan: PlanLike,
    posts: Iterable[TeamRole],
    *,
    areas: Mapping[str, str] | None = None,
) -> Team:
    """Share posts out over clusters and areas in proportion to need, by largest remainder.

    With areas, posts go to the areas first and from each area to its clusters, so that at both
    levels nobody is a whole step away from the exact share of what is divided. Ties go to the
    label that comes first in the alphabet.

    Parameters
    ----------
    problem, plan
        The facts and a plan whose clusters have labels of their own.
    posts
        What is to be shared.
    areas
        {cluster label: area label}, for instance ``areas.labels`` of `make_areas`; needed for posts
        over areas.

    Raises
    ------
    DataError
        If clusters are without an area, labels are unknown, or every need is 0.
    RulesError
        If a post is shared by what the problem does not have.

    Examples
    --------
    >>> from clusters import Plan, Problem
    >>> from clusters.expertise import TeamRole, share_team
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [900, 0]], {"need": [10, 20]})
    >>> plan = Plan.from_assignment({"a": "a", "b": "b"})
    >>> team = share_team(problem, plan, [TeamRole(name="psychologist", posts="2.5")])
    >>> [(row.place, row.posts) for row in team.rows]
    [('1', 1.0), ('2', 1.5)]
    """
    plan = plan_of(problem, plan)
    clusters = held_clusters(problem, plan)
    posts = tuple(posts)
    _check_areas(clusters, posts, areas)
    labels = [cluster.label for cluster in clusters]
    rows: list[TeamShare] = []
    for post in posts:
        weight = _weights(problem, clusters, post)
        if not sum(weight) and post.units:
            raise DataError.of(
                f"{post.name}: {post.by!r} is 0 in every cluster",
                "share it by something else",
                where="posts",
            )
        where = dict.fromkeys(labels) if areas is None else {name: areas[name] for name in labels}
        if post.over == "area":
            rows += _over_areas(problem, clusters, post, weight, where)
        else:
            rows += _over_clusters(problem, clusters, post, weight, where)
    return Team(rows=tuple(rows), travel_unit=problem.travel_unit)


def _over_clusters(
    problem: Problem,
    clusters: Sequence[Cluster],
    post: TeamRole,
    weight: Sequence[Fraction],
    area: Mapping[str, str | None],
) -> list[TeamShare]:
    """Share over clusters, by way of their areas where there are any."""
    labels = [cluster.label for cluster in clusters]
    groups = list(dict.fromkeys(area[label] for label in labels))
    totals = [_sum(w for w, name in zip(weight, labels, strict=True) if area[name] == g)
              for g in groups]  # fmt: skip
    units = _divide(post.units, totals, [str(group) for group in groups])
    given: dict[str, int] = {}
    for group, amount in zip(groups, units, strict=True):
        inside = [k for k, label in enumerate(labels) if area[label] == group]
        parts = _divide(amount, [weight[k] for k in inside], [labels[k] for k in inside])
        given |= {labels[k]: part for k, part in zip(inside, parts, strict=True)}
    total = _sum(weight)
    rows = []
    for k, cluster in enumerate(clusters):
        near = [c for c in clusters if given[c.label] and area[c.label] == area[cluster.label]]
        base = cluster if given[cluster.label] else _nearest(problem, cluster, near)
        exact = weight[k] * post.units / total * post.unit if total else Fraction(0)
        rows.append(
            _share(problem, post, cluster.label, area[cluster.label], [cluster], base)
            | {"weight": weight[k], "share": exact, "posts": given[cluster.label] * post.unit}
        )
    return [_row(row) for row in rows]


def _over_areas(
    problem: Problem,
    clusters: Sequence[Cluster],
    post: TeamRole,
    weight: Sequence[Fraction],
    area: Mapping[str, str | None],
) -> list[TeamShare]:
    """Share over areas; staff work from the cluster nearest to all schools of the area."""
    names = list(dict.fromkeys(area[cluster.label] for cluster in clusters))
    inside = {name: [c for c in clusters if area[c.label] == name] for name in names}
    by_label = dict(zip((c.label for c in clusters), weight, strict=True))
    totals = [_sum(by_label[c.label] for c in inside[name]) for name in names]
    units = _divide(post.units, totals, [str(name) for name in names])
    whole = _sum(totals)
    rows = []
    for name, amount, total in zip(names, units, totals, strict=True):
        held = inside[name]
        base = min(held, key=lambda c: float(np.sum(_journeys(problem, c, held))))
        exact = total * post.units / whole * post.unit if whole else Fraction(0)
        rows.append(
            _share(problem, post, str(name), str(name), held, base)
            | {"weight": total, "share": exact, "posts": amount * post.unit}
        )
    return [_row(row) for row in rows]


def _share(
    problem: Problem,
    post: TeamRole,
    place: str,
    area: str | None,
    clusters: Sequence[Cluster],
    base: Cluster | None,
) -> dict[str, object]:
    journeys = np.array([math.nan]) if base is None else _journeys(problem, base, clusters)
    return {
        "role": post.name,
        "over": post.over,
        "place": place,
        "area": area,
        "base": None if base is None else base.label,
        "mean_journey": float(journeys.mean()),
        "round": float(2 * journeys.sum()),
    }


def _row(values: Mapping[str, object]) -> TeamShare:
    numbers = {name: float(values[name]) for name in ("weight", "share", "posts")}  # type: ignore[arg-type]  # exact fractions
    return TeamShare(**{**values, **numbers})  # type: ignore[arg-type]  # collected by name above


def _journeys(problem: Problem, base: Cluster, clusters: Sequence[Cluster]) -> FloatArray:
    """Journeys from a base to every school of some clusters."""
    schools = np.concatenate([members_of(problem, cluster) for cluster in clusters])
    return np.asarray(journeys_from(problem, base)[schools])


def _nearest(problem: Problem, cluster: Cluster, near: Sequence[Cluster]) -> Cluster | None:
    """Find the cluster from which the schools of a cluster are reached with the least travel."""
    reached = [(float(_journeys(problem, base, [cluster]).sum()), base) for base in near]
    return min(reached, key=lambda pair: pair[0])[1] if reached else None


def _divide(units: int, weights: Sequence[Fraction], keys: Sequence[str]) -> list[int]:
    if not units:
        return [0] * len(weights)
    return largest_remainder(proportional(units, weights), keys=keys)


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _weights(problem: Problem, clusters: Sequence[Cluster], post: TeamRole) -> list[Fraction]:
    """Weigh each cluster, exactly; pupils of a type that are not known count as none."""
    kinds = types_of(problem)
    if post.by in problem.measures or post.by not in kinds:
        values = problem.measure(post.by)
    else:
        values = np.nan_to_num(need_table(problem, [post.by])[:, 0])
    return [
        _sum(measure_number(float(value)) for value in values[members_of(problem, cluster)])
        for cluster in clusters
    ]


def _check_areas(
    clusters: Sequence[Cluster], posts: Sequence[TeamRole], areas: Mapping[str, str] | None
) -> None:
    if areas is None:
        for post in posts:
            if post.over == "area":
                raise RulesError.of(
                    f"{post.name} is shared over areas, but there are none",
                    "give areas={cluster: area}, or over='cluster'",
                    where="posts",
                )
        return
    labels = {cluster.label for cluster in clusters}
    faults = [
        Fault(f"cluster {label!r} has no area", "give it one", where="areas")
        for label in sorted(labels - set(areas))
    ]
    faults += [
        Fault(
            f"the plan has no cluster {label!r}",
            f"use one of {', '.join(sorted(labels))}",
            where="areas",
        )
        for label in sorted(set(areas) - labels)
    ]
    if faults:
        raise DataError(faults)


def _fraction(value: Number, what: str) -> Fraction:
    """Read "7.5", 7.5, "1/2" or a Fraction exactly."""
    if isinstance(value, str) and "/" in value:
        top, _, bottom = value.partition("/")
        below = exact_number(bottom, what)
        return exact_number(top, what) / below if below else Fraction(0)
    return exact_number(value, what)
