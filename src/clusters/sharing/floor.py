"""The fewest gaps that any plan can have, by counting holders, and rules that ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clusters.domain import Problem, Rules, SchoolId
from clusters.sharing.providers import capacity_table, need_table, refuse_types, types_of

__all__ = ["GapFloor", "gap_floor", "rules_for_fewest_gaps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapFloor:
    """The fewest clusters without a type, in any plan.

    Parameters
    ----------
    holders
        Schools with recorded capacity above 0; those that must stay together count once.
    needless
        Most clusters whose need of the type could be known to be none: they are no gaps.
    least
        clusters - holders - needless, at least 0: no plan has fewer gaps.
    """

    kind: str
    n_clusters: int
    holders: int
    needless: int
    least: int


def gap_floor(
    problem: Problem, rules: Rules, *, n_clusters: int | None = None
) -> tuple[GapFloor, ...]:
    """Count for each type the gaps that no plan can avoid.

    A school is in one cluster, so k clusters and h holders leave at least k - h clusters without
    one, whatever the plan. That is a proof; a plan with so few gaps cannot be bettered in this.

    Parameters
    ----------
    problem, rules
        The facts; the rules for the number of clusters, `together` and `schools_per_cluster`.
    n_clusters
        Number of clusters; None for the lowest that the rules allow.

    Examples
    --------
    >>> from clusters import Problem, Rules, gap_floor
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [3, 0], [9, 0]],
    ...     expertise={"asd": [0, 1, 0]})
    >>> gap_floor(problem, Rules(n_clusters=3, contiguous=False))[0].least
    2
    """
    count = rules.count_range[0] if n_clusters is None else n_clusters
    kinds = types_of(problem)
    need, held = need_table(problem, kinds), capacity_table(problem, kinds)
    fewest = int((rules.schools_per_cluster or (1, None))[0] or 1)
    rows = []
    for column, kind in enumerate(kinds):
        holders = len(_holder_groups(problem, rules, kind))
        # a cluster is known to be without need if nobody in it has any, and of one that is known
        none = int((need[:, column] == 0).sum())
        idle = int((~(need[:, column] > 0) & ~(held[:, column] > 0)).sum())
        needless = min(none, idle // fewest)
        rows.append(
            GapFloor(
                kind=kind,
                n_clusters=count,
                holders=holders,
                needless=needless,
                least=max(0, count - holders - needless),
            )
        )
    return tuple(rows)


def rules_for_fewest_gaps(
    problem: Problem, rules: Rules, kinds: Iterable[str] | None = None
) -> Rules:
    """Copy of rules that a plan satisfies only if it has the fewest clusters without each type.

    Of a type with at least as many holders as clusters, each cluster must hold some (rule
    `expertise`); of a scarcer type, no two holders may share a cluster (rule `apart`). Such rules
    may turn out not to be possible together: leave a type out then.

    Parameters
    ----------
    kinds
        Types to ask for; None for all on record that any school holds.

    Raises
    ------
    DataError
        If a type is not on record.

    Examples
    --------
    >>> from clusters import Problem, Rules, rules_for_fewest_gaps
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [3, 0], [9, 0]],
    ...     expertise={"asd": [2, 1, 4], "vi": [1, 1, 0]})
    >>> rules = rules_for_fewest_gaps(problem, Rules(n_clusters=3, contiguous=False))
    >>> dict(rules.expertise), rules.apart
    ({'asd': 1.0}, (('a', 'b'),))
    """
    asked = types_of(problem) if kinds is None else tuple(kinds)
    refuse_types(asked, problem, "kinds")
    low, high = rules.count_range
    least, apart = dict(rules.expertise), [tuple(group) for group in rules.apart]
    for kind in asked:
        groups = _holder_groups(problem, rules, kind)
        amounts = capacity_table(problem, [kind])[:, 0]
        if len(groups) >= high:
            smallest = float(np.nanmin(amounts[amounts > 0]))
            least[kind] = max(least.get(kind, 0.0), smallest)
        elif 1 < len(groups) <= low:
            apart.append(tuple(group[0] for group in groups))
    return replace(rules, expertise=least, apart=apart)


def _holder_groups(problem: Problem, rules: Rules, kind: str) -> list[list[SchoolId]]:
    """Schools that hold a type, those that must stay together in one group."""
    amounts = capacity_table(problem, [kind])[:, 0]
    holders = [problem.ids[k] for k in np.flatnonzero(amounts > 0).tolist()]
    bound = _together(problem, rules.together)
    groups: dict[SchoolId, list[SchoolId]] = {}
    for key in holders:
        groups.setdefault(bound.get(key, key), []).append(key)
    return list(groups.values())


def _together(
    problem: Problem, groups: Sequence[Sequence[SchoolId]]
) -> dict[SchoolId, SchoolId]:
    """First school of the merged group that each school must stay with."""
    leader: dict[SchoolId, SchoolId] = {}
    for group in groups:
        keys = [problem.ids[problem.position(key)] for key in group]
        merged = {leader.get(key, key) for key in keys}
        first = leader.get(keys[0], keys[0])
        for key in (*keys, *(k for k, top in leader.items() if top in merged)):
            leader[key] = first
    return leader
