"""Journeys between schools: straight lines, or a table that the caller supplies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clusters.domain import FloatArray, School, TravelUnit, straight_line_m
from clusters.domain.plausible import unit_fault
from clusters.domain.problem_checks import check_journeys
from clusters.errors import DataError
from clusters.readers.travel_tables import is_travel_table, no_way_in, read_matrix
from clusters.readers.travel_units import FACTORS, unit_notes, unit_of
from clusters.text import counted


@dataclass(frozen=True, slots=True)
class Travel:
    """Journeys, array (n, n), their unit, and sentences on where they come from."""

    values: FloatArray
    unit: TravelUnit
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Journeys as the caller gives them.

    `unit` is what they are in where they do not say it, `no_way` what in them means no way.
    """

    travel_m: Any = None
    travel_min: Any = None
    unit: str | None = None
    no_way: Any = ()


def journeys_of(schools: tuple[School, ...], given: Given) -> Travel:
    """Journeys as supplied in metres or minutes, else straight lines.

    Raises
    ------
    DataError
        If both are given, if what is given is no table of numbers for these schools, or if no
        journey could be as fast or as long as the numbers say.
    """
    if given.travel_m is not None and given.travel_min is not None:
        raise DataError.of("both travel_m and travel_min are given", "give one of them")
    straight = straight_line_m(schools)
    if given.travel_m is None and given.travel_min is None:
        return Travel(straight, "m", ("Journeys are straight lines, in metres.",))
    unit: TravelUnit = "m" if given.travel_min is None else "min"
    where = "travel_m" if unit == "m" else "travel_min"
    source = given.travel_m if unit == "m" else given.travel_min
    words = "metres" if unit == "m" else "travel_min"
    notes = [f"Journeys are {words} as supplied."]
    if is_travel_table(source):
        read = read_matrix(
            source,
            [school.urn for school in schools],
            unit,
            where=where,
            travel_unit=given.unit,
            no_way=given.no_way,
            xy_m=[(school.easting, school.northing) for school in schools],
        )
        values, read_as, notes = read.values, read.read_as, [*notes, *read.notes]
    else:
        values, read_as = _as_array(source, where, schools, unit, given)
        notes += unit_notes(read_as, unit)
    found = check_journeys(schools, values, unit)
    return Travel(values, unit, (*notes, *found, *_remarks(values, words)))


def _as_array(
    source: Any, where: str, schools: tuple[School, ...], unit: TravelUnit, given: Given
) -> tuple[FloatArray, str | None]:
    """Array of journeys in our unit; what stands for no way becomes infinite."""
    if hasattr(source, "tocsr") and hasattr(source, "nnz"):
        what = "a sparse matrix cannot distinguish no way from no distance"
        raise DataError.of(what, "give .toarray() with inf where there is no way", where=where)
    try:
        values = np.array(source, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError.of(
            "it is not an array of numbers",
            "give an array (n, n), a DataFrame or the path of a table",
            where=where,
            value=type(source).__name__,
        ) from error
    n = len(schools)
    if values.shape != (n, n):
        raise DataError.of(
            f"{where} has shape {values.shape}", f"give an array of shape ({n}, {n})", where=where
        )
    read_as = unit_of(given.unit, unit)
    if read_as is None:  # another unit explains large numbers better than "no way" does
        wrong = unit_fault(values, unit, straight_line_m(schools))
        if wrong is not None:
            raise DataError(wrong)
    factor = 1.0 if read_as is None else FACTORS[read_as][1]
    values[no_way_in(values, given.no_way, where, unit, factor)] = np.inf
    return values * factor, read_as


def _remarks(values: FloatArray, words: str) -> list[str]:
    notes = []
    finite = np.where(np.isfinite(values), values, 0.0)
    pairs = int((np.triu(values != values.T, 1)).sum())
    if pairs:
        notes.append(
            f"Journeys differ by direction for {counted(pairs, 'pair')} of schools, by up to "
            f"{np.abs(finite - finite.T).max():,.1f} {words}; "
            "the journey from school to centre counts."
        )
    apart = int(np.isinf(values).sum())
    if apart:
        notes.append(f"For {counted(apart, 'journey')} there is no way.")
    return notes
