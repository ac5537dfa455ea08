"""The money: from the frames of a split to tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.money import pounds
from clusters.report.document.table import Cell, Column, Table, frame_table, make_table
from clusters.report.frames.frame import Frame
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.tables.further_money import further_money
from clusters.report.wording.words import capital
from clusters.report.wording.working import formula_sentences
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import Split

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


def money(
    reader: Reader, option: Option, frames: Mapping[str, Frame], start_month: int
) -> dict[str, Any]:
    """Say what the pot is, how it is shared, and who receives what."""
    split = option.split
    if split is None:
        return {}
    names = {cluster.label: cluster.name for cluster in option.facts.clusters}
    return {
        "sentences": _sentences(split, reader),
        "formula": formula_sentences(split, start_month),
        "pot": _pot_table(split),
        "schools": None if reader.is_public else _school_table(split.to_frame("school"), names),
        **further_money(reader, option, frames, names),
    }


def main_table(option: Option, frames: Mapping[str, Frame]) -> Table | None:
    """Make the one table of the body: need units, the sum, and what changes against today."""
    if option.split is None or "money" not in frames:
        return None
    sums = _by_label(frames, "money")
    units, gains = _by_label(frames, "lines"), _by_label(frames, "effects")
    worked = any(row.get("units_worked") for row in units.values())
    columns = [
        Column("Cluster", False),
        *([Column("Need units", False)] if worked else []),
        Column("Total"),
        *([Column("Today"), Column("Change"), Column("Change, %")] if gains else []),
    ]
    rows = []
    for cluster in option.facts.clusters:
        row = sums.get(cluster.label, {})
        found = [Cell(cluster.name, f"#{cluster.anchor}")]
        if worked:
            found.append(Cell(str(units.get(cluster.label, {}).get("units_worked", ""))))
        found.append(Cell(_pounds(row.get("total_pence"))))
        if gains:
            found += [Cell(words) for words in _change_cells(gains.get(cluster.label, {}))]
        rows.append(found)
    total = ["All clusters", *([""] if worked else []), pounds(shared_pence(option.split))]
    if gains:
        total += _change_totals(list(gains.values()))
    return make_table("Money by cluster", columns, rows, total)


def _by_label(frames: Mapping[str, Frame], name: str) -> dict[str, dict[str, Any]]:
    if name not in frames:
        return {}
    frame = frames[name].data
    known = frame.astype(object).where(frame.notna(), None)
    rows = known.to_dict("records")
    return {clean(row["cluster"]): {str(name): row[name] for name in row} for row in rows}


def _pounds(value: Any) -> str:
    if value is None:
        return "not known"
    return HIDDEN if value == HIDDEN else pounds(int(value))


def _change_cells(row: Mapping[str, Any]) -> list[str]:
    share = row.get("change_percent")
    known = share is not None and share != HIDDEN
    return [
        _pounds(row.get("today_pence")),
        _pounds(row.get("change_pence")),
        _signed(float(share))
        if known and share is not None
        else HIDDEN
        if share == HIDDEN
        else "not known",
    ]


def _signed(share: Any) -> str:
    """Write a change in per cent with its sign; nothing has none."""
    return f"{share:+g}%" if round(share, 1) else "0%"


def _change_totals(rows: list[dict[str, Any]]) -> list[str]:
    """Add today and the changes up, where every one of them is shown."""
    sums = []
    for name in ("today_pence", "change_pence"):
        values = [row.get(name) for row in rows]
        adds = all(value is not None and value != HIDDEN for value in values)
        sums.append(pounds(sum(int(value or 0) for value in values)) if adds else "")
    return [*sums, ""]


def _sentences(split: Split, reader: Reader) -> list[str]:
    exact = " Their sums add up to it, to the penny." if reader.money_step == 1 else ""
    said = [f"The clusters share {pounds(shared_pence(split))}.{exact}"]
    if reader.is_public:
        said.append("Sums for single schools are left out: small numbers could be read off them.")
    return [*said, *map(clean, split.public_notes() if reader.is_public else split.notes)]


def _pot_table(split: Split) -> Table:
    frame = split.to_frame("pot").rename(columns={"pence": "total_pence"})
    frame = frame[["step", "total_pence"]].assign(step=[capital(step) for step in frame["step"]])
    # Nothing committed is no empty row: it says that nothing is ring-fenced.
    kept = frame["step"].str.startswith(("Total", "Committed"))
    frame = frame[(frame["total_pence"] != 0) | kept]
    return frame_table(
        "The pot", frame, headings={"step": "Step", "total_pence": "Pounds"}, total=False
    )


def _school_table(frame: pd.DataFrame, names: dict[str, str]) -> Table:
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
