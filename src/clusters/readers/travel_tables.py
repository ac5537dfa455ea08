"""Tables of journeys between schools: long, square, or as routing tools answer.

A long table has one row per journey: from, to, and the metres or minutes. A square one has the ids
of the schools along its first row and its first column. OSRM, Valhalla and OpenRouteService answer
in JSON, without ids: in the order in which the places were asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clusters.errors import DataError, Fault, Faults
from clusters.readers.column_names import simple
from clusters.readers.opening import File, is_file, kind_of, open_content, open_json, open_table
from clusters.readers.routing_answers import of_answer
from clusters.readers.table import Table
from clusters.readers.travel_units import (
    WORDS,
    Quantity,
    Unit,
    is_no_way_number,
    quantity_of,
    unit_notes,
    unit_of,
)
from clusters.readers.travel_values import (
    Asked,
    Journeys,
    Numbers,
    diagonal_faults,
    factor_of,
    key_of,
    marks_of,
)
from clusters.text import counted, first_few

__all__ = ["Journeys", "is_travel_table", "no_way_in", "read_matrix"]

_FROM = (
    *("from", "from_urn", "origin", "origin_urn", "origin_id", "from_id", "inputid", "input_id"),
    *("i", "source", "source_id", "start", "start_id", "urn_from", "id_orig", "orig_id", "o_id"),
    *("from_school", "school_from", "fromid", "originid"),
)
_TO = (
    *("to", "to_urn", "destination", "destination_urn", "destination_id", "to_id", "targetid"),
    *("target_id", "j", "target", "end", "end_id", "urn_to", "id_dest", "dest_id", "d_id"),
    *("to_school", "school_to", "toid", "destinationid"),
)
_QUANTITY: Mapping[Unit, Quantity] = {"m": "distance", "min": "time"}


def is_travel_table(source: Any) -> bool:
    """Whether something is a table of journeys with names, rather than a plain array."""
    return (
        is_file(source)
        or isinstance(source, Mapping)
        or hasattr(source, "columns")
        or hasattr(source, "__arrow_c_stream__")
    )


def read_matrix(
    source: Any,
    ids: Sequence[Hashable],
    unit: Unit,
    *,
    where: str = "",
    travel_unit: str | None = None,
    no_way: Collection[Any] | str | float = (),
    xy_m: Any = None,
) -> Journeys:
    """Read journeys between schools.

    Parameters
    ----------
    source
        Path of a file, or a frame. Long (columns such as "from", "to" and "distance_m" or
        "minutes") or square (ids along the first row and the first column or index); or the answer
        of OSRM, Valhalla or OpenRouteService as JSON. "inf" stands for no way. A long table may
        leave out a school's journey to itself.
    ids
        The schools, in the order wanted.
    unit
        "m" for metres or "min" for minutes: what is wanted.
    where
        Name of the argument or file, for messages.
    travel_unit
        Unit of the table where it does not say: "s", "min", "h", "m", "km" or "miles".
    no_way
        Values that stand for no way, besides "inf": numbers, or "blank" for empty cells.
    xy_m
        Positions of the schools, array (n, 2), against which the places of a routing answer are
        checked.

    Returns
    -------
    Journeys
        From row to column. Its notes name ids of the table that are none of the schools.

    Raises
    ------
    DataError
        Listing every fault: unreadable file, missing schools and journeys, journeys given twice,
        values that are no number of 0 or more.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"from": ["a", "b"], "to": ["b", "a"], "minutes": [7, 9]})
    >>> read_matrix(table, ["a", "b"], "min").values
    array([[0., 7.],
           [9., 0.]])
    """
    asked = Asked(list(ids), unit, unit_of(travel_unit, unit), marks_of(no_way), where)
    if isinstance(source, Mapping):
        return of_answer(source, asked, xy_m)
    file = File.of(source)
    if is_file(file):
        content = open_content(file, where or "journeys")
        asked = replace(asked, where=where or content.name)
        file = replace(file, source=content)
        if kind_of(content) == "JSON":
            found = open_json(content)
            if isinstance(found, Mapping):
                return of_answer(found, asked, xy_m)
    elif hasattr(source, "index") and hasattr(source, "columns"):
        file = replace(file, source=_with_ids(source, asked))
    table = open_table(file, score=_score_for(asked), name=asked.where or "journeys")
    return _of_table(table, asked)


def no_way_in(
    values: npt.NDArray[np.float64], no_way: Any, where: str, unit: Unit, factor: float
) -> npt.NDArray[np.bool_]:
    """Which numbers of an array stand for no way; `factor` is from its unit to ours.

    Raises
    ------
    DataError
        If there are others with which routing tools say so: NaN, -1, 2147483647 and the like.
    """
    marks = marks_of(no_way)
    kinds = np.unique(values[np.isfinite(values)])
    odd = [
        value for value in kinds.tolist() if is_no_way_number(f"{value:.0f}", value, unit, factor)
    ]
    meant = [value for value in kinds.tolist() if repr(value) in marks]
    found: npt.NDArray[np.bool_] = np.isin(values, meant)
    blank = np.isnan(values)
    strange = {value: int((values == value).sum()) for value in odd if value not in meant}
    if blank.any() and "" not in marks:
        strange = {np.nan: int(blank.sum()), **strange}
    faults = Faults()
    for value, count in strange.items():
        number, mark = ("NaN", '"blank"') if np.isnan(value) else (f"{value:.10g}",) * 2
        faults.add(
            f"{counted(count, 'journey is', 'journeys are')} {number}, with which routing tools "
            "say that there is no way",
            f"if so, say it with no_way=[{mark}]; else correct it",
            where=where,
        )
    faults.refuse(DataError)
    return found | blank


def _with_ids(frame: Any, asked: Asked) -> Any:
    """Frame with its index as the first column where the index holds the ids of a square table."""
    known = set(asked.keys)
    if any(name is not None for name in frame.index.names):
        return frame
    if not any(key_of(one) in known for one in frame.index):
        return frame
    if not any(key_of(one) in known for one in frame.columns):
        return frame
    return frame.rename_axis("id").reset_index()


def _score_for(asked: Asked) -> Callable[[Sequence[str]], int]:
    known = set(asked.keys)

    def score(cells: Sequence[str]) -> int:
        names = [simple(cell) for cell in cells]
        ends = any(name in _FROM for name in names) and any(name in _TO for name in names)
        ours = sum(key_of(cell) in known for cell in cells[1:])
        if ends:
            return 3 + sum(bool(quantity_of(cell)[0]) for cell in cells)
        # A row of a square table has one id, its header one for each school.
        return ours if ours > 1 or (ours and len(known) == 1) else 0

    return score


def _of_table(table: Table, asked: Asked) -> Journeys:
    names = [simple(name) for name in table.header]
    start, end = _first(names, _FROM), _first(names, _TO)
    if start is None or end is None:
        return _read_square(table, asked)
    return _read_long(table, (start, end), asked)


def _first(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


# square --------------------------------------------------------------------------------------


def _read_square(table: Table, asked: Asked) -> Journeys:
    known = set(asked.keys)
    columns = [key_of(name) for name in table.header[1:]]
    rows: list[str] = []
    lines: list[tuple[int, list[str]]] = []
    for number, cells in table.rows:
        if any(cells):
            rows.append(key_of(cells[0]))
            lines.append((number, cells[1:]))
    if not known & {*columns, *rows}:
        raise asked.refused(
            "it is no table of journeys between these schools: it has no columns such as "
            "from and to, and none of their ids along its first row and column",
            f"the columns are {first_few(table.header, 8)}",
        )
    faults = Faults(table.faults)
    faults += [*_axis_faults(rows, asked, "row"), *_axis_faults(columns, asked, "column")]
    faults.refuse(DataError)
    factor, read_as = factor_of(None, asked)
    numbers = Numbers(asked, factor)
    values = _square_values(table, lines, (rows, columns), numbers)
    Faults(numbers.faults or diagonal_faults(values, asked)).refuse(DataError)
    notes = [*table.all_notes(), *unit_notes(read_as, asked.unit), *numbers.notes(asked.where)]
    return Journeys(values, (*notes, *_not_ours(rows, asked)), read_as)


def _square_values(
    table: Table,
    lines: Sequence[tuple[int, list[str]]],
    axes: tuple[list[str], list[str]],
    numbers: Numbers,
) -> npt.NDArray[np.float64]:
    at_row, at_column = ({key: k for k, key in enumerate(axis)} for axis in axes)
    keys = numbers.asked.keys
    values = np.zeros((len(keys),) * 2)
    for a, start in enumerate(keys):
        number, cells = lines[at_row[start]]
        for b, end in enumerate(keys):
            k = at_column[end]
            state = table.states.get((number, k + 1), "") if table.states else ""
            if state or a != b or cells[k]:
                values[a, b] = numbers.read(a, b, cells[k], number, state=state)
    return values


def _axis_faults(axis: list[str], asked: Asked, word: str) -> list[Fault]:
    absent, once = f"there is no {word} for this school", f"keep one {word} for each school"
    seen = Counter(axis)
    return [
        asked.fault(k, absent, f"add its {word}, or leave the school out")
        for k, key in enumerate(asked.keys)
        if key not in seen
    ] + [
        Fault(f"there is more than one {word} for it", once, where=asked.where, urn=key)
        for key in sorted(set(asked.keys))
        if seen[key] > 1
    ]


# long ----------------------------------------------------------------------------------------


def _read_long(table: Table, ends: tuple[int, int], asked: Asked) -> Journeys:
    column = _value_column(table, ends, asked)
    name = table.header[column]
    factor, read_as = factor_of(name, asked)
    numbers = Numbers(asked, factor)
    at = {key: k for k, key in enumerate(asked.keys)}
    n = len(at)
    values = np.full((n, n), np.nan)
    np.fill_diagonal(values, 0.0)
    given = np.zeros((n, n), dtype=np.int64)
    met: dict[str, str] = {}
    for number, cells in table.rows:
        if not any(cells):
            continue
        a, b = (at.get(met.setdefault(cells[end], key_of(cells[end])), -1) for end in ends)
        if a < 0 or b < 0:
            continue
        given[a, b] += 1
        state = table.states.get((number, column), "") if table.states else ""
        if state == "merged":  # which a long table may be
            state = ""
        if state or a != b or cells[column]:
            values[a, b] = numbers.read(a, b, cells[column], number, state=state)
    faults = Faults([*numbers.faults, *table.faults])
    if n and not given.any() and not faults:
        ids = f" (it has {first_few(met)})" if met else ": it has no rows"
        remedy = "check that its ids are the URNs of the schools"
        raise asked.refused(f"none of its journeys is between these schools{ids}", remedy)
    for a, b in np.argwhere(given > 1).tolist():
        what = f"the journey to '{asked.ids[b]}' is given {given[a, b]} times"
        faults.append(asked.fault(a, what, "keep one row for each journey"))
    np.fill_diagonal(given, 1)
    faults += _gap_faults(given == 0, asked)
    Faults(faults or diagonal_faults(values, asked)).refuse(DataError)
    notes = [
        *table.all_notes(),
        *unit_notes(read_as, asked.unit),
        *numbers.notes(asked.where),
        *_not_ours(met.values(), asked),
    ]
    return Journeys(values, tuple(notes), read_as)


def _value_column(table: Table, ends: tuple[int, int], asked: Asked) -> int:
    """Column of the journeys: one that says the quantity wanted, else one that says none."""
    wanted = _QUANTITY[asked.unit]
    kinds = {
        k: quantity_of(name)[0] for k, name in enumerate(table.header) if k not in ends and name
    }
    for kind in (wanted, "any"):
        fitting = [k for k, found in kinds.items() if found == kind]
        exact = [k for k in fitting if quantity_of(table.header[k])[1] == asked.unit]
        totals = [k for k in fitting if "total" in simple(table.header[k])]
        for choice in (fitting, exact, totals):
            if len(choice) == 1:
                return choice[0]
        if fitting:
            names = first_few([table.header[k] for k in fitting], 6)
            what = f"{len(fitting)} columns could hold the {WORDS[asked.unit]}: {names}"
            remedy = f"keep one of them, or name the one that is meant {WORDS[asked.unit]!r}"
            raise asked.refused(what, remedy)
    raise asked.refused(
        f"no column holds {WORDS[asked.unit]} (columns: {', '.join(table.header)})",
        f"name it {'distance_m' if asked.unit == 'm' else 'minutes'!r} and give "
        f"{WORDS[asked.unit]}",
    )


# faults --------------------------------------------------------------------------------------


def _gap_faults(missing: npt.NDArray[np.bool_], asked: Asked) -> list[Fault]:
    """One fault for each school from which journeys are missing."""
    faults = []
    for a in np.flatnonzero(missing.any(axis=1)).tolist():
        to = first_few(asked.ids[b] for b in np.flatnonzero(missing[a]).tolist())
        remedy = 'add a row for each, with "inf" where there is no way'
        faults.append(asked.fault(a, f"there is no journey to {to}", remedy))
    return faults


def _not_ours(found: Iterable[str], asked: Asked) -> tuple[str, ...]:
    others = sorted(set(found) - set(asked.keys))
    if not others:
        return ()
    place = f" of {asked.where}" if asked.where else ""
    return (
        f"Journeys{place} to or from {first_few(others)} were passed over: "
        "they are none of the schools.",
    )
