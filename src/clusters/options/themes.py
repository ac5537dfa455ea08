"""Themes: what an option is especially good at, as priorities and in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import PRIORITY_NAMES, FrozenDict, Plan, Priorities, Problem, Rules, weighing
from clusters.errors import ArgumentError
from clusters.shown import Shown
from clusters.text import clipped, words

__all__ = ["Theme", "further_themes", "themes_for"]

WEIGHED = tuple(sorted(PRIORITY_NAMES))
"""What a theme can care for that is a priority: its weight is the strength of the theme."""
RULED = ("longest_journey", "expertise_gaps")
"""What a theme can care for by rules that are made stricter; the common priorities decide then."""

FULL = 0.999
"""Share of the schools whose group of today must be known for "least change" to be offered."""


@checked
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Theme(Shown):
    """What an option is to be especially good at.

    Parameters
    ----------
    name
        Short name; the option is called so.
    sentence
        What it is about, in plain words.
    cares_for
        The priority that grows: "balance", "pyramids", "change", "expertise" or "travel";
        "longest_journey" or "expertise_gaps" (clusters without a type of expertise), for which the
        rules are made stricter; None where `priorities` are to be taken as they are.
    priorities
        The priorities of the theme. Where `cares_for` is a priority, that weight is the strength of
        the theme, from nothing up to what the ceiling on the cost allows.

    Raises
    ------
    ArgumentError
        If there is no such thing to care for.

    Examples
    --------
    >>> from clusters import Priorities
    >>> Theme(name="Even", sentence="clusters alike in pupils", cares_for="balance",
    ...       priorities=Priorities(balance=10.0, balance_by="pupils")).name
    'Even'
    """

    name: str
    sentence: str
    cares_for: str | None
    priorities: Priorities

    def __post_init__(self) -> None:
        if self.cares_for is not None and self.cares_for not in (*WEIGHED, *RULED):
            what = f"theme {self.name!r}: cares_for={clipped(self.cares_for)!r} is not known"
            remedy = f"use None or one of {', '.join((*WEIGHED, *RULED))}"
            raise ArgumentError.of(what, remedy)

    def at(self, common: Priorities, strength: float) -> Priorities:
        """Return the common priorities with the theme added at some strength.

        Raises
        ------
        ArgumentError
            If the theme has no strength.
        """
        if self.cares_for not in WEIGHED:
            remedy = "give cares_for, the priority that it makes stronger"
            raise ArgumentError.of(f"theme {self.name!r} has no strength", remedy)
        changes: dict[str, Any] = {self.cares_for: strength}
        own = self.priorities
        if self.cares_for == "balance":
            changes["balance_by"] = own.balance_measure
        elif self.cares_for == "expertise":
            changes["pupils_per_capacity"] = own.pupils_per_capacity
        elif self.cares_for == "change":
            changes["reference"] = own.reference
        return replace(common, **changes)


Maker = Callable[[Problem, Rules, Priorities, Any], Iterator[Theme]]


def themes_for(
    problem: Problem, rules: Rules, common: Priorities, today: Plan | Mapping[Any, Any] | None
) -> tuple[Theme, ...]:
    """List the themes that the facts allow: those that heads care about first, evenness once."""
    makers: tuple[Maker, ...] = (
        _pyramids,
        _shortest,
        _longest,
        _change,
        _everywhere,
        _expertise,
        _by_need,
        _each_school,
        _even,
    )
    return tuple(theme for make in makers for theme in make(problem, rules, common, today))


def further_themes(problem: Problem, rules: Rules, common: Priorities) -> tuple[Theme, ...]:
    """List themes that are tried only where they are asked for by name: other evennesses."""
    return tuple(_other_evenness(problem, rules, common))


def _alone(common: Priorities, **changes: Any) -> Priorities:
    """Make priorities of one kind only."""
    return weighing(common, **{"travel": 1.0, **changes})


def _theme(name: str, sentence: str, cares_for: str | None, priorities: Priorities) -> Theme:
    return Theme(name=name, sentence=sentence, cares_for=cares_for, priorities=priorities)


def _shortest(_problem: Problem, _rules: Rules, common: Priorities, _today: Any) -> Iterator[Theme]:
    if any(getattr(common, name) for name in PRIORITY_NAMES if name != "travel"):
        text = "aims at shorter journeys to the centres"
        yield _theme("Shortest journeys", text, "travel", _alone(common))


def _longest(_problem: Problem, _rules: Rules, common: Priorities, _today: Any) -> Iterator[Theme]:
    text = "aims at a shorter longest journey of a school to its centre"
    yield _theme("Nobody far away", text, "longest_journey", common)


def _even(problem: Problem, rules: Rules, common: Priorities, _today: Any) -> Iterator[Theme]:
    measure = _balanced(rules, common)
    if measure in problem.measures:  # without it there is no such option; none stands in for it
        yield _evenness("Most even", measure, common)


def _balanced(rules: Rules, common: Priorities) -> str:
    """Name the measure to be made even: what the priorities ask for, else the first rule's."""
    return common.balance_by or next(iter(rules.balance), common.balance_measure)


