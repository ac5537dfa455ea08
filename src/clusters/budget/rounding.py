"""Tables of whole pence in which rows and columns both keep their totals."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from clusters.arguments import checked
from clusters.errors import MoneyError
from clusters.money import largest_remainder, lowest_first, proportional, round_half_up

__all__ = ["controlled_rounding", "in_parts"]


@checked
def controlled_rounding(
    table: Sequence[Sequence[Fraction]],
    row_totals: Sequence[int] | None = None,
    column_totals: Sequence[int] | None = None,
) -> list[list[int]]:
    """Round a table so that every row and every column keeps its total, exactly.

    Of all tables of whole numbers with these totals, one that is nearest to the exact table is
    returned: no cell goes beyond the two whole numbers round its exact value where that is possible
    (always, where the exact table itself has these totals), and a cell that is exactly 0 gives way
    last; then the least sum of squared differences.

    Parameters
    ----------
    table
        Exact cells, 0 or more, all rows of one length.
    row_totals, column_totals
        Whole numbers; the exact sums rounded by largest remainder where not given. Rows and
        columns must have one grand total.

    Raises
    ------
    MoneyError
        If the totals do not agree or are negative.

    Notes
    -----
    Each row is rounded by itself first; then units are moved within rows, along cheapest paths
    between columns, until the columns are right too (a minimum-cost flow with convex costs, solved
    by successive shortest paths).

    References
    ----------
    Cox (1987), A constructive procedure for unbiased controlled rounding, JASA 82, 520-524.

    Examples
    --------
    >>> low, high = Fraction(1, 4), Fraction(3, 4)
    >>> controlled_rounding([[high, low], [low, high]])
    [[1, 0], [0, 1]]
    """
    exact = [list(row) for row in table]
    width = len(exact[0]) if exact else 0
    if any(len(row) != width for row in exact):
        raise MoneyError.of("rows differ in length", "give a full table")
    rows = _totals("row", [sum(row, Fraction(0)) for row in exact], row_totals, column_totals)
    columns = _totals(
        "column",
        [sum((row[k] for row in exact), Fraction(0)) for k in range(width)],
        column_totals,
        rows,
    )
    if sum(rows) != sum(columns):
        raise MoneyError.of(
            f"the rows add up to {sum(rows)} and the columns to {sum(columns)}",
            "give totals with one grand total",
        )
    cells = [_nearest_row(row, total) for row, total in zip(exact, rows, strict=True)]
    _Mover(exact, cells).settle(columns)
    return cells


def in_parts(amounts: Mapping[Any, int], parts: Sequence[Fraction]) -> dict[Any, list[int]]:
    """Divide whole pence by key into parts of the whole; amounts and totals of parts are kept."""
    keys = sorted(amounts, key=lowest_first)
    sums = [amounts[key] for key in keys]
    totals = largest_remainder(proportional(sum(sums), parts))
    exact = [[sum_ * part for part in parts] for sum_ in sums]
    return dict(zip(keys, controlled_rounding(exact, sums, totals), strict=True))


def _totals(
    line: str,
    sums: Sequence[Fraction],
    given: Sequence[int] | None,
    other: Sequence[int] | None,
) -> list[int]:
    if given is None:
        whole = round_half_up(sum(sums, Fraction(0))) if other is None else sum(other)
        return largest_remainder(sums, whole)
    if len(given) != len(sums):
        raise MoneyError.of(
            f"{len(given)} {line} totals for {len(sums)} {line}s of the table",
            f"give one total for each {line}",
        )
    if any(total < 0 for total in given):
        raise MoneyError.of(f"a {line} total is negative", "give 0 or more")
    return [int(total) for total in given]


_NEAR = 2**30
_BEYOND = 2**50
"""Costs are whole numbers, so that comparisons are exact: a squared difference of 1 costs 2**30;
each unit beyond the two whole numbers round the exact value more than any number of those."""


def _step_cost(exact: Fraction, value: int, step: int) -> int | None:
    """Price the move of a cell by `step`; None where it may not move."""
    return None if value + step < 0 else _cost(exact, value + step) - _cost(exact, value)


def _cost(exact: Fraction, value: int) -> int:
    above, below = exact.numerator, exact.denominator
    low, high = above // below, -(-above // below)
    difference = value * below - above
    beyond = _BEYOND if above else _BEYOND * _BEYOND
    return _NEAR * difference**2 // below**2 + beyond * max(0, low - value, value - high)


def _nearest_row(row: Sequence[Fraction], total: int) -> list[int]:
    """Round one row to its total: start from the whole parts and take the cheapest next steps."""
    cells = [cell.numerator // cell.denominator for cell in row]
    step = 1 if total > sum(cells) else -1
    while sum(cells) != total:
        costs = [(_step_cost(row[k], cells[k], step), k) for k in range(len(row))]
        cells[min((cost, k) for cost, k in costs if cost is not None)[1]] += step
    return cells


class _Mover:
    """Move units between the columns of a table, within rows, as cheaply as possible."""

    def __init__(self, exact: list[list[Fraction]], cells: list[list[int]]) -> None:
        self.exact, self.cells = exact, cells
        self.width = len(exact[0]) if exact else 0
        self.up: list[list[int | None]] = [[] for _ in exact]
        self.down: list[list[int | None]] = [[] for _ in exact]
        pairs = [(a, b) for a in range(self.width) for b in range(self.width) if a != b]
        self.arcs: dict[tuple[int, int], list[tuple[int, int]]] = {pair: [] for pair in pairs}
        for row in range(len(exact)):
            self._price(row)

    def _price(self, row: int) -> None:
        """Note what every move within a row costs now."""
        line = list(zip(self.exact[row], self.cells[row], strict=True))
        self.up[row] = [_step_cost(exact, value, 1) for exact, value in line]
        self.down[row] = [_step_cost(exact, value, -1) for exact, value in line]
        for (a, b), heap in self.arcs.items():
            cost = self._move_cost(row, a, b)
            if cost is not None:
                heapq.heappush(heap, (cost, row))

    def _move_cost(self, row: int, a: int, b: int) -> int | None:
        down, up = self.down[row][a], self.up[row][b]
        return None if down is None or up is None else down + up

    def _cheapest(self, a: int, b: int) -> tuple[int, int] | None:
        """Cost and row of the cheapest move from column a to column b; drop stale prices."""
        heap = self.arcs[a, b]
        while heap and heap[0][0] != self._move_cost(heap[0][1], a, b):
            heapq.heappop(heap)
        return heap[0] if heap else None

    def settle(self, columns: Sequence[int]) -> None:
        """Move units until every column has its total."""
        short = [columns[k] - sum(row[k] for row in self.cells) for k in range(self.width)]
        while any(short):
            path = self._path(short)
            for a, b, row in path:
                self.cells[row][a] -= 1
                self.cells[row][b] += 1
            short[path[0][0]] += 1
            short[path[-1][1]] -= 1
            for row in {row for _, _, row in path}:
                self._price(row)

    def _path(self, short: Sequence[int]) -> list[tuple[int, int, int]]:
        """Find the cheapest path from a column with too much to one with too little."""
        best: dict[int, int] = {k: 0 for k in range(self.width) if short[k] < 0}
        came: dict[int, tuple[int, int]] = {}
        arcs = [(a, b, move) for a, b in self.arcs if (move := self._cheapest(a, b)) is not None]
        for _ in range(self.width):
            for a, b, (cost, row) in arcs:
                if a in best and (b not in best or best[a] + cost < best[b]):
                    best[b] = best[a] + cost
                    came[b] = (a, row)
        # A column with too much has a unit to give, and any cell may take one: an end is reached.
        path, k = [], min((best[k], k) for k in best if short[k] > 0)[1]
        while k in came:
            a, row = came[k]
            path.append((a, k, row))
            k = a
        return path[::-1]
