"""The best plan of a tiny problem, by trying every cluster: plain Python, slow, easy to believe.

Costs add up over clusters and, once the number of clusters is known, every rule is about one
cluster. So each of the 2^n sets of schools is judged by itself, with its cheapest centre, and the
best parting of all schools into k of them follows by dynamic programming over sets. Sums are exact
fractions of the decimals that were written; nothing here comes from model/ or search/.
`tests/search/test_brute.py` compares it with the verifier plan by plan.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from clusters import Plan, Priorities, Problem, Rules
from clusters.domain import Cluster


def exact(value: float) -> Fraction:
    return Fraction(str(value))


@dataclass
class Judge:
    """Judges sets of schools (as bits of a number) as clusters of plans of k clusters."""

    problem: Problem
    rules: Rules
    priorities: Priorities
    k: int

    def __post_init__(self) -> None:
        n = len(self.problem)
        self.n = n
        self.travel = self.problem.travel.tolist()
        names = {*self.rules.balance, *self.rules.limits, self.priorities.travel_by}
        names.add(self.priorities.balance_measure)
        self.amounts = {
            name: [exact(v) for v in self.problem.measure(name).tolist()]
            for name in names
            if name in self.problem.measures
        }
        self.near = [0] * n
        for i, j in self.problem.edges.tolist() if self.problem.edges is not None else ():
            self.near[i] |= 1 << j
            self.near[j] |= 1 << i
        find = self.problem.position
        self.together = [sum(1 << p for p in {find(s) for s in g}) for g in self.rules.together]
        self.apart = [sum(1 << p for p in {find(s) for s in g}) for g in self.rules.apart]
        self.excuses = {find(s): e for s, e in self.rules.exceptions.items()}
        centres = self.rules.centres
        self.may_lead = set(range(n)) if centres is None else {find(s) for s in centres}
        self.unit = 1000 if self.problem.travel_unit == "m" else 1
        self.pyramids = [sum(1 << find(s) for s in ids) for ids in self.problem.pyramids.values()]
        self.today = self._today()

    def _today(self) -> dict[int, object]:
        before = self.priorities.reference
        if before is None:
            return {}
        groups = before.labels if isinstance(before, Plan) else before
        return {self.problem.position(s): g for s, g in groups.items()}

    # ---- rules ----------------------------------------------------------------------------------

    def keeps_rules(self, members: list[int], bits: int) -> bool:
        return (
            self._bounds_hold(members)
            and self._phases_hold(members)
            and all(bits & g in (0, g) for g in self.together)
            and all((bits & g).bit_count() <= 1 for g in self.apart)
            and (not self.rules.contiguous or self._connected(bits))
        )

    def _connected(self, bits: int) -> bool:
        reached = bits & -bits
        while True:
            further = reached
            for p in range(self.n):
                if reached >> p & 1:
                    further |= self.near[p] & bits
            if further == reached:
                return reached == bits
            reached = further

    def _instead(self, members: list[int], rule: str) -> list[object]:
        """Return what the members' exceptions say about a rule."""
        return [
            self.excuses[p][rule] for p in members if p in self.excuses and rule in self.excuses[p]
        ]

    def _bounds_hold(self, members: list[int]) -> bool:
        rules = self.rules
        if rules.schools_per_cluster is not None:
            pairs = [rules.schools_per_cluster, *self._instead(members, "schools_per_cluster")]
            if not _within(Fraction(len(members)), pairs):
                return False
        for name, pair in rules.limits.items():
            pairs = [pair] + [
                None if e is None else e.get(name, pair) for e in self._instead(members, "limits")
            ]
            if not _within(sum(self.amounts[name][p] for p in members), pairs):
                return False
        for name, share in rules.balance.items():
            shares = [share] + [
                None if e is None else e.get(name, share) for e in self._instead(members, "balance")
            ]
            if None in shares:
                continue
            mean = sum(self.amounts[name]) / self.k
            off = abs(sum(self.amounts[name][p] for p in members) - mean)
            if off > max(exact(s) for s in shares) * mean:
                return False
        for kind, least in rules.expertise.items():
            floors = [least] + [
                None if e is None else e.get(kind, least)
                for e in self._instead(members, "expertise")
            ]
            if None not in floors and self._capacity(kind, members) < min(map(exact, floors)):
                return False
        return True

    def _phases_hold(self, members: list[int]) -> bool:
        for phase, pair in self.rules.phases.items():
            pairs = [pair] + [
                None if e is None else e.get(phase, pair) for e in self._instead(members, "phases")
            ]
            if not _within(Fraction(self._of_phase(phase, members)), pairs):
                return False
        return True

    def _of_phase(self, phase: str, members: list[int]) -> int:
        words = {
            "primary": ["primary", "infant", "junior", "first", "all-through"],
            "secondary": ["secondary", "upper", "high", "all-through"],
        }[phase]
        return sum(self.problem.schools[p].phase.lower() in words for p in members)

    def _capacity(self, kind: str, members: list[int]) -> Fraction:
        schools = [self.problem.schools[p] for p in members]
        return sum(
            (exact(s.expertise[kind].amount) for s in schools if kind in s.expertise), Fraction(0)
        )

    def may_travel(self, school: int, centre: int) -> bool:
        journey = self.travel[school][centre]
        if math.isinf(journey):
            return False
        most = self.rules.max_travel_m if self.unit == 1000 else self.rules.max_travel_min
        if most is None:
            return True
        limits = [most, *self._instead([school], "max_travel")]
        return any(limit is None or journey <= limit for limit in limits)

    # ---- cost -----------------------------------------------------------------------------------

    def cost_at(self, members: list[int], centre: int) -> float:
        """Cost of the pairs of a cluster: journeys and schools that move."""
        p = self.priorities
        weight = self.problem.measure(p.travel_by).tolist()
        cost = p.travel * math.fsum(weight[m] * self.travel[m][centre] for m in members)
        if p.change:
            moved = sum(self.today[m] != self.today[centre] for m in members)
            cost += p.change * self.unit * math.fsum(weight) / self.n * moved
        return cost

    def shared_cost(self, members: list[int], bits: int) -> float:
        p, cost = self.priorities, 0.0
        if p.balance:
            amounts = self.amounts[p.balance_measure]
            off = abs(sum(amounts[m] for m in members) - sum(amounts) / self.k)
            cost += p.balance * self.unit * float(off)
        if p.pyramids:
            pieces = sum(1 for group in self.pyramids if bits & group)
            weight = math.fsum(self.problem.measure(p.travel_by))
            cost += p.pyramids * self.unit * weight / self.n * pieces
        for kind, covered in p.pupils_per_capacity.items() if p.expertise else ():
            need = sum(_pupils(self.problem.schools[m].need.get(kind)) for m in members)
            unmet = need - exact(covered) * self._capacity(kind, members)
            cost += p.expertise * self.unit * max(0.0, float(unmet))
        return cost

    def clusters(self) -> dict[int, tuple[float, int]]:
        """By set of schools that can be a cluster: its least cost and the centre."""
        found = {}
        for bits in range(1, 1 << self.n):
            members = [p for p in range(self.n) if bits >> p & 1]
            if not self.keeps_rules(members, bits):
                continue
            centres = [
                c
                for c in members
                if c in self.may_lead and all(self.may_travel(m, c) for m in members)
            ]
            if centres:
                best = min((self.cost_at(members, c), c) for c in centres)
                found[bits] = (best[0] + self.shared_cost(members, bits), best[1])
        return found


