"""Which column of which table holds what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from clusters.errors import DataError, Fault, Faults
from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT
from clusters.readers.column_names import (
    FORMATS,
    LEVELS,
    NUMBERS,
    PASSED_ON,
    PUBLISHED,
    TEMPLATE,
    near,
    recognise,
    simple,
    typed,
)
from clusters.readers.faults import column_list
from clusters.readers.table import Table
from clusters.text import first_few

__all__ = [
    *("Layout", "check_keys", "find_any", "find_column", "find_columns", "lacking", "lay_out"),
    "no_column",
]

_COUNTS = ("pupils", "ehcps", "sen_support")
_NO_TYPE = re.compile(
    r"\d|^(unit|total|all|none|known)$|pct|percent|rate|share|prop|change|prev"
    r"|notes?$|comment|contact|name|date|descri|detail|source|lead|year|info"
)
_UNIT = "_unit"
_ALIKE = 0.75


@dataclass(slots=True)
class Layout:
    """Positions of the columns of one table by our keys.

    Keys are our names; "ehcps_asd", "sen_support_asd", "expertise_asd" and "expertise_asd_unit" by
    type of need; "measure_..." and "trait_..." for what the caller asked for besides. `rivals` are
    columns that another table's columns were preferred to.
    """

    at: dict[str, int] = field(default_factory=dict)
    rivals: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def described(table: Table) -> dict[str, Any]:
    """Say what a table is, as reports on the reading do."""
    known = recognise(table.header)
    return {
        "where": table.where,
        "kind": table.kind,
        "format": FORMATS[known][0] if known else "other",
        "encoding": table.encoding,
    }


def find_column(header: Sequence[str], name: str) -> int | None:
    """Position of a column: by its exact name, else by its simplified one."""
    if name in header:
        return header.index(name)
    wanted = simple(name)
    return next((k for k, other in enumerate(header) if simple(other) == wanted), None)


def find_any(
    header: Sequence[str], names: Iterable[str], taken: Collection[int] = ()
) -> int | None:
    """Position of the first column under any of several names that is not taken."""
    places = (find_column(header, name) for name in names)
    return next((k for k in places if k is not None and k not in taken), None)


def find_columns(
    header: Sequence[str],
    names: Mapping[str, Iterable[str]],
    given: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Positions of our columns, each under our name for it or another; or only as it is given."""
    at: dict[str, int] = {}
    for key, others in names.items():
        wanted = [given[key]] if given and key in given else [key, *others]
        place = find_any(header, wanted, at.values())
        if place is not None:
            at[key] = place
    return at


def check_keys(given: Iterable[str], known: Collection[str], whose: str) -> None:
    """Refuse names of columns that tables of a kind do not have."""
    faults = Faults()
    for key in given:
        if key not in known:
            remedy = f"{near(key, known)} Use any of {', '.join(known)}".strip()
            faults.add(f"columns names {key!r}, which {whose} do not have", remedy, where="columns")
    faults.refuse(DataError)


def no_column(header: Iterable[str], name: str, where: str) -> Fault:
    """Make the fault of a column that was asked for and is not there."""
    header = list(header)
    remedy = near(name, header) or f"the columns are {column_list(header)}"
    return Fault(f"there is no column {name!r}", remedy, where=where, column=name)


def lacking(table: Table, needed: Iterable[str], at: Collection[str]) -> list[Fault]:
    """Make the faults of columns without which the table cannot be read."""
    columns = column_list(table.header)
    return [
        table.fault(
            f"there is no column {key!r}",
            f"{near(key, table.header)} The columns are {columns}".strip(),
            column=key,
        )
        for key in needed
        if key not in at
    ]


