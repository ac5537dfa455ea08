"""Round trips of SENCOs in minutes a month.

A visit is a trip from the base of a cluster (its centre, or its lead's school) to one school and
back; several schools on one trip are not looked at, so the sums are upper limits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from clusters.arguments import checked
from clusters.domain import Plan, PlanLike, Problem, SchoolId, is_number, plan_of
from clusters.errors import DataError, Faults, RulesError
from clusters.measures.values import check_kind
from clusters.rulebook import UNIT_WORDS
from clusters.shown import Shown
from clusters.text import counted, first_few, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClusterVisits", "Often", "SchoolVisits", "Visits", "round_trips"]

Often = float | Mapping[SchoolId, float]
"""Visits a month to each school: one number for all, or by id."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SchoolVisits(Shown):
    """Trips to one school.

    Parameters
    ----------
    urn, name, cluster
        The school, and the label of its cluster.
    base
        Id of the school that trips begin and end at.
    out, back
        Journey there and back, in the problem's unit; they may differ by direction.
    visits
        A month.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [9, 0]])
    >>> trips = cl.visits.round_trips(problem, {"a": "West", "b": "West"}, 2, bases={"West": "a"})
    >>> school = trips.schools[1]
    >>> school.base, school.out + school.back, school.a_month
    ('a', 16.0, 32.0)
    """

    urn: SchoolId
    name: str
    cluster: str
    base: SchoolId
    out: float
    back: float
    visits: float

    @property
    def a_month(self) -> float:
        """Time (or metres) on the road a month."""
        return (self.out + self.back) * self.visits if self.visits else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ClusterVisits(Shown):
    """Trips in one cluster: its base, how many trips and how long on the road a month.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [9, 0]])
    >>> trips = cl.visits.round_trips(problem, {"a": "West", "b": "West"}, 2, bases={"West": "a"})
    >>> trips.worst.base, trips.worst.trips, trips.worst.furthest.urn
    ('a', 2.0, 'b')
    """

    cluster: str
    base: SchoolId
    base_name: str
    trips: float
    a_month: float
    furthest: SchoolVisits


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Visits(Shown):
    """Round trips of every SENCO under one table of journeys.

    Parameters
    ----------
    schools, clusters
        In the order of the problem, and of the plan.
    unit
        "min" or "m".

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [9, 0]])
    >>> trips = cl.visits.round_trips(problem, {"a": "West", "b": "West"}, 2, bases={"West": "a"})
    >>> trips.a_month, trips.unit
    (32.0, 'min')
    >>> trips.to_frame("school")["a_month_min"].tolist()
    [0.0, 32.0]
    """

    schools: tuple[SchoolVisits, ...]
    clusters: tuple[ClusterVisits, ...]
    unit: str

    @property
    def a_month(self) -> float:
        """Time (or metres) on the road a month, of all clusters."""
        return math.fsum(row.a_month for row in self.clusters)

    @property
    def worst(self) -> ClusterVisits:
        """The cluster with most on the road a month (of equals, the first)."""
        return max(self.clusters, key=lambda row: row.a_month)

    @property
    def sentence(self) -> str:
        """Say how much all spend on the road, and who most."""
        unit = UNIT_WORDS[self.unit]
        worst = self.worst
        far = worst.furthest
        return (
            f"All SENCOs together are {shown(round(self.a_month, 1))} {unit} a month on the road, "
            f"{shown(round(self.a_month / len(self.clusters), 1))} in the mean cluster. Most is "
            f"{worst.cluster}: {shown(round(worst.a_month, 1))} {unit} for "
            f"{shown(round(worst.trips, 2))} trips from {worst.base_name}; its longest round trip, "
            f"to {far.name}, takes {shown(round(far.out + far.back, 1))} {unit}."
        )

    @checked
    def to_frame(self, level: Literal["cluster", "school"] = "cluster") -> pd.DataFrame:
        """Make a frame with a row for each cluster or school; journeys in the column's unit."""
        import pandas as pd

        check_kind(level, ("cluster", "school"))
        rows: list[tuple[Any, ...]]
        if level == "school":
            rows = [
                (r.urn, r.name, r.cluster, r.base, r.out, r.back, r.visits, r.a_month)
                for r in self.schools
            ]
            names = ["urn", "name", "cluster", "base", "out", "back", "visits", "a_month"]
        else:
            rows = [
                (r.cluster, r.base, r.base_name, r.trips, r.a_month, r.furthest.name)
                for r in self.clusters
            ]
            names = ["cluster", "base", "base_name", "trips", "a_month", "furthest"]
        ours = {name: f"{name}_{self.unit}" for name in ("out", "back", "a_month")}
        return pd.DataFrame(rows, columns=names).rename(columns=ours)


