"""Need and expertise: what is on record, which cluster lacks what, and who is nearest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from clusters.domain import School
from clusters.measures.access import Access
from clusters.report.document.blocks import Block, Grid, Words, section
from clusters.report.document.table import Cell, Column, Table, frame_table, make_table
from clusters.report.material import Material
from clusters.report.wording.words import (
    amounts,
    capital,
    journey,
    need_name,
    number,
    percent,
    school_name,
)
from clusters.text import all_listed, clean


@section("Need and expertise", "expertise")
def expertise(material: Material) -> Iterator[Block]:
    """Say by type of need what is on record, and which clusters lack it."""
    if "types" in material.frames:
        yield Words(" ".join(_sentences(material)))
        yield Grid(_types(material))


@section("What each cluster lacks", "lacks", is_appendix=True)
def expertise_in_full(material: Material) -> Iterator[Block]:
    """Say what each cluster lacks, who is nearest and how far; and the pupils by type of need."""
    if "types" not in material.frames:
        return
    if rows := _lacks(material):
        yield Grid(_lack_table(material, rows))
    if "need" in material.frames:
        yield Words(
            "Each pupil counts once, by the main type of need. No table shows types of need school "
            "by school."
        )
        yield Grid(_need_table(material))


def holders(material: Material, kind: str) -> list[School]:
    """Schools with expertise of a type on record."""
    return [
        school
        for school in material.reader.shown.schools
        if kind in school.expertise and school.expertise[kind].amount > 0
    ]


def gaps_of(material: Material) -> dict[str, list[int]]:
    """Numbers of the clusters without recorded expertise, by type of need."""
    numbers = {cluster.label: cluster.number for cluster in material.chosen.facts.clusters}
    found: dict[str, list[int]] = {}
    for row in material.chosen.gaps:
        found.setdefault(row.kind, []).append(numbers[clean(row.cluster)])
    return {kind: sorted(of) for kind, of in found.items()}


def _sentences(material: Material) -> Iterator[str]:
    gaps, of = gaps_of(material), len(material.chosen.facts.clusters)
    kinds = material.frames["types"].data["type"].astype(str)
    nobody = [need_name(kind) for kind in kinds if not holders(material, kind)]
    if gaps:
        kind = max(gaps, key=lambda name: len(gaps[name]))
        yield (
            f"Of the types that some school has, {need_name(kind)} is missing from most: "
            f"{len(gaps[kind])} of {of} clusters have none on record."
        )
    elif not nobody:
        yield "Every cluster has some recorded expertise in every type."
    if nobody:
        yield f"No school at all has expertise on record in {all_listed(nobody)}."
    needless = sum(row.need == 0 for row in material.chosen.gaps)
    if needless and not material.reader.is_public:
        yield f"In {needless} of the {len(material.chosen.gaps)} gaps no pupil there has that need."
    yield "What is not on record may still be there."


def _types(material: Material) -> Table:
    unit = material.reader.shown.travel_unit
    frame, gaps = material.frames["types"].data, gaps_of(material)
    far = f"mean_journey_{unit}"
    columns = [
        Column("Type of need", False),
        *([Column("Pupils")] if "need" in frame else []),
        Column("Schools with it"),
        Column("On record", False),
        Column("Clusters without any", False),
        *([Column("Pupils with some in their cluster")] if "covered_share" in frame else []),
        *([Column("Mean journey to the nearest")] if far in frame else []),
    ]
    rows = []
    for row in frame.to_dict("records"):
        kind = str(row["type"])
        with_it = holders(material, kind)
        if not with_it:
            continue  # the sentences name it
        rows.append(
            [
                capital(need_name(kind)),
                *([number(row["need"])] if "need" in frame else []),
                number(len(with_it)),
                amounts(school.expertise[kind] for school in with_it) or "none",
                _without(gaps.get(kind, []), [c.number for c in material.chosen.facts.clusters]),
                *([percent(row["covered_share"])] if "covered_share" in frame else []),
                *([journey(row[far], unit)] if far in frame else []),
            ]
        )
    return make_table("Access to expertise by type of need", columns, rows)


def _without(numbers: list[int], everyone: list[int]) -> str:
    """Count clusters and name them by their numbers, or the others where they are fewer."""
    if not numbers:
        return "none"
    others = [number for number in everyone if number not in numbers]
    if len(others) < len(numbers):
        return f"{len(numbers)}: all but {all_listed(list(map(str, others))) or 'none'}"
    return f"{len(numbers)}: {all_listed(list(map(str, numbers)))}"


def _lacks(material: Material) -> list[Access]:
    """Gaps in the order of the clusters' numbers."""
    number_of = {cluster.label: cluster.number for cluster in material.chosen.facts.clusters}
    return sorted(material.chosen.gaps, key=lambda row: number_of[clean(row.cluster)])


def _lack_table(material: Material, rows: list[Access]) -> Table:
    shown_, names = material.reader.shown, material.chosen.cluster_names
    anchors = {cluster.label: cluster.anchor for cluster in material.chosen.facts.clusters}
    with_need = not material.reader.is_public and any(row.need == row.need for row in rows)
    columns = [
        Column("Cluster", False),
        Column("Type of need", False),
        *([Column("Pupils there")] if with_need else []),
        Column("Nearest school with it", False),
        Column("Has on record", False),
        Column("From the centre"),
    ]
    cells: list[list[Any]] = []
    for row in rows:
        label, nearest = clean(row.cluster), row.nearest_outside
        held = None if nearest is None else shown_.school(nearest).expertise[row.kind]
        cells.append(
            [
                Cell(names[label], f"#{anchors[label]}"),
                capital(need_name(row.kind)),
                *([number(row.need)] if with_need else []),
                "" if nearest is None else school_name(shown_, nearest),
                "" if held is None else amounts([held]),
                journey(row.nearest_outside_journey, shown_.travel_unit)
                if math.isfinite(row.nearest_outside_journey)
                else "no way there",
            ]
        )
    return make_table("No expertise on record in the cluster, and who is nearest", columns, cells)


def _need_table(material: Material) -> Table:
    frame, names = material.frames["need"].data, material.chosen.cluster_names
    named = frame.drop(columns=["number"], errors="ignore").assign(
        cluster=[
            "All clusters" if c == "all" else names.get(clean(c), clean(c))
            for c in frame["cluster"]
        ]
    )
    heads: Mapping[str, str] = {
        str(name): capital(need_name(str(name))) for name in named.columns[1:]
    }
    return frame_table("Pupils by cluster and need", named, headings=heads)
