"""How sure is each school's place? The plan is drawn again where facts or weights are a bit off."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import at_least, checked
from clusters.domain import (
    FrozenDict,
    IntArray,
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    SchoolId,
    check_rules,
    is_number,
    plan_of,
)
from clusters.domain.forms import rule_fault
from clusters.errors import ArgumentError, DataError, Fault, RulesError
from clusters.maps.certainty import BANDS, certainty_svg
from clusters.measures import places_of
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
from clusters.options.wording import called, percent
from clusters.solver import Settings
from clusters.text import counted, listed, words
from clusters.verifier import verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Draws", "Stability", "stability"]

EACH = Settings(time_limit_s=None, work_limit=20.0)
"""Effort of each draw: on maps of 170 schools enough, as a rule, to prove the plan the best."""
LEAST_SURE = 5
"""Schools that the summary names."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draws:
    """Plans that could be the best one instead, for one cause.

    Parameters
    ----------
    cause
        "errors" (of the numbers), "weights" (of the priorities) or "near" (plans that cost little
        more).
    words, word
        What was drawn, to go after "in 96 of 100": "draws with errors of up to 5 % in pupils"; and
        one of them.
    names
        Of each draw.
    places
        Array (draws, schools): the cluster of the given plan that holds the school, by its place
        in the plan; numbers beyond are clusters that carry on none.
    drawn
        What came of each draw, also of those without a plan.
    exact
        Whether these are all plans of the kind, not a sample.
    """

    cause: str
    words: str
    word: str
    names: tuple[str, ...]
    places: IntArray
    drawn: tuple[Drawn, ...]
    exact: bool = False

    def __len__(self) -> int:
        """Count the draws that have a plan."""
        return len(self.places)

    @property
    def without(self) -> tuple[Drawn, ...]:
        """The draws without a plan."""
        return tuple(draw for draw in self.drawn if draw.groups is None)

    @property
    def proved(self) -> int:
        """Number of draws whose plan is proved to be the best under what was drawn."""
        return sum(draw.status == "optimal" for draw in self.drawn)

    def __str__(self) -> str:
        """Say how many of what they are."""
        return counted(len(self), self.word, self.words)


