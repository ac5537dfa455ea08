"""Every call from the workbench into the library, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clusters.budget import Formula, Pot, Protection, Split, split_budget
from clusters.domain import Plan, Priorities, Problem, Rules, SchoolId, plan_of
from clusters.errors import DataError
from clusters.verifier import Certificate, verify

__all__ = ["Money", "best", "certificate", "conflict", "priorities_of", "repaired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The pot, how it is shared, and floors and caps."""

    pot: Pot
    formula: Formula
    protection: Protection | None = None


def certificate(problem: Problem, rules: Rules, plan: Plan, priorities: Priorities) -> Certificate:
    """Verify a plan."""
    return verify(problem, rules, plan, priorities)


def split(problem: Problem, plan: Plan, money: Money) -> Split:
    """Split the money over a plan."""
    return split_budget(problem, plan, money.pot, money.formula, money.protection)


def why(
    problem: Problem, rules: Rules, plan: Plan, school: SchoolId, priorities: Priorities
) -> Any:
    """Say why a school is where it is."""
    from clusters.explain import why_here

    return why_here(problem, rules, plan, school, priorities)


def prepare() -> None:
    """Compile the search: a minute the first time on a machine, a moment ever after."""
    from clusters.search.warm_up import warm_up

    warm_up()


def repaired(
    problem: Problem, rules: Rules, plan: Plan, priorities: Priorities, seconds: float
) -> Any:
    """Repair a plan with few moves."""
    from clusters.explain import repair
    from clusters.solver import Settings

    return repair(problem, rules, plan, priorities, settings=Settings(time_limit_s=seconds))


def best(
    problem: Problem,
    rules: Rules,
    plan: Plan,
    priorities: Priorities,
    seconds: float,
    on_progress: Callable[[Any], None],
) -> Any:
    """Search for the best plan, starting from one; its clusters keep their names."""
    from dataclasses import replace

    from clusters.naming import name_clusters
    from clusters.solver import Settings, solve

    result = solve(
        problem,
        rules,
        priorities,
        Settings(time_limit_s=seconds),
        start=plan,
        on_progress=on_progress,
    )
    return replace(result, plan=name_clusters(problem, result.plan, keep=plan))


def conflict(problem: Problem, rules: Rules, priorities: Priorities, seconds: float) -> Any:
    """Say why no plan keeps the rules."""
    from clusters.explain import why_no_plan
    from clusters.solver import Settings

    return why_no_plan(problem, rules, priorities, settings=Settings(time_limit_s=seconds))


def priorities_of(priorities: Priorities | None) -> Priorities:
    """Return the priorities; where none are given, the journeys count each school once."""
    return Priorities(travel_by="schools") if priorities is None else priorities


def options_of(problem: Problem, given: Any) -> dict[str, Plan]:
    """Take one plan, or several by name; the first is the one to begin with."""
    if isinstance(given, Mapping) and not given:
        raise DataError.of("plan is an empty mapping", "give a plan")
    several = isinstance(given, Mapping) and any(
        isinstance(one, Plan | Mapping) or hasattr(one, "plan") for one in given.values()
    )
    if several:
        return {
            str(name): plan_of(problem, one, f"the plan {name!r}") for name, one in given.items()
        }
    return {"At the start": plan_of(problem, given)}
