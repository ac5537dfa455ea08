"""Pairs of schools, and lists of schools."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from clusters.arguments import checked
from clusters.domain import SchoolId
from clusters.errors import DataError, Faults
from clusters.readers.cells import Unreadable, is_unknown, tidy, urn_of
from clusters.readers.column_names import PUBLISHED, header_score, simple
from clusters.readers.columns import find_any, find_column, no_column
from clusters.readers.faults import column_list
from clusters.readers.opening import File, is_file, open_content, open_table
from clusters.readers.table import WRONG_STATE, Table

__all__ = ["read_group", "read_pairs"]

_ONE = ("from", "from_urn", "from_id", "origin", "origin_id", "urn_a", "school_a", "a", "urn_1")
_OTHER = (
    *("to", "to_urn", "to_id", "destination", "destination_id", "urn_b", "school_b", "b"),
    "urn_2",
)


@checked
def read_pairs(source: Any) -> list[tuple[SchoolId, SchoolId]]:
    """Read pairs of schools, such as neighbours: two ids in each row, with or without a header.

    Parameters
    ----------
    source
        A file or frame with columns such as "from" and "to" (the first two columns otherwise).

    Raises
    ------
    DataError
        Listing every row that does not hold two ids.

    Examples
    --------
    >>> import pandas as pd
    >>> read_pairs(pd.DataFrame({"from": [107600, 107601], "to": [107601, 107602]}))
    [('107600', '107601'), ('107601', '107602')]
    """
    table = _opened(source, _pair_score, "pairs", headless=("from", "to"))
    at = [find_any(table.header, names) for names in ((*_ONE, "urn"), _OTHER)]
    first = at[0] if at[0] is not None else 0
    second = at[1] if at[1] is not None else (1 if first == 0 else 0)
    pairs: list[tuple[SchoolId, SchoolId]] = []
    faults = Faults()
    for number, cells in table.body():
        wrong = [table.states.get((number, k), "") for k in (first, second)]
        if "formula" in wrong:
            faults.append(table.cell(number, cells, second).fault(*WRONG_STATE["formula"]))
            continue
        ids = [_id_of(table, number, cells, k) for k in (first, second)]
        if None in ids:
            faults.add(
                "the row does not hold two ids",
                "give two URNs in each row",
                where=table.where,
                row=number,
                value=", ".join(filter(None, cells))[:60],
            )
            continue
        pairs.append((str(ids[0]), str(ids[1])))
    faults += table.faults
    faults.refuse(DataError)
    return pairs


@checked
def read_group(source: Any, *, column: str | None = None) -> list[str]:
    """Read a list of schools, such as the members of a pyramid: one URN in each row.

    Parameters
    ----------
    source
        A file, frame, Series or plain list of URNs.
    column
        Name of the column; the one with the URNs, else the first, otherwise. A file without a
        header may hold URNs alone.

    Raises
    ------
    DataError
        If the column is not there, holds nothing, or something that is no URN.

    Examples
    --------
    >>> read_group([107600, 107601])
    ['107600', '107601']
    """
    import pandas as pd

    if isinstance(source, list | tuple | set | frozenset) and not any(map(_is_row, source)):
        source = pd.Series(list(source), dtype=object)
    column = column or File.of(source).column
    names = [column] if column else []
    table = _opened(source, header_score("urn", names=names), "list", headless=("urn",))
    at = find_column(table.header, column) if column else None
    if column and at is None:
        raise DataError(no_column(table.header, column, table.where))
    if at is None:
        at = find_any(table.header, ("urn", *PUBLISHED["urn"]))
    if at is None and is_file(source):
        raise table.refused(
            "no column holds the URN, and the first row is no URN either",
            "head the column urn, or name it (FILE:COLUMN, or column=); the columns are "
            f"{column_list(table.header)}",
            column="urn",
        )
    at = at or 0
    faults = Faults()
    found: dict[str, None] = {}
    for number, cells in table.body():
        cell = table.cell(number, cells, at)
        urn = None if is_unknown(cell.text) else cell.read(urn_of, faults, plain=True)
        if urn is not None:
            found[urn] = None
    faults += table.faults
    if not found and not faults:
        faults.add("the file names no school", "put URNs in it", where=table.where)
    faults.refuse(DataError)
    return list(found)


def _is_row(value: Any) -> bool:
    return hasattr(value, "keys")


def _opened(source: Any, score: Any, name: str, *, headless: Sequence[str]) -> Table:
    """Open a table that may have no header: then its first row holds ids already."""
    file = File.of(source)
    if not is_file(file):
        return open_table(file, score=score, name=name)
    file = replace(file, source=open_content(file, name))
    table = open_table(file, score=score, name=name)
    if score(table.header) or not _is_all_ids(table.header, len(headless)):
        return table
    first = (table.header_row, [tidy(cell) for cell in table.header])
    width = max(len(table.header), len(headless))
    table.header = (*headless, *(f"column {k + 1}" for k in range(len(headless), width)))
    table.rows = itertools.chain([first], table.rows)
    table.notes = [note for note in table.notes if "header" not in note.lower()]
    return table


def _is_all_ids(cells: Sequence[str], needed: int) -> bool:
    filled = [tidy(cell) for cell in cells[:needed]]
    return len(filled) == needed and all(
        cell.removesuffix(".0").isdecimal() or cell.lstrip("'").isdecimal() for cell in filled
    )


def _pair_score(cells: Sequence[str]) -> int:
    names = {simple(cell) for cell in cells}
    return 2 if names & {*_ONE, "urn"} and names & {*_OTHER} else 0


def _id_of(table: Table, number: int, cells: Sequence[str], k: int) -> str | None:
    if k >= len(cells):
        return None
    try:
        return urn_of(table.text(number, cells, k)) or None
    except Unreadable:
        return None
