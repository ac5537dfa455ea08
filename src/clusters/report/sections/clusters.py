"""The clusters: map, table of them all, and each on a card."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.budget import explain
from clusters.maps import map_svg
from clusters.maps.layout import WIDTH
from clusters.report.document.blocks import (
    Block,
    Cards,
    Grid,
    Judgement,
    Picture,
    Section,
    Words,
)
from clusters.report.document.table import Column, Table, make_table
from clusters.report.material import Material
from clusters.report.tables.cards import card, cluster_table
from clusters.report.wording.words import number
from clusters.report.wording.working import units_words
from clusters.text import all_listed, clean, counted


def clusters(material: Material) -> Section:
    """Show the clusters on the map and in one table."""
    return Section(title="The clusters", anchor="map", blocks=tuple(_clusters(material)))


def _clusters(material: Material) -> Iterator[Block]:
    chosen = material.chosen
    facts = chosen.facts.clusters
    names = ", ".join(f"{c.number} {c.label}" for c in facts)
    yield Words(
        "Each number is one cluster, on every map and in every table. Colours only tell neighbours "
        "apart. The small numbers are the schools, from A to Z."
    )
    yield Picture(
        caption="The clusters. A ring marks the centre: the school to which journeys are measured. "
        "Lettered frames are drawn again, larger, below the map.",
        alt=f"Map of {len(facts)} numbered clusters: {names}.",
        svg=lambda: _map(material),
        narrow=lambda: _map(material, narrow=True),
        png="chosen",
    )
    yield Grid(cluster_table(material.reader, chosen, material.area_of))
    if not material.leads:
        yield Judgement("say who should lead each cluster, or how leads will be found.")
    if material.areas:
        yield Words(
            f"The clusters feed into {counted(len(material.areas), 'area')}, where need that is "
            "rare or costly can be met together."
        )
        yield Grid(_areas(material))


def _map(material: Material, *, narrow: bool = False) -> str:
    """Draw the recommended option; narrow for a phone, where the key names the clusters."""
    chosen = material.chosen
    return map_svg(
        material.reader.shown,
        chosen.plan,
        title=material.headline(chosen),
        numbers=chosen.numbers or None,
        colours=material.colours,
        source=material.source_line,
        backdrop=material.backdrop,
        width=400.0 if narrow else WIDTH,
        id_prefix="map-narrow" if narrow else "map",
        enlarge=not narrow,
        names=not narrow,
        number_schools=not narrow,
    )


def _areas(material: Material) -> Table:
    """Make the table of the areas."""
    found = {cluster.label: cluster for cluster in material.chosen.facts.clusters}
    rows = []
    for area in material.areas:
        clusters = [found[label] for label in area.labels if label in found]
        rows.append(
            [
                area.name,
                area.lead or "not settled",
                all_listed([str(n) for n in sorted(cluster.number for cluster in clusters)]),
                number(sum(len(cluster.schools) for cluster in clusters)),
            ]
        )
    columns = [
        Column("Area", False),
        Column("Lead", False),
        Column("Clusters", False),
        Column("Schools"),
    ]
    return make_table("The areas", columns, rows)


def cards(material: Material) -> Section:
    """Put each cluster on a card."""
    chosen = material.chosen
    lines = {} if chosen.split is None else explain(chosen.split, "cluster")
    said = {clean(label): line for label, line in lines.items()}
    shares = {} if chosen.split is None else {clean(s.key): s for s in chosen.split.clusters}
    made = tuple(
        card(
            material.reader,
            chosen,
            cluster,
            area=material.area_of.get(cluster.label, ""),
            line=said.get(cluster.label, ""),
            units=units_words(chosen.split, shares[cluster.label])
            if chosen.split is not None and cluster.label in shares
            else "",
        )
        for cluster in chosen.facts.clusters
    )
    return Section(
        title="Each cluster on a card",
        anchor="cards",
        blocks=(
            Words(
                "Schools are listed by distance from the centre of the cluster. The centre need "
                "not be the school that leads."
            ),
            Cards(made),
        ),
        is_appendix=True,
        is_open=True,
    )
