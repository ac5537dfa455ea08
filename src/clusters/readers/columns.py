"""Which column of which table holds what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clusters.errors import Fault
from clusters.need_types import NEED_TYPES, NO_SPECIALIST_ASSESSMENT
from clusters.readers.column_names import LEVELS, PUBLISHED, TEMPLATE, near, simple, typed
from clusters.readers.table import Table

__all__ = ["Layout", "find_column", "lay_out"]

_COUNTS = ("pupils", "ehcps", "sen_support")
_NO_TYPE = re.compile(r"\d|^(unit|total|all|none|known)$|pct|percent|rate|share|prop|change|prev")
_UNIT = "_unit"


@dataclass(slots=True)
class Layout:
    """Positions of the columns of one table by our keys.

    Keys are our names; "ehcps_asd", "sen_support_asd", "expertise_asd" and "expertise_asd_unit" by
    type of need; "measure_..." and "trait_..." for what the caller asked for besides.
    """

    at: dict[str, int] = field(default_factory=dict)


def find_column(header: Sequence[str], name: str) -> int | None:
    """Position of a column: by its exact name, else by its simplified one."""
    if name in header:
        return header.index(name)
    wanted = simple(name)
    return next((k for k, other in enumerate(header) if simple(other) == wanted), None)


def lay_out(
    tables: Sequence[Table],
    *,
    columns: Mapping[str, str | None] | None,
    measures: Mapping[str, str] | None,
    traits: Mapping[str, str] | None,
    types: Collection[str],
) -> tuple[list[Layout], list[Fault]]:
    """Find our columns in the main table (the first) and in those joined to it.

    A column that the caller maps may be in any of them. Otherwise the main table comes first, but
    counts of pupils are taken from the last table that has them: that is what it was joined for.
    """
    faults = _option_faults(columns or {}, measures or {}, traits or {}, types)
    layouts = [Layout() for _ in tables]
    wanted: dict[str, str] = {key: name for key, name in (columns or {}).items() if name}
    wanted |= {f"measure_{key}": name for key, name in (measures or {}).items()}
    wanted |= {f"trait_{key}": name for key, name in (traits or {}).items()}
    for key, name in wanted.items():
        faults += _map(tables, layouts, key, name)
    mapped = {*wanted, *(columns or {})}
    for table, layout in zip(tables, layouts, strict=True):
        _published(table, layout, mapped)
        faults += _by_type(table, layout, mapped, types)
    _share_out(layouts, mapped)
    for table, layout in zip(tables, layouts, strict=True):
        faults += _doubles(table, layout)
        if "urn" not in layout.at:
            faults.append(_no_urn(table, wanted.get("urn")))
    return layouts, faults


def _option_faults(
    columns: Mapping[str, str | None],
    measures: Mapping[str, str],
    traits: Mapping[str, str],
    types: Collection[str],
) -> list[Fault]:
    faults = []
    for key in columns:
        by_type = typed(key)
        code = by_type[1].removesuffix(_UNIT) if by_type else ""
        if key not in TEMPLATE and not (by_type and _is_type(code, types)):
            faults.append(
                Fault(
                    what=f"columns names {key!r}, which is not one of our columns",
                    remedy=f"{near(key, TEMPLATE)} For other numbers use measures=, for other "
                    "text traits=".strip(),
                    where="columns",
                )
            )
    for option, given in (("measures", measures), ("traits", traits)):
        faults += [
            Fault(
                what=f"{option} gives {key!r} no column",
                remedy=f'write {option}={{"ours": "theirs"}}',
                where=option,
                value=str(name),
            )
            for key, name in given.items()
            if not isinstance(name, str) or not name or not isinstance(key, str)
        ]
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
    return [
        Fault(
            what=f"there is no column {name!r}, which was to be {ours!r}",
            remedy=near(name, header) or f"the columns are {_listed(header)}",
            where=tables[0].where,
            column=name,
        )
    ]


def _published(table: Table, layout: Layout, mapped: Collection[str]) -> None:
    """Find our columns under our own or their published names."""
    have: dict[str, int] = {}
    for k, name in enumerate(table.header):
        have.setdefault(simple(name), k)
    for key, names in PUBLISHED.items():
        if key in mapped and key != "urn":
            continue
        found = next((have[name] for name in (key, *names) if name in have), None)
        if found is not None:
            layout.at.setdefault(key, found)
    for name, k in have.items():
        if name.startswith(("measure_", "trait_")) and len(name) > len("measure_"):
            layout.at.setdefault(name, k)


def _is_type(code: str, types: Collection[str]) -> bool:
    return code in NEED_TYPES or code == NO_SPECIALIST_ASSESSMENT or code in types


def _by_type(
    table: Table, layout: Layout, mapped: Collection[str], types: Collection[str]
) -> list[Fault]:
    faults = []
    used = set(layout.at.values())
    for k, name in enumerate(table.header):
        split = typed(simple(name))
        if split is None:
            continue
        ours, code = split
        unit = ours == "expertise" and code.endswith(_UNIT)
        bare = code.removesuffix(_UNIT) if unit else code
        key = f"{ours}_{code}"
        if key in mapped:
            continue
        if _is_type(bare, types):
            layout.at.setdefault(key, k)
        elif k not in used and not _NO_TYPE.search(bare):
            known = [*NEED_TYPES, NO_SPECIALIST_ASSESSMENT, *types]
            faults.append(
                Fault(
                    what=f"{bare!r} is not a type of need",
                    remedy=f"{near(bare, known)} The types are {', '.join(known)}; allow your own "
                    f"with types=[{bare!r}]".strip(),
                    where=table.where,
                    column=name,
                )
            )
    return faults


def _share_out(layouts: Sequence[Layout], mapped: Collection[str]) -> None:
    """Leave each key to one table: the main one, or for counts the last that has it."""
    own = {"urn", "level", "record"}
    for key in {key for layout in layouts for key in layout.at} - own - set(mapped):
        holders = [layout for layout in layouts if key in layout.at]
        count = key in _COUNTS or key.startswith(tuple(f"{level}_" for level in LEVELS))
        keeper = holders[-1] if count else holders[0]
        for layout in holders:
            if layout is not keeper:
                del layout.at[key]


def _doubles(table: Table, layout: Layout) -> list[Fault]:
    faults = []
    for key, at in layout.at.items():
        name = table.header[at]
        if table.header.count(name) > 1:
            faults.append(
                Fault(
                    what=f"more than one column has this name, which is read as {key!r}",
                    remedy="give each column its own name",
                    where=table.where,
                    row=1,
                    column=name,
                )
            )
    return list({fault.column: fault for fault in faults}.values())


def _no_urn(table: Table, wanted: str | None) -> Fault:
    hint = near(wanted or "urn", table.header)
    return Fault(
        what="no column holds the URN",
        remedy=f'{hint} Say which it is with columns={{"urn": ...}}; the columns are '
        f"{_listed(table.header)}".strip(),
        where=table.where,
        column="urn",
    )


def _listed(header: Iterable[str], most: int = 12) -> str:
    names = [name or "(no name)" for name in header]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
