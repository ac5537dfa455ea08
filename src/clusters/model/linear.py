"""The same model of the rules as a mixed-integer programme for HiGHS.

Read off the CP-SAT model of a core, so that every rule and priority is written once. Clauses become
sums: "a or not b" is a + (1 - b) >= 1.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import cb

from clusters.model.assignment import Core

__all__ = ["Answer", "Row", "Silent", "search_core"]

Row = tuple[list[int], list[float], float]
"""An inequality: numbers of variables, their coefficients, and the least that they add up to."""

INFINITE = 1 << 62
"""CP-SAT writes "no bound" as the greatest whole number."""
OPTIONS = {
    "mip_rel_gap": 0.0,
    "mip_feasibility_tolerance": 1e-7,
    # reduced costs have left little to take away, and what is left is better cut as it stands
    "presolve": "off",
    # plans are made elsewhere
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
}
LARGEST = 1e3
"""Largest coefficient of a row or cost: a tolerance of 1e-7 is then less than one pupil in 1e9."""
SAFETY = 2e-8
"""Share of a bound by which it is lowered, for what the tolerances of HiGHS let through."""
SMALLEST_REGION = 4
"""Centres that make a region worth halving."""
LOOKS_PER_SECOND = 5.0
"""Times that HiGHS asks whether to stop in a second, very roughly: once in each round of cuts and
at each node. Where every run must be alike they measure its work; else its time limit does."""
PIVOT_WORK = 5e-9
"""Seconds that a pivot takes for each entry of the matrix: the first programme alone may take most
of the time, and nobody is asked meanwhile."""


class Silent(highspy.Highs):  # type: ignore[misc]  # highspy comes without types
    """HiGHS with one thread and without a word.

    Its own set-up hooks callbacks in, which prints a banner before it can be told not to.
    """

    def __init__(self, seed: int = 0) -> None:
        super(highspy.Highs, self).__init__()
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", seed)):
            self.setOptionValue(option, value)

    def watch(self, kind: Any, callback: Any) -> None:
        """Call a function whenever something of a kind happens."""
        super(highspy.Highs, self).setCallback(callback, None)
        super(highspy.Highs, self).startCallback(kind)

    def run(self) -> Any:
        """Solve, in this thread and without the package's own handling of interrupts."""
        return super(highspy.Highs, self).run()


