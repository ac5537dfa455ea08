"""Better use of the money: which shared posts, at which schools, meet most unmet need per pound.

From need and expertise by cluster come the gaps; from the cost of a post and the pupils it covers,
what it would cost to fill them; within a budget, the choice of posts that covers most pupils, for
their own cluster or also for clusters within reach. The choice is by CP-SAT and says whether it is
proved to be the best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from clusters.domain import FrozenDict, Plan, Priorities, Problem, SchoolId, is_number
from clusters.errors import Fault, MoneyError, RulesError
from clusters.measures import Access, measure
from clusters.money import Amount, as_pounds, pence

if TYPE_CHECKING:
    import pandas as pd

    from clusters.model.posts import PostsAnswer, PostsCase

__all__ = ["Gap", "Post", "PostPlan", "SharedPost", "gaps", "share_posts"]

_PARTS = 1000
"""Pupils are counted in thousandths inside the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A sort of post (or place) that could be paid for.

    Parameters
    ----------
    name
        What it is called: "specialist teacher, autism".
    kind
        The type of need that it serves.
    cost
        POUNDS a year for one.
    covers
        Pupils that one covers (a policy), above 0.
    value
        Worth of covering one of these pupils against one of another type: a whole number from 1.

    Raises
    ------
    MoneyError
        Listing every fault.
    """

    name: str
    kind: str
    cost: Amount
    covers: float
    value: int = 1

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        try:
            pence(self.cost, f"the cost of {self.name!r}", least=1)
        except MoneyError as error:
            faults += error.faults
        if not is_number(self.covers) or round(self.covers * _PARTS) < 1:
            faults.append(
                _fault(
                    f"what {self.name!r} covers is not above 0",
                    "give the pupils that one covers",
                    self.covers,
                )
            )
        if type(self.value) is not int or not 1 <= self.value <= 1000:
            faults.append(
                _fault(
                    f"the value of {self.name!r} is not a whole number from 1 to 1000",
                    "give 1 where all count the same",
                    self.value,
                )
            )
        if faults:
            raise MoneyError(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Unmet need of one type in one cluster, before and after the posts.

    Parameters
    ----------
    need, capacity
        Pupils with this primary need; recorded capacity.
    unmet, unmet_after
        Pupils beyond what capacity covers; beyond what posts cover as well.
    posts_to_fill, cost_to_fill_pence
        Posts of the cheapest sort that would fill the gap alone, and their cost; None where no sort
        of post serves this type.
    """

    cluster: str
    kind: str
    need: float
    capacity: float
    unmet: float
    unmet_after: float
    posts_to_fill: int | None
    cost_to_fill_pence: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPost:
    """Posts of one sort at one school, and the pupils they cover by cluster."""

    name: str
    kind: str
    count: int
    school: SchoolId
    school_name: str
    cluster: str
    cost_pence: int
    serves: Mapping[str, float]

    @property
    def pupils(self) -> float:
        """Pupils covered."""
        return math.fsum(self.serves.values())

    @property
    def pence_per_pupil(self) -> int:
        """Cost of covering one pupil, in whole pence."""
        return round(Fraction(self.cost_pence) / Fraction(round(self.pupils * _PARTS), _PARTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPlan:
    """Posts chosen within a budget, the gaps they leave, and what is proved about the choice.

    Parameters
    ----------
    posts
        Cheapest per pupil first.
    gaps
        By cluster and type, those with unmet need only.
    cost_pence, budget_pence
        What the posts cost; what there was.
    unmet, unmet_after
        Pupils over all clusters and types.
    proved
        Whether no choice within the budget covers more (by value).
    most_possible
        No choice within the budget covers more pupils (by value) than this.
    not_counted
        Types whose unmet need is not known, because nothing says what capacity covers.
    """

    posts: tuple[SharedPost, ...]
    gaps: tuple[Gap, ...]
    cost_pence: int
    budget_pence: int
    unmet: float
    unmet_after: float
    proved: bool
    most_possible: float
    not_counted: tuple[str, ...]

    def to_frame(self, kind: Literal["post", "gap"] = "post") -> pd.DataFrame:
        """Return a table of posts, or of gaps; money in pence, and pounds as Decimals."""
        import pandas as pd

        if kind == "gap":
            return pd.DataFrame(
                [
                    {
                        "cluster": gap.cluster,
                        "type": gap.kind,
                        "need": gap.need,
                        "capacity": gap.capacity,
                        "unmet": gap.unmet,
                        "unmet_after": gap.unmet_after,
                        "posts_to_fill": gap.posts_to_fill,
                        "cost_to_fill_pence": gap.cost_to_fill_pence,
                    }
                    for gap in self.gaps
                ]
            )
        return pd.DataFrame(
            [
                {
                    "post": post.name,
                    "type": post.kind,
                    "count": post.count,
                    "urn": post.school,
                    "school": post.school_name,
                    "cluster": post.cluster,
                    "pupils": post.pupils,
                    "serves": "; ".join(f"{c}: {n:g}" for c, n in post.serves.items()),
                    "cost_pence": post.cost_pence,
                    "pence_per_pupil": post.pence_per_pupil,
                    "cost": as_pounds(post.cost_pence),
                }
                for post in self.posts
            ]
        )


def gaps(
    problem: Problem,
    plan: Plan,
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
    """
    return tuple(_gap(row, row.unmet, posts) for row in _unmet(problem, plan, pupils_per_capacity))


def share_posts(
    problem: Problem,
    plan: Plan,
    posts: Sequence[Post],
    budget: Amount,
    *,
    pupils_per_capacity: Mapping[str, float],
    across_m: float | None = None,
    most: int = 5,
    time_limit_s: float = 10.0,
    seed: int = 1,
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
    time_limit_s
        Time for the choice.

    Raises
    ------
    MoneyError
        Listing every fault of posts and budget.
    OutOfTimeError
        If no choice was found in the time.
    """
    budget_pence = _checked(posts, budget, pupils_per_capacity, most, across_m)
    rows = _unmet(problem, plan, pupils_per_capacity)
    known = {str(kind) for s in problem.schools for kind in (*s.need, *s.expertise)}
    kinds = sorted({row.kind for row in rows})
    labels = [cluster.label for cluster in plan.clusters]
    table = _Table(problem, plan, kinds, labels, rows)
    answer: PostsAnswer | None = None
    usable = [post for post in posts if post.kind in kinds]
    if usable and labels:
        from clusters.model.posts import solve_posts

        case = table.case(usable, budget_pence, across_m, most)
        answer = solve_posts(case, time_limit_s, seed)
    chosen = () if answer is None else table.posts(usable, answer)
    covered: dict[tuple[str, str], float] = {}
    for post in chosen:
        for label, pupils in post.serves.items():
            covered[label, post.kind] = covered.get((label, post.kind), 0.0) + pupils
    left = [
        _gap(row, max(0.0, row.unmet - covered.get((row.cluster, row.kind), 0.0)), posts)
        for row in rows
    ]
    return PostPlan(
        posts=chosen,
        gaps=tuple(left),
        cost_pence=sum(post.cost_pence for post in chosen),
        budget_pence=budget_pence,
        unmet=math.fsum(gap.unmet for gap in left),
        unmet_after=math.fsum(gap.unmet_after for gap in left),
        proved=answer is None or answer.proved,
        most_possible=0.0 if answer is None else answer.bound / _PARTS,
        not_counted=tuple(sorted(known - set(pupils_per_capacity))),
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
            [round(unmet.get((kind, label), 0.0) * _PARTS) for label in labels] for kind in kinds
        ]
        members = [
            [k for urn in cluster.members if (k := problem.find(urn)) is not None]
            for cluster in plan.clusters
        ]
        self.host = {
            (kind, c): self._host(kind, schools)
            for kind in kinds
            for c, schools in enumerate(members)
        }

    def _host(self, kind: str, schools: Sequence[int]) -> int:
        def pupils(k: int) -> int:
            count = self.problem.schools[k].need.get(kind)
            return 0 if count is None else (count.ehcps or 0) + (count.sen_support or 0)

        travel = self.problem.travel
        return min(
            schools,
            key=lambda host: (math.fsum(pupils(k) * float(travel[k, host]) for k in schools), host),
        )

    def _journey(self, kind: str, c: int, d: int) -> float:
        return float(self.problem.travel[self.host[kind, d], self.host[kind, c]])

    def case(
        self, posts: Sequence[Post], budget: int, across_m: float | None, most: int
    ) -> PostsCase:
        """Put the choice into whole numbers."""
        from clusters.model.posts import PostsCase

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
        first = posts[0].kind
        return PostsCase(
            unmet=self.unmet,
            kind=[self.kinds.index(post.kind) for post in posts],
            cost=[pence(post.cost) for post in posts],
            covers=[round(post.covers * _PARTS) for post in posts],
            value=[post.value for post in posts],
            reach=reach,
            travel=[
                [min(10**6, round(min(1e6, self._journey(first, c, d)))) for d in places]
                for c in places
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
                            self.labels[to]: parts / _PARTS
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
    """Rows of cluster and type with unmet need."""
    priorities = Priorities(
        travel_by="schools", pupils_per_capacity=FrozenDict(pupils_per_capacity)
    )
    return [row for row in measure(problem, plan, priorities).expertise if row.unmet > 0]


def _gap(row: Access, after: float, posts: Sequence[Post]) -> Gap:
    sorts = [post for post in posts if post.kind == row.kind]
    count: int | None = None
    cost: int | None = None
    if sorts:
        best = min(sorts, key=lambda post: Fraction(pence(post.cost)) / Fraction(post.covers))
        count = math.ceil(round(row.unmet * _PARTS) / round(best.covers * _PARTS))
        cost = count * pence(best.cost)
    return Gap(
        cluster=row.cluster,
        kind=row.kind,
        need=row.need,
        capacity=row.capacity,
        unmet=row.unmet,
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
    faults: list[Fault] = []
    budget_pence = 0
    try:
        budget_pence = pence(budget, "the budget for posts")
        Priorities(pupils_per_capacity=FrozenDict(pupils_per_capacity))
    except (MoneyError, RulesError) as error:
        faults += error.faults
    if not posts:
        faults.append(_fault("there are no posts to choose from", "give at least one Post"))
    for post in posts:
        if post.kind not in pupils_per_capacity:
            faults.append(
                _fault(
                    f"{post.name!r} serves {post.kind!r}, and nothing says what capacity covers",
                    f"give pupils_per_capacity[{post.kind!r}]",
                )
            )
    if type(most) is not int or most < 1:
        faults.append(_fault("most is not a whole number of 1 or more", "give one", most))
    if across_m is not None and (not is_number(across_m) or across_m < 0):
        faults.append(
            _fault("across_m is not a number of 0 or more", "give one, or None", across_m)
        )
    if faults:
        raise MoneyError(faults)
    return budget_pence


def _fault(what: str, remedy: str, value: object = None) -> Fault:
    return Fault(what=what, remedy=remedy, value=None if value is None else str(value))
