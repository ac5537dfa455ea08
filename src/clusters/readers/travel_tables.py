"""Tables of journeys between schools, from a file or a frame, long or square.

A long table has one row per journey: from, to, and the metres or minutes. A square one has the ids
of the schools along its first row and its first column.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clusters.errors import DataError, Fault

__all__ = ["Journeys", "read_matrix"]

_FROM = ("from", "from_urn", "origin", "origin_urn", "origin_id", "from_id", "i")
_TO = ("to", "to_urn", "destination", "destination_urn", "destination_id", "to_id", "j")
_VALUES = {
    "m": ("distance_m", "metres", "meters", "m", "length_m", "distance", "value"),
    "min": ("minutes", "min", "mins", "duration_min", "time_min", "value"),
}
_WORDS = {"m": "metres", "min": "minutes"}
_SHOWN = 3
_ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Journeys:
    """Journeys, array (n, n), in the order of the ids asked for; and what was passed over."""

    values: npt.NDArray[np.float64]
    notes: tuple[str, ...] = ()


def read_matrix(
    source: Any, ids: Sequence[Hashable], unit: Literal["m", "min"], *, where: str = ""
) -> Journeys:
    """Read journeys between schools.

    Parameters
    ----------
    source
        Path of a CSV or Parquet file, or a DataFrame. Long (columns "from", "to" and "distance_m"
        or "minutes") or square (ids along the first row and the first column or index). "inf"
        stands for no way. A long table may leave out a school's journey to itself.
    ids
        The schools, in the order wanted.
    unit
        "m" for metres or "min" for minutes.
    where
        Name of the argument or file, for messages.

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
    if isinstance(source, str | os.PathLike):
        where = where or Path(source).name
        frame = _frame_of(Path(source), where)
        from_csv = Path(source).suffix.lower() == ".csv"
    else:
        frame, from_csv = source, False
    columns = [str(column).strip().lower() for column in frame.columns]
    start, end = _first(columns, _FROM), _first(columns, _TO)
    if start is not None and end is not None:
        numbers = frame.index + 1 if from_csv else None
        return _read_long(frame, columns, (start, end), list(ids), unit, where, numbers)
    if from_csv or not _holds_ids(frame.index, ids):
        frame = frame.set_index(frame.columns[0])
    return _read_square(frame, list(ids), where)


def _frame_of(path: Path, where: str) -> Any:
    import pandas as pd

    if path.suffix.lower() not in _ENDINGS:
        raise DataError(
            Fault(
                what="this is not a table of journeys that can be read",
                remedy="give a .csv or .parquet file",
                where=where,
                value=str(path),
            )
        )
    try:
        frame = pd.read_parquet(path) if path.suffix.lower() == ".parquet" else _read_csv(path)
    except (OSError, ValueError) as error:  # pandas, pyarrow and codec errors are ValueErrors
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DataError(
            Fault(
                what=f"the file cannot be read ({str(reason).strip()})",
                remedy="check the path, and that it is a whole CSV or Parquet file",
                where=where,
                value=str(path),
            )
        ) from error
    if frame.empty:
        raise DataError(
            Fault(what="the file has no rows", remedy="give one row per journey", where=where)
        )
    return frame


def _read_csv(path: Path) -> Any:
    """Read as text; the index is the line of the file less one, the columns are its first line."""
    import pandas as pd

    options: dict[str, Any] = {
        "dtype": str,
        "keep_default_na": False,
        "header": None,  # else pandas would rename an id that stands twice in the header
        "skip_blank_lines": False,
    }
    try:
        frame = pd.read_csv(path, encoding="utf-8-sig", **options)
    except UnicodeDecodeError:
        frame = pd.read_csv(path, encoding="cp1252", **options)
    frame.columns = list(frame.iloc[0])
    blank = (frame.isna() | (frame == "")).all(axis=1)
    return frame.iloc[1:][~blank.iloc[1:]]


