"""The page: which sections it has, and what the template needs for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from clusters.domain import Problem
from clusters.maps import lay_out, map_svg
from clusters.maps.svg import draw_svg
from clusters.report.cards import card, cluster_table
from clusters.report.checks import checks, method
from clusters.report.comparison import option_table
from clusters.report.glossary import GLOSSARY
from clusters.report.money import money
from clusters.report.option import Option
from clusters.report.summary import summary


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: heading, anchor and template."""

    title: str
    anchor: str
    template: str


def page_context(
    problem: Problem, options: Sequence[Option], chosen: Option, sources: Iterable[object]
) -> dict[str, Any]:
    """Work out everything that the template needs, but for the frame round it."""
    layout = lay_out(problem, chosen.plan, numbers=chosen.numbers or None)
    context: dict[str, Any] = {
        "summary": summary(problem, chosen),
        "map": draw_svg(layout, title=f"Map of the clusters: {chosen.name}"),
        "dense": bool(layout.enlargements),
        "cluster_table": cluster_table(problem, chosen),
        "cards": [card(problem, chosen, cluster) for cluster in chosen.facts.clusters],
        **checks(problem, chosen),
        **method(problem, chosen, sources),
        "glossary": GLOSSARY,
        "sections": _sections(options, chosen),
    }
    if len(options) > 1:
        context["option_table"] = option_table(problem, options, chosen)
        context["option_maps"] = [
            {
                "name": option.name,
                "map": map_svg(
                    problem,
                    option.plan,
                    title=f"Map of the option {option.name}",
                    numbers=option.numbers or None,
                    id_prefix=f"small-map-{k}",
                    enlarge=False,
                    names=False,
                    marks=False,
                    links=False,
                    legend=False,
                    width=440,
                ),
            }
            for k, option in enumerate(options, start=1)
        ]
    if chosen.split is not None:
        context["money"] = money(chosen)
    return context


def _sections(options: Sequence[Option], chosen: Option) -> list[Section]:
    sections = [
        Section("In short", "summary", "summary"),
        Section("Map", "map", "map"),
        Section("The clusters at a glance", "clusters", "clusters"),
    ]
    if len(options) > 1:
        sections.append(Section("The options side by side", "options", "options"))
    if chosen.split is not None:
        sections.append(Section("The money", "money", "money"))
    sections += [
        Section("Each cluster on a card", "cards", "cards"),
        Section("How good is this plan?", "checks", "checks"),
        Section("Method, assumptions and data", "method", "method"),
    ]
    if chosen.split is not None:
        sections.append(Section("Indicative sums by school", "schools-money", "schools_money"))
    return [*sections, Section("What the words mean", "glossary", "glossary")]
