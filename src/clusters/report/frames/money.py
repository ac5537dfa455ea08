"""The frames behind the money of a pack, as its audience may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from clusters.disclosure import HIDDEN
from clusters.report.frames.frame import Frame
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option
from clusters.report.wording.working import units_words
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import MediumTermPlan, Outlook, Split


def of_money(reader: Reader, chosen: Option, start_month: int) -> Iterator[Frame]:
    """Make the frames of a split: pot, formula, shares, gains, years, fairness."""
    split = chosen.split
    if split is None:
        return
    from clusters.budget import by_year, explain

    yield Frame(
        name="pot",
        title="The pot, step by step",
        how='split.to_frame("pot")',
        data=split.to_frame("pot")[["step", "pence"]],
    )
    notes = split.public_notes() if reader.is_public else split.notes
    yield Frame(
        name="money_notes",
        title="What to know about the money",
        how="split.notes",
        data=_notes(notes),
    )
    yield Frame(
        name="factors",
        title="The formula, factor by factor",
        how='split.to_frame("factor")',
        data=split.to_frame("factor").drop(columns=["total"]),
    )
    if not split.clusters:
        return  # the sum of no cluster may be shown
    yield Frame(
        name="money",
        title="The money by cluster",
        how='split.to_frame("cluster")',
        data=_masked(reader, chosen, _money_frame(reader, chosen, split)),
    )
    lines = explain(split, "cluster")
    yield Frame(
        name="lines",
        title="How each cluster's sum comes about",
        how='clusters.budget.explain(split, "cluster")',
        data=_masked(reader, chosen, _cluster_lines(split, lines)),
    )
    if any(share.today_pence is not None for share in split.clusters):
        yield Frame(
            name="effects",
            title="Gains and losses by cluster",
            how='clusters.budget.effects(split, "cluster")',
            data=_masked(reader, chosen, _effects(reader, split)),
        )
    years = by_year(split, start_month).to_frame().rename(columns={"key": "cluster"})
    yield Frame(
        name="years",
        title="The money by financial year",
        how=f"clusters.budget.by_year(split, {start_month}).to_frame()",
        data=_masked(reader, chosen, years),
    )
    yield from _fairness(reader, split)
    if not reader.is_public:
        yield from _money_of_schools(split)


def _notes(notes: Iterable[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"note": [clean(note) for note in notes]})


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


def _fairness(reader: Reader, split: Split) -> Iterator[Frame]:
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
    yield Frame(
        name="fairness",
        title=f"How fair the split is between {level}s, in figures",
        how=f'clusters.budget.fairness_frame(split, "{level}")',
        data=frame.round(2) if reader.is_public else frame,
    )


def _money_of_schools(split: Split) -> Iterator[Frame]:
    from clusters.budget import effects, explain

    yield Frame(
        name="money_by_school",
        title="Indicative money by school",
        how='split.to_frame("school")',
        data=split.to_frame("school").drop(columns=["total"]),
    )
    yield Frame(
        name="lines_by_school",
        title="How each school's indicative sum comes about",
        how='clusters.budget.explain(split, "school")',
        data=_lines(explain(split, "school"), "urn"),
    )
    if any(share.today_pence is not None for share in split.schools):
        yield Frame(
            name="effects_by_school",
            title="Gains and losses by school",
            how='clusters.budget.effects(split, "school")',
            data=effects(split, "school"),
        )


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


def of_outlook(outlook: Outlook | None) -> Iterator[Frame]:
    """Make the frames of an outlook: risk by cluster, and scenarios."""
    if outlook is None:
        return
    yield Frame(
        name="risk",
        title="The risk that money runs out, by cluster (simulated)",
        how='clusters.budget.look_ahead(split).to_frame("cluster")',
        data=outlook.to_frame("cluster"),
    )
    yield Frame(
        name="scenarios",
        title="What if things go badly? (simulated)",
        how='clusters.budget.look_ahead(split).to_frame("scenario")',
        data=outlook.to_frame("scenario"),
    )
    yield Frame(
        name="assumptions",
        title="What the simulated risk rests on",
        how='clusters.budget.look_ahead(split).to_frame("assumption")',
        data=outlook.to_frame("assumption"),
    )


def of_medium_term(plan: MediumTermPlan | None) -> Iterator[Frame]:
    """Make the frame of a plan of several financial years."""
    if plan is not None:
        yield Frame(
            name="medium_term",
            title="The plan of the coming financial years",
            how="clusters.budget.plan_years(years, ...).to_frame()",
            data=plan.to_frame(),
        )
