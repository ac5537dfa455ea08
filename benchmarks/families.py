"""The families of cases. Files are read from a folder that is laid out like ../shared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.case import Case, Known, Task
from benchmarks.formats import (
    read_authority,
    read_capacitated,
    read_districts,
    read_kirklees,
    read_table,
)
from benchmarks.synthetic import draw_region

__all__ = ["FAMILIES", "SHARED", "cases_of"]

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
FAMILIES = ("kirklees", "peers", "cpmp", "districting", "large")


def cases_of(family: str, shared: Path = SHARED) -> list[Case]:
    """List the cases of a family.

    Raises
    ------
    FileNotFoundError
        If the folder with the files of the family is absent.
    """
    makers = {
        "kirklees": _kirklees,
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
