"""What a search found, and what is proved about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn

import numpy as np

from clusters.arguments import checked
from clusters.domain import Plan, Problem
from clusters.errors import ClustersError, InfeasibleError, OutOfTimeError
from clusters.search.counts import Counts, Search
from clusters.search.incumbent import TOLERANCE
from clusters.search.short import plan_from
from clusters.settling import what_would_settle
from clusters.shown import Drawn, Shown, clip
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CountResult", "Progress", "Result", "finite", "gap_of", "known", "result_of"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Progress(Shown):
    """The state of a running search: seconds so far, phase, objective, bound and gap (or None)."""

    seconds: float
    phase: str
    objective: float | None
    bound: float | None
    gap: float | None
    n_clusters: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CountResult(Shown):
    """What was found for one number of clusters of a range.

    `status` is "optimal", "feasible", "not found", "none exists" (proved), or "not searched": the
    time did not suffice, or the bound shows that no such plan is better than the best.
    """

    n_clusters: int
    status: str
    plan: Plan | None
    objective: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Result(Drawn):
    """A verified plan and what is known about how good it is.

    Parameters
    ----------
    plan
        The best plan found; it has passed the independent verifier.
    status
        "optimal" - proved: no plan under these rules costs less (by more than one part in ten
        million); or "feasible".
    objective
        Cost of the plan, as the verifier computes it.
    bound
        No plan under these rules can cost less than this; None where nothing is known.
    gap
        (objective - bound) / objective, a fraction; None where there is no bound.
    seconds
        Wall-clock time used, without `compile_seconds`.
    stopped
        Why the search ended: "proved", "gap reached", "time limit", "work limit" or "interrupted"
        (even where it was proved at that moment: the wish to stop is not lost).
    history
        (seconds, objective or None, bound or None) at every change, in order.
    certificate
        Of the verifier.
    by_count
        For a range of numbers of clusters, the figures of each.
    reproducible
        Whether the same settings give the same plan again (a work limit, or a proof, decided).
    compile_seconds
        What it took to compile the search, once on a machine, or to load it, once in a process;
        the time limit counts from then.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c"], [[0, 0], [0, 3], [0, 9]], {"need": [5, 7, 2]})
    >>> result = cl.solve(problem, cl.Rules(n_clusters=2, contiguous=False))
    >>> result.status, result.objective, result.plan.assignment
    ('optimal', 12.0, {'a': 'a', 'b': 'b', 'c': 'b'})
    >>> print(result.summary())
    Proved: no plan under these rules is better.
    """

    plan: Plan
    status: str
    objective: float
    bound: float | None
    gap: float | None
    seconds: float
    stopped: str
    history: tuple[tuple[float, float | None, float | None], ...]
    certificate: Certificate
    by_count: tuple[CountResult, ...] = ()
    reproducible: bool = False
    compile_seconds: float = 0.0

    def __repr__(self) -> str:
        gap = "unknown" if self.gap is None else f"{100 * self.gap:.2f}%"
        found = f"{self.status}, cost {self.objective:,.1f}, gap {gap}, {self.seconds:.1f} s"
        return clip(f"Result({found}; {self.plan!r})")

    @checked
    def to_frame(self, kind: Literal["plan", "history", "count"] = "plan") -> pd.DataFrame:
        """Make a table.

        Parameters
        ----------
        kind
            "plan": urn, cluster and centre, one row for each school. "history": seconds, objective
            and bound, one row for each change. "count": what was found for each number of clusters
            of a range.

        Examples
        --------
        >>> import clusters as cl
        >>> problem = cl.Problem.from_arrays(["a", "b"], [[0, 0], [3, 4]], {"need": [1, 2]})
        >>> result = cl.solve(problem, cl.Rules(n_clusters=1, contiguous=False))
        >>> result.to_frame().values.tolist()
        [['a', 'a', 'b'], ['b', 'a', 'b']]
        >>> list(result.to_frame("history").columns)
        ['seconds', 'objective', 'bound']
        """
        import pandas as pd

        if kind == "plan":
            return self.plan.to_frame()
        if kind == "history":
            return pd.DataFrame(list(self.history), columns=["seconds", "objective", "bound"])
        names = ["n_clusters", "status", "objective", "bound", "gap"]
        rows = [[getattr(count, name) for name in names] for count in self.by_count]
        return pd.DataFrame(rows, columns=names)

    def summary(self) -> str:
        """Say in one sentence how good the plan is."""
        if self.status == "optimal":
            return "Proved: no plan under these rules is better."
        if self.gap is None:
            return f"Stopped early ({self.stopped}); how much better a plan could be is not known."
        return (
            f"Stopped early ({self.stopped}): no plan under these rules can be more than "
            f"{100 * self.gap:.2f}% better."
        )

    def explain_gap(self) -> str:
        """Say in one sentence what would settle the rest: more time, fewer counts, looser rules."""
        open_counts = [
            count.n_clusters
            for count in self.by_count
            if count.status in ("feasible", "not found", "not searched")
            and (count.bound is None or count.bound < self.objective)
        ]
        gap = 0.0 if self.status == "optimal" else self.gap
        return what_would_settle(gap, self.seconds, self.history, open_counts)


# ---- from the search to the answer --------------------------------------------------------------


def result_of(counts: Counts) -> Result:
    """Give the best plan of all counts, verified, and what is proved about it.

    It knows nothing of interruptions (see `watched`).

    Raises
    ------
    InfeasibleError, OutOfTimeError
        Where there is no plan: proved, or not found in time.
    ClustersError
        If the plan does not pass the verifier: a fault of the search.
    """
    problem, rules, clock = counts.problem, counts.rules, counts.clock
    best = counts.best
    if best is None or best.shared.best is None:
        _give_up(counts)
    plan = plan_from(problem, best.instance, best.shared.best)
    certificate = verify(problem, rules, plan, counts.priorities)
    if not certificate.ok or certificate.objective is None:
        msg = f"the plan found does not pass the verifier: {certificate.summary()}"
        raise ClustersError(msg)
    objective = certificate.objective
    # a count without a plan but not proved empty may hold a better plan: its bound counts too
    searches = counts.searches
    bounds = [np.inf if s.shared.infeasible else s.shared.bound for s in searches]
    bounds += counts.waiting.values()
    proved = all(s.shared.closed() or s.shared.rules_out(objective) for s in searches)
    proved = proved and all(counts.ruled_out(k, TOLERANCE) for k in counts.waiting)
    bound = objective if proved else known(min(*bounds, objective))
    return Result(
        plan=plan,
        status="optimal" if proved else "feasible",
        objective=objective,
        bound=bound,
        gap=gap_of(objective, bound),
        seconds=clock.seconds,
        stopped=_why(proved, counts),
        history=_history(counts),
        certificate=certificate,
        by_count=_by_count(counts) if len(counts.asked) > 1 else (),
        reproducible=clock.deterministic,
    )


def _give_up(counts: Counts) -> NoReturn:
    if not counts.waiting and all(search.shared.infeasible for search in counts.searches):
        msg = "No plan can satisfy these rules: proved. Ask cl.why_no_plan which rules conflict."
        raise InfeasibleError(msg)
    clock = counts.clock
    how = "the search was interrupted" if clock.interrupted else f"{clock.seconds:.0f} s"
    msg = (
        f"No plan was found ({how}); whether one exists is not known. Give more time, or ask "
        "cl.why_no_plan which rules conflict."
    )
    raise OutOfTimeError(msg)


def _why(proved: bool, counts: Counts) -> str:
    clock = counts.clock
    if proved:
        return "proved"
    if not clock.over():
        return "gap reached"
    return "work limit" if clock.deterministic else "time limit"


def _by_count(counts: Counts) -> tuple[CountResult, ...]:
    searched = {search.instance.k: search for search in counts.searches}
    return tuple(
        _count(counts.problem, searched[k])
        if k in searched
        else CountResult(
            n_clusters=k,
            status="none exists" if counts.waiting.get(k, np.inf) == np.inf else "not searched",
            plan=None,
            objective=None,
            bound=known(counts.waiting.get(k, -np.inf)),
            gap=None,
        )
        for k in counts.asked
    )


def _count(problem: Problem, search: Search) -> CountResult:
    shared = search.shared
    objective, bound = finite(shared.cost), known(shared.bound)
    if shared.closed() and objective is not None:
        bound = objective
    if bound is not None and objective is not None:
        bound = min(bound, objective)
    best = shared.best
    status = "none exists" if shared.infeasible else "not found"
    if best is not None:
        status = "optimal" if shared.closed() else "feasible"
    return CountResult(
        n_clusters=search.instance.k,
        status=status,
        plan=None if best is None else plan_from(problem, search.instance, best),
        objective=objective,
        bound=bound,
        gap=gap_of(objective, bound),
    )


def _history(counts: Counts) -> tuple[tuple[float, float | None, float | None], ...]:
    """Merge the histories: the best objective and, over all numbers, the least bound by then."""
    searches = counts.searches
    events = sorted((row[0], s, row) for s, search in enumerate(searches) for row in search.history)
    objective = dict.fromkeys(range(len(searches)), np.inf)
    bound = dict.fromkeys(range(len(searches)), -np.inf)
    waiting = min(counts.waiting.values(), default=np.inf)
    merged = []
    highest = -np.inf
    for seconds, s, row in events:
        objective[s], bound[s] = row[1], row[2]
        best = min(objective.values())
        highest = max(highest, min(*bound.values(), waiting, best))
        merged.append((seconds, finite(best), known(highest)))
    return tuple(merged)


def finite(value: float) -> float | None:
    """Give a cost, or None where there is no plan yet."""
    return float(value) if np.isfinite(value) else None


def known(bound: float) -> float | None:
    """Give a bound that says something: no cost is ever below nothing."""
    return float(bound) if np.isfinite(bound) and bound >= 0 else None


def gap_of(objective: float | None, bound: float | None) -> float | None:
    """Give how much better a plan could be at most, as a fraction of its cost; None: unknown."""
    if objective is None or bound is None:
        return None
    if objective == 0:
        return 0.0
    return max(0.0, (objective - bound) / abs(objective))
