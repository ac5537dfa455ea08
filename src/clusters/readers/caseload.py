"""Series of EHC plans by year, as the Department for Education publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clusters.arguments import checked
from clusters.errors import DataError, Faults
from clusters.readers.cells import is_unknown, tidy
from clusters.readers.column_names import simple
from clusters.readers.columns import find_any, find_column, lacking
from clusters.readers.opening import open_table
from clusters.readers.table import Table

__all__ = ["read_caseload"]

_YEAR = ("time_period", "year", "period")
_ALL = simple("All EHC plans")


@checked
def read_caseload(
    source: Any, *, column: str = "ehcplans", authority: str | None = None
) -> dict[str, int]:
    """Read how many EHC plans there were in each year.

    Parameters
    ----------
    source
        The caseload file of "Education, health and care plans" as downloaded: of its rows those of
        all plans are taken. Or any table with a column of years and one of counts.
    column
        What is counted: "ehcplans", or "mainstream_total" for plans in mainstream schools.
    authority
        Name or code of the authority, where the file holds several.

    Returns
    -------
    dict
        Counts by year, as `Assumptions(growth=...)` takes them.

    Raises
    ------
    DataError
        If a column is missing, a count cannot be read, or a year stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"time_period": [201819, 201920], "ehcplans": [2741, 3329]})
    >>> read_caseload(table)
    {'201819': 2741, '201920': 3329}
    """
    table = open_table(source, name="caseload", score=_has_year)
    year = find_any(table.header, _YEAR)
    count = find_column(table.header, column)
    if year is None or count is None:
        raise DataError(lacking(table, ["time_period" if year is None else column], ()))
    return _counts(table, year, count, authority)


def _has_year(cells: Sequence[str]) -> int:
    return int(any(simple(cell) in {simple(name) for name in _YEAR} for cell in cells))


def _counts(table: Table, year: int, count: int, authority: str | None) -> dict[str, int]:
    wanted = _wanted(table, authority)
    found: dict[str, int] = {}
    faults = Faults(table.faults)
    for number, cells in table.body():
        if not any(cells) or not wanted(cells):
            continue
        text = tidy(cells[count]).replace(",", "") if count < len(cells) else ""
        when = tidy(cells[year])
        if is_unknown(text):
            continue
        if not text.isdecimal() or when in found:
            twice = ("the year stands twice", "name the authority")
            words = twice if when in found else ("it is not a whole number", "give a count")
            faults.add(*words, value=f"{when} {text}", where=table.where, row=number)
            continue
        found[when] = int(text)
    if not found and not faults:
        what = "no row holds a count of all EHC plans" + (f" of {authority}" if authority else "")
        faults.add(what, "check the file and the name of the authority", where=table.where)
    faults.refuse(DataError)
    return dict(sorted(found.items()))


def _wanted(table: Table, authority: str | None) -> Any:
    """Make the test of rows that count: all plans, and the authority where one is named."""
    topics = [find_column(table.header, name) for name in ("breakdown_topic", "breakdown")]
    names = [find_column(table.header, name) for name in ("la_name", "new_la_code", "old_la_code")]

    def is_wanted(cells: Any) -> bool:
        whole = all(k is None or simple(cells[k]) == _ALL for k in topics)
        mine = authority is None or any(
            k is not None and simple(cells[k]) == simple(authority) for k in names
        )
        return whole and mine

    return is_wanted
