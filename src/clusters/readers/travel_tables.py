"""Tables of journeys between schools: long, square, or as routing tools answer.

A long table has one row per journey: from, to, and the metres or minutes. A square one has the ids
of the schools along its first row and its first column. OSRM, Valhalla and OpenRouteService answer
in JSON, without ids: in the order in which the places were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clusters.errors import DataError, Fault
from clusters.readers.cells import Unreadable, number_of, tidy, urn_of
from clusters.readers.column_names import simple
from clusters.readers.faults import refusal, shown
from clusters.readers.opening import (
    File,
    is_file,
    kind_of,
    open_content,
    open_json,
    open_table,
)
from clusters.readers.table import WRONG_STATE, Table
from clusters.readers.travel_units import (
    FACTORS,
    WORDS,
    Quantity,
    Unit,
    is_no_way_number,
    quantity_of,
    unit_notes,
    unit_of,
)
from clusters.text import counted

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
_INFINITE = ("inf", "infinity", "+inf")
_BLANK = ("", "blank", "nan", "none", "null", "na", "<na>")
_SHOWN = 3
_SNAP_M = 5_000.0


@dataclass(frozen=True, slots=True)
class Journeys:
    """Journeys, array (n, n), in the order of the ids asked for; and what was passed over.

    `read_as` is the unit in which the table or the caller says that it is.
    """

    values: npt.NDArray[np.float64]
    notes: tuple[str, ...] = ()
    read_as: str | None = None


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
    asked = _Asked(list(ids), unit, unit_of(travel_unit, unit), _marks(no_way), where)
    if isinstance(source, Mapping):
        return _of_answer(source, asked, xy_m)
    file = File.of(source)
    if is_file(file):
        content = open_content(file, where or "journeys")
        asked = replace(asked, where=where or content.name)
        file = replace(file, source=content)
        if kind_of(content) == "JSON":
            found = open_json(content)
            if isinstance(found, Mapping):
                return _of_answer(found, asked, xy_m)
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
    marks = _marks(no_way)
    kinds = np.unique(values[np.isfinite(values)])
    odd = [
        value for value in kinds.tolist() if is_no_way_number(f"{value:.0f}", value, unit, factor)
    ]
    meant = [value for value in kinds.tolist() if repr(value) in marks]
    found: npt.NDArray[np.bool_] = np.isin(values, meant)
    blank = np.isnan(values)
    faults = []
    if blank.any() and "" not in marks:
        faults.append(("NaN", int(blank.sum()), '"blank"'))
    faults += [
        (f"{value:.10g}", int((values == value).sum()), f"{value:.10g}")
        for value in odd
        if value not in meant
    ]
    if faults:
        raise DataError(
            Fault(
                what=f"{counted(count, 'journey')} {'is' if count == 1 else 'are'} {number}, with "
                "which routing tools say that there is no way",
                remedy=f"if so, say it with no_way=[{mark}]; else correct it",
                where=where,
            )
            for number, count, mark in faults
        )
    return found | blank


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of a table: for whom, in which unit, and what stands for no way."""

    ids: list[Hashable]
    unit: Unit
    given: str | None
    no_way: frozenset[str]
    where: str

    @property
    def keys(self) -> list[str]:
        return [_key(one) for one in self.ids]


def _marks(no_way: Any) -> frozenset[str]:
    """Texts that stand for no way, as they may be written in a cell."""
    single = isinstance(no_way, str | float | int)
    marks = {_plain(one) for one in ([no_way] if single else no_way)}
    return frozenset(marks | ({*_BLANK} if marks & {*_BLANK} else set()) | {*_INFINITE})


def _plain(value: Any) -> str:
    text = tidy("" if value is None else str(value)).casefold()
    try:
        return repr(float(text)) if text not in (*_INFINITE, "nan") else text
    except ValueError:
        return text


def _key(value: object) -> str:
    """Text by which ids are compared, so that 107600, 107600.0 and "107600" are one."""
    text = str(value).strip()
    try:
        return urn_of(text) if text.isascii() else text
    except Unreadable:
        return text


