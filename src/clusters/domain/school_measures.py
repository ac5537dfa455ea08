"""From what schools carry to measures: every number by name, and what "need" is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from clusters.domain.school import School, counts_of
from clusters.domain.values import FloatArray, SchoolId, is_number
from clusters.errors import Faults, RulesError

__all__ = ["measures_of"]


def _numbers_of(school: School) -> dict[str, float]:
    """Every number that a school carries, by the name of its measure."""
    row = {"schools": 1, **counts_of(school), **school.measures}
    return {name: float(value) for name, value in row.items() if value is not None}


def measures_of(
    schools: Sequence[School], need_weights: Mapping[str, float] | None
) -> tuple[dict[str, FloatArray], dict[str, tuple[SchoolId, ...]], tuple[str, ...]]:
    """Collect every number; a measure that any school lacks goes to `unknown`."""
    rows = [_numbers_of(school) for school in schools]
    names = dict.fromkeys(name for row in rows for name in row)
    note: tuple[str, ...] = ()
    if need_weights is not None:
        _check_need_weights(need_weights, names)
        terms = " + ".join(f"{weight:g} x {name}" for name, weight in need_weights.items())
        note = (f"Need is {terms}.",)
    elif "need" not in names and {"ehcps", "sen_support"} <= set(names):
        need_weights = {"ehcps": 1.0, "sen_support": 1.0}
        note = ("Need is EHC plans + SEN support, each pupil counted once.",)
    if need_weights is not None:
        names["need"] = None
        for row in rows:
            row.pop("need", None)
            if all(name in row for name in need_weights):
                row["need"] = math.fsum(w * row[name] for name, w in need_weights.items())
    measures, unknown = {}, {}
    for name in names:
        missing = tuple(s.urn for s, row in zip(schools, rows, strict=True) if name not in row)
        if missing:
            unknown[name] = missing
        else:
            measures[name] = np.array([row[name] for row in rows], dtype=np.float64)
    return measures, unknown, note


def _check_need_weights(need_weights: Mapping[str, float], names: Mapping[str, None]) -> None:
    faults = Faults()
    for name in need_weights:
        if name not in names or name == "need":
            what = f"need_weights names {name!r}, which no school has"
            faults.add(what, f"use any of {', '.join(sorted(names))}")
    for name, weight in need_weights.items():
        if not is_number(weight) or weight < 0:
            what = f"need_weights[{name!r}] is not a number of 0 or more"
            faults.add(what, "give a weight", weight)
    if not need_weights:
        faults.add("need_weights is empty", "name at least one measure")
    faults.refuse(RulesError)
