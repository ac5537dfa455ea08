"""Why is there no plan? The rules in conflict, and the smallest changes that would allow one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from clusters.domain import Plan, Priorities, Problem, Rules, SchoolId, check_rules
from clusters.explain.easing import eased, is_exception, joined, place_of_fix, suspects
from clusters.explain.reasons import EXISTS, NO_PLAN, UNDECIDED, Relaxation, WhyNoPlan
from clusters.model.arithmetic import (
    Clause,
    Fix,
    Reason,
    clauses_of,
    counts_to_try,
    describe,
    impossibilities,
    without,
)
from clusters.model.arithmetic.clauses import school_name
from clusters.model.instance import Instance, compile_instance
from clusters.search.brief import any_plan, plan_of
from clusters.search.found import Found
from clusters.verifier import verify

__all__ = ["Relaxation", "WhyNoPlan", "why_no_plan"]

COUNT = Clause("n_clusters")
STEPS = (1.05, 1.1, 1.25, 1.5, 2.0)
"""Factors by which a bound is loosened in turn where arithmetic does not say by how much."""
IN_HAND = 0.85
"""Share of the time limit that is planned with."""
ENOUGH = 3
"""Relaxations shown to allow a plan after which no further ones are checked."""
MOST_CHECKED = 8
"""Most relaxations looked at."""


def why_no_plan(
    problem: Problem,
    rules: Rules,
    priorities: Priorities | None = None,
    time_limit_s: float = 10.0,
    *,
    seed: int = 1,
) -> WhyNoPlan:
    """Find out why no plan satisfies some rules.

    Arithmetic comes first: totals, sizes, reach and parts of the map, exactly. Then every school
    is asked whether any cluster could hold it; then the whole model is searched without its costs.
    A conflict found by search is cut down by leaving out one rule after another (a deletion
    filter; Chinneck & Dravnieks 1991, "Locating minimal infeasible constraint sets in linear
    programs").

    Parameters
    ----------
    problem, rules
        As for `solve`.
    priorities
        Checked against the problem; they cannot make a plan impossible.
    time_limit_s
        Seconds of wall-clock time, about.
    seed
        For the search for plans.

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
    ['schools_per_cluster: allow as few as 1 schools in a cluster (now 2)',
     'n_clusters: 1 cluster (now 2)']
    """
    check_rules(problem, rules, priorities)
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
        self.problem, self.rules, self.seed = problem, rules, seed
        self.deadline, self.limit = deadline, limit

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.0, self.deadline - time.monotonic())

    def instance(self, rules: Rules, k: int) -> Instance:
        """Compile rules; journeys count equally, since only what is possible matters."""
        return compile_instance(self.problem, rules, Priorities(travel_by="schools"), k)

    def answer(self) -> WhyNoPlan:
        """Ask arithmetic, then the search, then single clusters, then the whole model."""
        reasons = impossibilities(self.problem, self.rules)
        if reasons:
            return self._no_plan(reasons, smallest=True)
        plan = self.find(self.rules, 0.2 * self.limit)
        if plan is None:
            reason, smallest = self._by_lone_cluster()
            if reason is None:
                reason, smallest = self._by_whole_model()
            if reason is not None:
                return self._no_plan((reason,), smallest=smallest)
            plan = self.find(self.rules, self.left)
        if plan is not None:
            return WhyNoPlan(status=EXISTS, plan=plan)
        return WhyNoPlan(status=UNDECIDED)

    def find(self, rules: Rules, seconds: float) -> Plan | None:
        """Look for a plan under some rules; it has passed the verifier."""
        counts, end = counts_to_try(self.problem, rules), time.monotonic() + seconds
        for number, k in enumerate(counts):
            left = min(end - time.monotonic(), self.left)
            if left <= 0:
                return None
            instance = self.instance(rules, k)
            share = left / (len(counts) - number)
            found = any_plan(instance, seconds=0.7 * share, seed=self.seed)
            if found is None:
                found = self._by_model(instance, 0.3 * share)
            if found is not None:
                plan = plan_of(self.problem, instance, found)
                if verify(self.problem, rules, plan).ok:
                    return plan
        return None

    def _by_model(self, instance: Instance, seconds: float) -> Found | None:
        """Look for a plan with the model, which finds its way between far-flung groups."""
        from clusters.model.feasible import any_clusters

        clusters = any_clusters(instance, seconds=seconds)
        return Found.of(instance, clusters) if clusters else None

    # -- proofs by search --------------------------------------------------------------------

    def _by_lone_cluster(self) -> tuple[Reason | None, bool]:
        """Look for a school that no cluster can hold, for every number of clusters."""
        from clusters.model.lone import hopeless_atom

        reason: Reason | None = None
        smallest = False
        counts = counts_to_try(self.problem, self.rules)
        for k in counts:
            if self.left <= 0:
                return None, False
            instance = self.instance(self.rules, k)
            budget = 0.4 * self.left / len(counts)
            atom, _ = hopeless_atom(instance, seconds=budget, first=suspects(instance))
            if atom is None:
                return None, False
            if reason is None:
                key = self.problem.schools[instance.members[atom][0]].urn
                reason, smallest = self._lone_reason(key, k)
        return reason, smallest

    def _lone_reason(self, key: SchoolId, k: int) -> tuple[Reason, bool]:
        from clusters.model.lone import cluster_with

        position = self.problem.position(key)

        def impossible(rules: Rules) -> bool | None:
            instance = self.instance(rules, k)
            atom = next(a for a, held in enumerate(instance.members) if position in held)
            cluster = cluster_with(instance, atom, seconds=max(0.2, min(1.0, 0.3 * self.left)))
            return None if cluster is None else not cluster

        clauses, smallest = self._filtered(impossible, 0.5 * self.left)
        if any(c.rule == "balance" for c in clauses):
            clauses = (*clauses, COUNT)
        fixes = tuple(self._loosened(clauses, impossible))
        return (
            Reason(
                clauses=clauses,
                sentence=f"No cluster that holds {school_name(self.problem, key)} can keep all of "
                "the rules named here, however the rest is divided.",
                schools=(key,),
                fixes=fixes,
            ),
            smallest,
        )

    def _by_whole_model(self) -> tuple[Reason | None, bool]:
        from clusters.model.feasible import any_clusters

        counts = counts_to_try(self.problem, self.rules)
        for k in counts:
            seconds = 0.5 * self.left / len(counts)
            if seconds <= 0 or any_clusters(self.instance(self.rules, k), seconds=seconds) != []:
                return None, False

        def impossible(rules: Rules) -> bool | None:
            for k in counts_to_try(self.problem, rules):
                if self.left <= 0:
                    return None
                instance = self.instance(rules, k)
                found = any_plan(instance, seconds=0.1 * self.left)
                if found is not None:
                    return False
                clusters = any_clusters(instance, seconds=min(2.0, 0.3 * self.left))
                if clusters is None or clusters:
                    return None if clusters is None else False
            return True

        clauses, smallest = self._filtered(impossible, 0.7 * self.left)
        fixes = tuple(self._loosened((*clauses, COUNT), None))
        sentence = "Searching through all plans shows that the rules named here cannot all hold."
        return Reason(clauses=(*clauses, COUNT), sentence=sentence, fixes=fixes), smallest

    def _filtered(
        self, impossible: Callable[[Rules], bool | None], seconds: float
    ) -> tuple[tuple[Clause, ...], bool]:
        """Leave out one rule after another as long as no plan is possible (a deletion filter)."""
        end = time.monotonic() + seconds
        kept = [clause for clause in clauses_of(self.rules) if clause != COUNT]
        sure = True
        for rule in ("together", "apart"):  # often many, seldom all of them to blame
            rest = [clause for clause in kept if clause.rule != rule]
            if len(kept) - len(rest) > 2 and impossible(self._only(rest)) is True:
                kept = rest
        for clause in list(kept):
            if time.monotonic() > end:
                return tuple(kept), False
            rest = [other for other in kept if other != clause]
            verdict = impossible(self._only(rest))
            if verdict is True:
                kept = rest
            elif verdict is None:
                sure = False
        return tuple(kept), sure

    def _only(self, kept: list[Clause]) -> Rules:
        """Return the rules with nothing but some clauses and the number of clusters."""
        gone = [c for c in clauses_of(self.rules) if c != COUNT and c not in kept]
        return without(self.rules, *gone)

    def _loosened(
        self, clauses: tuple[Clause, ...], impossible: Callable[[Rules], bool | None] | None
    ) -> Iterator[Fix]:
        """Yield changes of one rule each: bounds moved step by step, or the rule dropped."""
        for clause in clauses:
            if clause == COUNT:
                yield from self._other_counts()
                continue
            for factor in STEPS:
                looser = eased(self.problem, self.rules, clause, factor)
                if looser is None:
                    break
                if impossible is None or impossible(looser) is False:
                    text = f"loosen to {describe(clause, self.problem, looser)}"
                    yield Fix(clauses=(clause,), sentence=text, rules=looser, size=factor - 1)
                    break
            text = f"drop {describe(clause, self.problem, self.rules)}"
            yield Fix(clauses=(clause,), sentence=text, rules=without(self.rules, clause), size=2.0)

    def _other_counts(self) -> Iterator[Fix]:
        low, high = self.rules.count_range
        for k in (low - 1, high + 1, low - 2, high + 2):
            if 1 <= k <= len(self.problem):
                changed = replace(self.rules, n_clusters=k)
                yield Fix(
                    clauses=(COUNT,),
                    sentence=f"n_clusters: {k} (now {low if low == high else f'{low} to {high}'})",
                    rules=changed,
                    size=min(abs(k - low), abs(k - high)) / low,
                )

    # -- the answer --------------------------------------------------------------------------

    def _no_plan(self, reasons: tuple[Reason, ...], *, smallest: bool) -> WhyNoPlan:
        first = reasons[0]
        sentences = list(dict.fromkeys(reason.sentence for reason in reasons))
        if len(sentences) > 6:
            sentences = [*sentences[:6], f"({len(sentences) - 6} further reasons.)"]
        return WhyNoPlan(
            status=NO_PLAN,
            reasons=tuple(sentences),
            clauses=first.clauses,
            conflict=tuple(describe(c, self.problem, self.rules) for c in first.clauses),
            smallest=smallest,
            relaxations=tuple(self._relaxations(reasons)),
        )

    def _relaxations(self, reasons: tuple[Reason, ...]) -> list[Relaxation]:
        """Complete the fixes of every reason, and check them by finding a plan."""
        fixes = [fix for r in reasons for fix in r.fixes]
        if len(reasons) > 1:  # excusing one cluster of many in trouble would only hide the rest
            fixes = [fix for fix in fixes if not is_exception(fix)] or fixes
        complete: dict[str, Relaxation] = {}
        for fix in sorted(fixes, key=lambda fix: fix.size)[: 3 * MOST_CHECKED]:
            done = self._completed(fix)
            if done is not None and len(complete) < MOST_CHECKED:
                complete.setdefault(done.sentence, done)
        checked: list[Relaxation] = []
        for number, relaxation in enumerate(sorted(complete.values(), key=lambda r: r.size)):
            share = 0.9 * self.left / max(1, len(complete) - number)
            if sum(r.checked for r in checked) >= ENOUGH:
                share = 0.0
            checked.append(replace(relaxation, plan=self.find(relaxation.rules, share)))
        return sorted(checked, key=lambda r: (not r.checked, r.size))

    def _completed(self, fix: Fix) -> Relaxation | None:
        """Take away the reasons that are left after a fix, each by its smallest fix."""
        taken: dict[tuple[Clause, ...] | str, Fix] = {place_of_fix(fix): fix}
        for _ in range(20):
            reasons = impossibilities(self.problem, fix.rules)
            if not reasons:
                return Relaxation(
                    sentence="; ".join(f.sentence for f in taken.values()),
                    rules=fix.rules,
                    size=sum(f.size for f in taken.values()),
                    plan=None,
                )
            # the same rule again if that helps, so that one change covers several schools
            fixes = [f for f in reasons[0].fixes if len(reasons) == 1 or not is_exception(f)]
            again = [f for f in fixes if place_of_fix(f) in taken]
            if not fixes:
                return None
            fix = (again or fixes)[0]
            before = taken.get(place_of_fix(fix))
            taken[place_of_fix(fix)] = fix if before is None else joined(before, fix)
        return None
