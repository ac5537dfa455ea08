"""Tables of results: printed, as dated CSV files, and read back."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.measuring import Curve
from benchmarks.row import COLUMNS, Row

__all__ = ["percent", "print_row", "read_curves", "read_results", "write_csv", "write_curves"]

HEADER = (
    f"{'case':<16}{'method':<28}{'s':>7}{'objective':>14}{'bound':>14}{'gap':>9}{'known':>14}"
    f"{'off':>9}  status"
)


def print_row(row: Row, *, first: bool = False) -> None:
    """Print one result, per unit of weight where the case has one."""
    if first:
        print(HEADER, flush=True)
    kept = "" if row.keeps_rules is not False else " (breaks rules)"
    print(
        f"{row.case:<16}{row.method:<28}{row.seconds:>7.1f}{_cost(row.objective, row.per):>14}"
        f"{_cost(row.bound, row.per):>14}{percent(row.gap):>9}{_cost(row.known, row.per):>14}"
        f"{percent(row.deviation, sign=True):>9}  {row.status}{kept}",
        flush=True,
    )


def _cost(value: float | None, per: float) -> str:
    return "-" if value is None else f"{value / per:,.2f}"


def percent(value: float | None, *, sign: bool = False) -> str:
    """Write a fraction as a percentage; "-" for None."""
    if value is None:
        return "-"
    # a rounding error of 1e-15 is no deviation
    shown = 0.0 if abs(value) < 5e-6 else 100 * value
    return f"{shown:+.3f}%" if sign and shown else f"{shown:.3f}%"


def write_csv(folder: Path, rows: Sequence[Row]) -> Path:
    """Write the rows of one family to a file named by date; nothing is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = rows[0].date.replace(":", "").replace(" ", "T")
    path = folder / f"{stamp}-{rows[0].family}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    return path


def write_curves(path: Path, curves: Sequence[Curve]) -> Path:
    """Write what was known when beside the results `path`, in a folder of its own."""
    beside = path.parent / "curves" / path.name
    beside.parent.mkdir(parents=True, exist_ok=True)
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("case", "seed", "seconds", "objective", "bound"))
        for curve in curves:
            for seconds, *values in curve.points:
                shown = ["" if value is None else f"{value:.9g}" for value in values]
                writer.writerow((curve.case, curve.seed, f"{seconds:.2f}", *shown))
    return beside


def read_curves(folder: Path, family: str) -> dict[tuple[str, str], list[dict[str, str]]]:
    """Read the newest curve of each case and seed of a family."""
    newest: dict[tuple[str, str], list[dict[str, str]]] = {}
    for path in sorted((folder / "curves").glob(f"*-{family}.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for key in {(row["case"], row["seed"]) for row in rows}:
            newest[key] = [row for row in rows if (row["case"], row["seed"]) == key]
    return newest


def read_results(folder: Path) -> list[dict[str, str]]:
    """Read every row of every CSV file, oldest first."""
    rows: list[dict[str, str]] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows += csv.DictReader(file)
    return sorted(rows, key=lambda row: row["date"])
