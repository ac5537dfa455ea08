"""What papers on A4 share: their first lines, and how wide tables and columns are."""

from __future__ import annotations

from clusters.report.document.table import Table
from clusters.report.material import Material

WIDTH_CM, LONG_CM = 17.4, 26.1
"""Width of the text on A4, upright and turned."""


def is_wide(table: Table) -> bool:
    """Whether a table needs a turned page: upright, words would be broken."""
    return sum(_needs(table, letter_points(table))) > WIDTH_CM


def page_width(table: Table) -> float:
    """Width that a table has on its page."""
    return LONG_CM if is_wide(table) else WIDTH_CM


def column_widths(table: Table, width_cm: float) -> list[float]:
    """Share a width out between columns: no word is broken where that can be helped.

    Narrow tables stay narrower than the width.
    """
    points = letter_points(table)
    needed, letter_cm = _needs(table, points), _letter_cm(points)
    columns = zip(*_texts(table), strict=True)
    wanted = [0.45 + letter_cm * min(60, max(map(_length, texts))) for texts in columns]
    spare = width_cm - sum(needed)
    more = [max(0.0, want - need) for want, need in zip(wanted, needed, strict=True)]
    if spare <= 0 or not sum(more):
        scale = min(1.0, width_cm / sum(needed))
        return [width * scale for width in needed]
    part = min(1.0, spare / sum(more))
    return [need + part * extra for need, extra in zip(needed, more, strict=True)]


def letter_points(table: Table) -> float:
    """Size of the letters of a table: small where it has many columns, smaller where it must."""
    usual = 8.5 if len(table.columns) < 8 else 7.5
    return usual if sum(_needs(table, usual)) <= LONG_CM else 6.0


def _letter_cm(points: float) -> float:
    # For wide faces: where Arial is missing, others stand in for it, and no word may break in them.
    return 0.0253 * points


def _length(text: str) -> float:
    """Length of a text in letters; points, commas and the like take half the room of one."""
    return len(text) - 0.5 * sum(text.count(narrow) for narrow in ",. ':;il|()/-")


def _texts(table: Table) -> list[list[str]]:
    rows = [[column.name for column in table.columns]]
    return rows + [[cell.text for cell in row] for row in (*table.rows, table.total) if row]


def _needs(table: Table, points: float) -> list[float]:
    """Width that each column needs for its longest word; the longest of all may be broken."""
    return [
        0.45
        + _letter_cm(points)
        * min(24, max([_length(word) for text in texts for word in text.split()] or [1.0]))
        for texts in zip(*_texts(table), strict=True)
    ]


def front(material: Material) -> list[tuple[str, str]]:
    """Facts at the head of the paper: names and values; "" is left to the author."""
    return [
        ("Council", material.council),
        ("Meeting", "Schools Forum"),
        ("Date", material.date),
        ("Report by", ""),
        ("For", "Decision and comment"),
        ("Audience", material.audience_note),
    ]
