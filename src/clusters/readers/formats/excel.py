"""Excel workbooks (.xlsx), read without trusting them."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from clusters.errors import DataError, Fault
from clusters.readers.cells import as_text
from clusters.readers.column_names import near
from clusters.readers.opening import refusal
from clusters.readers.table import Table, titled

__all__ = ["excel_table"]

LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
MOST_ROWS = 99_999
MOST_COLUMNS = 702

_FAR = re.compile(rb"""\br=["'](?:[A-Z]{3}[0-9]+|[A-Z]{0,2}[0-9]{6,})["']""")
"""A cell or row beyond ZZ99999. A sheet may lie about its extent, so its cells are looked at."""


def excel_table(
    path: Path, sheet: str | int | None, is_header: Callable[[Sequence[str]], bool] | None
) -> Table:
    """Open one sheet: the one named, else the first that has a header of schools, else the first.

    Raises
    ------
    DataError
        If the workbook is damaged, dangerous or lacks the sheet.
    """
    _check_package(path)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that play no part here
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                table = _sheet_of(book, path, sheet, is_header)
            finally:
                book.close()
    except (
        *(zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError),
        *(OSError, SyntaxError, EOFError, NotImplementedError, AssertionError, OverflowError),
        *(InvalidFileException, zlib.error),
    ) as error:  # what openpyxl, zlib and the XML parser raise on a damaged workbook
        raise refusal(
            path.name,
            f"the workbook is damaged ({type(error).__name__})",
            "open it in a spreadsheet and save it again as .xlsx",
        ) from None
    return table


def _check_package(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise refusal(
                    path.name,
                    "it is a zip archive but not an .xlsx workbook",
                    "unpack it, or save the workbook as .xlsx",
                )
            if any(part.flag_bits & 1 for part in parts):
                raise refusal(path.name, "it is locked with a password", "save it without one")
            size = sum(part.file_size for part in parts)
            if size > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
                raise refusal(
                    path.name,
                    f"it unpacks to {size / 1e6:,.0f} MB in {len(parts):,} parts, more than any "
                    "workbook of schools needs",
                    "save the table as CSV",
                )
            _check_xml(package, parts, path)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError) as error:
        raise refusal(
            path.name,
            f"the workbook is damaged or cut off ({error})",
            "open it in a spreadsheet and save it again, or download it again",
        ) from None
    except (NotImplementedError, EOFError, RuntimeError, zlib.error):
        raise refusal(path.name, "the workbook is damaged", "save it again as .xlsx") from None


def _check_xml(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse document type declarations (no workbook has one, entity bombs do) and far cells."""
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with package.open(part) as file:
                xml = file.read(LARGEST_UNPACKED)
            if b"<!DOCTYPE" in xml[:4096]:
                raise refusal(
                    path.name,
                    f"its part {part.filename} declares a document type, as no workbook does",
                    "save the table as CSV",
                )
            far = _FAR.search(xml) if b"sheetData" in xml else None
            if far:
                raise _too_far(path.name, far[0].decode()[3:-1])


def _sheet_of(
    book: Any,
    path: Path,
    sheet: str | int | None,
    is_header: Callable[[Sequence[str]], bool] | None,
) -> Table:
    sheets = [page for page in book.worksheets if hasattr(page, "iter_rows")]
    if not sheets:
        raise refusal(path.name, "the workbook has no sheet of cells", "check the workbook")
    note = None
    if isinstance(sheet, int) and 0 <= sheet < len(sheets):
        page = sheets[sheet]
    elif sheet is not None:
        named = [page for page in sheets if page.title == sheet]
        if not named:
            titles = [page.title for page in sheets]
            raise refusal(
                path.name,
                f"there is no sheet {sheet!r}",
                f"{near(str(sheet), titles)} The sheets are {', '.join(titles)}".strip(),
            )
        page = named[0]
    else:
        page = next((page for page in sheets if _fits(page, is_header)), sheets[0])
        if len(sheets) > 1:
            note = f"The sheet {page.title!r} was read, of {len(sheets)} sheets."
    where = f"{path.name}, sheet {page.title}" if len(sheets) > 1 else path.name
    _check_extent(page, where)
    table = Table(where=where, kind="Excel", header=(), rows=iter(()))
    number, table.header, rows = titled(list(_cells(page, table)), is_header)
    if not number:
        raise refusal(where, "the sheet is empty", "name another sheet with sheet=")
    table.rows = _even(rows, table)
    if note:
        table.notes.append(note)
    if number > 1:
        table.notes.append(f"The header is row {number}; the rows above it were passed over.")
    return table


def _fits(page: Any, is_header: Callable[[Sequence[str]], bool] | None) -> bool:
    if is_header is None:
        return True
    rows = page.iter_rows(max_row=20, max_col=MOST_COLUMNS, values_only=True)
    return any(is_header([as_text(cell) for cell in row]) for row in rows)


def _check_extent(page: Any, where: str) -> None:
    if (page.max_row or 0) > MOST_ROWS or (page.max_column or 0) > MOST_COLUMNS:
        raise _too_far(where, f"row {page.max_row:,}, column {page.max_column:,}")


def _too_far(where: str, cell: str) -> DataError:
    return refusal(
        where,
        f"a cell far from the table ({cell}) has something in it, or a format",
        "delete the empty rows and columns beyond the table, or save the table as CSV",
    )


def _even(rows: Iterator[tuple[int, list[str]]], table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows as wide as the header; a cell beyond it becomes a fault."""
    width = len(table.header)
    for number, cells in rows:
        if len(cells) > width:
            table.faults.append(
                Fault(
                    what=f"the row has something in column {len(cells)}, beyond the header",
                    remedy="give the column a name in the header, or empty the cell",
                    where=table.where,
                    row=number,
                    value=cells[-1][:60],
                )
            )
        yield number, (cells + [""] * width)[:width]


def _cells(page: Any, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows as text; one row more than allowed is looked at, because a sheet may lie about size."""
    rows = page.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise refusal(
                page.title,
                f"the sheet has more than {MOST_ROWS:,} rows",
                "delete the empty rows below the table, or save the table as CSV",
            )
        cells = [table.mend(as_text(cell)) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells
