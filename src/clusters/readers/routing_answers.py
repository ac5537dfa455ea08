"""Journeys as OSRM, Valhalla and OpenRouteService answer: JSON, in the order of the places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from clusters.errors import DataError, Fault, Faults
from clusters.readers.travel_units import FACTORS, unit_notes
from clusters.readers.travel_values import Asked, Journeys, Numbers, diagonal_faults

__all__ = ["of_answer"]

_SNAP_M = 5_000.0


def of_answer(data: Mapping[str, Any], asked: Asked, xy_m: Any) -> Journeys:
    """Read the JSON that OSRM, Valhalla or OpenRouteService answers with."""
    if "sources_to_targets" in data:
        raw, stated = _valhalla(data, asked)
    else:
        name = "distances" if asked.unit == "m" else "durations"
        other = "durations" if asked.unit == "m" else "distances"
        if name not in data:
            remedy = "give the answer of a table service (OSRM, Valhalla, OpenRouteService)"
            if other in data:
                remedy = f"it has {other}: ask the service for {name} too"
            raise asked.refused(f"the JSON has no {name}", remedy)
        raw, stated = data[name], _ors_unit(data, asked)
    n = len(asked.ids)
    if (
        not isinstance(raw, list)
        or len(raw) != n
        or any(not isinstance(line, list) or len(line) != n for line in raw)
    ):
        size = len(raw) if isinstance(raw, list) else 0
        raise asked.refused(
            f"the answer is for {size} places, and there are {n} schools",
            "ask the service for all the schools, in their order; or give a table with from and to",
        )
    read_as = asked.given or stated
    numbers = Numbers(asked, FACTORS[read_as][1])
    values = np.zeros((n, n))
    for a, line in enumerate(raw):
        for b, value in enumerate(line):
            values[a, b] = numbers.read(a, b, "" if value is None else str(value))
    faults = Faults(numbers.faults or diagonal_faults(values, asked))
    faults += _place_faults(data, asked, xy_m)
    faults.refuse(DataError)
    note = "names no schools: its rows were taken in the order of the schools."
    notes = (f"{asked.where or 'The answer'} {note}", *unit_notes(read_as, asked.unit))
    return Journeys(values, notes, read_as)


def _ors_unit(data: Mapping[str, Any], asked: Asked) -> str:
    """Find the unit of OSRM and OpenRouteService: seconds; metres unless the query has others."""
    if asked.unit == "min":
        return "s"
    query = data.get("metadata", {})
    query = query.get("query", {}) if isinstance(query, Mapping) else {}
    said = query.get("units") if isinstance(query, Mapping) else None
    return {"km": "km", "mi": "miles"}.get(str(said), "m")


def _valhalla(data: Mapping[str, Any], asked: Asked) -> tuple[Any, str]:
    """Rows of a Valhalla matrix, in seconds or in its unit of distance."""
    units = "miles" if str(data.get("units", "")).startswith("mi") else "km"
    stated = "s" if asked.unit == "min" else units
    found = data["sources_to_targets"]
    name = "time" if asked.unit == "min" else "distance"
    if isinstance(found, Mapping):  # the short form
        return found.get("durations" if asked.unit == "min" else "distances"), stated
    rows: list[list[Any]] = []
    for a, line in enumerate(found if isinstance(found, list) else ()):
        row: list[Any] = [None] * (len(line) if isinstance(line, list) else 0)
        for b, cell in enumerate(line if isinstance(line, list) else ()):
            if not isinstance(cell, Mapping):
                continue
            start, end = cell.get("from_index", a), cell.get("to_index", b)
            if start != a or not isinstance(end, int) or not 0 <= end < len(row):
                what = "its rows do not stand in the order of their own indices"
                raise asked.refused(what, "ask the service again")
            row[end] = cell.get(name)
        rows.append(row)
    return rows, stated


def _place_faults(data: Mapping[str, Any], asked: Asked, xy_m: Any) -> list[Fault]:
    """Schools that lie far from the place for which the service answered in their stead."""
    if xy_m is None:
        return []
    from clusters.readers.formats.spatial import to_grid

    faults = Faults()
    for side in ("sources", "destinations"):
        places = [_location(place) for place in _flat(data.get(side))]
        if len(places) != len(asked.ids) or None in places:
            continue
        points = to_grid([place for place in places if place is not None], "EPSG:4326", asked.where)
        gaps = np.hypot(*(np.asarray(points) - np.asarray(xy_m)).T)
        faults += [
            Fault(
                f"the answer's place {k + 1} of its {side} lies {gaps[k] / 1000:,.0f} km from "
                "the school in that place",
                "ask the service for the schools in their order, or give a table with from and to",
                where=asked.where,
                urn=str(asked.ids[k]),
            )
            for k in np.flatnonzero(gaps > _SNAP_M).tolist()
        ]
        break
    return faults


def _flat(places: Any) -> list[Any]:
    found = places if isinstance(places, list) else []
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _location(place: Any) -> tuple[float, float] | None:
    if not isinstance(place, Mapping):
        return None
    pair = place.get("location")
    if pair is None and {"lon", "lat"} <= set(place):
        pair = [place["lon"], place["lat"]]
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, int | float) for x in pair):
        return float(pair[0]), float(pair[1])
    return None
