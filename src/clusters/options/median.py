"""The search for the plan nearest to several maps: from each map, window by window, then whole."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from clusters.domain import IntArray, Plan, Priorities, Problem, Rules, longest_journeys
from clusters.errors import InfeasibleError, OutOfTimeError
from clusters.explain.instances import allowed_cost, atoms_by_label
from clusters.measures import places_of
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.model.median_partition import least_sum, median_clusters, pair_sum, quarrels
from clusters.naming import name_clusters
from clusters.presolve import counts_of, reasons_for
from clusters.search.arrays import tables_of
from clusters.search.heuristics.construction import from_plan
from clusters.search.short import any_plan, plan_from
from clusters.search.solution import Found
from clusters.search.warm_up import warm_up
from clusters.verifier import verify

__all__ = ["Votes", "nearest_plan"]

WHOLE = 60
"""Most groups of schools that stay together for which the whole map is asked at the end."""
WINDOW = 40
"""Most of them in a window."""
WINDOW_S = 5.0
"""Most seconds for a window."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Votes:
    """For each two schools the votes that they be apart, and together.

    Parameters
    ----------
    joint, split
        Arrays (n, n) of whole numbers: what it costs to put two together (the votes that they be
        apart), and to put them apart (the votes that they be together); 0 on the diagonal.
    """

    joint: IntArray
    split: IntArray

    @classmethod
    def of(cls, problem: Problem, maps: Mapping[str, Plan], votes: Mapping[str, int]) -> Votes:
        """Count the votes of maps; a map says nothing on schools that it leaves out."""
        n = len(problem)
        joint, split = np.zeros((2, n, n), dtype=np.int64)
        for name, plan in maps.items():
            groups = places_of(problem, plan)
            placed = groups >= 0
            both = placed[:, None] & placed[None, :]
            same = groups[:, None] == groups[None, :]
            joint += votes[name] * (both & ~same)
            split += votes[name] * (both & same)
        np.fill_diagonal(split, 0)
        return cls(joint=joint, split=split)

    def against(self, groups: IntArray) -> int:
        """Count the votes against a plan, given the group of each school."""
        same = groups[:, None] == groups[None, :]
        return int(np.triu(np.where(same, self.joint, self.split), 1).sum())

    def of_atoms(self, instance: Instance) -> Votes:
        """Add them up over schools that stay together; their own pairs stand on the diagonal."""
        held = np.zeros((instance.n, len(self.joint)), dtype=np.int64)
        for a, members in enumerate(instance.members):
            held[a, list(members)] = 1
        joint, split = held @ self.joint @ held.T, held @ self.split @ held.T
        np.fill_diagonal(joint, np.diagonal(joint) // 2)
        np.fill_diagonal(split, 0)
        return Votes(joint=joint, split=split)

    @property
    def bound(self) -> int:
        """No plan at all has fewer votes against it."""
        return least_sum(self.joint, self.split) + quarrels(self.joint, self.split)


def nearest_plan(
    problem: Problem,
    rules: Rules,
    maps: Mapping[str, Plan],
    votes: Votes,
    priorities: Priorities,
    seconds: float,
    seed: int,
) -> tuple[Plan, int]:
    """Find the plan with the fewest votes against it, and a bound on any plan's.

    Raises
    ------
    InfeasibleError, OutOfTimeError
        If there is no plan, or none was found.
    """
    warm_up()
    deadline = time.monotonic() + seconds
    counts = [k for k in counts_of(problem, rules) if not reasons_for(problem, rules, k)]
    best: _Count | None = None
    bound = math.inf
    for number, k in enumerate(counts):
        left = deadline - time.monotonic()
        until = time.monotonic() + left / (len(counts) - number)
        one = _Count(problem, rules, votes, k, until, seed)
        one.search(maps, math.inf if best is None else best.total)
        bound = min(bound, one.bound)
        if one.clusters is not None and (best is None or one.total < best.total):
            best = one
    if best is None and bound == math.inf:
        msg = "No plan can satisfy these rules: proved. Ask cl.why_no_plan which rules conflict."
        raise InfeasibleError(msg)
    if best is None:
        msg = "No plan that keeps the rules was found in the time given."
        raise OutOfTimeError(msg)
    plan = best.plan(maps, priorities)
    return plan, int(min(bound, best.total))


class _Count:
    """The search for one number of clusters."""

    def __init__(
        self, problem: Problem, rules: Rules, votes: Votes, k: int, deadline: float, seed: int
    ) -> None:
        self.problem, self.rules, self.deadline, self.seed = problem, rules, deadline, seed
        self.instance = compile_instance(problem, rules, Priorities(travel_by="schools"), k)
        self.votes = votes.of_atoms(self.instance)
        self.rng = np.random.default_rng(seed)
        self.clusters: list[list[int]] | None = None
        self.total: float = math.inf
        self.settled: set[frozenset[tuple[int, ...]]] = set()
        self.bound: float = self.votes.bound
        far = np.array(longest_journeys(problem, rules))[:, None]
        self.centred = rules.centres is not None or not bool(
            (np.isfinite(problem.travel) & (problem.travel <= far)).all()
        )

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.deadline - time.monotonic()

    def search(self, maps: Mapping[str, Plan], known: float) -> None:
        """Begin from each map, improve, and ask the whole map where it is small.

        `known` is the total of the best plan of another number of clusters.
        """
        if self.bound >= known:
            return
        for found in self._starts(maps):
            self._note(self._descended([list(atoms) for atoms in found.clusters]))
            if self.total <= self.bound:
                return
        while self.left > 0 and self._windows():
            pass
        if self.total > self.bound and (self.instance.n <= WHOLE or self.clusters is None):
            self._whole()

    def _note(self, clusters: list[list[int]]) -> bool:
        """Keep clusters that keep the rules and have fewer votes against them."""
        total = pair_sum(clusters, self.votes.joint, self.votes.split)
        if total >= self.total or Found.of(self.instance, clusters) is None:
            return False
        self.clusters, self.total = [sorted(c) for c in clusters], total
        return True

    def _starts(self, maps: Mapping[str, Plan]) -> Iterator[Found]:
        """Bring each map into a plan that keeps the rules, drawn to what the votes want.

        A school's cost at a centre is what the two pay for being together: no journeys count.
        """
        wish = (self.votes.joint - self.votes.split).astype(np.float64)
        wish += 1.0 - wish.min()
        np.fill_diagonal(wish, 0.0)
        cost = np.where(np.isfinite(self.instance.cost), wish[:, self.instance.home], np.inf)
        drawn = replace(self.instance, cost=cost)
        tables = tables_of(drawn)
        found = False
        for plan in maps.values():
            if self.left <= 0:
                return
            given = from_plan(
                drawn, tables, self.problem, plan, self.rng, stop=lambda: self.left <= 0
            )
            if given is not None:
                found = True
                yield given
        if not found and self.left > 0:
            some = any_plan(drawn, seconds=0.5 * self.left, seed=self.seed)
            if some is not None:
                yield some

    def _descended(self, clusters: list[list[int]]) -> list[list[int]]:
        """Move a school, or let two change places, as long as that lowers the votes against."""
        wish = self.votes.joint - self.votes.split
        np.fill_diagonal(wish, 0)
        label = self._labels(clusters)
        while self.left > 0:
            step = self._better_step(wish, label)
            if step is None:
                break
            for a, c in step.items():
                label[a] = c
        return atoms_by_label(label)

    def _labels(self, clusters: list[list[int]]) -> IntArray:
        """Cluster of each atom, by number."""
        label = np.empty(self.instance.n, dtype=np.int64)
        for number, atoms in enumerate(clusters):
            label[atoms] = number
        return label

    def _better_step(self, wish: IntArray, label: IntArray) -> dict[int, int] | None:
        """Find the step that lowers the votes against the most and breaks no rule."""
        n, k = len(label), int(label.max()) + 1
        at = np.arange(n)
        held = np.zeros((n, k), dtype=np.int64)
        held[at, label] = 1
        with_ = wish @ held  # what each pays with the members of each cluster
        move = with_ - with_[at, label][:, None]
        to = move[:, label]  # [a, b]: a goes to b's cluster
        swap = np.triu(to + to.T - 2 * wish, 1)
        swap[label[:, None] == label[None, :]] = 0
        steps = [(int(move[a, c]), {int(a): int(c)}) for a, c in np.argwhere(move < 0)]
        steps += [
            (int(swap[a, b]), {int(a): int(label[b]), int(b): int(label[a])})
            for a, b in np.argwhere(swap < 0)
        ]
        for _, step in sorted(steps, key=lambda each: each[0]):
            new = label.copy()
            for a, c in step.items():
                new[a] = c
            touched = {int(label[a]) for a in step} | set(step.values())
            if all(self._keeps(np.flatnonzero(new == c)) for c in touched):
                return step
        return None

    def _keeps(self, atoms: IntArray) -> bool:
        """Whether a cluster keeps the rules."""
        return math.isfinite(allowed_cost(self.instance, atoms))

    # -- a few clusters at a time ------------------------------------------------------------

    def _windows(self) -> bool:
        """Draw windows again, those with the most to gain first; whether any became better."""
        if self.clusters is None:
            return False
        for window in self._worth_a_look():
            key = frozenset(tuple(self.clusters[c]) for c in window)
            if self.left <= 0:
                return False
            if key not in self.settled and self._redrawn(window):
                return True
            self.settled.add(key)
        return False

    def _worth_a_look(self) -> Iterator[tuple[int, ...]]:
        """Yield sets of two, then three clusters in which pairs pay more than they need to."""
        assert self.clusters is not None
        excess = self._excess()
        k = len(self.clusters)
        for size in (2, 3):
            gains = {
                chosen: int(excess[np.ix_(chosen, chosen)].sum())
                for chosen in itertools.combinations(range(k), size)
                if size == 2 or self._tied(excess, chosen)
            }
            for chosen in sorted(gains, key=lambda c: -gains[c]):
                count = sum(len(self.clusters[c]) for c in chosen)
                if gains[chosen] and count <= WINDOW:
                    yield chosen

    @staticmethod
    def _tied(excess: IntArray, chosen: tuple[int, ...]) -> bool:
        """Whether at least two of the pairs of three clusters have something to gain."""
        return sum(int(excess[a, b] > 0) for a, b in itertools.combinations(chosen, 2)) >= 2

    def _excess(self) -> IntArray:
        """Add up what pairs pay above their smaller price, within and between clusters: (k, k)."""
        assert self.clusters is not None
        label = self._labels(self.clusters)
        joint, split = self.votes.joint, self.votes.split
        paid = np.where(label[:, None] == label[None, :], joint, split) - np.minimum(joint, split)
        np.fill_diagonal(paid, 0)
        held = np.zeros((len(self.clusters), self.instance.n), dtype=np.int64)
        held[label, np.arange(self.instance.n)] = 1
        found: IntArray = held @ paid @ held.T
        return found

    def _redrawn(self, window: tuple[int, ...]) -> bool:
        assert self.clusters is not None
        inside = np.array(sorted(a for c in window for a in self.clusters[c]))
        small, kept, _ = self.instance.restricted(inside, len(window))
        joint = self.votes.joint[np.ix_(kept, kept)]
        split = self.votes.split[np.ix_(kept, kept)]
        place = {int(a): q for q, a in enumerate(kept)}
        now = [[place[a] for a in self.clusters[c]] for c in window]
        answer = median_clusters(
            small,
            joint,
            split,
            centred=self.centred,
            seconds=min(self.left, WINDOW_S),
            seed=self.seed,
            hint=now,
            below=pair_sum(now, joint, split),
        )
        if answer.clusters is None:
            return False
        rest = [atoms for c, atoms in enumerate(self.clusters) if c not in window]
        return self._note([*rest, *([int(kept[a]) for a in atoms] for atoms in answer.clusters)])

    # -- the whole map -----------------------------------------------------------------------

    def _whole(self) -> None:
        if self.left <= 0:
            return
        answer = median_clusters(
            self.instance,
            self.votes.joint,
            self.votes.split,
            centred=self.centred,
            seconds=self.left,
            seed=self.seed,
            hint=self.clusters,
        )
        if answer.clusters is not None:
            self._note(answer.clusters)
        if answer.proved and answer.clusters is None:
            self.bound = math.inf
        else:
            self.bound = max(self.bound, answer.bound)

    def plan(self, maps: Mapping[str, Plan], priorities: Priorities) -> Plan:
        """Name the clusters and choose their centres; a map that is this plan is taken as it is."""
        assert self.clusters is not None
        mine = {frozenset(self._ids(atoms)) for atoms in self.clusters}
        for plan in maps.values():
            held = [frozenset(c.members) for c in plan.clusters if c.members]
            if set(held) == mine and verify(self.problem, self.rules, plan).ok:
                return plan
        instance = compile_instance(self.problem, self.rules, priorities, len(self.clusters))
        found = Found.of(instance, self.clusters)
        assert found is not None
        plan = plan_from(self.problem, instance, found)
        nearest = next(iter(maps.values()))
        return name_clusters(self.problem, plan, keep=nearest)

    def _ids(self, atoms: list[int]) -> Iterator[object]:
        ids = self.problem.ids
        return (ids[p] for a in atoms for p in self.instance.members[a])
