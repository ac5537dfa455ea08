"""Any table as rows of cells, each with the file, row and column where it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clusters.arguments import checked
from clusters.errors import DataError, Faults
from clusters.readers.column_names import simple
from clusters.readers.columns import find_columns, lacking
from clusters.readers.opening import open_table
from clusters.readers.table import WRONG_STATE, Cell
from clusters.shown import Shown

__all__ = ["CellRows", "read_cells"]


@dataclass(frozen=True, slots=True, repr=False)
class CellRows(Shown):
    """Rows of cells by our names of the columns, and what was odd but harmless.

    Each cell has ``.text``, ``.where`` (the file), ``.row`` and ``.column``; ``.fault(what,
    remedy)`` makes the fault of it.

    Examples
    --------
    >>> len(CellRows(rows=(), where="plans.csv").rows)
    0
    """

    rows: tuple[Mapping[str, Cell], ...]
    where: str
    notes: tuple[str, ...] = ()


@checked
def read_cells(
    source: Any,
    names: Mapping[str, Sequence[str]],
    *,
    needed: Collection[str],
    name: str = "table",
    sheet: str | int | None = None,
) -> CellRows:
    """Read any file or frame as rows of cells, for readers of their own.

    Parameters
    ----------
    source
        A file or frame of any kind that `read_schools` takes, or a list of mappings.
    names
        Other names of each column, by ours.
    needed
        The columns, by our names, that the table must have.
    name
        Of a frame, in messages.
    sheet
        Of a workbook.

    Returns
    -------
    CellRows
        Blank rows and rows of totals are left out, and counted in the notes.

    Raises
    ------
    DataError
        If it cannot be opened, lacks a column that is needed, or a cell holds a formula whose
        result is not saved.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"URN": [900001, None], "Pounds": ["1,200.50", "Total"]})
    >>> found = read_cells(table, {"urn": (), "amount": ("pounds",)}, needed=["urn", "amount"])
    >>> found.notes
    ('1 row of totals in table was left out.',)
    >>> [(row["urn"].text, row["amount"].text, row["amount"].row) for row in found.rows]
    [('900001', '1,200.50', 2)]
    """
    wanted = {key: (key, *others) for key, others in names.items()}
    known = {simple(one): key for key, several in wanted.items() for one in several}
    must = {simple(one) for key in needed for one in wanted[key]}

    def score(cells: Sequence[str]) -> int:
        have = {simple(cell) for cell in cells if cell}
        return len({known[one] for one in have if one in known}) if have & must else 0

    table = open_table(source, score=score, name=name, sheet=sheet)
    at = find_columns(table.header, names)
    faults = Faults(lacking(table, needed, at))
    rows: list[Mapping[str, Cell]] = []
    for number, cells in table.body():
        row = {key: table.cell(number, cells, k) for key, k in at.items()}
        faults += [
            cell.fault(*WRONG_STATE["formula"]) for cell in row.values() if cell.state == "formula"
        ]
        rows.append(row)
    faults += table.faults
    faults.refuse(DataError)
    return CellRows(tuple(rows), table.where, tuple(table.all_notes()))
