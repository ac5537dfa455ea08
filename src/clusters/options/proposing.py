"""Propose several good plans that honestly differ."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
)
from clusters.domain.forms import rule_fault
from clusters.errors import RulesError
from clusters.naming import name_clusters
from clusters.options.choosing import OTHER, Chooser, another_map, dear
from clusters.options.themes import Theme, themes_for
from clusters.options.values import Option, Options
from clusters.options.workshop import Budget, Candidate, Workshop
from clusters.solver import Progress, Result, Settings, solve

__all__ = ["propose"]

BEST, THEMES = 0.4, 0.35
"""Shares of the time for the best plan, and for the themes; the rest is for forced difference."""
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
        No option costs more than (1 + ceiling) times the best (0.10 = 10 %).
    min_difference
        Of the pairs of schools that share a cluster in either of two options, the least share
        that do so in one only: 1 - shared pairs / all such pairs.
    themes
        Names of themes to be tried, in order ("Shortest journeys", "Most even", "Keeps pyramids",
        "Least change", "Best shared expertise", "Every school alike", "Another map"), or own
        :class:`Theme` values; None for whatever the facts allow.
    reference
        Today's plan or groups, for "Least change" and for labels; by default `reference`, else
        the groups in the facts.
    on_progress
        As for `solve`.

    Returns
    -------
    Options
        Every plan verified. If there are fewer than asked for, ``.trades`` says what ceiling or
        difference would allow more.

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
    first = solve(problem, rules, priorities, _share(settings, BEST), on_progress=on_progress)
    labels = before if isinstance(before, Plan) else priorities.groups_before
    if isinstance(labels, Plan):
        named = name_clusters(problem, first.plan, keep=labels)
        first = replace(first, plan=named)
    shop = Workshop(problem, rules, priorities, first.plan, first.objective, settings.seed)
    chooser = Chooser(shop, n_options, ceiling, min_difference)
    seconds = settings.time_limit_s if settings.work_limit is None else None
    if n_options > 1:
        chosen = wanted[: n_options - 1 + SPARE]
        try:
            chooser.add_counts(first)
            left = np.inf if seconds is None else seconds - (time.monotonic() - begin)
            for made in _all_themed(shop, chosen, chooser.roof, settings, left):
                chooser.offer(made)
            left = np.inf if seconds is None else seconds - (time.monotonic() - begin)
            work = (settings.work_limit or np.inf) * (1 - BEST - THEMES)
            chooser.force(Budget(left, work), themes is None)
        except KeyboardInterrupt:  # what there is so far is verified and worth having
            pass
    first = _settled(shop, first, chooser)
    return _options(shop, first, chooser, rules, n_options, time.monotonic() - begin)


def _settled(shop: Workshop, first: Result, chooser: Chooser) -> Result:
    """Where a theme led to a plan cheaper than the best so far, call that one the best."""
    cheapest = min(chooser.chosen, key=dear, default=None)
    if cheapest is None or cheapest.cost >= first.objective * (1 - 1e-9):
        return first
    before = shop.candidate(another_map(shop.common), first.plan)
    chooser.chosen.remove(cheapest)
    if before is not None:
        chooser.chosen.insert(0, before)
    shop.best, shop.cost = cheapest.plan, cheapest.cost
    chooser.roof = (1 + chooser.ceiling) * shop.cost
    too_dear = [found for found in chooser.chosen if found.cost > chooser.roof]
    chooser.chosen = [found for found in chooser.chosen if found.cost <= chooser.roof]
    chooser.left_out += too_dear
    gap = None
    if first.bound is not None and cheapest.cost:
        gap = max(0.0, (cheapest.cost - first.bound) / cheapest.cost)
    return replace(
        first,
        plan=cheapest.plan,
        objective=cheapest.cost,
        gap=gap,
        certificate=cheapest.certificate,
    )


def _check(n_options: int, ceiling: float, min_difference: float) -> None:
    faults = []
    if not isinstance(n_options, int | np.integer) or isinstance(n_options, bool) or n_options < 1:
        faults.append(
            rule_fault("n_options is not a whole number of 1 or more", "mend it", n_options)
        )
    if not is_number(ceiling) or ceiling < 0:
        faults.append(rule_fault("ceiling is not a fraction of 0 or more", "write 10 % as 0.10"))
    if not is_number(min_difference) or not 0 <= min_difference <= 1:
        faults.append(
            rule_fault("min_difference is not a fraction from 0 to 1", "write 10 % as 0.10")
        )
    if faults:
        raise RulesError(faults)


def _wanted(
    problem: Problem,
    rules: Rules,
    priorities: Priorities,
    themes: Sequence[str | Theme] | None,
    today: Plan | Mapping[Any, Any] | None,
) -> list[Theme]:
    known = {theme.name: theme for theme in themes_for(problem, rules, priorities, today)}
    known[OTHER] = another_map(priorities)
    if themes is None:
        return [theme for theme in known.values() if theme.name != OTHER]
    faults, chosen = [], []
    for theme in themes:
        if isinstance(theme, Theme):
            chosen.append(theme)
        elif theme in known:
            chosen.append(known[theme])
        else:
            faults.append(
                rule_fault(
                    f"there is no theme {theme!r} that the facts allow",
                    f"use any of {', '.join(known)}",
                )
            )
    if faults:
        raise RulesError(faults)
    for theme in chosen:
        check_rules(problem, rules, theme.priorities)
    return chosen


def _share(settings: Settings, share: float) -> Settings:
    """Take a share of the time, but no less than a first plan needs."""
    limit = settings.time_limit_s
    return replace(
        settings,
        time_limit_s=None if limit is None else max(share * limit, min(limit, FIRST_PLAN_S)),
        work_limit=None if settings.work_limit is None else share * settings.work_limit,
    )


def _all_themed(
    shop: Workshop, themes: list[Theme], roof: float, settings: Settings, left: float
) -> list[list[Candidate]]:
    """Make candidates for every theme, as many at a time as there are workers.

    `left` seconds are left for this and what follows.
    """
    themes = [theme for theme in themes if theme.name != OTHER]
    if not themes:
        return []
    if settings.work_limit is not None:
        budget = Budget(np.inf, THEMES * settings.work_limit / len(themes))
        return [shop.themed(theme, roof, budget) for theme in themes]
    workers = min(settings.workers or min(2, os.cpu_count() or 1), len(themes))
    whole = THEMES / (1 - BEST) * left
    deadline = time.monotonic() + whole
    budget = Budget(whole * workers / len(themes), np.inf)

    def themed(theme: Theme) -> list[Candidate]:
        return shop.themed(theme, roof, budget) if time.monotonic() < deadline else []

    if workers == 1:
        return [themed(theme) for theme in themes]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(themed, themes))


def _options(
    shop: Workshop,
    first: Result,
    chooser: Chooser,
    rules: Rules,
    n_options: int,
    seconds: float,
) -> Options:
    best = Option(
        name="Best overall",
        theme=_best_words(first),
        result=first,
        certificate=first.certificate,
        above_best=0.0,
    )
    options = {best.name: best}
    for found in chooser.chosen:
        name = found.theme.name
        above = found.cost / shop.cost - 1 if shop.cost else 0.0
        gap = None
        if first.bound is not None:
            gap = max(0.0, (found.cost - first.bound) / found.cost) if found.cost else 0.0
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
        options[name] = Option(
            name=name,
            theme=_words(shop, found, above, proved=first.status == "optimal"),
            result=result,
            certificate=found.certificate,
            above_best=above,
        )
    return Options(
        options,
        problem=shop.problem,
        rules=rules,
        priorities=shop.common,
        ceiling=chooser.ceiling,
        min_difference=chooser.least,
        asked=n_options,
        trades=chooser.trades(),
    )


def _best_words(first: Result) -> str:
    if first.status == "optimal":
        return "the least cost of all plans under the priorities: proved."
    if first.gap is None:
        return "the least cost found under the priorities."
    return (
        "the least cost found under the priorities; no plan can be more than "
        f"{100 * first.gap:.1f} % better."
    )


def _words(shop: Workshop, found: Candidate, above: float, *, proved: bool) -> str:
    cheapest = "the least cost of all plans" if proved else "the least cost found"
    text = f"{found.theme.sentence}; cost {100 * above:.1f} % above {cheapest}"
    before = shop.candidate(found.theme, shop.best)
    if before is not None and before.aim > 0 and found.theme.name != OTHER:
        gain = 1 - found.aim / before.aim
        if gain > 0.005 and found.theme.cares_for:
            what = {
                "balance": "unevenness",
                "travel": "journeys",
                "pyramids": "pieces of split pyramids",
                "change": "schools moved from today",
                "expertise": "pupils without expertise nearby",
            }[found.theme.cares_for]
            text += f", {what} {100 * gain:.0f} % less than in that plan"
    return text[0].upper() + text[1:] + "."
