"""Reading the values of single options."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import date

Bounds = tuple[float | None, float | None]


def texts(text: str) -> list[str]:
    """Split at commas; blanks around a part do not count.

    Examples
    --------
    >>> texts("balance, limits")
    ['balance', 'limits']
    """
    return [part.strip() for part in text.split(",") if part.strip()]


def settings(text: str) -> list[str]:
    """Split NAME=VALUE,NAME=VALUE; a comma within a value is kept.

    Examples
    --------
    >>> settings("a=1, b=Open, but closing")
    ['a=1', 'b=Open, but closing']
    """
    return [part.strip() for part in re.split(r",(?=[^,=]*=)", text) if part.strip()]


def group(text: str) -> tuple[str, ...]:
    """Read URNs with commas between them."""
    return tuple(texts(text))


def pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE.

    Examples
    --------
    >>> pair("pupils=NOR")
    ('pupils', 'NOR')
    """
    name, mark, value = text.partition("=")
    if not mark or not name.strip() or not value.strip():
        raise ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value.strip()


def number_of(text: str) -> tuple[str, float]:
    """Read NAME=NUMBER.

    Examples
    --------
    >>> number_of("pupils=0.25")
    ('pupils', 0.25)
    """
    name, value = pair(text)
    return name, _number(value)


def amounts(text: str) -> tuple[str, Bounds]:
    """Read NAME=LOW-HIGH; either end may be left out.

    Examples
    --------
    >>> amounts("need=0-300"), amounts("need=-300")
    (('need', (0.0, 300.0)), ('need', (None, 300.0)))
    """
    name, value = pair(text)
    return name, bounds(value)


def counts(text: str) -> tuple[str, Bounds]:
    """Read NAME=LEAST or NAME=LEAST-MOST; a single number is the least.

    Examples
    --------
    >>> counts("secondary=1"), counts("secondary=1-3")
    (('secondary', (1.0, None)), ('secondary', (1.0, 3.0)))
    """
    name, value = pair(text)
    return (name, bounds(value)) if "-" in value else (name, (_number(value), None))


def bounds(text: str) -> Bounds:
    """Read LOW-HIGH; either end may be left out, a single number is both."""
    low, mark, high = text.partition("-")
    if not mark:
        return _number(low), _number(low)
    ends = tuple(_number(end) if end.strip() else None for end in (low, high))
    return ends[0], ends[1]


def count_or_range(text: str) -> int | tuple[int, int]:
    """Read a number of clusters or a range.

    Examples
    --------
    >>> count_or_range("18"), count_or_range("16-20")
    (18, (16, 20))
    """
    low, mark, high = text.partition("-")
    try:
        return (int(low), int(high)) if mark else int(low)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is neither a number such as 18 nor 16-20") from None


def named_file(text: str) -> tuple[str, str]:
    """Read NAME=FILE; a file alone is named after itself.

    Examples
    --------
    >>> named_file("Option A=a.csv"), named_file("plans/today.csv")
    (('Option A', 'a.csv'), ('today', 'plans/today.csv'))
    """
    if "=" in text:
        return pair(text)
    from pathlib import PurePath

    return PurePath(text).stem, text


def day(text: str) -> date:
    """Read a day.

    Examples
    --------
    >>> day("2026-09-01")
    datetime.date(2026, 9, 1)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-09-01") from None


def one_file(text: str) -> str:
    """Read FILE, or NAME=FILE as an option of a report is named.

    Examples
    --------
    >>> one_file("plans/today.csv"), one_file("Option A=a.csv")
    ('plans/today.csv', 'a.csv')
    """
    return named_file(text)[1]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
