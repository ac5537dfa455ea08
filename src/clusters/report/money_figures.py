"""The frames behind the money of a pack, as its audience may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.maps import clean
from clusters.report.audience import Reader
from clusters.report.figure import Figure
from clusters.report.option import Option

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import Outlook, Split


def of_money(reader: Reader, chosen: Option, start_month: int) -> Iterator[Figure]:
    """Make the frames of a split: pot, formula, shares, gains, years, fairness."""
    split = chosen.split
    if split is None:
        return
    from clusters.budget import by_year, effects, explain

    yield Figure(
        name="pot",
        title="The pot, step by step",
        how='split.to_frame("pot")',
        frame=split.to_frame("pot")[["step", "pence"]],
    )
    notes = split.public_notes() if reader.is_public else split.notes
    yield Figure(
        name="money_notes",
        title="What to know about the money",
        how="split.notes",
        frame=_notes(notes),
    )
    yield Figure(
        name="factors",
        title="The formula, factor by factor",
        how='split.to_frame("factor")',
        frame=_factors(reader, split),
    )
    yield Figure(
        name="money",
        title="The money by cluster",
        how='split.to_frame("cluster")',
        frame=_masked(reader, _money_frame(reader, split)),
    )
    lines = explain(split, "cluster")
    yield Figure(
        name="lines",
        title="How each cluster's sum comes about",
        how='clusters.budget.explain(split, "cluster")',
        frame=_masked(reader, _lines(lines)),
    )
    if any(share.today_pence is not None for share in split.clusters):
        yield Figure(
            name="effects",
            title="Gains and losses by cluster",
            how='clusters.budget.effects(split, "cluster")',
            frame=_masked(reader, effects(split, "cluster").drop(columns=["name"])),
        )
    years = by_year(split, start_month).to_frame().rename(columns={"key": "cluster"})
    yield Figure(
        name="years",
        title="The money by financial year",
        how=f"clusters.budget.by_year(split, {start_month}).to_frame()",
        frame=_masked(reader, years),
    )
    yield from _fairness(split)
    if not reader.is_public:
        yield from _money_of_schools(split)


def _notes(notes: Iterable[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"note": [clean(note, 1000) for note in notes]})


def _factors(reader: Reader, split: Split) -> pd.DataFrame:
    """Table of the formula; what counts few pupils is hidden in public, and its rate with it."""
    frame = split.to_frame("factor").drop(columns=["total"])
    few = (frame["quantity"] > 0) & (frame["quantity"] < reader.policy.threshold)
    if not (reader.is_public and few.any()):
        return frame
    frame = frame.astype(object)
    frame.loc[few, ["quantity", "rate_pence"]] = HIDDEN
    return frame


def _fairness(split: Split) -> Iterator[Figure]:
    from clusters.budget import fairness_frame
    from clusters.errors import MoneyError

    if not {"need", "pupils"} <= set(split.problem.measures):
        return
    try:
        frame = fairness_frame(split)
    except MoneyError:  # nothing to compare: no pupils, or no money
        return
    yield Figure(
        name="fairness",
        title="How fair the split is, in figures",
        how="clusters.budget.fairness_frame(split)",
        frame=frame,
    )


def _money_of_schools(split: Split) -> Iterator[Figure]:
    from clusters.budget import effects, explain

    yield Figure(
        name="money_by_school",
        title="Indicative money by school",
        how='split.to_frame("school")',
        frame=split.to_frame("school").drop(columns=["total"]),
    )
    yield Figure(
        name="lines_by_school",
        title="How each school's indicative sum comes about",
        how='clusters.budget.explain(split, "school")',
        frame=_lines(explain(split, "school"), "urn"),
    )
    if any(share.today_pence is not None for share in split.schools):
        yield Figure(
            name="effects_by_school",
            title="Gains and losses by school",
            how='clusters.budget.effects(split, "school")',
            frame=effects(split, "school"),
        )


def _money_frame(reader: Reader, split: Split) -> pd.DataFrame:
    frame = split.to_frame("cluster").drop(columns=["total"])
    if not reader.is_public:
        return frame
    kept = ["cluster", "schools", *(n for n in frame.columns if str(n).endswith("_pence"))]
    return frame[kept]


def _lines(lines: Mapping[Any, str], key: str = "cluster") -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{key: name, "line": line} for name, line in lines.items()])


def _masked(reader: Reader, frame: pd.DataFrame) -> pd.DataFrame:
    """Hide the money of clusters of which a count is hidden: their sums would give it away."""
    masked = reader.counts.masked_clusters
    rows = [clean(label) in masked for label in frame["cluster"]]
    if not any(rows):
        return frame
    frame = frame.astype(object)
    open_ = ("cluster", "schools", "centre", "cap_pence", "floor_pence")
    for name in frame.columns:
        if name not in open_:
            frame[name] = [
                HIDDEN if hide else value for hide, value in zip(rows, frame[name], strict=True)
            ]
    return frame


def of_outlook(reader: Reader, outlook: Outlook | None) -> Iterator[Figure]:
    """Make the frames of an outlook: risk by cluster, and scenarios."""
    if outlook is None:
        return
    yield Figure(
        name="risk",
        title="The risk that money runs out, by cluster (simulated)",
        how='clusters.budget.look_ahead(split).to_frame("cluster")',
        frame=_masked(reader, outlook.to_frame("cluster")),
    )
    yield Figure(
        name="scenarios",
        title="What if things go badly? (simulated)",
        how='clusters.budget.look_ahead(split).to_frame("scenario")',
        frame=outlook.to_frame("scenario"),
    )
