"""Old and new URNs of one school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clusters.arguments import checked
from clusters.errors import DataError, Faults
from clusters.readers.cells import Unreadable, urn_of
from clusters.readers.column_names import near, simple
from clusters.readers.columns import find_any, find_column
from clusters.readers.opening import open_table
from clusters.readers.table import Table

__all__ = ["Links", "links_of", "read_links"]

_OLD = ("urn", "old", "old_urn")
_NEW = ("linkurn", "link_urn", "new", "new_urn")


class Links(dict[str, str]):
    """Newest URN by each older one.

    Attributes
    ----------
    unclear
        Old URNs that several schools have followed (a school that was split), each with these; they
        are not in the mapping.

    Examples
    --------
    >>> links = Links({"107600": "150568"})
    >>> links["107600"]
    '150568'
    """

    unclear: dict[str, tuple[str, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unclear = {}


@checked
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
    table = open_table(source, name="links", score=_score)
    first, second = (find_any(table.header, names) for names in (_OLD, _NEW))
    if first is None or second is None:
        raise table.refused(
            "this is not a links file: it needs columns URN and LinkURN",
            near("LinkURN", table.header)
            or 'download "Establishment links" from Get Information about Schools',
        )
    after = _after(table, first, second, find_column(table.header, "linktype"))
    links = Links()
    for urn in after:
        ends = _ends(urn, after)
        if len(ends) == 1:
            links[urn] = next(iter(ends))
        elif ends:
            links.unclear[urn] = tuple(ends)
    return links


def links_of(given: Any) -> Mapping[str, str]:
    """Newest URN by older one from a mapping or a file; nothing from None."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        try:
            return {urn_of(str(old)): urn_of(str(new)) for old, new in given.items()}
        except Unreadable as error:
            what = f"links holds something that is no URN: {error.what}"
            raise DataError.of(what, "give {old URN: new URN}") from None
    return read_links(given)


def _after(table: Table, first: int, second: int, kind: int | None) -> dict[str, dict[str, None]]:
    """Schools that followed each school directly."""
    after: dict[str, dict[str, None]] = {}
    faults = Faults()
    for number, cells in table.body():
        try:
            one, other = (urn_of(table.text(number, cells, k)) for k in (first, second))
            word = "successor" if kind is None else table.text(number, cells, kind).lower()
        except Unreadable as error:
            faults.add(error.what, error.remedy, where=table.where, row=number)
            continue
        if not one or not other or one == other:
            continue
        if word.startswith(("successor", "result of")):
            after.setdefault(one, {})[other] = None
        elif word.startswith("predecessor"):
            after.setdefault(other, {})[one] = None
    if faults or table.faults:
        raise DataError([*faults, *table.faults])
    return after


def _score(cells: Sequence[str]) -> int:
    names = {simple(cell) for cell in cells}
    second = names & {*_NEW}
    return len(second) and len(second) + len(names & {*_OLD, "linktype"})


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
