"""Many cases of one test: some are slow, the rest are long."""

from __future__ import annotations

from typing import Any

import pytest


def some_of(end: int, slow: int, first: int = 0) -> list[Any]:
    """Numbers from `first` to before `end`; those from `slow` on run with the long ones alone."""
    rest = range(slow, end)
    return [*range(first, slow), *(pytest.param(k, marks=pytest.mark.long) for k in rest)]
