"""Choosing which clusters start when, so that need waits as little as possible."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from clusters.arguments import checked
from clusters.domain import PlanLike, Problem, Rules, check_rules, plan_of
from clusters.errors import ClustersError, Faults, OutOfTimeError, RulesError
from clusters.rollout.checking import check_starts
from clusters.rollout.hindrances import Scene, amounts, hindrances
from clusters.rollout.order import StartOrder
from clusters.rollout.reasons import start_of, why_not, years_of_money
from clusters.rollout.terms import StartRules, months_in
from clusters.solver import Settings, effort

__all__ = ["choose_starts"]

_USUAL_S = 30.0
_MICRO = 10**6


@checked
def choose_starts(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    asked: StartRules,
    *,
    measure: str = "need",
    settings: Settings | None = None,
) -> StartOrder:
    r"""Choose a start for each cluster so that need, times the months that it waits, is least.

    On every day the clusters that have started are a valid part of the map: a cluster that breaks
    a rule of the plan does not start. The choice is checked again by `check_starts`.

    Parameters
    ----------
    problem, rules, plan
        The facts, and a plan whose clusters have labels of their own.
    asked
        What has to be there before a cluster may start (:class:`StartRules`).
    measure
        What waits, such as "need" or "pupils"; "clusters" where each cluster counts once. Of
        equally good orders the one is taken in which the first clusters of the plan start early.
    settings
        The time for it. Eighteen clusters take well under a second.

    Raises
    ------
    RulesError
        If something is asked of a cluster that the plan does not have.
    InfeasibleError
        If `all_by` cannot be kept: with the reasons that arithmetic finds.
    OutOfTimeError
        If no order was found in time.

    Examples
    --------
    >>> problem = Problem.from_arrays(["a", "b"], [[0, 0], [1, 0]], {"need": [1, 2]})
    >>> plan = {"a": "West", "b": "East"}
    >>> days = ["2026-09-01", "2027-01-01"]
    >>> order = choose_starts(
    ...     problem, Rules(n_clusters=2, contiguous=False), plan,
    ...     StartRules(starts=days, most_at_once=1))
    >>> print(*order.sentences(), sep="\n")
    In September 2026 East starts.
    In January 2027 West starts.
    West: As many as may start at once (1) start in September 2026.
    In all 4 units of need x months wait (proved: no order makes them wait less).
    """
    plan = plan_of(problem, plan)
    check_rules(problem, rules)
    clusters = [cluster for cluster in plan.clusters if cluster.members]
    if not clusters:
        raise RulesError.of("the plan has no cluster with a school", "give another")
    _refuse_unknown([cluster.label for cluster in clusters], asked)
    seconds, seed = effort(settings, _USUAL_S)
    scene = Scene(
        asked=asked,
        clusters=tuple(clusters),
        amounts=amounts(problem, clusters, measure),
        hindered=tuple(hindrances(problem, rules, plan, clusters, asked)),
    )
    numbers, proved = _chosen(scene, seconds, seed)
    days = [scene.day(t) for t in numbers]
    found = check_starts(
        problem, rules, plan, {c.label: day for c, day in zip(clusters, days, strict=True)}, asked
    )
    if found:
        msg = f"the order chosen does not pass the check: {found[0].message}"
        raise ClustersError(msg)
    waited = sum(
        (a * scene.months(t) for a, t in zip(scene.amounts, numbers, strict=True)), Fraction(0)
    )
    return StartOrder(
        rows=tuple(start_of(scene, c, numbers) for c in range(len(clusters))),
        days=asked.days,
        years=tuple(years_of_money(scene, numbers)),
        waited=float(waited),
        proved=proved,
        measure=measure,
    )


def _refuse_unknown(labels: Sequence[str], asked: StartRules) -> None:
    named = {
        "leads_ready": list(asked.lead_days or ()),
        "expertise_from": list(asked.expertise_days),
        "costs": list(asked.costs_pence),
        "together": [label for group in asked.together for label in group],
        "after": [*asked.after, *(label for group in asked.after.values() for label in group)],
    }
    faults = Faults()
    for where, given in named.items():
        for label in dict.fromkeys(key for key in given if key not in labels):
            what = f"{where} names {label!r}, which is no cluster of the plan"
            faults.add(what, f"use any of {', '.join(labels)}")
    for label in dict.fromkeys(key for key in labels if labels.count(key) > 1):
        faults.add(f"two clusters have the label {label!r}", "give each its own")
    for label in labels if asked.costs is not None else ():
        if label not in asked.costs_pence:
            faults.add(f"costs has no sum for {label!r}", "give one for each cluster")
    faults.refuse(RulesError)


# ---- the choice ---------------------------------------------------------------------------------


def _chosen(scene: Scene, seconds: float, seed: int) -> tuple[list[int], bool]:
    from clusters.model.start_order import Starts, best_starts

    asked, labels = scene.asked, [cluster.label for cluster in scene.clusters]
    at = {label: c for c, label in enumerate(labels)}
    unit = _whole(scene.amounts)
    last = asked.last_day
    days = [t for t, day in enumerate(asked.days) if last is None or day <= last]
    question = Starts(
        waits=[
            [int(amount * unit) * scene.months(t) for t in range(len(asked.days) + 1)]
            for amount in scene.amounts
        ],
        allowed=[[t for t in scene.allowed(c) if t in days] for c in range(len(labels))],
        must=last is not None,
        most=asked.most_at_once,
        costs=[scene.cost(c) for c in range(len(labels))],
        months=[[months_in(day, year) for day in asked.days] for year in asked.money_pence],
        money=[12 * sum_ for sum_ in asked.money_pence.values()],
        together=[[at[label] for label in group] for group in asked.together],
        after=[(at[label], at[other]) for label, rest in asked.after.items() for other in rest],
    )
    numbers, proved = best_starts(question, seconds=seconds, seed=seed)
    if numbers is not None:
        return numbers, proved
    if proved:
        raise why_not(scene)
    raise OutOfTimeError("No order of starts was found in time: give more.")


def _whole(amounts: Sequence[Fraction]) -> int:
    """Smallest factor that makes every amount whole (measures have six decimals at most)."""
    unit = 1
    for amount in amounts:
        unit = max(unit, (amount * unit).denominator * unit)
    return min(unit, _MICRO)
