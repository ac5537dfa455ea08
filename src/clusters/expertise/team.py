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
from clusters.errors import DataError, Faults, RulesError
from clusters.expertise.providers import held_clusters, journeys_from
from clusters.measures.facts import members_of, need_table, types_of
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
        faults = Faults()
        if posts < 0 or step <= 0 or (posts / step).denominator != 1:
            faults.add(
                f"{self.name}: {self.posts} posts cannot be shared in parts of {self.step}",
                "give a multiple of the step, 0 or more",
                where="posts",
            )
        if self.over not in ("cluster", "area"):
            what = f"{self.name}: over is neither 'cluster' nor 'area'"
            faults.add(what, "use one of them", where="posts", value=str(self.over))
        faults.refuse(DataError)

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
        rows += _shares(problem, clusters, post, weight, where)
    return Team(rows=tuple(rows), travel_unit=problem.travel_unit)


def _shares(
    problem: Problem,
    clusters: Sequence[Cluster],
    post: TeamRole,
    weight: Sequence[Fraction],
    area: Mapping[str, str | None],
) -> list[TeamShare]:
    """Share over areas, where there are any, and from each over its clusters where asked for.

    Staff of an area work from the cluster nearest to all its schools; what a cluster does not have
    comes from the nearest of its area that has.
    """
    groups: dict[str | None, list[int]] = {}
    for k, cluster in enumerate(clusters):
        groups.setdefault(area[cluster.label], []).append(k)
    totals = [_sum(weight[k] for k in inside) for inside in groups.values()]
    units = _divide(post.units, totals, [str(name) for name in groups])
    each = post.units * post.unit / (_sum(totals) or 1)
    rows: dict[int, TeamShare] = {}
    for (name, inside), amount, total in zip(groups.items(), units, totals, strict=True):
        held = [clusters[k] for k in inside]
        if post.over == "area":
            base = min(held, key=lambda c: float(np.sum(_journeys(problem, c, held))))
            numbers = (total, total * each, amount * post.unit)
            rows[inside[0]] = _share(problem, post, str(name), str(name), held, base, numbers)
            continue
        parts = _divide(amount, [weight[k] for k in inside], [c.label for c in held])
        having = [cluster for cluster, part in zip(held, parts, strict=True) if part]
        for k, cluster, part in zip(inside, held, parts, strict=True):
            near = cluster if part else _nearest(problem, cluster, having)
            numbers = (weight[k], weight[k] * each, part * post.unit)
            rows[k] = _share(problem, post, cluster.label, name, [cluster], near, numbers)
    return [rows[k] for k in sorted(rows)]


def _share(
    problem: Problem,
    post: TeamRole,
    place: str,
    area: str | None,
    clusters: Sequence[Cluster],
    base: Cluster | None,
    numbers: tuple[Fraction, Fraction, Fraction],
) -> TeamShare:
    journeys = np.array([math.nan]) if base is None else _journeys(problem, base, clusters)
    weight, share, posts = map(float, numbers)
    return TeamShare(
        role=post.name,
        over=post.over,
        place=place,
        area=area,
        weight=weight,
        share=share,
        posts=posts,
        base=None if base is None else base.label,
        mean_journey=float(journeys.mean()),
        round=float(2 * journeys.sum()),
    )


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
    faults = Faults()
    for label in sorted(labels - set(areas)):
        faults.add(f"cluster {label!r} has no area", "give it one", where="areas")
    for label in sorted(set(areas) - labels):
        remedy = f"use one of {', '.join(sorted(labels))}"
        faults.add(f"the plan has no cluster {label!r}", remedy, where="areas")
    faults.refuse(DataError)


def _fraction(value: Number, what: str) -> Fraction:
    """Read "7.5", 7.5, "1/2" or a Fraction exactly."""
    if isinstance(value, str) and "/" in value:
        top, _, bottom = value.partition("/")
        below = exact_number(bottom, what)
        return exact_number(top, what) / below if below else Fraction(0)
    return exact_number(value, what)
