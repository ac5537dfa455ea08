"""Where a ledger is kept: one SQLite file whose own constraints hold the sums.

Money moves only from one account to another, so that all accounts together always come to nothing:
what is in them came from "outside". Events and transfers can be added and never changed. An
account's balance is that of its transfers (a trigger compares them at every change), and below 0
for "outside" alone. Each event is one transaction: after a kill at any moment it is there whole or
not at all, and two writers take turns.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from clusters.errors import MoneyError

__all__ = ["KINDS", "Store"]

KINDS = (
    *("opening", "carry-forward", "commitment", "backdated payment", "plan begins", "plan moves"),
    *("plan ends", "award", "contribution", "claw-back", "close"),
)
"""Kinds of events."""

_APPLICATION = 0x434C4C47
_VERSION = 1
_WAIT_S = 30.0

_APPEND_ONLY = "\n".join(
    f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    for table in ("events", "transfers", "plans", "settings")
    for verb in ("UPDATE", "DELETE")
)

_SCHEMA = f"""
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('outside', 'reserve', 'low incidence', 'free', 'committed', 'awarded', 'carried')),
    cluster TEXT NOT NULL DEFAULT '',
    school TEXT NOT NULL DEFAULT '',
    pence INTEGER NOT NULL DEFAULT 0 CHECK (typeof(pence) = 'integer'),
    CHECK (kind = 'outside' OR pence >= 0),
    UNIQUE (kind, cluster, school)
);
CREATE TABLE plans (id INTEGER PRIMARY KEY, reference TEXT UNIQUE);
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ({", ".join(f"'{kind}'" for kind in KINDS)})),
    day TEXT NOT NULL,
    cluster TEXT NOT NULL DEFAULT '',
    school TEXT NOT NULL DEFAULT '',
    plan INTEGER REFERENCES plans,
    a_year_pence INTEGER CHECK (a_year_pence >= 0),
    until TEXT,
    held_pence INTEGER CHECK (held_pence >= 0),
    decision TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT ''
);
CREATE TABLE transfers (
    id INTEGER PRIMARY KEY,
    event INTEGER NOT NULL REFERENCES events,
    source INTEGER NOT NULL REFERENCES accounts,
    target INTEGER NOT NULL REFERENCES accounts,
    pence INTEGER NOT NULL CHECK (typeof(pence) = 'integer' AND pence > 0),
    CHECK (source <> target)
);
CREATE INDEX by_source ON transfers (source, pence);
CREATE INDEX by_target ON transfers (target, pence);
CREATE INDEX by_event ON transfers (event);
CREATE INDEX by_plan ON events (plan);
{_APPEND_ONLY}
CREATE TRIGGER accounts_DELETE BEFORE DELETE ON accounts
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER accounts_start_empty BEFORE INSERT ON accounts WHEN NEW.pence <> 0
BEGIN SELECT RAISE(ABORT, 'an account starts empty'); END;
CREATE TRIGGER accounts_add_up BEFORE UPDATE ON accounts
WHEN NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.cluster <> OLD.cluster
  OR NEW.school <> OLD.school OR NEW.pence <>
    (SELECT coalesce(sum(pence), 0) FROM transfers WHERE target = OLD.id)
  - (SELECT coalesce(sum(pence), 0) FROM transfers WHERE source = OLD.id)
BEGIN SELECT RAISE(ABORT, 'the balance is not the sum of its transfers'); END;
CREATE TRIGGER money_moves AFTER INSERT ON transfers
BEGIN
    UPDATE accounts SET pence = pence - NEW.pence WHERE id = NEW.source;
    UPDATE accounts SET pence = pence + NEW.pence WHERE id = NEW.target;
END;
CREATE TRIGGER events_in_the_year BEFORE INSERT ON events
WHEN NEW.day < (SELECT value FROM settings WHERE name = 'first')
  OR NEW.day > (SELECT value FROM settings WHERE name = 'last')
BEGIN SELECT RAISE(ABORT, 'the day is not in the year of the ledger'); END;
CREATE TRIGGER events_before_the_close BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE kind = 'close')
BEGIN SELECT RAISE(ABORT, 'the year is closed'); END;
CREATE TRIGGER transfers_of_the_last_event BEFORE INSERT ON transfers
WHEN NEW.event <> (SELECT max(id) FROM events)
BEGIN SELECT RAISE(ABORT, 'an event cannot be added to later'); END;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""


