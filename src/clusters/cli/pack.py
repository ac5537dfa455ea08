"""The pack from the command line: options with leads, reasons, areas, money and outlook."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from clusters.cli import inputs
from clusters.cli.output import Folder, say
from clusters.domain import Plan, Priorities, Problem, Rules


def write_pack(
    chosen: Namespace,
    problem: Problem,
    options: Mapping[str, Any],
    *,
    rules: Rules | None,
    priorities: Priorities,
    split: Any,
    folder: Folder,
    **record: Any,
) -> None:
    """Write the whole pack, and the record of the run beside it.

    Parameters
    ----------
    options
        Plans or results by name, the recommended one first unless --recommended names another.
    record
        What else goes into the record of the run.
    """
    from clusters.disclosure import redacted
    from clusters.explain import why_all
    from clusters.leads import make_areas

    public = chosen.audience == "public"
    first = inputs.recommended(chosen, options)
    plan = _plan(options[first])
    outlook, medium_term = _ahead(chosen, split)
    folder.pack(
        chosen,
        problem,
        options,
        rules=rules,
        priorities=priorities,
        split={first: split},
        recommended=first,
        leads=_leads(problem, options),
        areas=None if chosen.areas is None else make_areas(problem, plan, chosen.areas),
        # without rules nobody can say why
        why_here=None if public or rules is None else why_all(problem, rules, plan, priorities),
        outlook=outlook,
        medium_term=medium_term,
    )
    decisions = inputs.read_chosen_decisions(chosen)
    folder.run(
        chosen,
        problem=redacted(problem) if public else problem,  # totals tell, too
        rules=rules,
        priorities=priorities,
        split=None if public else split,  # it holds sums by school
        public=public,
        # sentences of the meeting may hold numbers of pupils
        minutes=() if public or decisions is None else decisions.minutes(),
        reading=None if public else chosen.reading,
        **record,
    )


def _plan(option: Any) -> Plan:
    plan: Plan = getattr(option, "plan", option)
    return plan


def _leads(problem: Problem, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Choose leads for every option, where the schools say who can lead."""
    from clusters.errors import InfeasibleError
    from clusters.leads import choose_leads

    if all(school.can_lead is None for school in problem.schools):
        say("No leads: no school says whether it can lead (column can_lead).")
        return None
    found: dict[str, Any] = {}
    for name, option in options.items():
        try:
            found[name] = choose_leads(problem, _plan(option))
        except InfeasibleError as error:
            say(f"No leads for {name}: {error}")
    return found


def _ahead(chosen: Namespace, split: Any) -> tuple[Any, Any]:
    """Look ahead as the file of --risk says: the risk of a year, and the plan of several."""
    if chosen.risk is None:
        return None, None
    from clusters.budget import MINUTES, look_ahead, look_years_ahead, plan_years

    given = inputs.read_risk(chosen.risk)
    scenarios = given.scenarios or MINUTES
    outlook = look_ahead(split, given.assumptions, scenarios=scenarios)
    if not given.years:
        return outlook, None
    demand = look_years_ahead(split, given.assumptions, len(given.years))
    return outlook, plan_years(given.years, opening=given.opening, demand=demand)
