"""The families of cases. Files are read from a folder that is laid out like ../shared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.case import Case, Known, Task
from benchmarks.formats import (
    read_authority,
    read_capacitated,
    read_county,
    read_districts,
    read_kirklees,
    read_state,
    read_table,
)
from benchmarks.synthetic import draw_region

__all__ = ["FAMILIES", "SHARED", "cases_of"]

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
FAMILIES = ("kirklees", "rural", "areas", "states", "peers", "cpmp", "districting", "large")


def cases_of(family: str, shared: Path = SHARED) -> list[Case]:
    """List the cases of a family.

    Raises
    ------
    FileNotFoundError
        If the folder with the files of the family is absent.
    """
    makers = {
        "kirklees": _kirklees,
        "rural": _rural,
        "areas": _areas,
        "states": _states,
        "peers": _peers,
        "cpmp": _cpmp,
        "districting": _districting,
        "large": _large,
    }
    return makers[family](shared)


def _kirklees(shared: Path) -> list[Case]:
    folder = shared / "data" / "kirklees"
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    optimum = Known(value=67_583_206.7, proved=True, source="shared/bench/solver_notes.md")
    read, quarter = partial(read_kirklees, folder), {"pupils": 0.25}
    loads = {"pupils25": partial(read, balance=quarter)}
    for k in (14, 15, 16, 17, 19, 20, 21, 22):
        loads[f"pupils25-k{k}"] = partial(read, balance=quarter, k=k)
    loads |= {
        "need25": partial(read, balance={"need": 0.25}, by="need"),
        "shelley": partial(read, balance=quarter, shelley=True),
        "pupils10": partial(read, balance={"pupils": 0.10}),
        "two-measures": partial(read, balance={"pupils": 0.25, "need": 0.25}),
        "soft": partial(
            read, balance=quarter, pyramids=True, priorities={"balance": 0.5, "pyramids": 0.5}
        ),
    }
    return [
        Case(family="kirklees", name=name, load=load, known=optimum if name == "pupils25" else None)
        for name, load in loads.items()
    ]


def _schools_of(shared: Path, authority: str) -> Path:
    """File of the mainstream schools of an authority."""
    folder = "kirklees" if authority == "kirklees" else f"authorities/{authority}"
    path = shared / "data" / folder / f"schools_jan2019_mainstream_{authority}.csv"
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


def _rural(shared: Path) -> list[Case]:
    quarter = {"pupils": 0.25}
    kinds: dict[str, dict[str, Any]] = {
        "": {"balance": quarter},
        "-need": {"balance": {"need": 0.25}, "by": "need"},
        "-10": {"balance": {"pupils": 0.10}},
        "-fewer": {"balance": quarter, "scale": 0.8},
        "-more": {"balance": quarter, "scale": 1.2},
        "-pyramid": {"balance": quarter, "whole": True},
    }
    return [
        Case(family="rural", name=authority + kind, load=partial(read_county, path, **given))
        for authority in ("durham", "cornwall")
        for path in (_schools_of(shared, authority),)
        for kind, given in kinds.items()
    ]


def _areas(shared: Path) -> list[Case]:
    return [
        Case(
            family="areas",
            name=f"{authority}-5",
            load=partial(read_county, _schools_of(shared, authority), k=5, balance={"pupils": 0.1}),
        )
        for authority in ("durham", "kirklees", "cornwall")
    ]


def _states(shared: Path) -> list[Case]:
    folder = shared / "bench" / "states"
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return [
        Case(family="states", name=path.stem.split("_")[0], load=partial(read_state, path))
        for path in sorted(folder.glob("*_county.json"))
    ]


def _peers(shared: Path) -> list[Case]:
    folder = shared / "bench" / "peers"
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return [
        Case(family="peers", name=f"need{share}", load=partial(read_authority, folder, share=part))
        for share, part in ((10, 0.10), (5, 0.05), (25, 0.25))
    ]


def _cpmp(shared: Path) -> list[Case]:
    folder = shared / "bench" / "cpmp"

    def load(row: dict[str, str]) -> Callable[[], Task]:
        truncated = row["distance"].startswith("truncated")
        return partial(read_capacitated, folder / row["file"], truncated=truncated)

    return [
        Case(
            family="cpmp",
            name=row["instance"],
            load=partial(
                read_capacitated,
                folder / row["file"],
                truncated=row["distance"].startswith("trunc"),
            ),
            known=Known(
                value=float(row["value"]), proved=row["status"] == "proved", source="published"
            ),
        )
        for row in read_table(folder / "known_values.csv")
    ]


def _districting(shared: Path) -> list[Case]:
    folder = shared / "bench" / "districting"
    return [
        Case(
            family="districting",
            name=row["instance"],
            load=partial(read_districts, folder / row["file"]),
            known=Known(
                value=float(row["best_known_value"]),
                proved=row["status"].startswith("proved"),
                source=f"published heuristic: {row['published_alns_value']}",
            ),
        )
        for row in read_table(folder / "known_values.csv")
    ]


def _large(_shared: Path) -> list[Case]:
    return [
        Case(family="large", name=f"{n}-{k}", load=partial(draw_region, n, k, share=0.25))
        for n, k in ((2000, 210), (1000, 105), (500, 52))
    ]
