"""Every frame behind a pack, with the call of the library that returns it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clusters.domain import Plan, Problem, SchoolId
from clusters.maps import school_numbers
from clusters.maps.colours import TINTS
from clusters.maps.difference import changes
from clusters.measures import always_together
from clusters.report.frames.equality import equality_frame, furthest_frame, journeys_of, small_frame
from clusters.report.frames.frame import Frame
from clusters.report.frames.money import of_medium_term, of_money, of_outlook
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option, numbers_in
from clusters.report.wording.words import journey
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd

    from clusters.budget import MediumTermPlan, Outlook


def frames_of(
    reader: Reader,
    options: Sequence[Option],
    chosen: Option,
    *,
    outlook: Outlook | None = None,
    medium_term: MediumTermPlan | None = None,
    why_here: Mapping[SchoolId, Sequence[str]] | None = None,
    start_month: int = 9,
    colours: Mapping[int, int] | None = None,
) -> dict[str, Frame]:
    """Collect the frames of a pack by name, as its audience may see them."""
    found: dict[str, Frame] = {}
    for one in (
        *_of_plans(reader, options, chosen, why_here or {}),
        *_of_expertise(reader, chosen),
        *of_money(reader, chosen, start_month),
        *of_outlook(outlook),
        *of_medium_term(medium_term),
        *_of_equality(reader, chosen),
        *_of_search(chosen),
    ):
        if len(one.data):
            option = _option_of(one.name, options, chosen)
            frame = _numbered(_rounded(one.data), option, chosen)
            if one.name == "clusters" and colours is not None:
                frame.insert(1, "colour", [TINTS[colours[n]] for n in frame["number"]])
            found[one.name] = replace(one, data=frame)
    return found


def _option_of(name: str, options: Sequence[Option], chosen: Option) -> Option:
    """Find the option whose clusters a frame names: "option_2" and "moves_2" name their own."""
    kind, _, place = name.rpartition("_")
    return options[int(place) - 1] if kind in ("option", "moves") else chosen


def _numbered(frame: pd.DataFrame, option: Option, chosen: Option) -> pd.DataFrame:
    """Put a cluster's number beside its label wherever a frame has one: as on every map."""
    frame = frame.copy()
    for column, of in (("cluster", option), ("from", option), ("to", chosen)):
        if column in frame:
            numbers = {clean(label): number for label, number in numbers_in(of).items()}
            heading = "number" if column == "cluster" else f"{column}_number"
            values = [
                None if label is None else numbers.get(clean(label)) for label in frame[column]
            ]
            at = list(frame.columns).index(column)
            frame.insert(at, heading, _integers(values))
    return frame


