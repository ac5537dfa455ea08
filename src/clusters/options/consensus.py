"""One plan out of several members' maps: the one under the rules that disagrees least with them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
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
    SchoolId,
    check_rules,
    is_whole,
    plans_of,
)
from clusters.errors import ArgumentError, Faults
from clusters.maps.certainty import certainty_svg
from clusters.measures import places_of
from clusters.measures.values import frame_by_kind
from clusters.options.draws import placed
from clusters.options.median import Votes, nearest_plan
from clusters.options.wording import cluster_name, percent
from clusters.presolve import refuse_impossible
from clusters.shown import Shown
from clusters.solver import Settings, effort
from clusters.text import counted, listed
from clusters.verifier import Certificate, verify

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Consensus", "consensus"]

USUAL_S = 60.0
"""Seconds where no settings are given."""
MOST_DIVIDED = 8
"""Schools on which members divide that the summary names."""


@dataclass(frozen=True, slots=False, kw_only=True, eq=False, repr=False)
class Consensus(Shown):
    """The plan nearest to several maps, and where the maps divide.

    Parameters
    ----------
    problem, maps
        The facts, and the maps by name.
    votes
        How much each map counts.
    plan, certificate
        The plan, verified under the rules.
    disagreements
        Votes against it: for each map and each two schools that the map places, whether the plan
        has them together where the map has them apart, or apart where it has them together.
    bound
        No plan under the rules has fewer disagreements.
    seconds
        Time used.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [1900, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> two = cl.Rules(n_clusters=2)
    >>> plan = {"a": "a", "b": "a", "c": "c", "d": "c"}
    >>> found = cl.options.consensus(problem, two, {"Ann": plan, "Ben": plan})
    >>> found.disagreements
    0
    """

    problem: Problem
    maps: Mapping[str, Plan]
    votes: Mapping[str, int]
    plan: Plan
    certificate: Certificate
    disagreements: int
    bound: int
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether no plan under the rules is nearer to the maps."""
        return self.disagreements <= self.bound

    # -- figures -----------------------------------------------------------------------------

    @cached_property
    def _base(self) -> IntArray:
        return places_of(self.problem, self.plan)

    @cached_property
    def _labels(self) -> list[str]:
        return [cluster.label for cluster in self.plan.clusters if cluster.members]

    @cached_property
    def _places(self) -> dict[str, IntArray]:
        """For each map the cluster of the plan that a school's group stands for; -1: no place."""
        found = {}
        for name, plan in self.maps.items():
            groups = places_of(self.problem, plan)
            held = groups >= 0
            places = np.full(len(groups), -1, dtype=np.int64)
            if held.any():
                base = np.where(held, self._base, -1)
                places[held] = placed(base, groups, len(self._labels))[held]
            found[name] = places
        return found

    @checked
    def agreement(self, one: SchoolId, other: SchoolId) -> Fraction:
        """Return the share of the votes on two schools that the plan follows; 1 without votes."""
        a, b = self.problem.position(one), self.problem.position(other)
        joint, split = self._votes.joint[a, b], self._votes.split[a, b]
        follow = split if self._base[a] == self._base[b] else joint
        return Fraction(int(follow), int(joint + split)) if joint + split else Fraction(1)

    @cached_property
    def _votes(self) -> Votes:
        return Votes.of(self.problem, self.maps, self.votes)

    def shares(self) -> dict[SchoolId, Fraction]:
        """Return for each school the share of the votes that put it where the plan has it.

        A map's groups are matched with the clusters of the plan so that the most schools agree; 1
        where no map places the school.
        """
        return {key: self._share(k) for k, key in enumerate(self.problem.ids)}

    def _share(self, k: int) -> Fraction:
        tally = self._tally(k)
        total = sum(tally.values())
        return Fraction(tally[int(self._base[k])], total) if total else Fraction(1)

    def _tally(self, k: int) -> Counter[int]:
        """Votes for each place of a school."""
        tally: Counter[int] = Counter()
        for name, places in self._places.items():
            if places[k] >= 0:
                tally[int(places[k])] += self.votes[name]
        return tally

    @property
    def divided(self) -> tuple[SchoolId, ...]:
        """Schools that not every map that places them puts where the plan has them."""
        return tuple(key for key, share in self.shares().items() if share < 1)

    # -- tables ------------------------------------------------------------------------------

    @checked
    def to_frame(self, kind: str = "school") -> pd.DataFrame:
        """Make a frame.

        Parameters
        ----------
        kind
            "school": votes for its place, of all on it, and where most of the others put it.
            "pair": for each two schools that any map or the plan puts together, the votes for
            together and for apart, and what the plan does. "map": how far each map is from it.
        """
        return frame_by_kind(
            kind, school=self._school_rows, pair=self._pair_rows, map=self._map_rows
        )

    def _school_rows(self) -> Iterator[dict[str, Any]]:
        for k, school in enumerate(self.problem.schools):
            tally = self._tally(k)
            here = tally.pop(int(self._base[k]), 0)
            other = max(tally, key=lambda place: tally[place], default=None)
            yield {
                "school": school.urn,
                "name": school.name,
                "cluster": self._labels[self._base[k]],
                "votes_here": here,
                "votes": here + sum(tally.values()),
                "else": "" if other is None else self._label(other),
                "votes_else": 0 if other is None else tally[other],
            }

    def _pair_rows(self) -> Iterator[dict[str, Any]]:
        ids, votes = self.problem.ids, self._votes
        now = self._base[:, None] == self._base[None, :]
        for a, b in np.argwhere(np.triu(now | (votes.split > 0), 1)).tolist():
            yield {
                "school": ids[a],
                "other": ids[b],
                "votes_together": int(votes.split[a, b]),
                "votes_apart": int(votes.joint[a, b]),
                "in_plan": "together" if now[a, b] else "apart",
                "agreement": float(self.agreement(ids[a], ids[b])),
            }

    def _map_rows(self) -> Iterator[dict[str, Any]]:
        for name in self.maps:
            one = Votes.of(self.problem, {name: self.maps[name]}, {name: 1})
            places = self._places[name]
            yield {
                "map": name,
                "votes": self.votes[name],
                "schools_placed": int((places >= 0).sum()),
                "pairs": int(np.triu(one.joint + one.split, 1).sum()),
                "pairs_disagree": one.against(self._base),
                "schools_elsewhere": int(((places >= 0) & (places != self._base)).sum()),
            }

    def _label(self, place: int) -> str:
        return self._labels[place] if place < len(self._labels) else "a cluster of its own"

    # -- words -------------------------------------------------------------------------------

    def summary(self) -> str:
        """Say how near the plan is to the maps, what is proved, and where members divide."""
        maps = counted(len(self.maps), "map")
        lines = [
            f"The plan disagrees with the {maps} {counted(self.disagreements, 'time')} in all, "
            f"counted over pairs of schools; {self._proof()}."
        ]
        for row in self._map_rows():
            share = Fraction(row["pairs_disagree"], max(1, row["pairs"]))
            lines.append(
                f"{row['map']}: {counted(row['schools_elsewhere'], 'school')} elsewhere, "
                f"{percent(round(float(share), 4))} of its pairs differ."
            )
        divided = sorted(self.divided, key=lambda key: (self.shares()[key], str(key)))
        settled = len(self.problem) - len(divided)
        lines.append(f"On {counted(settled, 'school')} all maps that place them agree with it.")
        lines += [self.sentence(key) for key in divided[:MOST_DIVIDED]]
        if len(divided) > MOST_DIVIDED:
            lines.append(f"Members divide on {len(divided) - MOST_DIVIDED} more.")
        return "\n".join(lines)

    def _proof(self) -> str:
        if self.proved:
            return "proved: no plan under the rules disagrees less"
        return f"no plan under the rules disagrees fewer than {counted(self.bound, 'time')}"

    @checked
    def sentence(self, school: SchoolId) -> str:
        """Say where the maps put a school."""
        k = self.problem.position(school)
        name, own, tally = self.problem.schools[k].name, int(self._base[k]), self._tally(k)
        here = cluster_name(self._label(own))
        if not tally:
            return f"No map places {name}; the plan has it in {here}."
        if set(tally) == {own}:
            return f"{name} is in {here}, as all maps that place it have it."
        most_first = sorted(tally.items(), key=lambda each: (-each[1], each[0]))
        votes = [f"{count} for {cluster_name(self._label(place))}" for place, count in most_first]
        total = counted(sum(tally.values()), "vote")
        return f"Members divide on {name}: of {total} {listed(votes)}; the plan has it in {here}."

    @checked
    def to_svg(self, *, title: str = "", **more: Any) -> str:
        """Draw the plan; ground is hatched where members divide.

        Parameters
        ----------
        title, more
            As for :func:`clusters.maps.certainty_svg`.
        """
        title = title or f"How far {counted(len(self.maps), 'map')} agree on each school's place"
        own = {"title": title, "cases": "votes", **more}
        return certainty_svg(self.problem, self.plan, self.shares(), **own)


@checked
def consensus(
    problem: Problem,
    rules: Rules,
    maps: Mapping[str, PlanLike],
    priorities: Priorities | None = None,
    settings: Settings | None = None,
    *,
    votes: Mapping[str, int] | None = None,
) -> Consensus:
    """Find the plan under the rules that is nearest to several maps.

    Nearest means the fewest disagreements: for each map, every two schools that it places are
    either together in the plan and in the map, or apart in both, or one disagreement. Names of
    clusters play no part.

    Parameters
    ----------
    problem, rules
        As for `solve`.
    maps
        By the name of whoever drew it: a plan, or ``{id: cluster}``; it may leave schools out, and
        may break the rules.
    priorities
        Say which member of a cluster is its centre; they do not change who is with whom.
    settings
        Time and seed.
    votes
        How much each map counts, a whole number above 0; 1 where not named.

    Returns
    -------
    Consensus
        The plan is verified. Where one of the maps keeps the rules and no plan found is nearer to
        all of them, it is that map.

    Raises
    ------
    ArgumentError
        If no map is given, or votes name none of them.
    InfeasibleError, OutOfTimeError
        If no plan keeps the rules, or none was found in time.

    Examples
    --------
    >>> import clusters as cl
    >>> problem = cl.Problem.from_arrays(
    ...     ["a", "b", "c", "d"], [[0, 0], [1000, 0], [2000, 0], [3000, 0]],
    ...     {"need": [1, 1, 1, 1]}, [("a", "b"), ("b", "c"), ("c", "d")])
    >>> found = consensus(problem, cl.Rules(n_clusters=2), {
    ...     "Ann": {"a": 1, "b": 1, "c": 2, "d": 2},
    ...     "Ben": {"a": 1, "b": 1, "c": 1, "d": 2},
    ...     "Cat": {"a": "x", "b": "x", "c": "y"}})
    >>> found.disagreements, found.proved, found.divided
    (3, True, ('c',))
    """
    begin = time.monotonic()
    maps = plans_of(problem, maps, "maps")
    priorities = Priorities(travel_by="schools") if priorities is None else priorities
    check_rules(problem, rules, priorities)
    counts = _counts(maps, votes)
    seconds, seed = effort(settings, USUAL_S)
    refuse_impossible(problem, rules)
    tally = Votes.of(problem, maps, counts)
    plan, bound = nearest_plan(problem, rules, maps, tally, priorities, seconds, seed)
    return Consensus(
        problem=problem,
        maps=maps,
        votes=counts,
        plan=plan,
        certificate=verify(problem, rules, plan, priorities),
        disagreements=tally.against(places_of(problem, plan)),
        bound=bound,
        seconds=time.monotonic() - begin,
    )


def _counts(maps: Mapping[str, Plan], votes: Mapping[str, int] | None) -> dict[str, int]:
    """Votes of each map."""
    votes = votes or {}
    faults = Faults()
    if not maps:
        faults.add("no map is given", "give one by name")
    for name in votes:
        if name not in maps:
            faults.add(f"votes name {name!r}, which is no map", f"use {', '.join(maps)}")
    for name, count in votes.items():
        if not is_whole(count, 1):
            what = f"the votes of {name!r} are not a whole number of 1 or more"
            faults.add(what, "leave a map out that does not count", str(count))
    faults.refuse(ArgumentError)
    return {name: int(votes.get(name, 1)) for name in maps}