class Store:
    """The file of a ledger, open."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise _refusal(path, "there is no such ledger", "make one with Ledger.create(...)")
        self.path = path
        self._link = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        with _in_words(path):
            known = self._link.execute("PRAGMA application_id").fetchone()[0]
            version = self._link.execute("PRAGMA user_version").fetchone()[0]
            if known != _APPLICATION or version != _VERSION:
                self._link.close()
                raise _refusal(path, "this file is no ledger of this version", "give another")
            self._link.execute("PRAGMA foreign_keys = ON")
            self._link.execute("PRAGMA synchronous = FULL")

    @classmethod
    @contextmanager
    def made(cls, path: Path, settings: dict[str, str]) -> Iterator[Store]:
        """Make a new file beside its place; put it there only once its first events are in it."""
        if path.exists():
            raise _refusal(path, "there is a file of this name", "open it, or give another name")
        draft = path.with_name(f"{path.name}.{os.getpid()}.new")
        draft.unlink(missing_ok=True)
        try:
            link = sqlite3.connect(draft, isolation_level=None)
        except sqlite3.Error as error:
            raise _refusal(path, f"it cannot be written ({error})", "give another folder") from None
        link.executescript(_SCHEMA)
        link.executemany("INSERT INTO settings VALUES (?, ?)", settings.items())
        link.close()
        store = cls(draft)
        try:
            yield store
            store.close()
            _put_in_place(draft, path)
        finally:
            store.close()
            draft.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the file for one event: what is written inside is there whole or not at all."""
        with _in_words(self.path):
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._link.execute("COMMIT")
            except BaseException:
                if self._link.in_transaction:
                    self._link.execute("ROLLBACK")
                raise

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the file."""
        with _in_words(self.path):
            return self._link.execute(question, values).fetchall()

    def add(self, table: str, **values: Any) -> int:
        """Add a row; return its number. Only inside `writing`."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        done = self._link.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            tuple(values.values()),
        )
        return int(done.lastrowid or 0)

    def account(self, kind: str, cluster: str = "", school: str = "") -> int:
        """Find the number of an account; open it where it is not there. Only inside `writing`."""
        key = {"kind": kind, "cluster": cluster, "school": school}
        found = self.rows(
            "SELECT id FROM accounts WHERE kind = ? AND cluster = ? AND school = ?", *key.values()
        )
        return int(found[0][0]) if found else self.add("accounts", **key)

    def move(self, event: int, source: tuple[str, ...], target: tuple[str, ...], sum_: int) -> None:
        """Move whole pence from one account to another, if any. Only inside `writing`."""
        if sum_:
            places = {"source": self.account(*source), "target": self.account(*target)}
            self.add("transfers", event=event, **places, pence=sum_)

    def pence(self, kind: str, cluster: str | None = None) -> int:
        """Balance of all accounts of a kind, or of those of one cluster."""
        where = "" if cluster is None else " AND cluster = ?"
        values = (kind,) if cluster is None else (kind, cluster)
        question = f"SELECT coalesce(sum(pence), 0) FROM accounts WHERE kind = ?{where}"
        return int(self.rows(question, *values)[0][0])

    def setting(self, name: str) -> str:
        """Return what was settled when the ledger was made."""
        return str(self.rows("SELECT value FROM settings WHERE name = ?", name)[0][0])

    def day(self, name: str) -> date:
        """Return a setting that is a day."""
        return date.fromisoformat(self.setting(name))


def _put_in_place(draft: Path, path: Path) -> None:
    """Give the file its name; refuse where somebody else has made one meanwhile."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise _refusal(path, "there is a file of this name", "open it") from None
    except OSError:  # the disk knows no links
        draft.rename(path)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite says into a sentence."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        text = str(error)
        what = "there is not enough money for it" if "CHECK" in text else text
        if "UNIQUE" in text:
            what = "a plan with this reference is in the ledger already"
        raise _refusal(path, what, "nothing was written; correct the entry") from None
    except sqlite3.OperationalError as error:
        what = f"the ledger cannot be read or written ({error})"
        raise _refusal(path, what, "nothing was written; try again") from None
    except OverflowError:
        raise _refusal(path, "the sum is too large", "nothing was written; correct it") from None
    except sqlite3.ProgrammingError:
        raise _refusal(path, "the ledger is closed", "open it again: Ledger(path)") from None
    except sqlite3.DatabaseError:
        raise _refusal(path, "this file is no ledger", "give another") from None


def _refusal(path: Path, what: str, remedy: str) -> MoneyError:
    return MoneyError.of(what, remedy, where=path.name)
