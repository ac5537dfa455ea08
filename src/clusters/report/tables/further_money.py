"""The money, further on: how sums come about, who gains, part years, fairness."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from clusters.disclosure import HIDDEN
from clusters.money import pounds
from clusters.report.document.table import Field, Table, frame_table, table_of
from clusters.report.release.audience import Reader
from clusters.report.wording.words import ENDLESS, capital, number
from clusters.report.wording.working import sum_words
from clusters.text import clean, counted

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import Split


def named(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Put the names of the clusters in place of their labels and numbers."""
    if "cluster" not in frame:
        return frame
    said = [names.get(clean(label), clean(label)) for label in frame["cluster"]]
    return frame.assign(cluster=said).drop(columns=["number"], errors="ignore")


def line_table(frame: pd.DataFrame) -> Table:
    """Show how each sum comes about."""
    return table_of(
        "How each sum comes about",
        frame.to_dict("records"),
        [
            Field("Cluster", False, lambda row: row["cluster"]),
            Field(
                "Need units",
                False,
                lambda row: row["units_worked"],
                is_shown="units_worked" in frame,
            ),
            Field(
                "Sum",
                False,
                lambda row: HIDDEN if row["line"] == HIDDEN else sum_words(str(row["line"])),
            ),
        ],
    )


def effect_words(reader: Reader, split: Split) -> Iterator[str]:
    """Say who gains and loses, and how much in all: the two sums differ where the pot does."""
    known = [share for share in split.clusters if share.today_pence is not None]
    changes = [share.yearly_pence - (share.today_pence or 0) for share in known]
    if reader.is_public:  # today's money is known to the nearest £1,000 only
        changes = [100_000 * round(change / 100_000) for change in changes]
    gains = [change for change in changes if change > 0]
    losses = [-change for change in changes if change < 0]
    of = (
        f"Of the {counted(len(known), 'cluster')} whose money is shown"
        if reader.masked_money
        else "Against today"
    )
    yield (
        f"{of}, {len(gains)} {'gains' if len(gains) == 1 else 'gain'} and {len(losses)} "
        f"{'loses' if len(losses) == 1 else 'lose'}. Those that gain have {pounds(sum(gains))} a "
        f"year more than today in all; those that lose have {pounds(sum(losses))} less."
    )
    if reader.is_public:
        yield "Sums of today and changes are rounded to £1,000, so columns may not add up."


def year_table(frame: pd.DataFrame) -> Table:
    """Show what falls into which financial year."""
    heads = {
        "backdated_pence": "Backdated, paid at once",
        "first financial year_pence": "First financial year",
        "next financial year_pence": "Next financial year",
        "total_pence": "Whole year",
    }
    return frame_table("The money by financial year", frame, headings=heads)


def fairness_table(frame: pd.DataFrame) -> Table:
    """Show every figure of fairness, with what it means."""
    return table_of(
        "Fairness figures",
        frame.to_dict("records"),
        [
            Field("Figure", False, lambda row: capital(clean(row["figure"]))),
            Field(
                "Value",
                True,
                lambda row: ENDLESS if math.isinf(row["value"]) else number(row["value"], 3),
            ),
            Field("What it means", False, lambda row: f"{capital(clean(row['meaning']))}."),
            Field(
                "How it is worked out",
                False,
                lambda row: f"{capital(clean(row['convention']))}.",
            ),
        ],
    )
