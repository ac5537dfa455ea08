"""The shapes in which people write plans, each brought into rows of school, label and centre."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from clusters.errors import DataError, Fault, Faults
from clusters.readers.cells import is_unknown, tidy
from clusters.readers.column_names import PUBLISHED, near, simple
from clusters.readers.columns import find_columns, no_column
from clusters.readers.faults import column_list
from clusters.readers.labels import is_no_label
from clusters.readers.school_finder import SchoolFinder
from clusters.readers.table import Cell, Table, is_total
from clusters.text import counted

__all__ = ["NAMES", "PlanRow", "Shape", "rows_of"]

NAMES: Mapping[str, tuple[str, ...]] = {
    "urn": PUBLISHED["urn"],
    "cluster": (
        *("cluster_label", "cluster_name", "label", "group", "cluster_id", "option"),
        *("cluster_no", "cluster_number", "proposed_cluster", "new_cluster", "group_name"),
        *("cluster_group", "group_no", "group_number", "clusters"),
    ),
    "centre": ("center", "centre_urn", "is_centre", "hub", "cluster_centre"),
    "name": PUBLISHED["name"],
    "laestab": PUBLISHED["laestab"],
}
"""Names of a plan's columns, simplified, by ours."""

Shape: TypeAlias = Literal["rows", "a column per cluster", "a row per cluster", "marks", "lists"]
_IDS = ("urn", "laestab", "name")
_MARKS = frozenset({"x", "1", "1.0", "yes", "y", "true", "\u2713", "\u2714", "*"})
_NO_MARKS = frozenset({"", "0", "0.0", "no", "n", "false", "-"})
_MOSTLY = 0.5
_SEVERAL = re.compile(r"[;,|\n]")
_TWO = 2


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A school as named, the label of its cluster and what is said of the centre.

    `other` is a second cell that names the school (its name beside its URN).
    """

    school: Cell
    label: Cell
    centre: Cell | None = None
    other: Cell | None = None


Rows: TypeAlias = Sequence[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table whose shape is to be found: its rows, and where the columns known so far stand."""

    table: Table
    rows: Rows
    at: Mapping[str, int]
    finder: SchoolFinder

    @property
    def ids(self) -> list[str]:
        """Keys of the columns that name a school."""
        return [key for key in _IDS if key in self.at]

    def is_school(self, text: str) -> bool:
        return self.finder.look_up(text)[0] is not None

    def share(self, k: int) -> float:
        """Share of a column's cells that are schools."""
        filled = [cells[k] for _, cells in self.rows if cells[k]]
        return sum(map(self.is_school, filled)) / len(filled) if filled else 0.0

    def say_the_same(self, places: Sequence[int]) -> bool:
        """Whether the columns name one school in each row."""
        look_up = self.finder.look_up
        named = ({look_up(cells[k])[0] for k in places if cells[k]} for _, cells in self.rows)
        return all(len(found - {None}) <= 1 for found in named)

    def refused(self, what: str, remedy: str) -> DataError:
        return DataError([*self.table.faults, Fault(what, remedy, where=self.table.where)])


def rows_of(
    table: Table, finder: SchoolFinder, columns: Mapping[str, str]
) -> tuple[Shape, list[PlanRow]]:
    """Rows of a plan in whatever shape it is written.

    Raises
    ------
    DataError
        If the shape is none of those known, or it cannot be known which school is in which cluster.
    """
    at = _columns(table, columns)
    rows = [row for row in table.rows if any(row[1]) and not _is_total_row(row[1], finder)]
    sheet = _Sheet(table, rows, at, finder)
    if not rows and not table.above and not table.faults:
        raise sheet.refused("the file has a header but no rows", "give one row per school")
    if sheet.ids and "cluster" not in at and "cluster" not in columns:
        _find_cluster(table, at, sheet.ids)
    if "cluster" in at and "cluster" not in columns:
        _check_one_cluster(sheet)
    if sheet.ids and "cluster" in at:
        return "rows", list(_long(sheet))
    if "cluster" in columns or "urn" in columns:
        raise _no_cluster(sheet)
    return _without_cluster(sheet) if sheet.ids else _without_ids(sheet)


