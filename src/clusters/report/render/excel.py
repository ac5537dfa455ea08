"""The Excel appendix: every frame of the pack on a sheet, and the split with live formulas.

All money is in pounds. Text never becomes a formula or a link; cells with formulas hold no results
until a spreadsheet program opens the file.
"""

from __future__ import annotations

import io
import math
import numbers
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.report.document.table import with_none
from clusters.report.frames.dictionary import meaning, meaning_in_working
from clusters.report.frames.frame import Frame, kind_of
from clusters.report.material import Material
from clusters.report.release.option import numbers_in
from clusters.report.tables.money import shared_pence
from clusters.report.wording.words import ENDLESS
from clusters.text import clean
from clusters.writers.atomic import write_bytes

if TYPE_CHECKING:
    import pandas as pd

SHEETS: Mapping[str, str] = {
    "schools": "School list",
    "clusters": "Cluster list",
    "options": "Options",
    "option": "Option {}",
    "moves": "Changes from option {}",
    "together": "Together",
    "expertise": "Expertise",
    "types": "Types of need",
    "need": "Need by cluster",
    "pot": "Pot",
    "money_notes": "Notes on the money",
    "factors": "Formula",
    "lines": "How sums come about",
    "effects": "Gains and losses",
    "money_by_school": "Money by school",
    "lines_by_school": "Sums by school",
    "effects_by_school": "Gains by school",
    "years": "Financial years",
    "risk": "Risk",
    "scenarios": "What if",
    "assumptions": "Assumptions",
    "medium_term": "Coming years",
    "fairness": "Fairness",
    "equality": "Equality",
    "furthest": "Longest journeys",
    "small_schools": "Small schools",
    "search": "Search",
}
"""Sheet of each frame; "Money" and "Working" with the formulas stand before them."""

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_WIDEST = 60
_A4_WIDTH = 150  # characters that a page of A4 across shows in a readable size


def sheet_of(name: str) -> str:
    """Name the sheet of a frame.

    Examples
    --------
    >>> sheet_of("clusters"), sheet_of("moves_2")
    ('Cluster list', 'Changes from option 2')
    """
    return SHEETS[kind_of(name)].format(name.rpartition("_")[2])


