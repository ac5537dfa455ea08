"""The frames behind the money of a pack, as its audience may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from clusters.disclosure import HIDDEN
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.wording.working import units_words
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import MediumTermPlan, Outlook, Split


Named: TypeAlias = "tuple[str, pd.DataFrame]"
"""Name of a frame, as `TITLES` has it, and the frame."""


def of_money(reader: Reader, chosen: Option, start_month: int) -> Iterator[Named]:
    """Make the frames of a split: pot, formula, shares, gains, years, fairness."""
    split = chosen.split
    if split is None:
        return
    import pandas as pd

    from clusters.budget import by_year, explain

    yield "pot", split.to_frame("pot")[["step", "pence"]]
    notes = split.public_notes() if reader.is_public else split.notes
    yield "money_notes", pd.DataFrame({"note": [clean(note) for note in notes]})
    yield "factors", split.to_frame("factor").drop(columns=["total"])
    if not split.clusters:
        return  # the sum of no cluster may be shown
    yield "money", _masked(reader, chosen, _money_frame(reader, chosen, split))
    lines = explain(split, "cluster")
    yield "lines", _masked(reader, chosen, _cluster_lines(split, lines))
    if any(share.today_pence is not None for share in split.clusters):
        yield "effects", _masked(reader, chosen, _effects(reader, split))
    years = by_year(split, start_month).to_frame().rename(columns={"key": "cluster"})
    yield "years", _masked(reader, chosen, years)
    yield from _fairness(reader, split)
    if not reader.is_public:
        yield from _money_of_schools(split)


def _effects(reader: Reader, split: Split) -> pd.DataFrame:
    """Table of gains and losses; in public in whole per cent, and no sums for each plan."""
    from clusters.budget import effects

    frame = effects(split, "cluster").drop(columns=["name"])
    if not reader.is_public:
        return frame
    sums = ["today_pence", "yearly_pence", "change_pence"]
    frame[sums] = 100_000 * (frame[sums] / 100_000).round().astype(int)
    frame["change_percent"] = frame["change_percent"].round()
    return frame[["cluster", *sums, "change_percent"]]


def _fairness(reader: Reader, split: Split) -> Iterator[Named]:
    """Fairness between schools; in public between clusters, rounded, where all may be shown."""
    from clusters.budget import fairness_frame
    from clusters.errors import MoneyError

    if not {"need", "pupils"} <= set(split.problem.measures) or reader.masked_money:
        return
    level: Literal["cluster", "school"] = "cluster" if reader.is_public else "school"
    try:
        frame = fairness_frame(split, level)
    except MoneyError:  # nothing to compare: no pupils, or no money
        return
    yield "fairness", frame.round(2) if reader.is_public else frame


def _money_of_schools(split: Split) -> Iterator[Named]:
    from clusters.budget import effects, explain

    yield "money_by_school", split.to_frame("school").drop(columns=["total"])
    yield "lines_by_school", _lines(explain(split, "school"), "urn")
    if any(share.today_pence is not None for share in split.schools):
        yield "effects_by_school", effects(split, "school")


def _money_frame(reader: Reader, chosen: Option, split: Split) -> pd.DataFrame:
    frame = split.to_frame("cluster").drop(columns=["total"])
    if not reader.is_public:
        return frame
    sizes = {cluster.label: len(cluster.schools) for cluster in chosen.facts.clusters}
    frame["schools"] = [sizes[clean(label)] for label in frame["cluster"]]
    kept = ["cluster", "schools", *(n for n in frame.columns if str(n).endswith("_pence"))]
    return frame[kept].drop(columns=["today_pence", "change_pence"])  # rounded, in the effects


def _lines(lines: Mapping[Any, str], key: str = "cluster") -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{key: name, "line": line} for name, line in lines.items()])


def _cluster_lines(split: Split, lines: Mapping[Any, str]) -> pd.DataFrame:
    """Put beside each line how its units of need come about."""
    frame = _lines(lines)
    units = {share.key: units_words(split, share) for share in split.clusters}
    if any(units.values()):
        frame.insert(1, "units_worked", [units[key] for key in frame["cluster"]])
    return frame


def _masked(reader: Reader, chosen: Option, frame: pd.DataFrame) -> pd.DataFrame:
    """Add the clusters whose money is not shown: the split for the public does not have them."""
    import pandas as pd

    if not reader.masked_money:
        return frame
    known = {clean(row["cluster"]): row for row in frame.to_dict("records")}
    rows = []
    for cluster in chosen.plan.clusters:
        label = clean(cluster.label)
        hidden = dict.fromkeys(frame.columns, HIDDEN) | {"cluster": cluster.label}
        rows.append(known.get(label, hidden))
    return pd.DataFrame(rows, columns=frame.columns).astype(object)


def of_outlook(outlook: Outlook | None) -> Iterator[Named]:
    """Make the frames of an outlook: risk by cluster, and scenarios."""
    if outlook is not None:
        yield "risk", outlook.to_frame("cluster")
        yield "scenarios", outlook.to_frame("scenario")
        yield "assumptions", outlook.to_frame("assumption")


def of_medium_term(plan: MediumTermPlan | None) -> Iterator[Named]:
    """Make the frame of a plan of several financial years."""
    if plan is not None:
        yield "medium_term", plan.to_frame()
