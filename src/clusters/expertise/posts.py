"""What a shared post is, the gaps that posts fill, and a choice of posts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from clusters.arguments import checked
from clusters.domain import FrozenDict, SchoolId, is_number
from clusters.domain.values import picked
from clusters.errors import Faults, MoneyError
from clusters.measures.values import frame_of
from clusters.money import Amount, as_pounds, pence
from clusters.shown import Shown, framed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PARTS", "Gap", "Post", "PostPlan", "SharedPost"]

PARTS = 1000
"""Pupils are counted in thousandths inside the model."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Post(Shown):
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

    Examples
    --------
    >>> Post(name="autism teacher", kind="asd", cost="52000", covers=40)
    Post(name='autism teacher', kind='asd', cost='52000', covers=40)
    """

    name: str
    kind: str
    cost: Amount
    covers: float
    value: int = 1

    def __post_init__(self) -> None:
        faults = Faults()
        faults.take(0, lambda: pence(self.cost, f"the cost of {self.name!r}", least=1))
        if not is_number(self.covers) or round(self.covers * PARTS) < 1:
            faults.add(
                f"what {self.name!r} covers is not above 0",
                "give the pupils that one covers",
                value=self.covers,
            )
        if type(self.value) is not int or not 1 <= self.value <= 1000:
            faults.add(
                f"the value of {self.name!r} is not a whole number from 1 to 1000",
                "give 1 where all count the same",
                value=self.value,
            )
        faults.refuse(MoneyError)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gap(Shown):
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

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> gap = cl.expertise.gaps(problem, plan, {"asd": 0.5})[0]
    >>> gap.cluster, gap.kind
    ('Calderwick North', 'asd')
    """

    cluster: str
    kind: str
    need: float
    capacity: float
    unmet: float
    unmet_after: float
    posts_to_fill: int | None
    cost_to_fill_pence: int | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SharedPost(Shown):
    """Posts of one sort at one school, and the pupils they cover by cluster.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> post = cl.expertise.Post(name="teacher", kind="asd", cost="50000", covers=6)
    >>> shared = cl.expertise.share_posts(
    ...     problem, plan, [post], "100000", pupils_per_capacity={"asd": 0.5})
    >>> shared.posts[0].name, shared.posts[0].cost_pence
    ('teacher', 10000000)
    """

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
        return round(Fraction(self.cost_pence) / Fraction(round(self.pupils * PARTS), PARTS))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PostPlan(Shown):
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
    capacity_not_known
        By type, schools of whose capacity nothing is recorded. What they may hold is not counted,
        so the unmet need is the most that it can be.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> post = cl.expertise.Post(name="teacher", kind="asd", cost="50000", covers=6)
    >>> shared = cl.expertise.share_posts(
    ...     problem, plan, [post], "100000", pupils_per_capacity={"asd": 0.5})
    >>> shared.proved, shared.unmet_after < shared.unmet
    (True, True)
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
    capacity_not_known: Mapping[str, int] = field(default_factory=FrozenDict)

    def to_frame(self, kind: Literal["post", "gap"] = "post") -> pd.DataFrame:
        """Return a table of posts, or of gaps; money in pence, and pounds as Decimals."""
        if kind == "gap":
            return frame_of(self.gaps, Gap).rename(columns={"kind": "type"})
        return framed(
            {
                "post": post.name,
                "type": post.kind,
                "count": post.count,
                "urn": post.school,
                "school": post.school_name,
                **picked(post, "cluster", "pupils"),
                "serves": "; ".join(f"{c}: {n:g}" for c, n in post.serves.items()),
                **picked(post, "cost_pence", "pence_per_pupil"),
                "cost": as_pounds(post.cost_pence),
            }
            for post in self.posts
        )