def lay_out(
    tables: Sequence[Table],
    *,
    columns: Mapping[str, str | None] | None,
    measures: Mapping[str, str] | None,
    traits: Mapping[str, str] | None,
    types: Collection[str],
    prefer: Any = None,
) -> tuple[list[Layout], list[Fault]]:
    """Find our columns in the main table (the first) and in those joined to it.

    A column that the caller maps may be in any of them. Otherwise the main table comes first, but
    counts of pupils are taken from the last table that has them: that is what it was joined for.
    `prefer` names another table, by our column.
    """
    names = {name for table in tables for name in table.header}
    left_out = {
        simple(key)
        for key, name in (columns or {}).items()
        if name is None and key not in TEMPLATE and find_column(sorted(names), key) is not None
    }
    columns = {key: name for key, name in (columns or {}).items() if simple(key) not in left_out}
    faults = _option_faults(columns, measures or {}, traits or {}, types)
    layouts = [Layout() for _ in tables]
    wanted: dict[str, str] = {key: name for key, name in columns.items() if name}
    wanted |= {f"measure_{key}": name for key, name in (measures or {}).items()}
    wanted |= {f"trait_{key}": name for key, name in (traits or {}).items()}
    for key, name in wanted.items():
        faults += _map(tables, layouts, key, name)
    mapped = {*wanted, *columns}
    for table, layout in zip(tables, layouts, strict=True):
        _published(table, layout, mapped, left_out)
        faults += _by_type(table, layout, mapped, types, left_out)
    faults += _share_out(tables, layouts, mapped, prefer or {})
    for table, layout in zip(tables, layouts, strict=True):
        faults += _doubles(table, layout)
        _note_hidden(table, layout)
        if "urn" not in layout.at:
            faults.append(_no_urn(table, wanted.get("urn")))
    return layouts, faults


def _option_faults(
    columns: Mapping[str, str | None],
    measures: Mapping[str, str],
    traits: Mapping[str, str],
    types: Collection[str],
) -> list[Fault]:
    faults = Faults()
    for key in columns:
        by_type = typed(key)
        code = by_type[1].removesuffix(_UNIT) if by_type else ""
        if key not in TEMPLATE and not (by_type and _is_type(code, types)):
            what = f"columns names {key!r}, which is not one of our columns"
            rest = "For other numbers use measures=, for other text traits="
            faults.add(what, f"{near(key, TEMPLATE)} {rest}".strip(), where="columns")
    for option, given in (("measures", measures), ("traits", traits)):
        remedy = f'write {option}={{"ours": "theirs"}}'
        for key, name in given.items():
            if not isinstance(name, str) or not name or not isinstance(key, str):
                faults.add(f"{option} gives {key!r} no column", remedy, str(name), where=option)
    return faults


def _map(tables: Sequence[Table], layouts: Sequence[Layout], key: str, name: str) -> list[Fault]:
    for table, layout in zip(tables, layouts, strict=True):
        if not isinstance(name, str):
            return []
        at = find_column(table.header, name)
        if at is not None:
            layout.at[key] = at
            if key != "urn":
                return []
    if key == "urn" and "urn" in layouts[0].at:
        return []
    header = [column for table in tables for column in table.header]
    ours = key.removeprefix("measure_").removeprefix("trait_")
    fault = no_column(header, name, tables[0].where)
    return [replace(fault, what=f"{fault.what}, which was to be {ours!r}")]


def _published(
    table: Table, layout: Layout, mapped: Collection[str], left_out: Collection[str]
) -> None:
    """Find our columns under our own or their published names, hidden ones last."""
    have: dict[str, int] = {}
    order = sorted(range(len(table.header)), key=lambda k: k in table.hidden)
    for k in order:
        name = simple(table.header[k])
        if name not in left_out:
            have.setdefault(name, k)
    for key, names in PUBLISHED.items():
        if key in mapped and key != "urn":
            continue
        found = [have[name] for name in (key, *names) if name in have]
        if found:
            seen = [k for k in found if k not in table.hidden]
            layout.at.setdefault(key, (seen or found)[0])
            others = [table.header[k] for k in seen if k != layout.at[key]]
            if others and key in _COUNTS:
                layout.notes.append(
                    f"{key} was read from the column {table.header[layout.at[key]]!r} of "
                    f"{table.where}, not from {first_few(map(repr, others))}."
                )
    for name, k in have.items():
        if name.startswith(("measure_", "trait_")) and len(name) > len("measure_"):
            layout.at.setdefault(name, k)


def _note_hidden(table: Table, layout: Layout) -> None:
    read = [table.header[k] for k in sorted(set(layout.at.values()) & table.hidden)]
    if read:
        layout.notes.append(f"Hidden columns of {table.where} were read: {first_few(read, 6)}.")


def _is_type(code: str, types: Collection[str]) -> bool:
    return code in NEED_TYPES or code == NO_SPECIALIST_ASSESSMENT or code in types


