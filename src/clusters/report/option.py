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


def make_option(
    problem: Problem,
    name: str,
    given: Any,
    *,
    rules: Rules | None,
    priorities: Priorities | None,
    split: Split | None,
    like: Plan | None = None,
) -> Option:
    """Gather what is known of one option; `like` is the plan whose numbers it should share."""
    plan: Plan = given if isinstance(given, Plan) else given.plan
    numbers = {} if like is None else matched_numbers(problem, like, plan)
    return Option(
        name=clean(name),
        plan=plan,
        result=None if isinstance(given, Plan) else given,
        rules=rules,
        priorities=priorities,
        split=split,
        certificate=None if rules is None else verify(problem, rules, plan, priorities),
        facts=plan_facts(problem, plan, priorities=priorities, numbers=numbers or None),
        numbers=numbers,
    )
