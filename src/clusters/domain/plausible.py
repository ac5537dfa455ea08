"""Whether ids, positions and journeys can be what they are said to be.

These hold at every door: for schools made by hand and for plain arrays as for files. What is
plainly wrong is refused with what it looks like; what is merely odd becomes a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from clusters.arguments import described
from clusters.domain.values import FloatArray, SchoolId, TravelUnit, is_id
from clusters.errors import Fault
from clusters.rulebook import UNIT_WORDS
from clusters.text import counted, two_digits

__all__ = ["id_faults", "journey_faults", "journey_notes", "place_faults"]

FAR_M = 75_000.0
FAR_TIMES = 8.0
"""A school is out of place if it lies more than 75 km, and more than 8 times as far as half of
the schools do, from the middle of all of them: a digit lost or added, or no position at all."""

LEAST_FOR_FAR = 4
"""Fewest schools of which one can be said to lie out of place."""

DEGREES = (180.0, 90.0)
BRITAIN = ((-9.0, 2.5), (49.0, 61.0))
"""Longitudes and latitudes of Great Britain."""

FAR_ENOUGH_M = 1_000.0
"""Only pairs at least this far apart, as the crow flies, say how fast a journey is."""

LEAST_PAIRS = 6
"""Fewest such journeys by which a unit is judged."""

SPEEDS_KM_H = (3.0, 120.0)
"""Slowest and fastest journeys that go without a word, over the straight line."""

LIKELY_KM_H = (5.0, 100.0)
"""A wrong unit is named where its journeys would be this fast."""

LIKELY_DETOUR = (1.0, 3.0)
"""A wrong unit is named where its journeys would be this many times the straight line."""

NO_WAY_KM_H = 0.5
NO_WAY_DETOUR = 100.0
NO_WAY_LEAST = {"min": 10_000.0, "m": 10_000_000.0}
"""A lone journey is no journey above a week or a quarter of the globe, or where it is slower than
0.5 km/h or 100 times the straight line: a router's number for "there is no way"."""

ODD_DETOUR = 10.0
"""A journey in metres of more than this many times the straight line gets a note."""

_ARE = ("journey is", "journeys are")
_DOOR = {"m": "travel_m", "min": "travel_min"}
_MINUTES = {"seconds": 1 / 60, "hours": 60.0, "milliseconds": 1 / 60_000}
_METRES = {"kilometres": 1_000.0, "miles": 1_609.344, "feet": 0.3048, "centimetres": 0.01}

_UNITS = {"seconds": "s", "hours": "h", "kilometres": "km", "miles": "miles"}
"""Units that `build_problem` takes."""


def id_faults(ids: Sequence[object]) -> Iterator[Fault]:
    """Yield the ids that are none, and those that cannot be told from another.

    "1" and 1 are one id (files give text, spreadsheets numbers), and so are "a" and "a ".
    """
    seen: dict[str, object] = {}
    for number, key in enumerate(ids, start=1):
        if not is_id(key):
            what = f"id {number} is {described(key)}, which names no school"
            yield Fault(what, "give each school its URN: a text or a whole number", where="ids")
            continue
        text = str(key).strip()
        if text not in seen:
            seen[text] = key
        elif seen[text] == key:
            yield Fault("URN appears more than once", "keep one row for each school", urn=str(key))
        else:
            what = f"the ids {seen[text]!r} and {key!r} cannot be told apart by a reader"
            yield Fault(what, "keep one of them, or write both as texts that differ", urn=text)


def place_faults(ids: Sequence[SchoolId], xy: FloatArray) -> list[Fault]:
    """List the schools that cannot be where they are said to be; `xy` is an array (n, 2)."""
    if len(xy) and _in_degrees(xy).all():
        what = "the coordinates look like degrees of longitude and latitude"
        remedy, first = (
            "give easting and northing in metres (EPSG:27700)",
            "{:g}, {:g}".format(*xy[0]),
        )
        return [Fault(what, remedy, where="schools", value=first)]
    if len(xy) < LEAST_FOR_FAR:
        return []
    middle = np.median(xy, axis=0)
    gaps = np.hypot(*(xy - middle).T)
    out = gaps > max(FAR_M, FAR_TIMES * float(np.median(gaps)))
    out |= _like_degrees(xy) & (gaps > FAR_M)
    return [_place_fault(ids[k], xy[k], gaps[k]) for k in np.flatnonzero(out).tolist()]


def _in_degrees(xy: FloatArray) -> Any:
    """Which positions are longitude and latitude in Great Britain, in either order."""
    (west, east), (south, north) = BRITAIN
    x, y = xy.T
    return ((x > west) & (x < east) & (y > south) & (y < north)) | (
        (y > west) & (y < east) & (x > south) & (x < north)
    )


def _like_degrees(xy: FloatArray) -> Any:
    """Which positions are as small as a longitude and a latitude, in either order."""
    return (np.abs(xy) <= DEGREES).all(axis=-1) | (np.abs(xy[..., ::-1]) <= DEGREES).all(axis=-1)