def _evenness(name: str, measure: str, common: Priorities) -> Theme:
    text = f"aims at clusters more equal in {words(measure)}"
    return _theme(name, text, "balance", _alone(common, balance=1.0, balance_by=measure))


def _pyramids(problem: Problem, rules: Rules, common: Priorities, _today: Any) -> Iterator[Theme]:
    kept = [{problem.position(key) for key in group} for group in rules.together]
    loose = [
        members
        for members in problem.pyramids.values()
        if len(members) > 1
        and not any({problem.position(key) for key in members} <= group for group in kept)
    ]
    if loose:
        text = "aims at fewer pyramids split between clusters"
        yield _theme("Keeps pyramids", text, "pyramids", _alone(common, pyramids=1.0))


def _change(problem: Problem, _rules: Rules, common: Priorities, today: Any) -> Iterator[Theme]:
    groups = today if today is not None else common.groups_before
    if groups is None:
        known = {s.urn: s.cluster for s in problem.schools if s.cluster is not None}
        groups = known if len(known) >= FULL * len(problem) else None
    if groups is not None:
        text = "aims at fewer schools that leave the group that they are in today"
        own = _alone(common, change=1.0, reference=groups)
        yield _theme("Least change", text, "change", own)


def _everywhere(
    problem: Problem, _rules: Rules, common: Priorities, _today: Any
) -> Iterator[Theme]:
    if any(capacity.amount > 0 for s in problem.schools for capacity in s.expertise.values()):
        text = "aims at fewer clusters without a type of expertise"
        yield _theme("Expertise everywhere", text, "expertise_gaps", common)


def _expertise(problem: Problem, _rules: Rules, common: Priorities, _today: Any) -> Iterator[Theme]:
    given = dict(common.pupils_per_capacity)
    covers = given or _average_cover(problem)
    if covers:
        text = "aims at more pupils who find expertise in their type of need within their own "
        text += "cluster" if given else f"cluster ({_AVERAGE})"
        own = _alone(common, expertise=1.0, pupils_per_capacity=FrozenDict(covers))
        yield _theme("Best shared expertise", text, "expertise", own)


_AVERAGE = (
    "a unit of capacity is taken to cover the authority's average of pupils, as nothing says how "
    "many it covers"
)


def _average_cover(problem: Problem) -> dict[str, float]:
    """Pupils per unit of capacity over the whole authority, by type: what sharing evenly means.

    A type whose pupils are not known at some school has no average: unknown is not 0.
    """
    need: dict[str, float] = {}
    held: dict[str, float] = {}
    units: dict[str, set[str]] = {}
    for school in problem.schools:
        for kind, count in school.need.items():
            known = [pupils for pupils in (count.ehcps, count.sen_support) if pupils is not None]
            need[kind] = need.get(kind, 0.0) + (sum(known) if known else math.nan)
        for kind, capacity in school.expertise.items():
            held[kind] = held.get(kind, 0.0) + capacity.amount
            units.setdefault(kind, set()).add(capacity.unit)
    return {
        kind: need[kind] / held[kind]
        for kind in sorted(need)
        if need[kind] > 0 and held.get(kind) and len(units[kind]) == 1
    }


def _by_need(problem: Problem, _rules: Rules, common: Priorities, _today: Any) -> Iterator[Theme]:
    if "need" in problem.measures and not _alike(problem, common.travel_by, "need"):
        text = "aims at short journeys for pupils with EHC plans and SEN support"
        yield _theme("Near where need is", text, None, _alone(common, travel_by="need"))


def _alike(problem: Problem, one: str, other: str) -> bool:
    """Whether two measures weigh schools alike."""
    a, b = problem.measure(one), problem.measure(other)
    return bool(np.allclose(a * b.sum(), b * a.sum()))


def _each_school(
    problem: Problem, _rules: Rules, common: Priorities, _today: Any
) -> Iterator[Theme]:
    if not _alike(problem, common.travel_by, "schools"):
        text = "aims at short journeys for every school alike, small or large"
        yield _theme("Every school alike", text, None, _alone(common, travel_by="schools"))


def _other_evenness(problem: Problem, rules: Rules, common: Priorities) -> Iterator[Theme]:
    done = _balanced(rules, common)
    for measure in ("schools", "need", "pupils"):
        if measure in problem.measures and measure != done:
            yield _evenness(f"Most even in {measure}", measure, common)
