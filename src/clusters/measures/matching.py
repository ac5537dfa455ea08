"""How two plans lie over each other: which cluster is which, who moved, who is always together."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clusters.arguments import checked
from clusters.domain import IntArray, Plan, PlanLike, Problem, SchoolId, groups_of
from clusters.measures.facts import places_of
from clusters.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Difference", "always_together", "co_membership", "difference", "matches", "overlap"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Difference(Shown):
    """How far apart two plans are.

    Parameters
    ----------
    schools_moved
        The fewest schools that change cluster, clusters being matched so that most stay; a school
        that only one of the plans places counts as moved.
    variation_of_information
        In bits; 0 where the plans are the same (Meila 2007, "Comparing clusterings").
    pairs_differ
        Of the pairs of schools that share a cluster in either plan, the share that do so in one
        only (1 minus the Jaccard index).

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> comparison = cl.compare(problem, {"one": plan, "two": {**plan, "b": "East"}})
    >>> comparison.pairs["one", "two"].schools_moved
    1
    """

    schools_moved: int
    variation_of_information: float
    pairs_differ: float


def overlap(one: IntArray, other: IntArray) -> IntArray:
    """Count the schools in each pair of groups: array (groups of one, groups of other).

    Examples
    --------
    >>> import numpy as np
    >>> overlap(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])).tolist()
    [[1, 1], [0, 2]]
    """
    both = (one >= 0) & (other >= 0)
    table = np.zeros((one.max(initial=-1) + 1, other.max(initial=-1) + 1), dtype=np.int64)
    np.add.at(table, (one[both], other[both]), 1)
    return table


def matches(table: IntArray) -> dict[int, int]:
    """Match columns to rows so that the most schools stay: {column: row}.

    Clusters without a common school are never matched (Kuhn 1955, the Hungarian method).

    Examples
    --------
    >>> import numpy as np
    >>> matches(np.array([[1, 3], [2, 0]]))
    {1: 0, 0: 1}
    """
    from scipy.optimize import linear_sum_assignment

    if not table.size:
        return {}
    rows, columns = linear_sum_assignment(table, maximize=True)
    return {int(c): int(r) for r, c in zip(rows, columns, strict=True) if table[r, c]}


def difference(one: IntArray, other: IntArray) -> Difference:
    """Measure how far apart two plans are, given the group of each school (-1 for none).

    Examples
    --------
    >>> import numpy as np
    >>> difference(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])).schools_moved
    1
    """
    table = overlap(one, other)
    kept = sum(int(table[row, column]) for column, row in matches(table).items())
    return Difference(
        schools_moved=int(((one >= 0) | (other >= 0)).sum()) - kept,
        variation_of_information=_variation_of_information(table),
        pairs_differ=_pairs_differ(one, other, table),
    )


def _variation_of_information(table: IntArray) -> float:
    share = table / max(1, table.sum())
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    r, c = np.nonzero(share)
    terms = share[r, c] * (np.log2(share[r, c] / rows[r]) + np.log2(share[r, c] / columns[c]))
    return max(0.0, -math.fsum(terms))


def _pairs_differ(one: IntArray, other: IntArray, table: IntArray) -> float:
    pairs_one, pairs_other = (_pairs(np.bincount(side[side >= 0])) for side in (one, other))
    shared = _pairs(table)
    either = pairs_one + pairs_other - shared
    return 1 - shared / either if either else 0.0


def _pairs(counts: IntArray) -> int:
    return int((counts * (counts - 1) // 2).sum())


def _members(given: PlanLike) -> list[Sequence[SchoolId]]:
    """Schools of each group of a plan, or of a mapping {id: group}."""
    groups = groups_of(given)
    if isinstance(groups, Plan):
        return [cluster.members for cluster in groups.clusters]
    held: dict[Hashable, list[SchoolId]] = {}
    for key, label in groups.items():
        held.setdefault(label, []).append(key)
    return list(held.values())


def _as_places(
    plans: Mapping[str, PlanLike] | Iterable[PlanLike], problem: Problem | None
) -> tuple[tuple[SchoolId, ...], IntArray]:
    """Ids, and the group of each school in each plan: array (plans, schools)."""
    listed = list(plans.values() if isinstance(plans, Mapping) else plans)
    if problem is not None:
        return problem.ids, np.array([places_of(problem, plan) for plan in listed]).reshape(
            len(listed), len(problem)
        )
    groups = [_members(plan) for plan in listed]
    ids = tuple(dict.fromkeys(key for plan in groups for group in plan for key in group))
    index = {key: k for k, key in enumerate(ids)}
    places = np.full((len(listed), len(ids)), -1, dtype=np.int64)
    for row, plan in enumerate(groups):
        for number, group in enumerate(plan):
            places[row, [index[key] for key in group]] = number
    return ids, places


@checked
def co_membership(
    plans: Mapping[str, PlanLike] | Iterable[PlanLike], problem: Problem | None = None
) -> pd.DataFrame:
    """Count in what share of the plans each two schools are together.

    Parameters
    ----------
    plans
        By name, or just several.
    problem
        Gives the order of the schools; without it, the order in which the plans name them.

    Returns
    -------
    pandas.DataFrame
        Shares from 0 to 1, ids as index and as columns.

    Examples
    --------
    >>> from clusters import Plan
    >>> one = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    >>> two = Plan.from_assignment({"a": "a", "b": "a", "c": "a"})
    >>> co_membership([one, two]).loc["a"].tolist()
    [1.0, 1.0, 0.5]
    """
    import pandas as pd

    ids, places = _as_places(plans, problem)
    together = np.zeros((len(ids), len(ids)), dtype=np.int64)
    for row in places:
        together += (row[:, None] == row[None, :]) & (row >= 0)[:, None]
    share = together / max(1, len(places))
    index = pd.Index(ids, name="school")
    return pd.DataFrame(share, index=index, columns=index.rename("with"))


@checked
def always_together(
    plans: Mapping[str, PlanLike] | Iterable[PlanLike], problem: Problem | None = None
) -> tuple[tuple[SchoolId, ...], ...]:
    """Find the groups of schools that share a cluster in every plan, the largest first.

    Schools that some plan leaves out, and schools that are always together with no other, are in
    no group.

    Examples
    --------
    >>> from clusters import Plan
    >>> one = Plan.from_assignment({"a": "a", "b": "a", "c": "c"})
    >>> two = Plan.from_assignment({"a": "a", "b": "a", "c": "a"})
    >>> always_together([one, two])
    (('a', 'b'),)
    """
    ids, places = _as_places(plans, problem)
    groups: dict[tuple[int, ...], list[SchoolId]] = {}
    for key, column in zip(ids, places.T.tolist(), strict=True):
        if column and min(column) >= 0:
            groups.setdefault(tuple(column), []).append(key)
    found = [tuple(group) for group in groups.values() if len(group) > 1]
    return tuple(sorted(found, key=len, reverse=True))
