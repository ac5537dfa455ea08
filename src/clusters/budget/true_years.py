"""Money of academic years by financial year and by month, and the other way round, to the penny."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

from clusters.arguments import checked
from clusters.budget.given import is_keyed, pence_by_key
from clusters.budget.rounding import in_parts
from clusters.budget.values import Split
from clusters.budget.years import Calendar
from clusters.errors import Faults, MoneyError

__all__ = ["HELD", "true_years"]

HELD = "held back"
"""Row of what a split holds back: contingency and low-incidence fund."""

_FIRST = {"academic": 9, "financial": 4}
_YEAR = re.compile(r"(20\d\d)(?:\s*[/\u2013-]\s*(\d\d|20\d\d))?")


@checked(leave=("amounts",))
def true_years(
    amounts: Mapping[str, Split | Mapping[Any, int]],
    given: Literal["academic", "financial"] = "academic",
    by: Literal["year", "month"] = "year",
    level: Literal["cluster", "school"] = "cluster",
) -> Calendar:
    """Divide the money of whole years between the years of the other kind, or between months.

    A financial year has 5/12 of one academic year (April to August) and 7/12 of the next; an
    academic year has 7/12 of one financial year (September to March) and 5/12 of the next. The
    money of a year runs evenly over its months; backdated payments of a split are owed in its first
    month; what it holds back runs evenly too, in a row of its own. Rows add up to what went in; the
    months of a part add up to the part; every year that goes in keeps its total.

    Parameters
    ----------
    amounts
        By year ("2026/27", "2026-27" or 2026: the year in which it starts), a split or PENCE by
        key.
    given
        Which years these are.
    by
        "year" for years of the other kind, "month" for months.
    level
        Of splits.

    Returns
    -------
    Calendar
        Parts are named "2026-27" (financial), "2026/27" (academic) or "2026-09". The first and the
        last year hold only what comes of the years given.

    Raises
    ------
    MoneyError
        If a year cannot be read or is given twice, or an amount is not a whole number of pence.

    Examples
    --------
    >>> table = true_years({"2026/27": {"North": 1200}, "2027/28": {"North": 2400}})
    >>> dict(zip(table.parts, table.pence[0]))
    {'2026-27': 700, '2027-28': 1900, '2028-29': 1000}
    """
    faults = Faults()
    if given not in _FIRST:
        faults.add("given is not known", 'use "academic" or "financial"', value=given)
    if by not in ("year", "month"):
        faults.add("by is not known", 'use "year" or "month"', value=by)
    if not isinstance(amounts, Mapping) or isinstance(amounts, Split) or not amounts:
        faults.add("amounts are not splits or pence by year", 'give {"2026/27": split}')
    faults.refuse(MoneyError)
    years: dict[int, tuple[dict[Any, int], dict[Any, int]]] = {}
    for name, what in amounts.items():
        start = _start(faults, name)
        if start in years:
            faults.add(f"the year {start} is given twice", "keep one", value=name)
        years[start] = _sums(faults, what, level)
    faults.refuse(MoneyError)
    keys = list(dict.fromkeys(key for even, once in years.values() for key in (*even, *once)))
    cut = 4 if given == "academic" else 9
    cells: Counter[tuple[Any, str]] = Counter()
    parts: set[str] = set()
    for start, (even, once) in years.items():
        for month, sums in _months(start, _FIRST[given], even, once).items():
            part = month if by == "month" else _year_of(month, cut)
            parts.add(part)
            for key, sum_ in sums.items():
                cells[key, part] += sum_
    names = tuple(sorted(parts))
    rows = tuple(tuple(cells[key, name] for name in names) for key in keys)
    return Calendar(tuple(keys), names, rows)


def _months(
    start: int, first: int, even: Mapping[Any, int], once: Mapping[Any, int]
) -> dict[str, dict[Any, int]]:
    """Pence by month and key: first the two parts of the year, then the months of each part."""
    cut = 7 if first == _FIRST["academic"] else 5
    halves = in_parts(even, [Fraction(cut, 12), Fraction(12 - cut, 12)])
    months = [(first - 1 + k) % 12 + 1 for k in range(12)]
    names = [f"{start + (month < first)}-{month:02d}" for month in months]
    made: dict[str, dict[Any, int]] = {}
    for part, some in enumerate((names[:cut], names[cut:])):
        sums = {key: row[part] for key, row in halves.items()}
        cells = in_parts(sums, [Fraction(1, len(some))] * len(some))
        for j, name in enumerate(some):
            made[name] = {key: row[j] for key, row in cells.items()}
    for key, sum_ in once.items():
        made[names[0]][key] = made[names[0]].get(key, 0) + sum_
    return made


def _year_of(month: str, first: int) -> str:
    year, number = int(month[:4]), int(month[5:])
    start = year - (number < first)
    return f"{start}{'-' if first == _FIRST['financial'] else '/'}{(start + 1) % 100:02d}"


def _start(faults: Faults, name: object) -> int:
    found = _YEAR.fullmatch(str(name).strip())
    if not found or (found[2] and int(found[2]) % 100 != (int(found[1]) + 1) % 100):
        faults.add("a year cannot be read", 'write it as "2026/27"', value=name)
        return 0
    return int(found[1])


def _sums(
    faults: Faults, what: Split | Mapping[Any, int], level: str
) -> tuple[dict[Any, int], dict[Any, int]]:
    """Pence that run evenly over the year, and pence owed at once, by key."""
    if isinstance(what, Split):
        shares = what.shares(level)
        even = {share.key: share.yearly_pence for share in shares} | {HELD: what.held_pence}
        return even, {s.key: s.backdated_pence for s in shares if s.backdated_pence}
    if not is_keyed(what):
        faults.add("the money of a year is neither a split nor pence by key", "give a split")
        return {}, {}
    return pence_by_key(faults, what), {}
