"""The bytes of a file, wherever they came from."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clusters.errors import DataError

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

    def refused(self, what: str, remedy: str) -> DataError:
        """Make the error of a file that is refused as a whole."""
        return DataError.of(what, remedy, where=self.name)

    @contextlib.contextmanager
    def refusing(
        self, errors: tuple[type[BaseException], ...], what: str, remedy: str
    ) -> Iterator[None]:
        """Refuse the file where a library raises one of these errors on it.

        In `what` {kind} stands for the kind of the error and {reason} for its first line.
        """
        try:
            yield
        except errors as error:
            kind = type(error).__name__
            reason = (str(error).splitlines() or [kind])[0][:80]
            raise self.refused(what.format(kind=kind, reason=reason), remedy) from None
