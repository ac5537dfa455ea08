"""The money, further on: how sums come about, who gains, part years, fairness."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.money import pounds
from clusters.report.document.table import Column, Table, frame_table, make_table
from clusters.report.frames.frame import Frame
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.wording.words import ENDLESS, capital, number
from clusters.report.wording.working import sum_words
from clusters.text import clean, counted

if TYPE_CHECKING:
    import pandas as pd


def further_money(
    reader: Reader, option: Option, frames: Mapping[str, Frame], names: Mapping[str, str]
) -> dict[str, Any]:
    """Make the tables and sentences on the money that stand after the split itself.

    Parameters
    ----------
    names
        Name of each cluster by its label.
    """
    makers = {
        "lines": _lines,
        "years": _years,
        "fairness": _fairness,
    }
    found: dict[str, Any] = {
        name: maker(_named(frames[name].data, names)) if name in frames else None
        for name, maker in makers.items()
    }
    found["effect_words"] = _effect_words(reader, option) if "effects" in frames else []
    return found


def _named(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    if "cluster" not in frame:
        return frame
    named = [names.get(clean(label), clean(label)) for label in frame["cluster"]]
    return frame.assign(cluster=named).drop(columns=["number"], errors="ignore")


def _lines(frame: pd.DataFrame) -> Table:
    worked = "units_worked" in frame
    rows = [
        [
            row["cluster"],
            *([row["units_worked"]] if worked else []),
            HIDDEN if row["line"] == HIDDEN else sum_words(str(row["line"])),
        ]
        for row in frame.to_dict("records")
    ]
    columns = [
        Column("Cluster", False),
        *([Column("Need units", False)] if worked else []),
        Column("Sum", False),
    ]
    return make_table("How each sum comes about", columns, rows)


def _effect_words(reader: Reader, option: Option) -> list[str]:
    """Say who gains and loses, and how much in all: the two sums differ where the pot does."""
    if option.split is None:
        return []
    known = [share for share in option.split.clusters if share.today_pence is not None]
    changes = [share.yearly_pence - (share.today_pence or 0) for share in known]
    if reader.is_public:  # today's money is known to the nearest £1,000 only
        changes = [100_000 * round(change / 100_000) for change in changes]
    gains = [change for change in changes if change > 0]
    losses = [-change for change in changes if change < 0]
    of = (
        f"Of the {counted(len(known), 'cluster')} whose money is shown, "
        if (reader.masked_money)
        else "Against today, "
    )
    return [
        f"{of}{len(gains)} {'gains' if len(gains) == 1 else 'gain'} and {len(losses)} "
        f"{'loses' if len(losses) == 1 else 'lose'}. Those that gain have {pounds(sum(gains))} a "
        f"year more than today in all; those that lose have {pounds(sum(losses))} less.",
        *(
            ["Sums of today and changes are rounded to £1,000, so columns may not add up."]
            if reader.is_public
            else []
        ),
    ]


def _years(frame: pd.DataFrame) -> Table:
    heads = {
        "backdated_pence": "Backdated, paid at once",
        "first financial year_pence": "First financial year",
        "next financial year_pence": "Next financial year",
        "total_pence": "Whole year",
    }
    return frame_table("The money by financial year", frame, headings=heads)


def _fairness(frame: pd.DataFrame) -> Table:
    rows = [
        [
            capital(clean(row["figure"])),
            ENDLESS if math.isinf(float(row["value"])) else number(row["value"], 3),
            f"{capital(clean(row['meaning']))}.",
            f"{capital(clean(row['convention']))}.",
        ]
        for _, row in frame.iterrows()
    ]
    columns = [
        Column("Figure", False),
        Column("Value"),
        Column("What it means", False),
        Column("How it is worked out", False),
    ]
    return make_table("Fairness figures", columns, rows)
