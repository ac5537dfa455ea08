"""Plans from files: today's clusters, a hand-drawn map, a plan saved before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusters.domain import Cluster, Plan, Problem, SchoolId
from clusters.errors import DataError, Fault
from clusters.readers.cells import Unreadable, tidy, urn_of, yes_no_of
from clusters.readers.column_names import PUBLISHED, near, simple
from clusters.readers.columns import find_column
from clusters.readers.opening import has_urn, open_table
from clusters.readers.school_row import unescape
from clusters.readers.table import Cell, Table

__all__ = ["NOT_KNOWN", "read_plan"]

NOT_KNOWN = "not known"
"""What stands in the column of centres for a cluster whose centre is not known."""

_NAMES = {
    "urn": PUBLISHED["urn"],
    "cluster": ("cluster_label", "cluster_name", "label", "group", "cluster_id", "option"),
    "centre": ("center", "centre_urn", "is_centre", "hub", "cluster_centre"),
}


@dataclass(slots=True)
class _Group:
    """Members of one cluster and what its rows say of its centre."""

    members: list[SchoolId] = field(default_factory=list)
    centres: dict[SchoolId | None, Cell] = field(default_factory=dict)


def read_plan(
    source: Any,
    problem: Problem,
    *,
    columns: Mapping[str, str] | None = None,
    travel_by: str = "schools",
    sheet: str | int | None = None,
    layer: str | None = None,
) -> Plan:
    """Read a plan: one row per school with its URN and the label of its cluster.

    A plan may be broken, and `verify` says how: schools that stand in no cluster (no row, or a
    blank label) are left out, schools that stand in several are kept in each, and URNs that the
    problem does not have are kept as they are. What cannot be read at all is a fault.

    Parameters
    ----------
    source
        Path of a CSV, Excel, GeoPackage, GeoJSON or Parquet file, or a DataFrame.
    problem
        The schools, their journeys and measures.
    columns
        Our names (urn, cluster, centre) to those of the file.
    travel_by
        Measure that weights the journeys where a centre has to be chosen.
    sheet, layer
        Of an Excel workbook or a GeoPackage.

    Returns
    -------
    Plan
        Clusters in the order of the file. The centre is the URN in the column "centre" (or the
        school marked "yes" there); else the member to which the others' journeys are shortest in
        all, weighted by `travel_by`.

    Raises
    ------
    DataError
        Listing every fault: no such column, an empty file, two centres for one cluster.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusters import Problem
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [1, 0], [3, 0]])
    >>> table = pd.DataFrame({"urn": ["a", "b", "c"], "cluster": ["N", "N", "N"]})
    >>> read_plan(table, problem).clusters
    (Cluster(label='N', centre='b', members=('a', 'b', 'c')),)
    """
    table = open_table(
        source, sheet=sheet, layer=layer, name="plan", is_header=_header_with(columns or {})
    )
    at, faults = _columns(table, columns or {})
    groups = _groups(table, at, problem, faults) if not faults else {}
    faults += table.faults
    if not groups and not faults:
        faults.append(
            Fault(
                what="no row has both a URN and a cluster",
                remedy="give each school the label of its cluster",
                where=table.where,
            )
        )
    for label, group in groups.items():
        named = [cell for centre, cell in group.centres.items() if centre is not None]
        if len(named) > 1:
            faults.append(
                named[1].fault(
                    f"cluster {label!r} has another centre already (row {named[0].row})",
                    "name one centre for each cluster",
                )
            )
    if faults:
        raise DataError(faults)
    weights = problem.measure(travel_by)
    return Plan(
        tuple(
            Cluster(label, _centre(group, problem, weights), tuple(group.members))
            for label, group in groups.items()
        )
    )


def _header_with(columns: Mapping[str, str]) -> Any:
    mine = simple(columns.get("urn", "urn"))

    def is_header(cells: Sequence[str]) -> bool:
        return has_urn(cells) or any(simple(cell) == mine for cell in cells)

    return is_header


def _columns(table: Table, columns: Mapping[str, str]) -> tuple[dict[str, int], list[Fault]]:
    faults = [
        Fault(
            what=f"columns names {key!r}, which a plan does not have",
            remedy=f"{near(key, _NAMES)} Use urn, cluster and centre".strip(),
            where="columns",
        )
        for key in columns
        if key not in _NAMES
    ]
    at: dict[str, int] = {}
    for key, others in _NAMES.items():
        names = [columns[key]] if key in columns else [key, *others]
        places = (find_column(table.header, name) for name in names)
        found = next((k for k in places if k is not None), None)
        if found is not None:
            at[key] = found
        elif key != "centre" or key in columns:
            faults.append(
                Fault(
                    what=f"there is no column {names[0]!r}",
                    remedy=f"{near(names[0], table.header)} Say which it is with "
                    f'columns={{"{key}": ...}}; the columns are {", ".join(table.header)}'.strip(),
                    where=table.where,
                    column=names[0],
                )
            )
    return at, faults


def _groups(
    table: Table, at: Mapping[str, int], problem: Problem, faults: list[Fault]
) -> dict[str, _Group]:
    groups: dict[str, _Group] = {}
    rows = 0
    for number, cells in table.rows:
        if not any(cells):
            continue
        rows += 1
        row = {key: Cell(cells[k], table.where, number, table.header[k]) for key, k in at.items()}
        label = unescape(tidy(row["cluster"].text))
        school = _id(unescape(row["urn"].text), problem, row["urn"], faults)
        if not label or school is None:
            continue
        group = groups.setdefault(label, _Group())
        group.members.append(school)
        if "centre" in row:
            _note_centre(row["centre"], school, problem, group, faults)
    if not rows and not table.faults:
        faults.append(
            Fault(
                what="the file has a header but no rows",
                remedy="give one row per school",
                where=table.where,
            )
        )
    return groups


def _id(text: str, problem: Problem, cell: Cell, faults: list[Fault]) -> SchoolId | None:
    """Read the id of a school of the problem, else a URN; None and a fault where it is neither."""
    found = problem.find(text)
    if found is None:
        try:
            urn = urn_of(text)
        except Unreadable as error:
            faults.append(cell.fault(error.what, error.remedy))
            return None
        if not urn:
            faults.append(cell.fault("the URN is blank", "give the school's URN"))
            return None
        found = problem.find(urn)
        if found is None:
            return urn
    return problem.schools[found].urn


def _note_centre(
    cell: Cell, school: SchoolId, problem: Problem, group: _Group, faults: list[Fault]
) -> None:
    """Take the cell as a URN, as yes or no, or as "not known"."""
    text = tidy(unescape(cell.text))
    if not text:
        return
    if text.lower() == NOT_KNOWN:
        group.centres.setdefault(None, cell)
        return
    if problem.find(text) is None:
        try:
            if yes_no_of(text):
                group.centres.setdefault(school, cell)
            return
        except Unreadable:
            pass  # then it is the URN of a school that the problem does not have
    centre = _id(text, problem, cell, faults)
    if centre is not None:
        group.centres.setdefault(centre, cell)


def _centre(group: _Group, problem: Problem, weights: Any) -> SchoolId | None:
    """Take the centre given, else the member with the least weighted journeys of the others."""
    if group.centres:
        return next((one for one in group.centres if one is not None), None)
    found = (problem.find(member) for member in dict.fromkeys(group.members))
    places = [k for k in found if k is not None]
    if not places:
        return None
    travel = problem.travel[places][:, places]
    totals = weights[places] @ travel
    return problem.schools[places[int(totals.argmin())]].urn
