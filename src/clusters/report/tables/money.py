"""The money: from the frames of a split to tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.money import pounds
from clusters.report.document.table import Cell, Field, Table, frame_table, table_of, with_none
from clusters.report.frames.frame import Frame
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.wording.words import ENDLESS, capital, number
from clusters.report.wording.working import sum_words
from clusters.text import clean, counted

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import Split

_Rows = Mapping[str, Mapping[Any, Any]]

_ALWAYS = ("cluster", "school", "total_pence")
_SHOWN = (
    *("school", "cluster", "pupils", "units", "committed_pence", "protection_pence"),
    *("total_pence", "today_pence", "change_pence"),
)
_HEADINGS = {
    "units": "Need units",
    "committed_pence": "EHC plan top-ups (committed)",
    "protection_pence": "Floor and cap",
    "total_pence": "Total",
    "today_pence": "Today",
    "change_pence": "Change against today",
}


def shared_pence(split: Split) -> int:
    """Pence that the clusters receive, all together."""
    return split.pot.total_pence - split.held_pence


def pence_by_cluster(split: Split | None) -> dict[str, int]:
    """Pence by label of the cluster; empty without a split."""
    if split is None:
        return {}
    return {clean(share.key): share.total_pence for share in split.clusters}


def main_table(option: Option, frames: Mapping[str, Frame]) -> Table | None:
    """Make the one table of the body: need units, the sum, and what changes against today."""
    if option.split is None or "money" not in frames:
        return None
    sums, units, gains = (_by_label(frames, name) for name in ("money", "lines", "effects"))
    worked = any(row.get("units_worked") for row in units.values())

    def of(rows: _Rows, name: str, write: Callable[[Any], str] = _pounds) -> Callable[..., str]:
        return lambda cluster: _shown(rows.get(cluster.label, {}).get(name), write)

    return table_of(
        "Money by cluster",
        option.facts.clusters,
        [
            Field("Cluster", False, lambda c: Cell(c.name, f"#{c.anchor}"), "All clusters"),
            Field("Need units", False, of(units, "units_worked", str), is_shown=worked),
            Field("Total", True, of(sums, "total_pence"), pounds(shared_pence(option.split))),
            Field("Today", True, of(gains, "today_pence"), _sum(gains, "today_pence"), bool(gains)),
            Field(
                "Change", True, of(gains, "change_pence"), _sum(gains, "change_pence"), bool(gains)
            ),
            Field("Change, %", True, of(gains, "change_percent", _signed), is_shown=bool(gains)),
        ],
    )


def _by_label(frames: Mapping[str, Frame], name: str) -> _Rows:
    if name not in frames:
        return {}
    rows = with_none(frames[name].data).to_dict("records")
    return {clean(row["cluster"]): row for row in rows}


def _shown(value: Any, write: Callable[[Any], str]) -> str:
    if value is None:
        return "not known"
    return HIDDEN if value == HIDDEN else write(value)


def _pounds(value: Any) -> str:
    return pounds(int(value))


def _signed(share: Any) -> str:
    """Write a change in per cent with its sign; nothing has none."""
    return f"{float(share):+g}%" if round(share, 1) else "0%"


def _sum(rows: _Rows, name: str) -> str:
    """Add a column up, where every one of its sums is shown."""
    values = [row.get(name) for row in rows.values()]
    adds = all(value is not None and value != HIDDEN for value in values)
    return _pounds(sum(values)) if adds else ""


def sentences(split: Split, reader: Reader) -> list[str]:
    """Say what is shared, and what has to be known about it."""
    exact = " Their sums add up to it, to the penny." if reader.money_step == 1 else ""
    said = [f"The clusters share {pounds(shared_pence(split))}.{exact}"]
    if reader.is_public:
        said.append("Sums for single schools are left out: small numbers could be read off them.")
    return [*said, *map(clean, split.public_notes() if reader.is_public else split.notes)]


def pot_table(split: Split) -> Table:
    """Show the pot, step by step."""
    frame = split.to_frame("pot").rename(columns={"pence": "total_pence"})
    frame = frame[["step", "total_pence"]].assign(step=[capital(step) for step in frame["step"]])
    # Nothing committed is no empty row: it says that nothing is ring-fenced.
    kept = frame["step"].str.startswith(("Total", "Committed"))
    frame = frame[(frame["total_pence"] != 0) | kept]
    return frame_table(
        "The pot", frame, headings={"step": "Step", "total_pence": "Pounds"}, total=False
    )


def school_table(frame: pd.DataFrame, names: dict[str, str]) -> Table:
    """Make the table of sums by school, without the columns that say nothing.

    Facts that other tables show are left out here; the frame itself has every step.
    """
    order = {label: place for place, label in enumerate(names)}
    labels = [clean(label) for label in frame["cluster"]]
    frame = frame.assign(
        cluster=[names.get(label, label) for label in labels],
        _order=[order.get(label, len(order)) for label in labels],
    ).sort_values(["_order", "school"], kind="stable")
    shown = [
        name for name in map(str, frame.columns) if name in _SHOWN and _says_something(frame, name)
    ]
    return frame_table("Indicative sums by school", frame[shown], headings=_HEADINGS, total=True)


def _says_something(frame: pd.DataFrame, name: str) -> bool:
    """Whether a column is more than zeros, blanks or a copy of the total."""
    if name in _ALWAYS:
        return True
    values = frame[name]
    if not name.endswith("_pence") or name in ("today_pence", "change_pence"):
        return bool(values.notna().any())
    same = (values == frame["total_pence"]).all()
    return bool((values[values.notna()] != 0).any() and not same)


# ---- how sums come about, who gains, part years, fairness ----------------------------------------


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
                "How it is worked out", False, lambda row: f"{capital(clean(row['convention']))}."
            ),
        ],
    )
