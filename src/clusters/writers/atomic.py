"""Files that are whole or not there at all."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from clusters.errors import DataError

__all__ = ["replacing", "write_bytes"]


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a draft beside `path`; move it there at the end, remove it where something failed."""
    target = Path(path)
    if not target.parent.is_dir():
        what = "it cannot be written: there is no such folder"
        raise DataError.of(what, "make the folder first", where=str(target.parent))
    own = f"{os.getpid()}-{threading.get_ident()}"  # two threads may write to one place
    draft = target.with_name(f".{target.stem}.{own}.part{target.suffix}")
    try:
        draft.unlink(missing_ok=True)
        yield draft
        os.replace(draft, target)  # noqa: PTH105 - Path.replace is the same; this says it is atomic
    except OSError as error:
        raise DataError.of(
            f"it cannot be written ({error.strerror or error})",
            "check that the folder is there, may be written to, and has room",
            where=str(target),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write bytes in one go."""
    with replacing(path) as draft, draft.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Path(path)
