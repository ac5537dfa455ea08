"""One bound for many numbers of clusters at once, so that most of them need not be searched.

The bound of `bound` depends on the number of clusters in two ways only: how many of the centres'
values are added up, and what balance allows around the mean. With balance as loose as it is for
any of the numbers, one evaluation bounds the cost for each of them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clusters.domain import FloatArray, Priorities, Problem, Rules
from clusters.model.compiling import compile_instance
from clusters.search.bound.lagrangian import Relaxation

__all__ = ["Outlook"]

STATES = 1000
"""Steps of the load."""


class Outlook:
    """Bounds on the cost of plans of `low` to `high` clusters."""

    def __init__(
        self, problem: Problem, rules: Rules, priorities: Priorities, low: int, high: int
    ) -> None:
        few = compile_instance(problem, rules, priorities, low)
        many = compile_instance(problem, rules, priorities, high)
        # the mean is greatest with the fewest clusters, and with it what is allowed above it
        self.relaxation = Relaxation(
            replace(
                few,
                low=np.minimum(few.low, many.low),
                high=np.maximum(few.high, many.high),
                excused_low=np.minimum(few.excused_low, many.excused_low),
                excused_high=np.maximum(few.excused_high, many.excused_high),
                balance_load=None,
            ),
            states=STATES,
        )
        self.low, self.high = low, high

    def bounds(self, multipliers: FloatArray) -> dict[int, float]:
        """By number of clusters, what no plan costs less than; infinity where there is none."""
        self.relaxation.begin_from(multipliers)
        values = self.relaxation.by_count(self.high)
        return {k: float(values[k - 1]) for k in range(self.low, self.high + 1)}
