"""One function per kind of impossibility; each yields a reason for every case of it.

Everything here is exact and errs on one side only: a reason is a proof, no reason proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from clusters.domain import SchoolId
from clusters.model.arithmetic import loosening as fix
from clusters.model.arithmetic.clauses import UNIT_WORDS, Clause, group_name, school_name
from clusters.model.arithmetic.facts import MICRO, Facts, Quantity, Reason
from clusters.verifier.case import listed, shown, words

__all__ = ["CHECKS"]

COUNT = Clause("n_clusters")
CONTIGUOUS = Clause("contiguous")
TRAVEL = Clause("max_travel")
CENTRES = Clause("centres")


def too_many_clusters(facts: Facts) -> Iterator[Reason]:
    """More clusters than schools (those that stay together counted once)."""
    atoms = len(facts.atoms)
    if facts.k <= atoms:
        return
    n = len(facts.problem)
    if facts.k > n:
        text, clauses = f"there are only {n} schools", (COUNT,)
    else:
        text = f"the {n} schools make only {atoms} groups once those that must be together are one"
        clauses = (COUNT, *(Clause("together", g) for g in range(len(facts.rules.together))))
    yield Reason(
        clauses=clauses,
        sentence=f"{facts.k} clusters are asked for, but {text}.",
        fixes=fix.ordered(iter([fix.fewer_or_more(facts, atoms)])),
    )


def contradicting_bounds(facts: Facts) -> Iterator[Reason]:
    """The least of one rule is above the most of another, or nothing lies between them."""
    if len({facts.atom_of[p] for q in facts.quantities for p in q.excused}) >= facts.k:
        return  # every cluster may be an excused one
    for one in facts.quantities:
        for other in facts.quantities:
            if one.amounts == other.amounts and one.least and other.most is not None:
                yield from _nothing_between(facts, one, other)


def _nothing_between(facts: Facts, one: Quantity, other: Quantity) -> Iterator[Reason]:
    low, high = one.least, other.most
    assert low is not None
    assert high is not None
    unit = math.gcd(*one.amounts) or 1
    if math.ceil(low / unit) <= math.floor(high / unit):
        return
    of = _of(one)
    if low > high:
        text = (
            f"Each cluster must have at least {_amount(low)} {of} under {one.clause.rule} and at "
            f"most {_amount(high)} under {other.clause.rule}."
        )
    else:
        text = (
            f"Each cluster must have between {_amount(low)} and {_amount(high)} {of}; no whole "
            f"number of {of} lies between them."
            if unit == MICRO
            else f"Each cluster must have between {_amount(low)} and {_amount(high)} {of}, but "
            f"every school has a multiple of {_amount(unit)}."
        )
    above, below = -(-low // unit) * unit, (high // unit) * unit
    fixes = [fix.most_to(facts, other, Fraction(above)), fix.least_to(facts, one, Fraction(below))]
    count = (COUNT,) if "balance" in (one.clause.rule, other.clause.rule) else ()
    yield Reason(
        clauses=tuple(dict.fromkeys([*count, one.clause, other.clause])),
        sentence=text,
        fixes=fix.ordered(iter(fixes)),
    )


def totals(facts: Facts) -> Iterator[Reason]:
    """All clusters at their least need more than there is, or at their most hold less."""
    for q in facts.quantities:
        have = sum(q.amounts)
        low, high = count_range(facts, q, range(len(facts.problem)))
        if low <= facts.k <= high:
            continue
        of, k = _of(q), facts.k
        if facts.k > high:
            least = _rounded(q, up=True)
            need = least * k if not q.excused else least
            text = (
                f"{k} clusters of at least {_amount(least)} {of} need {_amount(need)}; "
                f"there are {_amount(have)}."
            )
            if q.excused:
                text = (
                    f"{_amount(have)} {of} are enough for {high} clusters of at least "
                    f"{_amount(least)} (exceptions counted); {k} are asked for."
                )
            fixes = [fix.fewer_or_more(facts, high), fix.least_to(facts, q, Fraction(have, k))]
        else:
            most = _rounded(q, up=False)
            text = (
                f"{k} clusters of at most {_amount(most)} {of} hold "
                f"{_amount(most * k)}; there are {_amount(have)}."
            )
            if q.excused:
                text = (
                    f"{_amount(have)} {of} need at least {shown(low)} clusters of at most "
                    f"{_amount(most)} (exceptions counted); {k} are asked for."
                )
            more = None if low == math.inf else fix.fewer_or_more(facts, int(low))
            fixes = [more, fix.most_to(facts, q, _up_to_unit(q, Fraction(have, k)))]
        yield Reason(
            clauses=(COUNT, q.clause),
            sentence=text,
            fixes=fix.ordered(iter(fixes)),
        )


def count_range(
    facts: Facts, q: Quantity, positions: Sequence[int] | range
) -> tuple[int | float, int | float]:
    """Fewest and most clusters that some schools can make under one quantity's bounds."""
    have, held = q.total(positions), set(positions)
    excused = [q.bounds([p]) for p in q.excused if p in held]
    least, most = _rounded(q, up=True), _rounded(q, up=False)
    lows = sorted(Fraction(0) if low is None else min(low, least) for low, _ in excused)
    highs = [high for _, high in excused]
    top: int | float = math.inf
    if least:
        top, spent = 0, Fraction(0)
        for low in lows:
            if spent + low <= have:
                top, spent = top + 1, spent + low
        top += int((have - spent) // least)
    if most == math.inf:
        return (1 if have or positions else 0), top
    if None in highs:
        return 1, top
    room = Fraction(have)
    bottom = 0
    for high in sorted((max(Fraction(h or 0), Fraction(most)) for h in highs), reverse=True):
        if room > 0:
            room, bottom = room - high, bottom + 1
    if room > 0:
        if not most:
            return math.inf, top
        bottom += math.ceil(room / Fraction(most))
    return max(1, bottom), top


def heavy_atoms(facts: Facts) -> Iterator[Reason]:
    """A school, or schools that must be together, that exceed a cluster's most."""
    for atom in facts.atoms:
        for q in facts.quantities:
            most = q.bounds(atom)[1]
            have = q.total(atom)
            if most is not None and have > most and not _sheltered(q, atom):
                yield _too_heavy(facts, q, atom, have, most)


def _sheltered(q: Quantity, atom: Sequence[int]) -> bool:
    """Whether an excused school elsewhere has room for an atom in its cluster."""
    for p in q.excused:
        if p not in atom:
            most = q.bounds([*atom, p])[1]
            if most is None or q.total([*atom, p]) <= most:
                return True
    return False


def _too_heavy(facts: Facts, q: Quantity, atom: Sequence[int], have: int, most: Fraction) -> Reason:
    groups: tuple[Clause, ...] = ()
    name, together = group_name(facts.problem, facts.ids(atom)), ""
    if len(atom) > 1:
        groups, atom = _smallest_group(facts, q, atom, most)
        have = q.total(atom)
        name, together = _caller(facts, atom), " that must be together"
    if q.clause.rule == "schools_per_cluster":
        text = f"{name} has {_amount(have)} schools{together}; the most allowed in a cluster is "
    elif len(atom) > 1:
        text = (
            f"{name} has {len(atom)} schools{together}, with {_amount(have)} {_of(q)}; "
            "the most allowed in a cluster is "
        )
    else:
        text = f"{name} alone has {_amount(have)} {_of(q)}; the most allowed in a cluster is "
    text += f"{_amount(most)}{_why(facts, q)}."
    fixes = [
        fix.exception_for(facts, q, atom),
        fix.most_to(facts, q, Fraction(have)),
        *(fix.drop(facts.problem, facts.rules, clause) for clause in groups),
    ]
    count = (COUNT,) if q.clause.rule == "balance" else ()
    return Reason(
        clauses=(*groups, q.clause, *count),
        sentence=text,
        schools=facts.ids(atom),
        fixes=fix.ordered(iter(fixes)),
    )


def _smallest_group(
    facts: Facts, q: Quantity, atom: Sequence[int], most: Fraction
) -> tuple[tuple[Clause, ...], Sequence[int]]:
    """One `together` group that is too heavy by itself, else all that make the atom."""
    groups = facts.groups_within(atom)
    for clause in groups:
        ids = facts.rules.together[int(clause.which or 0)]
        own = sorted({facts.problem.position(key) for key in ids})
        if q.total(own) > most:
            return (clause,), own
    return groups, atom


def together_and_apart(facts: Facts) -> Iterator[Reason]:
    """Schools that must share a cluster and may not."""
    for number, group in enumerate(facts.rules.apart):
        positions = sorted({facts.problem.position(key) for key in group})
        seen: dict[int, int] = {}
        for p in positions:
            atom = facts.atom_of[p]
            if atom in seen:
                both = facts.ids([seen[atom], p])
                chain = _chain(facts, seen[atom], p)
                clauses = (*chain, Clause("apart", number))
                names = listed([school_name(facts.problem, key) for key in both])
                through = "" if len(chain) == 1 else " (through groups that overlap)"
                yield Reason(
                    clauses=clauses,
                    sentence=f"{names} must be together{through} and may not be together.",
                    schools=both,
                    fixes=fix.ordered(
                        iter([fix.drop(facts.problem, facts.rules, c) for c in clauses])
                    ),
                )
            seen.setdefault(atom, p)


def _chain(facts: Facts, first: int, last: int) -> tuple[Clause, ...]:
    """Fewest `together` groups that link two schools."""
    groups = [{facts.problem.position(key) for key in g} for g in facts.rules.together]
    paths: list[tuple[int, ...]] = [(g,) for g, held in enumerate(groups) if first in held]
    seen = {path[-1] for path in paths}
    for path in paths:
        if last in groups[path[-1]]:
            return tuple(Clause("together", g) for g in path)
        for g, held in enumerate(groups):
            if g not in seen and held & groups[path[-1]]:
                seen.add(g)
                paths.append((*path, g))
    return ()


def parted_groups(facts: Facts) -> Iterator[Reason]:
    """Schools that must be together on parts of the map that nothing joins."""
    part_of = {p: number for number, part in enumerate(facts.parts) for p in part}
    for number, group in enumerate(facts.rules.together):
        positions = sorted({facts.problem.position(key) for key in group})
        first = positions[0]
        away = [p for p in positions if part_of[p] != part_of[first]]
        if away:
            yield Reason(
                clauses=(Clause("together", number), CONTIGUOUS),
                sentence=f"{_school(facts, first)} and {_school(facts, away[0])} must be together "
                "but lie on parts of the map that no neighbours join.",
                schools=facts.ids([first, away[0]]),
                fixes=_drops(facts, Clause("together", number), CONTIGUOUS),
            )


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
    groups = facts.groups_within(group) if len(group) > 1 else ()
    if facts.rules.centres is not None:
        clauses.append(CENTRES)
    who = _school(facts, group[0]) if len(group) == 1 else _caller(facts, group)
    able = "a school that may be a centre" if facts.rules.centres is not None else "any school"
    if math.isfinite(nearest):
        text = (
            f"{who} cannot come nearer than {shown(round(nearest, 2))} {unit} to {able}; "
            f"the longest journey allowed is {shown(facts.most_travel or 0)} {unit}."
        )
        if len(group) > 1:
            text = (
                f"{who} must be together, but no centre is nearer than {shown(round(nearest, 2))} "
                f"{unit} to all of them; the longest journey allowed is "
                f"{shown(facts.most_travel or 0)} {unit}."
            )
    else:
        text = f"{who} has no way to {able}."
    drops = [fix.drop(facts.problem, facts.rules, c) for c in (*groups, *clauses)]
    return Reason(
        clauses=(*groups, *clauses),
        sentence=text,
        schools=facts.ids(group),
        fixes=fix.ordered(iter([fix.travel_to(facts, nearest), *drops])),
    )


def too_few_centres(facts: Facts) -> Iterator[Reason]:
    """Fewer schools that may be a centre than clusters."""
    if facts.rules.centres is None:
        return
    able = len(facts.candidates)
    apart = len({facts.atom_of[p] for p in facts.candidates})
    if apart >= facts.k:
        return
    groups: tuple[Clause, ...] = ()
    text = f"{facts.k} clusters need {facts.k} centres; only {able} schools may be one"
    if able >= facts.k:
        homes = {facts.atom_of[p] for p in facts.candidates}
        groups = tuple(c for a in sorted(homes) for c in facts.groups_within(facts.atoms[a]))
        text += f", and as some of them must be together there can be only {apart}"
    fixes = [fix.fewer_or_more(facts, apart), fix.drop(facts.problem, facts.rules, CENTRES)]
    yield Reason(
        clauses=(COUNT, CENTRES, *groups), sentence=f"{text}.", fixes=fix.ordered(iter(fixes))
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
            f"{k} clusters cannot cover them in one piece each.",
            fixes=fix.ordered(
                iter(
                    [
                        fix.fewer_or_more(facts, len(facts.parts)),
                        fix.drop(facts.problem, facts.rules, CONTIGUOUS),
                    ]
                )
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
    high: int | float = len({facts.atom_of[p] for p in part})
    clauses: dict[Clause, None] = {}
    for q in facts.quantities:
        bottom, top = count_range(facts, q, part)
        if bottom > low or top < high:
            clauses[q.clause] = None
        low, high = max(low, bottom), min(high, top)
        if bottom > top:
            return bottom, top, (q.clause,)
    return low, high, tuple(clauses)


def _impossible_part(facts: Facts, part: Sequence[int], clauses: tuple[Clause, ...]) -> Reason:
    bounds = []
    fixes = [fix.drop(facts.problem, facts.rules, CONTIGUOUS)]
    for q in facts.quantities:
        if q.clause in clauses:
            low, high = q.bounds(part)
            has = f"{_amount(q.total(part))} {_of(q)}"
            bounds.append(f"{has}, where a cluster has {_between(low, high)}{_why(facts, q)}")
            moved = fix.least_to(facts, q, Fraction(q.total(part)))
            fixes += [fix.exception_for(facts, q, part), *([moved] if moved else [])]
    count = (COUNT,) if any(c.rule == "balance" for c in clauses) else ()
    names = listed([school_name(facts.problem, key) for key in facts.ids(part)])
    return Reason(
        clauses=(CONTIGUOUS, *clauses, *count),
        sentence=f"No neighbours join {names} to the rest of the map, and by themselves they have "
        f"{'; '.join(bounds)}.",
        schools=facts.ids(part),
        fixes=fix.ordered(iter(fixes)),
    )


def _parts_add_up(
    facts: Facts, ranges: list[tuple[int | float, int | float, tuple[Clause, ...]]]
) -> Iterator[Reason]:
    fewest, most = sum(r[0] for r in ranges), sum(r[1] for r in ranges)
    if fewest <= facts.k <= most:
        return
    clauses = tuple(dict.fromkeys(c for r in ranges for c in r[2]))
    side, count = ("at least", fewest) if facts.k < fewest else ("at most", most)
    drops = [fix.drop(facts.problem, facts.rules, CONTIGUOUS)]
    other = None if count == math.inf else fix.fewer_or_more(facts, int(count))
    yield Reason(
        clauses=(COUNT, CONTIGUOUS, *clauses),
        sentence=f"The {len(ranges)} parts of the map that no neighbours join make {side} "
        f"{int(count)} clusters between them; {facts.k} are asked for.",
        fixes=fix.ordered(iter([other, *drops])),
    )


def too_many_apart(facts: Facts) -> Iterator[Reason]:
    """More schools that may not share a cluster than clusters, by one rule."""
    for number, group in enumerate(facts.rules.apart):
        count = len({facts.problem.position(key) for key in group})
        if count > facts.k:
            clause = Clause("apart", number)
            yield Reason(
                clauses=(COUNT, clause),
                sentence=f"{count} schools may not share a cluster with one another; there are "
                f"{facts.k} clusters.",
                schools=tuple(group),
                fixes=fix.ordered(
                    iter(
                        [
                            fix.fewer_or_more(facts, count),
                            fix.drop(facts.problem, facts.rules, clause),
                        ]
                    )
                ),
            )


def too_many_heavy(facts: Facts) -> Iterator[Reason]:
    """More schools above half of a cluster's most than clusters."""
    for q in facts.quantities:
        if q.most is None:
            continue
        plain = [atom for atom in facts.atoms if not any(p in q.excused for p in atom)]
        loads = sorted((q.total(atom) for atom in plain), reverse=True)
        heavy = [load for load in loads if 2 * load > q.most]
        if len(heavy) > facts.k and not q.excused and heavy[0] <= q.most:
            count = len(heavy)
            need = Fraction(heavy[facts.k - 1] + heavy[facts.k])
            yield Reason(
                clauses=(COUNT, q.clause),
                sentence=f"{count} schools (or groups that must be together) each have more than "
                f"half of the most {_of(q)} that a cluster may have, {_amount(q.most)}: no two can "
                f"share one, and there are {facts.k} clusters.",
                fixes=fix.ordered(
                    iter([fix.fewer_or_more(facts, count), fix.most_to(facts, q, need)])
                ),
            )


def too_few_holders(facts: Facts) -> Iterator[Reason]:
    """Fewer schools with any of what each cluster needs than clusters."""
    for q in facts.quantities:
        if not q.least or q.clause.rule != "expertise":
            continue
        holders = {facts.atom_of[p] for p, amount in enumerate(q.amounts) if amount}
        excused = {facts.atom_of[p] for p in q.excused if not q.bounds([p])[0]}
        if len(holders | excused) >= facts.k:
            continue
        have = sum(1 for amount in q.amounts if amount)
        groups: tuple[Clause, ...] = ()
        note = ""
        if len(holders) < have:
            groups = tuple(c for a in sorted(holders) for c in facts.groups_within(facts.atoms[a]))
            note = f" in {len(holders)} groups that must be together"
        yield Reason(
            clauses=(COUNT, q.clause, *groups),
            sentence=f"Each of {facts.k} clusters needs {_of(q)}; only {have} schools{note} have "
            "any on record.",
            fixes=fix.ordered(
                iter(
                    [
                        fix.fewer_or_more(facts, len(holders)) if holders else None,
                        fix.drop(facts.problem, facts.rules, q.clause),
                    ]
                )
            ),
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
        f"centre{within}; there are {facts.k} clusters.",
        schools=tuple(facts.ids([facts.atoms[a][0] for a in clique])),
        fixes=fix.ordered(iter([fix.fewer_or_more(facts, len(clique))])),
    )


def long_connections(facts: Facts) -> Iterator[Reason]:
    """Schools that must be together, and whose lightest connection exceeds a cluster's most."""
    if not facts.rules.contiguous or facts.problem.edges is None:
        return
    for number, group in enumerate(facts.rules.together):
        positions = sorted({facts.problem.position(key) for key in group})
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
    import heapq

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
    ends = f"{_school(facts, path[-1])} and {_school(facts, path[0])}"
    count = (COUNT,) if q.clause.rule == "balance" else ()
    fixes = [
        fix.most_to(facts, q, Fraction(int(need))),
        fix.drop(facts.problem, facts.rules, clause),
        fix.drop(facts.problem, facts.rules, CONTIGUOUS),
    ]
    return Reason(
        clauses=(clause, CONTIGUOUS, q.clause, *count),
        sentence=f"{ends} must be together; with the schools between them their cluster has at "
        f"least {_amount(int(need))} {_of(q)}, and the most allowed is "
        f"{_amount(q.most or Fraction(0))}{_why(facts, q)}.",
        schools=facts.ids(path),
        fixes=fix.ordered(iter(fixes)),
    )


def thin_surroundings(facts: Facts) -> Iterator[Reason]:
    """A school all of whose possible centres reach too little to fill a cluster."""
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
    count = [COUNT] if q.clause.rule == "balance" else []
    groups = facts.groups_within(facts.atoms[a]) if len(facts.atoms[a]) > 1 else ()
    fixes = [fix.least_to(facts, q, Fraction(int(best)))]
    fixes += [fix.drop(facts.problem, facts.rules, c) for c in clauses]
    who = _caller(facts, facts.atoms[a])
    return Reason(
        clauses=(*clauses, q.clause, *count, *groups),
        sentence=f"No centre that {who} can travel to is within reach of more than "
        f"{_amount(int(best))} {_of(q)}; the least allowed in a cluster is "
        f"{_amount(q.least or Fraction(0))}{_why(facts, q)}.",
        schools=facts.ids(facts.atoms[a]),
        fixes=fix.ordered(iter(fixes)),
    )


CHECKS = (
    too_many_clusters,
    together_and_apart,
    heavy_atoms,
    totals,
    contradicting_bounds,
    too_few_centres,
    too_many_apart,
    too_many_heavy,
    too_few_holders,
    parted_groups,
    parts_of_the_map,
    out_of_reach,
    too_far_apart,
    thin_surroundings,
    long_connections,
)
"""Each yields reasons; the plainest come first."""


# ---- words and numbers --------------------------------------------------------------------------


def _of(q: Quantity) -> str:
    if q.clause.rule == "expertise":
        return f"{str(q.clause.which)!r} capacity"
    return "schools" if q.clause.which is None else words(str(q.clause.which))


def _amount(value: float | Fraction) -> str:
    return shown(round(Fraction(value) / MICRO, 2))


def _between(low: Fraction | None, high: Fraction | None) -> str:
    if high is None:
        return f"at least {_amount(low or 0)}"
    return f"{_amount(low or 0)} to {_amount(high)}"


def _why(facts: Facts, q: Quantity) -> str:
    if q.clause.rule != "balance":
        return ""
    mean = Fraction(sum(q.amounts), facts.k)
    share = facts.rules.balance[str(q.clause.which)]
    return f" (mean {_amount(mean)}, {shown(100 * share)} % allowed)"


def _rounded(q: Quantity, *, up: bool) -> Fraction | float:
    """Return the least (up) or the most that whole sums can meet."""
    unit = math.gcd(*q.amounts) or 1
    if up:
        return Fraction(-(-(q.least or Fraction(0)) // unit) * unit)
    return math.inf if q.most is None else Fraction((q.most // unit) * unit)


def _up_to_unit(q: Quantity, value: Fraction) -> Fraction:
    unit = math.gcd(*q.amounts) or 1
    return Fraction(-(-value // unit) * unit)


def _school(facts: Facts, position: int) -> str:
    return school_name(facts.problem, facts.problem.schools[position].urn)


def _caller(facts: Facts, atom: Sequence[int]) -> str:
    ids: tuple[SchoolId, ...] = facts.ids(atom)
    name = group_name(facts.problem, ids)
    return name[0].upper() + name[1:]


def _drops(facts: Facts, *clauses: Clause) -> tuple[fix.Fix, ...]:
    return fix.ordered(iter([fix.drop(facts.problem, facts.rules, c) for c in clauses]))
