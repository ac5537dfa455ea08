"""What one move changes, exactly: costs by priority, centres chosen again, rules broken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from clusters.domain import (
    PRIORITY_NAMES,
    Cluster,
    FrozenDict,
    IntArray,
    Plan,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    weighing,
)
from clusters.explain.instances import allowed_cost, unit_price
from clusters.measures import places_of
from clusters.model.compiling import compile_instance
from clusters.shown import Shown
from clusters.verifier import verify

__all__ = ["Ground", "Move"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Move(Shown):
    """What happens when one school moves to another cluster and both choose their centre again.

    Parameters
    ----------
    school
        Id of the school.
    to
        Label of the cluster that it would join.
    cost_change
        Change of the cost under the priorities; above 0 is worse.
    by_priority
        The same by priority, in its own unit: "travel" in units of `travel_by` x metres (or
        minutes), "balance" in units of its measure, "expertise" in pupils, "pyramids" in pieces,
        "change" in schools.
    journey
        The school's own journey to the new centre, in the problem's unit.
    allowed
        Whether the plan after the move keeps every rule that it kept before.
    breaks
        Findings of the verifier that the plan did not have before, as sentences.
    broken
        Names of the rules that these are about.
    centres
        New centres of the cluster left and of the cluster joined.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> move = cl.why_here(problem, rules, plan, "b").moves[0]
    >>> move.school, move.to, move.allowed
    ('b', 'East', True)
    """

    school: SchoolId
    to: str
    cost_change: float
    by_priority: Mapping[str, float] = field(default_factory=FrozenDict)
    journey: float
    allowed: bool
    breaks: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    centres: tuple[SchoolId | None, SchoolId | None] = (None, None)


class Ground:
    """A plan with its facts and policy, ready to answer what single moves change.

    Parameters
    ----------
    plan
        Every school in exactly one cluster (DataError otherwise, from the caller).
    """

    def __init__(self, problem: Problem, rules: Rules, priorities: Priorities, plan: Plan) -> None:
        self.problem, self.rules, self.priorities = problem, rules, priorities
        self.plan = Plan(tuple(c for c in plan.clusters if c.members))
        k = len(self.plan.clusters)
        free = Rules(n_clusters=k, contiguous=False, centres=rules.centres)
        self.hard = compile_instance(
            problem, replace(rules, n_clusters=k, together=()), priorities, k
        )
        self.free = compile_instance(problem, free, priorities, k)
        self.parts = {
            name: (
                compile_instance(problem, free, weighing(priorities, **{name: weight}), k),
                weight,
            )
            for name in PRIORITY_NAMES
            if (weight := getattr(priorities, name))
        }
        self.place = places_of(problem, self.plan)
        self.atom = np.empty(len(problem), dtype=np.int64)
        for a, members in enumerate(self.free.members):
            self.atom[members[0]] = a
        self.held: list[IntArray] = [np.sort(self.atom[self.place == c]) for c in range(k)]
        self.now = [self.centre_and_cost(atoms) for atoms in self.held]
        self._without: dict[int, tuple[int, float]] = {}

    @cached_property
    def findings(self) -> frozenset[tuple[str, str]]:
        """Findings that the plan has as it is: (rule, sentence)."""
        certificate = verify(self.problem, self.rules, self.plan)
        return frozenset((f.rule, f.message) for f in certificate.findings)

    @cached_property
    def travel_total(self) -> float:
        """Weighted journeys of the whole plan (0 where travel is no priority)."""
        if "travel" not in self.parts:
            return 0.0
        return sum(
            self._part("travel", atoms, centre)
            for atoms, (centre, _) in zip(self.held, self.now, strict=True)
        )

    @cached_property
    def mates(self) -> dict[int, frozenset[int]]:
        """Schools that each school must be with, by position."""
        groups: dict[int, set[int]] = {}
        for group in self.rules.together:
            held = {self.problem.position(key) for key in group}
            for other in [groups[p] for p in held if p in groups]:
                held |= other
            for p in held:
                groups[p] = held
        return {p: frozenset(held - {p}) for p, held in groups.items()}

    def centre_and_cost(self, atoms: IntArray) -> tuple[int, float]:
        """Cheapest centre that the rules allow (else any), and the cost of the cluster."""
        centre, cost = self.hard.best_centre(atoms)
        if math.isfinite(cost):
            return centre, cost
        return self.free.best_centre(atoms)

    def _part(self, name: str, atoms: IntArray, centre: int) -> float:
        """One priority's share of a cluster's cost, in its own unit."""
        instance, weight = self.parts[name]
        cost = float(instance.cost[atoms, centre].sum()) + instance.shared_cost(atoms)
        if name == "travel":
            return cost / float(weight)
        unit = unit_price(self.problem, self.priorities, name)
        return cost / (float(weight) * unit) if unit else 0.0

    def _changed(self, position: int, target: int) -> tuple[IntArray, IntArray]:
        """Atoms of the two clusters after a move: of what is left, of what is joined."""
        own, a = int(self.place[position]), int(self.atom[position])
        left = self.held[own][self.held[own] != a]
        return left, np.sort(np.append(self.held[target], a))

    def targets(self, position: int, *, near: bool) -> list[int]:
        """Clusters that a school could move to: those it borders on (all, if none), or all."""
        own = int(self.place[position])
        beside: set[int] = set()
        if near and self.hard.neighbours is not None:
            around = self.hard.neighbours[int(self.atom[position])]
            beside = {int(self.place[self.free.members[b][0]]) for b in around}
        return [
            c for c in range(len(self.held)) if c != own and (c in beside or not beside - {own})
        ]

    def move(self, position: int, target: int) -> Move:
        """Price one move; `breaks` is filled in by `with_breaks`."""
        own, a = int(self.place[position]), int(self.atom[position])
        left, joined = self._changed(position, target)
        if len(left) == 0:
            left_centre, left_cost = -1, 0.0
        elif a in self._without:
            left_centre, left_cost = self._without[a]
        else:
            left_centre, left_cost = self._without[a] = self.centre_and_cost(left)
        joined_centre, joined_cost = self.centre_and_cost(joined)
        change = left_cost + joined_cost - self.now[own][1] - self.now[target][1]
        school = self.problem.schools[position]
        allowed = len(left) > 0 and self._allowed(position, left, joined)
        return Move(
            school=school.urn,
            to=self.plan.clusters[target].label,
            cost_change=float(change),
            journey=self._journey(position, joined_centre),
            allowed=allowed,
            centres=(self._id(left_centre), self._id(joined_centre)),
        )

    def _journey(self, position: int, centre: int) -> float:
        if centre < 0:
            return math.nan
        return float(self.problem.travel[position, int(self.free.centre_school[centre])])

    def _id(self, centre: int) -> SchoolId | None:
        if centre < 0:
            return None
        return self.problem.schools[int(self.free.centre_school[centre])].urn

    def _allowed(self, position: int, left: IntArray, joined: IntArray) -> bool:
        """Whether the two clusters keep every rule after the move."""
        if self.mates.get(position):
            return False
        return all(math.isfinite(allowed_cost(self.hard, atoms)) for atoms in (left, joined))

    def nearer(self, position: int) -> int | None:
        """Cluster whose centre of now is nearest to a school, where it is nearer than its own."""
        journeys = [self._journey_now(position, c) for c in range(len(self.held))]
        nearest = min(range(len(journeys)), key=lambda c: journeys[c])
        own = journeys[int(self.place[position])]
        return nearest if journeys[nearest] < own * (1 - 1e-9) else None

    def _journey_now(self, position: int, target: int) -> float:
        centre = self.plan.clusters[target].centre
        p = None if centre is None else self.problem.find(centre)
        return math.inf if p is None else float(self.problem.travel[position, p])

    def would_break(self, position: int, target: int) -> tuple[str, ...] | None:
        """Name the rules that a move breaks, where the plan breaks none so far.

        Of two rules on centres it is not known here which one it is: None then.
        """
        left, joined = self._changed(position, target)
        broken: dict[str, None] = dict.fromkeys(["together"] if self.mates.get(position) else [])
        broken |= dict.fromkeys([] if len(left) else ["n_clusters"])
        for atoms in (left, joined):
            if not len(atoms):
                continue
            low, high = self.hard.bounds_of(atoms)
            load = self.hard.loads[:, atoms].sum(axis=1)
            for d in np.flatnonzero((load < low) | (load > high)).tolist():
                broken[self.hard.rules[d][0]] = None
            held = set(atoms.tolist())
            if any(x in held and y in held for x, y in self.hard.apart):
                broken["apart"] = None
            if not self.hard.connected(atoms):
                broken["contiguous"] = None
            if not math.isfinite(self.hard.best_centre(atoms)[1]):
                return None
        return tuple(broken)

    def detailed(self, move: Move) -> Move:
        """Add what each priority gains or loses, and which rules would break."""
        position = self.problem.position(move.school)
        target = next(c for c, cluster in enumerate(self.plan.clusters) if cluster.label == move.to)
        own, a = int(self.place[position]), int(self.atom[position])
        left, joined = self._changed(position, target)
        left_centre = self._without.get(a, (-1, 0.0))[0]
        joined_centre = self.centre_and_cost(joined)[0]
        changes = {}
        for name in self.parts:
            after = self._part(name, joined, joined_centre)
            after += self._part(name, left, left_centre) if len(left) else 0.0
            before = self._part(name, self.held[own], self.now[own][0])
            before += self._part(name, self.held[target], self.now[target][0])
            changes[name] = float(after - before)
        if move.allowed:
            return replace(move, by_priority=FrozenDict(changes))
        fresh = self._fresh_findings(position, target, move)
        return replace(
            move,
            by_priority=FrozenDict(changes),
            allowed=not fresh,
            breaks=tuple(message for _, message in fresh),
            broken=tuple(dict.fromkeys(rule for rule, _ in fresh)),
        )

    def _fresh_findings(self, position: int, target: int, move: Move) -> list[tuple[str, str]]:
        moved = self.after(
            [(position, target)],
            {int(self.place[position]): move.centres[0], target: move.centres[1]},
        )
        before = {rule for rule, _ in self.findings}
        certificate = verify(self.problem, self.rules, moved)
        return [
            (f.rule, f.message)
            for f in certificate.findings
            if (f.rule, f.message) not in self.findings
            and not (f.rule == "n_clusters" and "n_clusters" in before)
        ]

    def after(
        self, moves: Sequence[tuple[int, int]], centres: Mapping[int, SchoolId | None] | None = None
    ) -> Plan:
        """Return the plan after schools (by position) have moved to clusters (by number)."""
        place = self.place.copy()
        for position, target in moves:
            place[position] = target
        clusters = []
        for c, cluster in enumerate(self.plan.clusters):
            held = np.flatnonzero(place == c).tolist()
            if not held:
                continue
            centre = cluster.centre
            if centres is not None and c in centres:
                centre = centres[c]
            elif (place != self.place)[(place == c) | (self.place == c)].any():
                centre = self._id(self.centre_and_cost(np.sort(self.atom[held]))[0])
            ids = tuple(self.problem.schools[p].urn for p in held)
            clusters.append(Cluster(cluster.label, centre, ids))
        return Plan(tuple(clusters))
