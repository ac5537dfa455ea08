"""The clusters: one table of them all, and each on a card."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from clusters.disclosure import HIDDEN
from clusters.domain import Capacity
from clusters.money import pounds
from clusters.report.document.blocks import Card
from clusters.report.document.table import Cell, Column, Pair, Table, make_table
from clusters.report.material import Material
from clusters.report.release.facts import ClusterFacts
from clusters.report.tables.money import pence_by_cluster
from clusters.report.wording.words import amounts, capital, journey, measure_name, need_name, number
from clusters.report.wording.working import sum_words
from clusters.text import all_listed, clean


def cluster_table(material: Material) -> Table:
    """Make the table of all clusters, with leads or else centres; each links to its card."""
    facts, leads, areas = material.chosen.facts, material.leads, material.area_of
    counts, unit = material.reader.counts, material.reader.shown.travel_unit
    measures = counts.names
    columns = [
        Column("Cluster", False),
        *([Column("Area", False)] if areas else []),
        Column("Lead" if leads else "Centre", False),
        Column("Schools"),
        *[Column(_heading(name)) for name in measures],
        Column("Mean journey"),
        Column("Longest journey"),
    ]
    rows = [
        [
            Cell(cluster.name, f"#{cluster.anchor}"),
            *([areas.get(cluster.label, "none")] if areas else []),
            leads.get(cluster.label, "not settled")
            if leads
            else cluster.measures.centre_name or "not known",
            number(len(cluster.schools)),
            *[counts.cluster(name, cluster.label) for name in measures],
            journey(cluster.mean_journey, unit),
            journey(cluster.longest_journey, unit),
        ]
        for cluster in facts.clusters
    ]
    total = [
        "All clusters",
        *([""] if areas else []),
        "",
        number(sum(len(cluster.schools) for cluster in facts.clusters)),
        *[counts.total(name) for name in measures],
        journey(facts.mean_journey, unit),
        journey(facts.longest_journey, unit),
    ]
    return make_table("The clusters", columns, rows, total)


def card(material: Material, cluster: ClusterFacts, line: str = "", units: str = "") -> Card:
    """Gather what the card of one cluster says.

    Parameters
    ----------
    line
        How its sum of money comes about.
    units
        How its units of need come about.
    """
    reader, counts = material.reader, material.reader.counts
    unit, known = reader.shown.travel_unit, counts.names
    columns = [
        Column("School", False),
        Column("Phase", False),
        *[Column(_heading(name)) for name in known],
        Column("To centre"),
    ]
    rows = [
        [
            f"{clean(member.school.name)} (centre)" if member.is_centre else member.school.name,
            member.school.phase,
            *[counts.school(name, member.school.urn) for name in known],
            journey(member.journey, unit),
        ]
        for member in cluster.schools
    ]
    money = pence_by_cluster(material.chosen.split)
    sum_ = _sum(money, cluster, reader.masked_money) if money else ""
    tells = bool(line) and cluster.label not in reader.masked_money
    facts = {
        "Centre": clean(cluster.measures.centre_name) or "not known",
        "Lead": material.leads.get(cluster.label) or "not settled",
        "Area": material.area_of.get(cluster.label),
        "Schools": _phase_words(cluster),
        **{_heading(name): counts.cluster(name, cluster.label) for name in known},
        "Mean journey": journey(cluster.mean_journey, unit),
        "Longest journey": journey(cluster.longest_journey, unit),
        "Expertise": _expertise_words(cluster),
        "Money": sum_,
        "Need units": clean(units) if tells else "",
        "How that comes about": clean(sum_words(line)) if tells else "",
    }
    return Card(
        name=cluster.name,
        anchor=cluster.anchor,
        facts=tuple(Pair(name, said) for name, said in facts.items() if said),
        table=make_table(f"Schools of {cluster.name}", columns, rows),
    )


def _sum(money: Mapping[str, int], cluster: ClusterFacts, masked: Collection[str]) -> str:
    if cluster.label in masked:
        return HIDDEN
    amount = money.get(cluster.label)
    return "none" if amount is None else pounds(amount)


_SHORT = {"ehcps": "EHC plans", "sen_support": "SEN support"}


def _heading(name: str) -> str:
    return capital(_SHORT.get(name, measure_name(name)))


def _phase_words(cluster: ClusterFacts) -> str:
    parts = [f"{count} {clean(phase)}" for phase, count in cluster.measures.phases.items() if count]
    return f"{len(cluster.schools)} ({', '.join(parts)})" if parts else "0"


def _expertise_words(cluster: ClusterFacts) -> str:
    """Say what expertise the schools of a cluster record; nothing recorded is not "none"."""
    found: dict[str, list[Capacity]] = {}
    for member in cluster.schools:
        for kind, capacity in member.school.expertise.items():
            if capacity.amount > 0:
                found.setdefault(kind, []).append(capacity)
    return all_listed([f"{need_name(kind)} ({amounts(found[kind])})" for kind in sorted(found)])