def _place_fault(key: SchoolId, point: FloatArray, gap: float) -> Fault:
    what = f"the school lies {gap / 1000:,.0f} km from the middle of all schools"
    remedy = "correct its easting and northing: a digit may be missing, or too many"
    if not point.any():
        what, remedy = "the position is 0, 0", "give the school's easting and northing"
    elif _like_degrees(point):
        what = "the position is in degrees, those of the other schools are in metres"
        remedy = "give its easting and northing in metres"
    return Fault(what, remedy, urn=str(key), value=f"{point[0]:g}, {point[1]:g}")


def journey_faults(
    travel: FloatArray, unit: TravelUnit, straight: FloatArray, ids: Sequence[SchoolId]
) -> list[Fault]:
    """List what cannot be journeys in metres or minutes, given the straight lines in metres."""
    wrong = unit_fault(travel, unit, straight)
    if wrong is not None:
        return [wrong]
    far = (straight >= FAR_ENOUGH_M) & np.isfinite(travel) & (travel > 0)
    none = np.isfinite(travel) & (travel >= NO_WAY_LEAST[unit])
    none[far] |= (
        _speeds(travel[far], straight[far]) < NO_WAY_KM_H
        if unit == "min"
        else travel[far] > NO_WAY_DETOUR * straight[far]
    )
    if not none.any() or 2 * none[far].sum() > far.sum() > 0:  # of most: no number for no way
        return []
    i, j = np.argwhere(none)[0].tolist()
    return [
        Fault(
            f"{counted(int(none.sum()), *_ARE)} longer than any can be (the first from "
            f"{ids[i]} to {ids[j]}), as where a router writes a number for no way",
            'put infinity there: numpy.inf, or "inf" in a file',
            where=_DOOR[unit],
            value=f"{travel[i, j]:.12g}",
        )
    ]


def journey_notes(travel: FloatArray, unit: TravelUnit, straight: FloatArray) -> list[str]:
    """Say what is odd about journeys: slower or faster than they usually are, or too short."""
    far = (straight >= FAR_ENOUGH_M) & np.isfinite(travel)
    if unit == "m":
        short = int((travel < 0.99 * straight).sum())
        long = int((travel[far] > ODD_DETOUR * straight[far]).sum())
        found = [(short, "shorter than the straight line")]
        found += [(long, f"more than {ODD_DETOUR:g} times the straight line")]
    else:
        speeds, (slow, fast) = _speeds(travel[far], straight[far]), SPEEDS_KM_H
        over = "km/h over the straight line"
        found = [(int((speeds < slow).sum()), f"slower than {slow:g} {over}")]
        found += [(int((speeds > fast).sum()), f"faster than {fast:g} {over}")]
    check = f"check that they are {UNIT_WORDS[unit]}."
    return [f"{counted(count, *_ARE)} {what}: {check}" for count, what in found if count]


def _speeds(travel: FloatArray, straight: FloatArray) -> FloatArray:
    """Kilometres an hour over the straight line, of journeys in minutes."""
    with np.errstate(divide="ignore"):
        speeds: FloatArray = 0.06 * straight / travel
    return speeds


def unit_fault(travel: FloatArray, unit: str, straight: FloatArray) -> Fault | None:
    """Return the fault of journeys that look as if they were in another unit."""
    far = (straight >= FAR_ENOUGH_M) & np.isfinite(travel) & (travel > 0)
    if far.sum() < LEAST_PAIRS:
        return None
    wrong = (_not_minutes if unit == "min" else _not_metres)(travel[far], straight[far])
    if wrong is None:
        return None
    return Fault(wrong, _remedy(wrong, unit), where=_DOOR[unit])


def _remedy(wrong: str, unit: str) -> str:
    """Say how to bring journeys into our unit; `build_problem` does it for the usual ones."""
    usual = next((short for name, short in _UNITS.items() if f"like {name}," in wrong), None)
    convert = f"convert them to {UNIT_WORDS[unit]}"
    return convert if usual is None else f'say travel_unit="{usual}", or {convert}'


def _not_minutes(travel: FloatArray, straight: FloatArray) -> str | None:
    """Say in which unit journeys seem to be that cannot be minutes; None where they can."""
    usual = float(np.median(_speeds(travel, straight)))
    if SPEEDS_KM_H[0] <= usual <= SPEEDS_KM_H[1]:
        return None
    likely = [name for name, minutes in _MINUTES.items() if _within(usual / minutes, LIKELY_KM_H)]
    if _within(float(np.median(travel / straight)), LIKELY_DETOUR):
        likely = ["metres"]
    pace = f"faster than {usual:,.0f}" if usual > 1 else f"slower than {two_digits(usual)}"
    if not likely:
        return None
    return f"half of the journeys are {pace} km/h: they look like {likely[0]}, not minutes"


def _not_metres(travel: FloatArray, straight: FloatArray) -> str | None:
    """Say in which unit journeys seem to be that cannot be metres; None where they can."""
    usual = float(np.median(travel / straight))
    if 0.99 <= usual <= LIKELY_DETOUR[1]:
        return None
    likely = [name for name, metres in _METRES.items() if _within(usual * metres, LIKELY_DETOUR)]
    if not likely:
        return None
    length = "shorter" if usual < 1 else "longer"
    return (
        f"half of the journeys are {length} than {two_digits(usual)} times the straight line: "
        f"they look like {likely[0]}, not metres"
    )


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
