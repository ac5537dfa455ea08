"""Old and new URNs of one school, and pairs of schools."""

from __future__ import annotations

from typing import Any

from clusters.domain import SchoolId
from clusters.errors import DataError, Fault
from clusters.readers.cells import Unreadable, urn_of
from clusters.readers.column_names import near, simple
from clusters.readers.columns import find_column
from clusters.readers.opening import open_table
from clusters.readers.table import Table

__all__ = ["Links", "read_links", "read_pairs"]


class Links(dict[str, str]):
    """Newest URN by each older one.

    Attributes
    ----------
    unclear
        Old URNs that several schools have followed (a school that was split), each with these; they
        are not in the mapping.
    """

    unclear: dict[str, tuple[str, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unclear = {}


def read_links(source: Any) -> Links:
    """Read the GIAS links file: which school followed which.

    Rows of type "Successor" (and "Result of Amalgamation") point from an old URN to a new one, rows
    of type "Predecessor" the other way; other links are passed over. Chains are followed to their
    end.

    Parameters
    ----------
    source
        The file as downloaded, or a table with columns URN, LinkURN and LinkType (or old, new).

    Returns
    -------
    Links
        A dict from old URN to newest URN; ``.unclear`` holds schools that were split.

    Raises
    ------
    DataError
        If it is no such file.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"URN": [1, 2], "LinkURN": [2, 3], "LinkType": ["Successor"] * 2})
    >>> read_links(table)
    {'1': '3', '2': '3'}
    """
    table = open_table(source, name="links", is_header=_is_header)
    names = {simple(name): k for k, name in enumerate(table.header)}
    first, second = names.get("urn", names.get("old")), names.get("linkurn", names.get("new"))
    if first is None or second is None:
        raise DataError(
            Fault(
                what="this is not a links file: it needs columns URN and LinkURN",
                remedy=near("LinkURN", table.header)
                or 'download "Establishment links" from Get Information about Schools',
                where=table.where,
            )
        )
    after = _after(table, first, second, names.get("linktype"))
    links = Links()
    for urn in after:
        ends = _ends(urn, after)
        if len(ends) == 1:
            links[urn] = next(iter(ends))
        elif ends:
            links.unclear[urn] = tuple(ends)
    return links


def _after(table: Table, first: int, second: int, kind: int | None) -> dict[str, dict[str, None]]:
    """Schools that followed each school directly."""
    after: dict[str, dict[str, None]] = {}
    faults: list[Fault] = []
    for number, cells in table.rows:
        try:
            one, other = urn_of(cells[first]), urn_of(cells[second])
        except Unreadable as error:
            faults.append(
                Fault(what=error.what, remedy=error.remedy, where=table.where, row=number)
            )
            continue
        word = "successor" if kind is None else cells[kind].lower()
        if not one or not other or one == other:
            continue
        if word.startswith(("successor", "result of")):
            after.setdefault(one, {})[other] = None
        elif word.startswith("predecessor"):
            after.setdefault(other, {})[one] = None
    if faults or table.faults:
        raise DataError([*faults, *table.faults])
    return after


def _is_header(cells: Any) -> bool:
    names = {simple(cell) for cell in cells}
    return bool(names & {"linkurn", "new"})


def _ends(urn: str, after: dict[str, dict[str, None]]) -> dict[str, None]:
    """Last schools of all chains from one; a ring of links has no end and is passed over."""
    ends: dict[str, None] = {}
    seen = {urn}
    waiting = list(after[urn])
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        if one in after:
            waiting += after[one]
        else:
            ends[one] = None
    return ends


def read_pairs(source: Any) -> list[tuple[SchoolId, SchoolId]]:
    """Read pairs of schools, such as neighbours: two ids in each row, under any header.

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
    table = open_table(source, name="pairs", is_header=None)
    at = [
        next((k for k in (find_column(table.header, name) for name in names) if k is not None), k0)
        for k0, names in enumerate((("from", "urn_a", "urn", "a"), ("to", "urn_b", "b")))
    ]
    pairs: list[tuple[SchoolId, SchoolId]] = []
    faults: list[Fault] = []
    for number, cells in table.rows:
        if not any(cells):
            continue
        try:
            one, other = (urn_of(cells[k]) for k in at)
        except (Unreadable, IndexError):
            one = other = ""
        if not one or not other:
            faults.append(
                Fault(
                    what="the row does not hold two ids",
                    remedy="give two URNs in each row",
                    where=table.where,
                    row=number,
                )
            )
        pairs.append((one, other))
    faults += table.faults
    if faults:
        raise DataError(faults)
    return pairs
