"""Facts after a change: a school closes, opens, merges with others, or becomes another school.

Everything that the change does not touch stays as it was: other schools' numbers, journeys and
neighbours. Nothing is guessed: where the pupils of a school that closes go is for the caller to
say, and a new school's journeys have to be given where they are not straight lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from clusters.domain import (
    Capacity,
    FloatArray,
    FrozenDict,
    NeedCount,
    Problem,
    School,
    SchoolId,
    straight_line_m,
)
from clusters.errors import DataError
from clusters.geography.layers import region_with
from clusters.geography.sites import distinct_sites
from clusters.geography.territories import padded_hull, territories_of
from clusters.money import largest_remainder, proportional
from clusters.text import first_few

__all__ = ["merged_school", "renamed_school", "with_school", "without_school"]

_MICRO = 10**6
_COUNTS = ("pupils", "ehcps", "sen_support", "topup_pence")
_NEED_PARTS = ("ehcps", "sen_support")
_PARTS_OF = {
    frozenset({"infant", "junior"}): "primary",
    frozenset({"primary", "secondary"}): "all-through",
}


def without_school(
    problem: Problem, school: SchoolId, heirs: Mapping[SchoolId, int] | None = None
) -> Problem:
    """Return the facts without a school that closes.

    Its former neighbours that touch one another once it is gone become neighbours.

    Parameters
    ----------
    heirs
        Weights of the schools that its pupils go to: every count and measure is shared out in
        their proportions, in whole numbers where it is one. None where its pupils are counted
        nowhere any more. Its expertise goes nowhere.

    Raises
    ------
    DataError
        If a school is not in the problem, is its own heir, or no school would be left.
    """
    gone = problem.position(school)
    shares = _heirs(problem, gone, heirs or {})
    if len(problem) == 1:
        raise DataError.of("no school would be left", "keep one", urn=str(school))
    kept = [k for k in range(len(problem)) if k != gone]
    schools = _with_heirs(problem, gone, shares)
    measures = _measures_with_heirs(problem, schools, gone, shares)
    left = tuple(schools[k] for k in kept)
    unknown = {
        name: ids
        for name, keys in problem.unknown.items()
        if (ids := _unknown_after(problem, keys, gone, shares))
    }
    old = {k: number for number, k in enumerate(kept)}
    pairs = set()
    if problem.edges is not None:
        around = {j if i == gone else i for i, j in problem.edges.tolist() if gone in (i, j)}
        pairs = {(old[i], old[j]) for i, j in problem.edges.tolist() if gone not in (i, j)}
        pairs |= _touching(left, problem, {old[k] for k in around}, both=True)
    return _made(
        problem,
        schools=left,
        travel=problem.travel[np.ix_(kept, kept)],
        pairs=pairs,
        measures={name: values[kept] for name, values in measures.items()},
        unknown=unknown,
        note=f"{problem.school(school).name} ({school}) is closed.",
    )


def with_school(
    problem: Problem,
    school: School,
    *,
    neighbours: Iterable[SchoolId] | None = None,
    journeys: Mapping[SchoolId, float] | None = None,
) -> Problem:
    """Return the facts with a new school, in the last place.

    Parameters
    ----------
    neighbours
        Its neighbours; None for the schools whose territories touch its own.
    journeys
        From it to each school and back, in the problem's unit; may be left out where journeys are
        straight lines.

    Raises
    ------
    DataError
        If the problem has the id already, or journeys are missing.
    """
    if problem.find(school.urn) is not None:
        raise DataError.of("there is a school with this id", "give another", urn=str(school.urn))
    schools = (*problem.schools, school)
    new = len(problem)
    pairs = set()
    if problem.edges is not None:
        pairs = {(i, j) for i, j in problem.edges.tolist()}
        if neighbours is None:
            pairs |= _touching(schools, problem, {new}, both=False)
        else:
            pairs |= {(problem.position(key), new) for key in neighbours}
    own = _numbers_of(problem, school)
    measures = {
        name: np.append(values, own[name])
        for name, values in problem.measures.items()
        if name in own
    }
    unknown = {
        name: (*keys, school.urn) if name not in own else keys
        for name, keys in problem.unknown.items()
    }
    unknown |= {name: (school.urn,) for name in problem.measures if name not in own}
    return _made(
        problem,
        schools=schools,
        travel=_with_journeys(problem, schools, journeys),
        pairs=pairs,
        measures=measures,
        unknown=unknown,
        note=f"{school.name} ({school.urn}) is new.",
    )


def renamed_school(
    problem: Problem,
    school: SchoolId,
    urn: SchoolId,
    *,
    name: str | None = None,
    trust: str | None = None,
) -> Problem:
    """Return the facts with a school under its new URN, as after a conversion to an academy.

    Raises
    ------
    DataError
        If the problem has no such school, or has one with the new URN.
    """
    at = problem.position(school)
    if problem.find(urn) not in (None, at):
        raise DataError.of("another school has this id", "give another", urn=str(urn))
    own = problem.schools[at]
    schools = list(problem.schools)
    schools[at] = replace(
        own, urn=urn, name=own.name if name is None else name, trust=trust or own.trust
    )
    unknown = {
        key: tuple(urn if one == own.urn else one for one in ids)
        for key, ids in problem.unknown.items()
    }
    note = f"{own.name} ({own.urn}) is now {schools[at].name} ({urn})."
    return replace(problem, schools=tuple(schools), unknown=unknown, notes=(*problem.notes, note))


def merged_school(
    problem: Problem, ids: Sequence[SchoolId], *, name: str | None = None, phase: str | None = None
) -> Problem:
    """Return the facts with several schools made one, at the place and under the id of the first.

    Counts, measures and expertise are added up. An infant and a junior school become a primary
    school, a primary and a secondary school an all-through one; other phases have to be given.

    Raises
    ------
    DataError
        If there are not two schools, one is not in the problem, phases differ, or units of
        expertise do.
    """
    positions = list(dict.fromkeys(problem.position(key) for key in ids))
    if len(positions) < 2:
        raise DataError.of("there are not two schools to merge", "name two or more")
    first = problem.schools[positions[0]]
    made = problem
    for p in positions[1:]:
        made = without_school(made, problem.schools[p].urn, {first.urn: 1})
    schools = list(made.schools)
    at = made.position(first.urn)
    olds = [problem.schools[p] for p in positions]
    schools[at] = replace(
        schools[at],
        name=first.name if name is None else name,
        phase=_phase_of(olds, phase),
        expertise=_added_expertise(olds),
    )
    others = ", ".join(f"{one.name} ({one.urn})" for one in olds[1:])
    note = f"{others} became part of {schools[at].name} ({first.urn})."
    return replace(made, schools=tuple(schools), notes=(*problem.notes, note))


# ---- counts and measures ------------------------------------------------------------------------


def _heirs(problem: Problem, gone: int, heirs: Mapping[SchoolId, int]) -> dict[int, int]:
    shares: dict[int, int] = {}
    for key, weight in heirs.items():
        position = problem.position(key)
        if position == gone or not isinstance(weight, int) or weight < 0:
            what = "a school cannot take over its own pupils"
            if position != gone:
                what = "the share of pupils that go here is not a whole number of 0 or more"
            remedy = 'give whole numbers, for instance {"107600": 30, "107601": 10}'
            raise DataError.of(what, remedy, urn=key, value=weight)
        if weight:
            shares[position] = shares.get(position, 0) + weight
    return shares


def _divided(problem: Problem, total: int, shares: Mapping[int, int]) -> dict[int, int]:
    """Divide a whole number among heirs; the parts add up to it exactly."""
    positions = list(shares)
    parts = proportional(total, [shares[p] for p in positions])
    keys = [problem.schools[p].urn for p in positions]
    return dict(zip(positions, largest_remainder(parts, total, keys), strict=True))


def _with_heirs(problem: Problem, gone: int, shares: Mapping[int, int]) -> list[School]:
    """Schools whose counts have grown by what the closed one leaves them."""
    schools = list(problem.schools)
    left = schools[gone]

    def grown(name: str, own: Any, closed: Any, p: int) -> int | None:
        mine, more = getattr(own, name), getattr(closed, name)
        if mine is None or more is None:  # what one of them does not know, the sum does not know
            return None
        return int(mine) + _divided(problem, int(more), shares)[p]

    for p in shares:
        school = schools[p]
        need = {
            kind: NeedCount(**{part: grown(part, own, left.need[kind], p) for part in _NEED_PARTS})
            for kind, own in school.need.items()
            if kind in left.need
        }
        extra = {
            name: value + float(_share_of(problem, left.measures[name], shares)[p])
            for name, value in school.measures.items()
            if name in left.measures
        }
        counts: dict[str, Any] = {name: grown(name, school, left, p) for name in _COUNTS}
        schools[p] = replace(school, **counts, need=FrozenDict(need), measures=FrozenDict(extra))
    return schools


def _share_of(problem: Problem, value: float, shares: Mapping[int, int]) -> dict[int, Fraction]:
    """Parts of a measure: whole numbers of a whole number, else millionths."""
    exact = Fraction(str(value))
    unit = 1 if exact.denominator == 1 else _MICRO
    parts = _divided(problem, int(exact * unit), shares)
    return {p: Fraction(part, unit) for p, part in parts.items()}


def _measures_with_heirs(
    problem: Problem, schools: Sequence[School], gone: int, shares: Mapping[int, int]
) -> dict[str, FloatArray]:
    weights = need_weights_of(problem)
    measures = {}
    for name, values in problem.measures.items():
        grown = np.array(values)
        if shares and name != "schools":
            for p, part in _share_of(problem, float(values[gone]), shares).items():
                grown[p] = float(Fraction(str(float(values[p]))) + part)
            for p in shares:
                own = getattr(schools[p], name, None) if name in _COUNTS else None
                grown[p] = grown[p] if own is None else float(own)
        measures[name] = grown
    if weights is not None and shares:
        need = sum(
            weight * measures[part] for part, weight in zip(_NEED_PARTS, weights, strict=True)
        )
        measures["need"] = np.asarray(need, dtype=np.float64)
    return measures


def need_weights_of(problem: Problem) -> tuple[float, float] | None:
    """Weights of EHC plans and SEN support in "need"; None where it is not made of them."""
    if not {*_NEED_PARTS, "need"} <= set(problem.measures):
        return None
    counts = np.stack([problem.measures[name] for name in _NEED_PARTS], axis=1)
    need = problem.measures["need"]
    if np.array_equal(counts.sum(axis=1), need):
        return (1.0, 1.0)
    found, _, rank, _ = np.linalg.lstsq(counts, need, rcond=None)
    plans, support = (round(float(weight), 6) for weight in found)
    exact = rank == len(_NEED_PARTS) and np.allclose(counts @ [plans, support], need, atol=1e-6)
    return (plans, support) if exact else None


def _unknown_after(
    problem: Problem, keys: Sequence[SchoolId], gone: int, shares: Mapping[int, int]
) -> tuple[SchoolId, ...]:
    """Return who lacks a measure afterwards: the heirs too, where the closed school lacked it."""
    lacked = problem.schools[gone].urn in keys
    heirs = [problem.schools[p].urn for p in shares] if lacked else []
    left = [key for key in keys if key != problem.schools[gone].urn]
    return tuple(dict.fromkeys([*left, *heirs]))


def _numbers_of(problem: Problem, school: School) -> dict[str, float]:
    """Measures of a new school, as far as it has them."""
    alone = Problem.from_schools([school])
    own = {name: float(values[0]) for name, values in alone.measures.items()}
    weights = need_weights_of(problem)
    if weights is not None and set(_NEED_PARTS) <= set(own):
        own["need"] = sum(
            own[part] * weight for part, weight in zip(_NEED_PARTS, weights, strict=True)
        )
    elif "need" not in school.measures:
        own.pop("need", None)
    return own


def _phase_of(schools: Sequence[School], given: str | None) -> str:
    phases = frozenset(school.phase for school in schools)
    known = given if given is not None else _PARTS_OF.get(phases)
    if known is not None or len(phases) == 1:
        return schools[0].phase if known is None else known
    what = f"the phases of the schools differ: {', '.join(sorted(phases))}"
    remedy = 'give the phase of the merged school, for instance phase="primary"'
    raise DataError.of(what, remedy, urn=str(schools[0].urn), column="phase")


def _added_expertise(schools: Sequence[School]) -> dict[str, Capacity]:
    held: dict[str, Capacity] = {}
    for school in schools:
        for kind, capacity in school.expertise.items():
            if kind in held and held[kind].unit != capacity.unit:
                raise DataError.of(
                    f"expertise in {kind!r} is counted in {held[kind].unit} and in {capacity.unit}",
                    "give it in one unit",
                    urn=str(school.urn),
                    column="expertise",
                )
            amount = capacity.amount + (held[kind].amount if kind in held else 0)
            held[kind] = Capacity(amount=amount, unit=capacity.unit)
    return held


# ---- journeys, neighbours, territories ----------------------------------------------------------


def _with_journeys(
    problem: Problem, schools: Sequence[School], journeys: Mapping[SchoolId, float] | None
) -> FloatArray:
    new = len(problem)
    travel = np.zeros((new + 1, new + 1))
    travel[:new, :new] = problem.travel
    if journeys is None:
        straight = straight_line_m(schools)
        if problem.travel_unit != "m" or not np.allclose(problem.travel, straight[:new, :new]):
            raise DataError.of(
                "the journeys of the new school are not known",
                "give journeys={id: number} from it to each school: the others are not "
                "straight lines",
                urn=str(schools[new].urn),
            )
        travel[new], travel[:, new] = straight[new], straight[:, new]
        return travel
    known = {problem.position(key): float(value) for key, value in journeys.items()}
    missing = [str(key) for k, key in enumerate(problem.ids) if k not in known]
    if missing:
        raise DataError.of(
            f"journeys from the new school to {len(missing)} schools are missing: "
            f"{first_few(missing, 5)}",
            "give one to each school",
            urn=str(schools[new].urn),
        )
    row = np.array([known[k] for k in range(new)])
    travel[new, :new], travel[:new, new] = row, row
    return travel


def _land(schools: Sequence[School], problem: Problem) -> tuple[Any, Any]:
    xy = np.array([(school.easting, school.northing) for school in schools], dtype=np.float64)
    sites = distinct_sites(xy)
    region = padded_hull(sites.xy)
    if problem.boundary is not None:
        region, _ = region_with(problem.boundary, sites.xy)
    return sites, territories_of(sites.xy, region)


def _touching(
    schools: Sequence[School], problem: Problem, positions: set[int], *, both: bool
) -> set[tuple[int, int]]:
    """Pairs whose territories share a border, of which both (or one) are among some schools."""
    sites, land = _land(schools, problem)
    need = 2 if both else 1
    return {
        (i, j)
        for i, j in np.sort(sites.school_edges(land.edges), axis=1).tolist()
        if (i in positions) + (j in positions) >= need
    }


def _made(
    problem: Problem,
    *,
    schools: tuple[School, ...],
    travel: FloatArray,
    pairs: set[tuple[int, int]],
    measures: Mapping[str, FloatArray],
    unknown: Mapping[str, tuple[SchoolId, ...]],
    note: str,
) -> Problem:
    territories = None
    if problem.territories is not None:
        sites, land = _land(schools, problem)
        territories = tuple(land.cells[k] for k in sites.of_school)
    edges = None
    if problem.edges is not None:
        edges = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return replace(
        problem,
        schools=schools,
        travel=travel,
        edges=edges,
        measures=measures,
        unknown=unknown,
        territories=territories,
        notes=(*problem.notes, note),
    )
