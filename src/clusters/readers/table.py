"""Tables of text: the one form into which every file and frame is brought."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from clusters.errors import Fault
from clusters.readers.cells import mend

__all__ = ["Cell", "Point", "Records", "Table", "titled"]

Records = Iterable[tuple[int, list[str]]]
"""Rows as they stand, each with its number as a spreadsheet counts it (from 1)."""

Point = tuple[float, float]
"""Easting and northing in metres."""

_SEARCHED = 20
_LONGEST = 60


class Cell(NamedTuple):
    """A cell's text and where it stands."""

    text: str
    where: str
    row: int
    column: str

    def fault(self, what: str, remedy: str, urn: str | None = None) -> Fault:
        """Make the fault of this cell."""
        value = self.text if len(self.text) <= _LONGEST else self.text[:_LONGEST] + "..."
        return Fault(
            what=what,
            remedy=remedy,
            where=self.where,
            row=self.row,
            column=self.column,
            urn=urn,
            value=value,
        )


@dataclass(slots=True, kw_only=True)
class Table:
    """A header and rows of text, to be gone through once.

    `faults` and `notes` grow while the rows are gone through. `points` holds the positions that
    come from geometry, by row number.
    """

    where: str
    kind: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    points: Mapping[int, Point] | None = None
    mended: dict[str, str] = field(default_factory=dict)

    def mend(self, text: str) -> str:
        """Undo mix-ups of encodings in a cell, and keep a record of it."""
        if text.isascii():
            return text
        better = mend(text)
        if better != text:
            self.mended[text] = better
        return better


def titled(
    records: Records, is_header: Callable[[Sequence[str]], bool] | None
) -> tuple[int, tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    """Find the header among the first rows; lines of title above it are passed over.

    Parameters
    ----------
    is_header
        Whether a row is the header. Where no row of the first twenty is (or this is None), the
        first row that is not blank is.

    Returns
    -------
    tuple
        Number of the header's row (0 where there is no row at all), the header, the rows below.
    """
    rows = iter(records)
    first = [
        (number, cells) for number, cells in itertools.islice(rows, _SEARCHED) if cells is not None
    ]
    filled = [k for k, (_, cells) in enumerate(first) if any(cells)]
    if not filled:
        return 0, (), iter(())
    at = filled[0]
    if is_header is not None:
        at = next((k for k in filled if is_header(first[k][1])), at)
    number, cells = first[at]
    header = tuple(" ".join(name.replace("\ufeff", "").split()) for name in cells)
    return number, header, itertools.chain(first[at + 1 :], rows)
