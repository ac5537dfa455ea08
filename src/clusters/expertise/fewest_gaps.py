"""The least that any plan leaves open, by counting; and rules that ask for the fewest gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clusters.arguments import checked
from clusters.domain import (
    FloatArray,
    IntArray,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    bounded_quantities,
)
from clusters.expertise.providers import refuse_types
from clusters.measures.facts import capacity_table, need_table, types_of
from clusters.rulebook import MICRO
from clusters.shown import Shown

__all__ = ["GapFloor", "gap_floor", "rules_for_fewest_gaps", "unmet_floor"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GapFloor(Shown):
    """The fewest clusters without a type, in any plan.

    Parameters
    ----------
    holders
        Schools with recorded capacity above 0; those that must stay together count once.
    needless
        Most clusters whose need of the type could be known to be none: they are no gaps.
    least
        clusters - holders - needless, at least 0: no plan has fewer gaps.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"ehcps_asd": [4, 2, 6, 3]}, expertise={"asd": [8, 0, 0, 0]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> floor = cl.expertise.gap_floor(problem, cl.Rules(n_clusters=2, contiguous=False))
    >>> [(one.kind, one.least) for one in floor]
    [('asd', 1)]
    """

    kind: str
    n_clusters: int
    holders: int
    needless: int
    least: int


@checked
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
    >>> from clusters import Problem, Rules
    >>> from clusters.expertise import gap_floor
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [3, 0], [9, 0]],
    ...     expertise={"asd": [0, 1, 0]})
    >>> gap_floor(problem, Rules(n_clusters=3, contiguous=False))[0].least
    2
    """
    count = rules.count_range[0] if n_clusters is None else n_clusters
    kinds = types_of(problem)
    need, held = need_table(problem, kinds), capacity_table(problem, kinds)
    rows = []
    for column, kind in enumerate(kinds):
        holders = len(_holder_groups(problem, rules, kind))
        # a cluster is known to be without need if nobody in it has any, and of one that is known
        none = int((need[:, column] == 0).sum())
        idle = ~(need[:, column] > 0) & ~(held[:, column] > 0)
        needless = min(none, _most_clusters(problem, rules, count, idle))
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


@checked
def unmet_floor(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    *,
    n_clusters: int | None = None,
) -> dict[str, float]:
    """Count for each type the pupils whom no plan can cover.

    At most h clusters hold a type that h schools have, each no larger than the rules allow; they
    hold no more pupils in need of it than the schools richest in that need that fit into so much
    (a continuous knapsack), and cover no more than their capacity does. The rest stays uncovered in
    every plan. The bound of `solve` may be higher.

    Parameters
    ----------
    priorities
        For `pupils_per_capacity`: only its types are counted.
    n_clusters
        Number of clusters; None for the lowest that the rules allow.

    Examples
    --------
    >>> from clusters import Capacity, NeedCount, Priorities, Problem, Rules, School
    >>> from clusters.expertise import unmet_floor
    >>> schools = [School(urn=u, name=u, easting=x, northing=0, need={"vi": NeedCount(ehcps=n)},
    ...     expertise={"vi": Capacity(amount=9, unit="days")} if u == "a" else {})
    ...     for u, x, n in [("a", 0, 2), ("b", 4, 3), ("c", 9, 1)]]
    >>> rules = Rules(n_clusters=2, schools_per_cluster=(1, 2), contiguous=False)
    >>> unmet_floor(Problem.from_schools(schools), rules,
    ...     Priorities(expertise=1, pupils_per_capacity={"vi": 1}))
    {'vi': 1.0}
    """
    count = rules.count_range[0] if n_clusters is None else n_clusters
    floors = {}
    for kind, covers in priorities.pupils_per_capacity.items():
        need = np.nan_to_num(need_table(problem, [kind])[:, 0])
        held = np.nan_to_num(capacity_table(problem, [kind])[:, 0])
        clusters = min(count, len(_holder_groups(problem, rules, kind)))
        served = min(float(need.sum()), covers * float(held.sum()))
        for load, _, most in _loads(problem, rules, count):
            if most is not None and not rules.exceptions:
                served = min(served, _fitting(need, load, clusters * most))
        floors[str(kind)] = max(0.0, round(float(need.sum()) - served, 6))
    return floors


def _fitting(value: FloatArray, load: FloatArray, room: float) -> float:
    """Most value that fits into a room, parts of items allowed."""
    total = float(value[load <= 0].sum())
    items = np.flatnonzero(load > 0)
    order = items[np.argsort(-value[items] / load[items], kind="stable")]
    for item in order.tolist():
        part = min(1.0, room / load[item])
        total += float(part * value[item])
        room -= float(load[item])
        if room <= 0:
            break
    return total


def _loads(
    problem: Problem, rules: Rules, count: int
) -> Iterator[tuple[FloatArray, float, float | None]]:
    """Yield each bounded sum with the least and most (None: any) of it in a cluster."""
    for q in bounded_quantities(problem, rules, count):
        yield (
            np.array(q.amounts) / MICRO,
            float((q.least or 0) / MICRO),
            None if q.most is None else float(q.most / MICRO),
        )


def _most_clusters(
    problem: Problem, rules: Rules, count: int, inside: npt.NDArray[np.bool_]
) -> int:
    """Most clusters that could be made of some schools alone, by what each must hold.

    A contiguous cluster lies in one connected part of these schools; one that holds an excused
    school may hold less than the rules say.
    """
    total = 0
    for part in _parts(problem, rules, inside):
        most = len(part)
        for load, least, _ in _loads(problem, rules, count):
            if least > 0:
                most = min(most, int((float(load[part].sum()) + 1e-6) // least))
        total += most
    return min(int(inside.sum()), total + len(rules.exceptions))


def _parts(problem: Problem, rules: Rules, inside: npt.NDArray[np.bool_]) -> list[IntArray]:
    """Split some schools into parts connected through neighbours (one where that is no rule)."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    chosen = np.flatnonzero(inside)
    if not rules.contiguous or problem.edges is None or not len(chosen):
        return [chosen]
    edges = problem.edges[inside[problem.edges].all(axis=1)]
    n = len(problem)
    graph = coo_array((np.ones(len(edges), dtype=np.int8), tuple(edges.T)), shape=(n, n))
    part = connected_components(graph, directed=False)[1][chosen]
    return [chosen[part == number] for number in np.unique(part)]


@checked
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
    >>> from clusters import Problem, Rules
    >>> from clusters.expertise import rules_for_fewest_gaps
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


def _together(problem: Problem, groups: Sequence[Sequence[SchoolId]]) -> dict[SchoolId, SchoolId]:
    """First school of the merged group that each school must stay with."""
    leader: dict[SchoolId, SchoolId] = {}
    for group in groups:
        keys = [problem.ids[problem.position(key)] for key in group]
        merged = {leader.get(key, key) for key in keys}
        first = leader.get(keys[0], keys[0])
        for key in (*keys, *(k for k, top in leader.items() if top in merged)):
            leader[key] = first
    return leader
