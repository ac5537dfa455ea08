"""Tables as values: columns, rows and a total, ready for a template."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.money import pounds
from clusters.report.wording.words import capital, measure_name, number
from clusters.text import clean

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Column:
    """A column: heading, and whether it holds numbers (set to the right)."""

    name: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: text, where it links to, and the target of links to it.

    An aside is shown on the page and read out, but passed over by a search of the page: a name in
    the row of another, so that whoever looks for it finds its own row first.
    """

    text: str
    href: str = ""
    is_aside: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column heads its rows.

    On a narrow screen the cells of a stacked table stand under each other, each with its heading.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    is_stacked: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A name with its value, or a value with its words."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Field(Column):
    """A column of a table of things: what it says of each, and of all of them in the last row."""

    says: Callable[[Any], Any] = str
    total: str = ""
    is_shown: bool = True


def table_of(caption: str, things: Iterable[Any], fields: Sequence[Field]) -> Table:
    """Make a table with a row for each thing, from the fields that are shown."""
    shown = [field for field in fields if field.is_shown]
    rows = [[field.says(thing) for field in shown] for thing in things]
    total = [field.total for field in shown]
    return make_table(caption, shown, rows, total if any(total) else ())


def make_table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    total: Sequence[Any] = (),
) -> Table:
    """Make a table from rows of text or cells."""
    return Table(
        caption=caption,
        columns=tuple(columns),
        rows=tuple(tuple(map(_cell, row)) for row in rows),
        total=tuple(map(_cell, total)),
    )


def _cell(value: Any) -> Cell:
    return value if isinstance(value, Cell) else Cell(clean(value))


def with_none(frame: pd.DataFrame) -> pd.DataFrame:
    """Put None where a frame knows nothing."""
    return frame.astype(object).where(frame.notna(), None)


def frame_table(
    caption: str,
    frame: pd.DataFrame,
    *,
    headings: Mapping[str, str] | None = None,
    total: bool = True,
) -> Table:
    """Make a table of a frame: columns in pence as pounds, sums in a last row.

    Parameters
    ----------
    headings
        Headings by name of column; other columns are headed by the name of their measure.
    total
        Whether columns in pence are added up in a last row, where every value is known.
    """
    names = [str(name) for name in frame.columns]
    kinds = {name: _kind(name, frame[name]) for name in names}
    given = headings or {}
    columns = [Column(given.get(name, _heading(name)), kinds[name] != "text") for name in names]
    known = with_none(frame)
    rows = [
        [_written(value, kinds[name]) for name, value in zip(names, row, strict=True)]
        for row in known.itertuples(index=False, name=None)
    ]
    sums = ["Total"]
    for name in names[1:]:
        adds = kinds[name] == "pence" and all(_is_count(value) for value in known[name])
        sums.append(pounds(int(sum(known[name].tolist()))) if adds else "")
    shown = total and any(sums[1:]) and len(frame) > 1
    return make_table(caption, columns, rows, sums if shown else ())


def _is_count(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _kind(name: str, values: Any) -> str:
    if name.endswith("_pence") or name == "pence":
        return "pence"
    known = [value for value in values[values.notna()].tolist() if value != HIDDEN]
    if not known or not all(map(_is_count, known)):
        return "text"
    return "whole" if all(float(value).is_integer() for value in known) else "number"


def _heading(name: str) -> str:
    return capital(measure_name(name.removesuffix("_pence")))


def _written(value: Any, kind: str) -> str:
    """Write one value; None is not known."""
    if value is None:
        return "" if kind == "text" else "not known"
    if value == HIDDEN:
        return HIDDEN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "pence":
        return pounds(int(value))
    return clean(value) if kind == "text" else number(value, 0 if kind == "whole" else 1)