def write_workbook(path: Path, material: Material) -> Path:
    """Write the appendix as an Excel workbook."""
    import xlsxwriter

    from clusters.budget.sheet_blocks import without_results

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, _OPTIONS) as book:
        book.set_properties(
            {"title": clean(material.title, 255), "created": datetime(2000, 1, 1, tzinfo=UTC)}
        )
        _Book(book, material).write()
    return write_bytes(path, without_results(made.getvalue()))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the numbers of a column are shown: a factor, an Excel format, and a unit for the head."""

    format: str
    factor: float = 1.0
    unit: str = ""

    def words(self, value: float) -> str:
        """Write a number about as long as its cell shows it."""
        decimals = len(re.sub(r"[^0#]", "", self.format.split(";")[0].partition(".")[2]))
        return f"{value * self.factor:,.{decimals}f}" + ("£" if "£" in self.format else "")


_COUNT = _Kind("#,##0.######")
_PLAIN = _Kind("0")
_PENCE = _Kind("£#,##0.00;[Red]-£#,##0.00", 0.01, "pounds")
_POUNDS = _Kind("£#,##0.00;[Red]-£#,##0.00", 1.0, "pounds")
_RATE = _Kind("£#,##0.00##", 0.01, "pounds")
_PERCENT = _Kind('0.0"%"', 1.0, "per cent")
_SHARE = _Kind("0.0%", 1.0, "per cent")
_FAR = _Kind("#,##0.0", 0.001, "km")
_MINUTES = _Kind("#,##0.0", 1.0, "minutes")
_IN_POUNDS = (
    *("budget", "simulated_expected", "simulated_contingency", "simulated_buffer"),
    "simulated_shortfall",
)
_SHARES = ("_furthest_below", "_furthest_above", "_share", "_overspend")


def _kind(column: str, unit: str) -> _Kind:
    """Say how a column of a frame is shown."""
    if column == "rate_pence":
        return _RATE
    if column == "pence" or column.endswith("_pence"):
        return _PENCE
    if column in _IN_POUNDS:
        return _POUNDS
    if column == "journey" or ("journey" in column and column.endswith(("_m", "_min"))):
        return _FAR if unit == "m" else _MINUTES
    if column.endswith("_percent"):
        return _PERCENT
    if column.endswith(_SHARES):
        return _SHARE
    return _PLAIN if column in _AS_THEY_ARE else _COUNT


_AS_THEY_ARE = ("easting", "northing", "number", "from_number", "to_number", "map_number", "group")


def heading(column: str, unit: str = "m") -> str:
    """Say what stands over a column.

    Examples
    --------
    >>> heading("today_pence"), heading("mean_journey_m"), heading("urn")
    ('today (pounds)', 'mean journey (km)', 'urn')
    """
    kind = _kind(column, unit)
    plain = column.replace("topup_pence", "top-ups today")
    for ending in ("_pence", "_percent", *(("_m", "_min") if kind in (_FAR, _MINUTES) else ())):
        plain = plain.removesuffix(ending)
    words = plain.replace("_", " ").strip()
    words = "sum" if words == "pence" else words
    return f"{words} ({kind.unit})" if kind.unit else words


class _Book:
    """An open workbook, its formats, and the columns that were written to it."""

    def __init__(self, book: Any, material: Material) -> None:
        self.book, self.material = book, material
        self.unit = material.reader.shown.travel_unit
        head = {"bold": True, "bg_color": "#12304F", "font_color": "#FFFFFF", "text_wrap": True}
        self.head = book.add_format({**head, "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        self.wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self.bold = book.add_format({"bold": True})
        self.link = book.add_format({"font_color": "#0B4A8F", "underline": 1, "valign": "top"})
        self.sum = book.add_format({"num_format": "£#,##0.00", "bold": True, "top": 1})
        self.formats: dict[str, Any] = {}
        self.columns: list[tuple[str, str, str]] = []

    def style(self, kind: _Kind) -> Any:
        """Return the format of the numbers of a kind."""
        if kind.format not in self.formats:
            made = self.book.add_format({"num_format": kind.format, "valign": "top"})
            self.formats[kind.format] = made
        return self.formats[kind.format]

    def write(self) -> None:
        contents = self.book.add_worksheet("Contents")
        listed = [("Contents", "This list", "")]
        frames = self.material.frames
        if "money" in frames:
            words = "The whole working on one sheet: pot, formula and every sum, with named cells"
            listed += [
                ("Money", "The money by cluster, with live formulas", "figures/money.csv"),
                ("Working", words, ""),
            ]
            _Money(self).write()
        for name, frame in frames.items():
            if name == "money":
                continue
            sheet = sheet_of(name)
            self._options(sheet, frame) if name == "options" else self._frame(sheet, frame)
            listed.append((sheet, clean(frame.title), f"figures/{name}.csv"))
        listed.append(("Dictionary", "What each column of each sheet means", ""))
        self._contents(contents, listed)
        self._dictionary()

    def _contents(self, sheet: Any, listed: Sequence[tuple[str, str, str]]) -> None:
        material = self.material
        lines = [clean(material.title), material.audience_note, clean(material.date)]
        if material.is_synthetic:
            lines.append("Made-up data: these schools do not exist.")
        lines += [*material.stand_ins, *material.reader.sentences]
        if material.run_file:
            lines.append(f"Record of the run: {clean(material.run_file)}")
        for row, line in enumerate(line for line in lines if line):
            sheet.write_string(row, 0, line, self.bold if row == 0 else self.text)
        top = len(lines) + 1
        for k, (word, said) in enumerate(_CONTENTS.items()):
            self.head_cell(sheet, "Contents", top, k, word, said)
        for row, (name, words, file) in enumerate(listed, start=top + 1):
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self.link, name)
            sheet.write_string(row, 1, words, self.wrapped)
            sheet.write_string(row, 2, file, self.wrapped)
        _set_up_print(sheet, _set_widths(sheet, (30, 80, 34)), top)

    def head_cell(
        self, sheet: Any, name: str, row: int, column: int, words: str, said: str
    ) -> None:
        """Write a heading, and note what it means for the dictionary."""
        sheet.write_string(row, column, words, self.head)
        self.columns.append((name, words, said))

    def _frame(self, name: str, frame: Frame) -> None:
        """Write a frame: headings frozen, a filter on each column, pence as pounds."""
        sheet = self.book.add_worksheet(name)
        known = with_none(frame.data)
        across = 0
        for k, column in enumerate(map(str, frame.data.columns)):
            kind = _kind(column, self.unit)
            words = clean(heading(column, self.unit))
            self.head_cell(sheet, name, 0, k, words, meaning(column, frame.name))
            values = known.iloc[:, k].tolist()
            across += _set_width(sheet, k, words, [_shown(value, kind) for value in values])
            for row, value in enumerate(values, start=1):
                self.cell(sheet, row, k, value, kind)
        names = list(frame.data.columns)
        named = [c for c in ("cluster", "school", "name") if c in names[:5]]
        place = 1 + max((names.index(c) for c in named), default=0)
        _finish(sheet, len(known), max(1, len(names)), min(place, 4), across)

    def _options(self, name: str, frame: Frame) -> None:
        """Write the options side by side: a row for each figure, a column for each option."""
        sheet = self.book.add_worksheet(name)
        rows = with_none(frame.data).to_dict("records")
        plans = [clean(row["plan"]) for row in rows]
        heads = [
            ("Figure", "What the options are compared by."),
            *((plan, f"The figure for the option {plan}.") for plan in plans),
            ("What it means", "The figure in a sentence."),
        ]
        for k, (words, said) in enumerate(heads):
            self.head_cell(sheet, name, 0, k, words, said)
        names = [str(c) for c in frame.data.columns if c != "plan"]
        for row, column in enumerate(names, start=1):
            kind = _kind(column, self.unit)
            sheet.write_string(row, 0, heading(column, self.unit), self.wrapped)
            for k, record in enumerate(rows, start=1):
                self.cell(sheet, row, k, record[column], kind)
            sheet.write_string(row, len(rows) + 1, meaning(column, "options"), self.wrapped)
        each = [min(max(18, len(plan) + 2), _WIDEST) for plan in plans]
        across = _set_widths(sheet, (42, *each, _WIDEST))
        _finish(sheet, len(names), len(heads), 1, across)

    def cell(self, sheet: Any, row: int, column: int, value: Any, kind: _Kind) -> None:
        """Write one value by its kind."""
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", self.text)
        elif isinstance(value, numbers.Real):
            if math.isinf(float(value)):
                sheet.write_string(row, column, ENDLESS, self.text)
                return
            divisor = round(1 / kind.factor)  # 12345 / 100 is the nearest to 123.45; x 0.01 is not
            sheet.write_number(row, column, float(value) / divisor, self.style(kind))
        else:
            words = clean(value)
            sheet.write_string(
                row, column, words, self.text if len(words) <= _WIDEST else self.wrapped
            )

    def _dictionary(self) -> None:
        sheet = self.book.add_worksheet("Dictionary")
        for k, (word, said) in enumerate(_DICTIONARY.items()):
            self.head_cell(sheet, "Dictionary", 0, k, word, said)
        for row, line in enumerate(self.columns, start=1):
            for k, words in enumerate(line):
                sheet.write_string(row, k, clean(words), self.wrapped)
        _finish(sheet, len(self.columns), 3, 0, _set_widths(sheet, (26, 42, 90)))


_CONTENTS = {
    "Sheet": "Name of the sheet; choose it to go there.",
    "What is on it": "What the sheet shows.",
    "Also in": "File of the pack that holds the same table.",
}
_DICTIONARY = {
    "Sheet": "Name of a sheet.",
    "Column": "Heading of one of its columns.",
    "Meaning": "What the column holds.",
}


def _shown(value: Any, kind: _Kind) -> str:
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return kind.words(float(value)) if math.isfinite(float(value)) else ENDLESS
    return "" if value is None else clean(value)


def _set_width(sheet: Any, column: int, head: str, texts: Sequence[str]) -> int:
    """Make a column as wide as its widest cell, and no narrower than the words of its heading."""
    longest = max(map(len, head.split()), default=1)  # headings wrap between words
    width = min(_WIDEST, max(10, longest + 3, *(len(text) + 2 for text in texts), 0))
    sheet.set_column(column, column, width)
    return width


def _set_widths(sheet: Any, widths: Sequence[int]) -> int:
    for k, width in enumerate(widths):
        sheet.set_column(k, k, width)
    return sum(widths)


def _finish(sheet: Any, rows: int, columns: int, frozen: int, across: float) -> None:
    """Freeze the headings and the first columns, put a filter on each, and set up printing."""
    sheet.freeze_panes(1, frozen)
    sheet.autofilter(0, 0, max(1, rows), columns - 1)
    _set_up_print(sheet, across, 0)


def _set_up_print(sheet: Any, across: float, head_row: int) -> None:
    """Print across, one page wide, headings on every page; A3 where A4 would be too small."""
    sheet.set_landscape()
    sheet.set_paper(9 if across <= _A4_WIDTH else 8)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(head_row)
    sheet.set_footer("&L&A&RPage &P of &N")


class _Money:
    """The sheet on which the split adds itself up, cell by cell from the sheet of workings."""

    def __init__(self, book: _Book) -> None:
        self.made = book
        self.sheet = book.book.add_worksheet("Money")
        self.frame: pd.DataFrame = book.material.frames["money"].data
        split = book.material.chosen.split
        if split is None:
            raise AssertionError  # the sheet is made for a split only
        self.split = split
        self.column = 0

    def write(self) -> None:
        from clusters.budget.sheet_blocks import SHEET
        from clusters.budget.spreadsheet import add_workings

        made, reader = self.made, self.made.material.reader
        numbers = numbers_in(made.material.chosen)
        work = add_workings(made.book, self.split, numbers, step_pence=reader.money_step)
        for name in work.columns:
            made.columns.append((SHEET, name.replace("_", " "), meaning_in_working(name)))
        _set_up_print(made.book.get_worksheet_by_name(SHEET), 400, 0)
        rows = {clean(share.key): i for i, share in enumerate(self.split.clusters)}
        labels = [clean(label) for label in self.frame["cluster"]]
        at = [rows.get(label) for label in labels]  # None where the money is not shown
        self._values("number", self.frame["number"].tolist())
        self._values("cluster", labels)
        for name in ("committed", "backdated", "flexible"):
            cells = work.cells[name]
            self._formulas(f"{name}_pence", [None if i is None else f"={cells[i]}" for i in at])
        self._formulas(
            "total_pence",
            [None if i is None else f"=SUM(C{k}:E{k})" for k, i in enumerate(at, start=2)],
        )
        self._today(at)
        count = len(labels)
        if None in at or reader.money_step > 1:  # the cells do not add up to the sum over all
            total = shared_pence(self.split) / 100
            for k in (2, 3, 4):
                self.sheet.write_string(count + 1, k, "")
            self.sheet.write_number(count + 1, 5, total, made.sum)
        self.sheet.write_string(count + 1, 1, "All clusters", made.bold)
        self.sheet.set_column(0, 0, 9)
        self.sheet.set_column(1, 1, max(14, *(len(label) + 2 for label in labels)))
        self.sheet.set_column(2, self.column, 18)
        _finish(self.sheet, count, self.column, 2, 120)

    def _today(self, at: Sequence[int | None]) -> None:
        """Compare with today, where readers may see that."""
        today = [share.today_pence for share in self.split.clusters]
        if self.made.material.reader.is_public or None in today or None in at:
            return
        self.head("today_pence")
        for row, i in enumerate(at, start=1):
            self.made.cell(self.sheet, row, self.column, today[i or 0], _PENCE)
        self._sum(len(at))
        self._formulas("change_pence", [f"=C{i + 2}+E{i + 2}-G{i + 2}" for i in range(len(at))])

    def head(self, name: str) -> None:
        said = meaning(name, "money")
        self.made.head_cell(self.sheet, "Money", 0, self.column, heading(name), said)

    def _values(self, name: str, values: Sequence[Any]) -> None:
        self.head(name)
        for row, value in enumerate(values, start=1):
            self.made.cell(self.sheet, row, self.column, value, _kind(name, "m"))
        self.column += 1

    def _formulas(self, name: str, values: Sequence[str | None]) -> None:
        self.head(name)
        for row, value in enumerate(values, start=1):
            if value is None:
                self.sheet.write_string(row, self.column, HIDDEN)
            else:
                self.sheet.write_formula(row, self.column, value, self.made.style(_PENCE))
        self._sum(len(values))

    def _sum(self, count: int) -> None:
        from xlsxwriter.utility import xl_col_to_name

        letter = xl_col_to_name(self.column)
        formula = f"=SUM({letter}2:{letter}{count + 1})"
        self.sheet.write_formula(count + 1, self.column, formula, self.made.sum)
        self.column += 1
