"""Equality and impact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clusters.report.document.blocks import Block, Grid, Judgement, Points, Words, section
from clusters.report.document.table import Table, frame_table
from clusters.report.frames.equality import (
    SMALL_SCHOOL,
    deprivation_sentence,
    equality_sentences,
    widest,
)
from clusters.report.material import Material
from clusters.report.wording.words import capital, journey
from clusters.text import all_listed

if TYPE_CHECKING:
    import pandas as pd

_MONEY_HEADS = {
    "yearly_pence": "A year, as proposed",
    "today_pence": "Today",
    "change_pence": "Change",
}


@section("Equality and impact", "equality")
def equality(material: Material) -> Iterator[Block]:
    """Say what evidence there is for an equality analysis."""
    yield Words(
        "This is evidence for an equality analysis. It is not one. It looks at groups of schools, "
        "since nothing is known here of single pupils."
    )
    if said := _differences(material, short=True):
        yield Words("The largest differences (an appendix has the others):")
        yield Points(said)
    yield Judgement(
        "say how people with protected characteristics would be affected, who was asked, and what "
        "would be done about harm. The duty is in section 149 of the Equality Act 2010.",
        _evidence(material),
    )


def _evidence(material: Material) -> str:
    """Say what the evidence covers, and what it does not."""
    if "equality" not in material.frames:
        return ""
    ways = list(dict.fromkeys(material.frames["equality"].data["way"].astype(str)))
    return (
        f"The evidence looks at schools by {all_listed(ways)}. The data hold no counts of pupils "
        "by sex, race, religion or disability other than special needs."
    )


def _differences(material: Material, *, short: bool) -> tuple[str, ...]:
    """Say how groups of schools differ; shortly, in which way they differ most."""
    if "equality" not in material.frames:
        return ()
    frame, unit = material.frames["equality"].data, material.reader.shown.travel_unit
    kept = widest(frame) if short else frame
    return tuple(equality_sentences(kept, lambda length: journey(length, unit)))


@section("Groups of schools", "groups", is_appendix=True)
def equality_in_full(material: Material) -> Iterator[Block]:
    """Set the tables behind the section on equality."""
    tables = list(_tables(material))
    if not tables:
        return
    yield Points(_differences(material, short=False))
    if basis := deprivation_sentence(material.reader.shown):
        yield Words(basis)
    yield from map(Grid, tables)


def _tables(material: Material) -> Iterator[Table]:
    frames, unit = material.frames, material.reader.shown.travel_unit
    if "equality" in frames:
        for way, rows in frames["equality"].data.groupby("way", sort=False):
            yield _group_table(str(way), rows, unit)
    for name, caption in (
        ("furthest", "The longest journeys"),
        ("small_schools", f"Schools with fewer than {SMALL_SCHOOL} pupils"),
    ):
        if name in frames:
            rows = frames[name].data.drop(columns=["number"])
            names = material.chosen.cluster_names
            rows["cluster"] = [names.get(label, label) for label in rows["cluster"]]
            rows["journey"] = [journey(far, unit) for far in rows["journey"]]
            yield frame_table(caption, rows, headings=_MONEY_HEADS, total=False)


def _group_table(way: str, rows: pd.DataFrame, unit: str) -> Table:
    shown = rows.drop(columns=["way"]).dropna(axis=1, how="all")
    for name in ("mean_journey", "longest_journey"):
        if name in shown:
            shown[name] = [journey(far, unit) for far in shown[name]]
    if "change_percent" in shown:
        shown["change_percent"] = [
            "not known" if value is None or value != value else f"{value:+g}%"
            for value in shown["change_percent"].tolist()
        ]
    heads = {
        "group": capital(way),
        "mean_journey": "Mean journey",
        "longest_journey": "Longest journey",
        "gain": "Schools that gain",
        "lose": "Schools that lose",
        "change_percent": "Change in money",
        **_MONEY_HEADS,
    }
    return frame_table(f"By {way}", shown, headings=heads, total=False)
