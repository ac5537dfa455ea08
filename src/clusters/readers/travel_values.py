"""Journeys as numbers: what is asked of a table, its cells in one unit, and faults of values."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clusters.arguments import described
from clusters.errors import DataError, Fault, Faults
from clusters.readers.cells import Unreadable, number_of, tidy, urn_of
from clusters.readers.table import WRONG_STATE, State
from clusters.readers.travel_units import FACTORS, Unit, is_no_way_number, quantity_of

__all__ = [
    "Asked",
    "Journeys",
    "Numbers",
    "diagonal_faults",
    "factor_of",
    "key_of",
    "marks_of",
    "number_text",
]

_INFINITE = ("inf", "infinity", "+inf")
_BLANK = ("", "blank", "nan", "none", "null", "na", "<na>")


@dataclass(frozen=True, slots=True)
class Journeys:
    """Journeys, array (n, n), in the order of the ids asked for; and what was passed over.

    `read_as` is the unit in which the table or the caller says that it is.
    """

    values: npt.NDArray[np.float64]
    notes: tuple[str, ...] = ()
    read_as: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a table: for whom, in which unit, and what stands for no way."""

    ids: list[Hashable]
    unit: Unit
    given: str | None
    no_way: frozenset[str]
    where: str

    @property
    def keys(self) -> list[str]:
        """The ids as texts that can be compared with those of a table."""
        return [key_of(one) for one in self.ids]

    def refused(self, what: str, remedy: str, **place: Any) -> DataError:
        """Make the error of a table of which no journey can be read."""
        return DataError.of(what, remedy, where=self.where, **place)

    def fault(self, a: int, what: str, remedy: str, **place: Any) -> Fault:
        """Make a fault of the journeys from the school in place a."""
        return Fault(what, remedy, where=self.where, urn=str(self.ids[a]), **place)


def marks_of(no_way: Any) -> frozenset[str]:
    """Texts that stand for no way, as they may be written in a cell."""
    single = isinstance(no_way, str | float | int)
    if not single and not isinstance(no_way, Iterable):
        what = f"no_way is {described(no_way)}, not a list of values"
        remedy = 'give those that mean "no way", for instance no_way=["blank", -1]'
        raise DataError.of(what, remedy, where="no_way")
    marks = {number_text(one) for one in ([no_way] if single else no_way)}
    return frozenset(marks | ({*_BLANK} if marks & {*_BLANK} else set()) | {*_INFINITE})


def number_text(value: Any) -> str:
    """Write a value so that 5, 5.0 and "5" are one text."""
    text = tidy("" if value is None else str(value)).casefold()
    try:
        return repr(float(text)) if text not in (*_INFINITE, "nan") else text
    except ValueError:
        return text


def key_of(value: object) -> str:
    """Text by which ids are compared, so that 107600, 107600.0 and "107600" are one."""
    text = str(value).strip()
    try:
        return urn_of(text) if text.isascii() else text
    except Unreadable:
        return text


class Numbers:
    """Reads cells as numbers in the unit wanted; gathers what cannot be read."""

    def __init__(self, asked: Asked, factor: float) -> None:
        self.asked = asked
        self.factor = factor
        self.ways = 0
        self.thousands = 0
        self.faults = Faults()
        self._seen: dict[str, float] = {}

    def read(
        self, a: int, b: int, text: str, row: int | None = None, *, state: State = ""
    ) -> float:
        """Read the journey from a to b; 0 where it is none, which is a fault.

        The fault names no column, so that those of a square table are gathered.
        """
        try:
            if state:
                raise Unreadable(*WRONG_STATE[state])
            return self._number(text)
        except Unreadable as error:
            what = f"the journey to '{self.asked.ids[b]}': {error.what}"
            fault = self.asked.fault(a, what, error.remedy, row=row, value=text[:60])
            self.faults.append(fault)
            return 0.0

    def _number(self, text: str) -> float:
        found = self._seen.get(text)
        if found is None:
            found = self._seen[text] = self._value(text)
        self.ways += found == np.inf
        self.thousands += "," in text
        return found

    def _value(self, text: str) -> float:
        if number_text(text) in self.asked.no_way or text.casefold() in self.asked.no_way:
            return float(np.inf)
        if number_text(text) in _BLANK:
            raise Unreadable(
                "the journey is blank",
                'give it, or "inf" where there is no way; or say so for all blanks with '
                'no_way=["blank"]',
            )
        try:
            value = number_of(text, negative=True)
        except Unreadable:
            try:
                value = float(text)  # a float in scientific notation loses nothing here
            except ValueError:
                raise Unreadable(
                    "the journey is not a number of 0 or more",
                    f'give it, or "inf" where there is no way; or no_way=["{text[:20]}"]',
                ) from None
        if is_no_way_number(text, value, self.asked.unit, self.factor):
            what = "the journey is a number with which routing tools say that there is no way"
            raise Unreadable(what, f"if so, say it with no_way=[{text}]; else correct it")
        if not value >= 0:
            remedy = f'give it, or "inf" where there is no way; or no_way=[{text}]'
            raise Unreadable("the journey is not a number of 0 or more", remedy)
        return value * self.factor

    def notes(self, where: str) -> Iterator[str]:
        """Say what was taken for granted while reading."""
        if self.thousands:
            yield (
                f"{self.thousands:,} numbers{f' of {where}' if where else ''} have a comma between "
                "thousands, which was taken out."
            )


def factor_of(name: str | None, asked: Asked) -> tuple[float, str | None]:
    """Factor to the unit wanted: by the caller's word, else by the column's name."""
    said = None if name is None else quantity_of(name)[1]
    if asked.given is not None and said is not None and said != asked.given:
        what = f"the column says {said}, travel_unit says {asked.given}"
        raise asked.refused(what, "leave travel_unit out, or rename the column", column=name)
    unit = asked.given or said
    if unit is None:
        return 1.0, None
    return FACTORS[unit][1], unit


def diagonal_faults(values: npt.NDArray[np.float64], asked: Asked) -> list[Fault]:
    """List the schools whose journey to themselves is not 0."""
    what = "the school's journey to itself is not 0"
    return [
        asked.fault(k, what, "put 0", value=f"{values[k, k]:g}")
        for k in np.flatnonzero(np.diagonal(values)).tolist()
    ]
