"""Excel workbooks (.xlsx), read without trusting them, and nothing odd in them passed over."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from clusters.errors import DataError
from clusters.readers.cells import as_text
from clusters.readers.column_names import near
from clusters.readers.formats.content import Content
from clusters.readers.table import HeaderScore, State, Table, header_place
from clusters.text import counted, first_few

__all__ = ["excel_table"]

LARGEST_UNPACKED = 100_000_000
MOST_PARTS = 2_000
MOST_ROWS = 99_999
MOST_COLUMNS = 702
MOST_CELLS = 4_000_000

_FAR = re.compile(rb"""\br=["'](?:[A-Z]{3}[0-9]+|[A-Z]{0,2}[0-9]{6,})["']""")
"""A cell or row beyond ZZ99999. A sheet may lie about its extent, so its cells are looked at."""
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_HEADER_ROWS = 50
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_DAMAGE = (
    *(zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError),
    *(OSError, SyntaxError, EOFError, NotImplementedError, AssertionError, OverflowError),
    zlib.error,
)
"""What openpyxl, zlib and the XML parser raise on a damaged workbook."""

_Rows = list[tuple[int, list[str]]]


def excel_table(content: Content, sheet: str | int | None, score: HeaderScore) -> Table:
    """Open one sheet: the one named, else the visible one whose header is best known.

    Raises
    ------
    DataError
        If the workbook is damaged or dangerous, lacks the sheet, or has several that fit equally.
    """
    formulas = _check_package(content)
    remedy = "open it in a spreadsheet and save it again as .xlsx"
    with (
        content.refusing(_DAMAGE, "the workbook is damaged ({kind})", remedy),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # about styles and extensions that play no part here
        return _sheet_of(content, sheet, score, formulas=formulas)


def _load(content: Content, *, values: bool) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return openpyxl.load_workbook(content.file(), data_only=values, keep_links=False)
    except InvalidFileException as error:
        raise ValueError(str(error)) from None


def _check_package(content: Content) -> bool:
    """Refuse what is no workbook or means harm; say whether any sheet has formulas."""
    cut_off = (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError)
    remedy = "open it in a spreadsheet and save it again, or download it again"
    broken = (NotImplementedError, EOFError, RuntimeError, zlib.error)
    with (
        content.refusing(broken, "the workbook is damaged", "save it again as .xlsx"),
        content.refusing(cut_off, "the workbook is damaged or cut off ({reason})", remedy),
        zipfile.ZipFile(content.file()) as package,
    ):
        parts = package.infolist()
        if "xl/workbook.xml" not in {part.filename for part in parts}:
            what = "it is a zip archive but not an .xlsx workbook"
            raise content.refused(what, "unpack it, or save the workbook as .xlsx")
        if any(part.flag_bits & 1 for part in parts):
            raise content.refused("it is locked with a password", "save it without one")
        size = sum(part.file_size for part in parts)
        if size > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
            raise content.refused(
                f"it unpacks to {size / 1e6:,.0f} MB in {len(parts):,} parts, more than any "
                "workbook of schools needs",
                "save the table as CSV",
            )
        return _check_xml(package, parts, content)


def _check_xml(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo], content: Content) -> bool:
    """Refuse document type declarations (no workbook has one, entity bombs do) and far cells."""
    formulas, cells = False, 0
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with package.open(part) as file:
                xml = file.read(LARGEST_UNPACKED)
            if b"<!DOCTYPE" in xml[:4096]:
                what = f"its part {part.filename} declares a document type, as no workbook does"
                raise content.refused(what, "save the table as CSV")
            if b"sheetData" not in xml:
                continue
            if far := _FAR.search(xml):
                raise _too_far(content.name, far[0].decode()[3:-1])
            formulas = formulas or _FORMULA.search(xml) is not None
            cells += sum(1 for _ in _CELL.finditer(xml))
            if cells > MOST_CELLS:
                what = f"it has more than {MOST_CELLS:,} cells"
                raise content.refused(what, "save the table as CSV")
    return formulas


def _too_far(where: str, cell: str) -> DataError:
    what = f"a cell far from the table ({cell}) has something in it, or a format"
    remedy = "delete the empty rows and columns beyond the table, or save the table as CSV"
    return DataError.of(what, remedy, where=where)


def _sheet_of(
    content: Content, sheet: str | int | None, score: HeaderScore, *, formulas: bool
) -> Table:
    book = _load(content, values=True)
    pages = [page for page in book.worksheets if hasattr(page, "iter_rows")]
    if not pages:
        raise content.refused("the workbook has no sheet of cells", "check the workbook")
    where = content.name
    page, notes = _chosen(pages, where, sheet, score)
    if len(pages) > 1:
        where = f"{where}, sheet {page.title}"
    if page.max_row > MOST_ROWS or page.max_column > MOST_COLUMNS:
        raise _too_far(where, f"row {page.max_row:,}, column {page.max_column:,}")
    table = Table(where=where, kind="Excel", header=(), rows=iter(()), notes=notes)
    states: dict[tuple[int, int], State] = {}
    rows = _cells(page, table, states)
    if formulas:
        _mark_formulas(rows, _load(content, values=False)[page.title], states)
    at = header_place([cells for _, cells in rows[:_HEADER_ROWS]], score)
    if at is None:
        raise DataError.of("the sheet is empty", "name another sheet with sheet=", where=where)
    table.above = rows[:at]
    body = rows[at + _headed(page, rows, at, table) :]
    _fill_merged(page, body, states, table)
    table.hidden = _hidden(page, body, table)
    table.states = states
    table.rows = iter(_even(body, table))
    if at:
        table.notes.append(
            f"The header is row {table.header_row}; the rows above it were passed over."
        )
    return table


def _chosen(
    pages: Sequence[Any], where: str, sheet: str | int | None, score: HeaderScore
) -> tuple[Any, list[str]]:
    """Take the sheet named, else the visible one whose header is best known."""
    titles = [page.title for page in pages]
    if sheet is not None:
        return _named(pages, where, sheet, titles), []
    visible = [page for page in pages if page.sheet_state == "visible"] or list(pages)
    scores = [_merit(page, score) for page in visible]
    best = max(scores)
    fitting = [page for page, merit in zip(visible, scores, strict=True) if merit == best]
    hidden = [page for page in pages if page not in visible]
    if best[0] <= 0:
        _only_hidden(hidden, where, score)
        fitting = [next((page for page in visible if _merit(page, None)[1]), visible[0])]
    if len(fitting) > 1 and best[0] > 0:
        raise DataError.of(
            f"{len(fitting)} sheets could be meant: "
            f"{first_few([page.title for page in fitting], 6)}",
            f"name one of them with sheet={fitting[0].title!r}",
            where=where,
        )
    page = fitting[0]
    if len(pages) == 1:
        return page, []
    note = f"The sheet {page.title!r} of {where} was read, of {len(pages)} sheets"
    if hidden:
        note += f" (hidden: {first_few([one.title for one in hidden])})"
    return page, [f"{note}."]


def _named(pages: Sequence[Any], where: str, sheet: str | int, titles: Sequence[str]) -> Any:
    if isinstance(sheet, int) and 0 <= sheet < len(pages):
        return pages[sheet]
    wanted = str(sheet).strip().casefold()
    found = next((page for page in pages if page.title == sheet), None)
    found = found or next((page for page in pages if page.title.strip().casefold() == wanted), None)
    if found is None and wanted.isdecimal() and int(wanted) < len(pages):
        found = pages[int(wanted)]
    if found is None:
        remedy = f"{near(str(sheet), titles)} The sheets are {', '.join(titles)}".strip()
        raise DataError.of(f"there is no sheet {sheet!r}", remedy, where=where)
    return found


def _only_hidden(hidden: Sequence[Any], where: str, score: HeaderScore) -> None:
    fitting = [page.title for page in hidden if score is not None and _merit(page, score)[0] > 0]
    if fitting:
        what = f"only a hidden sheet has such a table ({first_few(fitting)})"
        raise DataError.of(what, f"if it is meant, name it with sheet={fitting[0]!r}", where=where)


def _merit(page: Any, score: HeaderScore) -> tuple[int, int]:
    """How well the header of a sheet is known, and whether the sheet holds anything."""
    if page.max_row > MOST_ROWS:
        return 0, 1
    top = page.iter_rows(
        max_row=min(page.max_row, _HEADER_ROWS), max_col=min(page.max_column, MOST_COLUMNS)
    )
    rows = [[as_text(cell.value) for cell in row] for row in top]
    at = header_place(rows, score)
    if at is None:
        return 0, 0
    below = page.max_row > at + 1
    return (score(rows[at]) if score is not None and below else 0), 1


def _cells(page: Any, table: Table, states: dict[tuple[int, int], State]) -> _Rows:
    """Rows as text, each without its blank cells at the end."""
    rows: _Rows = []
    escaped = percent = 0
    width = min(page.max_column, MOST_COLUMNS)
    for number, row in enumerate(page.iter_rows(max_row=page.max_row, max_col=width), start=1):
        cells = []
        for k, cell in enumerate(row):
            value = cell.value
            if isinstance(value, str) and _ESCAPED.search(value):
                value = _unescaped(value)
                escaped += 1
            elif isinstance(value, datetime.date | datetime.time):
                states[number, k] = "date"
            elif isinstance(value, int | float) and "%" in str(cell.number_format):
                value = _percent(value)
                percent += 1
            cells.append(table.correct(as_text(value)))
        while cells and not cells[-1]:
            cells.pop()
        rows.append((number, cells))
    if escaped:
        table.notes.append(
            f"{counted(escaped, 'cell')} of {table.where} held control characters written as "
            "_x000D_ and the like; they were taken out."
        )
    if percent:
        table.notes.append(
            f"{counted(percent, 'cell')} of {table.where} "
            f"{'is a percentage' if percent == 1 else 'are percentages'}, taken as shown: "
            "12.3% is 12.3, not 0.123."
        )
    return rows


def _unescaped(text: str) -> str:
    from openpyxl.utils.escape import unescape

    return "".join(char if char.isprintable() else " " for char in str(unescape(text))).strip()


def _percent(value: float) -> str:
    """Percentage as the sheet shows it; the product is exact, floats are taken to 12 digits."""
    shown_value = Decimal(f"{value:.12g}") * 100
    return f"{shown_value.normalize():f}%"


def _mark_formulas(rows: _Rows, page: Any, states: dict[tuple[int, int], State]) -> None:
    """Put the formula itself where no result of it is saved: whoever reads the cell refuses it."""
    for number, cells in rows:
        for k, cell in enumerate(page[number]):
            if cell.data_type != "f" or (k < len(cells) and cells[k]):
                continue
            cells += [""] * (k + 1 - len(cells))
            cells[k] = str(getattr(cell.value, "text", cell.value))
            states[number, k] = "formula"


def _headed(page: Any, rows: _Rows, at: int, table: Table) -> int:
    """Set the header; return how many rows it takes (more than one where cells are merged down)."""
    number, cells = rows[at]
    ranges = [one for one in page.merged_cells.ranges if one.min_row == number]
    depth = min(max((one.max_row for one in ranges), default=number) - number + 1, len(rows) - at)
    if depth > 1:
        lines = [list(line) for _, line in rows[at : at + depth]]
        width = max(len(line) for line in lines)
        lines = [line + [""] * (width - len(line)) for line in lines]
        for one in ranges:
            across = range(one.min_col - 1, min(one.max_col, width))
            for k in across:
                lines[0][k] = lines[0][across[0]]
        cells = [" ".join(dict.fromkeys(filter(None, parts))) for parts in zip(*lines, strict=True)]
        table.notes.append(
            f"The header of {table.where} takes {depth} rows; the names in them were put together."
        )
    table.header = tuple(" ".join(name.replace("\ufeff", "").split()) for name in cells)
    table.header_row = number
    return depth


def _fill_merged(
    page: Any, body: _Rows, states: dict[tuple[int, int], State], table: Table
) -> None:
    """Give each cell of a merged range the text of the range; numbers are refused when read."""
    by_number = dict(body)
    filled = ranges = 0
    for one in page.merged_cells.ranges:
        text = by_number.get(one.min_row, [])[one.min_col - 1 : one.min_col]
        if not text or not text[0]:
            continue
        states[one.min_row, one.min_col - 1] = "merged"
        if one.min_row == one.max_row:
            continue  # a heading within the table, or one number for several columns
        ranges += 1
        for number in range(one.min_row, one.max_row + 1):
            cells = by_number.get(number, [])
            cells += [""] * (one.min_col - len(cells))
            cells[one.min_col - 1] = text[0]
            states[number, one.min_col - 1] = "merged"
            filled += 1
    if filled:
        table.notes.append(
            f"{counted(ranges, 'merged range')} of {table.where} "
            f"{'was' if ranges == 1 else 'were'} filled: each of the {filled:,} cells counts as "
            "holding what the merged one shows."
        )


def _hidden(page: Any, body: Sequence[tuple[int, list[str]]], table: Table) -> frozenset[int]:
    """Positions of hidden columns; hidden rows with something in them are read and noted."""
    from openpyxl.utils import column_index_from_string

    rows = [n for n, cells in body if any(cells) and page.row_dimensions[n].hidden]
    if rows:
        table.notes.append(
            f"{counted(len(rows), 'hidden row')} of {table.where} "
            f"{'was' if len(rows) == 1 else 'were'} read like the others (row {first_few(rows)})."
        )
    columns: set[int] = set()
    for letter, facts in page.column_dimensions.items():
        if facts.hidden:
            first = facts.min or column_index_from_string(letter)
            columns |= set(range(first - 1, facts.max or first))
    return frozenset(k for k in columns if k < len(table.header))


def _even(rows: _Rows, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows as wide as the header; a cell beyond it becomes a fault."""
    width = len(table.header)
    for number, cells in rows:
        if len(cells) > width:
            what = f"the row has something in column {len(cells)}, beyond the header"
            remedy = "give the column a name in the header, or empty the cell"
            table.faults.add(what, remedy, where=table.where, row=number, value=cells[-1][:60])
        yield number, (cells + [""] * width)[:width]
