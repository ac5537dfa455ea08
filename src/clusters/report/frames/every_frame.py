"""Every frame behind a pack, with the call of the library that returns it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from clusters.domain import Plan, Problem, SchoolId
from clusters.maps import school_numbers
from clusters.maps.colours import TINTS
from clusters.maps.difference import changes
from clusters.measures import always_together
from clusters.report.frames.equality import equality_frame, furthest_frame, journeys_of, small_frame
from clusters.report.frames.frame import CALLS, TITLES, Frame, kind_of
from clusters.report.frames.money import Named, of_medium_term, of_money, of_outlook
from clusters.report.material import Material
from clusters.report.release.audience import Reader
from clusters.report.release.option import Option, numbers_in
from clusters.report.wording.words import journey
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd


def frames_of(material: Material) -> dict[str, Frame]:
    """Collect the frames of a pack by name, as its audience may see them."""
    found: dict[str, Frame] = {}
    options, chosen = material.options, material.chosen
    level = "cluster" if material.reader.is_public else "school"
    for name, data in (
        *_of_plans(material),
        *_of_expertise(material.reader, chosen),
        *of_money(material.reader, chosen, material.start_month),
        *of_outlook(material.outlook),
        *of_medium_term(material.medium_term),
        *_of_equality(material.reader, chosen),
        *_of_search(chosen),
    ):
        if not len(data):
            continue
        kind = kind_of(name)
        # "option_2" and "moves_2" name the clusters of their own option
        option = chosen if kind == name else options[int(name.rpartition("_")[2]) - 1]
        frame = _numbered(data.round(6), option, chosen)  # enough to work with, short to read
        if name == "clusters":
            frame.insert(1, "colour", [TINTS[material.colours[n]] for n in frame["number"]])
        words = {"option": option.name, "chosen": chosen.name, "level": level}
        found[name] = Frame(
            name=name,
            title=TITLES[kind].format(**words),
            how=CALLS[kind].format(**words, start_month=material.start_month),
            data=frame,
        )
    return found


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


def _of_plans(material: Material) -> Iterator[Named]:
    reader, options, chosen = material.reader, material.options, material.chosen
    shown = reader.shown
    yield "schools", schools_frame(reader, chosen.plan)
    yield "clusters", clusters_frame(reader, chosen)
    yield "options", _options_frame(options)
    for k, option in enumerate(options, start=1):
        yield f"option_{k}", _membership(shown, option.plan)
        if option is not chosen:
            yield f"moves_{k}", moves_frame(shown, option.plan, chosen.plan, material.why_here)
    if len(options) > 1:
        yield "together", together_frame(shown, {option.name: option.plan for option in options})


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
    problem: Problem, before: Plan, after: Plan, reasons: Mapping[SchoolId, Sequence[str]]
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


def _of_expertise(reader: Reader, chosen: Option) -> Iterator[Named]:
    measures = chosen.facts.measures
    if not measures.types:
        return
    frame = measures.to_frame("expertise").drop(columns=["nearest_outside"])
    frame["gap"] = frame["capacity"] == 0
    yield "expertise", frame.dropna(axis=1, how="all")
    kinds = measures.to_frame("type").dropna(axis=1, how="all")
    gaps = [row.kind for row in measures.expertise if row.capacity == 0]
    kinds["gaps"] = [gaps.count(kind) for kind in kinds["type"]]
    yield "types", kinds
    if reader.need is not None:
        yield "need", reader.need


def _of_equality(reader: Reader, chosen: Option) -> Iterator[Named]:
    split = None if reader.is_public else chosen.split  # the public's has no schools
    frame = equality_frame(reader.shown, chosen.plan, split)
    yield "equality", frame.dropna(axis=1, how="all")
    yield "furthest", furthest_frame(reader.shown, chosen.plan)
    yield "small_schools", small_frame(reader.shown, chosen.plan, split)


def _of_search(chosen: Option) -> Iterator[Named]:
    if getattr(chosen.result, "history", ()):
        yield "search", history_frame(chosen.result)


def history_frame(result: Any) -> pd.DataFrame:
    """Table of a search: seconds, cost of the best plan so far, and what no plan can beat."""
    import pandas as pd

    rows = [
        {"seconds": round(seconds, 2), "plan": objective, "bound": bound}
        for seconds, objective, bound in result.history
    ]
    return pd.DataFrame(rows, columns=["seconds", "plan", "bound"]).astype(float)
