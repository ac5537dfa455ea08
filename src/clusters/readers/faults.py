"""What is said of columns that are not what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from clusters.text import first_few

__all__ = ["column_list"]


def column_list(header: Iterable[str]) -> str:
    """Names of columns as words, the first twelve of them."""
    return first_few([name or "(no name)" for name in header], 12)