def _within(amount: Fraction, pairs: list[object]) -> bool:
    """Whether an amount keeps the loosest of some bounds, end by end."""
    lows = [None if pair is None else pair[0] for pair in pairs]
    highs = [None if pair is None else pair[1] for pair in pairs]
    low_holds = None in lows or amount >= min(map(exact, lows))
    return low_holds and (None in highs or amount <= max(map(exact, highs)))


def _pupils(count: object) -> int:
    return (getattr(count, "ehcps", 0) or 0) + (getattr(count, "sen_support", 0) or 0)


def best_of(
    problem: Problem, rules: Rules, priorities: Priorities, k: int
) -> tuple[float, Plan] | None:
    """Return the least cost of a plan of k clusters, and such a plan; None where there is none."""
    judge = Judge(problem, rules, priorities, k)
    clusters = judge.clusters()
    whole = (1 << judge.n) - 1
    table: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(k):
        row: dict[int, tuple[float, int]] = {}
        for bits, (cost, _centre) in clusters.items():
            for held, (so_far, _last) in table[-1].items():
                # every cluster holds the first school that is still free: each parting once
                free = ~held & whole
                if held & bits or not bits & (free & -free):
                    continue
                total = so_far + cost
                if held | bits not in row or total < row[held | bits][0]:
                    row[held | bits] = (total, bits)
        table.append(row)
    if whole not in table[k]:
        return None
    offset = judge.unit * priorities.pyramids * len(judge.pyramids)
    offset *= math.fsum(problem.measure(priorities.travel_by)) / judge.n if offset else 0.0
    parts, held = [], whole
    for row in reversed(table[1:]):
        parts.append(row[held][1])
        held ^= row[held][1]
    return table[k][whole][0] - offset, _plan(problem, clusters, parts)


def _plan(problem: Problem, clusters: dict[int, tuple[float, int]], parts: list[int]) -> Plan:
    ids = problem.ids
    return Plan(
        tuple(
            Cluster(
                label=str(number),
                centre=ids[clusters[bits][1]],
                members=tuple(ids[p] for p in range(len(ids)) if bits >> p & 1),
            )
            for number, bits in enumerate(parts, start=1)
        )
    )


def best_in_range(
    problem: Problem, rules: Rules, priorities: Priorities
) -> dict[int, tuple[float, Plan] | None]:
    """By number of clusters, what `best_of` says."""
    low, high = rules.count_range
    return {k: best_of(problem, rules, priorities, k) for k in range(low, high + 1)}


def partings(n: int, k: int) -> Iterator[list[list[int]]]:
    """Every way to part n positions into k groups."""

    def place(p: int, groups: list[list[int]]) -> Iterator[list[list[int]]]:
        if p == n:
            if len(groups) == k:
                yield [list(g) for g in groups]
            return
        for g in range(len(groups)):
            groups[g].append(p)
            yield from place(p + 1, groups)
            groups[g].pop()
        if len(groups) < k:
            groups.append([p])
            yield from place(p + 1, groups)
            groups.pop()

    yield from place(0, [])
