"""Sentences and tables of sections: decisions, what stays together, expertise, equality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clusters.domain import SchoolId
from clusters.options import together_in_every
from clusters.report.document.blocks import Block, Grid, Words
from clusters.report.document.table import Column, Table, frame_table, make_table
from clusters.report.frames.equality import SMALL_SCHOOL, equality_sentences, widest
from clusters.report.frames.frame import Frame
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.wording.words import capital, journey, number, school_name
from clusters.text import all_listed, clean, counted

if TYPE_CHECKING:
    import pandas as pd

DECISIONS = (
    "Say whether the recommended option should go out to consultation.",
    "Say whether the rules for a good plan are the right ones, and what should change.",
    "Give a view on the formula that shares the money, and on what is held back.",
    "Say who should lead the clusters, and by when that should be settled.",
)
"""What is asked of the Forum where the caller does not say."""


def decisions_asked(given: Iterable[object]) -> list[str]:
    """List what is asked of the reader."""
    return [clean(decision) for decision in given] or list(DECISIONS)


def together_blocks(
    reader: Reader, options: Sequence[Option], frames: Mapping[str, Frame], said: Iterable[object]
) -> Iterator[Block]:
    """Say which schools share a cluster in every option."""
    frame = frames.get("together")
    sentences = [clean(sentence) for sentence in said]
    if frame is None:
        none = ["No two schools share a cluster in every option."]
        yield from (Words(sentence) for sentence in sentences or none)
        return
    plans = {option.name: option.plan for option in options}
    count = int(frame.data["urn"].nunique())
    sets = frame.data.groupby("group", sort=True)
    yield from (
        Words(sentence)
        for sentence in sentences
        or [
            f"{counted(count, 'school')} of {number(len(reader.shown))} have partners from whom no "
            f"option parts them. They form {counted(len(sets), 'set')}. A whole set may still go "
            "to another cluster: a place is open where the options differ on it.",
            _open_places(reader, together_in_every(reader.shown, plans).open),
        ]
    )
    rows = [
        [f"Set {letters(k)}", number(len(rows)), all_listed([clean(n) for n in rows["school"]])]
        for k, (_, rows) in enumerate(sets, start=1)
    ]
    columns = [Column("Set of schools", False), Column("Schools"), Column("Who they are", False)]
    yield Grid(make_table("Together in every option", columns, rows))


def letters(number: int) -> str:
    """Name a set by letters, so that no one takes it for the number of a cluster.

    Examples
    --------
    >>> letters(1), letters(26), letters(27)
    ('A', 'Z', 'AA')
    """
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _open_places(reader: Reader, ids: Sequence[SchoolId]) -> str:
    """Name every school whose place is open: each of them will look for itself."""
    if not ids:
        return "No school's place is open: the options are the same."
    names = sorted(school_name(reader.shown, urn) for urn in ids)
    return f"The place of {counted(len(ids), 'school')} is open: {all_listed(names)}."


def change_title(chosen: Option, option: Option) -> str:
    """Title of what changes where the recommended option comes in another's place."""
    return f"What changes from {option.name} to {chosen.name}"


def moves_table(frame: pd.DataFrame, chosen: Option, option: Option) -> Table:
    """Make the table of the schools that move: from where, to where, and why."""
    old, new = option.cluster_names, chosen.cluster_names
    rows = [
        [
            row["school"],
            old.get(clean(row["from"]), clean(row["from"])),
            new.get(clean(row["to"]), clean(row["to"])),
            row["why"],
        ]
        for row in frame.sort_values("school", kind="stable").to_dict("records")
    ]
    return make_table(
        f"Schools in another cluster under {chosen.name} than under {option.name}",
        [
            Column("School", False),
            Column(f"From, under {option.name}", False),
            Column(f"To, under {chosen.name}", False),
            Column("Why", False),
        ],
        rows,
    )


def equality_said(reader: Reader, frames: Mapping[str, Frame], *, short: bool) -> list[str]:
    """Say how groups of schools differ; shortly, in which way they differ most."""
    if "equality" not in frames:
        return []
    frame, unit = frames["equality"].data, reader.shown.travel_unit
    kept = widest(frame) if short else frame
    return equality_sentences(kept, lambda length: journey(length, unit))


def equality_tables(reader: Reader, chosen: Option, frames: Mapping[str, Frame]) -> Iterator[Table]:
    """Make the tables of the appendix on equality."""
    unit = reader.shown.travel_unit
    if "equality" in frames:
        for way, rows in frames["equality"].data.groupby("way", sort=False):
            yield _group_table(way, rows, unit)
    for name, caption in (
        ("furthest", "The longest journeys"),
        ("small_schools", f"Schools with fewer than {SMALL_SCHOOL} pupils"),
    ):
        if name in frames:
            rows = frames[name].data.drop(columns=["number"])
            names = [chosen.cluster_names.get(label, label) for label in rows["cluster"]]
            yield frame_table(
                caption,
                rows.assign(
                    cluster=names, journey=[journey(_known(far), unit) for far in rows["journey"]]
                ),
                headings={"yearly_pence": "A year, as proposed", **_MONEY_HEADS},
                total=False,
            )


_MONEY_HEADS = {"today_pence": "Today", "change_pence": "Change"}


def _group_table(way: object, rows: pd.DataFrame, unit: str) -> Table:
    shown = rows.drop(columns=["way"]).dropna(axis=1, how="all")
    for name in ("mean_journey", "longest_journey"):
        if name in shown:
            shown[name] = [journey(_known(far), unit) for far in shown[name]]
    if "change_percent" in shown:
        shown["change_percent"] = [
            "not known" if value is None or value != value else f"{value:+g}%"
            for value in shown["change_percent"].tolist()
        ]
    heads = {
        "group": capital(str(way)),
        "mean_journey": "Mean journey",
        "longest_journey": "Longest journey",
        "gain": "Schools that gain",
        "lose": "Schools that lose",
        "yearly_pence": "A year, as proposed",
        "change_percent": "Change in money",
        **_MONEY_HEADS,
    }
    return frame_table(f"By {way}", shown, headings=heads, total=False)


def _known(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