def _with_ids(frame: Any, asked: _Asked) -> Any:
    """Frame with its index as the first column where the index holds the ids of a square table."""
    known = set(asked.keys)
    if any(name is not None for name in frame.index.names):
        return frame
    if not any(_key(one) in known for one in frame.index):
        return frame
    if not any(_key(one) in known for one in frame.columns):
        return frame
    return frame.rename_axis("id").reset_index()


def _score_for(asked: _Asked) -> Callable[[Sequence[str]], int]:
    known = set(asked.keys)

    def score(cells: Sequence[str]) -> int:
        names = [simple(cell) for cell in cells]
        ends = any(name in _FROM for name in names) and any(name in _TO for name in names)
        ours = sum(_key(cell) in known for cell in cells[1:])
        if ends:
            return 3 + sum(bool(quantity_of(cell)[0]) for cell in cells)
        # A row of a square table has one id, its header one for each school.
        return ours if ours > 1 or (ours and len(known) == 1) else 0

    return score


def _of_table(table: Table, asked: _Asked) -> Journeys:
    names = [simple(name) for name in table.header]
    start, end = _first(names, _FROM), _first(names, _TO)
    if start is None or end is None:
        return _read_square(table, asked)
    return _read_long(table, (start, end), asked)


def _first(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


# values --------------------------------------------------------------------------------------


class _Numbers:
    """Reads cells as numbers in the unit wanted; gathers what cannot be read."""

    def __init__(self, asked: _Asked, factor: float) -> None:
        self.asked = asked
        self.factor = factor
        self.ways = 0
        self.thousands = 0
        self._seen: dict[str, float] = {}

    def read(self, text: str) -> float:
        """Read a cell.

        Raises
        ------
        Unreadable
            If it is no journey.
        """
        found = self._seen.get(text)
        if found is None:
            found = self._seen[text] = self._value(text)
        self.ways += found == np.inf
        self.thousands += "," in text
        return found

    def _value(self, text: str) -> float:
        if _plain(text) in self.asked.no_way or text.casefold() in self.asked.no_way:
            return float(np.inf)
        if _plain(text) in _BLANK:
            raise Unreadable(
                "the journey is blank",
                'give it, or "inf" where there is no way; or say so for all blanks with '
                'no_way=["blank"]',
            )
        try:
            value = number_of(text, negative=True)
        except Unreadable:
            try:
                value = float(text)  # a float in scientific notation loses nothing here
            except ValueError:
                raise Unreadable(
                    "the journey is not a number of 0 or more",
                    f'give it, or "inf" where there is no way; or no_way=["{text[:20]}"]',
                ) from None
        if is_no_way_number(text, value, self.asked.unit, self.factor):
            raise Unreadable(
                "the journey is a number with which routing tools say that there is no way",
                f"if so, say it with no_way=[{text}]; else correct it",
            )
        if not value >= 0:
            raise Unreadable(
                "the journey is not a number of 0 or more",
                f'give it, or "inf" where there is no way; or no_way=[{text}]',
            )
        return value * self.factor

    def notes(self, where: str) -> Iterator[str]:
        if self.thousands:
            yield (
                f"{self.thousands:,} numbers{f' of {where}' if where else ''} have a comma between "
                "thousands, which was taken out."
            )


def _factor(name: str | None, asked: _Asked) -> tuple[float, str | None]:
    """Factor to the unit wanted: by the caller's word, else by the column's name."""
    said = None if name is None else quantity_of(name)[1]
    if asked.given is not None and said is not None and said != asked.given:
        raise DataError(
            Fault(
                what=f"the column says {said}, travel_unit says {asked.given}",
                remedy="leave travel_unit out, or rename the column",
                where=asked.where,
                column=name,
            )
        )
    unit = asked.given or said
    if unit is None:
        return 1.0, None
    return FACTORS[unit][1], unit


# square --------------------------------------------------------------------------------------


def _read_square(table: Table, asked: _Asked) -> Journeys:
    known = set(asked.keys)
    columns = [_key(name) for name in table.header[1:]]
    rows: list[str] = []
    lines: list[tuple[int, list[str]]] = []
    for number, cells in table.rows:
        if any(cells):
            rows.append(_key(cells[0]))
            lines.append((number, cells[1:]))
    if not known & {*columns, *rows}:
        raise DataError(
            Fault(
                what="it is no table of journeys between these schools: it has no columns such as "
                "from and to, and none of their ids along its first row and column",
                remedy=f"the columns are {shown(table.header, 8)}",
                where=asked.where,
            )
        )
    faults = [
        *table.faults,
        *_axis_faults(rows, asked, "row"),
        *_axis_faults(columns, asked, "column"),
    ]
    if faults:
        raise DataError(faults)
    factor, read_as = _factor(None, asked)
    numbers = _Numbers(asked, factor)
    values, faults = _square_values(table, lines, (rows, columns), asked, numbers)
    if not faults:
        faults = _diagonal_faults(values, asked)
    if faults:
        raise DataError(faults)
    notes = [*table.all_notes(), *unit_notes(read_as, asked.unit), *numbers.notes(asked.where)]
    return Journeys(values, (*notes, *_not_ours(rows, asked)), read_as)


def _square_values(
    table: Table,
    lines: Sequence[tuple[int, list[str]]],
    axes: tuple[list[str], list[str]],
    asked: _Asked,
    numbers: _Numbers,
) -> tuple[npt.NDArray[np.float64], list[Fault]]:
    at_row, at_column = ({key: k for k, key in enumerate(axis)} for axis in axes)
    values, faults = np.zeros((len(asked.ids),) * 2), []
    for a, start in enumerate(asked.keys):
        number, cells = lines[at_row[start]]
        for b, end in enumerate(asked.keys):
            k = at_column[end]
            state = table.states.get((number, k + 1), "") if table.states else ""
            try:
                if state:
                    raise Unreadable(*WRONG_STATE[state])
                values[a, b] = 0.0 if a == b and not cells[k] else numbers.read(cells[k])
            except Unreadable as error:
                faults.append(_fault(asked, error, a, b, number, cells[k]))
    return values, faults


def _fault(asked: _Asked, error: Unreadable, a: int, b: int, row: int | None, text: str) -> Fault:
    """Fault of one journey; it names no column, so that those of a square table are gathered."""
    return Fault(
        what=f"the journey to '{asked.ids[b]}': {error.what}",
        remedy=error.remedy,
        where=asked.where,
        row=row,
        urn=str(asked.ids[a]),
        value=text[:60],
    )


def _axis_faults(axis: list[str], asked: _Asked, word: str) -> list[Fault]:
    seen = set(axis)
    faults = [
        Fault(
            what=f"there is no {word} for this school",
            remedy=f"add its {word}, or leave the school out",
            where=asked.where,
            urn=str(one),
        )
        for one, key in zip(asked.ids, asked.keys, strict=True)
        if key not in seen
    ]
    twice = sorted({key for key in axis if axis.count(key) > 1}) if len(seen) < len(axis) else []
    known = set(asked.keys)
    return faults + [
        Fault(
            what=f"there is more than one {word} for it",
            remedy=f"keep one {word} for each school",
            where=asked.where,
            urn=key,
        )
        for key in twice
        if key in known
    ]


# long ----------------------------------------------------------------------------------------


def _read_long(table: Table, ends: tuple[int, int], asked: _Asked) -> Journeys:
    column = _value_column(table, ends, asked)
    name = table.header[column]
    factor, read_as = _factor(name, asked)
    numbers = _Numbers(asked, factor)
    at = {key: k for k, key in enumerate(asked.keys)}
    n = len(at)
    values = np.full((n, n), np.nan)
    np.fill_diagonal(values, 0.0)
    given = np.zeros((n, n), dtype=np.int64)
    faults: list[Fault] = []
    met: dict[str, str] = {}
    for number, cells in table.rows:
        if not any(cells):
            continue
        a, b = (at.get(met.setdefault(cells[end], _key(cells[end])), -1) for end in ends)
        if a < 0 or b < 0:
            continue
        given[a, b] += 1
        try:
            text = table.text(number, cells, column) if table.states else cells[column]
            values[a, b] = 0.0 if a == b and not text else numbers.read(text)
        except Unreadable as error:
            faults.append(_fault(asked, error, a, b, number, cells[column]))
    faults += table.faults
    if n and not given.any() and not faults:
        ids = f" (it has {shown(met)})" if met else ": it has no rows"
        raise DataError(
            Fault(
                what=f"none of its journeys is between these schools{ids}",
                remedy="check that its ids are the URNs of the schools",
                where=asked.where,
            )
        )
    faults += [
        Fault(
            what=f"the journey to '{asked.ids[b]}' is given {given[a, b]} times",
            remedy="keep one row for each journey",
            where=asked.where,
            urn=str(asked.ids[a]),
        )
        for a, b in np.argwhere(given > 1).tolist()
    ]
    np.fill_diagonal(given, 1)
    faults += _gap_faults(given == 0, asked)
    faults = faults or _diagonal_faults(values, asked)
    if faults:
        raise DataError(faults)
    notes = [
        *table.all_notes(),
        *unit_notes(read_as, asked.unit),
        *numbers.notes(asked.where),
        *_not_ours(met.values(), asked),
    ]
    return Journeys(values, tuple(notes), read_as)


def _value_column(table: Table, ends: tuple[int, int], asked: _Asked) -> int:
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
            names = shown([table.header[k] for k in fitting], 6)
            raise DataError(
                Fault(
                    what=f"{len(fitting)} columns could hold the {WORDS[asked.unit]}: {names}",
                    remedy=f"keep one of them, or name the one that is meant {WORDS[asked.unit]!r}",
                    where=asked.where,
                )
            )
    raise DataError(
        Fault(
            what=f"no column holds {WORDS[asked.unit]} (columns: {', '.join(table.header)})",
            remedy=f"name it {'distance_m' if asked.unit == 'm' else 'minutes'!r} and give "
            f"{WORDS[asked.unit]}",
            where=asked.where,
        )
    )


# answers of routing services ----------------------------------------------------------------


def _of_answer(data: Mapping[str, Any], asked: _Asked, xy_m: Any) -> Journeys:
    """Read the JSON that OSRM, Valhalla or OpenRouteService answers with."""
    where = asked.where
    if "sources_to_targets" in data:
        raw, stated = _valhalla(data, asked)
    else:
        name = "distances" if asked.unit == "m" else "durations"
        other = "durations" if asked.unit == "m" else "distances"
        if name not in data:
            has = (
                f"it has {other}: ask the service for {name} too"
                if other in data
                else ("give the answer of a table service (OSRM, Valhalla, OpenRouteService)")
            )
            raise refusal(where, f"the JSON has no {name}", has)
        raw, stated = data[name], _ors_unit(data, asked)
    n = len(asked.ids)
    if (
        not isinstance(raw, list)
        or len(raw) != n
        or any(not isinstance(line, list) or len(line) != n for line in raw)
    ):
        size = len(raw) if isinstance(raw, list) else 0
        raise refusal(
            where,
            f"the answer is for {size} places, and there are {n} schools",
            "ask the service for all the schools, in their order; or give a table with from and to",
        )
    read_as = asked.given or stated
    numbers = _Numbers(asked, FACTORS[read_as][1])
    values, faults = np.zeros((n, n)), []
    for a, line in enumerate(raw):
        for b, value in enumerate(line):
            text = "" if value is None else str(value)
            try:
                values[a, b] = numbers.read(text)
            except Unreadable as error:
                faults.append(_fault(asked, error, a, b, None, text))
    faults = faults or _diagonal_faults(values, asked)
    faults += _place_faults(data, asked, xy_m)
    if faults:
        raise DataError(faults)
    notes = [
        f"{where or 'The answer'} names no schools: its rows were taken in the order of the "
        "schools.",
        *unit_notes(read_as, asked.unit),
    ]
    return Journeys(values, tuple(notes), read_as)


def _ors_unit(data: Mapping[str, Any], asked: _Asked) -> str:
    """Find the unit of OSRM and OpenRouteService: seconds; metres unless the query has others."""
    if asked.unit == "min":
        return "s"
    query = data.get("metadata", {})
    query = query.get("query", {}) if isinstance(query, Mapping) else {}
    said = query.get("units") if isinstance(query, Mapping) else None
    return {"km": "km", "mi": "miles"}.get(str(said), "m")


def _valhalla(data: Mapping[str, Any], asked: _Asked) -> tuple[Any, str]:
    """Rows of a Valhalla matrix, in seconds or in its unit of distance."""
    units = "miles" if str(data.get("units", "")).startswith("mi") else "km"
    stated = "s" if asked.unit == "min" else units
    found = data["sources_to_targets"]
    name = "time" if asked.unit == "min" else "distance"
    if isinstance(found, Mapping):  # the short form
        return found.get("durations" if asked.unit == "min" else "distances"), stated
    rows: list[list[Any]] = []
    for a, line in enumerate(found if isinstance(found, list) else ()):
        row: list[Any] = [None] * (len(line) if isinstance(line, list) else 0)
        for b, cell in enumerate(line if isinstance(line, list) else ()):
            if not isinstance(cell, Mapping):
                continue
            start, end = cell.get("from_index", a), cell.get("to_index", b)
            if start != a or not isinstance(end, int) or not 0 <= end < len(row):
                raise refusal(
                    asked.where,
                    "its rows do not stand in the order of their own indices",
                    "ask the service again",
                )
            row[end] = cell.get(name)
        rows.append(row)
    return rows, stated


def _place_faults(data: Mapping[str, Any], asked: _Asked, xy_m: Any) -> list[Fault]:
    """Schools that lie far from the place for which the service answered in their stead."""
    if xy_m is None:
        return []
    from clusters.readers.formats.spatial import to_grid

    faults = []
    for side in ("sources", "destinations"):
        places = [_location(place) for place in _flat(data.get(side))]
        if len(places) != len(asked.ids) or None in places:
            continue
        points = to_grid([place for place in places if place is not None], "EPSG:4326", asked.where)
        gaps = np.hypot(*(np.asarray(points) - np.asarray(xy_m)).T)
        faults += [
            Fault(
                what=f"the answer's place {k + 1} of its {side} lies {gaps[k] / 1000:,.0f} km from "
                "the school in that place",
                remedy="ask the service for the schools in their order, or give a table with from "
                "and to",
                where=asked.where,
                urn=str(asked.ids[k]),
            )
            for k in np.flatnonzero(gaps > _SNAP_M).tolist()
        ]
        break
    return faults


def _flat(places: Any) -> list[Any]:
    found = places if isinstance(places, list) else []
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _location(place: Any) -> tuple[float, float] | None:
    if not isinstance(place, Mapping):
        return None
    pair = place.get("location")
    if pair is None and {"lon", "lat"} <= set(place):
        pair = [place["lon"], place["lat"]]
    if isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, int | float) for x in pair):
        return float(pair[0]), float(pair[1])
    return None


