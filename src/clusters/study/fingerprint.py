"""The key of a case: a digest of all that decides on its answer."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from typing import Any

import numpy as np

from clusters.arguments import described
from clusters.domain import Problem
from clusters.domain.plan import groups_of
from clusters.errors import ArgumentError
from clusters.study.case import Case

__all__ = ["Fingerprints", "versions"]

_DECIDING = ("clusters", "highspy", "numba", "numpy", "ortools")
"""Packages of which another version may find another plan."""
_LONG = 32
"""Letters of a key: 128 bits."""


@functools.cache
def versions() -> Mapping[str, str]:
    """Versions of what decides on a plan."""
    from clusters import __version__

    found = {"clusters": __version__}
    for name in _DECIDING[1:]:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


class Fingerprints:
    """Keys of cases. Facts that several cases share are read once.

    Two cases have the same key where the content of data, rules, priorities, settings, first plan,
    versions and the function that answers are the same, whatever files they came from. Names and
    labels of cases, notes, and the shapes of maps play no part.
    """

    def __init__(self, using: Callable[..., Any]) -> None:
        self._using = _named(using)
        self._known: dict[int, tuple[object, str]] = {}

    def key(self, case: Case) -> str:
        """Digest one case."""
        made_of = {
            "problem": self._problem(case.problem),
            "rules": _plain(case.rules),
            "priorities": _plain(
                dataclasses.replace(case.priorities, reference=case.priorities.groups_before)
            ),
            "settings": _plain(case.settings),
            "start": None if case.start is None else _plain(groups_of(case.start)),
            "using": self._using,
            "versions": dict(versions()),
        }
        return _digest(made_of)[:_LONG]

    def _problem(self, problem: Problem) -> str:
        return _digest(
            {
                "schools": self._once(problem.schools),
                "travel": self._once(problem.travel),
                "travel_unit": problem.travel_unit,
                "edges": None if problem.edges is None else self._once(problem.edges),
                "measures": _plain(problem.measures),
                "unknown": _plain(problem.unknown),
            }
        )

    def _once(self, value: Any) -> str:
        """Digest a value that several problems may hold; it is kept, so that its id stays its."""
        if id(value) not in self._known:
            self._known[id(value)] = (value, _digest(_plain(value)))
        return self._known[id(value)][1]


def _named(using: Callable[..., Any]) -> str:
    """Name a function; one that is no part of the package by its text, too, which may change."""
    name = f"{using.__module__}:{using.__qualname__}"
    if using.__module__.partition(".")[0] == "clusters":
        return name
    try:
        text = inspect.getsource(using)
    except (OSError, TypeError):  # of a session that keeps none
        return name
    return f"{name} {hashlib.sha256(text.encode()).hexdigest()}"


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Bring a value into what JSON can hold, with one form for each content."""
    if isinstance(value, np.ndarray):
        data = np.ascontiguousarray(value)
        kind = data.dtype.newbyteorder("<")
        digest = hashlib.sha256(data.astype(kind).tobytes()).hexdigest()
        return ["array", str(kind), list(data.shape), digest]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [field.name for field in dataclasses.fields(value) if field.compare]
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, Mapping):
        items = [[_plain(key), _plain(item)] for key, item in value.items()]
        return ["mapping", *sorted(items, key=lambda item: json.dumps(item[0]))]
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return ["set", *sorted((_plain(item) for item in value), key=json.dumps)]
    raise ArgumentError.of(
        f"a case holds {described(value)}, which cannot be compared between two runs",
        "give numbers, texts, lists and mappings",
    )
