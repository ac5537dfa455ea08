"""The Excel appendix: every frame of the pack on a sheet, and the split with live formulas.

Text never becomes a formula or a link; cells with formulas hold no results until a spreadsheet
program opens the file.
"""

from __future__ import annotations

import io
import math
import numbers
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusters.disclosure import HIDDEN
from clusters.report.audience import Reader
from clusters.report.dictionary import meaning
from clusters.report.figure import Figure
from clusters.report.material import Material
from clusters.report.money import shared_pence
from clusters.report.words import ENDLESS
from clusters.text import clean
from clusters.writers.atomic import write_bytes

if TYPE_CHECKING:
    import pandas as pd

SHEETS: Mapping[str, str] = {
    "schools": "School list",
    "clusters": "Cluster list",
    "options": "Options",
    "together": "Together",
    "expertise": "Expertise",
    "types": "Types of need",
    "need": "Need by cluster",
    "pot": "Pot in pounds",
    "money_notes": "Notes on the money",
    "factors": "Formula",
    "lines": "How sums come about",
    "effects": "Gains and losses",
    "effects_by_school": "Gains by school",
    "years": "Financial years",
    "risk": "Risk",
    "scenarios": "What if",
    "fairness": "Fairness",
    "equality": "Equality",
    "furthest": "Longest journeys",
    "small_schools": "Small schools",
    "search": "Search",
}
"""Sheet of each frame; "Money" with the formulas stands before them."""

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_WIDEST = 60


def write_workbook(path: Path, material: Material) -> Path:
    """Write the appendix as an Excel workbook."""
    import xlsxwriter

    from clusters.budget.spreadsheet import without_results

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, _OPTIONS) as book:
        book.set_properties(
            {"title": clean(material.title, 255), "created": datetime(2000, 1, 1, tzinfo=UTC)}
        )
        _Book(book, material).write()
    return write_bytes(path, without_results(made.getvalue()))


