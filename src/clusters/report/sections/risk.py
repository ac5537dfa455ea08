"""The risk that money runs out and the plan of the coming years, with what they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clusters.report.document.blocks import (
    Block,
    Fold,
    Grid,
    Heading,
    Judgement,
    Points,
    Words,
    section,
)
from clusters.report.document.table import Column, Field, Table, make_table, table_of
from clusters.report.material import Material
from clusters.report.tables.money import shared_pence
from clusters.report.wording.words import capital, number, percent, whole_pounds
from clusters.text import clean

if TYPE_CHECKING:
    from clusters.budget import MediumTermPlan, Outlook

_BODY = ("growth of demand", "cost of present plans", "plans that stay", "money for plans")
"""Assumptions that the body names; an appendix has them all, with where they come from."""


@section("Risk and the coming years", "risk")
def risk(material: Material) -> Iterator[Block]:
    """Say what bad luck would do, what that is read against, and where the years lead."""
    if material.outlook is not None:
        yield from _outlook(material, material.outlook)
    if material.medium_term is not None:
        yield from _years(material.medium_term)


def _outlook(material: Material, outlook: Outlook) -> Iterator[Block]:
    split = material.chosen.split
    yield Words(" ".join(map(clean, outlook.sentences())))
    if split is not None:
        yield Words(
            f"The risk is read against the {whole_pounds(100 * outlook.authority.budget)} that "
            f"clusters have for EHC plans, of the {whole_pounds(shared_pence(split))} that they "
            f"share. {_all_of_it(shared_pence(split), 100 * outlook.authority.expected)} What this "
            "rests on:"
        )
    short = {name: clean(outlook.assumptions.get(name, "")).partition(" (")[0] for name in _BODY}
    yield Points(tuple(f"{capital(name)}: {said}." for name, said in short.items() if said))
    yield Grid(_scenarios(outlook))
    yield Judgement("say which of these would be met, from what, and who decides it.")


def _all_of_it(shared: int, cost: int) -> str:
    """Say what the plans would cost against all that clusters share, whatever it is meant for."""
    left = whole_pounds(abs(shared - cost))
    if cost > shared:
        return f"If all of it went to EHC plans, {left} would still be missing."
    return f"If all of it could go to EHC plans, {left} would be left for the rest."


def _scenarios(outlook: Outlook) -> Table:
    return table_of(
        "What if things go badly? (simulated)",
        outlook.scenarios,
        [
            Field("What happens", False, lambda one: capital(clean(one.scenario.name))),
            Field("Expected cost", True, lambda one: whole_pounds(100 * one.expected)),
            Field("Expected shortfall", True, lambda one: whole_pounds(100 * one.shortfall)),
            Field("Chance that money runs out", True, _chance),
            Field(
                "Clusters short in most years", True, lambda one: number(len(one.clusters_at_risk))
            ),
        ],
    )


def _chance(one: Any) -> str:
    return percent(one.chance_of_overspend, 1)


def _years(plan: MediumTermPlan) -> Iterator[Block]:
    yield Heading("The coming financial years")
    yield Words(_without_pence(" ".join(map(clean, plan.sentences()))))
    count = range(len(plan.years))
    closing = [plan.closing_pence(k) for k in count]
    sums = {
        "At the start": [plan.closing_pence(k - 1)[1] for k in count],
        "Comes in": [year.came_pence for year in plan.years],
        "Saved by measures": [year.saved_pence for year in plan.years],
        "Costs": [
            y.came_pence + y.saved_pence - plan.in_year_pence(k)[1]
            for k, y in enumerate(plan.years)
        ],
        "Left in the year": [plan.in_year_pence(k)[1] for k in count],
        "At the end": [middle for _, middle, _ in closing],
    }
    if plan.demand is not None:
        sums["At the end, if 9 of 10 futures are better"] = [worst for *_, worst in closing]
        sums["At the end, if 1 of 10 futures is better"] = [best for best, *_ in closing]
    columns = [Column("Pounds", False), *(Column(year.name) for year in plan.years)]
    rows = [[name, *map(whole_pounds, row)] for name, row in sums.items() if any(row)]
    caption = "The plan of the coming financial years"
    yield Fold(title=caption, blocks=(Grid(make_table(caption, columns, rows)),))


@section("The risk by cluster, and what it rests on", "risk-in-full", is_appendix=True)
def risk_in_full(material: Material) -> Iterator[Block]:
    """Set the risk by cluster, and everything that it rests on beside it."""
    outlook, names = material.outlook, material.chosen.cluster_names
    if outlook is None:
        return
    fields = [
        Field("Cluster", False, lambda one: names.get(clean(one.key), one.key)),
        Field("EHC plans today", True, lambda one: number(one.plans)),
        Field("Has for them a year", True, lambda one: whole_pounds(100 * one.budget)),
        Field("Expected cost", True, lambda one: whole_pounds(100 * one.expected)),
        Field("Chance that it runs out", True, _chance),
        Field("Reserve that would do", True, lambda one: whole_pounds(100 * one.contingency)),
    ]
    yield Grid(table_of("The risk by cluster (simulated)", outlook.clusters, fields))
    yield Words(
        f"The reserve keeps the risk of a cluster at {percent(outlook.risk)}. Drawn from "
        f"{outlook.n_simulations:,} made-up years."
    )
    columns = [Column("Assumption", False), Column("Value, and where it is from", False)]
    rests = [[capital(clean(name)), said] for name, said in outlook.assumptions.items()]
    yield Grid(make_table("What the figures rest on", columns, rests))


def _without_pence(words: str) -> str:
    return re.sub(r"(?<=\d)\.00\b", "", words)
