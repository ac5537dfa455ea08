"""Why is there no plan? The rules in conflict, and changes that would allow one, each tried."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from clusters.arguments import checked
from clusters.domain import FrozenDict, Priorities, Problem, Rules, check_rules
from clusters.explain.deciding import COUNT, Decider, without_groups
from clusters.explain.easing import suspects
from clusters.explain.every_conflict import Conflicts
from clusters.explain.instances import atom_of
from clusters.explain.reasons import EXISTS, NO_PLAN, UNDECIDED, Conflict, Relaxation, WhyNoPlan
from clusters.explain.ways_out import WaysOut
from clusters.presolve import (
    Clause,
    Reason,
    clauses_of,
    counts_of,
    describe,
    impossibilities,
    reasons_for,
    united,
)
from clusters.rulebook import depends_on_count, school_name
from clusters.solver import Settings, effort

__all__ = ["Conflict", "Relaxation", "WhyNoPlan", "why_no_plan"]

IN_HAND = 0.8
"""Share of the time limit that is planned with."""
MOST_SENTENCES = 6


@checked
def why_no_plan(
    problem: Problem,
    rules: Rules,
    priorities: Priorities | None = None,
    *,
    settings: Settings | None = None,
) -> WhyNoPlan:
    """Find out why no plan satisfies some rules.

    Arithmetic comes first: totals, sizes, reach and parts of the map, exactly. Then every school
    is asked whether any cluster could hold it; then the whole model is searched without its costs.
    The conflict is cut down by leaving out one rule after another (a deletion filter; Chinneck &
    Dravnieks 1991, "Locating minimal infeasible constraint sets in linear programs"). Over a range
    of numbers of clusters it is a conflict of them all, and each number has its own besides. Then
    further conflicts are looked for: `complete` says whether all are known. A way out, of one rule
    or of few together, is listed where a plan under it was found, with the numbers that this plan
    attains.

    Parameters
    ----------
    problem, rules
        As for `solve`.
    priorities
        Checked against the problem; they cannot make a plan impossible.
    settings
        Seconds of wall-clock time and the seed; None for 10 seconds.

    Returns
    -------
    WhyNoPlan
        With ``.status``, ``.conflict``, ``.reasons``, ``.relaxations`` and ``.summary()``.

    Raises
    ------
    RulesError
        If rules or priorities do not fit the problem.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(["a", "b", "c"], [[0, 0], [1, 0], [2, 0]])
    >>> rules = cl.Rules(n_clusters=2, schools_per_cluster=(2, None), contiguous=False)
    >>> answer = why_no_plan(problem, rules)
    >>> answer.reasons
    ('2 clusters of at least 2 schools need 4; there are 3.',)
    >>> [relaxation.sentence for relaxation in answer.relaxations]  # doctest: +NORMALIZE_WHITESPACE
    ['n_clusters: 1 cluster (now 2)',
     'schools_per_cluster: allow as few as 1 school in a cluster (now 2)']
    """
    check_rules(problem, rules, priorities)
    time_limit_s, seed = effort(settings, 10.0)
    usable = IN_HAND * time_limit_s  # single steps may take a little longer than they are given
    ask = _Question(problem, rules, time.monotonic() + usable, usable, seed)
    begin = time.monotonic()
    answer = ask.answer()
    return replace(answer, seconds=time.monotonic() - begin)


class _Question:
    """One question under way: the inputs and the clock."""

    def __init__(
        self, problem: Problem, rules: Rules, deadline: float, limit: float, seed: int
    ) -> None:
        self.problem, self.rules, self.limit = problem, rules, limit
        self.decider = Decider(problem, seed, deadline)

    def answer(self) -> WhyNoPlan:
        """Ask arithmetic, then the search, then single clusters, then the whole model."""
        by_count = self._by_arithmetic()
        if all(by_count.values()):
            return self._no_plan(by_count)
        verdict = self.decider.decide(self.rules, 0.25 * self.limit)
        if verdict.plan is None:
            found = self._by_lone_clusters(by_count)
            if found is None and verdict.open:
                verdict = self.decider.decide(self.rules, self.decider.left)
            if found is None and verdict.refuted:
                found = {k: reasons or (self._whole(),) for k, reasons in by_count.items()}
            if found is not None:
                return self._no_plan(found)
        if verdict.plan is not None:
            return WhyNoPlan(status=EXISTS, plan=verdict.plan)
        return WhyNoPlan(status=UNDECIDED)

    def _by_arithmetic(self) -> dict[int, tuple[Reason, ...]]:
        """Reasons for each number of clusters; none where arithmetic finds none, or time is up."""
        by_count: dict[int, tuple[Reason, ...]] = {}
        for k in counts_of(self.problem, self.rules):
            by_count[k] = reasons_for(self.problem, self.rules, k) if self.decider.left else ()
        return by_count

    # -- proofs by search --------------------------------------------------------------------

    def _by_lone_clusters(
        self, by_count: dict[int, tuple[Reason, ...]]
    ) -> dict[int, tuple[Reason, ...]] | None:
        """Look for a school that no cluster can hold, for every number without a reason yet."""
        from clusters.model.single_cluster import hopeless_atom

        found = dict(by_count)
        waiting = [k for k, reasons in by_count.items() if not reasons]
        for number, k in enumerate(waiting):
            instance = self.decider.instance(self.rules, k)
            budget = 0.4 * self.decider.left / (len(waiting) - number)
            first = [atom_of(instance, p) for p in sorted(self.decider.suspects)]
            first += suspects(instance)
            atom, _ = hopeless_atom(instance, seconds=budget, first=first)
            if atom is None:
                return None
            position = instance.members[atom][0]
            if position not in self.decider.suspects:
                self.decider.suspects.append(position)
            found[k] = (self._lone_reason(position, k),)
        return found

    def _lone_reason(self, position: int, k: int) -> Reason:
        """Say that no cluster can hold a school, with few clauses that forbid it."""
        every = [clause for clause in clauses_of(self.rules) if clause != COUNT]
        end = time.monotonic() + 0.3 * self.decider.left
        kept = without_groups(every, lambda rest: self._hopeless(position, k, rest))
        for clause in kept:
            rest = [other for other in kept if other != clause]
            if time.monotonic() < end and self._hopeless(position, k, rest):
                kept = rest
        count = [COUNT] if any(map(depends_on_count, kept)) else []
        school = self.problem.schools[position]
        return Reason(
            clauses=(*kept, *count),
            sentence=f"No cluster that holds {school_name(self.problem, school.urn)} can keep all "
            "of the rules named here, however the rest is divided.",
        )

    def _hopeless(self, position: int, k: int, kept: list[Clause]) -> bool:
        from clusters.model.single_cluster import cluster_with

        instance = self.decider.instance(self.decider.only(self.rules, [COUNT, *kept]), k)
        seconds = max(0.1, min(1.0, 0.2 * self.decider.left))
        return cluster_with(instance, atom_of(instance, position), seconds=seconds) == []

    def _whole(self) -> Reason:
        return Reason(
            clauses=clauses_of(self.rules),
            sentence="Searching through all plans shows that the rules named here cannot all hold.",
        )

    # -- the answer --------------------------------------------------------------------------

    def _no_plan(self, by_count: Mapping[int, tuple[Reason, ...]]) -> WhyNoPlan:
        reasons = united(by_count)
        named = reasons[0].clauses
        only = self.decider.only(self.rules, named)
        if self.decider.decide(only, 0.1 * self.decider.left).plan is not None:
            named = clauses_of(self.rules)  # a reason that leaves a clause out: look at them all
        clauses, smallest = self.decider.minimal(self.rules, named, 0.3 * self.decider.left)
        every = Conflicts(self.problem, self.rules, self.decider)
        every.add(frozenset(clauses), smallest=smallest)
        every.run(time.monotonic() + 0.25 * self.decider.left)
        shared = [c for c in clauses if all(c in conflict for conflict in every.found)]
        relaxations = WaysOut(self.problem, self.rules, self.decider).tried(
            reasons, shared or clauses, every.losses
        )
        counts = self._counts(by_count, 0.6 * self.decider.left) if len(by_count) > 1 else {}
        if not every.complete:
            every.run(time.monotonic() + self.decider.left)
        first = self._conflict(frozenset(clauses), smallest=smallest)
        others = [found for found in every.smallest if found != frozenset(clauses)]
        further = (self._conflict(found) for found in sorted(others, key=len))
        return WhyNoPlan(
            status=NO_PLAN,
            reasons=self._sentences(reasons, clauses),
            clauses=clauses,
            conflict=self._described(clauses, self.rules),
            smallest=smallest,
            conflicts=(first, *further),
            complete=every.complete,
            by_count=FrozenDict(counts),
            relaxations=relaxations,
        )

    def _described(self, clauses: Iterable[Clause], rules: Rules) -> tuple[str, ...]:
        return tuple(describe(clause, self.problem, rules) for clause in clauses)

    def _conflict(self, found: frozenset[Clause], *, smallest: bool = True) -> Conflict:
        clauses = tuple(c for c in (*clauses_of(self.rules), COUNT) if c in found)
        clauses = tuple(dict.fromkeys(clauses))
        sentences = self._described(clauses, self.rules)
        return Conflict(clauses=clauses, sentences=sentences, smallest=smallest)

    def _counts(
        self, by_count: Mapping[int, tuple[Reason, ...]], seconds: float
    ) -> dict[int, Conflict]:
        """Cut the conflict of each number of clusters down by itself."""
        end, answers = time.monotonic() + seconds, {}
        for number, (k, reasons) in enumerate(by_count.items()):
            rules = replace(self.rules, n_clusters=k)
            first = min(reasons, key=lambda reason: len(reason.clauses))
            share = self.decider.until(end) / (len(by_count) - number)
            clauses, smallest = self.decider.minimal(rules, first.clauses, share)
            sentences = self._described(clauses, rules)
            answers[k] = Conflict(
                clauses=clauses, sentences=sentences, reason=first.sentence, smallest=smallest
            )
        return answers

    def _sentences(
        self, reasons: tuple[Reason, ...], clauses: tuple[Clause, ...]
    ) -> tuple[str, ...]:
        """Say why, first in terms of the clauses that are left of the first reason's."""
        sentences = [reason.sentence for reason in reasons]
        if set(clauses) != set(reasons[0].clauses) and COUNT in clauses:
            sharper = impossibilities(self.problem, self.decider.only(self.rules, clauses))
            if sharper:
                others = [r.sentence for r in reasons if r.clauses != reasons[0].clauses]
                sentences = [*(reason.sentence for reason in sharper), *others]
        sentences = list(dict.fromkeys(sentences))
        more = len(sentences) - MOST_SENTENCES
        further = [f"({more} further reasons.)"] if more > 0 else []
        return (*sentences[:MOST_SENTENCES], *further)
