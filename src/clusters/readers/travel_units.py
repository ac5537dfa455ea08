"""Units of journeys: what names of columns say, and whether numbers can be what they claim."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from clusters.errors import DataError

__all__ = ["FACTORS", "Quantity", "Unit", "quantity_of", "unit_of"]

Unit: TypeAlias = Literal["m", "min"]
Quantity: TypeAlias = Literal["distance", "time", "any", ""]
Numbers: TypeAlias = npt.NDArray[np.float64]

FACTORS: Mapping[str, tuple[Unit, float]] = {
    "m": ("m", 1.0),
    "km": ("m", 1000.0),
    "miles": ("m", 1609.344),
    "s": ("min", 1 / 60),
    "min": ("min", 1.0),
    "h": ("min", 60.0),
}
"""Unit of ours and factor to it, by the unit that a table is in."""

WORDS: Mapping[Unit, str] = {"m": "metres", "min": "minutes"}

_UNIT_WORDS: Mapping[str, tuple[str, ...]] = {
    "km": ("km", "kms", "kilometre", "kilometres", "kilometer", "kilometers"),
    "miles": ("mi", "mile", "miles"),
    "m": ("m", "metre", "metres", "meter", "meters"),
    "min": ("min", "mins", "minute", "minutes"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
}
_DISTANCE = {"distance", "dist", "length", "metres", "meters", "mileage"}
_TIME = {"duration", "time", "durations", "tt", "traveltime"}
_ANY = {"cost", "value", "weight", "total", "impedance", "journey", "travel"}
_NOT = {"departure", "arrival", "start", "end", "entry", "exit", "network", "straight", "crow"}

NO_WAY_NUMBERS = (
    -1.0,
    2147483647.0,
    4294967295.0,
    2147483.647,
    1.7976931348623157e308,
    3.4028235e38,
)
_NINES = re.compile(r"9{3,}(\.0*)?")
_NINES_FROM: Mapping[Unit, float] = {"min": 24 * 60, "m": 900_000}
_IMPOSSIBLE: Mapping[Unit, float] = {"min": 7 * 24 * 60, "m": 2_000_000}


def quantity_of(name: str) -> tuple[Quantity, str | None]:
    """Find what a column's name says that it holds, and in which unit (None where it says none).

    Examples
    --------
    >>> quantity_of("DURATION_H"), quantity_of("Drive time (mins)"), quantity_of("total_cost")
    (('time', 'h'), ('time', 'min'), ('any', None))
    """
    words = [word for word in re.split(r"[^a-z0-9]+", name.casefold()) if word]
    unit = next((unit for unit, names in _UNIT_WORDS.items() for w in words if w in names), None)
    if set(words) & _NOT:
        return "", None
    if unit is not None:
        return ("distance" if FACTORS[unit][0] == "m" else "time"), unit
    if set(words) & _DISTANCE:
        return "distance", None
    if set(words) & _TIME:
        return "time", None
    return ("any" if set(words) & _ANY else ""), None


def unit_of(given: str | None, wanted: Unit) -> str | None:
    """Check the unit that the caller says a table is in.

    Raises
    ------
    DataError
        If it is no unit, or one of another kind than what the table is given as.
    """
    if given is None:
        return None
    word = str(given).strip().casefold()
    found = next((u for u, names in _UNIT_WORDS.items() if word in names), None)
    what = None
    if found is None:
        what = f"{given!r} is no unit of journeys"
    elif FACTORS[found][0] != wanted:
        what = f"journeys in {found} cannot be given as {WORDS[wanted]}"
    if what:
        remedy = "use s, min or h with travel_min=, and m, km or miles with travel_m="
        raise DataError.of(what, remedy, where="travel_unit")
    return found


def unit_notes(read_as: str | None, unit: Unit) -> list[str]:
    """Sentence on a unit that was turned into ours."""
    if read_as is None or FACTORS[read_as][1] == 1.0:
        return []
    return [f"Journeys in {read_as} were turned into {WORDS[unit]}."]


def is_no_way_number(text: str, value: float, unit: Unit, factor: float = 1.0) -> bool:
    """Whether a number is one with which routing tools say that there is no way.

    That is -1, the largest whole numbers of 32 bits, nines alone where they would be a day or
    900 km (9,999 metres are a journey), and anything of a week or 2,000 km.

    Parameters
    ----------
    factor
        From the table's unit to ours.
    """
    if value in NO_WAY_NUMBERS:
        return True
    nines = _NINES.fullmatch(text.strip()) is not None
    return abs(value * factor) >= (_NINES_FROM if nines else _IMPOSSIBLE)[unit]
