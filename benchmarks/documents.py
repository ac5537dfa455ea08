"""Fill docs/benchmarks.md from the newest results, so that nobody types or draws figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.families import FAMILIES
from benchmarks.picture import draw_family
from benchmarks.writing import percent, read_curves, read_results

__all__ = ["BEGIN", "END", "tables_of", "write_docs"]

BEGIN, END = "<!-- results begin -->", "<!-- results end -->"
COLUMNS = (
    ("case", "case"),
    ("seed", "seed"),
    ("method", "method"),
    ("limit_s", "limit, s"),
    ("seconds", "used, s"),
    ("cpu_s", "CPU, s"),
    ("status", "outcome"),
    ("objective", "objective"),
    ("bound", "bound"),
    ("gap", "gap"),
    ("first_plan_s", "first plan, s"),
    ("objective_at_10_s", "at 10 s"),
    ("objective_at_15_s", "at 15 s"),
    ("known", "best known"),
    ("deviation", "from known"),
    ("balance", "balance"),
)
COSTS = ("objective", "bound", "objective_at_10_s", "objective_at_15_s", "known")


def write_docs(results: Path, page: Path) -> int:
    """Put the newest row of each case, method and limit into the page; return how many.

    Raises
    ------
    ValueError
        If the page lacks the two markers.
    """
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        msg = f"{page} lacks the lines {BEGIN} and {END}"
        raise ValueError(msg)
    rows = read_results(results)
    newest = newest_rows(rows)
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    tables = tables_of(newest, _pictures(results, rows, newest, page.parent / "pictures"))
    page.write_text(f"{before}{BEGIN}\n\n{tables}\n{END}{after}", encoding="utf-8")
    return len(newest)


def newest_rows(rows: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Keep the newest row of each family, case, method, limit and seed."""
    kept: dict[tuple[str, ...], Mapping[str, str]] = {}
    for row in rows:
        key = tuple(row[name] for name in ("family", "case", "method", "limit_s", "seed"))
        kept.pop(key, None)
        kept[key] = row
    return list(kept.values())


def lowest_costs(rows: Sequence[Mapping[str, str]], family: str) -> dict[str, float]:
    """Lowest cost of each case of a family: of any run that keeps the rules, or published."""
    lowest: dict[str, float] = {}
    for row in rows:
        if row["family"] == family:
            costs = [float(row["known"])] if row["known"] else []
            costs += [float(row["objective"])] if row["keeps_rules"] == "True" else []
            lowest[row["case"]] = min([lowest.get(row["case"], float("inf")), *costs])
    return lowest


def _pictures(
    results: Path,
    rows: Sequence[Mapping[str, str]],
    newest: Sequence[Mapping[str, str]],
    folder: Path,
) -> dict[str, str]:
    """Draw the picture of each family that has curves; their names by family."""
    names = {}
    for family in FAMILIES:
        mine = [row for row in newest if row["family"] == family]
        peers = [row for row in mine if row["method"] != "clusters"]
        curves = read_curves(results, family)
        cases = len({case for case, _ in curves})
        title = f"{family}: {cases} {'case' if cases == 1 else 'cases'}, {len(curves)} searches"
        path = folder / f"benchmarks-{family}.svg"
        if draw_family(curves, peers, lowest_costs(rows, family), path, title):
            names[family] = path.name
    return names


def tables_of(rows: Sequence[Mapping[str, str]], pictures: Mapping[str, str] | None = None) -> str:
    """Markdown: one table per family, with the machine, versions and its picture above it."""
    drawn = pictures or {}
    if not rows:
        return "No results yet.\n"
    parts = []
    for family in FAMILIES:
        mine = [row for row in rows if row["family"] == family]
        if mine:
            parts.append(_table(family, mine, drawn.get(family)))
    return "\n".join(parts)


def _table(family: str, rows: Sequence[Mapping[str, str]], picture: str | None) -> str:
    lines = [f"### {family}", ""]
    for machine in dict.fromkeys((r["machine"], r["cores"]) for r in rows):
        dates = [r["date"][:10] for r in rows if (r["machine"], r["cores"]) == machine]
        when = dates[0] if len(set(dates)) == 1 else f"{min(dates)} to {max(dates)}"
        lines.append(f"Measured {when} on {machine[1]} cores of {machine[0]}.")
    named = dict.fromkeys(v for r in rows for v in r["versions"].split(", "))
    lines.append(f"Versions: {', '.join(named)}.")
    units = dict.fromkeys(r["unit"] for r in rows)
    lines += [f"Costs in {', '.join(units)}.", ""]
    if picture:
        words = f"How far plan and bound were from the best plan known, by time: {family}"
        lines += [f"![{words}](pictures/{picture})", ""]
    shown = [(key, title) for key, title in COLUMNS if any(_cell(row, key) for row in rows)]
    lines.append("| " + " | ".join(title for _, title in shown) + " |")
    lines.append("|" + "---|" * len(shown))
    ordered = sorted(rows, key=lambda row: (row["case"], row["method"] != "clusters", row["seed"]))
    lines += [
        "| " + " | ".join(_cell(row, key) or "-" for key, _ in shown) + " |" for row in ordered
    ]
    return "\n".join(lines) + "\n"


def _cell(row: Mapping[str, str], key: str) -> str:
    if key == "balance":
        low, high = row["lowest_balance"], row["highest_balance"]
        return f"{100 * float(low):+.0f} to {100 * float(high):+.0f}%" if low else ""
    value = row.get(key) or ""
    if not value:
        return ""
    if key in COSTS:
        return f"{float(value) / float(row['per']):,.2f}"
    if key in ("gap", "deviation"):
        return percent(float(value), sign=key == "deviation")
    if key in ("limit_s", "seconds", "cpu_s", "first_plan_s"):
        return f"{float(value):,.1f}"
    if key == "status" and row["keeps_rules"] == "False":
        return f"{value}; breaks the rules"
    return value.replace("|", "/")