class Stability:
    """How often each school stays in its cluster, and each two schools together.

    Clusters of other plans are matched with those of the given one so that the most schools stay
    (the assignment problem, Kuhn 1955): labels play no part.

    Attributes
    ----------
    problem, plan
        The facts and the plan that was asked about.
    causes
        The draws by cause: "errors", "weights", "near", those that were asked for.
    control
        The plan that the same search finds where nothing is changed.
    reproducible
        Whether the same seed gives the same answer: work is limited, not time.
    notes
        What was not done, and why.
    """

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        causes: Mapping[str, Draws],
        *,
        cost: float,
        control: Drawn,
        reproducible: bool,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.problem, self.plan, self.causes = problem, plan, FrozenDict(causes)
        self.cost, self.control = cost, control
        self.reproducible, self.notes = reproducible, notes

    def __repr__(self) -> str:
        """Show what was drawn."""
        return f"Stability({', '.join(f'{len(d)} {name}' for name, d in self.causes.items())})"

    # -- figures -----------------------------------------------------------------------------

    @cached_property
    def _base(self) -> IntArray:
        return places_of(self.problem, self.plan)

    @cached_property
    def _labels(self) -> list[str]:
        return [cluster.label for cluster in self.plan.clusters if cluster.members]

    @checked
    def shares(self, cause: str | None = None) -> dict[SchoolId, Fraction]:
        """Return in what share of the draws each school is in its cluster of the plan.

        Parameters
        ----------
        cause
            None: the least share over all causes.

        Raises
        ------
        ArgumentError
            If there are no draws of this cause.
        """
        tables = [self._here(self._of(name)) for name in self._asked(cause)]
        return {key: min(table[k] for table in tables) for k, key in enumerate(self.problem.ids)}

    def _here(self, draws: Draws) -> list[Fraction]:
        stay = (draws.places == self._base[None, :]).sum(axis=0)
        return [Fraction(int(count), max(1, len(draws))) for count in stay]

    @checked
    def together(self, one: SchoolId, other: SchoolId, cause: str | None = None) -> Fraction:
        """Return in what share of the draws two schools are in one cluster; `cause` as above."""
        a, b = self.problem.position(one), self.problem.position(other)
        held = [self._of(name).places for name in self._asked(cause)]
        return min(Fraction(int((p[:, a] == p[:, b]).sum()), max(1, len(p))) for p in held)

    def _asked(self, cause: str | None) -> list[str]:
        held = [name for name, draws in self.causes.items() if len(draws)]
        asked = held if cause is None else [cause]
        if not asked or any(name not in self.causes for name in asked):
            raise ArgumentError(
                Fault(
                    what=f"there are no draws of {cause!r}" if cause else "no draw has a plan",
                    remedy=f"use one of {', '.join(self.causes)}"
                    if self.causes
                    else "ask for some",
                )
            )
        return asked

    def _of(self, cause: str) -> Draws:
        draws: Draws = self.causes[cause]
        return draws

    # -- tables ------------------------------------------------------------------------------

    @checked
    def to_frame(self, kind: str = "school") -> pd.DataFrame:
        """Make a frame.

        Parameters
        ----------
        kind
            "school": for each cause, in how many draws the school is in its cluster, of how many,
            and where it is most often otherwise. "pair": for each two schools that any plan puts
            together, in what share of the draws they are. "draw": what came of each draw.
        """
        import pandas as pd

        makers = {"school": self._school_rows, "pair": self._pair_rows, "draw": self._draw_rows}
        if kind not in makers:
            raise ArgumentError(
                Fault(what=f"there is no frame {kind!r}", remedy=f"use one of {', '.join(makers)}")
            )
        return pd.DataFrame(list(makers[kind]()))

    def _school_rows(self) -> Iterator[dict[str, Any]]:
        here = {name: self._here(draws) for name, draws in self.causes.items()}
        for k, school in enumerate(self.problem.schools):
            row = {"school": school.urn, "name": school.name, "cluster": self._label(self._base[k])}
            for name, draws in self.causes.items():
                row[f"here_{name}"] = int(here[name][k] * len(draws))
                row[f"of_{name}"] = len(draws)
                row[f"else_{name}"] = self._elsewhere(draws, k)[0]
            yield row | {"sentence": self._sentence(k)}

    def _pair_rows(self) -> Iterator[dict[str, Any]]:
        ids = self.problem.ids
        base = self._base
        now = base[:, None] == base[None, :]
        shares = {name: _pairs(draws.places) for name, draws in self.causes.items()}
        ever = now | np.any([share > 0 for share in shares.values()], axis=0)
        for a, b in np.argwhere(np.triu(ever, 1)).tolist():
            row = {"school": ids[a], "other": ids[b], "in_plan": bool(now[a, b])}
            yield row | {f"together_{n}": float(share[a, b]) for n, share in shares.items()}

    def _draw_rows(self) -> Iterator[dict[str, Any]]:
        for name, draws in self.causes.items():
            rows = iter(draws.places)
            for label, draw in zip(draws.names, draws.drawn, strict=True):
                moved = None if draw.groups is None else int((next(rows) != self._base).sum())
                row = {"cause": name, "draw": label, "status": draw.status, "cost": draw.cost}
                yield row | {"gap": draw.gap, "schools_elsewhere": moved}

    # -- words -------------------------------------------------------------------------------

    @property
    def sentences(self) -> dict[SchoolId, str]:
        """One sentence for each school."""
        return {key: self._sentence(k) for k, key in enumerate(self.problem.ids)}

    def _sentence(self, k: int) -> str:
        parts, other = [], Counter[str]()
        for draws in self.causes.values():
            if len(draws):
                count = int((draws.places[:, k] == self._base[k]).sum())
                every = "all " if count == len(draws) > 1 else ""
                share = every if every or len(draws) == 1 == count else f"{count} of "
                parts.append(f"in {share}{draws}")
                other.update(dict([self._elsewhere(draws, k)]))
        name, label = self.problem.schools[k].name, self._label(self._base[k])
        if not parts:
            return f"{name} is in {called(label)}; no draw has a plan."
        most = max(other, key=lambda place: other[place])
        tail = f"; otherwise mostly in {called(most)}" if most else ""
        return f"{name} is in {called(label)} {listed(parts)}{tail}."

    def _elsewhere(self, draws: Draws, k: int) -> tuple[str, int]:
        """Label of the cluster in which a school is most often beside its own, and how often."""
        others = [int(c) for c in draws.places[:, k] if c != self._base[k]]
        if not others:
            return "", 0
        place, count = Counter(others).most_common(1)[0]
        return self._label(place), count

    def _label(self, place: int) -> str:
        return self._labels[place] if 0 <= place < len(self._labels) else "a new cluster"

    @checked
    def to_svg(self, cause: str | None = None, *, title: str = "", **more: Any) -> str:
        """Draw the plan with each school's ground hatched by how sure its place is.

        Parameters
        ----------
        cause
            None: by the least share over all causes.
        title
            Of the map; else one that says what was drawn.
        more
            As for :func:`clusters.maps.certainty_svg`.
        """
        of = " and ".join(str(self._of(name)) for name in self._asked(cause))
        return certainty_svg(
            self.problem,
            self.plan,
            self.shares(cause),
            title=title or f"How sure each school's place is: {of}",
            **more,
        )

    def summary(self) -> str:
        """Say in plain words how sure the places are, for each cause, and who is least sure."""
        lines = [*self._control_words()]
        for draws in self.causes.values():
            lines += self._cause_words(draws)
        return "\n".join([*lines, *self.notes])

    def _control_words(self) -> Iterator[str]:
        """Say so where the search leaves the plan although nothing is changed."""
        groups = self.control.groups
        if groups is None:
            return
        moved = int((placed(self._base, groups, len(self._labels)) != self._base).sum())
        cost = self.control.cost
        if moved and cost is not None:
            below = percent(1 - cost / self.cost) if self.cost else "0 %"
            yield (
                f"With nothing changed, the search finds a plan that costs {below} less and puts "
                f"{counted(moved, 'school')} elsewhere: the plan asked about is not the best, and "
                "what moves below need not move because of the draws."
            )

    def _cause_words(self, draws: Draws) -> Iterator[str]:
        if not len(draws):
            yield f"{counted(len(draws.drawn), draws.word, draws.words)}: none has a plan."
            yield from _effort_words(draws)
            return
        here = self._here(draws)
        if draws.exact and len(draws) == 1:
            yield (
                f"There is only {draws}: this one." if min(here) == 1 else f"There is only {draws}."
            )
        counts = {band.words: sum(band.holds(share) for share in here) for band in BANDS}
        held = [f"{count} {often}" for often, count in counts.items() if count]
        kind = "all " if draws.exact and len(draws) > 1 else ""
        yield f"In {kind}{draws}, of {counted(len(here), 'school')} stay: {listed(held)}."
        unsure = sorted((share, k) for k, share in enumerate(here) if share < 1)[:LEAST_SURE]
        if unsure:
            named = [
                f"{self.problem.schools[k].name} ({int(share * len(draws))})" for share, k in unsure
            ]
            yield f"Least sure (in how many of {len(draws)} here): {listed(named)}."
        yield from _effort_words(draws)


