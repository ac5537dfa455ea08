"""The answer to "why is there no plan?" as a value."""

from __future__ import annotations

from dataclasses import dataclass

from clusters.domain import Plan, Rules
from clusters.model.arithmetic import Clause

__all__ = ["Relaxation", "WhyNoPlan"]

NO_PLAN, EXISTS, UNDECIDED = "no plan", "a plan exists", "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """A change of the rules that would allow a plan.

    Parameters
    ----------
    sentence
        What to change, with the numbers.
    rules
        The rules with the change made, ready for `solve`.
    size
        How much is given up: the share by which bounds are moved; an exception counts for one
        cluster of many; dropping a rule counts 2.
    plan
        A verified plan under these rules; None where none was found in time.
    """

    sentence: str
    rules: Rules
    size: float
    plan: Plan | None

    @property
    def checked(self) -> bool:
        """Whether a plan under the changed rules was found and verified."""
        return self.plan is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNoPlan:
    """Whether rules can all hold, and if not, which of them conflict.

    Parameters
    ----------
    status
        "no plan" - proved; "a plan exists" - one was found; "undecided" - neither in time.
    reasons
        Sentences with the numbers, the plainest first.
    clauses
        The rules of the first reason: they cannot all hold.
    conflict
        One sentence for each of `clauses`.
    smallest
        Whether it is known that no rule of the conflict can be left out.
    relaxations
        Changes that would allow a plan, the smallest first; those with a plan that shows it come
        before those that there was no time to check.
    plan
        A verified plan, where one exists.
    seconds
        Wall-clock time used.
    """

    status: str
    reasons: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    conflict: tuple[str, ...] = ()
    smallest: bool = False
    relaxations: tuple[Relaxation, ...] = ()
    plan: Plan | None = None
    seconds: float = 0.0

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules in conflict, each once."""
        return tuple(dict.fromkeys(clause.rule for clause in self.clauses))

    def summary(self) -> str:
        """Say it all in plain words."""
        if self.status == EXISTS:
            return "The rules can all hold: a plan that keeps them was found."
        if self.status == UNDECIDED:
            return (
                f"Not decided in {self.seconds:.0f} seconds: no plan was found, and no proof that "
                "there is none. Give more time."
            )
        lines = ["No plan can satisfy these rules: proved.", *self.reasons]
        lines += ["These cannot all hold:", *(f"- {sentence}" for sentence in self.conflict)]
        if self.relaxations:
            lines.append("What would allow a plan, the smallest change first:")
            for relaxation in self.relaxations:
                note = "" if relaxation.checked else " (not checked in time)"
                lines.append(f"- {relaxation.sentence}{note}")
        return "\n".join(lines)
