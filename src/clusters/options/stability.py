"""How sure is each school's place? The plan is drawn again where facts or weights are a bit off."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from typing import Any

import numpy as np

from clusters.arguments import at_least, checked
from clusters.domain import (
    FrozenDict,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    check_rules,
    is_number,
    plan_of,
)
from clusters.errors import ArgumentError, DataError, Fault, RulesError
from clusters.measures import places_of
from clusters.options.certainty import Draws, Stability
from clusters.options.draws import (
    Case,
    Drawn,
    changed_facts,
    changed_weights,
    errors_of,
    placed,
    solved_draws,
    walked_draws,
    weights_of,
)
from clusters.options.near_plans import every_near_plan, limit_of
from clusters.options.wording import percent
from clusters.solver import Settings
from clusters.text import listed, words
from clusters.verifier import verify

__all__ = ["stability"]

EACH = Settings(time_limit_s=None, work_limit=20.0)
"""Effort of each draw: on maps of 170 schools enough, as a rule, to prove the plan the best."""


@checked
def stability(
    problem: Problem,
    rules: Rules,
    plan: PlanLike,
    priorities: Priorities | None = None,
    settings: Settings | None = None,
    *,
    errors: float | Mapping[str, float] | None = 0.05,
    common: float = 0.0,
    weights: float | Mapping[str, Priorities] | None = 2.0,
    within: float | None = 0.01,
    draws: int = 100,
    executor: Executor | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Stability:
    """Say how sure each school's place is: "here in 96 of 100".

    Three causes may put a school elsewhere, and each is looked at by itself: the numbers are a
    little wrong, the priorities are weighed differently, or another plan is nearly as good. For
    the first two the best plan is searched again for every draw, beginning from the given one.

    Parameters
    ----------
    problem, rules, plan, priorities
        As for `verify`; the plan has to keep the rules.
    settings
        Effort of each draw, and the seed of all; by default a limit on work, so that the same seed
        gives the same answer on the same machine.
    errors
        Size of the error of each number, a fraction: every school's number is multiplied by 1 plus
        something uniform between minus and plus this, each school by itself. One number stands for
        every measure that the rules and priorities use; or a mapping from measure to error. None:
        do not look.
    common
        Size of an error that all schools share, on top: forecasts are wrong together.
    weights
        A number above 1: each weight of the priorities is multiplied by something between 1 / it
        and it. Or other priorities by name, each of which is tried once. None: do not look.
    within
        Plans that cost at most this share more than the best are as good: 0.01 for 1%. All of them
        are listed where at most 12 groups of schools stay together and they are 20,000 at the most;
        else they are sampled, with the plan's number of clusters. None: do not look.
    draws
        Number of draws for each cause.
    executor
        Where the draws are worked out: any executor of `concurrent.futures`, for instance a
        ProcessPoolExecutor. None: here, one after the other. The answer is the same.
    on_progress
        Called with the number of draws done and of all.

    Returns
    -------
    Stability
        ``.summary()``, ``.sentences``, ``.to_frame()``, ``.shares()`` and ``.to_svg()``.

    Raises
    ------
    RulesError
        If rules, priorities, errors or weights do not fit.
    DataError
        If the plan breaks a rule.

    Notes
    -----
    Need by type and expertise are not drawn: only measures are. Where work is limited and Ctrl-C
    comes, the answer is made of the draws so far.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d", "e"], [[0, 0], [1000, 0], [2020, 0], [3000, 0], [4000, 0]],
    ...     {"need": [5, 5, 4, 5, 5]}, [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")])
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East", "e": "East"}
    >>> answer = stability(
    ...     problem, cl.Rules(n_clusters=2), plan, errors=None, weights=None, within=0.05)
    >>> print(answer.sentences["c"])
    c is in East in 1 of 2 plans that cost at most 5% more than the best; otherwise mostly in West.
    """
    plan = plan_of(problem, plan)
    priorities = Priorities() if priorities is None else priorities
    check_rules(problem, rules, priorities)
    at_least(1, draws=draws)
    _check_progress(on_progress)
    at_least(0, common=common, within=0.0 if within is None else within)
    sizes = None if errors is None else errors_of(problem, rules, priorities, errors)
    _check_weights(problem, rules, weights)
    case = Case(
        problem=replace(problem, territories=None, boundary=None),
        rules=rules,
        priorities=priorities,
        start=Plan(tuple(cluster for cluster in plan.clusters if cluster.members)),
        settings=EACH if settings is None else settings,
    )
    study = _Study(case, _cost(case), draws, executor, on_progress)
    if sizes is not None:
        study.add_errors(sizes, common)
    if weights is not None:
        study.add_weights(weights)
    if within is not None:
        study.add_near(within)
    return study.answer(problem, plan)


def _check_progress(on_progress: Callable[[int, int], None] | None) -> None:
    """Refuse what cannot be called with two numbers, before anything is drawn."""
    try:
        if on_progress is not None:
            inspect.signature(on_progress).bind(0, 0)
    except TypeError as error:
        what = f"on_progress cannot be called with two numbers: {error}"
        remedy = "give a function of the draws done and of all: lambda done, of: ..."
        raise ArgumentError.of(what, remedy) from None
    except ValueError:  # some functions written in C do not say how they are called
        return


def _check_weights(
    problem: Problem, rules: Rules, weights: float | Mapping[str, Priorities] | None
) -> None:
    """Refuse weights that do not fit, before anything is drawn."""
    if isinstance(weights, Mapping):
        for other in weights.values():
            check_rules(problem, rules, other)
    elif weights is not None and (not is_number(weights) or weights <= 1):
        raise RulesError.of(
            "weights is not a number above 1", "write 2 for half to double", weights
        )


def _cost(case: Case) -> float:
    """Cost of the plan asked about, which has to keep the rules."""
    certificate = verify(case.problem, case.rules, case.start, case.priorities)
    if not certificate.ok or certificate.objective is None:
        raise DataError(
            Fault(
                f"the plan breaks a rule: {finding.message}",
                "correct the plan first (cl.repair), or loosen the rule",
            )
            for finding in certificate.findings
        )
    return certificate.objective


Kind = tuple[str, str, str]
"""What was drawn, in words: one, several, and which."""
Changes = list[dict[str, Any]]


class _Study:
    """The draws of one question, as they are made."""

    def __init__(
        self,
        case: Case,
        cost: float,
        draws: int,
        executor: Executor | None,
        on_progress: Callable[[int, int], None] | None,
    ) -> None:
        self.case, self.cost, self.draws, self.executor = case, cost, draws, executor
        self.on_progress = on_progress or (lambda _done, _all: None)
        self.base = places_of(case.problem, case.start)
        self.causes: dict[str, Draws] = {}
        self.notes: list[str] = []
        # what the same search finds where nothing is changed
        self.control = next(iter(solved_draws(case, [{}], None)))
        self.interrupted = self.control.status == "interrupted"

    def add_errors(self, errors: Mapping[str, float], common: float) -> None:
        """Draw other numbers."""
        if not errors or not (any(errors.values()) or common):
            self.notes.append("Errors of the numbers were not drawn: no number plays a part.")
            return
        drawn = changed_facts(
            self.case.problem, errors, common, self.case.settings.seed, self.draws
        )
        sizes: dict[float, list[str]] = {}
        for name, error in errors.items():
            sizes.setdefault(error, []).append(words(name))
        parts = [f"{percent(error)} in {listed(names)}" for error, names in sizes.items()]
        shared = f", and {percent(common)} that all schools share" if common else ""
        self._solve(
            "errors",
            ("draw", "draws", f" with errors of up to {listed(parts)}{shared}"),
            [{"problem": problem} for problem in drawn],
        )

    def add_weights(self, weights: float | Mapping[str, Priorities]) -> None:
        """Draw, or take, other priorities."""
        case = self.case
        if isinstance(weights, Mapping):
            changes = [{"priorities": other} for other in weights.values()]
            kind = ("other set", "other sets", " of priorities")
            self._solve("weights", kind, changes, tuple(map(str, weights)))
            return
        if len(weights_of(case.priorities)) < 2:
            self.notes.append(
                "Other weights were not drawn: only one priority has a weight, so there is nothing "
                "to weigh it against. Give other priorities by name: weights={name: priorities}."
            )
            return
        drawn = changed_weights(case.priorities, weights, case.settings.seed, self.draws)
        each = f" with weights of {percent(1 / weights)} to {percent(weights)} of those given"
        changes = [{"priorities": other} for other in drawn]
        self._solve("weights", ("draw", "draws", each), changes)

    def add_near(self, within: float) -> None:
        """List or sample the plans that cost little more than the best."""
        case = self.case
        every = every_near_plan(case.problem, case.rules, case.priorities, within)
        than = f" at most {percent(within)} more than the best"
        kind = ("plan that costs", "plans that cost", than)
        if every is not None:
            drawn = [Drawn(groups=groups, cost=cost, status="near") for cost, groups in every]
            self._note("near", kind, iter(drawn), len(drawn), exact=True)
            return
        start, best = case, self.cost
        control = self.control
        if control.groups is not None and control.cost is not None and control.cost < best:
            best = control.cost
            groups = dict(zip(case.problem.ids, control.groups.tolist(), strict=True))
            start = replace(case, start=plan_of(case.problem, groups))
        drawn_plans = walked_draws(start, limit_of(best, within), self.draws, self.executor)
        self._note("near", (*kind[:2], f"{than} (a sample)"), drawn_plans, self.draws)

    def _solve(self, cause: str, kind: Kind, changes: Changes, names: tuple[str, ...] = ()) -> None:
        drawn = solved_draws(self.case, changes, self.executor)
        self._note(cause, kind, drawn, len(changes), names)

    def _note(
        self,
        cause: str,
        kind: Kind,
        drawn: Iterator[Drawn],
        count: int,
        names: tuple[str, ...] = (),
        *,
        exact: bool = False,
    ) -> None:
        """Gather the draws of a cause as they come, until one is interrupted.

        `kind` names one, several, and which.
        """
        one, many, which = kind
        made: list[Drawn] = []
        try:
            while not self.interrupted and (draw := next(drawn, None)) is not None:
                self.interrupted = draw.status == "interrupted"
                if not self.interrupted:
                    made.append(draw)
                    self.on_progress(len(made), count)
        except KeyboardInterrupt:  # between two searches
            self.interrupted = True
        if self.interrupted:
            self.notes.append(f"Interrupted after {len(made)} of {count} {many}{which}.")
        k, n = len(self.case.start.clusters), len(self.case.problem)
        places = [placed(self.base, d.groups, k) for d in made if d.groups is not None]
        self.causes[cause] = Draws(
            cause=cause,
            words=many + which,
            word=one + which,
            names=names[: len(made)] or tuple(str(x) for x in range(1, len(made) + 1)),
            places=np.array(places, dtype=np.int64).reshape(len(places), n),
            drawn=tuple(made),
            exact=exact,
        )

    def answer(self, problem: Problem, plan: Plan) -> Stability:
        """Put it together."""
        return Stability(
            problem,
            plan,
            FrozenDict(self.causes),
            cost=self.cost,
            control=self.control,
            reproducible=self.case.settings.work_limit is not None,
            notes=tuple(self.notes),
        )
