"""The risk that money runs out and the plan of the coming years, with what they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clusters.money import pounds
from clusters.report.document.blocks import (
    Block,
    Fold,
    Grid,
    Heading,
    Judgement,
    Points,
    Section,
    Words,
)
from clusters.report.document.table import Column, Table, make_table
from clusters.report.material import Material
from clusters.report.tables.money import shared_pence
from clusters.report.wording.words import capital, number, percent
from clusters.text import clean

if TYPE_CHECKING:
    from clusters.budget import MediumTermPlan, Outlook

_BODY = ("growth of demand", "cost of present plans", "plans that stay", "money for plans")
"""Assumptions that the body names; an appendix has them all, with where they come from."""


def risk(material: Material) -> Section | None:
    """Say what bad luck would do, what that is read against, and where the years lead."""
    outlook, plan = material.outlook, material.medium_term
    if outlook is None and plan is None:
        return None
    blocks: list[Block] = []
    if outlook is not None:
        blocks += _outlook(material, outlook)
    if plan is not None:
        blocks += _years(plan)
    return Section(title="Risk and the coming years", anchor="risk", blocks=tuple(blocks))


def _outlook(material: Material, outlook: Outlook) -> Iterator[Block]:
    split = material.chosen.split
    yield Words(" ".join(map(clean, outlook.sentences())))
    if split is not None:
        yield Words(
            f"The risk is read against the {_whole(100 * outlook.authority.budget)} that clusters "
            f"have for EHC plans, of the {_whole(shared_pence(split))} that they share. "
            f"{_all_of_it(shared_pence(split), 100 * outlook.authority.expected)} What this rests "
            "on:"
        )
    short = {name: clean(outlook.assumptions.get(name, "")).partition(" (")[0] for name in _BODY}
    yield Points(tuple(f"{capital(name)}: {said}." for name, said in short.items() if said))
    yield Grid(_scenarios(outlook))
    yield Judgement("say which of these would be met, from what, and who decides it.")


def _all_of_it(shared: int, cost: int) -> str:
    """Say what the plans would cost against all that clusters share, whatever it is meant for."""
    if cost > shared:
        return f"If all of it went to EHC plans, {_whole(cost - shared)} would still be missing."
    return (
        f"If all of it could go to EHC plans, {_whole(shared - cost)} would be left for the rest."
    )


def _scenarios(outlook: Outlook) -> Table:
    rows = [
        [
            capital(clean(one.scenario.name)),
            _whole(100 * one.expected),
            _whole(100 * one.shortfall),
            percent(one.chance_of_overspend, 1),
            number(len(one.clusters_at_risk)),
        ]
        for one in outlook.scenarios
    ]
    columns = [
        Column("What happens", False),
        Column("Expected cost"),
        Column("Expected shortfall"),
        Column("Chance that money runs out"),
        Column("Clusters short in most years"),
    ]
    return make_table("What if things go badly? (simulated)", columns, rows)


def _years(plan: MediumTermPlan) -> Iterator[Block]:
    yield Heading("The coming financial years", 2)
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
    rows = [[name, *map(_whole, row)] for name, row in sums.items() if any(row)]
    caption = "The plan of the coming financial years"
    yield Fold(title=caption, blocks=(Grid(make_table(caption, columns, rows)),))


def risk_in_full(material: Material) -> Section | None:
    """Set the risk by cluster, and everything that it rests on beside it."""
    outlook = material.outlook
    if outlook is None:
        return None
    names = material.chosen.cluster_names
    rows = [
        [
            names.get(clean(one.key), clean(one.key)),
            number(one.plans),
            _whole(100 * one.budget),
            _whole(100 * one.expected),
            percent(one.chance_of_overspend, 1),
            _whole(100 * one.contingency),
        ]
        for one in outlook.clusters
    ]
    columns = [
        Column("Cluster", False),
        Column("EHC plans today"),
        Column("Has for them a year"),
        Column("Expected cost"),
        Column("Chance that it runs out"),
        Column("Reserve that would do"),
    ]
    rests = [[capital(clean(name)), clean(said)] for name, said in outlook.assumptions.items()]
    return Section(
        title="The risk by cluster, and what it rests on",
        anchor="risk-in-full",
        blocks=(
            Grid(make_table("The risk by cluster (simulated)", columns, rows)),
            Words(
                f"The reserve keeps the risk of a cluster at {percent(outlook.risk)}. Drawn from "
                f"{outlook.n_simulations:,} made-up years."
            ),
            Grid(
                make_table(
                    "What the figures rest on",
                    [Column("Assumption", False), Column("Value, and where it is from", False)],
                    rests,
                )
            ),
        ),
        is_appendix=True,
    )


def _without_pence(words: str) -> str:
    return re.sub(r"(?<=\d)\.00\b", "", words)


def _whole(pence: int) -> str:
    """Write a sum in whole pounds: what is simulated or planned ahead has no pence."""
    return pounds(100 * round(pence / 100)).removesuffix(".00")
