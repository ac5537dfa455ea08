"""Why is there no plan? The rules in conflict, and changes that would allow one, each tried."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clusters.arguments import checked
from clusters.domain import Plan, Priorities, Problem, Rules, check_rules
from clusters.explain.deciding import COUNT, Decider
from clusters.explain.easing import ladder, suspects, tightened
from clusters.explain.reasons import EXISTS, NO_PLAN, UNDECIDED, Relaxation, WhyNoPlan
from clusters.presolve import (
    Clause,
    Reason,
    altered,
    clauses_of,
    counts_of,
    describe,
    impossibilities,
    reasons_for,
    united,
)
from clusters.presolve.altered import size_of
from clusters.rulebook import depends_on_count, school_name
from clusters.solver import Settings, effort

__all__ = ["Relaxation", "WhyNoPlan", "why_no_plan"]

IN_HAND = 0.8
"""Share of the time limit that is planned with."""
ENOUGH = 4
"""Ways out that were tried and work after which no further ones are looked for."""
MOST_OPEN = 3
"""Most ways out listed that could not be tried in time, where none that was tried works."""
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
    of numbers of clusters it is a conflict of them all. A way out is listed where a plan under it
    was found, with the numbers that this plan attains.

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

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.decider.left

    def answer(self) -> WhyNoPlan:
        """Ask arithmetic, then the search, then single clusters, then the whole model."""
        by_count = self._by_arithmetic()
        if all(by_count.values()):
            return self._no_plan(united(by_count))
        verdict = self.decider.decide(self.rules, 0.25 * self.limit)
        if verdict.plan is None:
            found = self._by_lone_clusters(by_count)
            if found is None and verdict.open:
                verdict = self.decider.decide(self.rules, self.left)
            if found is None and verdict.refuted:
                found = {k: reasons or (self._whole(),) for k, reasons in by_count.items()}
            if found is not None:
                return self._no_plan(united(found))
        if verdict.plan is not None:
            return WhyNoPlan(status=EXISTS, plan=verdict.plan)
        return WhyNoPlan(status=UNDECIDED)

    def _by_arithmetic(self) -> dict[int, tuple[Reason, ...]]:
        """Reasons for each number of clusters; none where arithmetic finds none, or time is up."""
        by_count: dict[int, tuple[Reason, ...]] = {}
        for k in counts_of(self.problem, self.rules):
            by_count[k] = reasons_for(self.problem, self.rules, k) if self.left else ()
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
            budget = 0.4 * self.left / (len(waiting) - number)
            seen = [a for a, held in enumerate(instance.members)
                    if set(held) & set(self.decider.suspects)]  # fmt: skip
            first = [*seen, *suspects(instance)]
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
        kept = [clause for clause in clauses_of(self.rules) if clause != COUNT]
        end = time.monotonic() + 0.3 * self.left
        for rule in ("together", "apart"):
            rest = [clause for clause in kept if clause.rule != rule]
            if len(kept) - len(rest) > 2 and self._hopeless(position, k, rest):
                kept = rest
        for clause in list(kept):
            rest = [other for other in kept if other != clause]
            if time.monotonic() < end and self._hopeless(position, k, rest):
                kept = rest
        count = [COUNT] if any(map(depends_on_count, kept)) else []
        school = self.problem.schools[position]
        return Reason(
            clauses=(*kept, *count),
            sentence=f"No cluster that holds {school_name(self.problem, school.urn)} can keep all "
            "of the rules named here, however the rest is divided.",
            schools=(school.urn,),
        )

    def _hopeless(self, position: int, k: int, kept: list[Clause]) -> bool:
        from clusters.model.single_cluster import cluster_with

        instance = self.decider.instance(self.decider.only(self.rules, [COUNT, *kept]), k)
        atom = next(a for a, held in enumerate(instance.members) if position in held)
        return cluster_with(instance, atom, seconds=max(0.1, min(1.0, 0.2 * self.left))) == []

    def _whole(self) -> Reason:
        return Reason(
            clauses=clauses_of(self.rules),
            sentence="Searching through all plans shows that the rules named here cannot all hold.",
        )

    # -- the answer --------------------------------------------------------------------------

    def _no_plan(self, reasons: tuple[Reason, ...]) -> WhyNoPlan:
        named = reasons[0].clauses
        only = self.decider.only(self.rules, named)
        if self.decider.decide(only, 0.1 * self.left).plan is not None:
            named = clauses_of(self.rules)  # a reason that leaves a clause out: look at them all
        clauses, smallest = self.decider.minimal(self.rules, named, 0.4 * self.left)
        sentences = self._sentences(reasons, clauses)
        return WhyNoPlan(
            status=NO_PLAN,
            reasons=sentences,
            clauses=clauses,
            conflict=tuple(describe(c, self.problem, self.rules) for c in clauses),
            smallest=smallest,
            relaxations=self._relaxations(reasons, clauses),
        )

    def _sentences(
        self, reasons: tuple[Reason, ...], clauses: tuple[Clause, ...]
    ) -> tuple[str, ...]:
        """Say why, first in terms of the clauses that are left of the first reason's."""
        told = [reason.sentence for reason in reasons]
        if set(clauses) != set(reasons[0].clauses) and COUNT in clauses:
            sharper = impossibilities(self.problem, self.decider.only(self.rules, clauses))
            if sharper:
                others = [r.sentence for r in reasons if r.clauses != reasons[0].clauses]
                told = [*(reason.sentence for reason in sharper), *others]
        told = list(dict.fromkeys(told))
        if len(told) > MOST_SENTENCES:
            told = [*told[:MOST_SENTENCES], f"({len(told) - MOST_SENTENCES} further reasons.)"]
        return tuple(told)

    # -- ways out ----------------------------------------------------------------------------

    def _relaxations(
        self, reasons: tuple[Reason, ...], clauses: tuple[Clause, ...]
    ) -> tuple[Relaxation, ...]:
        """Try changes of one rule after another, and list those that allow a plan.

        What is refuted is not listed; what could not be tried in time only where nothing that was
        tried works, and marked.
        """
        works: dict[frozenset[str], Relaxation] = {}
        open_: dict[frozenset[str], Relaxation] = {}
        ladders = self._ladders(reasons, clauses)
        for number, steps in enumerate(ladders):
            if len(works) >= ENOUGH or self.left <= 0:
                break
            share = 0.8 * self.left / (len(ladders) - number)
            self._climb(steps, share, works, open_)
        if not works and self.left > 0:
            for way in self._by_dropping(clauses):
                works[_key(way, self.problem, self.rules)] = way
        listed = [way for key, way in works.items() if not any(other < key for other in works)]
        return tuple(sorted(listed or list(open_.values())[:MOST_OPEN], key=lambda way: way.size))

    def _ladders(
        self, reasons: tuple[Reason, ...], clauses: tuple[Clause, ...]
    ) -> list[list[Rules]]:
        """Looser and looser rules for each clause of the conflict, the gentlest clause first."""
        steps: dict[Clause | str, dict[Rules, float]] = {}
        for reason in reasons:
            for fix in reason.fixes:
                if fix.excuses and len(reasons) > 1:
                    continue  # excusing one cluster of many in trouble only hides the rest
                place = "excuse" if fix.excuses else fix.clauses[0]
                steps.setdefault(place, {})[fix.rules] = fix.size
        for clause in clauses:
            for looser in ladder(self.problem, self.rules, clause):
                size = size_of(self.problem, self.rules, looser)
                steps.setdefault(clause, {}).setdefault(looser, size)
        ordered = [sorted(rungs.items(), key=lambda rung: rung[1]) for rungs in steps.values()]
        ordered.sort(key=lambda rungs: rungs[0][1] if rungs else 0.0)
        return [[rules for rules, _ in rungs] for rungs in ordered]

    def _climb(
        self,
        steps: Sequence[Rules],
        seconds: float,
        works: dict[frozenset[str], Relaxation],
        open_: dict[frozenset[str], Relaxation],
    ) -> None:
        """Find looser rules that allow a plan: halfway between those that do and those that do not.

        Where the loosest are refuted the others are too. (Other numbers of clusters are no looser
        than each other: they are tried in turn.)
        """
        end = time.monotonic() + seconds
        if any(rules.count_range != self.rules.count_range for rules in steps):
            for rules in steps:
                if time.monotonic() > end or self._tried(rules, end, 3, works, open_):
                    return
            return
        low, high = -1, len(steps) - 1
        if not self._tried(steps[high], end, 2, works, open_):
            return
        while high - low > 1 and time.monotonic() < end:
            middle = (low + high) // 2
            if self._tried(steps[middle], end, 3, works, open_):
                high = middle
            else:
                low = middle

    def _tried(
        self,
        looser: Rules,
        end: float,
        shares: int,
        works: dict[frozenset[str], Relaxation],
        open_: dict[frozenset[str], Relaxation],
    ) -> bool:
        """Whether a plan was found under looser rules; the way out is noted, unless refuted."""
        rules = self._completed(looser)
        if rules is None:
            return False
        verdict = self.decider.decide(rules, (end - time.monotonic()) / shares)
        if verdict.refuted:
            return False
        if verdict.plan is not None:
            rules = tightened(self.problem, self.rules, rules, verdict.plan)
        way = self._way_out(rules, verdict.plan)
        _note(works if way.checked else open_, _key(way, self.problem, self.rules), way)
        return way.checked

    def _way_out(self, rules: Rules, plan: Plan | None) -> Relaxation:
        changes = altered(self.problem, self.rules, rules)
        return Relaxation(
            sentence="; ".join(change.sentence for change in changes),
            rules=rules,
            size=sum(change.size for change in changes),
            plan=plan,
        )

    def _completed(self, rules: Rules) -> Rules | None:
        """Take away the reasons that are left, each by its smallest fix; None where that fails."""
        touched = {change.clause for change in altered(self.problem, self.rules, rules)}
        for _ in range(20):
            if self.left <= 0:
                return None
            reasons = impossibilities(self.problem, rules)
            if not reasons:
                return rules
            fixes = [f for f in reasons[0].fixes if len(reasons) == 1 or not f.excuses]
            # the same rule again if that helps, so that one change covers several schools
            again = [f for f in fixes if f.clauses[0] in touched and not f.excuses]
            if not fixes:
                return None
            fix = (again or fixes)[0]
            touched.add(fix.clauses[0])
            rules = fix.rules
        return None

    def _by_dropping(self, blamed: tuple[Clause, ...]) -> Iterator[Relaxation]:
        """Keep one rule after another as long as a plan is found; drop the others."""
        every = clauses_of(self.rules)
        kept = [clause for clause in every if clause not in blamed or clause == COUNT]
        plan = self._plan_of(kept, 3)
        for fewer in ([COUNT], []):
            if plan is None:  # not all of the others together, not even the number by itself
                kept = list(fewer)
                plan = self._plan_of(kept, 3)
        if plan is None:
            return
        waiting = [clause for clause in every if clause not in kept and clause != COUNT]
        for number, clause in enumerate(waiting):
            found = self._plan_of([*kept, clause], len(waiting) - number + 1)
            if found is not None:
                kept, plan = [*kept, clause], found
        rules = self.decider.only(self.rules, kept)
        if COUNT not in kept:
            rules = replace(rules, n_clusters=len(plan.clusters))
        yield self._way_out(rules, plan)

    def _plan_of(self, kept: list[Clause], shares: int) -> Plan | None:
        return self.decider.decide(self.decider.only(self.rules, kept), self.left / shares).plan


def _key(way: Relaxation, problem: Problem, rules: Rules) -> frozenset[str]:
    """Ways out that change the same rules replace each other."""
    return frozenset(
        change.sentence if "(an exception)" in change.sentence else repr(change.clause)
        for change in altered(problem, rules, way.rules)
    )


def _note(ways: dict[frozenset[str], Relaxation], key: frozenset[str], way: Relaxation) -> None:
    if key not in ways or way.size < ways[key].size:
        ways[key] = way
