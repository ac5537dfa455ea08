"""The options side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clusters.domain import Problem
from clusters.maps import changes
from clusters.report.option import Option
from clusters.report.tables import Column, Table, make_table
from clusters.report.words import capital, journey, measure_name, number, percent_up
from clusters.text import counted


def option_table(problem: Problem, options: Sequence[Option], chosen: Option) -> Table:
    """Make the table with a column for each option."""
    columns = [Column("Measure", False)] + [
        Column(option.name + (" (recommended)" if option is chosen else "")) for option in options
    ]
    unit = problem.travel_unit
    rows: list[list[str]] = [
        ["Clusters", *[number(len(option.facts.clusters)) for option in options]],
        ["Schools in a cluster", *["{} to {}".format(*o.facts.sizes) for o in options]],
    ]
    for measure in ("pupils", "ehcps"):
        if measure in problem.measures:
            spreads = [option.facts.spread(measure) or (0, 0, 0) for option in options]
            words = [f"{number(low)} to {number(high)}" for low, _, high in spreads]
            rows.append([f"{capital(measure_name(measure))} in a cluster", *words])
    rows += [
        ["Mean journey", *[journey(option.facts.mean_journey, unit) for option in options]],
        [
            "Longest journey",
            *[journey(o.facts.longest_journey, unit) for o in options],
        ],
    ]
    if problem.pyramids:
        rows.append(
            [
                "Pyramids split",
                *[number(len(o.facts.measures.whole.pyramids_split)) for o in options],
            ]
        )
    if any(school.expertise for school in problem.schools):
        gaps = [o.facts.measures.whole.expertise_gaps for o in options]
        rows.append(["Gaps in expertise", *[number(gap) for gap in gaps]])
    if len(options) > 1:
        rows.append(
            [
                f"Schools placed otherwise than in {chosen.name}",
                *[
                    "-" if o is chosen else number(len(changes(problem, o.plan, chosen.plan)))
                    for o in options
                ],
            ]
        )
    rows.append(
        [
            "Rules",
            *[
                "not checked"
                if option.certificate is None
                else ("those shown hold" if option.unchecked else "all hold")
                if option.certificate.ok
                else counted(len(option.certificate.findings), "finding")
                for option in options
            ],
        ]
    )
    rows.append(["Proof", *[_proof_tag(option.result) for option in options]])
    return make_table("The options", columns, rows)


def _proof_tag(result: Any) -> str:
    if result is None:
        return "given, not searched"
    if result.status == "optimal":
        return "proved best"
    if getattr(result, "is_withheld", False):
        return "not shown"
    return "no proof" if result.gap is None else f"within {percent_up(result.gap)} of the best"