@checked
def round_trips(
    problem: Problem,
    plan: PlanLike,
    visits: Often = 1.0,
    *,
    bases: Mapping[str, SchoolId] | None = None,
) -> Visits:
    """Work out how long SENCOs are on the road a month: from each base to each school and back.

    Parameters
    ----------
    problem
        Its journeys are taken by direction: there from row to column, and back.
    plan
        Places every school once.
    visits
        Visits a month to each school: 1, 0.5 (one in two months), or numbers by id. The base is
        not visited.
    bases
        By label of the cluster, the school that trips begin and end at, such as
        ``choose_leads(...).by_cluster``; None for the centres.

    Raises
    ------
    DataError
        If the plan does not place every school once, or visits lack a school.
    RulesError
        If a cluster has no base.

    Examples
    --------
    >>> problem = Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [3000, 0]], travel_min=[[0, 7], [9, 0]])
    >>> found = round_trips(problem, {"a": "West", "b": "West"}, 2, bases={"West": "a"})
    >>> found.a_month  # 2 visits x (7 there + 9 back)
    32.0
    """
    plan = plan_of(problem, plan)
    _refuse_broken(problem, plan)
    often = _often(problem, visits)
    clusters: list[ClusterVisits] = []
    schools: dict[SchoolId, SchoolVisits] = {}
    for cluster in plan.clusters:
        if not cluster.members:
            continue
        base = _base(problem, cluster.label, cluster.centre, bases)
        rows = [
            SchoolVisits(
                urn=problem.ids[p],
                name=problem.schools[p].name,
                cluster=cluster.label,
                base=problem.ids[base],
                out=float(problem.travel[base, p]),
                back=float(problem.travel[p, base]),
                visits=0.0 if p == base else often[p],
            )
            for p in sorted(problem.position(key) for key in cluster.members)
        ]
        schools |= {row.urn: row for row in rows}
        clusters.append(
            ClusterVisits(
                cluster=cluster.label,
                base=problem.ids[base],
                base_name=problem.schools[base].name,
                trips=math.fsum(row.visits for row in rows),
                a_month=math.fsum(row.a_month for row in rows),
                furthest=max(rows, key=lambda row: row.out + row.back),
            )
        )
    return Visits(
        schools=tuple(schools[key] for key in problem.ids),
        clusters=tuple(clusters),
        unit=problem.travel_unit,
    )


def _often(problem: Problem, visits: Any) -> list[float]:
    by_id = visits if isinstance(visits, Mapping) else dict.fromkeys(problem.ids, visits)
    known = {problem.find(key): value for key, value in by_id.items()}
    faults, what = Faults(), "visits a month is not a number of 0 or more"
    for key, value in by_id.items():
        if not is_number(value) or value < 0:
            faults.add(what, "give a number, such as 1 or 0.5", str(value), urn=key)
    missing = [str(key) for k, key in enumerate(problem.ids) if k not in known]
    if missing:
        what = f"visits lack {counted(len(missing), 'school')}: {first_few(missing, 5)}"
        faults.add(what, "give a number for each school, 0 for one that is not visited")
    if faults:
        raise DataError(faults[:5])
    return [float(Fraction(str(known[k]))) for k in range(len(problem))]


def _base(
    problem: Problem, label: str, centre: SchoolId | None, bases: Mapping[str, SchoolId] | None
) -> int:
    base = centre if bases is None else bases.get(label)
    if base is None:
        where = "the plan says no centre" if bases is None else "bases has no school"
        what = f"{where} for the cluster {label}"
        raise RulesError.of(what, "name the school that trips begin at: bases={label: id}")
    return problem.position(base)


def _refuse_broken(problem: Problem, plan: Plan) -> None:
    times = [0] * len(problem)
    for cluster in plan.clusters:
        for key in cluster.members:
            times[problem.position(key)] += 1
    wrong = [str(problem.ids[k]) for k, count in enumerate(times) if count != 1]
    if wrong:
        raise DataError.of(
            f"the plan does not place {counted(len(wrong), 'school')} exactly once: "
            f"{first_few(wrong, 5)}",
            "repair the plan first (cl.repair)",
        )
