"""The check of each form that the value of a rule can have.

A check takes the rule's name, the value given and a list; it appends a fault for each thing that is
wrong, so that all are reported at once, and returns the value in the one form that everything else
relies on. Nothing here looks at a problem.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from clusters.domain.values import Bounds, FrozenDict, SchoolId, is_number, plain
from clusters.errors import Fault, Faults
from clusters.rulebook import (
    BOUNDS,
    BOUNDS_BY_NAME,
    COUNT,
    COUNTS_BY_NAME,
    FLAG,
    FRACTION_BY_NAME,
    GROUPS,
    IDS,
    NUMBER,
    NUMBER_BY_NAME,
    Form,
)

__all__ = ["CHECK_OF", "INSTEAD_OF", "checked_ids", "checked_mapping", "rule_fault"]

Check = Callable[[str, Any, Faults], Any]


def rule_fault(what: str, remedy: str, value: object = None) -> Fault:
    """Make the fault of one rule, with the value as text."""
    return Fault(what, remedy, value=None if value is None else str(value))


def _count(name: str, count: Any, faults: Faults) -> int | tuple[int, int]:
    ends = [plain(end) for end in count] if isinstance(count, tuple | list) else [plain(count)]
    whole = all(isinstance(end, int) and not isinstance(end, bool) and end >= 1 for end in ends)
    if not whole or len(ends) > 2 or not ends or ends[0] > ends[-1]:
        what = f"{name} is neither a whole number of 1 or more nor a range (lowest, highest)"
        faults.add(what, "give for instance 18 or (16, 20)", count)
        return 1
    return ends[0] if len(ends) == 1 or ends[0] == ends[1] else (ends[0], ends[1])


def _bounds(name: str, bounds: Any, faults: Faults) -> Bounds | None:
    if bounds is None:
        return None
    try:
        low, high = (plain(end) for end in bounds)
    except (TypeError, ValueError):
        faults.add(
            f"{name} is not a pair (least, most)", "give two numbers, None for no bound", bounds
        )
        return None
    for end in (low, high):
        if end is not None and (not is_number(end) or end < 0):
            faults.add(f"{name} has a bound that is not a number of 0 or more", "correct it", end)
            return None
    if low is not None and high is not None and low > high:
        faults.add(f"{name}: the least is above the most", "swap them", bounds)
    return low, high


def checked_mapping(name: str, value: Any, faults: Faults) -> dict[Any, Any]:
    """Check that a value is a mapping; an empty one stands for what is none."""
    if not isinstance(value, Mapping):
        faults.add(f"{name} is not a mapping", f'give for instance {name}={{"need": ...}}', value)
        return {}
    return {plain(key): plain(item) for key, item in value.items()}


def _bounds_by_name(name: str, value: Any, faults: Faults) -> FrozenDict:
    pairs = checked_mapping(name, value, faults).items()
    return FrozenDict({str(k): _bounds(f"{name}[{k!r}]", pair, faults) for k, pair in pairs})


def _counts_by_name(name: str, value: Any, faults: Faults) -> FrozenDict:
    """Check bounds on what is counted one by one; a number alone is the least."""
    pairs: dict[str, Any] = {}
    for key, given in checked_mapping(name, value, faults).items():
        label = f"{name}[{key!r}]"
        if not is_number(given) and not isinstance(given, tuple | list):
            remedy = "give the least number of schools, or two numbers with None for no bound"
            faults.add(f"{label} is neither a whole number nor a pair (least, most)", remedy, given)
            continue
        pair = _bounds(label, (given, None) if is_number(given) else given, faults)
        ends = [end for end in pair or () if end is not None]
        if any(end != int(end) for end in ends):
            faults.add(f"{label} is not in whole numbers", "schools are counted whole", given)
        elif pair is not None:
            pairs[str(key)] = tuple(None if end is None else int(end) for end in pair)
    return FrozenDict(pairs)


def _counts_instead(name: str, value: Any, faults: Faults) -> FrozenDict:
    """Check an exception to counts: None for one name is no bound at all."""
    given = checked_mapping(name, value, faults)
    none = {str(key): (None, None) for key, pair in given.items() if pair is None}
    some = {key: pair for key, pair in given.items() if pair is not None}
    return FrozenDict({**_counts_by_name(name, some, faults), **none})


def _each(what: str, remedy: str, most: float = math.inf, *, none: bool = False) -> Check:
    """Make the check of numbers by name, each from 0 to a most; or None, where that is allowed."""

    def check(name: str, value: Any, faults: Faults) -> FrozenDict:
        numbers = checked_mapping(name, value, faults)
        for key, number in numbers.items():
            if not (none and number is None) and not (is_number(number) and 0 <= number <= most):
                faults.add(f"{name}[{key!r}] is not {what}", remedy, number)
        return FrozenDict(numbers)

    return check


def _number(name: str, value: Any, faults: Faults) -> Any:
    if value is not None and (not is_number(value) or value < 0):
        faults.add(f"{name} is not a number of 0 or more", "give a distance or None", value)
    return value


def _flag(name: str, value: Any, faults: Faults) -> Any:
    if not isinstance(value, bool | np.bool_):
        faults.add(f"{name} is neither True nor False", "give one of them", value)
        return value
    return bool(value)


def checked_ids(name: str, ids: Any, faults: Faults) -> tuple[SchoolId, ...]:
    """Check ids: texts and whole numbers, as a tuple."""
    known = isinstance(ids, Iterable) and not isinstance(ids, str | bytes | Mapping)
    keys = tuple(plain(key) for key in ids) if known else ()
    strange = [key for key in keys if not isinstance(key, str | int) or isinstance(key, bool)]
    if not known or strange:
        faults.add(
            f"{name} holds something that is not the id of a school"
            if known
            else f"{name} is not a list of ids",
            f'give for instance {name}=["107600", "107601"]',
            strange[0] if strange else ids,
        )
        return ()
    return keys


def _ids(name: str, ids: Any, faults: Faults) -> tuple[SchoolId, ...] | None:
    return None if ids is None else checked_ids(name, ids, faults)


def _groups(name: str, groups: Any, faults: Faults) -> tuple[tuple[SchoolId, ...], ...]:
    checked = []
    if isinstance(groups, str | bytes) or not isinstance(groups, Iterable):
        faults.add(
            f"{name} is not a list of groups", f"give for instance {name}=[[urn_1, urn_2]]", groups
        )
        return ()
    for group in groups:
        if isinstance(group, str | int) or not isinstance(group, Iterable):
            what = f"{name} holds something that is not a group of ids"
            faults.add(what, f"give a list of groups, for instance {name}=[[urn_1, urn_2]]", group)
            continue
        members = checked_ids(name, group, faults)
        if len(set(members)) < 2:
            faults.add(f"{name} holds a group of fewer than two schools", "name two or more", group)
        checked.append(members)
    return tuple(checked)


CHECK_OF: Mapping[Form, Check] = {
    COUNT: _count,
    BOUNDS: _bounds,
    BOUNDS_BY_NAME: _bounds_by_name,
    COUNTS_BY_NAME: _counts_by_name,
    FRACTION_BY_NAME: _each("a fraction between 0 and 1", "write 25% as 0.25", 1),
    NUMBER_BY_NAME: _each("a number of 0 or more", "give the least per cluster"),
    NUMBER: _number,
    FLAG: _flag,
    GROUPS: _groups,
    IDS: _ids,
}
"""What checks the value of a rule of this form."""

_LOOSE = _each("a number of 0 or more", "correct it", none=True)
"""An exception to fractions or numbers may exceed 1, and None means no bound."""

INSTEAD_OF: Mapping[Form, Check] = {
    BOUNDS: _bounds,
    BOUNDS_BY_NAME: _bounds_by_name,
    COUNTS_BY_NAME: _counts_instead,
    FRACTION_BY_NAME: _LOOSE,
    NUMBER_BY_NAME: _LOOSE,
    NUMBER: _number,
}
"""What checks the value that holds instead under an exception (None, no bound at all, apart)."""
