"""The record of a run: run.json."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import json
import math
import os
import platform
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from clusters.arguments import checked, described
from clusters.domain import Plan, PlanLike, Priorities, Problem, Rules, plan_of
from clusters.errors import ArgumentError, DataError, Faults
from clusters.writers.atomic import write_bytes

__all__ = ["write_run"]

_PACKAGES = (
    *("geopandas", "highspy", "numba", "numpy", "ortools", "pandas", "pyogrio"),
    *("scipy", "shapely"),
)


@checked
def write_run(
    path: str | os.PathLike[str],
    problem: Problem,
    rules: Rules | None = None,
    priorities: Priorities | None = None,
    settings: Any = None,
    result: PlanLike | None = None,
    *,
    split: Any = None,
    options: Mapping[str, Any] | None = None,
    inputs: Iterable[str | os.PathLike[str]] = (),
    notes: Iterable[str] = (),
    public: bool = False,
    reading: Any = None,
) -> Path:
    """Write the record of a run as JSON: what went in, under which rules, what came out.

    Parameters
    ----------
    problem, rules, priorities, settings, result
        As given to and returned by `solve`; what is None is left out.
    split
        What `split_budget` returned: its pot, formula, protection and notes go into the record.
    options
        What was asked for, by name, for instance on the command line.
    inputs
        Paths of the files that were read; their SHA-256 goes into the record.
    notes
        Sentences to add.
    public
        Whether the record is for publication: give a redacted problem then. Digests and sizes are
        left out, since a guess can be tested against them, and so is the result, whose cost is a
        sum over schools.
    reading
        The report on the reading of the schools (``schools.report``): from which file, column and
        year each number came goes into the record. It holds totals: leave it out of a record that
        is to be published.

    Raises
    ------
    DataError
        If an input is not there any more, or the record cannot be written.

    Examples
    --------
    >>> import clusters as cl, json, pathlib, tempfile
    >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [300, 400]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_run(pathlib.Path(folder) / "run.json", problem, cl.Rules(n_clusters=1))
    ...     sorted(json.loads(path.read_text("utf-8")))[:3]
    ['inputs', 'machine', 'notes']
    """
    files, faults = [], Faults()
    for source in inputs:
        try:
            data = Path(source).read_bytes()
        except OSError as error:
            what = f"the input cannot be read ({error.strerror or error})"
            faults.add(what, "give the path of the file that was read", where=os.fspath(source))
            continue
        digest = hashlib.sha256(data).hexdigest()
        sealed = {} if public else {"bytes": len(data), "sha256": digest}
        files.append({"file": Path(source).name, **sealed})
    faults.refuse(DataError)
    record: dict[str, Any] = {
        "written_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "inputs": files,
        "problem": _of_problem(problem, public=public),
    }
    for name, part in (("rules", rules), ("priorities", priorities), ("settings", settings)):
        if part is not None:
            record[name] = _plain(part)
    if options is not None:
        record["options"] = _plain(options)
    if split is not None and not hasattr(split, "pot"):
        raise ArgumentError.of(
            f"split is {described(split)}, not a Split", "give what split_budget returned"
        )
    if reading is not None and not hasattr(reading, "record"):
        raise ArgumentError.of(
            f"reading is {described(reading)}, not a report on the reading", "give schools.report"
        )
    if not public:
        record |= _private(problem, split, result, reading)
    record["notes"] = [str(note) for note in notes]
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    return write_bytes(path, f"{text}\n".encode())


def _private(problem: Problem, split: Any, result: Any, reading: Any) -> dict[str, Any]:
    """Collect what a record for publication does not hold."""
    found: dict[str, Any] = {}
    if split is not None:
        found["money"] = _of_split(split)
    if result is not None:
        found["result"] = _of_result(result, plan_of(problem, result, "result"))
    if reading is not None:
        found["reading"] = _plain(reading.record())
    return found


def _versions() -> dict[str, str]:
    # of the code that runs: what is installed under the name may be another copy
    from clusters import __version__

    found = {"python": platform.python_version(), "clusters": __version__}
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _of_problem(problem: Problem, *, public: bool) -> dict[str, Any]:
    digest = hashlib.sha256(repr(problem.ids).encode())
    arrays: list[Any] = [
        problem.xy_m,
        problem.travel,
        *(problem.measures[k] for k in sorted(problem.measures)),
    ]
    if problem.edges is not None:
        arrays.append(problem.edges)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return {
        "schools": len(problem),
        "travel_unit": problem.travel_unit,
        "neighbour_pairs": None if problem.edges is None else len(problem.edges),
        "totals": {name: float(values.sum()) for name, values in problem.measures.items()},
        "not_known": {name: len(ids) for name, ids in problem.unknown.items()},
        "notes": list(problem.notes),
        **({} if public else {"sha256": digest.hexdigest()}),
    }


def _of_split(split: Any) -> dict[str, Any]:
    """Say what was divided and how; `pence` are the steps of the pot."""
    return {
        "pot": _plain(split.pot),
        "formula": _plain(split.formula),
        "protection": _plain(split.protection),
        "pence": {**split.pot.steps, "shared by formula": split.pot.flexible_pence},
        "notes": list(split.notes),
    }


def _of_result(result: Any, plan: Plan) -> dict[str, Any]:
    names = ("status", "objective", "bound", "gap", "seconds", "stopped", "reproducible")
    record = {name: _plain(getattr(result, name, None)) for name in names}
    record["reproducible"] = bool(record["reproducible"])
    record["history"] = _plain(getattr(result, "history", ()))
    record["clusters"] = [_plain(cluster) for cluster in plan.clusters]
    return record


def _plain(value: Any) -> Any:
    """Bring a value into what JSON can hold; exact numbers become text."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Fraction | Decimal | os.PathLike):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value) if field.repr]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    return str(value)
