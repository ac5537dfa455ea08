"""Fairness between schools: who is worse off in an option, whose nearest centre is not theirs.

Journeys are those of the school itself to the centre of its cluster, each school counted once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.budget import Split
from clusters.domain import (
    FloatArray,
    FrozenDict,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    check_rules,
    is_whole,
    plans_of,
)
from clusters.errors import ArgumentError, DataError, Fault, Faults
from clusters.explain import Move, why_here
from clusters.measures import places_of
from clusters.measures.values import frame_by_kind
from clusters.money import pounds
from clusters.options.wording import cluster_name
from clusters.rulebook import length
from clusters.shown import Shown
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Envy", "Fairness", "fairness"]

NOTHING = 1e-9
"""Share of a journey below which a difference counts as none."""
MOST_NAMED = 5
"""Schools that the summary names for an option."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Envy(Shown):
    """A school to which the centre of another cluster is nearer than that of its own.

    Parameters
    ----------
    school, name
        Id and name.
    cluster, journey
        Its cluster, and its journey to the centre.
    nearer, nearer_journey
        The cluster whose centre is nearest, and the journey to it.

    Examples
    --------
    >>> Envy(school="a", name="Ash", cluster="West", journey=900.0, nearer="East",
    ...      nearer_journey=700.0).nearer
    'East'
    """

    school: SchoolId
    name: str
    cluster: str
    journey: float
    nearer: str
    nearer_journey: float

    @property
    def longer(self) -> float:
        """How much longer its journey is than that to the nearest centre."""
        return self.journey - self.nearer_journey