def _by_type(
    table: Table,
    layout: Layout,
    mapped: Collection[str],
    types: Collection[str],
    left_out: Collection[str],
) -> list[Fault]:
    faults = Faults()
    used = set(layout.at.values())
    for k, name in enumerate(table.header):
        ours, code = typed(simple(name)) or ("", "")
        bare = code.removesuffix(_UNIT) if ours == "expertise" else code
        key = f"{ours}_{code}"
        if not ours or simple(name) in left_out or key in mapped:
            continue
        if _is_type(bare, types):
            layout.at.setdefault(key, k)
        elif k not in used and (not _NO_TYPE.search(bare) or ours == "expertise"):
            faults += _no_type(table, layout, name, bare, types)
    return faults


def _no_type(
    table: Table, layout: Layout, name: str, bare: str, types: Collection[str]
) -> list[Fault]:
    """Refuse a name that is made as ours are; note one in plain words that is like none of ours."""
    known = [*NEED_TYPES, NO_SPECIALIST_ASSESSMENT, *types]
    plain = name.strip() != simple(name) and "primary_need" not in simple(name)
    if _NO_TYPE.search(bare) or (plain and not get_close_matches(bare, known, 1, _ALIKE)):
        layout.notes.append(f"The column {name!r} of {table.where} is none of ours; not used.")
        return []
    return [
        table.fault(
            f"{bare!r} is not a type of need",
            f"{near(bare, known)} The types are {', '.join(known)}; allow your own "
            f"with types=[{bare!r}], or leave the column out with "
            f'columns={{"{name}": None}}'.strip(),
            column=name,
        )
    ]


def is_count(key: str) -> bool:
    """Whether a key of ours is a number of pupils."""
    return key in _COUNTS or key.startswith(tuple(f"{level}_" for level in LEVELS))


def _share_out(
    tables: Sequence[Table], layouts: Sequence[Layout], mapped: Collection[str], prefer: Any
) -> list[Fault]:
    """Leave each key to one table: the main one, or for counts the last that has it."""
    own = {"urn", "level", "record", *PASSED_ON}
    faults = Faults()
    if not isinstance(prefer, Mapping):
        remedy = 'write prefer={"pupils": "census.csv"}'
        faults.add("prefer is no mapping from columns to files", remedy, prefer, where="prefer")
        return faults
    preferred = {k: _preferred(tables, layouts, k, file, faults) for k, file in prefer.items()}
    for key in {key for layout in layouts for key in layout.at} - own - set(mapped):
        holders = [layout for layout in layouts if key in layout.at]
        keeper = holders[-1] if is_count(key) else holders[0]
        choice = preferred.get(key, preferred.get("*"))
        if choice is not None and key in choice.at:
            keeper = choice
        for layout in holders:
            if layout is not keeper:
                at = layout.at.pop(key)
                if is_count(key) or key in (*NUMBERS, "topup") or key.startswith("measure_"):
                    layout.rivals[key] = at
    return faults


def _preferred(
    tables: Sequence[Table], layouts: Sequence[Layout], key: str, file: Any, faults: Faults
) -> Layout | None:
    """Layout of the table that `prefer` names by its file (or by its number from 0)."""
    names = [table.where for table in tables]
    what = f"prefer names {file!r}, which is none of the files"
    remedy = f"{near(str(file), names)} The files are {', '.join(names)}".strip()
    for k, where in enumerate(names):
        name = where.split(", sheet ")[0]
        known = {text.casefold() for text in (where, name, PurePath(name).stem)}
        if file in (k, str(k)) or str(file).casefold() in known:
            if key == "*" or key in layouts[k].at:
                return layouts[k]
            what = f"prefer takes {key!r} from {name}, which has no such column"
            remedy = f"it has {first_few(layouts[k].at, 12)}"
            break
    faults.add(what, remedy, where="prefer")
    return None


def _doubles(table: Table, layout: Layout) -> list[Fault]:
    faults: dict[str, Fault] = {}
    names = [simple(name) for name in table.header]
    for key, at in layout.at.items():
        same = [k for k, name in enumerate(names) if name == names[at]]
        if len([k for k in same if k not in table.hidden or at in table.hidden]) > 1:
            what = f"more than one column has this name, which is read as {key!r}"
            faults[table.header[at]] = table.fault(
                what,
                "give each column its own name",
                row=table.header_row or None,
                column=table.header[at],
            )
    return list(faults.values())


def _no_urn(table: Table, wanted: str | None) -> Fault:
    hint = near(wanted or "urn", table.header)
    return table.fault(
        "no column holds the URN",
        f'{hint} Say which it is with columns={{"urn": ...}}; the columns are '
        f"{column_list(table.header)}".strip(),
        column="urn",
    )
