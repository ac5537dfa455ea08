"""Need and expertise by other categories: broad areas, or a council's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from clusters.arguments import checked
from clusters.domain import Capacity, NeedCount, School
from clusters.errors import DataError, Faults
from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT, category_by_code
from clusters.shown import framed
from clusters.text import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["mapping_frame", "recode"]

LEVEL = "level"
"""The unit of capacities that are ranked, not counted: of several the highest is kept."""


@checked
def recode(
    schools: Iterable[School],
    mapping: Mapping[str, Iterable[str]],
    *,
    leave_out: Collection[str] = (),
) -> tuple[School, ...]:
    """Put schools' need and expertise into the categories of a mapping.

    Pupils of all codes of a category are added up, and so are capacities (of levels the highest is
    kept). What is not known stays so: a category is not known where none of its codes is, and the
    sum of what is known where some are. A type that is already a category stays as it is.

    Parameters
    ----------
    schools
        As read.
    mapping
        ``{category: codes}``, for instance `clusters.need_types.BROAD_AREAS` or a changed copy of
        `COUNCIL_CATEGORIES`.
    leave_out
        Codes that are to be dropped, with their pupils and capacity. Nothing is dropped unasked.

    Raises
    ------
    DataError
        Listing every code of a school that is in no category, and capacities of one category in
        different units.

    Examples
    --------
    >>> from clusters import Capacity, NeedCount, School
    >>> school = School(urn="1", name="Hill", easting=0, northing=0,
    ...     need={"asd": NeedCount(ehcps=2), "slcn": NeedCount(ehcps=3, sen_support=9)},
    ...     expertise={"asd": Capacity(amount=10, unit="places")})
    >>> recoded = recode([school], {"communication": ("asd", "slcn")})[0]
    >>> recoded.need["communication"], recoded.expertise["communication"].amount
    (NeedCount(ehcps=5, sen_support=9), 10)
    """
    schools = tuple(schools)
    recorded = dict.fromkeys(kind for s in schools for kind in (*s.need, *s.expertise))
    category = category_by_code(mapping, _allowed(recorded))
    category = {name: name for name in mapping} | category
    faults = Faults()
    for kind in recorded:
        if kind not in category and kind not in leave_out:
            having = [s for s in schools if kind in s.need or kind in s.expertise]
            faults.add(
                f"type {kind!r} is in no category of the mapping; "
                f"{counted(len(having), 'school has', 'schools have')} it",
                f"add it to one of {', '.join(mapping)}, or name it in leave_out",
                where="mapping",
                urn=having[0].urn,
                value=kind,
            )
    done: list[School] = []
    for school in () if faults else schools:
        held: dict[str, list[Capacity]] = {}
        pupils: dict[str, list[NeedCount]] = {}
        for kind, capacity in school.expertise.items():
            if kind not in leave_out:
                held.setdefault(category[kind], []).append(capacity)
        for kind, count in school.need.items():
            if kind not in leave_out:
                pupils.setdefault(category[kind], []).append(count)
        for name, several in held.items():
            units = dict.fromkeys(capacity.unit for capacity in several)
            if len(units) > 1:
                faults.add(
                    f"capacities of category {name!r} are in different units: {', '.join(units)}",
                    "convert them to one unit before recoding",
                    where="mapping",
                    urn=school.urn,
                )
        done.append(
            replace(
                school,
                need={name: _added(counts) for name, counts in pupils.items()},
                expertise={name: _together(several) for name, several in held.items()},
            )
        )
    faults.refuse(DataError)
    return tuple(done)


@checked
def mapping_frame(
    mapping: Mapping[str, Iterable[str]], schools: Iterable[School] = ()
) -> pd.DataFrame:
    """Make a table of a mapping, to be read and changed: a row for each code.

    With schools it also says what they record of each code before recoding: schools where the need
    is known, pupils, schools with capacity, and capacity. Codes that the schools record but the
    mapping does not name are there too, without a category.

    Raises
    ------
    DataError
        If the mapping is ambiguous, or names codes that are not known.

    Examples
    --------
    >>> mapping_frame({"sensory": ["hi", "vi"]})[["code", "category"]].values.tolist()
    [['hi', 'sensory'], ['vi', 'sensory']]
    """
    schools = tuple(schools)
    recorded = dict.fromkeys(kind for s in schools for kind in (*s.need, *s.expertise))
    category = category_by_code(mapping, _allowed(recorded))
    rows = []
    for code in dict.fromkeys([*category, *recorded]):
        counts = [school.need[code] for school in schools if code in school.need]
        known = [c for c in counts if c.ehcps is not None or c.sen_support is not None]
        held = [school.expertise[code].amount for school in schools if code in school.expertise]
        row: dict[str, object] = {
            "code": code,
            "means": NEED_TYPES.get(code, ""),
            "category": category.get(code, code if code in mapping else None),
        }
        if schools:
            row |= {
                "schools_with_known_need": len(known),
                "pupils": sum((c.ehcps or 0) + (c.sen_support or 0) for c in known),
                "schools_with_capacity": sum(amount > 0 for amount in held),
                "capacity": sum(held),
            }
        rows.append(row)
    return framed(rows)


def _allowed(recorded: Iterable[str]) -> list[str]:
    return [*dict.fromkeys([*NEED_TYPES, NO_SPECIALIST_ASSESSMENT, *recorded])]


def _added(counts: Iterable[NeedCount]) -> NeedCount:
    """Add pupils up; None where no count is known."""
    counts = list(counts)
    plans = [count.ehcps for count in counts if count.ehcps is not None]
    support = [count.sen_support for count in counts if count.sen_support is not None]
    return NeedCount(
        ehcps=sum(plans) if plans else None, sen_support=sum(support) if support else None
    )


def _together(several: list[Capacity]) -> Capacity:
    if several[0].unit == LEVEL:
        return max(several, key=lambda capacity: capacity.amount)
    return Capacity(amount=sum(capacity.amount for capacity in several), unit=several[0].unit)
