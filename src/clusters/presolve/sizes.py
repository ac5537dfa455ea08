"""Sums that cannot come out: totals, bounds, schools that are too large.

Each check yields a reason for every case of its kind. All arithmetic is exact and errs on one side
only: a reason is a proof, no reason proves nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from clusters.domain import Clause, Quantity
from clusters.presolve import relaxing as fix
from clusters.presolve.case import Facts, Reason
from clusters.presolve.wording import (
    COUNT,
    SPARE,
    amount_of,
    because,
    caller,
    count_if_shared,
    figure,
    rounded,
    there_are,
    unit_of,
    up_to_unit,
)
from clusters.rulebook import MICRO, depends_on_count, group_name, rule_of
from clusters.text import counted, shown


def contradicting_bounds(facts: Facts) -> Iterator[Reason]:
    """Find bounds of which the least is above the most, or between which nothing lies."""
    excused = {facts.atom_of[p] for q in facts.quantities for p in q.excused}
    if len(excused) >= facts.k:
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
    of = unit_of(one)
    if low > high:
        text = (
            f"Each cluster must have at least {amount_of(one, low)} under {one.clause.rule} and at "
            f"most {figure(high)} under {other.clause.rule}."
        )
    else:
        bounds, why = (
            f"exactly {amount_of(one, low)}",
            f", but every school has a multiple of {figure(unit)}",
        )
        if low != high:
            bounds = f"between {figure(low)} and {amount_of(one, high)}"
            why = f"; no whole number of {of} lies between them" if unit == MICRO else why
        text = f"Each cluster must have {bounds}{why}."
    above, below = -(-low // unit) * unit, (high // unit) * unit
    fixes = [fix.most_to(facts, other, Fraction(above)), fix.least_to(facts, one, Fraction(below))]
    # with more clusters the mean changes, and with fewer every one may be an excused one
    counts = any(depends_on_count(q.clause) for q in (one, other)) or one.excused or other.excused
    count = (COUNT,) if counts else ()
    clauses = tuple(dict.fromkeys([*count, one.clause, other.clause]))
    yield Reason(clauses=clauses, sentence=text, fixes=fix.ordered(*fixes))


def totals(facts: Facts) -> Iterator[Reason]:
    """All clusters at their least need more than there is, or at their most hold less."""
    for q in facts.quantities:
        have = sum(q.amounts)
        low, high = count_range(q, range(len(facts.problem)))
        if low <= facts.k <= high:
            continue
        k, there = facts.k, f"; there are {figure(have)}."
        asked, clusters = f" (exceptions counted); {k} are asked for.", counted(k, "cluster")
        holds, takes = ("holds", "needs") if k == 1 else ("hold", "need")
        if unit_of(q).endswith(" need"):
            takes = "would take"
        if facts.k > high:
            least = Fraction(rounded(q, up=True))
            text = (
                f"{clusters} of at least {amount_of(q, least)} {takes} {figure(least * k)}{there}"
            )
            if q.excused:
                enough = f"are enough for {counted(int(high), 'cluster')} of at least"
                text = f"{amount_of(q, have)} {enough} {figure(least)}{asked}"
            fixes = [fix.fewer_or_more(facts, int(high))]
            fixes += [fix.least_to(facts, q, Fraction(have, k) * (100 - s) / 100) for s in SPARE]
        else:
            most = rounded(q, up=False)
            text = f"{clusters} of at most {amount_of(q, most)} {holds} {figure(most * k)}{there}"
            if q.excused:
                calls = f"call for at least {shown(low)} clusters of at most"
                text = f"{amount_of(q, have)} {calls} {figure(most)}{asked}"
            more = None if low == math.inf else fix.fewer_or_more(facts, int(low))
            room = [up_to_unit(q, Fraction(have, k) * (100 + s) / 100) for s in SPARE]
            fixes = [more, *(fix.most_to(facts, q, most) for most in room)]
        yield Reason(clauses=(COUNT, q.clause), sentence=text, fixes=fix.ordered(*fixes))


def count_range(q: Quantity, positions: Sequence[int] | range) -> tuple[int | float, int | float]:
    """Fewest and most clusters that some schools can make under one quantity's bounds."""
    have, held = q.total(positions), set(positions)
    excused = [q.bounds([p]) for p in q.excused if p in held]
    least, most = Fraction(rounded(q, up=True)), rounded(q, up=False)
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
    """Find a school, or schools that must be together, that exceed a cluster's most."""
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
        name, together = caller(facts, atom), " that must be together"
    if rule_of(q.clause).form.whole:
        text = f"{name} has {amount_of(q, have)}{together}"
    elif len(atom) > 1:
        text = f"{name} has {len(atom)} schools{together}, with {amount_of(q, have)}"
    else:
        text = f"{name} alone has {amount_of(q, have)}"
    text += f"; the most allowed in a cluster is {figure(most)}{because(facts, q)}."
    excuse, larger = fix.exception_for(facts, q, atom), fix.most_to(facts, q, Fraction(have))
    return Reason(
        clauses=(*groups, q.clause, *count_if_shared(q.clause)),
        sentence=text,
        fixes=fix.ordered(excuse, larger, *fix.drops(facts, *groups)),
    )


