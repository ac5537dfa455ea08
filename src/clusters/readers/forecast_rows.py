"""Rows of the problem's schools in a forecast or a table of year groups, with what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusters.domain import Problem, SchoolId
from clusters.errors import Faults
from clusters.readers.cells import is_unknown, number_of, tidy
from clusters.readers.links import links_of
from clusters.readers.school_finder import SchoolFinder
from clusters.readers.table import WRONG_STATE, Cell, Table
from clusters.text import counted, first_few

__all__ = ["Found", "other_notes", "rows_of", "school_names", "value_of"]

_NAMED = 4


@dataclass(slots=True)
class Found:
    """Numbers by (measure, year, school), with the cell each was read from; and parts of them."""

    whole: dict[tuple[str, str, SchoolId], float] = field(default_factory=dict)
    parts: dict[tuple[str, str, SchoolId], float] = field(default_factory=dict)
    unknown: set[tuple[str, str, SchoolId]] = field(default_factory=set)
    others: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    notes: list[str] = field(default_factory=list)


def rows_of(
    table: Table, problem: Problem, links: Any, keys: Mapping[str, int], found: Found
) -> Iterator[tuple[int, list[str], SchoolId]]:
    """Rows of the problem's schools; the others are remembered."""
    finder = SchoolFinder(problem, links_of(links))
    for number, cells in table.body():
        texts = [tidy(cells[k]) for k in keys.values() if tidy(cells[k])]
        school = next((s for text in texts if (s := finder.find(text)) is not None), None)
        if school is not None:
            yield number, cells, school
        elif texts:
            found.others.setdefault(texts[0], " ".join(texts[:2]))


def value_of(cell: Cell, urn: str, faults: Faults) -> float | None:
    """Read a cell; None where it is not known, or a fault."""
    if cell.state in ("formula", "date", "merged"):
        faults.append(cell.fault(*WRONG_STATE[cell.state], urn))
        return None
    return None if is_unknown(cell.text) else cell.read(number_of, faults, urn)


def school_names(problem: Problem, keys: Sequence[SchoolId]) -> str:
    """Name the first few of some schools, with their ids."""
    return first_few([f"{problem.school(key).name} ({key})" for key in keys], _NAMED)


def other_notes(found: Found) -> list[str]:
    """Say which rows are of schools that the problem does not have."""
    if not found.others:
        return []
    rows = counted(len(found.others), "school is", "schools are")
    named = first_few(found.others.values())
    return [f"{rows} not among those of the problem and left out: {named}."]
