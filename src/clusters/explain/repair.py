"""Repair a plan: with the fewest moves, or at least cost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    IntArray,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    check_rules,
    plan_of,
)
from clusters.errors import InfeasibleError, OutOfTimeError, RulesError
from clusters.explain.closest import closest
from clusters.explain.instances import atoms_by_label, searched_from
from clusters.explain.plan_distance import Moved, Nearby
from clusters.explain.why_no_plan import why_no_plan
from clusters.presolve import refuse_impossible
from clusters.search.short import improved
from clusters.search.solution import Found
from clusters.shown import Shown
from clusters.solver import Settings, effort
from clusters.text import counted
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Repair", "cost_of", "improved_at", "repair"]

MODES = ("fewest moves", "least cost")
POLISH = 0.3
"""Share of the time kept for finding the cheapest plan with the fewest moves."""
SOON_S = 4.0
"""At most so long on a small map, of which nearly all are decided in a fraction of a second."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Repair(Shown):
    """A plan that keeps every rule, made from one that may not.

    Parameters
    ----------
    plan
        Verified; clusters keep the labels of those they carry on.
    moved
        Schools that change cluster.
    placed
        Schools that had no place, or stood in several clusters of which they keep one.
    corrected
        What was wrong: the verifier's sentences on the plan as given.
    fewest
        No plan that keeps the rules moves fewer schools than this: proved.
    certificate
        Of the repaired plan; its objective is the cost.
    mode
        As asked for.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> broken = {"a": "West", "b": "West", "c": "West", "d": "West"}
    >>> repaired = cl.repair(problem, rules, broken, settings=cl.Settings(time_limit_s=3))
    >>> len(repaired.moved), repaired.fewest
    (1, 1)
    """

    plan: Plan
    moved: tuple[Moved, ...]
    placed: tuple[Moved, ...]
    corrected: tuple[str, ...]
    fewest: int
    certificate: Certificate
    mode: str

    @property
    def proved(self) -> bool:
        """Whether it is proved that no repair moves fewer schools."""
        return len(self.moved) <= self.fewest

    @property
    def sentence(self) -> str:
        """Say in plain words what was done, and whether less would have done."""
        if not self.corrected:
            return "The plan keeps every rule as it is; nothing was changed."
        count, faults = len(self.moved), len(self.corrected)
        text = f"Repaired: {counted(count, 'school')} moved"
        if self.placed:
            text += f" and {counted(len(self.placed), 'school')} given a place"
        text += f"; {counted(faults, 'finding')} corrected. "
        if self.mode == "least cost":
            return (
                text + "This is the cheapest plan that was found from the given one, however many "
                "schools move; whether a cheaper one exists is not known."
            )
        return text + self.how_few

    @property
    def how_few(self) -> str:
        """Say whether fewer moves would do: proved, or what is known."""
        count = len(self.moved)
        if self.proved:
            return "Proved: no repair moves fewer schools."
        known = f"No repair moves fewer than {self.fewest}; " if self.fewest else ""
        text = f"{known}whether fewer than {count} would do is not known."
        return text[0].upper() + text[1:]

    def to_frame(self) -> pd.DataFrame:
        """Make a frame of the schools moved or placed."""
        import pandas as pd

        rows = [(m.school, m.name, m.before, m.after) for m in (*self.moved, *self.placed)]
        return pd.DataFrame(rows, columns=["school", "name", "before", "after"])