def _without_cluster(sheet: _Sheet) -> tuple[Shape, list[PlanRow]]:
    marked = _mark_columns(sheet)
    if marked:
        return "marks", list(_by_marks(sheet, marked))
    blocks = list(_blocks(sheet, [*sheet.table.above, *sheet.rows], sheet.at[sheet.ids[0]]))
    if blocks:
        return "lists", blocks
    raise _no_cluster(sheet)


def _without_ids(given: _Sheet) -> tuple[Shape, list[PlanRow]]:
    """Shapes whose header names no column of schools."""
    sheet = _with_true_header(given)
    table = sheet.table
    if "cluster" in sheet.at:
        found = _by_cluster(sheet)
        if found is not None:
            return found
    all_rows = [*table.above, (table.header_row, list(table.header)), *sheet.rows]
    blocks = list(_blocks(sheet, all_rows, None))
    if blocks:
        return "lists", blocks
    if "cluster" not in sheet.at:
        shares = [sheet.share(k) for k in range(len(table.header))]
        if sum(share > _MOSTLY for share in shares) >= min(_TWO, len(shares)):
            return "a column per cluster", list(_wide(sheet, shares))
    raise sheet.refused(
        "no column holds the schools of the plan, by URN, LAESTAB number or name",
        f'{near("urn", table.header)} Say which it is with columns={{"urn": ...}}; the columns are '
        f"{column_list(table.header)}".strip(),
    )


def _with_true_header(sheet: _Sheet) -> _Sheet:
    """Put a header that holds schools back among the rows; the row above it is the header then."""
    table = sheet.table
    above = [row for row in table.above if any(row[1])]
    if not any(sheet.is_school(name) for name in table.header if name):
        return sheet
    if not above or len(list(filter(None, above[-1][1]))) < _TWO:
        return sheet
    back = [(table.header_row, list(table.header)), *sheet.rows]
    table.header_row, cells = above[-1]
    width = len(table.header)
    table.header = tuple((cells + [""] * width)[:width])
    table.above = above[:-1]
    return replace(sheet, rows=back)


def _by_cluster(sheet: _Sheet) -> tuple[Shape, list[PlanRow]] | None:
    """Tables that name the column of clusters only: a row per school, or a row per cluster."""
    table, rows, label = sheet.table, sheet.rows, sheet.at["cluster"]
    places = [k for k in range(len(table.header)) if k not in sheet.at.values()]
    fitting = [k for k in places if sheet.share(k) > _MOSTLY]
    if fitting and sheet.say_the_same(fitting):
        table.notes.append(f"The schools were found in the column {table.header[fitting[0]]!r}.")
        return "rows", list(_long(replace(sheet, at={**sheet.at, "urn": fitting[0]})))
    if fitting:
        return "a row per cluster", [
            PlanRow(table.cell(*row, k), table.cell(*row, label))
            for row in rows
            for k in places
            if row[1][k]
        ]
    for k in places:
        named = [
            (row, text.strip())
            for row in rows
            for text in _SEVERAL.split(row[1][k])
            if text.strip()
        ]
        if named and all(sheet.is_school(text) for _, text in named):
            return "a row per cluster", [
                PlanRow(table.cell(*row, k)._replace(text=text), table.cell(*row, label))
                for row, text in named
            ]
    return None


def _no_cluster(sheet: _Sheet) -> DataError:
    missing, table = "cluster" if "cluster" not in sheet.at else "urn", sheet.table
    return table.refused(
        f"there is no column {missing!r}",
        f"{near(missing, table.header)} Say which it is with "
        f'columns={{"{missing}": ...}}; the columns are {column_list(table.header)}'.strip(),
        column=missing,
    )


def _columns(table: Table, columns: Mapping[str, str]) -> dict[str, int]:
    faults = Faults()
    for key in columns:
        if key not in NAMES:
            what = f"columns names {key!r}, which a plan does not have"
            remedy = f"{near(key, NAMES)} Use urn, name, laestab, cluster and centre".strip()
            faults.add(what, remedy, where="columns")
    at = find_columns(table.header, NAMES, columns)
    absent = (columns[key] for key in NAMES if key in columns and key not in at)
    faults += [no_column(table.header, name, table.where) for name in absent]
    faults.refuse(DataError)
    return at