# faults --------------------------------------------------------------------------------------


def _gap_faults(missing: npt.NDArray[np.bool_], asked: _Asked) -> list[Fault]:
    """One fault for each school from which journeys are missing."""
    faults = []
    for a in np.flatnonzero(missing.any(axis=1)).tolist():
        to = [str(asked.ids[b]) for b in np.flatnonzero(missing[a]).tolist()]
        faults.append(
            Fault(
                what=f"there is no journey to {shown(to)}",
                remedy='add a row for each, with "inf" where there is no way',
                where=asked.where,
                urn=str(asked.ids[a]),
            )
        )
    return faults


def _diagonal_faults(values: npt.NDArray[np.float64], asked: _Asked) -> list[Fault]:
    return [
        Fault(
            what="the school's journey to itself is not 0",
            remedy="put 0",
            where=asked.where,
            urn=str(asked.ids[k]),
            value=f"{values[k, k]:g}",
        )
        for k in np.flatnonzero(np.diagonal(values)).tolist()
    ]


def _not_ours(found: Iterable[str], asked: _Asked) -> tuple[str, ...]:
    others = sorted(set(found) - set(asked.keys))
    if not others:
        return ()
    place = f" of {asked.where}" if asked.where else ""
    return (
        f"Journeys{place} to or from {shown(others)} were passed over: "
        "they are none of the schools.",
    )
