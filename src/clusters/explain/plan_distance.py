"""Plans near a given one: what a move is, how many there are, and steps between two plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clusters.domain import (
    Cluster,
    IntArray,
    Plan,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    positions_of,
)
from clusters.explain.instances import allowed_cost, atom_of, atoms_by_label
from clusters.measures import matches
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.search.solution import Found
from clusters.shown import Shown
from clusters.text import listed

__all__ = ["Moved", "Nearby"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Moved(Shown):
    """A school that changes cluster: id, name, from and to which label.

    `before` is None where it had no place, and names all its clusters ("East and West") where it
    stood in several.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> broken = {"a": "West", "b": "West", "c": "West", "d": "West"}
    >>> repaired = cl.repair(problem, rules, broken, settings=cl.Settings(time_limit_s=3))
    >>> {moved.before for moved in repaired.moved}
    {'West'}
    """

    school: SchoolId
    name: str
    before: str | None
    after: str


class Nearby:
    """A given plan, even a broken one, and the instance in which plans near it are looked for.

    A school *moves* when the cluster that carries on its old one no longer holds it. Clusters are
    carried on so that the fewest schools move (Hungarian method). A school that had no place is
    *placed*, not moved; so is one that stood in several clusters and stays in one of them.

    There are as many clusters as in the given plan, or the nearest number that the rules allow.
    """

    def __init__(self, problem: Problem, rules: Rules, priorities: Priorities, plan: Plan) -> None:
        self.problem, self.rules, self.priorities, self.given = problem, rules, priorities, plan
        held = positions_of(problem, plan)
        kept = [(cluster, own) for cluster, own in zip(plan.clusters, held, strict=True) if own]
        low, high = rules.count_range
        self.k = min(max(len(kept), low), high)
        self.rules = replace(rules, n_clusters=self.k)
        self.instance = compile_instance(problem, self.rules, priorities, self.k)
        self.labels = [cluster.label for cluster, _ in kept]
        self.n_labels = max(len(kept), self.k)
        self.stays: npt.NDArray[np.bool_] = np.zeros((len(problem), self.n_labels), dtype=np.bool_)
        for label, (_, own) in enumerate(kept):
            self.stays[own, label] = True
        self.placed: npt.NDArray[np.bool_] = np.logical_or.reduce(self.stays, axis=1)
        self.atom_moves = self._by_atom(self.placed[:, None] & ~self.stays)
        self.sizes = np.array([len(members) for members in self.instance.members])

    def _by_atom(self, schools: npt.NDArray[np.bool_]) -> IntArray:
        """Count the schools of each atom for which something holds, by label: array (n, labels)."""
        counts = [schools[list(members)].sum(axis=0) for members in self.instance.members]
        return np.array(counts, dtype=np.int64).reshape(self.instance.n, self.n_labels)

    def priced(self, price: float) -> Instance:
        """Return the instance with a price on every school whose centre was in another cluster."""
        instance = self.instance
        home_label = self.stays[instance.centre_school]  # (m, labels)
        first = np.where(home_label.any(axis=1), home_label.argmax(axis=1), -1)
        moved = np.where(first >= 0, self.atom_moves[:, first], self.sizes[:, None])
        return replace(instance, cost=instance.cost + price * moved)

    def undone(self) -> IntArray:
        """Labels near the given plan: cut-off parts and loose schools join what they touch.

        Exactly k labels are used: where there are too many clusters the smallest are given up,
        where there are too few the largest is cut in two.
        """
        instance = self.instance
        stay = self.sizes[:, None] - self.atom_moves
        stay[(self.atom_moves == 0).all(axis=1)] = 0  # without a place: no label of its own
        labels = np.where(stay.max(axis=1) > 0, stay.argmax(axis=1), -1)
        sizes = np.bincount(labels[labels >= 0], minlength=self.n_labels)
        kept = np.argsort(-sizes, kind="stable")[: self.k]
        labels[~np.isin(labels, kept)] = -1
        for label in kept.tolist():
            held = np.flatnonzero(labels == label)
            parts = instance.connected_parts(held)
            if instance.school_neighbours is None and len(parts) > 1:
                main = max(parts, key=lambda part: int(self.sizes[part].sum()))
                labels[np.setdiff1d(held, main)] = -1
        labels = self._joined(labels, kept)
        for label in kept.tolist():
            if not (labels == label).any():
                self._cut_in_two(labels, label)
        return labels

    def _cut_in_two(self, labels: IntArray, label: int) -> None:
        """Give a label to about half of the heaviest cluster: what is nearer to one end of it."""
        instance = self.instance
        weight = (instance.loads / np.maximum(1, instance.loads.sum(axis=1, keepdims=True))).sum(0)
        weight = weight + 1.0 / instance.n
        held = np.flatnonzero(labels == np.bincount(labels, weights=weight).argmax())
        first = self._reached_last(held, [int(held[0])])
        halves = [[first], [self._reached_last(held, [first])]]
        left = set(held.tolist()) - {halves[0][0], halves[1][0]}
        while left:
            lighter, heavier = sorted(halves, key=lambda atoms: float(weight[atoms].sum()))
            for atoms in (lighter, heavier):
                if (beside := self._beside(atoms, left)) is not None:
                    atoms.append(beside)
                    left.discard(beside)
                    break
            else:
                lighter.append(left.pop())
        small = min(halves, key=len)
        labels[small] = label

    def _reached_last(self, held: IntArray, begin: list[int]) -> int:
        """Return the atom of a cluster that is reached last from some of it."""
        order, left = list(begin), set(held.tolist()) - set(begin)
        while left and (beside := self._beside(order, left, first=True)) is not None:
            order.append(beside)
            left.discard(beside)
        return order[-1] if len(order) > 1 else int(held[-1])

    def _beside(self, atoms: list[int], left: set[int], *, first: bool = False) -> int | None:
        """Return an atom of those left beside some others: the earliest reached, or the nearest."""
        near = self.instance.neighbours
        if near is None:
            return next(iter(sorted(left)), None)
        found = (b for a in atoms for b in near[a] if b in left)
        if first:
            return next(found, None)
        # the one with most neighbours among them keeps the half compact
        held = set(atoms)
        return max(set(found), key=lambda b: (len(held & set(near[b])), -b), default=None)

    def _joined(self, labels: IntArray, kept: IntArray) -> IntArray:
        """Let loose atoms join the label that most of their neighbours have."""
        near = self.instance.neighbours
        waiting = np.flatnonzero(labels < 0).tolist()
        while waiting:
            rest = []
            for a in waiting:
                beside = [] if near is None else [labels[b] for b in near[a] if labels[b] >= 0]
                if beside:
                    labels[a] = int(np.bincount(beside).argmax())
                else:
                    rest.append(a)
            if len(rest) == len(waiting):  # nobody beside them: the nearest cluster
                a = rest.pop(0)
                order = np.argsort(self.instance.cost[a], kind="stable")
                homes = labels[self.instance.home[order]]
                labels[a] = int(homes[homes >= 0][0]) if (homes >= 0).any() else int(kept[0])
            waiting = rest
        return labels

    def counted(self) -> int:
        """Fewest schools that must move, by counting.

        A cluster whose own schools exceed a bound must lose some, the largest first; one that
        falls short even with all schools without a place must gain some. A move can be both for
        two clusters, so half of these is a lower limit. Labels that may be given up count nothing.
        """
        if self.n_labels > self.k or self.instance.school_neighbours is not None:
            return 0
        instance = self.instance
        if len(instance.excused):
            return 0
        touched = 0
        loose = np.flatnonzero((self.atom_moves == 0).all(axis=1))
        sure = (self.stays.sum(axis=1) <= 1).all() and all(len(m) == 1 for m in instance.members)
        if not sure:
            return 0
        for label in range(self.n_labels):
            own = np.setdiff1d(np.flatnonzero(self.atom_moves[:, label] == 0), loose)
            touched += max(
                (self._steps(d, own, loose) for d in range(len(instance.low))), default=0
            )
        return -(-touched // 2)

    def _steps(self, d: int, own: IntArray, loose: IntArray) -> int:
        """Count the moves that one load of one cluster asks for."""
        load = self.instance.loads[d]
        have = int(load[own].sum())
        over = have - int(self.instance.high[d])
        if over > 0:
            return int(np.searchsorted(np.cumsum(np.sort(load[own])[::-1]), over) + 1)
        short = int(self.instance.low[d]) - have - int(load[loose].sum())
        if short > 0:
            others = np.sort(np.delete(load, np.concatenate([own, loose])))[::-1]
            enough = int(np.searchsorted(np.cumsum(others), short)) + 1
            return min(enough, len(others))
        return 0

    def matched(self, clusters: Iterable[Iterable[int]]) -> dict[int, list[int]]:
        """Give each cluster of atoms the label that it carries on, so that the fewest move."""
        listed = [list(atoms) for atoms in clusters]
        stays = self._by_atom(self.stays)
        table = np.array([stays[atoms].sum(axis=0) for atoms in listed], dtype=np.int64)
        found = matches(table.reshape(len(listed), self.n_labels).T)
        spare = [label for label in range(self.n_labels) if label not in found.values()]
        return {found[c] if c in found else spare.pop(): atoms for c, atoms in enumerate(listed)}

    def labelled(self, clusters: Iterable[Iterable[int]]) -> IntArray:
        """Label of each atom, array (n,)."""
        labels = np.full(self.instance.n, -1, dtype=np.int64)
        for label, atoms in self.matched(clusters).items():
            labels[atoms] = label
        return labels

    def count(self, labels: IntArray) -> int:
        """Count the schools that move."""
        return int(self.atom_moves[np.arange(self.instance.n), labels].sum())

    def found(self, labels: IntArray) -> Found | None:
        """Centre and price labelled clusters; None where they break a rule."""
        return Found.of(self.instance, atoms_by_label(labels))

    def plan(self, labels: IntArray) -> Plan:
        """Turn labels into a plan that keeps the given plan's labels where clusters carry on."""
        from clusters.search.short import plan_from

        found = self.found(labels)
        assert found is not None
        plan = plan_from(self.problem, self.instance, found, keep=self.given)
        taken = {}
        for cluster in plan.clusters:
            position = self.problem.position(cluster.members[0])
            label = int(labels[atom_of(self.instance, position)])
            taken[cluster.label] = self.labels[label] if label < len(self.labels) else None
        return Plan(tuple(self._named(plan, taken)))

    def _named(self, plan: Plan, carried: dict[str, str | None]) -> Iterator[Cluster]:
        """Yield clusters under the labels that they carry on; new ones keep their own."""
        used = {label for label in carried.values() if label is not None}
        for cluster in plan.clusters:
            label = carried[cluster.label]
            if label is None:
                label = cluster.label
                number = 2
                while label in used:
                    label, number = f"{cluster.label} {number}", number + 1
                used.add(label)
            yield replace(cluster, label=label)

    def moved(self, plan: Plan, labels: IntArray) -> tuple[tuple[Moved, ...], tuple[Moved, ...]]:
        """List the schools that move, and those that are given a place.

        A school that stood in several clusters and stays in one of them is given a place; where it
        stays in none, it moves.
        """
        after = plan.labels
        moved: list[Moved] = []
        placed: list[Moved] = []
        for a, members in enumerate(self.instance.members):
            for p in members:
                stays = bool(self.stays[p, labels[a]])
                before = [self.labels[label] for label in np.flatnonzero(self.stays[p])]
                if stays and len(before) == 1:
                    continue
                school = self.problem.schools[p]
                entry = Moved(
                    school=school.urn,
                    name=school.name,
                    before=listed(before) if before else None,
                    after=after[school.urn],
                )
                (placed if stays or not before else moved).append(entry)
        return tuple(moved), tuple(placed)

    def steps(self, begin: IntArray, end: IntArray) -> Iterator[tuple[IntArray, float]]:
        """Walk from one labelled plan towards another, the most useful allowed step first.

        A step brings one atom (or, where none is allowed, two) to its label of the end. Yields
        labels and cost of every plan on the way; each keeps every rule.
        """
        labels = begin.copy()
        costs = self._costs(labels)
        while (labels != end).any():
            open_ = np.flatnonzero(labels != end).tolist()
            best = self._best_step(labels, end, costs, [(a,) for a in open_])
            if best is None and len(open_) <= 30:
                pairs: list[tuple[int, ...]] = [
                    (a, b) for i, a in enumerate(open_) for b in open_[i + 1 :]
                ]
                best = self._best_step(labels, end, costs, pairs)
            if best is None:
                return
            atoms, fresh = best
            labels = labels.copy()
            labels[list(atoms)] = end[list(atoms)]
            costs.update(fresh)
            yield labels, sum(costs.values()) + self.instance.offset

    def single_moves(self, labels: IntArray) -> Iterator[tuple[IntArray, float]]:
        """Yield every allowed plan in which one more atom goes to a cluster that it borders on."""
        costs = self._costs(labels)
        total = sum(costs.values()) + self.instance.offset
        near = self.instance.neighbours
        for a in range(self.instance.n):
            around = range(self.instance.n) if near is None else near[a]
            for label in {int(labels[b]) for b in around} - {int(labels[a])}:
                after = labels.copy()
                after[a] = label
                touched = (int(labels[a]), label)
                fresh = sum(self._cost(after, x) for x in touched)
                if np.isfinite(fresh):
                    yield after, total + fresh - costs[touched[0]] - costs[label]

    def _costs(self, labels: IntArray) -> dict[int, float]:
        return {
            int(label): self.instance.best_centre(np.flatnonzero(labels == label))[1]
            for label in np.unique(labels)
        }

    def _best_step(
        self, labels: IntArray, end: IntArray, costs: dict[int, float], steps: list[tuple[int, ...]]
    ) -> tuple[tuple[int, ...], dict[int, float]] | None:
        best, lowest = None, np.inf
        for atoms in steps:
            after = labels.copy()
            after[list(atoms)] = end[list(atoms)]
            touched = {int(x) for a in atoms for x in (labels[a], end[a])}
            fresh: dict[int, float] = {}
            for label in touched:
                fresh[label] = self._cost(after, label)
                if not np.isfinite(fresh[label]):
                    break
            change = sum(fresh.values()) - sum(costs.get(label, 0.0) for label in touched)
            gain = change / max(1, int(self.sizes[list(atoms)].sum()))
            if gain < lowest:
                best, lowest = (atoms, fresh), gain
        return best

    def _cost(self, labels: IntArray, label: int) -> float:
        """Cost of the cluster with a label; infinity where it breaks a rule."""
        return allowed_cost(self.instance, np.flatnonzero(labels == label))
