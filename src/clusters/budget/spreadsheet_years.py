"""Workbooks of live formulas for plans of years and for tables of years."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clusters.arguments import checked
from clusters.budget.medium_term import MediumTermPlan
from clusters.budget.sheet_blocks import workings_book, write_cell
from clusters.budget.years import Calendar
from clusters.money import pence

__all__ = ["write_calendar_workings", "write_plan_workings"]


@checked
def write_plan_workings(path: str | Path, plan: MediumTermPlan) -> None:
    """Write a workbook (.xlsx) whose formulas work a plan of years out again, in whole pence.

    One column for each year and level of demand; the last row counts the sums that differ.
    """
    rows = (
        *("opening", "grant", "transfer", "income", "mitigations", "other", "demand"),
        *("in year", "closing", "closing of the plan", "differences"),
    )
    with workings_book(path) as book:
        sheet = book.add_worksheet("Years")
        _put(sheet, 0, ["year", "level", *rows])
        for level in range(3):
            for k, year in enumerate(plan.years):
                column = 1 + level * len(plan.years) + k
                letter, before = _letter(column), _letter(column - 1)
                given: list[Any] = [
                    plan.opening_pence if k == 0 else f"={before}11",
                    pence(year.grant),
                    pence(year.transfer),
                    pence(year.income) if year.income_comes else 0,
                    year.saved_pence,
                    pence(year.other),
                    plan.demand_pence(k)[level],
                    f"={letter}4+{letter}5+{letter}6+{letter}7-{letter}8-{letter}9",
                    f"={letter}3+{letter}10",
                    plan.closing_pence(k)[level],
                    f"=IF({letter}11={letter}12,0,1)",
                ]
                _put(sheet, column, [year.name, ("low", "middle", "high")[level], *given])


@checked
def write_calendar_workings(path: str | Path, table: Calendar) -> None:
    """Write a workbook (.xlsx) that adds a table of years or months up again, in whole pence.

    The last column and row are formulas; the cell "differences" counts the sums that differ from
    those of the table.
    """
    with workings_book(path) as book:
        sheet = book.add_worksheet("Years")
        n, m = len(table.keys), len(table.parts)
        for i, name in enumerate(("key", *(str(key) for key in table.keys), "total", "stated")):
            sheet.write_string(i, 0, name)
        for j, part in enumerate(table.parts, start=1):
            letter = _letter(j)
            column = [row[j - 1] for row in table.pence]
            _put(sheet, j, [part, *column, f"=SUM({letter}2:{letter}{n + 1})", sum(column)])
        sums = [f"=SUM(B{i + 2}:{_letter(m)}{i + 2})" for i in range(n)]
        _put(sheet, m + 1, ["total", *sums, f"=SUM(B{n + 2}:{_letter(m)}{n + 2})"])
        _put(sheet, m + 2, ["stated", *(sum(row) for row in table.pence), sum(table.totals)])
        rows, last = f"{_letter(m + 1)}2:{_letter(m + 1)}{n + 2}", _letter(m + 2)
        sheet.write_string(n + 3, 0, "differences")
        sheet.write_formula(
            n + 3,
            1,
            f"=SUMPRODUCT(--({rows}<>{last}2:{last}{n + 2}))"
            f"+SUMPRODUCT(--(B{n + 2}:{_letter(m)}{n + 2}<>B{n + 3}:{_letter(m)}{n + 3}))",
        )


def _put(sheet: Any, column: int, items: Iterable[Any]) -> None:
    for i, item in enumerate(items):
        is_formula = isinstance(item, str) and item.startswith("=")
        write_cell(sheet, i, column, item, None, formula=is_formula)


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))
