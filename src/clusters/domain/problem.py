"""Validated facts: schools, journeys, neighbours, and what can be added up over a cluster."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clusters.arguments import checked, described
from clusters.domain.forms import rule_fault
from clusters.domain.plausible import id_faults, journey_faults, journey_notes, place_faults
from clusters.domain.school import Capacity, School
from clusters.domain.values import (
    FloatArray,
    FrozenDict,
    IntArray,
    SchoolId,
    TravelUnit,
    is_number,
    locked,
    plain,
)
from clusters.errors import DataError, Fault, RulesError
from clusters.text import counted

DECIMALS = 6
"""Measures are kept to six decimal places, so that every sum and comparison of them can be
exact."""

MOST_IN_ALL = (2**63 - 1) // 10**DECIMALS
"""Largest total of a measure: in millionths it must be a whole number of 64 bits."""
STAND_IN = "Put in where a count is not known: "
"""How a note begins that says which numbers the user gave for counts that are not known."""

_NAMED = 3
"""Schools that a message names; it counts the others."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """Validated facts: schools, journeys, neighbours, and the numbers that add up.

    Make one with :func:`clusters.build_problem` or :meth:`Problem.from_arrays`.

    Parameters
    ----------
    schools
        The schools; positions elsewhere in the package refer to this order.
    travel
        Array (n, n): journey from school i to school j, 0 on the diagonal; infinity where there is
        no way.
    travel_unit
        "m" (metres) or "min" (minutes) for `travel`.
    edges
        Array (m, 2) of positions i < j of neighbouring schools, sorted; None where neighbours were
        not given.
    measures
        Arrays (n,) by name, to six decimal places: numbers that add up over a cluster. "schools" is
        1 each.
    unknown
        Ids of the schools that lack a measure, by the measure's name; such a measure is not in
        `measures`.
    territories
        One shapely polygon per school, where known (schools on one site share theirs); for maps.
    boundary
        Shapely polygon of the authority, where known.
    notes
        Sentences on how the facts were made ("need counts each pupil once"), for reports.
    """

    schools: tuple[School, ...]
    travel: FloatArray
    travel_unit: TravelUnit = "m"
    edges: IntArray | None = None
    measures: Mapping[str, FloatArray]
    unknown: Mapping[str, tuple[SchoolId, ...]] = field(default_factory=FrozenDict)
    territories: tuple[Any, ...] | None = None
    boundary: Any = None
    notes: tuple[str, ...] = ()
    _index: Mapping[SchoolId, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        faults = [
            *_id_faults(self.schools),
            *place_faults([school.urn for school in self.schools], self.xy_m),
            *_unit_faults(self.travel_unit),
            *_travel_faults(self.travel, len(self.schools)),
            *_measure_faults(self.measures, self.schools),
            *_edge_faults(self.edges, len(self.schools)),
        ]
        if faults:
            raise DataError(faults)
        object.__setattr__(
            self,
            "measures",
            FrozenDict(
                {
                    name: locked(np.round(np.asarray(values, dtype=np.float64), DECIMALS))
                    for name, values in self.measures.items()
                }
            ),
        )
        object.__setattr__(self, "unknown", FrozenDict(self.unknown))
        object.__setattr__(self, "travel", locked(np.asarray(self.travel, dtype=np.float64)))
        if self.edges is not None:
            pairs = np.asarray(self.edges, dtype=np.int64).reshape(-1, 2)
            pairs = np.unique(np.sort(pairs, axis=1), axis=0)
            object.__setattr__(self, "edges", locked(pairs))
        object.__setattr__(
            self, "_index", FrozenDict({school.urn: k for k, school in enumerate(self.schools)})
        )

    @classmethod
    @checked
    def from_schools(
        cls,
        schools: Iterable[School],
        *,
        travel: npt.ArrayLike | None = None,
        travel_unit: TravelUnit = "m",
        edges: npt.ArrayLike | None = None,
        need_weights: Mapping[str, float] | None = None,
        territories: Sequence[Any] | None = None,
        boundary: Any = None,
        notes: Iterable[str] = (),
    ) -> Problem:
        """Assemble a problem; straight-line journeys where no `travel` is given.

        Parameters
        ----------
        need_weights
            Weight of each measure in the measure "need" (policy), for instance ``{"ehcps": 3,
            "sen_support": 1}``.
            Without it "need" is the schools' own measure of that name where given, else EHC plans +
            SEN support.

        Raises
        ------
        DataError
            Listing every fault.
        """
        schools = tuple(schools)
        measures, unknown, need_note = _measures_of(schools, need_weights)
        matrix = straight_line_m(schools) if travel is None else numbers_of(travel, "travel")
        return cls(
            schools=schools,
            travel=matrix,
            travel_unit=travel_unit,
            edges=None if edges is None else _pairs_of(edges),
            measures=measures,
            unknown=unknown,
            territories=None if territories is None else tuple(territories),
            boundary=boundary,
            notes=(*notes, *need_note),
        )

    @classmethod
    @checked
    def from_arrays(
        cls,
        ids: Sequence[SchoolId] | str,
        xy_m: npt.ArrayLike,
        measures: Mapping[str, npt.ArrayLike] | None = None,
        neighbours: Iterable[tuple[SchoolId, SchoolId] | str] | None = None,
        travel_m: npt.ArrayLike | None = None,
        *,
        travel_min: npt.ArrayLike | None = None,
        names: Sequence[str] | None = None,
        pyramids: Sequence[str | None] | None = None,
        expertise: Mapping[str, npt.ArrayLike] | None = None,
        expertise_unit: str = "level",
    ) -> Problem:
        """Make a problem from plain arrays.

        Parameters
        ----------
        ids
            One id per school, unique; kept as given in every answer.
        xy_m
            Array (n, 2) of coordinates in metres on a plane.
        measures
            Arrays (n,) of numbers of 0 or more, by name.
        neighbours
            Pairs of ids; None where contiguity plays no part.
        travel_m, travel_min
            Array (n, n) of journeys from row to column, in metres or minutes (give one at most);
            straight lines otherwise.
        names, pyramids
            One per school.
        expertise
            Arrays (n,) of capacity by type; NaN where not known.

        Raises
        ------
        DataError
            Listing every fault.

        Examples
        --------
        >>> problem = Problem.from_arrays(
        ...     ["a", "b"], [[0, 0], [300, 400]], {"need": [5, 7]}, [("a", "b")])
        >>> float(problem.distance_m[0, 1])
        500.0
        """
        ids = [plain(key) for key in ids]
        n = len(ids)
        xy = numbers_of(xy_m, "xy_m")
        journeys, travel = (
            ("travel_m", travel_m) if travel_min is None else ("travel_min", travel_min)
        )
        given = {name: numbers_of(values, name) for name, values in (measures or {}).items()}
        able = {name: numbers_of(values, name) for name, values in (expertise or {}).items()}
        faults = [] if xy.shape == (n, 2) else [_shape_fault("xy_m", xy.shape, f"({n}, 2)")]
        faults += [
            _shape_fault(name, a.shape, f"({n},)")
            for name, a in (given | able).items()
            if a.shape != (n,)
        ]
        faults += [
            _shape_fault(name, (len(seq),), f"({n},)")
            for name, seq in (("names", names), ("pyramids", pyramids))
            if seq is not None and len(seq) != n
        ]
        if travel_m is not None and travel_min is not None:
            faults.append(
                Fault(what="both travel_m and travel_min are given", remedy="give one of them")
            )
        faults += id_faults(ids)
        if "schools" in given:
            faults.append(
                Fault(
                    what='a measure is called "schools", which is built in: 1 for each school',
                    remedy="give the measure another name",
                    where="measures",
                )
            )
        if not faults:
            faults += list(
                _measure_faults(
                    given, [School(urn=key, name="", easting=0, northing=0) for key in ids]
                )
            )
        if faults:
            raise DataError(faults)
        schools: list[School] = []
        school_faults: list[Fault] = []
        for k, key in enumerate(ids):
            try:
                schools.append(
                    School(
                        urn=key,
                        name=str(key) if names is None else str(names[k]),
                        easting=float(xy[k, 0]),
                        northing=float(xy[k, 1]),
                        pyramid=None if pyramids is None else pyramids[k],
                        measures={name: float(values[k]) for name, values in given.items()},
                        expertise={
                            kind: Capacity(amount=float(amounts[k]), unit=expertise_unit)
                            for kind, amounts in able.items()
                            if not np.isnan(amounts[k])
                        },
                    )
                )
            except DataError as error:
                school_faults += error.faults
        if school_faults:
            raise DataError(school_faults)
        unit: TravelUnit = "m" if travel_min is None else "min"
        matrix = None if travel is None else numbers_of(travel, journeys)
        return cls.from_schools(
            schools,
            travel=matrix,
            travel_unit=unit,
            notes=() if matrix is None else check_journeys(schools, matrix, unit),
            edges=None if neighbours is None else edges_of_pairs(ids, neighbours),
        )

    def __len__(self) -> int:
        """Count the schools."""
        return len(self.schools)

    @property
    def ids(self) -> tuple[SchoolId, ...]:
        """Ids in the order of positions."""
        return tuple(school.urn for school in self.schools)

    @property
    def xy_m(self) -> FloatArray:
        """Coordinates, array (n, 2) of metres."""
        return np.array(
            [(school.easting, school.northing) for school in self.schools], dtype=np.float64
        ).reshape(-1, 2)

    @property
    def distance_m(self) -> FloatArray:
        """Journeys in metres, array (n, n): `travel` if in metres, else straight lines."""
        return self.travel if self.travel_unit == "m" else straight_line_m(self.schools)

    def position(self, school_id: object) -> int:
        """Position of a school; whole numbers and their text are taken as the same id.

        Raises
        ------
        DataError
            If no school has this id.
        """
        found = self.find(school_id)
        if found is None:
            raise DataError(
                Fault(
                    what="no school of the problem has this id",
                    urn=str(school_id),
                    remedy="check the id against the school file (an academy has a new URN)",
                )
            )
        return found

    def find(self, school_id: object) -> int | None:
        """Position of a school, or None where the problem does not have it."""
        if isinstance(school_id, np.generic):
            school_id = school_id.item()
        if not isinstance(school_id, str | int):
            return None
        found = self._index.get(school_id)
        if found is None and isinstance(school_id, int) and not isinstance(school_id, bool):
            found = self._index.get(str(school_id))
        if found is None and isinstance(school_id, str) and _is_short_number(school_id):
            found = self._index.get(int(school_id), self._index.get(school_id.strip()))
        return found

    def school(self, school_id: object) -> School:
        """Look a school up by id."""
        return self.schools[self.position(school_id)]

    def neighbour_pairs(self) -> Iterator[tuple[SchoolId, SchoolId]]:
        """Yield each pair of neighbouring schools once, as ids."""
        ids = self.ids
        for i, j in self.edges if self.edges is not None else ():
            yield ids[i], ids[j]

    def measure(self, name: str) -> FloatArray:
        """Return a measure, array (n,).

        Raises
        ------
        RulesError
            If the problem does not have it, saying why and what it has.
        """
        if not isinstance(name, str):
            raise RulesError(
                rule_fault(f"a measure is named {described(name)}", "give the name of a measure")
            )
        if name in self.measures:
            return self.measures[name]
        if missing := self.unknown.get(name):
            what, remedy = self._unknown_words(name, missing)
        else:
            what = f"there is no measure {name!r}"
            remedy = f"use one of {', '.join(sorted(self.measures))}"
        raise RulesError(Fault(what=what, remedy=remedy))

    def _unknown_words(self, name: str, missing: Sequence[SchoolId]) -> tuple[str, str]:
        """Say for which schools a measure is not known, and the ways out.

        Nothing is ever put in its place unasked: neither 0 nor another measure.
        """
        named = [f"{self.school(key).name} ({key})" for key in missing[:_NAMED]]
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        what = (
            f"the measure {name!r} is not known for {len(missing)} of {len(self)} schools: "
            f"{', '.join(named)}{more}"
        )
        # "need" is made of counts: those that are missing are what the reader is asked about.
        counts = [part for part in ("ehcps", "sen_support") if part in self.unknown]
        asked = counts if name == "need" and counts else [name]
        zeros = ", ".join(f'"{part}": 0' for part in asked)
        options = ",".join(f"{part}=0" for part in asked)
        remedy = (
            "give the missing numbers; or say when reading what they count as, for instance "
            f"unknown={{{zeros}}} (on the command line --unknown {options}); or name another "
            f"measure, one of {', '.join(sorted(self.measures))}"
        )
        return what, remedy

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """The notes on numbers that the user gave for counts that are not known."""
        return tuple(note for note in self.notes if note.startswith(STAND_IN))

    @property
    def pyramids(self) -> Mapping[str, tuple[SchoolId, ...]]:
        """Ids of the schools of each feeder group, by its name."""
        groups: dict[str, list[SchoolId]] = {}
        for school in self.schools:
            if school.pyramid is not None:
                groups.setdefault(school.pyramid, []).append(school.urn)
        return {name: tuple(members) for name, members in groups.items()}

    def with_measures(self, **measures: npt.ArrayLike) -> Problem:
        """Copy with measures added or replaced; each an array (n,) in the order of `schools`."""
        if "schools" in measures:
            raise DataError(
                Fault(
                    what='"schools" is built in: 1 for each school',
                    remedy="give the measure another name",
                    where="measures",
                )
            )
        arrays = {name: numbers_of(values, name) for name, values in measures.items()}
        unknown = {name: ids for name, ids in self.unknown.items() if name not in arrays}
        return replace(self, measures={**self.measures, **arrays}, unknown=unknown)


def _is_short_number(text: str) -> bool:
    """Whether a text is a whole number that int() takes (it refuses thousands of digits)."""
    return text.strip().isdecimal() and len(text) < 100


def straight_line_m(schools: Sequence[School]) -> FloatArray:
    """Straight-line distances between schools in metres, array (n, n)."""
    xy = np.array(
        [(school.easting, school.northing) for school in schools], dtype=np.float64
    ).reshape(-1, 2)
    return np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1])


def check_journeys(
    schools: Sequence[School], travel: FloatArray, unit: TravelUnit
) -> tuple[str, ...]:
    """Refuse given journeys that cannot be what they are said to be; notes on what is odd."""
    straight = straight_line_m(schools)
    faults = [*_travel_faults(travel, len(schools), "travel_m" if unit == "m" else "travel_min")]
    faults = faults or journey_faults(travel, unit, straight, [school.urn for school in schools])
    if faults:
        raise DataError(faults)
    return tuple(journey_notes(travel, unit, straight))


def edges_of_pairs(
    ids: Sequence[SchoolId],
    pairs: Iterable[tuple[SchoolId, SchoolId] | str],
    where: str = "neighbours",
) -> IntArray:
    """Positions of pairs of ids, array (m, 2); DataError lists every id that does not fit."""
    index = {key: k for k, key in enumerate(ids)}
    edges, faults = [], []
    for number, pair in enumerate(pairs, start=1):
        ends = _ends(pair)
        if ends is None:
            faults.append(
                Fault(
                    what=f"pair {number} is not a pair of ids",
                    remedy='give pairs of ids, for instance [("a", "b"), ("b", "c")]',
                    where=where,
                    value=str(pair),
                )
            )
            continue
        unknown = [key for key in ends if key not in index]
        faults += [
            Fault(
                what="neighbour is not a school of the problem",
                remedy="check the id",
                where=where,
                urn=str(key),
            )
            for key in unknown
        ]
        a, b = ends
        if a == b:
            faults.append(
                Fault(
                    what="school is its own neighbour",
                    remedy="leave the pair out",
                    where=where,
                    urn=str(a),
                )
            )
        elif not unknown:
            edges.append((index[a], index[b]))
    if faults:
        raise DataError(faults)
    return np.array(edges, dtype=np.int64).reshape(-1, 2)


def _ends(pair: object) -> tuple[SchoolId, SchoolId] | None:
    """Return the two ids of a pair; None if it is none."""
    if not isinstance(pair, Sequence | np.ndarray) or len(pair) != 2:
        return None
    a, b = (plain(key) for key in pair)
    return (a, b) if isinstance(a, str | int) and isinstance(b, str | int) else None


def numbers_of(values: npt.ArrayLike, name: str) -> FloatArray:
    """Turn an array, or lists of numbers, into an array of floats; DataError if that fails."""
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            Fault(
                what=f"{name} is not an array of numbers",
                remedy="give numbers only, and rows of one length",
                where=name,
                value=type(values).__name__,
            )
        ) from error


def _pairs_of(edges: npt.ArrayLike) -> IntArray:
    pairs = numbers_of(edges, "edges")
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2 or (pairs % 1).any()):
        raise DataError(_shape_fault("edges", pairs.shape, "(m, 2) of positions"))
    return pairs.astype(np.int64).reshape(-1, 2)


def _shape_fault(name: str, shape: tuple[int, ...], wanted: str) -> Fault:
    return Fault(
        what=f"{name} has shape {shape}", remedy=f"give an array of shape {wanted}", where=name
    )


def _id_faults(schools: Sequence[School]) -> Iterator[Fault]:
    if not schools:
        yield Fault(
            what="there are no schools", remedy="check that the file or the filter leaves any"
        )
    yield from id_faults([school.urn for school in schools])


def _unit_faults(unit: object) -> Iterator[Fault]:
    if unit not in ("m", "min"):
        yield Fault(
            what="travel_unit is neither metres nor minutes",
            remedy='give "m" or "min"',
            where="travel_unit",
            value=str(unit),
        )


def _travel_faults(travel: FloatArray, n: int, where: str = "travel") -> Iterator[Fault]:
    if travel.shape != (n, n):
        yield _shape_fault(where, travel.shape, f"({n}, {n})")
        return
    bad = np.isnan(travel) | (travel < 0)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        yield Fault(
            what=f"{counted(int(bad.sum()), 'journey is', 'journeys are')} negative or missing "
            f"(first: row {i}, column {j})",
            remedy="give a journey of 0 or more for each pair, infinity where there is no way",
            where=where,
        )
    if np.diagonal(travel).any():
        yield Fault(
            what="a school's journey to itself is not 0",
            remedy="put 0 on the diagonal",
            where=where,
        )


def _measure_faults(
    measures: Mapping[str, npt.ArrayLike], schools: Sequence[School]
) -> Iterator[Fault]:
    for name, values in measures.items():
        array = np.asarray(values, dtype=np.float64)
        if array.shape != (len(schools),):
            yield _shape_fault(name, array.shape, f"({len(schools)},)")
            continue
        for k in np.flatnonzero(~(np.isfinite(array) & (array >= 0))).tolist():
            yield Fault(
                what=f"{name} is not a number of 0 or more",
                remedy="correct the value",
                urn=str(schools[k].urn),
                column=name,
                value=str(array[k]),
            )
        total = array[np.isfinite(array)].sum()
        if total > MOST_IN_ALL:
            yield Fault(
                what=f"the schools' {name} add up to {total:,.0f}, and sums are exact up to "
                f"{MOST_IN_ALL:,} only",
                remedy="give it in a larger unit, such as thousands",
                column=name,
            )


def _edge_faults(edges: IntArray | None, n: int) -> Iterator[Fault]:
    if edges is not None and len(edges) and (edges.min() < 0 or edges.max() >= n):
        yield Fault(
            what="a neighbour pair refers to a position outside the schools",
            remedy="use positions 0 to n-1",
            where="edges",
        )


def _numbers_of(school: School) -> dict[str, float]:
    """Every number that a school carries, by the name of its measure."""
    row: dict[str, float | None] = {
        "schools": 1.0,
        "pupils": school.pupils,
        "ehcps": school.ehcps,
        "sen_support": school.sen_support,
        "topup_pence": school.topup_pence,
    }
    for kind, count in school.need.items():
        row |= {f"ehcps_{kind}": count.ehcps, f"sen_support_{kind}": count.sen_support}
    row |= school.measures
    return {name: float(value) for name, value in row.items() if value is not None}


def _measures_of(
    schools: Sequence[School], need_weights: Mapping[str, float] | None
) -> tuple[dict[str, FloatArray], dict[str, tuple[SchoolId, ...]], tuple[str, ...]]:
    """Collect every number; a measure that any school lacks goes to `unknown`."""
    rows = [_numbers_of(school) for school in schools]
    names = dict.fromkeys(name for row in rows for name in row)
    note: tuple[str, ...] = ()
    if need_weights is not None:
        _check_need_weights(need_weights, names)
        terms = " + ".join(f"{weight:g} x {name}" for name, weight in need_weights.items())
        note = (f"Need is {terms}.",)
    elif "need" not in names and {"ehcps", "sen_support"} <= set(names):
        need_weights = {"ehcps": 1.0, "sen_support": 1.0}
        note = ("Need is EHC plans + SEN support, each pupil counted once.",)
    if need_weights is not None:
        names["need"] = None
        for row in rows:
            row.pop("need", None)
            if all(name in row for name in need_weights):
                row["need"] = math.fsum(w * row[name] for name, w in need_weights.items())
    measures, unknown = {}, {}
    for name in names:
        missing = tuple(s.urn for s, row in zip(schools, rows, strict=True) if name not in row)
        if missing:
            unknown[name] = missing
        else:
            measures[name] = np.array([row[name] for row in rows], dtype=np.float64)
    return measures, unknown, note


def _check_need_weights(need_weights: Mapping[str, float], names: Mapping[str, None]) -> None:
    faults = [
        rule_fault(
            f"need_weights names {name!r}, which no school has",
            f"use any of {', '.join(sorted(names))}",
        )
        for name in need_weights
        if name not in names or name == "need"
    ]
    faults += [
        rule_fault(f"need_weights[{name!r}] is not a number of 0 or more", "give a weight", weight)
        for name, weight in need_weights.items()
        if not is_number(weight) or weight < 0
    ]
    if not need_weights:
        faults.append(rule_fault("need_weights is empty", "name at least one measure"))
    if faults:
        raise RulesError(faults)
