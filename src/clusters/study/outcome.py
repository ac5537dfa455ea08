"""What came of a study: one table, plans on demand."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clusters.arguments import checked
from clusters.domain import Plan
from clusters.errors import DataError
from clusters.shown import Shown, framed
from clusters.study.attempt import FAILED
from clusters.study.store import Store, plan_of_record
from clusters.text import counted, listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Study", "read_store"]

_COLUMNS = (
    *("status", "objective", "bound", "gap", "clusters", "seconds", "stopped", "reproducible"),
    *("schools", "seed", "error", "faults", "took_s", "cpu_s", "memory_mb", "attempts", "worker"),
    *("finished_at", "key"),
)
_MOST_KINDS = 5
_COUNTS = ("clusters", "schools", "seed", "attempts")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Study(Shown):
    """A row for each case, and the store that holds the plans.

    Parameters
    ----------
    store
        Where the records are.
    rows
        One mapping for each case, in their order, without the plans.
    interrupted
        Whether Ctrl-C ended the study early.
    found
        How many answers were in the store before.
    seconds
        What this call took.

    Examples
    --------
    >>> import tempfile
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]}, [("a", "b")])
    >>> case = cl.study.Case(name="one", problem=problem, rules=cl.Rules(n_clusters=1))
    >>> with tempfile.TemporaryDirectory() as store:
    ...     study = cl.study.run([case], store)
    ...     study.plan("one").assignment
    {'a': 'b', 'b': 'b'}
    >>> print(study.summary())
    1 case: 1 optimal.
    """

    store: Store
    rows: tuple[dict[str, Any], ...]
    interrupted: bool = False
    found: int = 0
    seconds: float = 0.0

    def __len__(self) -> int:
        """Count the cases."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Say how many cases have which status."""
        return f"<Study of {counted(len(self), 'case')} in {self.store.path}: {self._statuses()}>"

    @property
    def complete(self) -> bool:
        """Whether every case has its answer."""
        return all(row["status"] != "not run" for row in self.rows)

    @checked
    def to_frame(self, what: str = "cases") -> pd.DataFrame:
        """Make a table.

        Parameters
        ----------
        what
            "cases": one row for each, with its labels as columns; "faults": one row for each thing
            that is wrong, with the name of its case.

        Raises
        ------
        DataError
            If there is no such table.
        """
        if what == "faults":
            names = ["name", "what", "remedy", "where", "row", "column", "urn", "value"]
            return framed(self._faults(), columns=names).set_index("name")
        if what != "cases":
            raise DataError.of(f"there is no table {what!r}", 'give "cases" or "faults"')
        rows = [_flat(row) for row in self.rows]
        labels = dict.fromkeys(name for row in self.rows for name in row["labels"])
        figures = dict.fromkeys(name for row in rows for name in row)
        order = dict.fromkeys(["name", *labels, *_COLUMNS, *figures])
        frame = framed(rows, columns=list(order)).set_index("name")
        counts = [name for name in _COUNTS if frame[name].map(_is_count).all()]
        return frame.astype(dict.fromkeys(counts, "Int64"))  # whole numbers beside empty cells

    def plan(self, name: str) -> Plan:
        """Read the plan of a case.

        Raises
        ------
        DataError
            If there is no such case, or it has no plan.
        """
        row = next((row for row in self.rows if row["name"] == name), None)
        if row is None:
            raise DataError.of(
                f"the study has no case {name!r}", "give the name of a row of to_frame()"
            )
        plan = None if row["status"] == "not run" else self._plan(row)
        if plan is None:
            raise DataError.of(
                f"the case {name!r} has no plan: it is {row['status']!r}",
                "ask for a case that has one",
            )
        return plan

    def plans(self) -> Iterator[tuple[str, Plan]]:
        """Read the plans one after the other, each with the name of its case."""
        for row in self.rows:
            if (plan := self._plan(row)) is not None:
                yield row["name"], plan

    def _plan(self, row: dict[str, Any]) -> Plan | None:
        record = self.store.read(row["key"]) if row["key"] else None
        return None if record is None else plan_of_record(record)

    def summary(self) -> str:
        """Say what came of it, and how to go on where something is left."""
        lines = [f"{counted(len(self), 'case')}: {self._statuses()}."]
        wrong = [row for row in self.rows if row["status"] in FAILED]
        if wrong:
            lines.append(f"With {listed([repr(row['name']) for row in wrong])} something is wrong:")
            lines += [f"  {text}" for text in _first_of_each_kind(wrong)]
        if aside := len(self.store.set_aside):
            verb = "is" if aside == 1 else "are"
            lines.append(
                f"{counted(aside, 'damaged record')} {verb} set aside in "
                f"{self.store.path / 'damaged'}."
            )
        if self.interrupted:
            lines.append("The study was stopped; running cases were given up.")
        if not self.complete:
            lines.append(f"What is done is kept in {self.store.path}: run it again to go on.")
        return "\n".join(lines)

    def _statuses(self) -> str:
        counts = Counter(row["status"] for row in self.rows)
        return ", ".join(f"{number:,} {status}" for status, number in counts.most_common())

    def _faults(self) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            error = row.get("error")
            if error is None:
                continue
            for fault in error.get("faults") or [{"what": error["message"]}]:
                yield {"name": row["name"], **fault}


@checked
def read_store(store: str | os.PathLike[str]) -> Study:
    """Read every record of a store, of whichever studies wrote to it.

    Raises
    ------
    DataError
        If there is no store.

    Examples
    --------
    >>> import tempfile
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]}, [("a", "b")])
    >>> case = cl.study.Case(name="one", problem=problem, rules=cl.Rules(n_clusters=1))
    >>> with tempfile.TemporaryDirectory() as store:
    ...     study = cl.study.run([case], store)
    ...     read_store(store).to_frame()["status"].to_dict()
    {'one': 'optimal'}
    """
    kept = Store(store)
    kept.must_exist()
    rows = [{k: v for k, v in record.items() if k != "plan"} for record in kept.records()]
    rows.sort(key=lambda row: (row["name"], row["finished_at"]))
    return Study(store=kept, rows=tuple(rows), found=len(rows))


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Lay a record out as one row of a table."""
    error = row.get("error") or {}
    faults = [f"{fault['what']} - {fault['remedy']}" for fault in error.get("faults", ())]
    lines = error.get("message", "").splitlines()
    return {
        **row["labels"],
        **row.get("figures", {}),
        **{name: row.get(name) for name in _COLUMNS if name not in row.get("figures", {})},
        "name": row["name"],
        "error": " ".join(lines) or None,
        "faults": "; ".join([*faults, *error.get("conflict", ())]) or None,
    }


def _is_count(value: Any) -> bool:
    return value is None or value != value or float(value).is_integer()


def _first_of_each_kind(rows: list[dict[str, Any]]) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for row in rows:
        kinds.setdefault(" ".join(row["error"]["message"].splitlines()), []).append(row["name"])
    lines = [f"{listed(names)}: {message}" for message, names in list(kinds.items())[:_MOST_KINDS]]
    if len(kinds) > _MOST_KINDS:
        lines.append(
            f'and {counted(len(kinds) - _MOST_KINDS, "more kind")}: to_frame("faults") has all'
        )
    return lines
