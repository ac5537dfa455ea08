"""The page: which sections it has, and what the template needs for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clusters.budget import explain
from clusters.maps import lay_out, map_svg
from clusters.maps.svg import draw_svg
from clusters.report.cards import card, cluster_table
from clusters.report.checks import checks, method
from clusters.report.comparison import option_table
from clusters.report.glossary import GLOSSARY
from clusters.report.html import safe
from clusters.report.material import Material
from clusters.report.money import money
from clusters.report.sections import (
    decisions,
    differences,
    equality,
    expertise,
    search,
    together,
)
from clusters.report.summary import summary
from clusters.report.working import units_words
from clusters.text import clean


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: heading, anchor and template."""

    title: str
    anchor: str
    template: str


def page_context(material: Material) -> dict[str, Any]:
    """Work out everything that the template needs, but for the frame round it."""
    reader, chosen, options = material.reader, material.chosen, material.options
    shown, figures = reader.shown, material.figures
    layout = lay_out(shown, chosen.plan, numbers=chosen.numbers or None, colours=material.colours)
    several = len(options) > 1
    return {
        "summary": summary(shown, chosen),
        "decisions": decisions(material.decisions),
        "map": safe(draw_svg(layout, title=f"Map of the clusters: {chosen.name}")),
        "dense": bool(layout.enlargements),
        "cluster_table": cluster_table(reader, chosen),
        "cards": _cards(material),
        **checks(shown, chosen, public=reader.is_public),
        **method(shown, chosen, material.sources),
        "hidden_words": reader.sentences,
        "search_map": safe(search(figures, public=reader.is_public)),
        "glossary": GLOSSARY,
        "option_table": option_table(shown, options, chosen) if several else None,
        "option_maps": _option_maps(material) if several else [],
        "changes": [
            {**entry, "map": safe(entry["map"])}
            for entry in differences(reader, options, chosen, figures)
        ],
        "together": together(reader, options, figures, material.together) if several else None,
        "expertise": expertise(reader, chosen, figures),
        "money": money(reader, chosen, figures, material.start_month),
        "equality": equality(reader, chosen, figures),
        "sections": _sections(material, expertise(reader, chosen, figures) is not None),
    }


def _cards(material: Material) -> list[dict[str, Any]]:
    chosen = material.chosen
    lines = {} if chosen.split is None else explain(chosen.split, "cluster")
    leads = {clean(label): lead for label, lead in material.leads.items()}
    said = {clean(label): line for label, line in lines.items()}
    shares = {} if chosen.split is None else {clean(s.key): s for s in chosen.split.clusters}
    return [
        card(
            material.reader,
            chosen,
            cluster,
            lead=leads.get(cluster.label, ""),
            line=said.get(cluster.label, ""),
            units=units_words(chosen.split, shares[cluster.label])
            if chosen.split is not None and cluster.label in shares
            else "",
        )
        for cluster in chosen.facts.clusters
    ]


def _option_maps(material: Material) -> list[dict[str, Any]]:
    return [
        {
            "name": option.name,
            "map": safe(
                map_svg(
                    material.reader.shown,
                    option.plan,
                    title=f"Map of the option {option.name}",
                    numbers=option.numbers or None,
                    colours=material.colours,
                    id_prefix=f"small-map-{k}",
                    enlarge=False,
                    names=False,
                    marks=False,
                    links=False,
                    legend=False,
                    width=440,
                )
            ),
        }
        for k, option in enumerate(material.options, start=1)
    ]


def _sections(material: Material, with_expertise: bool) -> Sequence[Section]:
    several, split = len(material.options) > 1, material.chosen.split is not None
    sections = [
        (True, Section("In short", "summary", "summary")),
        (True, Section("Decisions asked", "decisions", "decisions")),
        (True, Section("Map", "map", "map")),
        (True, Section("The clusters at a glance", "clusters", "clusters")),
        (several, Section("The options side by side", "options", "options")),
        (several, Section("Together in every option", "together", "together")),
        (split, Section("The money", "money", "money")),
        (True, Section("Each cluster on a card", "cards", "cards")),
        (with_expertise, Section("Need and expertise", "expertise", "expertise")),
        (True, Section("Equality and impact", "equality", "equality")),
        (True, Section("How good is this plan?", "checks", "checks")),
        (True, Section("Method, assumptions and data", "method", "method")),
        (
            split and not material.reader.is_public,
            Section("Indicative sums by school", "schools-money", "schools_money"),
        ),
        (True, Section("What the words mean", "glossary", "glossary")),
    ]
    return [section for wanted, section in sections if wanted]
