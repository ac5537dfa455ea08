"""Parts of the map that no neighbours join, and connections that are too long.

Each check yields a reason for every case of its kind. All arithmetic is exact and errs on one side
only: a reason is a proof, no reason proves nothing.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from clusters.domain import Clause, Quantity
from clusters.presolve import relaxing as fix
from clusters.presolve.case import Facts, Reason
from clusters.presolve.sizes import count_range
from clusters.presolve.wording import (
    CONTIGUOUS,
    COUNT,
    amount_of,
    because,
    between,
    count_if_shared,
    figure,
    school_at,
)
from clusters.rulebook import depends_on_count, school_name
from clusters.text import counted, listed


def parted_groups(facts: Facts) -> Iterator[Reason]:
    """Schools that must be together on parts of the map that nothing joins."""
    part_of = {p: number for number, part in enumerate(facts.parts) for p in part}
    for number, group in enumerate(facts.rules.together):
        positions = facts.positions(group)
        first = positions[0]
        away = [p for p in positions if part_of[p] != part_of[first]]
        if away:
            yield Reason(
                clauses=(Clause("together", number), CONTIGUOUS),
                sentence=f"{school_at(facts, first)} and {school_at(facts, away[0])} must share "
                "a cluster but lie on parts of the map that no neighbours join.",
                fixes=fix.drops(facts, Clause("together", number), CONTIGUOUS),
            )


def parts_of_the_map(facts: Facts) -> Iterator[Reason]:
    """Parts of the map that cannot be divided into clusters by themselves."""
    if len(facts.parts) == 1:
        return
    k, ranges = facts.k, []
    if len(facts.parts) > k:
        yield Reason(
            clauses=(COUNT, CONTIGUOUS),
            sentence=f"The map falls into {len(facts.parts)} parts that no neighbours join; "
            f"{counted(k, 'cluster')} cannot cover them in one piece each.",
            fixes=fix.ordered(
                fix.fewer_or_more(facts, len(facts.parts)), fix.drop(facts, CONTIGUOUS)
            ),
        )
        return
    failed = False
    for part in facts.parts:
        low, high, clauses = _range_of_part(facts, part)
        ranges.append((low, high, clauses))
        if low > high:
            failed = True
            yield _impossible_part(facts, part, clauses)
    if not failed:
        yield from _parts_add_up(facts, ranges)


def _range_of_part(
    facts: Facts, part: Sequence[int]
) -> tuple[int | float, int | float, tuple[Clause, ...]]:
    low: int | float = 1
    atoms = {facts.atom_of[p] for p in part}
    high: int | float = len(atoms)
    clauses: dict[Clause, None] = {}
    for a in sorted(atoms):
        clauses |= dict.fromkeys(facts.groups_within(facts.atoms[a]))
    for q in facts.quantities:
        bottom, top = count_range(q, part)
        if bottom > low or top < high:
            clauses[q.clause] = None
        low, high = max(low, bottom), min(high, top)
        if bottom > top:
            return bottom, top, (q.clause,)
    return low, high, tuple(clauses)


def _impossible_part(facts: Facts, part: Sequence[int], clauses: tuple[Clause, ...]) -> Reason:
    bounds = []
    fixes = [fix.drop(facts, CONTIGUOUS)]
    for q in facts.quantities:
        if q.clause in clauses:
            low, high = q.bounds(part)
            has = amount_of(q, q.total(part))
            bounds.append(f"{has}, where a cluster has {between(low, high)}{because(facts, q)}")
            moved = fix.least_to(facts, q, Fraction(q.total(part)))
            fixes += [fix.exception_for(facts, q, part), *([moved] if moved else [])]
    count = (COUNT,) if any(depends_on_count(c) for c in clauses) else ()
    names = listed([school_name(facts.problem, key) for key in facts.ids(part)])
    return Reason(
        clauses=(CONTIGUOUS, *clauses, *count),
        sentence=f"No neighbours join {names} to the rest of the map, and by themselves they have "
        f"{'; '.join(bounds)}.",
        fixes=fix.ordered(*fixes),
    )


def _parts_add_up(
    facts: Facts, ranges: list[tuple[int | float, int | float, tuple[Clause, ...]]]
) -> Iterator[Reason]:
    fewest, most = sum(r[0] for r in ranges), sum(r[1] for r in ranges)
    if fewest <= facts.k <= most:
        return
    clauses = tuple(dict.fromkeys(c for r in ranges for c in r[2]))
    side, count = ("at least", fewest) if facts.k < fewest else ("at most", most)
    other = None if count == math.inf else fix.fewer_or_more(facts, int(count))
    yield Reason(
        clauses=(COUNT, CONTIGUOUS, *clauses),
        sentence=f"The {len(ranges)} parts of the map that no neighbours join make {side} "
        f"{counted(int(count), 'cluster')} between them; {facts.k} are asked for.",
        fixes=fix.ordered(other, fix.drop(facts, CONTIGUOUS)),
    )


def long_connections(facts: Facts) -> Iterator[Reason]:
    """Schools that must be together, and whose lightest connection exceeds a cluster's most."""
    if not facts.on_map:
        return
    for number, group in enumerate(facts.rules.together):
        positions = facts.positions(group)
        for q in facts.quantities:
            held = q.total(positions)
            if q.most is None or q.excused or held > q.most:
                continue
            weights = [0 if p in positions else q.amounts[p] for p in range(len(facts.problem))]
            cost, path = _lightest_path(facts, weights, positions)
            if held + cost > q.most:
                yield _too_long(facts, q, number, path, held + cost)
                return


def _lightest_path(
    facts: Facts, weights: Sequence[int], positions: Sequence[int]
) -> tuple[float, tuple[int, ...]]:
    """Dearest of the lightest paths from the first of some schools to the others (Dijkstra)."""
    cost = {positions[0]: 0}
    came: dict[int, int] = {}
    heap = [(0, positions[0])]
    while heap:
        so_far, node = heapq.heappop(heap)
        if so_far > cost[node]:
            continue
        for other in facts.near[node]:
            new = so_far + weights[other]
            if new < cost.get(other, math.inf):
                cost[other], came[other] = new, node
                heapq.heappush(heap, (new, other))
    reached = [p for p in positions if p in cost]
    far = max(reached, key=lambda p: cost[p])
    path = [far]
    while path[-1] != positions[0]:
        path.append(came[path[-1]])
    return cost[far], tuple(path)


def _too_long(facts: Facts, q: Quantity, number: int, path: tuple[int, ...], need: float) -> Reason:
    clause = Clause("together", number)
    ends = f"{school_at(facts, path[-1])} and {school_at(facts, path[0])}"
    count = count_if_shared(q.clause)
    longer = fix.most_to(facts, q, Fraction(int(need)))
    return Reason(
        clauses=(clause, CONTIGUOUS, q.clause, *count),
        sentence=f"{ends} must be together; with the schools between them their cluster has at "
        f"least {amount_of(q, int(need))}, and the most allowed is "
        f"{figure(q.most or Fraction(0))}{because(facts, q)}.",
        fixes=fix.ordered(longer, *fix.drops(facts, clause, CONTIGUOUS)),
    )
