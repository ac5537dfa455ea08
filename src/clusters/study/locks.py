"""Locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from clusters.errors import DataError

__all__ = ["Claims", "alone", "unwritable"]

if sys.platform == "win32":  # pragma: no cover - no Windows at hand
    import msvcrt

    def _lock(handle: int, *, wait: bool) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int, *, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


class Claims:
    """Cases that a runner is working on, so that no other runner works on them as well.

    A claim is a lock of the operating system on a file of its own: it ends when the runner frees
    it or dies. Where the file system has no locks, every claim is granted; a case may be worked out
    twice then, and is recorded once all the same.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, int] = {}

    def take(self, key: str) -> bool:
        """Claim a case; False where another runner has it."""
        path = self._folder / f"{key}.claim"
        while True:
            try:
                handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
            except OSError as error:
                raise unwritable(self._folder, error) from error
            try:
                _lock(handle, wait=False)
            except (BlockingIOError, PermissionError):
                os.close(handle)
                return False
            except OSError:  # no locks here
                os.close(handle)
                return True
            if _is_file(handle, path):
                self._held[key] = handle
                return True
            os.close(handle)  # its last holder took the file away meanwhile

    def free(self, key: str) -> None:
        """Give a claim back."""
        handle = self._held.pop(key, None)
        if handle is None:
            return
        path = self._folder / f"{key}.claim"
        with contextlib.suppress(OSError):
            path.unlink()  # before the lock is lost: afterwards it might be another runner's
        os.close(handle)
        if sys.platform == "win32":  # pragma: no cover - an open file cannot be taken away there
            with contextlib.suppress(OSError):
                path.unlink()

    def free_all(self) -> None:
        """Give every claim back."""
        for key in list(self._held):
            self.free(key)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is at the same place; go on without, where locks fail."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    except OSError:
        yield
        return
    try:
        with contextlib.suppress(OSError):
            _lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def _is_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def unwritable(path: Path, error: OSError) -> DataError:
    """Make the error of a store that cannot be written to."""
    return DataError.of(
        f"the store cannot be written to ({error.strerror or error})",
        "give a folder that may be written to, on a disk with room",
        where=str(path),
    )
