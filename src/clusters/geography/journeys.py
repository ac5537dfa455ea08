"""Journeys between schools: straight lines, or a table that the caller supplies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from clusters.domain import FloatArray, School, TravelUnit, straight_line_m
from clusters.errors import DataError, Fault
from clusters.readers.travel_tables import read_matrix


@dataclass(frozen=True, slots=True)
class Travel:
    """Journeys, array (n, n), their unit, and sentences on where they come from."""

    values: FloatArray
    unit: TravelUnit
    notes: tuple[str, ...]


def journeys_of(schools: tuple[School, ...], distance_m: Any, minutes: Any) -> Travel:
    """Journeys as supplied in metres or minutes, else straight lines.

    Raises
    ------
    DataError
        If both are given, or what is given is no table of numbers for these schools.
    """
    if distance_m is not None and minutes is not None:
        raise DataError(
            Fault(what="both distance_m and minutes are given", remedy="give one of them")
        )
    if distance_m is None and minutes is None:
        return Travel(straight_line_m(schools), "m", ("Journeys are straight lines, in metres.",))
    unit: TravelUnit = "m" if minutes is None else "min"
    source, where = (distance_m, "distance_m") if minutes is None else (minutes, "minutes")
    words = "metres" if unit == "m" else "minutes"
    notes = [f"Journeys are {words} as supplied."]
    if isinstance(source, str | os.PathLike) or hasattr(source, "columns"):
        read = read_matrix(source, [school.urn for school in schools], unit, where=where)
        values, notes = read.values, [*notes, *read.notes]
    else:
        values = _as_array(source, where)
        if values.shape != (len(schools),) * 2:
            raise DataError(
                Fault(
                    what=f"{where} has shape {values.shape}",
                    remedy=f"give an array of shape ({len(schools)}, {len(schools)})",
                    where=where,
                )
            )
    return Travel(values, unit, (*notes, *_remarks(values, words, schools)))


def _as_array(source: Any, where: str) -> FloatArray:
    try:
        return np.array(source, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            Fault(
                what="it is not an array of numbers",
                remedy="give an array (n, n), a DataFrame or the path of a table",
                where=where,
                value=type(source).__name__,
            )
        ) from error


def _remarks(values: FloatArray, words: str, schools: tuple[School, ...]) -> list[str]:
    notes = []
    finite = np.where(np.isfinite(values), values, 0.0)
    pairs = int((np.triu(values != values.T, 1)).sum())
    if pairs:
        notes.append(
            f"Journeys differ by direction for {pairs} pairs of schools, by up to "
            f"{np.abs(finite - finite.T).max():,.1f} {words}; "
            "the journey from school to centre counts."
        )
    apart = int(np.isinf(values).sum())
    if apart:
        notes.append(f"For {apart} journeys there is no way.")
    if words == "metres":
        straight = straight_line_m(schools)
        short = int((values < 0.99 * straight).sum())
        if short:
            notes.append(
                f"{short} journeys are shorter than the straight line: check that they are metres."
            )
    return notes
