"""Validated facts: schools, journeys, neighbours, and what can be added up over a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clusters.arguments import checked, described
from clusters.domain.plausible import id_faults, place_faults
from clusters.domain.problem_checks import (
    DECIMALS,
    check_journeys,
    edge_faults,
    edges_of_pairs,
    measure_faults,
    numbers_of,
    pairs_of,
    school_faults,
    shape_fault,
    straight_line_m,
    travel_faults,
    unit_faults,
)
from clusters.domain.school import Capacity, School
from clusters.domain.school_measures import measures_of
from clusters.domain.values import (
    FloatArray,
    FrozenDict,
    IntArray,
    SchoolId,
    TravelUnit,
    locked,
    plain,
)
from clusters.errors import DataError, Faults, RulesError
from clusters.shown import Drawn, clip, listed_briefly
from clusters.text import counted, first_few

if TYPE_CHECKING:
    import pandas as pd

STAND_IN = "Put in where a count is not known: "
"""How a note begins that says which numbers the user gave for counts that are not known."""

"""Schools that a message names; it counts the others."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Problem(Drawn):
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

    Examples
    --------
    >>> problem = Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [3, 4], [6, 8]], {"need": [5, 7, 2]},
    ...     neighbours=[("a", "b"), ("b", "c")])
    >>> problem
    Problem(3 schools, 2 pairs of neighbours, journeys in metres, measures: need, schools)
    >>> float(problem.measures["need"].sum())
    14.0
    >>> list(problem.neighbour_pairs())
    [('a', 'b'), ('b', 'c')]
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
        n, put = len(self.schools), partial(object.__setattr__, self)
        faults = Faults(school_faults(self.schools))
        faults += place_faults([school.urn for school in self.schools], self.xy_m)
        faults += unit_faults(self.travel_unit)
        faults += travel_faults(self.travel, n)
        faults += measure_faults(self.measures, self.schools)
        faults += edge_faults(self.edges, n)
        faults.refuse(DataError)
        rounded = {
            name: locked(np.round(np.asarray(values, dtype=np.float64), DECIMALS))
            for name, values in self.measures.items()
        }
        put("measures", FrozenDict(rounded))
        put("unknown", FrozenDict(self.unknown))
        put("travel", locked(np.asarray(self.travel, dtype=np.float64)))
        if self.edges is not None:
            pairs = np.asarray(self.edges, dtype=np.int64).reshape(-1, 2)
            put("edges", locked(np.unique(np.sort(pairs, axis=1), axis=0)))
        put("_index", FrozenDict({school.urn: k for k, school in enumerate(self.schools)}))

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
        measures, unknown, need_note = measures_of(schools, need_weights)
        matrix = straight_line_m(schools) if travel is None else numbers_of(travel, "travel")
        return cls(
            schools=schools,
            travel=matrix,
            travel_unit=travel_unit,
            edges=None if edges is None else pairs_of(edges),
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
        unit: TravelUnit = "m" if travel_min is None else "min"
        travel = travel_m if travel_min is None else travel_min
        given = {name: numbers_of(values, name) for name, values in (measures or {}).items()}
        able = {name: numbers_of(values, name) for name, values in (expertise or {}).items()}
        shapes = {name: array.shape for name, array in (given | able).items()}
        texts = {"names": names, "pyramids": pyramids}
        shapes |= {name: (len(each),) for name, each in texts.items() if each is not None}
        faults = Faults()
        if xy.shape != (n, 2):
            faults.append(shape_fault("xy_m", xy.shape, f"({n}, 2)"))
        faults += [shape_fault(name, s, f"({n},)") for name, s in shapes.items() if s != (n,)]
        if travel_m is not None and travel_min is not None:
            faults.add("both travel_m and travel_min are given", "give one of them")
        faults += id_faults(ids)
        if "schools" in given:
            what = 'a measure is called "schools", which is built in: 1 for each school'
            faults.add(what, "give the measure another name", where="measures")
        if not faults:
            nobody = [School(urn=key, name="", easting=0, northing=0) for key in ids]
            faults += measure_faults(given, nobody)
        faults.refuse(DataError)
        schools: list[School] = []
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
                faults += error.faults
        faults.refuse(DataError)
        matrix = None if travel is None else numbers_of(travel, f"travel_{unit}")
        return cls.from_schools(
            schools,
            travel=matrix,
            travel_unit=unit,
            notes=() if matrix is None else check_journeys(schools, matrix, unit),
            edges=None if neighbours is None else edges_of_pairs(ids, neighbours),
        )

    def __repr__(self) -> str:
        near = "" if self.edges is None else f", {counted(len(self.edges), 'pair')} of neighbours"
        unit = "metres" if self.travel_unit == "m" else "minutes"
        return clip(
            f"Problem({counted(len(self), 'school')}{near}, journeys in {unit}, measures: "
            f"{listed_briefly(sorted(self.measures))})"
        )

    @checked
    def to_frame(self) -> pd.DataFrame:
        """Make a table of the schools in the order of positions: one row each.

        Returns
        -------
        pandas.DataFrame
            urn, name, phase, easting, northing, pyramid, trust and a column for each measure. The
            counts of each school are in it: it is not for publication.

        Examples
        --------
        >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [3, 4]], {"need": [5, 7]})
        >>> problem.to_frame()[["urn", "need"]].values.tolist()
        [['a', 5.0], ['b', 7.0]]
        """
        import pandas as pd

        plain_facts = ("urn", "name", "phase", "easting", "northing", "pyramid", "trust")
        rows = [{name: getattr(school, name) for name in plain_facts} for school in self.schools]
        frame = pd.DataFrame(rows, columns=list(plain_facts))
        measures = {name: values for name, values in self.measures.items() if name != "schools"}
        return frame.assign(**measures)

    def __len__(self) -> int:
        """Count the schools."""
        return len(self.schools)

    @property
    def ids(self) -> tuple[SchoolId, ...]:
        """Ids in the order of positions."""
        return tuple(self._index)

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
            remedy = "check the id against the school file (an academy has a new URN)"
            raise DataError.of("no school of the problem has this id", remedy, urn=school_id)
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
            raise RulesError.of(
                f"a measure is named {described(name)}", "give the name of a measure"
            )
        if name in self.measures:
            return self.measures[name]
        if missing := self.unknown.get(name):
            what, remedy = self._unknown_words(name, missing)
        else:
            what = f"there is no measure {name!r}"
            remedy = f"use one of {', '.join(sorted(self.measures))}"
        raise RulesError.of(what, remedy)

    def _unknown_words(self, name: str, missing: Sequence[SchoolId]) -> tuple[str, str]:
        """Say for which schools a measure is not known, and the ways out.

        Nothing is ever put in its place unasked: neither 0 nor another measure.
        """
        named = first_few(f"{self.school(key).name} ({key})" for key in missing)
        what = (
            f"the measure {name!r} is not known for {len(missing)} of {len(self)} schools: {named}"
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
            what = '"schools" is built in: 1 for each school'
            raise DataError.of(what, "give the measure another name", where="measures")
        arrays = {name: numbers_of(values, name) for name, values in measures.items()}
        unknown = {name: ids for name, ids in self.unknown.items() if name not in arrays}
        return replace(self, measures={**self.measures, **arrays}, unknown=unknown)


def _is_short_number(text: str) -> bool:
    """Whether a text is a whole number that int() takes (it refuses thousands of digits)."""
    return text.strip().isdecimal() and len(text) < 100
