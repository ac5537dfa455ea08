"""What if? The price of a change, what it breaks, and the cheapest repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clusters.arguments import checked
from clusters.domain import (
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    check_rules,
    plan_of,
)
from clusters.errors import InfeasibleError, OutOfTimeError
from clusters.explain.changes import Change, after_changes
from clusters.explain.repair import Repair, repair
from clusters.explain.why_here import refuse_broken
from clusters.naming import name_clusters
from clusters.rulebook import length
from clusters.shown import Shown
from clusters.solver import Result, Settings, solve
from clusters.text import counted, two_digits
from clusters.verifier import Certificate, Finding, verify

__all__ = ["WhatIf", "what_if"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class WhatIf(Shown):
    """What some changes would mean for a plan.

    Parameters
    ----------
    changes
        As proposed.
    rules
        The rules under the changes, ready for `solve`; the old ones are untouched.
    drawn
        The plan with nothing but the changes made.
    breaks
        What that plan breaks under the changed rules.
    before
        Cost of the plan as it was.
    nearest
        The cheapest repair found that moves the fewest schools besides; None where none exists or
        none was found in time.
    free
        The cheapest plan found with everything free to move; None likewise.
    baseline
        Cost of the cheapest plan found *without* the changes, where a plan with them costs less
        than the one asked about: so much of the fall is not owed to them. None otherwise.
    conflict
        Where no plan can keep the changed rules: one sentence for each rule in conflict.
    sentence
        What it comes to, in plain words.
    problem
        The facts under the changes: others than before where schools close, open or merge.
    heirs
        Each id that no longer is, in order, with the weights of the schools that follow it.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [8000, 0], [9000, 0]],
    ...     {"need": [4, 2, 6, 3], "pupils": [90, 60, 80, 70]})
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East"}
    >>> rules = cl.Rules(n_clusters=2, contiguous=False)
    >>> change = cl.Change.move("b", "East")
    >>> answer = cl.what_if(problem, rules, plan, change, settings=cl.Settings(time_limit_s=3))
    >>> answer.nearest.fewest
    1
    """

    changes: tuple[Change, ...]
    rules: Rules
    drawn: Plan
    breaks: tuple[Finding, ...]
    before: float
    nearest: Repair | None
    free: Result | None
    conflict: tuple[str, ...]
    sentence: str
    problem: Problem
    heirs: tuple[tuple[SchoolId, Mapping[SchoolId, int]], ...] = ()
    baseline: float | None = None

    @property
    def price_nearest(self) -> float | None:
        """Extra cost with as few other changes as possible; below 0 where it is cheaper."""
        if self.nearest is None or self.nearest.certificate.objective is None:
            return None
        return self.nearest.certificate.objective - self.before

    @property
    def price_free(self) -> float | None:
        """Extra cost with everything free to move; below 0 where it is cheaper."""
        return None if self.free is None else self.free.objective - self.before

    @property
    def price_of_changes(self) -> float | None:
        """Extra cost of the changes themselves: against the cheapest plan found without them."""
        if self.free is None or self.baseline is None:
            return self.price_free
        return self.free.objective - self.baseline


@checked
def what_if(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    changes: Change | Sequence[Change],
    priorities: Priorities | None = None,
    *,
    settings: Settings | None = None,
) -> WhatIf:
    """Price a change against a plan.

    Nothing is altered: the answer holds new rules and new plans, to be used or thrown away.

    Parameters
    ----------
    plan
        Places every school once; it may break rules.
    changes
        One or several, made with :class:`Change`.
    settings
        Time for the whole answer: half goes into the nearest plan, the rest into the free one and,
        where that is cheaper than the plan asked about, into one without the changes.

    Raises
    ------
    RulesError
        If rules, priorities or changes do not fit the problem.
    DataError
        If the plan does not place every school exactly once.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1, 0], [9, 0], [10, 0]],
    ...     {"need": [1, 2, 1, 3]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> plan = cl.Plan.from_assignment({"a": "b", "b": "b", "c": "d", "d": "d"})
    >>> answer = what_if(problem, cl.Rules(n_clusters=2), plan, Change.together("b", "c"))
    >>> answer.price_nearest, [move.school for move in answer.nearest.moved]
    (7.0, ['c'])
    """
    plan = plan_of(problem, plan)
    priorities = Priorities() if priorities is None else priorities
    settings = Settings(time_limit_s=30.0) if settings is None else settings
    check_rules(problem, rules, priorities)
    refuse_broken(problem, plan)
    listed = (changes,) if isinstance(changes, Change) else tuple(changes)
    scene = after_changes(problem, rules, plan, listed, priorities)
    later, changed, drawn = scene.problem, scene.rules, scene.plan
    check_rules(later, changed, scene.priorities)
    now = verify(problem, rules, plan, priorities)
    before = now.objective or 0.0
    # where what there is changes, moves are counted from the plan with that change made
    reshaped = any(change.reshapes for change in listed)
    begin = scene.given if reshaped else plan
    nearest, free, conflict = _answers(later, changed, begin, scene.priorities, settings)
    baseline = None
    if not reshaped:
        baseline = _baseline(problem, rules, plan, priorities, settings, free, before)
    answer = WhatIf(
        changes=listed,
        rules=changed,
        drawn=drawn,
        breaks=verify(later, changed, drawn).findings,
        before=before,
        nearest=nearest,
        free=free,
        conflict=conflict,
        sentence="",
        problem=later,
        heirs=scene.heirs,
        baseline=baseline,
    )
    text = _sentence(problem, priorities, now, answer) + _against(answer)
    return replace(answer, sentence=text)


def _answers(
    problem: Problem, rules: Rules, plan: Plan, priorities: Priorities, settings: Settings
) -> tuple[Repair | None, Result | None, tuple[str, ...]]:
    seconds = settings.time_limit_s or settings.work_limit or 30.0
    nearest: Repair | None = None
    half = Settings(time_limit_s=seconds / 2, seed=settings.seed)
    try:
        nearest = repair(problem, rules, plan, priorities, settings=half)
    except InfeasibleError as error:
        # of a range of numbers of clusters only one was tried: `solve` decides
        if rules.count_range[0] == rules.count_range[1]:
            return None, None, error.conflict
    except OutOfTimeError:
        pass
    rest = _share(settings, seconds, 0.3)
    start = plan if nearest is None else nearest.plan
    try:
        free = solve(problem, rules, priorities, rest, start=start)
    except InfeasibleError as error:
        return None, None, error.conflict or (str(error),)
    except OutOfTimeError:
        return nearest, None, ()
    named = name_clusters(problem, free.plan, keep=plan)
    return nearest, replace(free, plan=named), ()


def _share(settings: Settings, seconds: float, share: float) -> Settings:
    work = settings.work_limit
    return replace(
        settings,
        time_limit_s=None if work else share * seconds,
        work_limit=None if work is None else share * work,
    )


def _baseline(
    problem: Problem,
    rules: Rules,
    plan: Plan,
    priorities: Priorities,
    settings: Settings,
    free: Result | None,
    before: float,
) -> float | None:
    """Cost of the cheapest plan found without the changes, where one with them is cheaper."""
    if free is None or free.objective >= before:
        return None
    seconds = settings.time_limit_s or settings.work_limit or 30.0
    start = free.plan if verify(problem, rules, free.plan).ok else plan
    try:
        part = _share(settings, seconds, 0.2)
        return solve(problem, rules, priorities, part, start=start).objective
    except (InfeasibleError, OutOfTimeError):
        return None


def _against(answer: WhatIf) -> str:
    """Say what the changes themselves cost, where the plan asked about could be improved anyway."""
    free, baseline = answer.free, answer.baseline
    if free is None or baseline is None or baseline >= answer.before:
        return ""
    return (
        " The plan asked about is not the cheapest without the change either: against the cheapest "
        f"found without it, the cost {_price(free.objective - baseline, baseline)}."
    )


def _sentence(problem: Problem, priorities: Priorities, now: Certificate, answer: WhatIf) -> str:
    text = f"To {' and to '.join(change.sentence(problem) for change in answer.changes)}: "
    before, nearest, free = answer.before, answer.nearest, answer.free

    def journeys(after: Certificate) -> str:
        was, will = _journey(problem, priorities, now), _journey(answer.problem, priorities, after)
        return (
            "" if "" in (was, will) or was == will else f" (mean journey {will} instead of {was})"
        )

    if answer.conflict:
        conflict = "; ".join(answer.conflict)
        return f"{text}no plan can keep the rules then. These cannot all hold: {conflict}"
    if answer.breaks:
        text += f"by itself this breaks {', '.join(dict.fromkeys(f.rule for f in answer.breaks))}; "
    if nearest is None:
        text += "no plan close by was found in time; "
    else:
        cost = (nearest.certificate.objective or 0.0) - before
        text += f"{_moves(nearest)} and the cost {_price(cost, before)}"
        text += f"{journeys(nearest.certificate)}; "
    if free is None:
        return f"{text}with everything free to move, no plan was found in time."
    text += f"with everything free to move, the cost {_price(free.objective - before, before)}"
    text += journeys(free.certificate)
    if free.status != "optimal":
        text += " (the cheapest plan found; a cheaper one may exist)"
    return f"{text}."


def _journey(problem: Problem, priorities: Priorities, certificate: Certificate) -> str:
    """Give the mean journey of a plan; nothing where there is none."""
    total = float(problem.measure(priorities.travel_by).sum()) * priorities.travel
    if not total or "travel" not in certificate.costs:
        return ""
    return length(problem, certificate.costs["travel"] / total, 2)


def _moves(nearest: Repair) -> str:
    """Say how many schools move, and whether fewer would do."""
    count = len(nearest.moved)
    schools = counted(count, "school")
    verb = f"move{'s' if count == 1 else ''}"
    if nearest.placed:
        given = len(nearest.placed)
        verb += f" and {counted(given, 'is', 'are')} given a place"
    if nearest.proved:
        return f"with as few changes as possible (proved), {schools} in all {verb}"
    return f"in the closest plan found, {schools} in all {verb} (at least {nearest.fewest} must)"


def _price(change: float, before: float) -> str:
    if not before:
        return f"changes by {change:,.0f}"
    share = 100 * change / before
    if abs(share) < 0.005:
        return "stays the same"
    return f"{'rises' if share > 0 else 'falls'} by {two_digits(abs(share))}%"
