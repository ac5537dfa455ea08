"""Where each number came from, and where two files disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from clusters.domain import School
from clusters.readers.cells import Unreadable, is_unknown, number_of, pence_of
from clusters.readers.column_names import PASSED_ON
from clusters.readers.columns import Layout
from clusters.readers.reading_report import Disagreement, Source
from clusters.readers.row_filter import Record, rival
from clusters.readers.table import Table

__all__ = ["disagreements", "sources_of", "totals_of", "year_of"]

_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?:[-_ /]?(\d\d|20\d\d))?(?!\d)")
_MOST_YEARS = 3
_NO_FACTS = ("urn", "level", "record", *PASSED_ON)
_LARGEST = 3


def year_of(table: Table, records: Iterable[Record]) -> str | None:
    """Year of a table: as its columns say, else its name.

    Examples
    --------
    >>> table = Table(where="382_census_2018-19.csv", kind="CSV", header=(), rows=iter(()))
    >>> year_of(table, [])
    '2018-19'
    """
    found: dict[str, None] = {}
    for record in records:
        for key in ("year", "census_date"):
            if key in record and not is_unknown(record[key].text):
                found.setdefault(record[key].text)
                break
    if found and len(found) <= _MOST_YEARS:
        return ", ".join(sorted(found))
    named = _IN_NAME.search(table.where)
    return named[0] if named and not found else None


def sources_of(
    tables: Sequence[Table], layouts: Sequence[Layout], years: Sequence[str | None]
) -> dict[str, Source]:
    """File, column and year of the values of each of our columns."""
    found: dict[str, Source] = {}
    for table, layout, year in zip(tables, layouts, years, strict=True):
        for key, k in layout.at.items():
            if key in _NO_FACTS:
                continue
            found.setdefault(key, Source(table.where, table.header[k], year))
    return found


def totals_of(schools: Sequence[School], keys: Iterable[str]) -> dict[str, float]:
    """Sum over the schools of each column of numbers."""
    totals: dict[str, float] = {}
    for key in keys:
        values = [_value(school, key) for school in schools]
        numbers = [value for value in values if value is not None]
        if numbers:
            totals[key] = sum(numbers)
    return totals


def _value(school: School, key: str) -> float | None:
    if key in ("pupils", "ehcps", "sen_support"):
        value: float | None = getattr(school, key)
        return value
    if key == "topup":
        return None if school.topup_pence is None else school.topup_pence / 100
    for level in ("ehcps", "sen_support"):
        kind = key.removeprefix(f"{level}_")
        if kind != key and kind in school.need:
            count: float | None = getattr(school.need[kind], level)
            return count
    return school.measures.get(key.removeprefix("measure_"))


def disagreements(
    records: Sequence[Record],
    tables: Sequence[Table],
    layouts: Sequence[Layout],
    years: Sequence[str | None],
    sources: Mapping[str, Source],
) -> list[Disagreement]:
    """Compare the columns taken with those of the same name in other tables."""
    found = []
    for number, (table, layout, year) in enumerate(zip(tables, layouts, years, strict=True)):
        for key, k in sorted(layout.rivals.items()):
            pairs = [
                (record["urn"].text, *both)
                for record in records
                if (both := _both(record, key, rival(number, key))) is not None
            ]
            different = [pair for pair in pairs if pair[1] != pair[2]]
            if not different:
                continue
            different.sort(key=lambda pair: -abs(pair[1] - pair[2]))
            found.append(
                Disagreement(
                    column=key,
                    taken=sources[key],
                    other=Source(table.where, table.header[k], year),
                    taken_total=sum(pair[1] for pair in pairs),
                    other_total=sum(pair[2] for pair in pairs),
                    n_compared=len(pairs),
                    n_different=len(different),
                    largest=tuple(different[:_LARGEST]),
                )
            )
    return found


def _both(record: Record, key: str, other: str) -> tuple[float, float] | None:
    values = []
    for name in (key, other):
        cell = record.get(name)
        if cell is None or is_unknown(cell.text):
            return None
        try:
            read = (
                pence_of(cell.text) / 100 if key == "topup" else number_of(cell.text, percent=True)
            )
        except Unreadable:
            return None
        values.append(read)
    return values[0], values[1]
