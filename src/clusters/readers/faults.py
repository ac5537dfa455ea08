"""Many faults of one kind told as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clusters.errors import Fault

__all__ = ["gathered"]

_LEAST = 20


def gathered(faults: Sequence[Fault], n_rows: int) -> list[Fault]:
    """Put together faults that most rows share: something is wrong with the column, not the rows.

    Parameters
    ----------
    n_rows
        Rows that were checked; a fault in twenty or more rows and over half of them becomes one.
    """
    groups: dict[tuple[str, str | None, str, str], list[Fault]] = {}
    for fault in faults:
        key = (fault.where, fault.column, _kind(fault.what), fault.remedy)
        groups.setdefault(key, []).append(fault)
    told: list[Fault] = []
    for group in groups.values():
        if len(group) >= _LEAST and 2 * len(group) > n_rows:
            told.append(
                replace(
                    group[0],
                    what=f"{group[0].what} (and so in {len(group):,} of {n_rows:,} rows, of which "
                    "this is the first)",
                )
            )
        else:
            told += group
    return sorted(told, key=lambda fault: (fault.where, fault.row is not None, fault.row or 0))


def _kind(what: str) -> str:
    """Drop the numbers from a sentence."""
    return "".join(character for character in what if not character.isdigit())
