"""One frame behind a pack, and what each of them is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One frame: its name (that of its file), what it shows, and the call that returns it."""

    name: str
    title: str
    how: str
    data: pd.DataFrame


def kind_of(name: str) -> str:
    """Name without the place of an option: "moves" for "moves_2".

    Examples
    --------
    >>> kind_of("moves_2"), kind_of("money_by_school")
    ('moves', 'money_by_school')
    """
    kind, _, place = name.rpartition("_")
    return kind if place.isdecimal() else name


TITLES: Mapping[str, str] = {
    "schools": "The schools and their clusters",
    "clusters": "The clusters",
    "options": "The options side by side",
    "option": "Schools and clusters of the option {option}",
    "moves": "Schools in another cluster under {chosen} than under {option}",
    "together": "Schools that share a cluster in every option",
    "expertise": "Need and expertise by cluster and type",
    "types": "Access to expertise by type",
    "need": "Pupils by cluster and need",
    "pot": "The pot, step by step",
    "money_notes": "What to know about the money",
    "factors": "The formula, factor by factor",
    "money": "The money by cluster",
    "lines": "How each cluster's sum comes about",
    "effects": "Gains and losses by cluster",
    "years": "The money by financial year",
    "fairness": "How fair the split is between {level}s, in figures",
    "money_by_school": "Indicative money by school",
    "lines_by_school": "How each school's indicative sum comes about",
    "effects_by_school": "Gains and losses by school",
    "risk": "The risk that money runs out, by cluster (simulated)",
    "scenarios": "What if things go badly? (simulated)",
    "assumptions": "What the simulated risk rests on",
    "medium_term": "The plan of the coming financial years",
    "equality": "Journeys and money by group of schools",
    "furthest": "The longest journeys",
    "small_schools": "Small schools",
    "search": "How the search went",
}
"""What each frame shows."""

CALLS: Mapping[str, str] = {
    "schools": "clusters.writers.plan_frame(problem, plan)",
    "clusters": 'clusters.measure(problem, plan).to_frame("cluster")',
    "options": 'clusters.measure(problem, plan, priorities).to_frame("plan"), for each option',
    "option": "clusters.writers.plan_frame(problem, plan)",
    "moves": "clusters.maps.changes(problem, before, after)",
    "together": "clusters.measures.always_together(plans, problem)",
    "expertise": 'clusters.measure(problem, plan).to_frame("expertise"); gap: capacity == 0',
    "types": 'clusters.measure(problem, plan).to_frame("type"); gaps: clusters with capacity == 0',
    "need": 'clusters.measure(problem, plan).coverage("need")',
    "pot": 'split.to_frame("pot")',
    "money_notes": "split.notes",
    "factors": 'split.to_frame("factor")',
    "money": 'split.to_frame("cluster")',
    "lines": 'clusters.budget.explain(split, "cluster")',
    "effects": 'clusters.budget.effects(split, "cluster")',
    "years": "clusters.budget.by_year(split, {start_month}).to_frame()",
    "fairness": 'clusters.budget.fairness_frame(split, "{level}")',
    "money_by_school": 'split.to_frame("school")',
    "lines_by_school": 'clusters.budget.explain(split, "school")',
    "effects_by_school": 'clusters.budget.effects(split, "school")',
    "risk": 'clusters.budget.look_ahead(split).to_frame("cluster")',
    "scenarios": 'clusters.budget.look_ahead(split).to_frame("scenario")',
    "assumptions": 'clusters.budget.look_ahead(split).to_frame("assumption")',
    "medium_term": "clusters.budget.plan_years(years, ...).to_frame()",
    "equality": "clusters.report.equality_frame(problem, plan, split)",
    "furthest": "clusters.report.furthest_frame(problem, plan)",
    "small_schools": "clusters.report.small_frame(problem, plan, split)",
    "search": "result.history",
}
"""The call of the library that returns each."""
