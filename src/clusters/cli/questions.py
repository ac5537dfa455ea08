"""The verbs that ask: compare plans, explain one, repair one."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from clusters.cli import inputs
from clusters.cli.output import Folder, say
from clusters.domain import Plan, Priorities, Problem, Rules
from clusters.errors import RulesError
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare", "explain", "repair"]

_SHOWN = {
    "rules_hold": "keeps the rules",
    "findings": "rules broken, times",
    "cost": "cost",
    "clusters": "clusters",
    "smallest_cluster": "smallest cluster, schools",
    "largest_cluster": "largest cluster, schools",
    "mean_journey_m": "mean journey, m",
    "mean_journey_min": "mean journey, min",
    "worst_journey_m": "longest journey, m",
    "worst_journey_min": "longest journey, min",
    "worst_journey_school": "of",
    "pyramids_split": "pyramids split",
    "schools_moved": "schools moved from today",
    "expertise_gaps": "gaps in expertise",
}
"""Rows of the comparison that fit on a screen; compare.csv has every measure."""


def compare(chosen: Namespace) -> bool:
    """Put plans side by side."""
    from clusters.measures import compare as side_by_side
    from clusters.writers import write_frame

    problem = inputs.read_problem(chosen)
    inputs.check_names(name for name, _ in chosen.plan)
    plans: dict[str, Plan] = {}
    for name, path in chosen.plan:
        like = next(iter(plans.values()), None)
        plan = inputs.read_one_plan(path, problem, chosen)
        plans[name] = inputs.with_labels(problem, plan, like)
    rules, priorities = inputs.make_rules(chosen), inputs.make_priorities(chosen, problem)
    found = side_by_side(problem, plans, priorities, rules=rules)
    frame = found.to_frame()
    recorded = any(school.expertise for school in problem.schools)
    say(_short(frame if recorded else frame.drop(columns="expertise_gaps")))
    for (one, other), pair in found.pairs.items():
        moved = counted(pair.schools_moved, "school differs", "schools differ")
        say(f"{one} and {other}: {moved}.")
    folder = Folder(chosen.out)
    write_frame(folder.file("compare.csv", "every measure, one row a plan"), frame.reset_index())
    pairs = folder.file("differences.csv", "how far any two of the plans differ")
    write_frame(pairs, found.differences())
    folder.say_where()
    return False


def _short(frame: pd.DataFrame) -> str:
    """Show what heads and officers ask for first, one column a plan."""
    rows = {}
    for name, words in _SHOWN.items():
        if name in frame and frame[name].notna().any():
            rows[words] = [_cell(value) for value in frame[name].tolist()]
    columns = [str(name) for name in frame.index]
    widest = max(len(words) for words in rows)
    widths = [
        max(len(column), *(len(cells[k]) for cells in rows.values()))
        for k, column in enumerate(columns)
    ]
    lines = [("", columns), *rows.items()]
    return "\n".join(
        f"{words:<{widest}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        for words, cells in lines
    )


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)


def explain(chosen: Namespace) -> bool:
    """Say why no plan exists, why a school is where it is, or what changes would mean."""
    problem = inputs.read_problem(chosen)
    rules = inputs.needed_rules(chosen)
    settings = inputs.make_settings(chosen)
    if chosen.plan is None:
        from clusters.explain import why_no_plan

        if chosen.school or chosen.move:
            raise RulesError.of("--school or --move asks about no plan", "give --plan FILE")
        say(why_no_plan(problem, rules, settings=settings).summary())
        return False
    priorities = inputs.make_priorities(chosen, problem)
    plan = inputs.with_labels(problem, inputs.read_one_plan(chosen.plan, problem, chosen))
    if chosen.move:
        from clusters.explain import Change, what_if

        changes = [Change.move(problem.school(key).urn, to) for key, to in chosen.move]
        say(what_if(problem, rules, plan, changes, priorities, settings=settings).sentence)
    if chosen.school:
        from clusters.explain import why_here

        for key in chosen.school:
            school = problem.school(key).urn
            say(why_here(problem, rules, plan, school, priorities).sentence)
    if not chosen.move and not chosen.school:
        _every_school(chosen, problem, rules, plan, priorities)
    return False


def _every_school(
    chosen: Namespace, problem: Problem, rules: Rules, plan: Plan, priorities: Priorities
) -> None:
    from clusters.explain import why_all
    from clusters.writers import write_frame

    folder = Folder(chosen.out)
    frame = why_all(problem, rules, plan, priorities).to_frame()
    write_frame(folder.file("reasons.csv", "why each school is where it is"), frame)
    folder.say_where()


def repair(chosen: Namespace) -> bool:
    """Find the plan that keeps the rules and moves as few schools as possible."""
    from clusters.explain import repair as repaired
    from clusters.writers import write_frame

    problem = inputs.read_problem(chosen)
    rules = inputs.needed_rules(chosen)
    plan = inputs.with_labels(problem, inputs.read_one_plan(chosen.plan, problem, chosen))
    priorities = inputs.make_priorities(chosen, problem)
    mode = "least cost" if chosen.least_cost else "fewest moves"
    settings = inputs.make_settings(chosen)
    found = repaired(problem, rules, plan, priorities, mode, settings=settings)
    say(found.sentence)
    for move in (*found.moved, *found.placed):
        say(f"  {move.name} ({move.school}): from {move.before or 'no cluster'} to {move.after}")
    folder = Folder(chosen.out)
    folder.plan(problem, found.plan)
    write_frame(folder.file("moves.csv", "school, from, to"), found.to_frame())
    folder.run(
        chosen,
        problem=problem,
        rules=rules,
        priorities=priorities,
        settings=settings,
        result=found.plan,
    )
    folder.say_where()
    return False
