"""Plans from files: today's clusters, a hand-drawn map, a plan saved before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from clusters.arguments import checked
from clusters.domain import Cluster, Plan, Problem, SchoolId
from clusters.errors import DataError, Fault, Faults
from clusters.readers.cells import Unreadable, is_unknown, tidy, unescape, urn_of, yes_no_of
from clusters.readers.column_names import header_score, simple
from clusters.readers.decisions import is_decisions, read_decisions
from clusters.readers.labels import Labels, unified
from clusters.readers.links import links_of
from clusters.readers.opening import File, open_table
from clusters.readers.plan_shapes import NAMES, PlanRow, Shape, rows_of
from clusters.readers.school_finder import SchoolFinder
from clusters.readers.table import WRONG_STATE, Cell, HeaderScore
from clusters.text import counted, first_few

__all__ = ["NOT_KNOWN", "read_plan"]

NOT_KNOWN = "not known"
"""What stands in the column of centres for a cluster whose centre is not known."""

_MARKS = ("x", "*", "centre", "hub", "lead")
_HINTED = 5
_LAESTAB_DIGITS = 7
_SHAPES: Mapping[Shape, str] = {
    "a column per cluster": "The plan has a column for each cluster, with its schools below.",
    "a row per cluster": "The plan has a row for each cluster, with its schools in it.",
    "marks": "The plan has a column of marks for each cluster.",
    "lists": "The plan is lists under each other, each below the name of its cluster.",
}


@dataclass(slots=True)
class _Group:
    """Members of one cluster and what its rows say of its centre."""

    members: list[SchoolId] = field(default_factory=list)
    centres: dict[SchoolId | None, Cell] = field(default_factory=dict)


@checked
def read_plan(
    source: Any,
    problem: Problem,
    *,
    columns: Mapping[str, str] | None = None,
    travel_by: str = "schools",
    sheet: str | int | None = None,
    layer: str | None = None,
    links: Any = None,
) -> Plan:
    """Read a plan: which school is in which cluster, in whatever shape people write it.

    One row per school with its URN (or LAESTAB number, or name) and the label of its cluster; a
    column for each cluster with its schools below; a column of marks for each; or lists under each
    other, each below the name of its cluster.

    A plan may be broken, and `verify` says how: schools that stand in no cluster (no row, or a
    blank label) are left out, schools that stand in several are kept in each, and URNs that the
    problem does not have are kept as they are. What cannot be read at all is a fault.

    Parameters
    ----------
    source
        A file or frame of any kind that `read_schools` takes, a Series by URN, or a mapping: from
        URN to label, or from label to the URNs of its members.
        Or a decisions file that the workbench saved.
    problem
        The schools, their journeys and measures.
    columns
        Our names (urn, name, laestab, cluster, centre) to those of the file.
    travel_by
        Measure that weights the journeys where a centre has to be chosen.
    sheet, layer
        Of an Excel workbook or a GeoPackage.
    links
        GIAS links file (or dict from old to new URN), for plans that name schools by old URNs.

    Returns
    -------
    Plan
        Clusters in the order of the file. The centre is the URN in the column "centre" (or the
        school marked "yes" there); else the member to which the others' journeys are shortest in
        all, weighted by `travel_by`. Its `notes` say what was odd but harmless.

    Raises
    ------
    DataError
        Listing every fault: no such column, an empty file, a name that no school or that several
        have, two centres for one cluster.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusters import Problem
    >>> problem = Problem.from_arrays(["a", "b", "c"], [[0, 0], [1, 0], [3, 0]])
    >>> table = pd.DataFrame({"urn": ["a", "b", "c"], "cluster": ["N", "N", "N"]})
    >>> read_plan(table, problem).clusters
    (Cluster(label='N', centre='b', members=('a', 'b', 'c')),)
    """
    path = source.source if isinstance(source, File) else source
    if is_decisions(path):
        return read_decisions(path).plan
    if isinstance(source, Plan):
        return source
    table = open_table(
        _frame_of(source), sheet=sheet, layer=layer, name="plan", score=_score(columns or {})
    )
    finder = SchoolFinder(problem, links_of(links))
    shape, rows = rows_of(table, finder, columns or {})
    faults = Faults()
    labels = unified([_label_text(row) for row in rows if not _names_centre(row)])
    groups, notes = _groups(rows, labels, finder, faults)
    faults += table.faults
    if not groups and not faults:
        remedy = "give each school the label of its cluster"
        faults.add("no row has both a URN and a cluster", remedy, where=table.where)
    faults += _centre_faults(groups) + _foreign_faults(groups, problem, table.where)
    faults.refuse(DataError)
    weights = problem.measure(travel_by)
    shape_notes = [_SHAPES[shape]] if shape in _SHAPES else []
    return Plan(
        tuple(
            Cluster(label, _centre(group, problem, weights), tuple(group.members))
            for label, group in groups.items()
        ),
        notes=(*shape_notes, *table.all_notes(), *notes, *_found_by(finder)),
        problem=problem,
    )


def _frame_of(source: Any) -> Any:
    """Make rows of a mapping from URN to label, or from label to URNs."""
    if not isinstance(source, Mapping):
        return source
    rows: list[dict[str, Any]] = []
    for key, value in source.items():
        if isinstance(value, list | tuple | set | frozenset):
            rows += [{"urn": one, "cluster": key} for one in value]
        else:
            rows.append({"urn": key, "cluster": value})
    if not rows:
        raise DataError.of("the mapping is empty", "give {URN: label}", where="plan")
    return rows


def _score(columns: Mapping[str, str]) -> HeaderScore:
    base = header_score("urn", "name", "laestab", names=columns.values())
    extra = {name for key in ("cluster", "centre") for name in (key, *NAMES[key])}

    def score(cells: Sequence[str]) -> int:
        names = {simple(cell) for cell in cells if cell}
        known, plans = base(cells), len(names & extra)
        # "School" alone may be a title, and "Group 1" the first of several lists.
        return known + plans if known and (plans or "urn" in names or known > 1) else 0

    return score


def _label_text(row: PlanRow) -> str:
    return unescape(tidy(row.label.text))


def _names_centre(row: PlanRow) -> bool:
    """Whether a row names the centre of its cluster: then its label is one, whatever it is.

    So plans saved by `write_plan` are read back as they were, with clusters "A" and "a" apart.
    """
    if row.centre is None or not tidy(row.label.text):
        return False
    text = tidy(row.centre.text).lower()
    marks = (*_MARKS, "yes", "no", "y", "n", "true", "false")
    return (text == NOT_KNOWN or not is_unknown(text)) and text not in marks


def _groups(
    rows: Sequence[PlanRow], labels: Labels, finder: SchoolFinder, faults: Faults
) -> tuple[dict[str, _Group], list[str]]:
    groups: dict[str, _Group] = {}
    without: Counter[str] = Counter()
    for row in rows:
        text = _label_text(row)
        as_written = _names_centre(row)
        if row.label.state in ("formula", "date") or (text in labels.dates and not as_written):
            faults.append(row.label.fault(*WRONG_STATE[row.label.state or "date"]))
            continue
        school = _school(row, finder, faults)
        label = text if as_written else labels.spelling[text]
        if label is None:
            without[text] += 1
        if label is None or school is None:
            continue
        group = groups.setdefault(label, _Group())
        group.members.append(school)
        if row.centre is not None:
            _note_centre(row.centre, school, finder, group, faults)
    note = labels.note("clusters")
    notes = [note] if note else []
    if without:
        codes = ", ".join(f"{text or 'blank'} x {n:,}" for text, n in without.items())
        schools = counted(without.total(), "school has", "schools have")
        notes.append(f"{schools} no cluster ({codes}).")
    return groups, notes


def _school(row: PlanRow, finder: SchoolFinder, faults: Faults) -> SchoolId | None:
    """School of a row; a URN that the problem does not have is kept for the verifier."""
    cell, text = row.school, unescape(row.school.text)
    if cell.state in ("formula", "date"):
        faults.append(cell.fault(*WRONG_STATE[cell.state]))
        return None
    found = finder.find(text)
    if found is not None:
        other = None if row.other is None else finder.says_another(row.other.text, found)
        if other is not None and row.other is not None:
            what = f"this is the name of another school ({other}) than the row's {found}"
            faults.append(row.other.fault(what, "correct the URN or the name", urn=str(found)))
        return found
    if is_unknown(text):
        faults.append(cell.fault("the URN is blank", "give the school's URN"))
        return None
    return _foreign(cell, text, finder, faults)


def _foreign(cell: Cell, text: str, finder: SchoolFinder, faults: Faults) -> SchoolId | None:
    """Id of what is no school of the problem: a URN is kept, a name is a fault."""
    try:
        urn = urn_of(text)
        numbers = all(str(school.urn).isdecimal() for school in finder.problem.schools[:50])
        if urn.isdecimal() or not numbers:
            return urn
    except Unreadable as error:
        if not any(map(str.isalpha, text)):
            faults.append(cell.fault(error.what, error.remedy))
            return None
    hint = finder.named_like(text) if len(faults) < _HINTED else "give the school's URN"
    faults.append(cell.fault("no school of the problem has this name", hint))
    return None


def _centre_faults(groups: Mapping[str, _Group]) -> list[Fault]:
    faults = Faults()
    for label, group in groups.items():
        named = [cell for centre, cell in group.centres.items() if centre is not None]
        if len(named) > 1:
            what = f"cluster {label!r} has another centre already (row {named[0].row})"
            faults.append(named[1].fault(what, "name one centre for each cluster"))
    return faults


def _foreign_faults(groups: Mapping[str, _Group], problem: Problem, where: str) -> list[Fault]:
    """Refuse a plan most of whose schools are of elsewhere; a few are the verifier's to report."""
    members = [member for group in groups.values() for member in group.members]
    foreign = [member for member in members if problem.find(member) is None]
    if 2 * len(foreign) <= len(members):
        return []
    remedy = "check that both are of the same area and year, or give links= for changed URNs"
    numbers = [str(member) for member in foreign]
    if all(len(text) == _LAESTAB_DIGITS and text.isdecimal() for text in numbers):
        remedy = (
            "if these are LAESTAB numbers, read the schools from a file that has them too (a "
            "column laestab, or LA and EstablishmentNumber as GIAS has)"
        )
    what = f"{len(foreign):,} of the plan's {len(members):,} schools are none of the problem's"
    return [Fault(f"{what} ({first_few(foreign)})", remedy, where=where)]


def _found_by(finder: SchoolFinder) -> Iterator[str]:
    for how, number in finder.found_by.items():
        if how != "its URN":
            yield f"{counted(number, 'school was', 'schools were')} found by {how}."


def _note_centre(
    cell: Cell, school: SchoolId, finder: SchoolFinder, group: _Group, faults: Faults
) -> None:
    """Take the cell as a school, as a mark beside the centre, or as "not known"."""
    text = tidy(unescape(cell.text))
    if text.lower() == NOT_KNOWN:
        group.centres.setdefault(None, cell)
        return
    centre = finder.look_up(text)[0] if text else None
    if centre is None and text.lower() in _MARKS:
        centre = school
    if centre is None and text:
        try:
            centre = school if yes_no_of(text) else None
        except Unreadable:
            centre = _foreign(cell, text, finder, faults)
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
