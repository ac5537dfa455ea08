"""Blocks of cells with names, of which sheets of live formulas are made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

__all__ = [
    "EXACT",
    "POUNDS",
    "SHEET",
    "Block",
    "Names",
    "cell_number",
    "in_pounds",
    "without_results",
    "workings_book",
    "write_cell",
]

SHEET = "Working"
POUNDS = "£#,##0.00;[Red]-£#,##0.00"
EXACT = "£#,##0.00#####;[Red]-£#,##0.00#####"
_RESULT = re.compile(rb"(</f>)<v>0</v>")


@contextmanager
def workings_book(path: str | Path) -> Iterator[Any]:
    """Open a workbook to write; it is put in place, without results, when all went well."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        yield book
    Path(path).write_bytes(without_results(made.getvalue()))


def without_results(book: bytes) -> bytes:
    """Take out the result 0 that XlsxWriter puts in for every formula, so that all are worked out.

    LibreOffice believes the results that it finds in a file and works out only those missing.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            content = _RESULT.sub(rb"\1", old.read(entry))
            new.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return made.getvalue()


class Names:
    """Names of cells and columns: letters, digits and underscores, each once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.used: set[str] = set()

    def define(self, words: str, where: str) -> str:
        """Name a cell or column after what it holds; return the name."""
        plain = re.sub(r"\W+", "_", words, flags=re.ASCII).strip("_") or "cell"
        name = plain[0].upper() + plain[1:]
        name = name if "_" in name and not name[0].isdigit() else f"Cell_{name}"
        name, k = name[:200], 2
        while name.casefold() in self.used:
            name, k = f"{name.rstrip('0123456789')}{k}", k + 1
        self.used.add(name.casefold())
        self.book.define_name(name, f"={where}")
        return name


@dataclass(slots=True)
class Block:
    """Columns of one part of the sheet by name, so that formulas can refer to them."""

    sheet: Any
    names: Names
    title: str
    top: int
    count: int
    styles: Mapping[str, Any]
    letters: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, str] = field(default_factory=dict)

    def cell(self, column: str, row: int) -> str:
        """Where a value of a column stands."""
        return f"${self.letters[column]}{self.top + 2 + row}"

    def all(self, column: str) -> str:
        """Name of a whole column."""
        return self.ranges[column]

    def add(
        self, column: str, values: Iterable[Any] | Callable[[int], str], style: str = "number"
    ) -> None:
        """Add a column of values, or of formulas by row."""
        from xlsxwriter.utility import xl_col_to_name

        k = len(self.letters)
        letter = self.letters[column] = xl_col_to_name(k)
        first, last = self.top + 2, self.top + 1 + max(self.count, 1)
        self.ranges[column] = self.names.define(
            f"{self.title}_{column}", f"{SHEET}!${letter}${first}:${letter}${last}"
        )
        self.sheet.write_string(self.top, k, column.replace("_", " "), self.styles["head"])
        items = [values(i) for i in range(self.count)] if callable(values) else list(values)
        for i, item in enumerate(items):
            write_cell(
                *(self.sheet, self.top + 1 + i, k, item, self.styles[style]),
                formula=callable(values),
            )


def cell_number(value: Fraction) -> int | float:
    """Make the number of a cell from an exact one."""
    return int(value) if value.denominator == 1 else float(value)


def in_pounds(sum_: int) -> float:
    """Pence as the pounds of a cell."""
    return sum_ / 100


def write_cell(sheet: Any, row: int, column: int, item: Any, style: Any, *, formula: bool) -> None:
    """Write a formula, a number, or text that never becomes a formula."""
    if formula:
        sheet.write_formula(row, column, item, style)
    elif isinstance(item, str):
        sheet.write_string(row, column, item, style)
    else:
        sheet.write_number(row, column, item, style)