def _smallest_group(
    facts: Facts, q: Quantity, atom: Sequence[int], most: Fraction
) -> tuple[tuple[Clause, ...], Sequence[int]]:
    """One `together` group that is too heavy by itself, else all that make the atom."""
    groups = facts.groups_within(atom)
    for clause in groups:
        ids = facts.rules.together[int(clause.which or 0)]
        own = facts.positions(ids)
        if q.total(own) > most:
            return (clause,), own
    return groups, atom


def too_many_heavy(facts: Facts) -> Iterator[Reason]:
    """More schools above half of a cluster's most than clusters."""
    for q in facts.quantities:
        if q.most is None or q.excused:
            continue
        big = sorted((a for a in facts.atoms if 2 * q.total(a) > q.most), key=q.total, reverse=True)
        if len(big) > facts.k and q.total(big[0]) <= q.most:
            count = len(big)
            need = Fraction(q.total(big[facts.k - 1]) + q.total(big[facts.k]))
            groups = [c for atom in big for c in facts.groups_within(atom)]
            yield Reason(
                clauses=(COUNT, q.clause, *groups),
                sentence=f"{count} schools (or groups that must be together) each have more than "
                f"half of the most {unit_of(q)} a cluster may have, {figure(q.most)}: no two can "
                f"share one, and {there_are(facts.k)}.",
                fixes=fix.ordered(fix.fewer_or_more(facts, count), fix.most_to(facts, q, need)),
            )


def too_few_holders(facts: Facts) -> Iterator[Reason]:
    """Fewer schools with any of what each cluster needs than clusters.

    Where schools are counted, `totals` says so already, unless some of them must be together.
    """
    for q in facts.quantities:
        if not q.least or q.clause.which is None or rule_of(q.clause).fits == "measure":
            continue
        holders = {facts.atom_of[p] for p, amount in enumerate(q.amounts) if amount}
        excused = {facts.atom_of[p] for p in q.excused if not q.bounds([p])[0]}
        have = sum(1 for amount in q.amounts if amount)
        counted_alike = rule_of(q.clause).form.whole and len(holders) == have
        if len(holders | excused) >= facts.k or counted_alike:
            continue
        merged = [facts.atoms[a] for a in sorted(holders | excused)]
        groups = tuple(clause for atom in merged for clause in facts.groups_within(atom))
        merged_into = f" in {counted(len(holders), 'group')} that must be together"
        note = merged_into if len(holders) < have else ""
        who = "The one cluster" if facts.k == 1 else f"Each of {facts.k} clusters"
        some = f"only {counted(have, 'school')}{note} {'has' if have == 1 else 'have'}"
        some = f"{some if have else 'no school has'} any on record"
        if rule_of(q.clause).form.whole:
            some = f"there are only {have},{note}"
        yield Reason(
            clauses=(COUNT, q.clause, *groups),
            sentence=f"{who} needs {unit_of(q)}; {some}.",
            fixes=fix.ordered(fix.fewer_or_more(facts, len(holders)), fix.drop(facts, q.clause)),
        )
