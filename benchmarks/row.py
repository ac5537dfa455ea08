"""One line of a table of results: what was run, where, and what came of it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import clusters

__all__ = ["COLUMNS", "Row", "machine", "now", "versions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Figures of one run; None where there is nothing to say."""

    date: str
    machine: str
    cores: int
    versions: str
    seed: int
    family: str
    case: str
    method: str
    schools: int
    clusters_asked: str
    limit_s: float
    seconds: float
    status: str
    cpu_s: float | None = None
    keeps_rules: bool | None = None
    contiguous: bool | None = None
    clusters: int | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    first_plan_s: float | None = None
    objective_at_10_s: float | None = None
    objective_at_15_s: float | None = None
    known: float | None = None
    known_proved: bool | None = None
    deviation: float | None = None
    per: float = 1.0
    unit: str = ""
    lowest_balance: float | None = None
    highest_balance: float | None = None


COLUMNS = tuple(field.name for field in fields(Row))


def now() -> str:
    """Date and time, local, to the second."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")


def machine() -> str:
    """Name the processor as the system does."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Count the cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def versions(*further: str) -> str:
    """Versions of Python, the package and what its speed depends on."""
    names = ("ortools", "numba", "numpy", *further)
    listed = [f"python {platform.python_version()}", f"clusters {clusters.__version__}"]
    for name in names:
        try:
            listed.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(listed)
