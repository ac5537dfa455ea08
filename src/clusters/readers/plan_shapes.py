"""The shapes in which people write plans, each brought into rows of school, label and centre."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from clusters.errors import DataError, Fault
from clusters.readers.cells import is_unknown, tidy
from clusters.readers.column_names import PUBLISHED, near, simple
from clusters.readers.columns import find_any
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


def rows_of(
    table: Table, finder: SchoolFinder, columns: Mapping[str, str]
) -> tuple[Shape, list[PlanRow]]:
    """Rows of a plan in whatever shape it is written.

    Raises
    ------
    DataError
        If the shape is none of those known, or it cannot be known which school is in which cluster.
    """
    at, faults = _columns(table, columns)
    if faults:
        raise DataError(faults)
    rows = [(number, cells) for number, cells in table.rows if any(cells)]
    rows = [row for row in rows if not _is_total_row(row[1], finder)]
    if not rows and not table.above and not table.faults:
        raise _refused(table, "the file has a header but no rows", "give one row per school")
    ids = [key for key in _IDS if key in at]
    if ids and "cluster" not in at and "cluster" not in columns:
        _find_cluster(table, at, ids)
    if "cluster" in at and "cluster" not in columns:
        _check_one_cluster(table, rows, at)
    if ids and "cluster" in at:
        return "rows", list(_long(table, rows, at, ids, finder))
    if "cluster" in columns or "urn" in columns:
        raise _no_cluster(table, at)
    if ids:
        return _without_cluster(table, rows, at, ids, finder)
    return _without_ids(table, rows, at, finder)


def _without_cluster(
    table: Table,
    rows: Sequence[tuple[int, list[str]]],
    at: Mapping[str, int],
    ids: Sequence[str],
    finder: SchoolFinder,
) -> tuple[Shape, list[PlanRow]]:
    marked = _mark_columns(table, rows, at)
    if marked:
        return "marks", list(_by_marks(table, rows, at[ids[0]], marked))
    blocks = list(_blocks([*table.above, *rows], at[ids[0]], finder, table))
    if blocks:
        return "lists", blocks
    raise _no_cluster(table, at)


def _without_ids(
    table: Table,
    rows: Sequence[tuple[int, list[str]]],
    at: Mapping[str, int],
    finder: SchoolFinder,
) -> tuple[Shape, list[PlanRow]]:
    """Shapes whose header names no column of schools."""
    rows = _with_true_header(table, rows, finder)
    all_rows = [*table.above, (table.header_row, list(table.header)), *rows]
    if "cluster" in at:
        found = _by_cluster(table, rows, at, finder)
        if found is not None:
            return found
    blocks = list(_blocks(all_rows, None, finder, table))
    if blocks:
        return "lists", blocks
    if "cluster" not in at:
        shares = [_share(rows, k, finder) for k in range(len(table.header))]
        if sum(share > _MOSTLY for share in shares) >= min(_TWO, len(shares)):
            return "a column per cluster", list(_wide(table, rows, shares, finder))
    hint = near("urn", table.header)
    raise _refused(
        table,
        "no column holds the schools of the plan, by URN, LAESTAB number or name",
        f'{hint} Say which it is with columns={{"urn": ...}}; the columns are '
        f"{column_list(table.header)}".strip(),
    )


def _with_true_header(
    table: Table, rows: Sequence[tuple[int, list[str]]], finder: SchoolFinder
) -> list[tuple[int, list[str]]]:
    """Put a header that holds schools back among the rows; the row above it is the header then."""
    if not any(finder.look_up(name)[0] is not None for name in table.header if name):
        return list(rows)
    back = [(table.header_row, list(table.header)), *rows]
    above = [row for row in table.above if any(row[1])]
    if not above or len(list(filter(None, above[-1][1]))) < _TWO:
        return list(rows)
    number, cells = above[-1]
    width = len(table.header)
    table.header = tuple((cells + [""] * width)[:width])
    table.header_row = number
    table.above = above[:-1]
    return back


def _by_cluster(
    table: Table,
    rows: Sequence[tuple[int, list[str]]],
    at: Mapping[str, int],
    finder: SchoolFinder,
) -> tuple[Shape, list[PlanRow]] | None:
    """Tables that name the column of clusters only: a row per school, or a row per cluster."""
    places = [k for k in range(len(table.header)) if k not in at.values()]
    fitting = [k for k in places if _share(rows, k, finder) > _MOSTLY]
    if fitting and _say_the_same(rows, fitting, finder):
        table.notes.append(f"The schools were found in the column {table.header[fitting[0]]!r}.")
        return "rows", list(_long(table, rows, {**at, "urn": fitting[0]}, ["urn"], finder))
    if fitting:
        return "a row per cluster", list(_row_per_cluster(table, rows, at["cluster"], places))
    for k in places:
        lists = {number: _SEVERAL.split(cells[k]) for number, cells in rows if cells[k]}
        named = [text for texts in lists.values() for text in texts if text.strip()]
        if named and all(finder.look_up(text)[0] is not None for text in named):
            return "a row per cluster", [
                PlanRow(
                    school=table.cell(number, cells, k)._replace(text=text.strip()),
                    label=table.cell(number, cells, at["cluster"]),
                )
                for number, cells in rows
                for text in lists.get(number, ())
                if text.strip()
            ]
    return None


def _say_the_same(
    rows: Sequence[tuple[int, list[str]]], places: Sequence[int], finder: SchoolFinder
) -> bool:
    """Whether the columns name one school in each row."""
    for _, cells in rows:
        found = {finder.look_up(cells[k])[0] for k in places if cells[k]} - {None}
        if len(found) > 1:
            return False
    return True


def _row_per_cluster(
    table: Table, rows: Sequence[tuple[int, list[str]]], cluster: int, places: Sequence[int]
) -> Iterator[PlanRow]:
    for number, cells in rows:
        for k in places:
            if cells[k]:
                yield PlanRow(
                    school=table.cell(number, cells, k), label=table.cell(number, cells, cluster)
                )


def _refused(table: Table, what: str, remedy: str) -> DataError:
    return DataError([*table.faults, Fault(what=what, remedy=remedy, where=table.where)])


def _no_cluster(table: Table, at: Mapping[str, int]) -> DataError:
    missing = "cluster" if "cluster" not in at else "urn"
    return DataError(
        Fault(
            what=f"there is no column {missing!r}",
            remedy=f"{near(missing, table.header)} Say which it is with "
            f'columns={{"{missing}": ...}}; the columns are {column_list(table.header)}'.strip(),
            where=table.where,
            column=missing,
        )
    )


def _columns(table: Table, columns: Mapping[str, str]) -> tuple[dict[str, int], list[Fault]]:
    faults = [
        Fault(
            what=f"columns names {key!r}, which a plan does not have",
            remedy=f"{near(key, NAMES)} Use urn, name, laestab, cluster and centre".strip(),
            where="columns",
        )
        for key in columns
        if key not in NAMES
    ]
    at: dict[str, int] = {}
    for key, others in NAMES.items():
        names = [columns[key]] if key in columns else [key, *others]
        found = find_any(table.header, names, at.values())
        if found is not None:
            at[key] = found
        elif key in columns:
            faults.append(
                Fault(
                    what=f"there is no column {names[0]!r}",
                    remedy=near(names[0], table.header)
                    or f"the columns are {column_list(table.header)}",
                    where=table.where,
                    column=names[0],
                )
            )
    return at, faults


def _check_one_cluster(
    table: Table, rows: Sequence[tuple[int, list[str]]], at: Mapping[str, int]
) -> None:
    """Refuse two columns of clusters that group the schools otherwise: today's and the proposed."""
    first = at["cluster"]
    known = {"cluster", *NAMES["cluster"]}
    for k, name in enumerate(table.header):
        words = simple(name).split("_")
        if k in at.values() or not ({"cluster", "clusters"} & {*words} or simple(name) in known):
            continue
        pairs = {(cells[first], cells[k]) for _, cells in rows if cells[k]}
        ours, theirs = ({pair[side] for pair in pairs} for side in (0, 1))
        if len(theirs) > 1 and not len(pairs) == len(ours) == len(theirs):
            names = f"{table.header[first]!r} and {name!r}"
            raise _refused(
                table,
                f"two columns name clusters, and not the same: {names}",
                f'say which is meant with columns={{"cluster": {table.header[first]!r}}}',
            )