class _Book:
    """An open workbook, its formats, and the columns that were written to it."""

    def __init__(self, book: Any, material: Material) -> None:
        self.book, self.material = book, material
        head = {"bold": True, "bg_color": "#12304F", "font_color": "#FFFFFF", "text_wrap": True}
        self.head = book.add_format({**head, "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        self.bold = book.add_format({"bold": True})
        self.pounds = book.add_format({"num_format": "£#,##0.00;[Red]-£#,##0.00"})
        self.sum = book.add_format({"num_format": "£#,##0.00", "bold": True, "top": 1})
        self.whole = book.add_format({"num_format": "#,##0"})
        self.part = book.add_format({"num_format": "#,##0.0##"})
        self.plain = book.add_format({"num_format": "0"})
        self.far = book.add_format({"num_format": "#,##0.0"})
        self.percent = book.add_format({"num_format": '0.0"%"'})
        self.wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self.columns: list[tuple[str, str]] = []

    def write(self) -> None:
        contents = self.book.add_worksheet("Contents")
        listed: list[tuple[str, str, str]] = []
        figures = self.material.figures
        if "money" in figures:
            _Money(self).write()
            listed.append(("Money", "The money by cluster, with live formulas", "money.csv"))
            if not self.material.reader.is_public:
                listed += _WORKINGS
        for name, sheet in SHEETS.items():
            if name in figures:
                self._frame(sheet, figures[name])
                listed.append((sheet, figures[name].title, f"{name}.csv"))
        self._dictionary()
        listed.append(("Dictionary", "What each column means", ""))
        self._contents(contents, listed)
        for sheet in self.book.worksheets():
            _set_up_print(sheet)

    def _contents(self, sheet: Any, listed: Sequence[tuple[str, str, str]]) -> None:
        material = self.material
        lines = [clean(material.title), material.audience_note, clean(material.date)]
        if material.is_synthetic:
            lines.append("Made-up data: these schools do not exist.")
        lines += material.stand_ins
        lines += material.reader.sentences
        if material.run_file:
            lines.append(f"Record of the run: {clean(material.run_file)}")
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, line, self.bold if row == 0 else self.text)
        top = len(lines) + 1
        for k, word in enumerate(("Sheet", "What is on it", "Also in")):
            sheet.write_string(top, k, word, self.head)
        for row, line_of in enumerate(listed, start=top + 1):
            for k, word in enumerate(line_of):
                sheet.write_string(row, k, word, self.wrapped)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, 2, 26)

    def _frame(self, name: str, figure: Figure) -> None:
        """Write a frame: headings frozen, a filter on each column, pence as pounds."""
        sheet = self.book.add_worksheet(name)
        frame = figure.frame
        known = frame.astype(object).where(frame.notna(), None)
        for k, column in enumerate(map(str, frame.columns)):
            heading, in_pence = _heading(column, self.material.reader.shown.travel_unit)
            self.columns.append((name, column))
            sheet.write_string(0, k, clean(heading), self.head)
            values = known.iloc[:, k].tolist()
            longest = max(map(len, heading.split()), default=1)  # headings wrap between words
            widest = max([longest + 2, *(len(str(value)) for value in values)])
            sheet.set_column(k, k, min(_WIDEST, max(10, widest + (4 if in_pence else 2))))
            if _is_far(column, self.material.reader.shown.travel_unit):
                values = [_in_km(value) for value in values]
            style = self._style(column)
            for row, value in enumerate(values, start=1):
                self.cell(sheet, row, k, value, in_pence=in_pence, style=style)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(frame)), max(0, len(frame.columns) - 1))

    def _style(self, column: str) -> Any:
        """Format of the numbers of a column; None where it goes by each number."""
        unit = self.material.reader.shown.travel_unit
        if _is_far(column, unit) or (unit == "min" and _is_journey(column)):
            return self.far
        if column.endswith("_percent"):
            return self.percent
        return self.plain if column in ("easting", "northing", "number") else None

    def cell(
        self,
        sheet: Any,
        row: int,
        column: int,
        value: Any,
        *,
        in_pence: bool,
        style: Any = None,
    ) -> None:
        """Write one value by its kind."""
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", self.text)
        elif isinstance(value, numbers.Real):
            number = float(value)
            if math.isinf(number):
                sheet.write_string(row, column, ENDLESS, self.text)
                return
            if in_pence:
                sheet.write_number(row, column, number / 100, self.pounds)
            else:
                usual = self.whole if number.is_integer() else self.part
                sheet.write_number(row, column, number, style or usual)
        else:
            words = clean(value)
            fits = len(words) <= _WIDEST
            sheet.write_string(row, column, words, self.text if fits else self.wrapped)

    def _dictionary(self) -> None:
        sheet = self.book.add_worksheet("Dictionary")
        for k, word in enumerate(("Sheet", "Column", "Meaning")):
            sheet.write_string(0, k, word, self.head)
        for row, (name, column) in enumerate(self.columns, start=1):
            sheet.write_string(row, 0, name, self.text)
            sheet.write_string(
                row,
                1,
                clean(_heading(column, self.material.reader.shown.travel_unit)[0]),
                self.text,
            )
            sheet.write_string(row, 2, meaning(column), self.text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(self.columns)), 2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 46)
        sheet.set_column(2, 2, 90)


_WORKINGS = [
    ("Pot", "The working: the pot and the formula, in whole pence so that rounding shows", ""),
    ("Clusters", "The working by cluster, in whole pence, with live formulas", ""),
    ("Schools", "The working by school, in whole pence, with live formulas", ""),
]


def _set_up_print(sheet: Any) -> None:
    """Print on A4 across, one page wide, with the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&RPage &P of &N")


def _is_journey(column: str) -> bool:
    """Whether a column holds journeys in the problem's unit."""
    return column == "journey" or ("journey" in column and column.endswith(("_m", "_min")))


def _is_far(column: str, unit: str) -> bool:
    """Whether a column holds metres, which are written as kilometres."""
    return unit == "m" and _is_journey(column)


def _in_km(value: Any) -> Any:
    known = isinstance(value, numbers.Real) and math.isfinite(float(value))
    return float(value) / 1000 if known else value


def _heading(column: str, unit: str) -> tuple[str, bool]:
    """Heading of a column, and whether it holds pence (which are written as pounds)."""
    if column == "pence":
        return "pounds", True
    if column.endswith("_pence"):
        return column.removesuffix("_pence").replace("_", " ").strip() + " (pounds)", True
    if _is_journey(column):
        words = column.removesuffix("_m").removesuffix("_min").replace("_", " ")
        return f"{words} ({'km' if unit == 'm' else 'minutes'})", False
    if column.endswith("_percent"):
        return f"{column.removesuffix('_percent').replace('_', ' ')} (per cent)", False
    return column.replace("topup_pence", "top-ups today").replace("_", " "), False