def _integers(values: Sequence[int | None]) -> Any:
    """Whole numbers of which some may be missing."""
    import pandas as pd

    return pd.array(values, dtype="Int64")


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round fractions to 6 places: enough to work with, and short enough to read."""
    return frame.round(6)


def _of_plans(
    reader: Reader,
    options: Sequence[Option],
    chosen: Option,
    reasons: Mapping[SchoolId, Sequence[str]],
) -> Iterator[Frame]:
    shown = reader.shown
    yield Frame(
        name="schools",
        title="The schools and their clusters",
        how="clusters.writers.plan_frame(problem, plan)",
        data=schools_frame(reader, chosen.plan),
    )
    yield Frame(
        name="clusters",
        title="The clusters",
        how='clusters.measure(problem, plan).to_frame("cluster")',
        data=clusters_frame(reader, chosen),
    )
    plans = {option.name: option.plan for option in options}
    yield Frame(
        name="options",
        title="The options side by side",
        how='clusters.measure(problem, plan, priorities).to_frame("plan"), for each option',
        data=_options_frame(options),
    )
    for k, option in enumerate(options, start=1):
        yield Frame(
            name=f"option_{k}",
            title=f"Schools and clusters of the option {option.name}",
            how="clusters.writers.plan_frame(problem, plan)",
            data=_membership(shown, option.plan),
        )
        if option is not chosen:
            yield Frame(
                name=f"moves_{k}",
                title=f"Schools in another cluster under {chosen.name} than under {option.name}",
                how="clusters.maps.changes(problem, before, after)",
                data=moves_frame(shown, option.plan, chosen.plan, reasons),
            )
    if len(options) > 1:
        yield Frame(
            name="together",
            title="Schools that share a cluster in every option",
            how="clusters.measures.always_together(plans, problem)",
            data=together_frame(shown, plans),
        )


def schools_frame(reader: Reader, plan: Plan) -> pd.DataFrame:
    """Table of the schools with their counts as the audience may see them."""
    from clusters.writers import plan_frame

    shown, counts = reader.shown, reader.counts
    frame: pd.DataFrame = plan_frame(shown, plan).drop(columns=["need"])
    places = [shown.find(urn) for urn in frame["urn"]]
    numbers = school_numbers(shown)
    frame.insert(1, "map_number", _integers([None if k is None else numbers[k] for k in places]))
    for name in ("pupils", "ehcps", "sen_support"):
        if name in counts.names:
            frame[name] = [
                None if at is None else counts.schools[name][shown.ids[at]] for at in places
            ]
        else:
            frame = frame.drop(columns=[name])
    return frame


def clusters_frame(reader: Reader, option: Option) -> pd.DataFrame:
    """Table of the clusters with their counts as the audience may see them."""
    frame = option.facts.measures.to_frame("cluster")
    known = [name for name in ("pupils", "ehcps", "sen_support") if name in reader.counts.names]
    for name in known:
        sums = reader.counts.clusters[name]
        frame[name] = [sums.get(clean(label)) for label in frame["cluster"]]
    kept = ["cluster", "centre", "centre_name", "schools", *known]
    kept += [n for n in frame.columns if str(n).startswith(("mean_journey_", "worst_journey"))]
    kept += [n for n in ("compactness", "pyramids_whole", "pyramids_part") if n in frame]
    return frame[[name for name in kept if frame[name].notna().any()]]


def _options_frame(options: Sequence[Option]) -> pd.DataFrame:
    """Table of the options, as their facts have it: one mean journey on every page."""
    import pandas as pd

    rows = [
        {"plan": option.name, **row, "expertise_gaps": len(option.gaps)}
        for option in options
        for row in option.facts.measures.to_frame("plan").to_dict("records")
    ]
    return pd.DataFrame(rows)


def _membership(shown: Problem, plan: Plan) -> pd.DataFrame:
    from clusters.writers import plan_frame

    names = ["urn", "name", "phase", "cluster", "centre", "centre_name"]
    frame: pd.DataFrame = plan_frame(shown, plan)
    return frame[[*names, f"journey_{shown.travel_unit}"]]


def moves_frame(
    problem: Problem,
    before: Plan,
    after: Plan,
    reasons: Mapping[SchoolId, Sequence[str]],
) -> pd.DataFrame:
    """Table of the schools that two plans put into different clusters, and what it does for them.

    Parameters
    ----------
    reasons
        For each school, lines that say why it is where `after` has it.
    """
    import pandas as pd

    old, new = journeys_of(problem, before), journeys_of(problem, after)
    rows = []
    for change in changes(problem, before, after):
        at = change.position
        rows.append(
            {
                "urn": problem.ids[at],
                "school": problem.schools[at].name,
                "from": change.before or "no cluster",
                "to": change.after or "no cluster",
                "why": " ".join(
                    [
                        _journey_words(old[at], new[at], problem.travel_unit),
                        *map(clean, reasons.get(problem.ids[at], ())),
                    ]
                ).strip(),
            }
        )
    return pd.DataFrame(rows, columns=["urn", "school", "from", "to", "why"])


def _journey_words(old: float | None, new: float | None, unit: str) -> str:
    """Say how the journey to the centre changes."""
    if old is None or new is None:
        return ""
    before, after = journey(old, unit), journey(new, unit)
    if before == after:
        return f"The journey to the centre stays at {after}."
    return (
        f"The journey to the centre {'falls' if new < old else 'grows'} from {before} to {after}."
    )


def together_frame(problem: Problem, plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Table of the groups of schools that share a cluster in every plan."""
    import pandas as pd

    rows = [
        {"group": k, "schools": len(group), "urn": urn, "school": problem.school(urn).name}
        for k, group in enumerate(always_together(plans, problem), start=1)
        for urn in group
    ]
    return pd.DataFrame(rows, columns=["group", "schools", "urn", "school"])


def _of_expertise(reader: Reader, chosen: Option) -> Iterator[Frame]:
    measures = chosen.facts.measures
    if not measures.types:
        return
    frame = measures.to_frame("expertise").drop(columns=["nearest_outside"])
    frame["gap"] = frame["capacity"] == 0
    how = 'clusters.measure(problem, plan).to_frame("expertise"); gap: capacity == 0'
    title = "Need and expertise by cluster and type"
    yield Frame(name="expertise", title=title, how=how, data=frame.dropna(axis=1, how="all"))
    kinds = measures.to_frame("type").dropna(axis=1, how="all")
    gaps = [row.kind for row in measures.expertise if row.capacity == 0]
    kinds["gaps"] = [gaps.count(kind) for kind in kinds["type"]]
    how = 'clusters.measure(problem, plan).to_frame("type"); gaps: clusters with capacity == 0'
    title = "Access to expertise by type"
    yield Frame(name="types", title=title, how=how, data=kinds)
    if reader.need is not None:
        yield Frame(
            name="need",
            title="Pupils by cluster and need",
            how='clusters.measure(problem, plan).coverage("need")',
            data=reader.need,
        )


def _of_equality(reader: Reader, chosen: Option) -> Iterator[Frame]:
    split = None if reader.is_public else chosen.split  # the public's has no schools
    frame = equality_frame(reader.shown, chosen.plan, split)
    yield Frame(
        name="equality",
        title="Journeys and money by group of schools",
        how="clusters.report.equality_frame(problem, plan, split)",
        data=frame.dropna(axis=1, how="all"),
    )
    yield Frame(
        name="furthest",
        title="The longest journeys",
        how="clusters.report.furthest_frame(problem, plan)",
        data=furthest_frame(reader.shown, chosen.plan),
    )
    yield Frame(
        name="small_schools",
        title="Small schools",
        how="clusters.report.small_frame(problem, plan, split)",
        data=small_frame(reader.shown, chosen.plan, split),
    )


def _of_search(chosen: Option) -> Iterator[Frame]:
    history = getattr(chosen.result, "history", ())
    if history:
        yield Frame(
            name="search",
            title="How the search went",
            how="result.history",
            data=history_frame(chosen.result),
        )


def history_frame(result: Any) -> pd.DataFrame:
    """Table of a search: seconds, cost of the best plan so far, and what no plan can beat."""
    import pandas as pd

    rows = [
        {"seconds": round(seconds, 2), "plan": objective, "bound": bound}
        for seconds, objective, bound in result.history
    ]
    return pd.DataFrame(rows, columns=["seconds", "plan", "bound"]).astype(float)
