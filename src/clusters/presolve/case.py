"""What the arithmetic looks at: who stays together, what is bounded, who can reach whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from clusters.domain import (
    Clause,
    Problem,
    Rules,
    SchoolId,
    bounded_quantities,
    kept_together,
    longest_journeys,
)
from clusters.rulebook import most_travel

__all__ = ["Facts", "Fix", "Reason"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A change of the rules that takes one reason away.

    Parameters
    ----------
    clauses
        What it loosens.
    rules
        The rules with the change made; `altered` puts it into words.
    size
        How much is given up: the share by which a bound is moved (1 and more: a rule is dropped).
    excuses
        Whether it excuses one cluster instead of moving a bound for all.
    """

    clauses: tuple[Clause, ...]
    rules: Rules
    size: float
    excuses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why no plan can exist: the rules that conflict, and a sentence with the numbers.

    Parameters
    ----------
    clauses
        Rules that cannot all hold.
    sentence
        Why, with the numbers.
    fixes
        Changes that would take this reason away, the smallest first.
    """

    clauses: tuple[Clause, ...]
    sentence: str
    fixes: tuple[Fix, ...] = ()


class Facts:
    """The inputs for one number of clusters, prepared for the checks."""

    def __init__(self, problem: Problem, rules: Rules, k: int) -> None:
        self.problem, self.rules, self.k = problem, rules, k
        self.quantities = bounded_quantities(problem, rules, k)

    @cached_property
    def atoms(self) -> tuple[tuple[int, ...], ...]:
        """Schools that must stay together, as positions; every other school by itself."""
        return kept_together(self.problem, self.rules)

    @cached_property
    def atom_of(self) -> dict[int, int]:
        """Atom of each school."""
        return {p: a for a, atom in enumerate(self.atoms) for p in atom}

    @property
    def on_map(self) -> bool:
        """Whether clusters have to be in one piece."""
        return self.rules.contiguous and self.problem.edges is not None

    @cached_property
    def near(self) -> tuple[tuple[int, ...], ...]:
        """Neighbours of each school where contiguity is a rule, else nobody's."""
        lists: list[list[int]] = [[] for _ in self.problem.schools]
        if self.rules.contiguous and self.problem.edges is not None:
            for i, j in self.problem.edges.tolist():
                lists[i].append(j)
                lists[j].append(i)
        return tuple(tuple(sorted(others)) for others in lists)

    @cached_property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        """Connected parts of the map (one part of all where contiguity is not a rule)."""
        if not self.on_map:
            return (tuple(range(len(self.problem))),)
        left, parts = set(range(len(self.problem))), []
        while left:
            part = [left.pop()]
            for node in part:
                fresh = [other for other in self.near[node] if other in left]
                left.difference_update(fresh)
                part += fresh
            parts.append(tuple(sorted(part)))
        return tuple(sorted(parts))

    @cached_property
    def candidates(self) -> list[int]:
        """Positions of the schools that may be a centre."""
        if self.rules.centres is None:
            return list(range(len(self.problem)))
        return self.positions(self.rules.centres)

    @cached_property
    def reach(self) -> npt.NDArray[np.bool_]:
        """Whether each school's journey to each candidate centre is allowed, array (n, m)."""
        journey = self.problem.travel[:, self.candidates]
        longest = np.array(longest_journeys(self.problem, self.rules))
        return np.isfinite(journey) & (journey <= longest[:, None])

    @cached_property
    def atom_reach(self) -> npt.NDArray[np.bool_]:
        """Whether all schools of each atom may travel to each candidate, array (atoms, m)."""
        return np.array([self.reach[list(atom)].all(axis=0) for atom in self.atoms])

    @property
    def most_travel(self) -> float | None:
        """Longest journey allowed, in the unit of the journeys."""
        return most_travel(self.problem, self.rules)

    def positions(self, ids: Iterable[SchoolId]) -> list[int]:
        """Positions of schools by id, each once, in order."""
        return sorted({self.problem.position(key) for key in ids})

    def ids(self, positions: Iterable[int]) -> tuple[SchoolId, ...]:
        """Ids of schools by position."""
        return tuple(self.problem.schools[p].urn for p in positions)

    def groups_within(self, atom: Iterable[int]) -> tuple[Clause, ...]:
        """List the `together` clauses that make an atom."""
        held = set(atom)
        return tuple(
            Clause("together", number)
            for number, group in enumerate(self.rules.together)
            if self.problem.position(group[0]) in held
        )
