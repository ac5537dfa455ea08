"""Tables of text: the one form into which every file and frame is brought."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from clusters.errors import DataError, Fault, Faults
from clusters.readers.cells import Unreadable, correct, is_unknown, tidy
from clusters.text import counted

__all__ = [
    "WRONG_STATE",
    "Cell",
    "HeaderScore",
    "Point",
    "Records",
    "State",
    "Table",
    "header_place",
    "is_total",
    "is_words",
    "titled",
]

Records: TypeAlias = Iterable[tuple[int, list[str]]]
"""Rows as they stand, each with its number as a spreadsheet counts it (from 1)."""

Point: TypeAlias = tuple[float, float]
"""Easting and northing in metres."""

HeaderScore: TypeAlias = Callable[[Sequence[str]], int] | None
"""How many columns a reader recognises in a row; 0 where the row cannot be the header."""

State: TypeAlias = Literal["", "merged", "formula", "date"]
"""What is odd about a cell of a spreadsheet: it was filled from a cell merged over several rows,
holds a formula without a saved result, or is a date."""

WRONG_STATE: Mapping[str, tuple[str, str]] = {
    "formula": (
        "it is a formula whose result is not saved in the file",
        "open the file in a spreadsheet, let it calculate, and save it again",
    ),
    "date": (
        "it is a date",
        "format the column as text and write again what was meant, such as 5-1, or the number",
    ),
    "merged": (
        "it is one number in a cell merged over several",
        "unmerge the cells and give each school its own number",
    ),
}
"""What is wrong with a cell in one of the states, and how to correct it."""

_TOTAL = re.compile(
    r"(grand |sub[- ]?|overall )?totals?\b.*|.*\btotals?:?|all schools|sum|average|mean"
)
_T = TypeVar("_T")
_SEARCHED = 50
_LONGEST = 60
_MOSTLY = 0.6


class Cell(NamedTuple):
    """A cell's text and where it stands."""

    text: str
    where: str
    row: int
    column: str
    state: State = ""

    @property
    def plain(self) -> str:
        """Text of a cell that a reader needs.

        Raises
        ------
        Unreadable
            If it is a formula without a saved result, or a date.
        """
        if self.state in ("formula", "date"):
            raise Unreadable(*WRONG_STATE[self.state])
        return self.text

    def read(
        self,
        reader: Callable[[str], _T],
        faults: list[Fault],
        urn: str | None = None,
        *,
        plain: bool = False,
    ) -> _T | None:
        """Value that a reader makes of the text; None where it cannot, which is a fault."""
        try:
            return reader(self.plain if plain else self.text)
        except Unreadable as error:
            faults.append(self.fault(error.what, error.remedy, urn))
            return None

    def fault(self, what: str, remedy: str, urn: str | None = None) -> Fault:
        """Make the fault of this cell."""
        value = self.text if len(self.text) <= _LONGEST else self.text[:_LONGEST] + "..."
        return Fault(
            what, remedy, where=self.where, row=self.row, column=self.column, urn=urn, value=value
        )


@dataclass(slots=True, kw_only=True)
class Table:
    """A header and rows of text, to be gone through once.

    `faults` and `notes` grow while the rows are gone through. `points` holds the positions that
    come from geometry, by row number; `states` what is odd about cells, by row number and position
    of the column; `hidden` the positions of columns that the spreadsheet hides; `above` the rows
    above the header.
    """

    where: str
    kind: str
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]
    header_row: int = 1
    above: list[tuple[int, list[str]]] = field(default_factory=list)
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    points: Mapping[int, Point] | None = None
    states: Mapping[tuple[int, int], State] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    corrected: dict[str, str] = field(default_factory=dict)

    def fault(self, what: str, remedy: str, **place: Any) -> Fault:
        """Make a fault of the table, or of what stands at a place in it."""
        return Fault(what, remedy, where=self.where, **place)

    def refused(self, what: str, remedy: str, **place: Any) -> DataError:
        """Make the error of a table that cannot be read on."""
        return DataError(self.fault(what, remedy, **place))

    def correct(self, text: str) -> str:
        """Undo mix-ups of encodings in a cell, and keep a record of it."""
        if text.isascii():
            return text
        better = correct(text)
        if better != text:
            self.corrected[text] = better
        return better

    def cell(self, number: int, cells: Sequence[str], k: int) -> Cell:
        """Cell of a row by the position of its column."""
        state = self.states.get((number, k), "") if self.states else ""
        return Cell(cells[k], self.where, number, self.header[k], state)

    def text(self, number: int, cells: Sequence[str], k: int) -> str:
        """Text of a cell that a reader needs: see `Cell.plain`."""
        return self.cell(number, cells, k).plain

    def body(self) -> Iterator[tuple[int, list[str]]]:
        """Go through the rows but blank ones and rows of totals, which are counted in a note."""
        totals = 0
        for number, cells in self.rows:
            words = next((cell for cell in cells if not is_unknown(cell)), "")
            if words and is_total(words):
                totals += 1
            elif any(cells):
                yield number, cells
        if totals:
            self.notes.append(
                f"{counted(totals, 'row')} of totals in {self.where} "
                f"{'was' if totals == 1 else 'were'} left out."
            )

    def all_notes(self) -> list[str]:
        """Give the notes of the table with the one on texts that were repaired."""
        if not self.corrected:
            return list(self.notes)
        raw, better = next(iter(self.corrected.items()))
        return [
            *self.notes,
            f"{counted(len(self.corrected), 'text')} of {self.where} in a mixed-up encoding "
            f"{'was' if len(self.corrected) == 1 else 'were'} corrected, such as {raw!r} to "
            f"{better!r}.",
        ]


def is_total(text: str) -> bool:
    """Whether the first words of a row say that it is a row of totals."""
    return _TOTAL.fullmatch(tidy(text).lower()) is not None


def is_words(text: str) -> bool:
    """Whether a text alone in its row is a note or a heading, not an id: "Source: DfE", "North"."""
    return any(map(str.isspace, text.strip())) or not any(map(str.isdigit, text))


def titled(
    records: Records, score: HeaderScore
) -> tuple[list[tuple[int, list[str]]], int, tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    """Find the header among the first rows; lines of title above it are passed over.

    Parameters
    ----------
    score
        How well a row does as the header: the best of the first fifty is taken, the first one of
        equals. Where none will do (or this is None), it is the first row about as full as any.

    Returns
    -------
    tuple
        The rows above, the number of the header's row (0 where there is no row at all), the header,
        and the rows below.
    """
    rows = iter(records)
    first = list(itertools.islice(rows, _SEARCHED))
    at = header_place([cells for _, cells in first], score)
    if at is None:
        return [], 0, (), iter(())
    number, cells = first[at]
    header = tuple(" ".join(name.replace("\ufeff", "").split()) for name in cells)
    return first[:at], number, header, itertools.chain(first[at + 1 :], rows)


def header_place(rows: Sequence[Sequence[str]], score: HeaderScore) -> int | None:
    """Position of the header among rows; None where all are blank."""
    filled = [(k, sum(map(bool, cells))) for k, cells in enumerate(rows) if any(cells)]
    if not filled:
        return None
    if score is None:
        return filled[0][0]
    scores = [(score(rows[k]), k) for k, _ in filled]
    best = max(value for value, _ in scores)
    if best > 0:
        return next(k for value, k in scores if value == best)
    most = max(count for _, count in filled)
    return next(k for k, count in filled if count >= _MOSTLY * most)
