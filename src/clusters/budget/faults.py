"""Collecting faults, so that an error lists all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from clusters.errors import DataError, Fault, MoneyError, RulesError

_T = TypeVar("_T")
_LISTED = (DataError, MoneyError, RulesError)


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, what: str, remedy: str, *, urn: object = None, value: object = None) -> None:
        """Note a fault."""
        self.found.append(
            Fault(
                what=what,
                remedy=remedy,
                urn=None if urn is None else str(urn),
                value=None if value is None else str(value),
            )
        )

    def take(self, otherwise: _T, reader: Callable[..., _T], *arguments: object) -> _T:
        """Return what the reader makes of a value; note its faults and go on with `otherwise`."""
        try:
            return reader(*arguments)
        except _LISTED as error:
            self.found += error.faults
            return otherwise

    def check(self) -> None:
        """Raise a MoneyError if any fault was found."""
        if self.found:
            raise MoneyError(self.found)


@contextmanager
def reading(faults: Faults) -> Iterator[None]:
    """Note the faults of the package's own errors instead of stopping at the first."""
    try:
        yield
    except _LISTED as error:
        faults.found += error.faults