def _effort_words(draws: Draws) -> Iterator[str]:
    """Say how sure the draws themselves are."""
    lost = Counter(draw.status for draw in draws.without)
    for status, count in lost.items():
        yield f"{counted(count, 'further draw')}: {_LOST[status]}."
    if draws.cause == "near" or not len(draws):
        return
    if draws.proved == len(draws):
        yield "For each draw the plan is proved to be the best."
    else:
        gaps = [d.gap for d in draws.drawn if d.groups is not None]
        known = [gap for gap in gaps if gap is not None]
        most = f", at most {percent(max(known))} above the best" if len(known) == len(gaps) else ""
        yield (
            f"{draws.proved} of these {len(draws)} plans are proved to be the best of their draw; "
            f"the others are the best found{most}."
        )


_LOST = {
    "none exists": "it is proved that no plan keeps the rules",
    "not found": "no plan was found in the effort given",
    "interrupted": "interrupted",
}


def _pairs(places: IntArray) -> Any:
    """Share of the plans in which each two schools are together, array (n, n)."""
    n = places.shape[1]
    count = np.zeros((n, n))
    for row in places:
        count += row[:, None] == row[None, :]
    return count / max(1, len(places))


# ---- the question -------------------------------------------------------------------------------


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
        Plans that cost at most this share more than the best are as good: 0.01 for 1 %. All of them
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
    ...     ["a", "b", "c", "d", "e"], [[0, 0], [1000, 0], [2100, 0], [3000, 0], [4000, 0]],
    ...     {"need": [5, 5, 4, 5, 5]}, [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")])
    >>> plan = {"a": "West", "b": "West", "c": "East", "d": "East", "e": "East"}
    >>> answer = stability(problem, cl.Rules(n_clusters=2), plan, within=0.05, draws=20)
    >>> print(answer.sentences["c"])
    c is in East in 12 of 20 draws with errors of up to 5 % in units of need and in 1 of 2 plans \
that cost at most 5 % more than the best; otherwise mostly in West.
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
        raise ArgumentError(
            Fault(
                what=f"on_progress cannot be called with two numbers: {error}",
                remedy="give a function of the draws done and of all: lambda done, of: ...",
            )
        ) from None
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
        raise RulesError(
            rule_fault("weights is not a number above 1", "write 2 for half to double", weights)
        )


def _cost(case: Case) -> float:
    """Cost of the plan asked about, which has to keep the rules."""
    certificate = verify(case.problem, case.rules, case.start, case.priorities)
    if not certificate.ok or certificate.objective is None:
        raise DataError(
            Fault(
                what=f"the plan breaks a rule: {finding.message}",
                remedy="correct the plan first (cl.repair), or loosen the rule",
            )
            for finding in certificate.findings
        )
    return certificate.objective


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

    @cached_property
    def control(self) -> Drawn:
        """What the same search finds where nothing is changed."""
        return next(iter(solved_draws(self.case, [{}], None)))

    def add_errors(self, errors: Mapping[str, float], common: float) -> None:
        """Draw other numbers."""
        if not any(errors.values()) and not common:
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

    def _solve(
        self,
        cause: str,
        kind: tuple[str, str, str],
        changes: list[dict[str, Any]],
        names: tuple[str, ...] = (),
    ) -> None:
        drawn = solved_draws(self.case, changes, self.executor)
        self._note(cause, kind, drawn, len(changes), names)

    def _note(
        self,
        cause: str,
        kind: tuple[str, str, str],
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
        for draw in drawn:
            made.append(draw)
            self.on_progress(len(made), count)
            if draw.status == "interrupted":
                self.notes.append(f"Interrupted after {len(made) - 1} of {count} {many}{which}.")
                break
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
            self.causes,
            cost=self.cost,
            control=self.control,
            reproducible=self.case.settings.work_limit is not None,
            notes=tuple(self.notes),
        )
