"""What is said of a file that is refused, and of things that are like what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from clusters.errors import DataError, Fault

__all__ = ["column_list", "refusal", "shown"]

_SHOWN = 3


def refusal(where: str, what: str, remedy: str, value: str | None = None) -> DataError:
    """Make the error of a file that is refused as a whole."""
    return DataError(Fault(what=what, remedy=remedy, where=where, value=value))


def shown(items: Iterable[object], most: int = _SHOWN) -> str:
    """First few of several things as words.

    Examples
    --------
    >>> shown("abcde")
    'a, b, c and 2 more'
    """
    words = [str(item) for item in items]
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def column_list(header: Iterable[str], most: int = 12) -> str:
    """Names of columns as words, the first twelve of them."""
    return shown([name or "(no name)" for name in header], most)
