"""Unmet need by cluster, and the choice of the posts that meet most of it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    FrozenDict,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    is_number,
    plan_of,
)
from clusters.domain.checks import unknown_need
from clusters.domain.values import picked
from clusters.errors import DataError, Faults, MoneyError
from clusters.expertise.posts import PARTS, Gap, Post, PostPlan, SharedPost
from clusters.measures import Access, measure
from clusters.measures.facts import members_of, need_table, types_of
from clusters.money import Amount, pence
from clusters.solver import Settings, effort

if TYPE_CHECKING:
    from clusters.model.shared_posts import PostsAnswer, PostsCase

__all__ = ["gaps", "share_posts"]


@checked
def gaps(
    problem: Problem,
    plan: PlanLike,
    pupils_per_capacity: Mapping[str, float],
    posts: Sequence[Post] = (),
) -> tuple[Gap, ...]:
    """List unmet need by cluster and type, and what the cheapest sort of post costs to fill it.

    Parameters
    ----------
    pupils_per_capacity
        By type, how many pupils one unit of capacity covers (a policy). Other types are left out.
    posts
        Sorts of posts; cheapest is least cost per pupil covered.

    Raises
    ------
    DataError
        If the pupils of a type that counts are not known for every school.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> found = gaps(problem, plan, {"asd": 0.5})
    >>> len(found), {gap.kind for gap in found}
    (18, {'asd'})
    """
    plan = plan_of(problem, plan)
    return tuple(_gap(row, row.unmet, posts) for row in _unmet(problem, plan, pupils_per_capacity))


@checked
def share_posts(
    problem: Problem,
    plan: PlanLike,
    posts: Sequence[Post],
    budget: Amount,
    *,
    pupils_per_capacity: Mapping[str, float],
    across_m: float | None = None,
    most: int = 5,
    settings: Settings | None = None,
) -> PostPlan:
    """Choose shared posts within a budget of POUNDS so that most unmet need is covered.

    A post stands at the school of its cluster that is nearest to the pupils with that need (the
    least sum of pupils x journey; ties: the lower position in the problem). Of choices that cover
    as much, the cheapest is taken, then the one with the least travel.

    Parameters
    ----------
    posts
        Sorts of posts to choose from.
    budget
        POUNDS a year.
    pupils_per_capacity
        By type, how many pupils one unit of recorded capacity covers.
    across_m
        A post may also serve clusters whose own school for that type is within this journey (in
        metres, or minutes where the problem's journeys are); None: its own cluster only.
    most
        Most posts of one sort at one school.
    settings
        Seconds of wall-clock time and the seed; None for 10 seconds.

    Raises
    ------
    MoneyError
        Listing every fault of posts and budget.
    DataError
        If the pupils of a type that counts are not known for every school.
    OutOfTimeError
        If no choice was found in the time.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> post = cl.expertise.Post(name="teacher", kind="asd", cost="50000", covers=6)
    >>> shared = share_posts(problem, plan, [post], "100000", pupils_per_capacity={"asd": 0.5})
    >>> shared.proved, shared.cost_pence
    (True, 10000000)
    """
    plan = plan_of(problem, plan)
    budget_pence = _checked(posts, budget, pupils_per_capacity, most, across_m)
    rows = _unmet(problem, plan, pupils_per_capacity)
    kinds = sorted({row.kind for row in rows})
    labels = [cluster.label for cluster in plan.clusters]
    table = _Table(problem, plan, kinds, labels, rows)
    answer: PostsAnswer | None = None
    usable = [post for post in posts if post.kind in kinds]
    if usable and labels:
        from clusters.model.shared_posts import solve_posts

        case = table.case(usable, budget_pence, across_m, most)
        answer = solve_posts(case, *effort(settings, 10.0))
    chosen = () if answer is None else table.posts(usable, answer)
    covered: dict[tuple[str, str], float] = defaultdict(float)
    for post in chosen:
        for label, pupils in post.serves.items():
            covered[label, post.kind] += pupils
    left = [_gap(row, max(0.0, row.unmet - covered[row.cluster, row.kind]), posts) for row in rows]
    return PostPlan(
        posts=chosen,
        gaps=tuple(left),
        cost_pence=sum(post.cost_pence for post in chosen),
        budget_pence=budget_pence,
        unmet=math.fsum(gap.unmet for gap in left),
        unmet_after=math.fsum(gap.unmet_after for gap in left),
        proved=answer is None or answer.proved,
        most_possible=0.0 if answer is None else answer.bound / PARTS,
        not_counted=tuple(sorted(set(types_of(problem)) - set(pupils_per_capacity))),
        capacity_not_known=FrozenDict(
            {
                kind: missing
                for kind in pupils_per_capacity
                if (missing := sum(kind not in school.expertise for school in problem.schools))
            }
        ),
    )


class _Table:
    """Unmet need by type and cluster, and the school of each where a post would stand."""

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        kinds: Sequence[str],
        labels: Sequence[str],
        rows: Sequence[Access],
    ) -> None:
        self.problem, self.kinds, self.labels = problem, kinds, labels
        unmet = {(row.kind, row.cluster): row.unmet for row in rows}
        self.unmet = [
            [round(unmet.get((kind, label), 0.0) * PARTS) for label in labels] for kind in kinds
        ]
        members = [members_of(problem, cluster).tolist() for cluster in plan.clusters]
        self.host = {
            (kind, c): self._host(kind, schools)
            for kind in kinds
            for c, schools in enumerate(members)
        }

    def _host(self, kind: str, schools: Sequence[int]) -> int:
        pupils = np.nan_to_num(need_table(self.problem, [kind])[:, 0])
        travel = self.problem.travel
        return min(
            schools,
            key=lambda host: (math.fsum(pupils[schools] * travel[schools, host]), host),
        )

    def _journey(self, kind: str, c: int, d: int) -> float:
        return float(self.problem.travel[self.host[kind, d], self.host[kind, c]])

    def case(
        self, posts: Sequence[Post], budget: int, across_m: float | None, most: int
    ) -> PostsCase:
        """Put the choice into whole numbers."""
        from clusters.model.shared_posts import PostsCase

        places = range(len(self.labels))
        reach = [
            [
                [
                    d
                    for d in places
                    if d == c
                    or (across_m is not None and self._journey(post.kind, c, d) <= across_m)
                ]
                for c in places
            ]
            for post in posts
        ]
        return PostsCase(
            unmet=self.unmet,
            kind=[self.kinds.index(post.kind) for post in posts],
            cost=[pence(post.cost) for post in posts],
            covers=[round(post.covers * PARTS) for post in posts],
            value=[post.value for post in posts],
            reach=reach,
            travel=[
                [[round(min(1e6, self._journey(kind, c, d))) for d in places] for c in places]
                for kind in self.kinds
            ],
            budget=budget,
            most=most,
        )

    def posts(self, posts: Sequence[Post], answer: PostsAnswer) -> tuple[SharedPost, ...]:
        """Put the answer back into words, cheapest per pupil first."""
        chosen = []
        for (p, c), count in answer.posts.items():
            host = self.problem.schools[self.host[posts[p].kind, c]]
            chosen.append(
                SharedPost(
                    name=posts[p].name,
                    kind=posts[p].kind,
                    count=count,
                    school=host.urn,
                    school_name=host.name,
                    cluster=self.labels[c],
                    cost_pence=count * pence(posts[p].cost),
                    serves=FrozenDict(
                        {
                            self.labels[to]: parts / PARTS
                            for (q, place, to), parts in answer.served.items()
                            if (q, place) == (p, c)
                        }
                    ),
                )
            )
        return tuple(
            sorted(chosen, key=lambda post: (post.pence_per_pupil, post.cluster, post.name))
        )


def _unmet(problem: Problem, plan: Plan, pupils_per_capacity: Mapping[str, float]) -> list[Access]:
    """Rows of cluster and type with unmet need; every count that they rest on must be known."""
    faults = [fault for kind in pupils_per_capacity for fault in unknown_need(problem, kind)]
    if faults:
        raise DataError(faults)
    priorities = _priorities(pupils_per_capacity)
    return [row for row in measure(problem, plan, priorities).expertise if row.unmet > 0]


def _gap(row: Access, after: float, posts: Sequence[Post]) -> Gap:
    sorts = [post for post in posts if post.kind == row.kind]
    count: int | None = None
    cost: int | None = None
    if sorts:
        best = min(sorts, key=lambda post: Fraction(pence(post.cost)) / Fraction(post.covers))
        count = math.ceil(round(row.unmet * PARTS) / round(best.covers * PARTS))
        cost = count * pence(best.cost)
    return Gap(
        **picked(row, "cluster", "kind", "need", "capacity", "unmet"),
        unmet_after=round(after, 3),
        posts_to_fill=count,
        cost_to_fill_pence=cost,
    )


def _checked(
    posts: Sequence[Post],
    budget: Amount,
    pupils_per_capacity: Mapping[str, float],
    most: int,
    across_m: float | None,
) -> int:
    faults = Faults()
    budget_pence = faults.take(0, pence, budget, "the budget for posts")
    if not faults:
        faults.take(None, lambda: _priorities(pupils_per_capacity))
    if not posts:
        faults.add("there are no posts to choose from", "give at least one Post")
    for post in posts:
        if post.kind not in pupils_per_capacity:
            faults.add(
                f"{post.name!r} serves {post.kind!r}, and nothing says what capacity covers",
                f"give pupils_per_capacity[{post.kind!r}]",
            )
    if type(most) is not int or most < 1:
        faults.add("most is not a whole number of 1 or more", "give one", value=most)
    if across_m is not None and (not is_number(across_m) or across_m < 0):
        faults.add("across_m is not a number of 0 or more", "give one, or None", value=across_m)
    faults.refuse(MoneyError)
    return budget_pence


def _priorities(pupils_per_capacity: Mapping[str, float]) -> Priorities | None:
    return Priorities(travel_by="schools", pupils_per_capacity=FrozenDict(pupils_per_capacity))