@checked
def repair(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    priorities: Priorities | None = None,
    mode: str = "fewest moves",
    *,
    settings: Settings | None = None,
) -> Repair:
    """Make a plan keep every rule.

    Parameters
    ----------
    problem, rules
        As for `solve`. Of a range of numbers of clusters, the one nearest to the plan's is taken.
    plan
        Any plan, with gaps and mistakes.
    priorities
        Among repairs with equally many moves, the cheapest that was found is returned.
    mode
        "fewest moves": as few schools as possible change cluster. "least cost": the cheapest plan
        that is found from this one, however many schools move (`improve_curve` shows what lies
        between).

    Raises
    ------
    RulesError
        If rules or priorities do not fit the problem, or there is no such mode.
    InfeasibleError
        If it is proved that no plan keeps the rules.
    OutOfTimeError
        If none was found in time.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [9, 0], [10, 0]],
    ...     {"need": [1, 2, 1, 3]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> drawn = cl.Plan((cl.Cluster("West", None, ("a", "c")), cl.Cluster("East", None, ("d",))))
    >>> repaired = repair(problem, cl.Rules(n_clusters=2, schools_per_cluster=(2, 2)), drawn)
    >>> repaired.sentence  # doctest: +NORMALIZE_WHITESPACE
    'Repaired: 1 school moved and 1 school given a place; 5 findings corrected. Proved: no repair
    moves fewer schools.'
    >>> [(move.school, move.before, move.after) for move in repaired.moved]
    [('c', 'West', 'East')]
    """
    plan = plan_of(problem, plan)
    priorities = Priorities() if priorities is None else priorities
    if mode not in MODES:
        raise RulesError.of(f"there is no mode {mode!r}", f"use one of {', '.join(MODES)}")
    check_rules(problem, rules, priorities)
    certificate = verify(problem, rules, plan, priorities)
    if certificate.ok:
        nothing: dict[str, Any] = {"moved": (), "placed": (), "corrected": (), "fewest": 0}
        return Repair(plan=plan, **nothing, certificate=certificate, mode=mode)
    refuse_impossible(problem, rules)
    time_limit_s, seed = effort(settings, 30.0)
    deadline = time.monotonic() + time_limit_s
    near = Nearby(problem, rules, priorities, plan)
    labels, fewest = _nearest(near, (1 - POLISH) * time_limit_s, seed)
    labels = _polished(near, labels, mode, deadline, seed)
    repaired = near.plan(labels)
    moved, placed = near.moved(repaired, labels)
    after = verify(problem, rules, repaired, priorities)
    assert after.ok, after.summary()
    return Repair(
        plan=repaired,
        moved=moved,
        placed=placed,
        corrected=tuple(finding.message for finding in certificate.findings),
        fewest=fewest,
        certificate=after,
        mode=mode,
    )


def _nearest(near: Nearby, seconds: float, seed: int) -> tuple[IntArray, int]:
    """Labels of a plan near the given one, and the fewest moves proved."""
    deadline = time.monotonic() + seconds
    answer = closest(near, seconds, seed)
    if answer.labels is not None:
        return answer.labels, answer.fewest
    if answer.impossible:
        _refuse(near, seconds)
    # still from the given plan: every school that leaves its cluster costs more than any journey
    dearest = float(
        np.max(np.abs(near.instance.cost), where=np.isfinite(near.instance.cost), initial=0.0)
    )
    instance = near.priced(1e3 * (1.0 + dearest))
    given = improved(
        instance, [], seconds=max(0.2 * seconds, deadline - time.monotonic()), seed=seed
    )
    if given is None:
        raise OutOfTimeError(
            "No plan that keeps the rules was found; whether one exists is not known. "
            "Ask cl.why_no_plan, or give more time."
        )
    return near.labelled(given.clusters), answer.fewest


def _refuse(near: Nearby, seconds: float) -> None:
    why = why_no_plan(
        near.problem, near.rules, settings=Settings(time_limit_s=max(0.01, min(10.0, seconds)))
    )
    raise InfeasibleError(
        f"No plan of {near.k} clusters can satisfy these rules: proved. {' '.join(why.reasons)}",
        why.conflict,
    )


def _polished(near: Nearby, labels: IntArray, mode: str, deadline: float, seed: int) -> IntArray:
    """Look for a cheaper plan: with no more moves, or however many."""
    fewest = near.count(labels)
    mean = abs(cost_of(near, labels)) / near.k
    free = mode == "least cost"
    prices = (0.0,) if free else (10 * mean, mean)
    for number, price in enumerate(prices):
        left = (deadline - time.monotonic()) / (len(prices) - number)
        best = improved_at(near, [labels], price, left, seed)
        if best is None:
            continue
        better = cost_of(near, best) < cost_of(near, labels)
        if better and (free or near.count(best) <= fewest):
            labels = best
    return labels


def cost_of(near: Nearby, labels: IntArray) -> float:
    """Cost of a labelled plan; infinity where it breaks a rule."""
    found = near.found(labels)
    return np.inf if found is None else found.cost


def improved_at(
    near: Nearby, starts: list[IntArray], price: float, seconds: float, seed: int
) -> IntArray | None:
    """Improve labelled plans under a price per school moved."""
    if seconds <= 0 or near.k < 2:
        return None
    instance = near.priced(price)
    given = [Found.of(instance, atoms_by_label(labels)) for labels in starts]
    best = searched_from(instance, given, seconds=seconds, seed=seed, patience=2.0, soon_s=SOON_S)
    return None if best is None else near.labelled(best.clusters)