def _check_one_cluster(sheet: _Sheet) -> None:
    """Refuse two columns of clusters that group the schools otherwise: today's and the proposed."""
    first, header = sheet.at["cluster"], sheet.table.header
    known = {"cluster", *NAMES["cluster"]}
    for k, name in enumerate(header):
        words = simple(name).split("_")
        if k in sheet.at.values() or not (
            {"cluster", "clusters"} & {*words} or simple(name) in known
        ):
            continue
        pairs = {(cells[first], cells[k]) for _, cells in sheet.rows if cells[k]}
        ours, theirs = ({pair[side] for pair in pairs} for side in (0, 1))
        if len(theirs) > 1 and not len(pairs) == len(ours) == len(theirs):
            what = f"two columns name clusters, and not the same: {header[first]!r} and {name!r}"
            remedy = f'say which is meant with columns={{"cluster": {header[first]!r}}}'
            raise sheet.refused(what, remedy)


def _find_cluster(table: Table, at: dict[str, int], ids: Sequence[str]) -> None:
    """Take the only other column of a table of two as that of the clusters."""
    others = [k for k, name in enumerate(table.header) if name and k not in at.values()]
    if len(others) == 1 and len(ids) == 1 and len(table.header) == _TWO:
        known = {name for names in PUBLISHED.values() for name in names} | {*PUBLISHED}
        if simple(table.header[others[0]]) not in known:
            at["cluster"] = others[0]
            table.notes.append(f"The column {table.header[others[0]]!r} was read as the cluster.")


# one row per school --------------------------------------------------------------------------


def _long(sheet: _Sheet) -> Iterator[PlanRow]:
    _check_filled(sheet)
    table, at, ids = sheet.table, sheet.at, sheet.ids
    known = [row for row in sheet.rows if not _is_note(sheet, row[1])]
    if len(known) < len(sheet.rows):
        others = counted(len(sheet.rows) - len(known), "row")
        table.notes.append(
            f"{others} of {table.where} with neither a school nor a cluster left out."
        )
    for number, cells in known:
        named = [key for key in ids if not is_unknown(cells[at[key]])] or [ids[0]]
        other = next((key for key in named[1:] if key == "name"), None)
        yield PlanRow(
            school=table.cell(number, cells, at[named[0]]),
            label=table.cell(number, cells, at["cluster"]),
            centre=table.cell(number, cells, at["centre"]) if "centre" in at else None,
            other=table.cell(number, cells, at[other]) if other else None,
        )


def _is_note(sheet: _Sheet, cells: Sequence[str]) -> bool:
    """Whether a row is a note below the table: words alone that are no school."""
    filled = [cell for cell in cells if cell]
    alone = len(filled) == 1 and cells[sheet.at["cluster"]] == "" and " " in filled[0]
    return alone and not any(sheet.is_school(cells[sheet.at[key]]) for key in sheet.ids)


def _check_filled(sheet: _Sheet) -> None:
    """Refuse labels that stand only in the first row of each group, as merged cells are saved."""
    labels = [cells[sheet.at["cluster"]] for _, cells in sheet.rows]
    given = [label for label in labels if not is_no_label(label)]
    blank = len(labels) - len(given)
    if len(given) > 1 and len(set(given)) == len(given) <= blank and given[0] == labels[0]:
        raise sheet.refused(
            "the cluster stands only in the first row of each group "
            f"({counted(blank, 'row')} of {len(labels):,} without one)",
            "fill it down, so that each school has the label of its cluster in its own row",
        )


def _is_total_row(cells: Sequence[str], finder: SchoolFinder) -> bool:
    words = next((cell for cell in cells if not is_unknown(cell)), "")
    return is_total(words) and finder.by_id(words) is None


# a column per cluster, marks, lists ----------------------------------------------------------