@dataclass(frozen=True, slots=False, kw_only=True, eq=False, repr=False)
class Fairness(Shown):
    """What each option means for each school.

    Parameters
    ----------
    problem, rules, priorities, plans
        As asked about; plans by name of the option.
    against
        The option with which the others are compared.
    pence
        For each option, what each school gets; empty where no money was given.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2)
    >>> plan = {"a": "a", "b": "a", "c": "c", "d": "c"}
    >>> found = cl.options.fairness(problem, two, {"halves": plan})
    >>> found.worst_off("halves")
    ('d',)
    """

    problem: Problem
    rules: Rules
    priorities: Priorities | None
    plans: Mapping[str, Plan]
    against: str
    pence: Mapping[str, Mapping[SchoolId, int]]

    # -- journeys ----------------------------------------------------------------------------

    @cached_property
    def _journeys(self) -> dict[str, FloatArray]:
        return {name: _journeys(self.problem, plan) for name, plan in self.plans.items()}

    @checked
    def journeys(self, option: str) -> dict[SchoolId, float]:
        """Return each school's journey to its centre; NaN where its cluster has none."""
        return dict(zip(self.problem.ids, self._of(option).tolist(), strict=True))

    def _of(self, option: str) -> FloatArray:
        if option not in self.plans:
            raise ArgumentError.of(f"there is no option {option!r}", f"use {', '.join(self.plans)}")
        return self._journeys[option]

    @checked
    def worst_off(self, option: str) -> tuple[SchoolId, ...]:
        """Return the schools with the longest journey."""
        journeys = self._of(option)
        longest = np.nanmax(journeys, initial=-math.inf)
        return tuple(self.problem.ids[k] for k in np.flatnonzero(journeys >= longest).tolist())

    @checked
    def worse_off(self, option: str) -> dict[SchoolId, float]:
        """Return who travels further than in the option compared with, and by how much."""
        more = self._of(option) - self._of(self.against)
        order = np.argsort(-np.nan_to_num(more), kind="stable").tolist()
        floor = NOTHING * max(1.0, float(np.nanmax(self._of(self.against), initial=1.0)))
        return {self.problem.ids[k]: float(more[k]) for k in order if more[k] > floor}

    @checked
    def less_money(self, option: str) -> dict[SchoolId, int]:
        """Return who gets less than in the option compared with, and by how many pence."""
        if not self.pence:
            return {}
        own, other = self._pence_of(option), self._pence_of(self.against)
        less = {key: other[key] - own[key] for key in self.problem.ids}
        return {k: x for k, x in sorted(less.items(), key=lambda each: -each[1]) if x > 0}

    def _pence_of(self, option: str) -> Mapping[SchoolId, int]:
        self._of(option)
        return self.pence[option]

    # -- envy --------------------------------------------------------------------------------

    @checked
    def envies(self, option: str) -> tuple[Envy, ...]:
        """List the schools whose nearest centre is another cluster's, the most affected first."""
        self._of(option)
        return self._envies[option]

    @cached_property
    def _envies(self) -> dict[str, tuple[Envy, ...]]:
        return {name: tuple(_envies(self.problem, plan)) for name, plan in self.plans.items()}

    @checked
    def reason(self, option: str, school: SchoolId) -> str:
        """Say why a school is not with the nearest centre, as `why_here` has it."""
        held = {self.problem.position(envy.school): envy for envy in self.envies(option)}
        envy = held.get(self.problem.position(school))
        name = self.problem.school(school).name
        if envy is None:
            return f"No centre of another cluster is nearer to {name} than its own."
        head = (
            f"{name} travels {length(self.problem, envy.journey)} to the centre of "
            f"{cluster_name(envy.cluster)}; that of {cluster_name(envy.nearer)} is "
            f"{length(self.problem, envy.nearer_journey)} away"
        )
        why = why_here(self.problem, self.rules, self.plans[option], school, self.priorities)
        move = next(move for move in why.moves if move.to == envy.nearer)
        return f"{head}. {self._obstacle(move)}"

    def _obstacle(self, move: Move) -> str:
        """Say what stands against a move."""
        if not move.allowed:
            first, *more = move.breaks or ("a rule would break.",)
            also = f" ({counted(len(more), 'further rule')} would break)" if more else ""
            return f"If it moved: {first}{also}"
        if move.cost_change > 0:
            return (
                "No rule stands against it, but the plan as a whole would cost more: both clusters "
                f"would choose their centre again, and its journey would be "
                f"{length(self.problem, move.journey)}."
            )
        return "No rule stands against it, and the plan would cost no more: it could move."

    # -- tables ------------------------------------------------------------------------------

    @checked
    def to_frame(self, kind: str = "option") -> pd.DataFrame:
        """Make a frame.

        Parameters
        ----------
        kind
            "option": a row for each option. "school": a row for each school with its journey (and
            money) in each option. "envy": a row for each school and option in which another centre
            is nearer, with the reason.
        """
        makers = {"option": self._option_rows, "school": self._school_rows, "envy": self._envy_rows}
        return frame_by_kind(kind, **makers)

    def _option_rows(self) -> Iterator[dict[str, Any]]:
        unit = self.problem.travel_unit
        for name in self.plans:
            journeys, worse, worst = self._of(name), self.worse_off(name), self.worst_off(name)
            row = {
                "option": name,
                f"mean_journey_{unit}": float(np.nanmean(journeys)),
                f"longest_journey_{unit}": float(np.nanmax(journeys)),
                "worst_off": self.problem.school(worst[0]).name if worst else "",
                "further_than_in": self.against,
                "schools_further": len(worse),
                f"most_further_{unit}": max(worse.values(), default=0.0),
                "nearest_is_not_mine": len(self.envies(name)),
            }
            if self.pence:
                less = self.less_money(name)
                row["schools_with_less"] = len(less)
                row["most_less_pence"] = max(less.values(), default=0)
            yield row

    def _school_rows(self) -> Iterator[dict[str, Any]]:
        unit = self.problem.travel_unit
        for k, school in enumerate(self.problem.schools):
            own = {name: float(journeys[k]) for name, journeys in self._journeys.items()}
            known = {name: value for name, value in own.items() if not math.isnan(value)}
            row: dict[str, Any] = {"school": school.urn, "name": school.name}
            row |= {f"journey_{unit} {name}": value for name, value in own.items()}
            row |= {
                "shortest_in": min(known, key=lambda name: known[name], default=""),
                "longest_in": max(known, key=lambda name: known[name], default=""),
                f"apart_{unit}": max(known.values()) - min(known.values()) if known else math.nan,
            }
            yield row | {f"pence {name}": held[school.urn] for name, held in self.pence.items()}

    def _envy_rows(self) -> Iterator[dict[str, Any]]:
        unit = self.problem.travel_unit
        for name in self.plans:
            for envy in self.envies(name):
                yield {
                    "option": name,
                    "school": envy.school,
                    "name": envy.name,
                    "cluster": envy.cluster,
                    f"journey_{unit}": envy.journey,
                    "nearer": envy.nearer,
                    f"nearer_journey_{unit}": envy.nearer_journey,
                    "reason": self.reason(name, envy.school),
                }

    def summary(self) -> str:
        """Say for each option who is worst off, who travels further, and whose nearest is not."""
        return "\n".join(line for name in self.plans for line in self._words(name))

    def _words(self, name: str) -> Iterator[str]:
        worst = self.worst_off(name)
        if worst:
            first, longest = self.problem.school(worst[0]).name, float(np.nanmax(self._of(name)))
            also = f" (and {counted(len(worst) - 1, 'other')} alike)" if len(worst) > 1 else ""
            far = length(self.problem, longest)
            yield f"{name}: the longest journey is that of {first}{also}, {far}."
        if name != self.against:
            worse = self.worse_off(name)
            tail = ""
            if worse:
                most, further = next(iter(worse.items()))
                far = length(self.problem, further)
                tail = f", {self.problem.school(most).name} the most ({far})"
            travel = counted(len(worse), "school travels", "schools travel")
            yield f"{travel} further than in {self.against}{tail}."
        less = self.less_money(name) if name != self.against else {}
        if less:
            key = next(iter(less))
            most = f"{self.problem.school(key).name} the most ({pounds(less[key])})"
            get = counted(len(less), "school gets", "schools get")
            yield f"{get} less money than in {self.against}, {most}."
        envies = self.envies(name)
        if envies:
            yield f"For {counted(len(envies), 'school')} the nearest centre is another cluster's."
            yield from (self.reason(name, envy.school) for envy in envies[:MOST_NAMED])


