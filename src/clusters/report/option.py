"""A plan under discussion, with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.maps import clean, matched_numbers
from clusters.report.facts import PlanFacts, plan_facts
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    from clusters.budget import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A plan under discussion, with all that is known of it."""

    name: str
    plan: Plan
    result: Any = None
    rules: Rules | None = None
    priorities: Priorities | None = None
    split: Split | None = None
    certificate: Certificate | None = None
    facts: PlanFacts
    numbers: Mapping[str, int] = field(default_factory=dict)


def result_of(given: Any) -> Any:
    """Return the result of an option of `solve` or of `propose`; None for a mere plan."""
    return None if isinstance(given, Plan) else getattr(given, "result", given)


def make_option(
    problem: Problem,
    name: str,
    given: Any,
    *,
    rules: Rules | None,
    priorities: Priorities | None,
    split: Split | None,
    like: Plan | None = None,
    shown: Problem | None = None,
) -> Option:
    """Gather what is known of one option.

    Parameters
    ----------
    like
        The plan whose numbers it should share.
    shown
        The facts without what readers may not see; journeys are weighted by what is left of them.
    """
    result = result_of(given)
    plan: Plan = given if result is None else result.plan
    numbers = {} if like is None else matched_numbers(problem, like, plan)
    return Option(
        name=clean(name),
        plan=plan,
        result=result,
        rules=rules,
        priorities=priorities,
        split=split,
        certificate=None if rules is None else verify(problem, rules, plan, priorities),
        facts=plan_facts(
            problem if shown is None else shown,
            plan,
            priorities=priorities if shown is None or shown is problem else None,
            numbers=numbers or None,
        ),
        numbers=numbers,
    )
