"""The pot on a sheet of live formulas: named lines of what is decided, and of what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from clusters.budget.sheet_blocks import SHEET, Names, cell_number, in_pounds, write_cell
from clusters.budget.values import Split
from clusters.money import exact_number, pence

__all__ = ["Lines", "factor_lines", "lines_of_pot", "pot_lines"]


class Lines:
    """Lines of a number or a formula each, below each other; each cell has a name.

    Parameters
    ----------
    sheet, names, styles
        Where they are written, and how.
    row
        The first row, counted from 0; moves on with every line.
    """

    def __init__(self, sheet: Any, names: Names, styles: Mapping[str, Any], row: int) -> None:
        self.sheet, self.names, self.styles, self.row = sheet, names, styles, row
        self.at: dict[str, str] = {}

    def add(self, name: str, value: Any, style: str = "pounds", words: str = "") -> None:
        """Write a named number or formula."""
        self.sheet.write_string(self.row, 1, words or name, self.styles["bold"])
        formula = isinstance(value, str)
        write_cell(self.sheet, self.row, 2, value, self.styles[style], formula=formula)
        self.at[name] = self.names.define(f"Pot_{name}", f"{SHEET}!$C${self.row + 1}")
        self.sheet.write_string(self.row, 3, self.at[name], self.styles["text"])
        self.row += 1


def lines_of_pot(split: Split, parts: int) -> int:
    """Count the lines that the pot takes, so that what stands below has its place."""
    formula = split.formula
    taper = 2 if formula.taper is not None else 0
    protected = 0 if split.protected is None else 2
    given = len(split.pot.steps) + len(formula.weights) + len(formula.shares)
    return 8 + given + taper + protected + 4 * parts


def pot_lines(lines: Lines, split: Split) -> None:
    """Write what is decided: the pot, what is held back, lump sums, weights and shares."""
    pot, formula = split.pot, split.formula
    lines.add("total", in_pounds(pot.total_pence), "pounds decided", "The pot, a year")
    for name, sum_ in pot.steps.items():
        lines.add(name, in_pounds(sum_), "pounds decided", f"less {name}")
    taken = "-".join(lines.at[name] for name in ("total", *pot.steps))
    lines.add("flexible", f"=ROUND({taken},2)", "pounds", "Shared by the formula")
    lines.add("lump per cluster", in_pounds(pence(formula.lump_per_cluster)), "pounds decided")
    lines.add("lump per school", in_pounds(pence(formula.lump_per_school)), "pounds decided")
    if formula.taper is not None:
        lines.add("full to", cell_number(exact_number(formula.taper.full_to)), "decided")
        lines.add("none from", cell_number(exact_number(formula.taper.none_from)), "decided")
    for name, weight in formula.weights.items():
        lines.add(f"weight {name}", cell_number(exact_number(weight)), "decided")
    for name, share in formula.shares.items():
        lines.add(f"share {name}", cell_number(exact_number(share)), "decided")
    protected = split.protected
    if protected is not None:
        lines.add("scale", cell_number(protected.factor or Fraction(1)), "number")
        level = protected.level or Fraction(0)
        per = 100 if protected.limits is not None and protected.limits.pupils else 1
        lines.add("level", cell_number(level / per), "number", "level of gains")


def factor_lines(
    lines: Lines,
    shares: Sequence[str],
    parts: Sequence[str],
    rest: str,
    all_of: Callable[[str], Any],
) -> None:
    """Write the pots of the factors in whole pennies (largest remainder), and their rates.

    Parameters
    ----------
    lines
        Where they are written.
    shares
        Names of the cells with the shares of factors.
    parts
        Columns whose numbers bring money at a rate.
    rest
        Formula of what is left after lump sums.
    all_of
        Gives the sum of a column, as a number or a formula.
    """
    lines.add("rest", rest, "pounds", "left after lump sums")
    for column, part in zip(parts, [*shares, "(1-" + "-".join(["0", *shares]) + ")"], strict=False):
        lines.add(f"exact {column}", f"=ROUND({part}*{lines.at['rest']},7)", "exact")
    if not parts:
        return
    first, last = lines.row - len(parts) + 1, lines.row
    span = f"{SHEET}!$C${first}:$C${last}"

    def whole(cells: str) -> str:
        return f"INT(ROUND({cells}*100,5))"

    def remainder(cells: str) -> str:
        return f"ROUND({cells}*100-{whole(cells)},5)"

    left = f"ROUND({lines.at['rest']}*100-SUMPRODUCT({whole(span)}),0)"
    for k, column in enumerate(parts):
        own = lines.at[f"exact {column}"]
        rank = f"SUMPRODUCT(--({remainder(span)}>{remainder(own)}))"
        if k:
            above = f"{SHEET}!$C${first}:$C${first + k - 1}"
            rank += f"+SUMPRODUCT(--({remainder(above)}={remainder(own)}))"
        lines.add(f"money for {column}", f"=({whole(own)}+IF({rank}<{left},1,0))/100", "pounds")
    for column in parts:
        lines.add(f"all {column}", all_of(column), "number")
        of = lines.at[f"all {column}"]
        rate = f"=IF({of}=0,0,{lines.at[f'money for {column}']}/{of})"
        lines.add(f"rate {column}", rate, "exact", f"pounds for one: {column}")
