"""Whether the committed sums and the EHC plans on record go together, school by school."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clusters.domain import Problem, SchoolId
from clusters.money import pounds
from clusters.text import counted

__all__ = ["Coverage", "coverage_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Committed sums against EHC plans.

    Parameters
    ----------
    committed_schools, committed_pence
        Schools with a committed sum, and the sums.
    open_schools, open_plans
        Schools with EHC plans and without a committed sum, and their plans.
    idle_schools, idle_pence
        Schools with a committed sum whose record has no EHC plans, and the sums.
    unknown_schools
        Schools without a committed sum whose EHC plans are not known.
    """

    committed_schools: int
    committed_pence: int
    open_schools: int
    open_plans: int
    idle_schools: int
    idle_pence: int
    unknown_schools: int

    def sentences(self, *, counts: bool = True) -> tuple[str, ...]:
        """Say what does not go together; without counts where they may not be published."""
        return tuple(filter(None, (self._open(counts), self._idle(counts), self._unknown(counts))))

    def _open(self, counts: bool) -> str:
        """Say that plans are not ring-fenced."""
        if not self.open_schools:
            return ""
        if not counts:
            who = "the schools have" if not self.committed_schools else "some schools have"
            return f"No sum is committed for EHC plans that {who}: {_FROM_THE_FORMULA}."
        plans = counted(self.open_plans, "EHC plan")
        where = counted(self.open_schools, "school")
        if not self.committed_schools:
            return f"Nothing is committed for the {plans} at {where}: {_FROM_THE_FORMULA}."
        return f"No sum is committed for {plans} at {where}: {_FROM_THE_FORMULA}."

    def _idle(self, counts: bool) -> str:
        """Say that money is ring-fenced where no plans are on record."""
        if not self.idle_schools:
            return ""
        if not counts:
            return "Some schools have a committed sum and no EHC plans on record."
        have = "has" if self.idle_schools == 1 else "have"
        return (
            f"{counted(self.idle_schools, 'school')} {have} a committed sum "
            f"({pounds(self.idle_pence)} in all) and no EHC plans on record."
        )

    def _unknown(self, counts: bool) -> str:
        """Say that it is not known whether plans are ring-fenced."""
        if not self.unknown_schools:
            return ""
        where = counted(self.unknown_schools, "school") if counts else "some schools"
        return f"It is not known how many EHC plans {where} without a committed sum have."


_FROM_THE_FORMULA = "their top-ups have to come out of what the formula shares"


def coverage_of(problem: Problem, committed_pence: Mapping[SchoolId, int]) -> Coverage:
    """Compare committed sums (pence by id) with the EHC plans on record."""
    rows = [(school.ehcps, committed_pence.get(school.urn, 0)) for school in problem.schools]
    if all(plans is None for plans, _ in rows) and "ehcps" in problem.measures:
        counts = problem.measures["ehcps"].tolist()
        rows = [(int(plans), sum_) for plans, (_, sum_) in zip(counts, rows, strict=True)]
    open_ = [plans for plans, sum_ in rows if plans and not sum_]
    idle = [sum_ for plans, sum_ in rows if plans == 0 and sum_]
    return Coverage(
        committed_schools=sum(1 for _, sum_ in rows if sum_),
        committed_pence=sum(sum_ for _, sum_ in rows),
        open_schools=len(open_),
        open_plans=sum(open_),
        idle_schools=len(idle),
        idle_pence=sum(idle),
        unknown_schools=sum(1 for plans, sum_ in rows if plans is None and not sum_),
    )
