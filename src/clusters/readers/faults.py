"""What is said of a file that is refused, and of things that are like what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from clusters.errors import DataError, Fault
from clusters.text import first_few

__all__ = ["column_list", "refusal"]


def refusal(where: str, what: str, remedy: str, value: str | None = None) -> DataError:
    """Make the error of a file that is refused as a whole."""
    return DataError(Fault(what=what, remedy=remedy, where=where, value=value))


def column_list(header: Iterable[str]) -> str:
    """Names of columns as words, the first twelve of them."""
    return first_few([name or "(no name)" for name in header], 12)
