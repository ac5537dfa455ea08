"""The store of a study: a folder with one file for each case, whole or not there at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clusters.domain import Cluster, Plan
from clusters.errors import DataError
from clusters.study.locks import Claims, unwritable
from clusters.writers.atomic import write_bytes

__all__ = ["Store", "plan_of_record"]

_MARK = "study.json"
_FORMAT = 1
_OWN = {_MARK, "cases", "claims", "damaged"}
_OLD_S = 3600.0
_KEY = re.compile(r"[0-9a-f]{32}")


class Store:
    """Records by the keys of their cases.

    A record is written beside its place and moved there in one step, so a reader finds the whole of
    it or nothing; a case has one file, so nothing can stand there twice. Each record holds a digest
    of itself: one that was damaged is set aside and counts as missing.

    Parameters
    ----------
    path
        The folder; it is made where it is not there.

    Raises
    ------
    DataError
        If it cannot be written to, or holds other files and no study.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.set_aside: list[str] = []
        self._cases = self.path / "cases"
        self._claims = self.path / "claims"
        self._damaged = self.path / "damaged"

    def open(self) -> Claims:
        """Make the folder where it is not there, and make sure that records can be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if self._refuse_other_folder(may_be_empty=True):
                mark = {"what": "records of clusters.study", "format": _FORMAT}
                write_bytes(self.path / _MARK, f"{json.dumps(mark)}\n".encode())
            for folder in (self._cases, self._claims):
                folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._clear_drafts()
        return Claims(self._claims)

    def must_exist(self) -> None:
        """Refuse a folder that holds no study.

        Raises
        ------
        DataError
            Saying what it is instead.
        """
        if not self.path.is_dir():
            raise self._refusal(
                "there is no such folder", "give the folder that the study wrote to"
            )
        self._refuse_other_folder(may_be_empty=False)

    def keys(self) -> list[str]:
        """Keys of all records, in order."""
        if not self._cases.is_dir():
            return []
        names = (path.stem for path in self._cases.glob("*.json"))
        return sorted(name for name in names if _KEY.fullmatch(name))

    def read(self, key: str) -> dict[str, Any] | None:
        """Read a record; None where there is none, or where it was damaged and is set aside."""
        try:
            data = self._file(key).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DataError.of(
                f"a record cannot be read ({error.strerror or error})",
                "check the disk and who may read the folder",
                where=str(self._file(key)),
            ) from error
        record = _opened(data, key)
        if record is None:
            self._put_aside(key)
        return record

    def records(self) -> Iterator[dict[str, Any]]:
        """Read all records that are whole, in the order of their keys."""
        for key in self.keys():
            record = self.read(key)
            if record is not None:
                yield record

    def write(self, record: dict[str, Any]) -> None:
        """Write the record of a case.

        Raises
        ------
        DataError
            If it cannot be written; what was there before stays.
        """
        write_bytes(self._file(record["key"]), _sealed(record))

    def _file(self, key: str) -> Path:
        return self._cases / f"{key}.json"

    def _put_aside(self, key: str) -> None:
        """Move a damaged record out of the way; it is kept for whoever wants to know why."""
        try:
            self._damaged.mkdir(exist_ok=True)
            self._file(key).replace(self._damaged / f"{key}.json")
        except OSError as error:
            raise unwritable(self._damaged, error) from error
        self.set_aside.append(key)

    def _clear_drafts(self) -> None:
        """Take away what runners that were killed while they wrote have left."""
        for draft in self._cases.glob(".*.part.json"):
            with contextlib.suppress(OSError):
                if time.time() - draft.stat().st_mtime > _OLD_S:
                    draft.unlink()

    def _refuse_other_folder(self, *, may_be_empty: bool) -> bool:
        """Return whether the folder has still to be marked as a store."""
        mark = self.path / _MARK
        if not mark.is_file():
            # of two runners that begin at once, one may find what the other has just made
            names = {path.name for path in self.path.iterdir() if path.name[:1] != "."}
            if may_be_empty and names <= _OWN:
                return True
            remedy = "give a new folder, or one that a study wrote to"
            raise self._refusal("the folder holds no study", remedy)
        try:
            number = json.loads(mark.read_bytes()).get("format")
        except (ValueError, AttributeError):
            return True
        if number != _FORMAT:
            what = f"the store is of format {number}, and this version reads {_FORMAT}"
            raise self._refusal(what, "give a new folder")
        return False

    def _refusal(self, what: str, remedy: str) -> DataError:
        return DataError.of(what, remedy, where=str(self.path))


def plan_of_record(record: dict[str, Any]) -> Plan | None:
    """Make the plan of a record; None where it has none."""
    if record.get("plan") is None:
        return None
    return Plan(
        tuple(
            Cluster(label=label, centre=centre, members=tuple(members))
            for label, centre, members in record["plan"]
        )
    )


def _sealed(record: dict[str, Any]) -> bytes:
    sealed = {"sha256": _digest(record), "record": record}
    return f"{json.dumps(sealed, sort_keys=True, indent=1)}\n".encode("ascii")


def _digest(record: dict[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _opened(data: bytes, key: str) -> dict[str, Any] | None:
    """Read a record; None unless it is whole and that of this case."""
    try:
        sealed = json.loads(data)
        record = sealed["record"]
        whole = _digest(record) == sealed["sha256"] and record["key"] == key
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return record if whole else None