@checked
def fairness(
    problem: Problem,
    rules: Rules,
    plans: Mapping[str, PlanLike],
    priorities: Priorities | None = None,
    *,
    against: str | None = None,
    money: Mapping[str, Split | Mapping[SchoolId, int]] | None = None,
) -> Fairness:
    """Say who is worse off, who is worst off, and whose nearest centre is not theirs, by option.

    Parameters
    ----------
    problem, rules, priorities
        As for `why_here`, which gives the reasons.
    plans
        Options by name, for instance of `propose`; every school in each.
    against
        The option with which the others are compared; the first where not given.
    money
        For each option what each school gets: a `Split`, or whole pence by id.

    Raises
    ------
    ArgumentError
        If no plan is given, or a name is none of the plans'.
    DataError
        If a plan leaves a school out, or money does.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2, schools_per_cluster=(2, 2))
    >>> found = fairness(problem, two, {
    ...     "halves": {"a": "a", "b": "a", "c": "c", "d": "c"},
    ...     "uneven": {"a": "a", "b": "c", "c": "c", "d": "c"}})
    >>> found.worst_off("halves"), found.worse_off("uneven")
    (('d',), {})
    >>> print(found.reason("halves", "b"))
    b travels 1.0 km to the centre of cluster 1; that of cluster 2 is 900 metres away. If it \
moved: Cluster 1 has 1 school: 1 below the least allowed, 2. (1 further rule would break)
    """
    plans = plans_of(problem, plans)
    check_rules(problem, rules, priorities or Priorities(travel_by="schools"))
    if not plans:
        raise ArgumentError.of("no option is given", 'give {"name": plan}')
    against = next(iter(plans)) if against is None else against
    strange = [name for name in (against, *(money or {})) if name not in plans]
    strange += [name for name in plans if money and name not in money]
    if strange:
        remedy = f"use the names of the options: {', '.join(plans)}"
        raise ArgumentError(Fault(f"{name!r} is not named everywhere", remedy) for name in strange)
    for name, plan in plans.items():
        _refuse_gaps(problem, name, plan)
    return Fairness(
        problem=problem,
        rules=rules,
        priorities=priorities,
        plans=FrozenDict(plans),
        against=against,
        pence=FrozenDict(
            {name: _pence(problem, name, given) for name, given in (money or {}).items()}
        ),
    )


def _refuse_gaps(problem: Problem, name: str, plan: Plan) -> None:
    """Refuse a plan that leaves a school out: it has no journey."""
    faults, what = Faults(), f"option {name} has no cluster for this school"
    for k in np.flatnonzero(places_of(problem, plan) < 0).tolist():
        faults.add(what, "give it one, or correct the plan (cl.repair)", urn=problem.ids[k])
    faults.refuse(DataError)


def _pence(
    problem: Problem, name: str, given: Split | Mapping[SchoolId, int]
) -> Mapping[SchoolId, int]:
    if isinstance(given, Split):
        given = {share.key: share.total_pence for share in given.schools}
    found: dict[SchoolId, int] = {}
    faults = Faults()
    for key, pence in given.items():
        position = problem.find(key)
        if position is None:
            faults.add(f"money of {name} names no school", "check", urn=key)
        elif not is_whole(pence, -math.inf):
            what = f"money of {name} is not in whole pence"
            faults.add(what, "write £12.50 as 1250", str(pence), urn=key)
        else:
            found[problem.ids[position]] = int(pence)
    faults += [
        Fault(f"money of {name} lacks this school", "give 0 if so", urn=str(key))
        for key in problem.ids
        if key not in found and not faults
    ]
    faults.refuse(DataError)
    return FrozenDict(found)


def _held(problem: Problem, plan: Plan) -> list[tuple[str, int | None]]:
    """Label and centre's position of each cluster that holds a school."""
    return [
        (c.label, None if c.centre is None else problem.find(c.centre))
        for c in plan.clusters
        if any(problem.find(key) is not None for key in c.members)
    ]


def _journeys(problem: Problem, plan: Plan) -> FloatArray:
    centres = [centre for _, centre in _held(problem, plan)]
    own = [centres[place] for place in places_of(problem, plan).tolist()]
    journeys = [math.nan if c is None else problem.travel[k, c] for k, c in enumerate(own)]
    return np.array(journeys, dtype=np.float64)


def _envies(problem: Problem, plan: Plan) -> Iterator[Envy]:
    held, own = _held(problem, plan), _journeys(problem, plan)
    known = [(place, centre) for place, (_, centre) in enumerate(held) if centre is not None]
    found = []
    for k, place in enumerate(places_of(problem, plan).tolist()):
        nearest, centre = min(known, key=lambda each: problem.travel[k, each[1]])
        journey = float(problem.travel[k, centre])
        if nearest != place and journey < own[k] * (1 - NOTHING):
            school = problem.schools[k]
            found.append(
                Envy(
                    school=school.urn,
                    name=school.name,
                    cluster=held[place][0],
                    journey=float(own[k]),
                    nearer=held[nearest][0],
                    nearer_journey=journey,
                )
            )
    yield from sorted(found, key=lambda envy: -envy.longer)
