"""Files and frames into schools."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from clusters.arguments import checked
from clusters.domain import FrozenDict, School
from clusters.errors import DataError, Fault, Faults
from clusters.need_types import NEED_TYPES
from clusters.readers.boundary import read_boundary
from clusters.readers.column_names import (
    FORMATS,
    LEVELS,
    NUMBERS,
    PUBLISHED,
    header_score,
    near,
    recognise,
    simple,
    typed,
)
from clusters.readers.columns import Layout, find_column, lay_out
from clusters.readers.joins import Family, join_table, merge_long, twice_faults
from clusters.readers.links import links_of
from clusters.readers.locations import Locator
from clusters.readers.not_known import COUNTS, Policy
from clusters.readers.opening import open_table
from clusters.readers.postcodes import read_postcodes
from clusters.readers.provision import units_of
from clusters.readers.reading_report import ReadingReport, Schools
from clusters.readers.reading_summary import made_report
from clusters.readers.row_filter import Keep, Record, Sieve, records_of
from clusters.readers.school_row import school_of
from clusters.readers.set_aside import NO_POSITION, NOT_IN_MAIN, Wanted, without_counts
from clusters.readers.sources import disagreements, sources_of, totals_of, year_of
from clusters.readers.table import Table

__all__ = ["read_schools"]

_MOST_DIGITS = 0.9
_LEAST_ROWS = 4


@checked
def read_schools(
    source: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    measures: Mapping[str, str] | None = None,
    traits: Mapping[str, str] | None = None,
    format: str | None = None,
    sheet: str | int | None = None,
    layer: str | None = None,
    crs: Any = None,
    unknown: Any = "leave",
    keep: Keep = None,
    further: Any = (),
    need: Any = None,
    expertise: Any = None,
    expertise_unit: str | None = None,
    types: Collection[str] = (),
    postcodes: Any = None,
    boundary: Any = None,
    links: Any = None,
    set_aside: str | int | Mapping[str | int, str] | Iterable[str | int] = (),
    prefer: Mapping[str, Any] | None = None,
) -> Schools:
    """Read schools from a file or frame: our template, or a published file as downloaded.

    Parameters
    ----------
    source
        Path of a CSV, Excel, GeoPackage, GeoJSON, shape or Parquet file, an open file, a frame of
        pandas, GeoPandas, polars or Arrow, or a list of mappings; with one row per school.
        Published files are recognised by their columns (docs/data.md). Here and in every other
        place for a file, ``clusters.readers.File(path, sheet=..., layer=..., crs=...)`` says which
        part of it is meant.
    columns
        Our names of columns to those of the file, where these are neither ours nor published ones:
        ``{"pupils": "NOR"}``. None as a name leaves that column out.
    measures, traits
        Further numbers and texts to keep, by the name wanted: ``{"fsm": "NUMFSMEVER"}``.
    format
        The format that the file must be recognised as ("gias_bulk", "census", "template" ...); None
        for any.
    sheet, layer
        Of an Excel workbook (title or number from 0) or a GeoPackage.
    crs
        Coordinate system of the positions, where it is not British grid metres (or degrees of
        WGS 84 in columns of longitude and latitude) and the file does not say it.
    unknown
        What to do with counts and measures that are not known (blank, c, z, x, SUPP ...): "leave"
        them None, "refuse" them, or count them as a number; or a mapping by our column, in which
        "need" stands for all types of need and "*" for the rest. They are never taken for zero.
    keep
        Which rows to keep: ``{"SCHOOLTYPE": ["State-funded primary"]}``, or a function of the row
        as a dict of texts. The others are set aside and counted.
    further
        A further file or frame (or several) with one row per school, joined by URN. Counts of
        pupils are taken from it, other facts where the main file lacks them.
    need
        Pupils by type of need: a long table (urn, type, ehcps, sen_support), or a file of
        school-level SEN.
    expertise
        Capacity by type of need: a long table (urn, type, amount, unit), or columns expertise_asd
        and so on.
    expertise_unit
        Unit of capacities that name none ("places", "staff days", "level").
    types
        Codes allowed besides the twelve types of need of the Department for Education.
    postcodes
        Code-Point Open file (or folder) for schools without a position; others are checked by it.
    boundary
        Outline of the authority (file, GeoDataFrame or polygon); schools more than 1 km outside are
        faults.
    links
        GIAS links file (or dict from old to new URN), for joined files with other URNs.
    set_aside
        Schools to be left out although they are in the file: URNs, "no position", "no pupils" (or
        another count), and "not in the main file" for rows of further files. A mapping gives each
        a reason: ``{"107600": "closes in August"}``. They are named in the report and on papers.
    prefer
        From which file a column is taken where several have it: ``{"pupils": "census.csv"}`` (or
        its number, 0 being `source`; "*" for all columns).

    Returns
    -------
    Schools
        A tuple of School, in the order of the file, with ``.report`` on the reading.

    Raises
    ------
    DataError
        Listing every fault of every file: where, row, column, URN, value, what, remedy.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "URN": [900001, 900002],
    ...         "EstablishmentName": ["Hill First School", "Vale College"],
    ...         "Easting": [414000, 415500],
    ...         "Northing": [417000, 416200],
    ...         "NOR": ["1,024", "c"],
    ...     }
    ... )
    >>> schools = read_schools(frame)
    >>> schools[0].pupils, schools[1].pupils
    (1024, None)
    >>> print(schools.report.summary())  # doctest: +ELLIPSIS
    frame (frame, other): 2 rows read, 2 kept, 0 set aside.
      pupils is not known for 1 school (c x 1): left unknown (Vale College).
      Not in the file: phase, ehcps, sen_support.
    """
    types = tuple(code.strip().lower() for code in types)
    policy = Policy(unknown=unknown, expertise_unit=expertise_unit, types=types)
    wanted = Wanted.of(set_aside, (*COUNTS, *NUMBERS))
    faults = Faults(wanted.faults)
    part = {"sheet": sheet, "layer": layer, "crs": crs, "score": _score(columns)}
    main = faults.take(None, open_table, source, **part, name="frame", positions=True)
    placed = main is None or _has_positions(main, columns)
    usual = _score(None)
    joined = [
        faults.take(None, open_table, one, name="further frame", score=usual, positions=not placed)
        for one in _several(further)
    ]
    long: list[tuple[str, Table]] = []
    for what, given in (("need", need), ("expertise", expertise)):
        table = (
            None if given is None else faults.take(None, open_table, given, name=what, score=usual)
        )
        if table is not None and _is_wide(table, what):
            joined.append(table)
        elif table is not None:
            long.append((what, table))
    known = faults.take(None, links_of, links)
    outline = None if boundary is None else faults.take(None, read_boundary, boundary)
    if main is None or None in joined:
        raise DataError(sorted(faults, key=_place))
    tables = [main, *(table for table in joined if table is not None)]
    layouts, layout_faults = lay_out(
        tables, columns=columns, measures=measures, traits=traits, types=types, prefer=prefer
    )
    faults += layout_faults + _format_faults(main, format)
    faults += policy.faults(_numbers_in(layouts, long, types))
    sieve = Sieve(main, layouts[0], keep, wanted.urn_reasons)
    records = records_of(sieve)
    if not sieve.read and not main.faults:
        remedy = "check that it was saved or downloaded whole"
        faults.add("the file has a header but no rows", remedy, where=main.where)
    if "urn" not in layouts[0].at or recognise(main.header) == "links":
        # Whatever else is wrong follows from reading the wrong file, or under the wrong header.
        raise DataError(sorted(faults, key=_place))
    faults += [*main.faults, *sieve.faults]
    faults += twice_faults(records) + _odd_urns(records) + wanted.unmet(sieve)
    family = Family(
        where=main.where,
        records={record["urn"].text: record for record in records},
        aside={row.urn for row in sieve.set_aside},
        links=known or {},
        others_aside=NOT_IN_MAIN in wanted.lacking,
    )
    years = [year_of(main, records)]
    others = _joined(family, tables, layouts, long, types, years, faults)
    records = without_counts(records, wanted, sieve)
    locator = Locator(
        crs=crs if main.points is None else None,
        points=main.points or family.points or None,
        postcodes=_postcodes_of(postcodes, records, faults),
        boundary=outline,
        aside=NO_POSITION in wanted.lacking,
    )
    schools = _made(records, locator, policy, main, faults, wanted, sieve)
    if faults:
        raise DataError(sorted(faults, key=_place))
    sources = sources_of(tables, layouts, years)
    urns = {school.urn for school in schools}
    kept = [record for record in records if record["urn"].text in urns]
    report = replace(
        made_report(main, sieve, layouts, policy, locator, others),
        sources=FrozenDict(sources),
        totals=FrozenDict(totals_of(schools, sources)),
        disagreements=tuple(disagreements(kept, tables, layouts, years, sources)),
    )
    return Schools(schools, report)


def _place(fault: Fault) -> tuple[str, bool, int]:
    return fault.where, fault.row is not None, fault.row or 0


def _has_positions(main: Table, columns: Mapping[str, str | None] | None) -> bool:
    """Whether the main table says where its schools are, so that no other geometry is needed."""
    if main.points is not None or any(key in (columns or {}) for key in ("easting", "longitude")):
        return True
    names = ("easting", *PUBLISHED["easting"], "longitude", *PUBLISHED["longitude"])
    return any(find_column(main.header, name) is not None for name in names)


def _several(given: Any) -> list[Any]:
    rows = isinstance(given, list | tuple) and given and all(isinstance(x, Mapping) for x in given)
    if isinstance(given, list | tuple) and not rows:
        return list(given)
    return [] if given is None else [given]


def _score(columns: Mapping[str, str | None] | None) -> Any:
    mine = (columns or {}).get("urn")
    others = [name for name in (columns or {}).values() if isinstance(name, str)]
    base = header_score("urn", names=[mine] if isinstance(mine, str) else [])

    def score(cells: Sequence[str]) -> int:
        known = base(cells)
        return known and known + sum(find_column(cells, name) is not None for name in others)

    return score


def _is_wide(table: Table, what: str) -> bool:
    prefixes = tuple(LEVELS) if what == "need" else ("expertise",)
    split = (typed(simple(name)) for name in table.header)
    wide = any(one is not None and one[0] in prefixes for one in split)
    return wide and find_column(table.header, "type") is None


def _format_faults(main: Table, wanted: str | None) -> list[Fault]:
    found, where = recognise(main.header), main.where
    if found == "links":
        what = "this is the GIAS links file, which has no facts about schools"
        remedy = "give it as links=, beside the file of schools"
    elif wanted is None:
        return []
    elif wanted not in FORMATS:
        what, where = f"format {wanted!r} is not known", "format"
        remedy = f"{near(wanted, FORMATS)} Use one of {', '.join(FORMATS)}".strip()
    elif missing := FORMATS[wanted][1] - {simple(name) for name in main.header}:
        what = f"the file is not a {FORMATS[wanted][0]}: it has no {', '.join(sorted(missing))}"
        what += f"; it looks like the {FORMATS[found][0]}" if found else ""
        remedy = "give the right file, or leave format= out"
    else:
        return []
    return [Fault(what, remedy, where=where)]


def _numbers_in(
    layouts: Sequence[Layout], long: Sequence[tuple[str, Table]], types: Collection[str]
) -> list[str]:
    """Our columns that `unknown` may name."""
    names = [*COUNTS, *NUMBERS]
    for layout in layouts:
        names += [k for k in layout.at if k.startswith(("measure_", "ehcps_", "sen_support_"))]
    if any(what == "need" for what, _ in long):
        for kinds in (NEED_TYPES, types):
            names += [f"{level}_{kind}" for level in LEVELS for kind in kinds]
    return list(dict.fromkeys(names))


def _odd_urns(records: Sequence[Record]) -> list[Fault]:
    """Faults of the few ids that are no numbers where nearly all are: a total, a typing slip."""
    odd = [record for record in records if not record["urn"].text.isdecimal()]
    few = max(1, (1 - _MOST_DIGITS) * len(records))
    if not odd or len(odd) > few or len(records) < _LEAST_ROWS:
        return []
    what = "the URN is not a number, as all others are"
    remedy = "correct it; remove rows of totals and notes"
    return [record["urn"].fault(what, remedy, urn=record["urn"].text) for record in odd]


def _joined(
    family: Family,
    tables: Sequence[Table],
    layouts: Sequence[Layout],
    long: Iterable[tuple[str, Table]],
    types: Collection[str],
    years: list[str | None],
    faults: Faults,
) -> list[ReadingReport]:
    """Join every further table to the records of the main one; note the year of each."""
    reports = []
    for number, (table, layout) in enumerate(zip(tables, layouts, strict=True)):
        if number:
            report, found, ours = join_table(table, layout, family, number)
            years.append(year_of(table, ours))
            reports.append(report)
            faults += found
    for what, table in long:
        report, found = merge_long(table, what, family, types)
        reports.append(report)
        faults += found
    return reports


def _postcodes_of(given: Any, records: Sequence[Record], faults: Faults) -> Any:
    wanted = {record["postcode"].text for record in records if "postcode" in record}
    return None if given is None else faults.take(None, read_postcodes, given, only=wanted)


def _made(
    records: Sequence[Record],
    locator: Locator,
    policy: Policy,
    main: Table,
    faults: Faults,
    wanted: Wanted,
    sieve: Sieve,
) -> list[School]:
    if not records:
        return []
    if not _can_locate(records, locator):
        faults.append(_no_position(main))
        points: Sequence[Any] = [None] * len(records)
    else:
        points = locator.locate(records)
        faults += locator.faults
    policy.loose = units_of(records)
    policy.gather_labels(records)
    schools = []
    for k, (record, point) in enumerate(zip(records, points, strict=True)):
        if k in locator.unplaced:
            wanted.put(sieve, record, NO_POSITION)
            continue
        school, found = school_of(record, point, policy)
        faults += found
        if school is not None:
            schools.append(school)
    return schools


def _can_locate(records: Sequence[Record], locator: Locator) -> bool:
    keys = {key for record in records for key in record}
    pairs = ({"easting", "northing"}, {"longitude", "latitude"})
    by_postcode = "postcode" in keys and locator.postcodes is not None
    return locator.points is not None or by_postcode or any(pair <= keys for pair in pairs)


def _no_position(main: Table) -> Fault:
    known = recognise(main.header)
    hints = [near(name, main.header) for name in ("easting", "northing")]
    hint = next((one for one in hints if one), "")
    remedy = f'{hint} Say which columns hold them with columns={{"easting": ...}}'.strip()
    if known is not None and known != "template":
        remedy = (
            f"the {FORMATS[known][0]} has none: read a file that has them (the GIAS extract) and "
            "give this one as further="
        )
    if find_column(main.header, "postcode") is not None:
        remedy += "; or give a Code-Point Open file as postcodes="
    return main.fault(
        "no columns hold the positions of the schools (easting and northing, or longitude "
        "and latitude)",
        remedy,
        column="easting",
    )