@dataclass(slots=True)
class _Rows:
    """Rows of a sparse matrix, end to end, with their bounds."""

    starts: list[int]
    columns: list[int]
    values: list[float]
    low: list[float]
    high: list[float]

    def add(self, columns: Any, values: Any, low: float, high: float) -> None:
        """Add a row over literals: a negative one stands for 1 - the variable."""
        shift, size = 0.0, max([LARGEST, *(abs(v) for v in values)]) / LARGEST
        for column, value in zip(columns, values, strict=True):
            if column < 0:
                column, value, shift = -column - 1, -value, shift + value
            self.columns.append(column)
            self.values.append(value / size)
        self.starts.append(len(self.columns))
        self.low.append((low - shift) / size)
        self.high.append((high - shift) / size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a core.

    Parameters
    ----------
    settled
        Whether `clusters` is proved the best that the core allows (or None: it allows none).
    bound
        No solution of the core costs less (offset apart).
    clusters
        Atoms by centre of the best solution found.
    work
        About seconds.
    """

    settled: bool
    bound: float
    clusters: dict[int, list[int]] | None
    work: float


def search_core(
    core: Core,
    *,
    cuts: Sequence[Row] = (),
    seed: int,
    work: float,
    seconds: float = np.inf,
    stop: Callable[[], bool] = lambda: False,
    on_bound: Callable[[float], None] = lambda _: None,
) -> Answer:
    """Search a core with HiGHS.

    Parameters
    ----------
    cuts
        Further inequalities that every solution keeps.
    work, seconds
        Budgets: wall-clock time; or, where that is infinite because every run must be alike, work
        that is counted by what HiGHS does.
    stop
        Asked many times a second whether to end.
    on_bound
        Told of bounds on the way.
    """
    if not core.x:
        return Answer(settled=True, bound=np.inf, clusters=None, work=0.0)
    entered = time.monotonic()
    programme, scale = _programme(core, cuts)
    solver = Silent(seed)
    for name, value in OPTIONS.items():
        solver.setOptionValue(name, value)
    looks, lowest, begin = 0, -np.inf, time.thread_time()

    def safe(bound: float) -> float:
        return bound * scale - SAFETY * abs(bound * scale)

    def look(_kind: Any, _text: str, news: Any, answer: Any, _data: Any) -> None:
        nonlocal looks, lowest
        looks += 1
        if lowest < news.mip_dual_bound < INFINITE:
            lowest = news.mip_dual_bound
            on_bound(safe(lowest))
        answer.user_interrupt = stop() or (not timed and looks > work * LOOKS_PER_SECOND)

    solver.passModel(programme)
    timed = np.isfinite(seconds)
    if timed:
        # writing a large model down takes a while, too
        left = seconds - (time.monotonic() - entered)
        solver.setOptionValue("time_limit", max(0.01, left))
    solver.watch(cb.HighsCallbackType.kCallbackMipInterrupt, look)
    solver.run()
    status, information = solver.getModelStatus(), solver.getInfo()
    if timed:
        used = 1e-3 + time.thread_time() - begin
    else:
        pivots = max(0, information.simplex_iteration_count)
        entries = len(programme.a_matrix_.value_)
        used = 1e-3 + looks / LOOKS_PER_SECOND + PIVOT_WORK * pivots * entries
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(settled=True, bound=np.inf, clusters=None, work=used)
    values = np.array(solver.getSolution().col_value)
    found = None
    if information.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        found = core.clusters(lambda variable: values[variable.index] > 0.5)
    settled = status == highspy.HighsModelStatus.kOptimal and found is not None
    bound = information.mip_dual_bound
    return Answer(
        settled=settled,
        bound=safe(bound) if np.isfinite(bound) else -np.inf,
        clusters=found,
        work=used,
    )


def _programme(core: Core, cuts: Sequence[Row]) -> tuple[Any, float]:
    """Write constraints and objective of a core as rows and columns; costs are divided by `scale`.

    Returns
    -------
    tuple
        The programme and `scale`.
    """
    proto = core.model.proto
    rows = _Rows([0], [], [], [], [])
    for constraint in proto.constraints:
        _add(rows, constraint)
    for columns, values, least in cuts:
        rows.add(columns, values, least, np.inf)
    domains = [list(variable.domain) for variable in proto.variables]
    kinds = highspy.HighsVarType
    # what a cluster pays as a whole is as large as it must be: it need not be a whole number
    types = [kinds.kInteger if domain == [0, 1] else kinds.kContinuous for domain in domains]
    for centres in _regions(core):
        rows.add([*centres, len(domains)], [*[1.0] * len(centres), -1.0], 0.0, 0.0)
        domains.append([0, min(core.instance.k, len(centres))])
        types.append(kinds.kInteger)
    cost = np.zeros(len(domains))
    coefficients = np.array(core.cost_coefficients, dtype=np.float64) * core.unit
    np.add.at(cost, [variable.index for variable in core.cost_variables], coefficients)
    scale = max(float(np.abs(cost).max(initial=0.0)), 1e-9) / LARGEST
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(domains), len(rows.low)
    lp.col_cost_ = cost / scale
    lp.col_lower_ = np.array([float(domain[0]) for domain in domains])
    lp.col_upper_ = np.array([float(domain[-1]) for domain in domains])
    lp.row_lower_, lp.row_upper_ = np.array(rows.low), np.array(rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(rows.starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(rows.columns, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(rows.values, dtype=np.float64)
    lp.integrality_ = types
    return lp, scale


def _regions(core: Core) -> list[list[int]]:
    """Variables of the centres of each of ever smaller regions.

    How many clusters have their centre in a region is a whole number. Said in so many words, it can
    be branched on and cut with, and that decides more than any single centre, which has near
    neighbours to take its place. A region is halved by which of two centres far apart is nearer.
    """
    instance = core.instance
    regions, waiting = [], [np.flatnonzero([bool(atoms) for atoms in core.by_centre])]
    while waiting:
        centres = waiting.pop()
        if len(centres) < SMALLEST_REGION:
            continue
        apart = np.nan_to_num(instance.cost[np.ix_(instance.home[centres], centres)], posinf=0.0)
        one = int(apart[0].argmax())
        other = int(apart[one].argmax())
        nearer = apart[:, one] <= apart[:, other]
        if nearer.all() or not nearer.any():
            continue
        halves = [centres[nearer], centres[~nearer]]
        waiting += halves
        regions += [[core.x[int(instance.home[c]), int(c)].index for c in half] for half in halves]
    return regions


def _add(rows: _Rows, constraint: Any) -> None:
    """Add one constraint of CP-SAT."""
    if constraint.has_exactly_one():
        literals = list(constraint.exactly_one.literals)
        rows.add(literals, [1.0] * len(literals), 1.0, 1.0)
    elif constraint.has_at_most_one():
        literals = list(constraint.at_most_one.literals)
        rows.add(literals, [1.0] * len(literals), -np.inf, 1.0)
    elif constraint.has_bool_or():
        # an implication is "not all of these, or this"
        literals = [-e - 1 for e in constraint.enforcement_literal]
        literals += list(constraint.bool_or.literals)
        rows.add(literals, [1.0] * len(literals), 1.0, np.inf)
    elif constraint.has_bool_and():
        (condition,) = constraint.enforcement_literal
        for literal in constraint.bool_and.literals:
            rows.add([-condition - 1, literal], [1.0, 1.0], 1.0, np.inf)
    elif constraint.has_linear():
        linear = constraint.linear
        low, *_, high = linear.domain
        rows.add(
            list(linear.vars),
            [float(c) for c in linear.coeffs],
            -highspy.kHighsInf if low < -INFINITE else float(low),
            highspy.kHighsInf if high > INFINITE else float(high),
        )
    else:
        msg = f"no row for {constraint}"
        raise ValueError(msg)
