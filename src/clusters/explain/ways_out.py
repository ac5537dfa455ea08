"""Ways out of rules that cannot all hold: changes that were tried, and allow a plan."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clusters.domain import Plan, Problem, Rules
from clusters.explain.deciding import COUNT, Decider
from clusters.explain.easing import MOST_EASED, STEPS, eased, is_bound, ladder, tightened
from clusters.explain.every_conflict import Loss
from clusters.explain.reasons import Relaxation
from clusters.presolve import (
    Clause,
    Reason,
    altered,
    clauses_of,
    counts_of,
    impossibilities,
    is_refuted,
    without,
)
from clusters.presolve.altered import size_of

__all__ = ["WaysOut"]

ENOUGH = 4
"""Ways out that were tried and work after which no further ones are looked for."""
MOST_OPEN = 3
"""Most ways out listed that could not be tried in time, where none that was tried works."""
MOST_COMBINED = 3
"""Most rules that are changed together by intent."""


class WaysOut:
    """Changes under trial: the inputs, the clock, and what works so far."""

    def __init__(self, problem: Problem, rules: Rules, decider: Decider) -> None:
        self.problem, self.rules, self.decider = problem, rules, decider
        self.works: dict[frozenset[str], Relaxation] = {}
        self.open: dict[frozenset[str], Relaxation] = {}

    def tried(
        self, reasons: Sequence[Reason], clauses: Sequence[Clause], losses: Sequence[Loss]
    ) -> tuple[Relaxation, ...]:
        """Try changes of one rule, and of few together, and list those that allow a plan.

        What is refuted is not listed; what could not be tried in time only where nothing that was
        tried works, and marked.

        Parameters
        ----------
        clauses
            Those in every conflict that is known: changing another one alone is no way out.
        losses
            Rules without which there is a plan.
        """
        works = self.works
        for loss in losses:  # without these there is a plan: by how much less would do?
            if 1 < len(loss.clauses) <= MOST_COMBINED:
                self._note(works, self._dropped(loss))
        ladders = [*self._ladders(reasons, clauses), *map(self._combined, self._pairs(losses))]
        enough = ENOUGH + len(works)
        for number, steps in enumerate(ladders):
            if len(works) >= enough or self.decider.left <= 0:
                break
            self._climb(steps, 0.8 * self.decider.left / (len(ladders) - number))
        if not works and self.decider.left > 0:
            for way in self._by_dropping(clauses):
                self._note(works, way)
        chosen = [way for key, way in works.items() if not any(other < key for other in works)]
        chosen = chosen or list(self.open.values())[:MOST_OPEN]
        return tuple(sorted(chosen, key=lambda way: way.size))

    def _pairs(self, losses: Sequence[Loss]) -> list[Loss]:
        """Losses of several rules, few first, each number of clusters left as it is first."""
        several = [loss for loss in losses if 1 < len(loss.clauses) <= MOST_COMBINED]
        return sorted(several, key=lambda loss: (len(loss.clauses), COUNT in loss.clauses))[:ENOUGH]

    def _dropped(self, loss: Loss) -> Relaxation:
        """Drop rules; where the number of clusters is one of them, take the plan's."""
        rules = without(self.rules, *(clause for clause in loss.clauses if clause != COUNT))
        if COUNT in loss.clauses:
            rules = replace(rules, n_clusters=len(loss.plan.clusters))
        return self._way_out(rules, loss.plan)

    def _combined(self, loss: Loss) -> list[Rules]:
        """Loosen several rules at once, step by step; what has no bounds is dropped."""
        dropped = self._dropped(loss).rules
        bounded = [clause for clause in loss.clauses if is_bound(clause)]
        rest = [clause for clause in loss.clauses if clause != COUNT and clause not in bounded]
        begin = replace(without(self.rules, *rest), n_clusters=dropped.n_clusters)
        steps: dict[Rules, None] = {}
        for factor in (*STEPS, MOST_EASED):
            rules = begin
            for clause in sorted(bounded, key=str):
                looser = eased(self.problem, rules, clause, factor)
                rules = without(rules, clause) if looser is None else looser
            steps[rules] = None
        return [*steps, *([] if dropped in steps else [dropped])]

    def _ladders(self, reasons: Sequence[Reason], clauses: Sequence[Clause]) -> list[list[Rules]]:
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

    def _climb(self, steps: Sequence[Rules], seconds: float) -> None:
        """Find looser rules that allow a plan: halfway between those that do and those that do not.

        Where the loosest are refuted the others are too. (Other numbers of clusters are no looser
        than each other: they are tried in turn.)
        """
        end = time.monotonic() + seconds
        if any(rules.count_range != self.rules.count_range for rules in steps):
            for rules in steps:
                if time.monotonic() > end or self._tried(rules, end, 3):
                    return
            return
        low, high = -1, len(steps) - 1
        if not self._tried(steps[high], end, 2):
            return
        while high - low > 1 and time.monotonic() < end:
            middle = (low + high) // 2
            if self._tried(steps[middle], end, 3):
                high = middle
            else:
                low = middle

    def _tried(self, looser: Rules, end: float, shares: int) -> bool:
        """Whether a plan was found under looser rules; the way out is noted, unless refuted."""
        rules = self._completed(looser, end)
        if rules is None:
            return False
        verdict = self.decider.decide(rules, (end - time.monotonic()) / shares)
        if verdict.refuted:
            return False
        if verdict.plan is not None:
            rules = tightened(self.problem, self.rules, rules, verdict.plan)
        way = self._way_out(rules, verdict.plan)
        self._note(self.works if way.checked else self.open, way)
        return way.checked

    def _note(self, ways: dict[frozenset[str], Relaxation], way: Relaxation) -> None:
        """Keep a way out, unless one that changes the same rules gives up less."""
        key = _key(way, self.problem, self.rules)
        if key not in ways or way.size < ways[key].size:
            ways[key] = way

    def _way_out(self, rules: Rules, plan: Plan | None) -> Relaxation:
        changes = altered(self.problem, self.rules, rules)
        return Relaxation(
            sentence="; ".join(change.sentence for change in changes),
            rules=rules,
            size=sum(change.size for change in changes),
            plan=plan,
        )

    def _completed(self, rules: Rules, end: float) -> Rules | None:
        """Take away the reasons that are left, each by its smallest fix; None where that fails."""
        touched = {change.clause for change in altered(self.problem, self.rules, rules)}
        for _ in range(20):
            if self.decider.until(end) <= 0:
                return None
            counts = counts_of(self.problem, rules)
            if not all(is_refuted(self.problem, rules, k) for k in counts):
                return rules
            reasons = impossibilities(self.problem, rules)
            fixes = [f for f in reasons[0].fixes if len(reasons) == 1 or not f.excuses]
            # the same rule again if that helps, so that one change covers several schools
            again = [f for f in fixes if f.clauses[0] in touched and not f.excuses]
            if not fixes:
                return None
            fix = (again or fixes)[0]
            touched.add(fix.clauses[0])
            rules = fix.rules
        return None

    def _by_dropping(self, blamed: Sequence[Clause]) -> Iterator[Relaxation]:
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
        return self.decider.decide(
            self.decider.only(self.rules, kept), self.decider.left / shares
        ).plan


def _key(way: Relaxation, problem: Problem, rules: Rules) -> frozenset[str]:
    """Ways out that change the same rules replace each other."""
    return frozenset(
        change.sentence if "(an exception)" in change.sentence else repr(change.clause)
        for change in altered(problem, rules, way.rules)
    )
