"""Who travels furthest, who gains and loses: evidence for an equality analysis, not the analysis.

Groups of schools stand in for groups of people here: nothing is known of single pupils.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.budget import Split
from clusters.domain import Plan, PlanLike, Problem, School, plan_of
from clusters.report.wording.words import capital
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd

SMALL_SCHOOL = 100
"""Pupils below which a school counts as small here."""

_BANDS = ((100, "under 100 pupils"), (200, "100 to 199 pupils"), (400, "200 to 399 pupils"))
_LARGEST = ((800, "400 to 799 pupils"), (math.inf, "800 pupils or more"))


_BAND_ORDER = {words: k for k, (_, words) in enumerate((*_BANDS, *_LARGEST))}


def groups_of(problem: Problem) -> dict[str, list[str]]:
    """Sort the schools into groups: for each way of sorting, the group of each school.

    Phase, size, place (rural or urban), faith and deprivation; a way of which nothing is known is
    left out. Deprivation is the fifth that the data name, else the fifth by share of pupils on free
    school meals among these schools.
    """
    ways: dict[str, Callable[[School], str | None]] = {
        "phase": lambda school: clean(school.phase) or None,
        "size": lambda school: _band(school.pupils),
        "place": lambda school: _place(school.traits.get("rurality")),
        "faith": lambda school: clean(school.traits.get("faith")) or None,
    }
    found = {}
    for way, group in ways.items():
        said = [group(school) for school in problem.schools]
        if any(said):
            found[way] = [word or "not known" for word in said]
    fifths = _fifths(problem)
    return found | ({"deprivation": fifths} if fifths else {})


def _band(pupils: int | None) -> str | None:
    if pupils is None:
        return None
    return next(words for limit, words in (*_BANDS, *_LARGEST) if pupils < limit)


def _place(rurality: str | None) -> str | None:
    if not rurality:
        return None
    return "rural" if "rural" in rurality.lower() else "urban"


def _fifths(problem: Problem) -> list[str]:
    """Fifth of each school; [] where nothing is known of deprivation."""
    basis, measures = _basis(problem), problem.measures
    if basis == "given":
        given = [school.traits.get("deprivation_quintile") for school in problem.schools]
        return [f"fifth {clean(word)}" if word else "not known" for word in given]
    if basis == "score":
        score = measures["deprivation"]
    elif basis == "meals":
        score = measures["fsm"] / np.maximum(1, measures["pupils"])
    else:
        return []
    order = np.argsort(np.argsort(-score, kind="stable"), kind="stable")
    fifths = 1 + (5 * order) // len(order)
    ends = {1: " (most deprived)", 5: " (least deprived)"}
    return [f"fifth {k}{ends.get(k, '')}" for k in fifths.tolist()]


def _basis(problem: Problem) -> str:
    """Say what fifths of deprivation can be made from; "" for nothing."""
    if any(school.traits.get("deprivation_quintile") for school in problem.schools):
        return "given"
    if "deprivation" in problem.measures:
        return "score"
    return "meals" if {"fsm", "pupils"} <= set(problem.measures) else ""


_SORTED = "The fifths of deprivation sort these schools by {}, into five groups of one size."
_BASES = {
    "given": "The fifths of deprivation are those that the data give for each school.",
    "score": _SORTED.format("the score of deprivation in the data"),
    "meals": _SORTED.format("the share of their pupils on free school meals"),
}


def deprivation_sentence(problem: Problem) -> str:
    """Say what the fifths of deprivation rest on; "" where there are none."""
    return _BASES.get(_basis(problem), "")


def journeys_of(problem: Problem, plan: Plan) -> list[float | None]:
    """Journey of each school to the centre of its cluster; None where there is none."""
    journeys: list[float | None] = [None] * len(problem)
    for cluster in plan.clusters:
        centre = None if cluster.centre is None else problem.find(cluster.centre)
        for key in cluster.members:
            at = problem.find(key)
            if at is not None and centre is not None and journeys[at] is None:
                journeys[at] = float(problem.travel[at, centre])
    return journeys


@checked
def equality_frame(problem: Problem, plan: PlanLike, split: Split | None = None) -> pd.DataFrame:
    """Tell groups of schools apart: journeys, and money against today.

    Columns: `way`, `group`, `schools`, `pupils`, `mean_journey` and `longest_journey` (the
    problem's unit; the mean weighted by pupils), and with a split whose spend of today is known
    `gain`, `lose` (schools), `today_pence`, `yearly_pence`, `change_percent`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> list(equality_frame(problem, plan).columns)[:4]
    ['way', 'group', 'schools', 'pupils']
    """
    plan = plan_of(problem, plan)
    import pandas as pd

    journeys = journeys_of(problem, plan)
    money = _money(split)
    rows = []
    for way, said in groups_of(problem).items():
        for group in sorted(set(said), key=lambda word: (_BAND_ORDER.get(word, 0), word)):
            members = [k for k, word in enumerate(said) if word == group]
            row: dict[str, Any] = {"way": way, "group": group, "schools": len(members)}
            row |= _journeys(problem, members, journeys)
            if money:
                row |= _gains([money[problem.ids[k]] for k in members])
            rows.append(row)
    frame = pd.DataFrame(rows)
    for name in ("pupils", "gain", "lose"):
        if name in frame:
            frame[name] = frame[name].astype("Int64")
    return frame


def _journeys(problem: Problem, members: list[int], journeys: list[float | None]) -> dict[str, Any]:
    rolls = [problem.schools[k].pupils for k in members]
    known = [(k, length) for k in members if (length := journeys[k]) is not None]
    weights = [float(problem.schools[k].pupils or 0) for k, _ in known]
    if not any(weights):  # nobody's pupils are on record, or there are none: each school once
        weights = [1.0] * len(known)
    lengths = [length for _, length in known]
    # One roll that is not known leaves a mean by pupils unknown: it is no roll of 0 or of 1.
    mixed = None in rolls and any(roll is not None for roll in rolls)
    return {
        "pupils": None if None in rolls else sum(roll or 0 for roll in rolls),
        "mean_journey": float(np.average(lengths, weights=weights))
        if known and not mixed
        else None,
        "longest_journey": max(lengths, default=None),
    }


def _money(split: Split | None) -> Mapping[Any, tuple[int, int]]:
    """Pence today and by the split for each school; empty unless all are known."""
    if split is None or any(share.today_pence is None for share in split.schools):
        return {}
    return {share.key: (share.today_pence or 0, share.yearly_pence) for share in split.schools}


def _gains(sums: list[tuple[int, int]]) -> dict[str, Any]:
    today, later = sum(one for one, _ in sums), sum(two for _, two in sums)
    return {
        "gain": sum(two > one for one, two in sums),
        "lose": sum(two < one for one, two in sums),
        "today_pence": today,
        "yearly_pence": later,
        "change_percent": round(100 * (later - today) / today, 1) if today else None,
    }


@checked
def furthest_frame(problem: Problem, plan: PlanLike, most: int = 10) -> pd.DataFrame:
    """List the schools with the longest journeys.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> furthest_frame(problem, plan, most=1).shape[0]
    1
    """
    plan = plan_of(problem, plan)
    import pandas as pd

    journeys = journeys_of(problem, plan)
    labels = _labels(problem, plan)
    order = sorted(
        (k for k, length in enumerate(journeys) if length is not None),
        key=lambda k: (-(journeys[k] or 0.0), k),
    )
    rows = [_row(problem, k, labels, journeys) for k in order[:most]]
    return pd.DataFrame(rows, columns=["school", "phase", "pupils", "cluster", "journey"])


@checked
def small_frame(problem: Problem, plan: PlanLike, split: Split | None = None) -> pd.DataFrame:
    """List the small schools: cluster, journey and, where given, money against today.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.datasets.load_problem()
    >>> plan = cl.datasets.load_plan(problem)
    >>> small_frame(problem, plan).shape[0] > 0
    True
    """
    plan = plan_of(problem, plan)
    import pandas as pd

    journeys, labels = journeys_of(problem, plan), _labels(problem, plan)
    money = _money(split)
    rows = []
    for k, school in enumerate(problem.schools):
        if school.pupils is None or school.pupils >= SMALL_SCHOOL:
            continue
        row = _row(problem, k, labels, journeys)
        if money:
            today, later = money[school.urn]
            row |= {"today_pence": today, "yearly_pence": later, "change_pence": later - today}
        rows.append(row)
    return pd.DataFrame(rows)


def _row(
    problem: Problem, k: int, labels: Mapping[int, str], journeys: list[float | None]
) -> dict[str, Any]:
    school = problem.schools[k]
    return {
        "school": school.name,
        "phase": school.phase,
        "pupils": school.pupils,
        "cluster": labels.get(k, ""),
        "journey": journeys[k],
    }


def _labels(problem: Problem, plan: Plan) -> dict[int, str]:
    return {
        at: clean(cluster.label)
        for cluster in reversed(plan.clusters)
        for key in cluster.members
        if (at := problem.find(key)) is not None
    }


def widest(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the ways in which mean journeys, and in which changes of money, differ most."""
    kept = set()
    for name in ("mean_journey", "change_percent"):
        if name in frame:
            known = frame[(frame["group"] != "not known") & frame[name].notna()]
            of = known.groupby("way")[name]
            spread = (of.max() - of.min()).astype(float)
            if len(spread) and spread.max() > 0:
                kept.add(str(spread.idxmax()))
    return frame[frame["way"].isin(kept)]


def equality_sentences(frame: pd.DataFrame, journey_words: Callable[[float], str]) -> list[str]:
    """Say the largest differences between groups, way by way, in plain words."""
    said = []
    for way, rows in frame.groupby("way", sort=False):
        named = [row for row in rows.to_dict("records") if row["group"] != "not known"]
        start = capital(_WAYS[str(way)])
        near, far = _ends(named, "mean_journey")
        if near is not far:
            said.append(
                f"{start}: the longest mean journey is that of schools “{far['group']}” "
                f"({journey_words(far['mean_journey'])}). The shortest is that of "
                f"“{near['group']}” ({journey_words(near['mean_journey'])})."
            )
        worst, best = _ends(named, "change_percent")
        if worst is not best:
            said.append(
                f"{start}: money changes least well for “{worst['group']}” "
                f"({_signed(worst['change_percent'])}) and best for “{best['group']}” "
                f"({_signed(best['change_percent'])})."
            )
    return said


def _ends(rows: Sequence[Mapping[Any, Any]], name: str) -> tuple[Any, Any]:
    """Rows with the lowest and the highest value of a column; the same where there are not two."""
    known = [row for row in rows if row.get(name) is not None and row[name] == row[name]]
    if len(known) < 2:
        return None, None
    return min(known, key=lambda row: row[name]), max(known, key=lambda row: row[name])


_WAYS = {
    "phase": "by phase",
    "size": "by size",
    "place": "by place",
    "faith": "by faith",
    "deprivation": "by deprivation",
}


def _signed(percent: float) -> str:
    return f"{percent:+.0f}%" if float(percent).is_integer() else f"{percent:+.1f}%"
