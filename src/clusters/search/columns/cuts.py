"""Compiled sums over many columns: their reduced costs, and the cuts that a solution breaks.

Subset-row cuts (Jepsen, Petersen, Spoorendonk & Pisinger 2008, "Subset-row inequalities applied to
the vehicle routing problem with time windows") are what a plan keeps and a mixture of plans may
not: of any three schools, at most one cluster holds two or more; of any five, at most two do.
"""

from __future__ import annotations

import numpy as np

from clusters.search.compiled import entry, inner

__all__ = ["cut_rows", "extended", "reduced_costs", "triples"]

DUST = 1e-9
MOST_SETS = 100_000
"""Most triples that are written down."""


@entry
def reduced_costs(atoms, start, cost, price, opening, cut_start, cut, divisor, charge):  # type: ignore[no-untyped-def]  # numba infers them
    """Cost of each column less what its atoms and its opening are worth, plus what cuts charge."""
    reduced, count = np.empty(len(cost)), np.zeros(len(charge), dtype=np.int64)
    for c in range(len(cost)):
        reduced[c] = cost[c] - opening
        for q in range(start[c], start[c + 1]):
            a = atoms[q]
            reduced[c] -= price[a]
            for p in range(cut_start[a], cut_start[a + 1]):
                k = cut[p]
                count[k] += 1
                if count[k] % divisor[k] == 0:
                    reduced[c] += charge[k]
        for q in range(start[c], start[c + 1]):
            for p in range(cut_start[atoms[q]], cut_start[atoms[q] + 1]):
                count[cut[p]] = 0
    return reduced


@entry
def cut_rows(columns, atoms, start, first_row, cut_start, cut, divisor):  # type: ignore[no-untyped-def]  # numba infers them
    """Rows and coefficients of some columns in the linear programme, end to end, with offsets.

    Rows: one per atom, then `first_row` for the number of clusters, then the cuts.
    """
    count = np.zeros(len(divisor), dtype=np.int64)
    room = 0
    for c in columns:
        room += 1 + start[c + 1] - start[c]
        for q in range(start[c], start[c + 1]):
            room += cut_start[atoms[q] + 1] - cut_start[atoms[q]]
    row, value = np.empty(room, dtype=np.int32), np.empty(room)
    offset = np.zeros(len(columns) + 1, dtype=np.int32)
    end = 0
    for number, c in enumerate(columns):
        for q in range(start[c], start[c + 1]):
            row[end], value[end] = atoms[q], 1.0
            end += 1
            for p in range(cut_start[atoms[q]], cut_start[atoms[q] + 1]):
                count[cut[p]] += 1
        row[end], value[end] = first_row, 1.0
        end += 1
        for q in range(start[c], start[c + 1]):
            for p in range(cut_start[atoms[q]], cut_start[atoms[q] + 1]):
                k = cut[p]
                if count[k] >= divisor[k]:
                    row[end], value[end] = first_row + 1 + k, count[k] // divisor[k]
                    end += 1
                count[k] = 0
        offset[number + 1] = end
    return row[:end], value[:end], offset


@inner
def _together(held, weight):  # type: ignore[no-untyped-def]  # numba infers them
    """Weight of the columns with both rows, array (R, R)."""
    columns, rows = held.shape
    pair = np.zeros((rows, rows))
    for c in range(columns):
        mine = np.flatnonzero(held[c])
        for x in mine:
            for y in mine:
                pair[x, y] += weight[c]
    return pair


@inner
def _with_both(held, weight, i, j, three):  # type: ignore[no-untyped-def]  # numba infers them
    """three[x] = weight of the columns with rows i, j and x."""
    three[:] = 0.0
    for c in range(len(held)):
        if held[c, i] and held[c, j]:
            for x in np.flatnonzero(held[c]):
                three[x] += weight[c]


@entry
def triples(held, weight, least):  # type: ignore[no-untyped-def]  # numba infers them
    """Triples of rows of which the columns (f, R booleans) with two or more weigh over `least`.

    Returns rows (count, 3), in any order and more than once each, and their weights.
    """
    rows = held.shape[1]
    pair, three = _together(held, weight), np.empty(rows)
    found, worth, size = np.empty((MOST_SETS, 3), dtype=np.int64), np.empty(MOST_SETS), 0
    for i in range(rows):
        for j in range(i + 1, rows):
            if pair[i, j] <= DUST:
                continue
            _with_both(held, weight, i, j, three)
            for x in range(rows):
                total = pair[i, j] + pair[i, x] + pair[j, x] - 2.0 * three[x]
                if x not in (i, j) and total > least and size < MOST_SETS:
                    found[size, 0], found[size, 1], found[size, 2] = i, j, x
                    worth[size] = total
                    size += 1
    return found[:size], worth[:size]


@inner
def _best_row(held, weight, count, used, odd):  # type: ignore[no-untyped-def]  # numba infers them
    """Row that adds most to the weight of pairs, and that weight; odd: what half a pair counts."""
    best, most = -1, -1.0
    for x in range(held.shape[1]):
        if (used == x).any():
            continue
        total = 0.0
        for c in range(len(count)):
            both = count[c] + held[c, x]
            total += weight[c] * (both // 2 + odd * (both % 2))
        if total > most:
            best, most = x, total
    return best, most


@inner
def _count_row(held, row, count):  # type: ignore[no-untyped-def]  # numba infers them
    """Count one more row of each column that holds it."""
    for c in range(len(held)):
        count[c] += held[c, row]


@entry
def extended(held, weight, three):  # type: ignore[no-untyped-def]  # numba infers them
    """Add two rows to each triple so that the columns with pairs weigh most; rows and weights."""
    five, worth = np.empty((len(three), 5), dtype=np.int64), np.zeros(len(three))
    for number in range(len(three)):
        count = np.zeros(len(held), dtype=np.int64)
        for place in range(3):
            five[number, place] = three[number, place]
            _count_row(held, three[number, place], count)
        for size in range(3, 5):
            odd = 0.25 if size == 3 else 0.0
            best, most = _best_row(held, weight, count, five[number, :size], odd)
            five[number, size] = best
            _count_row(held, best, count)
            worth[number] = most
    return five, worth
