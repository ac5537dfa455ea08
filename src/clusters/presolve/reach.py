"""Journeys that are too long, and what lies within reach.

Each check yields a reason for every case of its kind. All arithmetic is exact and errs on one side
only: a reason is a proof, no reason proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from clusters.domain import Quantity
from clusters.presolve import relaxing as fix
from clusters.presolve.case import Facts, Fix, Reason
from clusters.presolve.wording import (
    CENTRES,
    COUNT,
    TRAVEL,
    amount_of,
    because,
    caller,
    count_if_shared,
    figure,
    school_at,
    there_are,
)
from clusters.rulebook import UNIT_WORDS
from clusters.text import shown


def out_of_reach(facts: Facts) -> Iterator[Reason]:
    """Nobody may be the centre of a school, or of schools that must be together."""
    for a, atom in enumerate(facts.atoms):
        if facts.atom_reach[a].any():
            continue
        lonely = next((p for p in atom if not facts.reach[p].any()), None)
        group = atom if lonely is None else (lonely,)
        yield _unreached(facts, group)


def _unreached(facts: Facts, group: Sequence[int]) -> Reason:
    journeys = facts.problem.travel[np.ix_(list(group), facts.candidates)]
    nearest = float(journeys.max(axis=0).min()) if journeys.size else math.inf
    unit = UNIT_WORDS[facts.problem.travel_unit]
    clauses = [TRAVEL] if facts.most_travel is not None else []
    groups = facts.groups_within(group)
    if facts.rules.centres is not None:
        clauses.append(CENTRES)
    who = school_at(facts, group[0]) if len(group) == 1 else caller(facts, group)
    able = "a school that may be a centre" if facts.rules.centres is not None else "any school"
    if not math.isfinite(nearest):
        text = f"{who} has no way to {able}."
    else:
        way = f"nearer than {shown(round(nearest, 2))} {unit} to"
        text = f"{who} cannot come {way} {able}; "
        if len(group) > 1:
            text = f"{who} must be together, but no centre is {way} all of them; "
        text += f"the longest journey allowed is {shown(facts.most_travel or 0)} {unit}."
    return Reason(
        clauses=(*groups, *clauses),
        sentence=text,
        fixes=fix.ordered(fix.travel_to(facts, nearest), *fix.drops(facts, *groups, *clauses)),
    )


def too_far_apart(facts: Facts) -> Iterator[Reason]:
    """More schools that share no centre within reach than clusters (a clique, found greedily)."""
    if facts.most_travel is None and facts.rules.centres is None:
        return
    reach = facts.atom_reach
    if not reach.any(axis=1).all():
        return  # `out_of_reach` has said so
    shared = reach.astype(np.float32) @ reach.T.astype(np.float32) > 0
    clique: list[int] = []
    open_ = np.ones(len(reach), dtype=np.bool_)
    while open_.any():
        rivals = np.where(open_, (shared & open_[None, :]).sum(axis=1), len(reach) + 1)
        best = int(np.argmin(rivals))
        clique.append(best)
        open_ &= ~shared[best]
    if len(clique) <= facts.k:
        return
    clauses = [c for c, on in ((TRAVEL, facts.most_travel), (CENTRES, facts.rules.centres)) if on]
    groups = [c for a in clique for c in facts.groups_within(facts.atoms[a])]
    unit = UNIT_WORDS[facts.problem.travel_unit]
    within = "" if facts.most_travel is None else f" within {shown(facts.most_travel)} {unit}"
    yield Reason(
        clauses=(COUNT, *clauses, *dict.fromkeys(groups)),
        sentence=f"{len(clique)} schools lie so far apart that no two of them can have the same "
        f"centre{within}; {there_are(facts.k)}.",
        fixes=fix.ordered(*_ways_out_of_distance(facts, len(clique))),
    )


def _ways_out_of_distance(facts: Facts, clique: int) -> Iterator[Fix | None]:
    """Yield more clusters (as few as might do, as many as reach all), longer journeys."""
    yield fix.fewer_or_more(facts, clique)
    reach, covered, count = facts.atom_reach, np.zeros(len(facts.atoms), dtype=np.bool_), 0
    while not covered.all():
        gain = (reach & ~covered[:, None]).sum(axis=0)
        covered |= reach[:, int(gain.argmax())]
        count += 1
    yield fix.fewer_or_more(facts, count)
    if facts.most_travel:
        for share in (1.1, 1.25, 1.5, 2.0, 3.0):
            yield fix.travel_to(facts, facts.most_travel * share)


def thin_surroundings(facts: Facts) -> Iterator[Reason]:
    """Find a school all of whose possible centres reach too little to fill a cluster."""
    if facts.most_travel is None and facts.rules.centres is None:
        return
    reach = facts.atom_reach
    if not reach.any(axis=1).all():
        return
    for q in facts.quantities:
        if not q.least or q.excused:
            continue
        loads = np.array([float(q.total(atom)) for atom in facts.atoms])
        gathered = loads @ reach
        viable = gathered >= float(q.least)
        for a in np.flatnonzero(~(reach & viable[None, :]).any(axis=1)).tolist():
            best = float(np.where(reach[a], gathered, 0).max())
            yield _too_thin(facts, q, a, best)
            break


def _too_thin(facts: Facts, q: Quantity, a: int, best: float) -> Reason:
    clauses = [c for c, on in ((TRAVEL, facts.most_travel), (CENTRES, facts.rules.centres)) if on]
    count = count_if_shared(q.clause)
    # one of a group may be within reach where the whole is not
    atoms = (facts.atoms[a], *facts.atoms)
    groups = dict.fromkeys(clause for atom in atoms for clause in facts.groups_within(atom))
    thinner = fix.least_to(facts, q, Fraction(int(best)))
    who = caller(facts, facts.atoms[a])
    return Reason(
        clauses=(*clauses, q.clause, *count, *groups),
        sentence=f"No centre that {who} can travel to is within reach of more than "
        f"{amount_of(q, int(best))}; the least allowed in a cluster is "
        f"{figure(q.least or Fraction(0))}{because(facts, q)}.",
        fixes=fix.ordered(thinner, *fix.drops(facts, *clauses)),
    )