def _wide(sheet: _Sheet, shares: Sequence[float]) -> Iterator[PlanRow]:
    """One column for each cluster, the schools below its name."""
    rows, names = sheet.rows, [tidy(name) for name in sheet.table.header]
    filled = [k for k in range(len(names)) if any(cells[k] for _, cells in rows)]
    again = [
        k for k in filled[1:] if not names[k] and names[k - 1] and sheet.say_the_same([k - 1, k])
    ]
    counting = [k for k in filled if not names[k] and _counts(rows, k)]
    filled = [k for k in filled if k not in (*again, *counting)]
    nameless = [k for k in filled if not names[k]]
    others = [names[k] for k in filled if shares[k] <= _MOSTLY and names[k]]
    twice = sorted({names[k] for k in filled if names.count(names[k]) > 1})
    what = None
    if nameless:
        what = f"column {nameless[0] + 1} holds schools but has no name"
    elif others:
        what = f"the column {others[0]!r} holds what are no schools of the problem"
    elif twice:
        what = f"more than one column is named {twice[0]!r}"
    if what:
        raise sheet.refused(
            what, "give each cluster one column, its name above and its schools below"
        )
    for k in filled:
        for number, cells in rows:
            if cells[k]:
                cell = sheet.table.cell(number, cells, k)
                yield PlanRow(school=cell, label=cell._replace(text=names[k], state=""))


def _counts(rows: Rows, k: int) -> bool:
    """Whether a column counts its rows: 1, 2, 3 ..."""
    texts = [cells[k].removesuffix(".0") for _, cells in rows if cells[k]]
    return texts == [str(number) for number in range(1, len(texts) + 1)]


def _mark_columns(sheet: _Sheet) -> list[int]:
    """Columns of marks, one for each cluster; none unless there are two at least."""
    found = []
    for k, name in enumerate(sheet.table.header):
        if k in sheet.at.values() or not name:
            continue
        texts = {tidy(cells[k]).lower() for _, cells in sheet.rows}
        if texts <= (_MARKS | _NO_MARKS) and texts & _MARKS:
            found.append(k)
    return found if len(found) >= _TWO else []


def _by_marks(sheet: _Sheet, marked: Sequence[int]) -> Iterator[PlanRow]:
    table, school = sheet.table, sheet.at[sheet.ids[0]]
    for row in sheet.rows:
        cell = table.cell(*row, school)
        ours = [k for k in marked if tidy(row[1][k]).lower() in _MARKS]
        for k in ours:
            yield PlanRow(cell, table.cell(*row, k)._replace(text=table.header[k]))
        if not ours:
            yield PlanRow(cell, cell._replace(text="", state=""))


def _blocks(sheet: _Sheet, rows: Rows, school: int | None) -> Iterator[PlanRow]:
    """Read lists under each other: a row with a cluster's name alone, its schools below."""
    kinds = [_kind_of_row(sheet, cells, school) for _, cells in rows]
    heads = [k for k, (kind, _) in enumerate(kinds) if kind == "head" and _next_is_school(kinds, k)]
    schools = [k for k, (kind, _) in enumerate(kinds) if kind == "school"]
    if len(heads) < _TWO or not schools or heads[0] > schools[0]:
        return
    label: Cell | None = None
    for k, (row, (kind, place)) in enumerate(zip(rows, kinds, strict=True)):
        if kind == "skip":
            continue
        cell = _cell(sheet.table, *row, place)
        if k in heads:
            label = cell
        elif kind == "school" and label is not None:
            yield PlanRow(school=cell, label=label)
        elif kind == "other" and label is not None:
            hint = sheet.finder.named_like(row[1][place])
            raise DataError(cell.fault("this is no school of the problem", hint))


def _cell(table: Table, number: int, cells: Sequence[str], k: int) -> Cell:
    state = table.states.get((number, k), "") if table.states else ""
    column = table.header[k] if k < len(table.header) else f"column {k + 1}"
    state = "" if state == "merged" else state
    return Cell(tidy(cells[k]), table.where, number, column, state)


def _kind_of_row(
    sheet: _Sheet, cells: Sequence[str], school: int | None
) -> tuple[Literal["school", "head", "other", "skip"], int]:
    filled = [k for k, cell in enumerate(cells) if cell]
    if not filled:
        return "skip", 0
    order = [school] if school is not None and school in filled else filled
    for k in order:
        if sheet.is_school(cells[k]):
            return "school", k
    if len(filled) == 1:
        return "head", filled[0]
    known = {name for key in _IDS for name in (key, *NAMES[key])}
    if any(simple(cells[k]) in known for k in filled):
        return "skip", 0  # the header again, above the next list
    return "other", order[0]


def _next_is_school(kinds: Sequence[tuple[str, int]], k: int) -> bool:
    """Whether the next row that says anything is a school's."""
    following = next((kind for kind, _ in kinds[k + 1 :] if kind != "skip"), "")
    return following == "school"
