"""Every frame behind a pack, with the call of the library that returns it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clusters.disclosure import suppress_table
from clusters.domain import Plan, Problem
from clusters.maps import clean
from clusters.maps.difference import changes
from clusters.measures import always_together, compare, measure
from clusters.need_types import BROAD_AREAS
from clusters.report.audience import Reader
from clusters.report.equality import equality_frame, furthest_frame, small_frame
from clusters.report.figure import Figure
from clusters.report.money_figures import of_money, of_outlook
from clusters.report.option import Option

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import Outlook


def figures_of(
    reader: Reader,
    options: Sequence[Option],
    chosen: Option,
    *,
    outlook: Outlook | None = None,
    start_month: int = 9,
) -> dict[str, Figure]:
    """Collect the frames of a pack by name, as its audience may see them."""
    found: dict[str, Figure] = {}
    for figure in (
        *_of_plans(reader, options, chosen),
        *_of_expertise(reader, chosen),
        *of_money(reader, chosen, start_month),
        *of_outlook(reader, outlook),
        *_of_equality(reader, chosen),
        *_of_search(reader, chosen),
    ):
        if len(figure.frame):
            found[figure.name] = replace(figure, frame=_rounded(figure.frame))
    return found


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round fractions to 6 places: enough to work with, and short enough to read."""
    return frame.round(6)


def _of_plans(reader: Reader, options: Sequence[Option], chosen: Option) -> Iterator[Figure]:
    shown = reader.shown
    yield Figure(
        name="schools",
        title="The schools and their clusters",
        how="clusters.plan_frame(problem, plan)",
        frame=schools_frame(reader, chosen.plan),
    )
    yield Figure(
        name="clusters",
        title="The clusters",
        how='clusters.measure(problem, plan).to_frame("cluster")',
        frame=clusters_frame(reader, chosen),
    )
    plans = {option.name: option.plan for option in options}
    yield Figure(
        name="options",
        title="The options side by side",
        how="clusters.compare(problem, plans).to_frame()",
        frame=_options_frame(shown, plans),
    )
    for k, option in enumerate(options, start=1):
        yield Figure(
            name=f"option_{k}",
            title=f"Schools and clusters of the option {option.name}",
            how="clusters.plan_frame(problem, plan)",
            frame=_membership(shown, option.plan),
        )
        if option is not chosen:
            yield Figure(
                name=f"moves_{k}",
                title=f"Schools in another cluster under {option.name} than under {chosen.name}",
                how="clusters.maps.changes(problem, before, after)",
                frame=moves_frame(shown, chosen.plan, option.plan),
            )
    if len(options) > 1:
        yield Figure(
            name="together",
            title="Schools that share a cluster in every option",
            how="clusters.measures.always_together(plans, problem)",
            frame=together_frame(shown, plans),
        )


def schools_frame(reader: Reader, plan: Plan) -> pd.DataFrame:
    """Table of the schools with their counts as the audience may see them."""
    from clusters.writers import plan_frame

    frame: pd.DataFrame = plan_frame(reader.shown, plan).drop(columns=["need"])
    for name in ("pupils", "ehcps", "sen_support"):
        if name in reader.counts.names:
            frame[name] = [
                None
                if reader.problem.find(urn) is None
                else reader.counts.school_value(name, reader.problem.ids[at])
                for urn in frame["urn"]
                for at in [reader.problem.find(urn) or 0]
            ]
        else:
            frame = frame.drop(columns=[name])
    return frame


def clusters_frame(reader: Reader, option: Option) -> pd.DataFrame:
    """Table of the clusters with their counts as the audience may see them."""
    frame = option.facts.measures.to_frame("cluster")
    known = [name for name in ("pupils", "ehcps", "sen_support") if name in reader.counts.names]
    by_label = {clean(cluster.label): cluster for cluster in option.plan.clusters}
    for name in known:
        frame[name] = [
            reader.counts.cluster_value(name, by_label[clean(label)])
            if clean(label) in by_label
            else None
            for label in frame["cluster"]
        ]
    kept = ["cluster", "centre", "centre_name", "schools", *known]
    kept += [n for n in frame.columns if str(n).startswith(("mean_journey_", "worst_journey"))]
    kept += [n for n in ("compactness", "pyramids_whole", "pyramids_part") if n in frame]
    return frame[[name for name in kept if frame[name].notna().any()]]


def _options_frame(shown: Problem, plans: Mapping[str, Plan]) -> pd.DataFrame:
    return compare(shown, plans).to_frame().reset_index().drop(columns=["cost"])


def _membership(shown: Problem, plan: Plan) -> pd.DataFrame:
    from clusters.writers import plan_frame

    names = ["urn", "name", "phase", "cluster", "centre", "centre_name"]
    frame: pd.DataFrame = plan_frame(shown, plan)
    return frame[[*names, f"journey_{shown.travel_unit}"]]


