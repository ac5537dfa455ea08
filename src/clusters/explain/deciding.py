"""Whether some rules can all hold: shown by a verified plan, refuted, or open when time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.explain.instances import atom_of
from clusters.model.compiling import compile_instance
from clusters.model.instance import Instance
from clusters.presolve import Clause, clauses_of, counts_of, is_refuted, without
from clusters.search.short import any_plan, plan_from
from clusters.search.solution import Found
from clusters.verifier import verify

__all__ = ["COUNT", "Decider", "Verdict", "without_groups"]

COUNT = Clause("n_clusters")
QUICK_TRIES = 6
"""Starts of a search before the exact model is asked."""
TINY = 400
"""Pairs of atom and centre up to which the exact model is asked at once: it takes milliseconds."""
PAIRS_A_SECOND = 40_000
"""Pairs of atom and centre of which the exact model is built in a second, about: it is not begun
where that alone would take the time that is left."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verified plan; or a proof that there is none; or neither, in the time given."""

    plan: Plan | None = None
    refuted: bool = False

    @property
    def open(self) -> bool:
        """Whether time ran out."""
        return self.plan is None and not self.refuted


def without_groups(clauses: list[Clause], still: Callable[[list[Clause]], bool]) -> list[Clause]:
    """Leave out the groups of clauses that are often many, seldom all of them to blame."""
    for rule in ("together", "apart"):
        rest = [clause for clause in clauses if clause.rule != rule]
        if len(clauses) - len(rest) > 2 and still(rest):
            clauses = rest
    return clauses


class Decider:
    """Answers whether rules can hold, and remembers what it has answered.

    Parameters
    ----------
    deadline
        Moment of the monotonic clock at which everything ends.
    """

    def __init__(self, problem: Problem, seed: int, deadline: float) -> None:
        self.problem, self.seed, self.deadline = problem, seed, deadline
        self.suspects: list[int] = []  # schools that were found hopeless under other rules
        self._known: dict[Rules, Verdict] = {}

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self.deadline - time.monotonic())

    def until(self, end: float) -> float:
        """Seconds left until a moment, or until everything ends."""
        return min(self.left, max(0.0, end - time.monotonic()))

    def instance(self, rules: Rules, k: int) -> Instance:
        """Compile rules; journeys count equally, since only what is possible matters."""
        return compile_instance(self.problem, rules, Priorities(travel_by="schools"), k)

    def decide(self, rules: Rules, seconds: float, counts: Sequence[int] | None = None) -> Verdict:
        """Decide whether some plan keeps the rules.

        Parameters
        ----------
        counts
            Numbers of clusters in the order in which they are tried; None for all of the rules'.
        """
        if rules in self._known:
            return self._known[rules]
        end = time.monotonic() + min(seconds, self.left)
        verdict = self._decided(rules, end, counts or counts_of(self.problem, rules))
        if not verdict.open:
            self._known[rules] = verdict
        return verdict

    def _decided(self, rules: Rules, end: float, counts: Sequence[int]) -> Verdict:
        refuted = True
        for number, k in enumerate(counts):
            left = end - time.monotonic()
            if left <= 0:
                return Verdict()
            if is_refuted(self.problem, rules, k):
                continue
            verdict = self._of_count(rules, k, left / min(4, len(counts) - number))
            if verdict.plan is not None:
                return verdict
            refuted = refuted and verdict.refuted
        return Verdict(refuted=refuted)

    def _of_count(self, rules: Rules, k: int, seconds: float) -> Verdict:
        """Search a little, ask the exact model, search on."""
        from clusters.model.feasible import any_clusters

        end = time.monotonic() + seconds
        instance = self.instance(rules, k)
        plan = None
        if instance.n * instance.m > TINY:
            plan = self._searched(rules, instance, 0.3 * seconds, QUICK_TRIES)
            if plan is not None:
                return Verdict(plan)
            if self._hopeless(instance, 0.2 * seconds):
                return Verdict(refuted=True)
        left = end - time.monotonic() - instance.n * instance.m / PAIRS_A_SECOND
        if left > 0:
            clusters = any_clusters(instance, seconds=0.7 * left, seed=self.seed)
            if clusters == []:
                return Verdict(refuted=True)
            if clusters:
                plan = self._verified(rules, instance, Found.of(instance, clusters))
        if plan is None:
            plan = self._searched(rules, instance, end - time.monotonic(), 1000)
        return Verdict(plan)

    def _hopeless(self, instance: Instance, seconds: float) -> bool:
        """Whether a school that was hopeless before is so here."""
        from clusters.model.single_cluster import cluster_with

        for position in self.suspects:
            atom = atom_of(instance, position)
            if cluster_with(instance, atom, seconds=max(0.05, min(1.0, seconds))) == []:
                return True
        return False

    def _searched(
        self, rules: Rules, instance: Instance, seconds: float, tries: int
    ) -> Plan | None:
        if seconds <= 0:
            return None
        found = any_plan(instance, seconds=seconds, seed=self.seed, tries=tries)
        return self._verified(rules, instance, found)

    def _verified(self, rules: Rules, instance: Instance, found: Found | None) -> Plan | None:
        if found is None:
            return None
        plan = plan_from(self.problem, instance, found)
        return plan if verify(self.problem, rules, plan).ok else None

    # -- which clauses are needed ------------------------------------------------------------

    def minimal(
        self, rules: Rules, clauses: Iterable[Clause], seconds: float
    ) -> tuple[tuple[Clause, ...], bool]:
        """Cut clauses that cannot all hold down to some of which none can be left out.

        A deletion filter (Chinneck & Dravnieks 1991): a clause goes where the others are refuted
        without it, and stays otherwise.

        Returns
        -------
        tuple
            The clauses left, and whether for each of them a plan was found that keeps all the
            others - so that none can be left out.
        """
        end, every = time.monotonic() + seconds, list(dict.fromkeys(clauses))
        kept = without_groups(every, lambda rest: self._without(rules, rest, end, 4).refuted)
        needed = True
        for number, clause in enumerate(kept):
            rest = [other for other in kept if other != clause]
            verdict = self._without(rules, rest, end, len(kept) - number)
            if verdict.refuted:
                kept = rest
            needed = needed and not verdict.open
        return tuple(kept), needed

    def _without(self, rules: Rules, kept: list[Clause], end: float, shares: int) -> Verdict:
        left = end - time.monotonic()
        if left <= 0:
            return Verdict()
        return self.decide_only(rules, kept, left / max(1, shares))

    def decide_only(self, rules: Rules, kept: list[Clause], seconds: float) -> Verdict:
        """Decide whether some plan keeps some of the rules."""
        return self.decide(self.only(rules, kept), seconds, self._counts(rules, kept))

    def only(self, rules: Rules, kept: Iterable[Clause]) -> Rules:
        """Return the rules with nothing but some clauses."""
        held = set(kept)
        rest = without(rules, *(c for c in clauses_of(rules) if c != COUNT and c not in held))
        if COUNT in held:
            return rest
        return replace(rest, n_clusters=(1, len(self.problem)))

    def _counts(self, rules: Rules, kept: list[Clause]) -> Sequence[int] | None:
        """Where the number is free: those asked for, then others further and further away."""
        if COUNT in kept:
            return None
        asked = list(counts_of(self.problem, rules))
        steps = [2**e for e in range(len(self.problem).bit_length())]
        beyond = [k for step in steps for k in (asked[0] - step, asked[-1] + step)]
        every = dict.fromkeys([*asked, *beyond, *range(1, len(self.problem) + 1)])
        return [k for k in every if 1 <= k <= len(self.problem)]