class _Money:
    """The sheet on which the split adds itself up."""

    def __init__(self, book: _Book) -> None:
        self.made = book
        self.sheet = book.book.add_worksheet("Money")
        self.frame: pd.DataFrame = book.material.figures["money"].frame
        split = book.material.chosen.split
        if split is None:
            raise AssertionError  # the sheet is made for a split only
        self.split = split
        self.column = 0

    def write(self) -> None:
        reader = self.made.material.reader
        labels = [clean(label) for label in self.frame["cluster"]]
        self._plain("number", self.frame["number"].tolist())
        self._text("cluster", labels)
        if reader.is_public:
            self._from_parts(reader)
        else:
            self._from_workings()
        self.sheet.write_string(len(labels) + 1, 1, "All clusters", self.made.bold)
        self.sheet.freeze_panes(1, 2)
        self.sheet.autofilter(0, 0, len(labels), self.column - 1)
        self.sheet.set_column(0, 0, 9)
        self.sheet.set_column(1, 1, 30)
        self.sheet.set_column(2, self.column, 18)

    def _from_workings(self) -> None:
        """Take the sums from the sheets that work the split out, cell by cell."""
        from clusters.budget.spreadsheet import add_workings

        cell_of = add_workings(self.made.book, self.split)
        rows = range(len(self.split.clusters))
        for name in ("committed", "backdated", "flexible"):
            self._formulas(f"{name}_pence", [f"={cell_of(name, i)}/100" for i in rows])
        self._formulas("total_pence", [f"=SUM(C{i + 2}:E{i + 2})" for i in rows])
        today = [share.today_pence for share in self.split.clusters]
        if None not in today:
            self._numbers("today_pence", today)
            change = [f"=C{i + 2}+E{i + 2}-G{i + 2}" for i in rows]
            self._formulas("change_pence", change)

    def _from_parts(self, reader: Reader) -> None:
        """Add up the parts: without facts by school nothing more can be worked out."""
        from xlsxwriter.utility import xl_col_to_name

        parts = ["committed_pence", "backdated_pence"]
        parts += [f"{factor.name}_pence" for factor in self.split.factors] + ["protection_pence"]
        for name in parts:
            self._numbers(name, self.frame[name].tolist())
        last = xl_col_to_name(self.column - 1)
        hidden = [value == HIDDEN for value in self.frame["total_pence"]]
        self._formulas(
            "total_pence",
            [
                HIDDEN if hide else f"=SUM(C{row}:{last}{row})"
                for row, hide in enumerate(hidden, start=2)
            ],
        )
        if any(hidden) or reader.money_step > 1:  # the cells do not add up to the sum over all
            total = shared_pence(self.split) / 100
            self.sheet.write_number(len(hidden) + 1, self.column - 1, total, self.made.sum)

    def _head(self, name: str) -> None:
        self.made.columns.append(("Money", name))
        self.sheet.write_string(0, self.column, _heading(name, "m")[0], self.made.head)

    def _text(self, name: str, values: Sequence[str]) -> None:
        self._head(name)
        for row, value in enumerate(values, start=1):
            self.sheet.write_string(row, self.column, value)
        self.column += 1

    def _plain(self, name: str, values: Sequence[Any]) -> None:
        self._head(name)
        for row, value in enumerate(values, start=1):
            self.made.cell(self.sheet, row, self.column, value, in_pence=False)
        self.column += 1

    def _numbers(self, name: str, values: Sequence[Any]) -> None:
        self._head(name)
        for row, value in enumerate(values, start=1):
            self.made.cell(self.sheet, row, self.column, value, in_pence=True)
        self._sum(len(values))

    def _formulas(self, name: str, values: Sequence[str]) -> None:
        self._head(name)
        for row, value in enumerate(values, start=1):
            if value == HIDDEN:
                self.sheet.write_string(row, self.column, HIDDEN)
            else:
                self.sheet.write_formula(row, self.column, value, self.made.pounds)
        self._sum(len(values))

    def _sum(self, count: int) -> None:
        from xlsxwriter.utility import xl_col_to_name

        letter = xl_col_to_name(self.column)
        formula = f"=SUM({letter}2:{letter}{count + 1})"
        self.sheet.write_formula(count + 1, self.column, formula, self.made.sum)
        self.column += 1