def _first(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _key(value: object) -> str:
    """Text by which ids are compared, so that 107600, 107600.0 and "107600" are one."""
    text = str(value).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def _holds_ids(index: Any, ids: Sequence[Hashable]) -> bool:
    known = {_key(key) for key in ids}
    return any(_key(key) in known for key in index)


def _numbers(cells: Any) -> npt.NDArray[np.float64]:
    """Cells as floats; NaN for whatever is no number."""
    import pandas as pd

    flat = pd.Series(np.asarray(cells, dtype=object).ravel())
    numbers = pd.to_numeric(flat.map(str).str.strip(), errors="coerce")
    return numbers.to_numpy(dtype=np.float64).reshape(np.shape(cells))


def _read_square(frame: Any, ids: list[Hashable], where: str) -> Journeys:
    rows, columns = [[_key(key) for key in axis] for axis in (frame.index, frame.columns)]
    faults = [
        *_axis_faults(rows, ids, "row", where),
        *_axis_faults(columns, ids, "column", where),
    ]
    if faults:
        raise DataError(faults)
    keys = [_key(key) for key in ids]
    at_row, at_column = ({key: k for k, key in enumerate(axis)} for axis in (rows, columns))
    cells = frame.to_numpy(dtype=object)[
        np.ix_([at_row[key] for key in keys], [at_column[key] for key in keys])
    ]
    values = _numbers(cells)
    faults = [
        _value_fault(ids[i], ids[j], cells[i, j], where)
        for i, j in np.argwhere(~(values >= 0)).tolist()
    ]
    if not faults:
        faults = _diagonal_faults(values, ids, where)
    if faults:
        raise DataError(faults)
    return Journeys(values, _strangers(rows, keys, where))


def _axis_faults(axis: list[str], ids: list[Hashable], word: str, where: str) -> list[Fault]:
    seen = set(axis)
    faults = [
        Fault(
            what=f"there is no {word} for this school",
            remedy=f"add its {word}, or leave the school out",
            where=where,
            urn=str(key),
        )
        for key in ids
        if _key(key) not in seen
    ]
    twice = sorted({key for key in axis if axis.count(key) > 1}) if len(seen) < len(axis) else []
    return faults + [
        Fault(
            what=f"there is more than one {word} for it",
            remedy=f"keep one {word} for each school",
            where=where,
            urn=key,
        )
        for key in twice
    ]


def _read_long(
    frame: Any,
    columns: list[str],
    ends: tuple[int, int],
    ids: list[Hashable],
    unit: Literal["m", "min"],
    where: str,
    numbers: Any,
) -> Journeys:
    column = _first(columns, _VALUES[unit])
    if column is None:
        raise DataError(
            Fault(
                what=f"no column holds {_WORDS[unit]} (columns: {', '.join(columns)})",
                remedy=f"name it {_VALUES[unit][0]!r} and give {_WORDS[unit]}",
                where=where,
            )
        )
    n, at = len(ids), {_key(key): k for k, key in enumerate(ids)}
    named = [[_key(cell) for cell in frame.iloc[:, end]] for end in ends]
    i, j = (np.array([at.get(key, -1) for key in keys], dtype=np.int64) for keys in named)
    cells = frame.iloc[:, column].to_numpy(dtype=object)
    read = _numbers(cells)
    ours = (i >= 0) & (j >= 0)
    faults = [
        _value_fault(
            ids[i[k]], ids[j[k]], cells[k], where, None if numbers is None else int(numbers[k])
        )
        for k in np.flatnonzero(ours & ~(read >= 0)).tolist()
    ]
    values = np.full((n, n), np.nan)
    np.fill_diagonal(values, 0.0)
    values[i[ours], j[ours]] = read[ours]
    counts = np.bincount(i[ours] * n + j[ours], minlength=n * n).reshape(n, n)
    faults += [
        Fault(
            what=f"the journey to {ids[b]} is given {counts[a, b]} times",
            remedy="keep one row for each journey",
            where=where,
            urn=str(ids[a]),
        )
        for a, b in np.argwhere(counts > 1).tolist()
    ]
    np.fill_diagonal(counts, 1)
    faults += _gap_faults(counts == 0, ids, where)
    faults = faults or _diagonal_faults(values, ids, where)
    if faults:
        raise DataError(faults)
    return Journeys(values, _strangers([*named[0], *named[1]], list(at), where))


def _value_fault(
    start: object, end: object, cell: object, where: str, row: int | None = None
) -> Fault:
    return Fault(
        what=f"the journey to {end} is not a number of 0 or more",
        remedy='give the journey, or "inf" where there is no way',
        where=where,
        row=row,
        urn=str(start),
        value=str(cell),
    )


def _gap_faults(missing: npt.NDArray[np.bool_], ids: list[Hashable], where: str) -> list[Fault]:
    """One fault for each school from which journeys are missing."""
    faults = []
    for a in np.flatnonzero(missing.any(axis=1)).tolist():
        to = [str(ids[b]) for b in np.flatnonzero(missing[a]).tolist()]
        more = f" and {len(to) - _SHOWN} more" if len(to) > _SHOWN else ""
        faults.append(
            Fault(
                what=f"there is no journey to {', '.join(to[:_SHOWN])}{more}",
                remedy='add a row for each, with "inf" where there is no way',
                where=where,
                urn=str(ids[a]),
            )
        )
    return faults


def _diagonal_faults(
    values: npt.NDArray[np.float64], ids: list[Hashable], where: str
) -> list[Fault]:
    return [
        Fault(
            what="the school's journey to itself is not 0",
            remedy="put 0",
            where=where,
            urn=str(ids[k]),
            value=f"{values[k, k]:g}",
        )
        for k in np.flatnonzero(np.diagonal(values)).tolist()
    ]


def _strangers(found: Sequence[str], wanted: Sequence[str], where: str) -> tuple[str, ...]:
    others = sorted(set(found) - set(wanted))
    if not others:
        return ()
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    place = f" of {where}" if where else ""
    return (
        f"Journeys{place} to or from {', '.join(others[:_SHOWN])}{more} were passed over: "
        "they are none of the schools.",
    )
