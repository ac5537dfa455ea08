"""Every smallest set of rules in conflict, and every smallest set whose loss allows a plan.

The two are each other's hitting sets (Reiter 1987, "A theory of diagnosis from first principles"):
leave out some rules that hit every conflict known so far, as few as can be, and ask for a plan.
A plan shows a smallest loss; a refutation is cut down to a further conflict. When all that hit
every conflict are known losses, no further conflict exists (compare MARCO; Liffiton et al. 2016,
"Fast, flexible MUS enumeration").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from clusters.domain import Plan, Problem, Rules
from clusters.explain.deciding import COUNT, Decider
from clusters.presolve import Clause, clauses_of
from clusters.verifier import verify

__all__ = ["Conflicts", "Loss"]

Clauses = frozenset[Clause]

MOST_CONFLICTS = 8
"""Conflicts after which no further ones are looked for."""
MOST_LOSSES = 40
"""The same of losses: there can be as many as products of conflicts."""
MOST_STEPS = 20_000
"""Most sets of rules looked at for one that hits every conflict."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Rules without which a plan was found that keeps all the others; none of them is spared."""

    clauses: Clauses
    plan: Plan


@dataclass(slots=True)
class Conflicts:
    """An enumeration under way.

    Attributes
    ----------
    found
        Conflicts; none of them contains another.
    losses
        Smallest sets of rules whose loss allows a plan, small ones first.
    complete
        Whether these are all conflicts there are, each of them smallest: proved.
    """

    problem: Problem
    rules: Rules
    decider: Decider
    found: list[Clauses] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    complete: bool = False
    _open: list[Clauses] = field(default_factory=list)
    _unsure: bool = False
    _loose: set[Clauses] = field(default_factory=set)
    _kept: list[tuple[Clauses, Plan]] = field(default_factory=list)

    @property
    def every(self) -> Clauses:
        """All rules that can be left out."""
        return frozenset(clauses_of(self.rules)) | {COUNT}

    def add(self, clauses: Clauses, *, smallest: bool) -> None:
        """Add a conflict that is known."""
        if not any(known <= clauses for known in self.found):
            self.found = [known for known in self.found if not clauses <= known]
            self.found.append(clauses)
        if not smallest:
            self._unsure = True
            self._loose.add(clauses)

    @property
    def smallest(self) -> list[Clauses]:
        """Conflicts of which none can be left out."""
        return [known for known in self.found if known not in self._loose]

    def run(self, end: float) -> None:
        """Look for further conflicts and losses until a moment of the decider's clock."""
        self._open.clear()  # with more time they may be decided
        while len(self.found) < MOST_CONFLICTS and len(self.losses) < MOST_LOSSES:
            left = self._next()
            if left is None:
                self.complete = not self._open and not self._unsure
                return
            if self.decider.until(end) <= 0:
                return
            rest = self.every - left
            plan, refuted = self._decided(rest, 0.5 * self.decider.until(end))
            if plan is not None:
                self._lose(plan)
            elif refuted:
                self._shrink(rest, end)
            else:
                self._open.append(left)

    def _lose(self, plan: Plan) -> None:
        kept = self._keeps(plan)
        lost = self.every - kept
        if not any(loss.clauses <= lost for loss in self.losses):
            self.losses.append(Loss(lost, plan))

    def _keeps(self, plan: Plan) -> Clauses:
        """List the rules that a plan keeps."""
        for kept, known in self._kept:
            if known == plan:
                return kept
        kept = frozenset(c for c in self.every if self._holds(c, plan))
        self._kept.append((kept, plan))
        return kept

    def _holds(self, clause: Clause, plan: Plan) -> bool:
        if clause == COUNT:
            low, high = self.rules.count_range
            return low <= len(plan.clusters) <= high
        return verify(self.problem, self.decider.only(self.rules, [clause]), plan).ok

    def _decided(self, kept: Clauses, seconds: float) -> tuple[Plan | None, bool]:
        """Return a plan that keeps some rules, or whether it is refuted that there is one."""
        for held, plan in self._kept:
            if kept <= held:
                return plan, False
        if any(known <= kept for known in self.found):
            return None, True
        ordered = [clause for clause in (COUNT, *clauses_of(self.rules)) if clause in kept]
        verdict = self.decider.decide_only(self.rules, list(dict.fromkeys(ordered)), seconds)
        if verdict.plan is not None:
            self._keeps(verdict.plan)
        return verdict.plan, verdict.refuted

    def _shrink(self, clauses: Clauses, end: float) -> None:
        """Leave out of a conflict one rule after another as long as it stays one."""
        kept, sure = clauses, True
        waiting = _ordered(clauses)
        for number, clause in enumerate(waiting):
            seconds = self.decider.until(end) / (len(waiting) - number)
            plan, refuted = self._decided(kept - {clause}, seconds)
            if refuted:
                kept = kept - {clause}
            elif plan is None:
                sure = False
        self.add(kept, smallest=sure)

    def _next(self) -> Clauses | None:
        """Return few rules that hit every conflict and that nothing is known of; None for none."""
        level: dict[Clauses, None] = {frozenset(): None}
        steps = 0
        while level:
            deeper: dict[Clauses, None] = {}
            for left in level:
                steps += 1
                if steps > MOST_STEPS:
                    self._unsure = True
                    return None
                if any(loss.clauses <= left for loss in self.losses):
                    continue
                missed = next((known for known in self.found if not known & left), None)
                if missed is not None:
                    deeper |= dict.fromkeys(left | {clause} for clause in _ordered(missed))
                elif not any(known <= left for known in self._open):
                    return left
            level = deeper
        return None


def _ordered(clauses: Clauses) -> list[Clause]:
    return sorted(clauses, key=lambda clause: (clause.rule, str(clause.which)))
