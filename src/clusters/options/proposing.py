"""Propose several good plans that honestly differ."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import (
    Plan,
    PlanLike,
    Priorities,
    Problem,
    Rules,
    check_rules,
    groups_of,
    is_number,
    is_whole,
)
from clusters.errors import Faults, RulesError
from clusters.naming import name_clusters
from clusters.options.aims import aim_name, better, valued
from clusters.options.choosing import OTHER, Chooser, another_map
from clusters.options.themes import Theme, further_themes, themes_for
from clusters.options.values import Option, Options
from clusters.options.workshop import Budget, Candidate, Workshop, share_of
from clusters.solver import Progress, Result, Settings, solve
from clusters.text import counted

__all__ = ["propose"]

BEST, THEMES, MORE, FORCE, LAST = 0.3, 0.4, 0.05, 0.1, 0.15
"""Shares of the time (or work) for the best plan, for the themes, for further themes where those
were not enough, for forced difference, and for searching on from the options."""
ROUNDS = ((0.25, 0.4), (0.3, 0.5), (0.4, 0.8))
"""Shares of the time left for differences by force, and then for searching on, time and again."""
FIRST_PLAN_S = 2.0
"""Seconds that the best plan gets at the least."""
SPARE = 2
"""Themes tried beyond the number of options, since some will be too dear or too alike."""


@checked
def propose(
    problem: Problem,
    rules: Rules,
    priorities: Priorities | None = None,
    settings: Settings | None = None,
    *,
    n_options: int = 4,
    ceiling: float = 0.10,
    min_difference: float = 0.10,
    themes: Sequence[str | Theme] | None = None,
    reference: PlanLike | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Options:
    """Propose several plans, each good at something else, none far from the best.

    The first option is the best plan under the priorities. For every theme its own priority is
    made stronger until the cost under the common priorities reaches the ceiling. Where two plans
    are too alike, pairs of school and centre that the other plan has together are made dearer.

    Parameters
    ----------
    problem, rules, priorities
        As for `solve`; the priorities are the common yardstick.
    settings
        `time_limit_s` (or `work_limit`) is for everything together.
    n_options
        Number of options, 1 or more, the best among them.
    ceiling
        No option costs more than (1 + ceiling) times the best (0.10 = 10%).
    min_difference
        Of the pairs of schools that share a cluster in either of two options, the least share
        that do so in one only: 1 - shared pairs / all such pairs.
    themes
        Names of themes to be tried, in order ("Keeps pyramids", "Shortest journeys", "Nobody far
        away", "Least change", "Expertise everywhere", "Best shared expertise", "Every school
        alike", "Most even", "Most even in schools", ..., "Another map"), or own :class:`Theme`
        values; None for whatever the facts allow, in this order, evenness once.
    reference
        Today's plan or groups, for "Least change" and for labels; by default `reference`, else
        the groups in the facts.
    on_progress
        As for `solve`.

    Returns
    -------
    Options
        Every plan verified. If there are fewer than asked for, ``.trades`` says what ceiling or
        difference would allow more, ``.missing`` why a theme has no option: it is proved that no
        plan does better, or none was found in the time given.

    Raises
    ------
    RulesError, InfeasibleError, OutOfTimeError
        As for `solve`.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [0, 1], [1, 0], [1, 1]], {"need": [1, 1, 1, 1]},
    ...     [("a", "b"), ("b", "d"), ("d", "c"), ("c", "a")])
    >>> options = propose(problem, cl.Rules(n_clusters=2, balance={"need": 0}),
    ...                   settings=cl.Settings(time_limit_s=4), n_options=2)
    >>> [option.cost for option in options.values()]
    [2.0, 2.0]
    """
    priorities = Priorities() if priorities is None else priorities
    settings = Settings() if settings is None else settings
    _check(n_options, ceiling, min_difference)
    check_rules(problem, rules, priorities)
    before = None if reference is None else groups_of(reference)
    wanted = _wanted(problem, rules, priorities, themes, before)
    begin = time.monotonic()
    first = solve(
        problem, rules, priorities, share_of(settings, BEST, FIRST_PLAN_S), on_progress=on_progress
    )
    begin += first.compile_seconds  # as of `solve`, the time limit counts from then
    labels = before if isinstance(before, Plan) else priorities.groups_before
    if isinstance(labels, Plan):
        named = name_clusters(problem, first.plan, keep=labels)
        first = replace(first, plan=named)
    shop = Workshop(problem, rules, priorities, first.plan, first.objective, settings.seed)
    judged = themes_for(problem, rules, priorities, before)
    chooser = Chooser(shop, n_options, ceiling, min_difference, judged)
    if n_options > 1:
        chooser.add_counts(first)
        with suppress(KeyboardInterrupt):  # what there is so far is verified and worth having
            _fill(chooser, wanted, settings, begin, more=themes is None)
        chooser.settle()
        with suppress(KeyboardInterrupt):
            chooser.ask_for_more(rules)
    first = _settled(shop, first)
    return _options(first, chooser, wanted, rules, time.monotonic() - begin)


def _fill(
    chooser: Chooser, wanted: list[Theme], settings: Settings, begin: float, *, more: bool
) -> None:
    """Make candidates for the themes, others by force, and search on from those chosen."""
    shop = chooser.shop

    def part(of_time_left: float, of_work: float) -> Budget:
        """Share out what is limited: the time that is left, or the work in all."""
        if settings.work_limit is not None:
            return Budget(np.inf, of_work * settings.work_limit)
        limit = np.inf if settings.time_limit_s is None else settings.time_limit_s
        return Budget(of_time_left * (limit - (time.monotonic() - begin)), np.inf)

    waiting = [theme for theme in wanted if theme.name != OTHER and shop.can_better(theme)]
    count = chooser.n_options - 1 + SPARE
    for themes, share in ((waiting[:count], THEMES), (waiting[count:], MORE)):
        if themes and not chooser.full:
            tasks = [partial(shop.themed, theme, chooser.most) for theme in themes]
            for made in _at_once(tasks, part(share / (1 - BEST), share), settings):
                chooser.made += made
            chooser.tried += themes
            chooser.settle()
    searched = chooser.searched
    for turn, (by_force, on) in enumerate(ROUNDS):
        chooser.force(part(by_force, FORCE / len(ROUNDS)), more)
        chooser.settle()
        others = [made.plan for made in chooser.made]
        themed = [option for option in chooser.chosen if not option.theme.name.startswith(OTHER)]
        fresh = [option for option in themed if option.plan not in searched]
        tasks = [partial(_searched_on, shop, found, others, turn) for found in fresh or themed]
        for made in _at_once(tasks, part(on, LAST / len(ROUNDS)), settings):
            chooser.made += made
            searched |= {found.plan for found in made}
        searched |= {option.plan for option in fresh}
        chooser.last = turn == len(ROUNDS) - 1
        chooser.settle()


def _searched_on(
    shop: Workshop, option: Candidate, others: list[Plan], turn: int, budget: Budget
) -> list[Candidate]:
    found = shop.polished(option, others, budget, turn)
    return [] if found is None else [found]


def _at_once(
    tasks: Sequence[Callable[[Budget], list[Candidate]]], budget: Budget, settings: Settings
) -> list[list[Candidate]]:
    """Do tasks, as many at a time as there are workers; each gets an equal part of the budget."""
    if not tasks:
        return []
    if settings.work_limit is not None:
        return [task(Budget(np.inf, budget.work / len(tasks))) for task in tasks]
    workers = min(settings.workers or min(2, os.cpu_count() or 1), len(tasks))
    deadline = time.monotonic() + budget.seconds
    each = budget.seconds * workers / len(tasks)

    def done(task: Callable[[Budget], list[Candidate]]) -> list[Candidate]:
        seconds = min(each, deadline - time.monotonic())
        return task(Budget(seconds, np.inf)) if seconds > 0 else []

    if workers == 1:
        return [done(task) for task in tasks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(done, tasks))


def _settled(shop: Workshop, first: Result) -> Result:
    """Where a theme led to a plan cheaper than the best so far, give that one in its place."""
    found = shop.candidate(another_map(shop.common), shop.best)
    if found is None or shop.best == first.plan:
        return first
    gap = _gap(first, found.cost)
    return replace(
        first, plan=found.plan, objective=found.cost, gap=gap, certificate=found.certificate
    )


def _gap(first: Result, cost: float) -> float | None:
    """By what share a plan may be dearer than the best, by the bound of the first search."""
    if first.bound is None:
        return None
    return max(0.0, (cost - first.bound) / cost) if cost else 0.0


def _check(n_options: int, ceiling: float, min_difference: float) -> None:
    faults = Faults()
    if not is_whole(n_options, 1):
        faults.add("n_options is not a whole number of 1 or more", "correct it", n_options)
    if not is_number(ceiling) or ceiling < 0:
        faults.add("ceiling is not a fraction of 0 or more", "write 10% as 0.10")
    if not is_number(min_difference) or not 0 <= min_difference <= 1:
        faults.add("min_difference is not a fraction from 0 to 1", "write 10% as 0.10")
    faults.refuse(RulesError)


def _wanted(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    themes: Sequence[str | Theme] | None,
    today: Plan | Mapping[Any, Any] | None,
) -> list[Theme]:
    usual = themes_for(problem, rules, priorities, today)
    if themes is None:
        return list(usual)
    known = {theme.name: theme for theme in (*usual, *further_themes(problem, rules, priorities))}
    known[OTHER] = another_map(priorities)
    faults, chosen = Faults(), []
    for theme in themes:
        if isinstance(theme, Theme):
            chosen.append(theme)
        elif theme in known:
            chosen.append(known[theme])
        else:
            what = f"there is no theme {theme!r} that the facts allow"
            faults.add(what, f"use any of {', '.join(known)}")
    faults.refuse(RulesError)
    for theme in chosen:
        check_rules(problem, rules, theme.priorities)
    return chosen


def _options(
    first: Result, chooser: Chooser, wanted: Sequence[Theme], rules: Rules, seconds: float
) -> Options:
    shop = chooser.shop
    best = Option(
        name="Best overall",
        theme=_best_words(first),
        result=first,
        certificate=first.certificate,
        above_best=0.0,
    )
    options, proved = {best.name: best}, first.status == "optimal"
    for found in chooser.chosen:
        above = found.cost / shop.cost - 1 if shop.cost else 0.0
        gap = _gap(first, found.cost)
        result = replace(
            first,
            plan=found.plan,
            status="optimal" if gap == 0 else "feasible",
            objective=found.cost,
            gap=gap,
            seconds=seconds,
            stopped="option",
            history=(),
            certificate=found.certificate,
            by_count=(),
        )
        has_theme = found.theme in wanted and found.theme.name != OTHER
        options[found.theme.name] = Option(
            name=found.theme.name,
            theme=_words(shop, found, above, proved=proved, judged=chooser.judged),
            result=result,
            certificate=found.certificate,
            above_best=above,
            aim=found.aim if has_theme else None,
            floor=shop.floor(found.theme) if has_theme else None,
        )
    return Options(
        options,
        problem=shop.problem,
        rules=rules,
        priorities=shop.common,
        ceiling=chooser.ceiling,
        min_difference=chooser.least,
        asked=chooser.n_options,
        trades=chooser.trades(),
        no_more=chooser.no_more,
        missing=chooser.missing([theme for theme in wanted if theme.name != OTHER]),
    )


def _best_words(first: Result) -> str:
    if first.status == "optimal":
        return "the least cost of all plans under the priorities: proved."
    if first.gap is None:
        return "the least cost found under the priorities."
    return (
        "the least cost found under the priorities; no plan can be more than "
        f"{100 * first.gap:.1f}% better."
    )


def _words(
    shop: Workshop, found: Candidate, above: float, *, proved: bool, judged: Sequence[Theme] = ()
) -> str:
    cheapest = "the least cost of all plans" if proved else "the least cost found"
    text = f"{found.theme.sentence}; cost {100 * above:.1f}% above {cheapest}"
    if len(found.plan.clusters) == shop.k:
        text += _gains(shop, found, judged)
    return f"{text[0].upper()}{text[1:]}."


def _gains(shop: Workshop, found: Candidate, judged: Sequence[Theme]) -> str:
    """Say what an option has of its theme, the best plan of it, and what no plan can be below."""
    if found.theme.priorities == shop.common and found.theme.cares_for is None:
        gains = [
            f"{aim_name(theme)} {_in(shop, theme, found.plan)} ({_in(shop, theme, shop.best)})"
            for theme in judged
            if better(shop.aim(theme, found.plan), shop.aim(theme, shop.best))
        ]
        return f"; better than that plan (in brackets) in: {', '.join(gains[:3])}" if gains else ""
    theme, floor = found.theme, shop.floor(found.theme)
    text = f"{_in(shop, theme, shop.best)} in that plan"
    clusters = counted(shop.k, "cluster")
    if floor is not None and not better(floor, found.aim):
        text += f"; no plan of {clusters} can do better in this: proved"
    elif floor is not None:
        least = valued(shop.problem, theme, shop.k, floor)
        text += f"; no plan of {clusters} can be below {least}: proved"
    return f"; {aim_name(theme)}: {_in(shop, theme, found.plan)} ({text})"


def _in(shop: Workshop, theme: Theme, plan: Plan) -> str:
    return valued(shop.problem, theme, shop.k, shop.aim(theme, plan))
