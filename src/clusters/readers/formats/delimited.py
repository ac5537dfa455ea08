"""CSV and other delimited text."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from clusters.errors import DataError, Fault
from clusters.readers.column_names import simple
from clusters.readers.formats.content import Content
from clusters.readers.table import HeaderScore, Table, header_place, titled
from clusters.text import counted

__all__ = ["decode", "json_of", "text_table"]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = (",", ";", "\t", "|")
_TRIED_CHARACTERS = 200_000
_TRIED_ROWS = 100
_HEADER_ROWS = 50
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_OPEN_ENDED = "linked_establishments"
"""Last column of the GIAS search download: a school with several links has a field for each."""
_PADDED = "rectype"
"""A column of the performance tables, whose rows of new and closed schools end early."""


def decode(data: bytes, where: str) -> tuple[str, str]:
    """Turn bytes into text and name the encoding: UTF-8 with or without BOM, UTF-16, Windows-1252.

    Raises
    ------
    DataError
        If the bytes are not text.
    """
    utf16 = _utf16(data)
    if utf16:
        try:
            return data.decode(utf16), "UTF-16"
        except UnicodeError:
            raise DataError.of(
                "the file is cut off or not text", "save it as CSV UTF-8", where=where
            ) from None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        what = f"the file is not plain text: it has a NUL byte in line {line}"
        raise DataError.of(what, "save it again as CSV UTF-8", where=where)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows-1252 leaves five bytes without meaning; Latin-1 reads those too.
        try:
            return data.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            return data.decode("latin-1"), "Latin-1"
    return text, "UTF-8 with BOM" if data.startswith(codecs.BOM_UTF8) else "UTF-8"


def _utf16(data: bytes) -> str | None:
    """Name the UTF-16 codec by its mark, or by the NUL bytes beside plain letters."""
    if data.startswith(_UTF16):
        return "utf-16"
    start = data[:2000]
    for codec, ours, others in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        if start[ours::2].count(0) > len(start) // 4 and not start[others::2].count(0):
            return codec
    return None


def json_of(content: Content, what: str, remedy: str) -> Any:
    """Value of a JSON file.

    Raises
    ------
    DataError
        If it is damaged.
    """
    damaged = f"the {what} is damaged or cut off ({{reason}})"
    with content.refusing((ValueError, RecursionError), damaged, remedy):
        return json.loads(decode(content.data, content.name)[0])


def text_table(
    data: bytes, where: str, score: HeaderScore, *, headless: tuple[str, ...] | None = None
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
    text, encoding = decode(data, where)
    if not text.strip():
        raise DataError.of(
            "the file is empty", "check that it was saved or downloaded whole", where=where
        )
    table = Table(where=where, kind="CSV", header=(), rows=iter(()), encoding=encoding)
    records = _records(text, table, score)
    if headless is None:
        table.above, number, header, rows = titled(records, score)
        if number > 1:
            table.notes.append(f"The header is row {number}; the rows above it were passed over.")
        if score is not None and not score(header):
            # Nothing says that this is the header: it may be a shorter row than those below.
            first = list(itertools.islice(rows, _HEADER_ROWS))
            rows = itertools.chain(first, rows)
            widest = max((len(cells) for _, cells in [*table.above, *first]), default=0)
            header += ("",) * (widest - len(header))
        else:
            while header and not header[-1]:
                header = header[:-1]
    else:
        number, header, rows = 0, headless, iter(records)
    table.header, table.header_row = header, number
    cut_off = not text.endswith(("\n", "\r"))
    table.rows = _even(rows, table, cut_off=cut_off)
    return table


def _delimiter(text: str, score: HeaderScore) -> str:
    """Delimiter under which there is a header, else the most rows of one width of two or more.

    The whole start of the file is looked at: a line of title may hold any of them.
    """
    sample = text[:_TRIED_CHARACTERS]

    def merit(delimiter: str) -> tuple[int, int, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        rows: list[list[str]] = []
        try:
            for cells in itertools.islice(reader, _TRIED_ROWS):
                rows.append([cell.strip() for cell in cells])
        except csv.Error:
            pass  # what was read so far decides; the faults are found when all is read
        header = 0
        if score is not None:
            at = header_place(rows[:_HEADER_ROWS], score)
            header = 0 if at is None else score(rows[at])
        widths = [len(cells) for cells in rows if len(cells) > 1]
        usual = max(set(widths), key=widths.count, default=0)
        return header, widths.count(usual) if widths else 0, usual

    return max(_DELIMITERS, key=merit)


def _records(text: str, table: Table, score: HeaderScore) -> Iterator[tuple[int, list[str]]]:
    """Rows of fields; a row that cannot be parsed becomes a fault."""
    named = _SEP_LINE.match(text)
    delimiter = named[1] if named else _delimiter(text, score)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    if named:
        next(reader)
        number = 1
    plain = text.isascii()
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            table.faults.append(_broken(table.where, number, str(error)))
            continue
        stripped = [cell.strip() for cell in cells]
        yield number, stripped if plain else [table.correct(cell) for cell in stripped]


def _broken(where: str, number: int, reason: str) -> Fault:
    if "larger than field limit" in reason:
        what, remedy = "a field is longer than any field should be", "look for a missing quote mark"
    elif "unexpected end" in reason:
        what = "a quote mark is opened and never closed, or the file is cut off"
        remedy = "close the quote mark, or download the file again"
    else:
        what, remedy = "the quote marks of this row do not match", 'write a quote mark within as ""'
    return Fault(what, remedy, where=where, row=number)


def _even(
    rows: Iterator[tuple[int, list[str]]], table: Table, *, cut_off: bool
) -> Iterator[tuple[int, list[str]]]:
    """Rows of exactly the header's width; blank fields at the end do not count."""
    width = len(table.header)
    names = [simple(name) for name in table.header]
    open_ended, padded = bool(names) and names[-1] == _OPEN_ENDED, _PADDED in names
    uneven: list[tuple[int, int]] = []
    good = longer = shorter = 0
    last = None
    for number, cells in rows:
        last = number
        if not any(cells):
            yield number, [""] * width
            continue
        surplus = cells[width:]
        if any(surplus) and open_ended:
            longer += 1
            cells = [*cells[: width - 1], "; ".join(filter(None, cells[width - 1 :]))]
        elif len(cells) == 1 and width > 1 and " " in cells[0]:
            cells = cells + [""] * (width - 1)  # a note below the table, as typed
        elif len(cells) < width and padded:
            shorter += 1
            uneven.append((number, len(cells)))
            cells = cells + [""] * (width - len(cells))
        elif len(cells) < width or any(surplus):
            uneven.append((number, len(cells)))
            continue
        good += 1
        yield number, cells[:width]
    if longer:
        has = "has" if longer == 1 else "have"
        table.notes.append(
            f"{counted(longer, 'row')} of {table.where} {has} further linked establishments in "
            "fields beyond the last column; they were kept together."
        )
    if padded:  # only a row that the file itself breaks off is a fault
        broken = [row for row in uneven if cut_off and row[0] == last and row[1] < width]
        if shorter > len(broken):
            n = shorter - len(broken)
            table.notes.append(
                f"{counted(n, 'row')} of {table.where} {'ends' if n == 1 else 'end'} early, as "
                "rows of new and closed schools do; the columns left out are not known there."
            )
        uneven = [row for row in uneven if row[1] > width] + broken
    table.faults += _uneven_faults(uneven, good, width, table.where)


def _uneven_faults(
    uneven: Sequence[tuple[int, int]], good: int, width: int, where: str
) -> list[Fault]:
    counts = {count for _, count in uneven}
    if uneven and not good and len(counts) == 1 and len(uneven) > 1:
        what = f"every row has {counts.pop()} fields but the header has {width}"
        remedy = "give each column one name, and quote text that has commas in it"
        return [Fault(what, remedy, where=where, row=uneven[0][0])]
    return [
        Fault(
            f"the row has too {'many' if count > width else 'few'} fields: {count}, where "
            f"the header has {width}",
            "quote text that has commas in it"
            if count > width
            else "complete the row, or download the file again if it is cut off",
            where=where,
            row=number,
        )
        for number, count in uneven
    ]
