"""CSV and other delimited text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from clusters.errors import Fault
from clusters.readers.opening import refusal
from clusters.readers.table import Table, titled

__all__ = ["decode", "text_table"]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONGEST_LINE = 1_000_000


def decode(data: bytes, where: str) -> tuple[str, str]:
    """Turn bytes into text and name the encoding: UTF-8 with or without BOM, UTF-16, Windows-1252.

    Raises
    ------
    DataError
        If the bytes are not text.
    """
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeError:
            raise refusal(
                where, "the file is cut off or not text", "save it as CSV UTF-8"
            ) from None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise refusal(
            where,
            f"the file is not plain text: it has a NUL byte in line {line}",
            "save it again as CSV UTF-8",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes without meaning; Latin-1 reads those too.
        try:
            return data.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            return data.decode("latin-1"), "Latin-1"
    return text, "UTF-8 with BOM" if data.startswith(codecs.BOM_UTF8) else "UTF-8"


def text_table(
    path: Path,
    is_header: Callable[[Sequence[str]], bool] | None,
    *,
    headless: tuple[str, ...] | None = None,
) -> Table:
    """Open delimited text; rows with too many or too few fields become faults.

    Parameters
    ----------
    headless
        Names of the columns of a file that has no header.

    Raises
    ------
    DataError
        If the file is not text or is empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise refusal(path.name, f"it cannot be read ({reason})", "check the file") from None
    text, encoding = decode(data, path.name)
    if not text.strip():
        raise refusal(path.name, "the file is empty", "check that it was saved or downloaded whole")
    table = Table(where=path.name, kind="CSV", header=(), rows=iter(()), encoding=encoding)
    records = _records(text, table)
    if headless is None:
        number, header, rows = titled(records, is_header)
        if number > 1:
            table.notes.append(f"The header is row {number}; the rows above it were passed over.")
        while header and not header[-1]:
            header = header[:-1]
    else:
        header, rows = headless, iter(records)
    table.header = header
    table.rows = _even(rows, len(header), table)
    return table


def _records(text: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Rows of fields; a row that cannot be parsed becomes a fault."""
    first = text.lstrip("\r\n").split("\n", 1)[0][:_LONGEST_LINE]
    delimiter = max(",;\t|", key=first.count) if first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.faults.append(_broken(table.where, number, str(error)))
            continue
        yield number, [table.mend(cell.strip()) for cell in cells]


def _broken(where: str, number: int, reason: str) -> Fault:
    if "larger than field limit" in reason:
        what, remedy = "a field is longer than any field should be", "look for a missing quote mark"
    elif "unexpected end" in reason:
        what = "a quote mark is opened and never closed, or the file is cut off"
        remedy = "close the quote mark, or download the file again"
    else:
        what, remedy = "the quote marks of this row do not match", 'write a quote mark within as ""'
    return Fault(what=what, remedy=remedy, where=where, row=number)


def _even(
    rows: Iterator[tuple[int, list[str]]], width: int, table: Table
) -> Iterator[tuple[int, list[str]]]:
    """Rows of exactly `width` fields; blank fields at the end do not count."""
    uneven: list[tuple[int, int]] = []
    good = 0
    for number, cells in rows:
        if not any(cells):
            yield number, [""] * width
            continue
        surplus = cells[width:]
        if len(cells) < width or any(surplus):
            uneven.append((number, len(cells)))
            continue
        good += 1
        yield number, cells[:width]
    counts = {count for _, count in uneven}
    if uneven and not good and len(counts) == 1 and len(uneven) > 1:
        table.faults.append(
            Fault(
                what=f"every row has {counts.pop()} fields but the header has {width}",
                remedy="give each column one name, and quote text that has commas in it",
                where=table.where,
                row=uneven[0][0],
            )
        )
        return
    for number, count in uneven:
        word = "too many" if count > width else "too few"
        table.faults.append(
            Fault(
                what=f"the row has {word} fields: {count}, where the header has {width}",
                remedy="quote text that has commas in it"
                if count > width
                else "complete the row, or download the file again if it is cut off",
                where=table.where,
                row=number,
            )
        )
