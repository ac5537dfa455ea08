"""How sure each school's place is, as values: draws by cause, figures, tables and sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from clusters.arguments import checked
from clusters.domain import FloatArray, IntArray, Plan, Problem, SchoolId
from clusters.errors import ArgumentError
from clusters.maps.certainty import BANDS, certainty_svg
from clusters.measures import places_of
from clusters.measures.values import frame_by_kind
from clusters.options.draws import Drawn, placed
from clusters.options.wording import cluster_name, percent
from clusters.shown import Shown
from clusters.text import counted, listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Draws", "Stability"]

LEAST_SURE = 5
"""Schools that the summary names."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Draws(Shown):
    """Plans that could be the best one instead, for one cause.

    Parameters
    ----------
    cause
        "errors" (of the numbers), "weights" (of the priorities) or "near" (plans that cost little
        more).
    words, word
        What was drawn, to go after "in 96 of 100": "draws with errors of up to 5% in pupils"; and
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

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2)
    >>> plan = {"a": "a", "b": "a", "c": "c", "d": "c"}
    >>> answer = cl.options.stability(
    ...     problem, two, plan, errors=None, weights=None, within=0.05)
    >>> [draws.cause for draws in answer.causes.values()]
    ['near']
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


@dataclass(frozen=True, eq=False, repr=False)
class Stability(Shown):
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

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2)
    >>> plan = {"a": "a", "b": "a", "c": "c", "d": "c"}
    >>> answer = cl.options.stability(
    ...     problem, two, plan, errors=None, weights=None, within=0.05)
    >>> sorted(answer.sentences)
    ['a', 'b', 'c', 'd']
    """

    problem: Problem
    plan: Plan
    causes: Mapping[str, Draws]
    _: KW_ONLY
    cost: float
    control: Drawn
    reproducible: bool
    notes: tuple[str, ...] = ()

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
        tables = [self._here(self.causes[name]) for name in self._asked(cause)]
        return {key: min(table[k] for table in tables) for k, key in enumerate(self.problem.ids)}

    def _here(self, draws: Draws) -> list[Fraction]:
        stay = (draws.places == self._base[None, :]).sum(axis=0)
        return [Fraction(int(count), max(1, len(draws))) for count in stay]

    @checked
    def together(self, one: SchoolId, other: SchoolId, cause: str | None = None) -> Fraction:
        """Return in what share of the draws two schools are in one cluster; `cause` as above."""
        a, b = self.problem.position(one), self.problem.position(other)
        held = [self.causes[name].places for name in self._asked(cause)]
        return min(Fraction(int((p[:, a] == p[:, b]).sum()), max(1, len(p))) for p in held)

    def _asked(self, cause: str | None) -> list[str]:
        held = [name for name, draws in self.causes.items() if len(draws)]
        asked = held if cause is None else [cause]
        if not asked or any(name not in held for name in asked):
            unknown = cause is not None and cause not in self.causes
            raise ArgumentError.of(
                f"there are no draws of {cause!r}" if unknown else "no draw has a plan",
                f"use one of {', '.join(self.causes)}" if self.causes else "ask for some",
            )
        return asked

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
        return frame_by_kind(
            kind, school=self._school_rows, pair=self._pair_rows, draw=self._draw_rows
        )

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
            return f"{name} is in {cluster_name(label)}; no draw has a plan."
        most = max(other, key=lambda place: other[place])
        tail = f"; otherwise mostly in {cluster_name(most)}" if most else ""
        return f"{name} is in {cluster_name(label)} {listed(parts)}{tail}."

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
        of = " and ".join(str(self.causes[name]) for name in self._asked(cause))
        title = title or f"How sure each school's place is: {of}"
        return certainty_svg(self.problem, self.plan, self.shares(cause), title=title, **more)

    def summary(self) -> str:
        """Say in plain words how sure the places are, for each cause, and who is least sure."""
        found = (line for draws in self.causes.values() for line in self._cause_words(draws))
        return "\n".join([*self._control_words(), *found, *self.notes])

    def _control_words(self) -> Iterator[str]:
        """Say so where the search leaves the plan although nothing is changed."""
        groups = self.control.groups
        if groups is None:
            return
        moved = int((placed(self._base, groups, len(self._labels)) != self._base).sum())
        cost = self.control.cost
        if moved and cost is not None:
            below = percent(1 - cost / self.cost) if self.cost else "0%"
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
            yield f"There is only {draws}{': this one' if min(here) == 1 else ''}."
        counts = {band.words: sum(band.holds(share) for share in here) for band in BANDS}
        held = [f"{count} {often}" for often, count in counts.items() if count]
        held[0] = held[0].replace(" ", " stay ", 1)
        kind = "all " if draws.exact and len(draws) > 1 else ""
        yield f"In {kind}{draws}, of {counted(len(here), 'school')} {listed(held)}."
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
        return
    gaps = [d.gap for d in draws.drawn if d.groups is not None]
    known = [gap for gap in gaps if gap is not None]
    most = ""
    if len(known) == len(gaps):
        most = percent(math.ceil(max(known) * 1e4) / 1e4)
        most = f", and no plan can be more than {most} better"
    yield (
        f"{draws.proved} of these {len(draws)} plans are proved to be the best of their draw; "
        f"the others are the best found{most}."
    )


_LOST = {
    "none exists": "it is proved that no plan keeps the rules",
    "not found": "no plan was found in the effort given",
}


def _pairs(places: IntArray) -> FloatArray:
    """Share of the plans in which each two schools are together, array (n, n)."""
    n = places.shape[1]
    count = np.zeros((n, n))
    for row in places:
        count += row[:, None] == row[None, :]
    return count / max(1, len(places))