def moves_frame(problem: Problem, before: Plan, after: Plan) -> pd.DataFrame:
    """Table of the schools that two plans put into different clusters."""
    import pandas as pd

    rows = [
        {
            "urn": problem.ids[change.position],
            "school": problem.schools[change.position].name,
            "from": change.before or "no cluster",
            "to": change.after or "no cluster",
        }
        for change in changes(problem, before, after)
    ]
    return pd.DataFrame(rows, columns=["urn", "school", "from", "to"])


def together_frame(problem: Problem, plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Table of the groups of schools that share a cluster in every plan."""
    import pandas as pd

    rows = [
        {"group": k, "schools": len(group), "urn": urn, "school": problem.school(urn).name}
        for k, group in enumerate(always_together(plans, problem), start=1)
        for urn in group
    ]
    return pd.DataFrame(rows, columns=["group", "schools", "urn", "school"])


def _of_expertise(reader: Reader, chosen: Option) -> Iterator[Figure]:
    measures = chosen.facts.measures
    if not measures.types:
        return
    frame = measures.to_frame("expertise").drop(columns=["nearest_outside"])
    how = 'clusters.measure(problem, plan).to_frame("expertise")'
    title = "Need and expertise by cluster and type"
    yield Figure(name="expertise", title=title, how=how, frame=frame.dropna(axis=1, how="all"))
    kinds = measures.to_frame("type").dropna(axis=1, how="all")
    how = 'clusters.measure(problem, plan).to_frame("type")'
    title = "Access to expertise by type"
    yield Figure(name="types", title=title, how=how, frame=kinds)
    need = _need(reader, chosen)
    if need is not None:
        yield Figure(
            name="need",
            title="Pupils by cluster and need",
            how='clusters.measure(problem, plan).coverage("need")',
            frame=need,
        )


def _need(reader: Reader, chosen: Option) -> pd.DataFrame | None:
    """Pupils by cluster and type, small numbers hidden in public; None where nothing is known."""
    matrix = measure(reader.problem, chosen.plan).coverage("need")
    matrix = matrix.dropna(axis=1, how="all").dropna(axis=0, how="all")
    if matrix.empty:
        return None
    if not reader.is_public:
        whole = matrix.astype("Int64")
        whole.loc["all"] = whole.sum()
        return whole.reset_index()
    if matrix.isna().any(axis=None):
        return None  # what is not known in places would itself tell something
    areas = matrix.T.groupby(_area).sum().T  # few pupils have the rarer types
    return suppress_table(areas.astype(int), reader.policy).reset_index(names="cluster")


def _area(kind: str) -> str:
    """Broad area of a type of need."""
    return next((area for area, kinds in BROAD_AREAS.items() if kind in kinds), "other")


def _of_equality(reader: Reader, chosen: Option) -> Iterator[Figure]:
    # Groups are told by traits, rolls and fifths: the full facts name them, nothing is added up.
    frame = equality_frame(reader.problem, chosen.plan, chosen.split, public=reader.is_public)
    yield Figure(
        name="equality",
        title="Journeys and money by group of schools",
        how="clusters.report.equality_frame(problem, plan, split)",
        frame=frame.dropna(axis=1, how="all"),
    )
    yield Figure(
        name="furthest",
        title="The longest journeys",
        how="clusters.report.furthest_frame(problem, plan)",
        frame=furthest_frame(reader.shown, chosen.plan),
    )
    yield Figure(
        name="small_schools",
        title="Small schools",
        how="clusters.report.small_frame(problem, plan, split)",
        frame=small_frame(reader.shown, chosen.plan, None if reader.is_public else chosen.split),
    )


def _of_search(reader: Reader, chosen: Option) -> Iterator[Figure]:
    history = getattr(chosen.result, "history", ())
    if history:
        yield Figure(
            name="search",
            title="How the search went",
            how="result.history",
            frame=history_frame(chosen.result, in_percent=reader.is_public),
        )


def history_frame(result: Any, *, in_percent: bool = False) -> pd.DataFrame:
    """Table of a search: seconds, cost of the best plan so far, and what no plan can beat.

    Parameters
    ----------
    in_percent
        Whether both are percentages of the cost of the final plan: the cost itself is a sum over
        schools, which public papers do not show.
    """
    import pandas as pd

    rows = [
        {"seconds": round(seconds, 2), "plan": objective, "bound": bound}
        for seconds, objective, bound in result.history
    ]
    frame = pd.DataFrame(rows, columns=["seconds", "plan", "bound"]).astype(float)
    if in_percent and result.objective:
        for name in ("plan", "bound"):
            frame[name] = (100 * frame[name] / result.objective).round(1)
    return frame
