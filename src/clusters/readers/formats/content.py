"""The bytes of a file, wherever they came from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """Name and bytes of a file, and its path where it has one."""

    name: str
    data: bytes
    path: Path | None = None

    def file(self) -> io.BytesIO:
        """Open the bytes as a file."""
        return io.BytesIO(self.data)
