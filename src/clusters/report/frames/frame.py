"""One frame behind a pack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One frame: its name (that of its file), what it shows, and the call that returns it."""

    name: str
    title: str
    how: str
    data: pd.DataFrame