def _find_cluster(table: Table, at: dict[str, int], ids: Sequence[str]) -> None:
    """Take the only other column of a table of two as that of the clusters."""
    others = [k for k, name in enumerate(table.header) if name and k not in at.values()]
    if len(others) == 1 and len(ids) == 1 and len(table.header) == _TWO:
        known = {name for names in PUBLISHED.values() for name in names} | {*PUBLISHED}
        if simple(table.header[others[0]]) not in known:
            at["cluster"] = others[0]
            table.notes.append(f"The column {table.header[others[0]]!r} was read as the cluster.")


# one row per school --------------------------------------------------------------------------


def _long(
    table: Table,
    rows: Sequence[tuple[int, list[str]]],
    at: Mapping[str, int],
    ids: Sequence[str],
    finder: SchoolFinder,
) -> Iterator[PlanRow]:
    _check_filled(table, rows, at["cluster"])
    known = [row for row in rows if not _is_note(row[1], at, ids, finder)]
    if len(known) < len(rows):
        table.notes.append(
            f"{counted(len(rows) - len(known), 'row')} of {table.where} with neither a school nor "
            "a cluster left out."
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


def _is_note(
    cells: Sequence[str], at: Mapping[str, int], ids: Sequence[str], finder: SchoolFinder
) -> bool:
    """Whether a row is a note below the table: words alone that are no school."""
    filled = [cell for cell in cells if cell]
    alone = len(filled) == 1 and cells[at["cluster"]] == "" and " " in filled[0]
    return alone and all(finder.look_up(cells[at[key]])[0] is None for key in ids)


def _check_filled(table: Table, rows: Sequence[tuple[int, list[str]]], k: int) -> None:
    """Refuse labels that stand only in the first row of each group, as merged cells are saved."""
    labels = [cells[k] for _, cells in rows]
    given = [label for label in labels if not is_no_label(label)]
    blank = len(labels) - len(given)
    if len(given) > 1 and len(set(given)) == len(given) <= blank and given[0] == labels[0]:
        raise _refused(
            table,
            "the cluster stands only in the first row of each group "
            f"({counted(blank, 'row')} of {len(labels):,} without one)",
            "fill it down, so that each school has the label of its cluster in its own row",
        )


def _is_total_row(cells: Sequence[str], finder: SchoolFinder) -> bool:
    words = next((cell for cell in cells if not is_unknown(cell)), "")
    return is_total(words) and finder.by_id(words) is None


def _share(rows: Sequence[tuple[int, list[str]]], k: int, finder: SchoolFinder) -> float:
    """Share of a column's cells that are schools."""
    filled = [cells[k] for _, cells in rows if cells[k]]
    found = sum(finder.look_up(text)[0] is not None for text in filled)
    return found / len(filled) if filled else 0.0


# a column per cluster, marks, lists ----------------------------------------------------------


def _wide(
    table: Table,
    rows: Sequence[tuple[int, list[str]]],
    shares: Sequence[float],
    finder: SchoolFinder,
) -> Iterator[PlanRow]:
    """One column for each cluster, the schools below its name."""
    names = [tidy(name) for name in table.header]
    filled = [k for k in range(len(names)) if any(cells[k] for _, cells in rows)]
    again = [
        k
        for k in filled[1:]
        if not names[k] and names[k - 1] and _say_the_same(rows, [k - 1, k], finder)
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
        raise _refused(
            table, what, "give each cluster one column, its name above and its schools below"
        )
    for k in filled:
        for number, cells in rows:
            if cells[k]:
                cell = table.cell(number, cells, k)
                yield PlanRow(school=cell, label=cell._replace(text=names[k], state=""))


def _counts(rows: Sequence[tuple[int, list[str]]], k: int) -> bool:
    """Whether a column counts its rows: 1, 2, 3 ..."""
    texts = [cells[k].removesuffix(".0") for _, cells in rows if cells[k]]
    return texts == [str(number) for number in range(1, len(texts) + 1)]


def _mark_columns(
    table: Table, rows: Sequence[tuple[int, list[str]]], at: Mapping[str, int]
) -> list[int]:
    """Columns of marks, one for each cluster; none unless there are two at least."""
    found = []
    for k, name in enumerate(table.header):
        if k in at.values() or not name:
            continue
        texts = {tidy(cells[k]).lower() for _, cells in rows}
        if texts <= (_MARKS | _NO_MARKS) and texts & _MARKS:
            found.append(k)
    return found if len(found) >= _TWO else []


def _by_marks(
    table: Table, rows: Sequence[tuple[int, list[str]]], school: int, marked: Sequence[int]
) -> Iterator[PlanRow]:
    for number, cells in rows:
        ours = [k for k in marked if tidy(cells[k]).lower() in _MARKS]
        for k in ours:
            yield PlanRow(
                school=table.cell(number, cells, school),
                label=table.cell(number, cells, k)._replace(text=table.header[k]),
            )
        if not ours:
            cell = table.cell(number, cells, school)
            yield PlanRow(school=cell, label=cell._replace(text="", state=""))


def _blocks(
    rows: Sequence[tuple[int, list[str]]],
    school: int | None,
    finder: SchoolFinder,
    table: Table,
) -> Iterator[PlanRow]:
    """Read lists under each other: a row with a cluster's name alone, its schools below."""
    kinds = [_kind_of_row(cells, school, finder) for _, cells in rows]
    heads = [k for k, (kind, _) in enumerate(kinds) if kind == "head" and _next_is_school(kinds, k)]
    schools = [k for k, (kind, _) in enumerate(kinds) if kind == "school"]
    if len(heads) < _TWO or not schools or heads[0] > schools[0]:
        return
    label: Cell | None = None
    for k, ((number, cells), (kind, place)) in enumerate(zip(rows, kinds, strict=True)):
        if k in heads:
            label = _cell(table, number, cells, place)
        elif kind == "school" and label is not None:
            yield PlanRow(school=_cell(table, number, cells, place), label=label)
        elif kind == "other" and label is not None:
            raise DataError(
                _cell(table, number, cells, place).fault(
                    "this is no school of the problem", finder.named_like(cells[place])
                )
            )


def _cell(table: Table, number: int, cells: Sequence[str], k: int) -> Cell:
    state = table.states.get((number, k), "") if table.states else ""
    column = table.header[k] if k < len(table.header) else f"column {k + 1}"
    state = "" if state == "merged" else state
    return Cell(tidy(cells[k]), table.where, number, column, state)


def _kind_of_row(
    cells: Sequence[str], school: int | None, finder: SchoolFinder
) -> tuple[Literal["school", "head", "other", "skip"], int]:
    filled = [k for k, cell in enumerate(cells) if cell]
    if not filled:
        return "skip", 0
    order = [school] if school is not None and school in filled else filled
    for k in order:
        if finder.look_up(cells[k])[0] is not None:
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
