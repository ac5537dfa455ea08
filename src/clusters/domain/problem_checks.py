"""Whether facts can be what they are said to be: places, journeys, measures, neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from clusters.domain.plausible import id_faults, journey_faults, journey_notes
from clusters.domain.school import School
from clusters.domain.values import FloatArray, IntArray, SchoolId, TravelUnit, plain
from clusters.errors import DataError, Fault, Faults
from clusters.text import counted

__all__ = [
    "DECIMALS",
    "check_journeys",
    "edge_faults",
    "edges_of_pairs",
    "measure_faults",
    "numbers_of",
    "pairs_of",
    "school_faults",
    "shape_fault",
    "straight_line_m",
    "travel_faults",
    "unit_faults",
]

DECIMALS = 6
"""Measures are kept to six decimal places, so that every sum and comparison of them can be
exact."""

MOST_IN_ALL = (2**63 - 1) // 10**DECIMALS
"""Largest total of a measure: in millionths it must be a whole number of 64 bits."""

"""Schools that a message names; it counts the others."""


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
    faults = Faults(travel_faults(travel, len(schools), f"travel_{unit}"))
    if not faults:
        faults += journey_faults(travel, unit, straight, [school.urn for school in schools])
    faults.refuse(DataError)
    return tuple(journey_notes(travel, unit, straight))


def edges_of_pairs(
    ids: Sequence[SchoolId],
    pairs: Iterable[tuple[SchoolId, SchoolId] | str],
    where: str = "neighbours",
) -> IntArray:
    """Positions of pairs of ids, array (m, 2); DataError lists every id that does not fit."""
    index = {key: k for k, key in enumerate(ids)}
    edges, faults = [], Faults()
    for number, pair in enumerate(pairs, start=1):
        ends = _ends(pair)
        if ends is None:
            remedy = 'give pairs of ids, for instance [("a", "b"), ("b", "c")]'
            faults.add(f"pair {number} is not a pair of ids", remedy, where=where, value=str(pair))
            continue
        unknown = [key for key in ends if key not in index]
        for key in unknown:
            what = "neighbour is not a school of the problem"
            faults.add(what, "check the id", where=where, urn=key)
        a, b = ends
        if a == b:
            faults.add("school is its own neighbour", "leave the pair out", where=where, urn=a)
        elif not unknown:
            edges.append((index[a], index[b]))
    faults.refuse(DataError)
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
        what = f"{name} is not an array of numbers"
        remedy = "give numbers only, and rows of one length"
        raise DataError.of(what, remedy, where=name, value=type(values).__name__) from error


def pairs_of(edges: npt.ArrayLike) -> IntArray:
    """Give pairs of positions as a whole-numbered array (m, 2), or refuse them."""
    pairs = numbers_of(edges, "edges")
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2 or (pairs % 1).any()):
        raise DataError(shape_fault("edges", pairs.shape, "(m, 2) of positions"))
    return pairs.astype(np.int64).reshape(-1, 2)


def shape_fault(name: str, shape: tuple[int, ...], wanted: str) -> Fault:
    """Say that an array has the wrong shape."""
    return Fault(f"{name} has shape {shape}", f"give an array of shape {wanted}", where=name)


def school_faults(schools: Sequence[School]) -> Iterator[Fault]:
    """Find no schools at all, and ids that are none or stand twice."""
    if not schools:
        yield Fault("there are no schools", "check that the file or the filter leaves any")
    yield from id_faults([school.urn for school in schools])


def unit_faults(unit: object) -> Iterator[Fault]:
    """Find a unit of journeys that is neither metres nor minutes."""
    if unit not in ("m", "min"):
        what = "travel_unit is neither metres nor minutes"
        yield Fault(what, 'give "m" or "min"', where="travel_unit", value=str(unit))


def travel_faults(travel: FloatArray, n: int, where: str = "travel") -> Iterator[Fault]:
    """Find journeys of the wrong shape, unknown, negative, or from a school to itself."""
    if travel.shape != (n, n):
        yield shape_fault(where, travel.shape, f"({n}, {n})")
        return
    bad = np.isnan(travel) | (travel < 0)
    if bad.any():
        i, j = np.argwhere(bad)[0]
        yield Fault(
            f"{counted(int(bad.sum()), 'journey is', 'journeys are')} negative or missing "
            f"(first: row {i}, column {j})",
            "give a journey of 0 or more for each pair, infinity where there is no way",
            where=where,
        )
    if np.diagonal(travel).any():
        yield Fault("a school's journey to itself is not 0", "put 0 on the diagonal", where=where)


def measure_faults(
    measures: Mapping[str, npt.ArrayLike], schools: Sequence[School]
) -> Iterator[Fault]:
    """Find measures that do not fit the schools, or are not numbers of 0 or more."""
    for name, values in measures.items():
        array = np.asarray(values, dtype=np.float64)
        if array.shape != (len(schools),):
            yield shape_fault(name, array.shape, f"({len(schools)},)")
            continue
        for k in np.flatnonzero(~(np.isfinite(array) & (array >= 0))).tolist():
            what = f"{name} is not a number of 0 or more"
            remedy = "correct the value"
            yield Fault(what, remedy, urn=str(schools[k].urn), column=name, value=str(array[k]))
        total = array[np.isfinite(array)].sum()
        if total > MOST_IN_ALL:
            yield Fault(
                f"the schools' {name} add up to {total:,.0f}, and sums are exact up to "
                f"{MOST_IN_ALL:,} only",
                "give it in a larger unit, such as thousands",
                column=name,
            )


def edge_faults(edges: IntArray | None, n: int) -> Iterator[Fault]:
    """Find neighbours that are no positions of schools."""
    if edges is not None and len(edges) and (edges.min() < 0 or edges.max() >= n):
        what = "a neighbour pair refers to a position outside the schools"
        yield Fault(what, "use positions 0 to n-1", where="edges")
