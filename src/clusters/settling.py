"""What would settle the rest of a search that ended with a gap: one honest sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["what_would_settle"]

SMALL = 0.001
"""A gap of 0.1% is what the sentence looks ahead to."""
LONGEST_S = 3600.0
"""Nothing is said of more than an hour ahead."""
MOVED = 0.02
"""A gap that shrinks by less than this share in the second half of a search stands still."""

History = Sequence[tuple[float, float | None, float | None]]


def what_would_settle(
    gap: float | None, seconds: float, history: History, open_counts: Sequence[int] = ()
) -> str:
    """Say what would settle the rest, in one sentence.

    Parameters
    ----------
    gap
        (objective - bound) / objective; None without a bound, 0 where the plan is proved the best.
    seconds
        How long the search took.
    history
        (seconds, objective, bound) at every change.
    open_counts
        Of a range, the numbers of clusters that may still hold a better plan.
    """
    if gap is None:
        return "There is no bound yet: only more time can say how good the plan is."
    if gap == 0.0:
        return "Nothing is left to settle: no plan under these rules is better."
    size = f"{100 * gap:.2f}%"
    if len(open_counts) > 1:
        numbers = ", ".join(map(str, open_counts[:6])) + (" ..." if len(open_counts) > 6 else "")
        return (
            f"The gap of {size} is spread over {len(open_counts)} numbers of clusters that may "
            f"still hold a better plan ({numbers}): asking for fewer of them gives each more time."
        )
    before = _gap_at(history, seconds / 2.0)
    if before is None or before <= gap * (1.0 + MOVED):
        return (
            f"The gap of {size} stood still in the second half of the search, so more time alone "
            "may not settle it: the proof has the least to do where bounds are wider, fewer "
            "schools may be a centre, or a longest journey is set."
        )
    if gap <= SMALL:
        return f"The gap of {size} was still shrinking when the search ended: more time helps."
    left = seconds / 2.0 * math.log(gap / SMALL) / math.log(before / gap)
    if left > LONGEST_S:
        return (
            f"The gap of {size} was still shrinking, but so slowly that an hour would not bring it "
            f"to {100 * SMALL:.1f}%: wider bounds or fewer possible centres leave less to prove."
        )
    return (
        f"The gap of {size} was still shrinking: if that goes on as in the second half of the "
        f"search, about {_time(left)} more would bring it to {100 * SMALL:.1f}% (a guess)."
    )


def _gap_at(history: History, seconds: float) -> float | None:
    """Gap at a moment; None where plan or bound was not known yet."""
    gap = None
    for at, objective, bound in history:
        if at > seconds:
            break
        if objective and bound is not None:
            gap = max(0.0, (objective - bound) / abs(objective))
    return gap


def _time(seconds: float) -> str:
    """Word a length of time, roughly."""
    for size, one, many in ((3600.0, "hour", "hours"), (60.0, "minute", "minutes")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.0f} {many}"
        if seconds >= size:
            return f"1 {one}"
    return f"{max(1.0, seconds):.0f} seconds"
