"""The clusters: map, table of them all, and each on a card."""

from __future__ import annotations

from collections.abc import Iterator

from clusters.budget import explain
from clusters.maps import map_svg
from clusters.maps.layout import WIDTH
from clusters.report.document.blocks import Block, Cards, Grid, Judgement, Picture, Words, section
from clusters.report.document.table import Field, Table, table_of
from clusters.report.material import Area, Material
from clusters.report.release.facts import ClusterFacts
from clusters.report.tables.cards import card, cluster_table
from clusters.report.wording.words import number
from clusters.report.wording.working import units_words
from clusters.text import all_listed, clean, counted


@section("The clusters", "map")
def clusters(material: Material) -> Iterator[Block]:
    """Show the clusters on the map and in one table."""
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
    yield Grid(cluster_table(material))
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

    def held(area: Area) -> list[ClusterFacts]:
        return [c for c in material.chosen.facts.clusters if c.label in area.labels]

    return table_of(
        "The areas",
        material.areas,
        [
            Field("Area", False, lambda area: area.name),
            Field("Lead", False, lambda area: area.lead or "not settled"),
            Field("Clusters", False, lambda area: all_listed([str(c.number) for c in held(area)])),
            Field("Schools", True, lambda area: number(sum(len(c.schools) for c in held(area)))),
        ],
    )


@section("Each cluster on a card", "cards", is_appendix=True, is_open=True)
def cards(material: Material) -> Iterator[Block]:
    """Put each cluster on a card."""
    split = material.chosen.split
    said: dict[str, str] = {}
    units: dict[str, str] = {}
    if split is not None:
        said = {clean(label): line for label, line in explain(split, "cluster").items()}
        units = {clean(share.key): units_words(split, share) for share in split.clusters}
    made = tuple(
        card(material, cluster, said.get(cluster.label, ""), units.get(cluster.label, ""))
        for cluster in material.chosen.facts.clusters
    )
    yield Words(
        "Schools are listed by distance from the centre of the cluster. The centre need not be the "
        "school that leads."
    )
    yield Cards(made)
