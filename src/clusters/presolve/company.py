"""Schools that others cut off from each other: who must keep company on the map, and who may not.

Each check yields a reason for every case of its kind. All arithmetic is exact and errs on one side
only: a reason is a proof, no reason proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from clusters.domain import Clause, Quantity
from clusters.presolve import relaxing as fix
from clusters.presolve.case import Facts, Reason
from clusters.presolve.wording import (
    CONTIGUOUS,
    amount_of,
    because,
    caller,
    count_if_shared,
    figure,
    school_at,
)

__all__ = ["forced_company", "walled_in"]


def walled_in(facts: Facts) -> Iterator[Reason]:
    """Schools that those who must be apart from them cut off from each other, or from the rest.

    The schools apart from an atom cannot be on the way between its members, nor beyond it: without
    them the members must still be joined, and with all that they reach fill a cluster.
    """
    if not facts.on_map:
        return
    rivals: dict[int, dict[int, None]] = {}
    groups = [set(facts.positions(group)) for group in facts.rules.apart]
    for number, group in enumerate(groups):
        for a in {facts.atom_of[p] for p in group}:
            rivals.setdefault(a, {})[number] = None
    for a, numbers in sorted(rivals.items()):
        atom = facts.atoms[a]
        direct = {p for g in numbers for p in groups[g]} - set(atom)
        if any(len(groups[g] & set(atom)) > 1 for g in numbers):
            continue  # `together_and_apart` has said so
        # whoever must be with one of them may not be in the cluster either
        rival_atoms = {facts.atom_of[p] for p in direct}
        shut = {p for r in rival_atoms for p in facts.atoms[r]}
        held = _reached(facts, atom[0], shut)
        clauses = (
            *(Clause("apart", g) for g in numbers),
            *(c for r in sorted(rival_atoms) for c in facts.groups_within(facts.atoms[r])),
        )
        if any(p not in held for p in atom):
            yield _parted(facts, atom, clauses, next(p for p in atom if p not in held))
            continue
        for q in facts.quantities:
            if q.least and not q.excused and q.total(held) < q.least:
                yield _penned(facts, q, atom, clauses, held)
                break


def _reached(facts: Facts, first: int, shut: set[int]) -> set[int]:
    reached, waiting = {first}, [first]
    for p in waiting:
        fresh = [b for b in facts.near[p] if b not in reached and b not in shut]
        reached.update(fresh)
        waiting += fresh
    return reached


def _parted(facts: Facts, atom: Sequence[int], clauses: tuple[Clause, ...], far: int) -> Reason:
    every = tuple(dict.fromkeys((*facts.groups_within(atom), *clauses, CONTIGUOUS)))
    return _no_way(facts, atom[0], far, every)


def _no_way(facts: Facts, first: int, far: int, clauses: tuple[Clause, ...]) -> Reason:
    """Say that two schools that must be together cannot be joined on the map."""
    return Reason(
        clauses=clauses,
        sentence=f"{school_at(facts, first)} and {school_at(facts, far)} must share a cluster, "
        "but every way between them passes a school that may not be in it.",
        fixes=fix.drops(facts, *clauses),
    )


def _penned(
    facts: Facts, q: Quantity, atom: Sequence[int], clauses: tuple[Clause, ...], held: set[int]
) -> Reason:
    have = q.total(held)
    every = tuple(dict.fromkeys((*facts.groups_within(atom), *clauses, CONTIGUOUS, q.clause)))
    return Reason(
        clauses=(*every, *count_if_shared(q.clause)),
        sentence=f"{caller(facts, atom)} can be joined, past the schools that may not be in the "
        f"same cluster, to no more than {amount_of(q, have)} in all; the least allowed in a "
        f"cluster is {figure(q.least or Fraction(0))}{because(facts, q)}.",
        fixes=fix.ordered(fix.least_to(facts, q, Fraction(have)), *fix.drops(facts, *every)),
    )


@dataclass(frozen=True, slots=True)
class _Company:
    """Schools that share a cluster in every plan, and the clauses that make them do so."""

    members: frozenset[int]
    clauses: frozenset[Clause]


def forced_company(facts: Facts) -> Iterator[Reason]:
    """Let groups take in the schools that they cannot be joined without, until nothing is added.

    Where a group falls apart without one school, that school belongs to it; so do those that must
    be with it. Two that must be apart cannot both be in one group, and the group must fit.
    """
    if not facts.on_map:
        return
    groups = [frozenset(facts.positions(group)) for group in facts.rules.apart]
    company = {
        a: _Company(frozenset(atom), frozenset(facts.groups_within(atom)))
        for a, atom in enumerate(facts.atoms)
        if len(atom) > 1
    }
    waiting = list(company)
    while waiting:
        one = waiting.pop()
        if one not in company:
            continue
        grown = _grown(facts, company, one, groups)
        if isinstance(grown, Reason):
            yield grown
            return
        if grown.members == company[one].members:
            continue
        company[one] = grown
        others = [a for a in company if a != one and company[a].members & grown.members]
        for other in others:
            gone = company.pop(other)
            company[one] = _Company(
                company[one].members | gone.members, company[one].clauses | gone.clauses
            )
        broken = _quarrel(facts, company[one], groups) or _too_large(facts, company[one])
        if broken is not None:
            yield broken
            return
        waiting = list(company)


def _grown(
    facts: Facts, company: dict[int, _Company], one: int, groups: Sequence[frozenset[int]]
) -> _Company | Reason:
    """Add every school without which a group falls apart; or say that it is apart already."""
    mine = company[one]
    shut, clauses = set[int](), set(mine.clauses)
    for number, group in enumerate(groups):
        if group & mine.members:
            rivals = group - mine.members
            clauses.add(Clause("apart", number))
            shut |= rivals
            for other in company.values():
                if other.members & rivals:
                    shut |= other.members
                    clauses |= other.clauses
    shut -= mine.members
    needed, joined = _on_the_way(facts, mine.members, shut)
    if not joined:
        first = min(mine.members)
        far = min(mine.members - _reached(facts, first, shut))
        return _no_way(facts, first, far, (*sorted(clauses, key=str), CONTIGUOUS))
    if not needed:
        return mine
    return _Company(mine.members | needed, frozenset(clauses))


def _on_the_way(
    facts: Facts, members: frozenset[int], shut: set[int]
) -> tuple[frozenset[int], bool]:
    """Find the schools without which some members are cut off from others (cut vertices; Tarjan).

    Returns
    -------
    tuple
        Those schools, and whether the members are joined at all.
    """
    root = min(members)
    order, low, parent = {root: 0}, {root: 0}, {root: -1}
    inside = {root: True}  # whether a member lies at or below
    needed: set[int] = set()
    path = [(root, iter(facts.near[root]))]
    while path:
        node, around = path[-1]
        other = next(around, None)
        if other is None:
            path.pop()
            up = parent[node]
            if up >= 0:
                low[up] = min(low[up], low[node])
                inside[up] |= inside[node]
                if inside[node] and low[node] >= order[up] and up not in members:
                    needed.add(up)
        elif other in shut:
            continue
        elif other not in order:
            order[other] = low[other] = len(order)
            parent[other], inside[other] = node, other in members
            path.append((other, iter(facts.near[other])))
        elif other != parent[node]:
            low[node] = min(low[node], order[other])
    return frozenset(needed), all(p in order for p in members)


def _quarrel(facts: Facts, one: _Company, groups: Sequence[frozenset[int]]) -> Reason | None:
    for number, group in enumerate(groups):
        both = sorted(group & one.members)
        if len(both) > 1 and len({facts.atom_of[p] for p in both}) > 1:
            named = (*sorted(one.clauses, key=str), Clause("apart", number), CONTIGUOUS)
            every = tuple(dict.fromkeys(named))
            return Reason(
                clauses=every,
                sentence=f"{school_at(facts, both[0])} and {school_at(facts, both[1])} may not "
                "share a cluster, but groups that must be together can be joined on the map only "
                "through both of them.",
                fixes=fix.drops(facts, *every),
            )
    return None


def _too_large(facts: Facts, one: _Company) -> Reason | None:
    members = sorted(one.members)
    for q in facts.quantities:
        if q.most is None or q.excused or q.total(members) <= q.most:
            continue
        have, together = q.total(members), (*sorted(one.clauses, key=str), CONTIGUOUS)
        larger = fix.most_to(facts, q, Fraction(have))
        return Reason(
            clauses=(*together, q.clause, *count_if_shared(q.clause)),
            sentence=f"{caller(facts, members)} must share a cluster, as groups that must be "
            f"together are joined on the map only through them: {amount_of(q, have)} in all; the "
            f"most allowed in a cluster is {figure(q.most)}{because(facts, q)}.",
            fixes=fix.ordered(larger, *fix.drops(facts, *together)),
        )
    return None
