"""Two-way tables of counts without the numbers that must not be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clusters.arguments import checked
from clusters.disclosure.policy import HIDDEN, SmallNumbers
from clusters.disclosure.suppression import Key, suppress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["suppress_table"]


@checked
def suppress_table(
    frame: pd.DataFrame, policy: SmallNumbers | None = None, *, totals: bool = True
) -> pd.DataFrame:
    """Hide what must be hidden of a two-way table of counts.

    Parameters
    ----------
    frame
        Counts of pupils, without totals.
    policy
        None for the usual one.
    totals
        Whether a last row "all" with the sums of the columns is added. The sums of rows count as
        known to everybody, whether they are printed or not.

    Returns
    -------
    pandas.DataFrame
        Whole numbers, and :data:`HIDDEN` where a number is not shown.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"asd": [3, 20], "hi": [9, 30], "vi": [12, 40]}, index=["N", "S"])
    >>> suppress_table(frame).loc["N"].tolist()
    ['[c]', '[c]', 12]
    """
    values = frame.to_numpy().tolist()
    counts: dict[Key, int] = {
        (row, column): int(values[i][j])
        for i, row in enumerate(frame.index)
        for j, column in enumerate(frame.columns)
    }
    sums: dict[Key, list[Key]] = {
        ("row", row): [(row, column) for column in frame.columns] for row in frame.index
    }
    sums |= {("column", c): [(row, c) for row in frame.index] for c in frame.columns}
    sums["all"] = list(counts)
    hidden = suppress(counts, sums, policy, keep=["all"])
    shown = frame.astype(object)
    for i, row in enumerate(frame.index):
        for j, column in enumerate(frame.columns):
            shown.iat[i, j] = HIDDEN if (row, column) in hidden else counts[row, column]
    if totals:
        shown.loc["all"] = [
            HIDDEN if ("column", c) in hidden else sum(counts[row, c] for row in frame.index)
            for c in frame.columns
        ]
    return shown
