"""Draw the rooms of the library, from the contract on imports and the rooms' own docstrings.

Usage: python docs/pictures/rooms.py

Writes rooms.svg. A test draws it again and compares, so that picture and contract agree.
"""

from __future__ import annotations

import ast
import re
import tomllib
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WAY = {
    "readers": "1 files in",
    "geography": "2 map, journeys",
    "domain": "3 problem, rules",
    "presolve": "4 impossible?",
    "model": "5 models",
    "search": "6 plans, bounds",
    "solver": "7 the best plan",
    "verifier": "8 checked apart",
    "options": "9 questions",
    "explain": "9 questions",
    "leads": "9 questions",
    "expertise": "9 questions",
    "budget": "10 money",
    "maps": "11 maps",
    "report": "12 papers out",
    "workbench": "12 meetings",
}
"""The way of the data from file to paper: a number and two or three words for each room."""
WIDTH, ROW, GAP, LEFT, RIGHT = 1180, 62, 10, 40, 10


def rows() -> list[list[str]]:
    """Give the rooms of each row, from the top, as the contract in pyproject.toml has them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    return [[re.sub(r"[() ]", "", room) for room in row.split("|")] for row in layers]


def purpose(room: str) -> str:
    """Give the first line of a room's docstring."""
    path = ROOT / "src" / "clusters" / room
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0].replace("`", "")


def drawn() -> str:
    """Draw the picture as SVG."""
    table = rows()
    height = len(table) * (ROW + GAP) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'font-family="Source Sans 3, Segoe UI, Helvetica, Arial, sans-serif">',
        "<title>The rooms of the library</title>",
        "<desc>Rows of rooms; a room imports only from rows below it. Numbers follow the data from "
        "file to paper.</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<path d="M18 40V{height - 24}m-6 -10l6 10l6 -10" fill="none" stroke="#555"/>',
        '<text x="10" y="24" font-size="15" fill="#333">A room imports only from rows below it. '
        "Numbers: the way of the data, from file to paper.</text>",
    ]
    for k, row in enumerate(table):
        parts += _row(row, 40 + k * (ROW + GAP))
    return "\n".join([*parts, "</svg>", ""])


def _row(row: list[str], y: int) -> list[str]:
    width = (WIDTH - LEFT - RIGHT - GAP * (len(row) - 1)) / len(row)
    parts = []
    for j, room in enumerate(row):
        x = LEFT + j * (width + GAP)
        step = WAY.get(room, "")
        fill, line = ("#e3eef7", "#1f5a8a") if step else ("#f4f4f2", "#777")
        words = purpose(room) if len(row) == 1 else ""
        parts.append(
            f"<g><title>{escape(f'{room}: {purpose(room)}')}</title>"
            f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{ROW}" rx="6" fill="{fill}" '
            f'stroke="{line}"/>'
            f'<text x="{x + 12:.0f}" y="{y + 25}" font-size="17" font-weight="600" fill="#111">'
            f"{escape(room)}</text>"
            f'<text x="{x + 150:.0f}" y="{y + 25}" font-size="13" fill="#333">'
            f"{escape(words)}</text>"
            f'<text x="{x + 12:.0f}" y="{y + 47}" font-size="14" fill="{line}">'
            f"{escape(step)}</text></g>"
        )
    return parts


if __name__ == "__main__":
    (HERE / "rooms.svg").write_text(drawn(), encoding="utf-8", newline="\n")
