"""The answer to "why is there no plan?" as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clusters.domain import FrozenDict, Plan, Rules
from clusters.presolve import Clause
from clusters.shown import Shown

__all__ = ["Conflict", "Relaxation", "WhyNoPlan"]

NO_PLAN, EXISTS, UNDECIDED = "no plan", "a plan exists", "undecided"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Relaxation(Shown):
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
        A verified plan under these rules; None where it was not decided in time whether there is
        one (what is refuted is not listed).

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, schools_per_cluster=(3, None), contiguous=False)
    >>> answer = cl.why_no_plan(problem, rules, settings=cl.Settings(time_limit_s=3))
    >>> answer.relaxations[0].sentence
    'schools_per_cluster: allow as few as 2 schools in a cluster (now 3)'
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
class Conflict:
    """Rules that cannot all hold.

    Parameters
    ----------
    clauses
        The rules.
    sentences
        One for each of `clauses`.
    reason
        Why, with the numbers; "" where none was looked for.
    smallest
        Whether for each of them a plan was found that keeps all the others.
    """

    clauses: tuple[Clause, ...]
    sentences: tuple[str, ...]
    reason: str = ""
    smallest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WhyNoPlan(Shown):
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
        Whether it was shown that no rule of the conflict can be left out: for each, a plan was
        found that keeps all the others.
    conflicts
        That conflict, and others that were found: sets of rules that cannot all hold, from which
        none can be left out.
    complete
        Whether these are all the conflicts there are, each one cut down to the smallest: proved.
    by_count
        Over a range of numbers of clusters, the conflict of each number by itself.
    relaxations
        Changes that allow a plan, each with a plan that shows it, less given up first. Where none
        was found in time, some that could not be tried to the end.
    plan
        A verified plan, where one exists.
    seconds
        Wall-clock time used.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, schools_per_cluster=(3, None), contiguous=False)
    >>> answer = cl.why_no_plan(problem, rules, settings=cl.Settings(time_limit_s=3))
    >>> answer.status, answer.smallest, len(answer.conflict)
    ('no plan', True, 2)
    """

    status: str
    reasons: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    conflict: tuple[str, ...] = ()
    smallest: bool = False
    conflicts: tuple[Conflict, ...] = ()
    complete: bool = False
    by_count: Mapping[int, Conflict] = field(default_factory=FrozenDict)
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
            text = f"Not decided in {self.seconds:.0f} seconds: no plan was found, and no proof"
            return f"{text} that there is none. Give more time."
        lines = ["No plan can satisfy these rules: proved.", *self.reasons]
        lines += ["These cannot all hold:", *(f"- {sentence}" for sentence in self.conflict)]
        if self.smallest and len(self.conflict) > 1:
            lines.append("None of them can be left out: without any one of them there is a plan.")
        lines += self._others()
        if self.relaxations:
            tried = all(relaxation.checked for relaxation in self.relaxations)
            sure = "What allows a plan (each was tried, less given up first):"
            lines.append(sure if tried else "What might allow a plan:")
            for relaxation in self.relaxations:
                note = "" if relaxation.checked else " (not checked in time)"
                lines.append(f"- {relaxation.sentence}{note}")
        return "\n".join(lines)

    def _others(self) -> Iterator[str]:
        """Name further conflicts, and whether there are others."""
        further = self.conflicts[1:]
        for number, conflict in enumerate(further, start=2):
            yield f"Nor can these all hold (conflict {number}):"
            yield from (f"- {sentence}" for sentence in conflict.sentences)
        if self.complete and further:
            yield f"There are {len(self.conflicts)} such conflicts and no others: proved."
        elif self.complete:
            yield "There is no other conflict: proved."
        else:
            yield "There may be further conflicts: they were not all looked for in the time given."
